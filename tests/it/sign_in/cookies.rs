//! What the cookies are, and where they count.

use super::{Browser, sessions, start};
use crate::support::github::FakeGitHub;

const HTTPS: [(&str, &str); 2] = [("x-forwarded-proto", "https"), ("x-forwarded-host", "scrub.example")];

fn set_cookies(answer: &reqwest::Response) -> Vec<String> {
    answer.headers().get_all("set-cookie").iter().map(|set| set.to_str().unwrap().to_owned()).collect()
}

/// The attributes of a cookie that was set, without its value.
fn shape(set: &str) -> String {
    let (pair, attributes) = set.split_once(';').unwrap();
    format!("{};{attributes}", pair.split_once('=').unwrap().0)
}

#[tokio::test(flavor = "multi_thread")]
async fn over_https_cookies_belong_to_the_host_alone() {
    let github = FakeGitHub::start().await;
    let app = start(&github).await;
    github.callback("https://scrub.example/auth/callback");
    let browser = Browser::with(&app, &HTTPS);
    let begun = browser.get("/auth/sign-in").await;
    let attempt = "HttpOnly; SameSite=Lax; Secure; Path=/; Max-Age=600";
    let shapes: Vec<String> = set_cookies(&begun).iter().map(|set| shape(set)).collect();
    assert_eq!(shapes, [format!("__Host-bugscrub-sign-in; {attempt}")]);
    let back = browser.allow(&super::location(&begun), "octocat").await;
    let answer = browser.get(&back).await;
    let shapes: Vec<String> = set_cookies(&answer).iter().map(|set| shape(set)).collect();
    assert_eq!(
        shapes,
        [
            "__Host-bugscrub-session; HttpOnly; SameSite=Lax; Secure; Path=/; Max-Age=15552000",
            "__Host-bugscrub-sign-in; HttpOnly; SameSite=Lax; Secure; Path=/; Max-Age=0",
        ]
    );
    assert_eq!(browser.me().await.0, 200);
    // A name that a neighbor could set does not count here, whatever is in it.
    let session = browser.cookie("__Host-bugscrub-session").unwrap();
    let planted = Browser::with(&app, &HTTPS);
    planted.set("bugscrub-session", &session);
    assert_eq!(planted.me().await.0, 401);
    app.stop().await.drop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn on_loopback_cookies_need_no_https() {
    let github = FakeGitHub::start().await;
    let app = start(&github).await;
    let browser = Browser::new(&app);
    let begun = browser.get("/auth/sign-in").await;
    assert_eq!(shape(&set_cookies(&begun)[0]), "bugscrub-sign-in; HttpOnly; SameSite=Lax; Path=/; Max-Age=600");
    for host in ["localhost:8080", "127.0.0.1", "[::1]:8080"] {
        let browser = Browser::with(&app, &[("x-forwarded-host", host)]);
        assert_eq!(browser.get("/auth/sign-in").await.status(), 303, "{host}");
    }
    app.stop().await.drop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn over_plain_http_there_are_no_cookies() {
    let github = FakeGitHub::start().await;
    let app = start(&github).await;
    github.callback("http://scrub.example/auth/callback");
    github.callback("https://scrub.example/auth/callback");
    for host in ["scrub.example", "localhost.scrub.example", "127.0.0.1.scrub.example", "10.0.0.1", "[2001:db8::1]"] {
        let browser = Browser::with(&app, &[("x-forwarded-host", host)]);
        let answer = browser.get("/auth/sign-in").await;
        assert_eq!((answer.status().as_u16(), set_cookies(&answer)), (400, vec![]), "{host}");
        let answer = browser.post("/auth/token-session", Some(serde_json::json!({"token": app.token}))).await;
        assert_eq!((answer.status().as_u16(), set_cookies(&answer)), (400, vec![]), "{host}");
    }
    // The cookie of a session that began over https does not count there.
    let browser = Browser::with(&app, &HTTPS);
    browser.sign_in("octocat").await;
    let session = browser.cookie("__Host-bugscrub-session").unwrap();
    let plain = Browser::with(&app, &[("x-forwarded-host", "scrub.example")]);
    for name in ["__Host-bugscrub-session", "bugscrub-session"] {
        plain.set(name, &session);
        assert_eq!(plain.me().await.0, 401, "{name}");
    }
    assert_eq!(sessions(&app).await, 1);
    app.stop().await.drop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn of_two_cookies_with_one_name_neither_counts() {
    let github = FakeGitHub::start().await;
    let app = start(&github).await;
    let browser = Browser::new(&app);
    browser.sign_in("octocat").await;
    let own = browser.session().unwrap();
    for cookies in
        [format!("bugscrub-session=x; bugscrub-session={own}"), format!("bugscrub-session={own}; bugscrub-session=x")]
    {
        let answer = browser.client.get(app.url("/api/v1/me")).header("cookie", cookies).send().await.unwrap();
        assert_eq!(answer.status(), 401);
    }
    let answer = browser.client.get(app.url("/api/v1/me")).header("cookie", format!("a=b; bugscrub-session={own}; c"));
    assert_eq!(answer.send().await.unwrap().status(), 200);
    app.stop().await.drop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_session_reads_is_its_holders_alone() {
    let github = FakeGitHub::start().await;
    let app = start(&github).await;
    let browser = Browser::new(&app);
    browser.sign_in("octocat").await;
    let answer = browser.get("/api/v1/me").await;
    assert_eq!(answer.headers()["cache-control"], "private, no-cache");
    let vary: Vec<&str> = answer.headers().get_all("vary").iter().map(|vary| vary.to_str().unwrap()).collect();
    assert!(vary.join(",").contains("Cookie"), "{vary:?}");
    app.stop().await.drop().await;
}
