//! How often those may ask whom nobody knows yet, and that nothing is looked up for who asks too often.

use std::time::Duration;

use bugscrub::config::Settings;
use bugscrub::http::public::{PublicSettings, TrustedProxies};
use reqwest::{Method, RequestBuilder, Response};
use serde_json::json;
use sqlx::{Connection, PgConnection};

use crate::support::TestApp;
use crate::support::app::{problem, run_test_with, settings};
use crate::support::people::SignedIn;

/// Requests a minute and address.
const LIMIT: u32 = 3;

/// A service behind a proxy on the same machine, where nobody reads without a token.
fn limited() -> Settings {
    let proxies = TrustedProxies::new(&["127.0.0.1".to_owned()]).unwrap();
    Settings { public: PublicSettings { on: false, per_minute: LIMIT, proxies }, ..settings() }
}

/// A request that the proxy passes on from an address.
fn from(app: &TestApp, address: &str, method: Method, path: &str) -> RequestBuilder {
    let request = app.client.request(method, app.url(path)).header("x-forwarded-for", address);
    request.header("sec-fetch-site", "same-origin")
}

fn with_cookie(request: RequestBuilder, cookie: &str) -> RequestBuilder {
    request.header("cookie", format!("bugscrub-session={cookie}"))
}

async fn status(request: RequestBuilder) -> u16 {
    request.send().await.unwrap().status().as_u16()
}

async fn too_many(answer: Response) {
    let wait = answer.headers()["retry-after"].to_str().unwrap().parse::<u64>().unwrap();
    let (status, told) = problem(answer).await;
    assert_eq!(status, 429, "{told}");
    assert!((1..=60).contains(&wait), "{wait}");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_address_signs_in_and_out_so_often_and_no_more() {
    for (method, path, body) in [
        (Method::GET, "/auth/sign-in", None),
        (Method::GET, "/auth/sign-in?check=true", None),
        (Method::GET, "/auth/callback?code=x&state=y", None),
        (Method::POST, "/auth/sign-out", None),
        (Method::POST, "/auth/token-session", Some(json!({"token": "bugscrub_made_up"}))),
    ] {
        run_test_with(limited(), async |app| {
            let ask = |address: &str| {
                let request = from(&app, address, method.clone(), path);
                if let Some(body) = &body { request.json(body) } else { request }
            };
            for _ in 0..LIMIT {
                let status = status(ask("192.0.2.1")).await;
                assert!([401, 403].contains(&status), "{path}: {status}");
            }
            too_many(ask("192.0.2.1").send().await.unwrap()).await;
            // Whoever comes from elsewhere is not held up, and what the client itself wrote counts for nothing.
            assert_ne!(status(ask("192.0.2.2")).await, 429, "{path}");
            too_many(ask("198.51.100.7, 192.0.2.1").send().await.unwrap()).await;
            app
        })
        .await;
    }
}

/// Of somebody who makes up cookies, tokens and tickets, only so many are looked for.
#[tokio::test(flavor = "multi_thread")]
async fn what_is_made_up_is_looked_for_so_often_and_no_more() {
    run_test_with(limited(), async |app| {
        let good = SignedIn::new(&app, "ada", &[]).await;
        let token = app.new_token(&["read"], None).await;
        let me = |address: &str| from(&app, address, Method::GET, "/api/v1/me");
        // Neighbors who are known before it begins.
        let (cookie, address) = (good.cookie.clone(), "192.0.2.1");
        assert_eq!(status(with_cookie(me(address), &cookie)).await, 200);
        assert_eq!(status(me(address).bearer_auth(&token)).await, 200);
        assert_eq!(status(me(address).bearer_auth("bugscrub_made_up")).await, 401);
        let mut connection = PgConnection::connect(&app.database.url).await.unwrap();
        let mut locked = connection.begin().await.unwrap();
        // Whoever looks for anything waits.
        let lock = "LOCK TABLE sessions, tokens, stream_tickets IN ACCESS EXCLUSIVE MODE";
        sqlx::query(lock).execute(&mut *locked).await.unwrap();
        let at_once = async {
            for nth in 0..3 {
                too_many(with_cookie(me(address), &format!("made-up-{nth}")).send().await.unwrap()).await;
                too_many(me(address).bearer_auth(format!("made-up-{nth}")).send().await.unwrap()).await;
                let stream = format!("/api/v1/stream?ticket=bugscrub_ticket_1_{nth}");
                too_many(from(&app, address, Method::GET, &stream).send().await.unwrap()).await;
            }
        };
        tokio::time::timeout(Duration::from_secs(20), at_once).await.expect("nothing is looked for");
        locked.rollback().await.unwrap();
        connection.close().await.unwrap();
        // Who is known goes on, until what they have is good no more.
        for _ in 0..2 * LIMIT {
            assert_eq!(status(with_cookie(me(address), &cookie)).await, 200);
            assert_eq!(status(me(address).bearer_auth(&token)).await, 200);
        }
        let out = with_cookie(from(&app, "192.0.2.9", Method::POST, "/auth/sign-out"), &cookie);
        assert_eq!(status(out).await, 204);
        assert_eq!(status(with_cookie(me(address), &cookie)).await, 401);
        too_many(with_cookie(me(address), &cookie).send().await.unwrap()).await;
        app
    })
    .await;
}

/// What somebody sees is not looked up for requests that they may not make.
#[tokio::test(flavor = "multi_thread")]
async fn who_has_made_too_many_requests_costs_no_question() {
    run_test_with(Settings { rate_limit: LIMIT, ..settings() }, async |app| {
        let ada = SignedIn::new(&app, "ada", &[]).await;
        for left in (0..LIMIT).rev() {
            let answer = ada.request(Method::GET, "/api/v1/me").send().await.unwrap();
            assert_eq!((answer.status().as_u16(), &answer.headers()["x-ratelimit-remaining"]), (200, &left.into()));
        }
        let mut connection = PgConnection::connect(&app.database.url).await.unwrap();
        let mut locked = connection.begin().await.unwrap();
        sqlx::query("LOCK TABLE sights IN ACCESS EXCLUSIVE MODE").execute(&mut *locked).await.unwrap();
        let asked = ada.request(Method::GET, "/api/v1/me").send();
        let answer = tokio::time::timeout(Duration::from_secs(20), asked).await.expect("nothing is looked up");
        too_many(answer.unwrap()).await;
        locked.rollback().await.unwrap();
        connection.close().await.unwrap();
        app
    })
    .await;
}
