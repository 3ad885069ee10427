//! What the App may do on GitHub: what its manifest asks for, compared with what GitHub grants.
//!
//! The doctor, the API's permissions and the minting of tokens all rest on this one comparison.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value, json};

use super::manifest::declared_permissions;

/// Permissions that an owner may grant for reading although the manifest does not ask for them. Nothing needs them; with
/// `members`, GitHub delivers who leaves an organization or a team.
const OPTIONAL: [&str; 3] = ["members", "checks", "statuses"];

/// Those that are made use of: with both, checks of pull requests are known in private repositories too.
const USED: [&str; 2] = ["checks", "statuses"];

/// The App's permissions, each with its level: `read`, `write` or `admin`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Permissions {
    declared: BTreeMap<String, String>,
    granted: BTreeMap<String, String>,
}

impl Permissions {
    /// Compares the manifest with the permissions that GitHub shows as granted, a JSON object of
    /// levels by name. An entry that cannot be read counts as not granted.
    pub fn new(granted: &Value) -> Self {
        let level = |(name, level): (&String, &Value)| Some((name.clone(), level.as_str()?.to_owned()));
        let granted = granted.as_object().into_iter().flatten().filter_map(level).collect();
        Self { declared: declared_permissions(), granted }
    }

    /// The names of all permissions, declared or granted.
    pub fn names(&self) -> BTreeSet<&str> {
        self.declared.keys().chain(self.granted.keys()).map(String::as_str).collect()
    }

    /// The level that the manifest asks for.
    pub fn declared(&self, name: &str) -> Option<&str> {
        self.declared.get(name).map(String::as_str)
    }

    /// The level that GitHub grants.
    pub fn granted(&self, name: &str) -> Option<&str> {
        self.granted.get(name).map(String::as_str)
    }

    /// The declared permissions that GitHub does not grant at any level.
    pub fn missing(&self) -> Vec<&str> {
        self.declared.keys().filter(|name| !self.granted.contains_key(*name)).map(String::as_str).collect()
    }

    /// The permissions granted beyond the manifest, with their levels; optional ones to read aside.
    pub fn excess(&self) -> Vec<(&str, &str)> {
        let needed = |name: &str, level: &str| match self.declared(name) {
            Some(declared) => level == declared,
            None => level == "read" && OPTIONAL.contains(&name),
        };
        let granted = self.granted.iter().map(|(name, level)| (name.as_str(), level.as_str()));
        granted.filter(|(name, level)| !needed(name, level)).collect()
    }

    /// Whether GitHub grants what the manifest asks for and no more.
    pub fn as_declared(&self) -> bool {
        self.missing().is_empty() && self.excess().is_empty()
    }

    /// Whether any permission to write is granted.
    pub fn may_write(&self) -> bool {
        self.granted.values().any(|level| level != "read")
    }

    /// The permissions to ask for with a token: the declared ones that are granted, and those beside them that are made use
    /// of, to read only, whatever the App may do. `metadata` comes with every App.
    pub fn for_token(&self) -> Map<String, Value> {
        let granted = |name: &&str| *name == "metadata" || self.granted.contains_key(*name);
        let wanted = self.declared.keys().map(String::as_str).chain(USED);
        wanted.filter(granted).map(|name| (name.to_owned(), json!("read"))).collect()
    }
}
