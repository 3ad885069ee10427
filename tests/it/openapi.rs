//! The OpenAPI description, compared with the service that serves it.

mod schema;
mod shape;

use reqwest::Method;
use serde_json::{Value, json};

use self::schema::faults;
use crate::support::app::{TestApp, problem};
use crate::support::payload::{bot, issue, issues, repository};
use crate::support::run_test;

async fn description(app: &TestApp) -> Value {
    let answer = app.client.get(app.url("/openapi.json")).send().await.unwrap();
    assert_eq!(
        (answer.status().as_u16(), &answer.headers()["content-type"]),
        (200, &"application/json".parse().unwrap())
    );
    let text = answer.text().await.unwrap();
    assert_eq!(text, bugscrub::http::openapi());
    serde_json::from_str(&text).unwrap()
}

/// Every operation of the description, with its method and path.
fn operations(description: &Value) -> Vec<(Method, &str, &Value)> {
    let paths = description["paths"].as_object().unwrap().iter();
    let operations = paths.flat_map(|(path, operations)| {
        let operations = operations.as_object().unwrap().iter();
        operations.map(move |(method, operation)| {
            (Method::from_bytes(method.to_uppercase().as_bytes()).unwrap(), path.as_str(), operation)
        })
    });
    operations.collect()
}

/// What a reference leads to; anything else is itself.
fn resolved<'a>(description: &'a Value, part: &'a Value) -> &'a Value {
    let pointer = part["$ref"].as_str().map(|place| place.strip_prefix('#').unwrap());
    pointer.map_or(part, |pointer| description.pointer(pointer).unwrap_or_else(|| panic!("{pointer} leads nowhere")))
}

/// The parameters of an operation.
fn parameters<'a>(description: &'a Value, operation: &'a Value) -> Vec<&'a Value> {
    operation["parameters"].as_array().into_iter().flatten().map(|known| resolved(description, known)).collect()
}

/// A path with a word in place of each parameter that takes only certain words. Others stay as they are, which no handler
/// understands.
fn served_path(description: &Value, path: &str, operation: &Value) -> String {
    parameters(description, operation).iter().filter(|known| known["in"] == "path").fold(
        path.to_owned(),
        |path, known| {
            let words = resolved(description, &known["schema"])["enum"].as_array();
            match words.map(|words| words[0].as_str().unwrap()) {
                Some(word) => path.replace(&format!("{{{}}}", known["name"].as_str().unwrap()), word),
                None => path,
            }
        },
    )
}

/// The faults of an answer under the schema that the description has for it.
fn faults_of(
    description: &Value,
    path: &str,
    method: &str,
    status: &str,
    content: &str,
    answer: &Value,
) -> Vec<String> {
    let response = resolved(description, &description["paths"][path][method]["responses"][status]);
    let schema = &response["content"][content]["schema"];
    assert!(schema.is_object(), "{method} {path} has no schema for {status} {content}");
    faults(description, schema, answer)
}

#[tokio::test(flavor = "multi_thread")]
async fn every_described_operation_is_served_and_its_errors_are_problems() {
    run_test(async |app| {
        let description = description(&app).await;
        assert!(description["openapi"].as_str().unwrap().starts_with("3.1."));
        let operations = operations(&description);
        assert!(operations.len() >= 6, "{operations:?}");
        // Generated clients make functions of them.
        let ids: Vec<&str> = operations.iter().map(|(_, _, found)| found["operationId"].as_str().unwrap()).collect();
        let unique: std::collections::BTreeSet<String> = ids.iter().map(|id| id.replace('_', "")).collect();
        assert_eq!(unique.len(), ids.len(), "{ids:?}");
        for (method, path, operation) in operations {
            let path = &served_path(&description, path, operation);
            let answer = app.request(method.clone(), path).send().await.unwrap();
            let served = answer.status();
            // There is no account yet. That is said by a problem of our own, and not by the router.
            let known = served == 404
                && serde_json::from_str(&answer.text().await.unwrap()).is_ok_and(|problem: Value| {
                    problem["type"].as_str().is_some_and(|kind| kind.starts_with("/problems/"))
                });
            assert!(known || ![404, 405].contains(&served.as_u16()), "{method} {path}: {served}");
            assert!(!served.is_server_error(), "{method} {path}: {served}");
            assert!(operation["summary"].is_string() && operation["tags"].is_array(), "{method} {path}");

            let mut succeeds = false;
            for (status, response) in operation["responses"].as_object().unwrap() {
                let response = resolved(&description, response);
                assert!(!response["description"].as_str().unwrap().is_empty(), "{method} {path} {status}");
                if status.starts_with('3') || status == "204" {
                    succeeds |= ["204", "303"].contains(&status.as_str());
                    assert!(response.get("content").is_none(), "{method} {path}: it has no body");
                    continue;
                }
                let content = response["content"].as_object().unwrap();
                if status.starts_with('2') {
                    succeeds = true;
                    continue;
                }
                assert_eq!(
                    content.keys().collect::<Vec<_>>(),
                    ["application/problem+json"],
                    "{method} {path} {status}"
                );
                let problem = &content["application/problem+json"];
                let expected = json!({"$ref": "#/components/schemas/Problem"});
                assert_eq!(problem["schema"], expected, "{method} {path} {status}");
                if let Some(example) = problem.get("example") {
                    assert_eq!(example["status"].to_string(), *status, "{method} {path}");
                }
            }
            assert!(succeeds, "{method} {path}");
            // The description says which operations need no token, and it is right.
            let open = operation["security"] == json!([{}]);
            let answer = app.client.request(method.clone(), app.url(path)).send().await.unwrap();
            let asks = answer.status() == 401;
            assert_eq!(open, !asks, "{method} {path}");
        }
        app
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_described_parameters_are_the_accepted_ones() {
    run_test(async |app| {
        let description = description(&app).await;
        let admin = app.new_token(&["admin"], None).await;
        for (method, path, operation) in operations(&description) {
            if method != Method::GET || operation["security"] == json!([{}]) {
                continue;
            }
            let path = &served_path(&description, path, operation);
            let described = parameters(&description, operation);
            let in_query = described.iter().filter(|known| known["in"] == "query");
            let mut described: Vec<&str> = in_query.map(|known| known["name"].as_str().unwrap()).collect();
            described.sort_unstable();
            let asked = app.request_as(&admin, Method::GET, &format!("{path}?no-such=1"));
            let (status, said) = problem(asked.send().await.unwrap()).await;
            assert_eq!(status, 400, "{path}");
            let mut taken: Vec<&str> =
                said["allowed"].as_array().unwrap().iter().map(|name| name.as_str().unwrap()).collect();
            // A ticket is described as what lets a request in.
            let lets_in = operation["security"].as_array().into_iter().flatten();
            let lets_in: Vec<&str> =
                lets_in.flat_map(|way| way.as_object().unwrap().keys()).map(String::as_str).collect();
            taken.retain(|name| !lets_in.contains(name));
            taken.sort_unstable();
            assert_eq!(described, taken, "{path}");
        }
        app
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn answers_match_their_description() {
    run_test(async |app| {
        let description = description(&app).await;
        let widgets = repository(1, "widgets");
        let mut full = issue(1, "2024-01-01T00:00:00Z", "2024-01-02T00:00:00Z");
        full["labels"] = json!([{"id": 5, "name": "bug"}]);
        full["assignees"] = json!([bot("tidy")]);
        full["milestone"] = json!({"number": 3, "title": "v1"});
        let receipt = app.deliver("issues", &issues("opened", &full, &widgets)).await;
        let bare = json!({"number": 2, "state": "open", "created_at": "2024-01-01T00:00:00Z", "updated_at": "2024-01-02T00:00:00Z"});
        let mut of_nobody = issues("edited", &bare, &widgets);
        of_nobody["sender"] = Value::Null;
        app.deliver("issues", &of_nobody).await;
        app.deliver("issues", &issues("closed", &{
            let mut closed = issue(3, "2024-01-01T00:00:00Z", "2024-01-02T00:00:00Z");
            closed["state"] = json!("closed");
            closed
        }, &widgets)).await;

        let scrubber = crate::scrubs::Host::new(&app).await;
        let items = [1, 9].map(|number| json!({"repository": "acme/widgets", "number": number}));
        let (_, marked) = scrubber.send(Method::POST, "/api/v1/marks", json!({"read": true, "items": items})).await;
        let marks = format!("/api/v1/marks/{}", marked["id"].as_str().unwrap());
        let (_, undone) = scrubber.send(Method::DELETE, &marks, json!({})).await;
        let wrong = app.signed("issues", "no-guid", b"{}".to_vec()).send().await.unwrap();
        let answers = [
            ("/webhooks/github", "post", "202", receipt),
            ("/webhooks/github", "post", "400", problem(wrong).await.1),
            ("/api/v1/queue", "get", "200", app.json("/api/v1/queue?limit=1").await),
            ("/api/v1/queue", "get", "200", app.json("/api/v1/queue?state=open&state=closed").await),
            ("/api/v1/queue", "get", "400", problem(app.request(Method::GET, "/api/v1/queue?order=x").send().await.unwrap()).await.1),
            ("/api/v1/queue", "get", "401", problem(app.client.get(app.url("/api/v1/queue")).send().await.unwrap()).await.1),
            ("/api/v1/queue", "get", "404", problem(app.request(Method::GET, "/api/v1/queue?account=x").send().await.unwrap()).await.1),
            ("/api/v1/items/{owner}/{repo}/{number}", "get", "200", app.json("/api/v1/items/acme/widgets/1").await),
            ("/api/v1/items/{owner}/{repo}/{number}", "get", "200", app.json("/api/v1/items/acme/widgets/3").await),
            ("/api/v1/items/{owner}/{repo}/{number}/text", "get", "200", app.json("/api/v1/items/acme/widgets/1/text").await),
            ("/api/v1/items/{owner}/{repo}/{number}/similar", "get", "200", app.json("/api/v1/items/acme/widgets/1/similar").await),
            ("/api/v1/views", "get", "200", app.json("/api/v1/views").await),
            ("/api/v1/views", "get", "200", app.json("/api/v1/views?counts=true").await),
            ("/api/v1/marks", "post", "200", marked.clone()),
            ("/api/v1/marks/{id}", "delete", "200", undone),
            ("/api/v1/accounts", "get", "200", app.json("/api/v1/accounts").await),
            ("/api/v1/stats/backlog", "get", "200", app.json("/api/v1/stats/backlog").await),
            ("/api/v1/stats/ages", "get", "200", app.json("/api/v1/stats/ages").await),
            ("/api/v1/stats/throughput", "get", "200", app.json("/api/v1/stats/throughput").await),
            ("/api/v1/stats/forecast", "get", "200", app.json("/api/v1/stats/forecast").await),
            ("/api/v1/stats/backlog", "get", "200", app.json("/api/v1/stats/backlog?group_by=label").await),
            ("/api/v1/stats/flow", "get", "200", app.json("/api/v1/stats/flow?group_by=repository&step=month").await),
            ("/api/v1/stats/ages", "get", "200", app.json("/api/v1/stats/ages?group_by=author").await),
            ("/api/v1/stats/throughput", "get", "200", app.json("/api/v1/stats/throughput?group_by=type").await),
            ("/api/v1/stats/coverage", "get", "200", app.json("/api/v1/stats/coverage?group_by=milestone").await),
            ("/api/v1/stats/coverage", "get", "200", app.json("/api/v1/stats/coverage?step=day&from=3d").await),
            ("/api/v1/stats/forecast", "get", "200", app.json("/api/v1/stats/forecast?group_by=assignee").await),
            ("/api/v1/stats/milestones", "get", "200", app.json("/api/v1/stats/milestones?milestone_state=all").await),
            ("/api/v1/me", "get", "200", app.json("/api/v1/me").await),
            ("/api/v1/queue/facets", "get", "200", app.json("/api/v1/queue/facets?label=bug&author=nobody").await),
            ("/api/v1/collections", "get", "200", app.json("/api/v1/collections").await),
            ("/api/v1/collections/{name}", "get", "200", app.json("/api/v1/collections/agenda").await),
            ("/api/v1/repositories", "get", "200", app.json("/api/v1/repositories").await),
            ("/healthz", "get", "200", app.json("/healthz").await),
            ("/readyz", "get", "200", app.json("/readyz").await),
        ];
        for (path, method, status, answer) in answers {
            let content = if status.starts_with('2') { "application/json" } else { "application/problem+json" };
            let faults = faults_of(&description, path, method, status, content, &answer);
            assert!(faults.is_empty(), "{method} {path} {status}: {faults:#?}\n{answer:#}");
        }
        let told = app.request(Method::GET, "/api/v1/events").send().await.unwrap().text().await.unwrap();
        assert!(told.lines().count() > 3, "{told}");
        for line in told.lines() {
            let line: Value = serde_json::from_str(line).unwrap();
            let faults = faults_of(&description, "/api/v1/events", "get", "200", "application/x-ndjson", &line);
            assert!(faults.is_empty(), "{faults:#?}\n{line:#}");
        }
        app
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_of_another_shape_is_detected() {
    run_test(async |app| {
        let description = description(&app).await;
        app.deliver(
            "issues",
            &issues("opened", &issue(1, "2024-01-01T00:00:00Z", "2024-01-01T00:00:00Z"), &repository(1, "a")),
        )
        .await;
        let right = app.json("/api/v1/queue").await;
        let faults =
            |answer: &Value| faults_of(&description, "/api/v1/queue", "get", "200", "application/json", answer);
        assert_eq!(faults(&right), [""; 0]);
        for (pointer, value, at) in [
            ("/total", json!("1"), "/total"),
            ("/total", json!(1.5), "/total"),
            ("/as_of", json!("22.11.2026"), "/as_of"),
            ("/items/0/created_at", json!("yesterday"), "/items/0/created_at"),
            ("/items/0/labels", json!([1]), "/items/0/labels/0"),
            ("/items/0/last_activity/human", Value::Null, "/items/0/last_activity"),
            ("/freshness", json!({}), "/freshness"),
            ("/freshness/extra", json!(1), "/freshness/extra"),
        ] {
            let mut answer = right.clone();
            match answer.pointer_mut(pointer) {
                Some(place) => *place = value,
                None => answer["freshness"]["extra"] = value,
            }
            let found = faults(&answer);
            assert!(found.iter().any(|fault| fault.starts_with(at)), "{pointer}: {found:?}");
        }
        app
    })
    .await;
}
