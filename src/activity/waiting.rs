//! Whose turn it is on an open item, and how a pull request's review stands.

use chrono::{DateTime, Utc};

use super::association::Association;
use super::item::{ItemState, ItemType, State};
use super::word::{Verdict, Word};

/// Whom an open item waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum WaitsFor {
    Author,
    Maintainers,
    /// Those whose review is asked for.
    Reviewers,
    /// GitHub merges it by itself once it can.
    Nobody,
}

impl WaitsFor {
    pub const ALL: [WaitsFor; 4] = [WaitsFor::Author, WaitsFor::Maintainers, WaitsFor::Reviewers, WaitsFor::Nobody];

    /// In the order of [`Self::ALL`].
    pub const NAMES: [&'static str; 4] = ["author", "maintainers", "reviewers", "nobody"];

    pub fn name(self) -> &'static str {
        Self::NAMES[self as usize]
    }

    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|waits_for| waits_for.name() == name)
    }
}

/// Whom an item waits for, and since when: the time of what was said or pushed last.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Waiting {
    pub waits_for: WaitsFor,
    pub since: Option<DateTime<Utc>>,
}

/// How the review of an open pull request stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Review {
    /// Nobody who maintains has approved or asked for changes, and no review is asked for.
    None,
    Requested,
    Approved,
    ChangesRequested,
    /// The author has pushed since the last deciding review.
    ChangedSince,
}

impl Review {
    pub const ALL: [Review; 5] =
        [Review::None, Review::Requested, Review::Approved, Review::ChangesRequested, Review::ChangedSince];

    /// In the order of [`Self::ALL`].
    pub const NAMES: [&'static str; 5] = ["none", "requested", "approved", "changes_requested", "changed_since"];

    pub fn name(self) -> &'static str {
        Self::NAMES[self as usize]
    }

    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|review| review.name() == name)
    }
}

/// The last thing that was said or pushed, as far as it decides whose turn it is.
struct LastAct {
    at: DateTime<Utc>,
    by_maintainer: bool,
}

impl ItemState {
    /// Whom an open item waits for; `None` where nobody can tell, since it is not known what was said.
    ///
    /// The last human who said something decides: after somebody who maintains the repository, and is not
    /// the author, it is the author's turn, else the maintainers'. What the author pushes counts as said.
    /// A draft waits for its author. An approved pull request waits for maintainers, and one whose review is
    /// asked for waits for reviewers where others wait for maintainers.
    pub fn waiting(&self) -> Option<Waiting> {
        if self.state() != Some(State::Open) || !self.knows_the_end() {
            return None;
        }
        let last = self.last_act();
        let since = last.as_ref().map(|last| last.at);
        let turn = |waits_for| Some(Waiting { waits_for, since });
        let conversation = self.conversation();
        if self.item_type() == Some(ItemType::PullRequest) {
            if conversation.merges_itself() {
                return turn(WaitsFor::Nobody);
            }
            if self.draft() {
                return turn(WaitsFor::Author);
            }
            if self.review() == Some(Review::Approved) {
                return turn(WaitsFor::Maintainers);
            }
        }
        let maintainers = if conversation.review_is_requested() { WaitsFor::Reviewers } else { WaitsFor::Maintainers };
        turn(if last.is_some_and(|last| last.by_maintainer) { WaitsFor::Author } else { maintainers })
    }

    /// Whom an open item waits for, by [`Self::waiting`].
    pub fn waits_for(&self) -> Option<WaitsFor> {
        Some(self.waiting()?.waits_for)
    }

    /// Since when it waits, by [`Self::waiting`].
    pub fn waits_since(&self) -> Option<DateTime<Utc>> {
        self.waiting()?.since
    }

    /// How the review of an open pull request stands; `None` of other items, and where nobody can tell.
    pub fn review(&self) -> Option<Review> {
        let open = self.state() == Some(State::Open) && self.item_type() == Some(ItemType::PullRequest);
        if !open || !self.knows_the_end() {
            return None;
        }
        let conversation = self.conversation();
        let deciding = conversation.deciding();
        let Some(last) = deciding.iter().max_by_key(|review| review.at) else {
            return Some(if conversation.review_is_requested() { Review::Requested } else { Review::None });
        };
        let pushed = conversation.pushed_at().is_some_and(|pushed_at| pushed_at > last.at);
        let other = conversation.head().zip(last.commit.as_deref()).is_some_and(|(head, commit)| head != commit);
        Some(if pushed || other {
            Review::ChangedSince
        } else if deciding.iter().any(|review| review.verdict == Some(Verdict::ChangesRequested)) {
            Review::ChangesRequested
        } else {
            Review::Approved
        })
    }

    /// Whether it is known what was said last: GitHub was asked, or a delivery told, or nothing was said.
    fn knows_the_end(&self) -> bool {
        let conversation = self.conversation();
        let silent = self.comments() == Some(0) && self.item_type() != Some(ItemType::PullRequest);
        conversation.is_fetched()
            || conversation.is_heard()
            || conversation.last_word().is_some()
            || silent
            || self.last_word_before().is_some()
    }

    fn last_act(&self) -> Option<LastAct> {
        let author = self.author();
        let by_author =
            |word: &Word| author.as_ref().zip(word.by.as_ref()).is_some_and(|(author, by)| author.is(&by.person()));
        let conversation = self.conversation();
        let said = conversation.last_word().map(|(_, word)| LastAct {
            at: word.at,
            by_maintainer: word.association.is_some_and(Association::maintains) && !by_author(word),
        });
        let before = self.last_word_before().map(|word| {
            let association = word.association.as_deref().and_then(Association::from_name);
            let by_author = author.as_ref().is_some_and(|author| author.is(&word.actor.person()));
            LastAct { at: word.at, by_maintainer: association.is_some_and(Association::maintains) && !by_author }
        });
        let by_author = |at| LastAct { at, by_maintainer: false };
        let opened = self.created_at().map(by_author);
        let pushed = conversation.pushed_at().map(by_author);
        // Of several in one second the one that answers the others came last.
        [opened, before, pushed, said].into_iter().flatten().max_by_key(|act| act.at)
    }
}
