//! The fold: how one event changes an item's state.
//!
//! Every field merges by stamp (see [`super::register`]), so the events of an item may come in
//! any order and any number of times. What an action changed outranks what other events of the
//! same second show: a close and a comment that still shows `open`, both in one second, end closed.
//! An opening changes no field in this sense, since whatever else happens in its second comes after
//! it. What GitHub answered to a question after that second outranks both.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};

use super::event::{Actor, Effect, Event, ItemFact, ItemSnapshot};
use super::item::{Activity, ItemState};
use super::register::{Authority, Register, Stamp};

/// Further logins that count as bots (`BUGSCRUB_BOTS`), beside those that GitHub calls bots. Case does
/// not matter.
#[derive(Clone, Debug, Default)]
pub struct Bots(BTreeSet<String>);

impl Bots {
    pub fn new<'a>(logins: impl IntoIterator<Item = &'a str>) -> Self {
        Self(logins.into_iter().map(|login| login.trim().to_lowercase()).filter(|login| !login.is_empty()).collect())
    }

    pub fn is_human(&self, actor: &Actor) -> bool {
        !actor.bot && !self.0.contains(&actor.login.to_lowercase())
    }
}

impl ItemState {
    /// Folds one event about this item into its state.
    pub fn apply(&mut self, event: &Event, fact: &ItemFact, bots: &Bots) {
        if let Some(snapshot) = &fact.snapshot {
            self.apply_snapshot(snapshot, &fact.effect);
        }
        match &fact.effect {
            Effect::Deleted => self.deleted = true,
            Effect::TransferredTo(key) => self.transferred_to = self.transferred_to.max(Some(*key)),
            Effect::TransferredFrom(key) => self.transferred_from = self.transferred_from.max(Some(*key)),
            _ => {}
        }
        // What an earlier version folded knows of a last word only if nothing else came after it.
        if self.last_word.is_none() {
            self.last_word = self.last_human_activity.clone().filter(|activity| activity.association.is_some());
        }
        if let (Some(actor), Some(at)) = (&event.actor, event.occurred_at) {
            let activity =
                Activity { at, kind: event.kind.clone(), actor: actor.clone(), association: fact.association.clone() };
            if bots.is_human(actor) {
                if activity.association.is_some() && self.last_word.as_ref() < Some(&activity) {
                    self.last_word = Some(activity.clone());
                }
                if self.last_human_activity.as_ref() < Some(&activity) {
                    self.last_human_activity = Some(activity.clone());
                }
            }
            if self.last_activity.as_ref() < Some(&activity) {
                self.last_activity = Some(activity);
            }
        }
    }

    fn apply_snapshot(&mut self, snapshot: &ItemSnapshot, effect: &Effect) {
        let at = snapshot.updated_at;
        let fetched = snapshot.fetched_at.map(|fetched_at| Authority::Fetched(fetched_at.timestamp()));
        let shown = Stamp { at, authority: fetched.unwrap_or(Authority::Shown) };
        let changed = Stamp { at, authority: Authority::Changed };
        let stamp = |is_effect: bool| if is_effect { changed } else { shown };

        self.item_type = self.item_type.max(Some(snapshot.item_type));
        self.updated_at = self.updated_at.max(Some(at));
        merge(&mut self.title, stamp(*effect == Effect::Title), &snapshot.title);
        merge(&mut self.author, shown, &snapshot.author);
        merge(&mut self.created_at, shown, &snapshot.created_at);
        merge(&mut self.status, stamp(*effect == Effect::Status), &snapshot.status);
        merge(&mut self.answered, stamp(*effect == Effect::Answer), &snapshot.answered);
        merge(&mut self.merged, shown, &snapshot.merged);
        merge(&mut self.draft, stamp(*effect == Effect::Draft), &snapshot.draft);
        merge(&mut self.comments, shown, &snapshot.comments);
        let milestone = snapshot.milestone.as_ref().map(|milestone| milestone.as_ref().map(|found| found.number));
        merge(&mut self.milestone, stamp(*effect == Effect::Milestone), &milestone);

        if let Some(labels) = &snapshot.labels {
            self.labels.state_whole(shown, labels.iter().map(|label| label.id).collect());
        }
        if let Some(assignees) = &snapshot.assignees {
            self.assignees.state_whole(shown, assignees.iter().cloned().collect());
        }
        match effect {
            Effect::Label { id, set } => self.labels.state_one(changed, *id, *set),
            Effect::Assignee { login, set } => self.assignees.state_one(changed, login.clone(), *set),
            _ => {}
        }
    }
}

fn merge<T: Ord + Clone>(field: &mut Option<Register<T>>, stamp: Stamp, said: &Option<T>) {
    if let Some(value) = said {
        Register::state(field, stamp, value.clone());
    }
}

/// Cuts a time to the whole second, which is GitHub's resolution.
pub fn whole_second(at: DateTime<Utc>) -> DateTime<Utc> {
    DateTime::from_timestamp(at.timestamp(), 0).unwrap_or(at)
}
