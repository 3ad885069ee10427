//! All of GitHub's published webhook examples, signed by GitHub's own library.
//!
//! `items.json` says what the items in them must come to. It was derived from the payloads by hand,
//! with the rules of the fold.

mod wrecked;

use std::path::{Path, PathBuf};
use std::process::Stdio;

use bugscrub::activity::{Bots, ItemKey, ItemState, ItemType};
use bugscrub::ingest::{Accounts, Ingest};
use bugscrub::store::{accounts, rebuild, retention};
use bugscrub::telemetry::Metrics;
use serde_json::{Value, json};
use sqlx::PgPool;
use sqlx::types::Json;

use crate::support::app::SECRET;
use crate::support::{TestApp, run_test};

/// How many examples the package has, and how many of them name no account.
const EXAMPLES: i64 = 329;
const WITHOUT_ACCOUNT: i64 = 14;

fn webhooks() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/webhooks")
}

/// The path of something that npm installs for these tests.
fn installed(what: &str) -> PathBuf {
    let path = webhooks().join("node_modules/@octokit").join(what);
    assert!(path.exists(), "{} is not there: run `make test`, which installs it first", path.display());
    path
}

/// Has GitHub's library sign and post all examples. Returns the script's report.
async fn post_examples(app: &TestApp, order: &str) -> Value {
    installed("webhooks-examples");
    installed("webhooks-methods");
    let output = tokio::process::Command::new("node")
        .arg(webhooks().join("send.mjs"))
        .args([&app.url("/webhooks/github"), SECRET, order])
        .stderr(Stdio::inherit())
        .output()
        .await
        .expect("Node.js runs the examples; install it");
    assert!(output.status.success(), "the script failed");
    serde_json::from_slice(&output.stdout).unwrap()
}

/// Account, repository, number, all columns, the names of the labels, and the folded state.
type ItemRow = (i64, i64, i64, Value, Vec<String>, Json<ItemState>);

/// The items in the database, in the shape of `items.json`.
async fn items(pool: &PgPool) -> Vec<Value> {
    let rows: Vec<ItemRow> = sqlx::query_as(
        "SELECT i.account_id, i.repo_id, i.number, to_jsonb(i),
                ARRAY(SELECT l.name FROM labels l WHERE l.label_id = ANY(i.labels)
                      AND (l.account_id, l.generation, l.repo_id) = (i.account_id, i.generation, i.repo_id)
                      ORDER BY l.name),
                folded
         FROM items i ORDER BY account_id, repo_id, number",
    )
    .fetch_all(pool)
    .await
    .unwrap();
    let item = |(account_id, repo_id, number, columns, labels, Json(folded)): ItemRow| {
        let activity = folded.last_activity().unwrap();
        assert_eq!(folded.last_human_activity().as_ref(), Some(&activity), "no bot is in the examples");
        assert_eq!(columns["type"], json!(folded.item_type().map(ItemType::name)));
        let second = |column: &str| columns[column].as_str().map(|time| time.replace("+00:00", "Z"));
        let key = |key: ItemKey| json!([key.account_id, key.repo_id, key.number]);
        json!({
            "account_id": account_id, "repo_id": repo_id, "number": number,
            "type": columns["type"], "state": columns["state"], "title": columns["title"], "author": columns["author"],
            "created_at": second("created_at"), "updated_at": second("updated_at"),
            "closed_at": folded.closed_at().map(|at| at.to_rfc3339().replace("+00:00", "Z")), "merged": folded.merged(),
            "labels": labels, "assignees": columns["assignees"], "milestone": columns["milestone"],
            "comments": columns["comments"], "draft": columns["draft"],
            "last_activity": {
                "at": activity.at.to_rfc3339().replace("+00:00", "Z"), "kind": activity.kind,
                "actor": activity.actor.login, "human": Bots::default().is_human(&activity.actor),
            },
            "association": activity.association,
            "live": columns["live"], "tied": columns["tied"],
            "transferred_to": folded.transferred_to().map(key), "transferred_from": folded.transferred_from().map(key),
        })
    };
    rows.into_iter().map(item).collect()
}

/// The folded states as they are stored, byte for byte.
async fn folded(pool: &PgPool) -> Vec<(i64, i64, i64, String)> {
    sqlx::query_as("SELECT account_id, repo_id, number, folded::text FROM items ORDER BY 1, 2, 3")
        .fetch_all(pool)
        .await
        .unwrap()
}

async fn count(pool: &PgPool, sql: &'static str) -> i64 {
    sqlx::query_scalar(sql).fetch_one(pool).await.unwrap()
}

/// Panics if an account's projections differ from the fold of its log.
async fn assert_rebuilt_alike(pool: &PgPool) {
    for account_id in accounts::all_ids(pool).await.unwrap() {
        let (_, differences) = rebuild::check(pool, account_id, &Bots::default()).await.unwrap();
        assert!(differences.is_empty(), "account {account_id}: {differences:#?}");
    }
}

/// Panics if a delivery, translated again, gives other events.
async fn assert_told_alike(pool: &PgPool) {
    let told = std::sync::Arc::default();
    let ingest = Ingest::new(pool.clone(), Accounts::default(), Bots::default(), Metrics::new(), 2, told);
    let first = (chrono::DateTime::UNIX_EPOCH, uuid::Uuid::nil());
    for account_id in accounts::all_ids(pool).await.unwrap() {
        for kept in retention::deliveries_after(pool, account_id, first, EXAMPLES).await.unwrap() {
            let (again, outcome) = ingest.retranslate(account_id, &kept).await.unwrap();
            assert_eq!((again.missing, again.corrected), (0, 0), "{}", kept.event);
            assert_eq!(outcome, kept.outcome, "{}", kept.event);
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_published_example_is_accepted_and_kept_and_folds_alike_in_any_order() {
    let mut expected: Vec<Value> = serde_json::from_str(include_str!("examples/items.json")).unwrap();
    expected.iter_mut().for_each(|item| drop(item.as_object_mut().unwrap().remove("why")));
    let mut kept = vec![];
    for order in ["listed", "reversed"] {
        run_test(async |app| {
            let report = post_examples(&app, order).await;
            assert_eq!(
                report,
                json!({"posted": EXAMPLES, "statuses": {"202": EXAMPLES}, "duplicates": 0, "refused": []})
            );
            let pool = &app.database.pool;
            assert_eq!(count(pool, "SELECT count(*) FROM deliveries").await, EXAMPLES);
            assert_eq!(count(pool, "SELECT count(*) FROM deliveries WHERE account_id = 0").await, WITHOUT_ACCOUNT);
            assert_outcomes(pool).await;
            assert_eq!(json!(items(pool).await), json!(expected), "{order}");
            assert_rebuilt_alike(pool).await;
            assert_told_alike(pool).await;
            kept.push(folded(pool).await);
            app
        })
        .await;
    }
    assert_eq!(kept[0], kept[1]);
}

/// Panics unless every event about issues, pull requests, discussions and what they refer to was understood.
async fn assert_outcomes(pool: &PgPool) {
    const UNDERSTOOD: [&str; 13] = [
        "discussion",
        "discussion_comment",
        "installation",
        "installation_repositories",
        "issue_comment",
        "issues",
        "label",
        "milestone",
        "pull_request",
        "pull_request_review",
        "pull_request_review_comment",
        "pull_request_review_thread",
        "repository",
    ];
    let outcomes: Vec<(String, String)> =
        sqlx::query_as("SELECT DISTINCT event, outcome FROM deliveries WHERE account_id <> 0 ORDER BY 1, 2")
            .fetch_all(pool)
            .await
            .unwrap();
    for (event, outcome) in outcomes {
        let expected = match event.as_str() {
            "meta" | "ping" => "nothing",
            event if UNDERSTOOD.contains(&event) => "translated",
            _ => "unknown",
        };
        assert_eq!(outcome, expected, "{event}");
    }
}
