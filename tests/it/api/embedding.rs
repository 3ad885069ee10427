//! Tokens that stand in URLs: a page shows one view's queue and follows it, and nothing tells what was read or
//! noted here.

use reqwest::Method;
use serde_json::{Value, json};

use super::{get, open, places, refused};
use crate::stream::Following;
use crate::support::payload::{ACCOUNT, issue, issues, repository};
use crate::support::{TestApp, run_test};

const AT: &str = "2026-07-01T00:00:00Z";

/// Two issues of a public repository, and one of a private one; somebody read and noted the first.
async fn with_remarks(app: &TestApp) -> String {
    let mut secret = repository(2, "secret");
    secret["private"] = json!(true);
    for number in 1..=2 {
        open(app, number, &repository(1, "widgets")).await;
    }
    app.deliver("issues", &issues("opened", &issue(5, AT, AT), &secret)).await;
    let scrubber = app.new_token(&["read", "scrub"], None).await;
    remark(app, &scrubber, 1).await;
    scrubber
}

/// Reads and notes an issue.
async fn remark(app: &TestApp, scrubber: &str, number: i64) {
    let item = format!("/api/v1/items/acme/widgets/{number}");
    let read = app.request_as(scrubber, Method::PUT, &format!("{item}/read?by=ada"));
    assert!(read.send().await.unwrap().status().is_success());
    let note = json!({"recommended_action": "close", "comment": "between us", "flag": "later", "by": "ada"});
    let noted = app.request_as(scrubber, Method::PUT, &format!("{item}/note")).header("if-match", "*").json(&note);
    let noted = noted.send().await.unwrap();
    assert!(noted.status().is_success(), "{}", noted.text().await.unwrap());
    app.caught_up().await;
}

/// The rows of an answer, without what was done here.
fn bare(answer: &Value) -> Vec<Value> {
    let mut rows = answer["items"].as_array().unwrap().clone();
    for row in &mut rows {
        row["read"] = Value::Null;
        row["note"] = Value::Null;
    }
    rows
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_reads_its_views_queue_without_what_was_done_here() {
    run_test(async |app| {
        let scrubber = with_remarks(&app).await;
        let embed = app.new_embed_token(ACCOUNT, "open").await;
        let public = get(&app, &scrubber, "/api/v1/queue?view=open").await;
        assert_eq!(public["items"][0]["note"]["comment"], "between us");
        let shown = get(&app, &embed, "/api/v1/queue").await;
        assert_eq!(shown["items"], json!(bare(&public)));
        assert_eq!((&shown["total"], &shown["as_of"]), (&json!(2), &public["as_of"]));
        assert!(!shown.to_string().contains("ada") && !shown.to_string().contains("secret"), "{shown}");

        // Page by page, by a token in the URL too.
        let first = app.client.get(app.url(&format!("/api/v1/queue?limit=1&token={embed}"))).send().await.unwrap();
        let first: Value = first.json().await.unwrap();
        let second = get(&app, &embed, first["next"].as_str().unwrap()).await;
        assert_eq!([places(&first), places(&second)], [["acme/widgets#1"], ["acme/widgets#2"]]);
        // A cursor of somebody who sees more shows no more.
        let others = app.json("/api/v1/queue?limit=1").await;
        let other = get(&app, &embed, others["next"].as_str().unwrap()).await;
        assert!(!other.to_string().contains("secret"), "{other}");

        for (path, status) in [
            ("/api/v1/queue?view=never-read", 403),
            ("/api/v1/queue?noted=perhaps", 400),
            ("/api/v1/queue?account=elsewhere", 404),
            ("/api/v1/queue.xlsx", 403),
            ("/api/v1/items/acme/widgets/1", 403),
            ("/api/v1/items/acme/widgets/1/note", 403),
            ("/api/v1/stream?view=never-read", 403),
            ("/api/v1/scrubs", 403),
            ("/api/v1/sync", 403),
        ] {
            assert_eq!(refused(&app, &embed, path).await.0, status, "{path}");
        }
        // What notes say it may not ask: it is told by which parameter it did.
        let noted = app.json("/api/v1/queue?noted=false&limit=1").await;
        let cursor = noted["next_cursor"].as_str().unwrap();
        for (path, parameter) in [
            ("/api/v1/queue?noted=true", "noted"),
            ("/api/v1/queue?view=open&action=close", "action"),
            ("/api/v1/queue.csv?flag=-later", "flag"),
            ("/api/v1/stats/ages.svg?noted=false", "noted"),
            ("/api/v1/stream?noted=true", "noted"),
            (format!("/api/v1/queue?cursor={cursor}").as_str(), "cursor"),
        ] {
            let (status, problem) = refused(&app, &embed, path).await;
            assert_eq!((status, &problem["parameter"]), (403, &json!(parameter)), "{path}");
            assert_eq!(problem["type"], "/problems/parameter-forbidden", "{path}");
        }
        app
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_follows_its_view_and_does_not_hear_what_is_done_here() {
    run_test(async |app| {
        let scrubber = with_remarks(&app).await;
        let embed = app.new_embed_token(ACCOUNT, "open").await;
        let unread = app.new_embed_token(ACCOUNT, "never-read").await;
        app.caught_up().await;
        let by_url = async |token: &str, query: &str| {
            let path = format!("/api/v1/stream?token={token}{query}");
            Following::sent(&app, app.client.get(app.url(&path))).await
        };
        let mut page = by_url(&embed, "").await;
        let mut colleague = Following::sent(&app, app.request_as(&scrubber, Method::GET, "/api/v1/stream")).await;
        let mut left = by_url(&unread, "").await;
        remark(&app, &scrubber, 2).await;
        let mut secret = repository(2, "secret");
        secret["private"] = json!(true);
        app.deliver("issues", &issues("edited", &issue(5, AT, "2026-07-02T00:00:00Z"), &secret)).await;
        let mut changed = issue(1, AT, "2026-07-03T00:00:00Z");
        changed["title"] = json!("Changed");
        app.deliver("issues", &issues("edited", &changed, &repository(1, "widgets"))).await;

        assert_eq!(colleague.item().await.data["number"], 2);
        let event = page.item().await;
        let row = &event.data["item"];
        assert_eq!((&event.data["number"], &row["title"]), (&json!(1), &json!("Changed")));
        assert_eq!((&row["read"], &row["note"]), (&Value::Null, &Value::Null));
        assert_eq!(row["rank"], get(&app, &embed, "/api/v1/queue?title=Changed").await["items"][0]["rank"]);
        // A view that goes by readings shows them: that is what it is for.
        assert_eq!(left.item().await.data, json!({"repository": "acme/widgets", "number": 2, "item": null}));
        app
    })
    .await;
}

/// Each page used to ask for the view once more than the one before, up to a limit.
#[tokio::test(flavor = "multi_thread")]
async fn a_page_goes_through_a_queue_to_its_end() {
    run_test(async |app| {
        for number in 1..=45 {
            app.deliver("issues", &issues("opened", &issue(number, AT, AT), &repository(1, "widgets"))).await;
        }
        let embed = app.new_embed_token(ACCOUNT, "never-read").await;
        let (mut read, mut next) = (0, Some("/api/v1/queue?limit=1".to_owned()));
        while let Some(path) = next {
            let page = get(&app, &embed, &path).await;
            read += page["items"].as_array().unwrap().len();
            next = page["next"].as_str().map(str::to_owned);
        }
        assert_eq!(read, 45);
        app
    })
    .await;
}
