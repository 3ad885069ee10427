//! Backup, loss and restore, with the scripts that docs/operate.md describes.

use std::path::Path;
use std::process::Command;
use std::time::Instant;

use bugscrub::postgres::Cluster;
use serde_json::Value;
use sqlx::PgPool;

use super::fleet::{Fleet, Stream};
use super::migrations::{all_rows, database_of, versions};
use crate::faults::{assert_all_stored, assert_sound};
use crate::github;
use crate::support::app::{SECRET, settings};
use crate::support::github::FakeGitHub;
use crate::support::github::world::Kind;
use crate::support::place::Place;
use crate::support::service::{Serving, client, run};
use crate::support::wait::until;
use crate::support::{TestApp, TestDatabase};

/// Runs one of the project's scripts. Returns its output, or its error messages.
fn script(name: &str, file: &Path, settings: &[(&str, &str)]) -> Result<String, String> {
    let began = Instant::now();
    let mut command = Command::new(Path::new(env!("CARGO_MANIFEST_DIR")).join("scripts").join(name));
    command.env_remove("BUGSCRUB_DATABASE_URL").env("BUGSCRUB", env!("CARGO_BIN_EXE_bugscrub"));
    let ran = command.arg(file).envs(settings.iter().copied()).output().unwrap();
    println!("{name} took {:.2} s", began.elapsed().as_secs_f64());
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    let (said, complained) = (text(ran.stdout), text(ran.stderr));
    assert!(!complained.contains("WARNING"), "{complained}");
    if ran.status.success() { Ok(said) } else { Err(complained) }
}

/// The whole queue of an account, as a service on this database shows it.
async fn queue(database: &TestDatabase) -> Vec<Value> {
    let app = TestApp::start(settings(), database.same()).await;
    let queue = app.all_pages("account=9000").await;
    app.stop().await;
    queue
}

#[tokio::test(flavor = "multi_thread")]
async fn a_backup_restores_every_row() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("bugscrub.dump");
    let database = database_of(*versions().last().unwrap()).await;
    let filled = all_rows(&database.pool).await;
    let empty: Vec<&String> = filled.iter().filter(|(_, rows)| rows.is_empty()).map(|(table, _)| table).collect();
    assert!(empty.is_empty(), "{empty:?}");
    // A service takes away what has expired.
    let shown = queue(&database).await;
    assert_eq!(shown.len(), 5);
    let kept = all_rows(&database.pool).await;
    script("backup.sh", &file, &[("BUGSCRUB_DATABASE_URL", &database.url)]).unwrap();
    let refused = script("backup.sh", &file, &[("BUGSCRUB_DATABASE_URL", &database.url)]).unwrap_err();
    assert!(refused.contains("exists already"), "{refused}");
    let refused = script("restore.sh", &file, &[("BUGSCRUB_DATABASE_URL", &database.url)]).unwrap_err();
    assert!(refused.contains("Restore into an empty one"), "{refused}");
    assert_eq!(all_rows(&database.pool).await, kept);
    database.drop().await;

    let restored = TestDatabase::bare().await;
    script("restore.sh", &file, &[("BUGSCRUB_DATABASE_URL", &restored.url)]).unwrap();
    assert_eq!(all_rows(&restored.pool).await, kept);
    run(&["migrate"], &[("BUGSCRUB_DATABASE_URL", &restored.url)]).await.ok();
    assert_eq!(all_rows(&restored.pool).await, kept);
    assert_eq!(queue(&restored).await, shown);
    // The sample rows are of an earlier version, which folded fewer fields.
    run(&["rebuild"], &[("BUGSCRUB_DATABASE_URL", &restored.url)]).await.ok();
    assert_sound(&restored.pool).await;
    restored.drop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_backup_under_load_is_consistent_and_refuses_nobody() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("bugscrub.dump");
    let fleet = Fleet::start(2, SECRET).await;
    let before = Stream::start(&fleet, SECRET).end_well_after(100).await;
    let stream = Stream::start(&fleet, SECRET);
    let url = fleet.database.url.clone();
    let path = file.clone();
    tokio::task::spawn_blocking(move || script("backup.sh", &path, &[("BUGSCRUB_DATABASE_URL", &url)]).unwrap())
        .await
        .unwrap();
    stream.end_well().await;
    fleet.end().await.drop().await;

    let restored = TestDatabase::bare().await;
    script("restore.sh", &file, &[("BUGSCRUB_DATABASE_URL", &restored.url)]).unwrap();
    assert_all_stored(&restored.pool, &before).await;
    assert_sound(&restored.pool).await;
    restored.drop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_private_postgres_is_backed_up_destroyed_and_restored() {
    const ADMIN: &str = "the-admin-token-of-this-test";
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("bugscrub.dump");
    let (place, new_place) = (Place::new(), Place::new());
    let rows = async |place: &Place| {
        let cluster = Cluster::start(&place.path(), &[]).await.unwrap();
        let pool: PgPool = bugscrub::store::pool(cluster.url(), 2).unwrap();
        let rows = all_rows(&pool).await;
        assert_sound(&pool).await;
        pool.close().await;
        cluster.stop().await.unwrap();
        rows
    };
    // The head of an account in a database that a service is using.
    let head = async |place: &Place| -> i64 {
        let cluster = Cluster::start(&place.path(), &[]).await.unwrap();
        let pool: PgPool = bugscrub::store::pool(cluster.url(), 1).unwrap();
        let head = sqlx::query_scalar("SELECT head_position FROM accounts WHERE account_id = 501");
        let head = head.fetch_one(&pool).await.unwrap();
        pool.close().await;
        cluster.stop().await.unwrap();
        head
    };
    let queue = async |serving: &Serving, head: i64| -> Value {
        let url = serving.url(&format!("/api/v1/queue?account=501&min_position={head}"));
        let asked = client().get(url).bearer_auth(ADMIN).send().await.unwrap();
        let mut queue: Value = asked.json().await.unwrap();
        queue.as_object_mut().unwrap().remove("freshness");
        assert_eq!(queue["position"], head, "{queue}");
        queue
    };
    let data_dir = place.path();
    let data_dir = ("BUGSCRUB_DATA_DIR", data_dir.to_str().unwrap());
    let settings = [data_dir, ("BUGSCRUB_WEBHOOK_SECRET", SECRET), ("BUGSCRUB_ADMIN_TOKEN", ADMIN)];
    let serving = Serving::start(&settings).await;
    let mut load = crate::faults::load::Load::start();
    load.aim(Some(serving.address));
    load.acknowledged(200).await;
    load.end().await;
    let head = head(&place).await;
    let shown = queue(&serving, head).await;
    assert!(shown["total"].as_i64().unwrap() > 10, "{shown}");
    script("backup.sh", &file, &[data_dir]).unwrap();
    let refused = script("restore.sh", &file, &[data_dir]).unwrap_err();
    assert!(refused.contains("Move it away first"), "{refused}");
    serving.stop().await;
    let kept = rows(&place).await;
    drop(place);

    let data_dir = new_place.path();
    let data_dir = ("BUGSCRUB_DATA_DIR", data_dir.to_str().unwrap());
    script("restore.sh", &file, &[data_dir]).unwrap();
    assert_eq!(rows(&new_place).await, kept);
    let serving = Serving::start(&[data_dir, settings[1], settings[2]]).await;
    let ready = async || client().get(serving.url("/readyz")).send().await.unwrap().status() == 200;
    until("it is ready", ready).await;
    assert_eq!(queue(&serving, head).await, shown);
    serving.stop().await;
}

/// GitHub does not repeat the deliveries between the backup and the loss.
#[tokio::test(flavor = "multi_thread")]
async fn what_happened_on_github_after_the_backup_is_fetched_again() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("bugscrub.dump");
    let fake = FakeGitHub::start().await;
    let (account, installation) = fake.world(|world| {
        let account = world.account("acme");
        world.fill(account, 4, 60);
        (account, world.install(account, None))
    });
    let app = github::start(&fake, github::rhythm()).await;
    fake.deliver().await;
    github::complete(&app).await;
    script("backup.sh", &file, &[("BUGSCRUB_DATABASE_URL", &app.database.url)]).unwrap();

    fake.advance(chrono::Duration::hours(1));
    fake.world(|world| {
        let repos = world.repositories.values().filter(|repo| repo.account_id == account);
        for repo in repos.map(|repo| repo.id).collect::<Vec<_>>() {
            let open = world.repositories[&repo].items.values().filter(|item| item.open).map(|item| item.number);
            let open: Vec<i64> = open.collect();
            if open.len() < 3 {
                continue;
            }
            world.close(repo, open[0]);
            world.comment(repo, open[1], "linus");
            world.delete(repo, open[2]);
            world.open(repo, Kind::Issue, "After the backup", "ada");
        }
    });
    fake.deliver().await;
    github::agrees(&app, &fake, installation).await;
    let told = app.json("/api/v1/queue").await["position"].as_i64().unwrap();
    app.stop().await.drop().await;

    let restored = TestDatabase::bare().await;
    script("restore.sh", &file, &[("BUGSCRUB_DATABASE_URL", &restored.url)]).unwrap();
    let app = github::start_on(&fake, github::asking(&fake, github::rhythm()), restored).await;
    assert!(app.json("/api/v1/queue").await["position"].as_i64().unwrap() < told);
    github::run_now(&app, "sweep").await;
    github::complete(&app).await;
    github::agrees(&app, &fake, installation).await;
    assert_sound(&app.database.pool).await;
    app.stop().await.drop().await;
}
