//! What the App may do on GitHub, held against what its manifest asks for.

use std::collections::BTreeMap;

use serde_json::Value;

use super::manifest::{OPTIONAL, declared_permissions};

/// Permissions: their levels (`read`, `write`) by name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Permissions {
    /// What the manifest asks for.
    pub declared: BTreeMap<String, String>,
    /// What GitHub says is granted.
    pub granted: BTreeMap<String, String>,
}

impl Permissions {
    /// Of a list of permissions, as GitHub shows it.
    pub fn of(granted: &Value) -> Self {
        let granted = serde_json::from_value(granted.clone()).unwrap_or_default();
        Self { declared: declared_permissions(), granted }
    }

    /// The names of what is asked for and not granted.
    pub fn missing(&self) -> Vec<&str> {
        self.declared.keys().filter(|name| !self.granted.contains_key(*name)).map(String::as_str).collect()
    }

    /// What is granted and not asked for, or not to read only: names and levels.
    pub fn excess(&self) -> Vec<(&str, &str)> {
        let needless = |(name, level): &(&String, &String)| {
            let known = self.declared.contains_key(*name) || OPTIONAL.contains(&name.as_str());
            *level != "read" || !known
        };
        self.granted.iter().filter(needless).map(|(name, level)| (name.as_str(), level.as_str())).collect()
    }

    /// Whether what is asked for is granted, and nothing else but what is optional.
    pub fn are_as_declared(&self) -> bool {
        self.missing().is_empty() && self.excess().is_empty()
    }

    /// Whether anything but reading is granted.
    pub fn may_write(&self) -> bool {
        self.granted.values().any(|level| level != "read")
    }
}
