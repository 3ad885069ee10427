//! Schemathesis sends made-up requests, right and wrong ones, to the service by the service's own
//! description. Every answer must match the description, and no 5xx may come but the documented ones. What a schema
//! allows must not be refused for itself, and what it does not allow must be.
//!
//! By hand: `BUGSCRUB_SCHEMATHESIS_CASES` has more cases of each operation than ten, `BUGSCRUB_SCHEMATHESIS_SCOPES`
//! (`read,private`) another token than an administrator's.

use std::process::Stdio;
use std::time::Duration;

use bugscrub::config::Settings;
use tokio::process::Command;
use tokio::time::timeout;

use crate::support::app::{run_test_with, settings};
use crate::support::payload::{issue, issues, repository};

const PROGRAM: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/target/schemathesis/bin/schemathesis");
const CONFIG: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/schemathesis.toml");
const HOOKS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/schemathesis_hooks.py");

#[tokio::test(flavor = "multi_thread")]
async fn every_answer_matches_the_description() {
    // A token that no made-up request can revoke.
    let admin = "the-admin-token-of-this-test";
    let cases: u64 = std::env::var("BUGSCRUB_SCHEMATHESIS_CASES").map_or(10, |cases| cases.parse().expect("a number"));
    let scopes = std::env::var("BUGSCRUB_SCHEMATHESIS_SCOPES").ok();
    run_test_with(Settings { admin_token: Some(admin.to_owned()), ..settings() }, async |app| {
        for number in 1..=20 {
            let mut item = issue(number, &format!("2024-01-{number:02}T00:00:00Z"), "2024-02-01T00:00:00Z");
            item["labels"] = serde_json::json!([{"id": number % 3 + 1, "name": format!("label-{}", number % 3)}]);
            app.deliver("issues", &issues("opened", &item, &repository(number % 2 + 1, "widgets"))).await;
        }
        let token = match &scopes {
            Some(scopes) => app.new_token(&scopes.split(',').collect::<Vec<_>>(), None).await,
            None => admin.to_owned(),
        };
        let mut command = Command::new(PROGRAM);
        command
            .args(["--config-file", CONFIG, "run", &app.url("/openapi.json")])
            .args(["--header", &format!("Authorization: Bearer {token}")])
            // A stream has no end, so it has no whole answer; tests/it/stream.rs reads it.
            .args(["--exclude-path", "/api/v1/stream", "--exclude-path", "/api/v1/scrubs/{number}/stream"])
            .args(["--checks", "all", "--phases", "examples,coverage,fuzzing", "--max-examples", &cases.to_string()])
            // The same requests each time.
            .args(["--seed", "1", "--generation-database", "none"])
            .args(["--request-timeout", "20", "--no-shrink"])
            .env("SCHEMATHESIS_HOOKS", HOOKS)
            .current_dir(std::env::temp_dir())
            .stdin(Stdio::null())
            .kill_on_drop(true);
        let output = timeout(Duration::from_secs(60 * cases.max(10)), command.output())
            .await
            .expect("Schemathesis does not end");
        let output = output.expect("Schemathesis is not there: run scripts/ensure-tools.sh");
        let said = String::from_utf8_lossy(&output.stdout);
        assert!(output.status.success(), "{said}{}", String::from_utf8_lossy(&output.stderr));
        assert!(said.contains(" passed"), "{said}");
        println!("{said}");
        app
    })
    .await;
}
