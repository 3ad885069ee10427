//! Posts recorded deliveries to a running service, signed as GitHub signs them.
//!
//! The players: [`read`] turns a file into [`RecordedDelivery`]s, [`Sender`] posts one of them, and
//! [`deliver`] posts many at a [`Pace`] and measures them into a [`Report`]. The demo, the tests and
//! the benchmarks use the same three.
//!
//! Nothing is retried: the report says what the service did with each delivery. Several deliveries
//! are under way at once, so they arrive only roughly in the order of the file.

mod error;
mod pace;
mod read;
mod report;
mod send;

use std::path::Path;
use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};

pub use error::DeliverError;
pub use pace::{DeliverProgress, Pace, deliver};
pub use read::{RecordedDelivery, read};
pub use report::{Failures, Report};
pub use send::{Acknowledgement, Failure, Sender, WebhookTarget, client, is_local};

/// Posts the deliveries of a file, with a progress bar on a terminal.
///
/// `file` may be `-` for the standard input.
///
/// # Errors
///
/// Those of [`read`] and [`deliver`].
pub async fn run(file: &Path, target: &WebhookTarget, pace: Pace) -> Result<Report, DeliverError> {
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

/// A progress bar on the standard error. It shows nothing unless that is a terminal.
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
