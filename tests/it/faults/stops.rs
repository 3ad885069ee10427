//! Stopping the service while it works.

use uuid::Uuid;

use super::load::{Load, comment, post};
use super::{assert_all_stored, assert_sound, hold_head};
use crate::support::app::SECRET;
use crate::support::service::{Serving, client};
use crate::support::{TestDatabase, wait};

const ACCOUNT: i64 = 501;

#[tokio::test(flavor = "multi_thread")]
async fn a_service_asked_to_stop_finishes_what_it_accepted() {
    let database = TestDatabase::new().await;
    let admin = "an-admin-token-of-the-test";
    let settings = [
        ("BUGSCRUB_DATABASE_URL", database.url.as_str()),
        ("BUGSCRUB_WEBHOOK_SECRET", SECRET),
        ("BUGSCRUB_ADMIN_TOKEN", admin),
    ];
    let serving = Serving::start(&settings).await;
    let held = hold_head(&database.pool, ACCOUNT).await;
    let guids: Vec<Uuid> = (0..12).map(|_| Uuid::new_v4()).collect();
    let address = serving.address;
    let posts: Vec<_> = guids
        .iter()
        .map(|guid| {
            let guid = *guid;
            tokio::spawn(async move { post(&client(), address, guid, &comment(ACCOUNT, 1)).await })
        })
        .collect();
    // The client of the last delivery hangs up; its delivery was accepted all the same.
    let waiting = format!("bugscrub_deliveries_waiting {}\n", guids.len());
    let metrics = client().get(serving.url("/metrics")).bearer_auth(admin);
    let metrics = async || metrics.try_clone().unwrap().send().await.unwrap().text().await.unwrap();
    wait::until(&waiting, async || metrics().await.contains(&waiting)).await;
    let (hung_up, patient) = posts.split_last().unwrap();
    hung_up.abort();

    serving.ask_to_stop();
    // The service accepts no more connections while what it has accepted still waits.
    let refuses = async || tokio::net::TcpStream::connect(address).await.is_err();
    wait::until("it takes no more connections", refuses).await;
    assert!(patient.iter().all(|post| !post.is_finished()));
    held.rollback().await.unwrap();
    let log = serving.stopped().await;
    assert!(log.contains("everything accepted is stored"), "{log}");
    for (at, answer) in posts.into_iter().enumerate() {
        assert_eq!(answer.await.ok(), (at + 1 < guids.len()).then_some(Some(202)));
    }
    assert_all_stored(&database.pool, &guids).await;
    assert_sound(&database.pool).await;
    database.drop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn stopping_under_load_loses_nothing() {
    let database = TestDatabase::new().await;
    let settings = [("BUGSCRUB_DATABASE_URL", database.url.as_str()), ("BUGSCRUB_WEBHOOK_SECRET", SECRET)];
    let mut load = Load::start();
    for _ in 0..5 {
        let serving = Serving::start(&settings).await;
        load.aim(Some(serving.address));
        load.acknowledged(40).await;
        serving.stop().await;
        load.aim(None);
    }
    let acknowledged = load.end().await;
    assert_all_stored(&database.pool, &acknowledged).await;
    assert_sound(&database.pool).await;
    database.drop().await;
}
