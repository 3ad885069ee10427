//! Several processes on one database, with readers and rebuilds during their appends.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use bugscrub::activity::Bots;
use bugscrub::store::log::events_between;
use bugscrub::store::rebuild;
use futures_util::future::join_all;
use serde_json::{Value, json};
use uuid::Uuid;

use super::load::{comment, post, post_event};
use super::{assert_all_stored, assert_sound};
use crate::support::app::SECRET;
use crate::support::payload::{issue, issues, repository};
use crate::support::service::{Serving, client};
use crate::support::{TestDatabase, wait};

async fn two_replicas(database: &TestDatabase) -> [Serving; 2] {
    let settings = [("BUGSCRUB_DATABASE_URL", database.url.as_str()), ("BUGSCRUB_WEBHOOK_SECRET", SECRET)];
    let (one, other) = tokio::join!(Serving::start(&settings), Serving::start(&settings));
    [one, other]
}

/// Posts deliveries (account, GUID) in order, some at a time. All must be acknowledged.
async fn feed(to: SocketAddr, deliveries: Vec<(i64, Uuid)>, at_once: usize) {
    let client = client();
    for (turn, some) in (0..).step_by(at_once).zip(deliveries.chunks(at_once)) {
        let posts = some.iter().zip(turn..).map(async |((account, guid), turn)| {
            let status = post(&client, to, *guid, &comment(*account, turn)).await;
            assert_eq!(status, Some(202));
        });
        join_all(posts).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reader_of_the_log_misses_no_position_while_two_processes_append() {
    const ACCOUNT: i64 = 501;
    const EACH: usize = 1_000;
    let database = TestDatabase::new().await;
    let replicas = two_replicas(&database).await;
    let feeds = replicas.each_ref().map(|replica| {
        let deliveries = (0..EACH).map(|_| (ACCOUNT, Uuid::new_v4())).collect();
        tokio::spawn(feed(replica.address, deliveries, 16))
    });

    let mut tailed = 0;
    while tailed < 2 * i64::try_from(EACH).unwrap() {
        let done = feeds.iter().all(tokio::task::JoinHandle::is_finished);
        let events = events_between(&database.pool, ACCOUNT, (tailed, i64::MAX), 100).await.unwrap();
        assert!(!(done && events.is_empty()), "the reader has {tailed} events of {}", 2 * EACH);
        for event in events {
            assert_eq!(event.position, tailed + 1, "the reader was shown a later position first");
            tailed = event.position;
        }
    }
    for feed in feeds {
        feed.await.unwrap();
    }
    assert_sound(&database.pool).await;
    join_all(replicas.map(Serving::stop)).await;
    database.drop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn two_replicas_answer_alike_at_the_same_position() {
    const ADMIN: &str = "the-admin-token-of-this-test";
    let database = TestDatabase::new().await;
    let settings = [
        ("BUGSCRUB_DATABASE_URL", database.url.as_str()),
        ("BUGSCRUB_WEBHOOK_SECRET", SECRET),
        ("BUGSCRUB_ADMIN_TOKEN", ADMIN),
    ];
    let (one, other) = tokio::join!(Serving::start(&settings), Serving::start(&settings));
    let client = client();
    let ask = async |replica: &Serving, query: &str| -> Value {
        let request = client.get(replica.url(&format!("/api/v1/queue?{query}"))).bearer_auth(ADMIN);
        let mut answer: Value = request.send().await.unwrap().json().await.unwrap();
        answer.as_object_mut().unwrap().remove("freshness");
        answer
    };
    for burst in 0..12 {
        // Each replica receives half of the deliveries and finds the other half in the log.
        let posts = (0..40).map(async |turn| {
            let (number, closes) = (1 + (burst * 7 + turn * 3) % 60, (burst + turn) % 4 == 0);
            let at = format!("2026-{:02}-{:02}T10:00:00Z", 1 + burst % 10, 1 + turn % 28);
            let mut item = issue(number, "2026-01-01T00:00:00Z", &at);
            item["state"] = json!(if closes { "closed" } else { "open" });
            let payload = issues(if closes { "closed" } else { "edited" }, &item, &repository(1 + turn % 3, "widgets"));
            let address = if turn % 2 == 0 { one.address } else { other.address };
            assert_eq!(post_event(&client, address, Uuid::new_v4(), "issues", &payload).await, Some(202));
        });
        join_all(posts).await;
        let head: i64 =
            sqlx::query_scalar("SELECT max(head_position) FROM accounts").fetch_one(&database.pool).await.unwrap();
        for query in ["limit=500", "limit=500&order=freshest&type=Issue&updated_before=2026-06-01"] {
            let query = format!("{query}&min_position={head}");
            let (ours, theirs) = tokio::join!(ask(&one, &query), ask(&other, &query));
            assert_eq!(ours["position"], head, "{query}: {ours}");
            assert_eq!(ours, theirs, "{query}");
        }
        assert!(ask(&one, "limit=1").await["total"].as_i64().unwrap() > 10);
    }
    join_all([one, other].map(Serving::stop)).await;
    database.drop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn two_replicas_fed_the_same_deliveries_in_opposite_orders_never_deadlock() {
    let database = TestDatabase::new().await;
    let replicas = two_replicas(&database).await;
    let deliveries: Vec<(i64, Uuid)> = (0..1_200).map(|at| (501 + at % 6, Uuid::new_v4())).collect();
    let reversed: Vec<(i64, Uuid)> = deliveries.iter().rev().copied().collect();
    let [one, other] = &replicas;
    tokio::join!(feed(one.address, deliveries.clone(), 24), feed(other.address, reversed, 24));

    let guids: Vec<Uuid> = deliveries.iter().map(|(_, guid)| *guid).collect();
    assert_all_stored(&database.pool, &guids).await;
    assert_sound(&database.pool).await;
    let events: i64 = sqlx::query_scalar("SELECT count(*) FROM events").fetch_one(&database.pool).await.unwrap();
    assert_eq!(events, 1_200);
    join_all(replicas.map(Serving::stop)).await;
    // Postgres counts the deadlocks that it broke, even if a retry hid one. Sessions report their counts
    // when they end.
    let deadlocks = "SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()";
    let sessions = "SELECT count(*) FROM pg_stat_activity
                    WHERE datname = current_database() AND application_name = 'bugscrub'";
    wait::until("the replicas' sessions have ended", async || {
        sqlx::query_scalar::<_, i64>(sessions).fetch_one(&database.pool).await.unwrap() == 0
    })
    .await;
    let deadlocks: i64 = sqlx::query_scalar(deadlocks).fetch_one(&database.pool).await.unwrap();
    assert_eq!(deadlocks, 0);
    database.drop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rebuild_during_appends_yields_what_the_log_says() {
    const ACCOUNT: i64 = 501;
    const REBUILDS: usize = 8;
    let database = TestDatabase::new().await;
    let replicas = two_replicas(&database).await;
    feed(replicas[0].address, (0..500).map(|_| (ACCOUNT, Uuid::new_v4())).collect(), 16).await;
    let rebuilt = Arc::new(AtomicBool::new(false));
    let feeds = replicas.each_ref().map(|replica| {
        let (address, rebuilt) = (replica.address, rebuilt.clone());
        tokio::spawn(async move {
            while !rebuilt.load(Ordering::Relaxed) {
                feed(address, (0..64).map(|_| (ACCOUNT, Uuid::new_v4())).collect(), 16).await;
            }
        })
    });
    let head = async || -> i64 {
        sqlx::query_scalar("SELECT head_position FROM accounts").fetch_one(&database.pool).await.unwrap()
    };
    for _ in 0..REBUILDS {
        let (generation_before, head_before) = (generation(&database, ACCOUNT).await, head().await);
        rebuild::rebuild(&database.pool, ACCOUNT, &Bots::default()).await.unwrap();
        let (_, differences) = rebuild::check(&database.pool, ACCOUNT, &Bots::default()).await.unwrap();
        assert_eq!(differences, [""; 0]);
        assert!(generation(&database, ACCOUNT).await > generation_before);
        wait::until("appends go on", async || head().await > head_before).await;
    }
    rebuilt.store(true, Ordering::Relaxed);
    for feed in feeds {
        feed.await.unwrap();
    }
    assert_sound(&database.pool).await;
    let generations: Vec<i64> =
        sqlx::query_scalar("SELECT DISTINCT generation FROM items").fetch_all(&database.pool).await.unwrap();
    assert_eq!(generations, [generation(&database, ACCOUNT).await], "rows of an old generation are left");
    join_all(replicas.map(Serving::stop)).await;
    database.drop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn concurrent_rebuilds_either_flip_or_learn_that_another_did() {
    const ACCOUNT: i64 = 501;
    let database = TestDatabase::new().await;
    let replicas = two_replicas(&database).await;
    feed(replicas[0].address, (0..500).map(|_| (ACCOUNT, Uuid::new_v4())).collect(), 16).await;
    let bots = Bots::default();
    let outcomes = join_all((0..4).map(|_| rebuild::rebuild(&database.pool, ACCOUNT, &bots))).await;
    assert!(outcomes.iter().any(Result::is_ok));
    for outcome in outcomes {
        assert!(matches!(outcome, Ok(_) | Err(bugscrub::store::StoreError::Overtaken)), "{outcome:?}");
    }
    rebuild::rebuild(&database.pool, ACCOUNT, &bots).await.unwrap();
    assert_sound(&database.pool).await;
    join_all(replicas.map(Serving::stop)).await;
    database.drop().await;
}

async fn generation(database: &TestDatabase, account_id: i64) -> i64 {
    sqlx::query_scalar("SELECT generation FROM accounts WHERE account_id = $1")
        .bind(account_id)
        .fetch_one(&database.pool)
        .await
        .unwrap()
}
