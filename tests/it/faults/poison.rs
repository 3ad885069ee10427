//! Deliveries that the database refuses.

use reqwest::StatusCode;
use serde_json::{Value, json};
use uuid::Uuid;

use super::load::comment;
use super::{assert_all_stored, assert_sound, hold_head, refuse};
use crate::support::payload::{issue, issues, owned_repository, user};
use crate::support::{TestApp, run_test, wait};

const ACCOUNT: i64 = 501;

/// Posts deliveries all at once, so that they wait together behind one that is being stored, and
/// go in one batch; answers what each was told.
async fn in_one_batch(app: &TestApp, guids: &[Uuid]) -> Vec<(StatusCode, Value)> {
    let held = hold_head(&app.database.pool, ACCOUNT).await;
    let sending = guids.iter().map(|guid| {
        let body = serde_json::to_vec(&comment(ACCOUNT, 1)).unwrap();
        tokio::spawn(app.signed("issue_comment", &guid.to_string(), body).send())
    });
    let sending: Vec<_> = sending.collect();
    waiting(app, guids.len()).await;
    held.rollback().await.unwrap();
    let mut told = vec![];
    for answer in sending {
        let answer = answer.await.unwrap().unwrap();
        told.push((answer.status(), serde_json::from_slice(&answer.bytes().await.unwrap()).unwrap()));
    }
    told
}

/// Waits until so many deliveries wait for their commit.
pub async fn waiting(app: &TestApp, deliveries: usize) {
    let line = format!("bugscrub_deliveries_waiting {deliveries}\n");
    wait::until(&line, async || app.metrics().await.contains(&line)).await;
}

async fn outcomes(app: &TestApp, guids: &[Uuid]) -> Vec<Option<String>> {
    let mut outcomes = vec![];
    for guid in guids {
        let outcome = sqlx::query_scalar("SELECT outcome FROM deliveries WHERE guid = $1").bind(guid);
        outcomes.push(outcome.fetch_optional(&app.database.pool).await.unwrap());
    }
    outcomes
}

#[tokio::test(flavor = "multi_thread")]
async fn a_delivery_whose_events_the_database_refuses_is_kept_raw_and_fails_alone() {
    run_test(async |app| {
        let guids: Vec<Uuid> = (0..20).map(|_| Uuid::new_v4()).collect();
        let poison = 7;
        let condition = format!("NEW.source_key LIKE '{}/%'", guids[poison]);
        refuse(&mut app.database.pool.acquire().await.unwrap(), "events", &condition).await;

        let told = in_one_batch(&app, &guids).await;
        for (at, (status, said)) in told.iter().enumerate() {
            assert_eq!((*status, said["events"].as_u64()), (StatusCode::ACCEPTED, Some(u64::from(at != poison))));
        }
        let outcomes = outcomes(&app, &guids).await;
        for (at, outcome) in outcomes.iter().enumerate() {
            assert_eq!(outcome.as_deref(), Some(if at == poison { "failed" } else { "translated" }));
        }
        let healthy: Vec<Uuid> = guids.iter().filter(|guid| **guid != guids[poison]).copied().collect();
        assert_all_stored(&app.database.pool, &healthy).await;
        // The refused attempts advanced the head and rolled that back.
        assert_sound(&app.database.pool).await;
        app
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_delivery_that_cannot_even_be_kept_raw_is_not_acknowledged_and_fails_alone() {
    run_test(async |app| {
        let guids: Vec<Uuid> = (0..20).map(|_| Uuid::new_v4()).collect();
        let condition = format!("NEW.guid = '{}'", guids[7]);
        refuse(&mut app.database.pool.acquire().await.unwrap(), "deliveries", &condition).await;

        let told = in_one_batch(&app, &guids).await;
        for (at, (status, said)) in told.iter().enumerate() {
            assert_eq!(*status, if at == 7 { 500 } else { 202 }, "{said}");
            assert!(!said.to_string().contains("refused by the test"), "{said}");
        }
        let healthy: Vec<Uuid> = guids.iter().filter(|guid| **guid != guids[7]).copied().collect();
        assert_all_stored(&app.database.pool, &healthy).await;
        assert_eq!(outcomes(&app, &guids[7..8]).await, [None]);
        assert_sound(&app.database.pool).await;
        app
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_delivery_whose_fact_for_another_account_is_refused_is_stored_and_marked() {
    run_test(async |app| {
        // A repository that moved from account 502 to 501 is a fact for both.
        let repository = owned_repository(ACCOUNT, "new-owner", 77, "widgets");
        let moved = json!({
            "action": "transferred", "repository": repository, "sender": user("ada"), "installation": {"id": 1},
            "changes": {"owner": {"from": {"organization": {"login": "old-owner", "id": 502}}}},
        });
        refuse(&mut app.database.pool.acquire().await.unwrap(), "events", "NEW.account_id = 502").await;
        let guid = Uuid::new_v4();
        let said = app.deliver_as("repository", &guid.to_string(), &moved).await;
        assert_eq!(said["events"], 1);
        assert_eq!(outcomes(&app, &[guid]).await, [Some("failed".to_owned())]);
        let elsewhere: i64 = sqlx::query_scalar("SELECT count(*) FROM events WHERE account_id = 502")
            .fetch_one(&app.database.pool)
            .await
            .unwrap();
        assert_eq!(elsewhere, 0);
        // The service goes on.
        let repository = owned_repository(ACCOUNT, "new-owner", 77, "widgets");
        app.deliver(
            "issues",
            &issues("opened", &issue(1, "2024-01-01T00:00:00Z", "2024-01-01T00:00:00Z"), &repository),
        )
        .await;
        app
    })
    .await;
}
