//! The chart's README and its list of settings are current.

use std::collections::BTreeSet;
use std::process::Command;

use super::{EXAMPLES, ROOT, golden, list, pods, rendered, root, said};
use crate::support::service::run;

#[test]
fn the_readme_matches_the_values() {
    let folder = tempfile::tempdir().unwrap();
    let made = folder.path().join("README.md");
    std::fs::copy(root("charts/bugscrub/README.md"), &made).unwrap();
    let mut command = Command::new(root("tests/chart/node_modules/.bin/readme-generator"));
    command.args(["--values", "charts/bugscrub/values.yaml", "--readme"]).arg(&made).current_dir(ROOT);
    let words = said(command);
    assert!(words.contains("Metadata is correct"), "{words}");
    golden("charts/bugscrub/README.md", &std::fs::read_to_string(&made).unwrap());
}

/// The environment variables that `bugscrub serve --help` lists.
async fn variables() -> BTreeSet<String> {
    let help = run(&["serve", "--help"], &[]).await.ok();
    let after = help.split("[env: ").skip(1).map(|rest| rest.split(['=', ']']).next().unwrap().to_owned());
    after.collect()
}

/// The variables that the chart sets itself. `settings` refuses them and accepts all others.
const OURS: [&str; 20] = [
    "BUGSCRUB_ADMIN_TOKEN",
    "BUGSCRUB_ADMIN_TOKEN_FILE",
    "BUGSCRUB_APP_ID",
    "BUGSCRUB_CLIENT_ID",
    "BUGSCRUB_CLIENT_SECRET",
    "BUGSCRUB_CLIENT_SECRET_FILE",
    "BUGSCRUB_DATABASE_URL",
    "BUGSCRUB_DATABASE_URL_FILE",
    "BUGSCRUB_DATA_DIR",
    "BUGSCRUB_LISTEN",
    "BUGSCRUB_METRICS_LISTEN",
    "BUGSCRUB_PRIVATE_KEY",
    "BUGSCRUB_PRIVATE_KEY_FILE",
    "BUGSCRUB_SESSION_KEY",
    "BUGSCRUB_SESSION_KEY_FILE",
    "BUGSCRUB_VIEWS_FILE",
    "BUGSCRUB_WEBHOOK_SECRET",
    "BUGSCRUB_WEBHOOK_SECRET_FILE",
    "BUGSCRUB_WEBHOOK_SECRET_OLD",
    "BUGSCRUB_WEBHOOK_SECRET_OLD_FILE",
];

#[tokio::test]
async fn the_charts_settings_are_the_programs() {
    let known = variables().await;
    let settings: Vec<&str> = known.iter().map(String::as_str).filter(|name| !OURS.contains(name)).collect();
    assert!(settings.len() >= 8, "{settings:?}");
    golden("charts/bugscrub/files/settings.txt", &format!("{}\n", settings.join("\n")));
    for name in OURS {
        assert!(known.contains(name), "the program has no {name}");
    }
    for (example, file) in EXAMPLES {
        for pod in pods(&rendered(file)) {
            for container in list(pod, "initContainers").chain(list(pod, "containers")) {
                for variable in list(container, "env") {
                    let name = variable["name"].as_str().unwrap();
                    assert!(known.contains(name), "{example}: the program has no {name}");
                }
            }
        }
    }
}
