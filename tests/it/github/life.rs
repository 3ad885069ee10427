//! The life of an installation: what may be seen follows it at once, until its end.

use std::collections::BTreeSet;

use chrono::Duration;

use super::{agrees, complete, queue, rhythm, run_now, settled, start};
use crate::support::TestApp;
use crate::support::github::world::Kind;
use crate::support::github::{Delivering, FakeGitHub};

struct Place {
    github: FakeGitHub,
    app: TestApp,
    account: i64,
    installation: i64,
    repos: Vec<i64>,
}

/// Three repositories; the installation covers the first two.
async fn place() -> Place {
    let github = FakeGitHub::start().await;
    let (account, repos) = github.world(|world| {
        let account = world.account("acme");
        let repos: Vec<i64> = ["one", "two", "three"].map(|name| world.repository(account, name)).to_vec();
        for repo in &repos {
            let at = world.now - Duration::days(30);
            for kind in [Kind::Issue, Kind::Pull, Kind::Discussion] {
                world.put(*repo, kind, "An item", "ada", at);
            }
        }
        (account, repos)
    });
    let chosen = Some(BTreeSet::from([repos[0], repos[1]]));
    let installation = github.world(|world| world.install(account, chosen));
    let app = start(&github, rhythm()).await;
    github.deliver().await;
    complete(&app).await;
    agrees(&app, &github, installation).await;
    Place { github, app, account, installation, repos }
}

impl Place {
    /// Lets something happen, delivers it, and waits until no job is due.
    async fn happens(&self, what: impl FnOnce(&mut crate::support::github::world::World)) {
        self.github.advance(Duration::seconds(2));
        self.github.world(what);
        self.github.deliver().await;
        settled(&self.app).await;
    }

    /// How many items a token sees; `None` if it does not see the account.
    async fn seen(&self) -> Option<usize> {
        self.app.caught_up().await;
        let accounts = self.app.json("/api/v1/accounts").await;
        if accounts["accounts"].as_array().unwrap().is_empty() {
            return None;
        }
        Some(queue(&self.app).await.len())
    }
}

#[tokio::test]
async fn chosen_repositories_come_and_go() {
    let place = place().await;
    assert_eq!(place.seen().await, Some(6));
    place.happens(|world| world.choose(place.installation, place.repos[2], true)).await;
    assert_eq!(place.seen().await, Some(9), "the new one was fetched");
    place.happens(|world| world.choose(place.installation, place.repos[0], false)).await;
    assert_eq!(place.seen().await, Some(6));
    agrees(&place.app, &place.github, place.installation).await;
    place.happens(|world| world.choose(place.installation, place.repos[0], true)).await;
    assert_eq!(place.seen().await, Some(9));
    place.happens(|world| world.rename(place.repos[1], "second")).await;
    agrees(&place.app, &place.github, place.installation).await;
    place.app.stop().await.drop().await;
}

#[tokio::test]
async fn chosen_repositories_come_and_go_without_a_delivery() {
    let place = place().await;
    place.github.delivering(Delivering::Lose);
    place
        .happens(|world| {
            world.choose(place.installation, place.repos[2], true);
            world.choose(place.installation, place.repos[0], false);
            world.rename(place.repos[1], "second");
        })
        .await;
    run_now(&place.app, "sweep").await;
    // The number of repositories is the same; the changed name gave it away.
    complete(&place.app).await;
    agrees(&place.app, &place.github, place.installation).await;
    place.app.stop().await.drop().await;
}

#[tokio::test]
async fn a_repository_made_private_is_hidden_without_a_delivery() {
    let place = place().await;
    place.github.delivering(Delivering::Lose);
    place.happens(|world| world.privatize(place.repos[0], true)).await;
    run_now(&place.app, "sweep").await;
    place.app.caught_up().await;
    let public = place.app.new_token(&["read"], None).await;
    let answer = place.app.request_as(&public, reqwest::Method::GET, "/api/v1/queue").send().await.unwrap();
    let page: serde_json::Value = serde_json::from_str(&answer.text().await.unwrap()).unwrap();
    assert_eq!(page["total"], 3, "{page:#}");
    place.app.stop().await.drop().await;
}

#[tokio::test]
async fn a_suspended_account_is_hidden_and_comes_back_with_what_it_missed() {
    for delivering in [Delivering::Send, Delivering::Lose] {
        let place = place().await;
        place.github.delivering(delivering);
        place.happens(|world| world.suspend(place.installation, true)).await;
        run_now(&place.app, "installations").await;
        assert_eq!(place.seen().await, None);
        place
            .happens(|world| {
                world.open(place.repos[0], Kind::Issue, "Meanwhile", "ada");
            })
            .await;
        place.happens(|world| world.suspend(place.installation, false)).await;
        run_now(&place.app, "installations").await;
        assert_eq!(place.seen().await, Some(7));
        agrees(&place.app, &place.github, place.installation).await;
        place.app.stop().await.drop().await;
    }
}

#[tokio::test]
async fn an_uninstalled_account_is_hidden_then_purged_and_may_return() {
    let place = place().await;
    place.happens(|world| world.uninstall(place.installation)).await;
    assert_eq!(place.seen().await, None);
    let kept: i64 = count(&place, "SELECT count(*) FROM events WHERE account_id = $1").await;
    assert!(kept > 0, "the grace is not over");
    let head: i64 = count(&place, "SELECT head_position FROM accounts WHERE account_id = $1").await;
    super::grace_is_over(&place.app).await;
    run_now(&place.app, "purge").await;
    let left = count(&place, "SELECT count(*) FROM events WHERE account_id = $1 AND kind <> 'purged'").await;
    assert_eq!(left, 0);
    for table in ["items", "repositories", "labels", "deliveries", "sync", "installations"] {
        let sql = format!("SELECT count(*) FROM {table} WHERE account_id = $1");
        assert_eq!(count(&place, &sql).await, 0, "{table}");
    }
    // A new installation of the same account continues its log.
    let chosen = Some(BTreeSet::from([place.repos[0]]));
    let again = place.github.world(|world| world.install(place.account, chosen));
    place.happens(|_| {}).await;
    complete(&place.app).await;
    assert_eq!(place.seen().await, Some(3));
    agrees(&place.app, &place.github, again).await;
    assert!(count(&place, "SELECT head_position FROM accounts WHERE account_id = $1").await > head);
    place.app.stop().await.drop().await;
}

async fn count(place: &Place, sql: &str) -> i64 {
    let sql = sqlx::AssertSqlSafe(sql.to_owned());
    sqlx::query_scalar(sql).bind(place.account).fetch_one(&place.app.database.pool).await.unwrap()
}
