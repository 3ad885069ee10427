//! Why delivering stopped, or never started.

use std::io;

use thiserror::Error;

/// Why delivering stopped, or never started.
#[derive(Debug, Error)]
pub enum DeliverError {
    /// The file is missing or may not be read.
    #[error("{file} cannot be opened")]
    Open {
        /// Its name, as given.
        file: String,
        /// What the system said.
        source: io::Error,
    },
    /// The file ends in the middle of this line, or is damaged there.
    #[error("{file}: line {line} cannot be read; the lines before it were sent")]
    Read {
        /// Its name, as given.
        file: String,
        /// Counted from 1.
        line: u64,
        /// What the system, or gzip, said.
        source: io::Error,
    },
    /// A line is not a delivery.
    #[error("{file}: line {line}: {fault}; the lines before it were sent")]
    Line {
        /// Its name, as given.
        file: String,
        /// Counted from 1.
        line: u64,
        /// What is wrong with it.
        fault: String,
    },
    /// The URL cannot be posted to.
    #[error("deliveries cannot be posted to {url:?}: {fault}")]
    Url {
        /// As given.
        url: String,
        /// What is wrong with it.
        fault: String,
    },
    /// The pace would never send anything.
    #[error("{0}")]
    Pace(&'static str),
    /// The HTTP client could not be made.
    #[error("the HTTP client could not be made")]
    Client(#[source] reqwest::Error),
    /// The thread that reads the deliveries could not be started.
    #[error("the thread that reads the deliveries could not be started")]
    Thread(#[source] io::Error),
}
