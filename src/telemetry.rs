//! Logs, started once by [`init_logs`], and metrics: [`Metrics`] counts, [`Vitals`] are measured.

mod account;
mod metrics;
mod vitals;

use std::io::IsTerminal;

use tracing_subscriber::EnvFilter;
use tracing_subscriber::filter::filter_fn;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;

pub use self::account::AccountLabel;
pub use self::metrics::{InFlight, Metrics};
pub use self::vitals::{BackfillGauges, Vitals};

/// The format of log lines.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, clap::ValueEnum)]
pub enum LogFormat {
    /// Text on a terminal, JSON elsewhere.
    #[default]
    Auto,
    /// One JSON object per line, with the fields of the event and of the spans around it.
    Json,
    /// Text for people.
    Text,
}

/// Why logging could not start.
#[derive(Debug, thiserror::Error)]
pub enum LogError {
    #[error("BUGSCRUB_LOG: the log filter cannot be understood")]
    Filter(#[from] tracing_subscriber::filter::ParseError),
    #[error("logging was started twice")]
    Twice(#[from] tracing_subscriber::util::TryInitError),
}

/// Where lines come from that have texts of strangers in them.
const TELLS_TEXTS: [&str; 2] = ["html5ever", "markup5ever"];

/// Sends logs to stderr, and panics to the logs. Stdout is for the output of commands.
///
/// The parser of HTML logs the texts that it reads. They belong into no log, whatever `filter` says.
///
/// `filter` holds directives for `tracing_subscriber::EnvFilter`, such as `info,bugscrub=debug`.
pub fn init_logs(format: LogFormat, filter: &str) -> Result<(), LogError> {
    let terminal = std::io::stderr().is_terminal();
    let json = format == LogFormat::Json || (format == LogFormat::Auto && !terminal);
    let lines = tracing_subscriber::fmt::layer().with_writer(std::io::stderr);
    let registry = tracing_subscriber::registry()
        .with(EnvFilter::try_new(filter)?)
        .with(filter_fn(|line| !TELLS_TEXTS.iter().any(|target| line.target().starts_with(target))));
    if json {
        let lines = lines.json().flatten_event(true).with_current_span(false);
        registry.with(lines).try_init()?;
    } else {
        registry.with(lines.with_ansi(terminal)).try_init()?;
    }
    std::panic::set_hook(Box::new(|panic| {
        let said = panic.payload_as_str();
        let place = panic.location().map(tracing::field::display);
        tracing::error!(said, place, "a task panicked");
    }));
    Ok(())
}
