//! What a request asks of the queue: which items, in which order, and which page.

use utoipa::IntoParams;
use utoipa::openapi::path::{Parameter, ParameterIn};

use crate::http::AppState;
use crate::http::description::params::{AccountParam, AsOfParam, MinPositionParam, OrderParam, ViewParam, in_query};
use crate::http::description::schemas::{number, text, values_of};
use crate::http::params::{Params, digits};
use crate::http::problem::Problem;
use crate::http::warnings::strict;
use crate::rank::criterion::{ALL, Criterion, STATE};
use crate::rank::{Criteria, Cursor, Order, Wording};
use crate::service::Refusal;
use crate::service::portion::Subject;
use crate::service::queue::{OTHER_THAN_CURSOR, QueueQuestion, Start};

const USUAL_LIMIT: usize = 50;
/// The most items of a page in JSON, and in a file.
const LARGEST_LIMIT: i64 = 500;
/// Items that are left out at most: more than there are.
const FARTHEST: usize = 1 << 31;
const LARGEST_FILE: i64 = 10_000;
/// The characters of a cursor.
const CURSOR: &str = "^[A-Za-z0-9_-]+$";

/// Which items: the account, a view, and all criteria but `state`, which only requests for pages take.
pub struct FilterParams;

impl IntoParams for FilterParams {
    fn into_params(_: impl Fn() -> Option<ParameterIn>) -> Vec<Parameter> {
        let asked = ALL.iter().filter(|criterion| criterion.name != STATE.name);
        let (account, view) = (AccountParam::into_params(|| None), ViewParam::into_params(|| None));
        account.into_iter().chain(view).chain(asked.map(described)).collect()
    }
}

/// Whether names that are not known are refused.
pub struct StrictParam;

impl IntoParams for StrictParam {
    fn into_params(_: impl Fn() -> Option<ParameterIn>) -> Vec<Parameter> {
        let about = "`true`: a name that nothing has which the token may see (`repo`, `label`, `author`, `assignee`, \
                     `milestone`) is refused with 400. By default the answer has a warning: in `warnings`, or in files in \
                     the header Bugscrub-Warning.";
        vec![in_query("strict", about, <bool as utoipa::PartialSchema>::schema())]
    }
}

/// Whether only open items are asked for.
pub struct StateParam;

impl IntoParams for StateParam {
    fn into_params(_: impl Fn() -> Option<ParameterIn>) -> Vec<Parameter> {
        vec![described(&STATE)]
    }
}

/// A criterion as a parameter.
pub fn described(criterion: &Criterion) -> Parameter {
    in_query(criterion.name, criterion.about, values_of(criterion))
}

/// The further parameters of the queue in JSON.
pub struct PageParams;

impl IntoParams for PageParams {
    fn into_params(_: impl Fn() -> Option<ParameterIn>) -> Vec<Parameter> {
        let about = "How many of the first items are left out, to come to a place far down at once; beyond the last one the \
                     page is empty. Of open items as they are now, in the orders `stalest`, `freshest`, `oldest` and \
                     `newest`, and not beside a cursor, which goes on without gaps when items change.";
        let mut params = page_params("How many items a page has, by default 50.", LARGEST_LIMIT);
        params.push(in_query("skip", about, number(0, i64::MAX)));
        params
    }
}

/// The further parameters of the queue in files.
pub struct LongPageParams;

impl IntoParams for LongPageParams {
    fn into_params(_: impl Fn() -> Option<ParameterIn>) -> Vec<Parameter> {
        page_params("How many items a page has. CSV: by default 1,000. XLSX: by default 10,000.", LARGEST_FILE)
    }
}

fn page_params(limits: &str, largest: i64) -> Vec<Parameter> {
    let cursor = "The cursor of the next page: an answer's `next_cursor`, or the one in its `next` or its header Link. It carries the \
                  account, the filters, the order and the date. You may give them again beside it if they mean the same; \
                  `limit`, `min_position` and, for XLSX, `view` may be new.";
    let own = [in_query("limit", limits, number(1, largest)), in_query("cursor", cursor, text(CURSOR))];
    let shared =
        [OrderParam::into_params(|| None), AsOfParam::into_params(|| None), MinPositionParam::into_params(|| None)];
    shared.into_iter().flatten().chain(own).collect()
}

/// Whether a CSV file is to begin with a byte order mark.
///
/// # Errors
/// 400 for anything but `true` and `false`.
pub fn byte_order_mark(params: &Params) -> Result<bool, Problem> {
    Ok(params.flag("bom")?.unwrap_or_default())
}

/// Whether texts of a CSV file are to stand as they are.
///
/// # Errors
/// 400 for anything but `true` and `false`.
pub fn raw(params: &Params) -> Result<bool, Problem> {
    Ok(params.flag("raw")?.unwrap_or_default())
}

/// How an answer is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    Json,
    Csv,
    Xlsx,
}

impl Format {
    fn usual_limit(self) -> usize {
        match self {
            Format::Json => USUAL_LIMIT,
            Format::Csv => 1_000,
            Format::Xlsx => 10_000,
        }
    }

    fn largest_limit(self) -> usize {
        let largest = if self == Format::Json { LARGEST_LIMIT } else { LARGEST_FILE };
        usize::try_from(largest).expect("cannot fail: a small number")
    }
}

/// The account and the items that a request is about.
///
/// # Errors
/// 400 if a parameter is given twice.
pub fn subject(params: &Params) -> Result<Subject, Problem> {
    let one = |name| params.one(name).map(|value| value.map(str::to_owned));
    Ok(Subject { account: one("account")?, view: one("view")?, criteria: params.criteria() })
}

/// The order that a request asks for.
///
/// # Errors
/// 400 if there is no such order.
pub fn order(params: &Params) -> Result<Option<Order>, Problem> {
    let Some(name) = params.one("order")? else { return Ok(None) };
    let refused = || Problem::bad_parameter("order").detail("There is no such order.").allowed(Order::NAMES);
    Order::from_name(name).map(Some).ok_or_else(refused)
}

/// The page that a request asks for.
///
/// # Errors
/// 400 for parameters that cannot be understood, or that the cursor already carries.
pub fn question(state: &AppState, params: &Params, format: Format) -> Result<QueueQuestion, Problem> {
    const BESIDE: [&str; 4] = ["account", "view", "order", "as_of"];
    let of_files: &[&str] = match format {
        Format::Json => &["fields", "skip"],
        Format::Csv => &["visibility", "bom", "raw", "fields"],
        Format::Xlsx => &["visibility"],
    };
    params.only(&[&BESIDE[..], &["limit", "min_position", "cursor", "strict"], of_files, &Criteria::NAMES].concat())?;
    let limit = params.one("limit")?.map(|text| limit(text, format.largest_limit())).transpose()?;
    let (min_position, strict) = (params.position()?, strict(params)?);
    let skip = params.number("skip", 0, i64::MAX.unsigned_abs())?;
    let Some(text) = params.one("cursor")? else {
        let order = order(params)?;
        let as_of = params.date("as_of", (state.service.today(), state.service.zone()))?;
        let subject = subject(params)?;
        let (view, criteria) = (subject.view.clone(), subject.criteria.clone());
        let asked = Wording { view, as_of: params.one("as_of")?.map(str::to_owned), criteria };
        let skip = skip.map_or(0, |skip| usize::try_from(skip).unwrap_or(usize::MAX)).min(FARTHEST);
        let from = Start::First { subject, order, as_of, skip, asked };
        return Ok(QueueQuestion { from, limit: limit.unwrap_or(format.usual_limit()), min_position, strict });
    };
    if skip.is_some() {
        return Err(
            Problem::bad_parameter("skip").detail("A cursor goes on where its page ended: leave one of them out.")
        );
    }
    let refused = |error| Problem::bad_parameter("cursor").detail(format!("This is {error}."));
    let cursor = Cursor::decode(text).map_err(refused)?;
    if let Some(other) = other_than(&cursor, state, params, format)? {
        return Err(Problem::bad_parameter(other).detail(OTHER_THAN_CURSOR));
    }
    let limit = limit.unwrap_or(cursor.limit.clamp(1, format.largest_limit()));
    let account = params.one("account")?.map(str::to_owned);
    Ok(QueueQuestion { from: Start::After { cursor: Box::new(cursor), account }, limit, min_position, strict })
}

/// The first parameter beside a cursor that means something else than the cursor's question: some clients give their
/// filters again on every page. The account is left to the service, which knows its names.
fn other_than(
    cursor: &Cursor,
    state: &AppState,
    params: &Params,
    format: Format,
) -> Result<Option<&'static str>, Problem> {
    let Wording { view, as_of, .. } = &cursor.asked;
    // A sheet is named after its view, and marks what was read in that view's round.
    let may_name = format == Format::Xlsx && view.is_none();
    if params.one("view")?.is_some_and(|given| !may_name && view.as_deref() != Some(given)) {
        return Ok(Some("view"));
    }
    if order(params)?.is_some_and(|given| given != cursor.order) {
        return Ok(Some("order"));
    }
    // The same words, though `30d` is another date by now, or the same date.
    let date = params.date("as_of", (state.service.today(), state.service.zone()))?;
    if date.is_some_and(|date| date != cursor.date) && params.one("as_of")? != as_of.as_deref() {
        return Ok(Some("as_of"));
    }
    cursor.other_criterion(&params.criteria(), state.service.zone()).map_err(|bad| Refusal::from(bad).into())
}

fn limit(text: &str, largest: usize) -> Result<usize, Problem> {
    let limit = digits(text).filter(|limit| (1..=largest).contains(limit));
    limit.ok_or_else(|| Problem::bad_parameter("limit").detail(format!("A whole number from 1 to {largest}.")))
}
