//! The directory: the folded state of what items refer to. These are the account, its
//! repositories, their labels and milestones, and the people who act on items.
//!
//! Each is one row, joined when reading and never copied into items: renaming a label changes one
//! row, however many items carry the label; so does renaming a person.
//!
//! GitHub's payloads give no usable time for changes to these. A fact that an event *tells* (a
//! label was renamed, a repository left the account) therefore counts by its time of receipt, which
//! only grows along an account's log. A fact from a listing counts by the time of the question, so
//! that deliveries since then are newer. What an item's payload *shows* in passing (every payload
//! names its repository) counts by the item's time, cut to the minute so that a busy repository is
//! written once a minute and not with every delivery. Told facts stand outside the promise that any
//! order gives the same result: a redelivered old one may win until the repository is listed again.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::event::{
    AccountFact, Effect, Event, Fact, ItemFact, LabelFact, MilestoneFact, MilestoneRef, OwnerRef, RepositoryFact,
    RepositoryRef,
};
use super::people::PersonState;

/// A repository's id with the id of a label or the number of a milestone.
pub type NameKey = (i64, i64);

/// What the items of one account refer to. It is small enough to be held whole.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Directory {
    pub profile: AccountState,
    pub repositories: BTreeMap<i64, RepositoryState>,
    pub labels: BTreeMap<NameKey, NameState>,
    pub milestones: BTreeMap<NameKey, MilestoneState>,
    /// By GitHub's id.
    pub people: BTreeMap<i64, PersonState>,
}

impl Directory {
    /// Folds what an event tells and shows of the directory.
    ///
    /// A fact counts by the event's `occurred_at` where it has one: that is when GitHub was asked, or
    /// when the delivery came that was understood only later. It counts by `recorded_at` otherwise.
    pub fn apply(&mut self, account_id: i64, event: &Event, recorded_at: DateTime<Utc>) {
        let received_at = event.occurred_at.unwrap_or(recorded_at);
        let told = Mention::Told(received_at);
        match &event.fact {
            Fact::Item(item) => {
                self.apply_shown(account_id, item);
                self.mention_people(event, item, recorded_at);
            }
            Fact::Scrub(_) => {}
            Fact::Account(fact) => self.profile.apply(received_at, fact),
            Fact::Repository(fact) => {
                self.repositories.entry(fact.repository.id).or_default().apply(received_at, fact);
                self.mention_owner(account_id, told, &fact.repository);
            }
            Fact::Label(LabelFact { repository, label, removed }) => {
                self.labels.entry((repository.id, label.id)).or_default().apply(received_at, &label.name, *removed);
                self.mention_in_passing(account_id, received_at, repository);
            }
            Fact::Milestone(MilestoneFact { repository, milestone, removed }) => {
                let key = (repository.id, milestone.number);
                self.milestones.entry(key).or_default().apply(received_at, milestone, *removed);
                self.mention_in_passing(account_id, received_at, repository);
            }
        }
    }

    /// Folds what an item's payload shows beside the item.
    fn apply_shown(&mut self, account_id: i64, item: &ItemFact) {
        let (Some(repository), Some(snapshot)) = (&item.repository, &item.snapshot) else { return };
        let shown = Mention::Shown(snapshot.updated_at);
        self.mention_repository(account_id, shown, repository);
        for label in snapshot.labels.iter().flatten() {
            self.labels.entry((repository.id, label.id)).or_default().mention(shown, &label.name);
        }
        if let Some(Some(milestone)) = &snapshot.milestone {
            // As with people: GitHub shows a milestone as it is when it is asked.
            let at = Mention::Shown(snapshot.updated_at.max(snapshot.fetched_at.unwrap_or_default()));
            let state = self.milestones.entry((repository.id, milestone.number)).or_default();
            state.name.mention(shown, &milestone.title);
            state.mention(at, milestone);
        }
    }

    /// Folds what the people in an item's event are called. It counts by the latest time that the event
    /// tells, since GitHub shows everybody as they are called then.
    fn mention_people(&mut self, event: &Event, item: &ItemFact, recorded_at: DateTime<Utc>) {
        let snapshot = item.snapshot.as_ref();
        let shown = snapshot.map(|snapshot| snapshot.fetched_at.max(Some(snapshot.updated_at)));
        let Some(at) = shown.flatten().max(event.occurred_at) else { return };
        let mut mention = |id: Option<i64>, login: &str| {
            if let Some(id) = id {
                self.people.entry(id).or_default().mention(at, recorded_at, login);
            }
        };
        if let Some(actor) = &event.actor {
            mention(actor.id, &actor.login);
        }
        let author = snapshot.and_then(|snapshot| snapshot.author.as_ref());
        let assignees = snapshot.and_then(|snapshot| snapshot.assignees.as_ref());
        let assigned = match &item.effect {
            Effect::Assignee { who, .. } => Some(who),
            _ => None,
        };
        for person in author.into_iter().chain(assignees.into_iter().flatten()).chain(assigned) {
            mention(person.id, &person.login);
        }
    }

    fn mention_repository(&mut self, account_id: i64, mention: Mention, repository: &RepositoryRef) {
        self.repositories.entry(repository.id).or_default().mention(mention, repository);
        self.mention_owner(account_id, mention, repository);
    }

    /// Folds what a label's or a milestone's event shows of their repository. It has no time, and may come
    /// late: it tells what is not known yet, and that the repository is private.
    fn mention_in_passing(&mut self, account_id: i64, received_at: DateTime<Utc>, repository: &RepositoryRef) {
        self.mention_repository(account_id, Mention::Shown(DateTime::UNIX_EPOCH), repository);
        let private = repository.private.filter(|private| *private);
        let state = self.repositories.entry(repository.id).or_default();
        Flag::state(&mut state.private, true, received_at, private);
    }

    fn mention_owner(&mut self, account_id: i64, mention: Mention, repository: &RepositoryRef) {
        if let Some(owner) = repository.owner.as_ref().filter(|owner| owner.id == account_id) {
            self.profile.mention(mention, owner);
        }
    }
}

/// How a payload speaks of something, and when.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Mention {
    /// As the fact that it is about; the time of receipt.
    Told(DateTime<Utc>),
    /// In passing; the time of the item that is shown.
    Shown(DateTime<Utc>),
}

impl Mention {
    fn at(self) -> DateTime<Utc> {
        match self {
            Mention::Told(at) => at,
            Mention::Shown(at) => DateTime::from_timestamp(at.timestamp().div_euclid(60) * 60, 0).unwrap_or(at),
        }
    }

    fn is_told(self) -> bool {
        matches!(self, Mention::Told(_))
    }
}

/// A field whose latest statement wins. Of two with the same time a told one wins, then the greater
/// value.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
struct Latest<T> {
    at: DateTime<Utc>,
    told: bool,
    value: T,
}

impl<T: Ord> Latest<T> {
    fn state(field: &mut Option<Self>, mention: Mention, value: Option<T>) {
        let statement = value.map(|value| Self { at: mention.at(), told: mention.is_told(), value });
        if *field < statement {
            *field = statement;
        }
    }
}

/// A field that decides what may be seen. Once a fact told it, only a later told fact changes it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
struct Flag {
    told: bool,
    at: DateTime<Utc>,
    value: bool,
}

impl Flag {
    fn state(field: &mut Option<Self>, told: bool, at: DateTime<Utc>, value: Option<bool>) {
        let statement = value.map(|value| Self { told, at, value });
        if *field < statement {
            *field = statement;
        }
    }
}

fn is_set(flag: &Option<Flag>) -> bool {
    flag.as_ref().is_some_and(|flag| flag.value)
}

fn is_cleared(flag: &Option<Flag>) -> bool {
    flag.as_ref().is_some_and(|flag| !flag.value)
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct RepositoryState {
    /// The owner's login and the repository's name together: a payload shows both or neither.
    full_name: Option<Latest<(String, String)>>,
    html_url: Option<Latest<String>>,
    archived: Option<Latest<bool>>,
    private: Option<Flag>,
    present: Option<Flag>,
}

impl RepositoryState {
    fn mention(&mut self, mention: Mention, repository: &RepositoryRef) {
        let named = repository.owner.as_ref().filter(|_| !repository.name.is_empty());
        let full_name = named.map(|owner| (owner.login.clone(), repository.name.clone()));
        Latest::state(&mut self.full_name, mention, full_name);
        Latest::state(&mut self.html_url, mention, repository.html_url.clone());
        Latest::state(&mut self.archived, mention, repository.archived);
        // "Private" is believed at once, whoever shows it; only a told "public" replaces it.
        let told = mention.is_told() || repository.private == Some(true);
        Flag::state(&mut self.private, told, mention.at(), repository.private);
    }

    fn apply(&mut self, received_at: DateTime<Utc>, fact: &RepositoryFact) {
        self.mention(Mention::Told(received_at), &fact.repository);
        Flag::state(&mut self.present, true, received_at, fact.present);
    }

    pub fn owner(&self) -> Option<&str> {
        self.full_name.as_ref().map(|name| name.value.0.as_str())
    }

    pub fn name(&self) -> Option<&str> {
        self.full_name.as_ref().map(|name| name.value.1.as_str())
    }

    pub fn html_url(&self) -> Option<&str> {
        self.html_url.as_ref().map(|url| url.value.as_str())
    }

    pub fn archived(&self) -> bool {
        self.archived.as_ref().is_some_and(|archived| archived.value)
    }

    /// A repository counts as private until a payload says otherwise.
    pub fn private(&self) -> bool {
        !is_cleared(&self.private)
    }

    /// It left the account, or the App may no longer see it.
    pub fn gone(&self) -> bool {
        is_cleared(&self.present)
    }

    /// When an event last told that the App may see it.
    pub fn present_since(&self) -> Option<DateTime<Utc>> {
        self.present.as_ref().filter(|present| present.value).map(|present| present.at)
    }
}

/// A milestone: its title, whether it is closed, and when it is due.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct MilestoneState {
    #[serde(flatten)]
    name: NameState,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    closed: Option<Latest<bool>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    due_on: Option<Latest<Option<DateTime<Utc>>>>,
}

impl MilestoneState {
    fn mention(&mut self, mention: Mention, milestone: &MilestoneRef) {
        Latest::state(&mut self.closed, mention, milestone.closed);
        Latest::state(&mut self.due_on, mention, milestone.due_on);
    }

    fn apply(&mut self, received_at: DateTime<Utc>, milestone: &MilestoneRef, removed: bool) {
        self.name.apply(received_at, &milestone.title, removed);
        self.mention(Mention::Told(received_at), milestone);
    }

    pub fn title(&self) -> &str {
        self.name.name()
    }

    pub fn removed(&self) -> bool {
        self.name.removed()
    }

    /// `None` if no payload has said it.
    pub fn closed(&self) -> Option<bool> {
        self.closed.as_ref().map(|closed| closed.value)
    }

    /// `None` if it is never due, and if no payload has said it.
    pub fn due_on(&self) -> Option<DateTime<Utc>> {
        self.due_on.as_ref().and_then(|due_on| due_on.value)
    }
}

/// A label's name or a milestone's title. Either can be removed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct NameState {
    name: Option<Latest<String>>,
    removed: Option<Flag>,
}

impl NameState {
    fn mention(&mut self, mention: Mention, name: &str) {
        // Empty if the payload did not say it.
        Latest::state(&mut self.name, mention, Some(name.to_owned()).filter(|name| !name.is_empty()));
    }

    fn apply(&mut self, received_at: DateTime<Utc>, name: &str, removed: bool) {
        self.mention(Mention::Told(received_at), name);
        Flag::state(&mut self.removed, true, received_at, Some(removed));
    }

    pub fn name(&self) -> &str {
        self.name.as_ref().map_or("", |name| name.value.as_str())
    }

    pub fn removed(&self) -> bool {
        is_set(&self.removed)
    }
}

/// An account, and the App's installation on it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccountState {
    login: Option<Latest<String>>,
    /// Every login that the account has had, in lower case.
    logins: BTreeSet<String>,
    installed: Option<Flag>,
    selected: Option<Flag>,
    /// When the App was last freshly installed.
    installed_at: Option<DateTime<Utc>>,
}

impl AccountState {
    fn mention(&mut self, mention: Mention, owner: &OwnerRef) {
        if owner.login.is_empty() {
            return;
        }
        self.logins.insert(owner.login.to_lowercase());
        Latest::state(&mut self.login, mention, Some(owner.login.clone()));
    }

    fn apply(&mut self, received_at: DateTime<Utc>, fact: &AccountFact) {
        self.mention(Mention::Told(received_at), &fact.owner);
        Flag::state(&mut self.installed, true, received_at, fact.installed);
        Flag::state(&mut self.selected, true, received_at, fact.selected);
        if fact.fresh {
            self.installed_at = self.installed_at.max(Some(received_at));
        }
    }

    pub fn login(&self) -> Option<&str> {
        self.login.as_ref().map(|login| login.value.as_str())
    }

    pub fn logins(&self) -> impl Iterator<Item = &str> {
        self.logins.iter().map(String::as_str)
    }

    /// No event told that the App was suspended or uninstalled.
    pub fn visible(&self) -> bool {
        !is_cleared(&self.installed)
    }

    /// With an installation on chosen repositories: when it was made. It names each repository that
    /// it may see, so one that no event named since then is hidden. `None` if it may see all.
    pub fn chosen_since(&self) -> Option<DateTime<Utc>> {
        self.installed_at.filter(|_| is_set(&self.selected))
    }
}
