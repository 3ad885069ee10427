//! Repair: finding what no delivery told.

use chrono::Duration;
use serde_json::json;

use super::{agrees, complete, rhythm, run_now, start};
use crate::support::github::world::Kind;
use crate::support::github::{Delivering, FakeGitHub};

#[tokio::test]
async fn an_outage_of_three_days_is_repaired() {
    let github = FakeGitHub::start().await;
    let (account, installation) = github.world(|world| {
        let account = world.account("acme");
        world.fill(account, 10, 400);
        (account, world.install(account, None))
    });
    let app = start(&github, rhythm()).await;
    github.deliver().await;
    complete(&app).await;
    // The first sweep finds nothing and costs two requests.
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

    // Three days have passed.
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

    // All requests read, mint tokens, or ask for deliveries.
    for request in github.log().into_iter().filter(|request| request.method != "GET") {
        let allowed = ["/graphql ", "/app/installations/", "/app/hook/deliveries/"];
        assert!(allowed.iter().any(|path| request.path.starts_with(path)), "{request:?}");
    }
    // Nothing is left to repair.
    let mended = sync["mended"].clone();
    run_now(&app, "sweep").await;
    assert_eq!(complete(&app).await["mended"], mended);
    app.stop().await.drop().await;
}

#[tokio::test]
async fn a_tie_is_settled_by_fetching() {
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
        // Both happen in one second, so that nothing says which was last.
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

#[tokio::test]
async fn items_that_github_counts_but_does_not_list_are_looked_for_once() {
    let github = FakeGitHub::start().await;
    let (account, installation) = github.world(|world| {
        let account = world.account("acme");
        world.fill(account, 3, 90);
        (account, world.install(account, None))
    });
    let app = start(&github, rhythm()).await;
    github.deliver().await;
    complete(&app).await;
    let repos: Vec<i64> = github.world(|world| {
        world.repositories.values().filter(|repo| repo.account_id == account).map(|repo| repo.id).collect()
    });
    let listings = |github: &FakeGitHub| github.log().iter().filter(|r| r.path.contains("sort=created")).count();
    let sweep = async || {
        let before = listings(&github);
        run_now(&app, "sweep").await;
        complete(&app).await;
        listings(&github) - before
    };
    github.world(|world| world.repositories.get_mut(&repos[1]).unwrap().hidden = 2);
    assert_eq!(sweep().await, 2, "open and closed ones are listed");
    let before = github.log().len();
    assert_eq!(sweep().await, 0, "nothing would be found");
    assert_eq!(github.log().len() - before, 2, "it costs what a sweep of the same costs");
    let sync = app.json("/api/v1/sync").await;
    assert_eq!((&sync["differing"], &sync["mended"]), (&1.into(), &0.into()), "{sync:#}");
    let none = json!({"open": 0, "all": 0});
    let differs = json!({"issues": {"open": 2, "all": 2}, "pull_requests": none, "discussions": none});
    assert_eq!(sync["items_by_repository"][1]["differs"], differs, "{sync:#}");

    // What a delivery tells makes no difference; what no delivery tells does.
    github.world(|world| {
        world.open(repos[1], Kind::Issue, "Told", "ada");
    });
    github.deliver().await;
    github.advance(Duration::minutes(10));
    assert_eq!(sweep().await, 0);
    github.delivering(Delivering::Lose);
    github.world(|world| {
        let open = |found: &&crate::support::github::world::Item| found.open && found.kind == Kind::Pull;
        let number = world.repositories[&repos[1]].items.values().find(open).unwrap().number;
        world.delete(repos[1], number);
    });
    github.deliver().await;
    assert_eq!(sweep().await, 2);
    agrees(&app, &github, installation).await;
    // The hidden items are gone, so nothing differs.
    github.world(|world| world.repositories.get_mut(&repos[1]).unwrap().hidden = 0);
    assert_eq!(sweep().await, 2);
    assert_eq!(sweep().await, 0);
    let sync = app.json("/api/v1/sync").await;
    assert_eq!((&sync["differing"], &sync["mended"]), (&0.into(), &1.into()), "{sync:#}");
    app.stop().await.drop().await;
}

#[tokio::test]
async fn a_failed_delivery_behind_thousands_of_others_is_asked_for() {
    let github = FakeGitHub::start().await;
    let (repo, installation) = github.world(|world| {
        let account = world.account("acme");
        let repo = world.repository(account, "widgets");
        (repo, world.install(account, None))
    });
    let app = start(&github, rhythm()).await;
    github.deliver().await;
    complete(&app).await;
    github.delivering(Delivering::Fail);
    github.world(|world| {
        world.open(repo, Kind::Issue, "Failed", "ada");
    });
    github.deliver().await;
    github.delivering(Delivering::Send);
    github.world(|world| {
        world.open(repo, Kind::Issue, "Arrived", "ada");
    });
    github.deliver().await;
    // A delivery that arrived in the end is listed with each of its failed attempts.
    github.failed_before(5_100);
    github.advance(Duration::hours(2));
    run_now(&app, "redeliver").await;
    assert_eq!(github.redeliver().await, 1);
    agrees(&app, &github, installation).await;
    // Within the hour only recent failures are looked for.
    let pages = |github: &FakeGitHub| github.log().iter().filter(|r| r.path.contains("/deliveries?")).count();
    let before = pages(&github);
    github.advance(Duration::minutes(30));
    run_now(&app, "redeliver").await;
    assert!(pages(&github) - before < 60, "{}", pages(&github) - before);
    github.advance(Duration::minutes(29));
    // Failed deliveries of an uninstalled account are not asked for.
    github.delivering(Delivering::Fail);
    github.world(|world| {
        world.open(repo, Kind::Issue, "Too late", "ada");
        world.uninstall(installation);
    });
    github.deliver().await;
    run_now(&app, "installations").await;
    run_now(&app, "redeliver").await;
    assert_eq!(github.redeliver().await, 0);
    app.stop().await.drop().await;
}
