//! Following the log: the task that keeps the live ranking current.

use std::collections::BTreeSet;
use std::sync::atomic::Ordering;
use std::sync::{Arc, PoisonError};
use std::time::Duration;

use chrono::{DateTime, Utc};
use tokio::time::{Instant, sleep, sleep_until, timeout};

use super::LiveRanking;
use super::account::{Account, Step};
use crate::rank::Calendar;
use crate::store::live::{self, Head};
use crate::store::{StoreError, spread};

/// How soon what another process appended is found.
pub const POLL: Duration = Duration::from_millis(100);
/// The same where accounts are spread over servers, each of which is asked then. What this process appended is asked for
/// by its account, and somebody who waits for a position has that account asked for.
pub const POLL_OF_MANY: Duration = Duration::from_millis(500);
/// How far apart two rounds begin at least: under load one serves many commits.
const APART: Duration = Duration::from_millis(10);
/// Rounds that take long are further apart: they have a quarter of the time at most, so that following takes little
/// from those who append.
const TIMES_A_ROUND: u32 = 4;
/// How long to wait after the database was out of reach.
const PAUSE: Duration = Duration::from_secs(1);

impl LiveRanking {
    /// Loads every account, then follows; runs until cancelled.
    pub async fn follow(self, clock: impl Fn() -> DateTime<Utc>) {
        let calendar = Calendar { zone: self.0.zone };
        let appended = self.0.appended.clone();
        let mut of_all: Option<Instant> = None;
        loop {
            let begun = Instant::now();
            let named = appended.take();
            let many = spread::is_known(&self.0.pool);
            let some = of_all.filter(|at| many && begun - *at < POLL_OF_MANY).map(|_| &named);
            if some.is_none() {
                of_all = Some(begun);
            }
            match self.catch_up(some, calendar, clock()).await {
                Ok(Step::Behind) => drop(self.0.progress.send_replace(true)),
                Ok(_) => {
                    self.0.progress.send_replace(true);
                    let next = begun + (begun.elapsed() * TIMES_A_ROUND).clamp(APART, POLL);
                    // Whoever appended while we read left a permit: nothing is missed.
                    let _ = timeout(POLL, appended.noted()).await;
                    sleep_until(next).await;
                }
                Err(error) => {
                    tracing::warn!(
                        error = &error as &dyn std::error::Error,
                        "the live ranking cannot be kept current; trying again"
                    );
                    of_all = None;
                    sleep(PAUSE).await;
                }
            }
        }
    }

    /// Takes every account a step towards its head, and its date to today's. Where a head has moved it looks
    /// first whether the log is still the one that was followed: a standby may have taken over. Answers whether an
    /// account is still behind. Of `some` accounts, if they are given.
    async fn catch_up(
        &self,
        some: Option<&BTreeSet<i64>>,
        calendar: Calendar,
        now: DateTime<Utc>,
    ) -> Result<Step, StoreError> {
        let mut reached = Step::Current;
        let heads = match some {
            Some(some) => live::heads_of(&self.0.pool, some).await?,
            None => match live::heads(&self.0.pool).await {
                Err(error) if spread::is_known(&self.0.pool) => self.reachable(error).await?,
                heads => heads?,
            },
        };
        for head in heads.into_iter().filter(|head| head.account_id != 0) {
            let today = calendar.today(now);
            match self.account(head.account_id) {
                None => self.load(head, calendar, now).await?,
                Some(account) => {
                    let known = account.head();
                    let goes_on =
                        known == head || head.position >= known.position && live::goes_on(&self.0.pool, known).await?;
                    if !goes_on {
                        tracing::warn!(
                            account = head.account_id,
                            followed_to = known.position,
                            head = head.position,
                            "the log lacks its end: a backup was restored, or a standby took over that was behind; \
                             loading the account anew"
                        );
                    }
                    let step = match goes_on {
                        true if known == head => Step::Current,
                        true => account.catch_up(&self.0.pool).await?,
                        false => Step::Rebuilt,
                    };
                    if step == Step::Behind {
                        reached = Step::Behind;
                        self.0.appended.note(head.account_id);
                    }
                    if step == Step::Rebuilt {
                        let loaded = live::load(&self.0.pool, head.account_id).await?;
                        account.replace(self.0.zone, today, loaded);
                    }
                    if known != account.head() {
                        self.0.changes.fetch_add(1, Ordering::Release);
                    }
                    self.turn(&account, calendar, now).await;
                }
            }
        }
        Ok(reached)
    }

    /// The heads of the accounts that are held and can be asked for, after not all servers could be: one of several may be
    /// away, and the accounts of the others go on.
    async fn reachable(&self, error: StoreError) -> Result<Vec<Head>, StoreError> {
        let held: Vec<i64> = self.0.accounts.read().unwrap_or_else(PoisonError::into_inner).keys().copied().collect();
        let mut heads = vec![];
        for account_id in held {
            heads.extend(live::heads_of(&self.0.pool, &BTreeSet::from([account_id])).await.unwrap_or_default());
        }
        if heads.is_empty() { Err(error) } else { Ok(heads) }
    }

    async fn load(&self, head: Head, calendar: Calendar, now: DateTime<Utc>) -> Result<(), StoreError> {
        let loaded = live::load(&self.0.pool, head.account_id).await?;
        let (zone, today) = (self.0.zone, calendar.today(now));
        // Sorting a million items holds a thread up for a second.
        let made = tokio::task::spawn_blocking(move || Account::new(zone, today, loaded)).await;
        let Ok(account) = made else { return Err(StoreError::Unreadable("a ranking could not be made".to_owned())) };
        let mut accounts = self.0.accounts.write().unwrap_or_else(PoisonError::into_inner);
        accounts.insert(head.account_id, Arc::new(account));
        self.0.changes.fetch_add(1, Ordering::Release);
        Ok(())
    }

    /// Makes today's order when the date has changed, and forgets yesterday's when its hour is
    /// over.
    async fn turn(&self, account: &Arc<Account>, calendar: Calendar, now: DateTime<Utc>) {
        let today = calendar.today(now);
        let live = account.live();
        let snapshot = live.snapshot();
        if snapshot.date() < today {
            // If it panics, the next question tries again.
            let _ = tokio::task::spawn_blocking(move || live.turn(today)).await;
        } else if let Some(yesterday) = today.pred_opt()
            && snapshot.on(yesterday).is_some()
            && !calendar.serves(yesterday, now)
        {
            live.drop_yesterday();
        }
    }
}
