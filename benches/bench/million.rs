//! The queue of an account with a million open items: how soon it is there, how fast its pages
//! come, what memory it takes, and how soon a delivery shows. With ten million, the first three.
//!
//! One real delivery makes the account; its rows are then copied as many times in the
//! database, each with times, labels, an author and a title of its own.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use bugscrub::activity::Sight;
use bugscrub::deliver::{Pace, WebhookTarget, deliver};
use bugscrub::rank::{Cursor, Filter, Order, PageRequest, PlaceKey, stale_product};
use chrono::{TimeDelta, Utc};
use http_body_util::{BodyExt, Full};
use hyper::Request;
use hyper_util::rt::TokioIo;
use rand::RngExt as _;
use serde_json::{Value, json};
use sqlx::PgPool;
use tokio::net::TcpStream;

use super::load::Payloads;
use super::readers;
use super::report::{Report, median};
use super::service::{self, SECRET, Service, TOKEN, resident_mb};

const ACCOUNT: i64 = 21_031_067;
pub const REPOSITORIES: i64 = 10_000;
/// Items of each repository: a million in all, or ten.
const EACH: i64 = 100;
const TEN_TIMES: i64 = 1_000;
const ITEMS: i64 = REPOSITORIES * EACH;
const REQUESTS: usize = 2_000;

/// A service whose account has so many open items in each of its repositories.
async fn seeded(directory: &std::path::Path, payloads: &Payloads, each: i64) -> (Service, Client) {
    let first = Service::start(directory).await;
    let target = WebhookTarget::new(&format!("http://{}/webhooks/github", first.address()), SECRET).expect("a URL");
    let pace = Pace { concurrency: 1, rate: None };
    let sent = deliver(payloads.labelled().map(Ok), &target, pace, |_| {}).await.expect("the load runs");
    assert_eq!(sent.failed(), 0, "{sent}");
    let pool = bugscrub::store::pool(first.database_url(), 2).expect("the service's database");
    seed(&pool, each).await;
    pool.close().await;
    first.stop().await;

    let service = Service::start(directory).await;
    let mut client = Client::to(service.address()).await;
    while client.get("/readyz").await.0 != 200 {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    (service, client)
}

/// Ten million open items.
pub async fn measure_ten(report: &mut Report, payloads: &Payloads) {
    let directory = service::directory();
    let (service, mut client) = seeded(directory.path(), payloads, TEN_TIMES).await;
    let about = json!({"open_items": REPOSITORIES * TEN_TIMES, "repositories": REPOSITORIES});
    report.row("ready_10m_s", service.started.elapsed().as_secs_f64(), "s", "<= 25", about.clone());
    assert_eq!(client.json("/api/v1/queue?limit=1").await["total"], REPOSITORIES * TEN_TIMES);
    let pages = client.timed(page).await;
    report.row("queue_page_10m_p99_ms", p99(&pages), "ms", "<= 5", json!({"p50_ms": median(&pages), "limit": 50}));
    report.row("memory_10m_mb", resident_mb(service.pid()), "MB", "<= 2000", about);
    service.stop().await;
}

pub async fn measure(report: &mut Report, payloads: &Payloads) {
    let directory = service::directory();
    let (service, mut client) = seeded(directory.path(), payloads, EACH).await;
    let about = json!({"open_items": ITEMS, "repositories": REPOSITORIES});
    report.row("ready_1m_s", service.started.elapsed().as_secs_f64(), "s", "<= 5", about.clone());
    assert_eq!(client.json("/api/v1/queue?limit=1").await["total"], ITEMS);

    let pages = client.timed(page).await;
    report.row("queue_page_p99_ms", p99(&pages), "ms", "<= 3", json!({"p50_ms": median(&pages), "limit": 50}));
    let pool = bugscrub::store::pool(service.database_url(), 2).expect("the service's database");
    let sql = sql_pages(&pool).await;
    let about = json!({"sql_ms": sql, "ours_p50_ms": median(&pages)});
    report.row("queue_sql_ratio", median(&sql) / median(&pages), "x", ">= 50", about);
    let filtered =
        client.timed(|_| format!("/api/v1/queue?label=label-{}&repo=repo-{}", any(1, 30), any(1, REPOSITORIES))).await;
    let wide = client.timed(|_| format!("/api/v1/queue?label=label-{}&repo=-repo-{}", any(1, 30), any(1, 9))).await;
    let about = json!({"p50_ms": median(&filtered), "all_repositories_but_one_p99_ms": p99(&wide)});
    report.row("queue_filtered_p99_ms", p99(&filtered), "ms", "<= 20", about);
    let (orders, by_order) = ordered(&mut client).await;
    report.row("queue_order_p99_ms", p99(&orders), "ms", "<= 50", by_order);
    let titled = client.timed(|_| format!("/api/v1/queue?title={:06}", any(100_000, 999_999))).await;
    report.row("queue_title_p99_ms", p99(&titled), "ms", "<= 200", json!({"p50_ms": median(&titled)}));
    let facets = client.timed(facets).await;
    let about = json!({"p50_ms": median(&facets), "first_ms": facets[0], "labels": 30 * REPOSITORIES});
    report.row("facets_p99_ms", p99(&facets), "ms", "<= 10", about);
    report.row("memory_1m_mb", resident_mb(service.pid()), "MB", "<= 400", json!({"open_items": ITEMS}));
    let (whole, grouped) = grouped(&mut client).await;
    let about = json!({"ages_ms": whole, "by_repository_ms": grouped});
    report.row("group_by_ratio", median(&grouped) / median(&whole), "x", "<= 2", about);
    // What they have read is given back by and by.
    let about = json!({"open_items": ITEMS, "statistics": 6});
    report.row("memory_after_statistics_mb", resident_mb(service.pid()), "MB", "<= 800", about);

    readers::measure(report, &mut client).await;
    acts(report, &mut client).await;
    visible(report, &service, payloads).await;
    pool.close().await;
    service.stop().await;
}

/// What people do in a scrub with the longest deck: show it, go on to the next row, and mark another item as read.
async fn acts(report: &mut Report, client: &mut Client) {
    const ACTS: usize = 200;
    const MOST_ROWS: i64 = 10_000;
    let opened = client.write("POST", "/api/v1/scrubs", &json!({"view": "open"})).await;
    assert_eq!(opened["rows"], MOST_ROWS, "{opened}");
    let path = format!("/api/v1/scrubs/{}", opened["number"]);
    let (mut shows, mut advances, mut marks) = (vec![], vec![], vec![]);
    for _ in 0..ACTS {
        let started = Instant::now();
        let scrub = client.json(&path).await;
        shows.push(started.elapsed().as_secs_f64() * 1e3);
        let started = Instant::now();
        client.write("POST", &format!("{path}/advance"), &json!({"place": scrub["current"]["place"]})).await;
        advances.push(started.elapsed().as_secs_f64() * 1e3);
        let item = format!("/api/v1/items/Codertocat/repo-{}/{}/read", any(1, REPOSITORIES), any(1, 100));
        let started = Instant::now();
        client.write("PUT", &item, &Value::Null).await;
        marks.push(started.elapsed().as_secs_f64() * 1e3);
    }
    let worst = p99(&shows).max(p99(&advances)).max(p99(&marks));
    let about = json!({
        "show_p99_ms": p99(&shows), "advance_p99_ms": p99(&advances), "mark_p99_ms": p99(&marks),
        "show_p50_ms": median(&shows), "advance_p50_ms": median(&advances), "mark_p50_ms": median(&marks), "rows": MOST_ROWS,
    });
    report.row("scrub_act_p99_ms", worst, "ms", "<= 20", about);
}

/// Pages in the orders that look at each item: all times, and the medians by order.
async fn ordered(client: &mut Client) -> (Vec<f64>, Value) {
    let (mut times, mut by_order) = (vec![], json!({}));
    for order in Order::ALL.into_iter().filter(|order| order.looks_at_more() && *order != Order::LastClosed) {
        let mut own = vec![];
        for turn in 0..50 {
            // Half of them with a filter that leaves a tenth.
            let filter = if turn % 2 == 0 { "" } else { "&label=label-1" };
            let started = Instant::now();
            client.json(&format!("/api/v1/queue?order={}{filter}", order.name())).await;
            own.push(started.elapsed().as_secs_f64() * 1e3);
        }
        by_order[format!("{}_p50_ms", order.name())] = json!(median(&own));
        times.extend(own);
    }
    (times, by_order)
}

/// Facets of some filter: the first time, names are read.
fn facets(turn: usize) -> String {
    let filter = match turn % 4 {
        0 => String::new(),
        1 => format!("repo=-repo-{}", any(1, REPOSITORIES)),
        2 => format!("type=Issue&updated_before={}d", any(1, 2_000)),
        _ => format!("label=label-{}", any(1, 30)),
    };
    format!("/api/v1/queue/facets?limit=20&{filter}")
}

/// Milliseconds of a statistic, and of the same in groups.
async fn grouped(client: &mut Client) -> (Vec<f64>, Vec<f64>) {
    let (mut whole, mut grouped) = (vec![], vec![]);
    for _ in 0..3 {
        for (path, times) in
            [("/api/v1/stats/ages", &mut whole), ("/api/v1/stats/ages?group_by=repository", &mut grouped)]
        {
            let started = Instant::now();
            client.json(path).await;
            times.push(started.elapsed().as_secs_f64() * 1e3);
        }
    }
    (whole, grouped)
}

/// From a delivery's acknowledgement until `/queue` answers with it, at 500 a second.
async fn visible(report: &mut Report, service: &Service, payloads: &Payloads) {
    const RATE: f64 = 500.0;
    let target = WebhookTarget::new(&format!("http://{}/webhooks/github", service.address()), SECRET).expect("a URL");
    let source = payloads.fresh(10_000).map(Ok);
    let load = tokio::spawn(async move {
        deliver(source, &target, Pace { concurrency: 128, rate: Some(RATE) }, |_| {}).await.expect("the load runs")
    });
    let mut client = Client::to(service.address()).await;
    let mut waits = vec![];
    while !load.is_finished() {
        let position = client.deliver(payloads).await;
        let acknowledged = Instant::now();
        let answer = client.json(&format!("/api/v1/queue?limit=1&min_position={position}")).await;
        assert!(answer["position"].as_i64() >= Some(position), "{answer}");
        waits.push(acknowledged.elapsed().as_secs_f64() * 1e3);
    }
    let load = load.await.expect("the load runs");
    assert_eq!(load.failed(), 0, "{load}");
    let about = json!({"p50_ms": median(&waits), "samples": waits.len(), "rate_per_s": RATE, "open_items": ITEMS});
    report.row("visible_p99_ms", p99(&waits), "ms", "<= 100", about);
}

/// A page of the queue in plain SQL, by the integer product: the first page and deep ones.
async fn sql_pages(pool: &PgPool) -> Vec<f64> {
    let mut times = vec![];
    for _ in 0..10 {
        let started = Instant::now();
        let rows: Vec<(i64, i64)> = sqlx::query_as(
            "SELECT repo_id, number FROM items
             WHERE account_id = $1 AND generation = 1 AND state = 'open' AND live
             ORDER BY (current_date - created_at::date + 1) * (current_date - updated_at::date + 1) DESC,
                      created_at, repo_id, number LIMIT 50",
        )
        .bind(ACCOUNT)
        .fetch_all(pool)
        .await
        .expect("a page");
        assert_eq!(rows.len(), 50);
        times.push(started.elapsed().as_secs_f64() * 1e3);
    }
    times
}

/// Some page: one in ten the first, else one after a random place of either order.
fn page(turn: usize) -> String {
    if turn.is_multiple_of(10) {
        return "/api/v1/queue".to_owned();
    }
    let (age, stale) = (any(0, 2_900), any(0, 2_900));
    let created_at = Utc::now() - TimeDelta::days(age);
    let after =
        PlaceKey { product: stale_product(age, stale.min(age)), created_at, repo_id: 1, number: 1, first: None };
    let order = if turn.is_multiple_of(2) { Order::Stalest } else { Order::Freshest };
    let request = PageRequest {
        account_id: ACCOUNT,
        sight: Sight::All,
        filter: Filter::default(),
        order,
        date: Utc::now().date_naive(),
        past: false,
        after: None,
        limit: 50,
    };
    let cursor = Cursor::of(request, after);
    format!("/api/v1/queue?cursor={}", cursor.encode())
}

pub fn any(from: i64, to: i64) -> i64 {
    rand::rng().random_range(from..=to)
}

pub fn p99(times: &[f64]) -> f64 {
    let mut sorted = times.to_vec();
    sorted.sort_by(f64::total_cmp);
    sorted[(sorted.len() * 99).div_ceil(100) - 1]
}

/// Copies what one delivery made until the account has so many open items in each repository.
async fn seed(pool: &PgPool, each: i64) {
    let sql = include_str!("seed.sql").replace(":repositories", &REPOSITORIES.to_string());
    let sql = sql.replace(":each", &each.to_string());
    let mut connection = pool.acquire().await.expect("a connection");
    for statement in sql.split(";\n").map(str::trim).filter(|statement| !statement.is_empty()) {
        sqlx::query(sqlx::AssertSqlSafe(statement.to_owned())).execute(&mut *connection).await.expect(statement);
    }
}

/// One connection, one request at a time.
pub struct Client(hyper::client::conn::http1::SendRequest<Full<bytes::Bytes>>);

impl Client {
    async fn to(address: SocketAddr) -> Self {
        let stream = TcpStream::connect(address).await.expect("the service listens");
        stream.set_nodelay(true).expect("a socket");
        let (sender, connection) = hyper::client::conn::http1::handshake(TokioIo::new(stream)).await.expect("HTTP");
        tokio::spawn(connection);
        Self(sender)
    }

    async fn send(&mut self, request: Request<Full<bytes::Bytes>>) -> (u16, bytes::Bytes) {
        self.0.ready().await.expect("the connection is open");
        let answer = self.0.send_request(request).await.expect("an answer");
        let status = answer.status().as_u16();
        (status, answer.into_body().collect().await.expect("a body").to_bytes())
    }

    async fn get(&mut self, path: &str) -> (u16, bytes::Bytes) {
        let request = Request::get(path).header("host", "bench").header("authorization", format!("Bearer {TOKEN}"));
        self.send(request.body(Full::default()).expect("a request")).await
    }

    pub async fn json(&mut self, path: &str) -> Value {
        let (status, body) = self.get(path).await;
        assert_eq!(status, 200, "{path}: {}", String::from_utf8_lossy(&body));
        serde_json::from_slice(&body).expect("JSON")
    }

    /// Writes something; null is an empty body. The answer must be a 2xx with JSON.
    pub async fn write(&mut self, method: &str, path: &str, body: &Value) -> Value {
        let request = Request::builder().method(method).uri(path).header("host", "bench");
        let request = request.header("authorization", format!("Bearer {TOKEN}"));
        let request = match body.is_null() {
            true => request.body(Full::default()),
            false => request.header("content-type", "application/json").body(body.to_string().into()),
        };
        let (status, body) = self.send(request.expect("a request")).await;
        assert!((200..300).contains(&status), "{path}: {}", String::from_utf8_lossy(&body));
        serde_json::from_slice(&body).expect("JSON")
    }

    /// Posts one delivery; answers its position.
    async fn deliver(&mut self, payloads: &Payloads) -> i64 {
        let (status, body) = self.send(payloads.request()).await;
        assert_eq!(status, 202);
        serde_json::from_slice::<Value>(&body).expect("JSON")["position"].as_i64().expect("a position")
    }

    /// Milliseconds of each of many requests.
    async fn timed(&mut self, path: impl Fn(usize) -> String) -> Vec<f64> {
        let mut times = Vec::with_capacity(REQUESTS);
        for turn in 0..REQUESTS {
            let path = path(turn);
            let started = Instant::now();
            let (status, body) = self.get(&path).await;
            times.push(started.elapsed().as_secs_f64() * 1e3);
            assert_eq!(status, 200, "{path}: {}", String::from_utf8_lossy(&body));
        }
        times
    }
}
