//! Ingest: verified deliveries in, durable events out.
//!
//! *Group commit*: deliveries of one account that arrive while a transaction of that account
//! commits wait together and go in the next one. There is no timer, so an idle service adds no
//! latency, and under load one commit serves many deliveries. The players:
//! - [`Ingest`]: translates, compresses, and answers once the commit is done;
//! - [`batch`]: the batch of an account that is forming, and its commit;
//! - [`retranslation`]: stored raw deliveries, translated again.
//!
//! A caller that hangs up does not undo its delivery: tasks of their own commit the batches.

mod batch;
mod retranslation;

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::sync::Arc;

use sqlx::PgPool;
use tokio::sync::Semaphore;

use crate::activity::{Bots, Event, SightEnd};
use crate::store::append::{AppendOutcome, Entry, RawDelivery};
use crate::store::left_out;
use crate::store::live::GrownLogs;
use crate::telemetry::Metrics;
use crate::webhook::{AccountRef, Omissions, Translation, VerifiedDelivery, translate};

/// Size in bytes above which a body is worked on where it holds up no other request.
const LARGE_BODY: usize = 128 * 1024;
/// Size in bytes above which bodies are worked on one after the other: what is made of one, such as an
/// event for each of a hundred thousand repositories, may take fifty times its memory.
const HUGE_BODY: usize = 1024 * 1024;
/// How many deliveries with facts of several accounts may be stored at once. They are rare.
const SPANNING_AT_ONCE: u32 = 64;

/// The accounts whose deliveries are kept.
#[derive(Clone, Debug, Default)]
pub struct Accounts(Option<BTreeSet<String>>);

impl Accounts {
    /// Takes logins, in any case, and ids. Without any, every account is kept.
    pub fn new<'a>(named: impl IntoIterator<Item = &'a str>) -> Self {
        let named: BTreeSet<String> =
            named.into_iter().map(|name| name.trim().to_lowercase()).filter(|name| !name.is_empty()).collect();
        Self((!named.is_empty()).then_some(named))
    }

    fn include(&self, account: &AccountRef) -> bool {
        let named = |named: &BTreeSet<String>| {
            named.contains(&account.login.to_lowercase()) || named.contains(&account.id.to_string())
        };
        self.0.as_ref().is_none_or(named)
    }
}

/// The answer to a delivery.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Receipt {
    /// The account it belongs to; 0 for none.
    pub account_id: i64,
    /// The account's head position after the commit; 0 for a delivery of no account, or one that is not kept.
    pub position: i64,
    /// Number of events that were appended.
    pub events: usize,
    /// The GUID was known already.
    pub duplicate: bool,
}

/// Why a delivery was not acknowledged.
#[derive(Debug, thiserror::Error)]
pub enum IngestError {
    /// Later the store may take it.
    #[error("the store cannot be reached")]
    Unavailable,
    /// Not even its raw form could be stored.
    #[error("the store refused the delivery")]
    Refused,
}

/// Makes deliveries and events durable. Cheap to clone.
#[derive(Clone)]
pub struct Ingest {
    accounts: Arc<Accounts>,
    metrics: Metrics,
    batches: batch::Batches,
    spanning: Arc<Semaphore>,
    huge: Arc<Semaphore>,
}

impl Ingest {
    /// `commits` is the largest number of transactions at once, over all accounts; keep it below the
    /// pool's size. `appended` is notified after each commit.
    pub fn new(
        pool: PgPool,
        accounts: Accounts,
        bots: Bots,
        metrics: Metrics,
        commits: usize,
        appended: Arc<GrownLogs>,
    ) -> Self {
        let batches = batch::Batches::new(pool, bots, metrics.clone(), commits, appended);
        let spanning = Arc::new(Semaphore::new(SPANNING_AT_ONCE as usize));
        Self { accounts: Arc::new(accounts), metrics, batches, spanning, huge: Arc::new(Semaphore::new(1)) }
    }

    /// Makes a delivery durable; answers after the commit.
    pub async fn deliver(&self, delivery: &VerifiedDelivery<'_>) -> Result<Receipt, IngestError> {
        let _turn = match delivery.body().len() {
            // The semaphore is never closed.
            HUGE_BODY.. => self.huge.acquire().await.ok(),
            _ => None,
        };
        let prepared = if delivery.body().len() > LARGE_BODY {
            tokio::task::block_in_place(|| prepare(delivery))
        } else {
            prepare(delivery)
        };
        let PreparedDelivery { account, entry, elsewhere, omissions, sight_end } = prepared;
        // Who takes back what they allowed the App is of no account.
        let revokes = matches!(sight_end, Some(SightEnd::Revoked(_)));
        if !revokes && !self.accounts.include(&account) {
            // What left an account of ours has left it all the same.
            self.store_everywhere(None, elsewhere, sight_end).await?;
            self.metrics.delivery(delivery.event(), "declined");
            return Ok(Receipt { account_id: 0, position: 0, events: 0, duplicate: false });
        }
        let (appended, kept_as) = if elsewhere.is_empty() {
            self.batches.append(account.id, entry).await?
        } else {
            let stored = self.store_everywhere(Some((account.id, entry)), elsewhere, sight_end).await?;
            stored.ok_or(IngestError::Refused)?
        };
        let AppendOutcome { position, events, duplicate } = appended;
        if !duplicate && !omissions.is_empty() {
            self.left_out(account.id, delivery.event(), &delivery.guid().to_string(), &omissions).await;
        }
        self.metrics.delivery(delivery.event(), if duplicate { "duplicate" } else { kept_as });
        tracing::debug!(delivery = %delivery.guid(), event = delivery.event(), account = account.id, position,
            events, duplicate, "delivery stored");
        Ok(Receipt { account_id: account.id, position, events, duplicate })
    }

    /// Counts and names what could not be read of a delivery, or of an answer of GitHub. Nothing depends on
    /// these counts, so a fault is logged only.
    pub async fn left_out(&self, account_id: i64, source: &str, last_seen: &str, omissions: &Omissions) {
        self.metrics.left_out(omissions.count());
        let places: Vec<(&str, i64)> = omissions.places().collect();
        if let Err(error) = left_out::add(self.batches.pool(), account_id, source, last_seen, &places).await {
            tracing::warn!(
                account = account_id,
                source,
                error = &error as &dyn std::error::Error,
                "what was left out could not be counted"
            );
        }
    }

    /// Whether an account's deliveries are kept.
    pub fn keeps(&self, account: &AccountRef) -> bool {
        self.accounts.include(account)
    }

    /// Makes events durable that came by no delivery; answers after the commit. Leaves out those whose
    /// source keys are known.
    pub async fn append(&self, account_id: i64, events: Vec<Event>) -> Result<AppendOutcome, IngestError> {
        let (appended, _) = self.batches.append(account_id, Entry::new(None, events)).await?;
        Ok(appended)
    }

    /// Stores a delivery that has facts of other accounts too. Those go first: a failure in between
    /// leaves the delivery unacknowledged, and thanks to the source keys it may come again. A task of
    /// its own does this, so that it is not left half done when the client hangs up.
    async fn store_everywhere(
        &self,
        own: Option<(i64, Entry)>,
        elsewhere: Vec<(AccountRef, Event)>,
        sight_end: Option<SightEnd>,
    ) -> Result<Option<(AppendOutcome, &'static str)>, IngestError> {
        let elsewhere: Vec<_> = elsewhere.into_iter().filter(|(other, _)| self.accounts.include(other)).collect();
        if own.is_none() && elsewhere.is_empty() {
            return Ok(None);
        }
        let Self { batches, spanning, .. } = self.clone();
        // The semaphore is never closed. A task without an answer has panicked.
        let permit = spanning.acquire_owned().await;
        let storing = tokio::spawn(async move {
            let (_permit, mut own) = (permit, own);
            for (other, event) in elsewhere {
                // What takes sight away where a repository comes to does so where it was before, too.
                match batches.append(other.id, Entry::new(None, vec![event]).ending(sight_end)).await {
                    Ok(_) => {}
                    // A refused event would be refused again. It must not hold up the rest.
                    Err(IngestError::Refused) => own.iter_mut().for_each(|(_, entry)| entry.mark_failed()),
                    Err(unavailable) => return Err(unavailable),
                }
            }
            match own {
                Some((account_id, entry)) => Ok(Some(batches.append(account_id, entry).await?)),
                None => Ok(None),
            }
        });
        storing.await.unwrap_or(Err(IngestError::Refused))
    }

    /// Waits until no batch is forming and none is being committed.
    pub async fn finish(&self) {
        let _all = self.spanning.acquire_many(SPANNING_AT_ONCE).await;
        self.batches.finish().await;
    }
}

/// A delivery, translated and compressed.
struct PreparedDelivery {
    account: AccountRef,
    entry: Entry,
    elsewhere: Vec<(AccountRef, Event)>,
    omissions: Omissions,
    /// Whose sight of private repositories it ends.
    sight_end: Option<SightEnd>,
}

fn prepare(delivery: &VerifiedDelivery<'_>) -> PreparedDelivery {
    let Translation { account, action, outcome, events, elsewhere, sight_end, omissions } = translate(delivery);
    let raw = RawDelivery {
        guid: delivery.guid(),
        event: delivery.event().to_owned(),
        action,
        outcome: outcome.name(),
        body: compress(delivery.body()),
    };
    let entry = Entry::new(Some(raw), events).ending(sight_end);
    PreparedDelivery { account, entry, elsewhere, omissions, sight_end }
}

/// One of zstd's fast levels: half the time of level 1, and GitHub's JSON still shrinks to a fifth.
const COMPRESSION_LEVEL: i32 = -5;

fn compress(body: &[u8]) -> Vec<u8> {
    thread_local! {
        static COMPRESSOR: RefCell<Option<zstd::bulk::Compressor<'static>>> = const { RefCell::new(None) };
    }
    COMPRESSOR.with_borrow_mut(|compressor| {
        if compressor.is_none() {
            *compressor = zstd::bulk::Compressor::new(COMPRESSION_LEVEL).ok();
        }
        let compressed = compressor.as_mut().and_then(|compressor| compressor.compress(body).ok());
        compressed.expect("cannot fail: the buffer is sized for the worst case, so only memory can run out")
    })
}

/// The bytes of a stored body, as they came.
pub fn decompress(stored: &[u8]) -> std::io::Result<Vec<u8>> {
    zstd::stream::decode_all(stored)
}
