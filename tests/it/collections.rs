//! Collections: several views in one answer, each of which is what its queue says.

mod declared;
mod items;

use chrono::{DateTime, NaiveDate, Utc};
use reqwest::Method;
use serde_json::{Value, json};

use self::items::deliver_items;
use crate::support::app::problem;
use crate::support::payload::{ACCOUNT, issue, issues, repository, user};
use crate::support::{TestApp, random, run_test};

/// The views of the agenda that ships.
const AGENDA: [&str; 7] = [
    "needs-triage",
    "waiting-for-us",
    "waiting-for-author",
    "never-reviewed",
    "changed-since-review",
    "most-wanted",
    "good-first-issues",
];

/// GETs with a token and expects 200.
async fn get(app: &TestApp, token: &str, path: &str) -> Value {
    app.caught_up().await;
    let answer = app.request_as(token, Method::GET, path).send().await.unwrap();
    let (status, body) = (answer.status(), answer.text().await.unwrap());
    assert_eq!(status, 200, "{path}: {body}");
    serde_json::from_str(&body).unwrap()
}

fn list<'a>(answer: &'a Value, name: &str) -> &'a Vec<Value> {
    answer[name].as_array().unwrap_or_else(|| panic!("no list {name}: {answer:#}"))
}

/// The median of the days for which rows have waited, and of how many it is, by sorting.
fn median(rows: &[Value], today: NaiveDate) -> (Value, usize) {
    let since = rows.iter().filter_map(|row| row["waits_since"].as_str());
    let since = since.map(|since| since.parse::<DateTime<Utc>>().unwrap().date_naive());
    let mut days: Vec<i64> = since.map(|since| (today - since).num_days().max(0)).collect();
    days.sort_unstable();
    let (count, half) = (days.len(), days.len() / 2);
    let median = match (count, count % 2) {
        (0, _) => Value::Null,
        (_, 1) => json!(days[half] as f64),
        _ => json!((days[half - 1] + days[half]) as f64 / 2.0),
    };
    (median, count)
}

/// Panics unless a collection's view says what its queue does, of which `rows` rows are shown. Returns its total.
async fn check_view(app: &TestApp, token: &str, shown: &Value, rows: usize) -> i64 {
    let path = shown["queue"].as_str().unwrap();
    let queue = get(app, token, &format!("{path}&limit=500")).await;
    let (all, today) = (list(&queue, "items"), app.clock.now().date_naive());
    let (median, known) = median(all, today);
    assert_eq!(queue["next"], Value::Null, "all of it is on one page");
    assert_eq!(shown["total"], queue["total"], "{path}");
    assert_eq!(shown["items"], json!(all[..rows.min(all.len())]), "{path}");
    assert_eq!((&shown["median_wait_days"], &shown["waits_known"]), (&median, &json!(known)), "{path}");
    let total = queue["total"].as_i64().unwrap();
    let done = shown["target"].as_i64().map(|target| total <= target);
    assert_eq!(shown["done"], json!(done), "{path}");
    let view = get(app, token, &format!("/api/v1/views/{}", shown["name"].as_str().unwrap())).await;
    for field in ["title", "description", "resolution", "target"] {
        assert_eq!(shown[field], view[field], "{path} {field}");
    }
    total
}

#[tokio::test(flavor = "multi_thread")]
async fn each_view_says_what_its_queue_does() {
    run_test(async |app| {
        deliver_items(&app, &mut random()).await;
        let private = app.new_token(&["read", "scrub", "private"], None).await;
        let public = app.new_token(&["read"], None).await;
        let note = app.request_as(&private, Method::PUT, "/api/v1/items/acme/repo-1/1/note");
        assert_eq!(note.json(&json!({"comment": "What for?"})).send().await.unwrap().status(), 200);
        let mut totals = vec![];
        for token in [&private, &public] {
            for (query, rows) in [("?rows=50", 50), ("", 5), ("?rows=1", 1), ("?rows=0", 0)] {
                let path = format!("/api/v1/collections/agenda{query}");
                let agenda = get(&app, token, &path).await;
                assert_eq!((&agenda["name"], &agenda["origin"]), (&json!("agenda"), &json!("builtin")));
                assert_eq!(agenda["as_of"], json!(app.clock.now().date_naive()));
                let head = get(&app, token, "/api/v1/queue?limit=1").await["position"].clone();
                assert_eq!(agenda["position"], head);
                let names: Vec<&str> =
                    list(&agenda, "views").iter().map(|view| view["name"].as_str().unwrap()).collect();
                assert_eq!(names, AGENDA);
                let mut found = vec![];
                for view in list(&agenda, "views") {
                    found.push(check_view(&app, token, view, rows).await);
                    assert!(!view["resolution"].as_str().unwrap().is_empty(), "{view}");
                    assert_eq!(view["warnings"], json!([]), "{view}");
                }
                totals.push(found);
            }
        }
        // The items are such that each view has some, and that hidden ones are among them.
        assert!(totals[0].iter().all(|total| *total > 0), "{totals:?}");
        assert!(totals[..4].iter().all(|found| *found == totals[0]), "{totals:?}");
        assert!(totals[0].iter().zip(&totals[4]).all(|(all, seen)| seen < all), "{totals:?}");
        // What was written is shown to whoever sees it in the queue.
        let agenda = get(&app, &private, "/api/v1/collections/agenda?rows=50").await;
        let rows = list(&agenda, "views").iter().flat_map(|view| list(view, "items"));
        let noted: Vec<&Value> = rows.filter(|row| row["note"]["comment"] == "What for?").collect();
        assert!(!noted.is_empty(), "{agenda:#}");
        app
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_collection_needs_the_scope_read() {
    run_test(async |app| {
        deliver_items(&app, &mut random()).await;
        let reader = app.new_token(&["read"], None).await;
        let writer = app.new_token(&["scrub"], None).await;
        let embed = app.new_embed_token(ACCOUNT, "waiting-for-us").await;
        for path in ["/api/v1/collections", "/api/v1/collections/agenda"] {
            // Others read along who see one view alone, without notes.
            let in_url = app.client.get(app.url(&format!("{path}?token={embed}"))).send().await.unwrap();
            assert_eq!(in_url.status(), 403, "{path}");
            for (token, status) in [(&embed, 403), (&writer, 403), (&reader, 200)] {
                let answer = app.request_as(token, Method::GET, path).send().await.unwrap();
                assert_eq!(answer.status(), status, "{path}");
            }
        }
        for (path, status, parameter) in [
            ("/api/v1/collections/nothing", 404, Value::Null),
            ("/api/v1/collections/Agenda", 404, Value::Null),
            ("/api/v1/collections/agenda?rows=51", 400, json!("rows")),
            ("/api/v1/collections/agenda?rows=-1", 400, json!("rows")),
            ("/api/v1/collections/agenda?rows=x", 400, json!("rows")),
            ("/api/v1/collections/agenda?label=bug", 400, json!("label")),
            ("/api/v1/collections?rows=1", 400, json!("rows")),
            ("/api/v1/collections?account=nobody", 404, Value::Null),
            ("/api/v1/collections/agenda?account=nobody", 404, Value::Null),
            ("/api/v1/collections/agenda?min_position=-1", 400, json!("min_position")),
        ] {
            let refused = problem(app.request_as(&reader, Method::GET, path).send().await.unwrap()).await;
            assert_eq!((refused.0, &refused.1["parameter"]), (status, &parameter), "{path}: {}", refused.1);
        }
        let unknown = app.request_as(&reader, Method::GET, "/api/v1/collections/nothing").send().await.unwrap();
        assert_eq!(problem(unknown).await.1["type"], "/problems/unknown-collection");
        app
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_unchanged_collection_is_not_sent_again() {
    run_test(async |app| {
        deliver_items(&app, &mut random()).await;
        let private = app.new_token(&["read", "scrub", "private"], None).await;
        let public = app.new_token(&["read"], None).await;
        let path = "/api/v1/collections/agenda";
        let ask = async |token: &str, path: &str, tag: &str| {
            app.caught_up().await;
            let request = app.request_as(token, Method::GET, path).header("if-none-match", tag);
            let answer = request.send().await.unwrap();
            (answer.status().as_u16(), answer.headers()["etag"].to_str().unwrap().to_owned())
        };
        let (status, tag) = ask(&private, path, "\"x\"").await;
        assert_eq!(status, 200);
        assert_eq!(ask(&private, path, &tag).await, (304, tag.clone()));
        assert_eq!(ask(&private, &format!("{path}?rows=5"), &tag).await.0, 304, "that is what it has anyway");
        assert_eq!(ask(&private, &format!("{path}?rows=4"), &tag).await.0, 200);
        assert_eq!(ask(&public, path, &tag).await.0, 200, "somebody who sees something else");
        // What a view is called or asks for is in no log of events.
        let admin = app.new_token(&["admin"], None).await;
        let mut tags = vec![tag];
        for change in [
            json!({"title": "Look at these", "filter": {"label": "bug"}}),
            json!({"title": "Look at those", "filter": {"label": "bug"}}),
            json!({"title": "Look at those", "filter": {"label": "bug"}, "target": 3}),
            json!({"title": "Look at those", "filter": {"label": "bug"}, "target": 3, "resolution": "Close it."}),
            json!({"title": "Look at those", "filter": {"label": "-bug"}, "target": 3, "resolution": "Close it."}),
        ] {
            let put = app.request_as(&admin, Method::PUT, "/api/v1/views/needs-triage").json(&change);
            assert!(put.send().await.unwrap().status().is_success());
            let (status, tag) = ask(&private, path, tags.last().unwrap()).await;
            assert_eq!(status, 200, "{change}");
            assert!(!tags.contains(&tag), "{change}");
            assert_eq!(ask(&private, path, &tag).await.0, 304);
            tags.push(tag);
        }
        let at = "2026-07-01T00:00:00Z";
        app.deliver("issues", &issues("opened", &issue(500, at, at), &repository(1, "repo-1"))).await;
        let (status, tag) = ask(&private, path, tags.last().unwrap()).await;
        assert_eq!(status, 200);
        // Tomorrow everything has waited for a day longer.
        app.clock.set("2026-11-24T12:00:00Z");
        assert_eq!(ask(&private, path, &tag).await.0, 200);
        app
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_collection_includes_the_position_that_is_waited_for() {
    run_test(async |app| {
        deliver_items(&app, &mut random()).await;
        let token = app.new_token(&["read"], None).await;
        let at = "2026-07-01T00:00:00Z";
        for number in 600..610 {
            let mut item = issue(number, at, at);
            item["comments"] = json!(0);
            let receipt = app.deliver("issues", &issues("opened", &item, &repository(1, "repo-1"))).await;
            let position = receipt["position"].as_i64().unwrap();
            let path = format!("/api/v1/collections/agenda?rows=0&min_position={position}");
            let answer = app.request_as(&token, Method::GET, &path).send().await.unwrap();
            let agenda: Value = answer.json().await.unwrap();
            assert!(agenda["position"].as_i64().unwrap() >= position, "{agenda}");
        }
        let private = json!({"action": "privatized", "repository": items::home(1, true), "sender": user("ada")});
        app.deliver("repository", &private).await;
        let agenda = get(&app, &token, "/api/v1/collections/agenda?rows=50").await;
        for view in list(&agenda, "views") {
            check_view(&app, &token, view, 50).await;
            let repositories = list(view, "items").iter().map(|row| row["repository"].as_str().unwrap());
            assert!(repositories.into_iter().all(|name| name == "acme/repo-4"), "{view:#}");
        }
        app
    })
    .await;
}
