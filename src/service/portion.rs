//! Which of an account's items a question means.

use chrono::NaiveDate;
use chrono_tz::Tz;

use super::accounts::Account;
use super::{Refusal, Service, Viewer};
use crate::rank::criterion::OF_NOTES;
use crate::rank::{Criteria, Criterion, Filter, PageRequest, Wording};
use crate::scrub::view::BUG_SCRUB;
use crate::scrub::{Round, Track, View};
use crate::store::scrubs::read::round;

/// What a question is about: an account, and which of its items.
#[derive(Clone, Debug, Default)]
pub struct Subject {
    /// Login or id; `None`: the only account that the viewer sees.
    pub account: Option<String>,
    /// The view whose items they are.
    pub view: Option<String>,
    /// What narrows them.
    pub criteria: Criteria,
}

/// A part of an account's items: those of a view, narrowed by criteria.
#[derive(Clone, Debug)]
pub struct Portion {
    pub account: Account,
    pub view: Option<View>,
    criteria: Criteria,
    /// The names that the view and the criteria spell out: not those of people in groups.
    spelled: [Criteria; 2],
    zone: Tz,
    /// The view's, if it is asked what was read in it.
    round: Option<Round>,
}

impl Portion {
    /// The filter that makes it, on a date.
    ///
    /// # Errors
    /// [`Refusal::BadParameter`]
    pub fn filter(&self, date: NaiveDate) -> Result<Filter, Refusal> {
        self.narrowed(date, |own| own)
    }

    /// The same as if a criterion were not asked for; the view's own still counts.
    pub(super) fn filter_without(&self, criterion: &'static Criterion, date: NaiveDate) -> Result<Filter, Refusal> {
        self.narrowed(date, |own| own.without(criterion))
    }

    fn narrowed(&self, date: NaiveDate, by: impl FnOnce(Filter) -> Filter) -> Result<Filter, Refusal> {
        let own = by(self.criteria.filter(date, self.zone)?.in_round(self.round.map_or(0, |round| round.started)));
        Ok(match &self.view {
            None => own,
            Some(view) => view.filter(date, self.zone)?.and(own),
        })
    }

    /// What of its filter the asker knows: not that of the view, if others read along.
    pub(super) fn named(&self, viewer: &Viewer, date: NaiveDate) -> Result<Filter, Refusal> {
        let [view, own] = &self.spelled;
        let own = own.filter(date, self.zone)?;
        Ok(if viewer.is_embed() { own } else { view.filter(date, self.zone)?.and(own) })
    }
}

impl Service {
    /// The items that a subject means; what was read in a round counts by the end of `past`, if that
    /// is given. Without a view they are those of the view `usual`.
    pub(super) async fn portion(
        &self,
        viewer: &Viewer,
        subject: &Subject,
        past: Option<NaiveDate>,
        usual: Option<&str>,
    ) -> Result<Portion, Refusal> {
        let Subject { account, view, criteria: written } = subject;
        let criteria = written.with_groups(self.0.views.groups())?;
        // Before anything is asked of the store; what is right on one date is so on the next.
        criteria.filter(self.today(), self.zone())?;
        if viewer.is_embed()
            && let Some(asked) = OF_NOTES.iter().find(|criterion| criteria.has(criterion.name))
        {
            return Err(Refusal::NotesHidden { parameter: asked.name });
        }
        let named = view.as_deref().or_else(|| criteria.has("unread").then_some(BUG_SCRUB));
        let account = self.account(viewer, account.as_deref()).await?;
        let mut spelled = [Criteria::default(), written.without_groups()];
        let view = match viewer.view(named)?.or(usual) {
            None => None,
            Some(name) => {
                let view = self.written_view(account.account_id, name).await?.1;
                spelled[0] = view.filter.without_groups();
                Some(View { filter: view.filter.with_groups(self.0.views.groups())?, ..view })
            }
        };
        let round = match (&view, criteria.has("unread")) {
            (Some(view), true) => {
                let end = past.map(|date| self.0.calendar.end_of(date));
                Some(round(&self.0.pool, account.account_id, &view.name, Track::of(&viewer.sight()), end).await?)
            }
            _ => None,
        };
        Ok(Portion { account, view, criteria, spelled, zone: self.zone(), round })
    }

    /// What of a filter the asker of a further page knows.
    pub(super) async fn named_before(
        &self,
        viewer: &Viewer,
        account: &Account,
        request: &PageRequest,
        asked: &Wording,
    ) -> Result<Filter, Refusal> {
        if viewer.is_embed() {
            return Ok(Filter::default());
        }
        let own = asked.criteria.without_groups().filter(request.date, self.zone())?;
        let view = match &asked.view {
            None => return Ok(own),
            Some(name) => self.written_view(account.account_id, name).await,
        };
        Ok(match view {
            Ok((_, view)) => view.filter.without_groups().filter(request.date, self.zone())?.and(own),
            // It has been deleted since the first page.
            Err(Refusal::UnknownView) => own,
            Err(refusal) => return Err(refusal),
        })
    }
}
