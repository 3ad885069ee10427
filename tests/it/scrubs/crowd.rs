//! Many people at once: two advance one scrub, several open one.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use futures_util::{StreamExt, stream};
use reqwest::Method;
use serde_json::{Value, json};
use uuid::Uuid;

use super::{Host, rebuilds_the_same};
use crate::support::payload::{issue, issues, repository};
use crate::support::{TestApp, run_test};

const ROWS: i64 = 1_000;

pub async fn many(app: &TestApp, count: i64) {
    let sent = stream::iter(1..=count).map(async |number| {
        let at = format!("2026-{:02}-{:02}T00:00:00Z", 7 + number % 3, 1 + number % 28);
        let payload = issues("opened", &issue(number, &at, &at), &repository(1, "widgets"));
        let body = serde_json::to_vec(&payload).unwrap();
        let answer = app.signed("issues", &Uuid::new_v4().to_string(), body).send().await.unwrap();
        assert_eq!(answer.status(), 202);
    });
    sent.buffer_unordered(32).collect::<Vec<_>>().await;
    app.caught_up().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn two_people_who_advance_at_once_read_every_item_once() {
    run_test(async |app| {
        many(&app, ROWS).await;
        let host = Host::new(&app).await;
        let scrub = host.open("bug-scrub").await;
        assert_eq!(scrub["rows"], ROWS);
        let (done, refused) = (AtomicUsize::new(0), AtomicUsize::new(0));
        // Each client continues where the answer says that the cursor is.
        let client = async |by: &str| {
            let mut place = Some(1);
            while let Some(at) = place {
                let path = format!("/api/v1/scrubs/{}/advance", scrub["number"]);
                let (status, body) = host.send(Method::POST, &path, json!({"place": at, "by": by})).await;
                place = match status {
                    200 => {
                        done.fetch_add(1, Ordering::Relaxed);
                        body["cursor"].as_i64()
                    }
                    409 => {
                        refused.fetch_add(1, Ordering::Relaxed);
                        body["current"]["cursor"].as_i64()
                    }
                    other => panic!("{other}: {body}"),
                };
            }
        };
        tokio::join!(client("ada"), client("grace"));
        assert_eq!(done.load(Ordering::Relaxed) as i64, ROWS);
        assert!(refused.load(Ordering::Relaxed) > 0, "they never met");
        let rows = host.deck(&scrub).await;
        assert_eq!(rows.len() as i64, ROWS);
        assert!(rows.iter().all(|row| row["status"] == "read"));
        let marks: i64 = sqlx::query_scalar("SELECT count(*) FROM events WHERE kind = 'read'")
            .fetch_one(&app.database.pool)
            .await
            .unwrap();
        let items: i64 = sqlx::query_scalar("SELECT count(DISTINCT (repo_id, number)) FROM events WHERE kind = 'read'")
            .fetch_one(&app.database.pool)
            .await
            .unwrap();
        assert_eq!((marks, items), (ROWS, ROWS));
        // The round is over, so the next one has begun.
        assert_eq!(host.get("/api/v1/queue?unread=true&limit=1").await["total"], ROWS);
        rebuilds_the_same(&app).await;
        app
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn only_one_of_many_concurrent_openings_and_notes_succeeds() {
    run_test(async |app| {
        many(&app, 5).await;
        let host = Arc::new(Host::new(&app).await);
        let openings = (0..8).map(|_| host.send(Method::POST, "/api/v1/scrubs", json!({})));
        let mut statuses: Vec<u16> =
            futures_util::future::join_all(openings).await.into_iter().map(|(status, _)| status).collect();
        statuses.sort_unstable();
        assert_eq!(statuses, [201, 409, 409, 409, 409, 409, 409, 409]);
        let path = app.url("/api/v1/items/acme/widgets/1/note");
        let notes = (0..8).map(async |n: i64| {
            let request = app.client.put(&path).bearer_auth(&host.token).header("if-match", "\"note-0\"");
            request.json(&json!({"comment": n.to_string()})).send().await.unwrap().status().as_u16()
        });
        let mut statuses = futures_util::future::join_all(notes).await;
        statuses.sort_unstable();
        assert_eq!(statuses, [200, 412, 412, 412, 412, 412, 412, 412]);
        let note: Value = host.get("/api/v1/items/acme/widgets/1/note").await;
        assert_eq!(note["history"], json!([]));
        app
    })
    .await;
}
