//! The room of a scrub that is going on: who is there, the timer, and who reads which rows by themselves.
//!
//! Nothing of it becomes an event, but that somebody came. [`watch`] finds out that something changed, [`change`] reads
//! what, and [`stream`] tells it to whoever follows.

pub mod change;
pub mod stream;
mod watch;
pub mod watches;

use crate::scrub::room::Room;
use crate::service::authorship::Authorship;
use crate::service::{Refusal, Scope, Service, Viewer};
use crate::store::scrubs::act;
pub use crate::store::scrubs::claims::ClaimWish;
use crate::store::scrubs::claims::{self, ClaimOutcome};
use crate::store::scrubs::list;
use crate::store::scrubs::presence::{self, PresenceOutcome, TabReport};
use crate::store::scrubs::room;
pub use crate::store::scrubs::timer::TimerSetting;
use crate::store::scrubs::timer::{self, TimerOutcome};

/// Characters of a tab's id at most.
const LONGEST_CLIENT: usize = 64;
/// Rows that are taken at once at most.
pub const MOST_CLAIMS: usize = 100;
/// How long a row may be read for, in seconds.
pub const ROW_SECONDS: std::ops::RangeInclusive<i64> = 5..=7_200;

/// What a tab tells of itself.
#[derive(Clone, Debug)]
pub struct Presence {
    /// An id of the tab's own.
    pub client: String,
    /// The place that is looked at.
    pub place: Option<i64>,
    /// The one that the cursor is on, wherever it goes.
    pub following: bool,
    pub typing: bool,
    pub leaving: bool,
}

/// What became of a change in a room, and how it is now.
#[derive(Debug)]
pub enum RoomOutcome {
    Done(Room),
    /// Nothing is done in the room of a closed scrub.
    Closed(Room),
    /// Somebody else has changed it since, or was faster.
    Changed(Room),
}

impl Service {
    /// The room of a scrub.
    ///
    /// # Errors
    /// As [`Service::show_scrub`].
    pub async fn show_room(&self, viewer: &Viewer, account: Option<&str>, number: i64) -> Result<Room, Refusal> {
        viewer.require(Scope::Read)?;
        let account_id = self.account(viewer, account).await?.account_id;
        self.room(viewer, account_id, number).await
    }

    /// Takes down that somebody is there, or leaves. Who may take part and comes for the first time is put down as present at
    /// the scrub; who may only read is counted, and not named.
    ///
    /// # Errors
    /// [`Refusal::BadParameter`], or as [`Service::show_scrub`].
    pub async fn set_presence(
        &self,
        viewer: &Viewer,
        account: Option<&str>,
        number: i64,
        presence: Presence,
        by: Option<String>,
    ) -> Result<Room, Refusal> {
        viewer.require(Scope::Read)?;
        let Presence { client, place, following, typing, leaving } = presence;
        check_client(&client)?;
        let account_id = self.account(viewer, account).await?.account_id;
        let request = self.request(viewer, Authorship { repeatable: None, by })?;
        let takes_part = viewer.require_in(account_id, Scope::Scrub).is_ok();
        let name = takes_part.then_some(request.by.as_str());
        let heard = TabReport { name, client: &client, place, following, typing, leaving };
        let _turn = self.0.watches.turn().await;
        let (pool, sight) = (&self.0.pool, viewer.sight());
        match presence::hear(pool, account_id, number, &sight, heard).await? {
            PresenceOutcome::Here { came, changed } => {
                // They may have been taken off the list: only coming puts somebody down.
                if came && takes_part && !list::attends(pool, account_id, number, &request.by).await? {
                    act::attend(pool, account_id, number, &request.by, true, &request).await?;
                }
                if changed {
                    self.tell_of(account_id);
                }
            }
            PresenceOutcome::Unknown => return Err(Refusal::UnknownScrub),
            PresenceOutcome::Closed => {}
        }
        self.room(viewer, account_id, number).await
    }

    /// Sets the timer of a scrub, if it is still the one that the viewer sees.
    ///
    /// # Errors
    /// [`Refusal::BadParameter`], or as [`Service::show_scrub`].
    pub async fn set_timer(
        &self,
        viewer: &Viewer,
        account: Option<&str>,
        number: i64,
        setting: TimerSetting,
        by: Option<String>,
    ) -> Result<RoomOutcome, Refusal> {
        viewer.require(Scope::Scrub)?;
        if setting.row_seconds.is_some_and(|seconds| !ROW_SECONDS.contains(&seconds)) {
            return Err(Refusal::bad_parameter("row_seconds", "A whole number from 5 to 7200, or null."));
        }
        self.request(viewer, Authorship { repeatable: None, by })?;
        let account_id = self.account_for(viewer, Scope::Scrub, account).await?.account_id;
        let outcome: fn(Room) -> RoomOutcome = match timer::set(&self.0.pool, account_id, number, setting).await? {
            TimerOutcome::Done => RoomOutcome::Done,
            TimerOutcome::Changed => RoomOutcome::Changed,
            TimerOutcome::Closed => RoomOutcome::Closed,
            TimerOutcome::Unknown => return Err(Refusal::UnknownScrub),
        };
        self.tell_of(account_id);
        Ok(outcome(self.room(viewer, account_id, number).await?))
    }

    /// Takes rows of a deck to read by oneself, or gives them back.
    ///
    /// # Errors
    /// [`Refusal::BadParameter`], [`Refusal::UnknownRow`], or as [`Service::show_scrub`].
    pub async fn claim_rows(
        &self,
        viewer: &Viewer,
        account: Option<&str>,
        number: i64,
        wish: ClaimWish,
        by: Option<String>,
    ) -> Result<RoomOutcome, Refusal> {
        viewer.require(Scope::Scrub)?;
        let (field, count) = match &wish {
            ClaimWish::Take(count) => ("take", *count),
            ClaimWish::Places(places) => ("places", places.len()),
            ClaimWish::Release(places) => ("release", places.len()),
            ClaimWish::ReleaseAll => ("release", 1),
        };
        if !(1..=MOST_CLAIMS).contains(&count) {
            return Err(Refusal::bad_parameter(field, "From 1 to 100 rows."));
        }
        let request = self.request(viewer, Authorship { repeatable: None, by })?;
        let account_id = self.account_for(viewer, Scope::Scrub, account).await?.account_id;
        let claimed = claims::claim(&self.0.pool, account_id, number, &viewer.sight(), (&request.by, wish)).await?;
        let outcome: fn(Room) -> RoomOutcome = match claimed {
            ClaimOutcome::Done => RoomOutcome::Done,
            ClaimOutcome::Taken => RoomOutcome::Changed,
            ClaimOutcome::Closed => RoomOutcome::Closed,
            ClaimOutcome::NoPlace => return Err(Refusal::UnknownRow),
            ClaimOutcome::Unknown => return Err(Refusal::UnknownScrub),
        };
        self.tell_of(account_id);
        Ok(outcome(self.room(viewer, account_id, number).await?))
    }

    /// Deletes what is left of rooms for no reason.
    ///
    /// # Errors
    /// [`Refusal::Store`]
    pub async fn sweep_rooms(&self) -> Result<(), Refusal> {
        Ok(room::sweep(&self.0.pool).await?)
    }

    pub(super) async fn room(&self, viewer: &Viewer, account_id: i64, number: i64) -> Result<Room, Refusal> {
        let room = room::room(&self.0.pool, account_id, &viewer.sight(), number).await?;
        room.ok_or(Refusal::UnknownScrub)
    }
}

/// Whether a text can be the id of a tab.
///
/// # Errors
/// [`Refusal::BadParameter`]
pub(super) fn check_client(client: &str) -> Result<(), Refusal> {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
    match (1..=LONGEST_CLIENT).contains(&client.len()) && client.bytes().all(is_plain) {
        true => Ok(()),
        false => Err(Refusal::bad_parameter("client", "1 to 64 letters, digits, `-` and `_`: an id of this tab.")),
    }
}
