//! Backfill: requests to GitHub per 100 items of a large repository, against the tests' fake, those for who said what per
//! 100 open items, and how old the answers of the queue get meanwhile.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::behind::{Looks, Watch};
use crate::github::{APP_ID, APP_KEY, FakeGitHub};
use crate::report::Report;
use crate::service::{self, Service, TOKEN};

/// Of these a fifth are discussions, as the fake fills an account.
const ITEMS: usize = 50_000;

pub async fn measure(report: &mut Report) {
    let github = FakeGitHub::start().await;
    github.limits(15_000, 15_000);
    github.world(|world| {
        let account = world.account("acme");
        world.fill(account, 1, ITEMS);
        world.install(account, None);
        world.outgoing.clear();
    });
    let directory = service::directory();
    let (url, id) = (github.url(), APP_ID.to_string());
    let app = [("BUGSCRUB_GITHUB_API_URL", &*url), ("BUGSCRUB_APP_ID", &*id), ("BUGSCRUB_PRIVATE_KEY", APP_KEY)];
    let service = Service::start_with(directory.path(), &app).await;
    let begun = Instant::now();
    let watch = Watch::start(service.address());
    let client = reqwest::Client::builder().no_proxy().build().expect("a client");
    loop {
        let url = format!("http://{}/api/v1/sync", service.address());
        let answer = client.get(&url).bearer_auth(TOKEN).send().await.expect("an answer");
        let sync: Value = serde_json::from_str(&answer.text().await.expect("a body")).unwrap_or_default();
        if sync["backfill"] == "complete" {
            break;
        }
        assert!(begun.elapsed() < Duration::from_secs(300), "the backfill does not end: {sync}");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    let seconds = begun.elapsed().as_secs_f64();
    // Who said what on the open items is asked for apart.
    let log = github.log();
    let (talk, lists): (Vec<_>, Vec<_>) =
        log.iter().filter(|request| request.gate > 0).partition(|request| request.path.contains("Conversations"));
    let (requests, questions) = (lists.len(), talk.len());
    let points: u32 = talk.iter().map(|request| request.points).sum();
    let open = github.world(|world| {
        world.repositories.values().map(|repo| repo.items.values().filter(|item| item.open).count()).sum::<usize>()
    });
    let about = json!({"requests": requests, "items": ITEMS, "seconds": seconds, "all_requests": log.len()});
    let asked = json!({"requests": questions, "points": points, "open_items": open});
    let Looks { worst_ms, looks, frozen_ms } = watch.end().await;
    let seen = json!({"items": ITEMS, "looks": looks, "longest_standstill_ms": frozen_ms});
    report.row("backfill_behind_ms", worst_ms as f64, "ms", "<= 1000", seen);
    report.row("backfill_requests_per_100", requests as f64 * 100.0 / ITEMS as f64, "requests", "<= 1.1", about);
    let each = questions as f64 * 100.0 / open as f64;
    report.row("conversations_requests_per_100", each, "requests", "<= 3", asked);
    service.stop().await;
}
