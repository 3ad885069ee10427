//! What becomes of a session that ends: GitHub forgets its token. And how many one person has.

use super::{Browser, sessions, start};
use crate::support::TestApp;
use crate::support::github::shapes::person_id;
use crate::support::github::{FakeGitHub, Fault, Trouble};
use crate::support::wait;

/// Sessions that a person has at most.
const MOST: i64 = bugscrub::store::sessions::MOST;

/// Waits until so many tokens were given back.
async fn given_back(github: &FakeGitHub, wanted: usize) {
    wait::for_state(async || match github.given_back() {
        found if found == wanted => Ok(()),
        found => Err(format!("{found} tokens were given back, and not {wanted}")),
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn github_forgets_the_token_of_who_signs_out() {
    let github = FakeGitHub::start().await;
    let app = start(&github).await;
    let (first, second, other) = (Browser::new(&app), Browser::new(&app), Browser::new(&app));
    for browser in [&first, &second] {
        browser.sign_in("octocat").await;
    }
    other.sign_in("grace").await;
    let before = github.user_secrets();
    assert_eq!(first.post("/auth/sign-out", None).await.status(), 204);
    given_back(&github, 1).await;
    assert_eq!(github.user_secrets().len(), before.len() - 2);
    // Another sign-in in the same browser ends the session of before.
    second.sign_in("octocat").await;
    given_back(&github, 2).await;
    first.sign_in("octocat").await;
    assert_eq!(first.post("/auth/sign-out?everywhere=true", None).await.status(), 204);
    given_back(&github, 4).await;
    // The token of somebody else is theirs.
    assert_eq!(github.user_secrets().len(), 2);
    assert_eq!((other.me().await.0, sessions(&app).await), (200, 1));
    // Somebody's secrets are in no request's address.
    assert!(github.log().iter().all(|logged| before.iter().all(|secret| !logged.path.contains(secret))));
    app.stop().await.drop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_signs_out_waits_for_nothing_of_githubs() {
    let github = FakeGitHub::start().await;
    let app = start(&github).await;
    for trouble in [Trouble::Server(502), Trouble::Unauthorized, Trouble::Held] {
        let browser = Browser::new(&app);
        browser.sign_in("octocat").await;
        github.fault(Fault { path: "/applications/", after: 0, times: 1, trouble });
        assert_eq!(browser.post("/auth/sign-out", None).await.status(), 204, "{trouble:?}");
        assert_eq!((browser.session(), sessions(&app).await), (None, 0), "{trouble:?}");
    }
    github.release();
    app.stop().await.drop().await;
}

/// Begins sessions of somebody who never signs out. Returns their cookies.
async fn many(app: &TestApp, login: &str, sessions: i64) -> Vec<String> {
    let mut cookies = vec![];
    for _ in 0..sessions {
        let browser = Browser::new(app);
        browser.sign_in(login).await;
        cookies.push(browser.session().unwrap());
    }
    cookies
}

#[tokio::test(flavor = "multi_thread")]
async fn somebody_has_so_many_sessions_and_the_oldest_ends() {
    let github = FakeGitHub::start().await;
    let app = start(&github).await;
    let other = many(&app, "grace", 1).await;
    let cookies = many(&app, "octocat", MOST + 2).await;
    assert_eq!(sessions(&app).await, MOST + 1);
    let answers = async |cookie: &String| {
        let browser = Browser::new(&app);
        browser.set("bugscrub-session", cookie);
        browser.me().await.0
    };
    for (at, cookie) in cookies.iter().enumerate() {
        assert_eq!(answers(cookie).await, if at < 2 { 401 } else { 200 }, "{at}");
    }
    assert_eq!(answers(&other[0]).await, 200);
    // Nobody has those cookies any more, so GitHub forgets their tokens.
    given_back(&github, 2).await;

    // One whose tokens are being renewed is not waited for.
    let mut renewing = app.database.pool.begin().await.unwrap();
    let lock = "SELECT session_id FROM sessions WHERE github_id = $1 ORDER BY session_id LIMIT 1 FOR NO KEY UPDATE";
    let oldest: i64 = sqlx::query_scalar(lock).bind(person_id("octocat")).fetch_one(&mut *renewing).await.unwrap();
    many(&app, "octocat", 1).await;
    assert_eq!(sessions(&app).await, MOST + 2);
    renewing.rollback().await.unwrap();
    many(&app, "octocat", 1).await;
    assert_eq!(sessions(&app).await, MOST + 1);
    let there = "SELECT EXISTS (SELECT FROM sessions WHERE session_id = $1)";
    let there: bool = sqlx::query_scalar(there).bind(oldest).fetch_one(&app.database.pool).await.unwrap();
    assert!(!there);
    app.stop().await.drop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_has_so_many_sessions_too() {
    let github = FakeGitHub::start().await;
    let app = start(&github).await;
    let body = || Some(serde_json::json!({"token": app.token}));
    for _ in 0..=MOST {
        assert_eq!(Browser::new(&app).post("/auth/token-session", body()).await.status(), 204);
    }
    assert_eq!(sessions(&app).await, MOST);
    app.stop().await.drop().await;
}
