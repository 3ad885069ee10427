//! `/auth`: signing in and out.

use axum::extract::State;
use axum::http::header::{CACHE_CONTROL, HeaderMap, HeaderValue, LOCATION, SET_COOKIE};
use axum::http::{HeaderName, StatusCode};
use axum::response::{IntoResponse, Response};
use reqwest::Url;
use serde::Deserialize;
use utoipa::ToSchema;

use super::AppState;
use super::caching::NOT_KEPT;
use super::cookies;
use super::description::answers::{BadBody, Limited};
use super::json::Body;
use super::outside::RequestOrigin;
use super::params::Params;
use super::problem::Problem;
use super::strangers::OfStranger;
use crate::github::manifest::CALLBACK;
use crate::service::Refusal;

/// Characters of a path to return to at most, so that it fits into a cookie.
const LONGEST_PATH: usize = 1_024;

/// Sign in with GitHub.
///
/// For browsers. Sends them to GitHub, which sends them back to `/auth/callback`.
#[utoipa::path(
    get, path = "/auth/sign-in", tag = "people", operation_id = "begin_sign_in", security(()),
    params(
        ("return_to" = Option<String>, Query, description = "The path to go to afterwards", pattern = "^/", example = "/docs"),
        ("check" = Option<bool>, Query, description = "Begin nothing: say whether people can sign in here"),
    ),
    responses(
        (status = 303, description = "To GitHub"),
        (status = 204, description = "With `check`: people can sign in here"),
        (status = 400, description = "`return_to` is no path of this service, or it is reached by plain http", body = Problem, content_type = "application/problem+json"),
        (status = 403, description = "People cannot sign in here", body = Problem, content_type = "application/problem+json"),
        Limited,
    ),
)]
pub async fn begin(
    _: OfStranger,
    State(state): State<AppState>,
    outside: RequestOrigin,
    params: Params,
) -> Result<Response, Problem> {
    params.only(&["return_to", "check"])?;
    if params.one("check")?.is_some() {
        // A page asks whether anybody can sign in at all. An attempt that is under way stays.
        return match state.service.can_sign_in() {
            true => Ok(StatusCode::NO_CONTENT.into_response()),
            false => Err(Refusal::SignInOff.into()),
        };
    }
    let return_to = params.one("return_to")?.unwrap_or("/");
    if !is_own_path(return_to) {
        let detail = "A path of this service, such as `/docs`, of at most 1024 characters.";
        return Err(Problem::bad_parameter("return_to").detail(detail));
    }
    // Nothing is begun where it could not be finished.
    cookies::set_attempt(&outside, None)?;
    let callback = outside.url(CALLBACK).ok_or_else(|| Problem::bad_parameter("Host").detail("Name the host."))?;
    let begun = state.service.begin_sign_in(&callback, return_to)?;
    redirect(&begun.url, [(SET_COOKIE, cookies::set_attempt(&outside, Some(&begun.attempt))?)])
}

/// Take GitHub's answer to a sign-in.
///
/// GitHub sends the browser here. The answer counts in the browser that began the sign-in, once. Other parameters that
/// GitHub adds, such as `installation_id`, are not believed.
#[utoipa::path(
    get, path = "/auth/callback", tag = "people", operation_id = "finish_sign_in", security(()),
    params(
        ("state" = Option<String>, Query, min_length = 1, description = "What the sign-in was begun with"),
        ("code" = Option<String>, Query, min_length = 1, description = "What GitHub gives for it"),
    ),
    responses(
        (status = 303, description = "Signed in; to the path where the sign-in began"),
        (status = 400, description = "Nobody was signed in; `detail` says why", body = Problem, content_type = "application/problem+json"),
        (status = 403, description = "People cannot sign in here", body = Problem, content_type = "application/problem+json"),
        (status = 503, description = "GitHub cannot be asked now", body = Problem, content_type = "application/problem+json", headers(("Retry-After"))),
        Limited,
    ),
)]
pub async fn finish(
    _: OfStranger,
    State(state): State<AppState>,
    outside: RequestOrigin,
    headers: HeaderMap,
    params: Params,
) -> Result<Response, Problem> {
    let (attempt, before) = (cookies::attempt(&headers), cookies::session(&headers));
    let (given, code) = (params.one("state")?.unwrap_or_default(), params.one("code")?);
    let signed_in = state.service.finish_sign_in(attempt.as_deref(), given, code, before.as_deref()).await?;
    let session = cookies::set_session(&outside, Some(&signed_in.cookie))?;
    redirect(&signed_in.return_to, [(SET_COOKIE, session), (SET_COOKIE, cookies::set_attempt(&outside, None)?)])
}

/// Sign out.
///
/// Ends the session of the browser; `everywhere=true` ends all sessions of the person, and revokes the tokens that they
/// made for themselves. Only a page of this service may ask for it.
#[utoipa::path(
    post, path = "/auth/sign-out", tag = "people", operation_id = "sign_out", security(("session" = [])),
    params(("everywhere" = Option<bool>, Query, description = "Whether all sessions of the person end")),
    responses(
        (status = 204, description = "The session has ended"),
        (status = 400, description = "`everywhere` is neither true nor false", body = Problem, content_type = "application/problem+json"),
        (status = 401, description = "There is no such session", body = Problem, content_type = "application/problem+json"),
        (status = 403, description = "A page of another site asks", body = Problem, content_type = "application/problem+json"),
        Limited,
    ),
)]
pub async fn end(
    _: OfStranger,
    State(state): State<AppState>,
    outside: RequestOrigin,
    headers: HeaderMap,
    params: Params,
) -> Result<Response, Problem> {
    params.only(&["everywhere"])?;
    let everywhere = match params.one("everywhere")? {
        None | Some("false") => false,
        Some("true") => true,
        Some(_) => {
            return Err(Problem::bad_parameter("everywhere").detail("true or false.").allowed(["true", "false"]));
        }
    };
    let Some(cookie) = cookies::session(&headers) else { return Err(Refusal::UnknownSession.into()) };
    cookies::check_own_page(&headers)?;
    let gone = cookies::set_session(&outside, None)?;
    if let Err(refusal) = state.service.sign_out(&cookie, everywhere).await {
        // A cookie that is of no use goes too.
        let mut refused = Problem::from(refusal).into_response();
        refused.headers_mut().append(SET_COOKIE, gone);
        return Ok(refused);
    }
    Ok((StatusCode::NO_CONTENT, [(SET_COOKIE, gone)]).into_response())
}

/// A token for which a session is wanted.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"token": "bugscrub_3f0c..."}))]
pub struct TokenToUse {
    /// An API token. One with the scope `embed` has no sessions.
    token: String,
}

/// Begin a session with a token.
///
/// For a page where somebody pastes a token once. The session sees and does what the token may, and ends with it. Only a
/// page of this service may ask for it.
#[utoipa::path(
    post, path = "/auth/token-session", tag = "people", operation_id = "begin_token_session", security(()),
    request_body = TokenToUse,
    responses(
        (status = 204, description = "The session has begun; its cookie is set"),
        BadBody,
        (status = 400, description = "The body is no token", body = Problem, content_type = "application/problem+json"),
        (status = 401, description = "There is no such token", body = Problem, content_type = "application/problem+json"),
        (status = 403, description = "A page of another site asks, or the token has the scope `embed`", body = Problem, content_type = "application/problem+json"),
        Limited,
    ),
)]
pub async fn with_token(
    _: OfStranger,
    State(state): State<AppState>,
    outside: RequestOrigin,
    headers: HeaderMap,
    params: Params,
    Body(wanted): Body<TokenToUse>,
) -> Result<Response, Problem> {
    params.only(&[])?;
    cookies::check_own_page(&headers)?;
    cookies::set_session(&outside, None)?;
    let before = cookies::session(&headers);
    let cookie = state.service.token_session(wanted.token.trim(), before.as_deref()).await?;
    let session = cookies::set_session(&outside, Some(&cookie))?;
    Ok((StatusCode::NO_CONTENT, [(SET_COOKIE, session)]).into_response())
}

/// Sends a browser elsewhere, by a GET.
fn redirect<const N: usize>(to: &str, cookies: [(HeaderName, HeaderValue); N]) -> Result<Response, Problem> {
    let to = HeaderValue::try_from(to).map_err(|_| Problem::internal())?;
    let mut response = (StatusCode::SEE_OTHER, [(CACHE_CONTROL, HeaderValue::from_static(NOT_KEPT))]).into_response();
    response.headers_mut().insert(LOCATION, to);
    for (name, cookie) in cookies {
        response.headers_mut().append(name, cookie);
    }
    Ok(response)
}

/// Whether a text is a path of ours, and leads nowhere else whatever a browser makes of it.
fn is_own_path(path: &str) -> bool {
    let plain = |letter: char| letter.is_ascii_graphic() && letter != '\\';
    let stays = || {
        let base = Url::parse("https://here.invalid").ok()?;
        let led = base.join(path).ok()?;
        Some(led.origin() == base.origin() && !led.path().starts_with("//"))
    };
    path.starts_with('/')
        && !path.starts_with("//")
        && path.len() <= LONGEST_PATH
        && path.chars().all(plain)
        && stays().unwrap_or(false)
}
