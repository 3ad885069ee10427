//! Rolling restarts.

use super::fleet::{Fleet, Stream, rate};
use super::is_long;
use crate::faults::{assert_all_stored, assert_sound};
use crate::support::app::SECRET;

#[tokio::test(flavor = "multi_thread")]
async fn a_rolling_restart_in_the_charts_order_refuses_and_loses_nothing() {
    let mut fleet = Fleet::start(2, SECRET).await;
    let stream = Stream::start(&fleet, SECRET);
    for _ in 0..if is_long() { 3 } else { 1 } {
        fleet.restart().await;
    }
    let acknowledged = stream.end_well().await;
    let database = fleet.end().await;
    assert_all_stored(&database.pool, &acknowledged).await;
    assert_sound(&database.pool).await;
    database.drop().await;
}

/// This checks the drill itself: it detects what the right order avoids.
#[tokio::test(flavor = "multi_thread")]
async fn a_stop_before_the_balancer_knows_refuses_deliveries_but_loses_no_acknowledged_one() {
    let mut fleet = Fleet::start(2, SECRET).await;
    let stream = Stream::start(&fleet, SECRET);
    fleet.stop_one_too_soon().await;
    let (sent, report) = stream.end().await;
    println!("{report}");
    assert!(report.failed() > 0, "at {} a second somebody must have been sent to it: {report}", rate());
    let database = fleet.end().await;
    let kept: i64 = sqlx::query_scalar("SELECT count(*) FROM deliveries").fetch_one(&database.pool).await.unwrap();
    assert!(kept as u64 >= report.accepted && kept as usize <= sent.len(), "{kept} kept: {report}");
    assert_sound(&database.pool).await;
    database.drop().await;
}
