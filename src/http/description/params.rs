//! The parameters that several operations take, each described once.
//!
//! `params(AccountParam, ...)` in a handler's annotation adds them. The document has each of them once: see
//! [`shared`](super::shared).

use utoipa::IntoParams;
use utoipa::openapi::path::{Parameter, ParameterBuilder, ParameterIn};
use utoipa::openapi::{RefOr, Required, Schema};

use super::schemas::{
    self, Audience, DateOrDaysAgo, NAME, Order, PersonName, ScheduledDate, ViewName, named, number, text,
};
use crate::http::authorship::KEY_PATTERN;

/// An optional parameter of a query.
pub fn in_query(name: &str, about: &str, schema: RefOr<Schema>) -> Parameter {
    parameter(name, ParameterIn::Query, about, schema).required(Required::False).build()
}

/// An optional header.
pub fn in_header(name: &str, about: &str, schema: RefOr<Schema>) -> Parameter {
    parameter(name, ParameterIn::Header, about, schema).required(Required::False).build()
}

/// A part of the path.
pub fn in_path(name: &str, about: &str, schema: RefOr<Schema>, example: impl Into<serde_json::Value>) -> Parameter {
    parameter(name, ParameterIn::Path, about, schema).required(Required::True).example(Some(example.into())).build()
}

fn parameter(name: &str, place: ParameterIn, about: &str, schema: RefOr<Schema>) -> ParameterBuilder {
    ParameterBuilder::new().name(name).parameter_in(place).description(Some(about)).schema(Some(schema))
}

macro_rules! params {
    ($($(#[$doc:meta])* $name:ident = [$($parameter:expr),* $(,)?];)*) => {
        $(
            $(#[$doc])*
            pub struct $name;

            impl IntoParams for $name {
                fn into_params(_: impl Fn() -> Option<ParameterIn>) -> Vec<Parameter> {
                    vec![$($parameter),*]
                }
            }
        )*
    };
}

params! {
    /// Which account.
    AccountParam = [in_query(
        "account", "A login or id. May be left out if the token sees one account.", text(NAME),
    )];

    /// Which view.
    ViewParam = [in_query("view", "A view's name. Filters beside it narrow it.", named::<ViewName>())];

    /// Which item, by its address on GitHub, and the account if it is not that of the owner.
    ItemPath = [
        in_path("owner", "The login of the repository's owner", text(NAME), "acme"),
        in_path("repo", "The repository's name", text(NAME), "widgets"),
        in_path("number", "The item's number", number(1, i64::MAX), 12),
        in_query("account", "A login or id; by default the account of `owner`.", text(NAME)),
    ];

    /// Which scrub.
    ScrubPath = [in_path("number", "The scrub's number", number(1, i64::MAX), 51)];

    /// Which meeting.
    MeetingPath = [in_path("date", "The date that the schedule has", named::<ScheduledDate>(), "2026-12-23")];

    /// Who acts.
    ByParam = [in_query("by", "Who does it; by default the token's name.", named::<PersonName>())];

    /// In which order.
    OrderParam = [in_query("order", "By default the view's order; without a view, `stalest`.", named::<Order>())];

    /// Whether what is private is left out.
    VisibilityParam = [in_query(
        "visibility",
        "`public` leaves out what is in private repositories, as for a token without `private`. By default `all`. It may \
         stand beside a cursor.",
        named::<Audience>(),
    )];

    /// How a CSV file begins.
    ByteOrderMarkParam = [in_query(
        "bom",
        "`true`: begin with a byte order mark. Excel needs it to read anything but English; other programs read it as part \
         of the first column's name.",
        <bool as utoipa::PartialSchema>::schema(),
    )];

    /// Whether texts are guarded.
    RawParam = [in_query(
        "raw",
        "Of CSV: `true` leaves out the apostrophe in front of what a spreadsheet would take for a formula.",
        <bool as utoipa::PartialSchema>::schema(),
    )];

    /// Whether what views have is counted.
    CountsParam = [in_query(
        "counts", "`true`: how many items a view has now, and how many of them are unread.",
        <bool as utoipa::PartialSchema>::schema(),
    )];

    /// A past date.
    AsOfParam = [in_query(
        "as_of", "What was known at the end of this date, or of the day that many days ago (`30d`).",
        named::<DateOrDaysAgo>(),
    )];

    /// Which position the answer must include.
    MinPositionParam = [in_query(
        "min_position", "Wait for up to 5 seconds until the answer includes this position of the log.",
        number(0, i64::MAX),
    )];

    /// The header of a write that may be repeated.
    IdempotencyKey = [in_header(
        "Idempotency-Key",
        "A key of your own for this request, such as a UUID. A request that is sent again under the same key is done once; \
         another request under it is refused with 422.",
        text(KEY_PATTERN),
    )];

    /// The header of a reader who has the answer already.
    IfNoneMatch = [in_header(
        "If-None-Match", "The ETag of an earlier answer. The answer is 304 if nothing has changed since.",
        text(schemas::TEXT),
    )];

    /// The header of a writer who has read what is there.
    IfMatch = [in_header(
        "If-Match", "The ETag of the note that was read, or `*` to replace whatever is there. Not needed if there is none.",
        text(schemas::TEXT),
    )];

    /// The header of a writer who has read nothing, and wants to replace nothing.
    IfFirst = [in_header(
        "If-None-Match", "`*`: only if there is no note yet. Not beside `If-Match`.", text(r"^\s*\*\s*$"),
    )];
}
