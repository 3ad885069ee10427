//! The results of posting deliveries.

use std::collections::BTreeMap;
use std::fmt;
use std::time::Duration;

use hdrhistogram::Histogram;
use indicatif::HumanCount;

use super::send::{Acknowledgement, Failure};

/// The longest latency that is recorded, an hour in microseconds. Longer ones count as this.
const LONGEST: u64 = 3_600_000_000;

/// Failures of one kind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failures {
    /// Number of failures.
    pub count: u64,
    /// The GUID of the first delivery that failed so, and its message.
    pub sample: String,
}

/// The results of [`super::deliver`]. Its `Display` is the text that the command prints, without the
/// last newline.
#[derive(Debug, Clone)]
pub struct Report {
    /// Number of deliveries posted, accepted or not.
    pub sent: u64,
    /// Number of those answered with 202.
    pub accepted: u64,
    /// Number of accepted ones that the service had before.
    pub duplicates: u64,
    /// Number of events appended, by the answers.
    pub events: u64,
    /// The greatest position in an answer.
    pub position: Option<u64>,
    /// By status or error.
    pub failures: BTreeMap<String, Failures>,
    /// Time from the first reading of the source to the last answer.
    pub elapsed: Duration,
    /// The rate asked for, if any.
    pub scheduled: Option<f64>,
    /// How often a delivery was due but had to wait because `concurrency` others were under way.
    pub held: u64,
    /// Microseconds from the start of each delivery (with a rate, from the time when it was due) to the
    /// end of its answer or failure.
    pub latency: Histogram<u64>,
}

impl Report {
    pub(super) fn new(scheduled: Option<f64>) -> Self {
        Self {
            sent: 0,
            accepted: 0,
            duplicates: 0,
            events: 0,
            position: None,
            failures: BTreeMap::new(),
            elapsed: Duration::ZERO,
            scheduled,
            held: 0,
            latency: Histogram::new_with_max(LONGEST, 3).expect("cannot fail: an hour and 3 digits are in its range"),
        }
    }

    pub(super) fn count(
        &mut self,
        guid: impl fmt::Display,
        latency: Duration,
        outcome: Result<Acknowledgement, Failure>,
    ) {
        self.sent += 1;
        self.latency.saturating_record(u64::try_from(latency.as_micros()).unwrap_or(u64::MAX));
        match outcome {
            Ok(answer) => {
                self.accepted += 1;
                self.duplicates += u64::from(answer.duplicate);
                self.events += answer.events;
                self.position = self.position.max(answer.position);
            }
            Err(Failure { kind, message }) => {
                self.failures
                    .entry(kind)
                    .or_insert_with(|| Failures { count: 0, sample: format!("{guid}: {message}") })
                    .count += 1;
            }
        }
    }

    /// Number of deliveries that were not accepted.
    pub fn failed(&self) -> u64 {
        self.sent - self.accepted
    }

    /// Deliveries a second, including failed ones.
    pub fn rate(&self) -> f64 {
        self.sent as f64 / self.elapsed.as_secs_f64().max(f64::EPSILON)
    }

    /// The latency in milliseconds below which this share of all deliveries stayed: p99 for 0.99.
    pub fn latency_ms(&self, part: f64) -> f64 {
        self.latency.value_at_quantile(part) as f64 / 1000.0
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "sent {}, accepted {}, duplicates {}, events {}, failed {}",
            HumanCount(self.sent),
            HumanCount(self.accepted),
            HumanCount(self.duplicates),
            HumanCount(self.events),
            HumanCount(self.failed()),
        )?;
        for (kind, Failures { count, sample }) in &self.failures {
            write!(f, "\n  {} x {kind}, the first {sample}", HumanCount(*count))?;
        }
        write!(f, "\nelapsed {:.2} s, {:.0}/s", self.elapsed.as_secs_f64(), self.rate())?;
        if let Some(scheduled) = self.scheduled {
            write!(f, " of {scheduled}/s scheduled")?;
        }
        write!(
            f,
            "\nlatency p50 {:.1} ms, p90 {:.1} ms, p99 {:.1} ms, max {:.1} ms",
            self.latency_ms(0.5),
            self.latency_ms(0.9),
            self.latency_ms(0.99),
            self.latency.max() as f64 / 1000.0,
        )?;
        if self.scheduled.is_some() {
            write!(f, ", from the scheduled time")?;
        }
        if self.held > 0 {
            write!(
                f,
                "\n{} deliveries had to wait because as many as --concurrency allows were under way; the wait is \
                 in their latency",
                HumanCount(self.held),
            )?;
        }
        Ok(())
    }
}
