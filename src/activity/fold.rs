//! The fold: how one event changes an item's state.
//!
//! Every field merges by stamp (see [`super::register`]), so the events of an item may come in
//! any order and any number of times. What an action changed outranks what other events of the
//! same second show: a close and a comment that still shows `open`, both in one second, end closed.
//! An opening changes no field in this sense, since whatever else happens in its second comes after
//! it. What GitHub answered to a question after that second outranks both.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};

use super::event::{Actor, Effect, Event, ItemFact, ItemSnapshot, Source};
use super::item::{Activity, ItemState, SPOKEN};
use super::person::{Person, PersonKey, login_key};
use super::register::{Authority, Register, Stamp};

/// Further logins that count as bots (`BUGSCRUB_BOTS`), beside those that GitHub calls bots, and those that are called as
/// bots are. Case does not matter.
///
/// A login means whoever was the first to be seen with it, under whatever name they act: a bot that is
/// renamed stays one, and who takes its old login is none.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Bots(BTreeMap<String, Option<i64>>);

/// Why somebody counts as a bot.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BotReason {
    /// GitHub calls it one.
    GitHub,
    /// Its login ends as bots' do: `-bot`, `_bot` or `-robot`.
    Name,
    /// `BUGSCRUB_BOTS` names it.
    Setting,
}

impl BotReason {
    pub const NAMES: [&'static str; 3] = ["github", "name", "setting"];

    pub fn name(self) -> &'static str {
        Self::NAMES[self as usize]
    }
}

impl Bots {
    /// These logins, of whose owners nothing is known yet.
    pub fn new<'a>(logins: impl IntoIterator<Item = &'a str>) -> Self {
        Self(logins.into_iter().map(login_key).filter(|login| !login.is_empty()).map(|login| (login, None)).collect())
    }

    /// The logins, as [`login_key`] writes them.
    pub fn logins(&self) -> impl Iterator<Item = &str> {
        self.0.keys().map(String::as_str)
    }

    /// The same logins, each with the id of its owner, if one is known.
    #[must_use]
    pub fn owned(&self, owner: impl Fn(&str) -> Option<i64>) -> Self {
        Self(self.0.keys().map(|login| (login.clone(), owner(login))).collect())
    }

    pub fn is_human(&self, actor: &Actor) -> bool {
        self.reason(actor).is_none()
    }

    /// Why an actor counts as a bot; `None` for a human.
    pub fn reason(&self, actor: &Actor) -> Option<BotReason> {
        if self.names(actor) {
            return Some(BotReason::Setting);
        }
        let login = login_key(&actor.login);
        if ["-bot", "_bot", "-robot"].iter().any(|end| login.ends_with(end)) {
            return Some(BotReason::Name);
        }
        actor.bot.then_some(BotReason::GitHub)
    }

    fn names(&self, actor: &Actor) -> bool {
        if self.0.is_empty() {
            return false;
        }
        let named = match (self.0.get(&login_key(&actor.login)), actor.id) {
            (Some(Some(owner)), Some(id)) => *owner == id,
            (listed, _) => listed.is_some(),
        };
        named || actor.id.is_some_and(|id| self.0.values().flatten().any(|owner| *owner == id))
    }
}

impl ItemState {
    /// Folds one event about this item into its state.
    pub fn apply(&mut self, event: &Event, fact: &ItemFact, bots: &Bots) {
        if let Some(snapshot) = &fact.snapshot {
            // An answer about a conversation shows little else, so what else has changed by then is still to be found out.
            if fact.conversation.is_none() {
                self.updated_at = self.updated_at.max(Some(snapshot.updated_at));
            }
            self.apply_snapshot(snapshot, &fact.effect, event.actor.as_ref());
        }
        self.apply_conversation(event, fact, bots);
        match &fact.effect {
            Effect::Deleted => self.deleted = true,
            Effect::TransferredTo(key) => self.transferred_to = self.transferred_to.max(Some(*key)),
            Effect::TransferredFrom(key) => self.transferred_from = self.transferred_from.max(Some(*key)),
            _ => {}
        }
        if let (Some(actor), Some(at)) = (&event.actor, event.occurred_at) {
            let activity =
                Activity { at, kind: event.kind.clone(), actor: actor.clone(), association: fact.association.clone() };
            if bots.is_human(actor) {
                // What is kept by its id may be deleted.
                let spoke = fact.said.is_none() && SPOKEN.contains(&&*activity.kind);
                if spoke && activity.association.is_some() && self.last_word.as_ref() < Some(&activity) {
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

    fn apply_conversation(&mut self, event: &Event, fact: &ItemFact, bots: &Bots) {
        let conversation = &mut self.conversation;
        if let Some((id, word)) = &fact.said {
            conversation.hear(*id, word, |actor| bots.is_human(actor));
        }
        let arrived = matches!(fact.effect, Effect::TransferredFrom(_));
        if event.kind == "opened" && !arrived {
            conversation.begin();
        }
        let Some(snapshot) = &fact.snapshot else { return };
        let fetched = matches!(event.source, Source::Backfill | Source::Sweep);
        match &fact.conversation {
            Some(shown) => conversation.fetch(shown, snapshot.updated_at, |actor| bots.is_human(actor)),
            // What was said at the old place is said here too, and no delivery tells of it.
            None if fetched || arrived => conversation.list(snapshot.updated_at),
            None => {}
        }
        if event.kind == "synchronized"
            && let (Some(actor), Some(author)) = (&event.actor, &snapshot.author)
            && author.is(&actor.person())
            && bots.is_human(actor)
        {
            conversation.push(event.occurred_at.unwrap_or(snapshot.updated_at));
        }
    }

    fn apply_snapshot(&mut self, snapshot: &ItemSnapshot, effect: &Effect, actor: Option<&Actor>) {
        let at = snapshot.updated_at;
        let fetched = snapshot.fetched_at.map(|fetched_at| Authority::Fetched(fetched_at.timestamp()));
        let shown = Stamp { at, authority: fetched.unwrap_or(Authority::Shown) };
        let changed = Stamp { at, authority: Authority::Changed };
        let stamp = |is_effect: bool| if is_effect { changed } else { shown };

        self.item_type = self.item_type.max(Some(snapshot.item_type));
        Register::merge(&mut self.title, stamp(*effect == Effect::Title), &snapshot.title);
        self.merge_author(shown, snapshot.author.as_ref().map(|author| identified(author, actor)));
        Register::merge(&mut self.created_at, shown, &snapshot.created_at);
        Register::merge(&mut self.status, stamp(*effect == Effect::Status), &snapshot.status);
        Register::merge(&mut self.answered, stamp(*effect == Effect::Answer), &snapshot.answered);
        Register::merge(&mut self.merged, shown, &snapshot.merged);
        Register::merge(&mut self.draft, stamp(*effect == Effect::Draft), &snapshot.draft);
        Register::merge(&mut self.comments, shown, &snapshot.comments);
        self.conversation.show(shown, &snapshot.conversation_facts);
        let milestone = snapshot.milestone.as_ref().map(|milestone| milestone.as_ref().map(|found| found.number));
        Register::merge(&mut self.milestone, stamp(*effect == Effect::Milestone), &milestone);

        if let Some(labels) = &snapshot.labels {
            let ids = labels.iter().map(|label| label.id);
            match snapshot.more_labels {
                false => self.labels.state_whole(shown, ids.collect()),
                true => ids.for_each(|id| self.labels.state_one(shown, id, true)),
            }
        }
        if let Effect::Label { id, set } = effect {
            self.labels.state_one(changed, *id, *set);
        }
        let assignees = snapshot.assignees.as_ref();
        let assignees = assignees.map(|shown| shown.iter().map(|person| identified(person, actor)).collect());
        let assignee = match effect {
            Effect::Assignee { who, set } => Some((identified(who, actor), *set)),
            _ => None,
        };
        self.merge_assignees((shown, assignees), (changed, assignee));
    }

    fn merge_author(&mut self, stamp: Stamp, said: Option<Person>) {
        let id = self.author_id;
        let mut author = self.author.take().map(|known| known.map(|login| Person { id, login }));
        Register::merge(&mut author, stamp, &said);
        self.author_id = author.as_ref().and_then(|author| author.value().id);
        self.author = author.map(|author| author.map(|person| person.login));
    }

    /// Merges what a snapshot shows of all assignees, and what the action did to one of them.
    fn merge_assignees(&mut self, whole: (Stamp, Option<Vec<Person>>), one: (Stamp, Option<(Person, bool)>)) {
        let by_login = |login: &String| PersonKey::Login(login.clone());
        let mut assigned = self.assigned.take().unwrap_or_else(|| self.assignees.map(by_login));
        if let (stamp, Some(people)) = whole {
            assigned.state_whole(stamp, people.iter().map(Person::key).collect());
            self.assignees.state_whole(stamp, people.into_iter().map(|person| person.login).collect());
        }
        if let (stamp, Some((person, set))) = one {
            assigned.state_one(stamp, person.key(), set);
            self.assignees.state_one(stamp, person.login, set);
        }
        self.assigned = Some(assigned).filter(|assigned| *assigned != self.assignees.map(by_login));
    }
}

/// Somebody in a snapshot, with the id of the actor if that is who they are: events that were stored
/// before ids were say at least who acted.
fn identified(person: &Person, actor: Option<&Actor>) -> Person {
    let acted = || actor.filter(|actor| actor.login.eq_ignore_ascii_case(&person.login)).and_then(|actor| actor.id);
    Person { id: person.id.or_else(acted), login: person.login.clone() }
}

/// Cuts a time to the whole second, which is GitHub's resolution.
pub fn whole_second(at: DateTime<Utc>) -> DateTime<Utc> {
    DateTime::from_timestamp(at.timestamp(), 0).unwrap_or(at)
}
