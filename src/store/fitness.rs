//! Whether a database can hold what is kept: asked at each start, before the first migration. What is wrong is one
//! sentence with the remedy.

use std::collections::BTreeSet;

use sqlx::PgConnection;
use sqlx::postgres::PgConnectOptions;

use super::StoreError;
use super::reach::{connect, place};

/// The oldest version of Postgres that is supported.
const OLDEST: i32 = 14;
/// Tables that tell by their rights and owner how it is with all.
const TABLES: [&str; 6] = ["_sqlx_migrations", "accounts", "deliveries", "events", "items", "jobs"];

/// Examines the database of a connection, and whether the connection has a session of its own.
///
/// # Errors
/// [`StoreError::Unfit`] or [`StoreError::Standby`]
pub(super) async fn examine(connection: &mut PgConnection, options: &PgConnectOptions) -> Result<(), StoreError> {
    if shares_sessions(connection, options).await? {
        return Err(StoreError::Unfit(format!(
            "the pooler at {} hands the same session to several clients (pool_mode = transaction or statement, or an \
             empty server_reset_query), which the service cannot work with: set pool_mode = session for this database \
             and user, with server_reset_query = DISCARD ALL, or connect to Postgres itself",
            place(options)
        )));
    }
    let found = sqlx::query!(
        r#"SELECT current_setting('server_version_num')::int / 10000 AS "version!",
             current_setting('server_version') AS "version_name!", pg_encoding_to_char(d.encoding) AS "encoding!",
             pg_is_in_recovery() AS "standby!", current_setting('transaction_read_only') = 'on' AS "read_only!",
             d.datname::text AS "database!", current_user::text AS "role!", current_schema()::text AS "schema?",
             COALESCE(has_schema_privilege(current_schema(), 'CREATE'), false) AS "may_create!",
             EXISTS (SELECT FROM pg_extension WHERE extname = 'pg_trgm') AS "has_trigrams!",
             EXISTS (SELECT FROM pg_available_extensions WHERE name = 'pg_trgm') AS "knows_trigrams!",
             has_database_privilege(d.datname, 'CREATE') AS "may_extend!"
           FROM pg_database d WHERE d.datname = current_database()"#
    )
    .fetch_one(&mut *connection)
    .await?;
    let (database, role) = (&found.database, &found.role);
    let unfit = |why: String| Err(StoreError::Unfit(format!("the database {database} at {} {why}", place(options))));
    if found.version < OLDEST {
        return unfit(format!(
            "is of Postgres {}, and versions before {OLDEST} are not supported: upgrade the server",
            found.version_name
        ));
    }
    if found.encoding != "UTF8" {
        return unfit(format!(
            "has the encoding {}, which cannot hold every text: create one with `CREATE DATABASE \"{database}\" TEMPLATE \
             template0 ENCODING 'UTF8' LOCALE 'C'` (after dropping or renaming this one, or under another name)",
            found.encoding
        ));
    }
    if found.standby {
        return Err(StoreError::Standby(place(options)));
    }
    if found.read_only {
        return unfit(format!(
            "is read-only for {role}: run `ALTER ROLE \"{role}\" RESET default_transaction_read_only`, and the same for \
             the database"
        ));
    }
    let Some(schema) = &found.schema else {
        return unfit(format!(
            "has no schema that {role} may use: create the schema public, and run `GRANT USAGE, CREATE ON SCHEMA public \
             TO \"{role}\"`"
        ));
    };
    let tables = tables(connection).await?;
    if let Some(table) = tables.iter().find(|table| !table.may_write) {
        return unfit(format!(
            "does not let {role} write its tables (such as {}): run `REASSIGN OWNED BY \"{}\" TO \"{role}\"` in it, or \
             `GRANT ALL ON ALL TABLES IN SCHEMA \"{schema}\" TO \"{role}\"`",
            table.name, table.owner
        ));
    }
    if super::schema::is_current(connection).await? {
        return Ok(());
    }
    if let Some(table) = tables.iter().find(|table| !table.is_ours) {
        return unfit(format!(
            "needs a migration, and its tables (such as {}) belong to {}, not to {role}: run `REASSIGN OWNED BY \"{}\" TO \
             \"{role}\"` in it",
            table.name, table.owner, table.owner
        ));
    }
    if !found.may_create {
        return unfit(format!(
            "does not let {role} create tables: run `GRANT CREATE ON SCHEMA \"{schema}\" TO \"{role}\"` in it, or make \
             {role} the owner of the database"
        ));
    }
    if !found.has_trigrams && !found.knows_trigrams {
        return unfit("lacks the extension pg_trgm: install Postgres' contrib modules on the server".to_owned());
    }
    if !found.has_trigrams && !found.may_extend {
        return unfit(format!(
            "does not let {role} create the extension pg_trgm: run `CREATE EXTENSION pg_trgm` in it as a superuser, or \
             `GRANT CREATE ON DATABASE \"{database}\" TO \"{role}\"`"
        ));
    }
    Ok(())
}

/// Whether a pooler gives one session to several clients, or several sessions to one. Two connections that both
/// last have two sessions, and each keeps its own.
async fn shares_sessions(first: &mut PgConnection, options: &PgConnectOptions) -> Result<bool, StoreError> {
    let mut second = connect(options).await?;
    let (mut of_first, mut of_second) = (BTreeSet::new(), BTreeSet::new());
    for _ in 0..3 {
        for (connection, sessions) in [(&mut *first, &mut of_first), (&mut second, &mut of_second)] {
            let session = sqlx::query_scalar!(r#"SELECT pg_backend_pid() AS "session!""#).fetch_one(connection).await;
            match session {
                Ok(session) => drop(sessions.insert(session)),
                // A prepared statement is there already that another client made, or gone that this one made.
                Err(sqlx::Error::Database(refusal))
                    if refusal.code().is_some_and(|code| code == "42P05" || code == "26000") =>
                {
                    return Ok(true);
                }
                Err(error) => return Err(error.into()),
            }
        }
    }
    Ok(of_first.len() > 1 || of_second.len() > 1 || !of_first.is_disjoint(&of_second))
}

struct Table {
    name: String,
    owner: String,
    may_write: bool,
    /// What its owner may do with it, the role may do.
    is_ours: bool,
}

async fn tables(connection: &mut PgConnection) -> Result<Vec<Table>, StoreError> {
    let tables = sqlx::query_as!(
        Table,
        r#"SELECT c.relname::text AS "name!", pg_get_userbyid(c.relowner)::text AS "owner!",
             has_table_privilege(c.oid, 'SELECT') AND has_table_privilege(c.oid, 'INSERT')
               AND has_table_privilege(c.oid, 'UPDATE') AND has_table_privilege(c.oid, 'DELETE') AS "may_write!",
             pg_has_role(c.relowner, 'USAGE') AS "is_ours!"
           FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
           WHERE n.nspname = current_schema() AND c.relkind IN ('r', 'p') AND c.relname = ANY($1::text[])
           ORDER BY c.relname"#,
        &TABLES as _,
    )
    .fetch_all(connection)
    .await?;
    Ok(tables)
}
