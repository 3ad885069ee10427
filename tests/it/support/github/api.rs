//! The fake's answers to requests.

use std::sync::{Arc, Mutex};

use axum::body::{Body, Bytes};
use axum::extract::State as From_;
use axum::http::{HeaderMap, Method, StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use chrono::{DateTime, Duration, Utc};
use jsonwebtoken::{Algorithm, DecodingKey, Validation};
use serde_json::{Value, json};

use super::shapes::{self, time};
use super::world::{Item, Kind, Left, Repository};
use super::{APP_ID, APP_PUBLIC_KEY, Fault, Logged, State, Token, Trouble, Window};

/// As whom a request comes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Who {
    Nobody,
    App,
    Installation(i64),
}

struct Reply {
    status: u16,
    body: Value,
    /// The OpenAPI description's name of the path; none for GraphQL.
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
    let (response, trouble) = {
        let mut state = state.lock().unwrap();
        let now = state.now();
        state.world.now = now;
        respond(&mut state, &method, &uri, &headers, &body)
    };
    if let Some(Trouble::Slow(wait)) = trouble {
        tokio::time::sleep(wait).await;
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
    let path = uri.path_and_query().map_or("", |path| path.as_str()).to_owned();
    let who = known(state, headers);
    let gate = match who {
        Ok(Who::Installation(id)) => state.world.installations.get(&id).map_or(-1, |found| found.account_id),
        Ok(Who::App) => 0,
        _ => -1,
    };
    let in_refusal = state.refused_until.get(&gate).is_some_and(|until| *until > now);
    let trouble = trouble(&mut state.faults, &path);
    let resource = if uri.path() == "/graphql" { "graphql" } else { "core" };
    let (limit, left, reset) = count(state, gate, resource);
    let mut answer = match (who, trouble) {
        _ if in_refusal => refused(state, gate, "You have exceeded a secondary rate limit.", None),
        (_, Some(Trouble::Secondary(seconds))) => {
            refused(state, gate, "You have exceeded a secondary rate limit.", Some(seconds))
        }
        (_, Some(Trouble::Limit(seconds))) => {
            state.refused_until.insert(gate, now + Duration::seconds(seconds));
            error("", 429, "API rate limit exceeded")
        }
        (_, Some(Trouble::Server(status))) => error("", status, "Server Error"),
        (_, Some(Trouble::Unauthorized)) => error("", 401, "Bad credentials"),
        (Err(refused), _) => refused,
        _ if left < 0 => {
            state.refused_until.insert(gate, reset);
            error("", 403, "API rate limit exceeded for installation.")
        }
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
    let path = if uri.path() == "/graphql" { asked(body) } else { path };
    state.log.push(Logged { path, status: answer.status, gate, in_refusal });
    record(state, method, uri, body, &answer);
    let mut response = Response::builder().status(StatusCode::from_u16(answer.status).unwrap());
    for (name, value) in &answer.headers {
        response = response.header(*name, value);
    }
    let body = if answer.status == 204 { Body::empty() } else { Body::from(answer.body.to_string()) };
    (response.header("content-type", "application/json").body(body).unwrap().into_response(), trouble)
}

fn refused(state: &mut State, gate: i64, message: &str, seconds: Option<i64>) -> Reply {
    let now = state.now();
    if let Some(seconds) = seconds {
        state.refused_until.insert(gate, now + Duration::seconds(seconds));
    }
    let left = (state.refused_until[&gate] - now).num_seconds();
    let mut answer = error("", 403, message);
    answer.headers.push(("retry-after", left.to_string()));
    answer
}

fn trouble(faults: &mut Vec<Fault>, path: &str) -> Option<Trouble> {
    let at = faults.iter().position(|fault| path.contains(fault.path))?;
    let fault = &mut faults[at];
    if fault.after > 0 {
        fault.after -= 1;
        return None;
    }
    let trouble = fault.trouble;
    fault.times -= 1;
    if fault.times == 0 {
        faults.remove(at);
    }
    Some(trouble)
}

/// Counts a request to its budget: the limit, what is left (-1: nothing was), when it begins anew.
fn count(state: &mut State, gate: i64, resource: &'static str) -> (u32, i64, DateTime<Utc>) {
    let now = state.now();
    let limit = if resource == "graphql" { state.limits.1 } else { state.limits.0 };
    let window = state.windows.entry((gate, resource)).or_insert(Window { begun: now, used: 0 });
    if now - window.begun >= Duration::hours(1) {
        *window = Window { begun: now, used: 0 };
    }
    window.used += 1;
    (limit, i64::from(limit) - i64::from(window.used), window.begun + Duration::hours(1))
}

/// Who asks, or why they may not.
fn known(state: &mut State, headers: &HeaderMap) -> Result<Who, Reply> {
    let refuse = |message: &str| Err(error("", 401, message));
    let Some(header) = headers.get("authorization").and_then(|value| value.to_str().ok()) else {
        return Ok(Who::Nobody);
    };
    let secret = header.strip_prefix("Bearer ").unwrap_or_default();
    let now = state.now();
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
        Some(found) => Ok(Who::Installation(found.id)),
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
    if claims["iss"].as_str() != Some(&APP_ID.to_string()) || !state.known {
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

fn record(state: &mut State, method: &Method, uri: &Uri, body: &[u8], answer: &Reply) {
    let graphql = uri.path() == "/graphql";
    if answer.route.is_empty() && !graphql {
        return;
    }
    let exchange = if graphql {
        let asked: Value = serde_json::from_slice(body).unwrap();
        json!({"graphql": asked["query"], "variables": asked["variables"], "status": answer.status, "body": answer.body})
    } else {
        json!({"method": method.as_str(), "route": answer.route, "status": answer.status, "body": answer.body})
    };
    let name = if graphql { operation(&exchange["graphql"]) } else { format!("{method} {}", answer.route) };
    let kept = state.exchanges.entry(format!("{name} {}", answer.status)).or_default();
    if kept.len() < 3 {
        kept.push(exchange);
    }
}

/// A question of GraphQL in one line: what, of which, after what.
fn asked(body: &[u8]) -> String {
    let asked: Value = serde_json::from_slice(body).unwrap_or_default();
    let variables = &asked["variables"];
    format!(
        "/graphql {} {} {} {}",
        operation(&asked["query"]),
        variables["id"],
        variables["states"],
        variables["after"]
    )
}

fn operation(query: &Value) -> String {
    let text = query.as_str().unwrap_or_default();
    let after = text.split_once("query ").map_or("", |(_, after)| after);
    after.chars().take_while(|letter| letter.is_alphanumeric()).collect()
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

    /// The query again, with one parameter changed.
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
        (_, ["app", ..]) if who != Who::App => app_only(),
        ("GET", ["app"]) => {
            let fields = json!({"id": APP_ID, "slug": "bug-scrub", "name": "Bug Scrub",
                "permissions": state.permissions, "events": state.events});
            reply("/app", 200, shapes::of("app", fields))
        }
        ("GET", ["app", "installations"]) => {
            let found = state.world.installations.values();
            let listed: Vec<Value> =
                found.map(|found| shapes::installation(found, &state.world.accounts[&found.account_id])).collect();
            numbered(state, "/app/installations", uri, &query, listed, |listed| json!(listed))
        }
        ("POST", ["app", "installations", id, "access_tokens"]) => mint(state, id),
        ("GET", ["app", "hook", "config"]) => {
            let config = json!({"content_type": "json", "insecure_ssl": "0", "url": state.hook, "secret": "********"});
            reply("/app/hook/config", 200, config)
        }
        ("GET", ["app", "hook", "deliveries"]) => deliveries(state, uri, &query),
        ("POST", ["app", "hook", "deliveries", id, "attempts"]) => {
            let known = state.attempts.iter().find(|attempt| attempt.id.to_string() == *id);
            let Some(what) = known.map(|attempt| attempt.what.clone()) else { return error("", 404, "Not Found") };
            // Status 0: still to be sent.
            state.note(what, 0, true);
            reply("/app/hook/deliveries/{delivery_id}/attempts", 202, json!({}))
        }
        ("GET", ["installation", "repositories"]) => {
            let Who::Installation(id) = who else { return error("", 401, "Bad credentials") };
            let found = state.world.covered(&state.world.installations[&id]);
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

/// A page of a list by number.
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

fn mint(state: &mut State, id: &str) -> Reply {
    const ROUTE: &str = "/app/installations/{installation_id}/access_tokens";
    let found = state.world.installations.values().find(|found| found.id.to_string() == id);
    let Some(found) = found else { return error(ROUTE, 404, "Not Found") };
    if found.suspended {
        return error(ROUTE, 403, "This installation has been suspended");
    }
    let (installation_id, permissions) = (found.id, found.permissions.clone());
    let (secret, expires_at) = (format!("ghs_{}", uuid::Uuid::new_v4().simple()), state.now() + Duration::hours(1));
    state.tokens.insert(secret.clone(), Token { installation_id, expires_at, uses: 0 });
    let body = json!({"token": secret, "expires_at": time(expires_at), "permissions": permissions,
        "repository_selection": "all"});
    reply(ROUTE, 201, body)
}

fn deliveries(state: &State, uri: &Uri, query: &Query) -> Reply {
    let oldest = state.now() - Duration::days(3);
    let failed = query.get("status") == Some("failure");
    let before: i64 = query.get("cursor").and_then(|cursor| cursor.parse().ok()).unwrap_or(i64::MAX);
    let listed = state.attempts.iter().rev().filter(|attempt| attempt.at >= oldest && attempt.id < before);
    let listed = listed.filter(|attempt| !failed || (attempt.status != 0 && attempt.status >= 300));
    let size = query.number("per_page", 30);
    let page: Vec<_> = listed.take(size).collect();
    let shape = |attempt: &&super::Attempt| {
        shapes::of(
            "delivery",
            json!({"id": attempt.id, "guid": attempt.what.guid, "delivered_at": time(attempt.at),
                "redelivery": attempt.redelivery, "duration": 0.1, "status": "x", "status_code": attempt.status,
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

fn repository(state: &State, who: Who, uri: &Uri, query: &Query, id: Option<i64>, rest: &[&str]) -> Reply {
    let route = match rest {
        [] => "/repos/{owner}/{repo}",
        ["labels"] => "/repos/{owner}/{repo}/labels",
        ["issues"] => "/repos/{owner}/{repo}/issues",
        ["issues", _] => "/repos/{owner}/{repo}/issues/{issue_number}",
        _ => return error("", 404, "Not Found"),
    };
    let Some(repo) = id.map(|id| &state.world.repositories[&id]).filter(|repo| sees(state, who, repo)) else {
        return error(route, 404, "Not Found");
    };
    let login = &state.world.accounts[&repo.account_id];
    match rest {
        [] => reply(route, 200, shapes::shaped(repo, login, "full_repository")),
        ["labels"] => {
            let labels = repo.labels.iter().map(|(id, name)| shapes::label(*id, name)).collect();
            numbered(state, route, uri, query, labels, |labels| json!(labels))
        }
        ["issues"] => issues(state, repo, login, query),
        ["issues", number] => {
            let number: i64 = number.parse().unwrap_or_default();
            let item = repo.items.get(&number).filter(|item| item.kind != Kind::Discussion);
            match (item, repo.left.get(&number)) {
                (Some(item), _) => reply(route, 200, shapes::item(repo, login, item, true)),
                (None, Some(Left::Deleted)) => error(route, 410, "This issue was deleted"),
                (None, Some(Left::To(repo, number))) => {
                    let url = format!("{}/repositories/{repo}/issues/{number}", state.base);
                    let mut answer = error(route, 301, "Moved Permanently");
                    answer.body["url"] = json!(url);
                    answer.headers.push(("location", url));
                    answer
                }
                (None, None) => error(route, 404, "Not Found"),
            }
        }
        _ => error("", 404, "Not Found"),
    }
}

fn sees(state: &State, who: Who, repo: &Repository) -> bool {
    match who {
        Who::Nobody => !repo.private,
        Who::App => false,
        Who::Installation(id) => {
            let found = state.world.covered(&state.world.installations[&id]);
            !repo.private || found.iter().any(|covered| covered.id == repo.id)
        }
    }
}

/// Issues and pull requests, paged by where the last page ended.
fn issues(state: &State, repo: &Repository, login: &str, query: &Query) -> Reply {
    const ROUTE: &str = "/repos/{owner}/{repo}/issues";
    if query.number("page", 1) > 10 {
        return error(ROUTE, 422, "Pagination with the page parameter is not supported for large datasets");
    }
    let since = query.get("since").and_then(|since| since.parse::<DateTime<Utc>>().ok());
    let by_update = query.get("sort") == Some("updated");
    let rank = |item: &Item| (if by_update { item.updated_at } else { item.created_at }.timestamp(), item.number);
    let wanted = |item: &&Item| {
        item.kind != Kind::Discussion
            && since.is_none_or(|since| item.updated_at >= since)
            && match query.get("state").unwrap_or("open") {
                "all" => true,
                state => item.open == (state == "open"),
            }
    };
    let mut found: Vec<&Item> = repo.items.values().filter(wanted).collect();
    let ascending = query.get("direction") == Some("asc");
    found.sort_by_key(|item| rank(item));
    if !ascending {
        found.reverse();
    }
    if let Some((at, number)) = query.get("after").and_then(|after| after.split_once('-')) {
        let after = (at.parse().unwrap(), number.parse().unwrap());
        found.retain(|item| if ascending { rank(item) > after } else { rank(item) < after });
    }
    let size = query.number("per_page", 30);
    let page = &found[..size.min(found.len())];
    let mut answer = reply(ROUTE, 200, page.iter().map(|item| shapes::item(repo, login, item, true)).collect());
    if found.len() > size {
        let (at, number) = rank(page[size - 1]);
        let next = query.with("after", &format!("{at}-{number}"));
        let link = format!("<{}/repositories/{}/issues?{next}>; rel=\"next\"", state.base, repo.id);
        answer.headers.push(("link", link));
    }
    answer
}

fn graphql(state: &State, who: Who, body: &[u8]) -> Reply {
    if who == Who::Nobody {
        return error("", 401, "This endpoint requires you to be authenticated.");
    }
    let asked: Value = serde_json::from_slice(body).unwrap();
    let variables = &asked["variables"];
    let repo_of = |node: &Value| {
        let id: i64 = node.as_str()?.strip_prefix("R_")?.parse().ok()?;
        state.world.repositories.get(&id).filter(|repo| sees(state, who, repo))
    };
    let data = match operation(&asked["query"]).as_str() {
        "Totals" => {
            let may_read = match who {
                Who::Installation(id) => state.world.installations[&id].permissions.contains_key("discussions"),
                _ => true,
            };
            // One field that may not be read takes all of the repository with it.
            let repo_of = |node: &Value| repo_of(node).filter(|_| may_read || variables["discussions"] == false);
            let ids = variables["ids"].as_array().unwrap();
            assert!(ids.len() <= 100, "GitHub takes a hundred ids");
            json!({"nodes": ids.iter().map(|id| repo_of(id).map(|repo| totals(state, repo, &variables["discussions"]))).collect::<Vec<_>>()})
        }
        "Discussions" => {
            let states = variables["states"].as_array().unwrap();
            let wanted = |item: &Item| states.contains(&json!(if item.open { "OPEN" } else { "CLOSED" }));
            let page = |repo| {
                discussions(repo, &variables["after"], wanted, |item| (item.created_at.timestamp(), item.number))
            };
            json!({"node": repo_of(&variables["id"]).map(page)})
        }
        "DiscussionsSince" => {
            let page = |repo| {
                discussions(repo, &variables["after"], |_| true, |item| (-item.updated_at.timestamp(), item.number))
            };
            json!({"node": repo_of(&variables["id"]).map(page)})
        }
        "Discussion" => {
            let number = variables["number"].as_i64().unwrap();
            let Some(repo) = repo_of(&variables["id"]) else { return reply("", 200, json!({"data": {"node": null}})) };
            let item = repo.items.get(&number).filter(|item| item.kind == Kind::Discussion);
            let node = json!({"__typename": "Repository", "discussion": item.map(|item| discussion(repo, item))});
            let mut body = json!({"data": {"node": node}});
            if item.is_none() {
                body["errors"] = json!([{"type": "NOT_FOUND", "path": ["node", "discussion"], "message":
                    format!("Could not resolve to a Discussion with the number of {number}.")}]);
            }
            return reply("", 200, body);
        }
        other => panic!("the fake knows no query {other}"),
    };
    reply("", 200, json!({"data": data}))
}

fn totals(state: &State, repo: &Repository, discussions: &Value) -> Value {
    let of = |kind: Kind| repo.items.values().filter(move |item| item.kind == kind);
    let touched = |kind: Kind| {
        let mut found: Vec<&Item> = of(kind).collect();
        found.sort_by_key(|item| std::cmp::Reverse((item.updated_at, item.number)));
        let nodes = found.iter().take(5);
        json!({"nodes": nodes.map(|item| json!({"number": item.number, "updatedAt": time(item.updated_at)})).collect::<Vec<_>>()})
    };
    let open = |kind: Kind| json!({"totalCount": of(kind).filter(|item| item.open).count()});
    let all = |kind: Kind| json!({"totalCount": of(kind).count()});
    let mut told = json!({
        "__typename": "Repository", "id": shapes::repository_node(repo.id), "databaseId": repo.id,
        "nameWithOwner": format!("{}/{}", state.world.accounts[&repo.account_id], repo.name),
        "isPrivate": repo.private, "isArchived": repo.archived,
        "issues": touched(Kind::Issue), "openIssues": open(Kind::Issue), "allIssues": all(Kind::Issue),
        "pullRequests": touched(Kind::Pull), "openPullRequests": open(Kind::Pull), "allPullRequests": all(Kind::Pull),
        "discussions": touched(Kind::Discussion), "openDiscussions": open(Kind::Discussion),
        "allDiscussions": all(Kind::Discussion),
    });
    if discussions == false {
        for name in ["discussions", "openDiscussions", "allDiscussions"] {
            told.as_object_mut().unwrap().remove(name);
        }
    }
    told
}

fn discussions(
    repo: &Repository,
    after: &Value,
    wanted: impl Fn(&Item) -> bool,
    rank: impl Fn(&Item) -> (i64, i64),
) -> Value {
    let mut found: Vec<&Item> =
        repo.items.values().filter(|item| item.kind == Kind::Discussion && wanted(item)).collect();
    found.sort_by_key(|item| rank(item));
    if let Some((at, number)) = after.as_str().and_then(|after| after.split_once('/')) {
        let after = (at.parse().unwrap(), number.parse().unwrap());
        found.retain(|item| rank(item) > after);
    }
    let page = &found[..found.len().min(100)];
    let end = page.last().map(|item| {
        let (at, number) = rank(item);
        format!("{at}/{number}")
    });
    json!({"__typename": "Repository", "discussions": {
        "pageInfo": {"hasNextPage": found.len() > 100, "endCursor": end},
        "nodes": page.iter().map(|item| discussion(repo, item)).collect::<Vec<_>>(),
    }})
}

fn discussion(repo: &Repository, item: &Item) -> Value {
    let bot = item.author.strip_suffix("[bot]");
    let author = json!({"__typename": if bot.is_some() { "Bot" } else { "User" },
        "login": bot.unwrap_or(&item.author), "databaseId": 5});
    let labels = item.labels.iter().map(|id| json!({"id": shapes::label_node(*id), "name": repo.labels[id]}));
    json!({"id": format!("D_{}_{}", repo.id, item.number), "number": item.number, "title": item.title,
        "createdAt": time(item.created_at), "updatedAt": time(item.updated_at), "closed": !item.open,
        "closedAt": item.closed_at.map(time), "stateReason": (!item.open).then_some("RESOLVED"),
        "isAnswered": item.answered, "authorAssociation": "CONTRIBUTOR", "author": author,
        "comments": {"totalCount": item.comments}, "labels": {"nodes": labels.collect::<Vec<_>>()}})
}

/// The person pressed the button: the browser is sent back with a code.
fn register(state: &mut State, query: &Query, body: &[u8]) -> Reply {
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
    state.manifests.insert(code, manifest);
    let mut answer = error("", 302, "Found");
    answer.headers.push(("location", back));
    answer
}

/// Text as a form writes it.
fn decoded(text: &str) -> String {
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

fn convert(state: &mut State, code: &str) -> Reply {
    const ROUTE: &str = "/app-manifests/{code}/conversions";
    let Some(manifest) = state.manifests.remove(code) else { return error(ROUTE, 404, "Not Found") };
    let fields = json!({"id": APP_ID, "slug": "bug-scrub", "name": manifest["name"], "pem": super::APP_KEY,
        "webhook_secret": super::SECRET, "client_id": "Iv1.x", "client_secret": "x",
        "html_url": "https://github.example/apps/bug-scrub", "permissions": manifest["default_permissions"],
        "events": manifest["default_events"]});
    reply(ROUTE, 201, shapes::of("conversion", fields))
}
