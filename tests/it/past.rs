//! The queue and the statistics of past dates.

use chrono::{DateTime, NaiveDate, Utc};
use serde_json::{Value, json};

use crate::support::payload::{issue, issues, repository, user};
use crate::support::{TestApp, run_test};

async fn total(app: &TestApp, query: &str) -> i64 {
    app.json(&format!("/api/v1/queue?{query}")).await["total"].as_i64().unwrap()
}

fn sum(buckets: &Value) -> i64 {
    buckets.as_array().unwrap().iter().map(|bucket| bucket["items"].as_i64().unwrap()).sum()
}

fn numbers(page: &Value) -> Vec<i64> {
    page["items"].as_array().unwrap().iter().map(|item| item["number"].as_i64().unwrap()).collect()
}

/// Changes an item's fields, and delivers the event.
async fn happens(app: &TestApp, item: &mut Value, action: &str, at: &str, change: Value) {
    item["updated_at"] = json!(at);
    item.as_object_mut().unwrap().extend(change.as_object().unwrap().clone());
    let mut payload = issues(action, item, &repository(1, "widgets"));
    payload["sender"] = user("ada");
    app.deliver("issues", &payload).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_past_date_shows_what_had_happened_by_its_end() {
    run_test(async |app| {
        let mut items: Vec<Value> = (1..=4).map(|n| issue(n, "2026-03-01T10:00:00Z", "2026-03-01T10:00:00Z")).collect();
        for item in &mut items[..3] {
            happens(&app, item, "opened", "2026-03-01T10:00:00Z", json!({})).await;
        }
        let [one, two, three, four] = items.as_mut_slice() else { panic!("four") };
        happens(&app, one, "edited", "2026-03-10T23:59:59Z", json!({"title": "Named anew"})).await;
        happens(
            &app,
            two,
            "closed",
            "2026-03-11T00:00:00Z",
            json!({"state": "closed", "closed_at": "2026-03-11T00:00:00Z"}),
        )
        .await;
        happens(&app, two, "reopened", "2026-03-20T00:00:00Z", json!({"state": "open", "closed_at": null})).await;
        happens(&app, three, "deleted", "2026-03-15T00:00:00Z", json!({})).await;
        // This item is first heard of when it closes, but it existed before.
        happens(
            &app,
            four,
            "closed",
            "2026-04-01T00:00:00Z",
            json!({"state": "closed", "closed_at": "2026-04-01T00:00:00Z"}),
        )
        .await;

        for (date, open, approximate) in [
            ("2026-02-28", vec![], false),
            ("2026-03-01", vec![1, 2, 3, 4], true),
            ("2026-03-10", vec![2, 3, 4, 1], true),
            ("2026-03-11", vec![3, 4, 1], true),
            ("2026-03-20", vec![4, 1, 2], true),
            ("2026-04-01", vec![1, 2], false),
            ("2026-11-22", vec![1, 2], false),
        ] {
            let page = app.json(&format!("/api/v1/queue?as_of={date}")).await;
            assert_eq!(numbers(&page), open, "{date}: {page}");
            assert_eq!((&page["as_of"], &page["approximate"]), (&json!(date), &json!(approximate)), "{date}");
            let ranks: Vec<i64> =
                page["items"].as_array().unwrap().iter().map(|item| item["rank"].as_i64().unwrap()).collect();
            assert_eq!(ranks, (1..=i64::try_from(open.len()).unwrap()).collect::<Vec<_>>(), "{date}");
            let ages = app.json(&format!("/api/v1/stats/ages?as_of={date}")).await;
            assert_eq!(sum(&ages["by_age"]), i64::try_from(open.len()).unwrap(), "{date}: {ages}");
            // Further pages show the same date, in both orders.
            for order in ["stalest", "freshest"] {
                let paged = app.all_pages(&format!("as_of={date}&limit=2&order={order}")).await;
                let mut paged: Vec<i64> = paged.iter().map(|item| item["number"].as_i64().unwrap()).collect();
                if order == "freshest" {
                    paged.reverse();
                }
                assert_eq!(paged, open, "{date} {order}");
            }
            let created = |item: &Value| (item["created_at"].as_str().unwrap().to_owned(), item["number"].as_i64());
            let oldest = app.all_pages(&format!("as_of={date}&limit=2&order=oldest")).await;
            assert!(oldest.len() == open.len() && oldest.iter().map(created).is_sorted(), "{date}: {oldest:?}");
        }
        let tenth = app.json("/api/v1/queue?as_of=2026-03-10&title=anew").await;
        assert_eq!(tenth["items"][0]["title"], "Named anew");
        assert_eq!((&tenth["items"][0]["days_age"], &tenth["items"][0]["days_stale"]), (&json!(9), &json!(0)));
        assert_eq!(total(&app, "as_of=2026-03-09&title=anew").await, 0);
        // A filter's days count from the date in question.
        assert_eq!(total(&app, "as_of=2026-03-10&updated_before=5d").await, 3);
        assert_eq!(total(&app, "as_of=2026-03-12&state=closed").await, 1);
        assert_eq!(total(&app, "as_of=256d").await, total(&app, "as_of=2026-03-11").await);
        // What may not be seen today is not shown for a past date either.
        let mut private = repository(1, "widgets");
        private["private"] = json!(true);
        app.deliver("repository", &json!({"action": "privatized", "repository": private, "sender": user("ada")})).await;
        let public = app.new_token(&["read"], None).await;
        let answer = app.request_as(&public, reqwest::Method::GET, "/api/v1/queue?account=acme&as_of=2026-03-10");
        // Nothing of the account is public now: it is as if it were not here.
        assert_eq!(answer.send().await.unwrap().status(), 404);
        assert_eq!(total(&app, "as_of=2026-03-10").await, 4);
        app
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_past_date_shows_what_was_answered_on_that_day() {
    // Notes the queue of every evening, and compares it with what is answered for that date later.
    run_test(async |app| {
        let start: DateTime<Utc> = "2026-05-01T12:00:00Z".parse().unwrap();
        let mut chance = crate::live::Random(0x5eed);
        let mut items: Vec<Value> = vec![];
        let mut noted: Vec<(NaiveDate, Vec<i64>)> = vec![];
        for day in 0..25 {
            let now = start + chrono::Duration::days(day);
            let at = now.format("%Y-%m-%dT%H:%M:%SZ").to_string();
            app.clock.set(&at);
            let number = i64::try_from(items.len()).unwrap() + 1;
            let mut new = issue(number, &at, &at);
            happens(&app, &mut new, "opened", &at, json!({})).await;
            items.push(new);
            let item = &mut items[usize::try_from(chance.below(u64::try_from(number).unwrap())).unwrap()];
            match chance.below(3) {
                0 => happens(&app, item, "closed", &at, json!({"state": "closed", "closed_at": at})).await,
                1 => happens(&app, item, "reopened", &at, json!({"state": "open", "closed_at": null})).await,
                _ => happens(&app, item, "edited", &at, json!({"title": format!("Of day {day}")})).await,
            }
            noted.push((now.date_naive(), numbers(&app.json("/api/v1/queue").await)));
        }
        app.clock.set("2026-11-22T12:00:00Z");
        for (date, then) in noted {
            let page = app.json(&format!("/api/v1/queue?as_of={date}")).await;
            assert_eq!((numbers(&page), &page["approximate"]), (then.clone(), &json!(false)), "{date}");
            let ages = app.json(&format!("/api/v1/stats/ages?as_of={date}")).await;
            assert_eq!(sum(&ages["by_staleness"]), i64::try_from(then.len()).unwrap(), "{date}");
            let backlog = app.json(&format!("/api/v1/stats/backlog?as_of={date}&from=20d&step=day")).await;
            let last = backlog["points"].as_array().unwrap().last().unwrap().clone();
            assert_eq!(last["open"].as_i64(), Some(i64::try_from(then.len()).unwrap()), "{date}: {last}");
        }
        app
    })
    .await;
}
