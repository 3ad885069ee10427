//! Rotating the webhook secret and API tokens.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use bugscrub::webhook::signature;
use tokio::sync::watch;
use uuid::Uuid;

use super::fleet::{Fleet, Stream};
use crate::faults::{assert_all_stored, assert_sound};
use crate::support::TestDatabase;
use crate::support::service::{client, run};
use crate::support::wait::until;

#[tokio::test(flavor = "multi_thread")]
async fn a_webhook_secret_is_rotated_without_refusing_a_delivery() {
    const OLD: &str = "the-secret-until-now";
    const NEW: &str = "the-secret,from-now-on";
    let mut fleet = Fleet::start(2, OLD).await;
    let signed = async |fleet: &Fleet, secret: &str| {
        let mut statuses = vec![];
        for url in fleet.urls("/webhooks/github") {
            let body = r#"{"zen": "Speak like a human."}"#;
            let request = client()
                .post(url)
                .header("content-type", "application/json")
                .header("x-github-event", "ping")
                .header("x-github-delivery", Uuid::new_v4().to_string())
                .header("x-hub-signature-256", signature::sign(secret.as_bytes(), body.as_bytes()));
            statuses.push(request.body(body).send().await.unwrap().status().as_u16());
        }
        statuses
    };
    assert_eq!((signed(&fleet, OLD).await, signed(&fleet, NEW).await), (vec![202; 2], vec![401; 2]));

    // 1. The service accepts both secrets.
    let before = Stream::start(&fleet, OLD);
    fleet.set_webhook_secret(NEW);
    fleet.set_old_webhook_secret(OLD);
    fleet.restart().await;
    assert_eq!((signed(&fleet, OLD).await, signed(&fleet, NEW).await), (vec![202; 2], vec![202; 2]));
    // 2. GitHub signs with the new secret; deliveries signed with the old one may still be on their way.
    let after = Stream::start(&fleet, NEW);
    let mut acknowledged = before.end_well().await;
    // 3. The service forgets the old one.
    fleet.set_old_webhook_secret("");
    fleet.restart().await;
    assert_eq!((signed(&fleet, OLD).await, signed(&fleet, NEW).await), (vec![401; 2], vec![202; 2]));
    acknowledged.extend(after.end_well().await);

    let database = fleet.end().await;
    assert_all_stored(&database.pool, &acknowledged).await;
    assert_sound(&database.pool).await;
    database.drop().await;
}

/// A second user with another password, as docs/operate.md has it: what it creates belongs to the first.
#[tokio::test(flavor = "multi_thread")]
async fn a_migration_by_a_second_user_leaves_nothing_that_is_not_the_first_ones() {
    let database = TestDatabase::bare().await;
    let name: String = sqlx::query_scalar("SELECT current_database()::text").fetch_one(&database.pool).await.unwrap();
    let (first, second) = (format!("{name}_first"), format!("{name}_second"));
    for statement in [
        format!("CREATE ROLE {first} LOGIN"),
        format!("ALTER DATABASE {name} OWNER TO {first}"),
        format!("ALTER SCHEMA public OWNER TO {first}"),
        format!("CREATE ROLE {second} LOGIN PASSWORD 'another' IN ROLE {first}"),
        format!("ALTER ROLE {second} SET role = '{first}'"),
        format!("ALTER ROLE {first} NOLOGIN"),
    ] {
        sqlx::query(sqlx::AssertSqlSafe(statement)).execute(&database.pool).await.unwrap();
    }
    let url = database.url.replacen("bugscrub@", &format!("{second}:another@"), 1);
    assert_ne!(url, database.url);
    run(&["migrate"], &[("BUGSCRUB_DATABASE_URL", &url)]).await.ok();
    let owners: Vec<String> =
        sqlx::query_scalar("SELECT DISTINCT tableowner::text FROM pg_tables WHERE schemaname = 'public'")
            .fetch_all(&database.pool)
            .await
            .unwrap();
    assert_eq!(owners, [first]);
    database.drop().await;
}

/// Readers that send requests without a pause, with the current token.
struct Readers {
    stop: Arc<AtomicBool>,
    /// How many answers each reader has had.
    answered: Vec<Arc<AtomicU64>>,
    tasks: Vec<tokio::task::JoinHandle<()>>,
}

impl Readers {
    fn start(url: String, token: watch::Receiver<String>) -> Self {
        let stop = Arc::new(AtomicBool::new(false));
        let answered: Vec<Arc<AtomicU64>> = (0..8).map(|_| Arc::default()).collect();
        let tasks = answered.iter().map(|answered| {
            let (url, token, stop, answered) = (url.clone(), token.clone(), stop.clone(), answered.clone());
            tokio::spawn(async move {
                let client = client();
                while !stop.load(Ordering::Relaxed) {
                    let token = token.borrow().clone();
                    let answer = client.get(&url).bearer_auth(token).send().await.unwrap();
                    assert_eq!(answer.status(), 200, "{}", answer.text().await.unwrap());
                    answer.bytes().await.unwrap();
                    answered.fetch_add(1, Ordering::Relaxed);
                }
            })
        });
        Self { tasks: tasks.collect(), stop, answered }
    }

    fn counts(&self) -> Vec<u64> {
        self.answered.iter().map(|answered| answered.load(Ordering::Relaxed)).collect()
    }

    /// Waits until each reader has had a few more answers: then none uses an earlier token.
    async fn answered(&self) {
        let before = self.counts();
        until("every reader is answered three times more", async || {
            assert!(self.tasks.iter().all(|task| !task.is_finished()), "a reader was refused");
            self.counts().iter().zip(&before).all(|(now, before)| *now >= before + 3)
        })
        .await;
    }

    async fn end(self) -> u64 {
        self.stop.store(true, Ordering::Relaxed);
        for task in self.tasks {
            task.await.unwrap();
        }
        self.answered.iter().map(|answered| answered.load(Ordering::Relaxed)).sum()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn api_tokens_are_rotated_without_refusing_a_request() {
    const SECRET: &str = "the-secret-of-the-webhook";
    let fleet = Fleet::start(2, SECRET).await;
    let url = [("BUGSCRUB_DATABASE_URL", fleet.database.url.as_str())];
    let create = async || run(&["token", "create", "--name", "dashboard", "--scope", "read"], &url).await.ok();
    let stream = Stream::start(&fleet, SECRET);
    let (token, in_force) = watch::channel(create().await.trim().to_owned());
    let readers = Readers::start(fleet.balancer.url("/api/v1/accounts"), in_force);
    for id in 1..=3 {
        readers.answered().await;
        let old = token.send_replace(create().await.trim().to_owned());
        // Requests that began with the old token are answered before it is revoked.
        readers.answered().await;
        run(&["token", "revoke", &id.to_string()], &url).await.ok();
        for url in fleet.urls("/api/v1/accounts") {
            let refused = async || client().get(&url).bearer_auth(&old).send().await.unwrap().status() == 401;
            until("every replica refuses it", refused).await;
        }
    }
    readers.answered().await;
    println!("{} questions answered, none refused", readers.end().await);
    stream.end_well().await;
    fleet.end().await.drop().await;
}
