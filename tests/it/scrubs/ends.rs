//! Readings taken back, scrubs that end early, and minutes that never change.

use bugscrub::activity::{HISTORIC, Mark};
use bugscrub::scrub::deck::{Happening, Since, Visit};
use reqwest::Method;
use serde_json::{Value, json};

use super::{Host, acted, numbers, opened, rebuilds_the_same};
use crate::support::run_test;

fn read_of(row: &Value) -> String {
    format!("/api/v1/items/acme/widgets/{}/read", row["number"])
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reading_can_be_taken_back_during_its_scrub() {
    run_test(async |app| {
        for number in 1..=3 {
            opened(&app, number, &format!("2026-0{}-01", number + 6)).await;
        }
        let host = Host::new(&app).await;
        let scrub = host.open("bug-scrub").await;
        let deck = host.deck(&scrub).await;
        let (_, scrub) = host.advance(&scrub, 1, false).await;
        assert_eq!((&scrub["read"], &scrub["cursor"]), (&json!(1), &json!(2)));
        // While other rows are left the cursor stays. A reading taken back comes after them; a skipped row does not.
        assert_eq!(host.send(Method::DELETE, &read_of(&deck[0]), json!({})).await.0, 200);
        let scrub = host.get("/api/v1/scrubs/1").await;
        assert_eq!((&scrub["read"], &scrub["cursor"]), (&json!(0), &json!(2)));
        assert_eq!(host.deck(&scrub).await[0]["status"], "waiting");
        let (_, scrub) = host.advance(&scrub, 2, true).await;
        let (_, scrub) = host.advance(&scrub, 3, false).await;
        assert_eq!((&scrub["read"], &scrub["skipped"], &scrub["cursor"]), (&json!(1), &json!(1), &json!(1)));
        rebuilds_the_same(&app).await;
        let (_, scrub) = host.advance(&scrub, 1, false).await;
        assert_eq!((&scrub["read"], &scrub["cursor"]), (&json!(2), &json!(null)));
        // Nothing was left, so the cursor returns to it at once.
        assert_eq!(host.send(Method::DELETE, &read_of(&deck[2]), json!({})).await.0, 200);
        let scrub = host.get("/api/v1/scrubs/1").await;
        assert_eq!(
            (&scrub["read"], &scrub["cursor"], &scrub["current"]["status"]),
            (&json!(1), &json!(3), &json!("current"))
        );
        rebuilds_the_same(&app).await;
        assert_eq!(host.get("/api/v1/scrubs/1").await["cursor"], 3);
        let minutes = host.text("/api/v1/scrubs/1/minutes.md").await;
        assert!(minutes.contains("Read: 1 item of 3 unread") && minutes.contains("## Being read"), "{minutes}");
        app
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_minutes_include_the_item_under_discussion_and_never_change() {
    run_test(async |app| {
        opened(&app, 1, "2026-07-01").await;
        opened(&app, 2, "2026-08-01").await;
        let host = Host::new(&app).await;
        let scrub = host.open("bug-scrub").await;
        let number = numbers(&host.deck(&scrub).await)[0];
        host.note(number, "as https://github.com/acme/widgets/issues/7 and GH-7, http://www.GitHub.com/a/b/pull/1").await;
        app.clock.set("2026-11-22T12:10:00Z");
        let created = if number == 1 { "2026-07-01" } else { "2026-08-01" };
        acted(&app, "labeled", number, created, "2026-11-22T12:09:00Z", "linus", "open").await;
        // JSON has one kind of numbers. The cursor is not at the 99th place.
        for (place, expected) in [(json!(99), 409), (json!(99.0), 409), (json!(1.5), 400), (json!(1e300), 400)] {
            let advance = app.request_as(&host.token, Method::POST, "/api/v1/scrubs/1/advance");
            let answer = advance.json(&json!({"place": place})).send().await.unwrap();
            assert_eq!(answer.status(), expected, "{place}");
        }
        let close = || app.request_as(&host.token, Method::POST, "/api/v1/scrubs/1/close");
        assert_eq!(close().json(&json!([])).send().await.unwrap().status(), 400);
        // The request has no body, or one that says nothing.
        assert_eq!(close().send().await.unwrap().status(), 200);
        assert_eq!(close().json(&json!(null)).send().await.unwrap().status(), 200);
        let minutes = host.text("/api/v1/scrubs/1/minutes.md").await;
        for expected in [
            "Read: 0 items of 2 unread",
            "Notes written: 1.",
            "## Not read to the end\n",
            "  - Meanwhile: labeled bug by linus\n",
            "as https://redirect.github.com/acme/widgets/issues/7 and GH-&#8203;7, http://redirect.GitHub.com/a/b/pull/1",
        ] {
            assert!(minutes.contains(expected), "{expected}\n---\n{minutes}");
        }
        // Later notes do not change the minutes; a late attendee does.
        app.clock.set("2026-11-29T12:00:00Z");
        host.note(number, "leave it").await;
        assert_eq!(host.text("/api/v1/scrubs/1/minutes.md").await, minutes);
        let (status, _) = host.send(Method::PUT, "/api/v1/scrubs/1/attendees/grace", json!({})).await;
        assert_eq!(status, 200);
        let after = host.text("/api/v1/scrubs/1/minutes.md").await;
        assert_eq!(after, minutes.replace("Present: ada.", "Present: ada, grace."));
        rebuilds_the_same(&app).await;
        assert_eq!(host.text("/api/v1/scrubs/1/minutes.md").await, after);
        app
    })
    .await;
}

#[test]
fn news_since_an_imported_reading_is_judged_by_time() {
    let at = |text: &str| Some(text.parse().unwrap());
    let mark = |position, time| Mark { position, at: at(time), by: "ada".into(), scrub: None, place: None };
    let happening = |position, time| Happening {
        position,
        at: at(time),
        kind: "commented".into(),
        actor: Some("grace".into()),
        human: true,
        about: None,
    };
    let told = [happening(5, "2026-08-01T00:00:00Z"), happening(6, "2026-11-21T00:00:00Z")];
    let news = |mark: &Mark| told.each_ref().map(|one| Visit::default().is_news(Since::mark(mark), one));
    assert_eq!(news(&mark(HISTORIC, "2026-11-20T12:00:00Z")), [false, true]);
    assert_eq!(news(&mark(4, "2026-11-22T12:00:00Z")), [true, true]);
    assert_eq!(news(&mark(5, "2026-07-22T12:00:00Z")), [false, true]);
    // The sheet gave no date.
    assert_eq!(news(&Mark { at: None, ..mark(HISTORIC, "2026-11-20T12:00:00Z") }), [true, true]);
}
