//! `bugscrub backfill` and `bugscrub try`, as people run them.

use serde_json::Value;

use crate::support::TestDatabase;
use crate::support::github::{APP_ID, APP_KEY, FakeGitHub};
use crate::support::place::Place;
use crate::support::service::{Serving, client, run};

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
    assert_eq!(said, "500 items of 6 repositories are here.\n");
    let pages = |github: &FakeGitHub| github.log().iter().filter(|request| request.path.contains("/issues?")).count();
    let before = pages(&github);
    run(&["backfill"], &settings).await.ok();
    assert_eq!(pages(&github), before, "nothing was missing");
    run(&["backfill", "Acme/repo-000"], &settings).await.ok();
    assert!(pages(&github) > before, "it was fetched anew");
    run(&["backfill", "acme/nothing"], &settings).await.failed(1, &["does not cover acme/nothing"]);
    run(&["backfill", "nothing"], &settings).await.failed(1, &["write OWNER/REPO"]);

    let serving = Serving::start(&settings).await;
    let answer = client().get(serving.url("/api/v1/queue?limit=1")).bearer_auth(ADMIN).send().await.unwrap();
    let page: Value = serde_json::from_str(&answer.text().await.unwrap()).unwrap();
    assert_eq!(page["total"], github.world(|world| world.truth(installation).len()));

    // The promise, as the API tells it.
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
async fn anyone_may_try_it_on_a_public_repository() {
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
