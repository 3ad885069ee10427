//! Repositories and their items in the REST API.

use axum::http::Uri;
use chrono::{DateTime, Utc};
use serde_json::json;

use super::super::State;
use super::super::shapes;
use super::super::world::{Item, Kind, Left, Repository};
use super::{Query, Reply, Who, error, numbered, reply};

pub fn repository(state: &State, who: Who, uri: &Uri, query: &Query, id: Option<i64>, rest: &[&str]) -> Reply {
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
    if !rest.is_empty() && !who.reads_issues() {
        return error(route, 403, "Resource not accessible by integration");
    }
    match rest {
        [] => reply(route, 200, shapes::shaped(repo, login, "full_repository")),
        ["labels"] => {
            let labels = repo.labels.iter().map(|(id, name)| shapes::label(*id, name)).collect();
            numbered(state, route, uri, query, labels, |labels| json!(labels))
        }
        ["issues"] => issues(state, repo, login, query),
        ["issues", number] => {
            let number: i64 = number.parse().unwrap_or_default();
            if repo.issues_off {
                return error(route, 410, "Issues are disabled for this repo");
            }
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

pub fn sees(state: &State, who: Who, repo: &Repository) -> bool {
    match who {
        Who::Nobody | Who::Person | Who::User(_) => !repo.private,
        Who::App | Who::Client => false,
        Who::Installation(reader) => {
            let found = state.world.covered(&state.world.installations[&reader.id]);
            !repo.private || found.iter().any(|covered| covered.id == repo.id)
        }
    }
}

/// Issues and pull requests, in pages that continue where the last one ended.
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
            && !(repo.issues_off && item.kind == Kind::Issue)
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
