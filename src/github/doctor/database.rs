//! What the doctor says about the database.

use chrono::{Duration, Utc};
use sqlx::PgPool;

use super::{Finding, bad, good, off, warning};
use crate::store::spread::{self, CitusState};
use crate::store::{self, clock};

/// The same difference is an alert of the chart's.
const CLOCKS_DIFFER: Duration = Duration::minutes(1);

/// Checks whether the database can be reached and hold what is kept, and compares the clocks.
pub async fn examine(pool: &PgPool) -> Vec<Finding> {
    if let Err(error) = store::check(pool).await {
        let cause = std::error::Error::source(&error).map(|cause| format!(" (because: {cause})")).unwrap_or_default();
        return vec![bad(sentence(&format!("{error}{cause}")))];
    }
    let clock = match clock::now(pool).await {
        Ok(database) => compared(Utc::now() - database),
        Err(error) => warning(sentence(&format!("{error}"))),
    };
    let mut findings = vec![good("The database can be reached, and can hold what is kept."), clock];
    match spread::examine(pool).await {
        Ok(Some(found)) => findings.push(spread_over(&found)),
        Ok(None) => {}
        Err(error) => findings.push(warning(sentence(&format!("what Citus holds cannot be read: {error}")))),
    }
    findings
}

fn spread_over(CitusState { version, workers, shards, left }: &CitusState) -> Finding {
    match (shards, left.as_slice()) {
        (0, _) => warning(format!(
            "The database has Citus {version}, and nothing is spread over its servers: run `bugscrub migrate --citus`."
        )),
        (_, []) => good(format!(
            "Citus {version} spreads the accounts over {workers} {}, in {shards} shards.",
            if *workers == 1 { "server" } else { "servers" }
        )),
        (_, left) => {
            bad(format!("Citus {version} does not spread {}: run `bugscrub migrate --citus`.", left.join(", ")))
        }
    }
}

fn compared(ahead: Duration) -> Finding {
    if ahead.abs() <= CLOCKS_DIFFER {
        return good("The clock agrees with the database's.");
    }
    warning(format!(
        "The clock of this machine is {} the database's. The service goes by the database's clock; set both right: run an \
         NTP service such as chrony or systemd-timesyncd.",
        off(ahead)
    ))
}

fn sentence(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().into_iter().flat_map(char::to_uppercase).chain(letters).chain(['.']).collect()
}
