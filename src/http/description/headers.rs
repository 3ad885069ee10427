//! The headers of answers, each described once.
//!
//! A handler's annotation only names those of its answer: `headers(("ETag"), ("Link"))`. Those that every answer has are added here.

use serde_json::{Map, Value, json};

/// Each header's name, its schema, and what it says.
fn all() -> [(&'static str, Value, &'static str); 12] {
    let text = || json!({"type": "string"});
    let number = || json!({"type": "integer", "format": "int32", "minimum": 0});
    [
        ("ETag", text(), "The version of the answer. Send it as `If-None-Match`, or as `If-Match` where you write."),
        (
            "Link",
            text(),
            "The address of the next page, with `rel=\"next\"` (RFC 8288). There is none on the last page.",
        ),
        (
            "Location",
            json!({"type": "string", "format": "uri-reference"}),
            "The address of what was made, or where it is now.",
        ),
        ("Retry-After", number(), "After how many seconds it is worth trying again."),
        ("WWW-Authenticate", text(), "Always `Bearer`."),
        ("Content-Disposition", text(), "The name under which to save the file."),
        (
            "Bugscrub-Warning",
            text(),
            "The parameters with names that nothing has, as in a query: `label=bgu`. Only where there are such.",
        ),
        ("Vary", text(), "What of the request the answer depends on."),
        ("X-RateLimit-Limit", number(), "How many requests a minute the token may make. Absent if there is no limit."),
        ("X-RateLimit-Remaining", number(), "How many of them it has left."),
        (
            "X-RateLimit-Reset",
            json!({"type": "integer", "format": "int64", "minimum": 0}),
            "When the whole limit is available again.",
        ),
        (
            "X-Request-Id",
            text(),
            "The id of the request, which the logs have too: the one that it was sent with, or ours.",
        ),
    ]
}

/// The headers that every answer to a token has.
const OF_TOKENS: [&str; 3] = ["X-RateLimit-Limit", "X-RateLimit-Remaining", "X-RateLimit-Reset"];
const OF_ALL: &str = "X-Request-Id";

/// What they are called among the components.
fn component(name: &str) -> String {
    format!("{}Header", name.replace('-', ""))
}

/// All of them, by component.
pub fn components() -> Value {
    let described = all()
        .into_iter()
        .map(|(name, schema, about)| (component(name), json!({"description": about, "schema": schema})));
    Value::Object(described.collect())
}

/// Makes the headers of a response references to the components, and adds those that every answer has.
pub fn refer(response: &mut Value, asks_token: bool) {
    let mut headers: Map<String, Value> = response["headers"].as_object().cloned().unwrap_or_default();
    headers.insert(OF_ALL.to_owned(), Value::Null);
    headers.extend(OF_TOKENS.iter().filter(|_| asks_token).map(|name| ((*name).to_owned(), Value::Null)));
    for (name, header) in &mut headers {
        debug_assert!(all().iter().any(|(known, ..)| known == name), "describe the header {name}");
        *header = json!({"$ref": format!("#/components/headers/{}", component(name))});
    }
    response["headers"] = Value::Object(headers);
}
