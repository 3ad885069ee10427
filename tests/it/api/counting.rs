//! Statistics read every item of an account, so they are counted a few at a time.

use std::sync::Arc;

use super::open;
use crate::support::payload::repository;
use crate::support::{TestApp, run_test, wait};

/// As many as would take every connection to the database, several times over.
const QUESTIONS: usize = 60;

async fn waiting(app: &TestApp) -> i64 {
    let waiting =
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'";
    sqlx::query_scalar(waiting).fetch_one(&app.database.pool).await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn many_statistics_at_once_leave_the_queue_alone_and_are_all_answered() {
    run_test(async |app| {
        open(&app, 1, &repository(1, "widgets")).await;
        app.caught_up().await;
        let token = app.new_token(&["read"], None).await;
        // The queue does not read events; statistics do, and wait.
        let mut held = app.database.pool.begin().await.unwrap();
        sqlx::raw_sql("LOCK TABLE events IN ACCESS EXCLUSIVE MODE").execute(&mut *held).await.unwrap();
        let client = Arc::new(app.client.clone());
        let asked: Vec<_> = (0..QUESTIONS)
            .map(|at| {
                let url = app.url(&format!("/api/v1/stats/ages?title={at}"));
                let request = client.get(url).bearer_auth(&token);
                tokio::spawn(async move { request.send().await.unwrap().status().as_u16() })
            })
            .collect();
        wait::until("two statistics are being read", async || waiting(&app).await >= 2).await;
        for _ in 0..20 {
            // Of what is public alone, the queue too asks the log how fresh it is.
            let page = app.json("/api/v1/queue").await;
            assert_eq!(page["total"], 1);
            assert!(waiting(&app).await <= 2);
        }
        held.rollback().await.unwrap();
        let mut counted = 0;
        for status in asked {
            let status = status.await.unwrap();
            // Whoever waits for too long is told to come again.
            assert!([200, 503].contains(&status), "{status}");
            counted += usize::from(status == 200);
        }
        assert!(counted >= 2);
        app
    })
    .await;
}
