//! Dates of the schedule that are cancelled or moved, and talks.

use bugscrub::config::{ScrubSettings, Settings};
use bugscrub::scrub::meetings::{DateNote, PlannedMeeting, Talk, next, of_scrub, planned};
use bugscrub::scrub::schedule::Schedule;
use chrono::{DateTime, NaiveDate, Utc};
use reqwest::Method;
use serde_json::{Value, json};

use super::{Host, opened};
use crate::support::TestApp;
use crate::support::app::{run_test_with, settings};

/// The settings of a group that meets on Wednesdays at five. The tests' clock stands at a Sunday, 22 November 2026.
fn scheduled() -> Settings {
    let schedule = Some("wednesday 17:00 Europe/London 60m".parse().unwrap());
    Settings { scrubs: ScrubSettings { schedule, ..ScrubSettings::default() }, ..settings() }
}

fn date(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn time(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

async fn meeting(host: &Host<'_>, on: &str) -> Value {
    let schedule = host.get("/api/v1/schedule").await;
    schedule["meetings"].as_array().unwrap().iter().find(|meeting| meeting["date"] == on).cloned().unwrap()
}

async fn calendar(app: &TestApp) -> String {
    let token = app.new_embed_token(9_000, "open").await;
    let path = app.url(&format!("/api/v1/scrubs/calendar.ics?token={token}"));
    // A line goes on where the next one begins with a blank (RFC 5545, 3.1).
    app.client.get(path).send().await.unwrap().text().await.unwrap().replace("\r\n ", "")
}

/// The lines of the meeting of a date.
fn event<'a>(calendar: &'a str, on: &str) -> Vec<&'a str> {
    let events = calendar.split("BEGIN:VEVENT\r\n").skip(1);
    let found = events.map(|event| event.lines().collect::<Vec<_>>());
    found.into_iter().find(|lines| lines.contains(&format!("UID:{on}-9000@bugscrub").as_str())).unwrap()
}

#[test]
fn a_scrub_belongs_to_the_meeting_for_which_it_was_opened() {
    let schedule: Schedule = "wednesday 17:00; thursday 09:00".parse().unwrap();
    let note = |on, cancelled, moved_to: Option<&str>| DateNote {
        date: date(on),
        cancelled,
        moved_to: moved_to.map(time),
        ..DateNote::default()
    };
    let notes = [note("2026-12-23", true, None), note("2026-12-31", false, Some("2026-12-30T17:00:00Z"))];
    let talk = Talk { talk: 1, title: "News".into(), presenter: "ada".into(), minutes: None };
    let talks = |on| if on == date("2026-12-31") { vec![talk.clone()] } else { vec![] };
    let plan = planned(schedule.meetings(date("2026-12-21"), 4, chrono_tz::UTC), &notes, talks);
    let dates: Vec<String> = plan.iter().map(|planned| planned.meeting.date.to_string()).collect();
    assert_eq!(dates, ["2026-12-23", "2026-12-31", "2027-01-06", "2027-01-14"]);
    let moved = &plan[1];
    assert!(moved.is_moved() && !plan[0].is_moved() && plan[0].cancelled);
    // It takes as long as it would have.
    assert_eq!(
        (moved.meeting.starts, moved.meeting.ends),
        (time("2026-12-30T17:00:00Z"), time("2026-12-30T18:00:00Z"))
    );
    assert_eq!(moved.talks, std::slice::from_ref(&talk));
    let next_at = |now| next(&plan, time(now)).map(|planned| planned.meeting.date.to_string());
    // The cancelled one is passed over, and one that goes on is the next.
    assert_eq!(next_at("2026-12-22T00:00:00Z").as_deref(), Some("2026-12-31"));
    assert_eq!(next_at("2026-12-30T17:59:59Z").as_deref(), Some("2026-12-31"));
    assert_eq!(next_at("2026-12-30T18:00:00Z").as_deref(), Some("2027-01-06"));
    assert_eq!(next_at("2027-02-01T00:00:00Z"), None);
    let held = |opened| of_scrub(&plan, time(opened)).map(|planned: &PlannedMeeting| planned.meeting.date.to_string());
    for (opened, of) in [
        ("2026-12-23T17:00:00Z", None),
        ("2026-12-30T13:59:59Z", None),
        ("2026-12-30T14:00:00Z", Some("2026-12-31")),
        ("2026-12-30T18:00:00Z", Some("2026-12-31")),
        ("2026-12-30T18:00:01Z", None),
        // The time from which it was moved is nobody's.
        ("2026-12-31T09:00:00Z", None),
    ] {
        assert_eq!(held(opened).as_deref(), of, "{opened}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_date_is_cancelled_moved_and_held_after_all() {
    run_test_with(scheduled(), async |app| {
        opened(&app, 1, "2026-07-01").await;
        let host = Host::new(&app).await;
        let schedule = host.get("/api/v1/schedule").await;
        assert_eq!(schedule["meetings"].as_array().unwrap().len(), 56);
        assert_eq!((&schedule["next"]["date"], &schedule["next"]["edition"]), (&json!("2026-11-25"), &json!(1)));
        let before = calendar(&app).await;
        assert!(event(&before, "2026-12-23").contains(&"STATUS:CONFIRMED"), "{before}");
        assert!(event(&before, "2026-12-23").contains(&"SEQUENCE:0"), "{before}");

        // Cancelled, with a reason.
        let body = json!({"cancelled": true, "reason": " Holidays,\u{202e} all\nof them "});
        let (status, changed) = host.send(Method::PUT, "/api/v1/schedule/2026-11-25", body.clone()).await;
        assert_eq!((status, &changed["cancelled"]), (200, &json!(true)), "{changed}");
        assert_eq!(changed["reason"], "Holidays, all of them");
        assert_eq!(changed, meeting(&host, "2026-11-25").await);
        assert_eq!(host.get("/api/v1/schedule").await["next"]["date"], "2026-12-02");
        // To say the same again changes nothing.
        host.send(Method::PUT, "/api/v1/schedule/2026-11-25", body).await;
        let text = calendar(&app).await;
        let lines = event(&text, "2026-11-25");
        for line in [
            "STATUS:CANCELLED",
            "SEQUENCE:1",
            "SUMMARY:Cancelled: Bug scrub of acme",
            "TRANSP:TRANSPARENT",
            "DTSTART:20261125T170000Z",
            "LAST-MODIFIED:20261122T120000Z",
        ] {
            assert!(lines.contains(&line), "{line} is missing: {lines:#?}");
        }
        assert!(
            lines.iter().any(|line| line.starts_with("DESCRIPTION:Cancelled: Holidays\\, all of them\\nEdition 1.")),
            "{lines:#?}"
        );
        assert!(text.contains("REFRESH-INTERVAL") && text.contains("X-PUBLISHED-TTL"), "{text}");

        // Moved: the same event at another time, as long as it was.
        let body = json!({"moved_to": "2026-11-26T18:30:00+01:00"});
        let (status, changed) = host.send(Method::PUT, "/api/v1/schedule/2026-11-25", body).await;
        assert_eq!(status, 200, "{changed}");
        let expected = json!({"date": "2026-11-25", "edition": 1, "starts_at": "2026-11-26T17:30:00Z",
            "ends_at": "2026-11-26T18:30:00Z", "cancelled": false, "moved_from": "2026-11-25T17:00:00Z", "reason": "",
            "talks": []});
        assert_eq!(changed, expected);
        let text = calendar(&app).await;
        let lines = event(&text, "2026-11-25");
        for line in ["STATUS:CONFIRMED", "SEQUENCE:2", "DTSTART:20261126T173000Z", "DTEND:20261126T183000Z"] {
            assert!(lines.contains(&line), "{line} is missing: {lines:#?}");
        }
        assert!(lines.iter().any(|line| line.starts_with("DESCRIPTION:Moved from 2026-11-25 17:00 UTC")), "{lines:#?}");
        // To its own time is not moved.
        let (_, back) =
            host.send(Method::PUT, "/api/v1/schedule/2026-11-25", json!({"moved_to": "2026-11-25T17:00:00Z"})).await;
        assert_eq!(back["moved_from"], Value::Null);
        host.send(Method::PUT, "/api/v1/schedule/2026-11-25", json!({"cancelled": true})).await;

        // Held after all: the number of changes never goes back, or programs would keep what they know.
        let (status, _) = host.send(Method::DELETE, "/api/v1/schedule/2026-11-25", json!({})).await;
        assert_eq!(status, 204);
        let held = meeting(&host, "2026-11-25").await;
        assert_eq!(
            (&held["cancelled"], &held["moved_from"], &held["reason"]),
            (&json!(false), &Value::Null, &json!(""))
        );
        let text = calendar(&app).await;
        assert!(event(&text, "2026-11-25").contains(&"SEQUENCE:5"), "{text}");
        app
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn talks_are_in_the_schedule_the_calendar_and_the_minutes() {
    run_test_with(scheduled(), async |app| {
        opened(&app, 1, "2026-07-01").await;
        let host = Host::new(&app).await;
        let talks = "/api/v1/schedule/2026-11-25/talks";
        let plan = json!({"title": "Flaky *tests*, @everyone", "presenter": "@grace", "minutes": 10});
        let (status, first) = host.send(Method::POST, talks, plan.clone()).await;
        assert_eq!(status, 201, "{first}");
        assert_eq!(first, json!({"talk": 1, "title": "Flaky *tests*, @everyone", "presenter": "grace", "minutes": 10}));
        // The same talk again is that one.
        assert_eq!(host.send(Method::POST, talks, plan).await, (200, first.clone()));
        let (status, second) = host.send(Method::POST, talks, json!({"title": "What is new"})).await;
        assert_eq!((status, &second["presenter"], &second["talk"]), (201, &json!("test"), &json!(2)));
        assert_eq!(meeting(&host, "2026-11-25").await["talks"], json!([first, second]));
        assert_eq!(host.get("/api/v1/schedule").await["next"]["talks"], json!([first, second]));
        let text = calendar(&app).await;
        let lines = event(&text, "2026-11-25");
        assert!(lines.contains(&"SEQUENCE:2"), "{lines:#?}");
        let said = "\\nTalk: Flaky *tests*\\, @everyone\\, by grace (10 minutes)\\nTalk: What is new\\, by test";
        assert!(lines.iter().any(|line| line.starts_with("DESCRIPTION:") && line.ends_with(said)), "{lines:#?}");
        // A change of the date leaves its talks.
        host.send(Method::PUT, "/api/v1/schedule/2026-11-25", json!({"moved_to": "2026-11-26T17:00:00Z"})).await;
        assert_eq!(meeting(&host, "2026-11-25").await["talks"], json!([first, second]));

        // The minutes of the scrub that is held then have them, and mention nobody.
        app.clock.set("2026-11-26T16:45:00Z");
        let scrub = host.open("bug-scrub").await;
        let minutes = host.text(&format!("/api/v1/scrubs/{}/minutes.md", scrub["number"])).await;
        let said =
            "\n## Talks\n\n- Flaky \\*tests\\*, @&#8203;everyone, by grace (10 minutes)\n- What is new, by test\n";
        assert!(minutes.contains(said), "{minutes}");
        host.close(&scrub).await;
        app.clock.set("2026-11-27T12:00:00Z");
        let later = host.open("bug-scrub").await;
        let minutes = host.text(&format!("/api/v1/scrubs/{}/minutes.md", later["number"])).await;
        assert!(!minutes.contains("Talks"), "{minutes}");

        // Taken off, and counted as a change.
        assert_eq!(host.send(Method::DELETE, &format!("{talks}/1"), json!({})).await.0, 204);
        assert_eq!(host.send(Method::DELETE, &format!("{talks}/1"), json!({})).await.0, 404);
        assert_eq!(meeting(&host, "2026-11-25").await["talks"], json!([second]));
        let text = calendar(&app).await;
        assert!(event(&text, "2026-11-25").contains(&"SEQUENCE:4"), "{text}");
        // Its number is not given away again.
        let (_, third) = host.send(Method::POST, talks, json!({"title": "More"})).await;
        assert_eq!(third["talk"], 5);
        for number in 3..=20 {
            let (status, _) = host.send(Method::POST, talks, json!({"title": format!("Talk {number}")})).await;
            assert_eq!(status, 201, "{number}");
        }
        let (status, full) = host.send(Method::POST, talks, json!({"title": "One too many"})).await;
        assert_eq!((status, &full["type"]), (409, &json!("/problems/too-many-talks")));
        app
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_may_change_views_may_change_the_schedule_and_wrong_requests_name_the_fault() {
    run_test_with(scheduled(), async |app| {
        opened(&app, 1, "2026-07-01").await;
        let host = Host::new(&app).await;
        let cases = [
            (Method::PUT, "/2026-11-26", json!({"cancelled": true}), 404, "/problems/unknown-meeting"),
            (Method::PUT, "/2027-12-01", json!({"cancelled": true}), 404, "/problems/unknown-meeting"),
            (Method::DELETE, "/2026-01-07", json!({}), 404, "/problems/unknown-meeting"),
            (Method::PUT, "/tomorrow", json!({}), 400, "date"),
            (Method::PUT, "/2026-1-5", json!({}), 400, "date"),
            (Method::PUT, "/2026-11-25", json!({"moved_to": "2027-01-25T17:00:00Z"}), 400, "moved_to"),
            (Method::PUT, "/2026-11-25", json!({"moved_to": "tomorrow"}), 400, "body"),
            (
                Method::PUT,
                "/2026-11-25",
                json!({"moved_to": "2026-11-26T17:00:00Z", "cancelled": true}),
                400,
                "moved_to",
            ),
            (Method::PUT, "/2026-11-25", json!({"reason": "x".repeat(201)}), 400, "reason"),
            (Method::PUT, "/2026-11-25", json!({"canceled": true}), 400, "body"),
            (Method::POST, "/2026-11-26/talks", json!({"title": "x"}), 404, "/problems/unknown-meeting"),
            (Method::POST, "/2026-11-25/talks", json!({"title": " \u{200b}"}), 400, "title"),
            (Method::POST, "/2026-11-25/talks", json!({"title": "x".repeat(201)}), 400, "title"),
            (Method::POST, "/2026-11-25/talks", json!({"title": "x", "presenter": "@"}), 400, "presenter"),
            (Method::POST, "/2026-11-25/talks", json!({"title": "x", "minutes": 0}), 400, "minutes"),
            (Method::POST, "/2026-11-25/talks", json!({}), 400, "body"),
            (Method::DELETE, "/2026-11-25/talks/7", json!({}), 404, "/problems/unknown-talk"),
            (Method::DELETE, "/2026-11-25/talks/x", json!({}), 404, "/problems/unknown-talk"),
        ];
        for (method, path, body, expected, fault) in cases {
            let (status, problem) = host.send(method.clone(), &format!("/api/v1/schedule{path}"), body).await;
            let named = if fault.starts_with('/') { &problem["type"] } else { &problem["parameter"] };
            assert_eq!((status, named), (expected, &json!(fault)), "{method} {path}: {problem}");
        }
        let (_, problem) = host.send(Method::DELETE, "/api/v1/schedule/2026-11-26", json!({})).await;
        assert_eq!(problem["allowed"][0], "2026-12-02", "{problem}");
        let reader = Host { app: &app, token: app.new_token(&["read"], None).await };
        let other = Host { app: &app, token: app.new_token(&["read", "scrub"], Some(&[1])).await };
        for (method, path, body) in [
            (Method::PUT, "", json!({"cancelled": true})),
            (Method::DELETE, "", json!({})),
            (Method::POST, "/talks", json!({"title": "x"})),
            (Method::DELETE, "/talks/1", json!({})),
        ] {
            let path = format!("/api/v1/schedule/2026-11-25{path}");
            assert_eq!(reader.send(method.clone(), &path, body.clone()).await.0, 403, "{method} {path}");
            assert_eq!(other.send(method.clone(), &path, body).await.0, 404, "{method} {path}");
        }
        // Whoever reads may look.
        let schedule = reader.get("/api/v1/schedule").await;
        assert_eq!((&schedule["next"]["date"], &schedule["may_change"]), (&json!("2026-11-25"), &json!(false)));
        assert_eq!(host.get("/api/v1/schedule").await["may_change"], true);
        app
    })
    .await;
}
