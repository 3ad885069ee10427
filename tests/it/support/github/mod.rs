//! A fake GitHub: the one part of the tests that is not real.
//!
//! It keeps a world of accounts, repositories and items, answers the requests that the service
//! makes, enforces limits and refuses as GitHub does, and sends deliveries. `tools::exchanges` compares
//! its answers with GitHub's published descriptions, so that it cannot drift into fiction.

mod api;
mod contents;
mod deliveries;
mod filled;
mod life;
mod people;
pub mod points;
mod rights;
pub mod shapes;
pub mod world;

use std::collections::{BTreeMap, HashMap};
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Instant;

use axum::Router;
use chrono::{DateTime, Duration, Utc};
use serde_json::Value;
use tokio::net::TcpListener;
use tokio::sync::Semaphore;
use tokio::task::JoinHandle;

use self::world::{Outgoing, World};

pub const APP_ID: u64 = 4711;
pub const CLIENT_ID: &str = "Iv23liOfTheFakeApp";
pub const CLIENT_SECRET: &str = "the-client-secret-of-the-fake-app";
pub const APP_KEY: &str = include_str!("key/app.pem");
/// The only personal token that the fake knows.
pub const PERSONAL_TOKEN: &str = "ghp_of_a_person";
pub const OTHER_KEY: &str = include_str!("key/other.pem");
const APP_PUBLIC_KEY: &str = include_str!("key/app.pub.pem");

/// What becomes of deliveries.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Delivering {
    Send,
    /// They are tried and fail, and GitHub lists them.
    Fail,
    /// They are never tried, and nobody knows of them.
    Lose,
}

/// What a request meets instead of a normal answer.
#[derive(Clone, Copy, Debug)]
pub enum Trouble {
    /// 403 with `retry-after` in seconds, as for the secondary limits.
    Secondary(i64),
    /// 429 with the end of the window only.
    Limit(i64),
    Server(u16),
    Slow(std::time::Duration),
    /// An answer about the world as it was, but not before [`FakeGitHub::release`].
    Held,
    /// Like `Secondary`, but only after a while.
    Late(std::time::Duration, i64),
    /// 200 with an error that names a limit, as GraphQL may refuse.
    Quiet(i64),
    /// 200 with nulls in place of what was asked for, and an error.
    Torn,
    /// Half of the body, then a broken connection.
    Cut,
    Unauthorized,
}

/// Trouble for some future requests.
#[derive(Clone, Debug)]
pub struct Fault {
    /// Part of the logged path of these requests.
    pub path: &'static str,
    /// How many of these requests are answered normally first.
    pub after: u32,
    pub times: u32,
    pub trouble: Trouble,
}

/// A request and the status of its answer.
#[derive(Clone, Debug)]
pub struct Logged {
    pub method: String,
    /// The path with its query; for GraphQL the operation's name and variables.
    pub path: String,
    pub status: u16,
    /// The account of the request; 0 for the App, -1 for nobody, -2 for a personal token, and below that for somebody's
    /// id.
    pub gate: i64,
    /// Whether it came while GitHub refused its account.
    pub in_refusal: bool,
    /// What it cost of its hourly budget.
    pub points: u32,
}

/// An attempt at a delivery, as GitHub lists it.
#[derive(Clone)]
struct Attempt {
    id: i64,
    at: DateTime<Utc>,
    status: u16,
    redelivery: bool,
    what: Outgoing,
}

struct Token {
    installation_id: i64,
    permissions: BTreeMap<String, String>,
    expires_at: DateTime<Utc>,
    uses: u32,
}

/// A token of a person who let the App know them.
struct UserToken {
    login: String,
    /// `None`: never.
    expires_at: Option<DateTime<Utc>>,
    refresh: Option<String>,
    refresh_expires_at: DateTime<Utc>,
}

/// An hourly budget.
struct Window {
    begun: DateTime<Utc>,
    used: u32,
}

/// Something that happens once a request has been answered.
type Meanwhile = Box<dyn FnOnce(&mut World) + Send>;

/// Something odd about the answers to requests.
type Oddity = Box<dyn Fn(&mut Value) + Send>;

struct State {
    world: World,
    meanwhile: Vec<(&'static str, Meanwhile)>,
    held: Arc<Semaphore>,
    /// The points of REST requests, with the times at which they were used.
    minutes: HashMap<i64, Vec<(Instant, i64)>>,
    offset: Duration,
    hook: Option<String>,
    /// The content type of deliveries, and whether certificates are left unchecked, as GitHub shows it.
    hook_manners: (&'static str, Value),
    delivering: Delivering,
    attempts: Vec<Attempt>,
    tokens: HashMap<String, Token>,
    /// How many 401s a new token gets first.
    fresh_401s: u32,
    limits: (u32, u32),
    windows: HashMap<(i64, &'static str), Window>,
    refused_until: HashMap<i64, DateTime<Utc>>,
    faults: Vec<Fault>,
    oddities: Vec<(&'static str, Oddity)>,
    /// Whether GraphQL has the schema of some years ago, which lacks checks of pull requests.
    old_schema: bool,
    log: Vec<Logged>,
    exchanges: BTreeMap<String, Vec<Value>>,
    /// The permissions of the App, and the events to which it subscribes.
    permissions: BTreeMap<String, String>,
    events: Vec<String>,
    manifests: HashMap<String, Value>,
    /// The callback URLs in the App's settings.
    callbacks: Vec<String>,
    codes: HashMap<String, api::Code>,
    user_tokens: HashMap<String, UserToken>,
    user_tokens_expire: bool,
    knows_pkce: bool,
    refuses_sign_in: bool,
    known: bool,
    base: String,
}

/// A running fake. Cheap to clone.
#[derive(Clone)]
pub struct FakeGitHub {
    state: Arc<Mutex<State>>,
    client: reqwest::Client,
    _serving: Arc<Serving>,
}

struct Serving(JoinHandle<()>);

impl Drop for Serving {
    fn drop(&mut self) {
        self.0.abort();
    }
}

impl FakeGitHub {
    pub async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address: SocketAddr = listener.local_addr().unwrap();
        let state = State {
            world: World::default(),
            meanwhile: vec![],
            held: Arc::new(Semaphore::new(0)),
            minutes: HashMap::new(),
            offset: Duration::zero(),
            hook: None,
            hook_manners: ("json", Value::from("0")),
            delivering: Delivering::Send,
            attempts: vec![],
            tokens: HashMap::new(),
            fresh_401s: 0,
            limits: (5_000, 5_000),
            windows: HashMap::new(),
            refused_until: HashMap::new(),
            faults: vec![],
            oddities: vec![],
            old_schema: false,
            log: vec![],
            exchanges: BTreeMap::new(),
            permissions: bugscrub::github::manifest::declared_permissions(),
            events: bugscrub::github::manifest::declared_events(),
            manifests: HashMap::new(),
            callbacks: vec![],
            codes: HashMap::new(),
            user_tokens: HashMap::new(),
            user_tokens_expire: true,
            knows_pkce: true,
            refuses_sign_in: false,
            known: true,
            base: format!("http://{address}"),
        };
        let state = Arc::new(Mutex::new(state));
        let router = Router::new().fallback(api::answer).with_state(state.clone());
        let serving = tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        let client = reqwest::Client::builder().no_proxy().tls_certs_only([]).build().unwrap();
        Self { state, client, _serving: Arc::new(Serving(serving)) }
    }

    fn with<T>(&self, work: impl FnOnce(&mut State) -> T) -> T {
        let mut state = self.state.lock().unwrap();
        let now = state.now();
        state.world.now = now;
        work(&mut state)
    }

    pub fn url(&self) -> String {
        self.with(|state| state.base.clone())
    }

    /// Looks at the world, or lets something happen there; see [`FakeGitHub::deliver`].
    pub fn world<T>(&self, work: impl FnOnce(&mut World) -> T) -> T {
        self.with(|state| work(&mut state.world))
    }

    /// Sends deliveries to this address.
    pub fn hook(&self, url: &str) {
        self.with(|state| state.hook = Some(url.to_owned()));
    }

    pub fn hook_manners(&self, content_type: &'static str, insecure_ssl: impl Into<Value>) {
        let manners = (content_type, insecure_ssl.into());
        self.with(|state| state.hook_manners = manners);
    }

    pub fn delivering(&self, how: Delivering) {
        self.with(|state| state.delivering = how);
    }

    pub fn advance(&self, by: Duration) {
        self.with(|state| state.offset += by);
    }

    pub fn fault(&self, fault: Fault) {
        self.with(|state| state.faults.push(fault));
    }

    /// Releases one held answer.
    pub fn release(&self) {
        self.with(|state| state.held.add_permits(1));
    }

    /// Changes the bodies of the good answers to requests whose logged path contains `path`.
    pub fn odd(&self, path: &'static str, change: impl Fn(&mut Value) + Send + 'static) {
        self.with(|state| state.oddities.push((path, Box::new(change))));
    }

    /// Ends all trouble.
    pub fn heal(&self) {
        self.with(|state| {
            state.faults.clear();
            state.oddities.clear();
        });
    }

    /// Lets something happen once the next request whose logged path contains `path` has been answered.
    pub fn meanwhile(&self, path: &'static str, what: impl FnOnce(&mut World) + Send + 'static) {
        self.with(|state| state.meanwhile.push((path, Box::new(what))));
    }

    pub fn fresh_401s(&self, times: u32) {
        self.with(|state| state.fresh_401s = times);
    }

    /// Makes it a server of some years ago.
    pub fn old_schema(&self) {
        self.with(|state| state.old_schema = true);
    }

    /// Sets the requests an hour of each account for REST, and the points for GraphQL.
    pub fn limits(&self, core: u32, graphql: u32) {
        self.with(|state| state.limits = (core, graphql));
    }

    pub fn permissions(&self, change: impl FnOnce(&mut BTreeMap<String, String>)) {
        self.with(|state| change(&mut state.permissions));
    }

    pub fn events(&self, change: impl FnOnce(&mut Vec<String>)) {
        self.with(|state| change(&mut state.events));
    }

    /// Deletes the App.
    pub fn forget_app(&self) {
        self.with(|state| state.known = false);
    }

    /// Forgets the codes of unfinished set-ups, as if an hour had passed.
    pub fn forget_codes(&self) {
        self.with(|state| state.manifests.clear());
    }

    pub fn log(&self) -> Vec<Logged> {
        self.with(|state| state.log.clone())
    }

    /// Some exchanges of each kind, one line of JSON each.
    pub fn exchanges(&self) -> String {
        self.with(|state| state.exchanges.values().flatten().map(|exchange| format!("{exchange}\n")).collect())
    }

    /// The permissions of every minted token.
    pub fn minted(&self) -> Vec<BTreeMap<String, String>> {
        self.with(|state| state.tokens.values().map(|token| token.permissions.clone()).collect())
    }
}

impl State {
    fn now(&self) -> DateTime<Utc> {
        DateTime::from_timestamp((Utc::now() + self.offset).timestamp(), 0).unwrap()
    }
}
