//! Receiving deliveries: everything that can be wrong with a request, one fault at a time, and what is
//! kept of odd deliveries that are signed.

mod fields;
mod odd;
mod relations;
mod sizes;

use bugscrub::webhook::{Secrets, signature};
use reqwest::Method;
use serde_json::{Value, json};
use sqlx::PgPool;

use crate::support::app::{SECRET, problem, run_test_with, settings};
use crate::support::{TestApp, run_test};

const GUID: &str = "72d3162e-cc78-11e3-81ab-4c9367dc0958";

/// A request with a delivery, correct until a test changes something.
#[derive(Clone)]
struct Post {
    content_type: Option<&'static str>,
    event: Option<&'static str>,
    guid: Option<&'static str>,
    signature: Option<String>,
    body: Vec<u8>,
}

impl Post {
    fn of(body: impl Into<Vec<u8>>) -> Self {
        let body = body.into();
        Self {
            content_type: Some("application/json"),
            event: Some("ping"),
            guid: Some(GUID),
            signature: Some(signature::sign(SECRET.as_bytes(), &body)),
            body,
        }
    }

    fn right() -> Self {
        Self::of(r#"{"zen": "Design for failure."}"#)
    }

    fn signed_as(signature: impl Into<Option<String>>) -> Self {
        Self { signature: signature.into(), ..Self::right() }
    }

    async fn send(self, app: &TestApp) -> reqwest::Response {
        let mut request = app.client.post(app.url("/webhooks/github")).body(self.body);
        for (name, value) in [
            ("content-type", self.content_type),
            ("x-github-event", self.event),
            ("x-github-delivery", self.guid),
            ("x-hub-signature-256", self.signature.as_deref()),
        ] {
            if let Some(value) = value {
                request = request.header(name, value);
            }
        }
        request.send().await.unwrap()
    }

    /// Sends a delivery that must be accepted. Returns the receipt.
    async fn accepted(self, app: &TestApp) -> Value {
        let answer = self.send(app).await;
        let (status, body) = (answer.status(), answer.text().await.unwrap());
        assert_eq!(status, 202, "{body}");
        serde_json::from_str(&body).unwrap()
    }
}

/// Account, event, action and outcome of a delivery that is kept.
type Kept<Text> = (i64, Text, Option<Text>, Text);

async fn kept(pool: &PgPool) -> Vec<Kept<String>> {
    sqlx::query_as("SELECT account_id, event, action, outcome FROM deliveries ORDER BY received_at")
        .fetch_all(pool)
        .await
        .unwrap()
}

async fn assert_nothing_kept(app: &TestApp) {
    assert_eq!(kept(&app.database.pool).await, []);
    let events: i64 = sqlx::query_scalar("SELECT count(*) FROM events").fetch_one(&app.database.pool).await.unwrap();
    assert_eq!(events, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_that_is_not_a_delivery_is_told_why() {
    let right = Post::right;
    let (no_type, no_event, no_guid) = ("content type", "X-GitHub-Event", "X-GitHub-Delivery");
    let mut cases: Vec<(u16, &str, Post)> = vec![
        (415, no_type, Post { content_type: None, ..right() }),
        (400, "header X-GitHub-Event is missing", Post { event: None, ..right() }),
        (400, "header X-GitHub-Delivery is missing", Post { guid: None, ..right() }),
    ];
    for wrong in [
        "",
        "text/json",
        "text/plain; application/json",
        "application/jsonx",
        "application/problem+json",
        "application/json, text/plain",
    ] {
        cases.push((415, no_type, Post { content_type: Some(wrong), ..right() }));
    }
    for wrong in ["", "Issues", "issues ping", "issues.opened", "issues-opened", "a/../b", "issues\u{e9}", LONG_EVENT] {
        cases.push((400, no_event, Post { event: Some(wrong), ..right() }));
    }
    for wrong in [
        "",
        "1",
        "not-a-guid",
        "72d3162e-cc78-11e3-81ab-4c9367dc095",
        "72d3162e-cc78-11e3-81ab-4c9367dc09588",
        "72d3162ecc7811e381ab4c9367dc0958",
        "{72d3162e-cc78-11e3-81ab-4c9367dc0958}",
        "urn:uuid:72d3162e-cc78-11e3-81ab-4c9367dc0958",
        "72d3162e-cc78-11e3-81ab-4c9367dc095g",
        "72d3162e_cc78_11e3_81ab_4c9367dc0958",
    ] {
        cases.push((400, no_guid, Post { guid: Some(wrong), ..right() }));
    }
    run_test(async |app| {
        for (status, names, post) in cases {
            let sent = format!("{:?} {:?} {:?}", post.content_type, post.event, post.guid);
            let (answered, said) = problem(post.send(&app).await).await;
            assert_eq!(answered, status, "{sent}: {said}");
            assert!(said["detail"].as_str().unwrap().contains(names), "{sent}: {said}");
        }
        assert_nothing_kept(&app).await;
        Post::right().accepted(&app).await;
        assert_eq!(kept(&app.database.pool).await.len(), 1);
        app
    })
    .await;
}

/// 65 characters, one more than an event's name may have.
const LONG_EVENT: &str = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";

#[tokio::test(flavor = "multi_thread")]
async fn every_wrong_signature_gets_the_same_answer() {
    let right = Post::right().signature.unwrap();
    let (_, hex) = right.split_once('=').unwrap();
    let other_digit = if hex.ends_with('0') { "1" } else { "0" };
    let wrong = [
        None,
        Some(String::new()),
        Some("sha256=".to_owned()),
        Some(hex.to_owned()),
        Some(format!("sha1={hex}")),
        Some(format!("sha1={}", &hex[..40])),
        Some(format!("sha512={hex}")),
        Some(format!("SHA256={hex}")),
        Some(format!("sha256:{hex}")),
        Some(format!("sha256=sha256={hex}")),
        Some(format!("sha256={}", "zz".repeat(32))),
        Some(format!("sha256={}", &hex[..63])),
        Some(format!("sha256={}", &hex[..62])),
        Some(format!("sha256={hex}00")),
        Some(format!("sha256={}{other_digit}", &hex[..63])),
        Some(format!("sha256={}", "00".repeat(32))),
        Some(signature::sign(b"", &Post::right().body)),
        Some(signature::sign(b"another secret", &Post::right().body)),
        Some(signature::sign(SECRET.as_bytes(), b"another body")),
        Some(signature::sign(SECRET.as_bytes(), b"")),
    ];
    run_test(async |app| {
        let mut answers = vec![];
        for signature in wrong {
            let answer = Post::signed_as(signature.clone()).send(&app).await;
            let (status, said) = problem(answer).await;
            assert_eq!(status, 401, "{signature:?}");
            answers.push(said);
        }
        answers.dedup();
        assert_eq!(answers.len(), 1, "{answers:#?}");
        assert!(answers[0]["detail"].as_str().unwrap().contains("signature"), "{answers:?}");
        assert_nothing_kept(&app).await;
        Post::signed_as(right).accepted(&app).await;
        app
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_signature_is_checked_before_the_body_is_parsed() {
    run_test(async |app| {
        for body in ["", "no JSON", "{", "\u{0}", "[]"] {
            let unsigned = Post { signature: None, ..Post::of(body) };
            assert_eq!(problem(unsigned.send(&app).await).await.0, 401, "{body:?}");
        }
        assert_nothing_kept(&app).await;
        app
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_old_and_the_new_secret_are_accepted_during_a_rotation() {
    let secrets = Secrets::parse(" the new, secret\n").unwrap().or("the old secret");
    run_test_with(bugscrub::config::Settings { secrets, ..settings() }, async |app| {
        let signed = |secret: &str, guid| {
            let signature = signature::sign(secret.as_bytes(), &Post::right().body);
            Post { guid: Some(guid), ..Post::signed_as(signature) }
        };
        signed("the new, secret", "00000000-0000-4000-8000-000000000001").accepted(&app).await;
        signed("the old secret", "00000000-0000-4000-8000-000000000002").accepted(&app).await;
        for removed in
            ["a removed secret", "the new", "secret", "the new, secret,the old secret", " the old secret", "", SECRET]
        {
            let answer = signed(removed, "00000000-0000-4000-8000-000000000003").send(&app).await;
            assert_eq!(problem(answer).await.0, 401, "{removed:?}");
        }
        assert_eq!(kept(&app.database.pool).await.len(), 2);
        app
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn every_spelling_of_the_content_type_is_accepted() {
    run_test(async |app| {
        for (content_type, guid) in [
            ("application/json; charset=utf-8", "00000000-0000-4000-8000-000000000001"),
            ("application/json;charset=UTF-8", "00000000-0000-4000-8000-000000000002"),
            ("Application/JSON", "00000000-0000-4000-8000-000000000003"),
        ] {
            let post = Post { content_type: Some(content_type), guid: Some(guid), ..Post::right() };
            let receipt = post.accepted(&app).await;
            assert_eq!(receipt, json!({"position": 0, "events": 0, "duplicate": false}), "{content_type}");
        }
        app
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn other_methods_and_paths_are_answered_with_problems() {
    run_test(async |app| {
        for method in [Method::GET, Method::PUT, Method::PATCH, Method::DELETE] {
            let answer = app.request(method.clone(), "/webhooks/github").send().await.unwrap();
            assert_eq!(answer.headers()["allow"], "POST", "{method}");
            assert_eq!(problem(answer).await.0, 405, "{method}");
        }
        // `/` is the page.
        for path in ["/webhooks", "/webhooks/gitlab", "//webhooks/github", "/api/v1", "/doc/x"] {
            for method in [Method::GET, Method::POST] {
                let answer = app.request(method.clone(), path).send().await.unwrap();
                assert_eq!(problem(answer).await.0, 404, "{method} {path}");
            }
        }
        app
    })
    .await;
}
