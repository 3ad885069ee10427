//! The App itself: its tokens, its deliveries and its creation.

use std::collections::BTreeMap;

use axum::http::Uri;
use chrono::Duration;
use serde_json::{Value, json};

use super::super::super::app::SECRET;
use super::super::shapes::{self, time};
use super::super::{APP_ID, APP_KEY, Attempt, CLIENT_ID, CLIENT_SECRET, State, Token};
use super::{Query, Reply, error, reply};

pub fn mint(state: &mut State, id: &str, body: &[u8]) -> Reply {
    const ROUTE: &str = "/app/installations/{installation_id}/access_tokens";
    let found = state.world.installations.values().find(|found| found.id.to_string() == id);
    let Some(found) = found else { return error(ROUTE, 404, "Not Found") };
    if found.suspended {
        return error(ROUTE, 403, "This installation has been suspended");
    }
    let asked: Value = serde_json::from_slice(body).unwrap_or_default();
    let permissions: BTreeMap<String, String> = match &asked["permissions"] {
        Value::Null => found.permissions.clone(),
        asked => serde_json::from_value(asked.clone()).unwrap(),
    };
    let granted = |(name, level): (&String, &String)| {
        found.permissions.get(name).is_some_and(|granted| granted == level || granted == "write")
    };
    if !permissions.iter().all(granted) {
        return error(ROUTE, 422, "The permissions requested are not granted to this installation.");
    }
    let installation_id = found.id;
    let (secret, expires_at) = (format!("ghs_{}", uuid::Uuid::new_v4().simple()), state.now() + Duration::hours(1));
    state
        .tokens
        .insert(secret.clone(), Token { installation_id, permissions: permissions.clone(), expires_at, uses: 0 });
    let body = json!({"token": secret, "expires_at": time(expires_at), "permissions": permissions,
        "repository_selection": "all"});
    reply(ROUTE, 201, body)
}

pub fn deliveries(state: &State, uri: &Uri, query: &Query) -> Reply {
    let oldest = state.now() - Duration::days(3);
    let failed = query.get("status") == Some("failure");
    let before: i64 = query.get("cursor").and_then(|cursor| cursor.parse().ok()).unwrap_or(i64::MAX);
    let listed = state.attempts.iter().rev().filter(|attempt| attempt.at >= oldest && attempt.id < before);
    let listed = listed.filter(|attempt| !failed || (400..600).contains(&attempt.status));
    let size = query.number("per_page", 30);
    let page: Vec<_> = listed.take(size).collect();
    let shape = |attempt: &&Attempt| {
        shapes::of(
            "delivery",
            json!({"id": attempt.id, "guid": attempt.what.guid, "delivered_at": time(attempt.at),
                "redelivery": attempt.redelivery, "duration": 0.1, "status": if attempt.status == 502 { "failed to connect" } else { "OK" }, "status_code": attempt.status,
                "event": attempt.what.event, "action": attempt.what.action,
                "installation_id": attempt.what.installation_id, "repository_id": attempt.what.repository_id}),
        )
    };
    let mut answer = reply("/app/hook/deliveries", 200, page.iter().map(shape).collect());
    if page.len() == size {
        let next = query.with("cursor", &page[size - 1].id.to_string());
        answer.headers.push(("link", format!("<{}{}?{next}>; rel=\"next\"", state.base, uri.path())));
    }
    answer
}

/// Creates an App from a manifest, as if the person pressed the button, and redirects with a code.
pub fn register(state: &mut State, query: &Query, body: &[u8]) -> Reply {
    let form = String::from_utf8_lossy(body);
    let manifest = form.split('&').find_map(|pair| pair.strip_prefix("manifest=")).unwrap_or_default();
    let manifest: Value = serde_json::from_str(&decoded(manifest)).unwrap_or_default();
    for field in ["/name", "/url", "/hook_attributes/url", "/redirect_url", "/default_permissions", "/default_events"] {
        if manifest.pointer(field).is_none() {
            return error("", 422, &format!("the manifest lacks {field}"));
        }
    }
    let code = uuid::Uuid::new_v4().simple().to_string();
    let back = format!(
        "{}?code={code}&state={}",
        manifest["redirect_url"].as_str().unwrap(),
        query.get("state").unwrap_or("")
    );
    state.hook = manifest["hook_attributes"]["url"].as_str().map(str::to_owned);
    let callbacks = manifest["callback_urls"].as_array().into_iter().flatten();
    state.callbacks.extend(callbacks.filter_map(|url| url.as_str().map(str::to_owned)));
    state.manifests.insert(code, manifest);
    let mut answer = error("", 302, "Found");
    answer.headers.push(("location", back));
    answer
}

/// Decodes text from a form.
pub fn decoded(text: &str) -> String {
    let (mut bytes, mut rest) = (vec![], text.bytes());
    while let Some(byte) = rest.next() {
        bytes.push(match byte {
            b'+' => b' ',
            b'%' => {
                let hex = [rest.next().unwrap(), rest.next().unwrap()];
                u8::from_str_radix(std::str::from_utf8(&hex).unwrap(), 16).unwrap()
            }
            other => other,
        });
    }
    String::from_utf8(bytes).unwrap()
}

pub fn convert(state: &mut State, code: &str) -> Reply {
    const ROUTE: &str = "/app-manifests/{code}/conversions";
    let Some(manifest) = state.manifests.remove(code) else { return error(ROUTE, 404, "Not Found") };
    let fields = json!({"id": APP_ID, "slug": "bug-scrub", "name": manifest["name"], "pem": APP_KEY,
        "webhook_secret": SECRET, "client_id": CLIENT_ID, "client_secret": CLIENT_SECRET,
        "html_url": "https://github.example/apps/bug-scrub", "permissions": manifest["default_permissions"],
        "events": manifest["default_events"]});
    reply(ROUTE, 201, shapes::of("conversion", fields))
}
