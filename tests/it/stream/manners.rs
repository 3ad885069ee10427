//! How a stream behaves towards proxies and clients: how it begins, what it asks of whatever is in between, how it
//! ends.

use reqwest::Method;
use serde_json::json;

use super::{Following, tell};
use crate::support::{TestApp, run_test};

#[tokio::test(flavor = "multi_thread")]
async fn a_stream_begins_at_once_and_is_kept_compressed_or_held_back_by_nobody() {
    run_test(async |app| {
        let position = tell(&app, "opened", 1, "2026-01-01T00:00:00Z", |_| {}).await;
        let request =
            || app.request(Method::GET, "/api/v1/stream").header("accept-encoding", "gzip, deflate, br, zstd");
        let answer = request().send().await.unwrap();
        for (name, value) in [
            ("content-type", "text/event-stream"),
            ("cache-control", "no-store, no-transform"),
            ("x-accel-buffering", "no"),
        ] {
            assert_eq!(answer.headers()[name], value, "{name}");
        }
        for name in ["content-encoding", "content-length", "etag"] {
            assert!(answer.headers().get(name).is_none(), "{name}");
        }
        // Nothing happens, and yet something comes: proxies send the headers on with it. A browser remembers the id.
        let following = Following::sent(&app, request()).await;
        assert_eq!(
            following.opening.lines().collect::<Vec<_>>(),
            [": following", "retry: 3000", &format!("id: {position}")]
        );
        app
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_last_id_may_stand_in_the_query_and_the_header_goes_first() {
    run_test(async |app| {
        let first = tell(&app, "opened", 1, "2026-01-01T00:00:00Z", |_| {}).await;
        let second = tell(&app, "opened", 2, "2026-01-01T00:00:00Z", |_| {}).await;
        tell(&app, "opened", 3, "2026-01-01T00:00:00Z", |_| {}).await;
        let by_query = |last: &str| format!("last_event_id={last}");
        let mut following = Following::start(&app, &by_query(&second), None).await;
        assert_eq!(following.opening.lines().last(), Some(&*format!("id: {second}")));
        assert_eq!(following.item().await.data["number"], 3);
        // What a browser sends when it comes back to the same address.
        let mut following = Following::start(&app, &by_query(&first), Some(&second)).await;
        assert_eq!(following.item().await.data["number"], 3);
        app
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_last_event_tells_why_the_stream_ends_and_where_to_go_on() {
    run_test(async |app| {
        let mut app = app;
        tell(&app, "opened", 1, "2026-01-01T00:00:00Z", |_| {}).await;
        let keeper = app.token.clone();
        app.token = app.new_token(&["read"], None).await;
        let (mut revoked, mut told) = (Following::start(&app, "", None).await, Following::start(&app, "", None).await);
        let position = tell(&app, "opened", 2, "2026-01-01T00:00:00Z", |_| {}).await;
        assert_eq!(told.item().await.data["number"], 2);
        assert_eq!(revoked.item().await.data["number"], 2);
        sqlx::query("UPDATE tokens SET revoked_at = now() WHERE token_id = (SELECT max(token_id) FROM tokens)")
            .execute(&app.database.pool)
            .await
            .unwrap();
        assert_eq!(revoked.end().await, ("token_invalid".to_owned(), Some(position.clone())));

        app.token = keeper;
        let mut cut_off = Following::start(&app, "", None).await;
        let rename = async |from: &str, to: &str| {
            let sql = format!("ALTER TABLE {from} RENAME TO {to}");
            sqlx::raw_sql(sqlx::AssertSqlSafe(sql)).execute(&app.database.pool).await.unwrap();
        };
        rename("tokens", "elsewhere").await;
        assert_eq!(cut_off.end().await, ("unavailable".to_owned(), Some(position.clone())));
        rename("elsewhere", "tokens").await;

        // Whoever comes back with that id has missed nothing.
        let mut stopped = Following::start(&app, "", None).await;
        let database = app.stop().await;
        let (reason, last) = stopped.end().await;
        assert_eq!((&*reason, last.as_ref()), ("stopping", Some(&position)));
        let app = TestApp::start(crate::support::app::settings(), database).await;
        let position = tell(&app, "opened", 3, "2026-01-01T00:00:00Z", |_| {}).await;
        let mut back = Following::start(&app, "", last.as_deref()).await;
        let event = back.item().await;
        assert_eq!((&event.data["number"], event.id), (&json!(3), Some(position)));
        app
    })
    .await;
}
