//! The page in a real browser: what it shows, does and says, and what it never does.

use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use serde_json::{Value, json};
use tokio::io::AsyncWriteExt;
use tokio::process::Command;
use tokio::time::timeout;

use super::browser::browser;
use crate::support::payload::{issue, issues, repository};
use crate::support::{TestApp, run_test};

const PROJECT: &str = env!("CARGO_MANIFEST_DIR");
/// Items with the label `bug`, and all.
const BUGS: i64 = 20;
const ITEMS: i64 = 60;

async fn node(folder: &str, script: &str, arguments: &[&str], input: &str) -> String {
    let mut command = Command::new("node");
    command.arg(script).args(arguments).current_dir(Path::new(PROJECT).join(folder)).kill_on_drop(true);
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(input.as_bytes()).await.unwrap();
    let ended = timeout(Duration::from_secs(240), child.wait_with_output()).await.expect("it does not end");
    let output = ended.unwrap();
    assert!(output.status.success(), "{script}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

#[tokio::test]
async fn the_types_of_the_client_are_those_of_the_description() {
    let made = node("web", "scripts/api.mjs", &[], &bugscrub::http::openapi()).await;
    let kept = std::fs::read_to_string(Path::new(PROJECT).join("web/src/lib/schema.d.ts")).unwrap();
    assert!(made == kept, "the API has changed: `make api` renews web/src/lib/schema.d.ts");
}

#[tokio::test]
async fn the_types_of_the_page_fit() {
    node("web", "node_modules/svelte-check/bin/svelte-check", &["--fail-on-warnings"], "").await;
}

async fn fill(app: &TestApp) {
    for number in 1..=ITEMS {
        let mut item = issue(number, &format!("2026-01-{:02}T00:00:00Z", number % 28 + 1), "2026-02-01T00:00:00Z");
        if number <= BUGS {
            item["labels"] = json!([{"id": 1, "name": "bug", "color": "d73a4a"}]);
        }
        app.deliver("issues", &issues("opened", &item, &repository(1, "widgets"))).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_page_is_used_by_everybody() {
    run_test(async |app| {
        fill(&app).await;
        let token = app.new_token(&["read", "private", "scrub", "admin"], None).await;
        let pictures = Path::new(PROJECT).join("target/pictures");
        let (browser, address) = (browser(), app.url(""));
        let arguments =
            [browser.to_str().unwrap(), address.trim_end_matches('/'), &token, &app.token, pictures.to_str().unwrap()];
        let saw: Value = serde_json::from_str(&node("tests/browser", "page.mjs", &arguments, "").await).unwrap();
        for none in ["faults", "violations", "axe", "wide", "elsewhere"] {
            assert_eq!(saw[none], json!([]), "{none}: {saw:#}");
        }
        let steps = json!([
            ["j chooses the second row", 1],
            ["x marks it read", true],
            ["u takes it back", true],
            ["j leads to the next item", true],
            ["c recommends to close it", "close as stale"],
            ["the note is kept", "Ask whether it still happens: jk?"],
            ["a filter stands in the address", "?label=bug"],
            ["keys can be switched off", 1],
            ["nothing moves before one asks", true],
            ["the one that was chosen stays", "Mine"],
            ["a chart has an address", [200, "image/svg+xml"]],
            ["a sheet is imported", "From the sheet"],
            ["nothing of a text runs", "nothing"],
            ["and the page is there", true],
        ]);
        assert_eq!(saw["steps"], steps);
        let said = |name: &str| saw["said"][name].to_string();
        for (name, words) in [
            ("401", "not one of this service"),
            ("403", "Ask an administrator"),
            ("404", "no such item"),
            ("409", "Login reused"),
            ("410", "It was there before"),
            ("429", "2"),
            ("503", "2"),
            ("offline", "Typed in a train"),
        ] {
            assert!(said(name).contains(words), "{name}: {}", said(name));
        }
        app
    })
    .await;
}
