//! The OpenAPI description: what belongs to no handler, and what is done to it once all handlers are in.
//!
//! - [`params`], [`answers`] and [`schemas`]: what handlers name in their annotations instead of describing it again;
//! - [`headers`]: the headers of answers;
//! - [`shared`]: what several operations have in common, written once;
//! - [`older`]: the same in OpenAPI 3.0.

pub mod answers;
mod headers;
mod older;
pub mod params;
pub mod schemas;
mod shared;

use serde_json::Value;
use utoipa::openapi::security::{ApiKey, ApiKeyValue, HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa::{IntoParams, Modify, OpenApi};

use self::params::IfNoneMatch;

/// The parts that belong to no handler.
#[derive(OpenApi)]
#[openapi(
    info(title = "Bug Scrub", license(name = "Apache-2.0", identifier = "Apache-2.0"),
        description = "An organization's whole backlog of issues, pull requests and discussions as one fair queue. \
            Errors are RFC 9457 problems. It never writes to GitHub."),
    servers((url = "/", description = "Where this document comes from")),
    security(("token" = []), ("session" = [])),
    modifiers(&Components),
    tags(
        (name = "queue", description = "The stale-age queue"),
        (name = "items", description = "One item; who read it, and the note on it"),
        (name = "sheets", description = "Spreadsheets, written and read back"),
        (name = "scrubs", description = "Meetings that read a view together, their decks and minutes"),
        (name = "stats", description = "Statistics of the backlog, each also as `.json`, `.csv` and `.svg`"),
        (name = "views", description = "Named filters, each with an order and what to do, and collections of them"),
        (name = "accounts", description = "The accounts that a token may see"),
        (name = "github", description = "How complete the data is, and what the App may do on GitHub"),
        (name = "people", description = "Who asks, and signing in"),
        (name = "tokens", description = "API tokens"),
        (name = "webhooks", description = "Where GitHub delivers"),
        (name = "operations", description = "Health, metrics, and what problems mean"),
    ),
)]
pub struct Description;

/// What handlers refer to by name.
struct Components;

impl Modify for Components {
    fn modify(&self, openapi: &mut utoipa::openapi::OpenApi) {
        let components = openapi.components.get_or_insert_default();
        let bearer = HttpBuilder::new().scheme(HttpAuthScheme::Bearer);
        let bearer = bearer.description(Some("A token created by `bugscrub token create`")).build();
        components.add_security_scheme("token", SecurityScheme::Http(bearer));
        let in_url = "A token with the scope `embed`, which may stand in a URL; no other token may";
        let in_url = ApiKey::Query(ApiKeyValue::with_description("token", in_url));
        components.add_security_scheme("embed_token", SecurityScheme::ApiKey(in_url));
        let ticket = "A ticket of `POST /api/v1/stream/tickets`, which opens streams for a minute";
        let ticket = ApiKey::Query(ApiKeyValue::with_description("ticket", ticket));
        components.add_security_scheme("ticket", SecurityScheme::ApiKey(ticket));
        let session = "A session, which begins at `/auth/sign-in`. It writes for pages of this service only";
        let session = ApiKey::Cookie(ApiKeyValue::with_description("__Host-bugscrub-session", session));
        components.add_security_scheme("session", SecurityScheme::ApiKey(session));
        components.schemas.extend(schemas::all());
        components.responses.extend(answers::all());
    }
}

/// The finished description of handlers that are all in, in OpenAPI 3.1.
pub fn finished(openapi: &utoipa::openapi::OpenApi) -> Value {
    let mut description = serde_json::to_value(openapi).expect("cannot fail: plain data with string keys");
    let if_none_match = IfNoneMatch::into_params(|| None).remove(0);
    let if_none_match = serde_json::to_value(if_none_match).expect("cannot fail: plain data with string keys");
    shared::tags(&mut description, &if_none_match);
    shared::headers(&mut description);
    shared::always_sent(&mut description);
    shared::parameters(&mut description);
    description
}

/// A description as text, without blanks: they would be a third of it.
pub fn text(description: &Value) -> String {
    description.to_string()
}

/// The description in OpenAPI 3.0.
pub fn older(description: &Value) -> Value {
    older::older(description.clone())
}
