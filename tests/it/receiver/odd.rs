//! Odd deliveries with a valid signature: they are kept, answered 202, and change nothing they should not.

use bugscrub::config::Settings;
use bugscrub::ingest::{Accounts, decompress};
use serde_json::json;

use super::{GUID, Kept, Post, kept};
use crate::support::app::{run_test_with, settings};
use crate::support::payload::{ACCOUNT, issue, issues, owned_repository, repository};
use crate::support::{TestApp, run_test};

/// The kept bodies, in order of receipt.
async fn bodies(app: &TestApp) -> Vec<Vec<u8>> {
    let bodies: Vec<Vec<u8>> = sqlx::query_scalar("SELECT body FROM deliveries ORDER BY received_at, guid")
        .fetch_all(&app.database.pool)
        .await
        .unwrap();
    bodies.iter().map(|body| decompress(body).unwrap()).collect()
}

fn owned((account_id, event, action, outcome): Kept<&str>) -> Kept<String> {
    (account_id, event.to_owned(), action.map(str::to_owned), outcome.to_owned())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_signed_delivery_is_kept_however_little_is_understood() {
    let widgets = repository(1, "widgets");
    let text = |value: serde_json::Value| value.to_string().into_bytes();
    let with = |field: &str, value: serde_json::Value| {
        let mut payload = issues("opened", &issue(1, "2024-01-01T00:00:00Z", "2024-01-01T00:00:00Z"), &widgets);
        payload[field] = value;
        text(payload)
    };
    let deep = [vec![b'['; 1_000], vec![b']'; 1_000]].concat();
    #[rustfmt::skip]
    let cases: Vec<(&str, Vec<u8>, Kept<&str>)> = vec![
        ("not JSON", b"no JSON at all".to_vec(), (0, "issues", None, "unreadable")),
        ("nothing", b"".to_vec(), (0, "issues", None, "unreadable")),
        ("half", b"{\"action\": \"opened\", ".to_vec(), (0, "issues", None, "unreadable")),
        ("not UTF-8", b"{\"action\": \"\xff\"}".to_vec(), (0, "issues", Some("\u{fffd}"), "nothing")),
        ("half a pair", br#"{"action": "\ud800"}"#.to_vec(), (0, "issues", Some("\u{fffd}"), "nothing")),
        ("a list", b"[1, 2]".to_vec(), (0, "issues", None, "unreadable")),
        ("very deep", deep, (0, "issues", None, "unreadable")),
        ("an object", b"{}".to_vec(), (0, "issues", None, "nothing")),
        ("a nul", br#"{"action": "a\u0000b", "organization": {"id": 9000, "login": "acme"}}"#.to_vec(),
            (ACCOUNT, "issues", Some("a\u{fffd}b"), "incomplete")),
        ("an odd item", with("issue", json!({"number": "12"})), (ACCOUNT, "issues", Some("opened"), "incomplete")),
        ("no number", with("issue", json!({"number": -1, "updated_at": 5})), (ACCOUNT, "issues", Some("opened"), "incomplete")),
        ("no item", with("issue", json!(null)), (ACCOUNT, "issues", Some("opened"), "incomplete")),
        ("no time", with("issue", json!({"number": 1})), (ACCOUNT, "issues", Some("opened"), "incomplete")),
        ("unknown action", text(json!({"action": "shaken", "organization": {"id": 9000, "login": "acme"}})),
            (ACCOUNT, "label", Some("shaken"), "unknown")),
        ("no owner", with("repository", json!({"id": 1, "name": "widgets"})), (0, "issues", Some("opened"), "nothing")),
        ("unknown event", with("issue", json!(5)), (ACCOUNT, "weather", Some("opened"), "unknown")),
    ];
    for (name, body, expected) in cases {
        run_test(async |app| {
            let receipt = Post { event: Some(expected.1), ..Post::of(body.clone()) }.accepted(&app).await;
            assert_eq!(receipt, json!({"position": 0, "events": 0, "duplicate": false}), "{name}");
            assert_eq!(kept(&app.database.pool).await, [owned(expected)], "{name}");
            assert_eq!(bodies(&app).await, [body], "{name}");
            app
        })
        .await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_known_guid_changes_nothing_whatever_its_body() {
    run_test(async |app| {
        let widgets = repository(1, "widgets");
        let told = issue(12, "2024-01-01T00:00:00Z", "2024-01-02T00:00:00Z");
        let first = issues("opened", &told, &widgets);
        let receipt = app.deliver_as("issues", GUID, &first).await;
        assert_eq!(receipt, json!({"position": 1, "events": 1, "duplicate": false}));
        let before = app.json("/api/v1/queue").await;

        let mut renamed = issue(12, "2024-01-01T00:00:00Z", "2024-01-03T00:00:00Z");
        renamed["title"] = json!("Another title");
        let other_item = issues("opened", &issue(13, "2024-01-01T00:00:00Z", "2024-01-01T00:00:00Z"), &widgets);
        for other in [&first, &issues("edited", &renamed, &widgets), &other_item] {
            let receipt = app.deliver_as("issues", GUID, other).await;
            assert_eq!(receipt, json!({"position": 1, "events": 0, "duplicate": true}));
        }
        // The GUID in capitals is the same one.
        let receipt = app.deliver_as("issues", &GUID.to_uppercase(), &other_item).await;
        assert_eq!(receipt["duplicate"], true);
        assert_eq!(bodies(&app).await, [serde_json::to_vec(&first).unwrap()]);
        assert_eq!(app.json("/api/v1/queue").await["items"], before["items"]);

        let receipt = app.deliver("issues", &other_item).await;
        assert_eq!(receipt, json!({"position": 2, "events": 1, "duplicate": false}));
        app
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_kept_of_accounts_that_are_not_allowed() {
    let told = issue(1, "2024-01-01T00:00:00Z", "2024-01-01T00:00:00Z");
    let of = |id, login| issues("opened", &told, &owned_repository(id, login, id, "widgets"));
    for named in ["acme,77", " ACME , 77,", "1,77"] {
        let accounts = Accounts::new(named.split(','));
        run_test_with(Settings { accounts, ..settings() }, async |app| {
            assert_eq!(app.deliver("issues", &of(1, "Acme")).await["events"], 1, "{named}");
            assert_eq!(app.deliver("issues", &of(77, "by-id")).await["events"], 1, "{named}");
            for declined in [of(2, "umbrella"), of(777, "acme77"), json!({"zen": "of no account"})] {
                let receipt = app.deliver_as("issues", GUID, &declined).await;
                assert_eq!(receipt, json!({"position": 0, "events": 0, "duplicate": false}), "{named}");
            }
            let kept: Vec<i64> = kept(&app.database.pool).await.iter().map(|row| row.0).collect();
            assert_eq!(kept, [1, 77], "{named}");
            let known: Vec<i64> = sqlx::query_scalar("SELECT account_id FROM accounts ORDER BY 1")
                .fetch_all(&app.database.pool)
                .await
                .unwrap();
            assert_eq!(known, [1, 77], "{named}");
            let metrics = app.metrics().await;
            let counted = r#"bugscrub_deliveries_total{event="issues",outcome="declined"} 3"#;
            assert!(metrics.lines().any(|line| line == counted), "{metrics}");
            app
        })
        .await;
    }
}
