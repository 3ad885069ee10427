//! Refusals of the service, as clients see them.

use axum::http::StatusCode;

use super::problem::Problem;
use crate::service::Refusal;
use crate::sheet::BadSheet;
use crate::store::StoreError;

impl From<Refusal> for Problem {
    fn from(refusal: Refusal) -> Self {
        let says = refusal.to_string();
        let of = |status, kind, title| Problem::new(status, kind, title).detail(says.clone());
        match refusal {
            Refusal::UnknownToken | Refusal::NotForUrls | Refusal::UnknownTicket => {
                Problem::unauthorized().detail(says)
            }
            Refusal::MissingScope(_) | Refusal::OtherView(_) => Problem::of(StatusCode::FORBIDDEN).detail(says),
            Refusal::BadParameter { name, detail, allowed } => {
                let problem = Problem::bad_parameter(name).detail(detail);
                match allowed {
                    None => problem,
                    Some(allowed) => problem.allowed(allowed),
                }
            }
            Refusal::UnknownAccount => of(StatusCode::NOT_FOUND, "/problems/unknown-account", "Unknown account"),
            Refusal::LoginReused { ids } => {
                of(StatusCode::CONFLICT, "/problems/login-reused", "Login of several accounts")
                    .allowed(ids.iter().map(i64::to_string))
            }
            Refusal::NoTokenInForce => Problem::of(StatusCode::NOT_FOUND).detail(says),
            Refusal::UnknownView | Refusal::NoStoredView => {
                of(StatusCode::NOT_FOUND, "/problems/unknown-view", "Unknown view")
            }
            Refusal::ViewDeclared => of(StatusCode::CONFLICT, "/problems/view-declared", "View declared in a file"),
            Refusal::ViewBuiltIn => of(StatusCode::FORBIDDEN, "/problems/view-built-in", "Built-in view"),
            Refusal::TooManyViews => of(StatusCode::CONFLICT, "/problems/too-many-views", "Too many views"),
            // Requests for the item itself are sent to its new address: `items::elsewhere`.
            Refusal::UnknownItem | Refusal::ItemMoved { .. } => {
                of(StatusCode::NOT_FOUND, "/problems/unknown-item", "Unknown item")
            }
            Refusal::ItemDeleted => of(StatusCode::GONE, "/problems/item-deleted", "Item deleted"),
            Refusal::DateOver => of(StatusCode::GONE, "/problems/date-over", "The cursor's date has passed"),
            Refusal::UnknownScrub => of(StatusCode::NOT_FOUND, "/problems/unknown-scrub", "Unknown scrub"),
            Refusal::ScrubOpen { number } => {
                of(StatusCode::CONFLICT, "/problems/scrub-open", "A scrub is open").allowed([number.to_string()])
            }
            Refusal::NothingToRead => of(StatusCode::CONFLICT, "/problems/nothing-to-read", "Nothing to read"),
            Refusal::BadSheet(bad) => bad.into(),
            // A 5xx says only what is written here.
            Refusal::TooBusy(detail) => Problem::unavailable(detail, 1),
            Refusal::RankingBehind => Problem::unavailable("The live ranking is behind the log.", 5),
            Refusal::PositionNotReached => {
                Problem::new(StatusCode::GATEWAY_TIMEOUT, "/problems/position-not-reached", "Position not reached")
                    .detail("The account's log did not reach this position in 5 seconds.")
            }
            Refusal::NoSchedule => of(StatusCode::NOT_FOUND, "/problems/no-schedule", "No schedule"),
            // Only the command line can be refused like this.
            Refusal::NotFetched(_) => Problem::internal(),
            Refusal::Store(error) => error.into(),
            Refusal::Ingest(error) => error.into(),
            Refusal::Failed => Problem::internal(),
        }
    }
}

impl From<BadSheet> for Problem {
    fn from(bad: BadSheet) -> Self {
        let status = match bad {
            BadSheet::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            _ => StatusCode::UNPROCESSABLE_ENTITY,
        };
        let text = bad.to_string();
        let mut letters = text.chars();
        let first = letters.next().into_iter().flat_map(char::to_uppercase);
        let sentence: String = first.chain(letters).collect();
        Problem::new(status, "/problems/bad-sheet", "The file cannot be read").detail(format!("{sentence}."))
    }
}

impl From<StoreError> for Problem {
    fn from(error: StoreError) -> Self {
        if matches!(error, StoreError::KeyReused) {
            return Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "/problems/key-reused", "Idempotency-Key reused")
                .detail("This key came with another request before. Choose a new key for each request.");
        }
        if error.is_unavailable() {
            tracing::warn!(error = &error as &dyn std::error::Error, "the store could not be reached");
            Problem::unavailable("The database cannot be reached.", 5)
        } else {
            tracing::error!(error = &error as &dyn std::error::Error, "the store failed");
            Problem::internal()
        }
    }
}
