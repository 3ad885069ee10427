//! A scrub of which some readers see a part: their cursor is where it would be if nothing else was in the deck.

use chrono::TimeDelta;
use reqwest::Method;
use serde_json::{Value, json};

use super::{Host, acted, opened, rebuilds_the_same};
use crate::support::payload::{issue, issues, repository, user};
use crate::support::{TestApp, run_test};

/// A deck of a private row, three public ones and a private one, in this order, and who sees all of it and who does not.
async fn dealt(app: &TestApp) -> (Host<'_>, Host<'_>, Value) {
    let mut secret = repository(2, "secret");
    secret["private"] = json!(true);
    for number in 1..=3 {
        opened(app, number, &format!("2026-07-0{number}")).await;
    }
    for (number, at) in [(5, "2026-06-01T00:00:00Z"), (6, "2026-07-09T00:00:00Z")] {
        app.deliver("issues", &issues("opened", &issue(number, at, at), &secret)).await;
    }
    app.caught_up().await;
    let (insider, public) = (Host::new(app).await, Host { app, token: app.new_token(&["read", "scrub"], None).await });
    let (status, scrub) =
        insider.send(Method::POST, "/api/v1/scrubs", json!({"view": "open", "order": "oldest"})).await;
    assert_eq!(status, 201, "{scrub}");
    (insider, public, scrub)
}

/// Which item the cursor is on for both; null if nothing is left.
async fn read_by(insider: &Host<'_>, public: &Host<'_>) -> [Value; 2] {
    let number = async |host: &Host<'_>| host.get("/api/v1/scrubs/1").await["current"]["number"].clone();
    [number(insider).await, number(public).await]
}

#[tokio::test(flavor = "multi_thread")]
async fn a_row_waits_while_the_group_reads_what_is_hidden() {
    run_test(async |app| {
        let (insider, public, scrub) = dealt(&app).await;
        assert_eq!(read_by(&insider, &public).await, [json!(5), json!(1)]);
        // Who sees no private row would know by anything else that one is read.
        acted(&app, "closed", 1, "2026-07-01", "2026-07-10T00:00:00Z", "octocat", "closed").await;
        let read = "/api/v1/items/acme/widgets/1/read";
        assert_eq!(public.send(Method::PUT, read, Value::Null).await.0, 200);
        assert_eq!(read_by(&insider, &public).await, [json!(5), json!(1)]);
        // The group comes to it too, as it would be on it if nothing was hidden.
        insider.advance(&scrub, 1, true).await;
        assert_eq!(read_by(&insider, &public).await, [json!(1), json!(1)]);
        insider.advance(&scrub, 2, false).await;
        assert_eq!(read_by(&insider, &public).await, [json!(2), json!(2)]);
        rebuilds_the_same(&app).await;
        assert_eq!(read_by(&insider, &public).await, [json!(2), json!(2)]);
        app
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reading_is_taken_back_while_the_group_reads_what_is_hidden() {
    run_test(async |app| {
        let (insider, public, scrub) = dealt(&app).await;
        for place in 1..=4 {
            insider.advance(&scrub, place, false).await;
        }
        assert_eq!(read_by(&insider, &public).await, [json!(6), json!(null)]);
        // For the public nothing was left, so the cursor returns; the group is where it was.
        let items = json!([{"repository": "acme/widgets", "number": 3}, {"repository": "acme/widgets", "number": 2}]);
        let (_, marked) = public.send(Method::POST, "/api/v1/marks", json!({"read": false, "items": items})).await;
        assert_eq!(read_by(&insider, &public).await, [json!(6), json!(2)]);
        let undo = format!("/api/v1/marks/{}", marked["id"].as_str().unwrap());
        public.send(Method::DELETE, &undo, Value::Null).await;
        assert_eq!(read_by(&insider, &public).await, [json!(6), json!(null)]);
        let read = "/api/v1/items/acme/widgets/3/read";
        public.send(Method::DELETE, read, Value::Null).await;
        assert_eq!(read_by(&insider, &public).await, [json!(6), json!(3)]);
        insider.advance(&scrub, 5, false).await;
        assert_eq!(read_by(&insider, &public).await, [json!(3), json!(3)]);
        insider.advance(&scrub, 4, false).await;
        assert_eq!(read_by(&insider, &public).await, [json!(null), json!(null)]);
        // Both return, to the first row that each may read.
        let (_, marked) = insider
            .send(
                Method::POST,
                "/api/v1/marks",
                json!({"read": false, "items": [
            {"repository": "acme/widgets", "number": 2}, {"repository": "acme/secret", "number": 5}]}),
            )
            .await;
        assert_eq!(read_by(&insider, &public).await, [json!(5), json!(2)]);
        let undo = format!("/api/v1/marks/{}", marked["id"].as_str().unwrap());
        insider.send(Method::DELETE, &undo, Value::Null).await;
        assert_eq!(read_by(&insider, &public).await, [json!(null), json!(null)]);
        rebuilds_the_same(&app).await;
        assert_eq!(read_by(&insider, &public).await, [json!(null), json!(null)]);
        app
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_cursor_is_moved_to_what_some_do_not_see() {
    run_test(async |app| {
        let (insider, public, scrub) = dealt(&app).await;
        insider.advance(&scrub, 1, false).await;
        insider.advance(&scrub, 2, false).await;
        let to = async |host: &Host<'_>, from: i64, place: i64| {
            let (status, _) =
                host.send(Method::PUT, "/api/v1/scrubs/1/cursor", json!({"from": from, "place": place})).await;
            assert_eq!(status, 200);
        };
        to(&insider, 3, 5).await;
        assert_eq!(read_by(&insider, &public).await, [json!(6), json!(2)]);
        to(&public, 2, 3).await;
        assert_eq!(read_by(&insider, &public).await, [json!(3), json!(3)]);
        // When the scrub ends, each was at a row of their own.
        to(&insider, 4, 5).await;
        app.clock.set(&(app.clock.now() + TimeDelta::minutes(1)).to_rfc3339());
        insider.close(&scrub).await;
        let at_the_end = async |host: &Host<'_>| {
            let minutes = host.text("/api/v1/scrubs/1/minutes.md").await;
            let rest = minutes.split_once("Not read to the end").unwrap().1;
            [6, 3].map(|number| rest.contains(&format!("Issue {number}\n")))
        };
        assert_eq!((at_the_end(&insider).await, at_the_end(&public).await), ([true, false], [false, true]));
        app
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_row_whose_repository_is_deleted_holds_nobody() {
    run_test(async |app| {
        let (insider, public, scrub) = dealt(&app).await;
        insider.advance(&scrub, 1, false).await;
        assert_eq!(read_by(&insider, &public).await, [json!(1), json!(1)]);
        // Something public is left, else the public knows no such account.
        let at = "2026-07-10T00:00:00Z";
        app.deliver("issues", &issues("opened", &issue(7, at, at), &repository(3, "others"))).await;
        let widgets = repository(1, "widgets");
        let payload =
            json!({"action": "deleted", "repository": widgets, "sender": user("ada"), "installation": {"id": 1}});
        app.deliver("repository", &payload).await;
        assert_eq!(read_by(&insider, &public).await[1], json!(null));
        assert_eq!(insider.advance(&scrub, 2, true).await.1["cursor"], 5);
        assert_eq!(read_by(&insider, &public).await, [json!(6), json!(null)]);
        app
    })
    .await;
}
