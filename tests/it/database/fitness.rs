//! A database that cannot hold what is kept is refused before the first migration, in one sentence with the remedy.

use bugscrub::postgres::Cluster;
use sqlx::{Connection, PgConnection};

use crate::support::TestDatabase;
use crate::support::place::Place;
use crate::support::service::run;

async fn migrate(url: &str) -> crate::support::service::Exit {
    run(&["migrate"], &[("BUGSCRUB_DATABASE_URL", url)]).await
}

async fn is_untouched(database: &TestDatabase) -> bool {
    let mut connection = PgConnection::connect(&database.url).await.unwrap();
    let table: Option<String> =
        sqlx::query_scalar("SELECT min(relname::text) FROM pg_class WHERE relname IN ('accounts', '_sqlx_migrations')")
            .fetch_one(&mut connection)
            .await
            .unwrap();
    table.is_none()
}

#[tokio::test(flavor = "multi_thread")]
async fn another_encoding_is_refused_and_nothing_is_written() {
    for encoding in ["SQL_ASCII", "LATIN1"] {
        let database = TestDatabase::with(&format!("ENCODING '{encoding}' LOCALE 'C'")).await.unwrap();
        migrate(&database.url).await.failed(1, &[encoding, "CREATE DATABASE", "ENCODING 'UTF8'"]);
        assert!(is_untouched(&database).await, "{encoding}");
        database.drop().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn missing_rights_and_read_only_databases_are_refused_with_the_remedy() {
    let database = TestDatabase::bare().await;
    let (guest, reader) = (database.role("guest"), database.role("reader"));
    let of = |role: &str| database.url_of(role);
    database
        .administer(&format!(
            "CREATE ROLE {guest} LOGIN; CREATE ROLE {reader} LOGIN; REVOKE CREATE ON SCHEMA public FROM PUBLIC;
             ALTER ROLE {reader} SET default_transaction_read_only = on"
        ))
        .await;
    migrate(&of(&reader)).await.failed(1, &["read-only", "RESET default_transaction_read_only"]);
    migrate(&of(&guest)).await.failed(1, &["create tables", "GRANT CREATE ON SCHEMA"]);
    database.administer(&format!("GRANT CREATE ON SCHEMA public TO {guest}")).await;
    migrate(&of(&guest)).await.failed(1, &["pg_trgm", "GRANT CREATE ON DATABASE"]);
    database.administer(&format!("REVOKE USAGE, CREATE ON SCHEMA public FROM PUBLIC, {guest}")).await;
    migrate(&of(&guest)).await.failed(1, &["has no schema", "GRANT USAGE"]);
    assert!(is_untouched(&database).await);
    // Tables that another role owns, as after a restore.
    migrate(&database.url).await.ok();
    database.administer(&format!("GRANT USAGE, CREATE ON SCHEMA public TO {guest}")).await;
    migrate(&of(&guest)).await.failed(1, &["does not let", "_sqlx_migrations", "REASSIGN OWNED BY \"bugscrub\""]);
    database.administer(&format!("GRANT ALL ON ALL TABLES IN SCHEMA public TO {guest}")).await;
    migrate(&of(&guest)).await.ok();
    database
        .administer("DELETE FROM _sqlx_migrations WHERE version = (SELECT max(version) FROM _sqlx_migrations)")
        .await;
    migrate(&of(&guest)).await.failed(1, &["needs a migration", "belong to bugscrub"]);
    database
        .administer(&format!(
            "REASSIGN OWNED BY {guest} TO bugscrub; DROP OWNED BY {guest}; DROP ROLE {guest}, {reader}"
        ))
        .await;
    database.drop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_standby_is_no_place_to_write() {
    let place = Place::new();
    let cluster = Cluster::start(&place.path(), &[]).await.unwrap();
    cluster.stop().await.unwrap();
    std::fs::write(place.cluster().join("standby.signal"), "").unwrap();
    let cluster = Cluster::start(&place.path(), &[]).await.unwrap();
    migrate(cluster.url()).await.failed(1, &["is a standby", "name the primary"]);
    cluster.stop().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn other_users_of_the_sessions_find_them_as_they_were() {
    let database = TestDatabase::plain().await;
    let pool = bugscrub::store::pool(&database.url, 1).unwrap();
    // A connection of the pool has no settings of its own but those of its first message.
    let set: Vec<String> = sqlx::query_scalar("SELECT name FROM pg_settings WHERE source = 'session' ORDER BY name")
        .fetch_all(&pool)
        .await
        .unwrap();
    assert_eq!(set, [""; 0]);
    // Once the database has been reached without a pooler, it notices clients whose machine is gone.
    bugscrub::store::migrate(&pool).await.unwrap();
    pool.close().await;
    let pool = bugscrub::store::pool(&database.url, 1).unwrap();
    bugscrub::store::check(&pool).await.unwrap();
    bugscrub::store::check(&pool).await.unwrap();
    let options = pool.connect_options().get_options().unwrap().to_owned();
    assert_eq!(options.matches("tcp_keepalives_idle").count(), 1, "{options}");
    pool.close().await;
    database.drop().await;
}
