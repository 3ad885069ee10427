//! A turn: one transaction in which somebody's request is decided and appended, while the account's
//! head is locked. When two people do the same thing at once, the second one's turn sees what the
//! first one did.

use chrono::{DateTime, SubsecRound, Utc};
use sqlx::{PgConnection, PgPool, Postgres, Transaction};
use uuid::Uuid;

use super::requests;
use crate::activity::{Actor, Event, Fact, Remarks, ScrubFact, Sight, Source};
use crate::store::append::append_decided;
use crate::store::head::{self, LockedHead, lock_head};
use crate::store::items::ItemAddress;
use crate::store::{StoreError, remarks};

/// Who asks for something, and when.
#[derive(Clone, Debug)]
pub struct Request {
    /// Part of the keys of the request's events: no other request has it.
    pub id: Uuid,
    pub by: String,
    /// The id on GitHub of who is signed in.
    pub github_id: Option<i64>,
    pub at: DateTime<Utc>,
    /// `None`: its sender will not send it again.
    pub repeatable: Option<RepeatableRequest>,
}

/// A request that its sender may send again, in doubt whether it was done.
#[derive(Clone, Debug)]
pub struct RepeatableRequest {
    /// The sender's token.
    pub token_id: i64,
    /// The sender's name for it.
    pub key: String,
    /// A hash of all that it says.
    pub content: Vec<u8>,
}

pub(super) struct Turn<'a> {
    transaction: Transaction<'static, Postgres>,
    pub account_id: i64,
    pub head: LockedHead,
    request: &'a Request,
    done_before: Option<i64>,
}

impl<'a> Turn<'a> {
    pub async fn begin(pool: &PgPool, account_id: i64, request: &'a Request) -> Result<Self, StoreError> {
        let mut transaction = head::begin(pool).await?;
        let head = lock_head(&mut transaction, account_id).await?;
        let done_before = match &request.repeatable {
            Some(repeatable) => requests::done_before(&mut transaction, account_id, repeatable).await?,
            None => None,
        };
        Ok(Self { transaction, account_id, head, request, done_before })
    }

    pub fn connection(&mut self) -> &mut PgConnection {
        &mut self.transaction
    }

    fn key(&self, ordinal: usize) -> String {
        format!("scrub:{}:{ordinal}", self.request.id)
    }

    /// The position that the request made, if it was done before.
    pub fn done_before(&self) -> Option<i64> {
        self.done_before
    }

    /// An item's remarks, with what they inherit for a reader.
    pub async fn remarks(&mut self, sight: &Sight, address: ItemAddress) -> Result<Remarks, StoreError> {
        let account_id = self.account_id;
        Ok(remarks::of(self.connection(), account_id, sight, &[address]).await?.remove(&address).unwrap_or_default())
    }

    /// An event of the request.
    pub fn event(&self, source_key: String, fact: ScrubFact) -> Event {
        Event {
            source_key,
            kind: fact.kind().to_owned(),
            actor: Some(Actor { login: self.request.by.clone(), id: self.request.github_id, bot: false }),
            // As precise as Postgres keeps it, so that a rebuild folds the same time.
            occurred_at: Some(self.request.at.trunc_subsecs(6)),
            source: Source::Scrub,
            fact: Fact::Scrub(fact),
        }
    }

    /// Appends the facts and ends the turn. Returns the account's position.
    pub async fn append(self, facts: Vec<ScrubFact>) -> Result<i64, StoreError> {
        let events = facts.into_iter().enumerate().map(|(ordinal, fact)| self.event(self.key(ordinal), fact));
        let events = events.collect();
        self.append_events(events).await
    }

    /// Ends the turn without an event. Returns the account's position.
    pub async fn end(mut self) -> Result<i64, StoreError> {
        let position = self.head.position;
        if let Some(repeatable) = &self.request.repeatable {
            requests::record(&mut self.transaction, self.account_id, repeatable, position).await?;
        }
        self.transaction.commit().await?;
        Ok(position)
    }

    /// Appends events with keys of their own and ends the turn. Returns the account's position.
    pub async fn append_events(mut self, events: Vec<Event>) -> Result<i64, StoreError> {
        let position = append_decided(&mut self.transaction, self.account_id, &self.head, &events).await?;
        if let Some(repeatable) = &self.request.repeatable {
            requests::record(&mut self.transaction, self.account_id, repeatable, position).await?;
        }
        self.transaction.commit().await?;
        Ok(position)
    }
}
