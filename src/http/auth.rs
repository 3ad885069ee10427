//! Who asks: the bearer token of a request, or the ticket in its place.

use axum::extract::FromRequestParts;
use axum::http::header::AUTHORIZATION;
use axum::http::request::Parts;

use super::AppState;
use super::problem::Problem;
pub use crate::service::{Scope, Viewer};
use crate::service::{Who, tokens::Carried};

impl FromRequestParts<AppState> for Viewer {
    type Rejection = Problem;

    /// # Errors
    /// 401 without a valid token, unless anybody may read; 429 after too many requests.
    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, Problem> {
        let Some((token, carried)) = token(parts) else {
            if let Some(public) = &state.public {
                return public.admit(parts, state.service.now());
            }
            return Err(Problem::unauthorized().detail("Send a token as `Authorization: Bearer TOKEN`."));
        };
        let viewer = state.service.authenticate(token, carried).await?;
        counted(viewer, parts, state)
    }
}

/// Who follows a stream: by a token, or by a ticket.
pub struct Admitted(pub Viewer);

impl FromRequestParts<AppState> for Admitted {
    type Rejection = Problem;

    /// # Errors
    /// 401 without a valid token or ticket, 400 with both, 429 if the token has made too many requests.
    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, Problem> {
        let Some(ticket) = in_query(parts, "ticket=") else {
            return Ok(Self(Viewer::from_request_parts(parts, state).await?));
        };
        if token(parts).is_some() {
            return Err(
                Problem::bad_parameter("ticket").detail("A ticket stands in the place of a token: send either.")
            );
        }
        let viewer = state.service.admit(ticket).await?;
        Ok(Self(counted(viewer, parts, state)?))
    }
}

/// The token that a request carries, and where.
fn token(parts: &Parts) -> Option<(&str, Carried)> {
    let header = parts.headers.get(AUTHORIZATION).and_then(|value| value.to_str().ok());
    let in_header = header.and_then(|value| {
        let (scheme, token) = value.split_once(' ')?;
        // Clients of GitHub write `token`, which GitHub takes too.
        let known = ["Bearer", "token"].iter().any(|known| scheme.eq_ignore_ascii_case(known));
        known.then_some((token.trim(), Carried::InHeader))
    });
    in_header.or_else(|| in_query(parts, "token=").map(|token| (token, Carried::InUrl)))
}

fn in_query<'a>(parts: &'a Parts, name: &str) -> Option<&'a str> {
    parts.uri.query().into_iter().flat_map(|query| query.split('&')).find_map(|pair| pair.strip_prefix(name))
}

/// The viewer, once the request is counted.
fn counted(viewer: Viewer, parts: &Parts, state: &AppState) -> Result<Viewer, Problem> {
    if let Who::Token { id, .. } = viewer.who() {
        state.limits.count(*id, state.service.now(), &parts.extensions)?;
    }
    Ok(viewer)
}
