//! Following the log: the task that keeps the live ranking current.

use std::sync::atomic::Ordering;
use std::sync::{Arc, PoisonError};
use std::time::Duration;

use chrono::{DateTime, Utc};
use tokio::time::{Instant, sleep, sleep_until, timeout};

use super::LiveRanking;
use super::account::{Account, Step};
use crate::rank::Calendar;
use crate::store::StoreError;
use crate::store::live::{self, Head};

/// How soon what another process appended is found.
pub const POLL: Duration = Duration::from_millis(100);
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
        loop {
            let begun = Instant::now();
            match self.catch_up(calendar, clock()).await {
                Ok(Step::Behind) => drop(self.0.progress.send_replace(true)),
                Ok(_) => {
                    self.0.progress.send_replace(true);
                    let next = begun + (begun.elapsed() * TIMES_A_ROUND).clamp(APART, POLL);
                    // Whoever appended while we read left a permit: nothing is missed.
                    let _ = timeout(POLL, appended.notified()).await;
                    sleep_until(next).await;
                }
                Err(error) => {
                    tracing::warn!(
                        error = &error as &dyn std::error::Error,
                        "the live ranking cannot be kept current; trying again"
                    );
                    sleep(PAUSE).await;
                }
            }
        }
    }

    /// Takes every account a step towards its head, and its date to today's. Where a head has moved it looks
    /// first whether the log is still the one that was followed: a standby may have taken over. Answers whether an
    /// account is still behind.
    async fn catch_up(&self, calendar: Calendar, now: DateTime<Utc>) -> Result<Step, StoreError> {
        let mut reached = Step::Current;
        for head in live::heads(&self.0.pool).await? {
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
