//! `PUT /api/v1/scrubs/{number}/presence`: that somebody is there.

use axum::Json;
use axum::extract::{Path, State};
use serde::Deserialize;
use utoipa::ToSchema;

use super::number::scrub_number;
use super::room::RoomAnswer;
use crate::http::AppState;
use crate::http::auth::Visitor;
use crate::http::description::answers::{BadBody, NoAccount, Refused};
use crate::http::description::params::{AccountParam, ScrubPath};
use crate::http::description::schemas::PersonName;
use crate::http::json::{Body, Whole};
use crate::http::params::Params;
use crate::http::problem::Problem;
use crate::service::scrubs::room;

/// What a tab tells of itself.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"client": "3f0c9a1e", "place": 7, "following": false}))]
pub struct PresenceBeat {
    /// An id of this tab, such as a random number.
    #[schema(pattern = "^[A-Za-z0-9_-]{1,64}$")]
    client: String,
    /// The place that they look at. Null: none. If they follow, it is the cursor's, wherever that goes.
    #[schema(value_type = Option<i64>)]
    place: Option<Whole>,
    /// They look at what the cursor is on.
    #[serde(default)]
    #[schema(required = false)]
    following: bool,
    /// They are writing something.
    #[serde(default)]
    #[schema(required = false)]
    typing: bool,
    /// The tab is closed, or goes elsewhere.
    #[serde(default)]
    #[schema(required = false)]
    leaving: bool,
    /// Who they are; by default the token's name.
    #[schema(value_type = Option<PersonName>)]
    by: Option<String>,
}

/// Be there.
///
/// Send it when you come, every ten seconds, and when something changes; it counts for thirty seconds. Whoever may take part (the
/// scope `scrub`) is shown to the others, and put down as present when they come. Others are counted, and not named, unless they
/// left a name (`POST /api/v1/scrubs/{number}/guests`); where anybody reads, they need no token on a page of this service. It renews the
/// rows that you took to read by yourself. Whoever follows need not send it when the cursor moves.
#[utoipa::path(
    put, path = "/api/v1/scrubs/{number}/presence", tag = "scrubs", operation_id = "set_presence", request_body = PresenceBeat,
    params(ScrubPath, AccountParam),
    responses(
        (status = 200, description = "The room as it is now; that of a closed scrub is empty", body = RoomAnswer),
        BadBody, Refused, NoAccount,
    ),
)]
pub async fn put(
    State(state): State<AppState>,
    Visitor(viewer): Visitor,
    Path(number): Path<String>,
    params: Params,
    Body(beat): Body<PresenceBeat>,
) -> Result<Json<RoomAnswer>, Problem> {
    params.only(&["account"])?;
    let (account, number) = (params.one("account")?, scrub_number(&number));
    let PresenceBeat { client, place, following, typing, leaving, by } = beat;
    let presence = room::Presence { client, place: place.map(|Whole(place)| place), following, typing, leaving };
    let room = state.service.set_presence(&viewer, account, number, presence, by).await?;
    Ok(Json(RoomAnswer::from(&room)))
}
