//! The contents of the fake GitHub, and what happens there. Everything that happens queues the
//! delivery that GitHub would send.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};
use serde_json::{Value, json};
use uuid::Uuid;

pub use super::contents::{Installation, Item, Kind, Left, Milestone, Outgoing, Repository, Said};
use super::rights::Rights;
use super::shapes;

#[derive(Default)]
pub struct World {
    pub accounts: BTreeMap<i64, String>,
    pub repositories: BTreeMap<i64, Repository>,
    pub installations: BTreeMap<i64, Installation>,
    pub outgoing: Vec<Outgoing>,
    pub now: DateTime<Utc>,
    pub(super) rights: Rights,
    next_id: i64,
}

impl World {
    pub fn id(&mut self) -> i64 {
        self.next_id += 1;
        1_000 + self.next_id
    }

    pub fn account(&mut self, login: &str) -> i64 {
        let id = self.id();
        self.accounts.insert(id, login.to_owned());
        id
    }

    pub fn repository(&mut self, account_id: i64, name: &str) -> i64 {
        let id = self.id();
        let repository = Repository {
            id,
            account_id,
            name: name.to_owned(),
            private: false,
            archived: false,
            issues_off: false,
            discussions_off: false,
            hidden: 0,
            too_much: false,
            labels: BTreeMap::new(),
            milestones: BTreeMap::new(),
            items: BTreeMap::new(),
            left: BTreeMap::new(),
            next_number: 1,
        };
        self.repositories.insert(id, repository);
        id
    }

    pub fn label_of(&mut self, repo: i64, name: &str) -> i64 {
        let id = self.id();
        self.repositories.get_mut(&repo).unwrap().labels.insert(id, name.to_owned());
        id
    }

    /// The active installation that covers a repository and receives its deliveries.
    pub fn hearing(&self, repo: &Repository) -> Option<&Installation> {
        self.installations.values().find(|installation| {
            installation.account_id == repo.account_id
                && !installation.suspended
                && installation.chosen.as_ref().is_none_or(|chosen| chosen.contains(&repo.id))
        })
    }

    pub fn covered(&self, installation: &Installation) -> Vec<&Repository> {
        let covers = |repo: &&Repository| {
            repo.account_id == installation.account_id
                && installation.chosen.as_ref().is_none_or(|chosen| chosen.contains(&repo.id))
        };
        self.repositories.values().filter(covers).collect()
    }

    pub fn send(
        &mut self,
        event: &str,
        action: &str,
        installation_id: Option<i64>,
        repo: Option<i64>,
        mut payload: Value,
    ) {
        payload["action"] = json!(action);
        payload["sender"] = shapes::user("grace");
        self.outgoing.push(Outgoing {
            guid: Uuid::new_v4(),
            event: event.to_owned(),
            action: action.to_owned(),
            installation_id,
            repository_id: repo,
            body: serde_json::to_vec(&payload).unwrap(),
        });
    }

    fn tell_of_item(&mut self, event: &str, action: &str, repo: i64, number: i64, extra: Value) {
        let repository = &self.repositories[&repo];
        let Some(installation) = self.hearing(repository).map(|found| found.id) else { return };
        let login = &self.accounts[&repository.account_id];
        let item = &repository.items[&number];
        let mut payload = json!({
            "repository": shapes::repository(repository, login),
            "installation": {"id": installation, "node_id": "x"},
        });
        let field = match item.kind {
            Kind::Discussion => "discussion",
            Kind::Pull if event.starts_with("pull_request") => "pull_request",
            _ => "issue",
        };
        payload[field] = shapes::item(repository, login, item, field == "issue");
        for (name, value) in extra.as_object().unwrap() {
            payload[name] = value.clone();
        }
        self.send(event, action, Some(installation), Some(repo), payload);
    }

    fn event_of(kind: Kind) -> &'static str {
        match kind {
            Kind::Issue => "issues",
            Kind::Pull => "pull_request",
            Kind::Discussion => "discussion",
        }
    }

    pub fn open(&mut self, repo: i64, kind: Kind, title: &str, author: &str) -> i64 {
        let number = self.put(repo, kind, title, author, self.now);
        let action = if kind == Kind::Discussion { "created" } else { "opened" };
        self.tell_of_item(Self::event_of(kind), action, repo, number, json!({}));
        number
    }

    /// Adds an item without a delivery, as if it had existed before the installation.
    pub fn put(&mut self, repo: i64, kind: Kind, title: &str, author: &str, at: DateTime<Utc>) -> i64 {
        let repository = self.repositories.get_mut(&repo).unwrap();
        let number = repository.next_number;
        repository.next_number += 1;
        let item = Item {
            number,
            kind,
            title: title.to_owned(),
            text: "<p>text</p>".to_owned(),
            author: author.to_owned(),
            open: true,
            answered: false,
            created_at: at,
            updated_at: at,
            closed_at: None,
            labels: BTreeSet::new(),
            milestone: None,
            assignees: BTreeSet::new(),
            comments: 0,
            said: vec![],
            commit: 1,
            pushed_at: at,
            checks: None,
            closes: BTreeSet::new(),
        };
        repository.items.insert(number, item);
        number
    }

    /// Adds an item that was closed before the installation.
    pub fn put_closed(&mut self, repo: i64, at: DateTime<Utc>, closed_at: DateTime<Utc>) -> i64 {
        let number = self.put(repo, Kind::Issue, "Long done", "ada", at);
        let item = self.repositories.get_mut(&repo).unwrap().items.get_mut(&number).unwrap();
        (item.open, item.closed_at, item.updated_at) = (false, Some(closed_at), closed_at);
        number
    }

    fn change(&mut self, repo: i64, number: i64, change: impl FnOnce(&mut Item, DateTime<Utc>)) -> Kind {
        let now = self.now;
        let item = self.repositories.get_mut(&repo).unwrap().items.get_mut(&number).unwrap();
        change(item, now);
        item.updated_at = now;
        item.kind
    }

    /// Something that moves the time of the last update, of which GitHub sends no delivery: a reference from
    /// elsewhere, a push to the branch.
    pub fn refer(&mut self, repo: i64, number: i64) {
        self.change(repo, number, |_, _| {});
    }

    /// Changes an item, and sends no delivery.
    pub fn change_untold(&mut self, repo: i64, number: i64, change: impl FnOnce(&mut Item)) {
        self.change(repo, number, |item, _| change(item));
    }

    pub fn comment(&mut self, repo: i64, number: i64, login: &str) {
        self.say(repo, number, login, "NONE", None, true);
    }

    /// Somebody comments or, with a verdict, reviews; a delivery tells of it, or nothing does.
    pub fn say(
        &mut self,
        repo: i64,
        number: i64,
        login: &str,
        association: &'static str,
        verdict: Option<&'static str>,
        told: bool,
    ) {
        let (id, at) = (self.id(), self.now);
        let mut said = None;
        let kind = self.change(repo, number, |item, _| {
            item.comments += i64::from(verdict.is_none());
            let by = login.to_owned();
            let (text, below) = ("<p>text</p>".to_owned(), vec![]);
            item.said.push(Said { id, by, association, at, verdict, commit: item.commit, text, below });
            said = item.said.last().cloned();
        });
        if !told {
            return;
        }
        let event = match (kind, verdict) {
            (_, Some(_)) => "pull_request_review",
            (Kind::Discussion, None) => "discussion_comment",
            (_, None) => "issue_comment",
        };
        let (field, shape) = shapes::said(&said.unwrap());
        let action = if verdict.is_some() { "submitted" } else { "created" };
        self.tell_of_item(event, action, repo, number, json!({field: shape}));
    }

    pub fn last_said(&mut self, repo: i64, number: i64) -> &mut Said {
        self.repositories.get_mut(&repo).unwrap().items.get_mut(&number).unwrap().said.last_mut().unwrap()
    }

    /// Somebody says something below what was said last, a comment in a review or a reply; no delivery tells of it.
    pub fn say_below(&mut self, repo: i64, number: i64, login: &str, html: &str) {
        let id = self.id();
        let said = self.last_said(repo, number);
        let new =
            Said { id, by: login.to_owned(), text: html.to_owned(), verdict: None, below: vec![], ..said.clone() };
        said.below.push(new);
    }

    /// The author pushes to a pull request, and no delivery tells of it.
    pub fn push(&mut self, repo: i64, number: i64) {
        self.change(repo, number, |item, now| {
            item.commit += 1;
            item.pushed_at = now;
            item.checks = None;
        });
    }

    /// The author pushes, and a delivery tells of it.
    pub fn push_told(&mut self, repo: i64, number: i64) {
        self.push(repo, number);
        self.tell_of_item("pull_request", "synchronize", repo, number, json!({}));
    }

    /// The checks of a pull request come to something. It does not count as an update.
    pub fn check(&mut self, repo: i64, number: i64, checks: &'static str) {
        let item = self.repositories.get_mut(&repo).unwrap().items.get_mut(&number).unwrap();
        item.checks = Some(checks);
    }

    pub fn close(&mut self, repo: i64, number: i64) {
        let kind = self.change(repo, number, |item, now| {
            item.open = false;
            item.closed_at = Some(now);
        });
        self.tell_of_item(Self::event_of(kind), "closed", repo, number, json!({}));
    }

    pub fn retitle(&mut self, repo: i64, number: i64, title: &str) {
        let kind = self.change(repo, number, |item, _| item.title = title.to_owned());
        let changes = json!({"changes": {"title": {"from": "before"}}});
        self.tell_of_item(Self::event_of(kind), "edited", repo, number, changes);
    }

    pub fn delete(&mut self, repo: i64, number: i64) {
        let kind = self.change(repo, number, |_, _| {});
        self.tell_of_item(Self::event_of(kind), "deleted", repo, number, json!({}));
        let repository = self.repositories.get_mut(&repo).unwrap();
        repository.items.remove(&number);
        repository.left.insert(number, Left::Deleted);
    }

    /// Transfers an issue to another repository of the account.
    pub fn transfer(&mut self, repo: i64, number: i64, to: i64) -> i64 {
        let item = self.repositories[&repo].items[&number].clone();
        let target = self.repositories.get_mut(&to).unwrap();
        let new = target.next_number;
        target.next_number += 1;
        let moved = Item { number: new, labels: BTreeSet::new(), updated_at: self.now, ..item.clone() };
        target.items.insert(new, moved);
        let shape = |world: &Self, repo: i64| {
            let repository = &world.repositories[&repo];
            shapes::repository(repository, &world.accounts[&repository.account_id])
        };
        let (there, here) = (shape(self, to), shape(self, repo));
        let changes = json!({"changes": {"new_issue": {"number": new, "id": 1}, "new_repository": there}});
        self.change(repo, number, |_, _| {});
        self.tell_of_item("issues", "transferred", repo, number, changes);
        let changes = json!({"changes": {"old_issue": {"number": number, "id": 1}, "old_repository": here}});
        self.tell_of_item("issues", "opened", to, new, changes);
        let repository = self.repositories.get_mut(&repo).unwrap();
        repository.items.remove(&number);
        repository.left.insert(number, Left::To(to, new));
        new
    }

    /// The items that the queue must show, by repository name and number.
    pub fn truth(&self, installation: i64) -> BTreeMap<(String, i64), Value> {
        let installation = &self.installations[&installation];
        let login = &self.accounts[&installation.account_id];
        let mut truth = BTreeMap::new();
        for repo in self.covered(installation) {
            for item in repo.items.values().filter(|item| item.open && !item.answered) {
                let labels: BTreeSet<&String> = item.labels.iter().map(|label| &repo.labels[label]).collect();
                let row = json!({"type": item.kind.name(), "title": item.title, "author": item.author,
                    "created_at": shapes::time(item.created_at), "updated_at": shapes::time(item.updated_at),
                    "comments": item.comments, "labels": labels});
                truth.insert((format!("{login}/{}", repo.name), item.number), row);
            }
        }
        truth
    }
}
