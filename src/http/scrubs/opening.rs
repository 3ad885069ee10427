//! Opening a scrub: dealing the deck of what a round has left.

use std::time::Duration;

use axum::http::StatusCode;

use crate::activity::Sight;
use crate::activity::scrubbing::DeckPlace;
use crate::http::AppState;
use crate::http::auth::Viewer;
use crate::http::problem::Problem;
use crate::live::Places;
use crate::rank::{Filter, PageRequest, Place};
use crate::scrub::View;
use crate::scrub::progress::present_at_opening;
use crate::store::live::head;
use crate::store::scrubs::act::{self, NewScrub, Opened, Request};
use crate::store::scrubs::read;

/// Rows of a deck: nobody reads more before they go home.
pub const MOST_ROWS: usize = 10_000;
/// How often a deck is dealt anew because a round began meanwhile.
const TRIES: usize = 5;
/// How long to wait for the live ranking to know of all marks.
pub const LONGEST_WAIT: Duration = Duration::from_secs(5);

/// What is to be opened.
pub struct Wanted {
    pub view: String,
    pub host: String,
    pub attendees: Vec<String>,
}

/// Opens a scrub; answers its number and the account's position.
pub async fn open(
    state: &AppState,
    caller: &Viewer,
    account_id: i64,
    wanted: Wanted,
    request: &Request,
) -> Result<(i64, i64), Problem> {
    let (_, view) = state.service.view(account_id, &wanted.view).await?;
    let date = state.calendar.today((state.clock)());
    let filter = view.filter(date)?;
    if !filter.open_only() {
        return Err(Problem::bad_parameter("view").detail("A scrub reads what is open; this view shows other items."));
    }
    let mut begun = false;
    for _ in 0..TRIES {
        caught_up(state, account_id).await?;
        let round = read::round(&state.pool, account_id, &view.name, None).await?;
        let unread = filter.clone().unread_since(round.started);
        let dealt = places(state, account_id, caller.sight(), &view, unread.clone(), MOST_ROWS).await?;
        if dealt.places.is_empty() {
            let any = places(state, account_id, Sight::All, &view, unread, 1).await?.total > 0;
            let eligible = places(state, account_id, caller.sight(), &view, filter.clone(), 1).await?.total > 0;
            if any || begun || !eligible {
                return Err(nothing(any));
            }
            act::begin_round(&state.pool, account_id, &view.name, round.round, request).await?;
            begun = true;
            continue;
        }
        let new = NewScrub {
            view: view.name.clone(),
            round: round.round,
            date,
            host: wanted.host.clone(),
            attendees: present_at_opening(&wanted.host, &wanted.attendees),
            total: dealt.total,
            deck: dealt.places.iter().map(frozen).collect(),
        };
        match act::open(&state.pool, account_id, new, state.first_scrub, request).await? {
            Opened::Done(number, position) => return Ok((number, position)),
            Opened::Overtaken => {}
            Opened::Other(number) => {
                return Err(Problem::new(StatusCode::CONFLICT, "/problems/scrub-open", "A scrub is open")
                    .detail(format!("Scrub {number} reads this view; close it first."))
                    .allowed([number.to_string()]));
            }
        }
    }
    Err(Problem::unavailable("Rounds of the view begin faster than a deck can be dealt.", 1))
}

fn nothing(private: bool) -> Problem {
    let detail = match private {
        true => "What the round has left is in private repositories: that takes a token with the scope private.",
        false => "No open item is in this view now.",
    };
    Problem::new(StatusCode::CONFLICT, "/problems/nothing-to-read", "Nothing to read").detail(detail)
}

fn frozen(place: &Place) -> DeckPlace {
    let Place { key, rank, days_age, days_stale } = place;
    let (repo_id, number) = (key.repo_id, key.number);
    DeckPlace { repo_id, number, rank: rank.unwrap_or_default(), days_age: *days_age, days_stale: *days_stale }
}

/// Waits until the live ranking knows everything that is stored of an account now.
pub async fn caught_up(state: &AppState, account_id: i64) -> Result<(), Problem> {
    let mut connection = state.pool.acquire().await.map_err(crate::store::StoreError::from)?;
    let head = head(&mut connection, account_id).await?;
    drop(connection);
    let reached = tokio::time::timeout(LONGEST_WAIT, state.live.caught_up(head)).await;
    reached.map_err(|_| Problem::unavailable("The live ranking is behind the log.", 5))
}

/// The places of a view's items today.
pub async fn places(
    state: &AppState,
    account_id: i64,
    sight: Sight,
    view: &View,
    filter: Filter,
    limit: usize,
) -> Result<Places, Problem> {
    let date = state.calendar.today((state.clock)());
    let order = view.order;
    let request = PageRequest { account_id, sight, filter, order, date, past: false, after: None, limit };
    Ok(state.live.places(request).await?)
}
