//! Sessions of tokens, and tokens of people.

use reqwest::Method;
use serde_json::{Value, json};

use super::{ADMIN, Browser, sessions, start, start_filled};
use crate::support::app::problem;
use crate::support::github::FakeGitHub;
use crate::support::{TestApp, run_test, wait};

/// Makes a token; answers its id and the token.
async fn made(browser: &Browser<'_>, scopes: &[&str]) -> (i64, String) {
    let answer = browser.post("/api/v1/tokens", Some(json!({"name": "mine", "scopes": scopes}))).await;
    let (status, made) = (answer.status().as_u16(), answer.json::<Value>().await.unwrap());
    assert_eq!(status, 201, "{made}");
    (made["id"].as_i64().unwrap(), made["token"].as_str().unwrap().to_owned())
}

async fn me(app: &TestApp, token: &str) -> (u16, Value) {
    let answer = app.request_as(token, Method::GET, "/api/v1/me").send().await.unwrap();
    (answer.status().as_u16(), answer.json().await.unwrap())
}

/// Waits until a token is answered with this status: others know it for a second.
async fn becomes(app: &TestApp, token: &str, wanted: u16) {
    wait::for_state(async || match me(app, token).await {
        (status, _) if status == wanted => Ok(()),
        (status, told) => Err(format!("{status} {told}")),
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_becomes_a_session() {
    run_test(async |app| {
        let browser = Browser::new(&app);
        for wrong in ["", "nothing", "bugscrub_0000"] {
            let answer = browser.post("/auth/token-session", Some(json!({"token": wrong}))).await;
            assert_eq!((answer.status().as_u16(), browser.session()), (401, None), "{wrong}");
        }
        let pasted = json!({"token": format!(" {}\n", app.token)});
        assert_eq!(browser.post("/auth/token-session", Some(pasted)).await.status(), 204);
        let (status, session) = browser.me().await;
        assert_eq!((status, session), me(&app, &app.token).await);
        // It writes as the token does, for pages of our own.
        let ticket = browser.post("/api/v1/stream/tickets", None).await;
        assert_eq!(ticket.status(), 404, "there is no account yet");
        // It ends with the token.
        sqlx::query("UPDATE tokens SET revoked_at = now()").execute(&app.database.pool).await.unwrap();
        wait::for_state(async || match browser.me().await.0 {
            401 => Ok(()),
            status => Err(format!("{status}")),
        })
        .await;
        app
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_bootstrap_token_becomes_a_session_and_one_for_urls_does_not() {
    let admin_token = Some("a-bootstrap-token-of-the-tests".to_owned());
    let settings = bugscrub::config::Settings { admin_token, ..crate::support::app::settings() };
    crate::support::app::run_test_with(settings, async |app| {
        let (browser, other) = (Browser::new(&app), Browser::new(&app));
        let pasted = || Some(json!({"token": "a-bootstrap-token-of-the-tests"}));
        for browser in [&browser, &other] {
            assert_eq!(browser.post("/auth/token-session", pasted()).await.status(), 204);
            assert_eq!(browser.me().await.1["scopes"], json!(["admin"]));
        }
        let embed = app.new_embed_token(1, "open").await;
        let answer = Browser::new(&app).post("/auth/token-session", Some(json!({"token": embed}))).await;
        assert_eq!(answer.status(), 403);
        assert_eq!(browser.post("/auth/sign-out?everywhere=true", None).await.status(), 204);
        assert_eq!((browser.me().await.0, other.me().await.0, sessions(&app).await), (401, 401, 0));
        app
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_persons_token_is_no_more_than_the_person() {
    let github = FakeGitHub::start().await;
    let (app, _) = start_filled(&github).await;
    let browser = Browser::new(&app);
    browser.sign_in("octocat").await;
    // Neither more scopes, nor what goes around what they see.
    for (body, status, parameter) in [
        (json!({"name": "x", "scopes": ["read", "admin"]}), 403, Value::Null),
        (json!({"name": "x", "scopes": ["read", "private"]}), 400, json!("scopes")),
        (json!({"name": "x", "scopes": ["embed"], "accounts": [1001], "view": "open"}), 400, json!("accounts")),
        (json!({"name": "x", "scopes": ["read"], "accounts": [1001]}), 400, json!("accounts")),
    ] {
        let (given, told) = problem(browser.post("/api/v1/tokens", Some(body.clone())).await).await;
        assert_eq!((given, &told["parameter"]), (status, &parameter), "{body}");
    }
    let (id, token) = made(&browser, &["read"]).await;
    let (status, told) = me(&app, &token).await;
    assert_eq!(status, 200, "{told}");
    let (_, own) = browser.me().await;
    assert_eq!(told["scopes"], json!(["read"]));
    for field in ["name", "person", "accounts", "sees", "hidden"] {
        assert_eq!(told[field], own[field], "{field}");
    }
    assert_eq!(told["token"]["id"], id);
    // It makes and revokes none: others would outlive it. The person sees and revokes their own only.
    let further =
        app.request_as(&token, Method::POST, "/api/v1/tokens").json(&json!({"name": "y", "scopes": ["read"]}));
    assert_eq!(further.send().await.unwrap().status(), 403);
    let own_end = app.request_as(&token, Method::DELETE, &format!("/api/v1/tokens/{id}"));
    assert_eq!(own_end.send().await.unwrap().status(), 403);
    let listed = browser.get("/api/v1/tokens").await.json::<Value>().await.unwrap();
    assert_eq!(listed["tokens"].as_array().unwrap().len(), 1, "{listed}");
    assert_eq!(
        (&listed["tokens"][0]["person"], &listed["tokens"][0]["accounts"]),
        (&own["person"]["id"], &Value::Null)
    );
    let others: i64 = sqlx::query_scalar("SELECT min(token_id) FROM tokens WHERE person IS NULL")
        .fetch_one(&app.database.pool)
        .await
        .unwrap();
    let delete =
        async |id: i64| browser.ask(Method::DELETE, &format!("/api/v1/tokens/{id}"), &[super::OWN_PAGE], None).await;
    assert_eq!(delete(others).await.status(), 404);
    assert_eq!(delete(id).await.status(), 204);
    becomes(&app, &token, 401).await;

    // What they lose, their tokens lose.
    let admin = Browser::new(&app);
    admin.sign_in(ADMIN).await;
    let (_, token) = made(&admin, &["read", "admin"]).await;
    assert_eq!(me(&app, &token).await.1["scopes"], json!(["read", "admin"]));
    sqlx::query("UPDATE sessions SET login = 'nobody' WHERE login = 'ada'").execute(&app.database.pool).await.unwrap();
    wait::for_state(async || match me(&app, &token).await.1 {
        told if told["scopes"] == json!(["read"]) => Ok(()),
        told => Err(told.to_string()),
    })
    .await;
    app.stop().await.drop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_persons_token_works_while_they_are_signed_in() {
    let github = FakeGitHub::start().await;
    let app = start(&github).await;
    let browser = Browser::new(&app);
    browser.sign_in("octocat").await;
    let (_, token) = made(&browser, &["read"]).await;
    assert_eq!(me(&app, &token).await.0, 200);
    // Out here: it rests until they are back.
    assert_eq!(browser.post("/auth/sign-out", None).await.status(), 204);
    assert_eq!(me(&app, &token).await.0, 401);
    browser.sign_in("octocat").await;
    assert_eq!(me(&app, &token).await.0, 200);
    // Somebody else's session is of no use to it.
    Browser::new(&app).sign_in("grace").await;
    // Out everywhere: it is gone, and so is the session that was made of it.
    let pasted = Browser::new(&app);
    assert_eq!(pasted.post("/auth/token-session", Some(json!({"token": token}))).await.status(), 204);
    let second = Browser::new(&app);
    second.sign_in("octocat").await;
    assert_eq!(browser.post("/auth/sign-out?everywhere=true", None).await.status(), 204);
    for gone in [&browser, &second, &pasted] {
        assert_eq!(gone.me().await.0, 401);
    }
    assert_eq!((me(&app, &token).await.0, sessions(&app).await), (401, 1));
    browser.sign_in("octocat").await;
    assert_eq!((browser.me().await.0, me(&app, &token).await.0), (200, 401));
    app.stop().await.drop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_of_one_person_under_the_session_of_another_is_refused() {
    let github = FakeGitHub::start().await;
    let app = start(&github).await;
    let (octocat, grace) = (Browser::new(&app), Browser::new(&app));
    octocat.sign_in("octocat").await;
    grace.sign_in("grace").await;
    let (_, token) = made(&octocat, &["read"]).await;
    let bearer = format!("Bearer {token}");
    let own = octocat.ask(Method::GET, "/api/v1/me", &[("authorization", &bearer)], None).await;
    assert_eq!(own.status(), 200);
    let (status, told) = problem(grace.ask(Method::GET, "/api/v1/me", &[("authorization", &bearer)], None).await).await;
    assert_eq!(status, 403, "{told}");
    // A token that is nobody's goes with any session, and counts.
    let bearer = format!("Bearer {}", app.token);
    let answer = grace.ask(Method::GET, "/api/v1/me", &[("authorization", &bearer)], None).await;
    assert_eq!(answer.json::<Value>().await.unwrap()["name"], "test");
    app.stop().await.drop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_is_signed_in_acts_as_themselves() {
    let github = FakeGitHub::start().await;
    let (app, _) = start_filled(&github).await;
    let browser = Browser::new(&app);
    browser.sign_in(ADMIN).await;
    let open = async |body: Value| browser.post("/api/v1/scrubs", Some(body)).await;
    let (status, told) = problem(open(json!({"view": "open", "by": "grace"})).await).await;
    assert_eq!((status, &told["parameter"]), (400, &json!("by")));
    let opened = open(json!({"view": "open", "host": "grace"})).await;
    assert_eq!(opened.status(), 201, "{}", opened.text().await.unwrap());
    app.stop().await.drop().await;
}
