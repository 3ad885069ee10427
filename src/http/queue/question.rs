//! What a request asks about: the account, which of its items, on which date, and which page.

use std::time::Duration;

use axum::http::StatusCode;
use chrono::NaiveDate;
use utoipa::IntoParams;

use crate::http::AppState;
use crate::http::auth::Caller;
use crate::http::params::Params;
use crate::http::problem::Problem;
use crate::http::views;
use crate::rank::{Criteria, Cursor, Filter, Order, PageRequest};
use crate::scrub::view::BUG_SCRUB;
use crate::scrub::{Round, View};
use crate::store::accounts::Account;
use crate::store::scrubs::read as scrubs;

const DEFAULT_LIMIT: usize = 50;
const LARGEST_LIMIT: usize = 500;
/// How long a request may wait for a position.
const LONGEST_WAIT: Duration = Duration::from_secs(5);

/// Which items; read by [`Criteria`], listed here for the description.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
#[allow(dead_code)]
pub struct FilterParams {
    /// Login or id; may be left out when the token sees one account.
    account: Option<String>,
    /// A view's name; filters that stand beside it narrow it.
    view: Option<String>,
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
    /// `true` for what nobody has read in the view's present round, `false` for the rest. Without
    /// `view` it means the view `bug-scrub`.
    unread: Option<bool>,
    /// `true` for what has a note.
    noted: Option<bool>,
}

/// What the queue may be asked besides.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
#[allow(dead_code)]
pub struct PageParams {
    /// `open`, `answered` or `closed`; repeatable. Open items only, unless given.
    state: Option<Vec<String>>,
    /// `stalest` or `freshest` first; the view's order, else `stalest`, unless given.
    order: Option<String>,
    /// The queue as it was by the end of this date, or of this many days ago (`30d`).
    as_of: Option<String>,
    /// Items a page. JSON: 1 to 500, 50 unless given. CSV: 1 to 10,000, 1,000 unless given. XLSX: 1 to
    /// 10,000, which it is unless given.
    limit: Option<usize>,
    /// Wait, 5 seconds at most, until the answer includes this position of the log.
    min_position: Option<i64>,
    /// From an answer's `next` or header Link; carries the filters, the order and the date. Only `limit`
    /// and `min_position` may stand beside it, and with XLSX `view`.
    cursor: Option<String>,
}

/// How an answer is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    Json,
    Csv,
    Xlsx,
}

impl Format {
    fn default_limit(self) -> usize {
        match self {
            Format::Json => DEFAULT_LIMIT,
            Format::Csv => 1_000,
            Format::Xlsx => 10_000,
        }
    }

    fn largest_limit(self) -> usize {
        if self == Format::Json { LARGEST_LIMIT } else { 10_000 }
    }
}

/// An account, and which of its items: those of a view, narrowed by filters of the request's own.
#[derive(Clone, Debug)]
pub struct Asked {
    pub account: Account,
    pub view: Option<View>,
    criteria: Criteria,
    /// The view's, if it is asked what was read in it.
    round: Option<Round>,
}

impl Asked {
    /// # Errors
    /// 400 for filters that cannot be understood, 404 for an unknown account or view, and whatever
    /// else [`Caller::account`] refuses with.
    pub async fn of(state: &AppState, caller: &Caller, params: &Params) -> Result<Self, Problem> {
        Self::about(state, caller, params, None).await
    }

    /// The same, in a view even where none is named.
    pub async fn within(state: &AppState, caller: &Caller, params: &Params, view: &str) -> Result<Self, Problem> {
        Self::about(state, caller, params, Some(view)).await
    }

    async fn about(state: &AppState, caller: &Caller, params: &Params, usual: Option<&str>) -> Result<Self, Problem> {
        let criteria = params.criteria();
        // Before anything is asked of the store; what is right on one date is so on the next.
        criteria.filter(state.calendar.today((state.clock)()))?;
        let named = params.one("view")?.or_else(|| criteria.has("unread").then_some(BUG_SCRUB));
        let account = caller.account(state, params.one("account")?).await?;
        let view = match caller.view(named)?.or(usual) {
            None => None,
            Some(name) => Some(views::find(state, account.account_id, name).await?.1),
        };
        let round = match (&view, criteria.has("unread")) {
            (Some(view), true) => {
                let end = past(state, params)?.map(|date| state.calendar.end_of(date));
                Some(scrubs::round(&state.pool, account.account_id, &view.name, end).await?)
            }
            _ => None,
        };
        Ok(Self { account, view, criteria, round })
    }

    /// The filter that they are on a date.
    pub fn filter(&self, date: NaiveDate) -> Result<Filter, Problem> {
        let own = self.criteria.filter(date)?.in_round(self.round.map_or(0, |round| round.started));
        Ok(match &self.view {
            None => own,
            Some(view) => view.filter(date)?.and(own),
        })
    }
}

/// The round that tells what counts as read, by the end of a date: the named view's, else that of
/// `bug-scrub`.
pub async fn read_in(
    state: &AppState,
    account: &Account,
    view: Option<&str>,
    date: NaiveDate,
) -> Result<Round, Problem> {
    let view = view.unwrap_or(BUG_SCRUB);
    let end = (date < state.calendar.today((state.clock)())).then(|| state.calendar.end_of(date));
    Ok(scrubs::round(&state.pool, account.account_id, view, end).await?)
}

/// The date that `as_of` names, if it is a past one.
pub fn past(state: &AppState, params: &Params) -> Result<Option<NaiveDate>, Problem> {
    let today = state.calendar.today((state.clock)());
    match params.date("as_of", today)? {
        Some(date) if date > today => {
            Err(Problem::bad_parameter("as_of").detail("What is to come is not known: today at the latest."))
        }
        date => Ok(date.filter(|date| *date < today)),
    }
}

/// The account and the page that a request asks for.
pub async fn request(
    state: &AppState,
    caller: &Caller,
    params: &Params,
    format: Format,
) -> Result<(Account, PageRequest), Problem> {
    const BESIDE: [&str; 4] = ["account", "view", "order", "as_of"];
    params.only(&[&BESIDE[..], &["limit", "min_position", "cursor"], &Criteria::NAMES].concat())?;
    let limit = params.one("limit")?.map(|text| limit(text, format.largest_limit())).transpose()?;
    let now = (state.clock)();
    let sight = caller.sight();
    if let Some(text) = params.one("cursor")? {
        // A sheet is called by its view, and shows what that one's round has read.
        let may_stand = |name: &str| format == Format::Xlsx && name == "view";
        let mut others = BESIDE.iter().chain(&Criteria::NAMES);
        if let Some(beside) = others.find(|name| params.has(name) && !may_stand(name)) {
            return Err(Problem::bad_parameter(*beside)
                .detail("The cursor carries this; leave it out, or begin without a cursor."));
        }
        let cursor = Cursor::decode(text)
            .map_err(|error| Problem::bad_parameter("cursor").detail(format!("This is {error}.")))?;
        let Cursor { account_id, date, past, order, mut filter, after, .. } = cursor;
        if !past && !state.calendar.serves(date, now) {
            return Err(Problem::new(StatusCode::GONE, "/problems/date-over", "The cursor's date is over")
                .detail("Days are counted anew since midnight; begin again without a cursor."));
        }
        let account = caller.account(state, Some(&account_id.to_string())).await?;
        if let Some(name) = caller.view(None)? {
            // A cursor grants nothing: whoever may see one view's items sees no others.
            filter = filter.and(views::find(state, account_id, name).await?.1.filter(date)?);
        }
        let limit = limit.unwrap_or(cursor.limit.clamp(1, format.largest_limit()));
        let request = PageRequest { account_id, sight, filter, order, date, past, after: Some(after), limit };
        return Ok((account, request));
    }
    let order =
        match params.one("order")? {
            None => None,
            Some(name) => Some(Order::from_name(name).ok_or_else(|| {
                Problem::bad_parameter("order").detail("There is no such order.").allowed(Order::NAMES)
            })?),
        };
    let past = past(state, params)?;
    let date = past.unwrap_or(state.calendar.today(now));
    let asked = Asked::of(state, caller, params).await?;
    let request = PageRequest {
        account_id: asked.account.account_id,
        sight,
        filter: asked.filter(date)?,
        order: order.or(asked.view.as_ref().map(|view| view.order)).unwrap_or_default(),
        date,
        past: past.is_some(),
        after: None,
        limit: limit.unwrap_or(format.default_limit()),
    };
    Ok((asked.account, request))
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
