//! `skip`: a page far down, at once.

use serde_json::{Value, json};

use super::open;
use crate::support::app::problem;
use crate::support::payload::{issue, issues, repository};
use crate::support::run_test;

fn numbers(page: &Value) -> Vec<i64> {
    page["items"].as_array().unwrap().iter().map(|item| item["number"].as_i64().unwrap()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_may_begin_anywhere() {
    run_test(async |app| {
        let widgets = repository(1, "widgets");
        for number in 1..=25 {
            let mut item = issue(number, &format!("2026-01-{:02}T00:00:00Z", number % 9 + 1), "2026-02-01T00:00:00Z");
            if number % 3 == 0 {
                item["labels"] = json!([{"id": 1, "name": "bug", "color": "d73a4a"}]);
            }
            app.deliver("issues", &issues("opened", &item, &widgets)).await;
        }
        let mut hidden = repository(2, "secret");
        hidden["private"] = json!(true);
        open(&app, 28, &hidden).await;
        let public = app.new_token(&["read"], None).await;
        for order in ["stalest", "freshest", "oldest", "newest"] {
            for filter in ["", "&label=bug", "&title=Issue", "&label=none-has-it"] {
                let question = format!("/api/v1/queue?order={order}{filter}");
                let ask = async |query: String| -> Value {
                    let answer = app.request_as(&public, reqwest::Method::GET, &query).send().await.unwrap();
                    assert_eq!(answer.status(), 200, "{query}");
                    answer.json().await.unwrap()
                };
                let whole = ask(format!("{question}&limit=500")).await;
                let all = numbers(&whole);
                for skip in (0..=all.len() + 1).chain([usize::MAX / 2]) {
                    let page = ask(format!("{question}&limit=4&skip={skip}")).await;
                    let rest = &all[skip.min(all.len())..];
                    assert_eq!(numbers(&page), rest[..rest.len().min(4)], "{question} {skip}");
                    assert_eq!(page["total"], all.len());
                    // From there on by the cursor.
                    if let Some(cursor) = page["next_cursor"].as_str() {
                        let next = ask(format!("/api/v1/queue?cursor={cursor}")).await;
                        assert_eq!(numbers(&next), rest[4..rest.len().min(8)], "{question} {skip}");
                    }
                }
            }
        }
        let cursor = app.json("/api/v1/queue?limit=1").await["next_cursor"].as_str().unwrap().to_owned();
        for query in [
            "skip=-1".to_owned(),
            "skip=x".to_owned(),
            "skip=1&state=closed".to_owned(),
            "skip=1&order=most-comments".to_owned(),
            "skip=1&as_of=2026-01-05".to_owned(),
            format!("skip=1&cursor={cursor}"),
        ] {
            let answer = app.request(reqwest::Method::GET, &format!("/api/v1/queue?{query}")).send().await.unwrap();
            let (status, said) = problem(answer).await;
            assert_eq!((status, &said["parameter"]), (400, &json!("skip")), "{query}: {said}");
        }
        app
    })
    .await;
}
