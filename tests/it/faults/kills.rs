//! `kill -9` under load, of the service and of its Postgres.

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

use super::load::Load;
use super::{assert_all_stored, assert_sound};
use crate::support::TestDatabase;
use crate::support::app::SECRET;
use crate::support::place::Place;
use crate::support::service::Serving;
use crate::support::wait::until;

/// How often each of the two is killed: a few times in `make test`, and as often as `BUGSCRUB_KILLS` says.
fn kills() -> usize {
    std::env::var("BUGSCRUB_KILLS").map_or(20, |kills| kills.parse().expect("a number"))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_service_killed_under_load_loses_nothing_that_it_acknowledged() {
    let database = TestDatabase::new().await;
    let settings = [("BUGSCRUB_DATABASE_URL", database.url.as_str()), ("BUGSCRUB_WEBHOOK_SECRET", SECRET)];
    let mut load = Load::start();
    for _ in 0..kills() {
        let serving = Serving::start(&settings).await;
        load.aim(Some(serving.address));
        load.acknowledged(40).await;
        serving.kill().await;
        load.aim(None);
    }
    let acknowledged = load.end().await;
    println!("the service was killed {} times; {} deliveries were acknowledged", kills(), acknowledged.len());
    assert!(acknowledged.len() >= 40 * kills());
    assert_all_stored(&database.pool, &acknowledged).await;
    assert_sound(&database.pool).await;
    database.drop().await;
}

/// This cluster is durable as users have it: the program's own, with no setting changed. (A server that
/// `BUGSCRUB_TEST_DATABASE_URL` names is killed by whoever started it.)
#[tokio::test(flavor = "multi_thread")]
async fn a_postgres_killed_under_load_is_revived_and_loses_nothing_acknowledged() {
    let place = Place::new();
    let data_dir = place.path();
    let data_dir = data_dir.to_str().unwrap();
    let settings = [("BUGSCRUB_DATA_DIR", data_dir), ("BUGSCRUB_WEBHOOK_SECRET", SECRET)];
    let serving = Serving::start(&settings).await;
    let mut load = Load::start();
    load.aim(Some(serving.address));
    let mut killed = 0;
    for _ in 0..kills() {
        // What the one that was killed had begun may outlive it for a moment, and commit.
        let mut postmaster = killed;
        until("another Postgres runs", async || {
            let note = std::fs::read_to_string(place.cluster().join("postmaster.pid")).unwrap_or_default();
            postmaster = note.lines().next().and_then(|pid| pid.parse().ok()).unwrap_or(killed);
            postmaster != killed
        })
        .await;
        load.acknowledged(40).await;
        kill(Pid::from_raw(postmaster), Signal::SIGKILL).unwrap();
        killed = postmaster;
    }
    load.acknowledged(40).await;
    let acknowledged = load.end().await;
    println!("Postgres was killed {} times; {} deliveries were acknowledged", kills(), acknowledged.len());
    serving.stop().await;

    let cluster = bugscrub::postgres::Cluster::start(&place.path(), &[]).await.unwrap();
    let pool = bugscrub::store::pool(cluster.url(), 4).unwrap();
    assert_all_stored(&pool, &acknowledged).await;
    assert_sound(&pool).await;
    pool.close().await;
    cluster.stop().await.unwrap();
}
