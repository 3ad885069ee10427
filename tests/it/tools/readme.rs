//! The pictures of README.md are taken here, of the demo's organization; `make pictures` copies them into `docs/pictures`.

use std::collections::BTreeSet;
use std::path::Path;

use bugscrub::deliver::{Pace, WebhookTarget, deliver};
use bugscrub::demo::Organization;
use reqwest::Method;
use serde_json::json;

use super::browser::browser;
use super::page::{PROJECT, node};
use crate::support::app::SECRET;
use crate::support::run_test;

/// The tests' clock stands there.
const NOW: &str = "2026-11-22T12:00:00Z";

/// The names of the pictures in a folder.
fn pictures(folder: &Path) -> BTreeSet<String> {
    let files = std::fs::read_dir(folder).unwrap().map(|file| file.unwrap().file_name().into_string().unwrap());
    files.filter(|name| name.ends_with(".png")).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_pictures_of_the_readme_are_taken_of_the_demo() {
    run_test(async |app| {
        let (recorded, _) = Organization::generate(1, NOW.parse().unwrap());
        let target = WebhookTarget::new(&app.url("/webhooks/github"), SECRET).unwrap();
        let pace = Pace { concurrency: 16, rate: None };
        let sent = deliver(recorded.into_iter().map(Ok), &target, pace, |_| {}).await.unwrap();
        assert_eq!(sent.failed(), 0, "{sent}");
        app.caught_up().await;
        // Somebody has begun to work.
        let admin = app.new_token(&["admin"], None).await;
        let wanted = json!({"name": "ada", "scopes": ["read", "private", "scrub", "admin"]});
        let made = app.request_as(&admin, Method::POST, "/api/v1/tokens").json(&wanted).send().await.unwrap();
        let made: serde_json::Value = serde_json::from_str(&made.text().await.unwrap()).unwrap();
        let token = made["token"].as_str().unwrap().to_owned();
        let top = app.json("/api/v1/queue?view=open&limit=6").await;
        let verdicts = ["close as stale", "needs info", "", "good first issue"];
        for (row, verdict) in top["items"].as_array().unwrap().iter().skip(1).zip(verdicts) {
            let item = format!("/api/v1/items/{}/{}", row["repository"].as_str().unwrap(), row["number"]);
            let marked = app.request_as(&token, Method::PUT, &format!("{item}/read?by=ada"));
            assert_eq!(marked.send().await.unwrap().status(), 200);
            if !verdict.is_empty() {
                let note = app.request_as(&token, Method::PUT, &format!("{item}/note"));
                let note = note.json(&json!({"by": "ada", "recommended_action": verdict}));
                assert_eq!(note.send().await.unwrap().status(), 200);
            }
        }
        app.caught_up().await;

        let taken = Path::new(PROJECT).join("target/pictures/readme");
        let _ = std::fs::remove_dir_all(&taken);
        let (browser, address) = (browser(), app.url(""));
        let folder = taken.to_str().unwrap();
        let arguments = [browser.to_str().unwrap(), address.trim_end_matches('/'), &token, NOW, folder];
        node("tests/browser", "pictures.mjs", &arguments, "").await;
        // They are those that README shows, and no others are kept.
        let names = pictures(&taken);
        assert_eq!(names, pictures(&Path::new(PROJECT).join("docs/pictures")), "`make pictures` renews docs/pictures");
        let readme = std::fs::read_to_string(Path::new(PROJECT).join("README.md")).unwrap();
        for name in names {
            assert!(readme.contains(&format!("(docs/pictures/{name})")), "README.md does not show {name}");
        }
        app
    })
    .await;
}
