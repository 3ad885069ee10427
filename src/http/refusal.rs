//! Refusals of the service, as clients see them.

use axum::http::StatusCode;

use super::problem::{Problem, kinds};
use crate::github::GitHubError;
use crate::service::Refusal;
use crate::sheet::BadSheet;
use crate::store::StoreError;

impl From<Refusal> for Problem {
    fn from(refusal: Refusal) -> Self {
        let says = refusal.to_string();
        let of = |kind| Problem::new(kind).detail(says.clone());
        match refusal {
            Refusal::UnknownToken
            | Refusal::NotForUrls
            | Refusal::UnknownTicket
            | Refusal::NoToken
            | Refusal::UnknownSession
            | Refusal::PersonSignedOut => Problem::unauthorized().detail(says),
            Refusal::SignInOff => of(&kinds::SIGN_IN_OFF),
            Refusal::SignInFailed(_) => of(&kinds::SIGN_IN_FAILED),
            Refusal::GitHub(error) => error.into(),
            Refusal::MissingScope(_)
            | Refusal::OtherView(_)
            | Refusal::OtherPerson
            | Refusal::SignInForTokens
            | Refusal::NotAttending => Problem::of(StatusCode::FORBIDDEN).detail(says),
            Refusal::NotesHidden { parameter } => of(&kinds::PARAMETER_FORBIDDEN).parameter(parameter),
            Refusal::BadParameter { name, detail, allowed } => {
                let problem = Problem::bad_parameter(name).detail(detail);
                match allowed {
                    None => problem,
                    Some(allowed) => problem.allowed(allowed),
                }
            }
            Refusal::UnknownAccount | Refusal::NoAccount => of(&kinds::UNKNOWN_ACCOUNT),
            Refusal::LoginReused { ids } => of(&kinds::LOGIN_REUSED).allowed(ids.iter().map(i64::to_string)),
            Refusal::NoTokenInForce => Problem::of(StatusCode::NOT_FOUND).detail(says),
            Refusal::UnknownView | Refusal::NoStoredView => of(&kinds::UNKNOWN_VIEW),
            Refusal::UnknownCollection => of(&kinds::UNKNOWN_COLLECTION),
            Refusal::ViewDeclared => of(&kinds::VIEW_DECLARED),
            Refusal::ViewBuiltIn => of(&kinds::VIEW_BUILT_IN),
            Refusal::TooManyViews => of(&kinds::TOO_MANY_VIEWS),
            // Requests for the item itself are sent to its new address: `items::elsewhere`.
            Refusal::UnknownItem | Refusal::ItemMoved { .. } => of(&kinds::UNKNOWN_ITEM),
            Refusal::ItemDeleted => of(&kinds::ITEM_DELETED),
            Refusal::DateOver => of(&kinds::DATE_OVER),
            Refusal::UnknownMarks => of(&kinds::UNKNOWN_MARKS),
            Refusal::UnknownScrub => of(&kinds::UNKNOWN_SCRUB),
            Refusal::ScrubEnded => of(&kinds::SCRUB_CLOSED),
            Refusal::TooManyGuests => of(&kinds::TOO_MANY_GUESTS),
            Refusal::UnknownRow => of(&kinds::UNKNOWN_ROW),
            Refusal::ScrubOpen { number } => of(&kinds::SCRUB_OPEN).allowed([number.to_string()]),
            Refusal::TextNotShown => of(&kinds::TEXT_NOT_SHOWN),
            Refusal::GitHubLimits { seconds } => {
                Problem::unavailable("GitHub takes no more requests for now.", seconds)
            }
            Refusal::GitHubAway => Problem::unavailable("GitHub cannot be reached, or fails.", 30),
            Refusal::NothingToRead => of(&kinds::NOTHING_TO_READ),
            Refusal::BadSheet(bad) => bad.into(),
            Refusal::OtherSheet => of(&kinds::OTHER_SHEET),
            // A 5xx says only what is written here.
            Refusal::TooBusy(detail) => Problem::unavailable(detail, 1),
            Refusal::RankingBehind => Problem::unavailable("The live ranking is behind the log.", 5),
            Refusal::PositionNotReached => Problem::new(&kinds::POSITION_NOT_REACHED)
                .detail("The account's log did not reach this position in 5 seconds."),
            Refusal::NoSchedule => of(&kinds::NO_SCHEDULE),
            Refusal::UnknownMeeting { near } => {
                of(&kinds::UNKNOWN_MEETING).allowed(near.iter().map(ToString::to_string))
            }
            Refusal::UnknownTalk => of(&kinds::UNKNOWN_TALK),
            Refusal::TooManyTalks => of(&kinds::TOO_MANY_TALKS),
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
            _ => kinds::BAD_SHEET.status,
        };
        let text = bad.to_string();
        let mut letters = text.chars();
        let first = letters.next().into_iter().flat_map(char::to_uppercase);
        let sentence: String = first.chain(letters).collect();
        Problem::new(&kinds::BAD_SHEET).status_of(status).detail(format!("{sentence}."))
    }
}

impl From<GitHubError> for Problem {
    fn from(error: GitHubError) -> Self {
        if let GitHubError::Store(error) = error {
            return error.into();
        }
        tracing::warn!(error = &error as &dyn std::error::Error, "GitHub could not be asked for a person");
        Problem::unavailable("GitHub cannot be asked now.", 10)
    }
}

impl From<StoreError> for Problem {
    fn from(error: StoreError) -> Self {
        if matches!(error, StoreError::KeyReused) {
            return Problem::new(&kinds::KEY_REUSED)
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
