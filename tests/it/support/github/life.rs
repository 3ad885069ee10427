//! What becomes of accounts, of the App's installations and of repositories.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::shapes;
use super::world::{Installation, Repository, World};

impl World {
    fn tell_of_installation(&mut self, event: &str, action: &str, installation: &Installation, extra: Value) {
        let login = self.accounts[&installation.account_id].clone();
        let mut payload = json!({"installation": shapes::installation(installation, &login)});
        for (name, value) in extra.as_object().unwrap() {
            payload[name] = value.clone();
        }
        self.send(event, action, Some(installation.id), None, payload);
    }

    pub fn install(&mut self, account_id: i64, chosen: Option<BTreeSet<i64>>) -> i64 {
        let id = self.id();
        let names = ["discussions", "issues", "metadata", "pull_requests"];
        let permissions = names.map(|name| (name.to_owned(), "read".to_owned())).into_iter().collect();
        let installation = Installation { id, account_id, suspended: false, chosen, permissions };
        self.installations.insert(id, installation.clone());
        let listed: Vec<Value> = self.covered(&installation).into_iter().map(|repo| self.mention(repo)).collect();
        self.tell_of_installation("installation", "created", &installation, json!({"repositories": listed}));
        id
    }

    /// A repository as the events of an installation list it.
    fn mention(&self, repo: &Repository) -> Value {
        let full_name = format!("{}/{}", self.accounts[&repo.account_id], repo.name);
        json!({"id": repo.id, "node_id": shapes::repository_node(repo.id), "name": repo.name,
            "full_name": full_name, "private": repo.private})
    }

    pub fn suspend(&mut self, id: i64, suspended: bool) {
        let installation = self.installations.get_mut(&id).unwrap();
        installation.suspended = suspended;
        let installation = installation.clone();
        let action = if suspended { "suspend" } else { "unsuspend" };
        self.tell_of_installation("installation", action, &installation, json!({}));
    }

    pub fn uninstall(&mut self, id: i64) {
        let installation = self.installations.remove(&id).unwrap();
        self.tell_of_installation("installation", "deleted", &installation, json!({}));
    }

    pub fn choose(&mut self, id: i64, repo: i64, covered: bool) {
        let mention = self.mention(&self.repositories[&repo]);
        let installation = self.installations.get_mut(&id).unwrap();
        let chosen = installation.chosen.as_mut().expect("an installation on chosen repositories");
        let _ = if covered { chosen.insert(repo) } else { chosen.remove(&repo) };
        let installation = installation.clone();
        let (action, field) =
            if covered { ("added", "repositories_added") } else { ("removed", "repositories_removed") };
        let mut extra = json!({"repository_selection": "selected"});
        extra[field] = json!([mention]);
        self.tell_of_installation("installation_repositories", action, &installation, extra);
    }

    pub(super) fn tell_of_repository(&mut self, action: &str, repo: i64) {
        let repository = &self.repositories[&repo];
        let Some(installation) = self.hearing(repository).map(|found| found.id) else { return };
        let shape = shapes::repository(repository, &self.accounts[&repository.account_id]);
        let payload = json!({"repository": shape, "installation": {"id": installation, "node_id": "x"}});
        self.send("repository", action, Some(installation), Some(repo), payload);
    }

    pub fn rename(&mut self, repo: i64, name: &str) {
        self.repositories.get_mut(&repo).unwrap().name = name.to_owned();
        self.tell_of_repository("renamed", repo);
    }

    pub fn archive(&mut self, repo: i64, archived: bool) {
        self.repositories.get_mut(&repo).unwrap().archived = archived;
        self.tell_of_repository(if archived { "archived" } else { "unarchived" }, repo);
    }

    /// Moves a repository to another account. GitHub tells the new account, if the App is installed there.
    pub fn transfer_repository(&mut self, repo: i64, to: i64) {
        let from = std::mem::replace(&mut self.repositories.get_mut(&repo).unwrap().account_id, to);
        let repository = &self.repositories[&repo];
        let Some(installation) = self.hearing(repository).map(|found| found.id) else { return };
        let shape = shapes::repository(repository, &self.accounts[&to]);
        let before = json!({"owner": {"from": {"user": shapes::account(from, &self.accounts[&from])}}});
        let payload =
            json!({"repository": shape, "changes": before, "installation": {"id": installation, "node_id": "x"}});
        self.send("repository", "transferred", Some(installation), Some(repo), payload);
    }

    /// Changes an account's login.
    pub fn rename_account(&mut self, account_id: i64, login: &str) {
        let before = self.accounts.insert(account_id, login.to_owned()).unwrap();
        let Some(installation) = self.installations.values().find(|found| found.account_id == account_id) else {
            return;
        };
        let id = installation.id;
        let payload = json!({"account": shapes::account(account_id, login), "target_type": "Organization",
            "changes": {"login": {"from": before}}, "installation": {"id": id, "node_id": "x"}});
        self.send("installation_target", "renamed", Some(id), None, payload);
    }

    /// Grants or withdraws a permission. GitHub sends a delivery only for a grant.
    pub fn permit(&mut self, id: i64, name: &str, granted: bool) {
        let installation = self.installations.get_mut(&id).unwrap();
        if !granted {
            installation.permissions.remove(name);
            return;
        }
        installation.permissions.insert(name.to_owned(), "read".to_owned());
        let installation = installation.clone();
        self.tell_of_installation("installation", "new_permissions_accepted", &installation, json!({}));
    }

    pub fn privatize(&mut self, repo: i64, private: bool) {
        self.repositories.get_mut(&repo).unwrap().private = private;
        self.tell_of_repository(if private { "privatized" } else { "publicized" }, repo);
    }
}
