//! What came of the deliveries.

use std::collections::BTreeMap;
use std::fmt;
use std::time::Duration;

use hdrhistogram::Histogram;
use indicatif::HumanCount;

use super::{Answer, Failure};

/// The longest latency told apart, an hour in microseconds; longer ones count as this.
const LONGEST: u64 = 3_600_000_000;

/// Failures of one sort.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failures {
    /// How many.
    pub count: u64,
    /// What the first of them said, after its delivery's GUID.
    pub sample: String,
}

/// The result of [`super::deliver`]. Its `Display` is what the command prints, without a newline at
/// the end.
#[derive(Debug, Clone)]
pub struct Report {
    /// Deliveries posted, whatever came of them.
    pub sent: u64,
    /// Answered with 202.
    pub accepted: u64,
    /// Of the accepted, those the service had before.
    pub duplicates: u64,
    /// Events appended, as the answers say.
    pub events: u64,
    /// The greatest position answered.
    pub position: Option<u64>,
    /// By status or error.
    pub failures: BTreeMap<String, Failures>,
    /// From the first reading of the source to the last answer.
    pub elapsed: Duration,
    /// The rate asked for, where one was.
    pub scheduled: Option<f64>,
    /// How often a scheduled delivery had to wait because `concurrency` were under way.
    pub held: u64,
    /// Microseconds from the start of each delivery, or from its scheduled time where a rate was
    /// asked for, to the end of its answer or failure.
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

    pub(super) fn count(&mut self, guid: impl fmt::Display, latency: Duration, outcome: Result<Answer, Failure>) {
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

    /// How many were not accepted.
    pub fn failed(&self) -> u64 {
        self.sent - self.accepted
    }

    /// Deliveries a second, failed ones included.
    pub fn rate(&self) -> f64 {
        self.sent as f64 / self.elapsed.as_secs_f64().max(f64::EPSILON)
    }

    /// The latency in milliseconds below which this part (0.99: p99) of all deliveries stayed.
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
