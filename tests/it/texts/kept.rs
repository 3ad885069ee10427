//! Without an App: what deliveries still hold.

use reqwest::Method;
use serde_json::{Value, json};

use super::{ISSUE, entries};
use crate::support::payload::{issue, issues, repository, user};
use crate::support::{TestApp, run_test};

const AT: &str = "2026-07-01T00:00:00Z";

async fn tell(app: &TestApp, action: &str, at: &str, body: &Value) {
    let mut told = issue(1, AT, at);
    told["body"] = body.clone();
    app.deliver("issues", &issues(action, &told, &repository(1, "widgets"))).await;
}

async fn comment(app: &TestApp, action: &str, id: i64, at: &str, by: &str, body: &str) {
    let mut told = issues(action, &issue(1, AT, at), &repository(1, "widgets"));
    told["issue"].as_object_mut().unwrap().remove("body");
    told["comment"] = json!({"id": id, "user": user(by), "author_association": "MEMBER", "body": body,
        "created_at": AT, "updated_at": at, "html_url": format!("https://github.com/acme/widgets/issues/1#{id}")});
    app.deliver("issue_comment", &told).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_latest_texts_that_deliveries_hold_are_shown() {
    run_test(async |app| {
        tell(&app, "opened", AT, &json!("It **breaks**.\nAlways. See https://example.com\n\n- [x] here")).await;
        comment(&app, "created", 7, "2026-07-02T00:00:00Z", "linus", "Once").await;
        let text = app.json(ISSUE).await;
        assert_eq!((&text["source"], &text["before"]), (&json!("deliveries"), &Value::Null));
        let html = text["body"]["html"].as_str().unwrap();
        for part in [
            "<strong>breaks</strong>.<br>",
            "<a href=\"https://example.com\" rel=\"nofollow noopener noreferrer\">",
            "<li><input checked=\"\" ",
            "type=\"checkbox\"",
            "disabled=\"\"",
        ] {
            assert!(html.contains(part) || html.contains(&part.replace("<br>", "<br />")), "{part} in {html}");
        }
        assert_eq!(entries(&text), [("comment", "linus", "<p>Once</p>\n")]);
        assert_eq!((&text["entries"][0]["id"], &text["entries"][0]["association"]), (&json!(7), &json!("MEMBER")));

        // What was changed is shown as it is now, in whatever order deliveries come; what was deleted is not.
        comment(&app, "edited", 7, "2026-07-05T00:00:00Z", "linus", "Third").await;
        comment(&app, "edited", 7, "2026-07-04T00:00:00Z", "linus", "Second").await;
        comment(&app, "deleted", 8, "2026-07-06T00:00:00Z", "ada", "Never mind").await;
        comment(&app, "created", 8, "2026-07-03T00:00:00Z", "ada", "Never mind").await;
        tell(&app, "edited", "2026-07-07T00:00:00Z", &Value::Null).await;
        let text = app.json(ISSUE).await;
        assert_eq!((&text["body"]["html"], entries(&text)), (&json!(""), vec![("comment", "linus", "<p>Third</p>\n")]));
        assert_eq!(text["entries"][0]["edited_at"], "2026-07-05T00:00:00Z");

        // Once they are pruned, nobody knows.
        sqlx::query("DELETE FROM deliveries").execute(&app.database.pool).await.unwrap();
        app.clock.set("2026-11-22T12:10:00Z");
        let text = app.json(ISSUE).await;
        assert_eq!((&text["body"], &text["entries"]), (&Value::Null, &json!([])));
        let page = app.request(Method::GET, &format!("{ISSUE}?before=x")).send().await.unwrap();
        assert_eq!(page.status(), 400);
        app
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn reviews_and_discussions_are_held_too() {
    run_test(async |app| {
        let at = |day: i64| format!("2026-07-{day:02}T00:00:00Z");
        let item = |field: &str, number: i64| {
            let mut item = issue(number, AT, &at(9));
            item["body"] = json!(format!("The {field}"));
            let payload =
                json!({"repository": repository(1, "widgets"), "sender": user("grace"), "installation": {"id": 1}});
            (item, payload)
        };
        let said = |id: i64, day: i64, body: &str| {
            json!({"id": id, "user": user("grace"), "author_association": "OWNER", "body": body,
                "created_at": at(day), "updated_at": at(day), "submitted_at": at(day)})
        };
        let deliver = async |event: &str, field: &str, number: i64, name: &str, said: Value| {
            let (mut item, mut payload) = item(field, number);
            if field == "pull_request" {
                item["draft"] = json!(false);
            }
            payload["action"] = json!(if name == "review" { "submitted" } else { "created" });
            payload[field] = item;
            payload[name] = said;
            app.deliver(event, &payload).await;
        };
        let mut review = said(1, 2, "No.");
        review["state"] = json!("changes_requested");
        deliver("pull_request_review", "pull_request", 2, "review", review).await;
        let mut empty = said(2, 3, "");
        empty["state"] = json!("commented");
        deliver("pull_request_review", "pull_request", 2, "review", empty).await;
        let mut comment = said(1, 4, "Here.");
        comment["path"] = json!("a.rs");
        comment["line"] = json!(3);
        deliver("pull_request_review_comment", "pull_request", 2, "comment", comment).await;
        let pull = app.json("/api/v1/items/acme/widgets/2/text").await;
        assert_eq!(
            entries(&pull),
            [("review", "grace", "<p>No.</p>\n"), ("review_comment", "grace", "<p>Here.</p>\n")],
        );
        assert_eq!(
            (&pull["entries"][0]["verdict"], &pull["entries"][1]["line"]),
            (&json!("changes_requested"), &json!(3))
        );

        deliver("discussion_comment", "discussion", 3, "comment", said(5, 2, "How?")).await;
        let mut reply = said(6, 3, "So.");
        reply["parent_id"] = json!(5);
        deliver("discussion_comment", "discussion", 3, "comment", reply).await;
        let discussion = app.json("/api/v1/items/acme/widgets/3/text").await;
        assert_eq!(entries(&discussion), [("comment", "grace", "<p>How?</p>\n"), ("reply", "grace", "<p>So.</p>\n")]);
        assert_eq!(discussion["entries"][1]["replies_to"], 5);
        app
    })
    .await;
}
