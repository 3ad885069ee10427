//! `make bench`: what the performance budget promises, measured against a reference in the same run.
//!
//! The service runs as its own process over a private Postgres with default durability, or over the one that
//! `BUGSCRUB_TEST_DATABASE_URL` names; the load comes from this process, on the same cores. Results are printed as a table and written to
//! `target/bench.json`.

mod backfill;
mod behind;
#[path = "../../tests/it/support/github/mod.rs"]
#[allow(dead_code, reason = "the tests use more of it")]
mod github;
mod load;
mod million;
mod readers;
mod receivers;
mod reference;
mod report;
#[path = "../../tests/it/support/server.rs"]
#[allow(dead_code, reason = "the tests use more of it")]
mod server;
mod service;
mod together;

use std::time::{Duration, Instant};

use bugscrub::activity::Bots;
use bugscrub::deliver::{Pace, WebhookTarget, deliver};
use bugscrub::store::{self, accounts, rebuild};
use serde_json::json;

use load::Payloads;
use receivers::{REFERENCE, Receiver, Rounds};
use report::Report;
use service::{SECRET, Service, resident_mb};

/// What the tests' fake signs its deliveries with.
mod app {
    pub use crate::service::SECRET;
}

/// How many connections the closed loop has.
const CONNECTIONS: usize = 64;
/// Each side is measured this often, in turn; the medians are compared.
const ROUNDS: usize = 3;
const ROUND: Duration = Duration::from_secs(6);

#[tokio::main]
async fn main() {
    // `cargo bench` passes --bench, `cargo test --benches` does not: then there is nothing to do.
    if !std::env::args().any(|argument| argument == "--bench") {
        return;
    }
    let mut arguments = std::env::args().skip_while(|argument| argument != REFERENCE).skip(1);
    if let Some(database_url) = arguments.next() {
        return reference::run(&database_url).await;
    }
    // `make bench ROWS=backfill` measures one group of rows; by itself it measures all.
    let only = std::env::args().skip(1).find(|argument| !argument.starts_with('-'));
    let wanted = |group: &str| only.as_deref().is_none_or(|only| only == group);
    let mut report = Report::default();
    let mut payloads = None;
    if wanted("ingest") {
        ingest(&mut report, payloads.get_or_insert_with(Payloads::load)).await;
    }
    if wanted("burst") {
        behind::burst(&mut report, payloads.get_or_insert_with(Payloads::load)).await;
    }
    if wanted("backfill") {
        backfill::measure(&mut report).await;
    }
    if wanted("million") {
        million::measure(&mut report, payloads.get_or_insert_with(Payloads::load)).await;
    }
    if wanted("scrub") {
        together::measure(&mut report).await;
    }
    // It takes a quarter of an hour and some 20 GB of disk, so only whoever asks for it gets it.
    if only.as_deref() == Some("ten-million") {
        million::measure_ten(&mut report, payloads.get_or_insert_with(Payloads::load)).await;
    }
    report.finish();
    service::clean_up().await;
}

/// What a service does with deliveries, idle first.
async fn ingest(report: &mut Report, payloads: &Payloads) {
    let directory = service::directory();
    let service = Service::start(directory.path()).await;
    report.row("memory_idle_mb", resident_mb(service.pid()), "MB", "<= 60", json!({}));
    let pool = store::pool(service.database_url(), 4).expect("the service's database");
    ingest_ratio(report, &service, payloads).await;
    acknowledgement(report, &service, payloads).await;
    rebuild_rate(report, &pool).await;
    pool.close().await;
    service.stop().await;
}

/// Acknowledged deliveries per second, and what each costs: against one INSERT of JSONB and one commit per delivery
/// behind the same HTTP stack and signature check, and against the receiver that people write with octokit.
async fn ingest_ratio(report: &mut Report, service: &Service, payloads: &Payloads) {
    let reference = Receiver::reference(service.database_url());
    let with_octokit = Receiver::octokit(service.database_url());
    let mut ours = Rounds::of_service(service);
    let (mut plain, mut octokit) = (Rounds::of(&reference), Rounds::of(&with_octokit));
    for _ in 0..ROUNDS {
        for rounds in [&mut plain, &mut ours, &mut octokit] {
            rounds.run(service, payloads, CONNECTIONS, ROUND).await;
        }
    }
    let ratio = report::median(&ours.per_second) / report::median(&plain.per_second);
    let about = json!({
        "one_commit_per_delivery_per_s": plain.per_second, "group_commit_per_s": ours.per_second,
        "connections": CONNECTIONS, "mean_body_bytes": payloads.mean_bytes(),
    });
    report.row("ingest_ratio", ratio, "x", ">= 2", about);
    let ratio = report::median(&plain.cpu_s_per_1000) / report::median(&ours.cpu_s_per_1000);
    let about = json!({
        "one_commit_per_delivery_cpu_s_per_1000": plain.cpu_s_per_1000,
        "group_commit_cpu_s_per_1000": ours.cpu_s_per_1000,
        "of_it_postgres": {"one_commit_per_delivery": plain.postgres_cpu_s_per_1000, "group_commit": ours.postgres_cpu_s_per_1000},
    });
    report.row("ingest_cpu_ratio", ratio, "x", ">= 2.5", about);
    let ratio = report::median(&ours.per_second) / report::median(&octokit.per_second);
    let about = json!({
        "octokit_and_pg_per_s": octokit.per_second, "octokit_and_pg_cpu_s_per_1000": octokit.cpu_s_per_1000,
    });
    report.row("octokit_ratio", ratio, "x", ">= 3", about);
}

/// From the scheduled sending to the answer, at 1,000 a second by the clock.
async fn acknowledgement(report: &mut Report, service: &Service, payloads: &Payloads) {
    let target = WebhookTarget::new(&format!("http://{}/webhooks/github", service.address()), SECRET).expect("a URL");
    let pace = Pace { concurrency: 256, rate: Some(1_000.0) };
    let mut p99 = vec![];
    let mut p50 = vec![];
    for _ in 0..ROUNDS {
        let source = payloads.fresh(10_000).map(Ok);
        let measured = deliver(source, &target, pace, |_| {}).await.expect("the load runs");
        assert_eq!(measured.failed(), 0, "{measured}");
        p99.push(measured.latency_ms(0.99));
        p50.push(measured.latency_ms(0.50));
    }
    let about = json!({"rounds_p99_ms": p99, "rounds_p50_ms": p50, "rate_per_s": 1_000});
    report.row("ack_p99_ms", report::median(&p99), "ms", "<= 25", about);
}

/// A whole rebuild, against reading the same log and doing nothing with it.
async fn rebuild_rate(report: &mut Report, pool: &sqlx::PgPool) {
    let (mut rebuilt, mut read) = (vec![], vec![]);
    let mut sizes = json!({});
    for account_id in accounts::all_ids(pool).await.expect("accounts") {
        for _ in 0..ROUNDS {
            let started = Instant::now();
            let bytes: Option<i64> =
                sqlx::query_scalar("SELECT sum(octet_length(data::text)) FROM events WHERE account_id = $1")
                    .bind(account_id)
                    .fetch_one(pool)
                    .await
                    .expect("the log");
            let scanned = started.elapsed().as_secs_f64();
            let started = Instant::now();
            let done = rebuild::rebuild(pool, account_id, &Bots::default()).await.expect("a rebuild");
            rebuilt.push(done.events as f64 / started.elapsed().as_secs_f64());
            read.push(done.events as f64 / scanned);
            sizes = json!({"events": done.events, "items": done.items, "json_bytes": bytes});
        }
    }
    let about = json!({"scan_in_postgres_per_s": read, "rounds_per_s": rebuilt, "log": sizes});
    report.row("rebuild_events_per_s", report::median(&rebuilt), "events/s", ">= 50000", about);
}
