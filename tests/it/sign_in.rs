//! Signing in with GitHub: the way there and back against the fake, and who must not get in.

mod attacks;
mod cookies;
mod giving_back;
mod limits;
mod logs;
mod renewal;
mod tokens;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use bugscrub::config::Settings;
use bugscrub::people::{OAuthApp, PeopleSettings, ScrubOpenTo, SessionKeys, SignInSettings};
use reqwest::{Method, Response, redirect};
use serde_json::{Value, json};

use crate::github::{asking, complete, rhythm, start_on};
use crate::support::github::{CLIENT_ID, CLIENT_SECRET, FakeGitHub};
use crate::support::service::http;
use crate::support::{TestApp, TestDatabase};

/// 32 bytes in base64.
pub const KEY: &str = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";
pub const OTHER_KEY: &str = "HxwdHhscGRoXGBUWExQREg8QDQ4LDAkKBwgFBgMEAQI=";
/// Whom the settings of these tests make an administrator.
const ADMIN: &str = "ada";

pub fn people(keys: &str) -> PeopleSettings {
    let app = OAuthApp::new(CLIENT_ID.to_owned(), CLIENT_SECRET.to_owned());
    let keys = Arc::new(SessionKeys::parse(keys).unwrap());
    let sign_in = Some(SignInSettings { app, keys });
    let (admins, scrub_open_to) = (vec![ADMIN.to_owned()], ScrubOpenTo::SignedIn);
    PeopleSettings { sign_in, admins, scrub_open_to }
}

/// The service, where people may sign in.
pub async fn start(github: &FakeGitHub) -> TestApp {
    let settings = Settings { people: people(KEY), ..asking(github, rhythm()) };
    let app = start_on(github, settings, TestDatabase::new().await).await;
    github.callback(&app.url("/auth/callback"));
    app
}

/// The same with an account that has five items, all fetched; and the account's installation.
async fn start_filled(github: &FakeGitHub) -> (TestApp, i64) {
    let installation = github.world(|world| {
        let account = world.account("acme");
        world.fill(account, 1, 5);
        world.install(account, None)
    });
    let app = start(github).await;
    complete(&app).await;
    (app, installation)
}

/// A browser, which keeps cookies and follows no redirect by itself.
pub struct Browser<'a> {
    app: &'a TestApp,
    client: reqwest::Client,
    cookies: Mutex<BTreeMap<String, String>>,
    /// What every request carries.
    headers: Vec<(&'static str, &'static str)>,
}

/// A page of the service itself asks.
pub const OWN_PAGE: (&str, &str) = ("sec-fetch-site", "same-origin");

impl<'a> Browser<'a> {
    pub fn new(app: &'a TestApp) -> Self {
        Self::with(app, &[])
    }

    pub fn with(app: &'a TestApp, headers: &[(&'static str, &'static str)]) -> Self {
        let client = http().redirect(redirect::Policy::none()).build().unwrap();
        Self { app, client, cookies: Mutex::default(), headers: headers.to_vec() }
    }

    pub fn cookie(&self, name: &str) -> Option<String> {
        self.cookies.lock().unwrap().get(name).cloned()
    }

    pub fn set(&self, name: &str, value: &str) {
        self.cookies.lock().unwrap().insert(name.to_owned(), value.to_owned());
    }

    /// The cookie of the session.
    pub fn session(&self) -> Option<String> {
        self.cookie("bugscrub-session")
    }

    pub async fn ask(&self, method: Method, path: &str, headers: &[(&str, &str)], body: Option<Value>) -> Response {
        let mut request = self.client.request(method, self.app.url(path));
        for (name, value) in self.headers.iter().map(|(name, value)| (*name, *value)).chain(headers.iter().copied()) {
            request = request.header(name, value);
        }
        let held: Vec<String> =
            self.cookies.lock().unwrap().iter().map(|(name, value)| format!("{name}={value}")).collect();
        if !held.is_empty() {
            request = request.header("cookie", held.join("; "));
        }
        if let Some(body) = body {
            request = request.json(&body);
        }
        let answer = request.send().await.unwrap();
        for set in answer.headers().get_all("set-cookie") {
            let (pair, attributes) = set.to_str().unwrap().split_once(';').unwrap();
            let (name, value) = pair.split_once('=').unwrap();
            let mut cookies = self.cookies.lock().unwrap();
            if attributes.contains("Max-Age=0") {
                cookies.remove(name);
            } else {
                cookies.insert(name.to_owned(), value.to_owned());
            }
        }
        answer
    }

    pub async fn get(&self, path: &str) -> Response {
        self.ask(Method::GET, path, &[], None).await
    }

    /// A page of the service writes.
    pub async fn post(&self, path: &str, body: Option<Value>) -> Response {
        self.ask(Method::POST, path, &[OWN_PAGE], body).await
    }

    /// Where the service sends this browser to, to sign in.
    pub async fn begin(&self, path: &str) -> String {
        let answer = self.get(path).await;
        assert_eq!(answer.status(), 303, "{path}");
        location(&answer)
    }

    /// The person presses the button on GitHub. Returns the path, of the service, to which GitHub sends the browser back.
    pub async fn allow(&self, at: &str, login: &str) -> String {
        let answer = self.client.get(at).header("cookie", format!("user_session={login}")).send().await.unwrap();
        assert_eq!(answer.status(), 302, "{at}");
        let back = location(&answer);
        let at = back.find("/auth/callback").unwrap();
        back[at..].to_owned()
    }

    /// The whole way.
    pub async fn sign_in(&self, login: &str) {
        let at = self.begin("/auth/sign-in").await;
        let answer = self.get(&self.allow(&at, login).await).await;
        let (status, to) = (answer.status().as_u16(), answer.headers().get("location").cloned());
        assert_eq!((status, to), (303, Some("/".parse().unwrap())), "{}", answer.text().await.unwrap());
    }

    pub async fn me(&self) -> (u16, Value) {
        let answer = self.get("/api/v1/me").await;
        (answer.status().as_u16(), answer.json().await.unwrap())
    }
}

pub fn location(answer: &Response) -> String {
    answer.headers()["location"].to_str().unwrap().to_owned()
}

/// How many sessions there are.
pub async fn sessions(app: &TestApp) -> i64 {
    sqlx::query_scalar("SELECT count(*) FROM sessions").fetch_one(&app.database.pool).await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_person_signs_in_and_out() {
    let github = FakeGitHub::start().await;
    let app = start(&github).await;
    let browser = Browser::new(&app);
    assert_eq!(browser.me().await.0, 401);
    let at = browser.begin("/auth/sign-in?return_to=/docs/%3Fx%3D1").await;
    assert!(at.starts_with(&format!("{}/login/oauth/authorize?", github.url())), "{at}");
    let answer = browser.get(&browser.allow(&at, "octocat").await).await;
    assert_eq!((answer.status().as_u16(), location(&answer).as_str()), (303, "/docs/?x=1"));
    assert_eq!(answer.headers()["cache-control"], "no-store");
    // Also to the page of the description, which is asked for at another address.
    let again = Browser::new(&app);
    let at = again.begin("/auth/sign-in?return_to=/docs/").await;
    assert_eq!(location(&again.get(&again.allow(&at, "grace").await).await), "/docs/");
    assert_eq!(again.post("/auth/sign-out?everywhere=true", None).await.status(), 204);
    assert_eq!(browser.cookie("bugscrub-sign-in"), None);

    let (status, me) = browser.me().await;
    assert_eq!(status, 200, "{me}");
    let id = crate::support::github::shapes::person_id("octocat");
    assert_eq!(me["person"], json!({"id": id, "login": "octocat"}));
    assert_eq!(
        (&me["name"], &me["token"], &me["scopes"]),
        (&json!("octocat"), &Value::Null, &json!(["read", "scrub"]))
    );

    // What GitHub gave is not readable in the database.
    let row: String = sqlx::query_scalar("SELECT to_jsonb(s)::text || encode(access_token, 'escape') FROM sessions s")
        .fetch_one(&app.database.pool)
        .await
        .unwrap();
    // The other's were given back.
    crate::support::wait::until("a token is given back", async || github.given_back() == 1).await;
    let secrets = github.user_secrets();
    assert_eq!(secrets.len(), 2);
    for secret in secrets.iter().chain(&browser.session()) {
        assert!(!row.contains(secret) && !row.contains(&hex::encode(secret)), "{row}");
    }

    let before = browser.session().unwrap();
    assert_eq!(browser.post("/auth/sign-out", None).await.status(), 204);
    assert_eq!((browser.session(), sessions(&app).await), (None, 0));
    browser.set("bugscrub-session", &before);
    assert_eq!(browser.me().await.0, 401);
    app.stop().await.drop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_administrator_is_who_the_settings_name() {
    let github = FakeGitHub::start().await;
    let app = start(&github).await;
    for (login, scopes) in [(ADMIN, json!(["read", "scrub", "admin"])), ("octocat", json!(["read", "scrub"]))] {
        let browser = Browser::new(&app);
        browser.sign_in(login).await;
        assert_eq!(browser.me().await.1["scopes"], scopes, "{login}");
    }
    app.stop().await.drop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn somebody_who_refuses_on_github_is_not_signed_in() {
    let github = FakeGitHub::start().await;
    let app = start(&github).await;
    github.refuse_sign_in(true);
    let browser = Browser::new(&app);
    let at = browser.begin("/auth/sign-in").await;
    let (status, problem) = crate::support::app::problem(browser.get(&browser.allow(&at, "octocat").await).await).await;
    assert_eq!((status, &problem["type"]), (400, &json!("/problems/sign-in-failed")));
    assert!(problem["detail"].as_str().unwrap().contains("not allowed"), "{problem}");
    assert_eq!((browser.session(), sessions(&app).await, github.token_exchanges()), (None, 0, 0));
    app.stop().await.drop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_without_pkce_signs_people_in_too() {
    let github = FakeGitHub::start().await;
    github.no_pkce();
    let app = start(&github).await;
    let browser = Browser::new(&app);
    browser.sign_in("octocat").await;
    assert_eq!(browser.me().await.0, 200);
    app.stop().await.drop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_key_nobody_signs_in_with_github() {
    crate::support::run_test(async |app| {
        let browser = Browser::new(&app);
        for path in ["/auth/sign-in", "/auth/callback?code=x&state=y"] {
            let (status, problem) = crate::support::app::problem(browser.get(path).await).await;
            assert_eq!((status, &problem["type"]), (403, &json!("/problems/sign-in-off")), "{path}");
        }
        assert_eq!(app.json("/api/v1/me").await["sign_in"], Value::Null);
        app
    })
    .await;
}
