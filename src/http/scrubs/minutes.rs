//! `GET /api/v1/scrubs/{number}/minutes.md`: a scrub as a text to paste.

use axum::extract::{Path, State};
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};

use super::named;
use crate::activity::Sight;
use crate::http::AppState;
use crate::http::auth::{Scope, Viewer};
use crate::http::params::Params;
use crate::http::problem::{NoAccount, Problem, Refused};
use crate::scrub::Scrub;
use crate::scrub::deck::DeckRow;
use crate::scrub::minutes::Minutes;
use crate::store::scrubs::deck::{Wanted, deck};
use crate::store::scrubs::notes;

/// Rows that are read at once.
const AT_ONCE: i64 = 500;

/// Show the minutes of a scrub.
///
/// Markdown: who was there, what was read and what came of it, the notes, and what to follow up. It
/// mentions nobody, so pasting it on GitHub bothers nobody.
#[utoipa::path(
    get, path = "/api/v1/scrubs/{number}/minutes.md", tag = "scrubs",
    params(
        ("number" = String, Path, description = "The scrub's number", example = "51"),
        ("account" = Option<String>, Query, description = "Login or id; may be left out when the token sees one account"),
    ),
    responses(
        (status = 200, description = "Markdown", body = String, content_type = "text/markdown"),
        Refused, NoAccount,
    ),
)]
pub async fn show(
    State(state): State<AppState>,
    caller: Viewer,
    Path(number): Path<String>,
    params: Params,
) -> Result<Response, Problem> {
    caller.require(Scope::Read)?;
    params.only(&["account"])?;
    let (account, scrub) = named(&state, &caller, &params, &number).await?;
    let rows = visited(&state, account.account_id, &scrub, &caller.sight()).await?;
    let notes = match scrub.closed_at {
        Some(end) => {
            let addresses: Vec<_> = rows
                .iter()
                .filter_map(|row| row.item.as_ref())
                .map(|item| (item.place.repo_id, item.place.number))
                .collect();
            Some(notes::at_the_end(&state.pool, account.account_id, &addresses, scrub.scrub, end).await?)
        }
        None => None,
    };
    let text = Minutes::of(scrub, rows, notes.as_ref()).markdown();
    let headers = [(CONTENT_TYPE, "text/markdown; charset=utf-8"), (CACHE_CONTROL, "private, no-cache")];
    Ok((headers, text).into_response())
}

/// All rows that the cursor has come to, or that were read by way of a spreadsheet.
async fn visited(state: &AppState, account_id: i64, scrub: &Scrub, sight: &Sight) -> Result<Vec<DeckRow>, Problem> {
    let date = state.calendar.today((state.clock)());
    let (mut all, mut after) = (vec![], Some(0));
    while let Some(place) = after {
        let wanted = Wanted { sight: sight.clone(), after: place, limit: AT_ONCE, visited: true };
        let (mut rows, next) =
            deck(&state.pool, (state.calendar.zone, date), &state.bots, account_id, scrub, wanted).await?;
        all.append(&mut rows);
        after = next;
    }
    Ok(all)
}
