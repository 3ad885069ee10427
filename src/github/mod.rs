//! GitHub as a source to ask: complete from the first hour, and healed of what was missed.
//!
//! Deliveries tell what happens from now on. What was before, and what they did not tell, is asked
//! for here, and goes through the same log and the same fold. The players:
//! - [`identity`]: who the service is: the App's key, the installations' tokens;
//! - [`client`]: one request, through the gate that keeps GitHub's limits;
//! - [`wire`], [`facts`]: what GitHub answers, and the events it becomes;
//! - [`work`]: the workers that take jobs, a page at a time;
//! - [`listing`], [`totals`], [`backfill`], [`repair`], [`check`], [`redelivery`]: what the jobs do;
//! - [`public`]: repositories without any App;
//! - [`manifest`], [`permissions`], [`setup`], [`doctor`]: for people who install the App.
//!
//! Nothing here changes anything on GitHub: the only requests that are no reading mint a token and
//! ask for a delivery again, and are counted as such.

mod answer;
pub mod backfill;
pub mod check;
pub mod client;
pub mod doctor;
pub mod facts;
pub mod identity;
pub mod labels;
pub mod limits;
pub mod listing;
pub mod manifest;
pub mod permissions;
pub mod public;
pub mod redelivery;
pub mod repair;
pub mod setup;
pub mod totals;
pub mod wire;
pub mod work;

use std::fmt;
use std::sync::Arc;

use chrono::{DateTime, Duration, Utc};

pub use client::{Client, GitHubError};
pub use identity::{BadKey, Identity};
pub use work::{Desk, Workers};

/// What time it is; tests give their own.
pub type Clock = Arc<dyn Fn() -> DateTime<Utc> + Send + Sync>;

/// Where GitHub's API is: `https://api.github.com`, or an Enterprise server's
/// `https://HOST/api/v3`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Address {
    /// Scheme and host.
    origin: String,
    /// What REST paths begin with.
    prefix: String,
}

/// An address that is none.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is no address of an API, such as https://api.github.com or https://HOST/api/v3")]
pub struct BadAddress(String);

impl Address {
    pub fn new(url: &str) -> Result<Self, BadAddress> {
        let bad = || BadAddress(url.to_owned());
        let (scheme, rest) = url.trim().trim_end_matches('/').split_once("://").ok_or_else(bad)?;
        let (host, path) = rest.split_once('/').map_or((rest, ""), |(host, path)| (host, path));
        let sound = matches!(scheme, "http" | "https") && !host.is_empty() && !path.contains(['?', '#']);
        let prefix = if path.is_empty() { String::new() } else { format!("/{path}") };
        sound.then(|| Self { origin: format!("{scheme}://{host}"), prefix }).ok_or_else(bad)
    }

    pub fn origin(&self) -> &str {
        &self.origin
    }

    /// The path of a request. An Enterprise server has GraphQL beside REST, not under it.
    fn of(&self, path: &str) -> String {
        match self.prefix.strip_suffix("/v3").filter(|_| path == wire::GRAPHQL) {
            Some(beside) => format!("{beside}{path}"),
            None => format!("{}{path}", self.prefix),
        }
    }

    fn relative(&self, path: &str) -> String {
        path.strip_prefix(&self.prefix).unwrap_or(path).to_owned()
    }

    /// Where people see GitHub.
    pub fn web(&self) -> String {
        match self.origin.split_once("://api.") {
            Some((scheme, host)) if self.prefix.is_empty() => format!("{scheme}://{host}"),
            _ => self.origin.clone(),
        }
    }
}

impl fmt::Display for Address {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}{}", self.origin, self.prefix)
    }
}

/// How often things are done. Tests are quicker.
#[derive(Clone, Copy, Debug)]
pub struct Rhythm {
    /// Failed deliveries are asked for again.
    pub redeliver: Duration,
    /// The repositories are compared with GitHub.
    pub sweep: Duration,
    /// What looks different is looked at again after this long: its deliveries may be under way.
    pub doubt: Duration,
    /// After a failure; twice as long after each further one, up to an hour.
    pub retry: Duration,
    /// Workers look for jobs, if nobody tells them.
    pub look: std::time::Duration,
    /// The data of an uninstalled account is kept this long.
    pub grace: Duration,
    /// Workers of this process.
    pub workers: usize,
}

impl Default for Rhythm {
    fn default() -> Self {
        Self {
            redeliver: Duration::minutes(3),
            sweep: Duration::hours(1),
            doubt: Duration::minutes(1),
            retry: Duration::seconds(10),
            look: std::time::Duration::from_secs(1),
            grace: Duration::days(30),
            workers: 4,
        }
    }
}
