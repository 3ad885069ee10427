//! How items live. An item's life is drawn when the item is opened, and its steps go into the agenda.

use rand::RngExt;

use super::agenda::{Act, ItemStep, Kind, Voice};
use super::calendar::{self, DAY, HOUR};
use super::chance::{percent, pick, skewed, weighted};
use super::people::{self, Role};
use super::world::World;

impl World {
    /// Enters a step in the agenda: after this delay, moved to a working hour.
    pub(super) fn later(&mut self, item: usize, delay: i64, step: ItemStep) {
        let at = calendar::working(&mut self.rng, self.now + delay);
        self.plan(at, Act::Step(item, step));
    }

    fn draw(&mut self, most: i64) -> i64 {
        skewed(&mut self.rng, most)
    }

    fn often(&mut self, of_hundred: u32) -> bool {
        percent(&mut self.rng, of_hundred)
    }

    /// Plans `count` comments within `span`, most of them early.
    fn talk(&mut self, item: usize, count: u32, span: i64) {
        for _ in 0..count {
            let delay = HOUR / 2 + self.draw(span);
            let step = match weighted(&mut self.rng, &[30, 36, 34]) {
                0 => ItemStep::Say(Voice::Author, "comment"),
                1 => ItemStep::Say(Voice::Maintainer, "maintainer"),
                _ => ItemStep::Say(Voice::Anybody, "comment"),
            };
            self.later(item, delay, step);
        }
    }

    /// A label that people give, not one of the bots' own.
    pub(super) fn some_label(&mut self, repository: usize) -> usize {
        let labels = &self.repositories[repository].labels;
        let given = (0..labels.len()).filter(|&label| !REASONED.contains(&labels[label].name.as_str()));
        let given = given.collect::<Vec<_>>();
        *pick(&mut self.rng, &given)
    }

    /// Plans the life of a new issue: whether it is forgotten, lingers, or ends.
    pub(super) fn issue_life(&mut self, item: usize, forgotten: bool) {
        let repository = self.items[item].repository;
        if self.often(48) {
            let (label, delay) = (self.some_label(repository), self.draw(20 * DAY));
            self.later(item, delay, ItemStep::Label(label));
        }
        if forgotten {
            let count = weighted(&mut self.rng, &[35, 40, 25]) as u32;
            return self.talk(item, count, 40 * DAY);
        }
        if self.often(22) {
            let delay = self.draw(30 * DAY);
            self.later(item, delay, ItemStep::Assign);
        }
        if self.often(16) {
            let delay = self.draw(60 * DAY);
            self.later(item, delay, ItemStep::Milestone);
        }
        if self.often(3) {
            let delay = self.draw(9 * DAY);
            self.later(item, delay, ItemStep::Retitle);
        }
        match weighted(&mut self.rng, &[36, 35, 17, 11, 1]) {
            // Lingers: now and then somebody says something, for years.
            0 => {
                let count = self.rng.random_range(1..7);
                self.talk(item, count, 1800 * DAY);
            }
            1 => self.issue_ends(item, 150 * DAY, "completed"),
            2 => self.issue_ends(item, 900 * DAY, "completed"),
            3 => {
                let reason = if self.often(30) { "duplicate" } else { "not_planned" };
                self.issue_ends(item, 200 * DAY, reason);
            }
            _ => {
                let delay = self.draw(4 * DAY);
                self.later(item, delay, ItemStep::Delete);
            }
        }
    }

    fn issue_ends(&mut self, item: usize, within: i64, reason: &'static str) {
        let delay = 2 * HOUR + self.draw(within);
        let count = self.rng.random_range(0..4);
        self.talk(item, count, delay);
        let with_comment = self.often(55);
        self.later(item, delay, ItemStep::Close(reason, with_comment));
        if self.often(5) {
            let (back, again) = (self.draw(60 * DAY), self.draw(400 * DAY));
            self.later(item, delay + HOUR + back, ItemStep::Reopen);
            self.later(item, delay + 2 * HOUR + back + again, ItemStep::Close(reason, false));
        }
    }

    /// Plans the life of a new pull request that a person opened.
    pub(super) fn pull_life(&mut self, item: usize) {
        let repository = self.items[item].repository;
        if self.repositories[repository].spec.previews && self.often(60) {
            let delay = self.rng.random_range(240..1500);
            self.plan(self.now + delay, Act::Step(item, ItemStep::Preview));
        }
        if self.often(30) {
            let label = self.some_label(repository);
            self.later(item, HOUR, ItemStep::Label(label));
        }
        if self.often(32) {
            self.later(item, 120, ItemStep::RequestReview);
        }
        let fate = weighted(&mut self.rng, &[68, 9, 23]);
        let within = if fate == 0 { 60 * DAY } else { 200 * DAY };
        let end = 3 * HOUR + self.draw(within);
        if self.items[item].pull.draft && fate != 2 {
            self.later(item, end / 3, ItemStep::Ready);
        } else if fate == 2 && self.often(25) {
            self.later(item, end, ItemStep::Draft);
        }
        let rounds = self.rng.random_range(0..3);
        for round in 0..rounds {
            let at = end * (round + 1) / (rounds + 1);
            let state = if self.often(55) { "commented" } else { "changes_requested" };
            self.later(item, at, ItemStep::Review(state));
            if self.often(70) && fate != 2 {
                let delay = self.draw(3 * DAY);
                self.later(item, at + HOUR + delay, ItemStep::Push);
            }
        }
        let count = self.rng.random_range(0..3);
        self.talk(item, count, end.max(20 * DAY));
        match fate {
            0 => {
                if self.often(75) {
                    self.later(item, end, ItemStep::Review("approved"));
                }
                self.later(item, end + HOUR, ItemStep::Merge);
            }
            1 => {
                let with_comment = self.often(60);
                self.later(item, end, ItemStep::Close("", with_comment));
            }
            // It stays open; now and then somebody asks about it.
            _ => {
                let count = self.rng.random_range(0..3);
                self.talk(item, count, 1500 * DAY);
            }
        }
    }

    pub(super) fn discussion_life(&mut self, item: usize) {
        let question = self.items[item].category == 0;
        let count = self.rng.random_range(0..4);
        for _ in 0..count {
            let delay = HOUR / 3 + self.draw(120 * DAY);
            let voice = if self.often(50) { Voice::Anybody } else { Voice::Maintainer };
            self.later(item, delay, ItemStep::Say(voice, "reply"));
        }
        if self.often(15) {
            let count = self.rng.random_range(1..4);
            self.talk(item, count, 1500 * DAY);
        }
        if question && self.often(52) {
            let delay = DAY + self.draw(90 * DAY);
            self.later(item, delay, ItemStep::Answer);
        } else if self.often(38) {
            let reason = if self.often(60) { "resolved" } else { "outdated" };
            let delay = 5 * DAY + self.draw(600 * DAY);
            self.later(item, delay, ItemStep::Close(reason, false));
        }
    }

    fn voice(&mut self, item: usize, voice: Voice) -> usize {
        let repository = self.items[item].repository;
        match voice {
            Voice::Author if self.people[self.items[item].author].role != Role::Bot => self.items[item].author,
            Voice::Author | Voice::Maintainer => self.somebody(repository, &[Role::Maintainer]),
            Voice::Anybody => self.somebody(repository, &[Role::Maintainer, Role::Contributor, Role::User]),
        }
    }

    /// Takes a step, if it still fits the item's state.
    pub(super) fn step(&mut self, item: usize, step: ItemStep) {
        let of = &self.items[item];
        let (repository, kind, open) = (of.repository, of.kind, of.open);
        if of.gone || (!open && !matches!(step, ItemStep::Reopen | ItemStep::Say(..))) {
            return;
        }
        let maintainer = self.somebody(repository, &[Role::Maintainer]);
        match step {
            // After an item is closed there is rarely anything to say.
            ItemStep::Say(..) if !open && self.often(85) => {}
            ItemStep::Say(voice, section) => {
                let who = self.voice(item, voice);
                let text = self.phrase(repository, section);
                self.comment(item, who, &text);
            }
            ItemStep::Preview => {
                let number = self.items[item].number;
                let text = format!("Preview: https://{number}.preview.quarry.example, all checks passed.");
                self.comment(item, self.bot(people::CI), &text);
            }
            ItemStep::Label(label) => self.add_label(item, maintainer, label),
            ItemStep::Unlabel(name) => {
                if let Some(label) = self.label(repository, name) {
                    self.remove_label(item, maintainer, label);
                }
            }
            ItemStep::Assign => {
                let to = self.somebody(repository, &[Role::Maintainer, Role::Contributor]);
                self.assign(item, maintainer, to);
            }
            ItemStep::Milestone => self.enter_milestone(item, maintainer),
            ItemStep::Retitle => {
                let title = format!("{} ({})", self.items[item].title, self.setting(repository).version);
                self.retitle(item, maintainer, title);
            }
            ItemStep::Close(reason, with_comment) => {
                let by_author = self.often(25);
                let who = if by_author { self.voice(item, Voice::Author) } else { maintainer };
                if with_comment {
                    let text = self.phrase(repository, "closing");
                    self.comment(item, who, &text);
                }
                self.close(item, who, (kind != Kind::Pull).then_some(reason));
            }
            ItemStep::CloseForgotten => {
                let stale = self.label(repository, STALE);
                if stale.is_some_and(|stale| self.items[item].labels.contains(&stale)) {
                    let bot = self.bot(people::MOTHBALL);
                    self.comment(item, bot, "Closed, as nobody has answered.");
                    self.close(item, bot, Some("not_planned"));
                }
            }
            ItemStep::Reopen if open || self.items[item].pull.merged.is_some() => {}
            ItemStep::Reopen => {
                let who = self.voice(item, Voice::Author);
                let text = self.phrase(repository, "reopening");
                self.comment(item, who, &text);
                self.reopen(item, who);
            }
            ItemStep::Delete => self.delete(item, maintainer),
            ItemStep::RequestReview => {
                let author = self.items[item].author;
                if maintainer != author {
                    self.request_review(item, author, maintainer);
                }
            }
            ItemStep::Review(state) => {
                let section = match state {
                    "approved" => Some("approve"),
                    "changes_requested" => Some("request"),
                    _ => None,
                };
                let text = section.map(|section| self.phrase(repository, section));
                let most = if state == "approved" { 1 } else { 3 };
                let remarks =
                    (0..self.rng.random_range(0..most)).map(|_| self.phrase(repository, "remark")).collect::<Vec<_>>();
                self.review(item, maintainer, state, text.as_deref(), &remarks);
            }
            ItemStep::Push => self.push(item),
            ItemStep::Ready | ItemStep::Draft => {
                self.set_draft(item, self.items[item].author, matches!(step, ItemStep::Draft));
            }
            ItemStep::Merge => {
                self.merge(item, maintainer);
                let by_person = self.people[self.items[item].author].role != Role::Bot;
                if by_person && self.repositories[repository].spec.releases && self.often(7) {
                    self.backport(item);
                }
            }
            ItemStep::Answer if self.items[item].answer.is_some() => {}
            ItemStep::Answer => {
                let who = self.voice(item, Voice::Anybody);
                let text = self.phrase(repository, "reply");
                let comment = self.comment(item, who, &text);
                let delay = self.rng.random_range(10 * 60..70 * 60);
                self.plan(self.now + delay, Act::Step(item, ItemStep::Choose(comment, who)));
            }
            ItemStep::Choose(comment, who) => {
                self.answer(item, self.items[item].author, who, comment);
            }
        }
    }
}

/// The label of the bot that comments on forgotten issues.
pub(super) const STALE: &str = "stale";

/// Labels that are set only for a reason.
const REASONED: [&str; 5] = [STALE, "dependencies", "duplicate", "invalid", "wontfix"];
