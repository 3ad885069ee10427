//! `/api/v1/marks`: many items marked as read or unread at once, and that undone.

use axum::Json;
use axum::extract::{Path, State};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::AppState;
use super::authorship::WriteId;
use super::description::answers::{BadBody, BadKey, NoAccount, Refused};
use super::description::params::{AccountParam, ByParam, IdempotencyKey};
use super::description::schemas::{self, FullRepositoryName, PersonName};
use super::json::{Body, Whole};
use super::params::Params;
use super::problem::Problem;
use crate::service::Viewer;
use crate::service::marking::{MarkOutcome, NewMarks, UndoOutcome, WrittenAddress};

/// Items to be marked.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"read": true, "items": [{"repository": "acme/widgets", "number": 12}], "by": "octocat"}))]
pub struct MarksPlan {
    /// False takes the last reading of each item back.
    read: bool,
    /// Items of one account.
    #[schema(min_items = 1, max_items = 1000)]
    items: Vec<ItemKeyPlan>,
    /// Who says so. By default the token's name.
    #[schema(value_type = Option<PersonName>)]
    by: Option<String>,
}

/// An item's address.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ItemKeyPlan {
    #[schema(value_type = FullRepositoryName, example = "acme/widgets")]
    repository: String,
    #[schema(value_type = i64, minimum = 1, example = 12)]
    number: Whole,
}

/// What became of items that were to be marked.
#[derive(Debug, Serialize, ToSchema)]
pub struct MarksAnswer {
    /// By which it is undone. Null if there was nothing to do.
    #[schema(example = "0b7c9d0e-5f39-4a7e-9d9e-0f2a8f0f4c55")]
    id: Option<String>,
    /// The position of the account's log that includes it. Use it as `?min_position=` of a later request.
    #[schema(example = 99_812)]
    position: i64,
    /// How many were marked now.
    #[schema(example = 1)]
    done: usize,
    /// In the order of the request.
    items: Vec<MarkedRow>,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct MarkedRow {
    /// As the request names it.
    #[schema(example = "acme/widgets")]
    repository: String,
    #[schema(example = 12)]
    number: i64,
    #[schema(value_type = schemas::MarkOutcome)]
    result: &'static str,
}

/// What became of marks that were to be undone.
#[derive(Debug, Serialize, ToSchema)]
pub struct UndoneMarksAnswer {
    /// The position of the account's log that includes it.
    #[schema(example = 99_815)]
    position: i64,
    /// The items that were marked, by repository and number; those that the token may see.
    items: Vec<UndoneRow>,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct UndoneRow {
    #[schema(example = "acme/widgets")]
    repository: String,
    #[schema(example = 12)]
    number: i64,
    #[schema(value_type = schemas::UndoOutcome)]
    result: &'static str,
}

/// Mark many items as read, or as unread.
///
/// All of them at once, or none. Each counts as if it were marked by itself: an item that the same person read within the
/// hour is `already` read, and one without a mark `already` unread. The answer says of each item what became of it, and
/// has an id by which `DELETE /api/v1/marks/{id}` undoes all of it.
#[utoipa::path(
    post, path = "/api/v1/marks", tag = "items", operation_id = "mark_items", request_body = MarksPlan,
    params(AccountParam, IdempotencyKey),
    responses(
        (status = 200, description = "What became of each item", body = MarksAnswer),
        BadBody, Refused, NoAccount, BadKey,
    ),
)]
pub async fn create(
    State(state): State<AppState>,
    viewer: Viewer,
    id: WriteId,
    params: Params,
    Body(plan): Body<MarksPlan>,
) -> Result<Json<MarksAnswer>, Problem> {
    params.only(&["account"])?;
    let MarksPlan { read, items, by } = plan;
    let named: Vec<(String, i64)> = items.into_iter().map(|item| (item.repository, item.number.0)).collect();
    let items: Vec<WrittenAddress> = named.iter().map(written_address).collect::<Result<_, _>>()?;
    let (account, authorship) = (params.one("account")?, id.by(by.as_deref()));
    let marked = state.service.mark_items(&viewer, account, NewMarks { read, items }, authorship).await?;
    let done = marked.outcomes.iter().filter(|outcome| **outcome == MarkOutcome::Done).count();
    let rows = named.into_iter().zip(marked.outcomes).map(|((repository, number), outcome)| {
        let result = match outcome {
            MarkOutcome::Done => "done",
            MarkOutcome::Already => "already",
            MarkOutcome::Unknown => "unknown",
        };
        MarkedRow { repository, number, result }
    });
    let (id, position) = (marked.id.map(|id| id.to_string()), marked.position);
    Ok(Json(MarksAnswer { id, position, done, items: rows.collect() }))
}

fn written_address((repository, number): &(String, i64)) -> Result<WrittenAddress, Problem> {
    let is_name = |name: &str| {
        !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_.-".contains(&byte))
    };
    let parts = repository.split_once('/').filter(|(owner, name)| is_name(owner) && is_name(name));
    match parts {
        Some((owner, name)) if *number > 0 => {
            Ok(WrittenAddress { owner: owner.to_owned(), repository: name.to_owned(), number: *number })
        }
        _ => Err(Problem::bad_parameter("items").detail("Each has a repository, `owner/name`, and a number from 1.")),
    }
}

/// Undo marking many items.
///
/// The marks of each item are as they were before. An item that somebody has marked since stays as it is, and the answer says
/// which. To undo the same again changes nothing.
#[utoipa::path(
    delete, path = "/api/v1/marks/{id}", tag = "items", operation_id = "undo_marks",
    params(
        ("id" = String, Path, description = "The id that `POST /api/v1/marks` answered", example = "0b7c9d0e-5f39-4a7e-9d9e-0f2a8f0f4c55"),
        AccountParam,
        ByParam,
        IdempotencyKey,
    ),
    responses(
        (status = 200, description = "What became of each item", body = UndoneMarksAnswer),
        Refused, NoAccount, BadKey,
    ),
)]
pub async fn undo(
    State(state): State<AppState>,
    viewer: Viewer,
    Path(marks): Path<String>,
    id: WriteId,
    params: Params,
) -> Result<Json<UndoneMarksAnswer>, Problem> {
    params.only(&["account", "by"])?;
    let authorship = id.by(params.one("by")?);
    let undone = state.service.undo_marks(&viewer, params.one("account")?, &marks, authorship).await?;
    let mut items: Vec<UndoneRow> = undone
        .items
        .into_iter()
        .map(|(repository, number, outcome)| {
            let result = match outcome {
                UndoOutcome::Undone => "undone",
                UndoOutcome::Changed => "changed",
            };
            UndoneRow { repository, number, result }
        })
        .collect();
    items.sort_by(|one, other| (&one.repository, one.number).cmp(&(&other.repository, other.number)));
    Ok(Json(UndoneMarksAnswer { position: undone.position, items }))
}
