//! GitHub's limits: what the heads of its answers say of them.

use chrono::{DateTime, Duration, Utc};
use http::HeaderMap;
use http::header::RETRY_AFTER;

use crate::store::gates::{Budget, Gate, Taught};

/// How much of an hourly budget is used; the rest is for whoever else uses the installation.
const SHARE: f64 = 0.8;
/// After a refusal that names no time, as GitHub asks.
const REFUSED_FOR: Duration = Duration::seconds(60);

/// Whether a gate lets nobody through: until when, and why.
pub fn shut(gate: &Gate, graphql: bool) -> Option<(DateTime<Utc>, String)> {
    if let Some(until) = gate.shut_until.filter(|until| *until > gate.now) {
        return Some((until, gate.reason.clone().unwrap_or_default()));
    }
    let (name, budget) = if graphql { ("GraphQL", gate.graphql) } else { ("REST", gate.core) };
    let budget = budget.filter(|budget| budget.resets_at > gate.now)?;
    let kept = (budget.limit as f64 * (1.0 - SHARE)).ceil();
    (budget.remaining as f64 <= kept).then(|| {
        let used = format!("{} of the {name} budget of {} an hour is used", percent(SHARE), budget.limit);
        (budget.resets_at, used)
    })
}

fn percent(share: f64) -> String {
    format!("{:.0} %", share * 100.0)
}

fn number(headers: &HeaderMap, name: &str) -> Option<i64> {
    headers.get(name)?.to_str().ok()?.trim().parse().ok()
}

/// When a window ends by our database's clock: GitHub's own may differ.
fn resets_at(headers: &HeaderMap, date: DateTime<Utc>, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
    let reset = number(headers, "x-ratelimit-reset")?;
    // A second more: both of GitHub's times are cut to whole ones.
    Some(now + Duration::seconds(reset - date.timestamp() + 1))
}

/// What an answer's head says of its budget.
pub fn budgets(headers: &HeaderMap, date: DateTime<Utc>, now: DateTime<Utc>) -> Taught {
    let budget = || {
        let limit = number(headers, "x-ratelimit-limit")?;
        let remaining = number(headers, "x-ratelimit-remaining")?;
        Some(Budget { limit, remaining, resets_at: resets_at(headers, date, now)? })
    };
    let graphql = headers.get("x-ratelimit-resource").is_some_and(|resource| resource == "graphql");
    match graphql {
        true => Taught { graphql: budget(), ..Taught::default() },
        false => Taught { core: budget(), ..Taught::default() },
    }
}

/// Whether a 403 or 429 means "later", and when. Other 403s are about what may be seen.
pub fn refusal(
    headers: &HeaderMap,
    date: DateTime<Utc>,
    now: DateTime<Utc>,
    said: &str,
) -> Option<(DateTime<Utc>, String)> {
    let reason = || if said.is_empty() { "it refused".to_owned() } else { said.to_owned() };
    if let Some(seconds) = number(headers, RETRY_AFTER.as_str()) {
        return Some((now + Duration::seconds(seconds.max(1) + 1), reason()));
    }
    if number(headers, "x-ratelimit-remaining") == Some(0)
        && let Some(until) = resets_at(headers, date, now)
    {
        return Some((until, reason()));
    }
    said.to_lowercase().contains("rate limit").then(|| (now + REFUSED_FOR, reason()))
}
