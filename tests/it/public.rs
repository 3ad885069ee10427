//! Reading without a token: what anybody may, how often, and as whom they count.

use bugscrub::config::Settings;
use bugscrub::http::public::{PublicSettings, TrustedProxies};
use futures_util::future::join_all;
use reqwest::header::{HeaderMap, HeaderValue};
use reqwest::{Method, RequestBuilder};
use serde_json::{Value, json};

use crate::stream::Following;
use crate::support::app::{problem, run_test_with, settings};
use crate::support::payload::{issue, issues, repository};
use crate::support::service::{Serving, client};
use crate::support::{TestApp, TestDatabase, run_test};

const AT: &str = "2026-07-01T00:00:00Z";

fn public(per_minute: u32, proxies: &[&str]) -> Settings {
    let proxies: Vec<String> = proxies.iter().map(|network| (*network).to_owned()).collect();
    let proxies = TrustedProxies::new(&proxies).unwrap();
    Settings { public: PublicSettings { on: true, per_minute, proxies }, ..settings() }
}

/// An issue of a public repository and one of a private one.
async fn tell(app: &TestApp) {
    let mut secret = repository(2, "secret");
    secret["private"] = json!(true);
    for home in [repository(1, "widgets"), secret] {
        app.deliver("issues", &issues("opened", &issue(1, AT, AT), &home)).await;
    }
    app.caught_up().await;
}

fn ask(app: &TestApp, path: &str) -> RequestBuilder {
    app.client.get(app.url(path))
}

async fn status(request: RequestBuilder) -> u16 {
    request.send().await.unwrap().status().as_u16()
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_reads_without_a_token_unless_it_is_on() {
    run_test(async |app| {
        tell(&app).await;
        for path in ["/api/v1/queue", "/api/v1/items/acme/widgets/1", "/api/v1/accounts", "/api/v1/stream"] {
            assert_eq!(status(ask(&app, path)).await, 401, "{path}");
        }
        app
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn anybody_reads_what_a_token_with_the_scope_read_does_and_writes_nothing() {
    run_test_with(public(0, &[]), async |app| {
        tell(&app).await;
        let reader = app.new_token(&["read"], None).await;
        let description: Value = app.json("/openapi.json").await;
        let (mut read, mut written) = (0, 0);
        for (path, operations) in description["paths"].as_object().unwrap() {
            if !path.starts_with("/api/") || path == "/api/v1/stream" {
                continue;
            }
            let path = path.replace("{owner}", "acme").replace("{repo}", "widgets").replace("{number}", "1");
            let path = path.replace("{name}", "open").replace("{id}", "1").replace("{format}", "csv");
            for method in operations.as_object().unwrap().keys() {
                let method = Method::from_bytes(method.to_uppercase().as_bytes()).unwrap();
                let request = app.client.request(method.clone(), app.url(&path)).json(&json!({}));
                if method != Method::GET {
                    let (status, _) = problem(request.send().await.unwrap()).await;
                    // Only a page of the service says that somebody is there.
                    let comes = path.ends_with("/presence") || path.ends_with("/guests");
                    assert_eq!(status, if comes { 403 } else { 401 }, "{method} {path}");
                    written += 1;
                    continue;
                }
                let nobody = ask(&app, &path).send().await.unwrap();
                let with_token = app.request_as(&reader, Method::GET, &path).send().await.unwrap();
                match with_token.status().as_u16() {
                    403 => assert_eq!(nobody.status(), 401, "{path}"),
                    status => {
                        assert_eq!(nobody.status().as_u16(), status, "{path}");
                        // Who they are is told otherwise.
                        if path != "/api/v1/me" {
                            assert_eq!(nobody.headers().get("etag"), with_token.headers().get("etag"), "{path}");
                        }
                        read += usize::from(status == 200);
                    }
                }
                // Links in an answer may lead where a header of the request said: no shared cache keeps it.
                let kept = nobody.headers()["cache-control"].to_str().unwrap().to_owned();
                assert!(kept.contains("private") || kept.contains("no-store"), "{path}: {kept}");
            }
        }
        assert!(read > 15 && written > 10, "{read} {written}");
        let queue: Value =
            serde_json::from_str(&ask(&app, "/api/v1/queue").send().await.unwrap().text().await.unwrap()).unwrap();
        assert_eq!((&queue["total"], &queue["items"][0]["repository"]), (&json!(1), &json!("acme/widgets")));
        for (path, wanted) in [
            ("/api/v1/items/acme/widgets/1/text", 200),
            ("/api/v1/items/acme/secret/1/text", 404),
            ("/api/v1/items/acme/secret/1", 404),
            ("/api/v1/tokens", 401),
            ("/metrics", 401),
        ] {
            assert_eq!(status(ask(&app, path)).await, wanted, "{path}");
        }
        // Who sends a token means it.
        assert_eq!(status(ask(&app, "/api/v1/queue").bearer_auth("wrong")).await, 401);
        assert_eq!(status(ask(&app, "/api/v1/queue?token=wrong")).await, 401);

        // A stream, too.
        let mut following = Following::sent(&app, ask(&app, "/api/v1/stream")).await;
        app.deliver("issues", &issues("opened", &issue(2, AT, AT), &repository(1, "widgets"))).await;
        let event = following.next().await.unwrap();
        assert_eq!(event.data["number"], 2, "{event:?}");
        app
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn each_address_has_a_limit_of_its_own() {
    run_test_with(public(3, &["127.0.0.0/8", "::1"]), async |app| {
        tell(&app).await;
        let from = async |forwarded: &str| {
            let request = ask(&app, "/api/v1/queue").header("x-forwarded-for", forwarded);
            status(request).await
        };
        // The proxy appended the last one; what stands before it is the client's word.
        for nth in 0..3 {
            assert_eq!(from(&format!("203.0.113.{nth}, 198.51.100.7")).await, 200);
        }
        for spoofed in ["203.0.113.9, 198.51.100.7", "198.51.100.7", "127.0.0.1, 198.51.100.7", "x, 198.51.100.7"] {
            assert_eq!(from(spoofed).await, 429, "{spoofed}");
        }
        assert_eq!(from("198.51.100.8").await, 200);
        // One behind another that is believed.
        assert_eq!(from("198.51.100.7, 127.0.0.9").await, 429);
        // Of IPv6 a household has 64 bits.
        for host in ["2001:db8:1:2::1", "2001:db8:1:2::2", "2001:db8:1:2:ffff::"] {
            assert_eq!(from(host).await, 200);
        }
        assert_eq!(from("2001:db8:1:2::77").await, 429);
        assert_eq!(from("2001:db8:1:3::1").await, 200);

        let answer = ask(&app, "/api/v1/queue").header("x-forwarded-for", "198.51.100.7").send().await.unwrap();
        assert_eq!(
            (&answer.headers()["x-ratelimit-limit"], &answer.headers()["x-ratelimit-remaining"]),
            (&HeaderValue::from_static("3"), &HeaderValue::from_static("0"))
        );
        assert!(answer.headers().contains_key("retry-after"));
        let (_, said) = problem(answer).await;
        assert_eq!(said["detail"], "You may make 3 requests a minute.");
        // Tokens, deliveries and probes have nothing to do with it.
        let with_token = app.request(Method::GET, "/api/v1/queue").header("x-forwarded-for", "198.51.100.7");
        assert_eq!(status(with_token).await, 200);
        app.deliver("issues", &issues("opened", &issue(2, AT, AT), &repository(1, "widgets"))).await;
        assert_eq!(status(ask(&app, "/readyz").header("x-forwarded-for", "198.51.100.7")).await, 200);
        app
    })
    .await;
    // Without proxies that are believed, everybody is who they connect as.
    run_test_with(public(3, &[]), async |app| {
        tell(&app).await;
        let mut answered = vec![];
        for nth in 0..5 {
            let request = ask(&app, "/api/v1/queue").header("x-forwarded-for", format!("203.0.113.{nth}"));
            answered.push(status(request.header("forwarded", format!("for=203.0.113.{nth}"))).await);
        }
        assert_eq!(answered, [200, 200, 200, 429, 429]);
        app
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_address_follows_ten_streams_and_all_of_them_half() {
    run_test_with(public(0, &["127.0.0.1"]), async |app| {
        tell(&app).await;
        let follow = |from: String| ask(&app, "/api/v1/stream").header("x-forwarded-for", from);
        let of_one = join_all((0..10).map(|_| Following::sent(&app, follow("198.51.100.7".into())))).await;
        let (refused, said) = problem(follow("198.51.100.7".into()).send().await.unwrap()).await;
        assert_eq!(refused, 429, "{said}");
        let others = (1..20).flat_map(|host| (0..10).map(move |_| format!("203.0.113.{host}")));
        let others = join_all(others.map(|from| Following::sent(&app, follow(from)))).await;
        let (refused, said) = problem(follow("192.0.2.1".into()).send().await.unwrap()).await;
        assert_eq!((refused, of_one.len() + others.len()), (503, 200), "{said}");
        // Those who have a token still follow.
        Following::sent(&app, app.request(Method::GET, "/api/v1/stream")).await;
        drop(of_one);
        crate::support::wait::until("one is free again", async || status(follow("192.0.2.1".into())).await == 200)
            .await;
        app
    })
    .await;
}

#[test]
fn a_client_is_the_last_one_that_no_believed_proxy_stands_for() {
    let proxies = ["10.0.0.0/8", "fd00::/8", "192.0.2.7"].map(str::to_owned);
    let proxies = TrustedProxies::new(&proxies).unwrap();
    let client = |connection: &str, lines: &[&str]| {
        let lines = lines.iter().map(|line| ("x-forwarded-for".parse().unwrap(), HeaderValue::from_str(line).unwrap()));
        let mut headers = HeaderMap::new();
        for (name, line) in lines {
            headers.append::<reqwest::header::HeaderName>(name, line);
        }
        proxies.client(connection.parse().unwrap(), &headers).to_string()
    };
    for (connection, lines, wanted) in [
        ("203.0.113.1", &["198.51.100.1"][..], "203.0.113.1"),
        ("10.1.1.1", &[], "10.1.1.1"),
        ("10.1.1.1", &["198.51.100.1"], "198.51.100.1"),
        ("::ffff:10.1.1.1", &["198.51.100.1"], "198.51.100.1"),
        ("10.1.1.1", &["198.51.100.1, 203.0.113.9"], "203.0.113.9"),
        ("10.1.1.1", &["198.51.100.1", "203.0.113.9"], "203.0.113.9"),
        ("10.1.1.1", &["198.51.100.1, 203.0.113.9, 10.2.2.2, fd00::1, 192.0.2.7"], "203.0.113.9"),
        ("10.1.1.1", &["10.3.3.3, 10.2.2.2"], "10.3.3.3"),
        ("192.0.2.8", &["198.51.100.1"], "192.0.2.8"),
        ("10.1.1.1", &["198.51.100.1:4711"], "198.51.100.1"),
        ("10.1.1.1", &["[2001:db8::1]:4711"], "2001:db8::1"),
        ("10.1.1.1", &["[2001:db8::1]"], "2001:db8::1"),
        ("10.1.1.1", &["::ffff:198.51.100.1"], "198.51.100.1"),
        // What is no address ends the search.
        ("10.1.1.1", &["198.51.100.1, unknown"], "10.1.1.1"),
        ("10.1.1.1", &["198.51.100.1, "], "10.1.1.1"),
        ("10.1.1.1", &["198.51.100.1, 10.2.2.2/8"], "10.1.1.1"),
        ("10.1.1.1", &["198.51.100.1, \"203.0.113.9\""], "10.1.1.1"),
    ] {
        assert_eq!(client(connection, lines), wanted, "{connection} {lines:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_log_says_that_it_is_on() {
    let database = TestDatabase::new().await;
    for (value, open) in [("on", true), ("TRUE", true), ("", false), ("off", false)] {
        let settings = [
            ("BUGSCRUB_DATABASE_URL", &*database.url),
            ("BUGSCRUB_WEBHOOK_SECRET", "secret"),
            ("BUGSCRUB_PUBLIC", value),
            ("BUGSCRUB_TRUSTED_PROXIES", "10.0.0.0/8,fd00::/8"),
        ];
        let serving = Serving::start(&settings).await;
        let answer = client().get(serving.url("/api/v1/accounts")).send().await.unwrap();
        assert_eq!(answer.status(), if open { 200 } else { 401 }, "{value:?}");
        let log = serving.stop().await;
        let said = log.lines().any(|line| line.contains("anybody reads") && line.contains("10.0.0.0/8, fd00::/8"));
        assert_eq!(said, open, "{log}");
    }
    database.drop().await;
}
