//! `/api/v1/sheets/unplaced`: rows of spreadsheets about items that are not here.

use axum::Json;
use axum::extract::State;
use serde::Serialize;
use utoipa::ToSchema;

use crate::activity::NoteText;
use crate::http::AppState;
use crate::http::description::answers::{NoAccount, Refused};
use crate::http::description::params::AccountParam;
use crate::http::description::schemas;
use crate::http::params::Params;
use crate::http::problem::Problem;
use crate::scrub::record;
use crate::service::Viewer;

/// Rows whose items are not here.
#[derive(Debug, Serialize, ToSchema)]
pub struct UnplacedAnswer {
    rows: Vec<UnplacedRow>,
}

/// A row of a spreadsheet about an item that was not here.
#[derive(Debug, Serialize, ToSchema)]
pub struct UnplacedRow {
    repository: String,
    #[schema(value_type = schemas::ItemType)]
    r#type: &'static str,
    number: i64,
    scrub: Option<i64>,
    recommended_action: String,
    comment: String,
    flag: String,
    read: bool,
    /// The position of the event that keeps it.
    position: i64,
}

/// List rows of spreadsheets about items that were not here.
///
/// The rows are kept. Once an item is here, its row is no longer listed, and importing the file again gives it its
/// place. If several rows are about the same item, the one of the newest scrub that says anything is listed. A token
/// without `private` sees only rows about public repositories that are here.
#[utoipa::path(
    get, path = "/api/v1/sheets/unplaced", tag = "sheets", operation_id = "list_unplaced_rows",
    params(AccountParam),
    responses((status = 200, description = "The oldest row first, at most 10,000", body = UnplacedAnswer), Refused, NoAccount),
)]
pub async fn unplaced(
    State(state): State<AppState>,
    viewer: Viewer,
    params: Params,
) -> Result<Json<UnplacedAnswer>, Problem> {
    params.only(&["account"])?;
    let rows = state.service.list_unplaced_rows(&viewer, params.one("account")?).await?;
    let rows = rows.into_iter().map(|row| {
        let record::UnplacedRow { position, item, repository, scrub, text, read } = row;
        let NoteText { recommended_action, comment, flag } = text;
        let (r#type, number) = (item.item_type.name(), item.number);
        UnplacedRow { repository, r#type, number, scrub, recommended_action, comment, flag, read, position }
    });
    Ok(Json(UnplacedAnswer { rows: rows.collect() }))
}
