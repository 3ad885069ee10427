//! `rebuild --from-deliveries` translates the kept deliveries again.

use serde_json::{Value, json};
use uuid::Uuid;

use super::run;
use crate::support::payload::{issue, issues, repository};
use crate::support::{TestApp, run_test};

/// Stores a delivery as an earlier version that did not understand it would have.
async fn kept_raw(app: &TestApp, guid: u128, event: &str, payload: &Value, hours_ago: i32) {
    let body = zstd::stream::encode_all(payload.to_string().as_bytes(), 0).unwrap();
    sqlx::query(
        "INSERT INTO deliveries (account_id, guid, event, outcome, received_at, body)
         VALUES (9000, $1, $2, 'unknown', now() - $3 * interval '1 hour', $4)",
    )
    .bind(Uuid::from_u128(guid))
    .bind(event)
    .bind(hours_ago)
    .bind(body)
    .execute(&app.database.pool)
    .await
    .unwrap();
}

async fn again(app: &TestApp) -> String {
    let url = [("BUGSCRUB_DATABASE_URL", app.database.url.as_str())];
    let printed = run(&["rebuild", "--from-deliveries"], &url).await.ok();
    run(&["rebuild", "--check"], &url).await.ok();
    printed
}

#[tokio::test(flavor = "multi_thread")]
async fn retranslation_adds_events_that_an_earlier_version_did_not_understand() {
    run_test(async |app| {
        let url = [("BUGSCRUB_DATABASE_URL", app.database.url.as_str())];
        let told = |number| {
            let told = issue(number, "2024-01-01T00:00:00Z", "2024-01-01T00:00:00Z");
            issues("opened", &told, &repository(1, "widgets"))
        };
        app.deliver("issues", &told(1)).await;
        // An earlier version would have kept the delivery like this, without events.
        let body = zstd::stream::encode_all(told(2).to_string().as_bytes(), 0).unwrap();
        sqlx::query(
            "INSERT INTO deliveries (account_id, guid, event, action, outcome, received_at, body)
             VALUES (9000, $1, 'issues', 'opened', 'unknown', now(), $2)",
        )
        .bind(Uuid::from_u128(7))
        .bind(body)
        .execute(&app.database.pool)
        .await
        .unwrap();
        for missing in [1, 0] {
            let printed = run(&["rebuild", "--from-deliveries"], &url).await.ok();
            let said =
                format!("account 9000: 2 deliveries translated again, {missing} missing events added, 0 corrected\n");
            assert!(printed.contains(&said), "{printed}");
        }
        run(&["rebuild", "--check"], &url).await.ok();
        assert_eq!(app.json("/api/v1/queue").await["total"], 2);
        let outcomes: Vec<String> =
            sqlx::query_scalar("SELECT DISTINCT outcome FROM deliveries").fetch_all(&app.database.pool).await.unwrap();
        assert_eq!(outcomes, ["translated"]);
        app
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn retranslation_supersedes_events_that_an_earlier_version_got_wrong() {
    run_test(async |app| {
        let told = issue(1, "2024-01-01T00:00:00Z", "2024-01-01T00:00:00Z");
        let guid = Uuid::from_u128(1).to_string();
        app.deliver_as("issues", &guid, &issues("opened", &told, &repository(1, "widgets"))).await;
        // The earlier version took the opening for a deletion, which is final, and appended an event of
        // another issue besides.
        for sql in [
            "UPDATE events SET kind = 'deleted',
               data = replace(data::text, '\"number\":1', '\"number\":1,\"effect\":\"deleted\"')::json",
            "INSERT INTO events (account_id, position, source_key, source, kind, repo_id, number, occurred_at, recorded_at, data)
             SELECT account_id, 2, replace(source_key, '/0', '/1'), source, 'opened', repo_id, 2, occurred_at, recorded_at,
               replace(replace(data::text, '\"number\":1', '\"number\":2'), ',\"effect\":\"deleted\"', '')::json FROM events",
            "UPDATE accounts SET head_position = 2 WHERE account_id = 9000",
        ] {
            sqlx::query(sql).execute(&app.database.pool).await.unwrap();
        }
        let url = [("BUGSCRUB_DATABASE_URL", app.database.url.as_str())];
        run(&["rebuild"], &url).await.ok();
        let numbers = async || -> Vec<Value> {
            let page = app.json("/api/v1/queue").await;
            page["items"].as_array().unwrap().iter().map(|item| item["number"].clone()).collect()
        };
        assert_eq!(numbers().await, [json!(2)]);

        let printed = again(&app).await;
        assert!(printed.contains("0 missing events added, 2 corrected"), "{printed}");
        assert_eq!(numbers().await, [json!(1)]);
        let item = app.json("/api/v1/items/acme/widgets/1").await;
        let kinds: Vec<&str> = item["history"].as_array().unwrap().iter().map(|e| e["kind"].as_str().unwrap()).collect();
        assert_eq!(kinds, ["opened"], "{item:#}");
        // The log keeps everything for ever.
        let log: Vec<(i64, String, Option<String>)> =
            sqlx::query_as("SELECT position, kind, supersedes FROM events ORDER BY position")
                .fetch_all(&app.database.pool)
                .await
                .unwrap();
        let key = |ordinal: i32| Some(format!("{guid}/{ordinal}"));
        let row = |position, kind: &str, supersedes| (position, kind.to_owned(), supersedes);
        assert_eq!(log, [row(1, "deleted", None), row(2, "opened", None), row(3, "opened", key(0)), row(4, "retracted", key(1))]);

        let printed = again(&app).await;
        assert!(printed.contains("0 missing events added, 0 corrected"), "{printed}");
        assert_eq!(numbers().await, [json!(1)]);
        // A second correction supersedes the first one.
        sqlx::query("UPDATE events SET kind = 'edited' WHERE position = 3").execute(&app.database.pool).await.unwrap();
        let printed = again(&app).await;
        assert!(printed.contains("0 missing events added, 1 corrected"), "{printed}");
        let last: (String, String) = sqlx::query_as("SELECT source_key, supersedes FROM events ORDER BY position DESC LIMIT 1")
            .fetch_one(&app.database.pool)
            .await
            .unwrap();
        assert_eq!(last, (format!("{guid}/0~2"), format!("{guid}/0~1")));
        app
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_retranslated_fact_counts_from_when_its_delivery_came() {
    run_test(async |app| {
        let told = issue(1, "2024-01-01T00:00:00Z", "2024-01-01T00:00:00Z");
        app.deliver("issues", &issues("opened", &told, &repository(1, "widgets"))).await;
        let renamed = |name| json!({"action": "renamed", "repository": repository(1, name)});
        // Yesterday's name was not understood when it came, today's was.
        kept_raw(&app, 7, "repository", &renamed("yesterdays"), 24).await;
        app.deliver("repository", &renamed("todays")).await;
        let printed = again(&app).await;
        assert!(printed.contains("1 missing events added, 0 corrected"), "{printed}");
        let page = app.json("/api/v1/queue").await;
        assert_eq!(page["items"][0]["repository"], "acme/todays", "{page:#}");
        let printed = again(&app).await;
        assert!(printed.contains("0 missing events added, 0 corrected"), "{printed}");
        app
    })
    .await;
}
