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

/// Points a second, and how many at once after a rest: in no minute more than 840 of the 900 that
/// GitHub's secondary limit for REST allows ("Rate limits for the REST API" in its documentation).
const POINTS_A_SECOND: i32 = 12;
const AT_ONCE: i32 = 120;

/// How long a request of some points waits, and what is to be remembered for the next one: the time
/// up to which the pace is used up.
pub fn pace(paced_to: Option<DateTime<Utc>>, now: DateTime<Utc>, points: i32) -> (Duration, DateTime<Utc>) {
    let point = Duration::seconds(1) / POINTS_A_SECOND;
    let rested = now - point * AT_ONCE;
    let paced_to = paced_to.map_or(rested, |paced_to| paced_to.max(rested)) + point * points;
    ((paced_to - now).max(Duration::zero()), paced_to)
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

/// Whether an answer that may mean "later" does, and when. Other 403s are about what may be seen.
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
    // Enterprise servers call the secondary limit "an abuse detection mechanism".
    let words = said.to_lowercase();
    ["rate limit", "abuse detection"].iter().any(|limit| words.contains(limit)).then(|| (now + REFUSED_FOR, reason()))
}
