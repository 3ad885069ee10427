//! The stream of a scrub: what happens in it, as it happens.

use reqwest::Method;
use serde_json::{Value, json};

use super::{Host, acted, opened};
use crate::stream::{Event, Following};
use crate::support::payload::{issue, issues, repository};
use crate::support::{TestApp, run_test};

async fn follow(app: &TestApp, token: &str, last: Option<&str>) -> Following {
    let mut request = app.request_as(token, Method::GET, "/api/v1/scrubs/1/stream");
    if let Some(last) = last {
        request = request.header("last-event-id", last);
    }
    Following::sent(app, request).await
}

/// The next events up to the one of a name, that one included.
async fn until(following: &mut Following, name: &str) -> Vec<Event> {
    let mut events = vec![];
    loop {
        events.push(following.next().await.unwrap());
        if events.last().is_some_and(|event| event.name == name) {
            return events;
        }
    }
}

fn names(events: &[Event]) -> Vec<&str> {
    events.iter().map(|event| &*event.name).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stream_tells_how_a_scrub_stands_and_what_changes() {
    run_test(async |app| {
        for number in 1..=4 {
            opened(&app, number, "2026-07-01").await;
        }
        let host = Host::new(&app).await;
        let scrub = host.open("open").await;
        let mut following = follow(&app, &host.token, None).await;
        let begun = until(&mut following, "scrub").await;
        assert_eq!(names(&begun), ["room", "scrub"]);
        let shown = host.get("/api/v1/scrubs/1").await;
        assert_eq!(begun[1].data, shown);
        let mut room = host.get("/api/v1/scrubs/1/room").await;
        room["now"] = begun[0].data["now"].clone();
        assert_eq!(begun[0].data, room);

        // A step: both rows, and the scrub. Only the last event has the position.
        let (_, on) = host.advance(&scrub, 1, false).await;
        let told = until(&mut following, "scrub").await;
        let deck = host.deck(&scrub).await;
        let rows: Vec<&Value> = told.iter().filter(|event| event.name == "row").map(|event| &event.data).collect();
        assert_eq!(rows, [&deck[0], &deck[1]]);
        let last = told.last().unwrap();
        assert_eq!((&last.data["cursor"], &last.data["read"]), (&json!(2), &json!(1)));
        let position = on["position"].to_string();
        let ids: Vec<Option<&str>> = told.iter().map(|event| event.id.as_deref()).collect();
        assert_eq!((ids.iter().filter(|id| id.is_some()).count(), ids.last()), (1, Some(&Some(&*position))));

        // A note, with what its next writer needs.
        host.note(2, "close").await;
        let told = until(&mut following, "scrub").await;
        assert_eq!(names(&told), ["row", "note", "scrub"]);
        let note = &told[1].data;
        assert_eq!(
            (&note["place"], &note["repository"], &note["number"]),
            (&json!(2), &json!("acme/widgets"), &json!(2))
        );
        let shown = app.request_as(&host.token, Method::GET, "/api/v1/items/acme/widgets/2/note").send().await.unwrap();
        assert_eq!(note["etag"], shown.headers()["etag"].to_str().unwrap());
        assert_eq!(note["note"], shown.json::<Value>().await.unwrap()["note"]);

        // What GitHub tells of a row; an item of no deck concerns nobody here.
        opened(&app, 9, "2026-07-01").await;
        acted(&app, "closed", 3, "2026-07-01", "2026-11-22T12:00:00Z", "grace", "closed").await;
        let told = following.next().await.unwrap();
        assert_eq!((&*told.name, &told.data["place"], &told.data["status"]), ("row", &json!(3), &json!("closed")));

        // Who comes, and what they do, without a position of its own.
        host.comes("grace").await;
        let told = until(&mut following, "scrub").await;
        assert_eq!(told.last().unwrap().data["attendees"], json!(["ada", "grace"]));
        let mut rooms = vec![told];
        while !rooms.iter().flatten().any(|event| event.name == "room") {
            rooms.push(until(&mut following, "room").await);
        }
        host.put("presence", json!({"client": "grace", "place": 4, "by": "grace"})).await;
        let told = until(&mut following, "room").await.pop().unwrap();
        assert_eq!(told.data["people"][0]["place"], 4, "{told:?}");
        host.put("claims", json!({"places": [4], "by": "grace"})).await;
        assert_eq!(until(&mut following, "room").await.pop().unwrap().data["claims"][0]["place"], 4);
        // The end, and an empty room.
        host.close(&scrub).await;
        let told = until(&mut following, "scrub").await;
        assert_eq!(told.last().unwrap().data["state"], "closed");
        app
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_comes_back_is_told_what_they_missed() {
    run_test(async |app| {
        for number in 1..=4 {
            opened(&app, number, "2026-07-01").await;
        }
        let host = Host::new(&app).await;
        let scrub = host.open("open").await;
        let mut following = follow(&app, &host.token, None).await;
        let last = until(&mut following, "scrub").await.pop().unwrap().id.unwrap();
        drop(following);
        for place in 1..=2 {
            host.advance(&scrub, place, false).await;
        }
        host.note(4, "close").await;
        let mut back = follow(&app, &host.token, Some(&last)).await;
        let told = until(&mut back, "scrub").await;
        assert_eq!(names(&told), ["row", "row", "row", "row", "note", "room", "scrub"]);
        // Ahead of the log, the position is of another one.
        let mut ahead = follow(&app, &host.token, Some("999999")).await;
        assert_eq!(names(&until(&mut ahead, "scrub").await), ["reset", "room", "scrub"]);
        app
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stream_says_when_to_ask_anew_and_why_it_ends() {
    run_test(async |app| {
        opened(&app, 1, "2026-07-01").await;
        let host = Host::new(&app).await;
        host.open("open").await;
        let mut following = follow(&app, &host.token, None).await;
        until(&mut following, "scrub").await;
        // Another name of the repository, another date.
        let renamed =
            issues("edited", &issue(1, "2026-07-01T00:00:00Z", "2026-11-22T12:00:00Z"), &repository(1, "gadgets"));
        app.deliver("issues", &renamed).await;
        let told = until(&mut following, "scrub").await;
        assert!(names(&told).contains(&"reset"), "{told:?}");
        assert_eq!(told.last().unwrap().data["current"]["repository"], "acme/gadgets");
        app.clock.set("2026-11-23T00:00:01Z");
        let told = until(&mut following, "reset").await.pop().unwrap();
        assert_eq!(told.data["as_of"], "2026-11-23");
        until(&mut following, "scrub").await;

        // There is no such scrub; others read along by no token in a URL.
        let answer = app.request_as(&host.token, Method::GET, "/api/v1/scrubs/7/stream").send().await.unwrap();
        assert_eq!(answer.status(), 404);
        let embed = app.new_embed_token(crate::support::payload::ACCOUNT, "open").await;
        let answer = app.client.get(app.url(&format!("/api/v1/scrubs/1/stream?token={embed}"))).send().await.unwrap();
        assert_eq!(answer.status(), 403);
        // A browser brings a ticket.
        let ticket = app.request_as(&host.token, Method::POST, "/api/v1/stream/tickets").send().await.unwrap();
        let ticket = ticket.json::<Value>().await.unwrap()["ticket"].as_str().unwrap().to_owned();
        let request = app.client.get(app.url(&format!("/api/v1/scrubs/1/stream?ticket={ticket}")));
        let mut with_ticket = Following::sent(&app, request).await;
        until(&mut with_ticket, "scrub").await;

        sqlx::query("UPDATE tokens SET revoked_at = now()").execute(&app.database.pool).await.unwrap();
        assert_eq!(following.end().await.0, "token_invalid");
        assert_eq!(with_ticket.end().await.0, "token_invalid");
        app
    })
    .await;
}
