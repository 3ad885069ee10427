//! The program itself, as a process: what each command prints, and how it ends.

mod again;
mod data;
mod settings;

use crate::support::service::{Serving, client, run};

/// The status with which a running service answers a token.
async fn status(serving: &Serving, token: &str) -> u16 {
    let answer = client().get(serving.url("/api/v1/accounts")).bearer_auth(token).send().await.unwrap();
    answer.status().as_u16()
}
