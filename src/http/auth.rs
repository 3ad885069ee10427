//! Who asks: by the token that a request carries, the cookie of a session, or the ticket in their place.
//!
//! A token is shown by whoever means to. A cookie is sent by the browser, whoever makes it ask: so it writes only for
//! pages of our own.

use axum::extract::FromRequestParts;
use axum::http::Method;
use axum::http::header::AUTHORIZATION;
use axum::http::request::Parts;

use super::AppState;
use super::cookies::{check_own_page, session};
use super::problem::Problem;
use crate::service::Refusal;
use crate::service::tokens::Carried;
pub use crate::service::{Scope, Viewer};

/// What changes nothing.
const READS: [Method; 3] = [Method::GET, Method::HEAD, Method::OPTIONS];

impl FromRequestParts<AppState> for Viewer {
    type Rejection = Problem;

    /// # Errors
    /// 401 without a valid token or session, unless anybody may read; 403 if a page of another site asks for a write, or if
    /// token and session are two people's; 429 after too many requests.
    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, Problem> {
        let viewer = match (token(parts), session(&parts.headers)) {
            (Some((token, carried)), cookie) => {
                let viewer = state.service.authenticate(token, carried).await?;
                if let Some(cookie) = cookie {
                    state.service.check_same_person(&viewer, &cookie).await?;
                }
                viewer
            }
            (None, Some(cookie)) => {
                if !READS.contains(&parts.method) {
                    check_own_page(&parts.headers)?;
                }
                match (state.service.authenticate_session(&cookie).await, &state.public) {
                    // Whose session has ended is nobody, who may read.
                    (Err(Refusal::UnknownSession), Some(public)) if READS.contains(&parts.method) => {
                        return public.admit(parts, state.service.now());
                    }
                    (viewer, _) => viewer?,
                }
            }
            (None, None) => {
                if let Some(public) = &state.public {
                    return public.admit(parts, state.service.now());
                }
                let detail = "Send a token as `Authorization: Bearer TOKEN`, or sign in at /auth/sign-in.";
                return Err(Problem::unauthorized().detail(detail));
            }
        };
        counted(viewer, parts, state)
    }
}

/// Who follows a stream: by a token or a session, or by a ticket.
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
    if let Some(caller) = viewer.caller() {
        state.limits.count(caller, state.service.now(), &parts.extensions)?;
    }
    Ok(viewer)
}
