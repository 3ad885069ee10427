//! Backfill: fetching everything that existed before the first delivery.

use bugscrub::store::jobs::{self, JobKind, NewJob};
use chrono::Duration;

use super::{agrees, complete, failed, rhythm, start, until};
use crate::support::github::world::Kind;
use crate::support::github::{FakeGitHub, Fault, Trouble};

/// An installed account with ten repositories.
fn small(github: &FakeGitHub) -> (i64, i64) {
    github.world(|world| {
        let account = world.account("acme");
        world.fill(account, 10, 400);
        let installation = world.install(account, None);
        (account, installation)
    })
}

#[tokio::test]
async fn an_installation_is_backfilled_completely() {
    let github = FakeGitHub::start().await;
    let app = start(&github, rhythm()).await;
    let (_, installation) = small(&github);
    github.deliver().await;
    let sync = complete(&app).await;
    assert_eq!(sync["items"], 400, "{sync:#}");
    for request in github.log() {
        println!("{} {} {}", request.status, request.method, request.path);
    }
    assert_eq!(sync["fetched"], 400, "{sync:#}");
    assert_eq!(sync["mended"], 0, "{sync:#}");
    agrees(&app, &github, installation).await;
    app.stop().await.drop().await;
}

#[tokio::test]
async fn an_installation_is_backfilled_at_start_without_a_delivery() {
    let github = FakeGitHub::start().await;
    let (_, installation) = small(&github);
    let app = start(&github, rhythm()).await;
    complete(&app).await;
    agrees(&app, &github, installation).await;
    app.stop().await.drop().await;
}

#[tokio::test]
async fn changes_during_a_backfill_win_by_their_time() {
    let github = FakeGitHub::start().await;
    let (account, installation) = small(&github);
    let app = start(&github, rhythm()).await;
    github.world(|world| world.outgoing.clear());
    let repo = github.world(|world| *world.repositories.iter().find(|(_, repo)| repo.account_id == account).unwrap().0);
    for round in 0..20 {
        github.advance(Duration::seconds(1));
        github.world(|world| {
            let number = world.open(repo, Kind::Issue, &format!("New {round}"), "ada");
            let open: Vec<i64> =
                world.repositories[&repo].items.values().filter(|item| item.open).map(|item| item.number).collect();
            world.comment(repo, open[round % open.len()], "linus");
            if round % 3 == 0 {
                world.close(repo, number);
            }
        });
        github.deliver().await;
    }
    complete(&app).await;
    agrees(&app, &github, installation).await;
    app.stop().await.drop().await;
}

#[tokio::test]
async fn a_backfill_outlasts_every_kind_of_trouble() {
    let github = FakeGitHub::start().await;
    let (_, installation) = small(&github);
    let troubles = [
        Trouble::Server(502),
        Trouble::Cut,
        Trouble::Slow(std::time::Duration::from_millis(300)),
        Trouble::Secondary(1),
        Trouble::Limit(1),
        Trouble::Unauthorized,
    ];
    for (at, trouble) in troubles.into_iter().enumerate() {
        github.fault(Fault { path: "/issues", after: 2 * at as u32, times: 1, trouble });
    }
    github.fresh_401s(2);
    let app = start(&github, rhythm()).await;
    complete(&app).await;
    agrees(&app, &github, installation).await;
    let in_refusal = github.log().iter().filter(|request| request.in_refusal).count();
    assert_eq!(in_refusal, 0, "requests came between a refusal and its end");
    app.stop().await.drop().await;
}

#[tokio::test]
async fn no_more_than_four_fifths_of_a_budget_are_used() {
    let github = FakeGitHub::start().await;
    let (account, _) = small(&github);
    github.limits(20, 5_000);
    let app = start(&github, rhythm()).await;
    until(&app, "/api/v1/sync", |sync| sync["limits"]["rest"]["remaining"].as_i64().is_some_and(|left| left <= 4))
        .await;
    let used =
        github.log().iter().filter(|request| request.gate == account && !request.path.starts_with("/graphql")).count();
    assert_eq!(used, 16);
    // No job is due either while each is being done: the reason is there once one of them was put off.
    let reason = "80 % of the REST budget of 20 an hour is used";
    let sync = until(&app, "/api/v1/sync", |sync| sync["due"] == 0 && sync["limits"]["reason"] == reason).await;
    assert_eq!(sync["failing"], serde_json::json!([]), "{sync:#}");
    assert!(github.log().iter().all(|request| !matches!(request.status, 403 | 429)), "something was refused");
    app.stop().await.drop().await;
}

#[tokio::test]
async fn without_the_permission_for_discussions_the_rest_is_backfilled() {
    let github = FakeGitHub::start().await;
    let (_, installation) = small(&github);
    github.world(|world| {
        world.installations.get_mut(&installation).unwrap().permissions.remove("discussions");
        world.outgoing.clear();
    });
    let app = start(&github, rhythm()).await;
    complete(&app).await;
    let mut truth = github.world(|world| world.truth(installation));
    truth.retain(|_, row| row["type"] != "Discussion");
    assert_eq!(super::queue(&app).await, truth);
    app.stop().await.drop().await;
}

#[tokio::test]
async fn a_repository_hidden_for_a_moment_is_not_fetched_twice() {
    let github = FakeGitHub::start().await;
    let app = start(&github, rhythm()).await;
    let (_, installation) = small(&github);
    github.deliver().await;
    complete(&app).await;
    // The repository is in the middle of its backfill: its closed items are still to be fetched.
    let pool = &app.database.pool;
    let hide = "UPDATE repositories SET gone = $1 WHERE name = 'repo-000' RETURNING account_id, repo_id";
    let (account, repo): (i64, i64) = sqlx::query_as(hide).bind(true).fetch_one(pool).await.unwrap();
    let midst = "UPDATE sync SET complete_at = NULL, fetched = 0 WHERE account_id = $1 AND repo_id = $2";
    sqlx::query(midst).bind(account).bind(repo).execute(pool).await.unwrap();
    let trouble = Trouble::Server(502);
    github.fault(Fault { path: "/installation/repositories", after: 0, times: u32::MAX, trouble });
    let left = [JobKind::Closed, JobKind::ClosedDiscussions].map(|kind| NewJob::now(account, kind, repo));
    jobs::add(pool, &left).await.unwrap();
    for kind in ["closed", "closed_discussions", "repositories"] {
        failed(&app, kind).await;
    }
    sqlx::query(hide).bind(false).fetch_one(pool).await.unwrap();
    github.heal();
    let sync = complete(&app).await;
    let closed = github.world(|world| world.repositories[&repo].items.values().filter(|item| !item.open).count());
    let row = sync["items_by_repository"].as_array().unwrap().iter().find(|row| row["repository"] == "acme/repo-000");
    assert_eq!(row.unwrap()["fetched"], closed, "{sync:#}");
    agrees(&app, &github, installation).await;
    app.stop().await.drop().await;
}
