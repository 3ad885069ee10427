//! Relations between issues: GitHub tells each end in its own repository, and only that one counts as active.

use serde_json::json;

use crate::support::payload::{issue, repository, user};
use crate::support::run_test;

#[tokio::test(flavor = "multi_thread")]
async fn a_relation_is_an_activity_of_the_issue_in_whose_repository_it_is_told() {
    run_test(async |app| {
        let actions = [
            ("sub_issues", "sub_issue_added", "parent_issue", "sub_issue"),
            ("sub_issues", "sub_issue_removed", "parent_issue", "sub_issue"),
            ("sub_issues", "parent_issue_added", "sub_issue", "parent_issue"),
            ("sub_issues", "parent_issue_removed", "sub_issue", "parent_issue"),
            ("issue_dependencies", "blocked_by_added", "blocked_issue", "blocking_issue"),
            ("issue_dependencies", "blocked_by_removed", "blocked_issue", "blocking_issue"),
            ("issue_dependencies", "blocking_added", "blocking_issue", "blocked_issue"),
            ("issue_dependencies", "blocking_removed", "blocking_issue", "blocked_issue"),
        ];
        for (number, (event, action, own, other)) in (1..).zip(actions) {
            let mut payload = json!({"action": action, "repository": repository(1, "widgets"), "sender": user("ada")});
            payload[own] = issue(number, "2024-01-01T00:00:00Z", "2024-01-02T00:00:00Z");
            payload[other] = issue(number + 100, "2024-01-01T00:00:00Z", "2024-01-03T00:00:00Z");
            assert_eq!(app.deliver(event, &payload).await["events"], 1, "{action}");
            let item = app.json(&format!("/api/v1/items/acme/widgets/{number}")).await;
            assert_eq!(
                (&item["last_activity"]["kind"], &item["updated_at"]),
                (&json!(action), &json!("2024-01-02T00:00:00Z"))
            );
        }
        assert_eq!(app.json("/api/v1/queue").await["total"], 8, "the other end is told of by itself");
        app
    })
    .await;
}
