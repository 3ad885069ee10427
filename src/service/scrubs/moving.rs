//! What is done by hand in a scrub: the cursor moved, another host, a row read beside the cursor.

use super::rounds::Tracks;
use super::{ScrubDetails, StepOutcome};
use crate::service::authorship::{Authorship, person};
use crate::service::{Refusal, Scope, Service, Viewer};
use crate::store::scrubs::host::{self, HostOutcome, HostWish};
use crate::store::scrubs::moving::{self, MoveOutcome, ReadRowOutcome};

/// Another host, as somebody asks for it.
#[derive(Clone, Debug)]
pub struct HostChange {
    /// The host that they see.
    pub from: String,
    pub host: String,
}

/// What became of asking for another host, and how the scrub stands now.
#[derive(Debug)]
pub enum HostChangeOutcome {
    /// Done, or asked of the others.
    Done(ScrubDetails),
    Closed(ScrubDetails),
    /// Somebody else leads it by now.
    Changed(ScrubDetails),
    /// The host is there, and alone hands it over.
    Present(ScrubDetails),
}

/// What became of reading a row beside the cursor, and how the scrub stands now.
#[derive(Debug)]
pub enum RowOutcome {
    Done(ScrubDetails),
    Closed(ScrubDetails),
    /// The row is somebody else's to read.
    Taken(ScrubDetails),
}

impl Service {
    /// Moves the cursor to a row of the deck, back or ahead; `from`: where it is now.
    ///
    /// # Errors
    /// [`Refusal::BadParameter`], [`Refusal::UnknownRow`], or as [`Service::show_scrub`].
    pub async fn move_cursor(
        &self,
        viewer: &Viewer,
        account: Option<&str>,
        number: i64,
        (from, place): (Option<i64>, i64),
        authorship: Authorship,
    ) -> Result<StepOutcome, Refusal> {
        viewer.require(Scope::Scrub)?;
        let request = self.request(viewer, authorship)?;
        let account = self.account_for(viewer, Scope::Scrub, account).await?;
        let (account_id, sight, pool) = (account.account_id, viewer.sight(), &self.0.pool);
        let moved = moving::move_cursor(pool, account_id, number, (from, place), &sight, &request).await?;
        self.tell_of(account_id);
        let outcome: fn(ScrubDetails) -> StepOutcome = match moved {
            MoveOutcome::Done(_) => StepOutcome::Done,
            MoveOutcome::Unknown => return Err(Refusal::UnknownScrub),
            MoveOutcome::NoPlace => return Err(Refusal::UnknownRow),
            MoveOutcome::Closed => StepOutcome::Closed,
            MoveOutcome::Elsewhere => StepOutcome::Elsewhere,
        };
        let position = if let MoveOutcome::Done(position) = moved { position } else { account.position };
        Ok(outcome(self.scrub_details(viewer, account_id, number, position).await?))
    }

    /// Hands a scrub over to another host. The host does so at once, and so does who acts for nobody and sees everything; an
    /// attendee only while the host is away, and with another one who agrees, if anybody else is there.
    ///
    /// # Errors
    /// [`Refusal::BadParameter`], [`Refusal::NotAttending`], or as [`Service::show_scrub`].
    pub async fn change_host(
        &self,
        viewer: &Viewer,
        account: Option<&str>,
        number: i64,
        change: HostChange,
        authorship: Authorship,
    ) -> Result<HostChangeOutcome, Refusal> {
        viewer.require(Scope::Scrub)?;
        let (from, host) = (person("from", &change.from)?, person("host", &change.host)?);
        let names_nobody = authorship.by.is_none() && viewer.person().is_none();
        let request = self.request(viewer, authorship)?;
        let account = self.account_for(viewer, Scope::Scrub, account).await?;
        let (account_id, is_admin) = (account.account_id, viewer.require(Scope::Admin).is_ok());
        let at_once =
            (is_admin && (names_nobody || viewer.person().is_some())) || (names_nobody && viewer.sight().is_all());
        let wish = HostWish { from: &from, host: &host, at_once };
        let changed = host::hand_over(&self.0.pool, account_id, number, wish, &request).await?;
        self.tell_of(account_id);
        let outcome: fn(ScrubDetails) -> HostChangeOutcome = match changed {
            HostOutcome::Done(_) => HostChangeOutcome::Done,
            HostOutcome::Unknown => return Err(Refusal::UnknownScrub),
            HostOutcome::NotThere => return Err(Refusal::NotAttending),
            HostOutcome::Closed => HostChangeOutcome::Closed,
            HostOutcome::Changed => HostChangeOutcome::Changed,
            HostOutcome::Present => HostChangeOutcome::Present,
        };
        let position = if let HostOutcome::Done(position) = changed { position } else { account.position };
        Ok(outcome(self.scrub_details(viewer, account_id, number, position).await?))
    }

    /// Marks a row as read in a scrub, or skips it, without moving the cursor: one that the reader took to read by themselves,
    /// or that is nobody's.
    ///
    /// # Errors
    /// [`Refusal::BadParameter`], [`Refusal::UnknownRow`], or as [`Service::show_scrub`].
    pub async fn read_row(
        &self,
        viewer: &Viewer,
        account: Option<&str>,
        number: i64,
        (place, skip): (i64, bool),
        authorship: Authorship,
    ) -> Result<RowOutcome, Refusal> {
        viewer.require(Scope::Scrub)?;
        let request = self.request(viewer, authorship)?;
        let account = self.account_for(viewer, Scope::Scrub, account).await?;
        let (account_id, sight) = (account.account_id, viewer.sight());
        let read = moving::read_row(&self.0.pool, account_id, number, (place, skip), &sight, &request).await?;
        self.tell_of(account_id);
        let outcome: fn(ScrubDetails) -> RowOutcome = match read {
            ReadRowOutcome::Done { position, view, left: (left, left_to_the_public) } => {
                let tracks = Tracks { whole: !left, public: !left_to_the_public };
                self.begin_rounds_if_due(account_id, &view, tracks, position, &request).await?;
                return Ok(RowOutcome::Done(self.scrub_details(viewer, account_id, number, position).await?));
            }
            ReadRowOutcome::Unknown => return Err(Refusal::UnknownScrub),
            ReadRowOutcome::NoPlace => return Err(Refusal::UnknownRow),
            ReadRowOutcome::Closed => RowOutcome::Closed,
            ReadRowOutcome::Taken => RowOutcome::Taken,
        };
        Ok(outcome(self.scrub_details(viewer, account_id, number, account.position).await?))
    }
}
