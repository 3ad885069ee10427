//! Who asks: the bearer token of a request.

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
    /// 401 without a valid token, 429 if it has made too many requests.
    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, Problem> {
        let header = parts.headers.get(AUTHORIZATION).and_then(|value| value.to_str().ok());
        let in_header = header.and_then(|value| {
            let (scheme, token) = value.split_once(' ')?;
            scheme.eq_ignore_ascii_case("Bearer").then_some((token.trim(), Carried::InHeader))
        });
        let mut pairs = parts.uri.query().into_iter().flat_map(|query| query.split('&'));
        let in_url = pairs.find_map(|pair| pair.strip_prefix("token=")).map(|token| (token, Carried::InUrl));
        let Some((token, carried)) = in_header.or(in_url) else {
            return Err(Problem::unauthorized().detail("Send a token as `Authorization: Bearer TOKEN`."));
        };
        let viewer = state.service.authenticate(token, carried).await?;
        if let Who::Token { id, .. } = viewer.who() {
            state.limits.count(*id, &parts.extensions)?;
        }
        Ok(viewer)
    }
}
