//! The whole way of one account: set up, installed, backfilled while deliveries go on, killed again and
//! again, and complete.

use std::collections::HashMap;
use std::time::Instant;

use serde_json::Value;

use super::setup::Setup;
use super::{LISTING, asked, asked_for, no_job_is_due};
use crate::support::github::FakeGitHub;
use crate::support::github::world::Kind;
use crate::support::service::{Serving, client};
use crate::support::{TestDatabase, wait};

const REPOSITORIES: usize = 200;
const ITEMS: usize = 100_000;
const KILLS: usize = 10;
/// How many requests to GitHub lie between two kills.
const APART: usize = 110;
const ADMIN: &str = "the-admin-token-of-the-test";

#[tokio::test]
async fn a_large_account_is_complete_though_it_is_killed_ten_times() {
    let github = FakeGitHub::start().await;
    github.limits(15_000, 15_000);
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("app.env");
    let args = ["--organization", "acme", "--webhook-url", "https://x.example/webhooks/github", "--file"];
    let setup = Setup::start(&github, &[&args[..], &[file.to_str().unwrap()]].concat()).await;
    client().get(setup.press().await).send().await.unwrap();
    assert_eq!(setup.ended().await.0, 0);
    let written = std::fs::read_to_string(&file).unwrap();
    let mut settings: Vec<(&str, &str)> = written.lines().filter_map(|line| line.split_once('=')).collect();

    let database = TestDatabase::new().await;
    let url = github.url();
    settings.extend([
        ("BUGSCRUB_DATABASE_URL", &*database.url),
        ("BUGSCRUB_GITHUB_API_URL", &url),
        ("BUGSCRUB_ADMIN_TOKEN", ADMIN),
        ("BUGSCRUB_RATE_LIMIT", "0"),
    ]);
    let account = github.world(|world| {
        let account = world.account("acme");
        world.fill(account, REPOSITORIES, ITEMS);
        account
    });
    let mut serving = Serving::start(&settings).await;
    github.hook(&serving.url("/webhooks/github"));
    let installation = github.world(|world| world.install(account, None));
    github.deliver().await;

    let begun = Instant::now();
    let (mut nth, mut listings) = (0, 0);
    for _ in 0..KILLS {
        let goal = github.log().len() + APART;
        wait::until("the backfill gets on", async || {
            happen(&github, account, &mut nth);
            github.deliver().await;
            github.log().len() >= goal
        })
        .await;
        serving.kill().await;
        happen(&github, account, &mut nth);
        github.deliver().await;
        listings = asked(&github, LISTING);
        serving = Serving::start(&settings).await;
        github.hook(&serving.url("/webhooks/github"));
    }
    let is_over = |sync: &Value| sync["backfill"] == "complete" && sync["due"] == 0;
    let mut sync = Value::Null;
    while !is_over(&sync) {
        // The backfill may take its time, as long as it makes progress.
        sync = wait::for_state(async || {
            let now = get(&serving, "/api/v1/sync").await;
            if is_over(&now) || now["fetched"] != sync["fetched"] { Ok(now) } else { Err(format!("{now:#}")) }
        })
        .await;
    }
    let seconds = begun.elapsed().as_secs_f64();
    // The service asked for what failed while it was down.
    asked_for(&github, LISTING, listings + 1).await;
    no_job_is_due(&database).await;
    github.redeliver().await;
    assert_eq!(github.undelivered(), 0);

    let truth = github.world(|world| world.truth(installation));
    let queue = queue(&serving, truth.len()).await;
    let key = |row: &Value| (row["repository"].as_str().unwrap().to_owned(), row["number"].as_i64().unwrap());
    let queue: HashMap<(String, i64), &Value> = queue.iter().map(|row| (key(row), row)).collect();
    let missing: Vec<_> = truth.keys().filter(|key| !queue.contains_key(*key)).take(5).collect();
    assert!(missing.is_empty() && queue.len() == truth.len(), "{missing:?}, {} for {}", queue.len(), truth.len());
    for (key, row) in &truth {
        for field in ["type", "title", "updated_at", "created_at", "labels", "comments", "author"] {
            assert_eq!(queue[key][field], row[field], "{key:?} {field}");
        }
    }

    let log = github.log();
    let mut pages: HashMap<&str, usize> = HashMap::new();
    let is_page = |path: &str| path.contains("/issues?") || path.starts_with("/graphql Discussions ");
    for request in log.iter().filter(|request| is_page(&request.path) && request.status == 200) {
        *pages.entry(&request.path).or_default() += 1;
    }
    let again: usize = pages.values().map(|times| times - 1).sum();
    // Each of the four workers may have had one page in flight.
    assert!(again <= 4 * KILLS, "{again} pages were fetched again");
    let large = github.world(|world| {
        world
            .repositories
            .values()
            .filter(|repo| repo.account_id == account)
            .map(|repo| (repo.items.len(), repo.id, repo.name.clone()))
            .max()
            .unwrap()
    });
    let of_large =
        |path: &&&str| path.contains(&format!("/{}/issues", large.2)) || path.contains(&format!("\"R_{}\"", large.1));
    let requests = pages.keys().filter(of_large).count();
    let per_100 = requests as f64 * 100.0 / large.0 as f64;
    println!(
        "{} items in {seconds:.0} s, {} requests in all, {again} pages again after {KILLS} kills, {per_100:.2} requests \
         per 100 items of the largest repository, mended {}",
        sync["items"],
        log.len(),
        sync["mended"]
    );
    assert!(per_100 <= 1.1, "{per_100}");
    serving.stop().await;
    database.drop().await;
}

/// Lets something happen.
fn happen(github: &FakeGitHub, account: i64, nth: &mut usize) {
    *nth += 1;
    github.world(|world| {
        let repos: Vec<i64> =
            world.repositories.values().filter(|repo| repo.account_id == account).map(|repo| repo.id).collect();
        let repo = repos[*nth * 7 % repos.len()];
        let new = world.open(repo, [Kind::Issue, Kind::Pull, Kind::Discussion][*nth % 3], "New", "ada");
        let open = world.repositories[&repo]
            .items
            .values()
            .find(|item| item.open && item.number != new)
            .map(|item| item.number);
        match (open, *nth % 3) {
            (Some(number), 0) => world.close(repo, number),
            (Some(number), 1) => world.comment(repo, number, "linus"),
            _ => world.comment(repo, new, "linus"),
        }
    });
}

async fn get(serving: &Serving, path: &str) -> Value {
    let answer = client().get(serving.url(path)).bearer_auth(ADMIN).send().await.unwrap();
    serde_json::from_str(&answer.text().await.unwrap()).unwrap()
}

/// The whole queue, once it has `total` items.
async fn queue(serving: &Serving, total: usize) -> Vec<Value> {
    wait::for_state(async || {
        let found = get(serving, "/api/v1/queue?limit=1").await["total"].clone();
        if found == total { Ok(()) } else { Err(format!("{found} items for {total}")) }
    })
    .await;
    let (mut items, mut next) = (vec![], Some("/api/v1/queue?limit=500".to_owned()));
    while let Some(path) = next {
        let mut page = get(serving, &path).await;
        items.append(page["items"].as_array_mut().unwrap());
        next = page["next"].as_str().map(str::to_owned);
    }
    items
}
