//! What all questions about statistics have in common, and the three forms of an answer.

use axum::Json;
use axum::http::header::{CONTENT_TYPE, ETAG};
use axum::http::{HeaderMap, StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use serde::Serialize;

use super::table::{Columns, table};
use crate::http::AppState;
use crate::http::etag;
use crate::http::params::Params;
use crate::http::problem::Problem;
use crate::http::queue::question::{raw, subject};
use crate::http::sheets::file::{download, shown};
use crate::http::warnings::{header, strict};
use crate::rank::Facet;
use crate::rank::criterion::ALL;
use crate::service::queue::{Version, VersionedAnswer};
use crate::service::stats::groups::GroupBy;
use crate::service::stats::{DateRange, Statistic, StatsQuestion};
use crate::service::{Scope, Viewer};
use crate::stats::Size;

/// The parameters of every subject, beside the lasting criteria.
const COMMON: [&str; 9] = ["account", "view", "as_of", "group_by", "group_limit", "width", "height", "raw", "strict"];

/// Groups at most, and unless asked for otherwise.
pub(super) const MOST_GROUPS: i64 = 50;
const USUAL_GROUPS: usize = 10;

/// The form of an answer, by the suffix of the path.
#[derive(Clone, Debug)]
pub(super) enum Form {
    Json,
    /// With the file's name, and whether texts stand as they are.
    Csv(String, bool),
    Svg(String, Size),
}

impl Form {
    /// The form, and the question.
    ///
    /// # Errors
    /// 400 for parameters other than these and the subject's `own`; 403 if a token that stands in a URL asks for JSON.
    pub(super) fn of(
        state: &AppState,
        viewer: &Viewer,
        params: &Params,
        uri: &Uri,
        own: &[&str],
    ) -> Result<(Self, StatsQuestion), Problem> {
        Self::without(&[], state, viewer, params, uri, own)
    }

    /// The same of a subject that lacks some of the common parameters.
    pub(super) fn without(
        lacks: &[&str],
        state: &AppState,
        viewer: &Viewer,
        params: &Params,
        uri: &Uri,
        own: &[&str],
    ) -> Result<(Self, StatsQuestion), Problem> {
        let lasting: Vec<&str> =
            ALL.iter().filter(|criterion| criterion.lasts()).map(|criterion| criterion.name).collect();
        let common: Vec<&str> = COMMON.into_iter().filter(|name| !lacks.contains(name)).collect();
        params.only(&[&common, &lasting, own].concat())?;
        let (size, raw) = (size(params)?, raw(params)?);
        let name = || uri.path().rsplit('/').next().unwrap_or_default().to_owned();
        let form = match uri.path().rsplit_once('.') {
            Some((_, "csv")) => Form::Csv(name(), raw),
            Some((_, "svg")) => Form::Svg(name(), size),
            _ => {
                viewer.require(Scope::Read)?;
                Form::Json
            }
        };
        let as_of = params.date("as_of", (state.service.today(), state.service.zone()))?;
        let group_by = group_by(params)?;
        if group_by.is_some() && matches!(form, Form::Svg(..)) {
            let detail = "A chart has no groups; ask for `.json` or `.csv`, or choose one value by a filter.";
            return Err(Problem::bad_parameter("group_by").detail(detail));
        }
        let (subject, strict) = (subject(params)?, strict(params)?);
        Ok((form, StatsQuestion { subject, as_of, group_by, strict, milestones: false }))
    }

    /// The entity tag of a version in this form.
    fn tag(&self, version: &Version) -> String {
        etag::tag(version, &format!("{self:?}"))
    }

    /// Whether the client has a version in this form.
    pub(super) fn is_known(&self, headers: &HeaderMap) -> impl Fn(&Version) -> bool {
        move |version| etag::is_known(headers, &self.tag(version))
    }

    /// Writes an answer, but not on the threads that serve requests; 304 for one that the client has.
    pub(super) async fn write<A: Send + 'static, R: Columns + 'static, J: Serialize + 'static>(
        self,
        answer: VersionedAnswer<Statistic<A>>,
        svg: fn(&Statistic<A>, Size) -> String,
        rows: fn(&A) -> Vec<R>,
        json: fn(Statistic<A>) -> J,
    ) -> Result<Response, Problem> {
        let (version, answer) = match answer {
            VersionedAnswer::Known(version) => {
                return Ok(([(ETAG, self.tag(&version))], StatusCode::NOT_MODIFIED).into_response());
            }
            VersionedAnswer::New(version, answer) => (version, answer),
        };
        let tag = [(ETAG, self.tag(&version))];
        let warned = match &self {
            Form::Json => None,
            Form::Csv(..) | Form::Svg(..) => header(&answer.about.unknown),
        };
        let written = tokio::task::spawn_blocking(move || match self {
            Form::Json => Ok(Json(json(answer)).into_response()),
            Form::Svg(name, size) => {
                Ok((shown(&name), [(CONTENT_TYPE, "image/svg+xml")], svg(&answer, size)).into_response())
            }
            Form::Csv(name, raw) => {
                let text = table(&answer, rows, raw);
                Ok((download(&name), [(CONTENT_TYPE, "text/csv; charset=utf-8")], text).into_response())
            }
        });
        let written = written.await.unwrap_or_else(|_| Err(Problem::internal()))?;
        Ok((tag, warned, written).into_response())
    }
}

/// The dates `from` and `to`; days ago are counted from the date of the answer.
pub(super) fn range(state: &AppState, params: &Params, question: &StatsQuestion) -> Result<DateRange, Problem> {
    let date = question.as_of.unwrap_or_else(|| state.service.today());
    let on = (date, state.service.zone());
    Ok(DateRange { from: params.date("from", on)?, to: params.date("to", on)? })
}

/// What a request wants to be grouped.
fn group_by(params: &Params) -> Result<Option<GroupBy>, Problem> {
    let limit =
        params.number("group_limit", 1, MOST_GROUPS.unsigned_abs())?.and_then(|limit| usize::try_from(limit).ok());
    let Some(name) = params.one("group_by")? else {
        return match limit {
            None => Ok(None),
            Some(_) => Err(Problem::bad_parameter("group_limit").detail("It goes with `group_by`.")),
        };
    };
    let refused = || Problem::bad_parameter("group_by").detail("Nothing can be grouped by this.").allowed(Facet::NAMES);
    let facet = Facet::from_name(name).ok_or_else(refused)?;
    Ok(Some(GroupBy { facet, limit: limit.unwrap_or(USUAL_GROUPS) }))
}

fn size(params: &Params) -> Result<Size, Problem> {
    let side = |name, least: u32, most: u32, usual: u32| {
        let given = params.number(name, u64::from(least), u64::from(most))?;
        Ok::<u32, Problem>(given.and_then(|given| u32::try_from(given).ok()).unwrap_or(usual))
    };
    let (smallest, largest, usual) = (Size::SMALLEST, Size::LARGEST, Size::default());
    Ok(Size {
        width: side("width", smallest.width, largest.width, usual.width)?,
        height: side("height", smallest.height, largest.height, usual.height)?,
    })
}
