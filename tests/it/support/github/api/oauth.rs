//! Signing in with the fake: the page where a person allows the App, and the exchange of codes and refresh tokens.
//!
//! GitHub describes these in prose only ("Generating a user access token for a GitHub App", "Refreshing user access
//! tokens"): a refusal of an exchange has the status 200 and its name in the body.

use axum::http::{HeaderMap, Uri};
use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use chrono::Duration;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::super::{CLIENT_ID, CLIENT_SECRET, State, UserToken, shapes};
use super::apps::decoded;
use super::{Reply, error, reply};

/// A code that was given out.
pub struct Code {
    login: String,
    redirect_uri: String,
    challenge: Option<String>,
}

fn pairs(text: &str) -> Vec<(String, String)> {
    let pairs = text.split('&').filter_map(|pair| pair.split_once('='));
    pairs.map(|(name, value)| (decoded(name), decoded(value))).collect()
}

fn get<'a>(pairs: &'a [(String, String)], name: &str) -> Option<&'a str> {
    pairs.iter().find(|(given, _)| given == name).map(|(_, value)| value.as_str())
}

/// Logs a browser in, as whomever it names.
pub fn log_in(uri: &Uri) -> Reply {
    let asked = pairs(uri.query().unwrap_or_default());
    let mut answer = reply("", 200, json!({}));
    answer
        .headers
        .push(("set-cookie", format!("user_session={}; Path=/; HttpOnly; SameSite=Lax", get(&asked, "as").unwrap())));
    answer
}

/// The page, on which whoever is logged in (`user_session=LOGIN`) presses the button at once, or refuses.
pub fn authorize(state: &mut State, uri: &Uri, headers: &HeaderMap) -> Reply {
    let asked = pairs(uri.query().unwrap_or_default());
    let cookie = headers.get("cookie").and_then(|cookie| cookie.to_str().ok()).unwrap_or_default();
    let session = cookie.split("; ").find_map(|pair| pair.strip_prefix("user_session="));
    let Some(login) = session else { return error("", 401, "Log in first") };
    if get(&asked, "client_id") != Some(CLIENT_ID) {
        return error("", 404, "Not Found");
    }
    let back = get(&asked, "redirect_uri").unwrap_or_default();
    let given = get(&asked, "state").unwrap_or_default();
    let query = if !state.callbacks.iter().any(|known| known == back) {
        return error("", 400, "The redirect_uri is not associated with this application.");
    } else if state.refuses_sign_in {
        format!("error=access_denied&error_description=The+user+has+denied+your+application+access.&state={given}")
    } else {
        let code = uuid::Uuid::new_v4().simple().to_string();
        assert!(get(&asked, "code_challenge").is_none() || get(&asked, "code_challenge_method") == Some("S256"));
        let challenge = get(&asked, "code_challenge").filter(|_| state.knows_pkce).map(str::to_owned);
        let made = Code { login: login.to_owned(), redirect_uri: back.to_owned(), challenge };
        state.codes.insert(code.clone(), made);
        format!("code={code}&state={given}")
    };
    let mut answer = error("", 302, "Found");
    answer.headers.push(("location", format!("{back}?{query}")));
    answer
}

/// The exchange of a code, or of a refresh token, for tokens.
pub fn exchange(state: &mut State, headers: &HeaderMap, body: &[u8]) -> Reply {
    let asked = pairs(std::str::from_utf8(body).unwrap());
    let refused = |name: &str| {
        reply(
            "",
            200,
            json!({"error": name, "error_description": "It was refused.", "error_uri": "https://docs.github.example"}),
        )
    };
    assert_eq!(headers["accept"], "application/json", "GitHub would answer with a form");
    if get(&asked, "client_id") != Some(CLIENT_ID) || get(&asked, "client_secret") != Some(CLIENT_SECRET) {
        return refused("incorrect_client_credentials");
    }
    let login = match get(&asked, "grant_type") {
        Some("refresh_token") => {
            let refresh = get(&asked, "refresh_token").unwrap_or_default();
            let now = state.now();
            let found = state.user_tokens.iter().find(|(_, token)| token.refresh.as_deref() == Some(refresh));
            match found.map(|(access, token)| (access.clone(), token.login.clone(), token.refresh_expires_at)) {
                Some((access, login, until)) if until > now => {
                    // Once it is used, both old tokens are good for nothing.
                    state.user_tokens.remove(&access);
                    login
                }
                _ => return refused("bad_refresh_token"),
            }
        }
        _ => {
            let code = get(&asked, "code").unwrap_or_default();
            let Some(Code { login, redirect_uri, challenge }) = state.codes.remove(code) else {
                return refused("bad_verification_code");
            };
            if get(&asked, "redirect_uri") != Some(&redirect_uri) {
                return refused("redirect_uri_mismatch");
            }
            let verified = get(&asked, "code_verifier")
                .map(|verifier| BASE64_URL_SAFE_NO_PAD.encode(Sha256::digest(verifier.as_bytes())));
            if challenge.is_some() && challenge != verified {
                return refused("bad_verification_code");
            }
            login
        }
    };
    reply("", 200, tokens(state, login))
}

fn tokens(state: &mut State, login: String) -> Value {
    let secret = |kind: &str| format!("{kind}_{}", uuid::Uuid::new_v4().simple());
    let (access, refresh, now) = (secret("ghu"), secret("ghr"), state.now());
    let expires = state.user_tokens_expire;
    let token = UserToken {
        login,
        expires_at: expires.then(|| now + Duration::hours(8)),
        refresh: expires.then(|| refresh.clone()),
        refresh_expires_at: now + Duration::days(184),
    };
    state.user_tokens.insert(access.clone(), token);
    match expires {
        true => json!({"access_token": access, "expires_in": 28_800, "refresh_token": refresh,
            "refresh_token_expires_in": 15_897_600, "token_type": "bearer", "scope": ""}),
        false => json!({"access_token": access, "token_type": "bearer", "scope": ""}),
    }
}

/// Makes a token of a person's unknown, with what would renew it, as the App that it was given to.
pub fn forget(state: &mut State, client: String, known: bool, body: &[u8]) -> Reply {
    const ROUTE: &str = "/applications/{client_id}/token";
    if !known || client != CLIENT_ID {
        return error("", 404, "Not Found");
    }
    let asked: Value = serde_json::from_slice(body).unwrap_or_default();
    match asked["access_token"].as_str().map(|token| state.user_tokens.remove(token)) {
        Some(Some(_)) => reply(ROUTE, 204, Value::Null),
        Some(None) => error("", 404, "Not Found"),
        None => error(ROUTE, 422, "Validation Failed"),
    }
}

/// `/user`
pub fn user(login: &str) -> Reply {
    let called = login.to_owned();
    let fields = json!({"login": called, "id": shapes::person_id(login), "type": "User", "user_view_type": "private"});
    reply("/user", 200, shapes::of("private_user", fields))
}
