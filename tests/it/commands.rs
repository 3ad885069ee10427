//! The program itself, as a process: what each command prints, and how it ends.

mod again;
mod data;
mod settings;
mod sheets;

use std::process::Stdio;

use crate::support::service::{Serving, bugscrub, client, run};

/// The status that a running service answers to a token.
async fn status(serving: &Serving, token: &str) -> u16 {
    let answer = client().get(serving.url("/api/v1/accounts")).bearer_auth(token).send().await.unwrap();
    answer.status().as_u16()
}

#[test]
fn what_a_terminal_obeys_is_not_printed() {
    use bugscrub::terminal::{line, lines};
    let evil = "a\u{1b}[2Jb\u{7}\u{9b}c\u{202e}d\u{2066}e\u{200f}f\u{e0041}\u{feff}g\u{0}h\u{7f}";
    assert_eq!((line(evil), lines(evil)), ("a[2Jbcdefgh".to_owned(), "a[2Jbcdefgh".to_owned()));
    assert_eq!((line("a\r\nb\tc\u{2028}d"), lines("a\r\nb\tc")), ("a  b c d".to_owned(), "a\nb\tc".to_owned()));
    assert_eq!(line("Grüße, 日本語, 🦀, العربية"), "Grüße, 日本語, 🦀, العربية");
    let page = serde_json::json!({"total": 1, "as_of": "2026-11-22", "items": [
        {"rank": 1, "repository": "acme/widgets", "type": "Issue", "number": 7, "title": "x\u{1b}[31m\ny\u{202e}"}]});
    let table = bugscrub::demo::queue_table(&page);
    assert!(table.contains("x[31m y"), "{table}");
    assert!(!table.contains(['\u{1b}', '\u{202e}']), "{table:?}");
}

#[tokio::test]
async fn a_reader_that_stops_reading_is_not_an_error() {
    let mut command = bugscrub(&["openapi"], &[]);
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    // The command writes more than a pipe holds.
    drop(child.stdout.take());
    let ended = child.wait_with_output().await.unwrap();
    let said = String::from_utf8(ended.stderr).unwrap();
    assert_eq!((ended.status.code(), said.as_str()), (Some(0), ""));
}
