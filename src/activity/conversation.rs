//! The conversation on an item: who said something, and when. The texts are not kept.
//!
//! Deliveries tell of one thing said at a time, GitHub's answers to our questions of the last ones. Both
//! merge in any order: whatever is known of something said only grows, and that it was deleted is final.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Duration, Utc};
use serde::{Deserialize, Serialize};

use super::association::Association;
use super::checks::{Checks, ChecksOfCommit};
use super::person::{Actor, PersonKey};
use super::register::{AsOf, Register, Stamp};
use super::word::{ConversationFacts, ConversationSnapshot, Verdict, Word, WordId};

/// How many words are kept of one item, the latest: as many as GitHub shows with one question.
const KEPT: usize = 100;

/// How long after a second GitHub's answers are assumed to contain everything that happened in it: the
/// time of an answer is that of its head, and GitHub's replicas may lag.
pub const SETTLES: Duration = Duration::seconds(10);

/// What an answer of GitHub's covers. The latest counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
struct Coverage {
    at: DateTime<Utc>,
    #[serde(rename = "c", skip_serializing_if = "Option::is_none", default)]
    comments_from: Option<DateTime<Utc>>,
    #[serde(rename = "r", skip_serializing_if = "Option::is_none", default)]
    reviews_from: Option<DateTime<Utc>>,
}

/// Something said, and what is known of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct KnownWord {
    #[serde(flatten)]
    word: Word,
    /// The time of the latest answer of GitHub's that had it.
    #[serde(rename = "seen", skip_serializing_if = "Option::is_none", default)]
    seen_at: Option<DateTime<Utc>>,
}

/// The fold of what was said on an item.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Conversation {
    #[serde(skip_serializing_if = "BTreeMap::is_empty", default)]
    words: BTreeMap<WordId, KnownWord>,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    covered: Option<Coverage>,
    /// The author pushed to the pull request then, or later.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pushed_at: Option<DateTime<Utc>>,
    /// We know of its opening, and so of all that was said since.
    #[serde(skip_serializing_if = "std::ops::Not::not", default)]
    heard: bool,
    /// A bot opened the item.
    #[serde(rename = "bot", skip_serializing_if = "std::ops::Not::not", default)]
    by_bot: bool,
    /// The `updated_at` of the item when a list or a single answer last showed it.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    listed: Option<DateTime<Utc>>,
    /// The same when its conversation was last fetched.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    fetched: Option<DateTime<Utc>>,
    /// The number of reactions to the item itself.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    reactions: Option<Register<i64>>,
    /// How the author stands to the repository.
    #[serde(rename = "author", skip_serializing_if = "Option::is_none", default)]
    author_association: Option<Register<Association>>,
    /// Of a pull request: its last commit, the reviews that are asked for, and whether GitHub merges it by
    /// itself.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    head: Option<Register<String>>,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    requested: Option<Register<i64>>,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    merges_itself: Option<Register<bool>>,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    checks: Option<AsOf<ChecksOfCommit>>,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    linked: Option<AsOf<BTreeSet<i64>>>,
}

impl Conversation {
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// Merges one thing said, or that it was deleted.
    pub(super) fn hear(&mut self, id: WordId, word: &Word, is_human: impl Fn(&Actor) -> bool) {
        self.know(id, word, None, &is_human);
        self.forget_the_oldest();
    }

    /// Merges an answer of GitHub's, of when the item's `updated_at` was this.
    pub(super) fn fetch(
        &mut self,
        shown: &ConversationSnapshot,
        updated_at: DateTime<Utc>,
        is_human: impl Fn(&Actor) -> bool,
    ) {
        for (id, word) in &shown.words {
            self.know(*id, word, Some(shown.at), &is_human);
        }
        let ConversationSnapshot { at, comments_from, reviews_from, pushed_at, .. } = shown;
        let covered = Coverage { at: *at, comments_from: *comments_from, reviews_from: *reviews_from };
        self.covered = self.covered.max(Some(covered));
        self.fetched = self.fetched.max(Some(updated_at));
        AsOf::merge(&mut self.checks, *at, &shown.checks);
        AsOf::merge(&mut self.linked, *at, &shown.linked);
        match &shown.author {
            Some(author) if !is_human(author) => self.by_bot = true,
            Some(_) => self.pushed_at = self.pushed_at.max(*pushed_at),
            None => {}
        }
        self.forget_the_oldest();
    }

    /// Merges that the author pushed.
    pub(super) fn push(&mut self, at: DateTime<Utc>) {
        self.pushed_at = self.pushed_at.max(Some(at));
    }

    /// Merges that the item was opened: deliveries tell of whatever is said from then on.
    pub(super) fn begin(&mut self) {
        self.heard = true;
    }

    /// Merges that GitHub was asked about the item, but not about its conversation.
    pub(super) fn list(&mut self, updated_at: DateTime<Utc>) {
        self.listed = self.listed.max(Some(updated_at));
    }

    pub(super) fn show(&mut self, stamp: Stamp, facts: &ConversationFacts) {
        Register::merge(&mut self.reactions, stamp, &facts.reactions);
        Register::merge(&mut self.author_association, stamp, &facts.author_association);
        Register::merge(&mut self.head, stamp, &facts.head);
        Register::merge(&mut self.requested, stamp, &facts.requested);
        Register::merge(&mut self.merges_itself, stamp, &facts.merges_itself);
    }

    fn know(&mut self, id: WordId, word: &Word, seen_at: Option<DateTime<Utc>>, is_human: impl Fn(&Actor) -> bool) {
        let mut word = word.clone();
        if let Some(by) = &mut word.by {
            by.bot = !is_human(by);
        }
        match self.words.get_mut(&id) {
            Some(known) => {
                known.word.merge(word);
                known.seen_at = known.seen_at.max(seen_at);
            }
            None => drop(self.words.insert(id, KnownWord { word, seen_at })),
        }
    }

    /// Keeps the latest words only. Which those are does not depend on the order in which they came.
    fn forget_the_oldest(&mut self) {
        while self.words.len() > KEPT {
            let oldest = self.words.iter().min_by_key(|(id, known)| (known.word.at, **id)).map(|(id, _)| *id);
            oldest.map(|id| self.words.remove(&id));
        }
    }

    /// Whether what was said is still there: nobody told that it was deleted, and no later answer of
    /// GitHub's lacks it.
    fn is_there(&self, id: WordId, known: &KnownWord) -> bool {
        let missed = self.covered.is_some_and(|covered| {
            let from = match id {
                WordId::Comment(_) => covered.comments_from,
                WordId::Review(_) => covered.reviews_from,
            };
            let since = from.is_none_or(|from| known.word.at >= from);
            since && known.word.at < covered.at - SETTLES && known.seen_at < Some(covered.at)
        });
        !known.word.deleted && !missed
    }

    /// What was said and is still there, in no order.
    fn words(&self) -> impl Iterator<Item = (WordId, &Word)> {
        let there = self.words.iter().filter(|(id, known)| self.is_there(**id, known));
        there.map(|(id, known)| (*id, &known.word))
    }

    /// The same of humans.
    pub fn human_words(&self) -> impl Iterator<Item = (WordId, &Word)> {
        self.words().filter(|(_, word)| word.is_human())
    }

    /// The last thing that a human said.
    pub fn last_word(&self) -> Option<(WordId, &Word)> {
        self.human_words().max_by_key(|(id, word)| (word.at, *id))
    }

    /// The last thing that anybody said, bots too.
    pub fn last_of_all(&self) -> Option<(WordId, &Word)> {
        self.words().max_by_key(|(id, word)| (word.at, *id))
    }

    /// When the author last pushed to the pull request, at the earliest.
    pub fn pushed_at(&self) -> Option<DateTime<Utc>> {
        self.pushed_at
    }

    /// When each human who said something did so last. At least so many: of a long conversation the beginning is not known.
    pub fn spoke_at(&self) -> Vec<DateTime<Utc>> {
        let mut people: BTreeMap<PersonKey, DateTime<Utc>> = BTreeMap::new();
        for (_, word) in self.human_words() {
            if let Some(by) = &word.by {
                let last = people.entry(by.person().key()).or_insert(word.at);
                *last = word.at.max(*last);
            }
        }
        people.into_values().collect()
    }

    /// The number of humans who said something.
    pub fn commenters(&self) -> i64 {
        i64::try_from(self.spoke_at().len()).unwrap_or(i64::MAX)
    }

    /// Whether it is known that a bot opened the item.
    pub fn is_opened_by_bot(&self) -> bool {
        self.by_bot
    }

    /// Whether we heard of all that was said from the opening on.
    pub fn is_heard(&self) -> bool {
        self.heard
    }

    /// Whether GitHub was asked for the conversation, so that its end is known.
    pub fn is_fetched(&self) -> bool {
        self.fetched.is_some()
    }

    /// Whether GitHub showed the item since its conversation was fetched, if ever it was.
    pub fn is_due(&self) -> bool {
        self.listed > self.fetched
    }

    pub fn reactions(&self) -> Option<i64> {
        self.reactions.as_ref().map(|reactions| *reactions.value())
    }

    pub fn author_association(&self) -> Option<Association> {
        self.author_association.as_ref().map(|association| *association.value())
    }

    /// Whether GitHub merges the pull request by itself once it can.
    pub fn merges_itself(&self) -> bool {
        self.merges_itself.as_ref().is_some_and(|merges| *merges.value())
    }

    /// Whether a review is asked for that did not come yet.
    pub fn review_is_requested(&self) -> bool {
        self.requested.as_ref().is_some_and(|requested| *requested.value() > 0)
    }

    /// The reviews that decide: the last verdict of each reviewer who maintains.
    pub fn deciding(&self) -> Vec<&Word> {
        let mut last: BTreeMap<Option<PersonKey>, (WordId, &Word)> = BTreeMap::new();
        for (id, word) in self.human_words() {
            let decides = word.association.is_some_and(Association::maintains)
                && word.verdict.is_some_and(|verdict| verdict > Verdict::Commented);
            let by = word.by.as_ref().map(|by| by.person().key());
            let later = |(known, other): &(WordId, &Word)| (word.at, id) > (other.at, *known);
            if decides && last.get(&by).is_none_or(later) {
                last.insert(by, (id, word));
            }
        }
        last.into_values().map(|(_, word)| word).filter(|word| word.verdict != Some(Verdict::Dismissed)).collect()
    }

    /// How the checks of the pull request's last commit stand, and when GitHub said so.
    pub fn checks(&self) -> Option<(Checks, DateTime<Utc>)> {
        let AsOf { at, value } = self.checks.as_ref().filter(|known| self.is_of_head(&known.value))?;
        Some((value.checks?, *at))
    }

    /// Whether GitHub was not asked about the checks of the last commit, or they had not ended when it was.
    pub fn checks_are_due(&self) -> bool {
        let known = self.checks.as_ref().map(|known| &known.value);
        let settled = known.is_some_and(|known| self.is_of_head(known) && known.checks != Some(Checks::Pending));
        self.head.is_some() && !settled
    }

    fn is_of_head(&self, known: &ChecksOfCommit) -> bool {
        self.head().is_none_or(|head| head == known.commit)
    }

    /// The items of the same repository that are linked with this one; `None` if GitHub was not asked.
    pub fn linked(&self) -> Option<&BTreeSet<i64>> {
        self.linked.as_ref().map(|linked| &linked.value)
    }

    /// The pull request's last commit.
    pub fn head(&self) -> Option<&str> {
        self.head.as_ref().map(|head| head.value().as_str())
    }
}
