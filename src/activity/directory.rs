//! The folded state of what items refer to: accounts, repositories, labels, milestones.
//!
//! Each is one row, joined when reading and never copied into items: renaming a label touches one
//! row however many items wear it.
//!
//! Published payloads give facts of these no usable time, so a fact that is *told* (a label was
//! renamed, a repository left) counts by its time of receipt, which only grows along an account's
//! log; one that a listing tells counts by when GitHub was asked, so that what a delivery told since
//! is newer. What items *show* of them in passing (the repository's name in every payload) counts by
//! the item's time, cut to the minute so that a busy repository is written once a minute and not
//! with every delivery. Told facts stand outside the promise that any order gives the same
//! result; a redelivered old one may win until the repository is listed again.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::event::{AccountFact, LabelFact, LabelRef, MilestoneFact, MilestoneRef, OwnerRef, RepositoryFact};
use super::event::{Event, Fact, RepositoryRef};

/// When something was heard, and whether it was told as a fact or shown in passing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Heard {
    /// At this time of receipt.
    Told(DateTime<Utc>),
    /// In an item's payload of this time.
    Shown(DateTime<Utc>),
}

impl Heard {
    fn at(self) -> DateTime<Utc> {
        match self {
            Heard::Told(at) => at,
            Heard::Shown(at) => DateTime::from_timestamp(at.timestamp().div_euclid(60) * 60, 0).unwrap_or(at),
        }
    }
}

/// A field whose latest statement wins; of two at one time the told one, then the greater value.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
struct Latest<T> {
    at: DateTime<Utc>,
    told: bool,
    value: T,
}

impl<T: Ord> Latest<T> {
    fn hear(field: &mut Option<Self>, heard: Heard, value: Option<T>) {
        if let Some(value) = value {
            let statement = Some(Self { at: heard.at(), told: matches!(heard, Heard::Told(_)), value });
            if *field < statement {
                *field = statement;
            }
        }
    }
}

/// A field that only a told fact may change once one has: whether something may be seen.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
struct Told<T> {
    told: bool,
    at: DateTime<Utc>,
    value: T,
}

impl<T: Ord> Told<T> {
    fn hear(field: &mut Option<Self>, told: bool, at: DateTime<Utc>, value: Option<T>) {
        if let Some(value) = value {
            let statement = Some(Self { told, at, value });
            if *field < statement {
                *field = statement;
            }
        }
    }
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct RepositoryState {
    /// Owner's login and repository's name, as one: a payload shows both or neither.
    full_name: Option<Latest<(String, String)>>,
    html_url: Option<Latest<String>>,
    archived: Option<Latest<bool>>,
    private: Option<Told<bool>>,
    present: Option<Told<bool>>,
}

impl RepositoryState {
    /// Merges what a payload shows of the repository.
    pub fn hear(&mut self, heard: Heard, repository: &RepositoryRef) {
        let full_name = repository.owner.as_ref().map(|owner| (owner.login.clone(), repository.name.clone()));
        Latest::hear(&mut self.full_name, heard, full_name);
        Latest::hear(&mut self.html_url, heard, repository.html_url.clone());
        Latest::hear(&mut self.archived, heard, repository.archived);
        // "Private" is believed at once from whoever shows it; "public" replaces it only if told.
        let told = matches!(heard, Heard::Told(_)) || repository.private == Some(true);
        Told::hear(&mut self.private, told, heard.at(), repository.private);
    }

    /// Merges a fact told about the repository.
    pub fn apply(&mut self, received_at: DateTime<Utc>, fact: &RepositoryFact) {
        self.hear(Heard::Told(received_at), &fact.repository);
        Told::hear(&mut self.present, true, received_at, fact.present);
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

    /// Private unless every payload said otherwise.
    pub fn private(&self) -> bool {
        self.private.as_ref().is_none_or(|private| private.value)
    }

    /// Left the account, or the App's sight.
    pub fn gone(&self) -> bool {
        self.present.as_ref().is_some_and(|present| !present.value)
    }

    /// When it was last told that the App may see it.
    pub fn present_since(&self) -> Option<DateTime<Utc>> {
        self.present.as_ref().filter(|present| present.value).map(|present| present.at)
    }
}

/// A name that can be removed: a label's, a milestone's title.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct NameState {
    name: Option<Latest<String>>,
    removed: Option<Told<bool>>,
}

impl NameState {
    fn apply(&mut self, received_at: DateTime<Utc>, name: &str, removed: bool) {
        Latest::hear(&mut self.name, Heard::Told(received_at), Some(name.to_owned()));
        Told::hear(&mut self.removed, true, received_at, Some(removed));
    }

    pub fn hear_label(&mut self, heard: Heard, label: &LabelRef) {
        Latest::hear(&mut self.name, heard, Some(label.name.clone()));
    }

    pub fn hear_milestone(&mut self, heard: Heard, milestone: &MilestoneRef) {
        Latest::hear(&mut self.name, heard, Some(milestone.title.clone()));
    }

    pub fn apply_label(&mut self, received_at: DateTime<Utc>, fact: &LabelFact) {
        self.apply(received_at, &fact.label.name, fact.removed);
    }

    pub fn apply_milestone(&mut self, received_at: DateTime<Utc>, fact: &MilestoneFact) {
        self.apply(received_at, &fact.milestone.title, fact.removed);
    }

    pub fn name(&self) -> &str {
        self.name.as_ref().map_or("", |name| name.value.as_str())
    }

    pub fn removed(&self) -> bool {
        self.removed.as_ref().is_some_and(|removed| removed.value)
    }
}

/// An account, and the App's installation on it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccountState {
    login: Option<Latest<String>>,
    /// Every login that the account has had, in lower case.
    logins: BTreeSet<String>,
    installed: Option<Told<bool>>,
    selected: Option<Told<bool>>,
    /// When the App was last installed afresh.
    installed_at: Option<DateTime<Utc>>,
}

impl AccountState {
    /// Merges what a payload shows of the account.
    pub fn hear(&mut self, heard: Heard, owner: &OwnerRef) {
        self.logins.insert(owner.login.to_lowercase());
        Latest::hear(&mut self.login, heard, Some(owner.login.clone()));
    }

    pub fn apply(&mut self, received_at: DateTime<Utc>, fact: &AccountFact) {
        self.hear(Heard::Told(received_at), &fact.owner);
        Told::hear(&mut self.installed, true, received_at, fact.installed);
        Told::hear(&mut self.selected, true, received_at, fact.selected);
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

    /// Neither suspended nor uninstalled, as far as was told.
    pub fn visible(&self) -> bool {
        self.installed.as_ref().is_none_or(|installed| installed.value)
    }

    /// Since when a repository must have been told of to be visible: an installation on chosen
    /// repositories names each of them.
    pub fn chosen_since(&self) -> Option<DateTime<Utc>> {
        let selected = self.selected.as_ref().is_some_and(|selected| selected.value);
        self.installed_at.filter(|_| selected)
    }
}

/// What an event shows of other things than the one it is about.
pub fn shown(event: &Event) -> Option<(Heard, &RepositoryRef, &[LabelRef], Option<&MilestoneRef>)> {
    let Fact::Item(item) = &event.fact else {
        return None;
    };
    let (repository, snapshot) = (item.repository.as_ref()?, item.snapshot.as_ref()?);
    let labels = snapshot.labels.as_deref().unwrap_or_default();
    let milestone = snapshot.milestone.as_ref().and_then(Option::as_ref);
    Some((Heard::Shown(snapshot.updated_at), repository, labels, milestone))
}
