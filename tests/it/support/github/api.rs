//! The fake's answers to requests.

mod apps;
mod graph;
mod limits;
mod oauth;
mod record;
mod repos;
mod texts;
mod user;
mod who;

use std::sync::{Arc, Mutex};

use axum::body::{Body, Bytes};
use axum::extract::State as From_;
use axum::http::{HeaderMap, Method, StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use chrono::Duration;
use serde_json::{Value, json};

use self::apps::{convert, deliveries, mint, register};
use self::graph::{graphql, torn};
use self::limits::{cost, count, paced, refused, trouble};
pub use self::oauth::Code;
use self::record::{asked, operation, record};
use self::repos::repository;
use self::who::{Who, known};
use super::shapes;
use super::world::Repository;
use super::{APP_ID, CLIENT_ID, Fault, Logged, State, Trouble};

struct Reply {
    status: u16,
    body: Value,
    /// The path's name in the OpenAPI description; empty for GraphQL.
    route: &'static str,
    headers: Vec<(&'static str, String)>,
}

fn reply(route: &'static str, status: u16, body: Value) -> Reply {
    Reply { status, body, route, headers: vec![] }
}

fn error(route: &'static str, status: u16, message: &str) -> Reply {
    reply(
        route,
        status,
        json!({"message": message, "documentation_url": "https://docs.github.example", "status": status.to_string()}),
    )
}

pub async fn answer(
    From_(state): From_<Arc<Mutex<State>>>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let late = {
        let mut state = state.lock().unwrap();
        let path = logged_path(&uri, &body);
        let late = state.faults.iter().position(|fault| {
            matches!(fault.trouble, Trouble::Late(..)) && fault.after == 0 && path.contains(fault.path)
        });
        late.map(|at| state.faults.remove(at))
    };
    if let Some(Fault { path, trouble: Trouble::Late(wait, seconds), .. }) = late {
        tokio::time::sleep(wait).await;
        let trouble = Trouble::Secondary(seconds);
        state.lock().unwrap().faults.insert(0, Fault { path, after: 0, times: 1, trouble });
    }
    let (response, trouble) = {
        let mut state = state.lock().unwrap();
        let now = state.now();
        state.world.now = now;
        let answered = respond(&mut state, &method, &uri, &headers, &body);
        let path = logged_path(&uri, &body);
        if let Some(at) = state.meanwhile.iter().position(|(wanted, _)| path.contains(wanted)) {
            let (_, what) = state.meanwhile.remove(at);
            what(&mut state.world);
        }
        answered
    };
    if let Some(Trouble::Slow(wait)) = trouble {
        tokio::time::sleep(wait).await;
    }
    if let Some(Trouble::Held) = trouble {
        let held = state.lock().unwrap().held.clone();
        held.acquire().await.unwrap().forget();
    }
    if let Some(Trouble::Cut) = trouble {
        let (parts, body) = response.into_parts();
        let whole = axum::body::to_bytes(body, usize::MAX).await.unwrap();
        let half = whole.slice(..whole.len() / 2);
        let broken = futures_util::stream::iter([Ok(half), Err(std::io::Error::other("cut"))]);
        return Response::from_parts(parts, Body::from_stream(broken));
    }
    response
}

fn respond(
    state: &mut State,
    method: &Method,
    uri: &Uri,
    headers: &HeaderMap,
    body: &[u8],
) -> (Response, Option<Trouble>) {
    let now = state.now();
    let path = logged_path(uri, body);
    let who = known(state, headers);
    let gate = match who {
        Ok(Who::Installation(reader)) => state.world.installations.get(&reader.id).map_or(-1, |found| found.account_id),
        Ok(Who::App) => 0,
        Ok(Who::Person) => -2,
        Ok(Who::User(id)) => -id,
        _ => -1,
    };
    let in_refusal = state.refused_until.get(&gate).is_some_and(|until| *until > now);
    let trouble = trouble(&mut state.faults, &path);
    let resource = if uri.path() == "/graphql" { "graphql" } else { "core" };
    let points = if resource == "graphql" { cost(body) } else { 1 };
    let (limit, left, reset) = count(state, gate, resource, points);
    let too_fast = resource == "core" && !paced(state, gate, if method == Method::GET { 1 } else { 5 });
    let mut answer = match (who, trouble) {
        _ if too_fast => refused(state, gate, "You have exceeded a secondary rate limit.", Some(60)),
        _ if in_refusal => refused(state, gate, "You have exceeded a secondary rate limit.", None),
        (_, Some(Trouble::Secondary(seconds))) => {
            refused(state, gate, "You have exceeded a secondary rate limit.", Some(seconds))
        }
        (_, Some(Trouble::Limit(seconds))) => {
            state.refused_until.insert(gate, now + Duration::seconds(seconds));
            error("", 429, "API rate limit exceeded")
        }
        (_, Some(Trouble::Quiet(seconds))) => {
            state.refused_until.insert(gate, now + Duration::seconds(seconds));
            let mut answer =
                reply("", 200, json!({"errors": [{"type": "RATE_LIMITED", "message": "API rate limit exceeded"}]}));
            answer.headers.push(("retry-after", seconds.to_string()));
            answer
        }
        (_, Some(Trouble::Torn)) => torn(body),
        (_, Some(Trouble::Server(status))) => error("", status, "Server Error"),
        (_, Some(Trouble::Unauthorized)) => error("", 401, "Bad credentials"),
        (Err(refused), _) => refused,
        _ if left < 0 => {
            state.refused_until.insert(gate, reset);
            error("", 403, "API rate limit exceeded for installation.")
        }
        (Ok(_), _) if uri.path() == "/login" => oauth::log_in(uri),
        (Ok(_), _) if uri.path() == "/login/oauth/authorize" => oauth::authorize(state, uri, headers),
        (Ok(_), _) if uri.path() == "/login/oauth/access_token" => oauth::exchange(state, headers, body),
        (Ok(who), _) => route(state, who, method, uri, body),
    };
    let (left, reset) = match trouble {
        Some(Trouble::Limit(seconds)) => (0, now + Duration::seconds(seconds)),
        _ => (left.max(0), reset),
    };
    answer.headers.extend([
        ("date", now.format("%a, %d %b %Y %H:%M:%S GMT").to_string()),
        ("x-ratelimit-limit", limit.to_string()),
        ("x-ratelimit-remaining", left.to_string()),
        ("x-ratelimit-reset", reset.timestamp().to_string()),
        ("x-ratelimit-resource", resource.to_owned()),
    ]);
    let method_name = method.to_string();
    let odd: Vec<_> =
        state.oddities.iter().filter(|(wanted, _)| answer.status == 200 && path.contains(wanted)).collect();
    odd.iter().for_each(|(_, change)| change(&mut answer.body));
    let odd = !odd.is_empty();
    state.log.push(Logged { method: method_name, path, status: answer.status, gate, in_refusal, points });
    if !odd {
        record(state, method, uri, body, &answer);
    }
    let mut response = Response::builder().status(StatusCode::from_u16(answer.status).unwrap());
    for (name, value) in &answer.headers {
        response = response.header(*name, value);
    }
    let body = if answer.status == 204 { Body::empty() } else { Body::from(answer.body.to_string()) };
    (response.header("content-type", "application/json").body(body).unwrap().into_response(), trouble)
}

/// The path as it is logged: with its query, or for GraphQL with what is asked.
fn logged_path(uri: &Uri, body: &[u8]) -> String {
    match uri.path() {
        "/graphql" => asked(body),
        _ => uri.path_and_query().map_or("", |path| path.as_str()).to_owned(),
    }
}

/// A query's parameters.
struct Query(Vec<(String, String)>);

impl Query {
    fn of(uri: &Uri) -> Self {
        let pairs = uri.query().unwrap_or_default().split('&').filter_map(|pair| pair.split_once('='));
        Self(pairs.map(|(name, value)| (name.to_owned(), value.replace("%3A", ":"))).collect())
    }

    fn get(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(given, _)| given == name).map(|(_, value)| value.as_str())
    }

    fn number(&self, name: &str, default: usize) -> usize {
        self.get(name).and_then(|value| value.parse().ok()).unwrap_or(default)
    }

    /// The query with one parameter changed.
    fn with(&self, name: &str, value: &str) -> String {
        let others = self.0.iter().filter(|(given, _)| given != name && given != "page" && given != "after");
        let mut pairs: Vec<String> = others.map(|(given, value)| format!("{given}={value}")).collect();
        pairs.push(format!("{name}={value}"));
        pairs.join("&")
    }
}

fn route(state: &mut State, who: Who, method: &Method, uri: &Uri, body: &[u8]) -> Reply {
    let parts: Vec<&str> = uri.path().trim_matches('/').split('/').collect();
    let query = Query::of(uri);
    let app_only = || error("", 401, "A JSON web token could not be decoded");
    match (method.as_str(), parts.as_slice()) {
        ("POST", ["app-manifests", code, "conversions"]) => convert(state, code),
        ("POST", ["organizations", _, "settings", "apps", "new"] | ["settings", "apps", "new"]) => {
            register(state, &query, body)
        }
        ("POST", ["graphql"]) => graphql(state, who, body),
        ("GET", ["user", "installations", rest @ ..]) => {
            let Who::User(id) = who else { return error("", 401, "Requires authentication") };
            let login =
                state.user_tokens.values().find(|token| shapes::person_id(&token.login) == id).unwrap().login.clone();
            match rest {
                [] => user::installations(state, uri, &query, &login),
                [installation, "repositories"] => user::repositories(state, uri, &query, (&login, installation)),
                _ => error("", 404, "Not Found"),
            }
        }
        ("GET", ["user"]) => match who {
            Who::User(id) => {
                let token = state.user_tokens.values().find(|token| shapes::person_id(&token.login) == id).unwrap();
                oauth::user(&token.login)
            }
            _ => error("/user", 401, "Requires authentication"),
        },
        ("DELETE", ["applications", client, "token"]) => {
            oauth::forget(state, (*client).to_owned(), who == Who::Client, body)
        }
        (_, ["app", ..]) if who != Who::App => app_only(),
        ("GET", ["app"]) => {
            let fields = json!({"id": APP_ID, "client_id": CLIENT_ID, "slug": "bug-scrub", "name": "Bug Scrub",
                "permissions": state.permissions, "events": state.events});
            reply("/app", 200, shapes::of("app", fields))
        }
        ("GET", ["app", "installations"]) => {
            let found = state.world.installations.values();
            let listed: Vec<Value> =
                found.map(|found| shapes::installation(found, &state.world.accounts[&found.account_id])).collect();
            numbered(state, "/app/installations", uri, &query, listed, |listed| json!(listed))
        }
        ("GET", ["app", "installations", id]) => {
            const ROUTE: &str = "/app/installations/{installation_id}";
            match state.world.installations.values().find(|found| found.id.to_string() == *id) {
                Some(found) => {
                    let login = &state.world.accounts[&found.account_id];
                    reply(ROUTE, 200, shapes::installation(found, login))
                }
                None => error(ROUTE, 404, "Not Found"),
            }
        }
        ("POST", ["app", "installations", id, "access_tokens"]) => mint(state, id, body),
        ("GET", ["app", "hook", "config"]) => {
            let (content_type, insecure) = &state.hook_manners;
            let config = json!({"content_type": content_type, "insecure_ssl": insecure, "url": state.hook, "secret": "********"});
            reply("/app/hook/config", 200, config)
        }
        ("GET", ["app", "hook", "deliveries"]) => deliveries(state, uri, &query),
        ("POST", ["app", "hook", "deliveries", id, "attempts"]) => {
            let known = state.attempts.iter().find(|attempt| attempt.id.to_string() == *id);
            let Some(what) = known.map(|attempt| attempt.what.clone()) else { return error("", 404, "Not Found") };
            // Status 0 means that it is still to be sent.
            state.note(what, 0, true);
            reply("/app/hook/deliveries/{delivery_id}/attempts", 202, json!({}))
        }
        ("GET", ["installation", "repositories"]) => {
            let Who::Installation(reader) = who else { return error("", 401, "Bad credentials") };
            let found = state.world.covered(&state.world.installations[&reader.id]);
            let shape = |repo: &&Repository| shapes::repository(repo, &state.world.accounts[&repo.account_id]);
            let listed: Vec<Value> = found.iter().map(shape).collect();
            let total = listed.len();
            numbered(
                state,
                "/installation/repositories",
                uri,
                &query,
                listed,
                |listed| json!({"total_count": total, "repositories": listed}),
            )
        }
        ("GET", ["repos", owner, name, rest @ ..]) => {
            let wanted = (owner.to_lowercase(), name.to_lowercase());
            let login = |repo: &Repository| state.world.accounts[&repo.account_id].to_lowercase();
            let found =
                state.world.repositories.values().find(|repo| (login(repo), repo.name.to_lowercase()) == wanted);
            let id = found.map(|repo| repo.id);
            repository(state, who, uri, &query, id, rest)
        }
        ("GET", ["repositories", id, rest @ ..]) => {
            let id = id.parse().ok().filter(|id| state.world.repositories.contains_key(id));
            repository(state, who, uri, &query, id, rest)
        }
        _ => error("", 404, "Not Found"),
    }
}

/// A numbered page of a list.
fn numbered(
    state: &State,
    route: &'static str,
    uri: &Uri,
    query: &Query,
    listed: Vec<Value>,
    shape: impl Fn(&[Value]) -> Value,
) -> Reply {
    let (size, page) = (query.number("per_page", 30), query.number("page", 1));
    let from = ((page - 1) * size).min(listed.len());
    let to = (from + size).min(listed.len());
    let mut answer = reply(route, 200, shape(&listed[from..to]));
    if to < listed.len() {
        let next = query.with("page", &(page + 1).to_string());
        answer.headers.push(("link", format!("<{}{}?{next}>; rel=\"next\"", state.base, uri.path())));
    }
    answer
}
