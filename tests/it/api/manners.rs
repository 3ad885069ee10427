//! What good clients rely on: entity tags, CSV, compression, limits.

use bugscrub::config::Settings;
use reqwest::{Method, RequestBuilder, Response};
use serde_json::{Value, json};

use super::open;
use crate::support::app::{problem, run_test_with, settings};
use crate::support::payload::{issue, issues, repository};
use crate::support::{TestApp, run_test};

async fn ask(app: &TestApp, path: &str, with: impl FnOnce(RequestBuilder) -> RequestBuilder) -> Response {
    app.caught_up().await;
    with(app.request(Method::GET, path)).send().await.unwrap()
}

fn header<'a>(answer: &'a Response, name: &str) -> &'a str {
    answer.headers().get(name).unwrap_or_else(|| panic!("no {name}: {:?}", answer.headers())).to_str().unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn an_unchanged_answer_is_not_sent_again() {
    run_test(async |app| {
        open(&app, 1, &repository(1, "widgets")).await;
        let path = "/api/v1/queue?limit=5";
        let first = ask(&app, path, |request| request).await;
        assert_eq!(header(&first, "cache-control"), "private, no-cache");
        assert_eq!(header(&first, "vary"), "Accept, Authorization");
        let tag = header(&first, "etag").to_owned();
        assert!(tag.starts_with("W/\""), "{tag}");
        let again = ask(&app, path, |request| request.header("if-none-match", &tag)).await;
        assert_eq!((again.status().as_u16(), header(&again, "etag")), (304, tag.as_str()));
        assert_eq!(again.text().await.unwrap(), "");
        app
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_entity_tag_belongs_to_one_question_one_position_and_one_date() {
    run_test(async |app| {
        open(&app, 1, &repository(1, "widgets")).await;
        let path = "/api/v1/queue?limit=5";
        let tag = header(&ask(&app, path, |request| request).await, "etag").to_owned();
        let status = async |path: &str, tags: &str| {
            ask(&app, path, |request| request.header("if-none-match", tags)).await.status().as_u16()
        };
        let strong = tag.trim_start_matches("W/").to_owned();
        for known in [tag.clone(), strong, format!("\"other\", {tag}"), "*".to_owned()] {
            assert_eq!(status(path, &known).await, 304, "{known}");
        }
        assert_eq!(status(path, "\"other\"").await, 200);
        for other in ["/api/v1/queue?limit=6", "/api/v1/queue?limit=5&type=PR", "/api/v1/queue.csv?limit=5"] {
            assert_eq!(status(other, &tag).await, 200, "{other}");
        }
        // A token that sees less does not share a tag with one that sees more.
        let public = app.new_token(&["read"], None).await;
        let request = app.client.get(app.url(path)).bearer_auth(public).header("if-none-match", &tag);
        assert_eq!(request.send().await.unwrap().status(), 200);

        app.clock.set("2026-11-23T00:00:00Z");
        assert_eq!(status(path, &tag).await, 200, "another date");
        app.clock.set("2026-11-22T12:00:00Z");
        open(&app, 2, &repository(1, "widgets")).await;
        assert_eq!(status(path, &tag).await, 200, "another position");
        app
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_queue_is_served_as_csv() {
    run_test(async |app| {
        let titles = ["Plain", "Commas, \"quotes\" and\nlines", "=HYPERLINK(\"https://example.com\")", "@sum"];
        for (number, title) in (1..).zip(titles) {
            let mut item = issue(number, &format!("2024-01-0{number}T00:00:00Z"), "2024-02-01T00:00:00Z");
            item["title"] = json!(title);
            item["labels"] = json!([{"id": 1, "name": "bug"}, {"id": 2, "name": "Docs"}]);
            app.deliver("issues", &issues("opened", &item, &repository(1, "widgets"))).await;
        }
        let by_name = ask(&app, "/api/v1/queue.csv", |request| request).await;
        assert_eq!(header(&by_name, "content-type"), "text/csv; charset=utf-8");
        let text = by_name.text().await.unwrap();
        let by_accept = ask(&app, "/api/v1/queue?limit=1000", |request| request.header("accept", "text/csv")).await;
        assert_eq!(by_accept.text().await.unwrap(), text);

        let mut reader = csv::Reader::from_reader(text.as_bytes());
        let names = reader.headers().unwrap().clone();
        let at = |name: &str| names.iter().position(|column| column == name).unwrap();
        let rows: Vec<csv::StringRecord> = reader.records().map(Result::unwrap).collect();
        let column = |name: &str| rows.iter().map(|row| row[at(name)].to_owned()).collect::<Vec<_>>();
        assert_eq!(column("title"), [titles[0], titles[1], "'=HYPERLINK(\"https://example.com\")", "'@sum"]);
        let answer = app.json("/api/v1/queue").await;
        let items = answer["items"].as_array().unwrap();
        for name in ["rank", "repository", "number", "url", "stale_age", "created_at", "draft", "milestone"] {
            let said = items.iter().map(|item| match &item[name] {
                Value::String(text) => text.clone(),
                Value::Null => String::new(),
                other => other.to_string(),
            });
            assert_eq!(column(name), said.collect::<Vec<_>>(), "{name}");
        }
        assert_eq!(column("labels")[0], "bug, Docs");
        assert_eq!(column("last_activity_actor")[0], "octocat");

        // A header links to the next page, as CSV again.
        let first = ask(&app, "/api/v1/queue.csv?limit=3", |request| request).await;
        let link = header(&first, "link").to_owned();
        let next = link.strip_prefix('<').unwrap().strip_suffix(">; rel=\"next\"").unwrap();
        let next = next.strip_prefix(&app.url("")).unwrap();
        let last = ask(&app, next, |request| request).await;
        assert!(last.headers().get("link").is_none());
        let last = last.text().await.unwrap();
        assert_eq!(last.lines().collect::<Vec<_>>(), [text.lines().next().unwrap(), text.lines().last().unwrap()]);
        app
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn large_answers_are_compressed_for_clients_that_accept_it() {
    run_test(async |app| {
        for number in 1..=9 {
            open(&app, number, &repository(1, "widgets")).await;
        }
        let answer = ask(&app, "/api/v1/queue", |request| request.header("accept-encoding", "gzip")).await;
        assert_eq!(header(&answer, "content-encoding"), "gzip");
        let mut text = String::new();
        let body = answer.bytes().await.unwrap();
        std::io::Read::read_to_string(&mut flate2::read::GzDecoder::new(&body[..]), &mut text).unwrap();
        assert_eq!(serde_json::from_str::<Value>(&text).unwrap()["total"], 9);
        let plain = ask(&app, "/api/v1/queue", |request| request).await;
        assert!(plain.headers().get("content-encoding").is_none());
        app
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_that_asks_too_often_is_told_to_wait() {
    run_test_with(Settings { rate_limit: 3, ..settings() }, async |app| {
        open(&app, 1, &repository(1, "widgets")).await;
        let other = app.new_token(&["read"], None).await;
        for remaining in ["2", "1", "0"] {
            let answer = ask(&app, "/api/v1/queue", |request| request).await;
            assert_eq!(answer.status(), 200);
            assert_eq!(header(&answer, "x-ratelimit-limit"), "3");
            assert_eq!(header(&answer, "x-ratelimit-remaining"), remaining);
        }
        let refused = ask(&app, "/api/v1/accounts", |request| request).await;
        assert_eq!(header(&refused, "x-ratelimit-remaining"), "0");
        let wait: u64 = header(&refused, "retry-after").parse().unwrap();
        assert!((1..=20).contains(&wait), "{wait}");
        assert_eq!(problem(refused).await.0, 429);
        // Another token has its own limit, and requests without a token are not counted.
        let answer = app.client.get(app.url("/api/v1/queue")).bearer_auth(other).send().await.unwrap();
        assert_eq!((answer.status().as_u16(), header(&answer, "x-ratelimit-remaining")), (200, "2"));
        let answer = app.client.get(app.url("/healthz")).send().await.unwrap();
        assert!(answer.headers().get("x-ratelimit-limit").is_none());
        app
    })
    .await;
}
