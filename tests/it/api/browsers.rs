//! Web pages of other origins, and what browsers are told about every answer.

use bugscrub::config::Settings;
use bugscrub::http::cors::Origins;
use reqwest::{Method, Response};
use serde_json::json;

use super::open;
use crate::support::app::{run_test_with, settings};
use crate::support::payload::{ACCOUNT, repository};
use crate::support::{TestApp, run_test};

const ORIGIN: &str = "https://dashboard.example";

fn origins(origins: &[&str]) -> Settings {
    let origins: Vec<String> = origins.iter().map(|origin| (*origin).to_owned()).collect();
    Settings { cors_origins: Origins::new(&origins).unwrap(), ..settings() }
}

/// A header's values, without blanks and in lower case, in order.
fn listed(answer: &Response, name: &str) -> Vec<String> {
    let values = answer.headers().get_all(name).iter().map(|value| value.to_str().unwrap().to_lowercase());
    let mut values: Vec<String> =
        values.flat_map(|list| list.split(',').map(|value| value.trim().to_owned()).collect::<Vec<_>>()).collect();
    values.sort();
    values
}

/// Which origin may read the answer.
fn allowed(answer: &Response) -> Option<&str> {
    answer.headers().get("access-control-allow-origin").map(|value| value.to_str().unwrap())
}

async fn preflight(app: &TestApp, origin: &str, path: &str, method: &str, headers: &str) -> Response {
    let request = app.client.request(Method::OPTIONS, app.url(path)).header("origin", origin);
    let request = request.header("access-control-request-method", method);
    request.header("access-control-request-headers", headers).send().await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn only_pages_of_the_named_origins_may_ask() {
    let asked = async |settings: Settings, origin: &'static str| {
        let mut said = None;
        let answer = &mut said;
        run_test_with(settings, async |app| {
            let found = preflight(&app, origin, "/api/v1/queue", "GET", "authorization").await;
            *answer = allowed(&found).map(str::to_owned);
            app
        })
        .await;
        said
    };
    let both = ["https://other.example", ORIGIN];
    for (named, origin, expected) in [
        (&[][..], ORIGIN, None),
        (&[ORIGIN], ORIGIN, Some(ORIGIN)),
        (&both, ORIGIN, Some(ORIGIN)),
        (&[ORIGIN], "https://elsewhere.example", None),
        (&[ORIGIN], "http://dashboard.example", None),
        (&[ORIGIN], "https://dashboard.example.evil.example", None),
        // A page in a sandbox, or a file.
        (&[ORIGIN], "null", None),
        (&["*"], "null", Some("*")),
        (&[ORIGIN, "*"], "https://elsewhere.example", Some("*")),
        // As people write origins, and as browsers send them.
        (&["https://Dashboard.example:443/"], ORIGIN, Some(ORIGIN)),
        (&["http://[::1]:8080", "http://localhost:80"], "http://localhost", Some("http://localhost")),
    ] {
        assert_eq!(asked(origins(named), origin).await.as_deref(), expected, "{named:?} {origin}");
    }
    for wrong in [
        "dashboard.example",
        "https://",
        "https://a.example/path",
        "https://a.example/?x=1",
        "https://ada@a.example",
        "ftp://a.example",
        "file:///x",
        "null",
        "https:a.example",
        "https://*.example",
        "http://a\u{0}",
    ] {
        let error = Origins::new(&[wrong.to_owned()]).map(drop).expect_err(wrong).to_string();
        assert!(error.contains("BUGSCRUB_CORS_ORIGINS"), "{error}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_may_send_and_read_the_headers_that_the_api_knows() {
    run_test_with(origins(&[ORIGIN]), async |app| {
        let sent = "authorization,cache-control,content-type,idempotency-key,if-match,if-none-match,last-event-id,\
                    x-request-id,accept";
        for (method, path) in [
            ("GET", "/api/v1/queue"),
            ("GET", "/api/v1/stream"),
            ("POST", "/api/v1/stream/tickets"),
            ("POST", "/api/v1/sheets"),
            ("PUT", "/api/v1/items/acme/widgets/1/note"),
            ("DELETE", "/api/v1/items/acme/widgets/1/read"),
            ("POST", "/api/v1/marks"),
            ("DELETE", "/api/v1/marks/0b7c9d0e-5f39-4a7e-9d9e-0f2a8f0f4c55"),
        ] {
            let answer = preflight(&app, ORIGIN, path, method, sent).await;
            assert_eq!((answer.status().as_u16(), allowed(&answer)), (200, Some(ORIGIN)), "{path}");
            let takes = listed(&answer, "access-control-allow-headers");
            assert!(sent.split(',').all(|name| takes.iter().any(|taken| taken == name)), "{takes:?}");
            assert!(listed(&answer, "access-control-allow-methods").contains(&method.to_lowercase()), "{method}");
            assert_eq!(listed(&answer, "access-control-max-age"), ["3600"]);
            assert!(answer.headers().get("access-control-allow-credentials").is_none());
            let varies = listed(&answer, "vary");
            assert!(
                ["origin", "access-control-request-method", "access-control-request-headers"]
                    .iter()
                    .all(|name| varies.iter().any(|by| by == name))
            );
        }
        let answer = app.client.get(app.url("/api/v1/queue")).header("origin", ORIGIN).send().await.unwrap();
        let reads = listed(&answer, "access-control-expose-headers");
        for name in [
            "etag",
            "link",
            "location",
            "retry-after",
            "x-request-id",
            "x-ratelimit-limit",
            "x-ratelimit-remaining",
            "x-ratelimit-reset",
            "content-disposition",
        ] {
            assert!(reads.iter().any(|read| read == name), "{name}: {reads:?}");
        }
        app
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_can_read_why_it_was_refused_and_caches_keep_origins_apart() {
    run_test_with(Settings { rate_limit: 4, ..origins(&[ORIGIN]) }, async |app| {
        open(&app, 1, &repository(1, "widgets")).await;
        let token = app.token.clone();
        let ask = async |path: &str, token: Option<&str>| {
            let mut request = app.client.get(app.url(path)).header("origin", ORIGIN);
            if let Some(token) = token {
                request = request.bearer_auth(token);
            }
            request.send().await.unwrap()
        };
        let known = ask("/api/v1/queue", Some(&token)).await;
        let tag = known.headers()["etag"].to_str().unwrap().to_owned();
        let varies = listed(&known, "vary");
        for name in ["origin", "accept", "authorization"] {
            assert!(varies.iter().any(|by| by == name), "{name}: {varies:?}");
        }
        let unchanged = app.request(Method::GET, "/api/v1/queue").header("origin", ORIGIN).header("if-none-match", tag);
        let answers = [
            (304, unchanged.send().await.unwrap()),
            (400, ask("/api/v1/queue?order=x", Some(&token)).await),
            (404, ask("/api/v1/queue?account=x", Some(&token)).await),
            (429, ask("/api/v1/queue", Some(&token)).await),
            (401, ask("/api/v1/queue", None).await),
            (401, ask("/api/v1/stream?ticket=x", None).await),
            (404, ask("/nowhere", None).await),
            (405, app.client.delete(app.url("/api/v1/queue")).header("origin", ORIGIN).send().await.unwrap()),
        ];
        for (status, answer) in answers {
            assert_eq!((answer.status().as_u16(), allowed(&answer)), (status, Some(ORIGIN)));
            assert!(listed(&answer, "vary").contains(&"origin".to_owned()), "{status}");
        }
        // Without a database too.
        sqlx::raw_sql("ALTER TABLE tokens RENAME TO elsewhere").execute(&app.database.pool).await.unwrap();
        let failed = ask("/api/v1/queue", Some("a-token-that-is-looked-up")).await;
        assert_eq!((failed.status().as_u16(), allowed(&failed)), (500, Some(ORIGIN)));
        sqlx::raw_sql("ALTER TABLE elsewhere RENAME TO tokens").execute(&app.database.pool).await.unwrap();
        app
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn browsers_are_told_what_an_answer_may_do() {
    run_test(async |app| {
        open(&app, 1, &repository(1, "widgets")).await;
        let embed = app.new_embed_token(ACCOUNT, "open").await;
        let data = "default-src 'none'; frame-ancestors 'none'";
        for (path, status, policy) in [
            ("/api/v1/queue", 200, data),
            ("/api/v1/queue.csv", 200, data),
            ("/api/v1/stream", 200, data),
            ("/api/v1/queue?order=x", 400, data),
            ("/nowhere", 404, data),
            ("/healthz", 200, data),
            ("/openapi.json", 200, data),
            // For pages of others, which may frame it; opened by itself it can do nothing.
            ("/api/v1/stats/backlog.svg", 200, "default-src 'none'; style-src 'unsafe-inline'; sandbox"),
            ("/docs/", 200, "script-src 'self'; "),
            ("/docs/swagger-ui.css", 200, "script-src 'self'; "),
        ] {
            let by_url = path.ends_with(".svg");
            let answer = match by_url {
                true => app.client.get(app.url(&format!("{path}?token={embed}"))),
                false => app.request(Method::GET, path),
            };
            let answer = answer.send().await.unwrap();
            let header = |name: &str| answer.headers()[name].to_str().unwrap().to_owned();
            assert_eq!(answer.status(), status, "{path}");
            assert_eq!((&*header("x-content-type-options"), &*header("referrer-policy")), ("nosniff", "no-referrer"));
            let found = header("content-security-policy");
            assert!(found.contains(policy) && found.starts_with("default-src 'none'"), "{path}: {found}");
            assert_eq!(answer.headers().get_all("content-security-policy").iter().count(), 1);
            assert!(!answer.headers()["content-type"].is_empty());
        }
        let refused = app.signed("issues", "x", json!({}).to_string().into_bytes()).send().await.unwrap();
        assert_eq!(refused.headers()["x-content-type-options"], "nosniff");
        app
    })
    .await;
}
