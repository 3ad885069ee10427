//! GitHub's limits, as the heads of its answers state them.

use chrono::{DateTime, Duration, Utc};
use http::HeaderMap;
use http::header::RETRY_AFTER;

use crate::store::gates::{Gate, GateUpdate, HourlyBudget};

/// The share of an hourly budget that is used. The rest is for others who use the installation.
pub const SHARE: f64 = 0.8;
/// The share that is used where somebody waits: once jobs have used theirs, a tenth is left for readers.
pub const SHARE_AHEAD: f64 = 0.9;
/// How long to wait after a refusal that names no time, as GitHub asks.
const REFUSED_FOR: Duration = Duration::seconds(60);

/// How the reason ends why we shut a gate ourselves.
const IS_USED: &str = "an hour is used";

/// Until when a gate is shut to those who may use a share of the hourly budget, and why; `None` if it is open.
pub fn shut(gate: &Gate, graphql: bool, share: f64) -> Option<(DateTime<Utc>, String)> {
    if let Some(until) = gate.shut_until.filter(|until| *until > gate.now) {
        let reason = gate.reason.clone().unwrap_or_default();
        // Shut by us, to leave others what is over of the budget of REST: who may use more of GraphQL's passes.
        if !(graphql && share > SHARE && reason.ends_with(IS_USED)) {
            return Some((until, reason));
        }
    }
    let (name, budget) = if graphql { ("GraphQL", gate.graphql) } else { ("REST", gate.core) };
    let budget = budget.filter(|budget| budget.resets_at > gate.now)?;
    let kept = (budget.limit as f64 * (1.0 - share)).ceil();
    (budget.remaining as f64 <= kept).then(|| {
        let used = format!("{} of the {name} budget of {} {IS_USED}", percent(share), budget.limit);
        (budget.resets_at, used)
    })
}

/// Points a second, and points at once after a rest. Together, that is at most 840 a minute of the 900
/// that GitHub's secondary limit for REST allows ("Rate limits for the REST API" in its documentation).
const POINTS_A_SECOND: i32 = 12;
const AT_ONCE: i32 = 120;

/// How long a request of some points has to wait, and the time up to which the pace is used up after
/// it.
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

/// The end of the hour by our database's clock, which may differ from GitHub's.
fn resets_at(headers: &HeaderMap, date: DateTime<Utc>, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
    let reset = number(headers, "x-ratelimit-reset")?;
    // Add a second, since both of GitHub's times are cut to whole seconds.
    Some(now + Duration::seconds(reset - date.timestamp() + 1))
}

/// The budget that an answer's head states.
pub fn budgets(headers: &HeaderMap, date: DateTime<Utc>, now: DateTime<Utc>) -> GateUpdate {
    let budget = || {
        let limit = number(headers, "x-ratelimit-limit")?;
        let remaining = number(headers, "x-ratelimit-remaining")?;
        Some(HourlyBudget { limit, remaining, resets_at: resets_at(headers, date, now)? })
    };
    let graphql = headers.get("x-ratelimit-resource").is_some_and(|resource| resource == "graphql");
    match graphql {
        true => GateUpdate { graphql: budget(), ..GateUpdate::default() },
        false => GateUpdate { core: budget(), ..GateUpdate::default() },
    }
}

/// Whether an answer that may mean "later" does so: until when, and why. Other 403s are about
/// permissions.
pub fn refusal(
    status: u16,
    headers: &HeaderMap,
    date: DateTime<Utc>,
    now: DateTime<Utc>,
    said: &str,
) -> Option<(DateTime<Utc>, String)> {
    let reason = || if said.is_empty() { "it refused the request".to_owned() } else { said.to_owned() };
    if let Some(seconds) = retry_after(headers, date) {
        return Some((now + Duration::seconds(seconds.max(1) + 1), reason()));
    }
    if number(headers, "x-ratelimit-remaining") == Some(0)
        && let Some(until) = resets_at(headers, date, now)
    {
        return Some((until, reason()));
    }
    // Enterprise servers call the secondary limit "an abuse detection mechanism".
    let words = said.to_lowercase();
    let limited = status == 429 || ["rate limit", "abuse detection"].iter().any(|limit| words.contains(limit));
    limited.then(|| (now + REFUSED_FOR, reason()))
}

/// Seconds to wait, which `Retry-After` gives as a number or as a time (RFC 9110, 10.2.3).
fn retry_after(headers: &HeaderMap, date: DateTime<Utc>) -> Option<i64> {
    number(headers, RETRY_AFTER.as_str()).or_else(|| {
        let at = headers.get(RETRY_AFTER)?.to_str().ok()?;
        Some((DateTime::parse_from_rfc2822(at.trim()).ok()?.to_utc() - date).num_seconds())
    })
}
