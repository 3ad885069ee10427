//! What readers of a queue of a million open items ask for beside its pages: items that are like another, and many marks
//! at once.

use std::time::Instant;

use serde_json::{Value, json};

use super::million::{Client, REPOSITORIES, any, p99};
use super::report::{Report, median};

/// How often each is asked for.
const TIMES: usize = 200;
const ACTS: usize = 40;
/// Items that are marked at once.
const MARKS: usize = 500;

pub async fn measure(report: &mut Report, client: &mut Client) {
    similar(report, client).await;
    marks(report, client).await;
}

/// All titles begin with the same words, so that nearly all items are alike: none of these words may be looked for.
async fn similar(report: &mut Report, client: &mut Client) {
    let mut times = vec![];
    for _ in 0..TIMES {
        let path = format!("/api/v1/items/Codertocat/repo-{}/{}/similar", any(1, REPOSITORIES), any(1, 100));
        let started = Instant::now();
        let answer = client.json(&path).await;
        times.push(started.elapsed().as_secs_f64() * 1e3);
        assert_eq!(answer["items"].as_array().map(Vec::len), Some(10), "{answer}");
    }
    let about = json!({"p50_ms": median(&times), "samples": TIMES});
    report.row("similar_p99_ms", p99(&times), "ms", "<= 200", about);
}

/// Marked as read in one act, and undone.
async fn marks(report: &mut Report, client: &mut Client) {
    let (mut marks, mut undos) = (vec![], vec![]);
    for _ in 0..ACTS {
        let item =
            |_| json!({"repository": format!("Codertocat/repo-{}", any(1, REPOSITORIES)), "number": any(1, 100)});
        let body = json!({"read": true, "items": (0..MARKS).map(item).collect::<Vec<Value>>()});
        let started = Instant::now();
        let marked = client.write("POST", "/api/v1/marks", &body).await;
        marks.push(started.elapsed().as_secs_f64() * 1e3);
        assert!(marked["done"].as_u64() > Some(MARKS as u64 * 9 / 10), "{}", marked["done"]);
        let path = format!("/api/v1/marks/{}", marked["id"].as_str().expect("something was marked"));
        let started = Instant::now();
        client.write("DELETE", &path, &Value::Null).await;
        undos.push(started.elapsed().as_secs_f64() * 1e3);
    }
    let about = json!({
        "mark_p50_ms": median(&marks), "mark_p99_ms": p99(&marks), "undo_p50_ms": median(&undos),
        "undo_p99_ms": p99(&undos), "items": MARKS,
    });
    report.row("marks_500_p99_ms", p99(&marks).max(p99(&undos)), "ms", "<= 500", about);
}
