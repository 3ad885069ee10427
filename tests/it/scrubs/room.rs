//! The room of a scrub: the cursor moved by hand, the host, who is there, the timer, and rows that people take.

use bugscrub::scrub::room::TimerPause;
use chrono::{DateTime, TimeDelta, Utc};
use reqwest::Method;
use serde_json::{Value, json};

use super::{Host, acted, opened, rebuilds_the_same};
use crate::support::{TestApp, run_test};

/// A host with a scrub over some issues.
async fn scrubbing(app: &TestApp, rows: i64) -> (Host<'_>, Value) {
    for number in 1..=rows {
        opened(app, number, "2026-07-01").await;
    }
    let host = Host::new(app).await;
    let scrub = host.open("open").await;
    (host, scrub)
}

impl Host<'_> {
    pub async fn put(&self, what: &str, body: Value) -> (u16, Value) {
        self.send(Method::PUT, &format!("/api/v1/scrubs/1/{what}"), body).await
    }

    async fn statuses(&self, scrub: &Value) -> Vec<String> {
        self.deck(scrub).await.iter().map(|row| row["status"].as_str().unwrap().to_owned()).collect()
    }

    /// Has somebody come, in a tab that is called like them.
    pub async fn comes(&self, name: &str) -> Value {
        let (status, room) = self.put("presence", json!({"client": name, "following": true, "by": name})).await;
        assert_eq!(status, 200, "{room}");
        room
    }
}

fn people(room: &Value) -> Vec<&str> {
    room["people"].as_array().unwrap().iter().map(|person| person["login"].as_str().unwrap()).collect()
}

async fn events_of(app: &TestApp, kind: &str) -> i64 {
    let count = sqlx::query_scalar("SELECT count(*) FROM events WHERE kind = $1").bind(kind);
    count.fetch_one(&app.database.pool).await.unwrap()
}

/// Lets so many seconds go by for what is in rooms.
async fn wait(app: &TestApp, seconds: i64) {
    for (table, columns) in [
        ("scrub_presences", &["expires_at"][..]),
        ("scrub_claims", &["until"]),
        ("scrub_rooms", &["asked_at", "paused_at", "resumed_at"]),
    ] {
        for column in columns {
            let sql = format!("UPDATE {table} SET {column} = {column} - make_interval(secs => {seconds})");
            sqlx::raw_sql(sqlx::AssertSqlSafe(sql)).execute(&app.database.pool).await.unwrap();
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_cursor_goes_back_and_ahead_and_marks_nothing() {
    run_test(async |app| {
        let (host, scrub) = scrubbing(&app, 5).await;
        app.clock.set("2026-11-22T12:10:00Z");
        acted(&app, "labeled", 1, "2026-07-01", "2026-11-22T12:10:00Z", "grace", "open").await;
        app.clock.set("2026-11-22T12:11:00Z");
        host.advance(&scrub, 1, false).await;
        let (status, back) = host.put("cursor", json!({"place": 1, "from": 2, "by": "ada"})).await;
        assert_eq!((status, &back["cursor"], &back["current"]["status"]), (200, &json!(1), &json!("read")), "{back}");
        assert_eq!(host.statuses(&scrub).await, ["read", "waiting", "waiting", "waiting", "waiting"]);
        // It goes on from there, and nothing is read twice.
        let (status, on) = host.advance(&scrub, 1, false).await;
        assert_eq!((status, &on["cursor"], &on["read"]), (200, &json!(2), &json!(1)), "{on}");
        assert_eq!(events_of(&app, "read").await, 1);
        // What came of the first reading is not forgotten.
        let row = &host.deck(&scrub).await[0];
        assert_eq!(row["outcomes"][0]["kind"], "labeled", "{row}");

        // Ahead, where a row is skipped, and read after all.
        assert_eq!(host.put("cursor", json!({"place": 5, "from": 2})).await.1["cursor"], 5);
        assert_eq!(host.advance(&scrub, 5, true).await.1["cursor"], 2);
        assert_eq!(host.statuses(&scrub).await, ["read", "current", "waiting", "waiting", "skipped"]);
        assert_eq!(host.put("cursor", json!({"place": 5, "from": 2})).await.0, 200);
        let (_, read) = host.advance(&scrub, 5, false).await;
        assert_eq!((&read["read"], &read["skipped"], &read["cursor"]), (&json!(2), &json!(0), &json!(2)), "{read}");

        // To where it is already, nothing happens.
        let moves = events_of(&app, "scrub_moved").await;
        assert_eq!(host.put("cursor", json!({"place": 2, "from": 2})).await.0, 200);
        assert_eq!(events_of(&app, "scrub_moved").await, moves);
        let (status, elsewhere) = host.put("cursor", json!({"place": 3, "from": 4})).await;
        assert_eq!((status, &elsewhere["type"]), (409, &json!("/problems/cursor-moved")));
        assert_eq!(elsewhere["current"]["cursor"], 2);
        let (status, unknown) = host.put("cursor", json!({"place": 6, "from": 2})).await;
        assert_eq!((status, &unknown["type"]), (404, &json!("/problems/unknown-row")));

        // When nothing is left, it can be moved back from nowhere.
        for place in 2..=4 {
            host.advance(&scrub, place, false).await;
        }
        let (status, back) = host.put("cursor", json!({"place": 3, "from": null})).await;
        assert_eq!((status, &back["cursor"]), (200, &json!(3)), "{back}");
        assert_eq!(host.advance(&scrub, 3, false).await.1["cursor"], Value::Null);
        assert_eq!(events_of(&app, "read").await, 5);
        rebuilds_the_same(&app).await;
        host.close(&scrub).await;
        let (status, closed) = host.put("cursor", json!({"place": 3, "from": null})).await;
        assert_eq!((status, &closed["type"]), (409, &json!("/problems/scrub-closed")));
        let minutes = host.text("/api/v1/scrubs/1/minutes.md").await;
        assert!(!minutes.contains("Not read to the end"), "{minutes}");
        rebuilds_the_same(&app).await;
        app
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_move_that_is_sent_again_is_done_once() {
    run_test(async |app| {
        let (host, _) = scrubbing(&app, 3).await;
        let again = async || {
            let request = app.request_as(&host.token, Method::PUT, "/api/v1/scrubs/1/cursor");
            let request = request.header("idempotency-key", "once").json(&json!({"place": 3, "from": 1}));
            request.send().await.unwrap().status().as_u16()
        };
        assert_eq!((again().await, again().await), (200, 200));
        assert_eq!(events_of(&app, "scrub_moved").await, 1);
        // The row that was left is still to be read.
        let (_, on) = host.send(Method::POST, "/api/v1/scrubs/1/advance", json!({"place": 3})).await;
        assert_eq!(on["cursor"], 1);
        host.close(&json!({"number": 1})).await;
        // Of the rows at which the cursor was, only the last was not read to the end.
        let minutes = host.text("/api/v1/scrubs/1/minutes.md").await;
        let (_, not_read) = minutes.split_once("Not read to the end").unwrap_or_else(|| panic!("{minutes}"));
        assert!(not_read.contains("issues/1)") && !not_read.contains("issues/2)"), "{minutes}");
        rebuilds_the_same(&app).await;
        app
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_host_hands_over_and_is_replaced_by_consent_while_away() {
    run_test(async |app| {
        let (host, _) = scrubbing(&app, 3).await;
        let change =
            async |to: &str, from: &str, by: &str| host.put("host", json!({"host": to, "from": from, "by": by})).await;
        host.comes("ada").await;
        host.comes("grace").await;
        // The host is there: nobody else hands the scrub over.
        let (status, refused) = change("grace", "ada", "grace").await;
        assert_eq!((status, &refused["type"]), (409, &json!("/problems/host-present")), "{refused}");
        let (status, scrub) = change("grace", "Ada", "ADA").await;
        assert_eq!((status, &scrub["host"]), (200, &json!("grace")), "{scrub}");
        let (status, refused) = change("linus", "ada", "grace").await;
        assert_eq!((status, &refused["type"]), (409, &json!("/problems/host-changed")), "{refused}");
        assert_eq!(refused["current"]["host"], "grace");
        // Somebody new who is to lead has come.
        let (_, scrub) = change("mary", "grace", "grace").await;
        assert_eq!(
            (&scrub["host"], &scrub["attendees"]),
            (&json!("mary"), &json!(["ada", "grace", "mary"])),
            "{scrub}"
        );

        // She is not there at all, but others are: two must agree.
        let (status, asked) = change("ada", "mary", "ada").await;
        assert_eq!((status, &asked["host"]), (200, &json!("mary")), "{asked}");
        let room = host.get("/api/v1/scrubs/1/room").await;
        let request = &room["host_request"];
        assert_eq!(
            (&request["host"], &request["consents"], &request["needed"]),
            (&json!("ada"), &json!(["ada"]), &json!(2))
        );
        assert_eq!(
            (&room["host_present"], change("ada", "mary", "ada").await.1["host"].as_str()),
            (&json!(false), Some("mary"))
        );
        // Who was never there has no say; who is there has.
        assert_eq!(change("ada", "mary", "nobody").await.0, 403);
        assert_eq!(change("ada", "mary", "grace").await.1["host"], "ada");
        assert_eq!(host.get("/api/v1/scrubs/1/room").await["host_request"], Value::Null);

        // A minute after the last sign of the host; within it they count as there.
        wait(&app, 60).await;
        host.comes("grace").await;
        host.comes("linus").await;
        assert_eq!(change("grace", "ada", "grace").await.0, 409);
        wait(&app, 31).await;
        host.comes("grace").await;
        host.comes("linus").await;
        assert_eq!(change("grace", "ada", "grace").await.1["host"], "ada", "asked");
        // The host comes back and keeps it.
        host.comes("ada").await;
        assert_eq!(change("ada", "ada", "ada").await.0, 200);
        wait(&app, 121).await;
        host.comes("linus").await;
        // Nobody else is there.
        assert_eq!(change("linus", "ada", "linus").await.1["host"], "linus");
        // A request ends after two minutes.
        wait(&app, 121).await;
        host.comes("ada").await;
        host.comes("grace").await;
        change("ada", "linus", "ada").await;
        wait(&app, 121).await;
        host.comes("ada").await;
        host.comes("grace").await;
        assert_eq!(host.get("/api/v1/scrubs/1/room").await["host_request"], Value::Null);
        assert_eq!(change("ada", "linus", "grace").await.1["host"], "linus", "asked anew");
        // Who sees all and acts for nobody needs nobody.
        let (_, scrub) = host.put("host", json!({"host": "ada", "from": "linus"})).await;
        assert_eq!(scrub["host"], "ada");
        rebuilds_the_same(&app).await;
        app
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_comes_is_shown_and_put_down_and_who_goes_is_not_missed() {
    run_test(async |app| {
        let (host, scrub) = scrubbing(&app, 3).await;
        let reader = app.new_token(&["read"], None).await;
        let watch = async |client: &str| {
            let request = app.request_as(&reader, Method::PUT, "/api/v1/scrubs/1/presence");
            request.json(&json!({"client": client})).send().await.unwrap().json::<Value>().await.unwrap()
        };
        host.comes("ada").await;
        let version = host.comes("grace").await["version"].as_i64().unwrap();
        let (_, room) =
            host.put("presence", json!({"client": "grace-2", "place": 3, "typing": true, "by": "Grace"})).await;
        assert_eq!(people(&room), ["ada", "Grace"], "{room}");
        let grace = &room["people"][1];
        assert_eq!((&grace["place"], &grace["following"], &grace["typing"]), (&json!(3), &json!(false), &json!(true)));
        assert_eq!((&room["people"][0]["place"], &room["host_present"]), (&json!(1), &json!(true)), "{room}");
        assert_eq!(host.get("/api/v1/scrubs/1").await["attendees"], json!(["ada", "grace"]));
        assert!(room["version"].as_i64().unwrap() > version);
        // Who follows is where the cursor is.
        host.advance(&scrub, 1, false).await;
        let room = host.comes("ada").await;
        assert_eq!((&room["people"][0]["place"], &room["version"]), (&json!(2), &json!(version + 1)), "{room}");
        // Who may only read is counted.
        assert_eq!((&watch("one").await["watching"], &watch("two").await["watching"]), (&json!(1), &json!(2)));
        assert_eq!(host.get("/api/v1/scrubs/1").await["attendees"], json!(["ada", "grace"]));

        // Who was taken off the list comes to it only by coming again.
        host.send(Method::DELETE, "/api/v1/scrubs/1/attendees/grace", json!({})).await;
        host.comes("grace").await;
        assert_eq!(host.get("/api/v1/scrubs/1").await["attendees"], json!(["ada"]));
        let leaving = json!({"client": "grace-2", "leaving": true, "by": "grace"});
        assert_eq!(people(&host.put("presence", leaving).await.1), ["ada", "grace"]);
        let leaving = json!({"client": "grace", "leaving": true, "by": "grace"});
        assert_eq!(people(&host.put("presence", leaving.clone()).await.1), ["ada"]);
        assert_eq!(host.put("presence", leaving).await.0, 200);
        wait(&app, 31).await;
        let room = host.get("/api/v1/scrubs/1/room").await;
        assert_eq!((people(&room).len(), &room["watching"], &room["host_present"]), (0, &json!(0), &json!(true)));
        host.comes("grace").await;
        assert_eq!(host.get("/api/v1/scrubs/1").await["attendees"], json!(["ada", "grace"]));

        host.close(&scrub).await;
        assert_eq!(people(&host.comes("ada").await), [""; 0]);
        let left: i64 =
            sqlx::query_scalar("SELECT count(*) FROM scrub_presences").fetch_one(&app.database.pool).await.unwrap();
        assert_eq!(left, 0);
        rebuilds_the_same(&app).await;
        app
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_timer_is_set_by_who_has_seen_it_and_stands_still() {
    run_test(async |app| {
        let (host, scrub) = scrubbing(&app, 3).await;
        let setting = |version: i64, paused: bool| {
            json!({"version": version, "row_seconds": 120, "ends_at": "2026-11-22T13:00:00Z", "paused": paused, "by": "ada"})
        };
        let (status, room) = host.put("timer", setting(0, false)).await;
        let timer = &room["timer"];
        assert_eq!((status, &timer["version"], &timer["row_seconds"]), (200, &json!(1), &json!(120)), "{room}");
        assert_eq!((&timer["ends_at"], &timer["paused"]), (&json!("2026-11-22T13:00:00Z"), &json!(false)));
        assert_eq!(timer["row_started_at"], "2026-11-22T12:00:00Z");
        let (status, refused) = host.put("timer", setting(0, true)).await;
        assert_eq!((status, &refused["type"]), (409, &json!("/problems/timer-changed")));
        assert_eq!(refused["current"]["timer"]["version"], 1);
        // A row's time begins with the cursor's coming, each time anew.
        for (at, place, from) in [("2026-11-22T12:05:00Z", 2, 1), ("2026-11-22T12:07:00Z", 1, 2)] {
            app.clock.set(at);
            host.put("cursor", json!({"place": place, "from": from})).await;
            assert_eq!(host.get("/api/v1/scrubs/1/room").await["timer"]["row_started_at"], at);
        }
        app.clock.set("2026-11-22T12:09:00Z");
        host.advance(&scrub, 1, false).await;
        assert_eq!(host.get("/api/v1/scrubs/1/room").await["timer"]["row_started_at"], "2026-11-22T12:09:00Z");
        let (_, room) = host.put("timer", setting(1, true)).await;
        assert!(room["timer"]["paused_at"].is_string(), "{room}");
        let (_, room) = host.put("timer", setting(2, false)).await;
        assert_eq!((&room["timer"]["paused"], &room["timer"]["paused_at"]), (&json!(false), &Value::Null), "{room}");
        for seconds in [4, 7_201, -1] {
            let (status, refused) = host.put("timer", json!({"version": 3, "row_seconds": seconds})).await;
            assert_eq!((status, &refused["parameter"]), (400, &json!("row_seconds")));
        }
        host.close(&scrub).await;
        assert_eq!(host.put("timer", setting(3, false)).await.1["type"], "/problems/scrub-closed");
        app
    })
    .await;
}

#[test]
fn the_time_for_which_a_timer_stood_still_counts_for_the_row_of_then() {
    let at = |minute: i64| -> DateTime<Utc> { DateTime::UNIX_EPOCH + TimeDelta::minutes(minute) };
    let held = TimerPause::default();
    assert_eq!(held.shift(at(0)), at(0));
    // Read from 0 on, still from 2 to 5, and from 6 to 8.
    let held = held.after(at(2), at(5), Some(at(0)));
    assert_eq!(held.shift(at(0)), at(3));
    let held = held.after(at(6), at(8), Some(at(0)));
    assert_eq!(held.shift(at(0)), at(5));
    // The next row begins at 9.
    assert_eq!(held.shift(at(9)), at(9));
    // It stood still when the row after that began at 12, from 10 to 15.
    let held = held.after(at(10), at(15), Some(at(12)));
    assert_eq!(held.shift(at(12)), at(15));
    // Nothing was read.
    assert_eq!(TimerPause::default().after(at(1), at(2), None).shift(at(3)), at(3));
}
