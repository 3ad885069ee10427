//! What people may see and do on the fake GitHub, and what takes it away. Whatever happens queues the delivery that GitHub
//! would send to an App that may read the members of organizations.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::shapes;
use super::world::{Installation, World};

/// The rights of people, by their logins.
#[derive(Default)]
pub struct Rights {
    /// The highest right on a repository: `read`, `triage`, `push`, `maintain` or `admin`.
    held: BTreeMap<(String, i64), &'static str>,
    /// Accounts that want a sign-in by SAML first, and whether lists leave them out.
    by_saml: BTreeMap<(String, i64), bool>,
}

const RIGHTS: [&str; 5] = ["read", "triage", "push", "maintain", "admin"];

impl World {
    /// Gives somebody a right on a repository; no App is told.
    pub fn grant(&mut self, login: &str, repo: i64, right: &'static str) {
        self.rights.held.insert((login.to_owned(), repo), right);
    }

    /// Takes all rights on a repository, and tells nobody.
    pub fn take(&mut self, login: &str, repo: i64) {
        self.rights.held.remove(&(login.to_owned(), repo));
    }

    fn take_all(&mut self, login: &str, account_id: i64) {
        let of: Vec<i64> =
            self.repositories.values().filter(|repo| repo.account_id == account_id).map(|repo| repo.id).collect();
        of.into_iter().for_each(|repo| self.take(login, repo));
    }

    /// From now on an account wants somebody to sign in by SAML first. Either lists leave out its installation and say
    /// so, or what it has is refused.
    pub fn want_saml(&mut self, login: &str, account_id: i64, in_lists: bool) {
        self.rights.by_saml.insert((login.to_owned(), account_id), in_lists);
    }

    /// Somebody signed in by SAML.
    pub fn sign_in_by_saml(&mut self, login: &str, account_id: i64) {
        self.rights.by_saml.remove(&(login.to_owned(), account_id));
    }

    pub fn wants_saml(&self, login: &str, account_id: i64) -> bool {
        self.rights.by_saml.contains_key(&(login.to_owned(), account_id))
    }

    pub fn hides_from_lists(&self, login: &str, account_id: i64) -> bool {
        self.rights.by_saml.get(&(login.to_owned(), account_id)) == Some(&true)
    }

    /// The installations that GitHub lists to somebody.
    pub fn seen_installations(&self, login: &str) -> Vec<&Installation> {
        let seen = |found: &&Installation| !self.seen_repositories(login, found).is_empty();
        self.installations.values().filter(seen).collect()
    }

    /// The repositories of an installation that GitHub lists to somebody.
    pub fn seen_repositories(&self, login: &str, installation: &Installation) -> Vec<Value> {
        let covered = self.covered(installation).into_iter();
        let seen = covered.filter_map(|repo| {
            let right = self.rights.held.get(&(login.to_owned(), repo.id))?;
            let mut shape = shapes::repository(repo, &self.accounts[&repo.account_id]);
            let at = RIGHTS.iter().position(|known| known == right).unwrap();
            let may: BTreeMap<&str, bool> = (0..)
                .zip(["pull", "triage", "push", "maintain", "admin"])
                .map(|(step, name)| (name, step <= at))
                .collect();
            shape["permissions"] = json!(may);
            Some(shape)
        });
        seen.collect()
    }

    fn tell_of_people(&mut self, event: &str, action: &str, account_id: i64, extra: Value) {
        let Some(id) = self.installations.values().find(|found| found.account_id == account_id).map(|found| found.id)
        else {
            return;
        };
        let mut payload = json!({"organization": shapes::account(account_id, &self.accounts[&account_id]),
            "installation": {"id": id, "node_id": "x"}});
        for (name, value) in extra.as_object().unwrap() {
            payload[name] = value.clone();
        }
        self.send(event, action, Some(id), None, payload);
    }

    /// Somebody is no collaborator of a repository any more.
    pub fn remove_collaborator(&mut self, login: &str, repo: i64) {
        self.take(login, repo);
        let repository = &self.repositories[&repo];
        let account_id = repository.account_id;
        let shape = shapes::repository(repository, &self.accounts[&account_id]);
        self.tell_of_people(
            "member",
            "removed",
            account_id,
            json!({"member": shapes::user(login), "repository": shape}),
        );
    }

    /// Somebody leaves a team that let them see a repository.
    pub fn remove_from_team(&mut self, login: &str, repo: i64) {
        self.take(login, repo);
        let account_id = self.repositories[&repo].account_id;
        let team = json!({"id": 1, "name": "core", "slug": "core"});
        let extra = json!({"member": shapes::user(login), "scope": "team", "team": team});
        self.tell_of_people("membership", "removed", account_id, extra);
    }

    /// A team that these people are in loses a repository.
    pub fn remove_team(&mut self, logins: &[&str], repo: i64) {
        logins.iter().for_each(|login| self.take(login, repo));
        let repository = &self.repositories[&repo];
        let account_id = repository.account_id;
        let shape = shapes::repository(repository, &self.accounts[&account_id]);
        let extra = json!({"team": {"id": 1, "name": "core", "slug": "core"}, "repository": shape});
        self.tell_of_people("team", "removed_from_repository", account_id, extra);
    }

    /// Somebody leaves an organization.
    pub fn remove_member(&mut self, login: &str, account_id: i64) {
        self.take_all(login, account_id);
        let membership = json!({"role": "member", "state": "inactive", "user": shapes::user(login)});
        self.tell_of_people("organization", "member_removed", account_id, json!({"membership": membership}));
    }

    /// Somebody no longer lets the App act for them.
    pub fn revoke(&mut self, login: &str) {
        self.send("github_app_authorization", "revoked", None, None, json!({}));
        let last = self.outgoing.last_mut().unwrap();
        last.body = serde_json::to_vec(&json!({"action": "revoked", "sender": shapes::user(login)})).unwrap();
    }

    pub fn delete_repository(&mut self, repo: i64) {
        self.tell_of_repository("deleted", repo);
        self.repositories.remove(&repo);
    }
}
