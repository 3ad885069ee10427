//! Milestones: what deliveries tell of them, who sees which, and what may be asked.

use bugscrub::activity::directory::Directory;
use bugscrub::activity::{Effect, Event, Fact, ItemFact, ItemSnapshot, ItemType, MilestoneRef, RepositoryRef, Source};
use chrono::{DateTime, Duration, Utc};
use serde_json::{Value, json};

use super::{get, refused};
use crate::scrubs::rebuilds_the_same;
use crate::support::payload::{issue, issues, repository};
use crate::support::{TestApp, run_test};

fn milestone(number: i64, title: &str, state: &str, due_on: Value) -> Value {
    json!({"number": number, "title": title, "state": state, "due_on": due_on})
}

/// Opens an item in a milestone, and closes it.
async fn item(app: &TestApp, repository: &Value, number: i64, milestone: &Value, closed_at: Option<&str>) {
    let mut shown = issue(number, "2026-09-01T10:00:00Z", "2026-09-01T10:00:00Z");
    shown["milestone"] = milestone.clone();
    app.deliver("issues", &issues("opened", &shown, repository)).await;
    if let Some(at) = closed_at {
        (shown["state"], shown["closed_at"], shown["updated_at"]) = (json!("closed"), json!(at), json!(at));
        app.deliver("issues", &issues("closed", &shown, repository)).await;
    }
}

async fn told(app: &TestApp, action: &str, milestone: &Value, repository: &Value) {
    let mut payload = issues(action, &Value::Null, repository);
    payload["milestone"] = milestone.clone();
    app.deliver("milestone", &payload).await;
}

/// Title, state, due date, and what is open and closed.
fn rows(answer: &Value) -> Vec<(String, String, String, i64, i64)> {
    let rows = answer["milestones"].as_array().unwrap().iter();
    let text = |value: &Value| value.as_str().unwrap_or("-").to_owned();
    let count = |value: &Value| value.as_i64().unwrap();
    rows.map(|row| {
        (text(&row["title"]), text(&row["state"]), text(&row["due_on"]), count(&row["open"]), count(&row["closed"]))
    })
    .collect()
}

fn row(title: &str, state: &str, due_on: &str, open: i64, closed: i64) -> (String, String, String, i64, i64) {
    (title.to_owned(), state.to_owned(), due_on.to_owned(), open, closed)
}

/// In widgets: `v1` with an open item and four that were closed in four weeks, `v0`, which is closed, and `empty`. In a
/// private repository: `hush`.
async fn tell(app: &TestApp) -> (Value, Value) {
    let widgets = repository(1, "widgets");
    let mut secret = repository(2, "secret");
    secret["private"] = json!(true);
    let v1 = milestone(1, "v1", "open", json!("2026-12-24T08:00:00Z"));
    let days = ["2026-10-06", "2026-10-13", "2026-10-27", "2026-11-03"];
    for (number, day) in (1..).zip(days) {
        item(app, &widgets, number, &v1, Some(&format!("{day}T10:00:00Z"))).await;
    }
    item(app, &widgets, 5, &v1, None).await;
    item(app, &widgets, 6, &milestone(2, "v0", "closed", Value::Null), Some("2026-10-07T10:00:00Z")).await;
    item(app, &secret, 1, &milestone(1, "hush", "open", json!("2026-12-01T08:00:00Z")), None).await;
    told(app, "created", &milestone(3, "empty", "open", Value::Null), &widgets).await;
    (widgets, secret)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_milestone_has_its_state_its_date_and_what_the_viewer_sees_of_it() {
    run_test(async |app| {
        tell(&app).await;
        let (v1, empty) = (row("v1", "open", "2026-12-24", 1, 4), row("empty", "open", "-", 0, 0));
        let (v0, hush) = (row("v0", "closed", "-", 0, 1), row("hush", "open", "2026-12-01", 1, 0));
        let public = app.new_token(&["read"], None).await;
        let private = app.new_token(&["read", "private"], None).await;
        for (token, query, expected) in [
            (&app.token, "", vec![&hush, &v1, &empty]),
            (&private, "milestone_state=all", vec![&hush, &v1, &empty, &v0]),
            (&public, "", vec![&v1, &empty]),
            (&public, "milestone_state=closed", vec![&v0]),
            // Where anything is asked of items, those are there that have such items.
            (&public, "type=Issue", vec![&v1]),
            (&private, "milestone=v1&milestone=hush", vec![&hush, &v1]),
            (&private, "repo=secret", vec![&hush]),
            (&public, "repo=secret", vec![]),
        ] {
            let answer = get(&app, token, &format!("/api/v1/stats/milestones?{query}")).await;
            assert_eq!(rows(&answer).iter().collect::<Vec<_>>(), expected, "{query}");
            assert_eq!(answer["total"], expected.len(), "{query}");
        }
        let first = get(&app, &public, "/api/v1/stats/milestones?milestone_state=all&limit=1").await;
        assert_eq!((rows(&first), &first["total"]), (vec![v1], &json!(3)));
        let found = &first["milestones"][0];
        // Seven complete weeks since the first closing, in four of which one was closed.
        assert_eq!((&found["weeks"], &found["verdict"], &found["runs"]), (&json!(7), &json!("closes"), &json!(10_000)));
        assert_eq!((&found["date_50"], &found["on_time"]), (&json!("2026-11-29"), &json!(true)), "{found:#}");
        assert!(found["share_by_due"].as_f64().unwrap() > 0.9, "{found:#}");
        assert_eq!((&found["approximate"], &found["whole_since"]), (&json!(false), &json!("2026-09-01")));
        // As it was: three were still open.
        let then = get(&app, &public, "/api/v1/stats/milestones?as_of=2026-10-12&type=Issue").await;
        assert_eq!(rows(&then), [row("v1", "open", "2026-12-24", 4, 1)]);
        rebuilds_the_same(&app).await;
        app
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_last_that_github_told_of_a_milestone_counts() {
    run_test(async |app| {
        let (widgets, _) = tell(&app).await;
        let v1 = async || {
            let answer = app.json("/api/v1/stats/milestones?milestone_state=all&repo=widgets").await;
            rows(&answer).into_iter().find(|row| row.0.starts_with("v1"))
        };
        told(&app, "edited", &milestone(1, "v1.0", "open", json!("2027-01-15T08:00:00Z")), &widgets).await;
        assert_eq!(v1().await, Some(row("v1.0", "open", "2027-01-15", 1, 4)));
        // What an item shows of a time before is older.
        item(&app, &widgets, 9, &milestone(1, "v1", "open", json!("2026-12-24T08:00:00Z")), None).await;
        assert_eq!(v1().await, Some(row("v1.0", "open", "2027-01-15", 2, 4)));
        told(&app, "closed", &milestone(1, "v1.0", "closed", Value::Null), &widgets).await;
        assert_eq!(v1().await, Some(row("v1.0", "closed", "-", 2, 4)));
        // What cannot be read costs itself.
        let odd = json!({"number": 1, "title": "v1.1", "state": ["open"], "due_on": "soon"});
        told(&app, "opened", &odd, &widgets).await;
        assert_eq!(v1().await, Some(row("v1.1", "closed", "-", 2, 4)));
        let bare = json!({"number": 4, "title": "v1 of old"});
        told(&app, "created", &bare, &widgets).await;
        told(&app, "deleted", &milestone(1, "v1.1", "closed", Value::Null), &widgets).await;
        assert_eq!(v1().await, Some(row("v1 of old", "-", "-", 0, 0)));
        rebuilds_the_same(&app).await;
        assert_eq!(v1().await, Some(row("v1 of old", "-", "-", 0, 0)));
        app
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn milestones_come_as_a_table_and_a_chart_and_refuse_what_they_do_not_know() {
    run_test(async |app| {
        tell(&app).await;
        let text = async |path: &str| {
            let answer = app.client.get(app.url(path)).bearer_auth(&app.token).send().await.unwrap();
            assert_eq!(answer.status(), 200, "{path}");
            answer.text().await.unwrap()
        };
        let table = text("/api/v1/stats/milestones.csv?milestone_state=all").await;
        let lines: Vec<csv::StringRecord> =
            csv::Reader::from_reader(table.as_bytes()).records().map(Result::unwrap).collect();
        let cells: Vec<_> = lines.iter().map(|line| (&line[0], &line[3], &line[5], &line[6], &line[7])).collect();
        assert_eq!(
            cells[..2],
            [("acme/secret", "hush", "2026-12-01", "1", "0"), ("acme/widgets", "v1", "2026-12-24", "1", "4")]
        );
        let svg = text("/api/v1/stats/milestones.svg?width=700").await;
        assert_eq!(roxmltree::Document::parse(&svg).unwrap().root_element().attribute("width"), Some("700"));
        assert!(svg.contains("v1 (widgets, due 2026-12-24)"), "{svg}");
        for (question, parameter) in [
            ("milestones?milestone_state=done", "milestone_state"),
            ("milestones?limit=0", "limit"),
            ("milestones.csv?limit=201", "limit"),
            ("milestones?group_by=label", "group_by"),
            ("milestones?state=open", "state"),
            ("milestones?window=9", "window"),
            ("milestones.svg?seed=-1", "seed"),
            ("milestones?to=2027-01-01", "to"),
            ("forecast?limit=3", "limit"),
        ] {
            let (status, said) = refused(&app, &app.token, &format!("/api/v1/stats/{question}")).await;
            assert_eq!((status, &said["parameter"]), (400, &json!(parameter)), "{question}: {said}");
        }
        app
    })
    .await;
}

/// An event of an item that shows its milestone as due on a day, or never.
fn showing(number: i64, updated_at: DateTime<Utc>, fetched_at: Option<DateTime<Utc>>, due_on: Option<i64>) -> Event {
    let due_on = Some(due_on.map(|day| DateTime::UNIX_EPOCH + Duration::days(day)));
    let milestone = MilestoneRef { closed: Some(due_on == Some(None)), due_on, ..MilestoneRef::new(1, "v1") };
    let snapshot =
        ItemSnapshot { fetched_at, milestone: Some(Some(milestone)), ..ItemSnapshot::new(ItemType::Issue, updated_at) };
    let repository =
        RepositoryRef { id: 1, owner: None, name: String::new(), private: None, archived: None, html_url: None };
    let fact = ItemFact {
        snapshot: Some(snapshot),
        repository: Some(repository),
        ..ItemFact::new(1, number, Effect::Nothing)
    };
    Event {
        source_key: number.to_string(),
        kind: "fetched".to_owned(),
        actor: None,
        occurred_at: Some(updated_at),
        source: Source::Backfill,
        fact: Fact::Item(Box::new(fact)),
    }
}

#[test]
fn an_item_fetched_last_shows_its_milestone_as_it_is_however_old_the_item() {
    let hour = |hours: i64| DateTime::UNIX_EPOCH + Duration::days(9_000) + Duration::hours(hours);
    let events = [
        showing(1, hour(5), None, Some(10_000)),
        showing(2, hour(1), Some(hour(7)), None),
        showing(3, hour(6), None, Some(11_000)),
    ];
    for order in [[0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]] {
        let mut directory = Directory::default();
        for nth in order {
            directory.apply(9, &events[nth], hour(99));
        }
        let state = &directory.milestones[&(1, 1)];
        assert_eq!((state.title(), state.due_on(), state.closed()), ("v1", None, Some(true)), "{order:?}");
    }
}
