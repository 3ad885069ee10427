//! A scrub through the page: several browsers, on two replicas behind nginx, one of which is killed.

use std::net::SocketAddr;
use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::process::Command;
use tokio::time::timeout;

use super::browser::browser;
use super::proxies::Proxy;
use crate::support::TestDatabase;
use crate::support::app::SECRET;
use crate::support::payload::{issue, issues, repository};
use crate::support::service::{Serving, client};

const PROJECT: &str = env!("CARGO_MANIFEST_DIR");
const ADMIN: &str = "the-admin-token-of-this-test";
const ITEMS: i64 = 40;

async fn fill(replica: &Serving) {
    for number in 1..=ITEMS {
        let created = format!("2026-01-{:02}T00:00:00Z", number % 28 + 1);
        let payload = issues("opened", &issue(number, &created, "2026-02-01T00:00:00Z"), &repository(1, "widgets"));
        let body = serde_json::to_vec(&payload).unwrap();
        let signature = bugscrub::webhook::signature::sign(SECRET.as_bytes(), &body);
        let request = client().post(replica.url("/webhooks/github")).header("content-type", "application/json");
        let request = request.header("x-github-event", "issues").header("x-hub-signature-256", signature);
        let request = request.header("x-github-delivery", uuid::Uuid::new_v4().to_string());
        assert_eq!(request.body(body).send().await.unwrap().status(), 202);
    }
}

async fn token(replica: &Serving) -> String {
    let asked = json!({"name": "the room", "scopes": ["read", "private", "scrub"]});
    let answer =
        client().post(replica.url("/api/v1/tokens")).bearer_auth(ADMIN).header("content-type", "application/json");
    let answer: Value = answer.body(asked.to_string()).send().await.unwrap().json().await.unwrap();
    answer["token"].as_str().unwrap_or_else(|| panic!("{answer}")).to_owned()
}

/// nginx before two replicas: a cookie says to which one goes first, and the other one stands in for it.
async fn proxy(one: SocketAddr, two: SocketAddr) -> Proxy {
    let upstream = |name: &str, first: SocketAddr, then: SocketAddr| {
        format!("upstream {name} {{ server {first} max_fails=1 fail_timeout=60s; server {then} backup; }}\n")
    };
    let before = format!(
        "map $cookie_replica $to {{ default one; two two; }}\n{}{}",
        upstream("one", one, two),
        upstream("two", two, one)
    );
    let location = "location / { proxy_pass http://$to; proxy_http_version 1.1; proxy_set_header Host $http_host; \
                    proxy_set_header Connection ''; }";
    Proxy::nginx_with(&before, location).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_scrub_is_held_in_several_browsers_on_two_replicas() {
    let database = TestDatabase::new().await;
    let settings = [
        ("BUGSCRUB_DATABASE_URL", database.url.as_str()),
        ("BUGSCRUB_WEBHOOK_SECRET", SECRET),
        ("BUGSCRUB_ADMIN_TOKEN", ADMIN),
    ];
    let (one, two) = tokio::join!(Serving::start(&settings), Serving::start(&settings));
    fill(&one).await;
    let token = token(&one).await;
    let proxy = proxy(one.address, two.address).await;
    let pictures = Path::new(PROJECT).join("target/pictures");
    let seed = std::env::var("BUGSCRUB_TEST_SEED").unwrap_or_else(|_| "21".to_owned());

    let mut command = Command::new("node");
    command.arg("scrub.mjs").arg(browser()).arg(proxy.origin()).arg(&token).arg(&pictures).arg(&seed);
    command.current_dir(Path::new(PROJECT).join("tests/browser")).kill_on_drop(true);
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let mut input = child.stdin.take().unwrap();
    let mut said = BufReader::new(child.stdout.take().unwrap()).lines();
    let mut two = Some(two);
    let mut last = String::new();
    let listening = async {
        while let Some(line) = said.next_line().await.unwrap() {
            if line == "kill" {
                two.take().expect("it is killed once").kill().await;
                input.write_all(b"killed\n").await.unwrap();
            }
            last = line;
        }
    };
    // More acts are asked for by hand.
    let by_hand = ["BUGSCRUB_ROOM_STEPS", "BUGSCRUB_ROOM_ACTS"].iter().any(|name| std::env::var_os(name).is_some());
    timeout(Duration::from_secs(if by_hand { 3600 } else { 300 }), listening).await.expect("it does not end");
    let mut faults = String::new();
    child.stderr.take().unwrap().read_to_string(&mut faults).await.unwrap();
    let saw: Value = serde_json::from_str(&last).unwrap_or_else(|_| panic!("{last} {faults}"));
    println!("{}", saw["figures"]);
    for none in ["faults", "violations", "axe", "wide", "elsewhere"] {
        assert_eq!(saw[none], json!([]), "{none}, seed {seed}: {saw:#}");
    }
    let steps = json!([
        ["who comes is shown at once", true],
        ["an act in one is seen in the other, and announced", true],
        ["who writes stays at the row", "Asked twice, no answer: jkxsbuf"],
        ["and the address says so", "?row=2"],
        ["the draft stayed with its row", "Asked twice, no answer: jkxsbuf"],
        ["one brings the group to where they look", true],
        ["a step is taken back", true],
        ["a reading is taken back", ["read", "read", "current", "waiting"]],
        ["a note is seen as it is written", true],
        ["the group passes over rows that somebody took", true],
        ["rows are read by who took them, and given back", true],
        ["the time is shared, and the scrub handed over", true],
        ["a draft outlives its replica", "Before, and after."],
        ["and the group goes on", true],
        ["a page that is opened again is where the group is", true],
        ["the minutes are edited and downloaded", [true, true]],
        ["and the sheet", true],
        ["all are at one cursor", true],
        ["no note is lost, no row read twice", {"lost": [], "twice": []}],
    ]);
    assert_eq!(saw["steps"], steps, "seed {seed}");
    one.stop().await;
    drop(proxy);
    database.drop().await;
}
