//! What the fake GitHub lists to a person who asks with their own token.

use axum::http::Uri;
use serde_json::{Value, json};

use super::super::{State, shapes};
use super::{Query, Reply, error, numbered};

/// The installations that somebody can see. Of those whose accounts want a sign-in by SAML, only the ids are told.
pub fn installations(state: &State, uri: &Uri, query: &Query, login: &str) -> Reply {
    let world = &state.world;
    let (hidden, seen): (Vec<_>, Vec<_>) =
        world.seen_installations(login).into_iter().partition(|found| world.hides_from_lists(login, found.account_id));
    let listed: Vec<Value> =
        seen.into_iter().map(|found| shapes::installation(found, &world.accounts[&found.account_id])).collect();
    let total = listed.len();
    let shape = |listed: &[Value]| json!({"total_count": total, "installations": listed});
    let mut answer = numbered(state, "/user/installations", uri, query, listed, shape);
    if !hidden.is_empty() {
        let ids: Vec<String> = hidden.iter().map(|found| found.account_id.to_string()).collect();
        answer.headers.push(("x-github-sso", format!("partial-results; organizations={}", ids.join(","))));
    }
    answer
}

/// The repositories of an installation that somebody can see.
pub fn repositories(state: &State, uri: &Uri, query: &Query, (login, id): (&str, &str)) -> Reply {
    const ROUTE: &str = "/user/installations/{installation_id}/repositories";
    let world = &state.world;
    let found = world.installations.values().find(|found| found.id.to_string() == id);
    let Some(found) = found else { return error(ROUTE, 404, "Not Found") };
    if world.wants_saml(login, found.account_id) {
        let said = "Resource protected by organization SAML enforcement. You must grant your OAuth token access to this \
                    organization.";
        let mut answer = error(ROUTE, 403, said);
        answer.headers.push(("x-github-sso", "required; url=https://github.example/orgs/acme/sso".to_owned()));
        return answer;
    }
    if found.suspended {
        return error(ROUTE, 403, "This installation has been suspended");
    }
    let listed = world.seen_repositories(login, found);
    if listed.is_empty() {
        return error(ROUTE, 404, "Not Found");
    }
    let total = listed.len();
    numbered(state, ROUTE, uri, query, listed, |listed| json!({"total_count": total, "repositories": listed}))
}
