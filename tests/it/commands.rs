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
