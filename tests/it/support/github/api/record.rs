//! Exchanges that are kept, to be compared with GitHub's published descriptions.

use axum::http::{Method, Uri};
use serde_json::{Value, json};

use super::super::State;
use super::Reply;

pub(super) fn record(state: &mut State, method: &Method, uri: &Uri, body: &[u8], answer: &Reply) {
    let graphql = uri.path() == "/graphql";
    if answer.route.is_empty() && !graphql {
        return;
    }
    if graphql && answer.body["errors"][0]["type"] == "INTERNAL" {
        return;
    }
    let exchange = if graphql {
        let asked: Value = serde_json::from_slice(body).unwrap();
        json!({"graphql": asked["query"], "variables": asked["variables"], "status": answer.status, "body": answer.body})
    } else {
        let sent: Option<Value> = serde_json::from_slice(body).ok();
        json!({"method": method.as_str(), "route": answer.route, "sent": sent, "status": answer.status, "body": answer.body})
    };
    let name = if graphql { operation(&exchange["graphql"]) } else { format!("{method} {}", answer.route) };
    let kept = state.exchanges.entry(format!("{name} {}", answer.status)).or_default();
    if kept.len() < 3 {
        kept.push(exchange);
    }
}

/// A GraphQL query in one line: the operation, its id, its states, its cursor.
pub(super) fn asked(body: &[u8]) -> String {
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

pub(super) fn operation(query: &Value) -> String {
    let text = query.as_str().unwrap_or_default();
    let after = text.split_once("query ").map_or("", |(_, after)| after);
    after.chars().take_while(|letter| letter.is_alphanumeric()).collect()
}
