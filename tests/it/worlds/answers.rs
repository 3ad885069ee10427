//! What is asked of both accounts: every operation that reads.

use std::collections::BTreeSet;

use futures_util::{StreamExt, stream};
use reqwest::Method;

use super::history::Story;
use super::{Who, Worlds};

/// What queues and statistics are asked with.
const QUESTIONS: [&str; 19] = [
    "",
    "view=open&limit=3",
    "view=open&unread=true",
    "unread=false",
    "noted=true",
    "noted=false&order=newest&limit=2",
    "action=close",
    "label=bug&order=freshest",
    "title=issue&type=Issue",
    "repo=secret",
    "state=closed",
    "as_of=20d",
    "as_of=20d&noted=true",
    "milestone=v1",
    "label=none&state=all",
    "label=all:bug&assignee=none",
    "milestone=none",
    "fields=repository,number",
    "type=Issue&author=ada&label=-bug&created_after=2026-01-01T00:00:00Z",
];

/// Operations that ask nothing of an account, or that have tests of their own.
const ELSEWHERE: [&str; 21] = [
    "POST /webhooks/github",
    "GET /healthz",
    "GET /readyz",
    "GET /metrics",
    "GET /problems/{kind}",
    // `stream`: it has no end.
    "GET /api/v1/stream",
    "GET /api/v1/scrubs/{number}/stream",
    "POST /api/v1/stream/tickets",
    // `api::tokens`: for admins alone.
    "DELETE /api/v1/tokens/{id}",
    "POST /api/v1/tokens",
    // `github::asked_doctor`: for admins alone.
    "GET /api/v1/doctor",
    // `scrubs::schedule`: it is about no item.
    "PUT /api/v1/schedule/{date}",
    "DELETE /api/v1/schedule/{date}",
    "POST /api/v1/schedule/{date}/talks",
    "DELETE /api/v1/schedule/{date}/talks/{talk}",
    // `scrubs::arrivals`: they are about no item.
    "PUT /api/v1/scrubs/{number}/greeter",
    "POST /api/v1/scrubs/{number}/guests",
    // `sign_in`: they are about who asks.
    "GET /auth/sign-in",
    "GET /auth/callback",
    "POST /auth/sign-out",
    "POST /auth/token-session",
];

/// What is asked of an operation: paths, with OWNER for the account's login.
fn paths(operation: &str, story: &Story) -> Vec<String> {
    let Some(path) = operation.strip_prefix("GET ") else { return vec![] };
    let with = |path: &str, questions: &[&str]| questions.iter().map(|asked| format!("{path}?{asked}")).collect();
    match path {
        "/api/v1/queue" | "/api/v1/queue.csv" => with(path, &QUESTIONS),
        "/api/v1/queue/facets" => with(path, &QUESTIONS),
        "/api/v1/repositories" => with(path, &["", "limit=1", "after=1"]),
        "/api/v1/events" => with(path, &["", "limit=7"]),
        "/api/v1/queue.xlsx" => with(path, &["", "view=open", "noted=true&order=stalest"]),
        "/api/v1/items/{owner}/{repo}/{number}"
        | "/api/v1/items/{owner}/{repo}/{number}/note"
        | "/api/v1/items/{owner}/{repo}/{number}/text"
        | "/api/v1/items/{owner}/{repo}/{number}/similar" => {
            let end = path.strip_prefix("/api/v1/items/{owner}/{repo}/{number}").unwrap();
            story.addresses().into_iter().map(|address| format!("/api/v1/items/OWNER/{address}{end}")).collect()
        }
        "/api/v1/views/{name}" => {
            let names = ["open", "bug-scrub", "secret", "mine", "mine?counts=true"];
            names.map(|name| path.replace("{name}", name)).into()
        }
        "/api/v1/collections/{name}" => {
            with("/api/v1/collections/agenda", &["", "rows=50", "rows=1&min_position=1", "rows=0"])
        }
        "/api/v1/views" => with(path, &["", "counts=true"]),
        "/api/v1/scrubs" => with(path, &["", "before=2"]),
        path if path.starts_with("/api/v1/scrubs/{number}") && !path.ends_with("/stream") => {
            let deck: &[&str] = if path.ends_with("deck") { &["", "limit=1", "limit=2&after=1"] } else { &[""] };
            let numbers = (1..=3).map(|number| path.replace("{number}", &number.to_string()));
            numbers.flat_map(|path| deck.iter().map(move |asked| format!("{path}?{asked}"))).collect()
        }
        path if path.starts_with("/api/v1/stats/") => match path.strip_suffix("{format}") {
            Some(subject) => {
                let questions = ["", "group_by=label&group_limit=1", "as_of=20d&group_by=repository&raw=true"];
                let tables = with(&format!("{subject}csv"), &questions);
                ["svg", "json"].map(|format| format!("{subject}{format}")).into_iter().chain(tables).collect()
            }
            None => {
                if path.ends_with("coverage") {
                    return with(
                        path,
                        &["", "step=week", "view=mine&step=month", "from=30d&as_of=20d", "label=bug&group_by=label"],
                    );
                }
                let groups = ["group_by=repository", "group_by=label&group_limit=1&as_of=20d", "group_by=author"];
                with(path, &["", "view=mine", "as_of=20d", "label=bug", groups[0], groups[1], groups[2]])
            }
        },
        "/api/v1/sync" => with(path, &["", "after=2"]),
        "/api/v1/accounts"
        | "/api/v1/me"
        | "/api/v1/permissions"
        | "/api/v1/tokens"
        | "/api/v1/collections"
        | "/api/v1/sheets/unplaced"
        | "/api/v1/schedule"
        | "/api/v1/scrubs/calendar.ics" => vec![path.to_owned()],
        _ => vec![],
    }
}

/// Whether an operation is asked here, or elsewhere.
pub fn asks(operation: &str) -> bool {
    ELSEWHERE.contains(&operation) || !paths(operation, &Story::default()).is_empty()
}

/// Asks everything of both accounts as everybody who does not see all.
pub async fn compare(worlds: &Worlds<'_>, story: &Story) {
    let description: serde_json::Value = serde_json::from_str(&bugscrub::http::openapi()).unwrap();
    let operations = description["paths"].as_object().unwrap().iter().flat_map(|(path, operations)| {
        operations.as_object().unwrap().keys().map(move |method| format!("{} {path}", method.to_uppercase()))
    });
    let operations: BTreeSet<String> = operations.collect();
    worlds.whole.app.caught_up().await;
    let asked = operations.iter().flat_map(|operation| paths(operation, story)).map(async |path| {
        let token: Who = if path.contains("unplaced") { |by| &by.scrubber } else { |by| &by.reader };
        let answer = worlds.same(token, Method::GET, &path, None).await;
        // Who has no token reads what a token with the scope read does, byte by byte.
        let question = if path.contains('?') { '&' } else { '?' };
        let named = format!("{path}{question}account={}", worlds.whole.account);
        let ask = async |token: &String| worlds.whole.ask(token, Method::GET, &named, None).await;
        let (anyone, nobody) = tokio::join!(ask(&worlds.whole.tokens.anyone), ask(&worlds.whole.tokens.nobody));
        match anyone.status {
            403 => assert_eq!(nobody.status, 401, "{named}"),
            _ => assert_eq!(anyone.masked, nobody.masked, "{named}"),
        }
        worlds.same_for_mates(Method::GET, &path, None).await;
        let queue = path.starts_with("/api/v1/queue?");
        if queue || path.contains(".csv") || path.contains(".svg") || path.contains(".ics") {
            worlds.same(|by| &by.embed, Method::GET, &path, None).await;
        }
        usize::from(answer.status == 200)
    });
    let understood: usize = stream::iter(asked).buffer_unordered(6).collect::<Vec<_>>().await.iter().sum();
    assert!(understood > 50, "{understood} answers");
}
