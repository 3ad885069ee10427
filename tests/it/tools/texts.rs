//! Item texts where it counts: hostile ones in a real browser, and none in a dump of the database or in the log.

use std::process::Command;

use axum::Router;
use axum::http::header::CONTENT_TYPE;
use axum::routing::get;
use serde_json::{Value, json};
use tokio::net::TcpListener;

use super::browser::{Page, folder};
use crate::github::{LISTING, asked_for, no_job_is_due};
use crate::support::TestDatabase;
use crate::support::github::world::Kind;
use crate::support::github::{APP_ID, APP_KEY, FakeGitHub};
use crate::support::payload::{issue, issues, repository};
use crate::support::run_test;
use crate::support::service::{Serving, client};
use crate::texts::hostile::{KINDS, faults};
use crate::texts::{Asking, ISSUE, say};

const PAGE: &str =
    "<!doctype html><meta charset=utf-8><title>texts</title><div id=place></div><script src=/texts.js></script>";
const SCRIPT: &str = include_str!("../../browser/texts.js");

/// The published list: what it has of HTML and of addresses that run.
fn published() -> Vec<String> {
    let file = folder().join("node_modules/big-list-of-naughty-strings/blns.json");
    let all: Vec<String> = serde_json::from_slice(&std::fs::read(file).unwrap()).unwrap();
    let hostile = all.into_iter().filter(|text| text.contains('<') || text.to_lowercase().contains("javascript"));
    let hostile: Vec<String> = hostile.filter(|text| !text.contains('\0')).collect();
    assert!(hostile.len() > 200, "{}", hostile.len());
    hostile
}

/// Lets the browser show texts, and panics over what it finds in them. Answers how many there were.
async fn show(texts: &[String]) -> usize {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    let list = json!(texts).to_string();
    let router = Router::new()
        .route("/", get(async || ([(CONTENT_TYPE, "text/html")], PAGE)))
        .route("/texts.js", get(async || ([(CONTENT_TYPE, "text/javascript")], SCRIPT)))
        .route("/texts.json", get(async move || ([(CONTENT_TYPE, "application/json")], list)));
    let serving = tokio::spawn(async move { axum::serve(listener, router).await });
    let mut page = Page::open(&address);
    let said = page.says("shown").await;
    page.close().await;
    serving.abort();
    assert_eq!(said["faults"], json!([]));
    usize::try_from(said["shown"].as_u64().unwrap()).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn hostile_texts_do_nothing_in_a_browser() {
    let mut hostile = published();
    hostile.extend(KINDS.iter().map(|(_, html)| (*html).to_owned()));
    // The browser must be able to find what is wrong: these come uncleaned.
    let raw: Vec<String> = ["<img src=x onerror=hit()>", "<a href='javascript:hit()'>a</a>", "<form></form>"]
        .into_iter()
        .map(str::to_owned)
        .collect();
    for text in &raw {
        let text = text.clone();
        let found = tokio::spawn(async move { show(std::slice::from_ref(&text)).await }).await;
        assert!(found.is_err(), "the browser found nothing");
    }

    let asking = Asking::start(|world, repo| {
        for html in &hostile {
            say(world, repo, 1, "mallory", None, html);
        }
    })
    .await;
    let (mut texts, mut before) = (vec![], None);
    loop {
        let path = before.map_or_else(|| ISSUE.to_owned(), |before: String| format!("{ISSUE}?before={before}"));
        let page = asking.app.json(&path).await;
        texts
            .extend(page["entries"].as_array().unwrap().iter().map(|entry| entry["html"].as_str().unwrap().to_owned()));
        before = page["before"].as_str().map(str::to_owned);
        if before.is_none() {
            break;
        }
    }
    asking.stop().await;
    assert_eq!(texts.len(), hostile.len());
    texts.iter().for_each(|html| assert_eq!(faults(html), [""; 0], "{html}"));
    assert_eq!(show(&texts).await, texts.len());
}

#[tokio::test(flavor = "multi_thread")]
async fn hostile_markdown_does_nothing_in_a_browser() {
    run_test(async |app| {
        let hostile = published();
        for (nth, text) in hostile.iter().enumerate() {
            let mut told = issue(nth as i64 + 1, "2026-07-01T00:00:00Z", "2026-07-01T00:00:00Z");
            told["body"] =
                json!(format!("{text}\n\n[a]({text})\n\n![b]({text})\n\n`{text}`\n\n| a |\n|---|\n| {text} |\n"));
            app.deliver("issues", &issues("opened", &told, &repository(1, "widgets"))).await;
        }
        let mut texts = vec![];
        for nth in 1..=hostile.len() {
            let text = app.json(&format!("/api/v1/items/acme/widgets/{nth}/text")).await;
            texts.push(text["body"]["html"].as_str().unwrap().to_owned());
        }
        texts.iter().for_each(|html| assert_eq!(faults(html), [""; 0], "{html}"));
        assert_eq!(show(&texts).await, texts.len());
        app
    })
    .await;
}

const MARKER: &str = "zwielicht-4711";

#[tokio::test(flavor = "multi_thread")]
async fn a_text_is_in_no_dump_and_in_no_log() {
    let github = FakeGitHub::start().await;
    github.world(|world| {
        let account = world.account("acme");
        let repo = world.repository(account, "widgets");
        let now = world.now;
        world.put(repo, Kind::Issue, "Something", "ada", now);
        let item = world.repositories.get_mut(&repo).unwrap().items.get_mut(&1).unwrap();
        item.text = format!("<p>{MARKER}</p>");
        say(world, repo, 1, "linus", None, &format!("<p>{MARKER} too</p>"));
        world.install(account, None);
    });
    let database = TestDatabase::new().await;
    let (url, id, admin) = (github.url(), APP_ID.to_string(), "the-admin-token-of-the-test");
    let serving = Serving::start(&[
        ("BUGSCRUB_DATABASE_URL", &*database.url),
        ("BUGSCRUB_GITHUB_API_URL", &url),
        ("BUGSCRUB_APP_ID", &id),
        ("BUGSCRUB_PRIVATE_KEY", APP_KEY),
        ("BUGSCRUB_ADMIN_TOKEN", admin),
        ("BUGSCRUB_WEBHOOK_SECRET", "secret"),
        ("BUGSCRUB_LOG", "trace"),
    ])
    .await;
    asked_for(&github, LISTING, 1).await;
    no_job_is_due(&database).await;
    let ask = async || {
        let request = client().get(serving.url(ISSUE)).bearer_auth(admin);
        let answer = request.send().await.unwrap();
        (answer.status().as_u16(), answer.text().await.unwrap())
    };
    let (status, text) = ask().await;
    assert!(status == 200 && text.contains(MARKER), "{text}");
    // A failure, whose error is logged, has it too.
    github.odd("/graphql Text", |body| body["data"]["repository"]["issueOrPullRequest"]["number"] = json!(MARKER));
    assert_eq!(
        client()
            .get(serving.url("/api/v1/items/acme/widgets/1/text?before=before-1"))
            .bearer_auth(admin)
            .send()
            .await
            .unwrap()
            .status(),
        404
    );
    github.heal();
    github.odd("/graphql Text", |body| {
        *body = json!({"errors": [{"type": "INTERNAL", "message": "failed"}], "data": MARKER})
    });
    assert_eq!(
        client()
            .get(serving.url("/api/v1/items/acme/widgets/1/text?before=before-0"))
            .bearer_auth(admin)
            .send()
            .await
            .unwrap()
            .status(),
        503
    );

    let dump = Command::new(pg_dump()).args(["--inserts", &database.url]).output().unwrap();
    assert!(dump.status.success(), "{}", String::from_utf8_lossy(&dump.stderr));
    let dump = String::from_utf8(dump.stdout).unwrap();
    let log = serving.stop().await;
    assert!(dump.contains("Something") && log.contains("GitHub did not show a text"), "{log}");
    assert!(!dump.contains(MARKER), "a text is in the database");
    let logged: Vec<&str> = log.lines().filter(|line| line.contains(MARKER)).collect();
    assert_eq!(logged, [""; 0], "a text is in the log");
    database.drop().await;
}

fn pg_dump() -> std::path::PathBuf {
    let folders = std::fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    let mut found: Vec<_> =
        folders.map(|folder| folder.path().join("bin/pg_dump")).filter(|file| file.exists()).collect();
    found.sort();
    found.pop().unwrap_or_else(|| "pg_dump".into())
}

/// What the page says of a text that is not harmless has a name.
#[test]
fn the_page_names_what_it_finds() {
    let found: Vec<Value> = ["ran", "tag", "attribute", "address"].map(Value::from).into();
    assert!(found.iter().all(|name| SCRIPT.contains(name.as_str().unwrap())));
}
