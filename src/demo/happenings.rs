//! What happens to the organization as a whole: the App is installed, repositories are created and
//! renamed, versions are released, a bot comments on forgotten issues, items move.

use rand::RngExt;
use serde_json::{Value, json};

use super::agenda::{Act, ItemStep, Kind, Voice};
use super::calendar::DAY;
use super::chance::{percent, pick, skewed, weighted};
use super::payload::node_id;
use super::people::{self, Role};
use super::plan::STALE;
use super::repositories::DOCS_BEFORE;
use super::world::{DemoItem, DemoLabel, DemoMilestone, LOGIN, World};

/// The labels of every repository: name, color, and whether GitHub created it.
const LABELS: [(&str, &str, bool); 17] = [
    ("bug", "d73a4a", true),
    ("documentation", "0075ca", true),
    ("duplicate", "cfd3d7", true),
    ("enhancement", "a2eeef", true),
    ("good first issue", "7057ff", true),
    ("help wanted", "008672", true),
    ("invalid", "e4e669", true),
    ("question", "d876e3", true),
    ("wontfix", "ffffff", true),
    ("needs-triage", "fbca04", false),
    ("needs-info", "fef2c0", false),
    ("regression", "b60205", false),
    ("priority/high", "d93f0b", false),
    ("priority/low", "c2e0c6", false),
    ("breaking-change", "e99695", false),
    (STALE, "ededed", false),
    ("dependencies", "0366d6", false),
];

impl World {
    /// The first webhook: the App is installed.
    pub(super) fn install(&mut self) {
        let spec = |index: &usize| self.repositories[*index].spec;
        let there = (0..self.repositories.len()).filter(|index| spec(index).born == 0);
        let repositories = there
            .map(|index| {
                let repository = &self.repositories[index];
                let name = self.name_at_birth(index);
                json!({
                    "id": repository.id,
                    "node_id": node_id("R", &[repository.id]),
                    "name": name,
                    "full_name": format!("{LOGIN}/{name}"),
                    "private": repository.spec.private,
                })
            })
            .collect::<Vec<_>>();
        let payload = json!({
            "action": "created",
            "installation": {
                "id": self.installation,
                "account": self.owner_json(),
                "repository_selection": "all",
                "html_url": format!(
                    "https://github.com/organizations/{LOGIN}/settings/installations/{}",
                    self.installation,
                ),
                "app_id": 41_000,
                "target_id": self.account,
                "target_type": "Organization",
                "permissions": {
                    "discussions": "read",
                    "issues": "read",
                    "metadata": "read",
                    "pull_requests": "read",
                },
                "events": [
                    "discussion", "discussion_comment", "issue_comment", "issues", "label",
                    "milestone", "pull_request", "pull_request_review",
                    "pull_request_review_comment", "repository",
                ],
                "created_at": self.now,
                "updated_at": self.now,
                "single_file_name": null,
                "suspended_at": null,
                "suspended_by": null,
            },
            "repositories": repositories,
            "requester": null,
            "sender": self.user_json(0),
        });
        self.send("installation", &payload);
    }

    fn name_at_birth(&self, repository: usize) -> &'static str {
        match self.repositories[repository].spec.name {
            "docs" => DOCS_BEFORE,
            name => name,
        }
    }

    /// Carries out an entry of the agenda.
    pub(super) fn act(&mut self, act: Act) {
        match act {
            Act::Found(repository) => self.found(repository),
            Act::RenameRepository(repository, name) => {
                let from = std::mem::replace(&mut self.repositories[repository].name, name);
                let changes = json!({ "changes": { "repository": { "name": { "from": from } } } });
                self.emit("repository", "renamed", repository, 0, changes);
            }
            Act::RenameLabel(repository, from, to) => {
                if let Some(label) = self.label(repository, from) {
                    self.repositories[repository].labels[label].name = to.to_owned();
                    let label = self.label_json(repository, label);
                    let parts = json!({ "label": label, "changes": { "name": { "from": from } } });
                    self.emit("label", "edited", repository, 0, parts);
                }
            }
            Act::Release(repository) => self.release(repository),
            Act::Open(repository, kind) => {
                self.open(repository, kind);
            }
            Act::Bump(repository) => self.bump(repository),
            Act::Mothball(repository) => self.mothball(repository),
            Act::Transfer(kind) => self.transfer(kind),
            Act::Step(item, step) => self.step(item, step),
        }
    }

    fn found(&mut self, repository: usize) {
        let spec = self.repositories[repository].spec;
        self.repositories[repository].name = self.name_at_birth(repository);
        self.repositories[repository].created = self.now;
        if spec.born > 0 {
            self.emit("repository", "created", repository, 0, json!({}));
        }
        let areas = spec.areas.iter().map(|&area| (area, "bfd4f2", false));
        for (name, color, default) in LABELS.into_iter().chain(areas) {
            let id = self.id();
            let labels = &mut self.repositories[repository].labels;
            labels.push(DemoLabel { id, name: name.to_owned(), color, default });
            let label = labels.len() - 1;
            if !default {
                self.now += self.rng.random_range(5..40);
                let label = self.label_json(repository, label);
                self.emit("label", "created", repository, 0, json!({ "label": label }));
            }
        }
        if spec.releases {
            self.open_milestone(repository, 0);
        }
    }

    /// Releases a version: closes its milestone and opens the next.
    fn release(&mut self, repository: usize) {
        let who = self.somebody(repository, &[Role::Maintainer]);
        let now = self.now;
        let of = &mut self.repositories[repository];
        of.version = match of.version {
            (0, 11) => (1, 0),
            (major, minor) => (major, minor + 1),
        };
        if let Some(present) = of.milestones.iter().rposition(|m| m.closed.is_none()) {
            of.milestones[present].closed = Some(now);
            of.milestones[present].updated = now;
            let milestone = self.milestone_json(repository, present);
            self.emit("milestone", "closed", repository, who, json!({ "milestone": milestone }));
        }
        self.open_milestone(repository, who);
    }

    fn open_milestone(&mut self, repository: usize, creator: usize) {
        let id = self.id();
        let now = self.now;
        let of = &mut self.repositories[repository];
        let title = match of.version {
            (0, 11) => "v1.0".to_owned(),
            (major, minor) => format!("v{major}.{}", minor + 1),
        };
        let number = of.milestones.len() + 1;
        of.milestones.push(DemoMilestone {
            id,
            number,
            title,
            creator,
            created: now,
            updated: now,
            closed: None,
            open_issues: 0,
            closed_issues: 0,
        });
        let milestone = self.milestone_json(repository, number - 1);
        self.emit("milestone", "created", repository, creator, json!({ "milestone": milestone }));
    }

    /// The bot comments on some issues that nobody has touched for two hundred days.
    fn mothball(&mut self, repository: usize) {
        self.plan(self.now + 31 * DAY, Act::Mothball(repository));
        let bot = self.bot(people::MOTHBALL);
        let Some(stale) = self.label(repository, STALE) else {
            return;
        };
        let fits = |item: &DemoItem| {
            item.repository == repository
                && item.kind == Kind::Issue
                && item.open
                && !item.gone
                && !item.labels.contains(&stale)
                && self.now - item.updated > 200 * DAY
        };
        let mut found = (0..self.items.len()).filter(|&i| fits(&self.items[i])).collect::<Vec<_>>();
        for _ in 0..4.min(found.len()) {
            let at = self.rng.random_range(0..found.len());
            let item = found.swap_remove(at);
            self.now += 2;
            self.comment(item, bot, "Nobody has touched this for 200 days. Is it still relevant?");
            self.add_label(item, bot, stale);
            match weighted(&mut self.rng, &[45, 25, 30]) {
                0 => {}
                1 => {
                    self.later(item, 30 * DAY, ItemStep::CloseForgotten);
                }
                _ => {
                    let delay = skewed(&mut self.rng, 25 * DAY);
                    self.later(item, delay, ItemStep::Say(Voice::Author, "comment"));
                    self.later(item, delay + 60, ItemStep::Unlabel(STALE));
                }
            }
        }
    }

    /// Transfers an open item to another public repository. It keeps its author, dates and comments,
    /// and those of its labels that the new repository has too.
    fn transfer(&mut self, kind: Kind) {
        let places = (0..self.repositories.len())
            .filter(|&repository| {
                let of = &self.repositories[repository];
                let fits = kind == Kind::Issue || of.spec.kinds[2] > 0;
                !of.spec.private && fits && !of.labels.is_empty()
            })
            .collect::<Vec<_>>();
        let movable = (0..self.items.len())
            .filter(|&item| {
                let item = &self.items[item];
                item.kind == kind && item.open && !item.gone && places.contains(&item.repository)
            })
            .collect::<Vec<_>>();
        if movable.is_empty() || places.len() < 2 {
            return;
        }
        let old = *pick(&mut self.rng, &movable);
        let from = self.items[old].repository;
        let elsewhere = places.into_iter().filter(|&to| to != from).collect::<Vec<_>>();
        let to = *pick(&mut self.rng, &elsewhere);
        let who = self.somebody(from, &[Role::Maintainer]);

        let DemoItem { author, title, body, .. } = self.items[old].clone();
        let new = self.add(to, kind, author, title, body);
        let names = self.items[old].labels.iter();
        let names = names.map(|&label| self.repositories[from].labels[label].name.clone());
        let names = names.collect::<Vec<_>>();
        let labels = names.iter().filter_map(|name| self.label(to, name)).collect();
        let before = self.items[old].clone();
        let after = &mut self.items[new];
        after.labels = labels;
        after.assignees = before.assignees;
        after.comments = before.comments;
        after.created = before.created;
        after.category = before.category;
        self.items[old].updated = self.now;
        self.vanish(old);

        let (name, place): (&str, fn(&Self, &DemoItem) -> Value) = match kind {
            Kind::Discussion => ("discussion", Self::discussion_json),
            _ => ("issue", Self::issue_json),
        };
        let moved = json!({ "changes": {
            format!("new_{name}"): place(self, &self.items[new]),
            "new_repository": self.repository_json(to),
        } });
        let arrived = json!({ "changes": {
            format!("old_{name}"): place(self, &self.items[old]),
            "old_repository": self.repository_json(from),
        } });
        self.tell(old, "transferred", who, moved);
        let action = if kind == Kind::Discussion { "created" } else { "opened" };
        self.tell(new, action, who, arrived);
        if percent(&mut self.rng, 50) {
            let delay = DAY + skewed(&mut self.rng, 300 * DAY);
            self.later(new, delay, ItemStep::Say(Voice::Maintainer, "maintainer"));
        }
    }
}
