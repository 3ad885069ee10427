//! Cookies: the session's, and that of a sign-in which has begun.
//!
//! Over https their names begin with `__Host-`: browsers take those from this very host alone, whole, and send them by
//! https only, so that no neighbor can plant one. On loopback there is no https, and some browsers take no cookie that is
//! `Secure` from there: so the cookies there have other names and are not. Elsewhere, plain http has no cookies at all.

use axum::http::header::{COOKIE, HeaderMap, ORIGIN};
use axum::http::{HeaderName, HeaderValue};
use cookie::time::Duration;
use cookie::{Cookie, SameSite};

use super::outside::RequestOrigin;
use super::problem::{Problem, kinds};

/// The cookie of a session.
const SESSION: Name = Name { secure: "__Host-bugscrub-session", plain: "bugscrub-session" };
/// The cookie of a sign-in that has begun.
const ATTEMPT: Name = Name { secure: "__Host-bugscrub-sign-in", plain: "bugscrub-sign-in" };

const FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");

/// No session lasts longer.
const SESSION_LASTS: Duration = Duration::days(180);
const ATTEMPT_LASTS: Duration = Duration::minutes(10);

/// What a cookie is called over https, and on loopback.
#[derive(Clone, Copy)]
struct Name {
    secure: &'static str,
    plain: &'static str,
}

impl Name {
    /// The name where the client is; `None` if no cookie may go there.
    fn at(self, outside: &RequestOrigin) -> Option<&'static str> {
        match outside {
            _ if outside.is_secure() => Some(self.secure),
            _ if outside.is_loopback() => Some(self.plain),
            _ => None,
        }
    }

    /// The value that a request has. Of two with one name, neither counts: one of them is not ours.
    fn value(self, headers: &HeaderMap) -> Option<String> {
        let name = self.at(&RequestOrigin::of(headers))?;
        let sent = headers.get_all(COOKIE).into_iter().filter_map(|value| value.to_str().ok());
        let mut ours = sent.flat_map(Cookie::split_parse).filter_map(Result::ok).filter(|cookie| cookie.name() == name);
        let first = ours.next()?;
        ours.next().is_none().then(|| first.value().to_owned())
    }

    /// The header that sets it; without a value, the one that takes it away.
    fn set(self, outside: &RequestOrigin, value: Option<&str>, lasts: Duration) -> Option<HeaderValue> {
        let name = self.at(outside)?;
        let cookie = Cookie::build((name, value.unwrap_or_default().to_owned()))
            .path("/")
            .http_only(true)
            .secure(outside.is_secure())
            .same_site(SameSite::Lax)
            .max_age(if value.is_some() { lasts } else { Duration::ZERO });
        let mut header = HeaderValue::try_from(cookie.build().to_string()).ok()?;
        header.set_sensitive(true);
        Some(header)
    }
}

/// What the cookie of a session holds, if there is one.
pub fn session(headers: &HeaderMap) -> Option<String> {
    SESSION.value(headers)
}

/// What the cookie of a sign-in that has begun holds, if there is one.
pub fn attempt(headers: &HeaderMap) -> Option<String> {
    ATTEMPT.value(headers)
}

/// The header that sets the cookie of a session; without a value, the one that takes it away.
///
/// # Errors
/// 400 where cookies may not go.
pub fn set_session(outside: &RequestOrigin, value: Option<&str>) -> Result<HeaderValue, Problem> {
    SESSION.set(outside, value, SESSION_LASTS).ok_or_else(not_over_http)
}

/// The same for a sign-in that has begun.
///
/// # Errors
/// 400 where cookies may not go.
pub fn set_attempt(outside: &RequestOrigin, value: Option<&str>) -> Result<HeaderValue, Problem> {
    ATTEMPT.set(outside, value, ATTEMPT_LASTS).ok_or_else(not_over_http)
}

fn not_over_http() -> Problem {
    Problem::new(&kinds::SIGN_IN_FAILED).detail(
        "Nobody signs in over plain http. Use https; a proxy in front must send `X-Forwarded-Proto: https` and the \
         host that the browser asked for.",
    )
}

/// Checks that a page of our own makes the request, as browsers tell it.
///
/// # Errors
/// 403
pub fn check_own_page(headers: &HeaderMap) -> Result<(), Problem> {
    let outside = RequestOrigin::of(headers);
    let own = match (headers.get(&FETCH_SITE), headers.get(ORIGIN)) {
        (Some(site), _) => site == "same-origin",
        (None, Some(origin)) => origin.to_str().is_ok_and(|origin| origin.eq_ignore_ascii_case(outside.origin())),
        (None, None) => false,
    };
    let refused = || {
        let detail = "Only a page of this service may do this with your session. Programs send a token.";
        Problem::new(&kinds::OTHER_ORIGIN).detail(detail)
    };
    if own { Ok(()) } else { Err(refused()) }
}
