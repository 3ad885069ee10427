//! `bugscrub demo`: a realistic organization for the first run, and a look at its queue.
//!
//! [`Organization`] simulates six years of an invented organization and yields the webhooks that
//! GitHub would have sent; [`Trickle`] continues from there. [`run`] delivers both to a running
//! service and shows its queue. The players:
//! - `world`: the state of the simulation; `agenda`: what is going to happen in it;
//! - `organization`, `happenings`, `opening`: what happens to the organization, and how items begin;
//! - `plan`: the life of an item, drawn when it begins; `acts`: what can be done to it;
//! - `repositories`, `people`, `titles` with `words/`: the names and texts;
//! - `payload`: the JSON of GitHub's webhooks;
//! - `calendar`, `chance`: when people work, and draws from the seeded generator;
//! - `companion`: somebody who is in a scrub already, and does things there;
//! - `service`, `show`: the service's API, and the lines and tables that are printed.
//!
//! None of the people, repositories and companies exists.

mod acts;
mod agenda;
mod calendar;
mod chance;
mod companion;
mod error;
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
use tokio::time::{MissedTickBehavior, interval};

pub use companion::{COMPANION, Companion};
pub use error::DemoError;
pub use organization::Organization;
pub use service::Service;
pub use show::queue_table;
pub use trickle::Trickle;

use crate::deliver::{Pace, RecordedDelivery, Sender, WebhookTarget, deliver, progress_bar};

/// Time between two activities, once the history is delivered.
const PAUSE: Duration = Duration::from_secs(2);

/// How many deliveries of the history are under way at once. The more there are, the more go into
/// one commit.
const CONCURRENCY: usize = 64;

/// Shows the service at `base_url` (such as `http://127.0.0.1:8080`) at work.
///
/// Delivers the organization's history up to the last midnight, then prints the top of the queue and
/// some commands to ask for more. Unless `once`, it goes on with one activity every two seconds, each
/// of which prints a line, until it is dropped.
///
/// `secret` signs the deliveries; `token` must be allowed to read and scrub.
///
/// # Errors
///
/// If a part of the history is not accepted, or the API does not answer. A delivery that fails after
/// the history is only a line of the output.
pub async fn run(base_url: &str, secret: &str, token: &str, seed: u64, once: bool) -> Result<(), DemoError> {
    let midnight = Utc::now().with_time(NaiveTime::MIN).earliest().unwrap_or_else(Utc::now);
    let organization = tokio::task::spawn_blocking(move || Organization::generate(seed, midnight)).await?;
    run_to(&mut io::stdout(), base_url, secret, token, organization, once).await
}

/// [`run`] with an organization that was generated before, printing to `out`.
///
/// # Errors
///
/// Those of [`run`].
pub async fn run_to(
    out: &mut (impl Write + Send),
    base_url: &str,
    secret: &str,
    token: &str,
    (history, trickle): (Vec<RecordedDelivery>, Trickle),
    once: bool,
) -> Result<(), DemoError> {
    let target = WebhookTarget::new(&format!("{base_url}/webhooks/github"), secret)?;
    let service = Service::new(base_url, token)?;
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
    writeln!(out, "Open the page, signed in:\n\n{}\n", show::link(base_url, "/", token))?;
    // Nobody stays in a scrub of a demo that ends.
    let companion = if once { None } else { Companion::open(&service).await.ok() };
    if let Some(companion) = &companion {
        let link = show::link(base_url, &format!("/scrubs/{}", companion.scrub()), token);
        writeln!(out, "Come to a scrub, in which {COMPANION} is already:\n\n{link}\n")?;
    }
    writeln!(out, "Ask for yourself:\n")?;
    for command in show::commands(base_url, token) {
        writeln!(out, "{command}")?;
    }
    writeln!(out, "\nAsk for a meeting's agenda:\n")?;
    writeln!(out, "{}", show::agenda(base_url, token))?;
    writeln!(out, "\nOpen a bug scrub:\n")?;
    writeln!(out, "{}", show::scrub(base_url, token))?;
    writeln!(out, "\nTry the recipes of docs/api.md, docs/scrubs.md and docs/sheets.md:\n")?;
    for variable in show::variables(base_url, token) {
        writeln!(out, "{variable}")?;
    }
    out.flush()?;
    if once {
        return Ok(());
    }
    writeln!(out, "\nThe organization goes on (Ctrl-C ends this):\n")?;
    let sender = Sender::new(&target, 1)?;
    let stays = async {
        match companion {
            Some(companion) => companion.stay().await,
            None => std::future::pending().await,
        }
    };
    tokio::select! {
        ended = go_on(out, &sender, &service, trickle) => ended,
        () = stays => Ok(()),
    }
}

/// Delivers one activity after the other, and prints how each moved its item in the queue.
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
        let Some(activity) = show::ActivityLine::of(&recorded) else { continue };
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
