//! Repair: what deliveries did not tell of.

use chrono::Duration;
use serde_json::json;

use super::{agrees, complete, rhythm, run_now, start};
use crate::support::github::world::Kind;
use crate::support::github::{Delivering, FakeGitHub};

#[tokio::test]
async fn an_outage_of_three_days_heals() {
    let github = FakeGitHub::start().await;
    let (account, installation) = github.world(|world| {
        let account = world.account("acme");
        world.fill(account, 10, 400);
        (account, world.install(account, None))
    });
    let app = start(&github, rhythm()).await;
    github.deliver().await;
    complete(&app).await;
    // A first comparison finds nothing, and costs two requests.
    let before = github.log().len();
    run_now(&app, "sweep").await;
    assert_eq!(github.log().len() - before, 2, "{:#?}", &github.log()[before..]);
    assert_eq!(complete(&app).await["mended"], 0);

    let repos: Vec<i64> = github.world(|world| {
        world.repositories.values().filter(|repo| repo.account_id == account).map(|repo| repo.id).collect()
    });
    for hour in 0..72 {
        github.advance(Duration::hours(1));
        github.delivering(if hour % 2 == 0 { Delivering::Fail } else { Delivering::Lose });
        github.world(|world| {
            let repo = repos[hour % repos.len()];
            let new = world.open(repo, [Kind::Issue, Kind::Pull, Kind::Discussion][hour % 3], "During", "ada");
            let open: Vec<(i64, Kind)> = world.repositories[&repo]
                .items
                .values()
                .filter(|item| item.open)
                .map(|item| (item.number, item.kind))
                .collect();
            let (number, kind) = open[hour * 7 % open.len()];
            match hour % 8 {
                0 => world.comment(repo, number, "linus"),
                1 => world.close(repo, number),
                2 | 3 => world.delete(repo, number),
                4 | 5 if kind == Kind::Issue => drop(world.transfer(repo, number, repos[(hour + 3) % repos.len()])),
                6 => world.retitle(repo, number, "Another title"),
                _ => world.comment(repo, new, "linus"),
            }
        });
        github.deliver().await;
    }

    // GitHub's clock is three days on; so is ours.
    github.delivering(Delivering::Send);
    run_now(&app, "redeliver").await;
    let redelivered = github.redeliver().await;
    assert!(redelivered > 30, "{redelivered}");
    run_now(&app, "redeliver").await;
    assert_eq!(github.redeliver().await, 0, "each is asked for once");
    run_now(&app, "sweep").await;
    let sync = complete(&app).await;
    agrees(&app, &github, installation).await;
    assert!(sync["mended"].as_i64().unwrap() > 20, "{sync:#}");

    // Nothing is left to mend.
    let mended = sync["mended"].clone();
    run_now(&app, "sweep").await;
    assert_eq!(complete(&app).await["mended"], mended);
    app.stop().await.drop().await;
}

#[tokio::test]
async fn a_tie_is_asked_about() {
    let github = FakeGitHub::start().await;
    let (repo, installation) = github.world(|world| {
        let account = world.account("acme");
        let repo = world.repository(account, "widgets");
        (repo, world.install(account, None))
    });
    let app = start(&github, rhythm()).await;
    github.deliver().await;
    complete(&app).await;
    github.world(|world| {
        let number = world.open(repo, Kind::Issue, "Before", "ada");
        // In one second, so that nothing tells which was last.
        world.retitle(repo, number, "Zebra");
        world.retitle(repo, number, "Aardvark");
    });
    github.deliver().await;
    assert_eq!(super::queue(&app).await.values().next().unwrap()["title"], json!("Zebra"));
    github.advance(Duration::minutes(1));
    run_now(&app, "sweep").await;
    agrees(&app, &github, installation).await;
    app.stop().await.drop().await;
}
