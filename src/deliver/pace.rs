//! Posting many deliveries, in a closed or an open loop.

use std::any::Any;
use std::ops::RangeInclusive;
use std::panic;
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use tokio::sync::{Semaphore, mpsc};
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep_until};
use uuid::Uuid;

use super::error::DeliverError;
use super::read::RecordedDelivery;
use super::report::Report;
use super::send::{Acknowledgement, Failure, Sender, WebhookTarget};

/// How many deliveries are read ahead of the sending.
const AHEAD: usize = 16;

/// The rates, in deliveries a second, that a clock can keep.
const RATES: RangeInclusive<f64> = 0.001..=1_000_000.0;

/// The speed of posting.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Pace {
    /// The most deliveries under way at once; at least 1.
    pub concurrency: usize,
    /// Deliveries a second, from 0.001. With a rate the loop is open: each delivery is due at its time
    /// by the clock, whatever became of those before it, and its latency counts from that time.
    /// Without a rate the loop is closed: the next is sent as soon as one is answered.
    pub rate: Option<f64>,
}

impl Default for Pace {
    fn default() -> Self {
        Self { concurrency: 16, rate: None }
    }
}

/// How far the posting has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DeliverProgress {
    /// Number of deliveries answered or failed.
    pub sent: u64,
    /// Number of those that failed.
    pub failed: u64,
}

/// A delivery's GUID, its latency and its result.
type PostResult = (Uuid, Duration, Result<Acknowledgement, Failure>);

/// Posts every delivery of `source` once, and reports the results.
///
/// A thread of its own reads the source a few deliveries ahead, so that a slow file or pipe does not
/// falsify the latencies. `on_progress` is called after each delivery. Dropping the future abandons
/// the deliveries under way.
///
/// In an open loop the latencies include the timer's resolution of a millisecond.
///
/// # Errors
///
/// Those of the source. Then nothing after the error is sent, and the deliveries under way have been
/// answered. A delivery that fails is not an error but part of the report.
pub async fn deliver<S>(
    source: S,
    target: &WebhookTarget,
    pace: Pace,
    on_progress: impl Fn(DeliverProgress),
) -> Result<Report, DeliverError>
where
    S: Iterator<Item = Result<RecordedDelivery, DeliverError>> + Send + 'static,
{
    if pace.concurrency == 0 {
        return Err(DeliverError::Pace("a concurrency of 0 would send nothing"));
    }
    if pace.rate.is_some_and(|rate| !RATES.contains(&rate)) {
        return Err(DeliverError::Pace("the rate must be from 0.001 to 1000000 a second"));
    }
    let sender = Sender::new(target, pace.concurrency)?;
    let (read_ahead, incoming) = mpsc::channel(AHEAD);
    // Not a thread of the runtime, which would wait at its end for a pipe that never closes.
    let reader = thread::Builder::new()
        .name("deliver-read".to_owned())
        .spawn(move || {
            for recorded in source {
                if read_ahead.blocking_send(recorded).is_err() {
                    break;
                }
            }
        })
        .map_err(DeliverError::Thread)?;

    let mut report = Report::new(pace.rate);
    let (outcomes, mut answered) = mpsc::channel::<PostResult>(pace.concurrency);
    let began = Instant::now();
    let dispatch = dispatch(incoming, sender, pace, outcomes);
    let collect = async {
        while let Some((guid, latency, outcome)) = answered.recv().await {
            report.count(guid, latency, outcome);
            on_progress(DeliverProgress { sent: report.sent, failed: report.failed() });
        }
    };
    let (dispatched, ()) = tokio::join!(dispatch, collect);
    report.held = dispatched?;
    report.elapsed = began.elapsed();
    // The thread has dropped its end of the channel, so this does not wait.
    reader.join().unwrap_or_else(resume);
    Ok(report)
}

/// Starts each delivery when it is due. Returns how many had to wait for a free place.
async fn dispatch(
    mut incoming: mpsc::Receiver<Result<RecordedDelivery, DeliverError>>,
    sender: Sender,
    pace: Pace,
    outcomes: mpsc::Sender<PostResult>,
) -> Result<u64, DeliverError> {
    let sender = Arc::new(sender);
    let places = Arc::new(Semaphore::new(pace.concurrency));
    let mut under_way = JoinSet::new();
    let mut held = 0;
    let mut first = None;
    let mut fault = None;
    let mut number = 0_u64;
    while let Some(recorded) = incoming.recv().await {
        let recorded = match recorded {
            Ok(recorded) => recorded,
            Err(error) => {
                fault = Some(error);
                break;
            }
        };
        let first = *first.get_or_insert_with(Instant::now);
        let due = pace.rate.map(|rate| first + Duration::from_secs_f64(number as f64 / rate));
        number += 1;
        if let Some(due) = due {
            sleep_until(due).await;
        }
        let place = match Arc::clone(&places).try_acquire_owned() {
            Ok(place) => place,
            Err(_) => {
                held += u64::from(due.is_some());
                Arc::clone(&places).acquire_owned().await.expect("cannot fail: nobody closes it")
            }
        };
        let from = due.unwrap_or_else(Instant::now);
        let (sender, outcomes) = (Arc::clone(&sender), outcomes.clone());
        under_way.spawn(async move {
            let outcome = sender.post(&recorded).await;
            let latency = from.elapsed();
            drop(place);
            // Nobody listens only if the whole of `deliver` was dropped.
            let _ = outcomes.send((recorded.delivery, latency, outcome)).await;
        });
        while let Some(finished) = under_way.try_join_next() {
            finished.unwrap_or_else(|error| resume(error.into_panic()));
        }
    }
    while let Some(finished) = under_way.join_next().await {
        finished.unwrap_or_else(|error| resume(error.into_panic()));
    }
    match fault {
        Some(error) => Err(error),
        None => Ok(held),
    }
}

/// Passes on the panic of a task or thread.
fn resume(payload: Box<dyn Any + Send>) {
    panic::resume_unwind(payload)
}
