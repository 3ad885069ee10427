//! What the demo shows: the table, and the whole run.

use std::io::{self, Write};

use axum::http::{HeaderMap, StatusCode, Uri};
use axum::routing::{get, post};
use axum::{Json, Router};
use bugscrub::deliver::RecordedDelivery;
use bugscrub::demo::{DemoError, Trickle, queue_table, run_to};
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::sync::mpsc;

use crate::support::wait::in_time;

#[test]
fn a_page_of_the_queue_becomes_a_table_that_fits_the_terminal() {
    let long = "A title that is much longer than any table could hold, ".repeat(5);
    let page = json!({"as_of": "2026-11-22", "position": 9, "total": 1234, "next": null, "items": [
        {"rank": 1, "repository": "acme/widgets", "type": "Issue", "number": 12, "title": long,
         "days_age": 1200, "days_stale": 800, "stale_age": 5.9831,
         "last_activity": {"kind": "review_requested", "actor": "octocat", "human": true, "at": "2020-01-01T00:00:00Z"}},
        {"rank": 2, "repository": "acme/gears", "type": "PR", "number": 7, "title": "Größe falsch",
         "days_age": 3, "days_stale": 0, "stale_age": 0.602, "last_activity": null},
    ]});
    let table = queue_table(&page);
    assert!(table.lines().all(|line| line.chars().count() <= 120), "{table}");
    assert!(table.starts_with("1,234 items of acme in the queue on 2026-11-22;"), "{table}");
    for part in
        ["widgets", "Issue", " 12 ", "A title that is much", "…", "1200", "5.983", "review requested by octocat"]
    {
        assert!(table.contains(part), "{part} is missing in\n{table}");
    }
    assert!(table.contains("Größe falsch") && !table.contains("acme/"), "{table}");
    assert_eq!(table.lines().count(), 5, "{table}");
    // An empty queue and an unexpected answer must not panic.
    queue_table(&json!({"items": []}));
    queue_table(&json!("nonsense"));
}

/// Sends what is written, line by line.
struct Lines(String, mpsc::UnboundedSender<String>);

impl Write for Lines {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.push_str(std::str::from_utf8(bytes).unwrap());
        while let Some((line, rest)) = self.0.split_once('\n') {
            self.1.send(line.to_owned()).ok();
            self.0 = rest.to_owned();
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

async fn queue(headers: HeaderMap, uri: Uri) -> (StatusCode, Json<Value>) {
    if headers.get("authorization").is_none_or(|given| given != "Bearer t0ken") {
        return (StatusCode::UNAUTHORIZED, Json(Value::Null));
    }
    // A query for one author's items returns them all with rank 5.
    let numbers = if uri.query().unwrap().contains("author=") { 1..1000 } else { 1..4 };
    let items = numbers.map(|number| {
        json!({"rank": 5, "number": number, "repository": "quarrywork/quarry", "type": "Issue", "title": "T",
               "days_age": 1, "days_stale": 1, "stale_age": 0.6, "last_activity": null})
    });
    (StatusCode::OK, Json(json!({"as_of": "2026-11-22", "position": 7, "total": 3, "items": items.collect::<Value>()})))
}

async fn service(status: StatusCode) -> String {
    let answer = move || async move { (status, Json(json!({"position": 7, "events": 1, "duplicate": false}))) };
    let app = Router::new().route("/webhooks/github", post(answer)).route("/api/v1/queue", get(queue));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, app).await });
    url
}

/// The beginning of an organization's history, and what goes on after all of it. (`tools::recipes` runs
/// the whole.)
fn organization() -> (Vec<RecordedDelivery>, Trickle) {
    (super::history()[..300].iter().map(|(recorded, _)| recorded.clone()).collect(), super::trickle())
}

#[tokio::test]
async fn the_demo_shows_the_queue_and_goes_on() {
    let url = service(StatusCode::ACCEPTED).await;
    let (sender, mut lines) = mpsc::unbounded_channel();
    let mut out = Lines(String::new(), sender);
    let shown = async {
        let mut shown = Vec::new();
        while !shown.last().is_some_and(|line: &String| line.contains(" - still rank 5")) {
            shown.push(lines.recv().await.expect("more lines"));
        }
        shown
    };
    let shown = tokio::select! {
        ended = run_to(&mut out, &url, "secret", "t0ken", organization(), false) => panic!("it ended: {ended:?}"),
        shown = in_time("the queue is shown and goes on", shown) => shown,
    };
    assert!(shown.iter().any(|line| line.contains("stale-age")), "{shown:?}");
    let commands = shown.iter().filter(|line| line.contains("curl")).collect::<Vec<_>>();
    assert_eq!(commands.len(), 4);
    for command in &commands {
        assert!(command.starts_with("curl -s -H 'Authorization: Bearer t0ken' "), "{command}");
        assert!(command.contains(" 'http://127.0.0.1:"), "{command}");
    }
    assert!(commands[2].ends_with("/api/v1/collections/agenda?rows=3'"), "{}", commands[2]);
    assert!(commands[3].contains(" -d '{}' ") && commands[3].contains("/api/v1/scrubs'"), "{}", commands[3]);
    assert!(shown.iter().any(|line| *line == format!("{url}/#token=t0ken")), "{shown:?}");
    assert!(shown.last().unwrap().contains(" quarrywork/"), "{shown:?}");
    assert!(!shown.concat().contains('\u{1b}'), "an escape code on no terminal");
}

#[tokio::test]
async fn the_demo_ends_when_the_service_refuses() {
    let (sender, _lines) = mpsc::unbounded_channel();
    let mut out = Lines(String::new(), sender);
    let url = service(StatusCode::UNAUTHORIZED).await;
    let error = run_to(&mut out, &url, "secret", "t0ken", organization(), true).await.unwrap_err();
    assert!(matches!(&error, DemoError::Refused(report) if report.contains("HTTP 401")), "{error:?}");
}
