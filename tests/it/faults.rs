//! Faults: killed processes, unreachable databases, deliveries that the database refuses, the same
//! delivery many times at once. After each, everything acknowledged is still there.

mod doors;
mod kills;
pub mod load;
mod outages;
mod poison;
mod repeats;
mod replicas;
mod stops;

use bugscrub::activity::Bots;
use bugscrub::store::rebuild;
use sqlx::{PgConnection, PgPool};
use uuid::Uuid;

/// Panics unless every delivery and its event are stored.
pub async fn assert_all_stored(pool: &PgPool, guids: &[Uuid]) {
    let missing: Vec<Uuid> = sqlx::query_scalar(
        "SELECT guid FROM UNNEST($1::uuid[]) AS acknowledged (guid)
         WHERE NOT EXISTS (SELECT FROM deliveries d WHERE d.guid = acknowledged.guid AND d.outcome = 'translated')
            OR NOT EXISTS (SELECT FROM events e WHERE e.source_key = acknowledged.guid || '/0')",
    )
    .bind(guids)
    .fetch_all(pool)
    .await
    .unwrap();
    assert!(missing.is_empty(), "{} of {} are not stored: {missing:?}", missing.len(), guids.len());
}

/// Panics unless in every account the positions run from 1 to the head, and the projections equal the
/// fold of the log.
pub async fn assert_sound(pool: &PgPool) {
    let accounts: Vec<(i64, i64, i64, i64)> = sqlx::query_as(
        "SELECT a.account_id, a.head_position, count(e.position), coalesce(max(e.position), 0)
         FROM accounts a LEFT JOIN events e USING (account_id) GROUP BY a.account_id ORDER BY a.account_id",
    )
    .fetch_all(pool)
    .await
    .unwrap();
    for (account_id, head, events, last) in accounts {
        assert_eq!((events, last), (head, head), "account {account_id} has a gap");
        let (_, differences) = rebuild::check(pool, account_id, &Bots::default()).await.unwrap();
        assert_eq!(differences, [""; 0], "account {account_id}");
    }
}

/// Locks an account's head, so that appends to the account wait.
async fn hold_head(pool: &PgPool, account_id: i64) -> sqlx::Transaction<'static, sqlx::Postgres> {
    sqlx::query("INSERT INTO accounts (account_id) VALUES ($1) ON CONFLICT DO NOTHING")
        .bind(account_id)
        .execute(pool)
        .await
        .unwrap();
    let mut held = pool.begin().await.unwrap();
    sqlx::query("SELECT FROM accounts WHERE account_id = $1 FOR UPDATE")
        .bind(account_id)
        .execute(&mut *held)
        .await
        .unwrap();
    held
}

/// Makes a table refuse every row for which `condition` holds, like a broken row.
async fn refuse(connection: &mut PgConnection, table: &str, condition: &str) {
    let sql = format!(
        "CREATE FUNCTION refuse_{table}() RETURNS trigger LANGUAGE plpgsql AS
           $$BEGIN RAISE 'refused by the test' USING ERRCODE = 'check_violation'; END$$;
         CREATE TRIGGER refuse BEFORE INSERT ON {table} FOR EACH ROW WHEN ({condition})
           EXECUTE FUNCTION refuse_{table}()"
    );
    sqlx::raw_sql(sqlx::AssertSqlSafe(sql)).execute(connection).await.unwrap();
}
