//! Views over HTTP and from a file.

mod embed;

use std::collections::HashMap;

use bugscrub::config::Settings;
use bugscrub::rank::criterion::STATE;
use bugscrub::rank::{Candidate, Criteria, Filter, Item, Repository};
use bugscrub::scrub::Declarations;
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::support::app::{problem, run_test_with, settings};
use crate::support::payload::{issue, issues, repository};
use crate::support::{TestApp, in_full, run_test};

const FILE: &str = "
views:
  - name: declared
    title: Unlabelled
    description: What nobody has labelled yet
    resolution: Label it.
    target: 2
    filter: {type: [Issue], label: '-triaged', draft: false}
    order: freshest
  - name: bug-scrub
    filter: {state: open, label: bug}
";

/// The views that every account has, by name.
const BUILTIN: [&str; 10] = [
    "bug-scrub",
    "changed-since-review",
    "good-first-issues",
    "most-wanted",
    "needs-triage",
    "never-read",
    "never-reviewed",
    "open",
    "waiting-for-author",
    "waiting-for-us",
];

async fn names(app: &TestApp) -> Vec<(String, String)> {
    let views = app.json("/api/v1/views").await;
    let text = |view: &Value, name: &str| view[name].as_str().unwrap().to_owned();
    views["views"].as_array().unwrap().iter().map(|view| (text(view, "name"), text(view, "origin"))).collect()
}

async fn with_items(app: &TestApp) {
    for number in 1..=6 {
        let mut item =
            issue(number, &format!("2026-06-{number:02}T00:00:00Z"), &format!("2026-07-{number:02}T00:00:00Z"));
        item["labels"] = json!([{"id": number % 2, "name": if number % 2 == 1 { "bug" } else { "idea" }}]);
        let mut place = repository(1 + number / 5, if number < 5 { "widgets" } else { "hidden" });
        place["private"] = json!(number >= 5);
        app.deliver("issues", &issues("opened", &item, &place)).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn views_are_stored_shown_replaced_and_deleted() {
    run_test(async |app| {
        with_items(&app).await;
        let builtin = |name: &str| (name.to_owned(), "builtin".to_owned());
        assert_eq!(names(&app).await, BUILTIN.map(builtin));
        let scrub = app.new_token(&["scrub"], None).await;
        let send = async |method: Method, path: &str, body: Option<Value>| {
            let mut request = app.request_as(&scrub, method, path);
            if let Some(body) = body {
                request = request.json(&body);
            }
            request.send().await.unwrap()
        };
        let bugs = json!({"description": "Bugs", "filter": {"label": "bug", "created_after": "180d", "draft": false}});
        let stored = send(Method::PUT, "/api/v1/views/bugs", Some(bugs.clone())).await;
        assert_eq!(stored.status(), StatusCode::CREATED);
        let stored: Value = stored.json().await.unwrap();
        let shown = json!({
            "name": "bugs", "title": "bugs", "description": "Bugs", "resolution": "", "target": null, "origin": "stored",
            "order": "stalest", "filter": {"label": "bug", "draft": false, "created_after": "180d"},
        });
        assert_eq!(stored, shown);
        assert_eq!(app.json("/api/v1/views/bugs").await, shown);
        assert_eq!(app.json("/api/v1/queue?view=bugs").await["total"], 3);
        assert_eq!(
            app.json("/api/v1/stats/ages?view=bugs").await["by_age"]
                .as_array()
                .unwrap()
                .iter()
                .map(|bucket| bucket["items"].as_u64().unwrap())
                .sum::<u64>(),
            3
        );
        let replaced = send(Method::PUT, "/api/v1/views/bugs", Some(json!({"order": "freshest"}))).await;
        assert_eq!(replaced.status(), StatusCode::OK);
        assert_eq!(app.json("/api/v1/queue?view=bugs").await["items"][0]["number"], 6);
        assert_eq!(send(Method::DELETE, "/api/v1/views/bugs", None).await.status(), StatusCode::NO_CONTENT);

        let refused =
            async |method: Method, path: &str, body: Option<Value>, status: u16, kind: &str, parameter: &str| {
                let (code, problem) = problem(send(method, path, body).await).await;
                let parameter = if parameter.is_empty() { Value::Null } else { json!(parameter) };
                assert_eq!(
                    (code, &problem["type"], &problem["parameter"]),
                    (status, &json!(kind), &parameter),
                    "{problem}"
                );
            };
        let bad = "/problems/bad-parameter";
        let put = |body: Value| (Method::PUT, "/api/v1/views/x", Some(body));
        for ((method, path, body), parameter) in [
            (put(json!({"filter": {"type": "Bug"}})), "type"),
            (put(json!({"filter": {"colour": "red"}})), "body"),
            (put(json!({"filter": {"created_after": "yesterday"}})), "created_after"),
            (put(json!({"filter": {"label": {"not": "bug"}}})), "body"),
            (put(json!({"filter": {"label": "a\0b"}})), "label"),
            (put(json!({"order": "soonest"})), "body"),
            (put(json!({"name": "x"})), "body"),
            (put(json!({"description": "x".repeat(1_001)})), "description"),
            (put(json!({"title": "x".repeat(201)})), "title"),
            (put(json!({"title": "a\0b"})), "title"),
            (put(json!({"title": null})), "body"),
            (put(json!({"resolution": "x".repeat(1_001)})), "resolution"),
            (put(json!({"resolution": "a\0b"})), "resolution"),
            (put(json!({"target": -1})), "target"),
            (put(json!({"target": 1_000_000_001})), "target"),
            (put(json!({"target": 1.5})), "body"),
            (put(json!({"target": "3"})), "body"),
            (put(json!({"filter": {"label": vec!["x"; 501]}})), "filter"),
            ((Method::PUT, "/api/v1/views/Big%20Name", Some(json!({}))), "name"),
            ((Method::PUT, "/api/v1/views/x?order=stalest", Some(json!({}))), "order"),
        ] {
            refused(method, path, body, 400, bad, parameter).await;
        }
        refused(Method::DELETE, "/api/v1/views/bugs", None, 404, "/problems/unknown-view", "").await;
        refused(Method::PUT, "/api/v1/views/x", None, 415, "about:blank", "").await;
        refused(
            Method::PUT,
            "/api/v1/views/x",
            Some(json!({"description": "x".repeat(270_000)})),
            413,
            "about:blank",
            "",
        )
        .await;
        let reader = app.request(Method::PUT, "/api/v1/views/x").json(&json!({}));
        assert_eq!(reader.send().await.unwrap().status(), StatusCode::FORBIDDEN);
        for path in
            ["/api/v1/views/bugs", "/api/v1/queue?view=bugs", "/api/v1/stream?view=bugs", "/api/v1/stats/ages?view=x"]
        {
            let (status, problem) = problem(app.request(Method::GET, path).send().await.unwrap()).await;
            assert_eq!((status, &problem["type"]), (404, &json!("/problems/unknown-view")), "{path}");
        }
        app
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_view_says_what_to_do_with_its_items() {
    run_test(async |app| {
        with_items(&app).await;
        let scrub = app.new_token(&["read", "scrub"], None).await;
        let put = async |body: Value| {
            let answer = app.request_as(&scrub, Method::PUT, "/api/v1/views/x").json(&body).send().await.unwrap();
            assert!(answer.status().is_success(), "{body}");
            let (put, shown) = (answer.json::<Value>().await.unwrap(), app.json("/api/v1/views/x").await);
            assert_eq!(put, shown);
            ["title", "resolution", "target"].map(|field| shown[field].clone())
        };
        let (long, sentence) = ("é".repeat(200), "ß".repeat(1_000));
        for (body, said) in [
            (json!({}), json!(["x", "", null])),
            (json!({"title": "", "resolution": "", "target": null}), json!(["x", "", null])),
            (json!({"title": " "}), json!(["x", "", null])),
            (
                json!({"title": "Some bugs", "resolution": "Close them.", "target": 0}),
                json!(["Some bugs", "Close them.", 0]),
            ),
            (json!({"title": long, "resolution": sentence, "target": 12.0}), json!([long, sentence, 12])),
            (json!({"target": 1_000_000_000}), json!(["x", "", 1_000_000_000])),
            // What is left out is not kept from before.
            (json!({"order": "newest"}), json!(["x", "", null])),
        ] {
            assert_eq!(json!(put(body.clone()).await), said, "{body}");
        }
        app
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn views_of_a_file_come_first_and_cannot_be_changed() {
    let views = Declarations::with_file(FILE).unwrap();
    run_test_with(Settings { views, ..settings() }, async |app| {
        with_items(&app).await;
        let origins: Vec<_> = names(&app).await.into_iter().map(|(name, origin)| format!("{name} {origin}")).collect();
        let mut expected: Vec<_> = BUILTIN.map(|name| format!("{name} builtin")).into();
        expected[0] = "bug-scrub file".to_owned();
        expected.insert(2, "declared file".to_owned());
        assert_eq!(origins, expected);
        let declared = app.json("/api/v1/views/declared").await;
        assert_eq!((&declared["title"], &declared["target"]), (&json!("Unlabelled"), &json!(2)));
        assert_eq!(declared["resolution"], "Label it.");
        assert_eq!(app.json("/api/v1/queue?view=bug-scrub").await["total"], 3);
        assert_eq!(app.json("/api/v1/queue?view=declared").await["items"][0]["number"], 6);
        let scrub = app.new_token(&["scrub"], None).await;
        for method in [Method::PUT, Method::DELETE] {
            let request = app.request_as(&scrub, method, "/api/v1/views/declared").json(&json!({}));
            let (status, problem) = problem(request.send().await.unwrap()).await;
            assert_eq!((status, &problem["type"]), (409, &json!("/problems/view-declared")));
        }
        app
    })
    .await;
}

#[test]
fn the_error_says_why_a_file_of_views_cannot_be_used() {
    for (file, said) in [
        ("views: [{name: x, filter: {type: Bug}}]", "Allowed: Issue, PR, Discussion"),
        ("views: [{name: x, filter: {colour: red}}]", "there is no filter"),
        ("views: [{name: Big Name}]", "lower-case letters"),
        ("views: [{name: x}, {name: x}]", "twice"),
        ("views: [{name: x, sort: up}]", "unknown field"),
        ("views: {", "YAML"),
        ("", "declares nothing"),
    ] {
        let told = in_full(&Declarations::with_file(file).unwrap_err());
        assert!(told.contains(said), "{file}: {told}");
    }
}

#[test]
fn both_of_two_filters_pass_what_each_passes() {
    let today = "2026-11-22".parse().unwrap();
    let of = |criteria: &[(&str, &str)]| Criteria::of(criteria.iter().copied()).filter(today, chrono_tz::UTC).unwrap();
    let filters: Vec<Filter> = [
        vec![],
        vec![("label", "bug"), ("label", "idea")],
        vec![("label", "-idea"), ("repo", "acme/widgets")],
        vec![("repo", "-widgets"), ("author", "ada")],
        vec![("state", "closed"), ("title", "crash")],
        vec![("state", "open"), ("state", "closed"), ("draft", "true")],
        vec![("created_after", "10d"), ("updated_before", "1d")],
        vec![("created_before", "5d"), ("assignee", "-ada"), ("milestone", "v1")],
    ]
    .iter()
    .map(|criteria| of(criteria))
    .collect();
    let day = |days: i64| today - chrono::Duration::days(days);
    use bugscrub::activity::{ItemType, NoteText, PersonKey, State};
    for turn in 0..2_000_usize {
        let bit = |n: usize| ((turn * 2_654_435_761) >> n) & 1 == 1;
        let labels: Vec<&str> =
            [("bug", 3), ("idea", 4)].iter().filter(|(_, n)| bit(*n)).map(|(name, _)| *name).collect();
        let assignees = if bit(5) { vec![PersonKey::Login("Ada".to_owned())] } else { vec![] };
        let at = |days: i64| day(days).and_time(chrono::NaiveTime::MIN).and_utc();
        let item_type = if bit(7) { ItemType::Issue } else { ItemType::PullRequest };
        let state = if bit(8) { State::Open } else { State::Closed };
        let item = Item {
            author: bit(9).then_some(PersonKey::Id(1)),
            assignees,
            draft: bit(12),
            read: turn as i64 % 4,
            note: bit(13).then(|| NoteText { flag: "later".to_owned(), ..NoteText::default() }),
            ..Item::new((1, 1), item_type, state, at(turn as i64 % 13), at(turn as i64 % 3))
        };
        let repository = Repository::new(1, "Acme", if bit(6) { "Widgets" } else { "gears" });
        let item = Candidate {
            item: &item,
            repository: &repository,
            holders: &HashMap::from([("ada".to_owned(), 1)]),
            labels: &labels,
            milestone: bit(10).then_some("V1"),
            title: if bit(11) { "A Crash" } else { "Docs" },
            zone: chrono_tz::Tz::UTC,
        };
        for one in &filters {
            for other in &filters {
                let both = one.clone().and(other.clone());
                // Without a state of its own a filter is for open items; beside one that has, it takes that.
                let stated = if one.terms(&STATE).is_empty() { other } else { one };
                let alike = [one, other].map(|filter| match filter.terms(&STATE).is_empty() {
                    true => filter.clone().with(&STATE, stated.terms(&STATE).clone()),
                    false => filter.clone(),
                });
                assert_eq!(both.passes(&item), alike.iter().all(|filter| filter.passes(&item)), "{both:?} {item:?}");
            }
        }
    }
}
