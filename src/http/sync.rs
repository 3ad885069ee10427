//! `GET /api/v1/sync`: how complete an account is, and how it compares with GitHub.

use axum::Json;
use axum::extract::State;
use axum::response::IntoResponse;
use chrono::{DateTime, Utc};
use serde::Serialize;
use utoipa::ToSchema;

use super::AppState;
use super::description::answers::{NoAccount, Refused};
use super::description::params::AccountParam;
use super::description::schemas;
use super::outside::RequestOrigin;
use super::pages::link;
use super::params::Params;
use super::problem::Problem;
use crate::service::Viewer;
use crate::service::sync::{HourlyBudget, LeftOut, ShownJob, ShownMessage, SyncReport, SyncedRepository};

/// How complete an account is.
#[derive(Debug, Serialize, ToSchema)]
pub struct SyncAnswer {
    /// `none`: the service only receives deliveries; `running`: it is fetching open items; `open`: all of them are
    /// here, and it is fetching history; `complete`.
    #[schema(value_type = schemas::BackfillStage)]
    backfill: &'static str,
    /// How many repositories the App covers, and for how many of them all open items, or all items, are here.
    repositories: i64,
    repositories_open: i64,
    repositories_complete: i64,
    /// How many items GitHub counts, and how many of them the backfill has stored.
    items: i64,
    fetched: i64,
    /// How many items had changed without the delivery that should have told, found by comparing with GitHub: another
    /// state, title, label, assignee and so on, or an item that is new or gone. 0 in good health.
    mended: i64,
    /// How many items had moved on GitHub without any change that it sends deliveries for, such as a reference from
    /// elsewhere or a push. This is no fault.
    refreshed: i64,
    /// How many repositories GitHub counts differently than it lists them; see their `differs`.
    differing: i64,
    /// Every repository was compared with GitHub at this time or later, by GitHub's clock.
    last_sweep_at: Option<DateTime<Utc>>,
    /// How many questions to GitHub wait for their turn.
    due: i64,
    /// Open items whose conversations are still to be fetched. Until then it is not known of them whom they wait
    /// for.
    conversations_due: i64,
    /// Questions to GitHub that failed and are tried again.
    failing: Vec<FailingRow>,
    /// What could not be read of deliveries and of GitHub's answers, the latest first. Each place costs no more than
    /// itself; the raw deliveries are kept.
    left_out: Vec<LeftOutRow>,
    /// Messages to the chat that have not arrived, of the last week, the latest first. None for a token that does not see
    /// all repositories.
    chat_failing: Vec<ChatFailureRow>,
    installation: Option<InstallationRow>,
    limits: LimitsRow,
    /// A page of the repositories, by id.
    items_by_repository: Vec<RepositoryRow>,
    /// The address of the next page; null on the last page.
    next: Option<String>,
    /// The parameter `cursor` of the next page; null on the last page.
    next_cursor: Option<String>,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct InstallationRow {
    id: i64,
    suspended: bool,
    /// When it was found to be uninstalled. Its data is hidden, and deleted after a grace period.
    gone_at: Option<DateTime<Utc>>,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct FailingRow {
    #[schema(example = "open")]
    kind: String,
    /// The repository's id; 0 if the question is not about a repository.
    repository_id: i64,
    failures: i32,
    error: Option<String>,
    next_try_at: DateTime<Utc>,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct ChatFailureRow {
    #[schema(example = 51)]
    scrub: i64,
    /// What it tells: `begins`, or `minutes`.
    #[schema(example = "minutes")]
    kind: String,
    /// `due`: it is sent again; `given_up`; `unknown`: nobody knows whether it arrived, so it is not sent again.
    #[schema(example = "due")]
    state: String,
    tries: i64,
    error: Option<String>,
    next_try_at: Option<DateTime<Utc>>,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct LeftOutRow {
    /// The delivery's event, or what GitHub was asked for.
    #[schema(example = "issues")]
    source: String,
    /// The field; `[]` stands for any entry of a list.
    #[schema(example = "issue.labels[]")]
    place: String,
    /// How often.
    times: i64,
    last_at: DateTime<Utc>,
    /// The delivery's GUID, or the repository, of the last time; empty if there is none.
    #[schema(example = "72d3162e-cc78-11e3-81ab-4c9367dc0958")]
    last_seen: String,
}

/// What GitHub allows.
#[derive(Debug, Serialize, ToSchema)]
pub struct LimitsRow {
    rest: Option<BudgetRow>,
    graphql: Option<BudgetRow>,
    /// Requests are put off until this time: GitHub refuses them, or 80 % of an hourly budget is used.
    paused_until: Option<DateTime<Utc>>,
    /// Why. If it is the budget of GraphQL, those of REST go on.
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
    refreshed: i64,
    /// GitHub's counts minus what is here, if listing everything did not explain the difference: GitHub counts some
    /// items that it shows to nobody. They are looked into again when they change.
    differs: Option<DifferenceRow>,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct DifferenceRow {
    issues: CountRow,
    pull_requests: CountRow,
    discussions: CountRow,
}

/// How many more items GitHub counts than are here; fewer if negative.
#[derive(Debug, Serialize, ToSchema)]
pub struct CountRow {
    open: i64,
    all: i64,
}

/// Show how complete an account is.
#[utoipa::path(
    get, path = "/api/v1/sync", tag = "github", operation_id = "show_sync",
    params(
        AccountParam,
        ("after" = Option<i64>, Query, description = "Only repositories after this id", minimum = 0),
        ("cursor" = Option<String>, Query, description = "The `next_cursor` of the page before. Beside `after`, both hold.", pattern = "^(0|[1-9][0-9]{0,17})$"),
    ),
    responses((status = 200, description = "As of now", body = SyncAnswer, headers(("Link"))), Refused, NoAccount),
)]
pub async fn show(
    State(state): State<AppState>,
    viewer: Viewer,
    params: Params,
    outside: RequestOrigin,
) -> Result<impl IntoResponse, Problem> {
    params.only(&["account", "after", "cursor"])?;
    let after = params.after()?.unwrap_or_default();
    let report = state.service.sync_report(&viewer, params.one("account")?, after).await?;
    let first = format!("/api/v1/sync?account={}", report.account_id);
    let next = report.next.map(|after| format!("{first}&after={after}"));
    let answer = SyncAnswer { next: next.as_ref().map(|next| outside.path(next)), ..SyncAnswer::from(report) };
    Ok((link([("next", next), ("first", Some(first))]), Json(answer)))
}

impl From<SyncReport> for SyncAnswer {
    fn from(report: SyncReport) -> Self {
        let SyncReport { progress, rest, graphql, paused, next, .. } = report;
        let (paused_until, reason) = paused.unzip();
        Self {
            backfill: report.backfill.name(),
            repositories: progress.repositories,
            repositories_open: progress.open,
            repositories_complete: progress.complete,
            items: progress.items,
            fetched: progress.fetched,
            mended: progress.mended,
            refreshed: progress.refreshed,
            differing: progress.differing,
            last_sweep_at: progress.swept_at,
            due: progress.due,
            conversations_due: report.conversations_due,
            failing: report.failing.into_iter().map(failing_row).collect(),
            left_out: report.left_out.into_iter().map(left_out_row).collect(),
            chat_failing: report.chat_failing.into_iter().map(chat_failure_row).collect(),
            installation: report.installation.map(|found| InstallationRow {
                id: found.installation_id,
                suspended: found.suspended,
                gone_at: found.gone_at,
            }),
            limits: LimitsRow { rest: rest.map(budget), graphql: graphql.map(budget), paused_until, reason },
            items_by_repository: report.repositories.into_iter().map(repository).collect(),
            next: None,
            next_cursor: next.map(|next| next.to_string()),
        }
    }
}

fn budget(found: HourlyBudget) -> BudgetRow {
    BudgetRow { limit: found.limit, remaining: found.remaining, resets_at: found.resets_at }
}

fn failing_row(job: ShownJob) -> FailingRow {
    FailingRow {
        kind: job.kind,
        repository_id: job.repo_id,
        failures: job.failures,
        error: job.error,
        next_try_at: job.due_at,
    }
}

fn chat_failure_row(message: ShownMessage) -> ChatFailureRow {
    let ShownMessage { scrub, kind, state, tries, error, due_at } = message;
    ChatFailureRow { scrub, kind, state, tries, error, next_try_at: due_at }
}

fn left_out_row(found: LeftOut) -> LeftOutRow {
    let LeftOut { source, place, times, last_at, last_seen } = found;
    LeftOutRow { source, place, times, last_at, last_seen }
}

fn repository(row: SyncedRepository) -> RepositoryRow {
    RepositoryRow {
        repository: format!("{}/{}", row.owner, row.name),
        items: row.items,
        fetched: row.fetched,
        open_at: row.open_at,
        complete_at: row.complete_at,
        swept_at: row.swept_at,
        mended: row.mended,
        refreshed: row.refreshed,
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
