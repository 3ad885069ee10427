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
const OURS: [&str; 22] = [
    "BUGSCRUB_ADMIN_TOKEN",
    "BUGSCRUB_ADMIN_TOKEN_FILE",
    "BUGSCRUB_APP_ID",
    "BUGSCRUB_CHAT_URL",
    "BUGSCRUB_CHAT_URL_FILE",
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

/// The chart refuses what the program would refuse, and nothing else.
#[test]
fn the_chart_takes_the_same_settings_as_the_program() {
    use clap::Parser;
    let zones: Vec<&str> = chrono_tz::TZ_VARIANTS.iter().map(|zone| zone.name()).collect();
    golden("charts/bugscrub/files/time-zones.txt", &format!("{}\n", zones.join("\n")));
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("values.yaml");
    let tried = [
        (
            "BUGSCRUB_TIME_ZONE",
            &["UTC", "Europe/Berlin", "America/Argentina/Ushuaia", "europe/berlin", "Berlin", "GMT+1"][..],
        ),
        ("BUGSCRUB_FIRST_SCRUB", &["0", "1", "1000000", "1000001", "-1", "one"]),
        ("BUGSCRUB_SCRUB_CLOSES_AFTER", &["0", "1", "720", "721", "12h"]),
        ("BUGSCRUB_DELIVERY_RETENTION_DAYS", &["3", "4", "3650", "3651", "30d"]),
        ("BUGSCRUB_PURGE_DAYS", &["0", "3650", "3651", "-1"]),
        ("BUGSCRUB_RATE_LIMIT", &["0", "6000", "4294967295", "4294967296", "1.5"]),
        ("BUGSCRUB_LOG_FORMAT", &["auto", "json", "text", "yaml"]),
        ("BUGSCRUB_CHAT_FORMAT", &["slack", "discord", "mattermost", "teams"]),
        (
            "BUGSCRUB_URL",
            &[
                "https://scrub.acme.example",
                "http://127.0.0.1:8080/below/",
                "scrub.acme.example",
                "https://a?b",
                "https://u@a",
            ],
        ),
        (
            "BUGSCRUB_GITHUB_API_URL",
            &["https://api.github.com", "http://127.0.0.1:8080", "github.acme.example", "ftp://a"],
        ),
        (
            "BUGSCRUB_SCRUB_SCHEDULE",
            &[
                "Wed 17:00",
                "wednesday 9:30 Europe/London 45m; Thu 17:00",
                "Wed",
                "Wed 5pm",
                "Day 17:00",
                "Wed 17:00 Asia/Tokio",
            ],
        ),
    ];
    for (name, values) in tried {
        let flag = name.trim_start_matches("BUGSCRUB_").to_lowercase().replace('_', "-");
        for value in values {
            let program = bugscrub::config::Cli::try_parse_from(["bugscrub", "serve", &format!("--{flag}={value}")]);
            std::fs::write(&path, format!("settings: {{{name}: '{value}'}}")).unwrap();
            let chart = super::output(super::template("helm4", Some(&path)));
            let said = String::from_utf8_lossy(&chart.stderr).into_owned();
            assert_eq!(chart.status.success(), program.is_ok(), "{name}: {value}: {said} {program:?}");
            assert!(chart.status.success() || said.contains(&format!("settings.{name}")), "{name}: {value}: {said}");
        }
    }
}
