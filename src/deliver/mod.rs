//! Posts recorded deliveries to a running service, signed as GitHub signs them.
//!
//! The players: [`read`] turns a file into [`Recorded`] deliveries, [`Sender`] posts one of them,
//! [`deliver`] posts many at a [`Pace`] and measures them into a [`Report`]. The demonstration,
//! the tests and the benchmarks use the same three.
//!
//! Nothing is retried: what the service did with a delivery is what the report says. The order
//! of arrival is only roughly that of the file, as several are under way at once.

mod pace;
mod read;
mod report;
mod send;

use std::io;
use std::path::Path;
use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};
use thiserror::Error;

pub use pace::{Pace, Progress, deliver};
pub use read::{Recorded, read};
pub use report::{Failures, Report};
pub use send::{Answer, Failure, Sender, Target, client};

/// Why delivering could not start, or could not go on.
#[derive(Debug, Error)]
pub enum DeliverError {
    /// The file is not there or may not be read.
    #[error("{file}: cannot be opened")]
    Open {
        /// Its name, as given.
        file: String,
        /// What the system said.
        source: io::Error,
    },
    /// The file broke off, or is damaged, in this line.
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
    /// There is nowhere to send to.
    #[error("the URL {url:?} is not one that deliveries can be posted to: {fault}")]
    Url {
        /// As given.
        url: String,
        /// What is wrong with it.
        fault: String,
    },
    /// Nothing would ever be sent at this pace.
    #[error("{0}")]
    Pace(&'static str),
    /// The HTTP client could not be made.
    #[error("no HTTP client")]
    Client(#[source] reqwest::Error),
    /// The thread that reads the deliveries could not be started.
    #[error("no thread to read the deliveries")]
    Thread(#[source] io::Error),
}

/// The command `bugscrub deliver`: posts a file, with a progress bar on a terminal.
///
/// `file` may be `-` for the standard input. The caller prints the report, and fails if
/// [`Report::failed`] is not 0.
///
/// # Errors
///
/// As [`read`] and [`deliver`].
pub async fn run(file: &Path, target: &Target, pace: Pace) -> Result<Report, DeliverError> {
    let source = read(file)?;
    let bar = progress_bar(None);
    let report = deliver(source, target, pace, |progress| {
        bar.set_position(progress.sent);
        if progress.failed > 0 {
            bar.set_message(format!("{} failed", progress.failed));
        }
    })
    .await;
    bar.finish_and_clear();
    report
}

/// A bar on the standard error; it shows nothing where that is no terminal.
pub fn progress_bar(total: Option<u64>) -> ProgressBar {
    let (bar, template) = match total {
        Some(total) => (ProgressBar::new(total), "{bar:40} {human_pos} of {human_len}, {per_sec} {msg}"),
        None => (ProgressBar::new_spinner(), "{spinner} {human_pos} sent, {per_sec} {msg}"),
    };
    bar.enable_steady_tick(Duration::from_millis(100));
    match ProgressStyle::with_template(template) {
        Ok(style) => bar.with_style(style),
        Err(_) => bar,
    }
}
