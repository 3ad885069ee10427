//! The same delivery again, at once or later; and what a rollback leaves behind.

use bugscrub::store::retention::prune_deliveries;
use uuid::Uuid;

use super::load::comment;
use super::{assert_all_stored, assert_sound, refuse};
use crate::support::run_test;

const ACCOUNT: i64 = 501;

#[tokio::test(flavor = "multi_thread")]
async fn one_of_64_concurrent_posts_of_a_guid_is_stored() {
    run_test(async |app| {
        let guid = Uuid::new_v4();
        let body = serde_json::to_vec(&comment(ACCOUNT, 1)).unwrap();
        let posts = (0..64).map(|_| tokio::spawn(app.signed("issue_comment", &guid.to_string(), body.clone()).send()));
        let mut fresh = 0;
        for answer in posts.collect::<Vec<_>>() {
            let answer = answer.await.unwrap().unwrap();
            assert_eq!(answer.status(), 202);
            let said: serde_json::Value = serde_json::from_slice(&answer.bytes().await.unwrap()).unwrap();
            assert_eq!(said["position"], 1);
            assert_eq!(said["events"].as_u64().unwrap() == 0, said["duplicate"].as_bool().unwrap());
            fresh += said["events"].as_u64().unwrap();
        }
        assert_eq!(fresh, 1);
        let stored: (i64, i64) =
            sqlx::query_as("SELECT (SELECT count(*) FROM deliveries), (SELECT count(*) FROM events)")
                .fetch_one(&app.database.pool)
                .await
                .unwrap();
        assert_eq!(stored, (1, 1));
        assert_sound(&app.database.pool).await;
        app
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_delivery_that_comes_again_after_pruning_appends_nothing() {
    run_test(async |app| {
        let guid = Uuid::new_v4();
        assert_eq!(app.deliver_as("issue_comment", &guid.to_string(), &comment(ACCOUNT, 1)).await["events"], 1);
        let pruned = prune_deliveries(&app.database.pool, ACCOUNT, chrono::Utc::now(), 10).await.unwrap();
        assert_eq!(pruned, 1);
        let again = app.deliver_as("issue_comment", &guid.to_string(), &comment(ACCOUNT, 1)).await;
        assert_eq!((&again["events"], &again["position"]), (&0.into(), &1.into()));
        assert_all_stored(&app.database.pool, &[guid]).await;
        assert_sound(&app.database.pool).await;
        app
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rollback_leaves_no_gap_in_positions() {
    run_test(async |app| {
        // The database refuses after the head was advanced and the events were inserted.
        let mut connection = app.database.pool.acquire().await.unwrap();
        refuse(&mut connection, "items", "NEW.number % 3 = 0").await;
        drop(connection);
        let mut guids = vec![];
        for turn in 0..60 {
            let guid = Uuid::new_v4();
            let said = app.deliver_as("issue_comment", &guid.to_string(), &comment(ACCOUNT, turn)).await;
            let refused = (turn % 40 + 1) % 3 == 0;
            assert_eq!(said["events"], i64::from(!refused));
            if !refused {
                guids.push(guid);
            }
            assert_eq!(said["position"], guids.len());
        }
        assert_all_stored(&app.database.pool, &guids).await;
        let positions: Vec<i64> = sqlx::query_scalar("SELECT position FROM events ORDER BY position")
            .fetch_all(&app.database.pool)
            .await
            .unwrap();
        assert!(positions.into_iter().eq(1..=i64::try_from(guids.len()).unwrap()));
        app
    })
    .await;
}
