//! The question that a request to the queue asks: filters, order, page.

use std::time::Duration;

use axum::http::StatusCode;
use chrono::NaiveDate;
use utoipa::IntoParams;

use crate::activity::{ItemType, State as ItemStateName};
use crate::http::AppState;
use crate::http::auth::Caller;
use crate::http::params::Params;
use crate::http::problem::Problem;
use crate::rank::{Cursor, Filter, Order, PageRequest};
use crate::store::accounts::Account;

const DEFAULT_LIMIT: usize = 50;
const LARGEST_LIMIT: usize = 500;
/// How long a request may wait for a position.
const LONGEST_WAIT: Duration = Duration::from_secs(5);
#[rustfmt::skip]
/// The filters' names.
pub const FILTERS: [&str; 13] = [
    "repo", "type", "state", "label", "author", "assignee", "milestone", "title", "draft",
    "created_after", "created_before", "updated_after", "updated_before",
];

/// Which items; read by [`Params`], listed here for the description.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
#[allow(dead_code)]
pub struct FilterParams {
    /// Login or id; may be left out when the token sees one account.
    account: Option<String>,
    /// `owner/name` or `name`. Repeat for any of several; `-` in front for none of.
    repo: Option<Vec<String>>,
    /// `Issue`, `PR` or `Discussion`; repeatable, `-` in front for none of.
    r#type: Option<Vec<String>>,
    /// A label's name; repeatable, `-` in front for none of.
    label: Option<Vec<String>>,
    /// A login; repeatable, `-` in front for none of.
    author: Option<Vec<String>>,
    /// A login that the item is assigned to; repeatable, `-` in front for none of.
    assignee: Option<Vec<String>>,
    /// A milestone's title; repeatable, `-` in front for none of.
    milestone: Option<Vec<String>>,
    /// Text in the title, without regard to case; repeatable, `-` in front for none of.
    title: Option<Vec<String>>,
    /// `true` for drafts only, `false` for none.
    draft: Option<bool>,
    /// Created after this date, `2026-10-01`, or after this many days ago, `180d`.
    created_after: Option<String>,
    /// Created before this date, or before so many days ago.
    created_before: Option<String>,
    /// Updated after this date, or after so many days ago.
    updated_after: Option<String>,
    /// Updated before this date, or before so many days ago: `1d` is before yesterday.
    updated_before: Option<String>,
}

/// What the queue may be asked besides.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
#[allow(dead_code)]
pub struct PageParams {
    /// `open`, `answered` or `closed`; repeatable. Open items only, unless given.
    state: Option<Vec<String>>,
    /// `stalest` (the default) or `freshest` first.
    order: Option<String>,
    /// Items a page, 1 to 500; 50 unless given.
    limit: Option<usize>,
    /// Wait, 5 seconds at most, until the answer includes this position of the log.
    min_position: Option<i64>,
    /// From an answer's `next`; carries the filters, the order and the date. Only `limit` and
    /// `min_position` may stand beside it.
    cursor: Option<String>,
}

/// How an answer is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    Json,
    Csv,
}

impl Format {
    fn default_limit(self) -> usize {
        if self == Format::Csv { 1_000 } else { DEFAULT_LIMIT }
    }

    fn largest_limit(self) -> usize {
        if self == Format::Csv { 10_000 } else { LARGEST_LIMIT }
    }
}

/// The account and the page that a request asks for.
pub async fn request(
    state: &AppState,
    caller: &Caller,
    params: &Params,
    format: Format,
) -> Result<(Account, PageRequest), Problem> {
    params.only(&[&["account", "order", "limit", "min_position", "cursor"], &FILTERS[..]].concat())?;
    let limit = params.one("limit")?.map(|text| limit(text, format.largest_limit())).transpose()?;
    let now = (state.clock)();
    let private = caller.sees_private();
    if let Some(text) = params.one("cursor")? {
        if let Some(beside) = ["account", "order"].iter().chain(&FILTERS).find(|name| params.has(name)) {
            return Err(Problem::bad_parameter(*beside)
                .detail("The cursor carries this; leave it out, or begin without a cursor."));
        }
        let cursor = Cursor::decode(text)
            .map_err(|error| Problem::bad_parameter("cursor").detail(format!("This is {error}.")))?;
        if !state.calendar.serves(cursor.date, now) {
            return Err(Problem::new(StatusCode::GONE, "/problems/date-over", "The cursor's date is over")
                .detail("Days are counted anew since midnight; begin again without a cursor."));
        }
        let account = caller.account(state, Some(&cursor.account_id.to_string())).await?;
        let Cursor { account_id, date, order, filter, after, .. } = cursor;
        let limit = limit.unwrap_or(cursor.limit.clamp(1, format.largest_limit()));
        return Ok((account, PageRequest { account_id, private, filter, order, date, after: Some(after), limit }));
    }
    let date = state.calendar.today(now);
    let filter = filter(params, date)?;
    let order = match params.one("order")? {
        None => Order::default(),
        Some(name) => Order::from_name(name)
            .ok_or_else(|| Problem::bad_parameter("order").detail("There is no such order.").allowed(Order::NAMES))?,
    };
    let account = caller.account(state, params.one("account")?).await?;
    let request = PageRequest {
        account_id: account.account_id,
        private,
        filter,
        order,
        date,
        after: None,
        limit: limit.unwrap_or(format.default_limit()),
    };
    Ok((account, request))
}

fn limit(text: &str, largest: usize) -> Result<usize, Problem> {
    let limit = text.parse().ok().filter(|limit| (1..=largest).contains(limit));
    limit.ok_or_else(|| Problem::bad_parameter("limit").detail(format!("A whole number from 1 to {largest}.")))
}

/// Waits until answers include the position that the request asks for.
pub async fn reached(state: &AppState, account_id: i64, params: &Params) -> Result<(), Problem> {
    let Some(text) = params.one("min_position")? else { return Ok(()) };
    let position = text.parse().ok().filter(|position| *position >= 0);
    let position = position.ok_or_else(|| Problem::bad_parameter("min_position").detail("A position: 0 or more."))?;
    let reached = tokio::time::timeout(LONGEST_WAIT, state.live.reached(account_id, position)).await;
    reached.map_err(|_| {
        Problem::new(StatusCode::GATEWAY_TIMEOUT, "/problems/position-not-reached", "Position not reached")
            .detail("The account's log did not come to this position in 5 seconds.")
    })
}

pub fn filter(params: &Params, today: NaiveDate) -> Result<Filter, Problem> {
    let text = |value: &str| Some(value.to_owned());
    let repo = |value: &str| text(value).filter(|value| value.matches('/').count() <= 1);
    Ok(Filter {
        repo: params.terms("repo", &[], repo)?,
        item_type: params.terms("type", &ItemType::ALL.map(ItemType::name), ItemType::from_name)?,
        state: params.terms("state", &ItemStateName::ALL.map(ItemStateName::name), ItemStateName::from_name)?,
        label: params.terms("label", &[], text)?,
        author: params.terms("author", &[], text)?,
        assignee: params.terms("assignee", &[], text)?,
        milestone: params.terms("milestone", &[], text)?,
        title: params.terms("title", &[], text)?,
        draft: params.flag("draft")?,
        created: params.days("created_after", "created_before", today)?,
        updated: params.days("updated_after", "updated_before", today)?,
    })
}
