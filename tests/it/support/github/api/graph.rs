//! The GraphQL queries that the service sends.

use serde_json::{Value, json};

use super::super::State;
use super::super::shapes::{self, time};
use super::super::world::{Item, Kind, Repository, Said};
use super::repos::sees;
use super::texts;
use super::{Reply, Who, error, operation, reply};

pub fn graphql(state: &State, who: Who, body: &[u8]) -> Reply {
    if who == Who::Nobody {
        return error("", 401, "This endpoint requires you to be authenticated.");
    }
    let asked: Value = serde_json::from_slice(body).unwrap();
    let variables = &asked["variables"];
    let repo_of = |node: &Value| {
        let id: i64 = node.as_str()?.strip_prefix("R_")?.parse().ok()?;
        state.world.repositories.get(&id).filter(|repo| who.reads_issues() && sees(state, who, repo))
    };
    let operation = operation(&asked["query"]);
    if operation.starts_with("Discussion") && !who.reads_discussions() {
        let message = "Resource not accessible by integration";
        let errors = json!([{"type": "FORBIDDEN", "path": ["node"], "message": message}]);
        return reply("", 200, json!({"data": {"node": null}, "errors": errors}));
    }
    let data = match operation.as_str() {
        "Totals" => {
            let may_read = who.reads_discussions();
            // A field that may not be read turns the whole repository to null.
            let repo_of = |node: &Value| repo_of(node).filter(|_| may_read || variables["discussions"] == false);
            let ids = variables["ids"].as_array().unwrap();
            assert!(ids.len() <= 100, "GitHub takes a hundred ids");
            if ids.iter().filter_map(repo_of).any(|repo| repo.too_much) {
                return error("", 502, "Server Error");
            }
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
            let item = repo.items.get(&number).filter(|item| item.kind == Kind::Discussion && !repo.discussions_off);
            let node = json!({"__typename": "Repository", "hasDiscussionsEnabled": !repo.discussions_off, "discussion": item.map(|item| discussion(repo, item))});
            let mut body = json!({"data": {"node": node}});
            if item.is_none() {
                body["errors"] = json!([{"type": "NOT_FOUND", "path": ["node", "discussion"], "message":
                    format!("Could not resolve to a Discussion with the number of {number}.")}]);
            }
            return reply("", 200, body);
        }
        "Conversations" => {
            let query = asked["query"].as_str().unwrap();
            if state.old_schema && query.contains("statusCheckRollup") {
                let message = "Field 'statusCheckRollup' doesn't exist on type 'PullRequest'";
                return reply("", 200, json!({"errors": [{"message": message}]}));
            }
            let mut errors = vec![];
            let node = repo_of(&variables["id"]).map(|repo| {
                let shows_checks = !repo.private || who.reads_checks();
                conversations(state, repo, query, shows_checks, &mut errors)
            });
            let mut body = json!({"data": {"node": node}});
            if !errors.is_empty() {
                body["errors"] = json!(errors);
            }
            return reply("", 200, body);
        }
        "Text" | "DiscussionText" => return texts::written(state, who, variables, operation == "DiscussionText"),
        other => panic!("the fake knows no query {other}"),
    };
    reply("", 200, json!({"data": data}))
}

fn totals(state: &State, repo: &Repository, discussions: &Value) -> Value {
    let off = |kind| match kind {
        Kind::Issue => repo.issues_off,
        Kind::Pull => false,
        Kind::Discussion => repo.discussions_off,
    };
    let of = |kind: Kind| repo.items.values().filter(move |item| item.kind == kind && !off(kind));
    // Issues that are counted but shown to nobody.
    let hidden = |kind: Kind| if kind == Kind::Issue { repo.hidden } else { 0 };
    let touched = |kind: Kind| {
        let mut found: Vec<&Item> = of(kind).collect();
        found.sort_by_key(|item| std::cmp::Reverse((item.updated_at, item.number)));
        let nodes = found.iter().take(5);
        json!({"nodes": nodes.map(|item| json!({"number": item.number, "updatedAt": time(item.updated_at)})).collect::<Vec<_>>()})
    };
    let open = |kind: Kind| json!({"totalCount": of(kind).filter(|item| item.open).count() + hidden(kind)});
    let all = |kind: Kind| json!({"totalCount": of(kind).count() + hidden(kind)});
    let mut told = json!({
        "__typename": "Repository",
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
    let mut found: Vec<&Item> = repo
        .items
        .values()
        .filter(|item| item.kind == Kind::Discussion && !repo.discussions_off && wanted(item))
        .collect();
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
        "login": bot.unwrap_or(&item.author), "databaseId": shapes::person_id(&item.author)});
    let labels = item.labels.iter().map(|id| json!({"id": shapes::label_node(*id), "name": repo.labels[id]}));
    json!({"id": format!("D_{}_{}", repo.id, item.number), "number": item.number, "title": item.title,
        "createdAt": time(item.created_at), "updatedAt": time(item.updated_at), "closed": !item.open,
        "closedAt": item.closed_at.map(time), "stateReason": (!item.open).then_some("RESOLVED"),
        "isAnswered": item.answered, "authorAssociation": "CONTRIBUTOR", "author": author,
        "comments": {"totalCount": item.comments}, "labels": {"nodes": labels.collect::<Vec<_>>()}})
}

/// The conversations of the items that a query names: `i12: issueOrPullRequest(number: 12)`.
fn conversations(state: &State, repo: &Repository, query: &str, shows_checks: bool, errors: &mut Vec<Value>) -> Value {
    let mut node = json!({"__typename": "Repository"});
    let all = state.world.repositories.values().flat_map(|home| home.items.values().map(move |item| (home.id, item)));
    let closing: Vec<(i64, &Item)> = all.filter(|(_, item)| item.open && !item.closes.is_empty()).collect();
    for line in query.lines() {
        let Some((alias, asked)) = line.trim().split_once(": ").filter(|(alias, _)| alias.starts_with('i')) else {
            continue;
        };
        if !asked.contains("(number: ") {
            continue;
        }
        let number: i64 = alias[1..].parse().unwrap();
        let off = |item: &Item| match item.kind {
            Kind::Issue => repo.issues_off,
            Kind::Pull => false,
            Kind::Discussion => repo.discussions_off,
        };
        let discussion = asked.starts_with("discussion");
        let found = repo.items.get(&number).filter(|item| !off(item) && (item.kind == Kind::Discussion) == discussion);
        node[alias] = found.map_or(Value::Null, conversation);
        let Some(item) = found.filter(|item| item.kind != Kind::Discussion && query.contains("statusCheckRollup"))
        else {
            continue;
        };
        if item.kind == Kind::Issue {
            node[alias]["closedByPullRequestsReferences"] = closed_by(&closing, (repo.id, item.number));
            continue;
        }
        let issue = |(repo, number): &(i64, i64)| json!({"number": number, "repository": {"databaseId": repo}});
        node[alias]["closingIssuesReferences"] = json!({"nodes": item.closes.iter().map(issue).collect::<Vec<_>>()});
        node[alias]["statusCheckRollup"] =
            item.checks.filter(|_| shows_checks).map_or(Value::Null, |state| json!({"state": state}));
        if !shows_checks {
            errors.push(json!({"type": "FORBIDDEN", "path": ["node", alias, "statusCheckRollup"],
                "message": "Resource not accessible by integration"}));
        }
    }
    node
}

/// Those of some pull requests that close an issue, in whatever repository they are.
fn closed_by(pulls: &[(i64, &Item)], issue: (i64, i64)) -> Value {
    let closing = pulls.iter().filter(|(_, item)| item.closes.contains(&issue));
    let shown = closing.map(|(home, item)| json!({"number": item.number, "repository": {"databaseId": home}}));
    json!({"nodes": shown.take(10).collect::<Vec<_>>()})
}

pub fn person(login: &str) -> Value {
    let bot = login.strip_suffix("[bot]");
    json!({"__typename": if bot.is_some() { "Bot" } else { "User" }, "login": bot.unwrap_or(login),
        "databaseId": shapes::person_id(login)})
}

fn conversation(item: &Item) -> Value {
    let kind = match item.kind {
        Kind::Issue => "Issue",
        Kind::Pull => "PullRequest",
        Kind::Discussion => "Discussion",
    };
    let last = |reviews: bool| {
        let all: Vec<&Said> = item.said.iter().filter(|said| said.verdict.is_some() == reviews).collect();
        let most = if item.kind == Kind::Discussion { 20 } else { 100 };
        let shown = all.iter().skip(all.len().saturating_sub(most)).map(|said| {
            let mut shown = json!({"author": person(&said.by), "authorAssociation": said.association});
            match said.verdict {
                None => shown["createdAt"] = json!(time(said.at)),
                Some(verdict) => {
                    shown["submittedAt"] = json!(time(said.at));
                    shown["state"] = json!(verdict.to_uppercase());
                    shown["commit"] = json!({"oid": shapes::commit(said.commit)});
                }
            }
            if item.kind == Kind::Discussion {
                shown["databaseId"] = json!(said.id);
                shown["replies"] = json!({"nodes": []});
            } else {
                shown["fullDatabaseId"] = json!(said.id.to_string());
            }
            shown
        });
        json!({"totalCount": all.len(), "nodes": shown.collect::<Vec<_>>()})
    };
    let mut shown = json!({"__typename": kind, "number": item.number, "updatedAt": time(item.updated_at),
        "createdAt": time(item.created_at), "authorAssociation": "CONTRIBUTOR", "author": person(&item.author),
        "reactions": {"totalCount": 0}, "comments": last(false)});
    if item.kind == Kind::Pull {
        let by = json!({"user": {"databaseId": shapes::person_id(&item.author)}});
        shown["reviews"] = last(true);
        shown["isDraft"] = json!(false);
        shown["headRefOid"] = json!(shapes::commit(item.commit));
        shown["autoMergeRequest"] = Value::Null;
        shown["mergeQueueEntry"] = Value::Null;
        shown["reviewRequests"] = json!({"totalCount": 0});
        shown["commits"] = json!({"nodes": [{"commit": {"committedDate": time(item.pushed_at), "author": by}}]});
    }
    shown
}

/// What GitHub answers when something fails on its side: nulls in place of the data, and an error.
pub fn torn(body: &[u8]) -> Reply {
    let asked: Value = serde_json::from_slice(body).unwrap();
    let data = match operation(&asked["query"]).as_str() {
        "Totals" => {
            json!({"nodes": asked["variables"]["ids"].as_array().unwrap().iter().map(|_| Value::Null).collect::<Vec<_>>()})
        }
        "Discussion" => {
            json!({"node": {"__typename": "Repository", "hasDiscussionsEnabled": true, "discussion": null}})
        }
        _ => json!({"node": null}),
    };
    let message = "Something went wrong while executing your query.";
    reply("", 200, json!({"data": data, "errors": [{"type": "INTERNAL", "message": message}]}))
}
