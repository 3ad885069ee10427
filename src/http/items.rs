//! `GET /api/v1/items/{owner}/{repo}/{number}`: one item, why it ranks where it does, and what
//! happened to it.

use axum::Json;
use axum::extract::{Path, State};
use axum::http::header::{CACHE_CONTROL, LOCATION};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use chrono::{DateTime, NaiveDate, Utc};
use serde::Serialize;
use utoipa::ToSchema;

use super::AppState;
use super::auth::{Caller, Scope};
use super::params::Params;
use super::problem::{NoAccount, NotReached, Problem, Refused};
use super::queue::question::reached;
use super::row::{QueueRow, ReadMark, row};
use crate::activity::{Bots, Fact, ItemKey, State as ItemStateName};
use crate::rank::QueueItem;
use crate::store::history::{Found, Kept, Located, Wanted, locate, repository};
use crate::store::log::LoggedEvent;

/// One item.
#[derive(Debug, Serialize, ToSchema)]
pub struct ItemAnswer {
    #[serde(flatten)]
    row: QueueRow,
    /// The date that days are counted to, in the account's time zone.
    as_of: NaiveDate,
    /// The position of the account's log that the answer includes.
    position: i64,
    explanation: Explanation,
    /// Whose turn it is, `author` or `maintainers`; null if the item is not open or nobody can tell.
    #[schema(example = "maintainers")]
    waits_for: Option<&'static str>,
    /// Who read it, in scrubs and alone, oldest first; the last 50 times.
    marks: Vec<ReadMark>,
    /// What happened to the item, on GitHub and here, oldest first; the last 1,000 events.
    history: Vec<HistoryEvent>,
    /// Whether older events were left out of `history`.
    truncated: bool,
}

/// Why an item ranks where it does.
#[derive(Debug, Serialize, ToSchema)]
pub struct Explanation {
    #[schema(example = 1200)]
    days_age: i64,
    #[schema(example = 800)]
    days_stale: i64,
    /// (days_age + 1) * (days_stale + 1): what items are ordered by.
    #[schema(example = 962001)]
    product: i64,
    /// The sum done in words.
    #[schema(example = "log10((1200 days old + 1) x (800 days stale + 1)) = log10(962001) = 5.983176")]
    formula: String,
    /// The event that set `updated_at`; null where none is known.
    updated_by: Option<HistoryEvent>,
    /// The same with the days since the last human activity; null where none is known.
    human_stale_age: Option<f64>,
}

/// Something that happened to an item.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct HistoryEvent {
    /// The event's place in the account's log: the order in which deliveries came.
    #[schema(example = 99_812)]
    position: i64,
    #[schema(example = "commented")]
    kind: String,
    /// Null where GitHub does not say.
    #[schema(example = "octocat")]
    actor: Option<String>,
    /// False for bots; null where there is no actor.
    human: Option<bool>,
    /// GitHub's time; null where the payload has none.
    occurred_at: Option<DateTime<Utc>>,
}

/// Show one item.
///
/// The fields of the queue's row, open or not; why it ranks where it does; and its history. An
/// item that was transferred answers with the address of its new place, if the token may see it.
/// `waits_for` goes by the last thing that a human did of whom GitHub said how they stand to the
/// repository: after the author or an outsider it waits for the maintainers, after somebody else
/// with the association OWNER, MEMBER or COLLABORATOR for the author.
#[utoipa::path(
    get, path = "/api/v1/items/{owner}/{repo}/{number}", tag = "items",
    params(
        ("owner" = String, Path, description = "The login of the repository's owner", example = "acme"),
        ("repo" = String, Path, description = "The repository's name", example = "widgets"),
        ("number" = String, Path, description = "The item's number", example = "12"),
        ("account" = Option<String>, Query, description = "Login or id; the account of `owner` unless given"),
        ("min_position" = Option<i64>, Query, description = "Wait, 5 seconds at most, until the answer includes this position of the log"),
    ),
    responses(
        (status = 200, description = "The item", body = ItemAnswer),
        (status = 308, description = "The item was transferred; `Location` has its new address"),
        (status = 410, description = "The item was deleted on GitHub", body = Problem, content_type = "application/problem+json"),
        Refused, NoAccount, NotReached,
    ),
)]
pub async fn show(
    State(state): State<AppState>,
    caller: Caller,
    Path((owner, name, number)): Path<(String, String, String)>,
    params: Params,
) -> Result<Response, Problem> {
    caller.require(Scope::Read)?;
    params.only(&["account", "min_position"])?;
    let address = Address::of(&state, &caller, &params, (owner, name, number)).await?;
    reached(&state, address.account_id, &params).await?;
    let date = state.calendar.today((state.clock)());
    match state.live.item(&address.wanted(&caller), date).await? {
        Found::Nothing => Err(unknown()),
        Found::Deleted => Err(deleted()),
        Found::Transferred(key) => moved(&state, &caller, key, "").await,
        Found::Here(kept) => {
            Ok(([(CACHE_CONTROL, "private, no-cache")], Json(answer(&state, date, *kept))).into_response())
        }
    }
}

/// An item's address, as a path names it.
pub struct Address {
    pub account_id: i64,
    owner: String,
    repository: String,
    number: i64,
}

impl Address {
    /// # Errors
    /// 400 for a number that is none, 404 for what cannot be, and whatever [`Caller::account`] refuses with.
    pub async fn of(
        state: &AppState,
        caller: &Caller,
        params: &Params,
        (owner, repository, number): (String, String, String),
    ) -> Result<Self, Problem> {
        let digits = Some(number).filter(|number| number.bytes().all(|byte| byte.is_ascii_digit()));
        let number = digits.and_then(|digits| digits.parse().ok()).filter(|number: &i64| *number > 0);
        let number = number.ok_or_else(|| Problem::bad_parameter("number").detail("A whole number from 1."))?;
        // No name on GitHub has it, and Postgres takes it in no text.
        if owner.contains('\0') || repository.contains('\0') {
            return Err(unknown());
        }
        let account = caller.account(state, Some(params.one("account")?.unwrap_or(&owner))).await?;
        Ok(Self { account_id: account.account_id, owner, repository, number })
    }

    fn wanted(&self, caller: &Caller) -> Wanted<'_> {
        let Self { account_id, owner, repository, number } = self;
        let (account_id, number) = (*account_id, *number);
        Wanted { account_id, sight: caller.sight(), owner, repository, number }
    }

    /// The repository's id and the number of the item that is there.
    ///
    /// # Errors
    /// The answer to give instead: 308 to where the item went (and there `below` its address), 404
    /// or 410.
    pub async fn item(&self, state: &AppState, caller: &Caller, below: &str) -> Result<(i64, i64), Response> {
        let located = locate(&state.pool, &self.wanted(caller)).await.map_err(Problem::from);
        match located.map_err(IntoResponse::into_response)? {
            Located::Nothing => Err(unknown().into_response()),
            Located::Deleted => Err(deleted().into_response()),
            Located::Transferred(key) => Err(moved(state, caller, key, below).await.into_response()),
            Located::Here(repo_id) => Ok((repo_id, self.number)),
        }
    }
}

fn deleted() -> Problem {
    Problem::new(StatusCode::GONE, "/problems/item-deleted", "Item deleted").detail("The item was deleted on GitHub.")
}

fn unknown() -> Problem {
    Problem::new(StatusCode::NOT_FOUND, "/problems/unknown-item", "Unknown item")
        .detail("There is no such item that the token may see.")
}

/// The way to where an item went; for who may not see it there, the item is unknown.
async fn moved(state: &AppState, caller: &Caller, key: ItemKey, below: &str) -> Result<Response, Problem> {
    let ItemKey { account_id, repo_id, number } = key;
    let accounts = caller.accounts(state).await?;
    if !accounts.iter().any(|account| account.account_id == account_id) {
        return Err(unknown());
    }
    let place = repository(&state.pool, account_id, &caller.sight(), repo_id).await?;
    let (owner, name) = place.ok_or_else(unknown)?;
    let address = format!("/api/v1/items/{owner}/{name}/{number}{below}?account={account_id}");
    let address = HeaderValue::try_from(address).map_err(|_| unknown())?;
    let headers = [(LOCATION, address), (CACHE_CONTROL, HeaderValue::from_static("no-store"))];
    Ok((StatusCode::PERMANENT_REDIRECT, headers).into_response())
}

fn answer(state: &AppState, date: NaiveDate, kept: Kept) -> ItemAnswer {
    let Kept { position, item, events, truncated } = kept;
    let waits_for = waits_for(&state.bots, &item, &events);
    let updated_by = events.iter().find(|logged| shows(logged) == Some(item.updated_at));
    let updated_by = updated_by.map(|logged| history_event(&state.bots, logged));
    let history = events.iter().map(|logged| history_event(&state.bots, logged)).collect();
    let product = item.place.product;
    let marks = item.remarks.marks.iter().map(ReadMark::from).collect();
    let row = row(state, date, item);
    let (days_age, days_stale) = (row.days_age, row.days_stale);
    let formula = format!(
        "log10(({days_age} days old + 1) x ({days_stale} days stale + 1)) = log10({product}) = {}",
        row.stale_age
    );
    let human_stale_age = row.human_stale_age;
    let explanation = Explanation { days_age, days_stale, product, formula, updated_by, human_stale_age };
    ItemAnswer { row, as_of: date, position, explanation, waits_for, marks, history, truncated }
}

fn history_event(bots: &Bots, logged: &LoggedEvent) -> HistoryEvent {
    let event = &logged.event;
    HistoryEvent {
        position: logged.position,
        kind: event.kind.clone(),
        actor: event.actor.as_ref().map(|actor| actor.login.clone()),
        human: event.actor.as_ref().map(|actor| bots.is_human(actor)),
        occurred_at: event.occurred_at,
    }
}

/// The `updated_at` that the item had with the event.
fn shows(logged: &LoggedEvent) -> Option<DateTime<Utc>> {
    let Fact::Item(fact) = &logged.event.fact else { return None };
    fact.snapshot.as_ref().map(|snapshot| snapshot.updated_at)
}

/// Whose turn it is, by the last human of whom GitHub said how they stand to the repository: of
/// who sets a label, say, it does not.
fn waits_for(bots: &Bots, item: &QueueItem, events: &[LoggedEvent]) -> Option<&'static str> {
    if item.state != ItemStateName::Open {
        return None;
    }
    let said = events.iter().filter_map(|logged| {
        let Fact::Item(fact) = &logged.event.fact else { return None };
        let actor = logged.event.actor.as_ref().filter(|actor| bots.is_human(actor))?;
        Some((logged.event.occurred_at?, logged.position, actor, fact.association.as_deref()?))
    });
    let (_, _, actor, association) = said.max_by_key(|(at, position, ..)| (*at, *position))?;
    let maintains = matches!(association, "OWNER" | "MEMBER" | "COLLABORATOR");
    let is_author = item.author.as_deref() == Some(actor.login.as_str());
    Some(if maintains && !is_author { "author" } else { "maintainers" })
}
