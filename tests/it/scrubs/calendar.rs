//! The schedule as a calendar, and the coverage of rounds.

use bugscrub::config::{ScrubSettings, Settings};
use bugscrub::scrub::Schedule;
use bugscrub::service::tokens::{hash, new_secret};
use bugscrub::store::tokens::{self, NewToken};
use reqwest::Method;
use serde_json::json;

use super::{Host, opened};
use crate::support::app::{problem, run_test_with, settings};
use crate::support::run_test;

#[test]
fn a_schedule_says_when_each_edition_meets() {
    let meetings = |text: &str, from: &str, weeks: u64| -> Vec<(String, String, usize)> {
        let schedule: Schedule = text.parse().unwrap();
        let meetings = schedule.meetings(from.parse().unwrap(), weeks, chrono_tz::Europe::Berlin);
        let told = |at: chrono::DateTime<chrono::Utc>| at.format("%m-%d %H:%M").to_string();
        meetings.iter().map(|meeting| (told(meeting.starts), told(meeting.ends), meeting.edition)).collect()
    };
    let told = |starts: &str, ends: &str, edition| (starts.to_owned(), ends.to_owned(), edition);
    // Summer time ends in Berlin on 25 October 2026.
    assert_eq!(
        meetings("wednesday 17:00", "2026-10-20", 2),
        [told("10-21 15:00", "10-21 16:00", 1), told("10-28 16:00", "10-28 17:00", 1)]
    );
    // The editions take turns: London in one week, Los Angeles in the next.
    assert_eq!(
        meetings("Wed 13:00 Europe/London 45m; wed 09:00 America/Los_Angeles", "2026-11-02", 3),
        [
            told("11-04 17:00", "11-04 18:00", 2),
            told("11-11 13:00", "11-11 13:45", 1),
            told("11-18 17:00", "11-18 18:00", 2)
        ]
    );
    // This hour does not exist when summer time begins.
    assert_eq!(meetings("sunday 02:30", "2027-03-22", 1), [told("03-28 01:30", "03-28 02:30", 1)]);
    for (wrong, sentence) in [
        ("", "must look like"),
        ("wednesday", "must look like"),
        ("someday 17:00", "is not a weekday"),
        ("wednesday 25:00", "is not a time of day"),
        ("wednesday 17:00 Mars/Olympus", "neither a time zone"),
        ("wednesday 17:00 0m", "neither a time zone"),
    ] {
        let error = wrong.parse::<Schedule>().unwrap_err().to_string();
        assert!(error.contains(sentence), "{wrong}: {error}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_calendar_subscribes_with_a_token_in_its_url() {
    let schedule = Some("wednesday 17:00 Europe/London 60m".parse().unwrap());
    let scrubs = ScrubSettings { schedule, ..ScrubSettings::default() };
    run_test_with(Settings { scrubs, ..settings() }, async |app| {
        opened(&app, 1, "2026-07-01").await;
        let token = new_secret();
        let hash = hash(&token);
        let new = NewToken {
            name: "calendar",
            hash: &hash,
            scopes: &["embed".to_owned()],
            accounts: Some(&[9_000]),
            view: Some("open"),
            person: None,
            days: None,
        };
        tokens::create(&app.database.pool, new).await.unwrap();
        let response =
            app.client.get(app.url(&format!("/api/v1/scrubs/calendar.ics?token={token}"))).send().await.unwrap();
        assert_eq!(
            (response.status().as_u16(), &response.headers()["content-type"]),
            (200, &"text/calendar; charset=utf-8".parse().unwrap())
        );
        let text = response.text().await.unwrap();
        assert_eq!(text.matches("BEGIN:VEVENT").count(), 56, "{text}");
        for line in [
            "BEGIN:VCALENDAR\r\n",
            "VERSION:2.0\r\n",
            "UID:2026-11-25-9000@bugscrub\r\n",
            "DTSTART:20261125T170000Z\r\n",
            "DTEND:20261125T180000Z\r\n",
            "SUMMARY:Bug scrub of acme\r\n",
        ] {
            assert!(text.contains(line), "{line:?} is missing: {text}");
        }
        let nobody = app.client.get(app.url("/api/v1/scrubs/calendar.ics")).send().await.unwrap();
        assert_eq!(problem(nobody).await.0, 401);
        app
    })
    .await;
    run_test(async |app| {
        opened(&app, 1, "2026-07-01").await;
        let refused = app.request(Method::GET, "/api/v1/scrubs/calendar.ics").send().await.unwrap();
        let (status, answer) = problem(refused).await;
        assert_eq!((status, &answer["type"]), (404, &json!("/problems/no-schedule")));
        app
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn coverage_shows_the_progress_of_a_round_and_when_it_ends() {
    run_test(async |app| {
        for number in 1..=7 {
            opened(&app, number, &format!("2026-07-0{number}")).await;
        }
        let host = Host::new(&app).await;
        app.clock.set("2026-11-01T12:00:00Z");
        let scrub = host.open("bug-scrub").await;
        host.advance(&scrub, 1, false).await;
        host.advance(&scrub, 2, false).await;
        host.close(&scrub).await;
        app.clock.set("2026-11-22T12:00:00Z");
        let (status, _) = host.send(Method::PUT, "/api/v1/items/acme/widgets/3/read", json!({})).await;
        assert_eq!(status, 200);
        let coverage = host.get("/api/v1/stats/coverage").await;
        let expected = json!({"view": "bug-scrub", "eligible": 7, "never_read": 4, "round": 1, "rounds_completed": 0,
            "read_in_round": 3, "left_in_round": 4, "items_per_scrub": 2.0, "scrubs_until_round_ends": 2});
        for (name, value) in expected.as_object().unwrap() {
            assert_eq!(&coverage[name], value, "{name}");
        }
        let weeks = coverage["weeks_since_read"].as_array().unwrap();
        let counts: Vec<(&str, i64)> =
            weeks.iter().map(|week| (week["bucket"].as_str().unwrap(), week["items"].as_i64().unwrap())).collect();
        assert_eq!(counts[..4], [("never", 4), ("0", 1), ("1", 0), ("2-3", 2)]);
        // For a past day, coverage shows what was known at its end.
        let then = host.get("/api/v1/stats/coverage?as_of=2026-11-10").await;
        assert_eq!((&then["never_read"], &then["read_in_round"]), (&json!(5), &json!(2)));
        // Week by week: two were read in the first week of November, one in this one.
        let series = host.get("/api/v1/stats/coverage?step=week&from=2026-10-26").await;
        let points: Vec<_> = series["series"]
            .as_array()
            .unwrap()
            .iter()
            .map(|point| {
                let count = |name: &str| point[name].as_i64().unwrap();
                (point["date"].as_str().unwrap(), count("open"), count("ever_read"), count("read"))
            })
            .collect();
        assert_eq!(
            points,
            [("2026-11-01", 7, 2, 2), ("2026-11-08", 7, 2, 0), ("2026-11-15", 7, 2, 0), ("2026-11-22", 7, 3, 1),]
        );
        assert_eq!((&series["never_read"], &coverage["series"]), (&json!(4), &json!([])));
        let table = host.text("/api/v1/stats/coverage.csv?step=month&from=2026-11-01").await;
        assert_eq!(table.lines().next(), Some("first_date,date,open,ever_read,read,approximate"));
        assert_eq!(table.lines().nth(1), Some("2026-11-01,2026-11-22,7,3,3,false"), "{table}");
        let chart = host.text("/api/v1/stats/coverage.svg?step=week").await;
        assert!(chart.contains("Read by the end of 2026-11-22: 3 of 7 open items"), "{chart}");
        assert!(host.text("/api/v1/stats/coverage.csv").await.starts_with("bucket,"));
        for wrong in ["step=year", "step=week&group_by=label", "from=2026-12-01", "to=2026-11-23"] {
            let path = format!("/api/v1/stats/coverage?{wrong}");
            assert_eq!(host.send(Method::GET, &path, json!({})).await.0, 400, "{wrong}");
        }
        // Once the rest is read, the next round begins.
        for number in 4..=7 {
            host.send(Method::PUT, &format!("/api/v1/items/acme/widgets/{number}/read"), json!({})).await;
        }
        let coverage = host.get("/api/v1/stats/coverage").await;
        assert_eq!((&coverage["round"], &coverage["rounds_completed"]), (&json!(2), &json!(1)));
        assert_eq!((&coverage["read_in_round"], &coverage["never_read"]), (&json!(0), &json!(0)));
        app
    })
    .await;
}
