//! Failed deliveries, asked for again: GitHub keeps them for three days and sends none by itself.

use std::collections::HashSet;

use chrono::{DateTime, Duration, Utc};

use super::client::{As, GitHubError};
use super::wire::Delivery;
use super::work::Desk;
use crate::store::installations;
use crate::store::jobs::{Job, Next};
use crate::store::redeliveries::{self, Asked};

/// How long GitHub lists deliveries: all of it is read at start and every hour, of some thousand
/// failures; what failed of late is looked for in between.
const LISTED: Duration = Duration::days(3);
const WHOLE_EVERY: Duration = Duration::hours(1);
/// An Enterprise server may not know the filter: what arrived is left out here too.
const FIRST: &str = "per_page=100&status=failure";

/// A page of the failed deliveries, the newest first. Each that is not here is asked for at once,
/// then after twice as long each time.
pub async fn redeliver(desk: &Desk, job: &Job) -> Result<Next, GitHubError> {
    let (since, query) = match job.cursor.as_deref().and_then(|cursor| cursor.split_once(' ')) {
        Some((since, query)) => (parsed(since), query),
        None => (begin(desk), FIRST),
    };
    let answer = desk.client.get(As::App, &format!("/app/hook/deliveries?{query}")).await?;
    let listed: Vec<Delivery> = answer.json()?;
    let over = listed.last().is_none_or(|last| last.delivered_at < since);
    // Nobody hears here of an installation that is gone, or that is not to be kept.
    let known: HashSet<i64> = installations::all(&desk.pool)
        .await?
        .into_iter()
        .filter(|known| known.gone_at.is_none())
        .map(|known| known.installation_id)
        .collect();
    // The newest attempt comes first, and is the one that counts.
    let mut seen = HashSet::new();
    let newest: Vec<Delivery> = listed
        .into_iter()
        .filter(|delivery| seen.insert(delivery.guid))
        .filter(|delivery| !delivery.arrived() && delivery.delivered_at >= since)
        .filter(|delivery| delivery.installation_id.is_none_or(|id| known.contains(&id)))
        .collect();
    ask(desk, &newest).await?;
    if let Some(next) = answer.next.filter(|_| !over) {
        return Ok(Next::On { cursor: Some(format!("{} {next}", since.timestamp())), numbers: None });
    }
    redeliveries::forget(&desk.pool).await?;
    let begun = since + LISTED;
    if begun <= desk.client.now() {
        desk.whole_list_read(begun);
    }
    Ok(Next::Again(desk.rhythm.redeliver))
}

/// Since when deliveries are looked at in this run: the whole list until a run has come to its end.
fn begin(desk: &Desk) -> DateTime<Utc> {
    let now = desk.client.now();
    if desk.whole_list_due(now, WHOLE_EVERY) { now - LISTED } else { now - WHOLE_EVERY }
}

fn parsed(timestamp: &str) -> DateTime<Utc> {
    timestamp.parse().ok().and_then(|seconds| DateTime::from_timestamp(seconds, 0)).unwrap_or_default()
}

async fn ask(desk: &Desk, failed: &[Delivery]) -> Result<(), GitHubError> {
    let guids: Vec<_> = failed.iter().map(|delivery| delivery.guid).collect();
    let arrived = redeliveries::arrived(&desk.pool, &guids).await?;
    let (asked, now) = redeliveries::asked(&desk.pool, &guids).await?;
    let due = |asked: &Asked| {
        let doublings = u32::try_from(asked.times.clamp(0, 10)).unwrap_or_default();
        now - asked.at >= desk.rhythm.redeliver * 2_i32.pow(doublings - doublings.min(1))
    };
    for delivery in failed.iter().filter(|delivery| !arrived.contains(&delivery.guid)) {
        if asked.get(&delivery.guid).is_some_and(|asked| !due(asked)) {
            continue;
        }
        // Before the request: one that is repeated after a kill would be asked for twice.
        redeliveries::note(&desk.pool, delivery.guid).await?;
        let answer = desk.client.redeliver(delivery.id).await?;
        desk.metrics.redelivery();
        tracing::info!(delivery = %delivery.guid, status = answer.status, "a failed delivery was asked for again");
    }
    Ok(())
}
