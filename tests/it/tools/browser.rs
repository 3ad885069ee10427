//! A real browser: a page of another origin that uses the API with nothing but an embed token, and the page at /docs.

use std::path::{Path, PathBuf};
use std::process::Stdio;

use axum::Router;
use axum::http::header::CONTENT_TYPE;
use axum::routing::get;
use bugscrub::config::Settings;
use bugscrub::http::cors::Origins;
use reqwest::Method;
use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt, BufReader, Lines};
use tokio::net::TcpListener;
use tokio::process::{Child, ChildStdin, ChildStdout, Command};

use crate::support::app::settings;
use crate::support::payload::{ACCOUNT, issue, issues, repository};
use crate::support::wait::in_time;
use crate::support::{TestApp, TestDatabase, own_host, run_test};

const PAGE: &str = include_str!("../../browser/page.html");
const SCRIPT: &str = include_str!("../../browser/page.js");

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/browser")
}

/// The browser that scripts/ensure-chromium.sh finds or installs.
pub fn browser() -> PathBuf {
    let names = ["chromium", "chromium-browser", "google-chrome-stable", "google-chrome"];
    let path = std::env::var_os("PATH").unwrap_or_default();
    let mut candidates =
        std::env::split_paths(&path).flat_map(|folder| names.map(|name| folder.join(name))).collect::<Vec<_>>();
    candidates.extend(names.map(|name| Path::new("/usr/bin").join(name)));
    candidates.into_iter().find(|program| program.exists()).expect("scripts/ensure-chromium.sh installs it")
}

/// A page in a browser, and what it logs.
struct Page {
    child: Child,
    input: Option<ChildStdin>,
    said: Lines<BufReader<ChildStdout>>,
    /// What was read while something else was waited for.
    waiting: Vec<Value>,
}

impl Page {
    fn open(address: &str) -> Self {
        let mut command = Command::new("node");
        command.arg(folder().join("open.mjs")).arg(browser()).arg(address).kill_on_drop(true);
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
        let said = BufReader::new(child.stdout.take().unwrap()).lines();
        Self { input: child.stdin.take(), child, said, waiting: vec![] }
    }

    /// Waits until the page says something under a name.
    async fn says(&mut self, name: &str) -> Value {
        if let Some(at) = self.waiting.iter().position(|said| said.get(name).is_some()) {
            return self.waiting.remove(at);
        }
        loop {
            let line = in_time(&format!("the page says {name}"), self.said.next_line()).await.unwrap();
            let said: Value = serde_json::from_str(&line.expect("the browser ended")).unwrap();
            assert!(said.get("fault").is_none(), "{said}");
            if said.get(name).is_some() {
                return said;
            }
            self.waiting.push(said);
        }
    }

    /// Waits until the page says this under a name; it may say other things under it before.
    async fn comes_to(&mut self, name: &str, what: &Value) {
        while self.says(name).await[name] != *what {}
    }

    async fn close(mut self) {
        drop(self.input.take());
        // What it still says is read, so that it does not wait for us.
        while let Ok(Some(_)) = self.said.next_line().await {}
        assert!(in_time("the browser ends", self.child.wait()).await.unwrap().success());
    }
}

/// Serves the page. Answers its origin.
async fn page_server() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let origin = format!("http://{}", listener.local_addr().unwrap());
    let router = Router::new()
        .route("/", get(async || ([(CONTENT_TYPE, "text/html")], PAGE)))
        .route("/page.js", get(async || ([(CONTENT_TYPE, "text/javascript")], SCRIPT)));
    tokio::spawn(async move { axum::serve(listener, router).await });
    origin
}

/// Delivers a change of an issue's title.
async fn retitle(app: &TestApp, number: i64, day: i64) -> Value {
    let mut changed = issue(number, "2026-01-01T00:00:00Z", &format!("2026-02-{day:02}T00:00:00Z"));
    let title = format!("Title of day {day}");
    changed["title"] = json!(title);
    app.deliver("issues", &issues("edited", &changed, &repository(1, "widgets"))).await;
    json!({"number": number, "title": title, "note": null})
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_of_another_origin_needs_nothing_but_an_embed_token() {
    let origin = page_server().await;
    let listen = std::net::SocketAddr::from((own_host(8080), 8080));
    let with_page = || {
        let cors_origins = Origins::new(std::slice::from_ref(&origin)).unwrap();
        Settings { listen, cors_origins, rate_limit: 6_000, ..settings() }
    };
    let app = TestApp::start(with_page(), TestDatabase::new().await).await;
    let mut secret = repository(2, "secret");
    secret["private"] = json!(true);
    for (number, place) in
        [1, 2, 3, 4, 5].map(|number| (number, repository(1, "widgets"))).into_iter().chain([(9, secret)])
    {
        let day = format!("2026-01-{number:02}T00:00:00Z");
        app.deliver("issues", &issues("opened", &issue(number, &day, &day), &place)).await;
    }
    let embed = app.new_embed_token(ACCOUNT, "open").await;

    let mut page = Page::open(&format!("{origin}/#api=http://{listen}&token={embed}"));
    assert_eq!(page.says("paged").await["paged"], json!([1, 2, 3, 4, 5]));
    assert_eq!(page.says("again").await, json!({"again": 304, "limit": "6000", "id": true}));
    assert_eq!(page.says("refused").await, json!({"refused": 400, "parameter": "order"}));
    assert_eq!(page.says("chart").await["chart"], true);
    for name in ["ticket", "token"] {
        page.comes_to(name, &json!("open")).await;
    }
    let changed = retitle(&app, 2, 1).await;
    for name in ["ticket", "token"] {
        page.comes_to(name, &changed).await;
    }
    // The service is restarted, and something happens before the page is back.
    let database = app.stop().await;
    for name in ["ticket", "token"] {
        page.comes_to(name, &json!("stopping")).await;
    }
    let app = TestApp::start(with_page(), database).await;
    let missed = retitle(&app, 3, 2).await;
    for name in ["ticket", "token"] {
        page.comes_to(name, &json!("open")).await;
        page.comes_to(name, &missed).await;
    }
    let changed = retitle(&app, 4, 3).await;
    for name in ["ticket", "token"] {
        page.comes_to(name, &changed).await;
    }
    page.close().await;
    app.stop().await.drop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_page_at_docs_works_under_its_policy() {
    run_test(async |app| {
        app.deliver(
            "issues",
            &issues("opened", &issue(1, "2026-01-01T00:00:00Z", "2026-01-01T00:00:00Z"), &repository(1, "widgets")),
        )
        .await;
        let described = app.client.request(Method::GET, app.url("/openapi.json")).send().await.unwrap();
        let described: Value = described.json().await.unwrap();
        let operations: usize =
            described["paths"].as_object().unwrap().values().map(|path| path.as_object().unwrap().len()).sum();
        let mut command = Command::new("node");
        command.arg(folder().join("docs.mjs")).arg(browser()).args([&app.url("/docs/"), &app.token]);
        let output = in_time("the browser ends", command.kill_on_drop(true).output()).await.unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        let saw: Value = serde_json::from_slice(&output.stdout).unwrap();
        assert_eq!(
            (&saw["faults"], &saw["elsewhere"], &saw["status"]),
            (&json!([]), &json!([]), &json!("200")),
            "{saw:#}"
        );
        assert_eq!(saw["operations"], operations, "{saw:#}");
        assert!(saw["title"].as_str().unwrap().contains("Bug Scrub"), "{saw:#}");
        assert_ne!(saw["colour"], "rgba(0, 0, 0, 0)", "styles are missing: {saw:#}");
        app
    })
    .await;
}
