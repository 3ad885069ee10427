//! Notes: nobody overwrites a note that they have not seen, and notes stay with their item.

use reqwest::Method;
use serde_json::{Value, json};

use super::{Host, acted, opened, rebuilds_the_same};
use crate::support::payload::{issue, issues, repository};
use crate::support::service::http;
use crate::support::{TestApp, run_test};

/// PUTs a note with an `If-Match`. Returns status, ETag and body.
async fn put(host: &Host<'_>, path: &str, seen: Option<&str>, body: Value) -> (u16, String, Value) {
    let mut request = host.app.client.put(host.app.url(path)).bearer_auth(&host.token).json(&body);
    if let Some(seen) = seen {
        request = request.header("if-match", seen);
    }
    let response = request.send().await.unwrap();
    let status = response.status().as_u16();
    let tag = response.headers().get("etag").map(|tag| tag.to_str().unwrap().to_owned()).unwrap_or_default();
    (status, tag, serde_json::from_str(&response.text().await.unwrap()).unwrap_or_default())
}

async fn tag(host: &Host<'_>, path: &str) -> String {
    let response = host.app.request_as(&host.token, Method::GET, path).send().await.unwrap();
    response.headers()["etag"].to_str().unwrap().to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn only_somebody_who_has_seen_a_note_can_replace_it() {
    run_test(async |app| {
        opened(&app, 1, "2026-07-01").await;
        let host = Host::new(&app).await;
        let path = "/api/v1/items/acme/widgets/1/note";
        assert_eq!(host.get(path).await["note"], json!(null));
        assert_eq!(tag(&host, path).await, "\"note-0\"");
        let first = json!({"recommended_action": " close ", "comment": "=1+1", "by": "@ada"});
        // The first note needs no If-Match. A second one does, even if the first says the same.
        let (status, one, body) = put(&host, path, None, first.clone()).await;
        assert_eq!((status, &body["note"]["recommended_action"]), (200, &json!("close")));
        assert_eq!((&body["note"]["by"], &body["note"]["comment"]), (&json!("ada"), &json!("=1+1")));
        for again in [first.clone(), json!({"comment": "lost?"})] {
            let (status, _, problem) = put(&host, path, None, again).await;
            assert_eq!((status, &problem["current"]["note"]["recommended_action"]), (428, &json!("close")));
            assert!(problem["detail"].as_str().unwrap().contains("If-Match"), "{problem}");
        }
        // From memory, and from the store.
        for also in ["", "&state=open&state=closed"] {
            for (query, total) in [("action=CLOSE", 1), ("action=%20close", 1), ("action=clo", 0), ("action=-close", 0)]
            {
                let answer = host.get(&format!("/api/v1/queue?{query}{also}")).await;
                assert_eq!(answer["total"], total, "{query}{also}");
            }
            assert_eq!(host.get(&format!("/api/v1/queue?flag=close{also}")).await["total"], 0);
            assert_eq!(host.get(&format!("/api/v1/queue?flag=-close{also}")).await["total"], 1);
        }
        // Somebody else, who has not seen it.
        let (status, _, problem) = put(&host, path, Some("\"note-0\""), json!({"comment": "lost?"})).await;
        assert_eq!((status, &problem["type"]), (412, &json!("/problems/note-changed")));
        assert_eq!(problem["current"]["note"]["recommended_action"], "close");
        let (status, two, _) = put(&host, path, Some(&format!("\"note-0\", {one}")), json!({"comment": "both"})).await;
        assert_eq!(status, 200);
        assert_ne!(one, two);
        // Writing the same text again is not a change.
        let (_, same, body) = put(&host, path, Some(&two), json!({"comment": "both"})).await;
        assert_eq!(same, two);
        let history: Vec<&Value> = body["history"].as_array().unwrap().iter().map(|note| &note["comment"]).collect();
        assert_eq!(history, [&json!("=1+1")]);
        let queue = host.get("/api/v1/queue?noted=true").await;
        assert_eq!((&queue["total"], &queue["items"][0]["note"]["comment"]), (&json!(1), &json!("both")));
        assert_eq!(host.get("/api/v1/queue?noted=false").await["total"], 0);
        // An emptied note is gone, but its tag differs from that of no note at all.
        let (_, three, body) = put(&host, path, Some("*"), json!({})).await;
        assert_eq!((&body["note"], body["history"].as_array().unwrap().len()), (&json!(null), 2));
        assert_ne!(three, "\"note-0\"");
        assert_eq!(host.get("/api/v1/queue?noted=true").await["total"], 0);
        for (body, field) in [
            (json!({"comment": "x".repeat(10_001)}), "comment"),
            (json!({"recommended_action": "x".repeat(1_001)}), "recommended_action"),
            (json!({"flag": "a\u{0}b"}), "flag"),
            (json!({"by": " "}), "by"),
            (json!({"colour": "red"}), "body"),
        ] {
            let (status, _, problem) = put(&host, path, Some("*"), body).await;
            assert_eq!((status, &problem["parameter"]), (400, &json!(field)));
        }
        rebuilds_the_same(&app).await;
        assert_eq!(tag(&host, path).await, three);
        app
    })
    .await;
}

/// A request that is sent again under its key is done once, and the key is of no use for another one.
/// A request's id is for logs: proxies put one on all calls of an action.
#[tokio::test(flavor = "multi_thread")]
async fn a_request_that_is_repeated_is_done_once() {
    run_test(async |app| {
        opened(&app, 1, "2026-07-01").await;
        opened(&app, 2, "2026-07-02").await;
        opened(&app, 3, "2026-07-03").await;
        let host = Host::new(&app).await;
        let scrub = host.open("bug-scrub").await;
        let advance = format!("/api/v1/scrubs/{}/advance", scrub["number"]);
        let post = |token: &str, path: &str, key: Option<&str>, body: Value| {
            let request = app.client.post(app.url(path)).bearer_auth(token).header("x-request-id", "one-for-all");
            let request = key.into_iter().fold(request, |request, key| request.header("idempotency-key", key));
            request.json(&body).send()
        };
        let step = async |key, place| {
            let answer = post(&host.token, &advance, key, json!({ "place": place })).await.unwrap();
            let status = answer.status().as_u16();
            (status, serde_json::from_str::<Value>(&answer.text().await.unwrap()).unwrap())
        };
        let (status, first) = step(Some("again"), 1).await;
        assert_eq!((status, &first["cursor"]), (200, &json!(2)));
        for key in ["again", "\"again\""] {
            let (status, repeated) = step(Some(key), 1).await;
            assert_eq!((status, &repeated["cursor"], &repeated["position"]), (200, &json!(2), &first["position"]));
        }
        let (status, said) = step(Some("again"), 2).await;
        assert_eq!((status, &said["type"]), (422, &json!("/problems/key-reused")));
        let (status, said) = step(Some(""), 2).await;
        assert_eq!((status, &said["parameter"]), (400, &json!("Idempotency-Key")));
        // Without a key each request counts, and another token's key is another key.
        assert_eq!(step(None, 2).await.1["cursor"], 3);
        let other = app.new_token(&["read", "scrub"], None).await;
        let answer = post(&other, &advance, Some("again"), json!({"place": 3})).await.unwrap();
        assert_eq!(answer.status(), 200);
        let scrub: Value = app.json(&format!("/api/v1/scrubs/{}", scrub["number"])).await;
        assert_eq!(scrub["cursor"], Value::Null);
        app
    })
    .await;
}

/// Transfers issue 1 of `widgets` (repository 1) to number 7 of `gears` (2).
async fn transfer(app: &TestApp) {
    let at = "2026-11-20T00:00:00Z";
    let (old, new) = (issue(1, "2026-07-01T00:00:00Z", at), issue(7, "2026-07-01T00:00:00Z", at));
    let mut gone = issues("transferred", &old, &repository(1, "widgets"));
    gone["changes"] = json!({"new_issue": new, "new_repository": repository(2, "gears")});
    let mut came = issues("opened", &new, &repository(2, "gears"));
    came["changes"] = json!({"old_issue": old, "old_repository": repository(1, "widgets")});
    app.deliver("issues", &came).await;
    app.deliver("issues", &gone).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn notes_and_marks_survive_closing_reopening_and_transfer() {
    run_test(async |app| {
        opened(&app, 1, "2026-07-01").await;
        opened(&app, 2, "2026-07-02").await;
        let host = Host::new(&app).await;
        let scrub = host.open("bug-scrub").await;
        host.note(1, "ask for a log").await;
        host.advance(&scrub, 1, false).await;
        let noted = |answer: &Value| answer["note"]["recommended_action"].clone();

        acted(&app, "closed", 1, "2026-07-01", "2026-11-18T00:00:00Z", "ada", "closed").await;
        // The note of a closed item is hidden by default, but not gone.
        assert_eq!(host.get("/api/v1/queue?noted=true").await["total"], 0);
        assert_eq!(host.get("/api/v1/queue?noted=true&state=closed").await["total"], 1);
        assert_eq!(noted(&host.get("/api/v1/items/acme/widgets/1").await), "ask for a log");
        acted(&app, "reopened", 1, "2026-07-01", "2026-11-19T00:00:00Z", "ada", "open").await;
        assert_eq!(host.get("/api/v1/queue?noted=true").await["total"], 1);

        transfer(&app).await;
        for filter in ["noted=true", "noted=true&state=open&state=closed", "unread=false&view=open"] {
            let queue = host.get(&format!("/api/v1/queue?{filter}")).await;
            assert_eq!(queue["total"], 1, "{filter}");
            let row = &queue["items"][0];
            assert_eq!((&row["repository"], &row["number"]), (&json!("acme/gears"), &json!(7)), "{filter}");
            assert_eq!((noted(row), &row["read"]["scrub"]), (json!("ask for a log"), &json!(1)), "{filter}");
        }
        // Writes to the old address are redirected; the newer note shows, and the older becomes history.
        let client = http().redirect(reqwest::redirect::Policy::none()).build().unwrap();
        let old = app.url("/api/v1/items/acme/widgets/1/note");
        let sent =
            client.put(old).bearer_auth(&host.token).header("if-match", "*").json(&json!({})).send().await.unwrap();
        assert_eq!(sent.status(), 308);
        let path = sent.headers()["location"].to_str().unwrap().to_owned();
        assert_eq!(path, "/api/v1/items/acme/gears/7/note?account=9000");
        let (status, _, body) = put(&host, &path, Some("*"), json!({"recommended_action": "close"})).await;
        assert_eq!((status, &body["history"][0]["recommended_action"]), (200, &json!("ask for a log")));
        assert_eq!(noted(&host.get("/api/v1/queue?noted=true").await["items"][0]), "close");
        // Once the new note is emptied, the old one does not come back.
        put(&host, &path, Some("*"), json!({})).await;
        for filter in ["noted=true", "noted=true&state=open&state=closed"] {
            assert_eq!(host.get(&format!("/api/v1/queue?{filter}")).await["total"], 0, "{filter}");
        }
        // The deck shows where the item is now.
        let row = &host.deck(&scrub).await[0];
        assert_eq!(
            (&row["repository"], &row["number"], &row["status"]),
            (&json!("acme/widgets"), &json!(1), &json!("read"))
        );
        assert_eq!((&row["item"]["repository"], &row["item"]["number"]), (&json!("acme/gears"), &json!(7)));
        rebuilds_the_same(&app).await;
        assert_eq!(host.get("/api/v1/items/acme/gears/7").await["read"]["scrub"], 1);
        app
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reading_can_be_taken_back() {
    run_test(async |app| {
        opened(&app, 1, "2026-07-01").await;
        opened(&app, 2, "2026-07-02").await;
        let host = Host::new(&app).await;
        let read = "/api/v1/items/acme/widgets/1/read?by=ada";
        let unread = async || host.get("/api/v1/queue?unread=true").await["total"].clone();
        let (_, first) = host.send(Method::PUT, read, json!({})).await;
        // Within an hour it counts as the same reading.
        let (_, same) = host.send(Method::PUT, read, json!({})).await;
        assert_eq!((&first["position"], unread().await), (&same["position"], json!(1)));
        app.clock.set("2026-11-22T14:00:00Z");
        let (_, later) = host.send(Method::PUT, read, json!({})).await;
        assert!(later["position"].as_i64() > same["position"].as_i64());
        let (status, _) = host.send(Method::DELETE, read, json!({})).await;
        assert_eq!((status, unread().await), (200, json!(1)));
        host.send(Method::DELETE, read, json!({})).await;
        assert_eq!(unread().await, 2);
        let (status, _) = host.send(Method::DELETE, read, json!({})).await;
        assert_eq!(status, 200);
        let item = host.get("/api/v1/items/acme/widgets/1").await;
        assert_eq!((&item["read"], &item["marks"]), (&json!(null), &json!([])));
        rebuilds_the_same(&app).await;
        // A past day shows what had been read by its end.
        app.clock.set("2026-11-24T12:00:00Z");
        host.send(Method::PUT, read, json!({})).await;
        assert_eq!(host.get("/api/v1/queue?unread=true&as_of=2026-11-23").await["total"], 2);
        assert_eq!(host.get("/api/v1/queue?unread=true").await["total"], 1);
        app
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_item_is_read_again_in_a_new_round_however_soon() {
    run_test(async |app| {
        opened(&app, 1, "2026-07-01").await;
        let host = Host::new(&app).await;
        assert_eq!(host.send(Method::PUT, "/api/v1/views/all", json!({})).await.0, 201);
        let (status, scrub) = host.send(Method::POST, "/api/v1/scrubs", json!({"view": "all"})).await;
        assert_eq!(status, 201, "{scrub}");
        let unread = async || host.get("/api/v1/queue?view=all&unread=true").await["total"].clone();
        let read = async || host.send(Method::PUT, "/api/v1/items/acme/widgets/1/read", json!({})).await.1;
        // It is the only item, so reading it ends the round, and it is unread in the next.
        let mut before = json!(0);
        for _ in 0..3 {
            let after = read().await["position"].clone();
            assert!(after.as_i64() > before.as_i64(), "{after} is not after {before}");
            assert_eq!(unread().await, 1);
            before = after;
        }
        app
    })
    .await;
}

/// PUTs a note with `If-None-Match`, and with an `If-Match` if one is given.
async fn put_first(host: &Host<'_>, path: &str, given: &str, seen: Option<&str>, comment: &str) -> (u16, Value) {
    let mut request = host.app.request_as(&host.token, Method::PUT, path).header("if-none-match", given);
    if let Some(seen) = seen {
        request = request.header("if-match", seen);
    }
    let response = request.json(&json!({"comment": comment})).send().await.unwrap();
    (response.status().as_u16(), response.json().await.unwrap())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_first_note_is_written_only_where_there_is_none() {
    run_test(async |app| {
        opened(&app, 1, "2026-07-01").await;
        let host = Host::new(&app).await;
        let path = "/api/v1/items/acme/widgets/1/note";
        for (given, seen) in [("\"note-0\"", None), ("*, \"x\"", None), ("*", Some("*")), ("*", Some("\"note-0\""))] {
            let (status, problem) = put_first(&host, path, given, seen, "no").await;
            assert_eq!((status, &problem["parameter"]), (400, &json!("If-None-Match")), "{given} {seen:?}");
        }
        // Of twenty at once, one is the first.
        let all = (0..20).map(|at| {
            let host = &host;
            async move { put_first(host, path, "*", None, &format!("writer {at}")).await.0 }
        });
        let statuses = futures_util::future::join_all(all).await;
        assert_eq!(statuses.iter().filter(|status| **status == 200).count(), 1, "{statuses:?}");
        assert!(statuses.iter().all(|status| [200, 412].contains(status)), "{statuses:?}");
        let (status, problem) = put_first(&host, path, "*", None, "late").await;
        assert_eq!((status, &problem["type"]), (412, &json!("/problems/note-changed")));
        assert!(problem["current"]["note"]["comment"].as_str().unwrap().starts_with("writer"), "{problem}");
        let writer = Host { app: &app, token: app.new_token(&["scrub", "private"], None).await };
        let (status, problem) = put_first(&writer, path, "*", None, "late").await;
        assert_eq!((status, &problem["current"]), (412, &json!(null)));
        // An emptied note is none, and what it said is history.
        assert_eq!(put(&host, path, Some("*"), json!({})).await.0, 200);
        let (status, written) = put_first(&host, path, "*", None, "again").await;
        assert_eq!((status, &written["note"]["comment"]), (200, &json!("again")));
        app
    })
    .await;
}

/// A note that came with an item from where somebody may not look is none to them: they are told of no conflict.
#[tokio::test(flavor = "multi_thread")]
async fn a_note_from_a_hidden_place_does_not_stand_in_the_way() {
    run_test(async |app| {
        let mut secret = repository(1, "widgets");
        secret["private"] = json!(true);
        let at = "2026-07-01T00:00:00Z";
        app.deliver("issues", &issues("opened", &issue(1, at, at), &secret)).await;
        let host = Host::new(&app).await;
        host.note(1, "from the hidden place").await;
        let new = issue(7, at, "2026-11-20T00:00:00Z");
        let mut came = issues("opened", &new, &repository(2, "gears"));
        came["changes"] = json!({"old_issue": {"number": 1}, "old_repository": secret});
        app.deliver("issues", &came).await;
        let path = "/api/v1/items/acme/gears/7/note";
        let (status, problem) = put_first(&host, path, "*", None, "mine").await;
        assert_eq!((status, &problem["current"]["note"]["recommended_action"]), (412, &json!("from the hidden place")));
        let public = Host { app: &app, token: app.new_token(&["read", "scrub"], None).await };
        let (status, written) = put_first(&public, path, "*", None, "theirs").await;
        assert_eq!((status, &written["history"]), (200, &json!([])));
        let seen = host.get(path).await;
        assert_eq!(seen["note"]["comment"], "theirs");
        assert_eq!(seen["history"][0]["recommended_action"], "from the hidden place");
        rebuilds_the_same(&app).await;
        app
    })
    .await;
}
