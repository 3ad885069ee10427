//! Recorded deliveries: reading them, and posting them to a small receiver.

use std::io::Write;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::routing::post;
use bugscrub::deliver::{self, DeliverError, Pace, RecordedDelivery, Report, WebhookTarget, deliver, read};
use bugscrub::webhook::signature;
use flate2::Compression;
use flate2::write::GzEncoder;
use proptest::prelude::*;
use tempfile::TempDir;
use tokio::net::TcpListener;
use tokio::sync::{Mutex, mpsc};
use uuid::Uuid;

const SECRET: &str = "correct horse";

fn line(number: u128, payload: &str) -> String {
    let guid = Uuid::from_u128(number);
    format!(r#"{{"event":"issues","delivery":"{guid}","at":"2026-01-02T03:04:05Z","payload":{payload}}}"#)
}

fn zip(text: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(text).unwrap();
    encoder.finish().unwrap()
}

fn write(directory: &TempDir, bytes: &[u8]) -> PathBuf {
    let path = directory.path().join("recorded");
    std::fs::write(&path, bytes).unwrap();
    path
}

fn read_all(bytes: &[u8]) -> (Vec<RecordedDelivery>, Option<DeliverError>) {
    let directory = TempDir::new().unwrap();
    let mut recorded = Vec::new();
    let mut lines = read(&write(&directory, bytes)).unwrap();
    for next in &mut lines {
        match next {
            Ok(next) => recorded.push(next),
            Err(error) => {
                assert!(lines.next().is_none(), "something follows an error");
                return (recorded, Some(error));
            }
        }
    }
    (recorded, None)
}

/// The error's message, without the file's directory.
fn fault(bytes: &[u8]) -> String {
    let text = read_all(bytes).1.expect("a fault").to_string();
    text[text.find("recorded").unwrap()..].to_owned()
}

#[test]
fn a_payload_is_kept_byte_for_byte() {
    let payload = r#"{ "b" : 1.50,  "a":"\u00e9\/", "b":2 , "long": 12345678901234567890123 }"#;
    let text = format!("{}\n\n{}", line(7, payload), line(8, "{}"));
    for bytes in [text.clone().into_bytes(), zip(text.as_bytes())] {
        let (recorded, error) = read_all(&bytes);
        assert!(error.is_none(), "{error:?}");
        assert_eq!(recorded.len(), 2);
        assert_eq!(recorded[0].payload, payload);
        assert_eq!(recorded[0].event, "issues");
        assert_eq!(recorded[0].delivery, Uuid::from_u128(7));
        assert_eq!(recorded[0].at.to_rfc3339(), "2026-01-02T03:04:05+00:00");
    }
}

#[test]
fn gzip_members_follow_one_another() {
    let mut bytes = zip(format!("{}\n", line(1, "{}")).as_bytes());
    bytes.extend(zip(format!("{}\n", line(2, "{}")).as_bytes()));
    let (recorded, error) = read_all(&bytes);
    assert!(error.is_none(), "{error:?}");
    assert_eq!(recorded.len(), 2);
}

#[test]
fn the_error_names_a_bad_line_and_its_fault() {
    let good = line(1, "{}");
    let cases = [
        ("{\"event\":\"issues\"", "EOF while parsing an object (column 17)"),
        ("[]", "invalid length 0, expected struct Line with 4 elements (column 2)"),
        (r#"{"event":"issues","at":"2026-01-02T03:04:05Z","payload":{}}"#, "missing field `delivery` (column 59)"),
        (
            r#"{"event":"issues","delivery":"00000000-0000-0000-0000-000000000001","payload":{}}"#,
            "missing field `at` (column 81)",
        ),
        (&line(1, "null"), "`payload` is not a JSON object"),
        (&good.replace("issues", "Issues\\r"), "`event` \"Issues\\r\" is not the name of a"),
        (&good.replace("2026-01-02", "2026-13-02"), "input is out of range (column"),
        (&good.replace("00000000-", ""), "`delivery` \"0000-0000-0000-000000000001\" is not a GUID"),
    ];
    for (bad, expected) in cases {
        let text = format!("{good}\n{bad}\n{good}\n");
        let fault = fault(text.as_bytes());
        let start = format!("recorded: line 2: {expected}");
        assert!(fault.starts_with(&start), "{fault}\ndoes not begin with\n{start}");
        assert_eq!(read_all(text.as_bytes()).0.len(), 1);
    }
}

#[test]
fn a_truncated_gzip_yields_its_whole_lines_and_then_an_error() {
    let text = (0..2000).map(|n| line(n, r#"{"n":1}"#) + "\n").collect::<String>();
    let whole = zip(text.as_bytes());
    let (recorded, error) = read_all(&whole[..whole.len() / 2]);
    let error = error.expect("an error");
    assert!(matches!(error, DeliverError::Read { .. }), "{error:?}");
    assert!(!recorded.is_empty() && recorded.len() < 2000);
    // Only the checksum is missing. The reader must still not take the last line for the end.
    let (recorded, error) = read_all(&whole[..whole.len() - 3]);
    assert!(matches!(error, Some(DeliverError::Read { .. })), "{error:?}");
    assert!(recorded.len() <= 2000);
}

#[test]
fn the_error_names_a_missing_file() {
    let error = read(std::path::Path::new("/nowhere/at-all")).map(|_| ()).unwrap_err();
    assert_eq!(error.to_string(), "/nowhere/at-all cannot be opened");
}

proptest! {
    #[test]
    fn any_bytes_are_read_without_a_panic(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        read_all(&bytes);
        read_all(&zip(&bytes));
    }

    #[test]
    fn a_truncated_file_never_yields_half_a_delivery(cut in 0_usize..400) {
        let text = (0..5).map(|n| line(n, r#"{"n":[1,2,3]}"#) + "\n").collect::<String>();
        let (recorded, _) = read_all(&text.as_bytes()[..cut.min(text.len())]);
        for (n, recorded) in recorded.iter().enumerate() {
            prop_assert_eq!(recorded.delivery, Uuid::from_u128(n as u128));
            prop_assert_eq!(&recorded.payload[..], br#"{"n":[1,2,3]}"#);
        }
    }
}

/// A service that keeps what it is sent and answers with `answer`.
struct Receiver {
    url: String,
    received: mpsc::UnboundedReceiver<(HeaderMap, Bytes)>,
    most_at_once: Arc<AtomicUsize>,
}

type Answer = fn(usize) -> (StatusCode, String);

#[derive(Clone)]
struct Shared {
    seen: mpsc::UnboundedSender<(HeaderMap, Bytes)>,
    count: Arc<AtomicUsize>,
    now: Arc<AtomicUsize>,
    most_at_once: Arc<AtomicUsize>,
    /// If set, the service answers one delivery at a time, each after this long.
    one_at_a_time: Option<(Arc<Mutex<()>>, Duration)>,
    answer: Answer,
}

async fn receive(State(shared): State<Shared>, headers: HeaderMap, body: Bytes) -> (StatusCode, String) {
    let now = shared.now.fetch_add(1, Ordering::SeqCst) + 1;
    shared.most_at_once.fetch_max(now, Ordering::SeqCst);
    if let Some((lock, took)) = &shared.one_at_a_time {
        let _turn = lock.lock().await;
        tokio::time::sleep(*took).await;
    }
    let number = shared.count.fetch_add(1, Ordering::SeqCst);
    shared.seen.send((headers, body)).ok();
    shared.now.fetch_sub(1, Ordering::SeqCst);
    (shared.answer)(number)
}

async fn receiver(one_at_a_time: Option<Duration>, answer: Answer) -> Receiver {
    let (seen, received) = mpsc::unbounded_channel();
    let most_at_once = Arc::new(AtomicUsize::new(0));
    let shared = Shared {
        seen,
        count: Arc::default(),
        now: Arc::default(),
        most_at_once: Arc::clone(&most_at_once),
        one_at_a_time: one_at_a_time.map(|took| (Arc::default(), took)),
        answer,
    };
    let app = Router::new().route("/webhooks/github", post(receive)).with_state(shared);
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/webhooks/github", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, app).await });
    Receiver { url, received, most_at_once }
}

fn accepted(number: usize) -> (StatusCode, String) {
    let answer = format!(r#"{{"position":{},"events":2,"duplicate":false}}"#, 2 * (number + 1));
    (StatusCode::ACCEPTED, answer)
}

fn recorded(count: usize) -> impl Iterator<Item = Result<RecordedDelivery, DeliverError>> + Send + 'static {
    (0..count).map(|n| {
        Ok(RecordedDelivery {
            event: "issues".to_owned(),
            delivery: Uuid::from_u128(n as u128),
            at: chrono::DateTime::UNIX_EPOCH,
            payload: Bytes::from(format!("{{\"n\": {n}}}")),
        })
    })
}

#[tokio::test]
async fn a_delivery_arrives_as_github_would_send_it() {
    let mut receiver = receiver(None, accepted).await;
    let target = WebhookTarget::new(&receiver.url, SECRET).unwrap();
    let report = deliver(recorded(1), &target, Pace::default(), |_| ()).await.unwrap();
    assert_eq!((report.sent, report.accepted, report.events, report.failed()), (1, 1, 2, 0));
    assert_eq!(report.position, Some(2));
    let (headers, body) = receiver.received.recv().await.unwrap();
    let header = |name: &str| headers[name].to_str().unwrap().to_owned();
    assert_eq!(header("content-type"), "application/json");
    assert_eq!(header("x-github-event"), "issues");
    assert_eq!(header("x-github-delivery"), "00000000-0000-0000-0000-000000000000");
    assert_eq!(header("user-agent"), "GitHub-Hookshot/bugscrub");
    assert_eq!(header("x-hub-signature-256"), signature::sign(SECRET.as_bytes(), &body));
    assert_eq!(body, "{\"n\": 0}");
}

#[tokio::test]
async fn every_delivery_is_sent_once_and_no_more_than_allowed_at_a_time() {
    let mut receiver = receiver(None, accepted).await;
    let target = WebhookTarget::new(&receiver.url, SECRET).unwrap();
    let pace = Pace { concurrency: 4, rate: None };
    let told = AtomicUsize::new(0);
    let report = deliver(recorded(300), &target, pace, |progress| {
        told.store(progress.sent as usize, Ordering::SeqCst);
    })
    .await
    .unwrap();
    assert_eq!((report.sent, report.accepted, report.held), (300, 300, 0));
    assert_eq!(report.latency.len(), 300);
    assert_eq!(told.into_inner(), 300);
    assert!(receiver.most_at_once.load(Ordering::SeqCst) <= 4);
    let mut guids = std::collections::BTreeSet::new();
    while let Ok((headers, _)) = receiver.received.try_recv() {
        assert!(guids.insert(headers["x-github-delivery"].clone().to_str().unwrap().to_owned()));
    }
    assert_eq!(guids.len(), 300);
}

#[tokio::test]
async fn failures_are_counted_by_status_and_not_retried() {
    let mut receiver = receiver(None, |number| match number % 4 {
        0 => (StatusCode::SERVICE_UNAVAILABLE, r#"{"title":"x","detail":"no\nroom"}"#.to_owned()),
        1 => (StatusCode::UNAUTHORIZED, "bad signature".to_owned()),
        2 => (StatusCode::ACCEPTED, r#"{"position":9,"events":0,"duplicate":true}"#.to_owned()),
        _ => (StatusCode::OK, String::new()),
    })
    .await;
    let target = WebhookTarget::new(&receiver.url, SECRET).unwrap();
    let pace = Pace { concurrency: 1, rate: None };
    let report = deliver(recorded(8), &target, pace, |_| ()).await.unwrap();
    assert_eq!((report.accepted, report.duplicates, report.failed()), (2, 2, 6));
    let counts = report.failures.iter().map(|(kind, of)| (kind.as_str(), of.count));
    assert_eq!(counts.collect::<Vec<_>>(), [("HTTP 200", 2), ("HTTP 401", 2), ("HTTP 503", 2)]);
    let printed = report.to_string();
    let sample = "2 x HTTP 503, the first 00000000-0000-0000-0000-000000000000: no room\n";
    assert!(printed.contains(sample), "{printed}");
    receiver.received.close();
    let mut seen = 0;
    while receiver.received.recv().await.is_some() {
        seen += 1;
    }
    assert_eq!(seen, 8);
}

#[tokio::test]
async fn nobody_listening_is_a_failure_of_each_delivery() {
    let target = WebhookTarget::new("http://127.0.0.1:1/webhooks/github", SECRET).unwrap();
    let report = deliver(recorded(3), &target, Pace::default(), |_| ()).await.unwrap();
    assert_eq!((report.sent, report.accepted), (3, 0));
    assert_eq!(report.failures["could not connect"].count, 3);
}

#[tokio::test]
async fn an_open_loop_keeps_its_schedule() {
    let receiver = receiver(None, accepted).await;
    let target = WebhookTarget::new(&receiver.url, SECRET).unwrap();
    // As many places as deliveries: on a busy machine none has to wait for one.
    let pace = Pace { concurrency: 101, rate: Some(200.0) };
    let began = Instant::now();
    let report = deliver(recorded(101), &target, pace, |_| ()).await.unwrap();
    // 101 deliveries at 200/s take half a second, because none starts before its time.
    assert!(began.elapsed() >= Duration::from_millis(500), "{:?}", began.elapsed());
    assert_eq!(report.accepted, 101);
    let printed = report.to_string();
    assert!(printed.contains("/s of 200/s scheduled\n"), "{printed}");
    assert!(printed.ends_with(", from the scheduled time"), "{printed}");
}

#[tokio::test]
async fn queueing_shows_in_the_latency_of_an_open_loop() {
    // 20 deliveries are due within 20 ms, but the receiver answers one at a time in 10 ms each. The last is
    // answered 180 ms late, although its own request took 10 ms.
    let receiver = receiver(Some(Duration::from_millis(10)), accepted).await;
    let target = WebhookTarget::new(&receiver.url, SECRET).unwrap();
    let pace = Pace { concurrency: 1, rate: Some(1000.0) };
    let report = deliver(recorded(20), &target, pace, |_| ()).await.unwrap();
    assert!(report.latency_ms(1.0) >= 170.0, "{report}");
    assert!(report.held >= 15, "{report}");
    assert!(report.to_string().contains("deliveries had to wait because"), "{report}");
    // Latencies count from the scheduled times, so they overlap: their sum exceeds the whole run.
    let sum = |report: &Report| report.latency.mean() * report.latency.len() as f64;
    let run = |report: &Report| report.elapsed.as_micros() as f64;
    assert!(sum(&report) > 2.0 * run(&report), "{report}");
    // A closed loop counts only each request's own time. One after another, they fit into the run. The
    // histogram keeps three digits.
    let pace = Pace { concurrency: 1, rate: None };
    let closed = deliver(recorded(20), &target, pace, |_| ()).await.unwrap();
    assert!(sum(&closed) <= 1.01 * run(&closed), "{closed}");
    assert_eq!(closed.held, 0);
}

#[tokio::test]
async fn a_bad_line_ends_the_command_after_the_lines_before_it() {
    let mut receiver = receiver(None, accepted).await;
    let directory = TempDir::new().unwrap();
    let text = format!("{}\n{}\nnonsense\n{}\n", line(1, "{}"), line(2, "{}"), line(3, "{}"));
    let path = write(&directory, &zip(text.as_bytes()));
    let target = WebhookTarget::new(&receiver.url, SECRET).unwrap();
    let error = deliver::run(&path, &target, Pace::default()).await.unwrap_err();
    assert!(matches!(error, DeliverError::Line { line: 3, .. }), "{error:?}");
    let mut seen = 0;
    while receiver.received.try_recv().is_ok() {
        seen += 1;
    }
    assert_eq!(seen, 2);
}

#[tokio::test]
async fn a_bad_address_or_pace_is_refused_before_anything_is_sent() {
    for url in ["127.0.0.1:8080/webhooks/github", "ftp://example.org/", "/webhooks", ""] {
        let error = WebhookTarget::new(url, SECRET).unwrap_err();
        assert!(matches!(error, DeliverError::Url { .. }), "{url}: {error:?}");
    }
    let target = WebhookTarget::new("http://127.0.0.1:1/", SECRET).unwrap();
    assert!(!format!("{target:?}").contains(SECRET));
    for pace in [
        Pace { concurrency: 0, rate: None },
        Pace { concurrency: 1, rate: Some(0.0) },
        Pace { concurrency: 1, rate: Some(f64::NAN) },
    ] {
        let error = deliver(recorded(1), &target, pace, |_| ()).await.unwrap_err();
        assert!(matches!(error, DeliverError::Pace(_)), "{error:?}");
    }
}
