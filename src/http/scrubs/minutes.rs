//! `GET /api/v1/scrubs/{number}/minutes.md`: a scrub as a text to paste.

use std::collections::HashMap;

use axum::extract::{Path, State};
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};

use super::named;
use crate::activity::{ItemType, Note, Sight};
use crate::http::AppState;
use crate::http::auth::{Caller, Scope};
use crate::http::params::Params;
use crate::http::problem::{NoAccount, Problem, Refused};
use crate::http::row::url;
use crate::rank::QueueItem;
use crate::scrub::deck::{Happening, Status};
use crate::scrub::minutes::{Deck, Met, MetItem, Minutes, Outcome, markdown};
use crate::store::scrubs::deck::{DeckRow, Wanted, deck};
use crate::store::scrubs::notes;
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
    let rows = visited(&state, account.account_id, &scrub, &caller.sight()).await?;
    let notes = match scrub.closed_at {
        Some(end) => {
            let addresses: Vec<_> = rows.iter().filter_map(|row| row.item.as_ref()).map(address).collect();
            Some(notes::at_the_end(&state.pool, account.account_id, &addresses, scrub.scrub, end).await?)
        }
        None => None,
    };
    let text = markdown(&minutes(scrub, rows, notes.as_ref()));
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

fn address(item: &QueueItem) -> (i64, i64) {
    (item.place.repo_id, item.place.number)
}

/// `notes` are those that there were when the scrub ended; `None` while it goes on.
fn minutes(scrub: Scrub, rows: Vec<DeckRow>, notes: Option<&HashMap<(i64, i64), Note>>) -> Minutes {
    let (open, number) = (scrub.closed_at.is_none(), scrub.scrub);
    let rows = rows.into_iter().filter_map(|row| {
        let note = row.item.as_ref().and_then(|item| match notes {
            Some(notes) => notes.get(&address(item)),
            None => item.remarks.note(),
        });
        let note = note.cloned();
        told(number, open, row, note)
    });
    Minutes {
        number,
        date: scrub.date,
        host: scrub.host.filter(|host| !host.is_empty()),
        attendees: scrub.attendees,
        open,
        forgotten: scrub.forgotten,
        deck: scrub.view.map(|view| Deck { view, round: scrub.round.unwrap_or(1), unread: scrub.total }),
        rows: rows.collect(),
    }
}

/// `None` for what the cursor came to and left again without a word: somebody had read it alone.
fn told(scrub: i64, open: bool, row: DeckRow, note: Option<Note>) -> Option<Met> {
    // The row on which a scrub was closed was neither read nor skipped.
    let last = !open && row.visit.arrived.is_some() && !matches!(row.status, Status::Read | Status::Skipped);
    if !last && !matches!(row.status, Status::Read | Status::Skipped | Status::Current) {
        return None;
    }
    let outcome = |Happening { kind, about, actor, .. }: Happening| Outcome { kind, about, by: actor };
    Some(Met {
        name: format!("{}#{}", row.repository, row.frozen.number),
        skipped: row.status == Status::Skipped,
        current: last || row.status == Status::Current,
        noted_here: note.as_ref().is_some_and(|note| note.scrub == Some(scrub)),
        note: note.map(|note| note.text),
        outcomes: row.outcomes.into_iter().map(outcome).collect(),
        item: row.item.map(met_item),
    })
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
