//! What the description itself promises to those who make clients of it.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use super::{operations, parameters, resolved};

fn description() -> Value {
    serde_json::from_str(&bugscrub::http::openapi()).unwrap()
}

/// All names of schemas, parameters, answers and headers; generators put them into one room.
fn components(description: &Value) -> Vec<&str> {
    let kinds = ["schemas", "parameters", "responses", "headers"];
    kinds
        .iter()
        .flat_map(|kind| description["components"][kind].as_object().unwrap().keys().map(String::as_str))
        .collect()
}

#[test]
fn no_name_is_taken_for_another_one() {
    let description = description();
    let names = components(&description);
    let ids: Vec<&str> =
        operations(&description).iter().map(|(_, _, operation)| operation["operationId"].as_str().unwrap()).collect();
    let folded = |name: &str| name.replace('_', "").to_lowercase();
    let mut taken: BTreeMap<String, &str> = BTreeMap::new();
    for name in &names {
        assert!(taken.insert(folded(name), name).is_none(), "{name} and another name differ by case alone");
    }
    for name in names {
        // Go makes a function `NewItem` for the type `Item`; what is behind others is made for operations.
        assert!(!name.starts_with("New"), "{name}");
        for end in ["Request", "Response", "Body", "Params", "Type", "Enum", "Builder"] {
            assert!(name == "ItemType" || !name.ends_with(end), "{name} ends like a name that generators make");
        }
    }
    for id in ids {
        for end in ["", "request", "response", "params", "body", "jsonbody", "jsonrequestbody"] {
            assert!(!taken.contains_key(&(folded(id) + end)), "{id}{end}");
        }
    }
}

#[test]
fn what_is_always_sent_is_required() {
    let description = description();
    let problem = &description["components"]["schemas"]["Problem"];
    assert_eq!(problem["required"], json!(["status", "title", "type"]));
    assert_eq!(problem["properties"]["detail"]["type"], "string");
    for answer in [
        "QueueRow",
        "QueueAnswer",
        "SyncAnswer",
        "ScrubRow",
        "RoomAnswer",
        "PersonHere",
        "TimerAnswer",
        "SheetAnswer",
        "AgeBucket",
        "TokenAnswer",
        "Counts",
    ] {
        let schema = &description["components"]["schemas"][answer];
        let fields: BTreeSet<&str> = schema["properties"].as_object().unwrap().keys().map(String::as_str).collect();
        let required: BTreeSet<&str> =
            schema["required"].as_array().unwrap().iter().map(|name| name.as_str().unwrap()).collect();
        assert_eq!(required, fields, "{answer}");
    }
    // Who asks may leave things out.
    assert!(!description["components"]["schemas"]["ScrubPlan"]["required"].is_array());
}

#[test]
fn headers_and_parameters_of_requests_are_there() {
    let description = description();
    let queue = &description["paths"]["/api/v1/queue"]["get"];
    let answer = &queue["responses"]["200"];
    assert_eq!(answer["content"].as_object().unwrap().keys().collect::<Vec<_>>(), ["application/json", "text/csv"]);
    for (response, names) in [
        (answer, &["ETag", "Link", "X-RateLimit-Remaining", "X-Request-Id"][..]),
        (resolved(&description, &queue["responses"]["304"]), &["ETag"]),
        (resolved(&description, &queue["responses"]["429"]), &["Retry-After", "X-RateLimit-Reset"]),
        (resolved(&description, &queue["responses"]["401"]), &["WWW-Authenticate"]),
        (&description["paths"]["/api/v1/scrubs"]["post"]["responses"]["201"], &["Location"]),
        (&description["paths"]["/api/v1/queue.xlsx"]["get"]["responses"]["200"], &["Content-Disposition", "Link"]),
        (&description["paths"]["/api/v1/items/{owner}/{repo}/{number}/note"]["get"]["responses"]["200"], &["ETag"]),
    ] {
        for name in names {
            assert!(resolved(&description, &response["headers"][name])["schema"].is_object(), "{name}: {response}");
        }
    }
    let takes = |path: &str, method: &str, name: &str| {
        let operation = &description["paths"][path][method];
        parameters(&description, operation).iter().any(|known| known["name"] == name)
    };
    assert!(takes("/api/v1/queue", "get", "If-None-Match"));
    for (path, method) in [
        ("/api/v1/items/{owner}/{repo}/{number}/note", "put"),
        ("/api/v1/items/{owner}/{repo}/{number}/read", "delete"),
        ("/api/v1/marks", "post"),
        ("/api/v1/marks/{id}", "delete"),
        ("/api/v1/scrubs/{number}/advance", "post"),
        ("/api/v1/scrubs/{number}/attendees/{name}", "put"),
        ("/api/v1/scrubs/{number}/cursor", "put"),
        ("/api/v1/scrubs/{number}/host", "put"),
        ("/api/v1/scrubs/{number}/rows/{place}/read", "post"),
    ] {
        assert!(takes(path, method, "Idempotency-Key"), "{method} {path}");
    }
    for path in ["/api/v1/queue.csv", "/api/v1/stats/ages.{format}", "/api/v1/scrubs/calendar.ics"] {
        let schemes = json!([{"token": []}, {"session": []}, {"embed_token": []}]);
        assert_eq!(description["paths"][path]["get"]["security"], schemes, "{path}");
    }
}

#[test]
fn the_description_says_things_once() {
    let text = bugscrub::http::openapi();
    assert!(text.len() < 400_000, "{} bytes", text.len());
    let description = description();
    let statistics = operations(&description).iter().filter(|(_, path, _)| path.starts_with("/api/v1/stats/")).count();
    assert_eq!(statistics, 14);
    // Every reference leads somewhere, in both forms.
    for text in [text, bugscrub::http::older_openapi()] {
        let description: Value = serde_json::from_str(&text).unwrap();
        let places = text.split("\"$ref\":\"#").skip(1).map(|rest| rest.split('"').next().unwrap());
        for place in places {
            assert!(description.pointer(place).is_some(), "{place} leads nowhere");
        }
    }
}
