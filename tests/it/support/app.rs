//! The real service, in this process, on a free port.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use bugscrub::activity::Bots;
use bugscrub::app::Application;
use bugscrub::config::Settings;
use bugscrub::http::serve::ServeLimits;
use bugscrub::ingest::Accounts;
use bugscrub::live::LiveRanking;
use bugscrub::service::Service;
use bugscrub::service::tokens::{hash, new_secret};
use bugscrub::store::tokens::{self, NewToken};
use bugscrub::webhook::{Secrets, signature};
use chrono::{DateTime, Utc};
use reqwest::{Method, RequestBuilder, Response};
use serde_json::Value;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;
use uuid::Uuid;

use super::TestDatabase;
use super::service::client;

/// The secret that the tests' service accepts.
pub const SECRET: &str = "the-secret-of-the-tests";

/// The service's clock, which tests set.
#[derive(Clone)]
pub struct TestClock(Arc<AtomicI64>);

impl TestClock {
    pub fn set(&self, now: &str) {
        self.0.store(now.parse::<DateTime<Utc>>().unwrap().timestamp(), Ordering::SeqCst);
    }

    pub fn now(&self) -> DateTime<Utc> {
        DateTime::from_timestamp(self.0.load(Ordering::SeqCst), 0).unwrap()
    }
}

/// A running service and a client for it.
pub struct TestApp {
    pub address: SocketAddr,
    metrics: SocketAddr,
    pub database: TestDatabase,
    pub clock: TestClock,
    /// A token with the scopes read and private.
    pub token: String,
    pub client: reqwest::Client,
    pub service: Service,
    live: LiveRanking,
    stop: Option<oneshot::Sender<()>>,
    serving: JoinHandle<()>,
}

/// The settings of the tests' service; a test changes those it is about.
pub fn settings() -> Settings {
    Settings {
        listen: "127.0.0.1:0".parse().unwrap(),
        metrics_listen: Some("127.0.0.1:0".parse().unwrap()),
        secrets: Secrets::parse(SECRET).unwrap(),
        admin_token: None,
        zone: chrono_tz::UTC,
        accounts: Accounts::default(),
        bots: Bots::default(),
        cors_origins: Default::default(),
        rate_limit: 0,
        public: Default::default(),
        views: Default::default(),
        scrubs: Default::default(),
        github_address: Default::default(),
        github: None,
        people: Default::default(),
        chat: None,
        delivery_retention: Duration::from_secs(30 * 86_400),
    }
}

/// Runs a test with its own service, whose clock stands at noon of 2026-11-22.
pub async fn run_test<F: Future<Output = TestApp>>(test: impl FnOnce(TestApp) -> F) {
    run_test_with(settings(), test).await;
}

pub async fn run_test_with<F: Future<Output = TestApp>>(settings: Settings, test: impl FnOnce(TestApp) -> F) {
    let app = TestApp::start(settings, TestDatabase::new().await).await;
    test(app).await.stop().await.drop().await;
}

impl TestApp {
    pub async fn start(settings: Settings, database: TestDatabase) -> Self {
        let clock = TestClock(Arc::default());
        clock.set("2026-11-22T12:00:00Z");
        let read = clock.clone();
        let application = Application::build(
            settings,
            bugscrub::store::pool(&database.url, 16).unwrap(),
            Arc::new(move || read.now()),
        )
        .await
        .unwrap();
        let metrics = application.metrics_address().unwrap();
        let (address, live, service) = (application.address(), application.live(), application.service());
        let (stop, stopped) = oneshot::channel();
        let limits = ServeLimits { drain: Duration::from_secs(10), ..ServeLimits::default() };
        let serving = tokio::spawn(application.run(limits, async {
            let _ = stopped.await;
        }));
        live.loaded().await;
        let mut app = Self {
            address,
            metrics,
            database,
            clock,
            token: String::new(),
            client: client(),
            service,
            live,
            stop: Some(stop),
            serving,
        };
        app.token = app.new_token(&["read", "private"], None).await;
        app
    }

    /// Stops the service gracefully; the database stays.
    pub async fn stop(mut self) -> TestDatabase {
        drop(self.stop.take());
        self.serving.await.unwrap();
        self.database
    }

    pub async fn new_token(&self, scopes: &[&str], accounts: Option<&[i64]>) -> String {
        let token = new_secret();
        let hash = hash(&token);
        let scopes: Vec<String> = scopes.iter().map(|scope| (*scope).to_owned()).collect();
        let new =
            NewToken { name: "test", hash: &hash, scopes: &scopes, accounts, view: None, person: None, days: None };
        tokens::create(&self.database.pool, new).await.unwrap();
        token
    }

    /// A token that may stand in a URL, for one view of an account.
    pub async fn new_embed_token(&self, account: i64, view: &str) -> String {
        let token = new_secret();
        let hash = hash(&token);
        let (scopes, accounts) = (["embed".to_owned()], [account]);
        let new = NewToken {
            name: "test",
            hash: &hash,
            scopes: &scopes,
            accounts: Some(&accounts),
            view: Some(view),
            person: None,
            days: None,
        };
        tokens::create(&self.database.pool, new).await.unwrap();
        token
    }

    pub fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    /// What `/metrics` says on the listener for the platform.
    pub async fn metrics(&self) -> String {
        let answer = self.client.get(format!("http://{}/metrics", self.metrics)).send().await.unwrap();
        assert_eq!(answer.status(), 200);
        answer.text().await.unwrap()
    }

    /// A request with the test's token.
    pub fn request(&self, method: Method, path: &str) -> RequestBuilder {
        self.client.request(method, self.url(path)).bearer_auth(&self.token)
    }

    /// A request with another token.
    pub fn request_as(&self, token: &str, method: Method, path: &str) -> RequestBuilder {
        self.client.request(method, self.url(path)).bearer_auth(token)
    }

    /// Waits until the live ranking includes everything that is stored.
    pub async fn caught_up(&self) {
        for head in bugscrub::store::live::heads(&self.database.pool).await.unwrap() {
            self.live.caught_up(head).await;
        }
    }

    /// GETs a path once the ranking has caught up. The answer must be 200 with JSON.
    pub async fn json(&self, path: &str) -> Value {
        self.caught_up().await;
        let response = self.request(Method::GET, path).send().await.unwrap();
        let (status, body) = (response.status(), response.text().await.unwrap());
        assert_eq!(status, 200, "{path}: {body}");
        serde_json::from_str(&body).unwrap()
    }

    /// The items of all pages of a queue query, following `next`.
    pub async fn all_pages(&self, query: &str) -> Vec<Value> {
        let mut items = vec![];
        let mut next = Some(format!("/api/v1/queue?{query}"));
        while let Some(path) = next {
            let mut page = self.json(&path).await;
            items.append(page["items"].as_array_mut().unwrap());
            next = page["next"].as_str().map(str::to_owned);
        }
        items
    }

    /// A signed delivery, ready to send.
    pub fn signed(&self, event: &str, guid: &str, body: Vec<u8>) -> RequestBuilder {
        self.client
            .post(self.url("/webhooks/github"))
            .header("content-type", "application/json")
            .header("x-github-event", event)
            .header("x-github-delivery", guid)
            .header("x-hub-signature-256", signature::sign(SECRET.as_bytes(), &body))
            .body(body)
    }

    /// Posts a delivery under a new GUID and expects 202. Returns the answer's JSON.
    pub async fn deliver(&self, event: &str, payload: &Value) -> Value {
        self.deliver_as(event, &Uuid::new_v4().to_string(), payload).await
    }

    pub async fn deliver_as(&self, event: &str, guid: &str, payload: &Value) -> Value {
        let response = self.signed(event, guid, serde_json::to_vec(payload).unwrap()).send().await.unwrap();
        let (status, body) = (response.status(), response.text().await.unwrap());
        assert_eq!(status, 202, "{event}: {body}");
        self.caught_up().await;
        serde_json::from_str(&body).unwrap()
    }
}

/// The status and the JSON of an answer that must be a problem.
pub async fn problem(response: Response) -> (u16, Value) {
    let status = response.status().as_u16();
    assert_eq!(response.headers()["content-type"], "application/problem+json");
    let problem: Value = serde_json::from_str(&response.text().await.unwrap()).unwrap();
    assert_eq!(problem["status"], status);
    (status, problem)
}
