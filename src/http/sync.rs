//! `GET /api/v1/sync`: how complete an account is, and how it compares with GitHub.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use axum::Json;
use axum::extract::State;
use chrono::{DateTime, Utc};
use serde::Serialize;
use utoipa::ToSchema;

use super::AppState;
use super::auth::{Caller, Scope};
use super::params::Params;
use super::problem::{NoAccount, Problem, Refused};
use crate::store::gates::{self, Budget};
use crate::store::sync::{self, Progress, Synced};
use crate::store::{StoreError, installations, jobs};

/// How old what is said in passing may be.
const SEEN_FOR: Duration = Duration::from_secs(1);
/// Repositories on a page.
const PAGE: i64 = 100;
/// Failing questions shown.
const FAILING: i64 = 20;

/// How complete an account is.
#[derive(Debug, Serialize, ToSchema)]
pub struct SyncAnswer {
    /// `none`: only deliveries are taken; `running`: open items are being fetched; `open`: those
    /// are all here, history is being fetched; `complete`.
    #[schema(value_type = String, example = "complete")]
    backfill: &'static str,
    /// Repositories that the App covers; of those, how many have all open items and all items here.
    repositories: i64,
    repositories_open: i64,
    repositories_complete: i64,
    /// Items that GitHub counts, and those that the backfill has stored.
    items: i64,
    fetched: i64,
    /// Items of which no delivery had told, found by comparing with GitHub: 0 in good health.
    mended: i64,
    /// Repositories of which GitHub counts other items than it lists; see `differs` of each.
    differing: i64,
    /// Up to when, at least, every repository was compared; by GitHub's clock.
    last_sweep_at: Option<DateTime<Utc>>,
    /// Questions to GitHub that wait for their turn.
    due: i64,
    /// Those that failed, and are tried again.
    failing: Vec<FailingRow>,
    installation: Option<InstallationRow>,
    limits: LimitsRow,
    /// A page of the repositories, by id.
    items_by_repository: Vec<RepositoryRow>,
    /// The next page's address.
    next: Option<String>,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct InstallationRow {
    id: i64,
    suspended: bool,
    /// When it was found to be uninstalled: its data is hidden, and goes after the grace.
    gone_at: Option<DateTime<Utc>>,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct FailingRow {
    #[schema(example = "open")]
    kind: String,
    /// The repository's id; 0 for what is not about one.
    repository_id: i64,
    failures: i32,
    error: Option<String>,
    next_try_at: DateTime<Utc>,
}

/// What GitHub allows.
#[derive(Debug, Serialize, ToSchema)]
pub struct LimitsRow {
    rest: Option<BudgetRow>,
    graphql: Option<BudgetRow>,
    /// GitHub refused: no request is made before this time.
    paused_until: Option<DateTime<Utc>>,
    reason: Option<String>,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct BudgetRow {
    limit: i64,
    remaining: i64,
    resets_at: DateTime<Utc>,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct RepositoryRow {
    #[schema(example = "acme/widgets")]
    repository: String,
    items: i64,
    fetched: i64,
    open_at: Option<DateTime<Utc>>,
    complete_at: Option<DateTime<Utc>>,
    swept_at: Option<DateTime<Utc>>,
    mended: i64,
    /// GitHub's counts less what is here, where listing everything did not explain them: GitHub
    /// counts items that it shows to nobody. Looked into again once they change.
    differs: Option<DifferenceRow>,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct DifferenceRow {
    issues: CountRow,
    pull_requests: CountRow,
    discussions: CountRow,
}

/// More than here; fewer if negative.
#[derive(Debug, Serialize, ToSchema)]
pub struct CountRow {
    open: i64,
    all: i64,
}

/// Show how complete an account is.
#[utoipa::path(
    get, path = "/api/v1/sync", tag = "github",
    params(
        ("account" = Option<String>, Query, description = "Login or id; may be left out when the token sees one account"),
        ("after" = Option<u32>, Query, description = "Repositories after this id"),
    ),
    responses((status = 200, description = "As of now", body = SyncAnswer), Refused, NoAccount),
)]
pub async fn show(State(state): State<AppState>, caller: Caller, params: Params) -> Result<Json<SyncAnswer>, Problem> {
    caller.require(Scope::Read)?;
    params.only(&["account", "after"])?;
    let account = caller.account(&state, params.one("account")?).await?.account_id;
    let after = params.one("after")?.map(|after| {
        after
            .parse::<u32>()
            .map_err(|_| Problem::bad_parameter("after").detail("A repository's id is a number from 0."))
    });
    let after = i64::from(after.transpose()?.unwrap_or_default());
    let (progress, rows, gate, failing, installation) = tokio::join!(
        sync::progress(&state.pool, account),
        sync::page(&state.pool, account, after, PAGE),
        gates::look(&state.pool, account),
        jobs::list(&state.pool, account, FAILING),
        installations::of(&state.pool, account),
    );
    let (progress, rows, gate) = (progress?, rows?, gate?);
    let full = i64::try_from(rows.len()) == Ok(PAGE);
    let last = rows.last().filter(|_| full).map(|last| last.repo_id);
    let paused_until = gate.as_ref().and_then(|gate| gate.shut_until.filter(|until| *until > gate.now));
    let sight = caller.sight();
    let seen = |row: &Synced| sight.sees(row.repo_id, row.private);
    Ok(Json(SyncAnswer {
        backfill: backfill(state.github.is_some(), &progress),
        repositories: progress.repositories,
        repositories_open: progress.open,
        repositories_complete: progress.complete,
        items: progress.items,
        fetched: progress.fetched,
        mended: progress.mended,
        differing: progress.differing,
        last_sweep_at: progress.swept_at,
        due: progress.due,
        failing: failing?.into_iter().filter(|job| job.failures > 0).map(failing_row).collect(),
        installation: installation?.map(|found| InstallationRow {
            id: found.installation_id,
            suspended: found.suspended,
            gone_at: found.gone_at,
        }),
        limits: LimitsRow {
            rest: gate.as_ref().and_then(|gate| gate.core).map(budget),
            graphql: gate.as_ref().and_then(|gate| gate.graphql).map(budget),
            paused_until,
            reason: gate.and_then(|gate| gate.reason).filter(|_| paused_until.is_some()),
        },
        items_by_repository: rows.into_iter().filter(seen).map(repository).collect(),
        next: last.map(|last| format!("/api/v1/sync?account={account}&after={last}")),
    }))
}

/// How far the backfill is, as seen within the last second: every page of the queue says it, and
/// counting ten thousand repositories takes longer than the page.
#[derive(Clone, Default)]
pub struct Seen(Arc<Mutex<HashMap<i64, (Instant, Progress)>>>);

impl Seen {
    /// Nothing where nothing is fetched.
    pub async fn progress(&self, state: &AppState, account_id: i64) -> Result<Progress, StoreError> {
        if state.github.is_none() {
            return Ok(Progress::default());
        }
        let known = self.0.lock().unwrap_or_else(PoisonError::into_inner).get(&account_id).cloned();
        if let Some((at, progress)) = known
            && at.elapsed() < SEEN_FOR
        {
            return Ok(progress);
        }
        let progress = sync::progress(&state.pool, account_id).await?;
        let mut seen = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        seen.insert(account_id, (Instant::now(), progress.clone()));
        Ok(progress)
    }
}

/// In one word.
pub fn backfill(asks: bool, progress: &Progress) -> &'static str {
    match progress {
        _ if !asks || progress.repositories == 0 => "none",
        found if found.complete == found.repositories => "complete",
        found if found.open == found.repositories => "open",
        _ => "running",
    }
}

fn budget(found: Budget) -> BudgetRow {
    BudgetRow { limit: found.limit, remaining: found.remaining, resets_at: found.resets_at }
}

fn failing_row(job: jobs::ShownJob) -> FailingRow {
    FailingRow {
        kind: job.kind,
        repository_id: job.repo_id,
        failures: job.failures,
        error: job.error,
        next_try_at: job.due_at,
    }
}

fn repository(row: Synced) -> RepositoryRow {
    RepositoryRow {
        repository: format!("{}/{}", row.owner, row.name),
        items: row.items,
        fetched: row.fetched,
        open_at: row.open_at,
        complete_at: row.complete_at,
        swept_at: row.swept_at,
        mended: row.mended,
        differs: row.differs.and_then(difference),
    }
}

fn difference(counts: Vec<i64>) -> Option<DifferenceRow> {
    let [open_issues, issues, open_pulls, pulls, open_discussions, discussions] = counts.try_into().ok()?;
    Some(DifferenceRow {
        issues: CountRow { open: open_issues, all: issues },
        pull_requests: CountRow { open: open_pulls, all: pulls },
        discussions: CountRow { open: open_discussions, all: discussions },
    })
}
