//! The row that a group reads and that somebody there may not see.
//!
//! What is hidden from somebody is left out of a deck, for persons as for tokens: counts and places are as if it had never
//! been there. Whoever attends a scrub under their own name is told one thing more, because they would notice it anyway:
//! that the group is at a row which is private, and seen by others. Nothing of its item is told, and nothing once the
//! group has moved on.

use super::{ScrubDetails, Step, StepOutcome};
use crate::scrub::{Scrub, ScrubState};
use crate::service::{Refusal, Service, Viewer};
use crate::store::scrubs::act::{self, Advanced, Request};

/// A row in a deck at which the group is, and which the viewer may not see.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HiddenRow {
    /// The place of the viewer's next row; `None` if nothing is left for them.
    pub before: Option<i64>,
}

impl Service {
    /// The hidden row at which the group is, if the viewer is a person who attends.
    pub(super) async fn hidden_row(
        &self,
        viewer: &Viewer,
        account_id: i64,
        scrub: &Scrub,
    ) -> Result<Option<HiddenRow>, Refusal> {
        let Some(person) = viewer.person().filter(|_| scrub.state() == ScrubState::Open) else { return Ok(None) };
        let attends = scrub.attendees.iter().any(|name| name.eq_ignore_ascii_case(&person.login));
        if !attends || viewer.sight().is_all() {
            return Ok(None);
        }
        let is_hidden = act::is_at_hidden(&self.0.pool, account_id, scrub.scrub, &viewer.sight()).await?;
        Ok(is_hidden.then_some(HiddenRow { before: scrub.cursor }))
    }

    /// Moves the group on from a row that the host may not see. It stays unread, for another scrub.
    pub(super) async fn pass_hidden(
        &self,
        viewer: &Viewer,
        account_id: i64,
        number: i64,
        step: Step,
        request: &Request,
    ) -> Result<StepOutcome, Refusal> {
        let scrub = self.scrub(viewer, account_id, number).await?;
        let person = viewer.person();
        let is_host =
            person.zip(scrub.host.as_ref()).is_some_and(|(person, host)| host.eq_ignore_ascii_case(&person.login));
        if !is_host {
            let detail = "Only the host, signed in, goes on from a row that they may not see.";
            return Err(Refusal::bad_parameter("hidden", detail));
        }
        let outcome: fn(ScrubDetails) -> StepOutcome = match self.hidden_row(viewer, account_id, &scrub).await? {
            Some(row) if row.before.unwrap_or(0) == step.place => {
                match act::pass_hidden(&self.0.pool, account_id, number, &viewer.sight(), request).await? {
                    Advanced::Done { position, .. } => {
                        return Ok(StepOutcome::Done(self.scrub_details(viewer, account_id, number, position).await?));
                    }
                    Advanced::Unknown => return Err(Refusal::UnknownScrub),
                    Advanced::Closed => StepOutcome::Closed,
                    Advanced::Elsewhere => StepOutcome::Elsewhere,
                }
            }
            _ if scrub.state() != ScrubState::Open => StepOutcome::Closed,
            _ => StepOutcome::Elsewhere,
        };
        Ok(outcome(self.scrub_details(viewer, account_id, number, 0).await?))
    }
}
