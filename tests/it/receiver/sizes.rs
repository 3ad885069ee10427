//! Bodies at the cap and over it.

use bugscrub::http::body::WEBHOOK_BODY_CAP;
use bugscrub::ingest::decompress;
use bugscrub::webhook::signature;
use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use super::{GUID, Post, assert_nothing_kept, problem};
use crate::support::app::SECRET;
use crate::support::{TestApp, run_test};

/// A payload of exactly `size` bytes.
fn payload(size: usize) -> Vec<u8> {
    let mut body = br#"{"zen": ""#.to_vec();
    body.resize(size - 2, b'z');
    body.extend(b"\"}");
    body
}

/// Posts a signed body in chunks, without a Content-Length. Returns everything that comes back.
async fn post_in_chunks(app: &TestApp, body: &[u8]) -> String {
    let head = format!(
        "POST /webhooks/github HTTP/1.1\r\nhost: test\r\ncontent-type: application/json\r\nx-github-event: ping\r\n\
         x-github-delivery: {GUID}\r\nx-hub-signature-256: {}\r\nconnection: close\r\n\
         transfer-encoding: chunked\r\n\r\n",
        signature::sign(SECRET.as_bytes(), body)
    );
    let mut client = TcpStream::connect(app.address).await.unwrap();
    client.write_all(head.as_bytes()).await.unwrap();
    for chunk in body.chunks(1 << 20) {
        client.write_all(format!("{:x}\r\n", chunk.len()).as_bytes()).await.unwrap();
        client.write_all(chunk).await.unwrap();
        client.write_all(b"\r\n").await.unwrap();
    }
    client.write_all(b"0\r\n\r\n").await.unwrap();
    let mut answer = String::new();
    client.read_to_string(&mut answer).await.unwrap();
    answer
}

#[tokio::test(flavor = "multi_thread")]
async fn a_body_over_25_mb_is_refused_with_and_without_a_length() {
    let body = payload(WEBHOOK_BODY_CAP + 1);
    run_test(async |app| {
        let (status, said) = problem(Post::of(body.clone()).send(&app).await).await;
        assert_eq!(status, 413, "{said}");
        assert!(said["detail"].as_str().unwrap().contains("26214400 bytes"), "{said}");

        let answer = post_in_chunks(&app, &body).await;
        assert!(answer.starts_with("HTTP/1.1 413 "), "{answer}");
        assert!(answer.contains("content-type: application/problem+json\r\n"), "{answer}");
        let (_, told) = answer.split_once("\r\n\r\n").unwrap();
        assert_eq!(serde_json::from_str::<serde_json::Value>(told).unwrap(), said);
        assert_nothing_kept(&app).await;
        app
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_body_of_exactly_25_mb_is_kept() {
    let body = payload(WEBHOOK_BODY_CAP);
    run_test(async |app| {
        let receipt = Post::of(body.clone()).accepted(&app).await;
        assert_eq!(receipt, json!({"position": 0, "events": 0, "duplicate": false}));
        let kept: Vec<Vec<u8>> =
            sqlx::query_scalar("SELECT body FROM deliveries").fetch_all(&app.database.pool).await.unwrap();
        assert!(kept.len() == 1 && decompress(&kept[0]).unwrap() == body);

        let answer = post_in_chunks(&app, &body).await;
        assert!(answer.starts_with("HTTP/1.1 202 "), "{answer}");
        assert!(answer.contains(r#""duplicate":true"#), "{answer}");
        app
    })
    .await;
}
