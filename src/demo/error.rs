//! Why the demo ended.

use std::io;

use thiserror::Error;

use crate::deliver::DeliverError;

/// Why the demo ended.
#[derive(Debug, Error)]
pub enum DemoError {
    /// The deliveries could not be sent at all.
    #[error("the generated history could not be delivered")]
    Deliver(#[from] DeliverError),
    /// The service did not accept them all.
    #[error("the service did not accept the whole history: {0}")]
    Refused(String),
    /// The service's API did not answer.
    #[error("the service's API does not answer")]
    Unreachable(#[source] reqwest::Error),
    /// The API refused, or its answer cannot be read.
    #[error("the service's API answered {status}: {text}")]
    Answer {
        /// The HTTP status.
        status: u16,
        /// The body, or what is wrong with it.
        text: String,
    },
    /// The history could not be generated.
    #[error("the history could not be generated")]
    Generate(#[from] tokio::task::JoinError),
    /// The output could not be written.
    #[error("the output could not be written")]
    Print(#[from] io::Error),
}
