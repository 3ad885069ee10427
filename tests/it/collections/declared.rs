//! Collections of a file, and which view a name means.

use bugscrub::config::Settings;
use bugscrub::scrub::{Declarations, Origin};
use reqwest::Method;
use serde_json::{Value, json};

use super::items::deliver_items;
use super::{AGENDA, check_view, get, list};
use crate::support::app::{problem, run_test_with, settings};
use crate::support::payload::ACCOUNT;
use crate::support::{in_full, random, run_test};

const FILE: &str = "
views:
  - name: bugs
    title: Bugs
    resolution: Fix it.
    target: 40
    filter: {label: bug}
    order: newest
  - name: everything
    filter: {state: all}
  - name: shut
    title: ' '
    target: 0
    filter: {state: closed}
collections:
  - name: weekly
    title: Every Monday
    description: What we look at together.
    views: [bugs, mine, everything, needs-trige, shut, open]
  - name: agenda
    views: [shut]
  - name: nothing-known
    views: [nowhere]
";

#[tokio::test(flavor = "multi_thread")]
async fn a_file_declares_collections_of_any_views() {
    let views = Declarations::with_file(FILE).unwrap();
    run_test_with(Settings { views, ..settings() }, async |app| {
        deliver_items(&app, &mut random()).await;
        let token = app.new_token(&["read", "scrub"], None).await;
        let listed = get(&app, &token, "/api/v1/collections").await;
        let of = |name: &str, title: &str, views: Value, description: &str| {
            json!({"name": name, "title": title, "description": description, "origin": "file", "views": views})
        };
        let weekly = json!(["bugs", "mine", "everything", "needs-trige", "shut", "open"]);
        let expected = [
            // The file's takes the place of the one that ships.
            of("agenda", "agenda", json!(["shut"]), ""),
            of("nothing-known", "nothing-known", json!(["nowhere"]), ""),
            of("weekly", "Every Monday", weekly, "What we look at together."),
        ];
        assert_eq!(listed["collections"], json!(expected));

        // An account's own view may be named, before it is there and after.
        let path = "/api/v1/collections/weekly?rows=7";
        let missing = |shown: &Value| -> Vec<(String, Value)> {
            let of = |view: &Value| (view["name"].as_str().unwrap().to_owned(), view["warnings"][0]["closest"].clone());
            list(shown, "views").iter().filter(|view| view["queue"].is_null()).map(of).collect()
        };
        let shown = get(&app, &token, path).await;
        let typo = ("needs-trige".to_owned(), json!(["needs-triage"]));
        assert_eq!(missing(&shown), [("mine".to_owned(), json!([])), typo.clone()]);
        let warned = json!([{"parameter": "view", "value": "mine", "detail": "The account has no view of this name.",
            "closest": []}]);
        let mine = json!({"name": "mine", "title": "mine", "description": "", "resolution": "", "target": null,
            "done": null, "total": 0, "items": [], "median_wait_days": null, "waits_known": 0, "queue": null,
            "warnings": warned});
        assert_eq!(shown["views"][1], mine);
        let put = app.request_as(&token, Method::PUT, "/api/v1/views/mine");
        let stored = json!({"filter": {"waits_for": "author", "label": ["-wontfix"]}, "order": "newest", "target": 1});
        assert_eq!(put.json(&stored).send().await.unwrap().status(), 201);
        let shown = get(&app, &token, path).await;
        assert_eq!(missing(&shown), [typo]);
        let warned = &shown["views"][1]["warnings"];
        assert_eq!((&warned[0]["parameter"], &warned[0]["value"]), (&json!("label"), &json!("-wontfix")), "{warned}");

        // Each is its queue, also where that has items that are not open.
        let mut totals = vec![];
        for view in list(&shown, "views").iter().filter(|view| !view["queue"].is_null()) {
            totals.push(check_view(&app, &token, view, 7).await);
        }
        let [bugs, mine, everything, shut, open] = totals[..] else { panic!("{totals:?}") };
        assert!([bugs, mine, shut].iter().all(|some| (1..open).contains(some)), "{totals:?}");
        assert!(everything > open, "{totals:?}");
        let titles: Vec<&str> = list(&shown, "views").iter().map(|view| view["title"].as_str().unwrap()).collect();
        assert_eq!(titles, ["Bugs", "mine", "everything", "needs-trige", "shut", "Everything open"]);
        assert_eq!(shown["views"][2]["done"], Value::Null);
        assert_eq!(shown["views"][4]["done"], json!(false));

        let nothing = get(&app, &token, "/api/v1/collections/nothing-known").await;
        assert_eq!(missing(&nothing).len(), 1);
        app
    })
    .await;
}

/// A group can be taken out of the file while stored views name it.
#[tokio::test(flavor = "multi_thread")]
async fn a_view_that_is_not_understood_any_more_costs_itself() {
    let views = Declarations::with_file("collections: [{name: two, views: [ours, open]}]").unwrap();
    run_test_with(Settings { views, ..settings() }, async |app| {
        deliver_items(&app, &mut random()).await;
        let token = app.new_token(&["read"], None).await;
        let stored = "INSERT INTO views (account_id, name, description, filter, sort)
                      VALUES ($1, 'ours', '', '{\"author\": \"group:team\"}', 'stalest')";
        sqlx::query(stored).bind(ACCOUNT).execute(&app.database.pool).await.unwrap();
        let (status, _) =
            problem(app.request_as(&token, Method::GET, "/api/v1/queue?view=ours").send().await.unwrap()).await;
        assert_eq!(status, 400, "nobody understands the view");
        let two = get(&app, &token, "/api/v1/collections/two").await;
        let warned = &two["views"][0]["warnings"][0];
        assert_eq!((&warned["parameter"], &warned["value"]), (&json!("view"), &json!("ours")), "{two:#}");
        assert!(warned["detail"].as_str().unwrap().contains("no such group"), "{warned}");
        assert_eq!((&two["views"][0]["queue"], &two["views"][0]["items"]), (&Value::Null, &json!([])));
        assert!(check_view(&app, &token, &two["views"][1], 5).await > 0);
        app
    })
    .await;
}

/// An account that stored a view of such a name before there was a built-in one keeps its own.
#[tokio::test(flavor = "multi_thread")]
async fn a_view_of_before_goes_before_a_built_in_one() {
    run_test(async |app| {
        deliver_items(&app, &mut random()).await;
        let token = app.new_token(&["read", "scrub"], None).await;
        let admin = app.new_token(&["admin"], None).await;
        // As the version before stored it.
        let old = "INSERT INTO views (account_id, name, description, filter, sort)
                   VALUES ($1, 'needs-triage', 'Ours', '{\"label\": \"bug\"}', 'newest')";
        sqlx::query(old).bind(ACCOUNT).execute(&app.database.pool).await.unwrap();
        let view = get(&app, &token, "/api/v1/views/needs-triage").await;
        let expected = json!({"name": "needs-triage", "title": "needs-triage", "description": "Ours", "resolution": "",
            "target": null, "origin": "stored", "filter": {"label": "bug"}, "order": "newest"});
        assert_eq!(view, expected);
        let bugs = get(&app, &token, "/api/v1/queue?label=bug&order=newest").await;
        let ours = get(&app, &token, "/api/v1/queue?view=needs-triage").await;
        assert_eq!((&ours["items"], ours["total"] != 0), (&bugs["items"], true));
        let agenda = get(&app, &token, "/api/v1/collections/agenda").await;
        assert_eq!(agenda["views"][0]["description"], "Ours");
        check_view(&app, &token, &agenda["views"][0], 5).await;
        // From now on the name is for admins.
        let send = async |token: &str, method: Method| {
            app.request_as(token, method, "/api/v1/views/needs-triage").json(&json!({})).send().await.unwrap()
        };
        for method in [Method::PUT, Method::DELETE] {
            let (status, said) = problem(send(&token, method).await).await;
            assert_eq!((status, said["type"].as_str()), (403, Some("/problems/view-built-in")));
        }
        assert_eq!(send(&admin, Method::DELETE).await.status(), 204);
        let agenda = get(&app, &token, "/api/v1/collections/agenda").await;
        assert_eq!(agenda["views"][0]["title"], "Needs triage");
        app
    })
    .await;
}

/// A criterion or an order that this version does not know would be dropped, and the view have everything.
#[test]
fn the_views_that_ship_ask_for_what_they_say() {
    let declared = Declarations::default();
    let all = declared.all(vec![]);
    assert_eq!(all.len(), 10);
    for (origin, view) in &all {
        assert_eq!(*origin, Origin::Builtin);
        view.check(declared.groups()).unwrap_or_else(|bad| panic!("{}: {bad}", view.name));
        assert!(view.filter.len() >= 2 && !view.title.is_empty(), "{view:?}");
    }
    let asked = |name: &str| {
        let view = declared.builtin(name).unwrap();
        (serde_json::to_value(&view.filter).unwrap(), view.order.name(), view.target)
    };
    let open = |more: Value| {
        let mut filter = json!({"state": "open", "archived": false});
        filter.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        filter
    };
    for (name, filter, order, target) in [
        (
            "needs-triage",
            json!({"type": "Issue", "label": "none", "assignee": "none", "waits_for": "maintainers"}),
            "longest-waiting",
            Some(0),
        ),
        ("waiting-for-us", json!({"waits_for": ["maintainers", "reviewers"]}), "longest-waiting", Some(0)),
        ("waiting-for-author", json!({"waits_for": "author", "waiting_before": "30d"}), "longest-waiting", Some(0)),
        ("never-reviewed", json!({"type": "PR", "review": ["none", "requested"], "draft": false}), "oldest", Some(0)),
        ("changed-since-review", json!({"type": "PR", "review": "changed_since"}), "longest-waiting", Some(0)),
        ("most-wanted", json!({"reactions": "1.."}), "most-reactions", None),
        (
            "good-first-issues",
            json!({"type": "Issue", "label": "good first issue", "updated_before": "90d"}),
            "stalest",
            Some(0),
        ),
    ] {
        assert_eq!(asked(name), (open(filter), order, target), "{name}");
    }
    let [(Origin::Builtin, agenda)] = declared.collections() else { panic!("{:?}", declared.collections()) };
    agenda.check().unwrap();
    assert_eq!(agenda.views, AGENDA);
    assert!(agenda.views.iter().all(|name| declared.builtin(name).is_some_and(|view| !view.resolution.is_empty())));
}

#[test]
fn the_error_says_why_a_file_of_collections_cannot_be_used() {
    let many = |count: usize| (0..count).map(|at| format!("v{at}")).collect::<Vec<_>>().join(", ");
    for (file, said) in [
        ("collections: [{name: x, views: []}]".to_owned(), "1 to 30 views"),
        (format!("collections: [{{name: x, views: [{}]}}]", many(31)), "1 to 30 views"),
        ("collections: [{name: x, views: [a, b, a]}]".to_owned(), "twice"),
        ("collections: [{name: x, views: [A]}]".to_owned(), "\"A\""),
        ("collections: [{name: X, views: [a]}]".to_owned(), "\"X\""),
        ("collections: [{name: x, views: [a]}, {name: x, views: [b]}]".to_owned(), "twice"),
        ("collections: [{name: x}]".to_owned(), "views"),
        ("collections: [{name: x, views: [a], order: stalest}]".to_owned(), "unknown field"),
        (format!("collections: [{{name: x, views: [a], title: {}}}]", "x".repeat(201)), "too long"),
        (format!("collections: [{{name: x, views: [a], description: {}}}]", "x".repeat(1_001)), "too long"),
        (format!("views: [{{name: x, title: {}}}]", "x".repeat(201)), "title"),
        (format!("views: [{{name: x, resolution: {}}}]", "x".repeat(1_001)), "resolution"),
        ("views: [{name: x, target: -1}]".to_owned(), "target"),
        ("views: [{name: x, target: 1000000001}]".to_owned(), "target"),
    ] {
        let told = in_full(&Declarations::with_file(&file).unwrap_err());
        assert!(told.contains(said), "{file}: {told}");
    }
    let whole = format!("collections: [{{name: x, title: {}, views: [{}]}}]", "x".repeat(200), many(30));
    assert!(Declarations::with_file(&whole).is_ok());
}
