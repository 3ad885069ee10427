//! Gates and jobs are held by leases: no transaction is open while GitHub answers, and what a dead holder had is free
//! again when its lease ends.

use bugscrub::store::gates::{self, GateUpdate, Purpose};
use bugscrub::store::jobs::{self, JobKind, NewJob, PageOutcome};
use chrono::Duration;
use sqlx::PgPool;

use crate::github::{asked, asked_for, asking, complete, rhythm, run_now, settled, start, start_on};
use crate::support::TestDatabase;
use crate::support::github::world::Kind;
use crate::support::github::{FakeGitHub, Fault, Trouble};
use crate::support::wait::{in_time, until};

#[tokio::test(flavor = "multi_thread")]
async fn no_transaction_is_open_while_github_is_asked() {
    let github = FakeGitHub::start().await;
    github.world(|world| {
        let account = world.account("acme");
        let repo = world.repository(account, "widgets");
        let at = world.now - Duration::days(3);
        world.put(repo, Kind::Issue, "An item", "ada", at);
        world.install(account, None)
    });
    let app = start(&github, rhythm()).await;
    complete(&app).await;
    for (kind, path) in [
        ("sweep", "/installation/repositories"),
        ("sweep", "Totals"),
        ("redeliver", "/app/hook/deliveries"),
        ("installations", "/app/installations"),
    ] {
        let before = asked(&github, path);
        github.fault(Fault { path, after: 0, times: 1, trouble: Trouble::Held });
        sqlx::query("UPDATE jobs SET due_at = now() WHERE kind = $1")
            .bind(kind)
            .execute(&app.database.pool)
            .await
            .unwrap();
        asked_for(&github, path, before + 1).await;
        until(&format!("no transaction is open during {path}"), async || {
            let open: i64 = sqlx::query_scalar(
                "SELECT count(*) FROM pg_stat_activity
                 WHERE datname = current_database() AND state LIKE 'idle in transaction%'",
            )
            .fetch_one(&app.database.pool)
            .await
            .unwrap();
            open == 0
        })
        .await;
        let held: i64 = sqlx::query_scalar("SELECT count(*) FROM jobs WHERE held_by IS NOT NULL AND kind = $1")
            .bind(kind)
            .fetch_one(&app.database.pool)
            .await
            .unwrap();
        assert_eq!(held, 1, "{kind} waits for {path}");
        github.release();
        settled(&app).await;
    }
    app.stop().await.drop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_database_that_ends_idle_transactions_and_waits_for_no_lock_keeps_up_with_github() {
    let github = FakeGitHub::start().await;
    let (account, repo) = github.world(|world| {
        let account = world.account("acme");
        let repo = world.repository(account, "widgets");
        world.install(account, None);
        (account, repo)
    });
    let app = start(&github, rhythm()).await;
    complete(&app).await;
    let database = app.stop().await;
    database
        .administer(
            "ALTER DATABASE {name} SET idle_in_transaction_session_timeout = '200ms';
             ALTER DATABASE {name} SET lock_timeout = '5s'; ALTER DATABASE {name} SET statement_timeout = '30s'",
        )
        .await;
    // GitHub takes longer than that for each answer of a sweep.
    github.world(|world| {
        let at = world.now - Duration::minutes(10);
        world.put(repo, Kind::Issue, "Nobody told", "ada", at);
    });
    let late = std::time::Duration::from_millis(500);
    github.fault(Fault { path: "", after: 0, times: 1_000, trouble: Trouble::Slow(late) });
    let app = start_on(&github, asking(&github, rhythm()), database).await;
    run_now(&app, "sweep").await;
    until("the sweep finds the item", async || {
        let items: i64 =
            sqlx::query_scalar("SELECT count(*) FROM items WHERE account_id = $1 AND title = 'Nobody told'")
                .bind(account)
                .fetch_one(&app.database.pool)
                .await
                .unwrap();
        items == 1
    })
    .await;
    github.heal();
    app.stop().await.drop().await;
}

async fn end_leases(pool: &PgPool, table: &'static str) {
    let sql = format!("UPDATE {table} SET held_until = clock_timestamp() - interval '1 second'");
    sqlx::query(sqlx::AssertSqlSafe(sql)).execute(pool).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_job_whose_lease_ended_is_done_by_the_next_worker_alone() {
    let database = TestDatabase::new().await;
    let pool = &database.pool;
    jobs::add(pool, &[NewJob::now(1, JobKind::Open, 7)]).await.unwrap();
    let mut dead = jobs::take(pool, &[]).await.unwrap().unwrap();
    assert!(jobs::take(pool, &[]).await.unwrap().is_none(), "one worker has it");
    end_leases(pool, "jobs").await;
    let next = jobs::take(pool, &[]).await.unwrap().unwrap();
    assert_eq!((next.job.repo_id, &next.job.cursor), (7, &None));
    assert!(!dead.is_wanted().await.unwrap());
    let further = |cursor: &str| PageOutcome::Continue { cursor: Some(cursor.to_owned()), numbers: None };
    dead.end(&further("of the dead")).await.unwrap();
    next.end(&further("page=2")).await.unwrap();
    let mut third = jobs::take(pool, &[]).await.unwrap().unwrap();
    assert_eq!(third.job.cursor.as_deref(), Some("page=2"));
    // What is written of a page that fails is undone, and the job stays.
    assert!(third.is_wanted().await.unwrap());
    sqlx::query("UPDATE jobs SET priority = 99").execute(third.connection().await.unwrap()).await.unwrap();
    third.end(&PageOutcome::Failed { after: Duration::zero(), error: "no".to_owned() }).await.unwrap();
    let priority: i16 = sqlx::query_scalar("SELECT priority FROM jobs").fetch_one(pool).await.unwrap();
    assert_ne!(priority, 99);
    // A worker that is stopped gives the job back at once.
    drop(jobs::take(pool, &[]).await.unwrap().unwrap());
    until("the job is free", async || jobs::take(pool, &[]).await.unwrap().is_some()).await;
    database.drop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_gate_lets_one_pass_at_a_time_and_the_one_who_waited_first() {
    let database = TestDatabase::new().await;
    let pool = &database.pool;
    let first = gates::enter(pool, 1, false).await.unwrap();
    let waiting = tokio::spawn({
        let pool = pool.clone();
        async move { gates::enter(&pool, 1, false).await.unwrap() }
    });
    until("another one waits", async || {
        sqlx::query_scalar::<_, bool>("SELECT awaited_by IS NOT NULL FROM gates").fetch_one(pool).await.unwrap()
    })
    .await;
    assert!(!waiting.is_finished());
    first.leave(Purpose::Read, &GateUpdate::default()).await.unwrap();
    let second = in_time("the one who waited passes", waiting).await.unwrap();
    assert_eq!(second.gate.reads, 1);
    // A holder that is dropped lets others pass; so does one whose lease ended.
    drop(second);
    let third = in_time("the gate opens", gates::enter(pool, 1, false)).await.unwrap();
    end_leases(pool, "gates").await;
    let fourth = in_time("the lease ends", gates::enter(pool, 1, false)).await.unwrap();
    // Who lost the lease does not open the gate of the next.
    third.leave(Purpose::Read, &GateUpdate::default()).await.unwrap();
    let held: bool = sqlx::query_scalar("SELECT held_by IS NOT NULL FROM gates").fetch_one(pool).await.unwrap();
    assert!(held);
    fourth.withdraw(Purpose::Read, None).await.unwrap();
    let held: bool = sqlx::query_scalar("SELECT held_by IS NOT NULL FROM gates").fetch_one(pool).await.unwrap();
    assert!(!held);
    database.drop().await;
}
