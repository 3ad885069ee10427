//! The App's manifest: the permissions and events that it asks GitHub for.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use serde::Deserialize;

/// The file at the top level of this repository.
const FILE: &str = include_str!("../../app-manifest.yml");

/// The path to which GitHub sends people back who sign in.
pub const CALLBACK: &str = "/auth/callback";

#[derive(Debug, Deserialize)]
struct Manifest {
    description: String,
    default_permissions: BTreeMap<String, String>,
    default_events: Vec<String>,
}

static MANIFEST: LazyLock<Manifest> =
    LazyLock::new(|| serde_saphyr::from_str(FILE).expect("cannot fail: a test reads the file that is built in"));

/// The permissions that the App asks for: their levels by name.
pub fn declared_permissions() -> BTreeMap<String, String> {
    MANIFEST.default_permissions.clone()
}

/// The events that the App subscribes to.
pub fn declared_events() -> Vec<String> {
    MANIFEST.default_events.clone()
}

/// The text on the App's page on GitHub.
pub fn description() -> String {
    MANIFEST.description.clone()
}
