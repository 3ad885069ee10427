//! Doubtful answers: they hide, show or delete nothing for good.

use std::collections::BTreeSet;

use bugscrub::config::Settings;
use bugscrub::ingest::Accounts;
use bugscrub::store::jobs::{self, JobKind, NewJob};
use chrono::Duration;

use super::{
    agrees, asked, asked_for, asking, complete, healthy, queue, rhythm, run_now, settled, start, start_on, until,
};
use crate::support::TestApp;
use crate::support::github::world::Kind;
use crate::support::github::{Delivering, FakeGitHub, Fault, Trouble};

async fn add(app: &TestApp, job: NewJob) {
    jobs::add(&app.database.pool, &[job]).await.unwrap();
    settled(app).await;
}

/// An installed account with a repository of five items, all backfilled.
async fn place() -> (FakeGitHub, TestApp, i64, i64, i64) {
    let github = FakeGitHub::start().await;
    let (account, repo, installation) = github.world(|world| {
        let account = world.account("acme");
        let repo = world.repository(account, "widgets");
        let at = world.now - Duration::days(3);
        for kind in [Kind::Issue, Kind::Pull, Kind::Discussion, Kind::Issue, Kind::Discussion] {
            world.put(repo, kind, "An item", "ada", at);
        }
        (account, repo, world.install(account, None))
    });
    let app = start(&github, rhythm()).await;
    github.deliver().await;
    complete(&app).await;
    agrees(&app, &github, installation).await;
    github.delivering(Delivering::Lose);
    (github, app, account, repo, installation)
}

#[tokio::test]
async fn a_backfill_that_could_not_be_planned_is_planned_by_the_next_sweep() {
    let github = FakeGitHub::start().await;
    let installation = github.world(|world| {
        let account = world.account("acme");
        world.fill(account, 3, 60);
        world.install(account, None)
    });
    github.fault(Fault { path: "/graphql Totals", after: 0, times: u32::MAX, trouble: Trouble::Torn });
    let app = start(&github, rhythm()).await;
    until(&app, "/api/v1/sync", |sync| sync["repositories"] == 3 && sync["due"] == 0).await;
    assert_eq!(app.json("/api/v1/sync").await["repositories_complete"], 0);
    github.heal();
    run_now(&app, "sweep").await;
    complete(&app).await;
    agrees(&app, &github, installation).await;
    app.stop().await.drop().await;
}

#[tokio::test]
async fn a_question_that_is_too_much_for_github_is_asked_in_halves() {
    let github = FakeGitHub::start().await;
    let installation = github.world(|world| {
        let account = world.account("acme");
        world.fill(account, 6, 60);
        world.install(account, None)
    });
    github.fault(Fault { path: "/graphql Totals", after: 0, times: 2, trouble: Trouble::Server(502) });
    let app = start(&github, rhythm()).await;
    complete(&app).await;
    agrees(&app, &github, installation).await;
    let asked = github.log().iter().filter(|request| request.path.starts_with("/graphql Totals")).count();
    // The service asks for all, a half and a quarter, and then for the rest of each.
    assert!(asked >= 5, "{asked}");
    assert_eq!(app.json("/api/v1/sync").await["failing"], serde_json::json!([]));
    app.stop().await.drop().await;
}

#[tokio::test]
async fn a_torn_answer_deletes_nothing() {
    let (github, app, account, repo, installation) = place().await;
    github.fault(Fault { path: "/graphql Discussion ", after: 0, times: 2, trouble: Trouble::Torn });
    add(&app, NewJob { numbers: Some(vec![3]), ..NewJob::now(account, JobKind::Check, repo) }).await;
    healthy(&app).await;
    agrees(&app, &github, installation).await;
    app.stop().await.drop().await;
}

#[tokio::test]
async fn turning_off_issues_and_discussions_deletes_nothing() {
    let (github, app, _, repo, installation) = place().await;
    github.world(|world| {
        let repo = world.repositories.get_mut(&repo).unwrap();
        (repo.issues_off, repo.discussions_off) = (true, true);
    });
    run_now(&app, "sweep").await;
    until(&app, "/api/v1/sync", |sync| sync["due"] == 0).await;
    assert_eq!(app.json("/api/v1/sync").await["failing"], serde_json::json!([]));
    github.world(|world| {
        let repo = world.repositories.get_mut(&repo).unwrap();
        (repo.issues_off, repo.discussions_off) = (false, false);
    });
    run_now(&app, "sweep").await;
    complete(&app).await;
    agrees(&app, &github, installation).await;
    app.stop().await.drop().await;
}

#[tokio::test]
async fn a_repository_missed_between_two_pages_stays() {
    let github = FakeGitHub::start().await;
    let (account, repos) = github.world(|world| {
        let account = world.account("acme");
        let repos: Vec<i64> = (0..150).map(|at| world.repository(account, &format!("repo-{at:03}"))).collect();
        for repo in &repos {
            let at = world.now - Duration::days(3);
            world.put(*repo, Kind::Issue, "An item", "ada", at);
        }
        (account, repos)
    });
    let chosen: BTreeSet<i64> = repos.iter().copied().collect();
    let installation = github.world(|world| world.install(account, Some(chosen)));
    let app = start(&github, rhythm()).await;
    github.deliver().await;
    complete(&app).await;
    agrees(&app, &github, installation).await;
    github.delivering(Delivering::Lose);
    // Once the first page is read, the first repository leaves: the hundred and first becomes the hundredth.
    let first = repos[0];
    github.meanwhile("/installation/repositories?per_page=100", move |world| world.choose(installation, first, false));
    add(&app, NewJob::now(account, JobKind::Repositories, 0)).await;
    let removed: Vec<i64> =
        sqlx::query_scalar("SELECT repo_id FROM events WHERE kind = 'repository_removed' ORDER BY position")
            .fetch_all(&app.database.pool)
            .await
            .unwrap();
    // The first one was still listed; only the next listing finds that it is gone.
    assert_eq!(removed, Vec::<i64>::new());
    add(&app, NewJob::now(account, JobKind::Repositories, 0)).await;
    agrees(&app, &github, installation).await;
    app.stop().await.drop().await;
}

#[tokio::test]
async fn an_installation_missed_between_two_pages_stays() {
    let github = FakeGitHub::start().await;
    let installations: Vec<i64> = github.world(|world| {
        (0..101)
            .map(|at| {
                let account = world.account(&format!("account-{at:03}"));
                world.install(account, None)
            })
            .collect()
    });
    let app = start(&github, rhythm()).await;
    let present = async || -> i64 {
        sqlx::query_scalar("SELECT count(*) FROM installations WHERE gone_at IS NULL")
            .fetch_one(&app.database.pool)
            .await
            .unwrap()
    };
    settled(&app).await;
    assert_eq!(present().await, 101);
    github.delivering(Delivering::Lose);
    github.meanwhile("/app/installations?per_page=100", move |world| world.uninstall(installations[0]));
    run_now(&app, "installations").await;
    assert_eq!(present().await, 101, "the first one was still listed");
    run_now(&app, "installations").await;
    assert_eq!(present().await, 100);
    app.stop().await.drop().await;
}

#[tokio::test]
async fn a_delivery_that_comes_during_a_request_is_newer_than_its_answer() {
    let (github, app, account, repo, _) = place().await;
    github.delivering(Delivering::Send);
    github.world(|world| world.privatize(repo, true));
    github.deliver().await;
    settled(&app).await;
    // The repository is public for a moment. No delivery tells of it, but a listing asks in that moment.
    github.delivering(Delivering::Lose);
    github.world(|world| world.privatize(repo, false));
    github.deliver().await;
    let path = "/installation/repositories?per_page=100";
    let before = asked(&github, path);
    github.fault(Fault { path, after: 0, times: 1, trouble: Trouble::Held });
    jobs::add(&app.database.pool, &[NewJob::now(account, JobKind::Repositories, 0)]).await.unwrap();
    asked_for(&github, path, before + 1).await;
    github.delivering(Delivering::Send);
    github.world(|world| world.privatize(repo, true));
    github.deliver().await;
    github.release();
    settled(&app).await;
    let public: i64 =
        sqlx::query_scalar("SELECT count(*) FROM events WHERE source = 'sweep' AND repo_id = $1 AND number IS NULL")
            .bind(repo)
            .fetch_one(&app.database.pool)
            .await
            .unwrap();
    assert_eq!(public, 0, "an answer from before made it public");
    app.stop().await.drop().await;
}

#[tokio::test]
async fn an_account_no_longer_allowed_is_not_taken_for_uninstalled() {
    let (github, app, account, _, _) = place().await;
    let database = app.stop().await;
    let settings = Settings { accounts: Accounts::new(["someone-else"]), ..asking(&github, rhythm()) };
    let app = start_on(&github, settings, database).await;
    settled(&app).await;
    let gone: bool = sqlx::query_scalar("SELECT gone_at IS NOT NULL FROM installations WHERE account_id = $1")
        .bind(account)
        .fetch_one(&app.database.pool)
        .await
        .unwrap();
    assert!(!gone);
    assert_eq!(queue(&app).await.len(), 5);
    app.stop().await.drop().await;
}

#[tokio::test]
async fn an_enterprise_is_not_an_account() {
    let github = FakeGitHub::start().await;
    github.world(|world| {
        let enterprise = world.account("");
        world.install(enterprise, None);
        world.outgoing.clear();
    });
    let app = start(&github, rhythm()).await;
    settled(&app).await;
    let known: i64 =
        sqlx::query_scalar("SELECT count(*) FROM installations").fetch_one(&app.database.pool).await.unwrap();
    assert_eq!(known, 0);
    app.stop().await.drop().await;
}
