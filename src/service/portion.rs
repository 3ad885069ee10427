//! Which of an account's items a question means.

use chrono::NaiveDate;
use chrono_tz::Tz;

use super::accounts::Account;
use super::{Refusal, Service, Viewer};
use crate::rank::criterion::OF_NOTES;
use crate::rank::{Criteria, Criterion, Filter};
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
    /// The view's and the own criteria as they were written: groups by their names.
    written: [Criteria; 2],
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
        let own = by(self.criteria.filter(date, self.zone)?.in_round(self.started()));
        Ok(match &self.view {
            None => own,
            Some(view) => view.filter(date, self.zone)?.and(own),
        })
    }

    fn started(&self) -> i64 {
        self.round.map_or(0, |round| round.started)
    }

    /// The filter that makes it, with groups by their names: who is in them is for nobody to read.
    pub(super) fn written(&self, date: NaiveDate) -> Result<Filter, Refusal> {
        let [view, own] = &self.written;
        Ok(view.filter(date, self.zone)?.and(own.filter(date, self.zone)?.in_round(self.started())))
    }

    /// The names in it that the asker knows: not those of the view, if others read along, nor those of people in groups.
    pub(super) fn named(&self, viewer: &Viewer, date: NaiveDate) -> Result<Filter, Refusal> {
        let own = self.written[1].filter(date, self.zone)?;
        Ok(if viewer.is_embed() { own } else { self.written(date)? }.without_groups())
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
        let Subject { account, view, criteria: own } = subject;
        let criteria = own.with_groups(self.0.views.groups())?;
        // Before anything is asked of the store; what is right on one date is so on the next.
        criteria.filter(self.today(), self.zone())?;
        if viewer.is_embed()
            && let Some(asked) = OF_NOTES.iter().find(|criterion| criteria.has(criterion.name))
        {
            return Err(Refusal::NotesHidden { parameter: asked.name });
        }
        let named = view.as_deref().or_else(|| criteria.has("unread").then_some(BUG_SCRUB));
        let account = self.account(viewer, account.as_deref()).await?;
        let mut written = [Criteria::default(), own.clone()];
        let view = match viewer.view(named)?.or(usual) {
            None => None,
            Some(name) => {
                let view = self.written_view(account.account_id, name).await?.1;
                let filter = view.filter.with_groups(self.0.views.groups())?;
                written[0] = view.filter;
                Some(View { filter, ..view })
            }
        };
        let round = match (&view, criteria.has("unread")) {
            (Some(view), true) => {
                let end = past.map(|date| self.0.calendar.end_of(date));
                Some(round(&self.0.pool, account.account_id, &view.name, Track::of(&viewer.sight()), end).await?)
            }
            _ => None,
        };
        Ok(Portion { account, view, criteria, written, zone: self.zone(), round })
    }
}
