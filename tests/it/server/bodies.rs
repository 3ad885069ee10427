//! Webhook bodies: too large, too slow, too many at once.

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Bytes;
use axum::extract::{Request, State};
use axum::routing::post;
use bugscrub::http::body::{BodyBudget, SMALL, WEBHOOK_BODY_CAP, read_capped};
use bugscrub::http::problem::Problem;
use bugscrub::http::serve::ServeLimits;
use tokio::io::AsyncWriteExt;
use tokio::sync::Notify;

use super::{NEVER, PATIENT, SHORT, client, json_of, rest, start, up_to};
use crate::support::wait::{in_time, until};

const MB_26: usize = 26 * 1024 * 1024;

#[derive(Clone)]
pub struct Intake {
    pub budget: BodyBudget,
    deadline: Duration,
    /// Notified when a request to `/hold` has its whole body, which it keeps until `release`.
    pub held: Arc<Notify>,
    pub release: Arc<Notify>,
}

impl Intake {
    pub fn new(budget: usize, deadline: Duration) -> Self {
        Self { budget: BodyBudget::new(budget, budget), deadline, held: Arc::default(), release: Arc::default() }
    }

    pub fn router(&self) -> Router {
        Router::new().route("/", post(take)).route("/hold", post(take)).with_state(self.clone())
    }

    /// Waits until no body in flight holds memory.
    async fn settled(&self) {
        until("the budget is free again", async || self.budget.used() == 0).await;
    }
}

/// Answers with the length of the body and the sum of its bytes.
async fn take(State(intake): State<Intake>, request: Request) -> Result<String, Problem> {
    let hold = request.uri().path() == "/hold";
    let length = request.headers().get("content-length");
    let length = length.map(|length| length.to_str().unwrap().parse().unwrap());
    let body = request.into_body();
    let body = read_capped(body, length, WEBHOOK_BODY_CAP, intake.deadline, &intake.budget).await?;
    if hold {
        intake.held.notify_one();
        intake.release.notified().await;
    }
    let sum: u64 = body.iter().map(|byte| u64::from(*byte)).sum();
    Ok(format!("{} bytes, sum {sum}", body.len()))
}

pub const ROOMY: usize = 64 << 20;

pub fn post_of(path: &str, body: &[u8]) -> Vec<u8> {
    let head =
        format!("POST {path} HTTP/1.1\r\nhost: test\r\nconnection: close\r\ncontent-length: {}\r\n\r\n", body.len());
    [head.as_bytes(), body].concat()
}

fn chunked(body: &[u8], chunk: usize) -> Vec<u8> {
    let mut sent = b"POST / HTTP/1.1\r\nhost: test\r\ntransfer-encoding: chunked\r\n\r\n".to_vec();
    for piece in body.chunks(chunk) {
        sent.extend(format!("{:x}\r\n", piece.len()).into_bytes());
        sent.extend(piece);
        sent.extend(b"\r\n");
    }
    sent.extend(b"0\r\n\r\n");
    sent
}

#[tokio::test]
async fn bodies_up_to_the_cap_arrive_whole() {
    let intake = Intake::new(ROOMY, NEVER);
    let server = start(intake.router(), PATIENT).await;
    for length in [0, 1, 17_000, 70_000, 3_000_000, WEBHOOK_BODY_CAP] {
        let body: Vec<u8> = (0..length).map(|i| (i % 251) as u8).collect();
        let sum: u64 = body.iter().map(|byte| u64::from(*byte)).sum();
        let expected = format!("{length} bytes, sum {sum}");
        let mut client = server.send(post_of("/", &body)).await;
        let answer = rest(&mut client).await;
        assert!(answer.ends_with(&expected), "{length}: {answer}");
        let mut client = server.send(chunked(&body, 10_007)).await;
        up_to(&mut client, &expected).await;
    }
    intake.settled().await;
}

/// A client that sends everything before it reads still finds the answer.
#[tokio::test]
async fn a_body_over_the_cap_is_refused_and_the_client_reads_the_answer() {
    let intake = Intake::new(ROOMY, NEVER);
    let server = start(intake.router(), PATIENT).await;
    let body = vec![b'x'; MB_26];
    for request in [post_of("/", &body), chunked(&body, 10_007), chunked(&body, MB_26)] {
        let mut client = server.send(request).await;
        let answer = up_to(&mut client, "}").await;
        assert!(answer.starts_with("HTTP/1.1 413 "), "{answer}");
        assert!(answer.contains("connection: close\r\n"), "{answer}");
        assert!(answer.contains("26214400 bytes"), "{answer}");
        assert_eq!(rest(&mut client).await, "");
    }
    intake.settled().await;

    let sized = client().post(server.url("/")).body(body.clone());
    let answer = sized.send().await.unwrap();
    assert_eq!(answer.status(), 413);
    assert_eq!(json_of(answer).await["status"], 413);
    let body = Unsized(body.into());
    let unsized_ = client().post(server.url("/")).body(reqwest::Body::wrap(body));
    assert_eq!(unsized_.send().await.unwrap().status(), 413);
}

/// A body without a known length.
struct Unsized(Bytes);

impl hyper::body::Body for Unsized {
    type Data = Bytes;
    type Error = std::convert::Infallible;

    fn poll_frame(
        mut self: std::pin::Pin<&mut Self>,
        _: &mut std::task::Context<'_>,
    ) -> std::task::Poll<Option<Result<hyper::body::Frame<Bytes>, Self::Error>>> {
        let piece = self.0.len().min(100_000);
        let piece = self.0.split_to(piece);
        let frame = (!piece.is_empty()).then(|| Ok(hyper::body::Frame::data(piece)));
        std::task::Poll::Ready(frame)
    }
}

#[tokio::test]
async fn a_client_that_asks_before_sending_too_much_is_told_not_to() {
    let intake = Intake::new(ROOMY, NEVER);
    let server = start(intake.router(), PATIENT).await;
    let asks = format!("POST / HTTP/1.1\r\nhost: test\r\nexpect: 100-continue\r\ncontent-length: {MB_26}\r\n\r\n");
    let mut client = server.send(asks).await;
    let answer = rest(&mut client).await;
    assert!(answer.starts_with("HTTP/1.1 413 "), "{answer}");
}

#[tokio::test]
async fn a_client_that_never_stops_sending_is_cut_off() {
    let intake = Intake::new(ROOMY, NEVER);
    let server = start(intake.router(), PATIENT).await;
    let head = "POST / HTTP/1.1\r\nhost: test\r\ncontent-length: 1000000000000\r\n\r\n";
    let mut client = server.send(head).await;
    let piece = vec![b'x'; 1 << 20];
    let sending = async { while client.write_all(&piece).await.is_ok() {} };
    in_time("its sending fails", sending).await;
}

#[tokio::test]
async fn a_stalled_webhook_is_answered_408_and_frees_its_memory() {
    let intake = Intake::new(ROOMY, SHORT);
    let limits = ServeLimits { linger: SHORT, ..PATIENT };
    let server = start(intake.router(), limits).await;
    let whole = post_of("/", &vec![b'x'; 100_000]);
    for request in [&whole[..50_000], b"POST / HTTP/1.1\r\ntransfer-encoding: chunked\r\n\r\n5\r\nab"] {
        let mut client = server.send(request).await;
        let answer = rest(&mut client).await;
        assert!(answer.starts_with("HTTP/1.1 408 "), "{answer}");
    }
    let mut gone = server.send(&whole[..50_000]).await;
    gone.shutdown().await.unwrap();
    rest(&mut gone).await;
    intake.settled().await;
}

#[tokio::test]
async fn a_body_over_the_budget_is_refused_now_and_accepted_later() {
    let intake = Intake::new(1_000_000, NEVER);
    let server = start(intake.router(), PATIENT).await;
    let body = vec![1; 800_000];

    // A large Content-Length reserves nothing.
    let promise = "POST / HTTP/1.1\r\nhost: test\r\ncontent-length: 20000000\r\n\r\n";
    let _promises = (server.send(promise).await, server.send(promise).await);

    let mut holding = server.send(post_of("/hold", &body)).await;
    in_time("the body is held", intake.held.notified()).await;
    assert_eq!(intake.budget.used(), body.len());
    let mut refused = server.send(post_of("/", &body)).await;
    let answer = rest(&mut refused).await;
    assert!(answer.starts_with("HTTP/1.1 503 "), "{answer}");
    assert!(answer.contains("retry-after: 1\r\n"), "{answer}");
    let mut small = server.send(post_of("/", &body[..1_000])).await;
    assert!(rest(&mut small).await.ends_with("1000 bytes, sum 1000"));

    intake.release.notify_one();
    assert!(rest(&mut holding).await.ends_with("800000 bytes, sum 800000"));
    intake.settled().await;
    let mut later = server.send(post_of("/", &body)).await;
    assert!(rest(&mut later).await.ends_with("800000 bytes, sum 800000"));
}

/// Two large bodies whose last byte never comes hold what large bodies share. Smaller ones go on.
#[tokio::test]
async fn large_bodies_that_stall_leave_room_for_smaller_ones() {
    let intake = Intake::new(ROOMY, NEVER);
    let server = start(intake.router(), PATIENT).await;
    let large = post_of("/", &vec![b'x'; WEBHOOK_BODY_CAP]);
    let but_the_last_byte = &large[..large.len() - 1];
    let _stalled = (server.send(but_the_last_byte).await, server.send(but_the_last_byte).await);
    until("both hold memory", async || intake.budget.used() >= 2 * WEBHOOK_BODY_CAP).await;
    let mut refused = server.send(&large).await;
    assert!(up_to(&mut refused, "}").await.starts_with("HTTP/1.1 503 "));
    for length in [1_000, 60_000, 700_000] {
        let mut other = server.send(post_of("/", &vec![1; length])).await;
        assert!(rest(&mut other).await.ends_with(&format!("{length} bytes, sum {length}")));
    }
}

/// A body that holds memory of others must go on coming; a small one has the whole time.
#[tokio::test]
async fn a_large_body_that_stalls_is_cut_off_before_a_small_one() {
    let intake = Intake::new(ROOMY, 20 * SHORT);
    let limits = ServeLimits { linger: SHORT, ..PATIENT };
    let server = start(intake.router(), limits).await;
    let mut large = server.send(&post_of("/", &vec![b'x'; 2_000_000])[..1_999_999]).await;
    until("it holds memory", async || intake.budget.used() >= 1_999_999).await;
    let mut small = server.send(&post_of("/", &[b'x'; 1_000])[..999]).await;
    let first = tokio::select! {
        biased;
        answer = rest(&mut small) => ("small", answer),
        answer = rest(&mut large) => ("large", answer),
    };
    assert_eq!(first.0, "large");
    assert!(first.1.starts_with("HTTP/1.1 408 "), "{}", first.1);
    assert!(rest(&mut small).await.starts_with("HTTP/1.1 408 "));
    intake.settled().await;
}

/// Bodies of up to 64 KiB need none of what larger ones share.
#[tokio::test]
async fn small_bodies_find_room_whatever_others_hold() {
    let intake = Intake::new(0, NEVER);
    let server = start(intake.router(), PATIENT).await;
    let mut small = server.send(post_of("/", &vec![1; SMALL])).await;
    assert!(rest(&mut small).await.ends_with(&format!("{SMALL} bytes, sum {SMALL}")));
    let mut larger = server.send(post_of("/", &vec![1; SMALL + 1])).await;
    assert!(rest(&mut larger).await.starts_with("HTTP/1.1 503 "));
}
