//! The state of the simulated organization, and its agenda.

use std::collections::{BTreeMap, BTreeSet};

use chrono::TimeDelta;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use serde_json::Value;
use uuid::{Builder, Uuid};

use super::agenda::{Act, Kind};
use super::calendar::{self, DAY};
use super::people::{self, Person, Role};
use super::repositories::{REPOSITORIES, Spec};
use super::titles::{Setting, Words};
use crate::deliver::RecordedDelivery;

/// The organization's login.
pub(super) const LOGIN: &str = "quarrywork";

/// Six years.
const SPAN: i64 = 6 * 365 * DAY + DAY;

/// An issue, a pull request or a discussion, as GitHub knows it at the moment.
#[derive(Debug, Clone)]
pub(super) struct DemoItem {
    pub(super) repository: usize,
    pub(super) number: u64,
    pub(super) kind: Kind,
    /// The id of the issue, the pull request or the discussion.
    pub(super) id: u64,
    /// A pull request is an issue as well, with another id.
    pub(super) issue_id: u64,
    pub(super) title: String,
    pub(super) body: String,
    pub(super) author: usize,
    pub(super) labels: Vec<usize>,
    pub(super) assignees: Vec<usize>,
    pub(super) milestone: Option<usize>,
    pub(super) open: bool,
    pub(super) state_reason: Option<&'static str>,
    pub(super) comments: u64,
    pub(super) created: i64,
    pub(super) updated: i64,
    pub(super) closed: Option<i64>,
    /// Deleted, or transferred away.
    pub(super) gone: bool,
    pub(super) pull: Pull,
    /// The number of a discussion's category.
    pub(super) category: usize,
    /// When and by whom a comment was chosen as the answer to a discussion, and the comment's id.
    pub(super) answer: Option<(i64, usize, u64)>,
}

/// The parts of an item that only a pull request has.
#[derive(Debug, Clone, Default)]
pub(super) struct Pull {
    pub(super) draft: bool,
    pub(super) merged: Option<(i64, usize)>,
    pub(super) review_comments: u64,
    pub(super) commits: u64,
    pub(super) additions: u64,
    pub(super) deletions: u64,
    pub(super) files: u64,
    pub(super) reviewers: Vec<usize>,
    pub(super) branch: String,
    pub(super) head: String,
    /// The issue that its merging closes.
    pub(super) fixes: Option<usize>,
}

#[derive(Debug, Clone)]
pub(super) struct DemoLabel {
    pub(super) id: u64,
    pub(super) name: String,
    pub(super) color: &'static str,
    /// GitHub gives this label to every new repository.
    pub(super) default: bool,
}

#[derive(Debug, Clone)]
pub(super) struct DemoMilestone {
    pub(super) id: u64,
    pub(super) number: usize,
    pub(super) title: String,
    pub(super) creator: usize,
    pub(super) created: i64,
    pub(super) updated: i64,
    pub(super) closed: Option<i64>,
    pub(super) open_issues: u64,
    pub(super) closed_issues: u64,
}

#[derive(Debug, Clone)]
pub(super) struct DemoRepository {
    pub(super) spec: &'static Spec,
    pub(super) id: u64,
    pub(super) name: &'static str,
    pub(super) created: i64,
    pub(super) labels: Vec<DemoLabel>,
    pub(super) milestones: Vec<DemoMilestone>,
    /// The id of the first discussion category; the others count on from it.
    pub(super) categories: u64,
    pub(super) next_number: u64,
    pub(super) open_items: u64,
    pub(super) version: (u32, u32),
    /// Major and minor version of each dependency.
    pub(super) dependencies: Vec<(&'static str, u32, u32)>,
    /// The titles so far, so that none comes twice.
    pub(super) titles: BTreeSet<String>,
}

/// The organization at a moment.
#[derive(Debug, Clone)]
pub(super) struct World {
    pub(super) rng: ChaCha8Rng,
    pub(super) words: Words,
    pub(super) account: u64,
    pub(super) installation: u64,
    pub(super) people: Vec<Person>,
    pub(super) repositories: Vec<DemoRepository>,
    pub(super) items: Vec<DemoItem>,
    pub(super) now: i64,
    pub(super) begin: i64,
    pub(super) end: i64,
    /// What is going to happen, by time and then by order of entry.
    agenda: BTreeMap<(i64, u64), Act>,
    entries: u64,
    last_id: u64,
    pub(super) sent: Vec<RecordedDelivery>,
}

impl World {
    /// The world before its first moment, six years before `end`.
    pub(super) fn new(seed: u64, end: i64) -> Self {
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        let begin = end - SPAN;
        let people = people::everybody(&mut rng);
        let mut world = Self {
            words: Words::new(REPOSITORIES.iter().map(|spec| spec.words)),
            account: 61_000_000 + rng.random_range(0..1_000_000_u64),
            installation: 9_400_000 + rng.random_range(0..100_000_u64),
            people,
            repositories: Vec::new(),
            items: Vec::new(),
            now: begin,
            begin,
            end,
            agenda: BTreeMap::new(),
            entries: 0,
            last_id: 700_000_000,
            sent: Vec::new(),
            rng,
        };
        for (index, spec) in REPOSITORIES.iter().enumerate() {
            let dependencies = world.words.section(index, "dep");
            let dependencies = dependencies.iter().filter_map(|line| dependency(line)).collect();
            let (id, categories) = (world.id() / 2, world.id() / 16);
            world.repositories.push(DemoRepository {
                spec,
                id,
                name: spec.name,
                created: begin + spec.born * DAY,
                labels: Vec::new(),
                milestones: Vec::new(),
                categories,
                next_number: 1,
                open_items: 0,
                version: (0, 1),
                dependencies,
                titles: BTreeSet::new(),
            });
        }
        world
    }

    /// Enters an act in the agenda, unless it lies after the end.
    pub(super) fn plan(&mut self, at: i64, act: Act) {
        // The last minutes stay free for acts that take a while.
        if at < self.end - 20 * 60 {
            self.entries += 1;
            self.agenda.insert((at.max(self.now), self.entries), act);
        }
    }

    /// Takes the earliest entry and moves the present forward to its time.
    pub(super) fn next_act(&mut self) -> Option<Act> {
        let ((at, _), act) = self.agenda.pop_first()?;
        self.now = self.now.max(at);
        Some(act)
    }

    /// A new id, greater than all earlier ones.
    pub(super) fn id(&mut self) -> u64 {
        self.last_id += self.rng.random_range(900..60_000_u64);
        self.last_id
    }

    /// The part of the six years that has passed, in percent.
    pub(super) fn part(&self) -> i64 {
        ((self.now - self.begin) * 100 / (self.end - self.begin)).clamp(0, 100)
    }

    /// The facts that phrases of this repository may refer to now.
    pub(super) fn setting(&self, repository: usize) -> Setting {
        let own = self.repositories[repository].spec.releases;
        let (major, minor) = self.repositories[if own { repository } else { 0 }].version;
        let old = match (major, minor) {
            (1, 0) => "v0.11.0".to_owned(),
            (0, 1) => "v0.0.9".to_owned(),
            _ => format!("v{major}.{}.0", minor - 1),
        };
        Setting { now: self.now, version: format!("v{major}.{minor}.0"), old }
    }

    /// A phrase of this section, filled for this repository and the present.
    pub(super) fn phrase(&mut self, repository: usize, section: &str) -> String {
        let setting = self.setting(repository);
        self.words.phrase(&mut self.rng, repository, section, &setting)
    }

    /// Draws a person of these roles who is around now. A private repository has only maintainers.
    pub(super) fn somebody(&mut self, repository: usize, roles: &[Role]) -> usize {
        let part = self.part();
        let spec = self.repositories[repository].spec;
        let roles = if spec.private { &[Role::Maintainer] } else { roles };
        people::somebody(&mut self.rng, &self.people, roles, part, spec.name)
    }

    pub(super) fn bot(&self, login: &str) -> usize {
        // All four bots are among the people from the start.
        self.people.iter().position(|person| person.login == login).unwrap_or(0)
    }

    /// The index of a label in its repository.
    pub(super) fn label(&self, repository: usize, name: &str) -> Option<usize> {
        self.repositories[repository].labels.iter().position(|label| label.name == name)
    }

    /// Sends a payload now. It goes out after a third of a second to two and a half, so that two
    /// payloads of one second may change places.
    pub(super) fn send(&mut self, event: &str, payload: &Value) {
        let at = calendar::time(self.now) + TimeDelta::milliseconds(self.rng.random_range(300..2_500));
        let delivery = self.guid();
        let payload = payload.to_string().into();
        self.sent.push(RecordedDelivery { event: event.to_owned(), delivery, at, payload });
    }

    fn guid(&mut self) -> Uuid {
        Builder::from_random_bytes(self.rng.random()).into_uuid()
    }
}

/// Reads a dependency of the word material: `name 1.2.3`.
fn dependency(line: &'static str) -> Option<(&'static str, u32, u32)> {
    let (name, version) = line.split_once(' ')?;
    let mut parts = version.split('.').map(|part| part.parse().unwrap_or(0));
    Some((name, parts.next()?, parts.next()?))
}
