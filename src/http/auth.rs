//! Who asks: by the token that a request carries, the cookie of a session, or the ticket in their place.
//!
//! A token is shown by whoever means to. A cookie is sent by the browser, whoever makes it ask: so it writes only for
//! pages of our own.

use axum::extract::FromRequestParts;
use axum::http::header::AUTHORIZATION;
use axum::http::request::Parts;
use axum::http::{Method, StatusCode};

use super::AppState;
use super::cookies::{check_own_page, session};
use super::problem::Problem;
use crate::service::Refusal;
use crate::service::tokens::{Credential, TokenCarrier};
pub use crate::service::{Scope, Viewer};

/// What changes nothing.
const READS: [Method; 3] = [Method::GET, Method::HEAD, Method::OPTIONS];

impl FromRequestParts<AppState> for Viewer {
    type Rejection = Problem;

    /// # Errors
    /// 401 without a valid token or session, unless anybody may read; 403 if a page of another site asks for a write, or if
    /// token and session are two people's; 429 after too many requests.
    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, Problem> {
        match (token(parts), session(&parts.headers)) {
            (Some((token, carried)), cookie) => {
                let viewer = viewer(token, state.service.recognize_token(token, carried), parts, state).await??;
                if let Some(cookie) = cookie {
                    state.service.check_same_person(&viewer, &cookie).await?;
                }
                Ok(viewer)
            }
            (None, Some(cookie)) => {
                let reads = READS.contains(&parts.method);
                if !reads {
                    check_own_page(&parts.headers)?;
                }
                let viewer = viewer(&cookie, state.service.recognize_session(&cookie), parts, state).await?;
                match (viewer, &state.public) {
                    // Whose session has ended is nobody, who may read.
                    (Err(Refusal::UnknownSession), Some(public)) if reads => public.admit(parts, state.service.now()),
                    (viewer, _) => Ok(viewer?),
                }
            }
            (None, None) => {
                if let Some(public) = &state.public {
                    return public.admit(parts, state.service.now());
                }
                let detail = "Send a token as `Authorization: Bearer TOKEN`, or sign in at /auth/sign-in.";
                Err(Problem::unauthorized().detail(detail))
            }
        }
    }
}

/// Who is there: as everybody, and where anybody reads also somebody whom nobody knows, on a page of ours.
pub struct Visitor(pub Viewer);

impl FromRequestParts<AppState> for Visitor {
    type Rejection = Problem;

    /// # Errors
    /// As for [`Viewer`]; 403 if a page of another site asks.
    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, Problem> {
        match &state.public {
            Some(public) if token(parts).is_none() && session(&parts.headers).is_none() => {
                check_own_page(&parts.headers)?;
                Ok(Self(public.visit(parts, state.service.now())?))
            }
            _ => Ok(Self(Viewer::from_request_parts(parts, state).await?)),
        }
    }
}

/// Somebody whom nobody knows and who leaves a name, on a page of ours, where anybody reads.
pub struct Guest(pub Viewer);

impl FromRequestParts<AppState> for Guest {
    type Rejection = Problem;

    /// # Errors
    /// 401 where nobody reads without a token, 403 for who is known and for pages of other sites, 429 after too many names
    /// from the address.
    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, Problem> {
        let known = || Problem::of(StatusCode::FORBIDDEN).detail("You are known here: come as yourself.");
        if token(parts).is_some() {
            return Err(known());
        }
        check_own_page(&parts.headers)?;
        if let Some(cookie) = session(&parts.headers) {
            match viewer(&cookie, state.service.recognize_session(&cookie), parts, state).await? {
                Ok(_) => return Err(known()),
                Err(Refusal::UnknownSession) => {}
                Err(refusal) => return Err(refusal.into()),
            }
        }
        let Some(public) = &state.public else {
            return Err(Problem::unauthorized().detail("Here nobody reads without a token. Sign in."));
        };
        Ok(Self(public.greet(parts, state.service.now())?))
    }
}

/// Who follows a stream: by a token or a session, or by a ticket.
pub struct StreamViewer(pub Viewer);

impl FromRequestParts<AppState> for StreamViewer {
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
        state.strangers.count_unless_known(ticket, parts, state.service.now())?;
        let viewer = state.service.admit(ticket).await?;
        state.strangers.remember(ticket);
        count(viewer.caller(), parts, state)?;
        Ok(Self(viewer))
    }
}

/// The token that a request carries, and where.
fn token(parts: &Parts) -> Option<(&str, TokenCarrier)> {
    let header = parts.headers.get(AUTHORIZATION).and_then(|value| value.to_str().ok());
    let in_header = header.and_then(|value| {
        let (scheme, token) = value.split_once(' ')?;
        // Clients of GitHub write `token`, which GitHub takes too.
        let known = ["Bearer", "token"].iter().any(|known| scheme.eq_ignore_ascii_case(known));
        known.then_some((token.trim(), TokenCarrier::InHeader))
    });
    in_header.or_else(|| in_query(parts, "token=").map(|token| (token, TokenCarrier::InUrl)))
}

fn in_query<'a>(parts: &'a Parts, name: &str) -> Option<&'a str> {
    parts.uri.query().into_iter().flat_map(|query| query.split('&')).find_map(|pair| pair.strip_prefix(name))
}

/// The viewer that a token or a cookie makes of its sender. The request is counted before anything is looked up for it: as its
/// address's if that was not good here lately, and as its holder's.
///
/// # Errors
/// 429 after too many requests; within it, why there is no viewer.
async fn viewer(
    secret: &str,
    recognizing: impl Future<Output = Result<Credential, Refusal>>,
    parts: &Parts,
    state: &AppState,
) -> Result<Result<Viewer, Refusal>, Problem> {
    state.strangers.count_unless_known(secret, parts, state.service.now())?;
    let recognized = match recognizing.await {
        Ok(recognized) => recognized,
        Err(refusal) => {
            // What could not be looked for is not unknown.
            if !matches!(refusal, Refusal::Store(_)) {
                state.strangers.forget(secret);
            }
            return Ok(Err(refusal));
        }
    };
    state.strangers.remember(secret);
    count(Some(recognized.caller()), parts, state)?;
    Ok(state.service.viewer(recognized).await)
}

/// Counts a request as its caller's.
fn count(caller: Option<i64>, parts: &Parts, state: &AppState) -> Result<(), Problem> {
    match caller {
        Some(caller) => state.limits.count(caller, state.service.now(), &parts.extensions),
        None => Ok(()),
    }
}
