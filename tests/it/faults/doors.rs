//! What one caller takes, others do not miss: streams, spreadsheets, bodies that never end.

use reqwest::{Method, Response};
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;

use crate::support::payload::{issue, issues, repository};
use crate::support::wait::in_time;
use crate::support::{TestApp, run_test};

async fn deliver(app: &TestApp, number: i64) {
    let item = issue(number, "2026-01-01T00:00:00Z", "2026-01-02T00:00:00Z");
    app.deliver("issues", &issues("opened", &item, &repository(1, "widgets"))).await;
    app.caught_up().await;
}

async fn follow(app: &TestApp, token: &str) -> Response {
    app.request_as(token, Method::GET, "/api/v1/stream").send().await.unwrap()
}

/// One token opens more streams than its share, and three large bodies never come to their end.
#[tokio::test(flavor = "multi_thread")]
async fn streams_and_stalled_bodies_leave_room_for_deliveries_and_probes() {
    run_test(async |app| {
        deliver(&app, 1).await;
        let greedy = app.new_token(&["read"], None).await;
        let mut streams = vec![];
        for _ in 0..100 {
            let stream = follow(&app, &greedy).await;
            assert_eq!(stream.status(), 200);
            streams.push(stream);
        }
        for _ in 0..20 {
            let refused = follow(&app, &greedy).await;
            assert_eq!(refused.status(), 429);
            assert_eq!(refused.headers()["retry-after"], "5");
        }
        let mut stalled = vec![];
        for _ in 0..3 {
            let mut client = TcpStream::connect(app.address).await.unwrap();
            let head = "POST /webhooks/github HTTP/1.1\r\nhost: t\r\ncontent-type: application/json\r\n\
                x-github-event: issues\r\nx-github-delivery: 5f2b1c6e-0000-4000-8000-000000000001\r\n\
                x-hub-signature-256: sha256=00\r\ncontent-length: 26214400\r\n\r\n";
            client.write_all(head.as_bytes()).await.unwrap();
            // A third one is refused while it sends.
            let _ = client.write_all(&vec![b'x'; 26_214_399]).await;
            stalled.push(client);
        }
        deliver(&app, 2).await;
        assert_eq!(app.client.get(app.url("/healthz")).send().await.unwrap().status(), 200);
        assert_eq!(app.json("/api/v1/queue").await["total"], 2);
        // Another token has its own share; and what was closed can be opened again.
        assert_eq!(follow(&app, &app.token).await.status(), 200);
        streams.truncate(50);
        crate::support::wait::until("a share is free", async || follow(&app, &greedy).await.status() == 200).await;
        app
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stream_ends_with_its_token() {
    run_test(async |app| {
        deliver(&app, 1).await;
        let tokens = [app.new_token(&["read"], None).await, app.new_token(&["read"], None).await];
        let streams = [follow(&app, &tokens[0]).await, follow(&app, &tokens[1]).await];
        sqlx::query("UPDATE tokens SET revoked_at = now() WHERE token_id = (SELECT max(token_id) FROM tokens) - 1")
            .execute(&app.database.pool)
            .await
            .unwrap();
        sqlx::query("UPDATE tokens SET expires_at = now() WHERE token_id = (SELECT max(token_id) FROM tokens)")
            .execute(&app.database.pool)
            .await
            .unwrap();
        for stream in streams {
            in_time("the stream ends", stream.bytes()).await.unwrap();
        }
        app
    })
    .await;
}

/// A client that hangs up leaves no transaction behind on the connection that others get next.
#[tokio::test(flavor = "multi_thread")]
async fn requests_that_are_given_up_leave_no_transaction_open() {
    run_test(async |app| {
        deliver(&app, 1).await;
        let paths = ["/api/v1/items/acme/widgets/1", "/api/v1/queue?state=closed", "/api/v1/stats/throughput"];
        for round in 0..150 {
            let asked = paths.map(|path| {
                let request = app.request(Method::GET, path).send();
                tokio::time::timeout(std::time::Duration::from_micros(round * 40), request)
            });
            futures_util::future::join_all(asked).await;
        }
        let mut watching = app.database.pool.acquire().await.unwrap();
        crate::support::wait::until("no transaction is open", async || {
            let open: i64 = sqlx::query_scalar(
                "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND state = 'idle in transaction'",
            )
            .fetch_one(&mut *watching)
            .await
            .unwrap();
            open == 0
        })
        .await;
        for number in 2..20 {
            deliver(&app, number).await;
        }
        app
    })
    .await;
}

/// They wait for their turn: no more are in the works at once than memory is meant for.
#[tokio::test(flavor = "multi_thread")]
async fn spreadsheets_of_one_token_are_written_one_after_the_other() {
    run_test(async |app| {
        deliver(&app, 1).await;
        let asked = (0..8).map(|_| app.request(Method::GET, "/api/v1/queue.xlsx").send());
        for answer in futures_util::future::join_all(asked).await {
            assert_eq!(answer.unwrap().status(), 200);
        }
        app
    })
    .await;
}
