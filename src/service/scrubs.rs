//! Scrubs: meetings that read a view together, one item after the other.
//!
//! The players: [`opening`] deals a deck of what the round has left; here the one cursor moves that all
//! see, and [`moving`] moves it by hand; [`deck`] shows the rows and sums them up; [`rounds`] begins a view's next round
//! when nothing is left; [`room`] has who is there, and the stream that tells them what happens.

mod arrivals;
pub mod deck;
pub mod hidden;
pub mod moving;
pub mod opening;
pub mod room;
pub(super) mod rounds;

use std::time::Duration;

use uuid::Uuid;

use self::deck::ShownRow;
use self::hidden::HiddenRow;
use self::rounds::Tracks;
use super::authorship::{Authorship, person};
use super::{Refusal, Scope, Service, Viewer};
use crate::scrub::Scrub;
use crate::store::scrubs::act::{self, Advanced, Changed, Request};
use crate::store::scrubs::read;

/// Scrubs of a page.
const PAGE: i64 = 50;

/// A page of an account's scrubs.
#[derive(Debug)]
pub struct ScrubPage {
    pub account_id: i64,
    /// The latest first.
    pub scrubs: Vec<Scrub>,
    /// The number before which the next page begins; `None` on the last.
    pub next: Option<i64>,
}

/// A scrub as it stands.
#[derive(Clone, Debug)]
pub struct ScrubDetails {
    pub account_id: i64,
    pub scrub: Scrub,
    /// The row under the cursor; `None` when nothing is left, once it is closed, and for viewers who may
    /// not see the row.
    pub current: Option<ShownRow>,
    /// The row at which the group is, if the viewer attends and may not see it.
    pub hidden_row: Option<HiddenRow>,
    /// Those of its attendees who were at no scrub before.
    pub first_timers: Vec<String>,
    /// The position of the account's log that this includes, at least.
    pub position: i64,
}

/// A step to the next row.
#[derive(Clone, Copy, Debug)]
pub struct Step {
    /// The place that the cursor must be on.
    pub place: i64,
    /// Leave the row unread, for another scrub.
    pub skip: bool,
    /// Go on from the row at which the group is, and which the viewer, who is the host, may not see.
    pub hidden: bool,
}

/// What became of a step, and how the scrub stands now.
#[derive(Debug)]
pub enum StepOutcome {
    Done(ScrubDetails),
    /// Nothing is read in a closed scrub.
    Closed(ScrubDetails),
    /// The cursor is not on the step's place.
    Elsewhere(ScrubDetails),
}

impl Service {
    /// The scrubs of an account, the latest first: those with numbers smaller than `before`.
    ///
    /// # Errors
    /// [`Refusal::MissingScope`], or as [`Service::account`].
    pub async fn list_scrubs(
        &self,
        viewer: &Viewer,
        account: Option<&str>,
        before: Option<i64>,
    ) -> Result<ScrubPage, Refusal> {
        viewer.require(Scope::Read)?;
        let account_id = self.account(viewer, account).await?.account_id;
        let scrubs = read::scrubs(&self.0.pool, account_id, &viewer.sight(), before, PAGE).await?;
        let next = scrubs.last().filter(|_| scrubs.len() as i64 == PAGE).map(|last| last.scrub);
        Ok(ScrubPage { account_id, scrubs, next })
    }

    /// One scrub.
    ///
    /// # Errors
    /// [`Refusal::MissingScope`], [`Refusal::UnknownScrub`], or as [`Service::account`].
    pub async fn show_scrub(
        &self,
        viewer: &Viewer,
        account: Option<&str>,
        number: i64,
    ) -> Result<ScrubDetails, Refusal> {
        viewer.require(Scope::Read)?;
        let account = self.account(viewer, account).await?;
        self.scrub_details(viewer, account.account_id, number, account.position).await
    }

    /// Marks the row under the cursor as read, or skips it, and moves the cursor to the next row.
    ///
    /// # Errors
    /// [`Refusal::BadParameter`], or as [`Service::show_scrub`].
    pub async fn advance_scrub(
        &self,
        viewer: &Viewer,
        account: Option<&str>,
        number: i64,
        step: Step,
        authorship: Authorship,
    ) -> Result<StepOutcome, Refusal> {
        viewer.require(Scope::Scrub)?;
        let request = self.request(viewer, authorship)?;
        let account = self.account_for(viewer, Scope::Scrub, account).await?;
        let account_id = account.account_id;
        if step.hidden {
            return self.pass_hidden(viewer, account_id, number, step, &request).await;
        }
        let Step { place, skip, .. } = step;
        let advanced = act::advance(&self.0.pool, account_id, number, (place, skip), &viewer.sight(), &request).await?;
        self.tell_of(account_id);
        let outcome: fn(ScrubDetails) -> StepOutcome = match advanced {
            Advanced::Done { position, view, left: (left, left_to_the_public) } => {
                let tracks = Tracks { whole: !left, public: !left_to_the_public };
                self.begin_rounds_if_due(account_id, &view, tracks, position, &request).await?;
                return Ok(StepOutcome::Done(self.scrub_details(viewer, account_id, number, position).await?));
            }
            Advanced::Unknown => return Err(Refusal::UnknownScrub),
            Advanced::Closed => StepOutcome::Closed,
            Advanced::Elsewhere => StepOutcome::Elsewhere,
        };
        Ok(outcome(self.scrub_details(viewer, account_id, number, account.position).await?))
    }

    /// Closes a scrub. A closed scrub stays closed.
    ///
    /// # Errors
    /// [`Refusal::BadParameter`], or as [`Service::show_scrub`].
    pub async fn close_scrub(
        &self,
        viewer: &Viewer,
        account: Option<&str>,
        number: i64,
        authorship: Authorship,
    ) -> Result<ScrubDetails, Refusal> {
        viewer.require(Scope::Scrub)?;
        let request = self.request(viewer, authorship)?;
        let account_id = self.account_for(viewer, Scope::Scrub, account).await?.account_id;
        let changed = act::close(&self.0.pool, account_id, number, None, &request).await?;
        self.tell_of(account_id);
        self.changed_scrub(viewer, account_id, number, changed).await
    }

    /// Puts somebody down as present at a scrub, or takes them off the list.
    ///
    /// # Errors
    /// [`Refusal::BadParameter`] for a name that cannot be one, or as [`Service::show_scrub`].
    pub async fn set_attendance(
        &self,
        viewer: &Viewer,
        account: Option<&str>,
        number: i64,
        (name, present): (&str, bool),
        authorship: Authorship,
    ) -> Result<ScrubDetails, Refusal> {
        viewer.require(Scope::Scrub)?;
        let name = person("name", name)?;
        let request = self.request(viewer, authorship)?;
        let account_id = self.account_for(viewer, Scope::Scrub, account).await?.account_id;
        let changed = act::attend(&self.0.pool, account_id, number, &name, present, &request).await?;
        self.tell_of(account_id);
        self.changed_scrub(viewer, account_id, number, changed).await
    }

    /// Closes the scrubs of all accounts in which nothing was done for so long.
    ///
    /// # Errors
    /// [`Refusal::Store`]
    pub async fn close_forgotten_scrubs(&self, after: Duration) -> Result<(), Refusal> {
        let now = self.now();
        let since = now - after;
        for (account_id, number) in read::untouched(&self.0.pool, since).await? {
            let by = "bugscrub".to_owned();
            let request = Request { id: Uuid::new_v4(), by, github_id: None, at: now, repeatable: None };
            act::close(&self.0.pool, account_id, number, Some(since), &request).await?;
            tracing::info!(account = account_id, scrub = number, "closed a scrub in which nothing was done any more");
        }
        self.sweep_rooms().await
    }

    /// A scrub without its rows.
    pub(super) async fn scrub(&self, viewer: &Viewer, account_id: i64, number: i64) -> Result<Scrub, Refusal> {
        let found = read::scrub(&self.0.pool, account_id, &viewer.sight(), number).await?;
        found.ok_or(Refusal::UnknownScrub)
    }

    pub(super) async fn scrub_details(
        &self,
        viewer: &Viewer,
        account_id: i64,
        number: i64,
        position: i64,
    ) -> Result<ScrubDetails, Refusal> {
        let scrub = self.scrub(viewer, account_id, number).await?;
        let current = match scrub.cursor {
            Some(place) => self.row_at(viewer, account_id, &scrub, place).await?,
            None => None,
        };
        let hidden_row = self.hidden_row(viewer, account_id, &scrub).await?;
        let first_timers = self.first_timers(account_id, &scrub).await?;
        Ok(ScrubDetails { account_id, scrub, current, hidden_row, first_timers, position })
    }

    async fn changed_scrub(
        &self,
        viewer: &Viewer,
        account_id: i64,
        number: i64,
        changed: Changed,
    ) -> Result<ScrubDetails, Refusal> {
        match changed {
            Changed::Done(position) => self.scrub_details(viewer, account_id, number, position).await,
            Changed::Unknown => Err(Refusal::UnknownScrub),
        }
    }
}
