//! One meeting: its deck, its cursor, its attendees and its outcome.

use bugscrub::config::ScrubSettings;
use reqwest::Method;
use serde_json::{Value, json};

use super::{Host, acted, numbers, opened, rebuilds_the_same};
use crate::support::app::{run_test_with, settings};
use crate::support::payload::{bot, id_at, issue, issues, repository, user};
use crate::support::{TestApp, run_test};

/// Opens issues 1 to 4 in the last half year, the stalest first.
async fn four(app: &TestApp) {
    for (number, date) in [(1, "2026-07-01"), (2, "2026-08-01"), (3, "2026-09-01"), (4, "2026-10-01")] {
        opened(app, number, date).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_group_reads_a_deck_to_its_end() {
    run_test(async |app| {
        four(&app).await;
        let host = Host::new(&app).await;
        let (status, scrub) = host
            .send(Method::POST, "/api/v1/scrubs", json!({"host": "@ada", "attendees": ["grace", "Ada"], "by": "grace"}))
            .await;
        assert_eq!(status, 201, "{scrub}");
        let expected = json!({"number": 1, "state": "open", "view": "bug-scrub", "round": 1, "date": "2026-11-22",
            "host": "ada", "attendees": ["ada", "grace"], "unread": 4, "rows": 4, "read": 0, "skipped": 0, "cursor": 1,
            "closed_at": null, "forgotten": false});
        for (name, value) in expected.as_object().unwrap() {
            assert_eq!(&scrub[name], value, "{name}");
        }
        let current = &scrub["current"];
        assert_eq!(
            (&current["number"], &current["rank"], &current["status"]),
            (&json!(1), &json!(1), &json!("current"))
        );
        assert_eq!((&current["days_age"], &current["days_stale"]), (&json!(144), &json!(144)));
        assert_eq!(current["stale_age"], 4.322736); // log10(145 x 145)
        assert_eq!(numbers(&host.deck(&scrub).await), [1, 2, 3, 4]);

        let (status, scrub) = host.advance(&scrub, 1, false).await;
        assert_eq!((status, &scrub["cursor"], &scrub["read"]), (200, &json!(2), &json!(1)));
        // A double click does nothing, and the answer says where the cursor is.
        let (status, problem) = host.advance(&scrub, 1, false).await;
        assert_eq!((status, &problem["type"]), (409, &json!("/problems/cursor-moved")));
        assert_eq!((&problem["current"]["cursor"], &problem["current"]["current"]["number"]), (&json!(2), &json!(2)));
        // A skipped item is not read.
        let (_, scrub) = host.advance(&scrub, 2, true).await;
        assert_eq!((&scrub["cursor"], &scrub["read"], &scrub["skipped"]), (&json!(3), &json!(1), &json!(1)));

        let (status, scrub) = host.send(Method::PUT, "/api/v1/scrubs/1/attendees/linus", json!({})).await;
        assert_eq!((status, &scrub["attendees"]), (200, &json!(["ada", "grace", "linus"])));
        let (_, scrub) = host.send(Method::DELETE, "/api/v1/scrubs/1/attendees/GRACE", json!({})).await;
        assert_eq!(scrub["attendees"], json!(["ada", "linus"]));

        host.advance(&scrub, 3, false).await;
        let (_, scrub) = host.advance(&scrub, 4, false).await;
        assert_eq!(
            (&scrub["cursor"], &scrub["current"], &scrub["state"]),
            (&json!(null), &json!(null), &json!("open"))
        );
        let (status, problem) = host.advance(&scrub, 4, false).await;
        assert_eq!((status, &problem["type"]), (409, &json!("/problems/cursor-moved")));
        let closed = host.close(&scrub).await;
        assert_eq!((&closed["state"], &closed["read"]), (&json!("closed"), &json!(3)));
        let (status, problem) = host.advance(&scrub, 4, false).await;
        assert_eq!((status, &problem["type"]), (409, &json!("/problems/scrub-closed")));
        assert_eq!(host.close(&scrub).await["closed_at"], closed["closed_at"]);

        // Items and the queue show what was read; only the skipped item is left.
        let item = host.get("/api/v1/items/acme/widgets/1").await;
        assert_eq!((&item["read"]["scrub"], &item["read"]["by"]), (&json!(1), &json!("test")));
        let history: Vec<&Value> = item["history"].as_array().unwrap().iter().map(|event| &event["kind"]).collect();
        assert_eq!(history, ["opened", "read"]);
        let left = host.get("/api/v1/queue?unread=true").await;
        assert_eq!(numbers(left["items"].as_array().unwrap()), [2]);
        let done = host.get("/api/v1/queue?unread=false").await;
        assert_eq!(numbers(done["items"].as_array().unwrap()), [1, 3, 4]);
        let next = host.open("bug-scrub").await;
        assert_eq!((&next["number"], &next["round"]), (&json!(2), &json!(1)));
        assert_eq!(numbers(&host.deck(&next).await), [2]);

        let before = (host.get("/api/v1/scrubs").await, host.get("/api/v1/queue").await["items"].clone());
        rebuilds_the_same(&app).await;
        assert_eq!((host.get("/api/v1/scrubs").await, host.get("/api/v1/queue").await["items"].clone()), before);
        app
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_open_item_of_a_deck_has_its_rank_in_todays_queue() {
    run_test(async |app| {
        four(&app).await;
        let host = Host::new(&app).await;
        let scrub = host.open("bug-scrub").await;
        assert_eq!((&scrub["current"]["rank"], &scrub["current"]["item"]["rank"]), (&json!(1), &json!(1)));
        // Staler ones come, one of them by the next day.
        opened(&app, 5, "2026-05-01").await;
        opened(&app, 6, "2026-06-01").await;
        app.clock.set("2026-11-23T12:00:00Z");
        let queue = host.get("/api/v1/queue").await;
        let rank = |number: i64| {
            let row = queue["items"].as_array().unwrap().iter().find(|row| row["number"] == number).unwrap();
            row["rank"].clone()
        };
        assert_eq!(rank(1), 3);
        let current = host.get("/api/v1/scrubs/1").await["current"].clone();
        assert_eq!((&current["rank"], &current["item"]["rank"]), (&json!(1), &rank(1)));
        acted(&app, "closed", 2, "2026-08-01", "2026-11-22T12:30:00Z", "grace", "closed").await;
        let deck = host.deck(&scrub).await;
        let ranks: Vec<Value> = deck.iter().map(|row| row["item"]["rank"].clone()).collect();
        assert_eq!(ranks, [json!(3), Value::Null, json!(4), json!(5)]);
        let (_, next) = host.advance(&scrub, 1, false).await;
        assert_eq!(next["current"]["item"]["rank"], 4, "{next:#}");
        app
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_deck_keeps_its_order_while_its_items_change() {
    run_test(async |app| {
        four(&app).await;
        let host = Host::new(&app).await;
        let scrub = host.open("bug-scrub").await;
        let frozen = |rows: &[Value]| -> Vec<Value> {
            let kept = ["place", "number", "rank", "days_age", "days_stale", "stale_age"];
            rows.iter().map(|row| kept.iter().map(|name| row[*name].clone()).collect()).collect()
        };
        let before = frozen(&host.deck(&scrub).await);
        // The third issue closes, the fourth changes, and somebody reads the second alone.
        acted(&app, "closed", 3, "2026-09-01", "2026-11-22T12:30:00Z", "grace", "closed").await;
        acted(&app, "labeled", 4, "2026-10-01", "2026-11-22T12:30:00Z", "grace", "open").await;
        opened(&app, 5, "2026-07-02").await;
        let (status, _) = host.send(Method::PUT, "/api/v1/items/acme/widgets/2/read?by=linus", json!({})).await;
        assert_eq!(status, 200);
        let rows = host.deck(&scrub).await;
        assert_eq!(frozen(&rows), before);
        let told: Vec<_> = rows.iter().map(|row| (row["status"].as_str().unwrap(), row["changed"] == true)).collect();
        assert_eq!(told, [("current", false), ("read elsewhere", false), ("closed", true), ("waiting", true)]);
        assert_eq!(rows[2]["item"]["state"], "closed");
        // The cursor passes closed and read items in any order.
        let (_, scrub) = host.advance(&scrub, 1, false).await;
        assert_eq!(scrub["cursor"], 4);
        let (_, scrub) = host.advance(&scrub, 4, false).await;
        assert_eq!(scrub["cursor"], json!(null));
        host.close(&scrub).await;
        // The new issue belongs to the same round.
        let next = host.open("bug-scrub").await;
        assert_eq!((numbers(&host.deck(&next).await), &next["round"]), (vec![5], &json!(1)));
        app
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn rows_show_human_activity_since_the_last_reading_and_the_outcome() {
    run_test(async |app| {
        opened(&app, 1, "2026-07-01").await;
        opened(&app, 2, "2026-08-01").await;
        let host = Host::new(&app).await;
        app.clock.set("2026-11-01T12:00:00Z");
        let first = host.open("bug-scrub").await;
        assert_eq!((&first["current"]["last_read"], &first["current"]["since_last_read"]), (&json!(null), &json!([])));
        host.advance(&first, 1, false).await;
        host.advance(&first, 2, false).await;
        host.close(&first).await;

        // A week later, after two humans and a bot were active, the second round reaches the issue.
        let comment = async |by: Value, at: &str| {
            let mut payload = issues("created", &issue(1, "2026-07-01T00:00:00Z", at), &repository(1, "widgets"));
            payload["sender"] = by.clone();
            payload["comment"] = json!({"id": id_at(at), "created_at": at, "updated_at": at, "user": by, "body": "text"});
            app.deliver("issue_comment", &payload).await;
        };
        comment(user("grace"), "2026-11-02T10:00:00Z").await;
        comment(bot("tidy"), "2026-11-03T10:00:00Z").await;
        acted(&app, "labeled", 1, "2026-07-01", "2026-11-04T10:00:00Z", "linus", "open").await;
        app.clock.set("2026-11-08T12:00:00Z");
        let second = host.open("bug-scrub").await;
        assert_eq!((&second["round"], &second["current"]["number"]), (&json!(2), &json!(2)));
        let (_, second) = host.advance(&second, 1, false).await;
        let row = &second["current"];
        assert_eq!((&row["number"], &row["last_read"]["scrub"]), (&json!(1), &json!(1)));
        let told = |rows: &Value| -> Vec<(String, String)> {
            let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
            rows.as_array().unwrap().iter().map(|row| (text(&row["kind"]), text(&row["actor"]))).collect()
        };
        let pair = |kind: &str, actor: &str| (kind.to_owned(), actor.to_owned());
        assert_eq!(told(&row["since_last_read"]), [pair("commented", "grace"), pair("labeled", "linus")]);
        assert_eq!(row["outcomes"], json!([]));

        // A comment and the closing come while it is read, a reopening after that.
        app.clock.set("2026-11-08T12:10:00Z");
        comment(user("ada"), "2026-11-08T12:08:00Z").await;
        acted(&app, "closed", 1, "2026-07-01", "2026-11-08T12:09:00Z", "ada", "closed").await;
        host.note(1, "say thanks").await;
        let (_, second) = host.advance(&second, 2, false).await;
        assert_eq!(second["cursor"], json!(null));
        acted(&app, "reopened", 1, "2026-07-01", "2026-11-08T12:20:00Z", "grace", "open").await;
        let row = host.deck(&second).await.pop().unwrap();
        assert_eq!(told(&row["outcomes"]), [pair("commented", "ada"), pair("closed", "ada")]);
        assert_eq!(told(&row["since_last_read"]), [pair("commented", "grace"), pair("labeled", "linus")]);
        assert_eq!(row["item"]["note"]["scrub"], 2);

        host.close(&second).await;
        let minutes = host.text("/api/v1/scrubs/2/minutes.md").await;
        for expected in [
            "# Bug scrub 0002\n",
            "2026-11-08, hosted by ada. Present: ada.",
            "Read: 2 items of 2 unread in round 2 of `bug-scrub`. Closed: 0. Notes written: 1.",
            "## To follow up\n\n- [ ] say thanks: Issue [acme/widgets#&#8203;1](https://redirect.github.com/acme/widgets/issues/1) Issue 1\n",
            "  - Meanwhile: commented by ada; closed by ada\n",
            "  - Note: say thanks\n",
        ] {
            assert!(minutes.contains(expected), "{expected}\n---\n{minutes}");
        }
        rebuilds_the_same(&app).await;
        assert_eq!(host.text("/api/v1/scrubs/2/minutes.md").await, minutes);
        app
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_forgotten_scrub_closes_itself_and_numbering_begins_at_a_setting() {
    let scrubs = ScrubSettings { first_number: 51, ..ScrubSettings::default() };
    let settings = bugscrub::config::Settings { scrubs, ..settings() };
    run_test_with(settings.clone(), async |app| {
        four(&app).await;
        let host = Host::new(&app).await;
        let scrub = host.open("bug-scrub").await;
        assert_eq!(scrub["number"], 51);
        let (status, problem) = host.send(Method::POST, "/api/v1/scrubs", json!({})).await;
        assert_eq!((status, &problem["type"]), (409, &json!("/problems/scrub-open")));
        assert_eq!(problem["allowed"], json!(["51"]));
        // A scrub over another view may be open at the same time.
        assert_eq!(host.open("open").await["number"], 52);
        app.clock.set("2026-11-22T23:00:00Z");
        host.advance(&scrub, 1, false).await;
        app
    })
    .await;
    // When the service starts, its task that closes forgotten scrubs looks at once.
    let app = TestApp::start(settings, crate::support::TestDatabase::new().await).await;
    four(&app).await;
    let host = Host::new(&app).await;
    let scrub = host.open("bug-scrub").await;
    let database = app.stop().await;
    let later = |hours: i64| {
        let now = "2026-11-22T12:00:00Z".parse::<chrono::DateTime<chrono::Utc>>().unwrap();
        now + chrono::Duration::hours(hours)
    };
    use bugscrub::store::scrubs::{act, read};
    let untouched = |hours: i64| read::untouched(&database.pool, later(hours - 12));
    assert_eq!(untouched(12).await.unwrap(), []);
    let found = untouched(13).await.unwrap();
    assert_eq!(found, [(9_000, 51)]);
    let request =
        act::Request { id: uuid::Uuid::nil(), by: "bugscrub".into(), github_id: None, at: later(13), repeatable: None };
    act::close(&database.pool, 9_000, 51, Some(later(1)), &request).await.unwrap();
    let closed = read::scrub(&database.pool, 9_000, &bugscrub::activity::Sight::All, 51).await.unwrap().unwrap();
    assert!(closed.forgotten && closed.closed_at == Some(later(13)), "{closed:?} {scrub}");
    database.drop().await;
}
