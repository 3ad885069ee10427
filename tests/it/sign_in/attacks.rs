//! Who must not get in, and what must not be done for them.

use reqwest::Method;
use serde_json::json;

use super::{Browser, OWN_PAGE, location, sessions, start, start_filled};
use crate::support::app::problem;
use crate::support::github::{FakeGitHub, Fault, Trouble};
use crate::support::wait;

/// Somebody gives a victim the end of a sign-in of their own, so that the victim works under their name.
#[tokio::test(flavor = "multi_thread")]
async fn another_browsers_answer_signs_nobody_in() {
    let github = FakeGitHub::start().await;
    let app = start(&github).await;
    let (attacker, victim) = (Browser::new(&app), Browser::new(&app));
    let at = attacker.begin("/auth/sign-in").await;
    let stolen = attacker.allow(&at, "mallory").await;
    // The victim has begun nothing.
    let (status, told) = problem(victim.get(&stolen).await).await;
    assert_eq!((status, &told["type"]), (400, &json!("/problems/sign-in-failed")));
    // The victim has begun, and gets another answer than that to their question.
    victim.begin("/auth/sign-in").await;
    let (status, told) = problem(victim.get(&stolen).await).await;
    assert_eq!(status, 400);
    assert!(told["detail"].as_str().unwrap().contains("another sign-in"), "{told}");
    assert_eq!((victim.session(), sessions(&app).await, github.token_exchanges()), (None, 0, 0));
    app.stop().await.drop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_with_another_state_signs_nobody_in() {
    let github = FakeGitHub::start().await;
    let app = start(&github).await;
    let browser = Browser::new(&app);
    let at = browser.begin("/auth/sign-in").await;
    let back = browser.allow(&at, "octocat").await;
    let (code, state) = back.split_once("&state=").unwrap();
    let mut other: Vec<char> = state.chars().collect();
    other[0] = if other[0] == 'A' { 'B' } else { 'A' };
    let other: String = other.into_iter().collect();
    for wrong in
        [code.to_owned(), format!("{code}&state="), format!("{code}&state={other}"), format!("{code}&state={state}x")]
    {
        assert_eq!(browser.get(&wrong).await.status(), 400, "{wrong}");
    }
    assert_eq!((sessions(&app).await, github.token_exchanges()), (0, 0));
    // The right one still counts.
    assert_eq!(browser.get(&back).await.status(), 303);
    app.stop().await.drop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_code_counts_once() {
    let github = FakeGitHub::start().await;
    let app = start(&github).await;
    let browser = Browser::new(&app);
    let at = browser.begin("/auth/sign-in").await;
    let back = browser.allow(&at, "octocat").await;
    let attempt = browser.cookie("bugscrub-sign-in").unwrap();
    assert_eq!(browser.get(&back).await.status(), 303);
    // Again, with all that the browser had then.
    let thief = Browser::new(&app);
    thief.set("bugscrub-sign-in", &attempt);
    let (status, told) = problem(thief.get(&back).await).await;
    assert_eq!(status, 400);
    assert!(told["detail"].as_str().unwrap().contains("bad_verification_code"), "{told}");
    assert_eq!((thief.session(), sessions(&app).await), (None, 1));
    app.stop().await.drop().await;
}

/// A code that somebody saw on its way is of no use to them: they lack what it was asked for with (PKCE).
#[tokio::test(flavor = "multi_thread")]
async fn a_code_of_another_attempt_is_refused_by_github() {
    let github = FakeGitHub::start().await;
    let app = start(&github).await;
    let (victim, thief) = (Browser::new(&app), Browser::new(&app));
    let at = victim.begin("/auth/sign-in").await;
    let seen = victim.allow(&at, "octocat").await;
    let code = seen.split_once("code=").unwrap().1.split('&').next().unwrap().to_owned();
    let at = thief.begin("/auth/sign-in").await;
    let own = thief.allow(&at, "mallory").await;
    let state = own.split_once("&state=").unwrap().1;
    let (status, told) = problem(thief.get(&format!("/auth/callback?code={code}&state={state}")).await).await;
    assert_eq!(status, 400);
    assert!(told["detail"].as_str().unwrap().contains("bad_verification_code"), "{told}");
    assert_eq!(thief.session(), None);
    app.stop().await.drop().await;
}

/// Anybody may begin a sign-in, and make us ask GitHub at its end.
#[tokio::test(flavor = "multi_thread")]
async fn so_many_sign_in_at_once_and_no_more() {
    let github = FakeGitHub::start().await;
    let app = start(&github).await;
    let arrive = async |login: String| {
        let browser = Browser::new(&app);
        let at = browser.begin("/auth/sign-in").await;
        browser.get(&browser.allow(&at, &login).await).await
    };
    github.fault(Fault { path: "access_token", after: 0, times: 16, trouble: Trouble::Held });
    let all = futures_util::future::join_all((0..16).map(|nth| arrive(format!("person-{nth}"))));
    let last = async {
        wait::until("all of them are held", async || github.token_exchanges() == 16).await;
        let answer = arrive("one-more".to_owned()).await;
        (0..16).for_each(|_| github.release());
        answer
    };
    let (all, last) = tokio::join!(all, last);
    assert_eq!((last.status().as_u16(), &last.headers()["retry-after"]), (503, &"1".parse().unwrap()));
    assert!(all.iter().all(|answer| answer.status() == 303));
    assert_eq!(github.token_exchanges(), 16);
    app.stop().await.drop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_attempt_counts_for_ten_minutes() {
    let github = FakeGitHub::start().await;
    let app = start(&github).await;
    for (later, status) in [("2026-11-22T12:09:59Z", 303), ("2026-11-22T12:10:00Z", 400)] {
        app.clock.set("2026-11-22T12:00:00Z");
        let browser = Browser::new(&app);
        let at = browser.begin("/auth/sign-in").await;
        let back = browser.allow(&at, "octocat").await;
        app.clock.set(later);
        assert_eq!(browser.get(&back).await.status(), status, "{later}");
    }
    app.stop().await.drop().await;
}

/// Somebody plants a cookie of theirs, and waits for the victim to sign in under it.
#[tokio::test(flavor = "multi_thread")]
async fn a_sign_in_begins_a_new_session() {
    let github = FakeGitHub::start().await;
    let app = start(&github).await;
    let attacker = Browser::new(&app);
    attacker.sign_in("mallory").await;
    let planted = attacker.session().unwrap();
    for planted in [planted.as_str(), "made-up"] {
        let victim = Browser::new(&app);
        victim.set("bugscrub-session", planted);
        victim.sign_in("octocat").await;
        assert_ne!(victim.session().unwrap(), planted);
        assert_eq!(victim.me().await.1["name"], "octocat");
        // Whoever knows the planted one is nobody.
        assert_eq!(attacker.me().await.0, 401);
    }
    // Signing in again under one's own session too.
    let browser = Browser::new(&app);
    browser.sign_in("octocat").await;
    let first = browser.session().unwrap();
    browser.sign_in("octocat").await;
    assert_ne!(browser.session().unwrap(), first);
    browser.set("bugscrub-session", &first);
    assert_eq!(browser.me().await.0, 401);
    app.stop().await.drop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sign_in_leads_nowhere_else() {
    let github = FakeGitHub::start().await;
    let app = start(&github).await;
    let browser = Browser::new(&app);
    for elsewhere in [
        "https://evil.example",
        "//evil.example",
        "/\\evil.example",
        "\\\\evil.example",
        "/%09/evil.example",
        "/%0a/evil.example",
        "javascript:alert(1)",
        "evil.example",
        "@evil.example",
        "/..//evil.example",
        "/x/../..//evil.example",
        "/.//evil.example",
        "",
    ] {
        // What is written as an escape here is the letter itself.
        let sent = elsewhere.replace('\\', "%5C").replace("//", "%2F%2F").replace(':', "%3A");
        let answer = browser.get(&format!("/auth/sign-in?return_to={sent}")).await;
        assert_eq!(answer.status(), 400, "{elsewhere}");
        assert_eq!(browser.cookie("bugscrub-sign-in"), None, "{elsewhere}");
    }
    let at = browser.begin("/auth/sign-in?return_to=/api/v1/queue%3Fview%3Dopen").await;
    // Whoever changes the address back to us only finds that GitHub does not know it.
    let asked = at.replace("auth%2Fcallback", "auth%2Felsewhere");
    assert_ne!(asked, at);
    let refused = browser.client.get(asked).header("cookie", "user_session=octocat").send().await.unwrap();
    assert_eq!(refused.status(), 400);
    let answer = browser.get(&browser.allow(&at, "octocat").await).await;
    assert_eq!(location(&answer), "/api/v1/queue?view=open");
    app.stop().await.drop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn pages_of_other_sites_write_nothing() {
    let github = FakeGitHub::start().await;
    let app = start(&github).await;
    let browser = Browser::new(&app);
    browser.sign_in("octocat").await;
    let own = format!("http://{}", app.address);
    let wanted = || Some(json!({"name": "mine", "scopes": ["read"]}));
    for headers in [
        vec![],
        vec![("sec-fetch-site", "cross-site")],
        vec![("sec-fetch-site", "same-site")],
        vec![("sec-fetch-site", "none")],
        vec![("origin", "https://evil.example")],
        vec![("origin", "null")],
        vec![("origin", "http://127.0.0.1")],
        vec![("sec-fetch-site", "cross-site"), ("origin", own.as_str())],
    ] {
        for (path, body) in [
            ("/api/v1/tokens", wanted()),
            ("/auth/sign-out", None),
            ("/auth/sign-out?everywhere=true", None),
            ("/auth/token-session", Some(json!({"token": app.token}))),
        ] {
            let (status, told) = problem(browser.ask(Method::POST, path, &headers, body).await).await;
            assert_eq!((status, &told["type"]), (403, &json!("/problems/other-origin")), "{path} {headers:?}");
        }
        // Reading changes nothing, and no other site sees the answer.
        let read = browser.ask(Method::GET, "/api/v1/me", &headers, None).await;
        assert_eq!(read.status(), 200);
        assert!(!read.headers().contains_key("access-control-allow-origin"));
    }
    for headers in [vec![OWN_PAGE], vec![("origin", own.as_str())], vec![OWN_PAGE, ("origin", own.as_str())]] {
        let made = browser.ask(Method::POST, "/api/v1/tokens", &headers, wanted()).await;
        assert_eq!(made.status(), 201, "{headers:?}");
    }
    // A token is shown by whoever means to: it needs none of this.
    let sent = app.request(Method::POST, "/api/v1/stream/tickets").header("origin", "https://evil.example");
    assert_ne!(sent.send().await.unwrap().status(), 403);
    app.stop().await.drop().await;
}

/// GitHub's redirect after an installation names it, and so may anybody.
#[tokio::test(flavor = "multi_thread")]
async fn an_installation_that_the_answer_names_is_not_believed() {
    let github = FakeGitHub::start().await;
    let (app, installation) = start_filled(&github).await;
    let (plain, forged) = (Browser::new(&app), Browser::new(&app));
    plain.sign_in("octocat").await;
    let at = forged.begin("/auth/sign-in").await;
    let back = forged.allow(&at, "octocat").await;
    let back = format!("{back}&installation_id={installation}&setup_action=install");
    assert_eq!(forged.get(&back).await.status(), 303);
    assert_eq!(forged.me().await, plain.me().await);
    assert_eq!(forged.me().await.1["accounts"], json!([]));
    // Without a sign-in of this browser's it is worth nothing either.
    let bare = Browser::new(&app);
    let answer = bare.get(&format!("/auth/callback?installation_id={installation}&setup_action=install&code=x")).await;
    assert_eq!((answer.status().as_u16(), bare.session()), (400, None));
    app.stop().await.drop().await;
}
