//! The page in a real browser: what it shows, does and says, and what it never does.

use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::process::Command;
use tokio::time::timeout;

use super::browser::browser;
use crate::support::app::settings;
use crate::support::payload::{issue, issues, repository};
use crate::support::{TestApp, TestDatabase};

pub const PROJECT: &str = env!("CARGO_MANIFEST_DIR");
/// Items with the label `bug`, and all: more than two pages.
const BUGS: i64 = 20;
const ITEMS: i64 = 260;

pub async fn node(folder: &str, script: &str, arguments: &[&str], input: &str) -> String {
    let mut command = Command::new("node");
    command.arg(script).args(arguments).current_dir(Path::new(PROJECT).join(folder)).kill_on_drop(true);
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(input.as_bytes()).await.unwrap();
    let ended = timeout(Duration::from_secs(240), child.wait_with_output()).await.expect("it does not end");
    let output = ended.unwrap();
    assert!(output.status.success(), "{script}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

/// Runs a script of the browser tests that may ask for something to be done: each line `{"ask": ...}` is answered with one.
/// Returns its last line.
async fn talk(script: &str, arguments: &[&str], mut done: impl AsyncFnMut(&str)) -> Value {
    let mut command = Command::new("node");
    command.arg(script).args(arguments).current_dir(Path::new(PROJECT).join("tests/browser")).kill_on_drop(true);
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    let mut input = child.stdin.take().unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let mut last = Value::Null;
    while let Some(line) = timeout(Duration::from_secs(240), lines.next_line()).await.expect("it goes on").unwrap() {
        last = serde_json::from_str(&line).unwrap();
        if let Some(asked) = last["ask"].as_str() {
            done(asked).await;
            input.write_all(b"done\n").await.unwrap();
        }
    }
    assert!(child.wait().await.unwrap().success(), "{script}");
    last
}

/// A service that is stopped, and started again at the same address over the same database.
enum Place {
    Serving(TestApp),
    Stopped(TestDatabase),
    Between,
}

impl Place {
    async fn turn(&mut self, asked: &str, address: std::net::SocketAddr) {
        *self = match (std::mem::replace(self, Place::Between), asked) {
            (Place::Serving(app), "stop") => Place::Stopped(app.stop().await),
            (Place::Stopped(database), "start") => {
                let settings = bugscrub::config::Settings { listen: address, ..settings() };
                Place::Serving(TestApp::start(settings, database).await)
            }
            (_, other) => panic!("{other} cannot be done now"),
        };
    }
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
    let app = TestApp::start(settings(), TestDatabase::new().await).await;
    fill(&app).await;
    let token = app.new_token(&["read", "private", "scrub", "admin"], None).await;
    let (reader, address) = (app.token.clone(), app.address);
    let pictures = Path::new(PROJECT).join("target/pictures");
    let (browser, url) = (browser(), format!("http://{address}"));
    let arguments = [browser.to_str().unwrap(), &url, &token, &reader, pictures.to_str().unwrap()];
    let mut place = Place::Serving(app);
    let saw = talk("page.mjs", &arguments, async |asked| place.turn(asked, address).await).await;
    let Place::Serving(app) = place else { panic!("it was not started again") };
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
        ["y marks it read and goes on", true],
        ["J selects one more, and Escape none", true],
        ["a filter stands in the address", "?label=bug"],
        ["keys can be switched off", 1],
        ["nothing moves before one asks", true],
        ["the one that was chosen stays", "Mine"],
        ["a chart has an address", [200, "image/svg+xml"]],
        ["the doctor is asked", 1],
        ["a sheet is imported but for what is left out", ["From the sheet", "", "", "From the sheet"]],
        ["what was typed when the session ended is saved", "Typed when it ended"],
        ["nothing of a text runs", "nothing"],
        ["and the page is there", true],
        ["rows stay while the service is away", true],
        ["an item that was asked for meanwhile comes by itself", true],
        ["and changes are live again", true],
    ]);
    assert_eq!(saw["steps"], steps);
    let said = |name: &str| saw["said"][name].to_string();
    for (name, words) in [
        ("401", "not one of this service"),
        ("401, meanwhile", "what you typed is kept in this tab"),
        ("403", "Ask an administrator"),
        ("404", "no such item"),
        ("409", "Login reused"),
        ("410", "It was there before"),
        ("500", "Internal server error"),
        ("429", "2"),
        ("503", "2"),
        ("429, for longer", "Too many requests. It is asked again by itself in 1 second."),
        ("503, for longer", "The database cannot be reached. It is asked again by itself in 1 second."),
        ("offline", "Typed in a train"),
        ("an act while it is away", "The service cannot be reached."),
        ("the service is away", "Nothing that you typed is lost. It is asked again by itself."),
    ] {
        assert!(said(name).contains(words), "{name}: {}", said(name));
    }
    assert!(saw["said"]["midnight"].as_i64() > Some(0), "{saw:#}");
    app.stop().await.drop().await;
}
