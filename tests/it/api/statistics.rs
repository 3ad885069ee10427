//! The statistics of a small history, compared with figures counted by hand.

use serde_json::{Value, json};

use super::{get, refused};
use crate::support::payload::{issue, issues, repository, user};
use crate::support::{TestApp, run_test};

/// Two weeks in widgets: #1 is opened on 9 November, answered after two hours and closed on the 18th;
/// #2 is opened on the 17th. #3 is opened on the 20th in a private repository with a hostile name.
async fn tell(app: &TestApp) {
    let widgets = repository(1, "widgets");
    let mut secret = repository(2, "<b>&\"secret");
    secret["private"] = json!(true);
    let opened = async |number: i64, at: &str, repository: &Value| {
        app.deliver("issues", &issues("opened", &issue(number, at, at), repository)).await;
    };
    opened(1, "2026-11-09T10:00:00Z", &widgets).await;
    let mut comment = issues("created", &issue(1, "2026-11-09T10:00:00Z", "2026-11-09T12:00:00Z"), &widgets);
    comment["sender"] = user("hubber");
    comment["comment"] = json!({"user": user("hubber"), "created_at": "2026-11-09T12:00:00Z",
        "updated_at": "2026-11-09T12:00:00Z", "author_association": "MEMBER"});
    app.deliver("issue_comment", &comment).await;
    opened(2, "2026-11-17T10:00:00Z", &widgets).await;
    let mut closed = issue(1, "2026-11-09T10:00:00Z", "2026-11-18T10:00:00Z");
    (closed["state"], closed["closed_at"]) = (json!("closed"), json!("2026-11-18T10:00:00Z"));
    app.deliver("issues", &issues("closed", &closed, &widgets)).await;
    opened(3, "2026-11-20T10:00:00Z", &secret).await;
}

fn counts(answer: &Value) -> Vec<(&str, u64, u64, u64)> {
    let points = answer["points"].as_array().unwrap().iter();
    let count = |point: &Value, name: &str| point[name].as_u64().unwrap();
    points
        .map(|point| {
            (point["date"].as_str().unwrap(), count(point, "open"), count(point, "opened"), count(point, "closed"))
        })
        .collect()
}

async fn text(app: &TestApp, token: &str, path: &str, content_type: &str) -> String {
    let answer = app.client.get(app.url(path)).bearer_auth(token).send().await.unwrap();
    assert_eq!((answer.status().as_u16(), &answer.headers()["content-type"]), (200, &content_type.parse().unwrap()));
    answer.text().await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_statistics_equal_figures_counted_by_hand() {
    run_test(async |app| {
        tell(&app).await;
        let backlog = app.json("/api/v1/stats/backlog?from=2026-11-09").await;
        assert_eq!(counts(&backlog), [("2026-11-15", 1, 1, 0), ("2026-11-22", 2, 2, 1)]);
        assert_eq!((&backlog["as_of"], &backlog["approximate"]), (&json!("2026-11-22"), &json!(false)));

        let coverage = app.json("/api/v1/stats/coverage?view=open&repo=widgets").await;
        let never = json!({"bucket": "never", "from_weeks": null, "to_weeks": null, "items": 1});
        assert_eq!(
            (&coverage["view"], &coverage["eligible"], &coverage["never_read"]),
            (&json!("open"), &json!(1), &json!(1))
        );
        assert_eq!(coverage["weeks_since_read"][0], never);
        // The default view: created within 180 days, and updated before yesterday.
        let scrub = app.json("/api/v1/stats/coverage").await;
        assert_eq!((&scrub["view"], &scrub["eligible"]), (&json!("bug-scrub"), &json!(2)));

        let ages = app.json("/api/v1/stats/ages.json").await;
        assert_eq!(ages["by_age"][1], json!({"bucket": "1-7", "from_days": 1, "to_days": 7, "items": 2}));

        let throughput = app.json("/api/v1/stats/throughput").await;
        let all = &throughput["total"];
        assert_eq!((&all["opened"], &all["closed"], &all["answered"]), (&json!(3), &json!(1), &json!(1)));
        assert_eq!(all["median_hours_to_first_response"], 2.0);
        assert_eq!(all["median_hours_to_close"], 216.0);
        assert_eq!(throughput["rows"][0]["repository"], "acme/widgets");

        let forecast = app.json("/api/v1/stats/forecast").await;
        assert_eq!(forecast["summary"]["verdict"], "too_little_history");
        assert_eq!(forecast["summary"]["weeks"], 2);
        assert_eq!(app.json("/api/v1/stats/forecast").await, forecast);

        // CSV has the same rows; SVG is sound, whatever a repository is called.
        let csv_text = text(&app, &app.token, "/api/v1/stats/throughput.csv", "text/csv; charset=utf-8").await;
        let rows: Vec<csv::StringRecord> =
            csv::Reader::from_reader(csv_text.as_bytes()).records().map(Result::unwrap).collect();
        assert_eq!(rows.len(), 2);
        assert_eq!(&rows[1][1], "acme/<b>&\"secret");
        for subject in ["backlog", "ages", "throughput", "forecast", "flow"] {
            let svg = text(&app, &app.token, &format!("/api/v1/stats/{subject}.svg?width=700"), "image/svg+xml").await;
            let picture = roxmltree::Document::parse(&svg).unwrap();
            assert_eq!(picture.root_element().attribute("width"), Some("700"), "{subject}");
            let path = format!("/api/v1/stats/{subject}.csv");
            let csv_text = text(&app, &app.token, &path, "text/csv; charset=utf-8");
            assert!(csv::Reader::from_reader(csv_text.await.as_bytes()).records().all(|row| row.is_ok()), "{subject}");
        }
        app
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_without_the_private_scope_gets_no_figures_of_private_repositories() {
    run_test(async |app| {
        tell(&app).await;
        let token = app.new_token(&["read"], None).await;
        let backlog = get(&app, &token, "/api/v1/stats/backlog?from=2026-11-09").await;
        assert_eq!(counts(&backlog), [("2026-11-15", 1, 1, 0), ("2026-11-22", 1, 1, 1)]);
        for subject in ["backlog", "ages", "throughput", "forecast"] {
            for suffix in [".json", ".csv", ".svg"] {
                let path = format!("/api/v1/stats/{subject}{suffix}");
                let answer = app.client.get(app.url(&path)).bearer_auth(&token).send().await.unwrap();
                assert!(!answer.text().await.unwrap().contains("secret"), "{path}");
            }
        }
        for filter in ["repo=-widgets", "label=nowhere"] {
            let none = get(&app, &token, &format!("/api/v1/stats/backlog?from=2026-11-16&{filter}")).await;
            assert_eq!(counts(&none), [("2026-11-22", 0, 0, 0)], "{filter}");
        }
        app
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_answer_names_a_wrong_parameter() {
    run_test(async |app| {
        tell(&app).await;
        let token = app.token.clone();
        for (question, parameter) in [
            ("backlog?step=year", "step"),
            ("backlog?group_by=title", "group_by"),
            ("backlog.svg?group_by=label", "group_by"),
            ("backlog?group_limit=3", "group_limit"),
            ("backlog?group_by=label&group_limit=51", "group_limit"),
            ("flow?window=3", "window"),
            ("flow.csv?raw=yes", "raw"),
            ("backlog?from=99999999999999999", "from"),
            ("backlog?from=soon", "from"),
            ("backlog.svg?to=2027-01-01", "to"),
            ("backlog?from=2026-11-20&to=2026-11-19", "from"),
            ("backlog?step=day&from=3700d", "from"),
            ("backlog?window=3", "window"),
            ("ages.csv?repo=a/b/c", "repo"),
            ("ages?label=", "label"),
            ("throughput?window=0", "window"),
            ("throughput.svg?width=20", "width"),
            ("forecast.svg?height=99999", "height"),
            ("forecast?seed=-1", "seed"),
        ] {
            let (status, said) = refused(&app, &token, &format!("/api/v1/stats/{question}")).await;
            assert_eq!((status, &said["parameter"]), (400, &json!(parameter)), "{question}: {said}");
        }
        app
    })
    .await;
}
