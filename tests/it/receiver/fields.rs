//! Deliveries are read field by field: what cannot be read costs itself and no more, and is counted.

use serde_json::{Value, json};

use super::{GUID, Post, kept};
use crate::support::app::problem;
use crate::support::payload::{ACCOUNT, issue, issues, owned_repository, repository, user};
use crate::support::{TestApp, run_test};

const CREATED: &str = "2024-01-01T00:00:00Z";
const UPDATED: &str = "2024-01-05T00:00:00Z";

/// An issue with something in every field that we read.
fn full(number: i64) -> Value {
    let mut shown = issue(number, CREATED, UPDATED);
    shown["labels"] = json!([{"id": 5, "name": "bug"}, {"id": 6, "name": "help"}]);
    shown["assignees"] = json!([user("ada"), user("linus")]);
    shown["milestone"] = json!({"number": 3, "title": "v3"});
    shown["comments"] = json!(7);
    shown["draft"] = json!(false);
    shown
}

/// The fields of the item that every answer shows.
fn shown(item: &Value) -> Value {
    let names = ["type", "title", "author", "labels", "assignees", "milestone", "comments", "draft", "state"];
    let times = ["created_at", "updated_at"];
    names.iter().chain(&times).map(|name| ((*name).to_owned(), item[*name].clone())).collect()
}

async fn item(app: &TestApp, number: i64) -> Value {
    shown(&app.json(&format!("/api/v1/items/acme/widgets/{number}")).await)
}

/// What was left out, as `/sync` names it: the source, the place and how often.
async fn left_out(app: &TestApp) -> Vec<(String, String, i64)> {
    let sync = app.json("/api/v1/sync").await;
    let row = |row: &Value| {
        let text = |name: &str| row[name].as_str().unwrap().to_owned();
        (text("source"), text("place"), row["times"].as_i64().unwrap())
    };
    let mut rows: Vec<_> = sync["left_out"].as_array().unwrap().iter().map(row).collect();
    rows.sort();
    rows
}

#[tokio::test(flavor = "multi_thread")]
async fn a_field_that_cannot_be_read_costs_itself() {
    // The field, what is sent, what of the item it changes, and the place that is named.
    #[rustfmt::skip]
    let cases: Vec<(&str, Value, Value, Option<&str>)> = vec![
        ("/labels/0", json!("bug"), json!({"labels": ["help"]}), Some("issue.labels[]")),
        ("/labels/0", json!(null), json!({"labels": ["help"]}), Some("issue.labels[]")),
        ("/labels/0/id", json!("5"), json!({}), None),
        ("/labels/0/id", json!(null), json!({"labels": ["help"]}), None),
        ("/labels/0/name", json!(9), json!({}), Some("issue.labels[].name")),
        ("/labels", json!({"0": "bug"}), json!({"labels": []}), Some("issue.labels")),
        ("/labels", json!(null), json!({"labels": []}), None),
        ("/assignees/1", json!(null), json!({"assignees": ["ada"]}), Some("issue.assignees[]")),
        ("/assignees/1", json!("linus"), json!({"assignees": ["ada"]}), Some("issue.assignees[]")),
        ("/assignees/1/id", json!("seven"), json!({}), Some("issue.assignees[].id")),
        ("/assignees", json!(false), json!({"assignees": []}), Some("issue.assignees")),
        ("/title", json!(12), json!({"title": ""}), Some("issue.title")),
        ("/title", json!(["a"]), json!({"title": ""}), Some("issue.title")),
        ("/user", json!("octocat"), json!({"author": null}), Some("issue.user")),
        ("/user", json!(null), json!({"author": null}), None),
        ("/user/id", json!({}), json!({}), Some("issue.user.id")),
        ("/user/type", json!(1), json!({}), Some("issue.user.type")),
        ("/comments", json!("7"), json!({}), None),
        ("/comments", json!("many"), json!({"comments": null}), Some("issue.comments")),
        ("/comments", json!(7.0), json!({}), None),
        ("/comments", json!(7.5), json!({"comments": null}), Some("issue.comments")),
        ("/comments", json!(u64::MAX), json!({"comments": null}), Some("issue.comments")),
        ("/milestone", json!("v3"), json!({"milestone": null}), Some("issue.milestone")),
        ("/milestone/number", json!("3"), json!({}), None),
        ("/milestone/title", json!(3), json!({}), Some("issue.milestone.title")),
        ("/draft", json!("no"), json!({}), Some("issue.draft")),
        ("/closed_at", json!("yesterday"), json!({}), Some("issue.closed_at")),
        ("/updated_at", json!("soon"), json!({"updated_at": CREATED}), Some("issue.updated_at")),
        ("/updated_at", json!(null), json!({"updated_at": CREATED}), None),
        ("/updated_at", json!(1_704_412_800), json!({}), None),
        ("/updated_at", json!("2024-01-05T02:00:00.5+02:00"), json!({}), None),
        ("/state", json!("CLOSED"), json!({"state": "closed"}), None),
        ("/state", json!("OPEN"), json!({}), None),
        // The time of the closing, which is null, tells it.
        ("/state", json!(null), json!({}), None),
        ("/state", json!(1), json!({}), Some("issue.state")),
        ("/node_id", json!(1), json!({}), Some("issue.node_id")),
        ("/author_association", json!([]), json!({}), Some("issue.author_association")),
        ("/state_reason", json!({}), json!({}), Some("issue.state_reason")),
        ("/number", json!(null), json!({"kept": true}), None),
        ("/pull_request", json!({"url": null, "html_url": null, "diff_url": null, "patch_url": null}), json!({}), None),
        ("/pull_request", json!({"url": "x", "html_url": null}), json!({"type": "PR"}), None),
        ("/pull_request", json!("yes"), json!({}), Some("issue.pull_request")),
        ("/never_heard_of", json!([{}]), json!({}), None),
    ];
    run_test(async |app| {
        let widgets = repository(1, "widgets");
        // The names of labels and milestones are known.
        app.deliver("issues", &issues("opened", &full(1_000), &widgets)).await;
        let whole = item(&app, 1_000).await;
        assert_eq!(whole["labels"], json!(["bug", "help"]), "{whole:#}");
        assert_eq!((&whole["milestone"], &whole["author"]), (&json!("v3"), &json!("octocat")), "{whole:#}");
        let mut expected_places: Vec<String> = vec![];
        for (number, (field, sent, changes, place)) in (1..).zip(&cases) {
            let mut told = full(number);
            match told.pointer_mut(field) {
                Some(there) => *there = sent.clone(),
                None => told[&field[1..]] = sent.clone(),
            }
            let receipt = app.deliver("issues", &issues("opened", &told, &widgets)).await;
            if changes.get("kept").is_some() {
                assert_eq!(receipt["events"], 0, "{field} {sent}");
                expected_places.push("(everything)".to_owned());
                continue;
            }
            assert_eq!(receipt["events"], 1, "{field} {sent}");
            let mut expected = whole.clone();
            expected["title"] = json!(format!("Issue {number}"));
            changes.as_object().unwrap().iter().for_each(|(name, value)| expected[name] = value.clone());
            assert_eq!(item(&app, number).await, expected, "{field} {sent}");
            expected_places.extend(place.map(str::to_owned));
        }
        expected_places.sort();
        let named: Vec<String> = left_out(&app)
            .await
            .into_iter()
            .inspect(|(source, ..)| assert_eq!(source, "issues"))
            .flat_map(|(_, place, times)| vec![place; usize::try_from(times).unwrap()])
            .collect();
        assert_eq!(named, expected_places);
        let metrics = app.metrics().await;
        let counted = format!("bugscrub_left_out_total {}", expected_places.len());
        assert!(metrics.lines().any(|line| line == counted), "{counted}: {metrics}");
        app
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_and_where_are_read_field_by_field_too() {
    let no_login = |id: i64| json!({"id": id, "login": null, "type": "User"});
    // What is set in the whole payload.
    #[rustfmt::skip]
    let cases: Vec<(&str, Value)> = vec![
        ("/sender", json!(5)),
        ("/sender", json!({"login": 1, "id": "x"})),
        ("/sender", no_login(7)),
        ("/repository/name", json!(1)),
        ("/repository/full_name", json!(null)),
        ("/repository/owner/login", json!(null)),
        ("/repository/owner/id", json!(ACCOUNT.to_string())),
        ("/repository/private", json!("false")),
        ("/repository/archived", json!(0)),
        ("/repository/html_url", json!([])),
        ("/repository/id", json!("1")),
        ("/installation", json!([1])),
        ("/organization", json!("acme")),
        ("/label", json!("bug")),
        ("/assignee", json!("ada")),
        ("/changes", json!([])),
        ("/changes/title", json!(null)),
        ("/milestone", json!("v3")),
        ("/comment", json!(1)),
        ("/issue/number", json!("21")),
    ];
    run_test(async |app| {
        let widgets = repository(1, "widgets");
        app.deliver("issues", &issues("opened", &full(1_000), &widgets)).await;
        let whole = item(&app, 1_000).await;
        for (number, (field, sent)) in (1..).zip(&cases) {
            let mut payload = issues("edited", &full(number), &widgets);
            payload["changes"] = json!({"title": {"from": "before"}});
            payload["organization"] = json!({"login": "acme", "id": ACCOUNT});
            let number = if *field == "/issue/number" { 21 } else { number };
            match payload.pointer_mut(field) {
                Some(there) => *there = sent.clone(),
                None => payload[&field[1..]] = sent.clone(),
            }
            let title = payload["issue"]["title"].clone();
            assert_eq!(app.deliver("issues", &payload).await["events"], 1, "{field} {sent}");
            let mut expected = whole.clone();
            expected["title"] = title;
            assert_eq!(item(&app, number).await, expected, "{field} {sent}");
        }
        // Somebody without a login has an id, and what they did counts.
        let last = app.json("/api/v1/items/acme/widgets/3").await["last_activity"].clone();
        assert_eq!((&last["at"], &last["kind"]), (&json!(UPDATED), &json!("retitled")), "{last:#}");
        // A repository whose owner cannot be read is the account's, if that is known from elsewhere.
        let mut payload = issues("opened", &full(50), &owned_repository(ACCOUNT, "acme", 2, "gadgets"));
        payload["organization"] = json!({"login": "acme", "id": ACCOUNT});
        payload["repository"]["owner"] = json!("acme");
        assert_eq!(app.deliver("issues", &payload).await["events"], 1);
        assert_eq!(app.json("/api/v1/items/acme/gadgets/50").await["title"], "Issue 50");
        app
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_action_or_event_that_is_not_known_shows_its_item() {
    // The event, the action, the field of the item, what else is sent, and the kind of the fact.
    #[rustfmt::skip]
    let cases: Vec<(&str, Value, &str, Value, &str)> = vec![
        ("issues", json!("unlabeled"), "issue", json!({}), "unlabeled"),
        ("issues", json!("labeled"), "issue", json!({"label": null}), "labeled"),
        ("issues", json!("labeled"), "issue", json!({"label": {"id": null, "name": "bug"}}), "labeled"),
        ("issues", json!("unassigned"), "issue", json!({}), "unassigned"),
        ("issues", json!("assigned"), "issue", json!({"assignee": {"login": null}}), "assigned"),
        ("issues", json!("field_added"), "issue", json!({}), "field_added"),
        ("issues", json!("vaporized"), "issue", json!({}), "issues_vaporized"),
        ("issues", json!("Up & away"), "issue", json!({}), "issues_up___away"),
        ("issues", json!(null), "issue", json!({}), "issues_changed"),
        ("issues", json!(7), "issue", json!({}), "issues_changed"),
        ("issue_comment", json!("pinned"), "issue", json!({"comment": {}}), "comment_pinned"),
        ("issue_comment", json!("unpinned"), "issue", json!({"comment": null}), "comment_unpinned"),
        ("issue_comment", json!("hidden"), "issue", json!({}), "issue_comment_hidden"),
        ("pull_request", json!("stacked"), "pull_request", json!({}), "pull_request_stacked"),
        ("pull_request_review", json!("undone"), "pull_request", json!({}), "pull_request_review_undone"),
        ("pull_request_review_comment", json!("moved"), "pull_request", json!({}), "pull_request_review_comment_moved"),
        ("pull_request_review_thread", json!("moved"), "pull_request", json!({}), "pull_request_review_thread_moved"),
        ("discussion", json!("merged"), "discussion", json!({}), "discussion_merged"),
        ("discussion_comment", json!("pinned"), "discussion", json!({}), "comment_pinned"),
        ("weather", json!("changed"), "issue", json!({}), "weather_changed"),
        ("weather", json!("changed"), "pull_request", json!({}), "weather_changed"),
        ("weather", json!("changed"), "discussion", json!({}), "weather_changed"),
        ("sub_issues", json!("sorted"), "parent_issue", json!({}), "sub_issues_sorted"),
        ("issue_dependencies", json!("sorted"), "blocked_issue", json!({}), "issue_dependencies_sorted"),
    ];
    run_test(async |app| {
        let widgets = repository(1, "widgets");
        for (number, (event, action, field, more, kind)) in (1..).zip(&cases) {
            // It was here before, with labels and assignees that it no longer has.
            app.deliver("issues", &issues("opened", &full(number), &widgets)).await;
            let mut after = full(number);
            after["updated_at"] = json!("2024-02-01T00:00:00Z");
            (after["labels"], after["assignees"]) = (json!([{"id": 6, "name": "help"}]), json!([user("ada")]));
            after["repository_url"] = json!("https://api.github.com/repos/acme/widgets");
            let mut payload = json!({"action": action, "repository": widgets, "sender": user("octocat")});
            payload[*field] = after;
            more.as_object().unwrap().iter().for_each(|(name, value)| payload[name] = value.clone());
            assert_eq!(app.deliver(event, &payload).await["events"], 1, "{event} {action}");
            let found = app.json(&format!("/api/v1/items/acme/widgets/{number}")).await;
            let told =
                json!([found["labels"], found["assignees"], found["updated_at"], found["last_activity"]["kind"]]);
            assert_eq!(told, json!([["help"], ["ada"], "2024-02-01T00:00:00Z", kind]), "{event} {action}");
        }
        // An item of elsewhere is not one of this repository.
        let mut payload = issues("sorted", &full(400), &widgets);
        payload["parent_issue"] = payload["issue"].take();
        payload["parent_issue"]["repository_url"] = json!("https://api.github.com/repos/acme/gadgets");
        assert_eq!(app.deliver("sub_issues", &payload).await["events"], 0);
        // Whatever an action of a repository is called, it shows the repository.
        let mut named = repository(1, "widgets");
        named["archived"] = json!(true);
        let payload = json!({"action": "frozen", "repository": named, "sender": user("octocat")});
        assert_eq!(app.deliver("repository", &payload).await["events"], 1);
        assert_eq!(app.json("/api/v1/queue?archived=true&limit=1").await["total"], cases.len());
        // One that went without saying where to is here no more.
        let payload = json!({"action": "transferred", "issue": full(1), "repository": widgets, "changes": null});
        assert_eq!(app.deliver("issues", &payload).await["events"], 1);
        assert_eq!(app.json("/api/v1/queue?limit=1").await["total"], cases.len() - 1);
        assert_eq!(left_out(&app).await.len(), 1, "the action that is a number");
        app
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn keys_that_are_there_twice_and_characters_that_are_none_cost_nothing_else() {
    run_test(async |app| {
        let widgets = repository(1, "widgets").to_string();
        let cases: [(&str, &str); 9] = [
            (r#""title": null, "title": "A title""#, "A title"),
            (r#""title": "A title", "title": null"#, "A title"),
            (r#""title": 5, "title": "Before", "title": "A title""#, "A title"),
            (r#""title": "Half an emoji \ud83d""#, "Half an emoji \u{fffd}"),
            (r#""title": "The other half \uDE00 \\ud83d \u0041""#, "The other half \u{fffd} \\ud83d A"),
            (r#""title": "A whole one \ud83d\ude00 \ud83dx""#, "A whole one \u{1f600} \u{fffd}x"),
            (r#""title": "A title", "comments": 1e999"#, "A title"),
            ("\"title\": \"A nul \\u0000\"", "A nul \u{fffd}"),
            ("\"title\": \"A mark\u{feff}\"", "A mark\u{feff}"),
        ];
        let payload = |number: usize, fields: &str| {
            format!(
                r#"{{"action": "opened", "repository": {widgets}, "issue": {{"number": {number}, "state": "open",
                "created_at": "{CREATED}", "updated_at": "{UPDATED}", {fields}}}}}"#
            )
        };
        for (number, (fields, title)) in (1..).zip(cases) {
            let guid = uuid::Uuid::new_v4().to_string();
            let receipt = app.signed("issues", &guid, payload(number, fields).into_bytes()).send().await.unwrap();
            assert_eq!(receipt.status(), 202);
            assert_eq!(item(&app, number as i64).await["title"], title, "{fields}");
        }
        // Bytes that are not UTF-8, and a byte order mark.
        let mut bytes = b"\xef\xbb\xbf".to_vec();
        bytes.extend(payload(20, r#""title": "?""#).bytes().map(|byte| if byte == b'?' { 0xff } else { byte }));
        app.signed("issues", GUID, bytes).send().await.unwrap();
        assert_eq!(item(&app, 20).await["title"], "\u{fffd}");
        // Of two alternative keys one may be null.
        let changes = json!({"old_issue": null, "old_discussion": {"number": 9}, "new_issue": {"number": 3},
            "new_discussion": null, "old_repository": repository(1, "widgets")});
        let payload = json!({"action": "created", "discussion": full(30), "repository": repository(2, "gadgets"),
            "sender": user("octocat"), "changes": changes});
        assert_eq!(app.deliver("discussion", &payload).await["events"], 2);
        let moved = app.request(reqwest::Method::GET, "/api/v1/items/acme/widgets/9").send().await.unwrap();
        assert_eq!((moved.status().as_u16(), moved.url().path()), (200, "/api/v1/items/acme/gadgets/30"));
        app
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn entries_of_lists_cost_themselves() {
    run_test(async |app| {
        let account = json!({"login": "acme", "id": ACCOUNT, "type": "Organization"});
        let named = |id: i64| json!({"id": id, "name": format!("repo-{id}"), "full_name": format!("acme/repo-{id}")});
        let listed = json!([named(1), null, "acme/x", {"id": null, "name": "x"}, {"id": 2}, named(3), [], {"id": "4",
            "name": null, "full_name": "acme/repo-4", "private": 1}]);
        let payload = json!({"action": "created", "installation": {"id": 1, "account": account},
            "repositories": listed, "sender": user("octocat")});
        // The installation, and the repositories 1 to 4.
        assert_eq!(app.deliver("installation", &payload).await["events"], 5);
        let payload = json!({"action": "removed", "installation": {"id": 1, "account": account},
            "repository_selection": null, "repositories_removed": [{"id": 1}, 7], "repositories_added": null});
        assert_eq!(app.deliver("installation_repositories", &payload).await["events"], 2);
        for (event, payload) in [
            ("label", json!({"action": "deleted", "label": {"id": 5}, "repository": repository(1, "widgets")})),
            (
                "milestone",
                json!({"action": "closed", "milestone": {"number": "3"}, "repository": {"id": 1,
                "owner": account}}),
            ),
        ] {
            assert_eq!(app.deliver(event, &payload).await["events"], 1, "{event}");
        }
        app
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_body_that_is_encoded_or_a_form_is_refused_and_says_why() {
    run_test(async |app| {
        let refused = async |name: &str, value: &str, says: &str| {
            let Post { guid, signature, body, .. } = Post::right();
            let request = app.client.post(app.url("/webhooks/github")).body(body);
            let request = request.header("x-github-event", "ping").header("x-github-delivery", guid.unwrap());
            let request = request.header("x-hub-signature-256", signature.unwrap());
            let content_type = if name == "content-type" { value } else { "application/json" };
            let request = request.header("content-type", content_type);
            let request = if name == "content-type" { request } else { request.header(name, value) };
            let (status, said) = problem(request.send().await.unwrap()).await;
            assert_eq!(status, 415, "{name}: {value}");
            assert!(said["detail"].as_str().unwrap().contains(says), "{said}");
        };
        for encoding in ["gzip", "deflate", "br", "zstd", "GZIP", "identity, gzip", "x"] {
            refused("content-encoding", encoding, "Content-Encoding").await;
        }
        refused("content-type", "application/x-www-form-urlencoded; charset=utf-8", "content type of the webhook")
            .await;
        assert_eq!(kept(&app.database.pool).await, []);
        for (encoding, guid) in [("identity", GUID), ("", "72d3162e-cc78-11e3-81ab-4c9367dc0959")] {
            let request = app.signed("ping", guid, b"{}".to_vec()).header("content-encoding", encoding);
            assert_eq!(request.send().await.unwrap().status(), 202, "{encoding:?}");
        }
        app
    })
    .await;
}
