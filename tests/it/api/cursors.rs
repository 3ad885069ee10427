//! Cursors: what may stand beside one, which are refused, and how long one lasts.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use bugscrub::config::Settings;
use serde_json::{Value, json};

use super::{get, open, places, refused};
use crate::support::app::{run_test_with, settings};
use crate::support::payload::repository;
use crate::support::{TestApp, run_test};

/// Opens three items. Returns the address of the second page, with one item a page.
async fn second_page(app: &TestApp) -> String {
    for number in 1..=3 {
        open(app, number, &repository(1, "widgets")).await;
    }
    let page = app.json("/api/v1/queue?limit=1&label=-bug").await;
    assert_eq!(places(&page), ["acme/widgets#1"]);
    page["next"].as_str().unwrap().to_owned()
}

fn decode(next: &str) -> Value {
    let (_, cursor) = next.split_once("cursor=").unwrap();
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(cursor).unwrap()).unwrap()
}

fn encode(cursor: &Value) -> String {
    format!("/api/v1/queue?cursor={}", URL_SAFE_NO_PAD.encode(cursor.to_string()))
}

#[tokio::test(flavor = "multi_thread")]
async fn beside_a_cursor_only_the_limit_may_be_another() {
    run_test(async |app| {
        let next = second_page(&app).await;
        let token = app.token.clone();
        for (beside, parameter) in [
            ("order=freshest", "order"),
            ("view=open", "view"),
            ("as_of=1d", "as_of"),
            ("as_of=2026-11-21", "as_of"),
            ("label=bug", "label"),
            ("label=-bug&label=-docs", "label"),
            ("label=-\"-bug\"", "label"),
            ("repo=widgets", "repo"),
            ("created_after=180d", "created_after"),
            ("draft=false", "draft"),
            ("unread=true", "unread"),
            ("type=Issue", "type"),
            ("state=open", "state"),
            ("author=octocat", "author"),
        ] {
            let (status, said) = refused(&app, &token, &format!("{next}&{beside}")).await;
            assert_eq!((status, said["parameter"].as_str()), (400, Some(parameter)), "{beside}: {said}");
        }
        for same in
            ["account=acme", "account=ACME", "account=9000", "order=stalest", "label=-BUG", "label=-bug&label=-bug"]
        {
            assert_eq!(places(&get(&app, &token, &format!("{next}&{same}")).await), ["acme/widgets#2"], "{same}");
        }
        assert_eq!(refused(&app, &token, &format!("{next}&account=nobody")).await.0, 404);
        assert_eq!(refused(&app, &token, &format!("{next}&limit=501")).await.1["parameter"], "limit");
        assert_eq!(places(&get(&app, &token, &format!("{next}&limit=500")).await).len(), 2);
        let last = get(&app, &token, &next).await["next"].as_str().unwrap().to_owned();
        let last = get(&app, &token, &last).await;
        let numbers: Vec<Value> = app.all_pages("limit=1").await.iter().map(|item| item["number"].clone()).collect();
        assert_eq!(numbers, [1, 2, 3]);
        assert_eq!((last["items"][0]["number"].as_i64(), &last["next"]), (Some(3), &Value::Null));
        app
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cursor_that_is_not_ours_is_refused() {
    run_test(async |app| {
        let next = second_page(&app).await;
        let token = app.token.clone();
        let (_, text) = next.split_once("cursor=").unwrap();
        let right = decode(&next);
        assert_eq!(places(&get(&app, &token, &encode(&right)).await), places(&get(&app, &token, &next).await));

        let mut wrong = vec![
            "/api/v1/queue?cursor=garbage".to_owned(),
            "/api/v1/queue?cursor=%00".to_owned(),
            "/api/v1/queue?cursor=e30".to_owned(),
            format!("/api/v1/queue?cursor={}", &text[..text.len() - 3]),
            format!("/api/v1/queue?cursor={text}x"),
            format!("/api/v1/queue?cursor={text}=="),
            format!("/api/v1/queue?cursor=+{text}"),
        ];
        for (pointer, value) in [
            ("/v", json!("2")),
            ("/v", json!(1)),
            ("/v", Value::Null),
            ("/account_id", json!("acme")),
            ("/date", json!("today")),
            ("/date", json!("2026-02-30")),
            ("/order", json!("soonest")),
            ("/limit", json!(-1)),
            ("/filter", json!("label")),
            ("/filter", json!({"colour": {"any": ["red"]}})),
            ("/filter/label", json!({"any": "bug"})),
            ("/filter/label", json!({"all": ["bug"]})),
            ("/filter/label", json!({"any": ["nul\u{0}l"]})),
            ("/filter/label", json!({"none": ["\u{0}"]})),
            ("/filter", json!({"repo": {"any": ["\u{0}"]}})),
            ("/filter", json!({"author": {"none": ["\u{0}"]}})),
            ("/after", Value::Null),
            ("/after/product", json!(i64::MIN)),
            ("/after/product", json!(0)),
            ("/after/product", json!(1.5)),
            ("/after/created_at", json!("yesterday")),
            ("/after/created_at", json!("+262142-12-31T23:59:59Z")),
            ("/after/created_at", json!("-262143-01-01T00:00:00Z")),
        ] {
            let mut cursor = right.clone();
            *cursor.pointer_mut(pointer).unwrap() = value;
            wrong.push(encode(&cursor));
        }
        let mut with_more = right.clone();
        with_more["private"] = json!(true);
        wrong.push(encode(&with_more));
        for path in wrong {
            let (status, said) = refused(&app, &token, &path).await;
            let cursor = path.split_once("cursor=").map(|(_, text)| URL_SAFE_NO_PAD.decode(text).unwrap_or_default());
            let shown = cursor.map(|json| String::from_utf8_lossy(&json).into_owned());
            assert_eq!((status, said["parameter"].as_str()), (400, Some("cursor")), "{path} {shown:?}: {said}");
        }
        // Odd cursors that can be served are served.
        for (pointer, value) in
            [("/limit", json!(0)), ("/limit", json!(1_000_000)), ("/after/product", json!(i64::MAX))]
        {
            let mut cursor = right.clone();
            *cursor.pointer_mut(pointer).unwrap() = value;
            get(&app, &token, &encode(&cursor)).await;
        }
        // An account that the token does not see is unknown.
        let mut elsewhere = right;
        elsewhere["account_id"] = json!(1);
        assert_eq!(refused(&app, &token, &encode(&elsewhere)).await.0, 404);
        app
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cursor_keeps_its_date_for_an_hour_past_midnight() {
    for (zone, before, within, after) in [
        (chrono_tz::UTC, "2026-11-22T23:59:59Z", "2026-11-23T00:59:59Z", "2026-11-23T01:00:00Z"),
        (chrono_tz::Europe::Berlin, "2026-11-22T22:59:59Z", "2026-11-22T23:59:59Z", "2026-11-23T00:00:00Z"),
    ] {
        run_test_with(Settings { zone, ..settings() }, async |app| {
            app.clock.set(before);
            let next = second_page(&app).await;
            let token = app.token.clone();
            let page = get(&app, &token, &next).await;
            assert_eq!(page["as_of"], "2026-11-22");

            app.clock.set(within);
            let later = get(&app, &token, &next).await;
            assert_eq!((&later["as_of"], &later["items"]), (&page["as_of"], &page["items"]), "{zone}");
            let anew = app.json("/api/v1/queue").await;
            assert_eq!(anew["as_of"], "2026-11-23");
            let days = |item: &Value| item["days_age"].as_i64().unwrap();
            assert_eq!(days(&anew["items"][1]), days(&page["items"][0]) + 1);

            for over in [after, "2026-11-23T12:00:00Z", "2026-11-24T00:30:00Z", "2027-11-22T12:00:00Z"] {
                app.clock.set(over);
                let (status, said) = refused(&app, &token, &next).await;
                assert_eq!((status, said["type"].as_str()), (410, Some("/problems/date-over")), "{zone} {over}");
            }
            // A date in the future is refused too, whoever made such a cursor.
            app.clock.set("2026-11-21T12:00:00Z");
            assert_eq!(refused(&app, &token, &next).await.0, 410, "{zone}");
            app
        })
        .await;
    }
}

/// As Grafana's Infinity turns pages: the same request, and the bare cursor of the answer before beside it.
#[tokio::test(flavor = "multi_thread")]
async fn filters_may_be_given_again_beside_a_cursor() {
    run_test(async |app| {
        for number in 1..=4 {
            open(&app, number, &repository(1, "widgets")).await;
        }
        let token = app.new_token(&["read", "private", "scrub"], None).await;
        let view = app.request_as(&token, reqwest::Method::PUT, "/api/v1/views/mine");
        let filter = json!({"filter": {"label": "-docs", "created_before": "30d"}, "order": "freshest"});
        assert_eq!(view.json(&filter).send().await.unwrap().status(), 201);
        for (asked, again) in [
            ("limit=1", "limit=1"),
            ("limit=1&account=acme&view=mine", "limit=1&account=acme&view=mine"),
            ("limit=1&view=mine&order=freshest", "limit=1&view=mine"),
            ("limit=1&view=mine&label=-bug&created_after=2000d", "view=mine&created_after=2000d&label=-BUG&limit=1"),
            ("limit=1&type=Issue&type=PR&label=-a&label=-b", "type=pr&type=issue&label=-B&label=-A&limit=2"),
            ("limit=1&created_after=1500d", "limit=1&created_after=2022-10-14"),
            ("limit=1&as_of=10d&state=open", "limit=1&as_of=10d&state=OPEN"),
            ("limit=1&as_of=10d", "limit=1&as_of=2026-11-12"),
            ("limit=1&title=issue&author=octocat", "limit=1&author=OctoCat&title=Issue"),
            ("limit=1&unread=true&view=mine", "limit=1&unread=true&view=mine"),
        ] {
            let (mut seen, mut cursor) = (vec![], String::new());
            loop {
                let page = get(
                    &app,
                    &token,
                    &format!("/api/v1/queue?{}{cursor}", if seen.is_empty() { asked } else { again }),
                )
                .await;
                seen.extend(places(&page));
                let next = page["next"].as_str().map(|next| next.split_once("cursor=").unwrap().1);
                assert_eq!(page["next_cursor"].as_str(), next, "{asked}");
                match next {
                    Some(next) => cursor = format!("&cursor={next}"),
                    None => break,
                }
            }
            assert_eq!(seen.len(), 4, "{asked}: {seen:?}");
        }
        // What was asked of the date before is still the same past midnight.
        let first = get(&app, &token, "/api/v1/queue?limit=1&created_after=1500d&as_of=10d").await;
        app.clock.set("2026-11-23T00:10:00Z");
        let cursor = first["next_cursor"].as_str().unwrap();
        let again = format!("/api/v1/queue?limit=1&created_after=1500d&as_of=10d&cursor={cursor}");
        assert_eq!(get(&app, &token, &again).await["as_of"], "2026-11-12");
        // The other form of the queue has the same rules.
        let table = app.request_as(
            &token,
            reqwest::Method::GET,
            &format!("/api/v1/queue.csv?created_after=9d&cursor={cursor}"),
        );
        let (status, said) = crate::support::app::problem(table.send().await.unwrap()).await;
        assert_eq!((status, &said["parameter"]), (400, &json!("created_after")));
        app
    })
    .await;
}
