//! `GET /api/v1/scrubs/{number}/minutes.md`: a scrub as a text to paste.

use axum::extract::{Path, State};
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};

use super::named;
use crate::activity::{ItemType, NoteText};
use crate::http::AppState;
use crate::http::auth::{Caller, Scope};
use crate::http::params::Params;
use crate::http::problem::{NoAccount, Problem, Refused};
use crate::http::row::url;
use crate::rank::QueueItem;
use crate::scrub::deck::{Happening, Status};
use crate::scrub::minutes::{Met, MetItem, Minutes, markdown};
use crate::store::scrubs::deck::{DeckRow, Wanted, deck};
use crate::store::scrubs::read::Scrub;

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
    caller: Caller,
    Path(number): Path<String>,
    params: Params,
) -> Result<Response, Problem> {
    caller.require(Scope::Read)?;
    params.only(&["account"])?;
    let (account, scrub) = named(&state, &caller, &params, &number).await?;
    let rows = visited(&state, account.account_id, &scrub, caller.sees_private()).await?;
    let text = markdown(&minutes(&state, scrub, rows));
    let headers = [(CONTENT_TYPE, "text/markdown; charset=utf-8"), (CACHE_CONTROL, "private, no-cache")];
    Ok((headers, text).into_response())
}

/// All rows that the cursor has come to.
async fn visited(state: &AppState, account_id: i64, scrub: &Scrub, private: bool) -> Result<Vec<DeckRow>, Problem> {
    let date = state.calendar.today((state.clock)());
    let (mut all, mut after) = (vec![], Some(0));
    while let Some(place) = after {
        let wanted = Wanted { private, after: place, limit: AT_ONCE, visited: true };
        let (mut rows, next) =
            deck(&state.pool, (state.calendar.zone, date), &state.bots, account_id, scrub, wanted).await?;
        all.append(&mut rows);
        after = next;
    }
    Ok(all)
}

fn minutes(state: &AppState, scrub: Scrub, rows: Vec<DeckRow>) -> Minutes {
    let today = state.calendar.today((state.clock)());
    let open = scrub.closed_at.is_none();
    // The row on which a scrub was closed was neither read nor skipped.
    let met = rows.into_iter().filter(|row| matches!(row.status, Status::Read | Status::Skipped | Status::Current));
    Minutes {
        number: scrub.scrub,
        view: scrub.view.unwrap_or_default(),
        round: scrub.round.unwrap_or(1),
        date: scrub.date.unwrap_or(today),
        host: scrub.host.unwrap_or_default(),
        attendees: scrub.attendees,
        open,
        forgotten: scrub.forgotten,
        unread: scrub.total,
        rows: met.map(|row| told(scrub.scrub, row)).collect(),
    }
}

fn told(scrub: i64, row: DeckRow) -> Met {
    let name = format!("{}#{}", row.repository, row.frozen.number);
    let note = row.item.as_ref().and_then(|item| item.remarks.note());
    let noted_here = note.is_some_and(|note| note.scrub == Some(scrub));
    let note: Option<NoteText> = note.map(|note| note.text.clone());
    let outcome = |happening: Happening| (happening.kind, happening.actor);
    Met {
        name,
        skipped: row.status == Status::Skipped,
        current: row.status == Status::Current,
        note,
        noted_here,
        outcomes: row.outcomes.into_iter().map(outcome).collect(),
        item: row.item.map(met_item),
    }
}

fn met_item(item: QueueItem) -> MetItem {
    let item_type: ItemType = item.item_type;
    MetItem {
        name: format!("{}/{}#{}", item.owner, item.repository, item.place.number),
        item_type,
        url: url(&item),
        title: item.title,
        state: item.state,
    }
}
