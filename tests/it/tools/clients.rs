//! The API's description as other people's tools read it: linters, and generators of clients. Each client reads a running
//! service: all pages of the queue, an item, a problem and a statistic.

use std::path::Path;
use std::process::{Output, Stdio};
use std::time::Duration;

use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::process::Command;
use tokio::time::timeout;

use crate::support::payload::{issue, issues, repository};
use crate::support::run_test;

const CLIENTS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/clients");
const PYTHON: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/target/clients/bin");

/// Both forms of the description, in a folder.
fn described() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in
        [("openapi.json", bugscrub::http::openapi()), ("openapi-3.0.json", bugscrub::http::older_openapi())]
    {
        std::fs::write(folder.path().join(name), text).unwrap();
    }
    folder
}

async fn run(program: &str, arguments: &[&str]) -> Output {
    let mut command = Command::new(program);
    command.args(arguments).current_dir(CLIENTS).stdin(Stdio::null()).kill_on_drop(true);
    // Linters ask for newer versions of themselves.
    command.env("REDOCLY_TELEMETRY", "off").env("REDOCLY_SUPPRESS_UPDATE_NOTICE", "true");
    let output = timeout(Duration::from_secs(240), command.output()).await.expect("it does not end");
    output.unwrap_or_else(|error| panic!("{program}: {error}; run scripts/ensure-clients.sh"))
}

/// What a program says, which must succeed.
async fn said(program: &str, arguments: &[&str]) -> String {
    let output = run(program, arguments).await;
    let (out, err) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{program} {arguments:?}\n{out}{err}");
    out.into_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn linters_find_no_fault() {
    let folder = described();
    let (newer, older) = (folder.path().join("openapi.json"), folder.path().join("openapi-3.0.json"));
    let (newer, older) = (newer.to_str().unwrap(), older.to_str().unwrap());
    for description in [newer, older] {
        said("node_modules/.bin/redocly", &["lint", "--config", "redocly.yaml", description]).await;
        said(
            "node_modules/.bin/spectral",
            &["lint", "--ruleset", "spectral.yaml", "--fail-severity", "warn", description],
        )
        .await;
        said(&format!("{PYTHON}/openapi-spec-validator"), &[description]).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn linters_find_faults() {
    let folder = described();
    let place = folder.path().join("openapi.json");
    let mut broken: Value = serde_json::from_str(&bugscrub::http::openapi()).unwrap();
    broken["paths"]["/api/v1/queue"]["get"]["operationId"] = json!("list_views");
    broken["paths"]["/api/v1/queue"]["get"]["responses"]["200"] = json!({"$ref": "#/components/responses/None"});
    std::fs::write(&place, broken.to_string()).unwrap();
    let place = place.to_str().unwrap();
    for (program, arguments) in [
        ("node_modules/.bin/redocly", vec!["lint", "--config", "redocly.yaml", place]),
        ("node_modules/.bin/spectral", vec!["lint", "--ruleset", "spectral.yaml", place]),
        (&format!("{PYTHON}/openapi-spec-validator"), vec![place]),
    ] {
        assert!(!run(program, &arguments).await.status.success(), "{program} sees nothing wrong");
    }
}

/// Whether Go is there, in the version that the client's module needs.
async fn has_go() -> bool {
    let mut command = Command::new("go");
    command.args(["list", "-m"]).env("GOTOOLCHAIN", "local").current_dir(Path::new(CLIENTS).join("go"));
    command.output().await.is_ok_and(|output| output.status.success())
}

#[tokio::test(flavor = "multi_thread")]
async fn generated_clients_read_the_service() {
    run_test(async |app| {
        let widgets = repository(1, "widgets");
        for number in 1..=20 {
            let item = issue(number, &format!("2024-01-{number:02}T00:00:00Z"), "2024-02-01T00:00:00Z");
            app.deliver("issues", &issues("opened", &item, &widgets)).await;
        }
        app.caught_up().await;
        let item = app.json("/api/v1/items/acme/widgets/1").await;
        let expected = json!({
            "pages": 3,
            "numbers": (1..=20).collect::<Vec<_>>(),
            "title": item["title"],
            "waits_for": item["waits_for"],
            "missing": [404, "/problems/unknown-item", null],
            "open": 20,
        });
        let folder = described();
        let mut languages = vec!["typescript", "python"];
        match has_go().await {
            true => languages.push("go"),
            false => eprintln!("There is no Go here that can build tests/clients/go: no client in Go is made."),
        }
        for language in languages {
            let arguments =
                [folder.path().to_str().unwrap(), app.url("").as_str(), app.token.as_str()].map(str::to_owned);
            let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
            let read = said(&format!("{CLIENTS}/{language}.sh"), &arguments).await;
            let read: Value = serde_json::from_str(&read).unwrap_or_else(|_| panic!("{language}: {read}"));
            assert_eq!(read, expected, "{language}");
        }
        app
    })
    .await;
}
