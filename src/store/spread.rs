//! Accounts spread over several servers by Citus: how the tables come there, and how the schema changes there.
//!
//! Every table of accounts is distributed by `account_id`, all of them alike, so that an account lies on one server
//! with all that it has. What belongs to no account, or is looked for in all, is a reference table: each server has a
//! copy. The statements of this file are the only ones that Citus alone understands.

use futures_util::future::BoxFuture;
use sqlx::migrate::{AppliedMigration, Migrate, MigrateError, Migration};
use sqlx::{AssertSqlSafe, Connection, PgConnection, PgPool, Row};

use super::pool::SPREAD;
use super::reach::reach;
use super::{StoreError, schema};

/// The tables that every server has a copy of. All others lead their keys with `account_id`.
pub const REFERENCE_TABLES: [&str; 3] = ["tokens", "sessions", "sights"];
/// The table that the others lie beside.
const FIRST: &str = "accounts";
/// One server after the other: references between tables allow no other way.
const IN_TURN: &str = "SET LOCAL citus.multi_shard_modify_mode = 'sequential'";

/// What Citus says of a database.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CitusState {
    pub version: String,
    /// Servers that hold accounts.
    pub workers: i64,
    /// Parts of each distributed table; 0: none is distributed yet.
    pub shards: i64,
    /// Tables that should be distributed or copied, and are neither.
    pub left: Vec<String>,
}

/// Whether accounts are spread over servers, as far as is known: from the first [`reach`] on. Then each statement should
/// be of one kind and one account. What is not works all the same, by more steps.
pub fn is_known(pool: &PgPool) -> bool {
    pool.connect_options().get_options().is_some_and(|options| options.contains(SPREAD.0))
}

/// Whether a database has the extension. It is asked in one message, because what is in between is not known yet: some
/// poolers share what a session has prepared.
pub(super) async fn is_there(connection: &mut PgConnection) -> Result<bool, StoreError> {
    let asked = sqlx::raw_sql("SELECT count(*)::text AS there FROM pg_extension WHERE extname = 'citus'");
    let there: String = asked.fetch_one(connection).await?.try_get("there")?;
    Ok(there != "0")
}

/// What Citus says of a database; `None` if it has no Citus.
///
/// # Errors
/// The database cannot be reached.
pub async fn examine(pool: &PgPool) -> Result<Option<CitusState>, StoreError> {
    let mut connection = reach(pool).await?;
    let found = if is_there(&mut connection).await? { Some(of(&mut connection).await?) } else { None };
    let _ = connection.close().await;
    Ok(found)
}

async fn of(connection: &mut PgConnection) -> Result<CitusState, StoreError> {
    let version = sqlx::query_scalar("SELECT extversion FROM pg_extension WHERE extname = 'citus'");
    let version = version.fetch_one(&mut *connection).await?;
    let workers = sqlx::query_scalar("SELECT count(*) FROM pg_dist_node WHERE isactive AND shouldhaveshards");
    let workers = workers.fetch_one(&mut *connection).await?;
    let shards = sqlx::query_scalar("SELECT count(*) FROM pg_dist_shard WHERE logicalrelid = to_regclass($1)");
    let shards = shards.bind(FIRST).fetch_one(&mut *connection).await?;
    Ok(CitusState { version, workers, shards, left: left(connection).await? })
}

/// The tables that are neither distributed nor copied, the first one first.
async fn left(connection: &mut PgConnection) -> Result<Vec<String>, StoreError> {
    let left = sqlx::query_scalar(
        "SELECT c.relname::text FROM pg_class c
         WHERE c.relnamespace = current_schema()::regnamespace AND c.relkind = 'r' AND c.relname <> '_sqlx_migrations'
           AND NOT EXISTS (SELECT FROM pg_dist_partition p WHERE p.logicalrelid = c.oid)
           AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = c.oid AND d.deptype = 'e')
         ORDER BY c.relname <> $1, array_position($2::text[], c.relname::text), c.relname",
    );
    Ok(left.bind(FIRST).bind(REFERENCE_TABLES.as_slice()).fetch_all(connection).await?)
}

/// Spreads the tables that are not spread yet, whatever is in them; answers a line about each. Nobody else can use
/// them meanwhile.
///
/// # Errors
/// [`StoreError::Unfit`] if the database has no Citus, or no server to spread over.
pub async fn spread(pool: &PgPool) -> Result<Vec<String>, StoreError> {
    let mut connection = reach(pool).await?;
    if !is_there(&mut connection).await? {
        return Err(StoreError::Unfit(
            "the database has no Citus: run `CREATE EXTENSION citus` in it as a superuser, on every server, and \
             `SELECT citus_add_node('HOST', PORT)` for each worker"
                .to_owned(),
        ));
    }
    // Where it knows no server at all, it takes the one that it is on.
    let nodes: i64 = sqlx::query_scalar("SELECT count(*) FROM pg_dist_node").fetch_one(&mut connection).await?;
    if nodes > 0 && of(&mut connection).await?.workers == 0 {
        return Err(StoreError::Unfit(
            "Citus knows no server that may hold accounts: run `SELECT citus_add_node('HOST', PORT)` for each worker"
                .to_owned(),
        ));
    }
    let lines = spread_what_is_left(&mut connection).await?;
    let _ = connection.close().await;
    Ok(lines)
}

/// Spreads what a migration has added, if the rest is spread.
pub(super) async fn keep_spread(connection: &mut PgConnection) -> Result<(), StoreError> {
    if of(connection).await?.shards > 0 {
        spread_what_is_left(connection).await?;
    }
    Ok(())
}

async fn spread_what_is_left(connection: &mut PgConnection) -> Result<Vec<String>, StoreError> {
    let mut transaction = connection.begin().await?;
    sqlx::raw_sql(IN_TURN).execute(&mut *transaction).await?;
    let left = left(&mut transaction).await?;
    let mut lines = vec![];
    for table in &left {
        let filled = format!("SELECT EXISTS (SELECT FROM \"{table}\")");
        let filled: bool = sqlx::query_scalar(AssertSqlSafe(filled)).fetch_one(&mut *transaction).await?;
        let (spread, how) = match table.as_str() {
            table if REFERENCE_TABLES.contains(&table) => {
                (sqlx::query("SELECT create_reference_table($1::text::regclass)").bind(table), "copied to every server")
            }
            FIRST => (
                sqlx::query(
                    "SELECT create_distributed_table($1::text::regclass, 'account_id', colocate_with => 'none')",
                )
                .bind(FIRST),
                "distributed by account_id",
            ),
            table => (
                sqlx::query("SELECT create_distributed_table($1::text::regclass, 'account_id', colocate_with => $2)")
                    .bind(table)
                    .bind(FIRST),
                "distributed by account_id, beside accounts",
            ),
        };
        spread.execute(&mut *transaction).await?;
        lines.push(format!("{table}: {how}{}", if filled { ", with what was in it" } else { "" }));
    }
    transaction.commit().await?;
    for table in &left {
        // What was here has been copied to where it is now; it is hidden here, and takes room.
        let local = sqlx::query("SELECT truncate_local_data_after_distributing_table($1::text::regclass)");
        local.bind(table).execute(&mut *connection).await?;
    }
    Ok(lines)
}

/// Brings the schema up to date. Citus takes each statement by itself.
pub(super) async fn migrate(connection: &mut PgConnection) -> Result<(), MigrateError> {
    schema::MIGRATIONS.run_direct(None, &mut OneByOne(connection), false).await
}

/// A connection that runs a migration statement by statement, in one transaction.
struct OneByOne<'c>(&'c mut PgConnection);

impl Migrate for OneByOne<'_> {
    fn create_schema_if_not_exists<'e>(&'e mut self, name: &'e str) -> BoxFuture<'e, Result<(), MigrateError>> {
        self.0.create_schema_if_not_exists(name)
    }

    fn ensure_migrations_table<'e>(&'e mut self, table: &'e str) -> BoxFuture<'e, Result<(), MigrateError>> {
        self.0.ensure_migrations_table(table)
    }

    fn dirty_version<'e>(&'e mut self, table: &'e str) -> BoxFuture<'e, Result<Option<i64>, MigrateError>> {
        self.0.dirty_version(table)
    }

    fn list_applied_migrations<'e>(
        &'e mut self,
        table: &'e str,
    ) -> BoxFuture<'e, Result<Vec<AppliedMigration>, MigrateError>> {
        self.0.list_applied_migrations(table)
    }

    fn lock(&mut self) -> BoxFuture<'_, Result<(), MigrateError>> {
        self.0.lock()
    }

    fn unlock(&mut self) -> BoxFuture<'_, Result<(), MigrateError>> {
        self.0.unlock()
    }

    fn apply<'e>(
        &'e mut self,
        table: &'e str,
        migration: &'e Migration,
    ) -> BoxFuture<'e, Result<std::time::Duration, MigrateError>> {
        Box::pin(async move {
            let began = std::time::Instant::now();
            let failed = |error| MigrateError::ExecuteMigration(error, migration.version);
            let mut transaction = self.0.begin().await?;
            for statement in [IN_TURN].into_iter().chain(statements(migration.sql.as_str())) {
                let done = sqlx::raw_sql(AssertSqlSafe(statement.to_owned())).execute(&mut *transaction).await;
                done.map_err(failed)?;
            }
            // Notes the migration, and runs nothing.
            transaction.skip(table, migration).await?;
            transaction.commit().await?;
            Ok(began.elapsed())
        })
    }

    fn revert<'e>(
        &'e mut self,
        table: &'e str,
        migration: &'e Migration,
    ) -> BoxFuture<'e, Result<std::time::Duration, MigrateError>> {
        self.0.revert(table, migration)
    }
}

/// The statements of a migration. It may have comments that begin with `--` and quoted words, and no other place where
/// a semicolon ends nothing.
pub fn statements(sql: &str) -> Vec<&str> {
    let (mut statements, mut begin) = (vec![], 0);
    let mut inside: Option<char> = None;
    let mut before = ' ';
    for (at, letter) in sql.char_indices() {
        match inside {
            Some(end) if letter == end => inside = None,
            Some(_) => {}
            None => match letter {
                '\'' | '"' => inside = Some(letter),
                '-' if before == '-' => inside = Some('\n'),
                ';' => {
                    statements.push(&sql[begin..at]);
                    begin = at + 1;
                }
                _ => {}
            },
        }
        before = letter;
    }
    statements.push(&sql[begin..]);
    let says = |statement: &&str| {
        statement.lines().any(|line| !matches!(line.trim(), "" | "--") && !line.trim().starts_with("--"))
    };
    statements.into_iter().filter(says).collect()
}
