//! Answers while the ranking is behind the log: they say by how much, and claim nothing that they do not include.

use reqwest::Method;
use serde_json::{Value, json};
use sqlx::Connection;

use crate::support::payload::{issue, issues, repository};
use crate::support::run_test;
use crate::support::wait::{for_state, until};

/// Keeps the ranking from following: it reads this table, and what is asked of it below does not.
const HOLD: &str = "LOCK TABLE remarks IN ACCESS EXCLUSIVE MODE";

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_says_for_how_long_it_has_been_behind() {
    run_test(async |app| {
        let acme = repository(1, "acme/widgets");
        app.deliver("issues", &issues("opened", &issue(1, "2026-11-01T10:00:00Z", "2026-11-01T10:00:00Z"), &acme)).await;
        // Without items, so that no details are read.
        let queue = "/api/v1/queue?type=Discussion";
        assert_eq!(app.json(queue).await["freshness"]["lag_ms"], 0);

        let mut connection = sqlx::PgConnection::connect(&app.database.url).await.unwrap();
        let mut held = connection.begin().await.unwrap();
        sqlx::raw_sql(HOLD).execute(&mut *held).await.unwrap();
        let payload = issues("opened", &issue(2, "2026-11-02T10:00:00Z", "2026-11-02T10:00:00Z"), &acme);
        let sent = app.signed("issues", "b1f5e3a0-0000-4000-8000-000000000001", serde_json::to_vec(&payload).unwrap());
        let sent = sent.send().await.unwrap();
        assert_eq!(sent.status(), 202);
        let told: Value = serde_json::from_str(&sent.text().await.unwrap()).unwrap();
        let position = told["position"].as_i64().unwrap();
        // What was fetched last counts once answers have it.
        sqlx::raw_sql(
            "INSERT INTO sync (account_id, repo_id, node_id, has_discussions, open_at, complete_at)
             SELECT account_id, 1, 'R_1', false, clock_timestamp(), clock_timestamp() FROM accounts WHERE account_id <> 0",
        )
        .execute(&app.database.pool)
        .await
        .unwrap();
        let ask = async |path: &str| {
            let answer = app.request(Method::GET, path).send().await.unwrap();
            assert_eq!(answer.status(), 200);
            serde_json::from_str::<Value>(&answer.text().await.unwrap()).unwrap()
        };
        let lag = for_state(async || {
            let page = ask(queue).await;
            assert!(page["position"].as_i64().unwrap() < position, "{page}");
            page["freshness"]["lag_ms"].as_u64().filter(|lag| *lag > 0).ok_or_else(|| page.to_string())
        })
        .await;
        until("it is behind for longer", async || ask(queue).await["freshness"]["lag_ms"].as_u64().unwrap() > lag).await;
        let sync = ask("/api/v1/sync").await;
        assert_eq!((&sync["repositories_open"], &sync["repositories_complete"]), (&json!(0), &json!(0)), "{sync}");
        let row = &sync["items_by_repository"][0];
        assert_eq!((&row["open_at"], &row["complete_at"]), (&Value::Null, &Value::Null), "{sync}");

        held.rollback().await.unwrap();
        let page = app.json(&format!("{queue}&min_position={position}")).await;
        assert_eq!((&page["freshness"]["lag_ms"], &page["position"]), (&json!(0), &json!(position)));
        let sync = app.json("/api/v1/sync").await;
        assert_eq!((&sync["repositories_open"], &sync["repositories_complete"]), (&json!(1), &json!(1)), "{sync}");
        assert!(sync["items_by_repository"][0]["complete_at"].is_string(), "{sync}");
        app
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_burst_is_followed_in_bites() {
    run_test(async |app| {
        let acme = repository(1, "acme/widgets");
        let told = app
            .deliver("issues", &issues("opened", &issue(1, "2026-11-01T10:00:00Z", "2026-11-01T10:00:00Z"), &acme))
            .await;
        let (pool, begun) = (&app.database.pool, told["position"].as_i64().unwrap());
        let account: i64 =
            sqlx::query_scalar("SELECT account_id FROM accounts WHERE account_id <> 0").fetch_one(pool).await.unwrap();
        // As many events as a burst brings, appended at once.
        sqlx::query(
            "WITH head AS (UPDATE accounts SET head_position = head_position + 4500 WHERE account_id = $1)
             INSERT INTO events (account_id, position, source_key, source, kind, repo_id, number, recorded_at, data)
             SELECT $1, $2 + g, 'burst:' || g, 'webhook', 'commented', 1, 1, clock_timestamp(), '{}'
             FROM generate_series(1, 4500) AS g",
        )
        .bind(account)
        .bind(begun)
        .execute(pool)
        .await
        .unwrap();
        let (mut position, mut bites) = (begun, vec![]);
        loop {
            let changed = bugscrub::store::live::changes(pool, account, position).await.unwrap();
            bites.push(changed.head.position - position);
            position = changed.head.position;
            if !changed.more {
                break;
            }
        }
        assert_eq!(bites, [2_000, 2_000, 500]);
        app.caught_up().await;
        assert_eq!(app.json("/api/v1/queue").await["position"], begun + 4_500);
        app
    })
    .await;
}
