//! What the fake counts requests against, and how it refuses.

use std::time::Instant;

use chrono::{DateTime, Duration, Utc};
use serde_json::Value;

use super::super::points::points;
use super::super::{Fault, State, Trouble, Window};
use super::{Reply, error};

/// Points that GitHub's secondary limit for REST allows in a minute.
const POINTS_A_MINUTE: i64 = 900;

/// Counts the points of the last minute by this machine's clock. Returns `false` if there are too many.
pub(super) fn paced(state: &mut State, gate: i64, points: i64) -> bool {
    let minute = state.minutes.entry(gate).or_default();
    minute.retain(|(at, _)| at.elapsed().as_secs() < 60);
    minute.push((Instant::now(), points));
    minute.iter().map(|(_, points)| points).sum::<i64>() <= POINTS_A_MINUTE
}

pub(super) fn refused(state: &mut State, gate: i64, message: &str, seconds: Option<i64>) -> Reply {
    let now = state.now();
    if let Some(seconds) = seconds {
        state.refused_until.insert(gate, now + Duration::seconds(seconds));
    }
    let left = (state.refused_until[&gate] - now).num_seconds();
    let mut answer = error("", 403, message);
    answer.headers.push(("retry-after", left.to_string()));
    answer
}

pub(super) fn trouble(faults: &mut Vec<Fault>, path: &str) -> Option<Trouble> {
    let at = faults.iter().position(|fault| path.contains(fault.path))?;
    let fault = &mut faults[at];
    if fault.after > 0 {
        fault.after -= 1;
        return None;
    }
    let trouble = fault.trouble;
    fault.times -= 1;
    if fault.times == 0 {
        faults.remove(at);
    }
    Some(trouble)
}

/// The points of a question of GraphQL.
pub(super) fn cost(body: &[u8]) -> u32 {
    let asked: Value = serde_json::from_slice(body).unwrap();
    points(asked["query"].as_str().unwrap(), &asked["variables"])
}

/// Counts a request against its budget. Returns the limit, the rest (below 0: refused) and the reset time.
pub(super) fn count(state: &mut State, gate: i64, resource: &'static str, points: u32) -> (u32, i64, DateTime<Utc>) {
    let now = state.now();
    let limit = if resource == "graphql" { state.limits.1 } else { state.limits.0 };
    let window = state.windows.entry((gate, resource)).or_insert(Window { begun: now, used: 0 });
    if now - window.begun >= Duration::hours(1) {
        *window = Window { begun: now, used: 0 };
    }
    window.used += points;
    (limit, i64::from(limit) - i64::from(window.used), window.begun + Duration::hours(1))
}
