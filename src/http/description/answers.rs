//! The answers that many operations give, each described once.
//!
//! A handler's annotation names them beside its own: `responses((status = 200, ...), Refused, NoAccount)`. An operation refers to
//! them in the document, which has each of them once, under its name.

use std::collections::BTreeMap;

use axum::http::StatusCode;
use utoipa::openapi::content::ContentBuilder;
use utoipa::openapi::header::Header;
use utoipa::openapi::response::{Response, ResponseBuilder};
use utoipa::openapi::{Ref, RefOr};
use utoipa::{IntoResponses, ToSchema};

use crate::http::problem::{Problem, kinds};
use crate::rank::Order;

/// An answer that has a name in the document.
struct NamedAnswer {
    name: &'static str,
    status: u16,
    about: &'static str,
    /// Headers, by the names that [`headers`](super::headers) has.
    headers: &'static [&'static str],
    /// The problem that it is, for example; an answer without has no body.
    problem: Option<fn() -> Problem>,
}

impl NamedAnswer {
    fn response(&self) -> Response {
        let mut response = ResponseBuilder::new().description(self.about);
        for name in self.headers {
            response = response.header(*name, Header::default());
        }
        if let Some(problem) = self.problem {
            let schema = Ref::from_schema_name(Problem::name());
            let example = serde_json::to_value(problem()).ok();
            let content = ContentBuilder::new().schema(Some(schema)).example(example).build();
            response = response.content("application/problem+json", content);
        }
        response.build()
    }
}

macro_rules! answers {
    (
        $($id:ident = $status:literal, $about:literal, [$($header:literal),*], $problem:expr;)*
        $($(#[$doc:meta])* pub $group:ident = [$($member:ident),*];)*
    ) => {
        $(
            #[allow(non_upper_case_globals)]
            const $id: NamedAnswer = NamedAnswer {
                name: stringify!($id), status: $status, about: $about, headers: &[$($header),*], problem: $problem,
            };
        )*

        /// All of them, by name.
        pub fn all() -> Vec<(String, RefOr<Response>)> {
            [$($id),*].into_iter().map(|shared| (shared.name.to_owned(), RefOr::T(shared.response()))).collect()
        }

        $(
            $(#[$doc])*
            pub struct $group;

            impl IntoResponses for $group {
                fn responses() -> BTreeMap<String, RefOr<Response>> {
                    let members = [$($member),*].into_iter();
                    members.map(|shared| {
                        let place = format!("#/components/responses/{}", shared.name);
                        (shared.status.to_string(), RefOr::Ref(Ref::new(place)))
                    }).collect()
                }
            }
        )*
    };
}

answers! {
    NotModified = 304, "Nothing has changed since the answer with the ETag in `If-None-Match`", ["ETag"], None;
    Transferred = 308, "The item was transferred; `Location` has its new address", ["Location"], None;
    Invalid = 400, "A parameter is wrong; `parameter` names it", [],
        Some(|| Problem::bad_parameter("order").detail("There is no such order.").allowed(Order::NAMES));
    Unauthorized = 401, "There is no token or session, or it is not valid", ["WWW-Authenticate"],
        Some(|| Problem::unauthorized().detail("Send a token as `Authorization: Bearer TOKEN`."));
    Forbidden = 403, "The token lacks the required scope", [],
        Some(|| Problem::of(StatusCode::FORBIDDEN).detail("The token lacks the scope read."));
    NotFound = 404, "There is no such account, or nothing of this name or number that the token may see", [],
        Some(|| Problem::new(&kinds::UNKNOWN_ACCOUNT).detail("There is no such account that the token may see."));
    AmbiguousLogin = 409, "Several accounts have had this login; `allowed` lists their ids", [],
        Some(|| Problem::new(&kinds::LOGIN_REUSED).detail("Name one by id.").allowed(["9919", "14957082"]));
    Deleted = 410, "The item was deleted on GitHub", [], Some(|| Problem::new(&kinds::ITEM_DELETED));
    DatePassed = 410, "The cursor's date has passed", [], Some(|| Problem::new(&kinds::DATE_OVER));
    BodyTooLarge = 413, "The body is larger than 256 KiB", [],
        Some(|| Problem::of(StatusCode::PAYLOAD_TOO_LARGE).detail("At most 256 KiB."));
    NotJson = 415, "The body is not application/json", [],
        Some(|| Problem::of(StatusCode::UNSUPPORTED_MEDIA_TYPE).detail("Send application/json."));
    ReusedKey = 422, "The `Idempotency-Key` came with another request before", [], Some(|| Problem::new(&kinds::KEY_REUSED));
    TooManyRequests = 429, "Too many requests from this token, or from this address without one", ["Retry-After"],
        Some(|| Problem::of(StatusCode::TOO_MANY_REQUESTS).detail("You may make 6000 requests a minute."));
    Failed = 500, "Something failed on our side", [], Some(Problem::internal);
    Unavailable = 503, "The database cannot be reached, or too much is going on at once", ["Retry-After"],
        Some(|| Problem::unavailable("The database cannot be reached.", 5));
    TooEarly = 504, "The log did not reach `min_position` in time", [],
        Some(|| Problem::new(&kinds::POSITION_NOT_REACHED));

    /// The refusals that every question of a token may meet.
    pub Refused = [Invalid, Unauthorized, Forbidden, TooManyRequests, Failed, Unavailable];
    /// Too many requests from an address, where anybody may ask.
    pub Limited = [TooManyRequests];
    /// The further refusals that every question about one account may meet.
    pub NoAccount = [NotFound, AmbiguousLogin];
    /// The log did not reach `min_position` in time.
    pub NotReached = [TooEarly];
    /// The same where 409 says something else.
    pub NotKnown = [NotFound];
    /// What becomes of an item's address.
    pub Elsewhere = [Transferred, Deleted];
    /// The pages of yesterday's ranking have ended.
    pub DateOver = [DatePassed];
    /// What is wrong with a body before it is read.
    pub BadBody = [BodyTooLarge, NotJson];
    /// What is wrong with an `Idempotency-Key`, and with a body that is read to compare it.
    pub BadKey = [BodyTooLarge, ReusedKey];
}
