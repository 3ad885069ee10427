//! What is written on items, as GraphQL shows it.

use serde_json::{Value, json};

use super::super::State;
use super::super::shapes::time;
use super::super::world::{Item, Kind, Repository, Said};
use super::graph::person;
use super::repos::sees;
use super::{Reply, Who, reply};

/// Entries of a page.
const PAGE: usize = 50;

pub fn written(state: &State, who: Who, variables: &Value, discussion: bool) -> Reply {
    let named = |repo: &&Repository| {
        let login = &state.world.accounts[&repo.account_id];
        variables["owner"].as_str().unwrap().eq_ignore_ascii_case(login)
            && variables["name"].as_str().unwrap().eq_ignore_ascii_case(&repo.name)
    };
    let repo =
        state.world.repositories.values().find(named).filter(|repo| who.reads_issues() && sees(state, who, repo));
    let Some(repo) = repo else {
        return not_found(json!({"repository": null}), &["repository"], "Could not resolve to a Repository");
    };
    let field = if discussion { "discussion" } else { "issueOrPullRequest" };
    let number = variables["number"].as_i64().unwrap();
    let found = repo.items.get(&number).filter(|item| (item.kind == Kind::Discussion) == discussion);
    let mut node = json!({"databaseId": repo.id, "isPrivate": repo.private, field: null});
    let Some(item) = found else {
        return not_found(json!({"repository": node}), &["repository", field], "Could not resolve to an issue");
    };
    let Some(shown) = shown(&state.world.accounts[&repo.account_id], repo, item, &variables["before"]) else {
        let message = format!("`{}` does not appear to be a valid cursor.", variables["before"].as_str().unwrap());
        let errors = json!([{"type": "INVALID_CURSOR_ARGUMENTS", "path": ["repository", field], "message": message}]);
        return reply("", 200, json!({"data": {"repository": node}, "errors": errors}));
    };
    node[field] = shown;
    reply("", 200, json!({"data": {"repository": node}}))
}

fn not_found(data: Value, path: &[&str], message: &str) -> Reply {
    reply("", 200, json!({"data": data, "errors": [{"type": "NOT_FOUND", "path": path, "message": message}]}))
}

/// `None` if the cursor is none.
fn shown(login: &str, repo: &Repository, item: &Item, before: &Value) -> Option<Value> {
    let (kind, path, said) = match item.kind {
        Kind::Issue => ("Issue", "issues", "comments"),
        Kind::Pull => ("PullRequest", "pull", "timelineItems"),
        Kind::Discussion => ("Discussion", "discussions", "comments"),
    };
    let url = format!("https://github.example/{login}/{}/{path}/{}", repo.name, item.number);
    let end = match before.as_str() {
        Some(cursor) => {
            cursor.strip_prefix("before-").and_then(|at| at.parse().ok()).filter(|at| *at <= item.said.len())?
        }
        None => item.said.len(),
    };
    let begin = end.saturating_sub(PAGE);
    let edges = (begin..end).map(|at| {
        let said = &item.said[at];
        json!({"cursor": format!("before-{at}"), "node": entry(&url, item.kind, said)})
    });
    let page = json!({"pageInfo": {"hasPreviousPage": begin > 0}, "edges": edges.collect::<Vec<_>>()});
    Some(json!({"__typename": kind, "number": item.number, "url": url, "bodyHTML": item.text,
        "createdAt": time(item.created_at), "lastEditedAt": null, "author": person(&item.author),
        "authorAssociation": "CONTRIBUTOR", said: page}))
}

fn entry(url: &str, kind: Kind, said: &Said) -> Value {
    let mut shown = written_by(url, said);
    match (kind, said.verdict) {
        (Kind::Discussion, _) => {
            shown["__typename"] = json!("DiscussionComment");
            shown["isAnswer"] = json!(false);
            discussed(&mut shown, said);
            let replies = said.below.iter().map(|reply| {
                let mut shown = written_by(url, reply);
                discussed(&mut shown, reply);
                shown
            });
            shown["replies"] = json!({"totalCount": said.below.len(), "nodes": replies.collect::<Vec<_>>()});
        }
        (_, None) => shown["__typename"] = json!("IssueComment"),
        (_, Some(verdict)) => {
            shown["__typename"] = json!("PullRequestReview");
            shown["state"] = json!(verdict.to_uppercase());
            shown["submittedAt"] = json!(time(said.at));
            let comments = said.below.iter().map(|comment| {
                let mut shown = written_by(url, comment);
                shown["path"] = json!("src/main.rs");
                shown["line"] = json!(12);
                shown["replyTo"] = Value::Null;
                shown
            });
            shown["comments"] = json!({"totalCount": said.below.len(), "nodes": comments.collect::<Vec<_>>()});
        }
    }
    shown
}

fn written_by(url: &str, said: &Said) -> Value {
    json!({"fullDatabaseId": said.id.to_string(), "url": format!("{url}#said-{}", said.id), "isMinimized": false,
        "minimizedReason": null, "bodyHTML": said.text, "createdAt": time(said.at), "lastEditedAt": null,
        "authorAssociation": said.association, "author": person(&said.by)})
}

/// What comments of discussions have in place of something.
fn discussed(shown: &mut Value, said: &Said) {
    shown["databaseId"] = json!(said.id);
    shown["deletedAt"] = Value::Null;
    shown.as_object_mut().unwrap().remove("fullDatabaseId");
}
