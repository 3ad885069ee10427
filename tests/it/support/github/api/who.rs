//! Who asks: the App with its signature or its client secret, an installation with its token, a person, or nobody.

use axum::http::HeaderMap;
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use jsonwebtoken::{Algorithm, DecodingKey, Validation};
use serde_json::Value;

use super::super::{APP_ID, APP_PUBLIC_KEY, CLIENT_ID, CLIENT_SECRET, PERSONAL_TOKEN, State, shapes};
use super::{Reply, error};

/// The sender of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Who {
    Nobody,
    /// Whose personal token it is.
    Person,
    /// Somebody who let the App know them, by their id.
    User(i64),
    App,
    /// The App by its client id and secret.
    Client,
    Installation(Reader),
}

/// What an installation's token may read: what it was minted for and what is still granted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reader {
    pub id: i64,
    pub issues: bool,
    pub discussions: bool,
    /// Checks and statuses.
    pub checks: bool,
}

impl Who {
    pub fn reads_issues(self) -> bool {
        !matches!(self, Who::Installation(Reader { issues: false, .. }))
    }

    pub fn reads_discussions(self) -> bool {
        !matches!(self, Who::Installation(Reader { discussions: false, .. }))
    }

    /// Whether they are shown the checks of private repositories; everybody is shown those of public ones.
    pub fn reads_checks(self) -> bool {
        matches!(self, Who::Installation(Reader { checks: true, .. }))
    }
}

/// Identifies the sender of a request, or refuses it.
pub fn known(state: &mut State, headers: &HeaderMap) -> Result<Who, Reply> {
    let refuse = |message: &str| Err(error("", 401, message));
    let Some(header) = headers.get("authorization").and_then(|value| value.to_str().ok()) else {
        return Ok(Who::Nobody);
    };
    if let Some(pair) = header.strip_prefix("Basic ") {
        let ours = pair == BASE64_STANDARD.encode(format!("{CLIENT_ID}:{CLIENT_SECRET}"));
        return if ours { Ok(Who::Client) } else { refuse("Bad credentials") };
    }
    let secret = header.strip_prefix("Bearer ").unwrap_or_default();
    let now = state.now();
    if secret.starts_with("ghp_") {
        return if secret == PERSONAL_TOKEN { Ok(Who::Person) } else { refuse("Bad credentials") };
    }
    if secret.starts_with("ghu_") {
        let found = state.user_tokens.get(secret).filter(|token| token.expires_at.is_none_or(|until| until > now));
        return found.map_or_else(|| refuse("Bad credentials"), |token| Ok(Who::User(shapes::person_id(&token.login))));
    }
    if !secret.starts_with("ghs_") {
        return app(state, secret);
    }
    let fresh = state.fresh_401s;
    let Some(token) = state.tokens.get_mut(secret) else { return refuse("Bad credentials") };
    token.uses += 1;
    if token.uses <= fresh || token.expires_at <= now {
        return refuse("Bad credentials");
    }
    match state.world.installations.get(&token.installation_id) {
        None => refuse("Bad credentials"),
        Some(found) if found.suspended => Err(error("", 403, "This installation has been suspended")),
        Some(found) => {
            let may = |name: &str| token.permissions.contains_key(name) && found.permissions.contains_key(name);
            let (issues, discussions) = (may("issues"), may("discussions"));
            let checks = may("checks") && may("statuses");
            Ok(Who::Installation(Reader { id: found.id, issues, discussions, checks }))
        }
    }
}

fn app(state: &State, jwt: &str) -> Result<Who, Reply> {
    let refuse = |status: u16, message: &str| Err(error("", status, message));
    let mut validation = Validation::new(Algorithm::RS256);
    validation.validate_exp = false;
    validation.required_spec_claims.clear();
    let key = DecodingKey::from_rsa_pem(APP_PUBLIC_KEY.as_bytes()).unwrap();
    let Ok(decoded) = jsonwebtoken::decode::<Value>(jwt, &key, &validation) else {
        return refuse(401, "A JSON web token could not be decoded");
    };
    let (claims, now) = (decoded.claims, state.now().timestamp());
    let (issued, expires) = (claims["iat"].as_i64().unwrap(), claims["exp"].as_i64().unwrap());
    let called = claims["iss"].as_str().is_some_and(|iss| iss == CLIENT_ID || iss == APP_ID.to_string());
    if !called || !state.known {
        return refuse(404, "Integration not found");
    }
    if issued > now {
        return refuse(
            401,
            "'Issued at' claim ('iat') must be an Integer representing the time that the assertion was issued",
        );
    }
    if expires <= now {
        return refuse(
            401,
            "'Expiration time' claim ('exp') must be a numeric value representing the future time at which the assertion expires",
        );
    }
    if expires > now + 600 {
        return refuse(401, "'Expiration time' claim ('exp') is too far in the future");
    }
    Ok(Who::App)
}
