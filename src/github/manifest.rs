//! The App's manifest: what it asks GitHub for, and nothing more.

use std::collections::BTreeMap;

use serde::Deserialize;

/// The file at the top level of the repository.
const MANIFEST: &str = include_str!("../../app-manifest.yml");

#[derive(Debug, Deserialize)]
struct Manifest {
    description: String,
    default_permissions: BTreeMap<String, String>,
    default_events: Vec<String>,
}

fn manifest() -> Manifest {
    serde_saphyr::from_str(MANIFEST).expect("cannot fail: a test reads the file that is built in")
}

/// The permissions that the App asks for: their levels by name.
pub fn declared_permissions() -> BTreeMap<String, String> {
    manifest().default_permissions
}

/// Permissions to read that an owner may grant besides, which nothing needs.
pub const OPTIONAL: [&str; 1] = ["members"];

/// The events that the App subscribes to.
pub fn declared_events() -> Vec<String> {
    manifest().default_events
}

/// What the App's page on GitHub says.
pub fn description() -> String {
    manifest().description
}
