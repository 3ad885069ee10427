//! What fails for ever, or makes no progress, keeps nobody else waiting.

use bugscrub::store::jobs::{self, JobKind, NewJob};
use bugscrub::store::local;
use chrono::Duration;

use super::{
    agrees, asked_for, asking, complete, failed, healthy, queue, rhythm, run_now, settled, start, start_on, until,
};
use crate::support::github::world::{Kind, World};
use crate::support::github::{Delivering, FakeGitHub, Fault, Trouble};

fn fill(world: &mut World, repo: i64) {
    let at = world.now - Duration::days(30);
    for kind in [Kind::Issue, Kind::Pull, Kind::Discussion] {
        world.put(repo, kind, "An item", "ada", at);
    }
}

/// Adds an account with repositories of three items each.
fn account(github: &FakeGitHub, login: &str, names: &[&str]) -> (i64, Vec<i64>) {
    github.world(|world| {
        let account = world.account(login);
        let repos: Vec<i64> = names.iter().map(|name| world.repository(account, name)).collect();
        repos.iter().for_each(|repo| fill(world, *repo));
        (account, repos)
    })
}

#[tokio::test]
async fn a_repository_that_is_too_much_for_github_keeps_no_other_waiting() {
    let github = FakeGitHub::start().await;
    let (account, repos) = account(&github, "acme", &["one", "two", "three"]);
    let installation = github.world(|world| {
        world.repositories.get_mut(&repos[1]).unwrap().too_much = true;
        world.install(account, None)
    });
    let app = start(&github, rhythm()).await;
    complete(&app).await;
    // It is complete too: its totals are unknown, so everything was asked for.
    agrees(&app, &github, installation).await;
    github.advance(Duration::minutes(10));
    github.delivering(Delivering::Lose);
    github.world(|world| world.open(repos[2], Kind::Issue, "Untold", "ada"));
    github.deliver().await;
    run_now(&app, "sweep").await;
    until(&app, "/api/v1/sync", |sync| sync["mended"] == 1).await;
    agrees(&app, &github, installation).await;
    app.stop().await.drop().await;
}

#[tokio::test]
async fn a_permission_withdrawn_in_mid_backfill_ends_its_part() {
    let github = FakeGitHub::start().await;
    let (account, _) = account(&github, "acme", &["one", "two"]);
    let installation = github.world(|world| world.install(account, None));
    github.fault(Fault { path: "/graphql Discussions", after: 0, times: u32::MAX, trouble: Trouble::Server(502) });
    let app = start(&github, rhythm()).await;
    failed(&app, "open_discussions").await;
    github.world(|world| world.permit(installation, "discussions", false));
    // Tokens last an hour.
    github.advance(Duration::hours(2));
    github.heal();
    complete(&app).await;
    let mut truth = github.world(|world| world.truth(installation));
    truth.retain(|_, row| row["type"] != "Discussion");
    assert_eq!(queue(&app).await, truth);
    github.world(|world| world.permit(installation, "discussions", true));
    github.deliver().await;
    settled(&app).await;
    until(&app, "/api/v1/sync", |sync| sync["mended"] == 2).await;
    agrees(&app, &github, installation).await;
    app.stop().await.drop().await;
}

#[tokio::test]
async fn an_item_that_github_never_shows_stops_no_other() {
    let github = FakeGitHub::start().await;
    let (account, repos) = account(&github, "acme", &["one"]);
    let installation = github.world(|world| {
        (0..6).for_each(|_| fill(world, repos[0]));
        world.install(account, None)
    });
    let app = start(&github, rhythm()).await;
    complete(&app).await;
    github.advance(Duration::minutes(10));
    github.delivering(Delivering::Lose);
    // These are issues and pull requests. More of them fail in a row than are tried at a time.
    for path in ["/issues/1", "/issues/2", "/issues/4", "/issues/5"] {
        github.fault(Fault { path, after: 0, times: u32::MAX, trouble: Trouble::Server(403) });
    }
    github.world(|world| world.retitle(repos[0], 7, "Untold"));
    github.deliver().await;
    let numbers = Some(vec![1, 2, 4, 5, 7, 8]);
    let check = NewJob { numbers, ..NewJob::now(account, JobKind::Check, repos[0]) };
    jobs::add(&app.database.pool, &[check]).await.unwrap();
    until(&app, "/api/v1/sync", |sync| sync["mended"] == 1).await;
    failed(&app, "check").await;
    agrees(&app, &github, installation).await;
    github.heal();
    healthy(&app).await;
    app.stop().await.drop().await;
}

#[tokio::test]
async fn a_busy_account_leaves_workers_to_others() {
    let github = FakeGitHub::start().await;
    let app = start(&github, rhythm()).await;
    let (acme, _) = account(&github, "acme", &["one", "two", "three", "four", "five", "six"]);
    github.fault(Fault { path: "/repos/acme/", after: 0, times: 1, trouble: Trouble::Held });
    github.world(|world| world.install(acme, None));
    github.deliver().await;
    asked_for(&github, "/repos/acme/", 1).await;
    let (beta, _) = account(&github, "beta", &["own"]);
    github.world(|world| world.install(beta, None));
    github.deliver().await;
    // One of acme's questions is still unanswered. (Others of it may go on: on a machine that is slow to renew a
    // lease, another worker takes it.)
    until(&app, "/api/v1/queue?account=beta", |page| page["total"] == 3).await;
    github.release();
    until(&app, "/api/v1/queue?account=acme", |page| page["total"] == 18).await;
    app.stop().await.drop().await;
}

#[tokio::test]
async fn old_failed_deliveries_are_asked_for_even_if_the_first_listing_fails() {
    let github = FakeGitHub::start().await;
    let (account, repos) = account(&github, "acme", &["one"]);
    github.world(|world| world.install(account, None));
    let app = start(&github, rhythm()).await;
    // The installation's own delivery arrives: else it would be one of those that failed.
    github.deliver().await;
    complete(&app).await;
    settled(&app).await;
    let database = app.stop().await;
    github.delivering(Delivering::Fail);
    for title in ["Failed", "Failed as well"] {
        github.world(|world| world.open(repos[0], Kind::Issue, title, "ada"));
    }
    github.deliver().await;
    github.delivering(Delivering::Send);
    github.advance(Duration::hours(2));
    // The listing fails twice, because at the first attempt GitHub's time is not known yet.
    github.fault(Fault { path: "/app/hook/deliveries", after: 0, times: 2, trouble: Trouble::Server(502) });
    let app = start_on(&github, asking(&github, rhythm()), database).await;
    asked_for(&github, "/attempts", 2).await;
    settled(&app).await;
    assert_eq!(github.redeliver().await, 2, "each is asked for once");
    assert_eq!(github.undelivered(), 0);
    app.stop().await.drop().await;
}

#[tokio::test]
async fn ties_that_cannot_be_settled_leave_room_for_others() {
    let github = FakeGitHub::start().await;
    let (account, repos) = account(&github, "acme", &["one", "two"]);
    github.world(|world| world.install(account, None));
    let app = start(&github, rhythm()).await;
    complete(&app).await;
    let pool = &app.database.pool;
    sqlx::query("UPDATE items SET tied = true").execute(pool).await.unwrap();
    sqlx::query("UPDATE repositories SET gone = true WHERE repo_id = $1").bind(repos[0]).execute(pool).await.unwrap();
    let mut seen = std::collections::BTreeSet::new();
    for _ in 0..200 {
        seen.extend(local::tied_items(pool, account, 1).await.unwrap());
    }
    assert_eq!(seen.into_iter().collect::<Vec<_>>(), [(repos[1], 1), (repos[1], 2), (repos[1], 3)]);
    app.stop().await.drop().await;
}
