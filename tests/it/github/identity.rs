//! Tokens are minted once for all who wait, and replaced in time.

use bugscrub::github::{ApiAddress, Client, Identity, PrivateKey};
use bugscrub::store::installations::{self, Installation};
use bugscrub::telemetry::Metrics;
use chrono::{Duration, Utc};
use futures_util::future::join_all;

use crate::support::github::{APP_ID, APP_KEY, FakeGitHub, Fault, Trouble};
use crate::support::{TestDatabase, wait};

pub async fn client(github: &FakeGitHub, database: &TestDatabase, ahead: Duration) -> (Client, i64) {
    let (account, installation) = github.world(|world| {
        let account = world.account("acme");
        world.repository(account, "widgets");
        (account, world.install(account, None))
    });
    let shown = Installation {
        account_id: account,
        installation_id: installation,
        login: "acme".to_owned(),
        suspended: false,
        permissions: serde_json::json!({"issues": "write", "metadata": "read"}),
        seen_at: Utc::now(),
        gone_at: None,
    };
    installations::record_installed(&database.pool, &shown, None, &[]).await.unwrap();
    (made(github, database, ahead), account)
}

/// The client of another replica.
pub fn another(github: &FakeGitHub, database: &TestDatabase) -> Client {
    made(github, database, Duration::zero())
}

fn made(github: &FakeGitHub, database: &TestDatabase, ahead: Duration) -> Client {
    let clock: bugscrub::app::Clock = std::sync::Arc::new(move || Utc::now() + ahead);
    let identity = Identity::new(APP_ID, PrivateKey::parse(APP_KEY).unwrap(), clock.clone());
    let address = ApiAddress::new(&github.url()).unwrap();
    let pool = Some(database.pool.clone());
    Client::new(address, Some(identity), None, pool, clock, Metrics::new()).unwrap()
}

fn mints(github: &FakeGitHub) -> usize {
    github.log().iter().filter(|request| request.path.ends_with("/access_tokens") && request.status == 201).count()
}

#[tokio::test]
async fn a_thousand_callers_mint_one_token() {
    let (github, database) = (FakeGitHub::start().await, TestDatabase::new().await);
    let (client, account) = client(&github, &database, Duration::zero()).await;
    let callers = (0..1_000).map(|_| {
        let client = client.clone();
        tokio::spawn(async move { client.token(account).await.unwrap().secret })
    });
    let secrets: std::collections::BTreeSet<_> = join_all(callers).await.into_iter().map(Result::unwrap).collect();
    assert_eq!(secrets.len(), 1);
    assert_eq!(mints(&github), 1);
    drop(client);
    database.drop().await;
}

#[tokio::test]
async fn a_token_is_replaced_before_it_ends() {
    let (github, database) = (FakeGitHub::start().await, TestDatabase::new().await);
    let (client, account) = client(&github, &database, Duration::zero()).await;
    let whose = bugscrub::github::Requester::Installation(account);
    for (minutes, minted) in [(0, 1), (50, 1), (6, 2), (1, 2)] {
        github.advance(Duration::minutes(minutes));
        // An answer tells GitHub's time.
        client.get(bugscrub::github::Requester::App, "/app").await.unwrap();
        assert_eq!(client.get(whose, "/installation/repositories").await.unwrap().status, 200);
        assert_eq!(mints(&github), minted, "after {minutes} minutes more");
    }
    drop(client);
    database.drop().await;
}

#[tokio::test]
async fn a_clock_that_is_fast_or_slow_is_corrected() {
    for minutes in [-600, -10, 10, 600] {
        let (github, database) = (FakeGitHub::start().await, TestDatabase::new().await);
        let (client, account) = client(&github, &database, Duration::minutes(minutes)).await;
        let whose = bugscrub::github::Requester::Installation(account);
        let answer = client.get(whose, "/installation/repositories").await.unwrap();
        assert_eq!(answer.status, 200, "{minutes} minutes");
        drop(client);
        database.drop().await;
    }
}

#[tokio::test]
async fn a_fresh_token_that_github_does_not_know_yet_is_tried_again() {
    let (github, database) = (FakeGitHub::start().await, TestDatabase::new().await);
    let (client, account) = client(&github, &database, Duration::zero()).await;
    github.fresh_401s(2);
    let whose = bugscrub::github::Requester::Installation(account);
    assert_eq!(client.get(whose, "/installation/repositories").await.unwrap().status, 200);
    assert_eq!(mints(&github), 1);
    drop(client);
    database.drop().await;
}

#[tokio::test]
async fn new_permissions_get_a_new_token() {
    let (github, database) = (FakeGitHub::start().await, TestDatabase::new().await);
    let (client, account) = client(&github, &database, Duration::zero()).await;
    let known = installations::of(&database.pool, account).await.unwrap().unwrap();
    let first = client.token(account).await.unwrap().secret;
    assert_eq!(client.token(account).await.unwrap().secret, first);
    let granted = serde_json::json!({"issues": "read", "metadata": "read", "discussions": "read"});
    let more = Installation { permissions: granted, ..known.clone() };
    installations::record_installed(&database.pool, &more, None, &[]).await.unwrap();
    assert_ne!(client.token(account).await.unwrap().secret, first);
    // A permission that GitHub no longer grants gives no token, but the reason.
    github.world(|world| world.permit(known.installation_id, "discussions", false));
    let wrong = Installation { permissions: serde_json::json!({"discussions": "read"}), ..known };
    installations::record_installed(&database.pool, &wrong, None, &[]).await.unwrap();
    let refused = client.token(account).await.err().unwrap().to_string();
    assert!(refused.contains("not granted to this installation"), "{refused}");
    drop(client);
    database.drop().await;
}

#[tokio::test]
async fn postgres_soon_notices_a_client_whose_machine_is_gone() {
    let database = TestDatabase::new().await;
    let pool = bugscrub::store::pool(&database.url, 1).unwrap();
    bugscrub::store::check(&pool).await.unwrap();
    // The values themselves matter only over TCP.
    let set: Vec<String> = sqlx::query_scalar(
        "SELECT name FROM pg_settings WHERE name LIKE 'tcp_keepalives_%' AND source = 'client' ORDER BY name",
    )
    .fetch_all(&pool)
    .await
    .unwrap();
    assert_eq!(set, ["tcp_keepalives_count", "tcp_keepalives_idle", "tcp_keepalives_interval"]);
    pool.close().await;
    database.drop().await;
}

#[tokio::test]
async fn a_request_that_does_more_than_read_is_counted_even_if_its_caller_dies() {
    let (github, database) = (FakeGitHub::start().await, TestDatabase::new().await);
    let (client, account) = client(&github, &database, Duration::zero()).await;
    let slow = Trouble::Slow(std::time::Duration::from_secs(30));
    github.fault(Fault { path: "/access_tokens", after: 0, times: 1, trouble: slow });
    let asking = tokio::spawn(async move { client.token(account).await.is_ok() });
    wait::until("a token is asked for", async || mints(&github) > 0).await;
    asking.abort();
    assert!(asking.await.unwrap_err().is_cancelled());
    let gate = bugscrub::store::gates::read(&database.pool, 0).await.unwrap().unwrap();
    assert_eq!(gate.token_mints, 1);
    database.drop().await;
}
