//! What every question says, and the three forms of an answer.

use axum::Json;
use axum::http::Uri;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};
use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use serde::Serialize;

use crate::http::AppState;
use crate::http::auth::{Caller, Scope as TokenScope};
use crate::http::params::Params;
use crate::http::problem::Problem;
use crate::http::queue::question;
use crate::live::Places;
use crate::rank::{Order, PageRequest};
use crate::scrub::view::BUG_SCRUB;
use crate::stats::Size;
use crate::store::lifetimes::{Lifetimes, Scope, lifetimes};

/// Days of ten years are fewer.
pub(super) const MOST_STEPS: i64 = 3_700;
/// What every subject takes.
#[rustfmt::skip]
const COMMON: [&str; 12] = [
    "account", "view", "repo", "type", "label", "author", "assignee", "milestone", "title", "as_of", "width",
    "height",
];

/// Items of a view that are counted at most.
const MOST_ITEMS: usize = 10_000_000;

/// A view, and where its items stand.
pub(super) struct Viewed {
    pub(super) account_id: i64,
    pub(super) view: String,
    pub(super) places: Places,
}

#[derive(Clone, Copy)]
enum Form {
    Json,
    Csv,
    Svg,
}

/// What every question says.
#[derive(Clone, Copy)]
pub(super) struct Asked {
    /// The date that the answer is of.
    pub(super) today: NaiveDate,
    /// The first moment after that date, if it is over.
    pub(super) end: Option<DateTime<Utc>>,
    form: Form,
    pub(super) size: Size,
}

impl Asked {
    pub(super) fn of(
        state: &AppState,
        caller: &Caller,
        params: &Params,
        uri: &Uri,
        own: &[&str],
    ) -> Result<Self, Problem> {
        params.only(&[&COMMON[..], own].concat())?;
        let form = match uri.path().rsplit_once('.') {
            Some((_, "csv")) => Form::Csv,
            Some((_, "svg")) => Form::Svg,
            _ => Form::Json,
        };
        match form {
            Form::Json => caller.require(TokenScope::Read)?,
            Form::Csv | Form::Svg => caller.require_embed()?,
        }
        let side = |name, least: u32, most: u32, usual: u32| {
            let given = params.number(name, u64::from(least), u64::from(most))?;
            Ok::<u32, Problem>(given.and_then(|given| u32::try_from(given).ok()).unwrap_or(usual))
        };
        let (smallest, largest, usual) = (Size::SMALLEST, Size::LARGEST, Size::default());
        let size = Size {
            width: side("width", smallest.width, largest.width, usual.width)?,
            height: side("height", smallest.height, largest.height, usual.height)?,
        };
        let past = question::past(state, params)?;
        let today = past.unwrap_or(state.calendar.today((state.clock)()));
        Ok(Self { today, end: past.map(|date| state.calendar.end_of(date)), form, size })
    }

    /// `from` and `to`, in order, not too far apart and not in the future.
    pub(super) fn range(&self, params: &Params, days_a_step: i64) -> Result<(NaiveDate, NaiveDate), Problem> {
        let to = params.date("to", self.today)?.unwrap_or(self.today);
        let from = params.date("from", self.today)?.unwrap_or(to - TimeDelta::weeks(52));
        let refused = |name, detail: &'static str| Err(Problem::bad_parameter(name).detail(detail));
        if to > self.today {
            return refused("to", "What is to come is not known: today at the latest.");
        }
        if from > to {
            return refused("from", "It is after `to`.");
        }
        if (to - from).num_days() / days_a_step >= MOST_STEPS {
            return refused("from", "At most 3700 steps from `to`.");
        }
        Ok((from, to))
    }

    pub(super) async fn read(&self, state: &AppState, caller: &Caller, params: &Params) -> Result<Lifetimes, Problem> {
        let asked = question::Asked::of(state, caller, params).await?;
        let scope = Scope { sight: caller.sight(), filter: asked.filter(self.today)? };
        let account_id = asked.account.account_id;
        let read = lifetimes(&state.pool, account_id, &scope, &state.bots).await?;
        Ok(match self.end {
            Some(end) => read.until(end),
            None => read,
        })
    }

    /// The view that is asked about, and the places of its items.
    pub(super) async fn viewed(&self, state: &AppState, caller: &Caller, params: &Params) -> Result<Viewed, Problem> {
        let asked = question::Asked::within(state, caller, params, BUG_SCRUB).await?;
        let request = PageRequest {
            account_id: asked.account.account_id,
            sight: caller.sight(),
            filter: asked.filter(self.today)?,
            order: Order::default(),
            date: self.today,
            past: self.end.is_some(),
            after: None,
            limit: MOST_ITEMS,
        };
        let view = asked.view.map_or_else(|| BUG_SCRUB.to_owned(), |view| view.name);
        let account_id = asked.account.account_id;
        Ok(Viewed { account_id, view, places: state.live.places(request).await? })
    }

    /// Computes off the threads that serve requests.
    pub(super) async fn answer(
        self,
        compute: impl FnOnce(Self) -> Result<Response, Problem> + Send + 'static,
    ) -> Result<Response, Problem> {
        let computed = tokio::task::spawn_blocking(move || compute(self)).await;
        computed.unwrap_or_else(|_| Err(Problem::internal()))
    }

    pub(super) fn shown<R: Serialize, A: Serialize>(
        &self,
        svg: impl FnOnce() -> String,
        rows: impl FnOnce() -> Vec<R>,
        json: impl FnOnce() -> A,
    ) -> Result<Response, Problem> {
        Ok(match self.form {
            Form::Json => Json(json()).into_response(),
            Form::Svg => ([(CONTENT_TYPE, "image/svg+xml")], svg()).into_response(),
            Form::Csv => {
                let mut writer = csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(vec![]);
                for row in rows() {
                    writer.serialize(row).map_err(|_| Problem::internal())?;
                }
                let text = writer.into_inner().map_err(|_| Problem::internal())?;
                ([(CONTENT_TYPE, "text/csv; charset=utf-8")], text).into_response()
            }
        })
    }
}
