//! Nothing that lets somebody in is in a log, however much is logged.

use serde_json::json;

use super::KEY;
use crate::support::TestDatabase;
use crate::support::github::{APP_KEY, CLIENT_ID, CLIENT_SECRET, FakeGitHub};
use crate::support::service::{Serving, http};

#[tokio::test(flavor = "multi_thread")]
async fn no_log_has_what_lets_somebody_in() {
    let github = FakeGitHub::start().await;
    let database = TestDatabase::new().await;
    let url = github.url();
    let serving = Serving::start(&[
        ("BUGSCRUB_DATABASE_URL", &database.url),
        ("BUGSCRUB_WEBHOOK_SECRET", "the-webhook-secret"),
        ("BUGSCRUB_GITHUB_API_URL", &url),
        ("BUGSCRUB_APP_ID", "4711"),
        ("BUGSCRUB_PRIVATE_KEY", APP_KEY),
        ("BUGSCRUB_CLIENT_ID", CLIENT_ID),
        ("BUGSCRUB_CLIENT_SECRET", CLIENT_SECRET),
        ("BUGSCRUB_SESSION_KEY", KEY),
        ("BUGSCRUB_CHAT_URL", "https://hooks.slack.com/services/T0SECRET/B0SECRET/xoxSECRET"),
        ("BUGSCRUB_LOG", "trace"),
    ])
    .await;
    github.callback(&serving.url("/auth/callback"));
    let client = http().redirect(reqwest::redirect::Policy::none()).build().unwrap();
    let own_page = |path: &str| client.post(serving.url(path)).header("sec-fetch-site", "same-origin");
    let cookie = |answer: &reqwest::Response| {
        let set = answer.headers()["set-cookie"].to_str().unwrap();
        set.split_once(';').unwrap().0.to_owned()
    };
    let ready = async || client.get(serving.url("/readyz")).send().await.unwrap().status() == 200;
    crate::support::wait::until("it is ready", ready).await;

    let begun = client.get(serving.url("/auth/sign-in")).send().await.unwrap();
    let attempt = cookie(&begun);
    let allowed = client.get(super::location(&begun)).header("cookie", "user_session=octocat").send().await.unwrap();
    let back = super::location(&allowed);
    let answer = client.get(&back).header("cookie", &attempt).send().await.unwrap();
    assert_eq!(answer.status(), 303);
    let session = cookie(&answer);
    let wanted = json!({"name": "mine", "scopes": ["read"]});
    let made = own_page("/api/v1/tokens").header("cookie", &session).json(&wanted).send().await.unwrap();
    let token = made.json::<serde_json::Value>().await.unwrap()["token"].as_str().unwrap().to_owned();
    let pasted = own_page("/auth/token-session").json(&json!({"token": token})).send().await.unwrap();
    assert_eq!(pasted.status(), 204);
    // A code that is of no use any more.
    let answer = client.get(&back).header("cookie", &attempt).send().await.unwrap();
    assert_eq!(answer.status(), 400);

    let value = |cookie: &str| cookie.split_once('=').unwrap().1.to_owned();
    let code = back.split_once("code=").unwrap().1.split('&').next().unwrap().to_owned();
    let state = back.split_once("state=").unwrap().1.to_owned();
    let mut secrets = github.user_secrets();
    assert_eq!(secrets.len(), 2);
    secrets.extend([value(&attempt), value(&session), value(&cookie(&pasted)), token, code, state]);
    secrets.extend([CLIENT_SECRET.to_owned(), KEY.to_owned(), "T0SECRET".to_owned()]);
    let log = serving.stop().await;
    assert!(log.len() > 10_000, "much is logged");
    for secret in &secrets {
        assert!(
            !log.contains(secret.as_str()),
            "{secret} is in a line of the log: {:?}",
            log.lines().find(|line| line.contains(secret.as_str()))
        );
    }
    database.drop().await;
}

#[test]
fn debug_shows_no_secret() {
    let settings = format!("{:?}", super::people(KEY));
    assert!(settings.contains(CLIENT_ID) && !settings.contains(CLIENT_SECRET) && !settings.contains(KEY), "{settings}");
}
