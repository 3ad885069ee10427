//! Changes of repositories, accounts and permissions, with and without deliveries.

use std::collections::BTreeSet;

use chrono::Duration;
use serde_json::Value;

use super::{agrees, complete, queue, rhythm, run_now, settled, start};
use crate::support::TestApp;
use crate::support::github::world::{Kind, World};
use crate::support::github::{Delivering, FakeGitHub, Fault, Trouble};

const BOTH: [Delivering; 2] = [Delivering::Send, Delivering::Lose];

/// An installed account with two repositories of three items each.
async fn place(delivering: Delivering) -> (FakeGitHub, TestApp, i64, i64, [i64; 2]) {
    let github = FakeGitHub::start().await;
    let (account, repos) = github.world(|world| {
        let account = world.account("acme");
        let repos = ["one", "two"].map(|name| world.repository(account, name));
        repos.iter().for_each(|repo| fill(world, *repo));
        (account, repos)
    });
    let installation = github.world(|world| world.install(account, None));
    let app = start(&github, rhythm()).await;
    github.deliver().await;
    complete(&app).await;
    agrees(&app, &github, installation).await;
    github.delivering(delivering);
    (github, app, account, installation, repos)
}

fn fill(world: &mut World, repo: i64) {
    let at = world.now - Duration::days(30);
    for kind in [Kind::Issue, Kind::Pull, Kind::Discussion] {
        world.put(repo, kind, "An item", "ada", at);
    }
}

async fn happens(github: &FakeGitHub, app: &TestApp, what: impl FnOnce(&mut World)) {
    github.advance(Duration::seconds(2));
    github.world(what);
    github.deliver().await;
    settled(app).await;
}

async fn total(app: &TestApp, account: &str) -> i64 {
    app.caught_up().await;
    app.json(&format!("/api/v1/queue?account={account}")).await["total"].as_i64().unwrap()
}

async fn flag(app: &TestApp, column: &str, repo: i64) -> bool {
    let sql = format!(
        "SELECT r.{column} FROM accounts a JOIN repositories r USING (account_id, generation) WHERE r.repo_id = $1"
    );
    let sql = sqlx::AssertSqlSafe(sql);
    sqlx::query_scalar(sql).bind(repo).fetch_one(&app.database.pool).await.unwrap()
}

#[tokio::test]
async fn a_repository_moves_to_another_account() {
    for delivering in BOTH {
        let (github, app, _, _, repos) = place(delivering).await;
        let (beta, stranger) = github.world(|world| {
            let beta = world.account("beta");
            let repo = world.repository(beta, "own");
            fill(world, repo);
            (beta, world.account("stranger"))
        });
        github.delivering(Delivering::Send);
        happens(&github, &app, |world| {
            world.install(beta, None);
        })
        .await;
        github.delivering(delivering);
        assert_eq!((total(&app, "acme").await, total(&app, "beta").await), (6, 3));

        happens(&github, &app, |world| world.transfer_repository(repos[0], beta)).await;
        run_now(&app, "sweep").await;
        assert_eq!((total(&app, "acme").await, total(&app, "beta").await), (3, 6), "{delivering:?}");
        // In an account without the App the repository is seen no more.
        happens(&github, &app, |world| world.transfer_repository(repos[0], stranger)).await;
        run_now(&app, "sweep").await;
        assert_eq!((total(&app, "acme").await, total(&app, "beta").await), (3, 3), "{delivering:?}");
        app.stop().await.drop().await;
    }
}

#[tokio::test]
async fn a_repository_is_archived_and_unarchived_made_private_and_public() {
    for delivering in BOTH {
        let (github, app, _, installation, repos) = place(delivering).await;
        for on in [true, false] {
            happens(&github, &app, |world| world.archive(repos[0], on)).await;
            run_now(&app, "sweep").await;
            assert_eq!(flag(&app, "archived", repos[0]).await, on, "{delivering:?}");
            happens(&github, &app, |world| world.privatize(repos[1], on)).await;
            run_now(&app, "sweep").await;
            assert_eq!(flag(&app, "private", repos[1]).await, on, "{delivering:?}");
            app.caught_up().await;
            let public = app.new_token(&["read"], None).await;
            let answer = app.request_as(&public, reqwest::Method::GET, "/api/v1/queue").send().await.unwrap();
            let page: Value = serde_json::from_str(&answer.text().await.unwrap()).unwrap();
            assert_eq!(page["total"], if on { 3 } else { 6 }, "{delivering:?}");
        }
        agrees(&app, &github, installation).await;
        app.stop().await.drop().await;
    }
}

#[tokio::test]
async fn an_account_changes_its_login() {
    for delivering in BOTH {
        let (github, app, account, installation, _) = place(delivering).await;
        happens(&github, &app, |world| world.rename_account(account, "apex")).await;
        run_now(&app, "installations").await;
        run_now(&app, "sweep").await;
        agrees(&app, &github, installation).await;
        let accounts = app.json("/api/v1/accounts").await;
        assert_eq!(accounts["accounts"][0]["login"], "apex", "{accounts:#}");
        // The old login still finds the account.
        assert_eq!(total(&app, "acme").await, 6);
        app.stop().await.drop().await;
    }
}

#[tokio::test]
async fn a_new_login_hides_nothing_while_the_repositories_are_listed() {
    let github = FakeGitHub::start().await;
    let (account, repo) = github.world(|world| {
        let account = world.account("acme");
        let repo = world.repository(account, "one");
        fill(world, repo);
        (account, repo)
    });
    github.world(|world| {
        world.install(account, Some(BTreeSet::from([repo])));
    });
    let app = start(&github, rhythm()).await;
    github.deliver().await;
    complete(&app).await;
    github.delivering(Delivering::Lose);
    github.world(|world| world.rename_account(account, "apex"));
    let trouble = Trouble::Server(502);
    github.fault(Fault { path: "/installation/repositories", after: 0, times: u32::MAX, trouble });
    sqlx::query("UPDATE jobs SET due_at = now() WHERE kind = 'installations'")
        .execute(&app.database.pool)
        .await
        .unwrap();
    let renamed = |accounts: &Value| accounts["accounts"][0]["login"] == "apex";
    super::until(&app, "/api/v1/accounts", renamed).await;
    assert_eq!(total(&app, "apex").await, 3);
    github.heal();
    settled(&app).await;
    app.stop().await.drop().await;
}

#[tokio::test]
async fn a_permission_is_withdrawn_and_granted_again() {
    let (github, app, _, installation, repos) = place(Delivering::Send).await;
    happens(&github, &app, |world| world.permit(installation, "discussions", false)).await;
    happens(&github, &app, |world| {
        world.open(repos[0], Kind::Issue, "Meanwhile", "ada");
    })
    .await;
    github.delivering(Delivering::Lose);
    github.world(|world| {
        world.open(repos[0], Kind::Discussion, "Not to be read", "ada");
    });
    // GitHub refuses a token with more permissions than granted; the listing shows why.
    github.advance(Duration::hours(2));
    run_now(&app, "sweep").await;
    run_now(&app, "sweep").await;
    let sync = complete(&app).await;
    assert_eq!((&sync["failing"], &sync["mended"]), (&serde_json::json!([]), &0.into()), "{sync:#}");
    assert_eq!(queue(&app).await.len(), 7, "what was here stays");
    let shown = app.json("/api/v1/permissions").await;
    assert_eq!(shown["as_declared"], false, "{shown:#}");

    github.delivering(Delivering::Send);
    happens(&github, &app, |world| world.permit(installation, "discussions", true)).await;
    complete(&app).await;
    agrees(&app, &github, installation).await;
    let shown = app.json("/api/v1/permissions").await;
    assert_eq!(shown["as_declared"], true, "{shown:#}");
    happens(&github, &app, |world| world.permit(installation, "members", true)).await;
    let shown = app.json("/api/v1/permissions").await;
    assert_eq!(shown["as_declared"], true, "members may be read besides: {shown:#}");
    app.stop().await.drop().await;
}

#[tokio::test]
async fn without_the_permission_for_issues_nothing_is_lost() {
    let (github, app, _, installation, repos) = place(Delivering::Lose).await;
    github.world(|world| {
        world.permit(installation, "issues", false);
        world.open(repos[0], Kind::Issue, "Meanwhile", "ada");
    });
    sqlx::query("UPDATE jobs SET due_at = now() WHERE kind = 'sweep'").execute(&app.database.pool).await.unwrap();
    settled(&app).await;
    assert_eq!(queue(&app).await.len(), 6);
    github.delivering(Delivering::Send);
    happens(&github, &app, |world| world.permit(installation, "issues", true)).await;
    run_now(&app, "sweep").await;
    complete(&app).await;
    agrees(&app, &github, installation).await;
    app.stop().await.drop().await;
}

#[tokio::test]
async fn an_account_that_returns_in_time_keeps_its_data_and_gets_a_new_grace() {
    let (github, app, account, installation, repos) = place(Delivering::Send).await;
    happens(&github, &app, |world| world.uninstall(installation)).await;
    github.world(|world| {
        world.open(repos[0], Kind::Issue, "Meanwhile", "ada");
        world.delete(repos[1], 1);
    });
    let again = github.world(|world| world.install(account, None));
    assert_ne!(again, installation);
    happens(&github, &app, |_| {}).await;
    complete(&app).await;
    agrees(&app, &github, again).await;
    // The purge of the first uninstallation comes due shortly after the second uninstallation.
    happens(&github, &app, |world| world.uninstall(again)).await;
    run_now(&app, "purge").await;
    let kept: i64 = sqlx::query_scalar("SELECT count(*) FROM items WHERE account_id = $1")
        .bind(account)
        .fetch_one(&app.database.pool)
        .await
        .unwrap();
    assert!(kept > 0, "the grace of the second one is not over");
    let wait: f64 = sqlx::query_scalar(
        "SELECT EXTRACT(epoch FROM due_at - now())::float8 FROM jobs WHERE kind = 'purge' AND account_id = $1",
    )
    .bind(account)
    .fetch_one(&app.database.pool)
    .await
    .unwrap();
    assert!(wait > 3_000.0, "{wait}");
    app.stop().await.drop().await;
}

#[tokio::test]
async fn a_purged_account_stays_hidden_when_a_late_delivery_comes() {
    let (github, app, account, installation, repos) = place(Delivering::Send).await;
    github.delivering(Delivering::Lose);
    github.world(|world| {
        world.open(repos[0], Kind::Issue, "Late", "ada");
    });
    let late = github.world(|world| world.outgoing.remove(0));
    github.delivering(Delivering::Send);
    happens(&github, &app, |world| world.uninstall(installation)).await;
    super::grace_is_over(&app).await;
    run_now(&app, "purge").await;
    let payload: Value = serde_json::from_slice(&late.body).unwrap();
    app.deliver(&late.event, &payload).await;
    let accounts = app.json("/api/v1/accounts").await;
    assert_eq!(accounts["accounts"], serde_json::json!([]), "{accounts:#}");
    let kinds: Vec<String> = sqlx::query_scalar("SELECT kind FROM events WHERE account_id = $1 ORDER BY position")
        .bind(account)
        .fetch_all(&app.database.pool)
        .await
        .unwrap();
    assert_eq!(kinds, ["purged", "opened"]);
    app.stop().await.drop().await;
}
