//! Statistics after a backfill: what was fetched counts, once all of it is here.

use std::collections::BTreeMap;

use bugscrub::stats::{ForecastRequest, Week, forecast};
use chrono::{DateTime, Datelike, Duration, NaiveDate, Utc};
use serde_json::{Value, json};

use super::{complete, rhythm, start, until};
use crate::support::github::world::{Kind, Milestone};
use crate::support::github::{FakeGitHub, Fault, Trouble};

/// An account with 90 issues of two and a half years before the installation, of which 30 are open.
fn old_account(github: &FakeGitHub) -> i64 {
    github.world(|world| {
        let account = world.account("acme");
        let repo = world.repository(account, "widgets");
        for nth in 0..60 {
            let closed_at = world.now - Duration::days(3 + 7 * nth) - Duration::hours(nth);
            world.put_closed(repo, closed_at - Duration::days(100 + 5 * nth), closed_at);
        }
        for nth in 0..30 {
            let number = world.put(repo, Kind::Issue, "Long open", "ada", world.now - Duration::days(900 - 20 * nth));
            let item = world.repositories.get_mut(&repo).unwrap().items.get_mut(&number).unwrap();
            item.updated_at += Duration::days(2);
        }
        world.install(account, None);
        repo
    })
}

fn monday(date: NaiveDate) -> NaiveDate {
    date - Duration::days(date.weekday().num_days_from_monday().into())
}

/// The complete weeks of the last 52, counted item by item.
fn weeks(github: &FakeGitHub, repo: i64, today: NaiveDate) -> Vec<Week> {
    let mut weeks: BTreeMap<NaiveDate, Week> = BTreeMap::new();
    let mut first = monday(today - Duration::weeks(52));
    while first + Duration::days(6) <= today {
        weeks.insert(first, Week::default());
        first += Duration::weeks(1);
    }
    let of = |at: DateTime<Utc>| monday(at.date_naive());
    github.world(|world| {
        for item in world.repositories[&repo].items.values() {
            if let Some(week) = weeks.get_mut(&of(item.created_at)) {
                week.opened += 1;
            }
            if let Some(week) = item.closed_at.and_then(|at| weeks.get_mut(&of(at))) {
                week.closed += 1;
            }
        }
    });
    weeks.into_values().collect()
}

#[tokio::test]
async fn a_forecast_draws_from_what_was_fetched_once_all_of_it_is_here() {
    let github = FakeGitHub::start().await;
    let repo = old_account(&github);
    let app = start(&github, rhythm()).await;
    app.clock.set(&github.world(|world| world.now).to_rfc3339());
    // Closed issues cannot be listed for now.
    github.fault(Fault { path: "state=closed", after: 0, times: u32::MAX, trouble: Trouble::Server(502) });
    github.deliver().await;
    until(&app, "/api/v1/sync", |sync| sync["backfill"] == "open").await;
    app.caught_up().await;
    let early = app.json("/api/v1/stats/forecast").await;
    let summary = &early["summary"];
    let expected = (&json!("too_little_history"), &json!(30), &json!(1), &Value::Null, &Value::Null);
    let told = (&summary["verdict"], &summary["open_now"], &summary["fetching"], &summary["date_50"]);
    assert_eq!((told.0, told.1, told.2, told.3, &summary["whole_since"]), expected, "{summary:#}");
    let sentence = summary["sentence"].as_str().unwrap();
    assert!(sentence.contains("1 repository is not fully fetched yet"), "{sentence}");

    github.heal();
    complete(&app).await;
    let found = app.json("/api/v1/stats/forecast").await;
    let summary = &found["summary"];
    let today = app.clock.now().date_naive();
    let seed = u64::from(today.num_days_from_ce().unsigned_abs());
    let expected = forecast(&weeks(&github, repo, today), ForecastRequest::new(today, 30, seed)).summary;
    assert!(expected.weeks >= 51 && expected.date_95.is_some(), "{expected:?}");
    let expected = serde_json::to_value(&expected).unwrap();
    for name in ["verdict", "weeks", "mean_net_weekly", "date_50", "date_80", "date_95", "share_closing"] {
        assert_eq!(summary[name], expected[name], "{name}: {summary:#}");
    }
    let first = github.world(|world| {
        world.repositories[&repo].items.values().map(|item| item.created_at).min().unwrap().date_naive()
    });
    assert_eq!(summary["whole_since"], json!(first));
    assert_eq!((&summary["approximate_before"], &found["approximate"]), (&json!(today), &json!(true)), "{summary:#}");
    assert_eq!(summary["fetching"], 0);
    let sentence = summary["sentence"].as_str().unwrap();
    assert!(sentence.contains(&format!("whole since {first}, but before {today} it lacks reopenings")), "{sentence}");

    // What is fetched again does not count until it is here again; what deliveries tell counts all the time.
    sqlx::query("UPDATE sync SET complete_at = NULL").execute(&app.database.pool).await.unwrap();
    assert_eq!(app.json("/api/v1/stats/forecast").await["summary"]["verdict"], "too_little_history");
    app.stop().await.drop().await;
}

#[tokio::test]
async fn milestones_are_known_after_a_backfill_and_forecast_by_their_own_weeks() {
    let github = FakeGitHub::start().await;
    let repo = old_account(&github);
    let due_on = github.world(|world| {
        let due_on = (world.now + Duration::weeks(20)).date_naive();
        let at = due_on.and_hms_opt(8, 0, 0).unwrap().and_utc();
        let widgets = world.repositories.get_mut(&repo).unwrap();
        for (number, title, open, due_on) in
            [(1, "v1", true, Some(at)), (2, "v0", false, None), (3, "later", true, None)]
        {
            widgets.milestones.insert(number, Milestone { title, open, due_on });
        }
        // The first ten open ones are in v1, and each third of those that were closed.
        for item in widgets.items.values_mut() {
            let nth = item.number - 1;
            item.milestone = match item.open {
                true => (nth % 30 < 10).then_some(1),
                false => [Some(1), Some(2), None][nth as usize % 3],
            };
        }
        due_on
    });
    let app = start(&github, rhythm()).await;
    app.clock.set(&github.world(|world| world.now).to_rfc3339());
    github.deliver().await;
    complete(&app).await;
    let found = app.json("/api/v1/stats/milestones?milestone_state=all").await;
    // No item has shown the third milestone.
    assert_eq!(found["total"], 2, "{found:#}");
    let [v1, v0] = found["milestones"].as_array().unwrap().as_slice() else { panic!("two: {found:#}") };
    let expected = json!({"repository": "acme/widgets", "number": 1, "title": "v1", "state": "open", "open": 10, "closed": 20,
        "due_on": due_on, "verdict": "closes", "runs": 10_000, "approximate": true});
    for (name, value) in expected.as_object().unwrap() {
        assert_eq!(&v1[name], value, "{name}: {v1:#}");
    }
    let expected = (&json!("v0"), &json!("closed"), &json!(0), &json!(20), &Value::Null, &Value::Null);
    assert_eq!((&v0["title"], &v0["state"], &v0["open"], &v0["closed"], &v0["due_on"], &v0["verdict"]), expected);

    // Its weeks are those since its first closing, within the range. One is closed in every third of them.
    let today = app.clock.now().date_naive();
    let seed = u64::from(today.num_days_from_ce().unsigned_abs());
    let all: Vec<Week> = {
        let closed = github.world(|world| {
            let items = world.repositories[&repo].items.values().filter(|item| item.milestone == Some(1));
            items.filter_map(|item| item.closed_at).map(|at| monday(at.date_naive())).collect::<Vec<_>>()
        });
        let begin = monday(today - Duration::weeks(52));
        let complete =
            (0..53).map(|nth| begin + Duration::weeks(nth)).filter(|week| *week + Duration::days(6) <= today);
        let count = |week: NaiveDate| closed.iter().filter(|one| **one == week).count() as u32;
        complete.map(|week| Week { opened: 0, closed: count(week) }).skip_while(|week| week.closed == 0).collect()
    };
    let expected = forecast(&all, ForecastRequest::new(today, 10, seed));
    assert_eq!(v1["weeks"], all.len());
    for (name, date) in [
        ("date_50", expected.summary.date_50),
        ("date_80", expected.summary.date_80),
        ("date_95", expected.summary.date_95),
    ] {
        assert_eq!(v1[name], json!(date), "{name}: {v1:#}");
    }
    assert_eq!(v1["share_by_due"], json!(expected.share_by(due_on)));
    assert_eq!(v1["on_time"], json!(expected.summary.date_50.unwrap() <= due_on));
    app.stop().await.drop().await;
}
