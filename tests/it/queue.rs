//! The queue, compared with a brute-force ordering; and the store, filled in another order of arrival.

mod items;

use std::collections::BTreeSet;

use chrono::Duration;
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use reqwest::Method;
use serde_json::json;

use self::items::{Item, ZONE, brute_force, delivery, items, keys};
use crate::support::app::{run_test_with, settings};
use crate::support::history::{History, steps};
use crate::support::payload::{issue, issues, repository};
use crate::support::{TestApp, random, run_test};

#[tokio::test(flavor = "multi_thread")]
async fn the_queue_equals_a_brute_force_ordering_over_all_pages() {
    let mut settings = settings();
    settings.zone = ZONE;
    run_test_with(settings, async |app| {
        let mut runner = random();
        let items = items(&mut runner);
        for item in &items {
            let (event, payload) = delivery(item);
            app.deliver(event, &payload).await;
        }
        // Just before and just after Berlin's midnight, and the day that summer time begins.
        // The last date is in the past.
        for now in ["2026-03-29T00:30:00Z", "2026-05-31T21:59:59Z", "2026-05-31T22:00:00Z", "2026-03-20T12:00:00Z"] {
            app.clock.set(now);
            compare_all(&app, &items).await;
            compare_days(&app, &items).await;
            compare_views(&app, &items).await;
        }
        app
    })
    .await;
}

async fn compare_all(app: &TestApp, items: &[Item]) {
    let today = app.clock.now().with_timezone(&ZONE).date_naive();
    let open = |item: &Item| item.open;
    let whole = brute_force(items, today, open);
    type Keep = fn(&Item) -> bool;
    let filters: [(&str, Keep); 32] = [
        ("", |item| item.open),
        ("repo=acme/REPO-2", |item| item.open && item.repo_id == 2),
        ("repo=repo-1&repo=repo-3", |item| item.open && item.repo_id != 2),
        ("repo=-repo-1&type=-PR", |item| item.open && item.repo_id != 1 && item.kind != "PR"),
        ("type=issue&type=Discussion", |item| item.open && item.kind != "PR"),
        ("state=closed", |item| !item.open),
        ("state=open&state=closed&author=grace", |item| item.author == "Grace"),
        ("label=good%20first%20issue&author=-renovate[bot]", |item| {
            item.open && item.label == Some("Good First Issue") && item.author != "renovate[bot]"
        }),
        ("label=-bug", |item| item.open && item.label != Some("bug")),
        ("label=nowhere", |_| false),
        ("repo=-nowhere&author=-nobody", |item| item.open),
        ("assignee=grace", |item| item.open && item.assignee == Some("Grace")),
        ("assignee=-ADA&type=-PR", |item| item.open && item.assignee != Some("ada") && item.kind != "PR"),
        ("milestone=some%20day&milestone=v1&state=open&state=closed", |item| item.milestone.is_some()),
        ("milestone=-v1&title=crash", |item| {
            item.open && item.milestone != Some("v1") && item.title.to_lowercase().contains("crash")
        }),
        ("title=0%25%20C&title=U_l&title=p%5C%20is", |item| {
            item.open && (item.title.contains('%') || item.title.contains('\\'))
        }),
        ("title=-crash&draft=false", |item| item.open && !item.draft && !item.title.to_lowercase().contains("crash")),
        ("archived=true&state=open&state=closed", |item| item.archived()),
        ("archived=false&label=bug", |item| item.open && !item.archived() && item.label == Some("bug")),
        ("waits_for=author", |item| item.waits_for() == Some("author")),
        ("waits_for=-author&type=Issue&state=-closed", |item| {
            item.open && item.kind == "Issue" && item.waits_for() != Some("author")
        }),
        ("waits_for=author&waits_for=maintainers&label=-bug", |item| {
            item.waits_for().is_some() && item.label != Some("bug")
        }),
        ("label=%22-bug%22", |item| item.open && item.label == Some("-BUG")),
        ("label=-%22-Bug%22&label=-bug&state=closed", |item| {
            !item.open && item.label.is_none_or(|label| label == "Good First Issue")
        }),
        ("draft=true&title=%25", |item| item.open && item.draft && item.title.contains('%')),
        ("state=all", |_| true),
        ("state=All&label=none", |item| item.label.is_none()),
        ("label=none&label=bug", |item| item.open && item.label.is_none_or(|label| label == "bug")),
        ("label=-none&assignee=NONE&milestone=none", |item| {
            item.open && item.label.is_some() && item.assignee.is_none() && item.milestone.is_none()
        }),
        ("assignee=-none&assignee=-ada&state=closed", |item| !item.open && item.assignee == Some("Grace")),
        // An item has one label here: it cannot have both.
        ("label=all:bug,%22Good%20First%20Issue%22&state=all", |_| false),
        ("label=all:BUG,%20bug&assignee=all:ada", |item| {
            item.open && item.label == Some("bug") && item.assignee == Some("ada")
        }),
    ];
    for (query, keep) in filters {
        let expected = brute_force(items, today, keep);
        for limit in [7, 500] {
            let answers = app.all_pages(&format!("{query}&limit={limit}")).await;
            assert_eq!(keys(&answers), expected, "{today} {query} by {limit}");
            for (answer, key) in answers.iter().zip(&expected) {
                let rank = whole.iter().position(|place| place == key).map(|place| place + 1);
                assert_eq!(answer["rank"], json!(rank), "{today} {query} {key:?}");
            }
        }
        let freshest = app.all_pages(&format!("{query}&order=freshest&limit=11")).await;
        let backwards: Vec<_> = expected.iter().rev().copied().collect();
        assert_eq!(keys(&freshest), backwards, "{today} {query} freshest");
        let mut oldest: Vec<&Item> = items.iter().filter(|item| keep(item)).collect();
        oldest.sort_by_key(|item| (item.created_at, item.repo_id, item.number));
        let mut oldest: Vec<_> = oldest.into_iter().map(|item| (item.repo_id, item.number)).collect();
        assert_eq!(keys(&app.all_pages(&format!("{query}&order=oldest&limit=11")).await), oldest, "{today} {query}");
        oldest.reverse();
        assert_eq!(keys(&app.all_pages(&format!("{query}&order=newest&limit=8")).await), oldest, "{today} {query}");
        let total = app.json(&format!("/api/v1/queue?{query}&limit=1")).await["total"].as_u64();
        assert_eq!(total, Some(expected.len() as u64), "{today} {query}");
    }
}

/// Compares filters by days. `Nd` means N days before today; after and before are strict.
async fn compare_days(app: &TestApp, items: &[Item]) {
    let today = app.clock.now().with_timezone(&ZONE).date_naive();
    let stale = |item: &Item| (today - item.updated_at.with_timezone(&ZONE).date_naive()).num_days();
    let age = |item: &Item| (today - item.created_at.with_timezone(&ZONE).date_naive()).num_days();
    let date = |days| today - Duration::days(days);
    type Keep<'a> = &'a dyn Fn(&Item) -> bool;
    let filters: [(String, Keep); 5] = [
        ("created_after=20d".to_owned(), &|item| item.open && age(item) <= 19),
        ("updated_before=1d".to_owned(), &|item| item.open && stale(item) >= 2),
        (format!("created_before={}&updated_after={}", date(10), date(30)), &|item| {
            item.open && age(item) > 10 && stale(item) < 30
        }),
        (format!("updated_before={}&state=closed", date(5)), &|item| !item.open && stale(item) > 5),
        ("created_after=0d&label=-bug".to_owned(), &|item| item.open && age(item) < 0 && item.label != Some("bug")),
    ];
    for (query, keep) in filters {
        let answers = app.all_pages(&format!("{query}&limit=9")).await;
        assert_eq!(keys(&answers), brute_force(items, today, keep), "{today} {query}");
    }
}

/// Compares views: their items pass the view's filters and the request's own.
async fn compare_views(app: &TestApp, items: &[Item]) {
    let scrub = app.new_token(&["scrub"], None).await;
    for (name, view) in [
        ("ours", json!({"filter": {"label": ["bug", "Good First Issue"], "assignee": "-grace"}})),
        (
            "crashes",
            json!({"filter": {"title": ["crash", "docs"], "type": ["Issue", "PR"], "state": ["open", "closed"]}}),
        ),
        (
            "recent",
            json!({"filter": {"created_after": "70d", "updated_before": "1d", "draft": false}, "order": "freshest"}),
        ),
    ] {
        let stored = app.request_as(&scrub, Method::PUT, &format!("/api/v1/views/{name}")).json(&view);
        assert!(stored.send().await.unwrap().status().is_success(), "{name}");
    }
    let today = app.clock.now().with_timezone(&ZONE).date_naive();
    let age = |item: &Item| (today - item.created_at.with_timezone(&ZONE).date_naive()).num_days();
    let stale = |item: &Item| (today - item.updated_at.with_timezone(&ZONE).date_naive()).num_days();
    let crash = |item: &Item| item.title != "100% CPU_load" && item.kind != "Discussion";
    let labeled = |item: &Item| matches!(item.label, Some("bug" | "Good First Issue"));
    let ours = |item: &Item| item.open && labeled(item) && item.assignee != Some("Grace");
    let recent = |item: &Item| item.open && age(item) < 70 && stale(item) > 1 && !item.draft;
    let scrubbed =
        |item: &Item| item.open && !item.archived() && item.kind != "PR" && age(item) < 180 && stale(item) > 1;
    type Keep<'a> = &'a dyn Fn(&Item) -> bool;
    let filters: [(&str, Keep); 15] = [
        ("view=ours", &ours),
        ("view=ours&label=bug", &|item| ours(item) && item.label == Some("bug")),
        ("view=ours&assignee=ADA&label=good%20first%20issue&label=bug", &|item| {
            ours(item) && item.assignee == Some("ada")
        }),
        ("view=ours&state=closed", &|item| !item.open && labeled(item) && item.assignee != Some("Grace")),
        ("view=crashes", &crash),
        ("view=crashes&title=start&title=lost&state=open", &|item| crash(item) && item.open && item.title != "Docs"),
        ("view=crashes&type=-PR&author=ada&state=-closed", &|item| {
            crash(item) && item.kind == "Issue" && item.author == "ada" && item.open
        }),
        ("view=crashes&type=Discussion", &|_| false),
        ("view=recent&order=stalest", &recent),
        ("view=recent&draft=true&order=stalest", &|_| false),
        ("view=bug-scrub", &scrubbed),
        ("unread=true", &scrubbed),
        ("view=never-read&noted=true", &|_| false),
        ("view=open", &|item| item.open && !item.archived()),
        ("view=open&archived=true", &|_| false),
    ];
    for (query, keep) in filters {
        let expected = brute_force(items, today, keep);
        assert_eq!(keys(&app.all_pages(&format!("{query}&limit=9")).await), expected, "{today} {query}");
    }
    let mut expected = brute_force(items, today, recent);
    expected.reverse();
    assert_eq!(keys(&app.all_pages("view=recent").await), expected, "{today}: the view's order");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_items_numbers_follow_their_formulas() {
    run_test(async |app| {
        let widgets = repository(1, "widgets");
        let mut item = issue(12, "2023-08-10T08:00:00Z", "2024-09-13T08:00:00Z");
        app.deliver("issues", &issues("opened", &item, &widgets)).await;
        // A bot's comment today changes the official number and not the human one.
        item["updated_at"] = json!("2026-11-22T08:00:00Z");
        let mut payload = issues("created", &item, &widgets);
        payload["comment"] = json!({"created_at": "2026-11-22T08:00:00Z"});
        payload["sender"] = crate::support::payload::bot("stale");
        app.deliver("issue_comment", &payload).await;
        // This item was created in the future, by a wrong clock: days are never below 0.
        let ahead = issue(13, "2026-11-24T08:00:00Z", "2026-11-24T08:00:00Z");
        app.deliver("issues", &issues("opened", &ahead, &widgets)).await;

        let queue = app.json("/api/v1/queue").await;
        let [old, new] = [&queue["items"][0], &queue["items"][1]];
        assert_eq!((&old["days_age"], &old["days_stale"]), (&json!(1200), &json!(0)));
        assert_eq!(old["stale_age"], json!(3.079543)); // log10(1201 * 1)
        assert_eq!(old["human_stale_age"], json!(5.983176)); // log10(1201 * 801), opened counts
        assert_eq!(old["last_activity"]["human"], json!(false));
        assert_eq!(old["url"], json!("https://github.com/acme/widgets/issues/12"));
        assert_eq!((&new["days_age"], &new["stale_age"]), (&json!(0), &json!(0.0)));
        app
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn pages_keep_the_date_they_began_with() {
    run_test(async |app| {
        let widgets = repository(1, "widgets");
        // Ages (10, 1) and (5, 3): 22 < 24 today, 36 > 35 tomorrow.
        for (number, created, updated) in [(1, "2026-11-12", "2026-11-21"), (2, "2026-11-17", "2026-11-19")] {
            let at = |date: &str| format!("{date}T12:00:00Z");
            app.deliver("issues", &issues("edited", &issue(number, &at(created), &at(updated)), &widgets)).await;
        }
        app.clock.set("2026-11-22T23:59:00Z");
        let first = app.json("/api/v1/queue?limit=1").await;
        assert_eq!(first["items"][0]["number"], 2);
        app.clock.set("2026-11-23T00:59:00Z");
        let second = app.json(first["next"].as_str().unwrap()).await;
        assert_eq!((&second["as_of"], &second["items"][0]["number"]), (&json!("2026-11-22"), &json!(1)));
        assert_eq!(app.json("/api/v1/queue?limit=1").await["items"][0]["number"], 1, "begun anew");
        app
    })
    .await;
}

/// Stands in for replaying a real repository's history in a shuffled order.
#[tokio::test(flavor = "multi_thread")]
async fn any_order_of_arrival_stores_the_same_items() {
    let mut runner = random();
    let steps = proptest::collection::vec(steps(0..2), 12).new_tree(&mut runner).unwrap().current().concat();
    let deliveries = History::of(&steps).deliveries;
    let shuffled = Just(deliveries.clone()).prop_shuffle().new_tree(&mut runner).unwrap().current();
    let mut stored = vec![];
    for order in [deliveries, shuffled] {
        run_test(async |app| {
            for delivery in &order {
                app.deliver_as(delivery.event, &delivery.guid.to_string(), &delivery.payload).await;
            }
            let rows: Vec<String> = sqlx::query_scalar(
                "SELECT concat_ws(' ', (to_jsonb(items) - 'generation')::text) FROM items ORDER BY repo_id, number",
            )
            .fetch_all(&app.database.pool)
            .await
            .unwrap();
            stored.push(rows);
            app
        })
        .await;
    }
    assert!(stored[0].len() >= 4);
    assert_eq!(stored[0], stored[1]);
    assert_eq!(stored[0].iter().collect::<BTreeSet<_>>().len(), stored[0].len());
}
