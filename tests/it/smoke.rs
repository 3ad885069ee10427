use crate::support::payload::{issue, issues, repository};
use crate::support::run_test;

#[tokio::test(flavor = "multi_thread")]
async fn a_signed_delivery_becomes_a_place_in_the_queue() {
    run_test(async |app| {
        let widgets = repository(1, "widgets");
        let old = issue(12, "2023-08-10T08:00:00Z", "2024-09-13T08:00:00Z");
        let receipt = app.deliver("issues", &issues("opened", &old, &widgets)).await;
        assert_eq!(receipt["position"], 1);
        let queue = app.json("/api/v1/queue").await;
        assert_eq!(queue["items"][0]["number"], 12);
        assert_eq!(queue["items"][0]["days_age"], 1200);
        app
    })
    .await;
}
