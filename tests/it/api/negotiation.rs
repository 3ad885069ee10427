//! What clients say that they want: media types, codings and files' names.

use bugscrub::config::Settings;
use reqwest::{Method, Response};
use serde_json::{Value, json};

use super::open;
use crate::support::app::{problem, run_test_with, settings};
use crate::support::payload::repository;
use crate::support::{TestApp, run_test};

async fn ask(app: &TestApp, path: &str, headers: &[(&str, &str)]) -> Response {
    app.caught_up().await;
    let mut request = app.request(Method::GET, path);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    request.send().await.unwrap()
}

fn header<'a>(answer: &'a Response, name: &str) -> &'a str {
    answer.headers().get(name).unwrap_or_else(|| panic!("no {name}: {:?}", answer.headers())).to_str().unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn accept_counts_by_its_weights() {
    const JSON: Option<&str> = Some("application/json");
    const CSV: Option<&str> = Some("text/csv; charset=utf-8");
    run_test(async |app| {
        open(&app, 1, &repository(1, "widgets")).await;
        let cases = [
            ("*/*", JSON),
            ("", JSON),
            ("text/csv", CSV),
            ("TEXT/CSV", CSV),
            ("Text/*", CSV),
            ("text/csv;charset=utf-8", CSV),
            ("text/csv, application/json", CSV),
            ("application/json, text/csv", JSON),
            ("application/json;q=0.5, text/csv;q=0.9", CSV),
            ("text/csv;q=0.5,application/json;q=0.50", CSV),
            ("text/csv;q=0.499 , application/json;Q=0.5", JSON),
            ("text/csv;q=0, */*", JSON),
            ("application/json;q=0, */*;q=0.1", CSV),
            ("application/*;q=0.2, application/json;q=0, text/*;q=0.1", CSV),
            ("text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8", JSON),
            ("application/json, text/plain, */*", JSON),
            ("text/csv, */*;q=0.1", CSV),
            ("application/vnd.github+json", JSON),
            ("application/vnd.github.v3+json", JSON),
            ("x;\"a,b\", text/csv", CSV),
            ("text/plain;format=\"text/csv, \\\"\", application/json", JSON),
            ("nonsense", JSON),
            ("text/csv;q=2", JSON),
            ("text/csv;q=-1, application/json;q=0.1", JSON),
            ("text/html", None),
            ("image/png, text/html;q=0.5", None),
            ("*/*;q=0", None),
            ("application/json;q=0", None),
            ("application/json;q=0.000, text/csv;q=0", None),
        ];
        for (accept, expected) in cases {
            let answer = ask(&app, "/api/v1/queue", &[("accept", accept)]).await;
            match expected {
                Some(media) => {
                    assert_eq!((answer.status().as_u16(), header(&answer, "content-type")), (200, media), "{accept}");
                    assert_eq!(header(&answer, "vary").to_lowercase(), "accept, authorization");
                }
                None => {
                    let (status, said) = problem(answer).await;
                    assert_eq!((status, &said["allowed"]), (406, &json!(["application/json", "text/csv"])), "{accept}");
                }
            }
        }
        for (path, accept, status) in [
            ("/api/v1/accounts", "text/html", 406),
            ("/api/v1/accounts", "application/*", 200),
            ("/api/v1/stats/ages", "text/csv", 406),
            // A file is what its name ends in.
            ("/api/v1/queue.csv", "application/json", 200),
            ("/api/v1/stats/ages.svg", "image/avif,image/webp,image/*;q=0.8", 200),
            ("/api/v1/stats/ages.json", "text/html", 200),
            ("/api/v1/stream", "application/json", 406),
            ("/openapi.json", "application/vnd.oai.openapi+json", 200),
            ("/healthz", "text/plain", 200),
        ] {
            assert_eq!(ask(&app, path, &[("accept", accept)]).await.status(), status, "{path} {accept}");
        }
        app
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn metrics_come_in_the_format_that_is_asked_for() {
    run_test(async |app| {
        open(&app, 1, &repository(1, "widgets")).await;
        let admin = app.new_token(&["admin"], None).await;
        let fetch = async |accept: &str| {
            let request = app.request_as(&admin, Method::GET, "/metrics").header("accept", accept);
            let answer = request.send().await.unwrap();
            let media = header(&answer, "content-type").to_owned();
            (media, answer.text().await.unwrap())
        };
        let prometheus = "application/openmetrics-text;version=1.0.0,application/openmetrics-text;version=0.0.1;q=0.75,\
                          text/plain;version=0.0.4;q=0.5,*/*;q=0.1";
        for (accept, open_metrics) in [
            (prometheus, true),
            ("application/openmetrics-text", true),
            ("*/*", false),
            ("text/plain", false),
            ("text/plain;version=0.0.4;q=1,*/*;q=0.1", false),
            ("image/png", false),
        ] {
            let (media, text) = fetch(accept).await;
            let expected = match open_metrics {
                true => "application/openmetrics-text; version=1.0.0; charset=utf-8",
                false => "text/plain; version=0.0.4; charset=utf-8",
            };
            assert_eq!(media, expected, "{accept}");
            assert_eq!(text.contains("# EOF"), open_metrics, "{accept}");
            assert!(text.contains("bugscrub_batch_deliveries_count 1"), "{accept}");
        }
        // In the older text every sample stands under a description of its own name.
        let (_, text) = fetch("*/*").await;
        let described = |what: &str| -> Vec<&str> {
            text.lines().filter_map(|line| line.strip_prefix(what)?.split(' ').next()).collect()
        };
        let (helped, typed) = (described("# HELP "), described("# TYPE "));
        assert_eq!(helped, typed);
        for line in text.lines().filter(|line| !line.starts_with('#')) {
            let name = line.split(['{', ' ']).next().unwrap();
            let family = ["_bucket", "_sum", "_count"].iter().find_map(|suffix| name.strip_suffix(suffix));
            assert!(helped.contains(&name) || family.is_some_and(|family| helped.contains(&family)), "{name}");
        }
        app
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn large_answers_come_in_the_coding_that_is_wanted_most() {
    run_test(async |app| {
        for number in 1..=9 {
            open(&app, number, &repository(1, "widgets")).await;
        }
        let plain = ask(&app, "/api/v1/queue", &[]).await.text().await.unwrap();
        for (accepted, coding) in [
            ("zstd", Some("zstd")),
            ("gzip, deflate, br, zstd", Some("zstd")),
            ("gzip, zstd;q=0.5", Some("gzip")),
            ("gzip;q=0, zstd", Some("zstd")),
            ("br", None),
            ("identity", None),
        ] {
            let answer = ask(&app, "/api/v1/queue", &[("accept-encoding", accepted)]).await;
            assert_eq!(
                answer.headers().get("content-encoding").map(|coding| coding.to_str().unwrap()),
                coding,
                "{accepted}"
            );
            if coding == Some("zstd") {
                let text = zstd::decode_all(&answer.bytes().await.unwrap()[..]).unwrap();
                assert_eq!(String::from_utf8(text).unwrap(), plain);
            }
        }
        app
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn files_have_a_name() {
    run_test(async |app| {
        open(&app, 1, &repository(1, "widgets")).await;
        let token = app.new_token(&["scrub", "read", "private"], None).await;
        let scrub = app.request_as(&token, Method::POST, "/api/v1/scrubs").json(&json!({"view": "open"}));
        assert_eq!(scrub.send().await.unwrap().status(), 201);
        for (path, disposition) in [
            ("/api/v1/queue.csv?view=open", "attachment; filename=\"queue-open.csv\""),
            ("/api/v1/queue.csv", "attachment; filename=\"queue.csv\""),
            ("/api/v1/queue.xlsx", "attachment; filename=\"queue.xlsx\""),
            ("/api/v1/queue.xlsx?view=open", "attachment; filename=\"queue-open.xlsx\""),
            ("/api/v1/scrubs/1/sheet.xlsx", "attachment; filename=\"bug-scrub-0001.xlsx\""),
            ("/api/v1/scrubs/1/sheet.csv", "attachment; filename=\"bug-scrub-0001.csv\""),
            ("/api/v1/scrubs/1/minutes.md", "inline; filename=\"minutes-0001.md\""),
            ("/api/v1/stats/ages.csv", "attachment; filename=\"ages.csv\""),
            ("/api/v1/stats/backlog.svg", "inline; filename=\"backlog.svg\""),
        ] {
            let answer = ask(&app, path, &[]).await;
            assert_eq!(
                (answer.status().as_u16(), header(&answer, "content-disposition")),
                (200, disposition),
                "{path}"
            );
        }
        app
    })
    .await;
}

#[test]
fn a_name_that_is_not_plain_stands_there_in_full_too() {
    use bugscrub::http::sheets::file::disposition;
    for (name, expected) in [
        ("queue.csv", "attachment; filename=\"queue.csv\""),
        ("two words.csv", "attachment; filename=\"two words.csv\""),
        ("Müll.csv", "attachment; filename=\"M_ll.csv\"; filename*=UTF-8''M%C3%BCll.csv"),
        ("a\"b\\c.csv", "attachment; filename=\"a_b_c.csv\"; filename*=UTF-8''a%22b%5Cc.csv"),
        ("a\r\nb%41/c", "attachment; filename=\"a__b_41_c\"; filename*=UTF-8''a%0D%0Ab%2541%2Fc"),
    ] {
        assert_eq!(disposition("attachment", name), expected);
    }
}

/// As GitHub's: a time, of which its clients take the present one away.
#[tokio::test(flavor = "multi_thread")]
async fn the_limit_says_when_it_is_whole_again() {
    run_test_with(Settings { rate_limit: 60, ..settings() }, async |app| {
        open(&app, 1, &repository(1, "widgets")).await;
        let answer = ask(&app, "/api/v1/accounts", &[]).await;
        let reset: i64 = header(&answer, "x-ratelimit-reset").parse().unwrap();
        let now = app.clock.now().timestamp();
        assert!((now + 1..=now + 60).contains(&reset), "{reset} at {now}");
        let value: Value = answer.json().await.unwrap();
        assert_eq!(value["accounts"].as_array().unwrap().len(), 1);
        app
    })
    .await;
}
