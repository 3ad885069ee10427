//! What was missed, and what GitHub tells nobody.

use chrono::Duration;
use serde_json::json;

use super::{agrees, complete, rhythm, run_now, settled, start};
use crate::support::github::world::{Item, Kind};
use crate::support::github::{Delivering, FakeGitHub};

#[tokio::test]
async fn only_what_a_delivery_should_have_told_counts_as_mended() {
    let github = FakeGitHub::start().await;
    let (repo, label, other_label, installation) = github.world(|world| {
        let account = world.account("acme");
        let repo = world.repository(account, "widgets");
        let (label, other_label) = (world.label_of(repo, "bug"), world.label_of(repo, "help"));
        for kind in [Kind::Issue, Kind::Issue, Kind::Issue, Kind::Issue, Kind::Pull, Kind::Discussion, Kind::Issue] {
            world.put(repo, kind, "An item", "ada", world.now - Duration::days(30));
        }
        world.change_untold(repo, 4, |item| assert!(item.labels.insert(other_label)));
        (repo, label, other_label, world.install(account, None))
    });
    let app = start(&github, rhythm()).await;
    github.deliver().await;
    complete(&app).await;
    let (mut mended, mut refreshed) = (0, 0);
    let mut after = async |expected: (i64, i64), what: &str| {
        github.advance(Duration::minutes(10));
        github.deliver().await;
        run_now(&app, "sweep").await;
        settled(&app).await;
        (mended, refreshed) = (mended + expected.0, refreshed + expected.1);
        let sync = app.json("/api/v1/sync").await;
        assert_eq!((&sync["mended"], &sync["refreshed"]), (&json!(mended), &json!(refreshed)), "{what}: {sync:#}");
        let row = &sync["items_by_repository"][0];
        assert_eq!((&row["mended"], &row["refreshed"]), (&json!(mended), &json!(refreshed)), "{what}: {sync:#}");
        agrees(&app, &github, installation).await;
    };

    github.world(|world| [1, 5, 6].into_iter().for_each(|number| world.refer(repo, number)));
    after((0, 3), "references and pushes").await;
    github.world(|world| {
        world.refer(repo, 1);
        world.change_untold(repo, 2, |item| item.title = "Another title".to_owned());
    });
    after((1, 1), "a title among them").await;
    type Change = Box<dyn FnOnce(&mut Item)>;
    let changes: Vec<(&str, i64, Change)> = vec![
        ("a state", 2, Box::new(|item| item.open = false)),
        ("a label", 3, Box::new(move |item| assert!(item.labels.insert(label)))),
        ("an assignee", 3, Box::new(|item| assert!(item.assignees.insert("grace".to_owned())))),
        ("a comment", 5, Box::new(|item| item.comments += 1)),
        ("an answer", 6, Box::new(|item| item.answered = true)),
        // Lists do not count replies.
        ("the comments of a discussion", 6, Box::new(|item| item.comments += 1)),
    ];
    for (what, number, change) in changes {
        github.world(|world| world.change_untold(repo, number, change));
        after(if what.starts_with("the comments") { (0, 1) } else { (1, 0) }, what).await;
    }
    github.delivering(Delivering::Lose);
    github.world(|world| world.open(repo, Kind::Issue, "New", "ada"));
    after((1, 0), "an item that is new").await;
    github.world(|world| world.delete(repo, 7));
    after((1, 0), "an item that is gone").await;
    github.delivering(Delivering::Send);
    // The label was deleted, which was told; that its items changed was not.
    let payload = github.world(|world| {
        world.change_untold(repo, 4, |item| assert!(item.labels.remove(&other_label)));
        let repository = crate::support::github::shapes::repository(&world.repositories[&repo], "acme");
        json!({"action": "deleted", "repository": repository, "label": {"id": other_label, "name": "help"}})
    });
    app.deliver("label", &payload).await;
    after((0, 1), "a label that was deleted").await;

    let metrics = app.metrics().await;
    for line in [format!("bugscrub_mended_items_total {mended}"), format!("bugscrub_refreshed_items_total {refreshed}")]
    {
        assert!(metrics.lines().any(|found| found == line), "{line}: {metrics}");
    }
    app.stop().await.drop().await;
}
