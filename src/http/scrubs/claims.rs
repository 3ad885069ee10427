//! `PUT /api/v1/scrubs/{number}/claims`: rows that somebody takes to read by themselves.

use axum::Json;
use axum::extract::{Path, State};
use serde::Deserialize;
use utoipa::ToSchema;

use super::number::scrub_number;
use super::room::{RoomAnswer, changed};
use crate::http::AppState;
use crate::http::description::answers::{BadBody, NotKnown, Refused};
use crate::http::description::params::{AccountParam, ScrubPath};
use crate::http::description::schemas::PersonName;
use crate::http::json::{Body, Whole};
use crate::http::params::Params;
use crate::http::problem::{Problem, kinds};
use crate::service::Viewer;
use crate::service::scrubs::room::ClaimWish;

/// Rows to take or to give back: one of these.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(example = json!({"take": 10}))]
#[serde(
    untagged,
    expecting = "one of `take` (how many of the next rows), `places` (which rows) and `release` (places, or \"all\")"
)]
pub enum RowClaims {
    Next(NextRows),
    Places(RowsAt),
    Release(RowsBack),
    ReleaseAll(AllRowsBack),
}

/// The next so many rows after the cursor that are to be read and that nobody took.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"take": 10}))]
pub struct NextRows {
    #[schema(value_type = i64, minimum = 1, maximum = 100)]
    take: Whole,
    /// Who takes them; by default the token's name.
    #[schema(value_type = Option<PersonName>)]
    by: Option<String>,
}

/// Rows at certain places.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"places": [4, 5]}))]
pub struct RowsAt {
    #[schema(value_type = Vec<i64>, min_items = 1, max_items = 100)]
    places: Vec<Whole>,
    /// Who takes them; by default the token's name.
    #[schema(value_type = Option<PersonName>)]
    by: Option<String>,
}

/// Rows to give back, by their places.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"release": [4]}))]
pub struct RowsBack {
    #[schema(value_type = Vec<i64>, min_items = 1, max_items = 100)]
    release: Vec<Whole>,
    /// Whose they are; by default the token's name.
    #[schema(value_type = Option<PersonName>)]
    by: Option<String>,
}

/// All rows to give back that somebody took.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"release": "all"}))]
pub struct AllRowsBack {
    release: AllRows,
    /// Whose they are; by default the token's name.
    #[schema(value_type = Option<PersonName>)]
    by: Option<String>,
}

/// All that somebody took.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum AllRows {
    All,
}

/// Take rows, or give them back.
///
/// Whoever divides a long deck takes rows, and reads them by themselves (`POST .../rows/{place}/read`). They are theirs for ten
/// minutes, and as long as they are there. Meanwhile the cursor passes over these rows, unless they move it themselves. A row that
/// was not read until then is everybody's again.
#[utoipa::path(
    put, path = "/api/v1/scrubs/{number}/claims", tag = "scrubs", operation_id = "claim_rows", request_body = RowClaims,
    params(ScrubPath, AccountParam),
    responses(
        (status = 200, description = "The room as it is now; `claims` has what was taken", body = RoomAnswer),
        (status = 409, description = "Somebody else took one of the rows (`/problems/claimed`), or the scrub is closed (`/problems/scrub-closed`); `current` has the room", body = Problem, content_type = "application/problem+json"),
        NotKnown, BadBody, Refused,
    ),
)]
pub async fn put(
    State(state): State<AppState>,
    viewer: Viewer,
    Path(number): Path<String>,
    params: Params,
    Body(claims): Body<RowClaims>,
) -> Result<Json<RoomAnswer>, Problem> {
    params.only(&["account"])?;
    let (account, number) = (params.one("account")?, scrub_number(&number));
    let numbers = |places: Vec<Whole>| places.into_iter().map(|Whole(place)| place).collect();
    let (wish, by) = match claims {
        // Below 1 it is refused as what is too much is.
        RowClaims::Next(NextRows { take: Whole(take), by }) => {
            (ClaimWish::Take(usize::try_from(take).unwrap_or(0)), by)
        }
        RowClaims::Places(RowsAt { places, by }) => (ClaimWish::Places(numbers(places)), by),
        RowClaims::Release(RowsBack { release, by }) => (ClaimWish::Release(numbers(release)), by),
        RowClaims::ReleaseAll(AllRowsBack { release: AllRows::All, by }) => (ClaimWish::ReleaseAll, by),
    };
    let outcome = state.service.claim_rows(&viewer, account, number, wish, by).await?;
    changed(outcome, Problem::new(&kinds::CLAIMED).detail("Somebody else took one of these rows."))
}
