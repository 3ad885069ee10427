//! How items begin: people and the dependency updater open them.

use rand::RngExt;
use serde_json::json;

use super::agenda::{Act, ItemStep, Kind};
use super::calendar::{DAY, HOUR};
use super::chance::{percent, pick, skewed, weighted};
use super::payload::CATEGORIES;
use super::people::{self, Role};
use super::world::{DemoItem, Pull, World};

impl World {
    /// Somebody opens an item. Returns its index.
    pub(super) fn open(&mut self, repository: usize, kind: Kind) -> usize {
        use Role::{Contributor, Maintainer, User};
        let roles: &[Role] = match (kind, weighted(&mut self.rng, &[30, 28, 42])) {
            (Kind::Pull, 2) | (_, 1) => &[Contributor],
            (_, 0) => &[Maintainer],
            _ => &[User],
        };
        let author = self.somebody(repository, roles);
        // In its first year a project has few people who answer.
        let often = if kind == Kind::Issue && self.part() < 20 { 58 } else { 35 };
        let forgotten = percent(&mut self.rng, often);
        let category = weighted(&mut self.rng, &[55, 20, 10, 15]);
        let section = match kind {
            Kind::Issue => ["bug", "feature", "question"][weighted(&mut self.rng, &[58, 34, 8])],
            Kind::Pull => "pull",
            Kind::Discussion => CATEGORIES[category].2,
        };
        let title = self.title(repository, section, forgotten);
        let body_section = if section == "pull" { "maintainer" } else { "comment" };
        let body = self.phrase(repository, body_section);
        let item = self.add(repository, kind, author, title, body);
        match kind {
            Kind::Issue => {
                let label = match section {
                    "bug" => 0,
                    "feature" => 3,
                    _ => 7,
                };
                // A template sets its label at once: it is in `opened` and has a webhook of its own.
                let labelled = percent(&mut self.rng, 38);
                if labelled {
                    self.items[item].labels.push(label);
                }
                self.tell_opened(item, json!({}));
                if labelled {
                    let label = self.label_json(repository, label);
                    self.tell(item, "labeled", author, json!({ "label": label }));
                }
                self.issue_life(item, forgotten);
            }
            Kind::Pull => {
                let fixes = self.issue_to_fix(repository);
                if let Some(issue) = fixes {
                    let number = self.items[issue].number;
                    self.items[item].body.push_str(&format!("\n\nFixes #{number}"));
                }
                let draft = percent(&mut self.rng, 14);
                let branch = format!("change-{}", self.items[item].number);
                self.items[item].pull = self.patch(branch, draft, fixes);
                self.tell_opened(item, json!({}));
                self.pull_life(item);
            }
            Kind::Discussion => {
                self.items[item].category = category;
                self.tell_opened(item, json!({}));
                self.discussion_life(item);
            }
        }
        item
    }

    /// A title that is new to the repository. What will be forgotten is said more carefully.
    fn title(&mut self, repository: usize, section: &str, forgotten: bool) -> String {
        let often = if forgotten { 60 } else { 7 };
        let unique = match section {
            "bug" => "unique-bug",
            "feature" => "unique-feature",
            _ => "",
        };
        let unique = self.words.section(repository, unique).to_vec();
        if !unique.is_empty() && percent(&mut self.rng, often) {
            let title = *pick(&mut self.rng, &unique);
            if !self.repositories[repository].titles.contains(title) {
                return title.to_owned();
            }
        }
        for _ in 0..20 {
            let title = self.phrase(repository, section);
            if !self.repositories[repository].titles.contains(&title) {
                return title;
            }
        }
        format!("{} (again)", self.phrase(repository, section))
    }

    /// One of the last open issues, for every third pull request.
    fn issue_to_fix(&mut self, repository: usize) -> Option<usize> {
        if !percent(&mut self.rng, 34) {
            return None;
        }
        let fits =
            |item: &DemoItem| item.repository == repository && item.kind == Kind::Issue && item.open && !item.gone;
        let nth = self.rng.random_range(0..6);
        let issues = (0..self.items.len()).rev();
        issues.take(900).filter(|&item| fits(&self.items[item])).nth(nth)
    }

    fn patch(&mut self, branch: String, draft: bool, fixes: Option<usize>) -> Pull {
        Pull {
            draft,
            fixes,
            branch,
            commits: self.rng.random_range(1..6),
            additions: self.rng.random_range(1..400),
            deletions: self.rng.random_range(0..150),
            files: self.rng.random_range(1..14),
            head: self.sha(),
            ..Pull::default()
        }
    }

    /// The dependency updater opens a few pull requests within minutes. It closes an older one for the
    /// same dependency, with a comment.
    pub(super) fn bump(&mut self, repository: usize) {
        let (interval, most) = self.repositories[repository].spec.bumps;
        let next = self.now + interval * DAY + self.rng.random_range(-6..7) * DAY;
        self.plan(next, Act::Bump(repository));
        let bot = self.bot(people::DEPWRIGHT);
        for _ in 0..self.rng.random_range(1..=most) {
            self.now += self.rng.random_range(4..90);
            let count = self.repositories[repository].dependencies.len();
            let which = self.rng.random_range(0..count);
            let (name, major, minor) = self.repositories[repository].dependencies[which];
            let to = minor + self.rng.random_range(1..3);
            self.repositories[repository].dependencies[which].2 = to;
            let title = format!("Bump {name} from {major}.{minor}.0 to {major}.{to}.0");
            let start = format!("Bump {name} from");
            let older = (0..self.items.len()).rev().find(|&item| {
                let item = &self.items[item];
                item.repository == repository && item.author == bot && item.open && item.title.starts_with(&start)
            });
            let body = format!("Bumps {name}. The release notes are in its repository.");
            let item = self.add(repository, Kind::Pull, bot, title, body);
            self.items[item].pull = self.patch(format!("bump/{name}-{major}.{to}"), false, None);
            self.tell_opened(item, json!({}));
            if let Some(label) = self.label(repository, "dependencies") {
                self.add_label(item, bot, label);
            }
            if let Some(older) = older {
                let number = self.items[item].number;
                self.now += self.rng.random_range(2..20);
                self.comment(older, bot, &format!("Superseded by #{number}."));
                self.close(older, bot, None);
            }
            if percent(&mut self.rng, 80) {
                let delay = skewed(&mut self.rng, 40 * DAY);
                if percent(&mut self.rng, 40) {
                    self.later(item, HOUR + delay, ItemStep::Review("approved"));
                }
                self.later(item, 2 * HOUR + delay, ItemStep::Merge);
            }
        }
    }

    /// A bot proposes a merged change for the previous version too.
    pub(super) fn backport(&mut self, merged: usize) {
        let repository = self.items[merged].repository;
        let bot = self.bot(people::MULE);
        let old = self.setting(repository).old;
        let DemoItem { number, title, .. } = &self.items[merged];
        let title = format!("[{old}] {title}");
        let body = format!("Carries #{number} over to {old}.");
        let branch = format!("backport/{number}");
        self.now += self.rng.random_range(20..200);
        let item = self.add(repository, Kind::Pull, bot, title, body);
        self.items[item].pull = self.patch(branch, false, None);
        self.tell_opened(item, json!({}));
        if percent(&mut self.rng, 80) {
            let delay = skewed(&mut self.rng, 20 * DAY);
            self.later(item, HOUR + delay, ItemStep::Merge);
        }
    }
}
