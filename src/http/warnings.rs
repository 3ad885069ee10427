//! Warnings: what is odd about a question that was answered all the same.

use std::borrow::Cow;

use axum::http::HeaderName;
use form_urlencoded::Serializer;
use serde::Serialize;
use utoipa::ToSchema;

use super::params::Params;
use super::problem::Problem;
use crate::service::collections::MissingView;
use crate::service::names::{UnknownName, in_words};

/// The header that names the parameters in files: as in a query, `label=bgu&repo=widgit`.
pub const WARNING: HeaderName = HeaderName::from_static("bugscrub-warning");

/// A name in the question that nothing has which the token may see, so that it finds, or leaves out, nothing.
#[derive(Debug, Serialize, ToSchema)]
pub struct Warning {
    /// The filter, of the question or of its view; or `view`.
    #[schema(example = "label")]
    parameter: &'static str,
    /// What it says; with `-` in front if that is to be left out.
    #[schema(example = "bgu")]
    value: String,
    /// What is odd about it, in words.
    #[schema(value_type = String)]
    detail: Cow<'static, str>,
    /// Known names that are nearly the same, the nearest first.
    #[schema(example = json!(["bug"]))]
    closest: Vec<String>,
}

/// What a collection names and does not have.
impl From<MissingView> for Warning {
    fn from(MissingView { name, detail, closest }: MissingView) -> Self {
        Self { parameter: "view", value: name, detail, closest }
    }
}

impl From<UnknownName> for Warning {
    fn from(unknown: UnknownName) -> Self {
        let detail = in_words(&unknown).into();
        let UnknownName { criterion, value, closest } = unknown;
        Self { parameter: criterion, value, detail, closest }
    }
}

/// The warnings of an answer that is JSON.
pub fn warnings(unknown: Vec<UnknownName>) -> Vec<Warning> {
    unknown.into_iter().map(Warning::from).collect()
}

/// The header of an answer that has no place for warnings.
pub fn header(unknown: &[UnknownName]) -> Option<[(HeaderName, String); 1]> {
    let pairs = unknown.iter().map(|unknown| (unknown.criterion, &unknown.value));
    let written = Serializer::new(String::new()).extend_pairs(pairs).finish();
    (!unknown.is_empty()).then_some([(WARNING, written)])
}

/// Whether a request is strict.
///
/// # Errors
/// 400 for anything but `true` and `false`.
pub fn strict(params: &Params) -> Result<bool, Problem> {
    Ok(params.flag("strict")?.unwrap_or_default())
}
