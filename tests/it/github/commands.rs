//! `bugscrub backfill` and `bugscrub try`, as people run them.

use serde_json::Value;

use super::{LISTING, asked, asked_for, no_job_is_due};
use crate::support::TestDatabase;
use crate::support::github::world::Kind;
use crate::support::github::{APP_ID, APP_KEY, FakeGitHub, OTHER_KEY, PERSONAL_TOKEN};
use crate::support::place::Place;
use crate::support::service::{Exit, Serving, client, run};

const ADMIN: &str = "the-admin-token-of-the-test";

#[tokio::test]
async fn backfill_fetches_what_is_missing_and_then_nothing() {
    let github = FakeGitHub::start().await;
    let installation = github.world(|world| {
        let account = world.account("acme");
        world.fill(account, 6, 500);
        world.install(account, None)
    });
    let database = TestDatabase::new().await;
    let (url, id) = (github.url(), APP_ID.to_string());
    let settings = [
        ("BUGSCRUB_DATABASE_URL", &*database.url),
        ("BUGSCRUB_GITHUB_API_URL", &url),
        ("BUGSCRUB_APP_ID", &id),
        ("BUGSCRUB_PRIVATE_KEY", APP_KEY),
        ("BUGSCRUB_ADMIN_TOKEN", ADMIN),
        ("BUGSCRUB_WEBHOOK_SECRET", "secret"),
    ];
    let said = run(&["backfill"], &settings).await.ok();
    assert_eq!(said, "All 500 items of 6 repositories are stored.\n");
    let pages = |github: &FakeGitHub| github.log().iter().filter(|request| request.path.contains("/issues?")).count();
    let before = pages(&github);
    run(&["backfill"], &settings).await.ok();
    assert_eq!(pages(&github), before, "nothing was missing");
    run(&["backfill", "Acme/repo-000"], &settings).await.ok();
    assert!(pages(&github) > before, "it was fetched anew");
    run(&["backfill", "acme/nothing"], &settings).await.failed(1, &["does not cover acme/nothing"]);
    run(&["backfill", "nothing"], &settings).await.failed(1, &["write OWNER/REPO"]);

    let listings = asked(&github, LISTING);
    let serving = Serving::start(&settings).await;
    let answer = client().get(serving.url("/api/v1/queue?limit=1")).bearer_auth(ADMIN).send().await.unwrap();
    let page: Value = serde_json::from_str(&answer.text().await.unwrap()).unwrap();
    assert_eq!(page["total"], github.world(|world| world.truth(installation).len()));

    // The API shows that the service only reads. By now the service sends no more requests.
    asked_for(&github, LISTING, listings + 1).await;
    no_job_is_due(&database).await;
    let answer = client().get(serving.url("/api/v1/permissions")).bearer_auth(ADMIN).send().await.unwrap();
    let shown: Value = serde_json::from_str(&answer.text().await.unwrap()).unwrap();
    assert_eq!((&shown["as_declared"], &shown["may_write"]), (&true.into(), &false.into()), "{shown:#}");
    let requests = &shown["requests"];
    let minted = github.log().iter().filter(|request| request.path.ends_with("/access_tokens")).count();
    assert_eq!(requests["token_mints"], minted, "{shown:#}");
    assert_eq!((&requests["writes"], &requests["redeliveries"]), (&0.into(), &0.into()));
    serving.stop().await;
    database.drop().await;
}

#[tokio::test]
async fn anyone_can_try_public_repositories_without_a_token() {
    let github = FakeGitHub::start().await;
    github.world(|world| {
        let account = world.account("acme");
        world.fill(account, 3, 200);
        let hidden = world.repository(account, "hidden");
        world.privatize(hidden, true);
    });
    let place = Place::new();
    let (url, data) = (github.url(), place.path());
    let settings =
        [("BUGSCRUB_GITHUB_API_URL", &*url), ("BUGSCRUB_DATA_DIR", data.to_str().unwrap()), ("GITHUB_TOKEN", "")];
    let ended = run(&["try", "acme/repo-000", "acme/repo-001", "--once", "--listen", "127.0.0.1:0"], &settings).await;
    assert!(ended.stderr.contains("60 requests an hour"), "{}", ended.stderr);
    let said = ended.ok();
    let open = github.world(|world| {
        let shown = world.repositories.values().filter(|repo| ["repo-000", "repo-001"].contains(&&*repo.name));
        let fetched = |item: &&crate::support::github::world::Item| {
            item.open && item.kind != crate::support::github::world::Kind::Discussion
        };
        shown.map(|repo| repo.items.values().filter(fetched).count()).sum::<usize>()
    });
    assert!(said.contains(&format!("{open} items of acme in the queue")), "{open}: {said}");
    let settings = [("BUGSCRUB_GITHUB_API_URL", &*url), ("BUGSCRUB_DATA_DIR", data.to_str().unwrap())];
    for (name, words) in
        [("acme/hidden", "not public"), ("acme/none", "no repository acme/none"), ("acme", "write OWNER/REPO")]
    {
        run(&["try", name, "--once", "--listen", "127.0.0.1:0"], &settings).await.failed(1, &[words]);
    }
}

#[tokio::test]
async fn backfill_fails_when_there_is_nothing_to_wait_for() {
    let github = FakeGitHub::start().await;
    let database = TestDatabase::new().await;
    let (url, id) = (github.url(), APP_ID.to_string());
    let with = |key| {
        [
            ("BUGSCRUB_DATABASE_URL", database.url.clone()),
            ("BUGSCRUB_GITHUB_API_URL", url.clone()),
            ("BUGSCRUB_APP_ID", id.clone()),
            ("BUGSCRUB_PRIVATE_KEY", key),
        ]
    };
    for (key, said) in [(OTHER_KEY, "not one of the App 4711"), (APP_KEY, "not installed on any account")] {
        let settings = with(key.to_owned());
        let settings: Vec<(&str, &str)> = settings.iter().map(|(name, value)| (*name, value.as_str())).collect();
        run(&["backfill"], &settings).await.failed(1, &[said]);
    }
    database.drop().await;
}

#[tokio::test]
async fn a_personal_token_fetches_history_and_discussions_too() {
    let github = FakeGitHub::start().await;
    github.world(|world| {
        let account = world.account("acme");
        world.fill(account, 1, 150);
    });
    let place = Place::new();
    let (url, data) = (github.url(), place.path());
    let with = |token| {
        [
            ("BUGSCRUB_GITHUB_API_URL", url.clone()),
            ("BUGSCRUB_DATA_DIR", data.to_str().unwrap().to_owned()),
            ("GITHUB_TOKEN", token),
        ]
    };
    let of = |settings: &[(&'static str, String)]| -> Vec<(&'static str, String)> { settings.to_vec() };
    let args = ["try", "acme/repo-000", "ACME/repo-000", "--once", "--listen", "127.0.0.1:0"];
    let settings = of(&with(PERSONAL_TOKEN.to_owned()));
    let settings: Vec<(&str, &str)> = settings.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let ended = run(&args, &settings).await;
    assert!(!ended.stderr.contains("60 requests"), "{}", ended.stderr);
    let said = ended.ok();
    let open =
        github.world(|world| world.repositories.values().next().unwrap().items.values().filter(|i| i.open).count());
    assert_eq!(said.matches(&format!("{open} items of acme in the queue")).count(), 1, "{open}: {said}");
    let asked = |what: &str| github.log().iter().any(|request| request.path.contains(what));
    assert!(asked("/graphql Discussions ") && asked("state=closed"), "discussions and history come too");

    let settings = of(&with("ghp_of_nobody".to_owned()));
    let settings: Vec<(&str, &str)> = settings.iter().map(|(name, value)| (*name, value.as_str())).collect();
    run(&args, &settings).await.failed(1, &["does not take the token in GITHUB_TOKEN"]);
}

/// `bugscrub try` without a token on a repository of so many issues, where an hour has so many requests and points of GraphQL.
pub(super) async fn try_once(issues: usize, requests: u32, points: u32) -> (FakeGitHub, Exit) {
    let github = FakeGitHub::start().await;
    github.world(|world| {
        let account = world.account("acme");
        let repo = world.repository(account, "large");
        let at = world.now - chrono::Duration::days(9);
        for _ in 0..issues {
            world.put(repo, Kind::Issue, "An item", "ada", at);
        }
    });
    github.limits(requests, points);
    let place = Place::new();
    let (url, data) = (github.url(), place.path());
    let settings =
        [("BUGSCRUB_GITHUB_API_URL", &*url), ("BUGSCRUB_DATA_DIR", data.to_str().unwrap()), ("GITHUB_TOKEN", "")];
    let ended = run(&["try", "acme/large", "--once", "--listen", "127.0.0.1:0"], &settings).await;
    (github, ended)
}

#[tokio::test]
async fn try_shows_what_it_has_when_the_hourly_budget_is_used_up() {
    // Eight of ten requests are used: one for the repository, and seven pages.
    let (github, ended) = try_once(1_000, 10, 10).await;
    assert!(ended.stderr.contains("700 of 1000 items are here so far"), "{}", ended.stderr);
    assert!(ended.ok().contains("700 items of acme in the queue"));
    assert!(github.log().iter().all(|request| !matches!(request.status, 403 | 429)));
}
