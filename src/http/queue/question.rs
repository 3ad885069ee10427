//! What a request asks of the queue: which items, in which order, and which page.

use utoipa::openapi::Required;
use utoipa::openapi::path::{Parameter, ParameterBuilder, ParameterIn};
use utoipa::{IntoParams, PartialSchema};

use crate::http::AppState;
use crate::http::params::Params;
use crate::http::problem::Problem;
use crate::rank::criterion::{ALL, Looks, STATE};
use crate::rank::{Criteria, Criterion, Cursor, Order};
use crate::service::queue::{QueueQuestion, Start, Subject};

const USUAL_LIMIT: usize = 50;
const LARGEST_LIMIT: usize = 500;

/// Which items: the account, a view, and all criteria but `state`, which only requests for pages take.
pub struct FilterParams;

impl IntoParams for FilterParams {
    fn into_params(_: impl Fn() -> Option<ParameterIn>) -> Vec<Parameter> {
        let asked = ALL.iter().filter(|criterion| criterion.name != STATE.name);
        let account = parameter::<String>("account", "A login or id. May be left out if the token sees one account.");
        let view = parameter::<String>("view", "A view's name. Filters beside it narrow it.");
        [account, view].into_iter().chain(asked.map(described)).collect()
    }
}

/// Whether what is private is left out, in files that go from hand to hand.
pub struct VisibilityParam;

impl IntoParams for VisibilityParam {
    fn into_params(_: impl Fn() -> Option<ParameterIn>) -> Vec<Parameter> {
        let about = "`public` leaves out what is in private repositories, as for a token without `private`. By default \
                     `all`. It may stand beside a cursor.";
        vec![parameter::<String>("visibility", about)]
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
    match criterion.looks {
        Looks::Flag(_) | Looks::RepositoryFlag(_) | Looks::Unread => parameter::<bool>(criterion.name, criterion.about),
        Looks::After(_) | Looks::Before(_) => parameter::<String>(criterion.name, criterion.about),
        Looks::Kind(..)
        | Looks::Names(_)
        | Looks::People(_)
        | Looks::Repository
        | Looks::Labels
        | Looks::Milestone
        | Looks::Title => parameter::<Vec<String>>(criterion.name, criterion.about),
    }
}

/// An optional parameter of a query.
pub fn parameter<T: PartialSchema>(name: &str, about: &str) -> Parameter {
    let described = ParameterBuilder::new().name(name).parameter_in(ParameterIn::Query).required(Required::False);
    described.description(Some(about)).schema(Some(T::schema())).build()
}

/// The further parameters of the queue.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
#[allow(dead_code)]
pub struct PageParams {
    /// `stalest`, `freshest`, `oldest` or `newest` first. By default the view's order; without a view, `stalest`. It is
    /// the same in JSON, CSV and XLSX.
    order: Option<String>,
    /// The queue as it was at the end of this date, or of the day that many days ago (`30d`).
    as_of: Option<String>,
    /// How many items a page has. JSON: 1 to 500, by default 50. CSV: 1 to 10,000, by default 1,000. XLSX: 1 to
    /// 10,000, by default 10,000.
    limit: Option<usize>,
    /// Wait for up to 5 seconds until the answer includes this position of the log.
    min_position: Option<i64>,
    /// The cursor from an answer's `next` or header Link. It carries the filters, the order and the date. Beside it
    /// you may give only `limit` and `min_position`, and `view` for XLSX.
    cursor: Option<String>,
}

/// How a CSV file begins.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
#[allow(dead_code)]
pub struct CsvParams {
    /// `true`: begin with a byte order mark. Excel needs it to read anything but English; other programs read it as part
    /// of the first column's name.
    bom: Option<bool>,
}

/// Whether a CSV file is to begin with a byte order mark.
///
/// # Errors
/// 400 for anything but `true` and `false`.
pub fn byte_order_mark(params: &Params) -> Result<bool, Problem> {
    match params.one("bom")? {
        None | Some("false") => Ok(false),
        Some("true") => Ok(true),
        Some(_) => Err(Problem::bad_parameter("bom").detail("Either true or false.").allowed(["true", "false"])),
    }
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
        if self == Format::Json { LARGEST_LIMIT } else { 10_000 }
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
        Format::Json => &[],
        Format::Csv => &["visibility", "bom"],
        Format::Xlsx => &["visibility"],
    };
    params.only(&[&BESIDE[..], &["limit", "min_position", "cursor"], of_files, &Criteria::NAMES].concat())?;
    let limit = params.one("limit")?.map(|text| limit(text, format.largest_limit())).transpose()?;
    let min_position = params.position()?;
    let Some(text) = params.one("cursor")? else {
        let order = order(params)?;
        let as_of = params.date("as_of", state.service.today())?;
        let from = Start::First { subject: subject(params)?, order, as_of };
        return Ok(QueueQuestion { from, limit: limit.unwrap_or(format.usual_limit()), min_position });
    };
    // A sheet is named after its view, and marks what was read in that view's round.
    let may_stand = |name: &str| format == Format::Xlsx && name == "view";
    let mut others = BESIDE.iter().chain(&Criteria::NAMES);
    if let Some(beside) = others.find(|name| params.has(name) && !may_stand(name)) {
        let detail = "The cursor carries this; leave it out, or begin without a cursor.";
        return Err(Problem::bad_parameter(*beside).detail(detail));
    }
    let refused = |error| Problem::bad_parameter("cursor").detail(format!("This is {error}."));
    let cursor = Cursor::decode(text).map_err(refused)?;
    let limit = limit.unwrap_or(cursor.limit.clamp(1, format.largest_limit()));
    Ok(QueueQuestion { from: Start::After(Box::new(cursor)), limit, min_position })
}

fn limit(text: &str, largest: usize) -> Result<usize, Problem> {
    let limit = text.parse().ok().filter(|limit| (1..=largest).contains(limit));
    limit.ok_or_else(|| Problem::bad_parameter("limit").detail(format!("A whole number from 1 to {largest}.")))
}
