//! The job that asks for failed deliveries again. GitHub keeps them for three days, and does not send them
//! again by itself.

use std::collections::HashSet;

use chrono::{DateTime, Duration, Utc};
use uuid::Uuid;

use super::answer::GitHubError;
use super::client::Requester;
use super::context::JobContext;
use super::wire::HookDelivery;
use crate::store::installations;
use crate::store::jobs::{Job, PageOutcome};
use crate::store::redeliveries::{self, RedeliveryAttempts};

/// How long GitHub lists deliveries. The whole list, which may have some thousand failures, is read at
/// start and every hour; in between only its newest part is.
const LISTED: Duration = Duration::days(3);
const WHOLE_EVERY: Duration = Duration::hours(1);
/// The first page. An Enterprise server may not know the filter, so arrived deliveries are left out here
/// too.
const FIRST: &str = "per_page=100&status=failure";

/// Reads a page of the failed deliveries, the newest first. Each that we do not have is asked for again: at
/// once, and then at doubling intervals.
pub async fn redeliver(context: &JobContext, job: &Job) -> Result<PageOutcome, GitHubError> {
    let (since, query) = match job.cursor.as_deref().and_then(|cursor| cursor.split_once(' ')) {
        Some((since, query)) => (parsed(since), query),
        None => (begin(context), FIRST),
    };
    let answer = context.client.get(Requester::App, &format!("/app/hook/deliveries?{query}")).await?;
    let (listed, mut omissions) = answer.read::<Vec<HookDelivery>>()?;
    let is_before = |delivery: &HookDelivery| delivery.delivered_at.is_some_and(|at| at < since);
    let over = listed.last().is_none_or(is_before);
    // Leave out deliveries of installations that are gone, or that are not to be kept.
    let known: HashSet<i64> = installations::all(&context.pool)
        .await?
        .into_iter()
        .filter(|known| known.gone_at.is_none())
        .map(|known| known.installation_id)
        .collect();
    // The newest attempt comes first, and only that one counts.
    let mut seen = HashSet::new();
    let mut newest: Vec<FailedDelivery> = vec![];
    for delivery in &listed {
        match delivery.guid.zip(delivery.id) {
            Some((guid, id)) => {
                let wanted = seen.insert(guid)
                    && !delivery.arrived()
                    && !is_before(delivery)
                    && delivery.installation_id.is_none_or(|id| known.contains(&id));
                newest.extend(wanted.then_some(FailedDelivery { id, guid }));
            }
            None => omissions.add("[] (a delivery)"),
        }
    }
    context.left_out(0, "the list of deliveries", None, &omissions).await;
    ask_again(context, &newest).await?;
    if let Some(next) = answer.next.filter(|_| !over) {
        return Ok(PageOutcome::Continue { cursor: Some(format!("{} {next}", since.timestamp())), numbers: None });
    }
    redeliveries::forget(&context.pool).await?;
    let begun = since + LISTED;
    if begun <= context.client.now() {
        context.whole_list_read(begun);
    }
    Ok(PageOutcome::Restart(context.rhythm.redeliver))
}

/// The time since when this run looks at deliveries. Until a run has read the whole list to its end, that
/// is all of it.
fn begin(context: &JobContext) -> DateTime<Utc> {
    let now = context.client.now();
    if context.whole_list_due(now, WHOLE_EVERY) { now - LISTED } else { now - WHOLE_EVERY }
}

fn parsed(timestamp: &str) -> DateTime<Utc> {
    timestamp.parse().ok().and_then(|seconds| DateTime::from_timestamp(seconds, 0)).unwrap_or_default()
}

/// A delivery that failed: the id of the attempt, and its GUID.
struct FailedDelivery {
    id: i64,
    guid: Uuid,
}

async fn ask_again(context: &JobContext, failed: &[FailedDelivery]) -> Result<(), GitHubError> {
    let guids: Vec<_> = failed.iter().map(|delivery| delivery.guid).collect();
    let arrived = redeliveries::arrived(&context.pool, &guids).await?;
    let (asked, now) = redeliveries::asked(&context.pool, &guids).await?;
    let due = |asked: &RedeliveryAttempts| {
        let doublings = u32::try_from(asked.times.clamp(0, 10)).unwrap_or_default();
        now - asked.at >= context.rhythm.redeliver * 2_i32.pow(doublings - doublings.min(1))
    };
    for delivery in failed.iter().filter(|delivery| !arrived.contains(&delivery.guid)) {
        if asked.get(&delivery.guid).is_some_and(|asked| !due(asked)) {
            continue;
        }
        // Count it before the request: after a kill it must not be asked for a second time.
        redeliveries::note(&context.pool, delivery.guid).await?;
        let answer = context.client.redeliver(delivery.id).await?;
        context.metrics.redelivery();
        tracing::info!(delivery = %delivery.guid, status = answer.status, "asked GitHub for a failed delivery again");
    }
    Ok(())
}
