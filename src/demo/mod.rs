//! `bugscrub demo`: a realistic organization for the first run, and a look at its queue.
//!
//! The players: [`Organization`] simulates six years of an invented organization as the webhooks
//! that GitHub would have sent, [`Trickle`] goes on from there, and [`run`] delivers both to a
//! running service and shows what its queue makes of them. In the simulation, `world` holds the
//! state and the agenda, `plan` draws how an item lives, `acts` changes it and tells of it in the
//! shapes of `payload`, and `titles` finds the words in `words/`.
//!
//! None of the people, repositories and companies exists.

mod acts;
mod calendar;
mod chance;
mod happenings;
mod opening;
mod organization;
mod payload;
mod people;
mod plan;
mod repositories;
mod service;
mod show;
mod titles;
mod trickle;
mod world;

use std::io::{self, Write};
use std::time::Duration;

use chrono::{NaiveTime, Utc};
use indicatif::HumanCount;
use thiserror::Error;
use tokio::time::{MissedTickBehavior, interval};

pub use organization::Organization;
pub use show::queue_table;
pub use trickle::Trickle;

use crate::deliver::{DeliverError, Pace, Sender, Target, deliver, progress_bar};
use service::Service;

/// Time between two activities after the history.
const PAUSE: Duration = Duration::from_secs(2);

/// How much of the history is under way at once: the more, the more goes into one commit.
const CONCURRENCY: usize = 64;

/// Why there was nothing more to show.
#[derive(Debug, Error)]
pub enum DemoError {
    /// The deliveries could not even be sent.
    #[error("the generated history could not be delivered")]
    Deliver(#[from] DeliverError),
    /// The service did not accept them all.
    #[error("the service did not accept the whole history: {0}")]
    Refused(String),
    /// The service's API did not answer.
    #[error("the service's API does not answer")]
    Unreachable(#[source] reqwest::Error),
    /// The API answered with something else.
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
    /// Nobody reads what is printed.
    #[error("printing failed")]
    Print(#[from] io::Error),
}

/// Shows the service at `base_url` (such as `http://127.0.0.1:8080`) at work: delivers the
/// organization's history up to the last midnight, prints the top of the queue and two commands
/// to ask for more; then, unless `once`, goes on with one activity every two seconds, a line
/// each, until it is dropped.
///
/// `secret` signs the deliveries, `token` may read and scrub.
///
/// # Errors
///
/// Where a part of the history was not accepted, or the API does not answer. A failed delivery
/// after the history is a line of the output.
pub async fn run(base_url: &str, secret: &str, token: &str, seed: u64, once: bool) -> Result<(), DemoError> {
    run_to(&mut io::stdout(), base_url, secret, token, seed, once).await
}

/// [`run`], printing to `out`.
///
/// # Errors
///
/// As [`run`].
pub async fn run_to(
    out: &mut (impl Write + Send),
    base_url: &str,
    secret: &str,
    token: &str,
    seed: u64,
    once: bool,
) -> Result<(), DemoError> {
    let target = Target::new(&format!("{base_url}/webhooks/github"), secret)?;
    let service = Service::new(base_url, token)?;
    let midnight = Utc::now().with_time(NaiveTime::MIN).earliest().unwrap_or_else(Utc::now);
    let (history, trickle) = tokio::task::spawn_blocking(move || Organization::generate(seed, midnight)).await?;
    let total = history.len() as u64;
    writeln!(
        out,
        "Six years of {}, an invented organization of 12 repositories: {} webhooks.",
        world::LOGIN,
        HumanCount(total)
    )?;

    let bar = progress_bar(Some(total));
    let source = history.into_iter().map(Ok);
    let pace = Pace { concurrency: CONCURRENCY, rate: None };
    let report = deliver(source, &target, pace, |progress| bar.set_position(progress.sent)).await;
    bar.finish_and_clear();
    let report = report?;
    if report.failed() > 0 {
        return Err(DemoError::Refused(report.to_string()));
    }
    writeln!(
        out,
        "Delivered in {:.1} s ({:.0}/s, answered within {:.1} ms for 99 of 100): {} events.\n",
        report.elapsed.as_secs_f64(),
        report.rate(),
        report.latency_ms(0.99),
        HumanCount(report.events),
    )?;

    let page = service.top(15, report.position).await?;
    writeln!(out, "{}\n", queue_table(&page))?;
    writeln!(out, "Ask for yourself:\n")?;
    for command in show::commands(base_url, token) {
        writeln!(out, "{command}")?;
    }
    writeln!(out, "\nOpen a bug scrub:\n")?;
    writeln!(out, "{}", show::scrub(base_url, token))?;
    out.flush()?;
    if once {
        return Ok(());
    }
    writeln!(out, "\nThe organization goes on (Ctrl-C ends this):\n")?;
    go_on(out, &Sender::new(&target, 1)?, &service, trickle).await
}

/// One activity after the other, and where it moved its item.
async fn go_on(
    out: &mut (impl Write + Send),
    sender: &Sender,
    service: &Service,
    mut trickle: Trickle,
) -> Result<(), DemoError> {
    let mut ticks = interval(PAUSE);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        ticks.tick().await;
        let recorded = trickle.next(Utc::now());
        let Some(activity) = show::Activity::of(&recorded) else { continue };
        let before = service.rank(&activity, None).await?;
        match sender.post(&recorded).await {
            Ok(answer) => {
                let after = service.rank(&activity, answer.position).await?;
                writeln!(out, "{activity}{}", show::moved(before, after))?;
            }
            Err(failure) => writeln!(out, "{activity} - not accepted: {}: {}", failure.kind, failure.message)?,
        }
        out.flush()?;
    }
}
