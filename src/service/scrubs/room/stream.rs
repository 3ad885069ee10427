//! Following a scrub: what changes in it and in its room, as it happens.
//!
//! A follower is a position that moves on, and the last that they were told of the scrub and its room. What they may see is
//! asked again while they follow; what they may no longer see is not told any more.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use chrono::NaiveDate;
use tokio::sync::watch;
use tokio::time::{Instant, timeout_at};

use super::change::{Broadcast, Change, ChangedNote};
use super::watch::{ChangeKey, Pulse, Watch};
use crate::rank::Repository;
use crate::service::scrubs::deck::ShownRow;
use crate::service::stream::{FURTHEST, StreamEnd, is_told_of, sees_other, unreachable_store};
use crate::service::{Refusal, Scope, Service, Viewer};

/// How often it is asked who a follower is and what they may see.
const LOOK_AGAIN: Duration = Duration::from_secs(2);

/// Somebody who follows a scrub.
pub struct ScrubFollower {
    service: Service,
    viewer: Viewer,
    account_id: i64,
    number: i64,
    watch: Arc<Watch>,
    pulses: watch::Receiver<Pulse>,
    /// What they were told last of the scrub and its room, and whether as somebody who attends.
    told: Option<(Arc<Change>, bool)>,
    /// The repositories that there were then.
    known: Arc<HashMap<i64, Repository>>,
    /// Up to here they have been told.
    position: i64,
    date: NaiveDate,
    looked_at: Instant,
}

/// What a follower is told.
#[derive(Debug)]
pub enum ScrubNews {
    RoomMessage(Vec<RoomMessage>),
    /// Nothing more comes.
    End(StreamEnd),
}

/// One thing that a follower is told.
#[derive(Clone, Debug)]
pub enum RoomMessage {
    /// Ask the deck anew.
    Reset(NaiveDate),
    /// How the scrub stands; `true`: for a person who attends.
    Scrub(Arc<Change>, bool),
    /// A row of the deck changed.
    Row(Arc<Broadcast<ShownRow>>),
    Note(Arc<Broadcast<ChangedNote>>),
    Room(Arc<Change>),
}

impl Service {
    /// Begins to follow a scrub, from a position of the log on; from now unless given.
    ///
    /// # Errors
    /// As [`Service::show_scrub`].
    pub async fn follow_scrub(
        &self,
        viewer: &Viewer,
        account: Option<&str>,
        number: i64,
        position: Option<i64>,
    ) -> Result<ScrubFollower, Refusal> {
        viewer.require(Scope::Read)?;
        let account_id = self.account(viewer, account).await?.account_id;
        // It must be there.
        self.scrub(viewer, account_id, number).await?;
        let watch = self.watch(account_id, number).await?;
        let pulses = watch.pulses();
        let now = pulses.borrow().position.unwrap_or_default();
        Ok(ScrubFollower {
            viewer: viewer.clone(),
            known: self.0.live.repositories(account_id),
            date: self.today(),
            service: self.clone(),
            position: position.unwrap_or(now),
            told: None,
            looked_at: Instant::now(),
            account_id,
            number,
            watch,
            pulses,
        })
    }
}

impl ScrubFollower {
    /// The position up to which everything was told.
    pub fn position(&self) -> i64 {
        self.position
    }

    /// Waits for news. The first are how the scrub stands and who is there.
    pub async fn news(&mut self) -> ScrubNews {
        loop {
            // The sender is held by the watcher.
            let woken = match self.told {
                Some(_) => timeout_at(self.looked_at + LOOK_AGAIN, self.pulses.changed()).await.is_ok(),
                None => true,
            };
            let mut reset = false;
            if self.looked_at.elapsed() >= LOOK_AGAIN {
                match self.look_again().await {
                    Ok(Ok(changed)) => reset = changed,
                    Ok(Err(end)) => return ScrubNews::End(end),
                    Err(refusal) => return ScrubNews::End(unavailable(refusal)),
                }
            }
            let today = self.service.today();
            reset |= today != self.date;
            self.date = today;
            if !woken && !reset {
                continue;
            }
            match self.changes(reset).await {
                Ok(told) if told.is_empty() => {}
                Ok(told) => return ScrubNews::RoomMessage(told),
                Err(Refusal::UnknownScrub) => return ScrubNews::End(StreamEnd::AccountGone),
                Err(refusal) => return ScrubNews::End(unavailable(refusal)),
            }
        }
    }

    /// Whether they see other repositories than before.
    async fn look_again(&mut self) -> Result<Result<bool, StreamEnd>, Refusal> {
        self.looked_at = Instant::now();
        if !self.service.is_still_known(&self.viewer).await? {
            return Ok(Err(StreamEnd::TokenInvalid));
        }
        let Some(now) = self.service.as_seen_now(&self.viewer).await? else {
            return Ok(Err(StreamEnd::TokenInvalid));
        };
        if now.is_kept_from(self.account_id) {
            return Ok(Err(StreamEnd::AccountGone));
        }
        let changed = now.sight() != self.viewer.sight();
        self.viewer = now;
        Ok(Ok(changed))
    }

    /// What happened since they were told last; `reset`: they are to ask the deck anew in any case.
    async fn changes(&mut self, mut reset: bool) -> Result<Vec<RoomMessage>, Refusal> {
        let Pulse { position, stamp } = *self.pulses.borrow_and_update();
        let to = position.ok_or(Refusal::UnknownScrub)?;
        // Ahead of the log: the position is of another one.
        reset |= !(0..=FURTHEST).contains(&(to - self.position));
        let from = if reset { to } else { self.position };
        let (service, scrub, sight) = (&self.service, (self.account_id, self.number), self.viewer.sight());
        let key = ChangeKey { sight: sight.clone(), date: self.date, from, to, stamp };
        // It is large, and handed on by value.
        let read = Box::pin(service.read_change(scrub, sight.clone(), (from, to)));
        let change = self.watch.change(key, read).await?;
        self.position = to;
        let now = service.0.live.repositories(self.account_id);
        let before = std::mem::replace(&mut self.known, now);
        reset |= change.more
            || sees_other(&sight, &before, &self.known)
            || change.directory.iter().any(|about| is_told_of(&sight, &before, &self.known, *about));
        let attends = self.viewer.person().is_some_and(|person| change.hides_from(&person.login));
        let last = self.told.replace((change.clone(), attends)).filter(|_| !reset);
        let mut told = vec![];
        if reset {
            told.push(RoomMessage::Reset(self.date));
        } else {
            told.extend(change.rows.iter().cloned().map(RoomMessage::Row));
            told.extend(change.notes.iter().cloned().map(RoomMessage::Note));
        }
        if last.as_ref().is_none_or(|(last, _)| !change.has_same_room(last)) {
            told.push(RoomMessage::Room(change.clone()));
        }
        if last.as_ref().is_none_or(|(last, was)| *was != attends || !change.has_same_scrub(last)) {
            told.push(RoomMessage::Scrub(change, attends));
        }
        Ok(told)
    }
}

fn unavailable(refusal: Refusal) -> StreamEnd {
    unreachable_store(refusal);
    StreamEnd::Unavailable
}
