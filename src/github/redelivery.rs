//! Failed deliveries, asked for again: GitHub keeps them for three days and sends none by itself.

use std::collections::HashSet;

use chrono::Duration;

use super::client::{As, GitHubError};
use super::wire::Delivery;
use super::work::Desk;
use crate::store::jobs::Next;
use crate::store::redeliveries::{self, Asked};

/// How long GitHub lists deliveries.
const LISTED: Duration = Duration::days(3);
/// Pages looked at in one run; the next run goes on with what is failed then.
const PAGES: usize = 50;

/// Asks for each failed delivery that is not here: at once, then after twice as long each time.
pub async fn redeliver(desk: &Desk) -> Result<Next, GitHubError> {
    let horizon = desk.client.now() - LISTED;
    let mut seen = HashSet::new();
    // An Enterprise server may not know the filter: what arrived is left out here too.
    let mut query = Some("per_page=100&status=failure".to_owned());
    for _ in 0..PAGES {
        let Some(page) = query else { break };
        let answer = desk.client.get(As::App, &format!("/app/hook/deliveries?{page}")).await?;
        let listed: Vec<Delivery> = answer.json()?;
        let over = listed.last().is_some_and(|last| last.delivered_at < horizon);
        // The newest attempt comes first, and is the one that counts.
        let newest: Vec<Delivery> = listed
            .into_iter()
            .filter(|delivery| seen.insert(delivery.guid))
            .filter(|delivery| !delivery.arrived() && delivery.delivered_at >= horizon)
            .collect();
        ask(desk, &newest).await?;
        query = answer.next.filter(|_| !over);
    }
    redeliveries::forget(&desk.pool).await?;
    Ok(Next::Again(desk.rhythm.redeliver))
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
