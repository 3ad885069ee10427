//! Which fields of a row an answer has: all, or those that were chosen.

use serde::Serialize;
use serde_json::{Map, Value};
use utoipa::IntoParams;
use utoipa::openapi::path::{Parameter, ParameterBuilder, ParameterIn, ParameterStyle};
use utoipa::openapi::schema::{ArrayBuilder, Schema};
use utoipa::openapi::{RefOr, Required};

use super::csv;
use crate::http::description::schemas::one_of;
use crate::http::params::Params;
use crate::http::problem::Problem;
use crate::http::row::QueueRow;

/// What `fields` takes of rows in JSON.
pub struct FieldsParam;

impl IntoParams for FieldsParam {
    fn into_params(_: impl Fn() -> Option<ParameterIn>) -> Vec<Parameter> {
        let about = "The fields that rows have, with commas between them, such as `repository,number,title`. By default all. \
                     Rows then lack the others, whatever their schema requires.";
        vec![described(about, &QueueRow::FIELDS)]
    }
}

/// What `fields` takes of CSV.
pub struct ColumnsParam;

impl IntoParams for ColumnsParam {
    fn into_params(_: impl Fn() -> Option<ParameterIn>) -> Vec<Parameter> {
        let about = "The columns, in the order given, with commas between them, such as `repository,number,title`. By default all.";
        vec![described(about, &csv::columns(true))]
    }
}

fn described(about: &str, all: &[&str]) -> Parameter {
    let names = ArrayBuilder::new().items(one_of(all.iter().copied())).min_items(Some(1)).unique_items(true);
    let parameter = ParameterBuilder::new().name("fields").parameter_in(ParameterIn::Query).required(Required::False);
    let parameter = parameter.description(Some(about)).style(Some(ParameterStyle::Form)).explode(Some(false));
    parameter.schema(Some(RefOr::T(Schema::Array(names.build())))).build()
}

/// The chosen fields, in the order given; `None`: all.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Fields(Option<Vec<&'static str>>);

impl Fields {
    /// The fields that a request chooses among those there are.
    ///
    /// # Errors
    /// 400 for an unknown one, or one that is given twice.
    pub fn of(params: &Params, all: &[&'static str]) -> Result<Self, Problem> {
        let Some(given) = params.one("fields")? else { return Ok(Self(None)) };
        let mut chosen = vec![];
        for name in given.split(',').map(str::trim) {
            let refused = |detail: String| Problem::bad_parameter("fields").detail(detail).allowed(all.iter().copied());
            let field = all.iter().find(|field| **field == name);
            let field = field.ok_or_else(|| refused(format!("There is no field {name:?}.")))?;
            if chosen.contains(field) {
                return Err(refused(format!("The field {name:?} is given twice.")));
            }
            chosen.push(*field);
        }
        Ok(Self(Some(chosen)))
    }

    /// The chosen ones, or all.
    pub fn among<'a>(&'a self, all: &'a [&'static str]) -> &'a [&'static str] {
        self.0.as_deref().unwrap_or(all)
    }

    /// What of an address keeps them on the next page.
    pub fn query(&self) -> String {
        self.0.as_ref().map(|fields| format!("&fields={}", fields.join(","))).unwrap_or_default()
    }

    /// A row with these fields alone.
    pub fn of_row(&self, row: QueueRow) -> Row {
        let Some(fields) = &self.0 else { return Row::Whole(Box::new(row)) };
        let Ok(Value::Object(mut row)) = serde_json::to_value(row) else { return Row::Part(Map::new()) };
        let part = fields.iter().filter_map(|field| Some(((*field).to_owned(), row.remove(*field)?)));
        Row::Part(part.collect())
    }
}

/// A row, or the part of it that was asked for.
#[derive(Debug, Serialize)]
#[serde(untagged)]
pub enum Row {
    Whole(Box<QueueRow>),
    Part(Map<String, Value>),
}
