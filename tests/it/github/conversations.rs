//! Who said what before the first delivery: it is fetched for open items, after them, and kept current.

use chrono::Duration;
use serde_json::{Value, json};

use super::{asked, complete, rhythm, run_now, settled, start};
use crate::support::TestApp;
use crate::support::github::FakeGitHub;
use crate::support::github::world::{Kind, World};

/// A day passes, and somebody says something that no delivery tells of.
fn say(world: &mut World, repo: i64, number: i64, by: (&str, &'static str), verdict: Option<&'static str>) {
    world.now += Duration::days(1);
    world.say(repo, number, by.0, by.1, verdict, false);
}

const ADA: (&str, &str) = ("ada", "CONTRIBUTOR");
const MAINTAINER: (&str, &str) = ("grace", "MEMBER");

async fn row(app: &TestApp, number: i64) -> Value {
    app.json(&format!("/api/v1/items/acme/widgets/{number}")).await
}

fn turn(row: &Value) -> (&str, Option<&str>) {
    (row["waits_for"].as_str().unwrap_or("?"), row["review"].as_str())
}

async fn numbers(app: &TestApp, filter: &str) -> Vec<i64> {
    app.caught_up().await;
    let found = app.json(&format!("/api/v1/queue?{filter}")).await;
    let mut numbers: Vec<i64> =
        found["items"].as_array().unwrap().iter().map(|row| row["number"].as_i64().unwrap()).collect();
    numbers.sort_unstable();
    numbers
}

#[tokio::test]
async fn a_backfill_tells_whose_turn_it_is_and_who_spoke_last() {
    let github = FakeGitHub::start().await;
    let repo = github.world(|world| {
        let account = world.account("acme");
        let repo = world.repository(account, "widgets");
        world.now -= Duration::days(100);
        let began = world.now;
        for kind in [Kind::Issue, Kind::Issue, Kind::Pull, Kind::Pull, Kind::Discussion, Kind::Issue] {
            world.put(repo, kind, "Something", "ada", began);
        }
        say(world, repo, 1, ("linus", "NONE"), None);
        say(world, repo, 1, MAINTAINER, None);
        say(world, repo, 2, MAINTAINER, None);
        say(world, repo, 2, ADA, None);
        say(world, repo, 2, ("stale[bot]", "NONE"), None);
        say(world, repo, 3, MAINTAINER, Some("changes_requested"));
        say(world, repo, 4, MAINTAINER, Some("changes_requested"));
        world.now += Duration::days(1);
        world.push(repo, 4);
        say(world, repo, 5, MAINTAINER, None);
        world.install(account, None);
        repo
    });
    let app = start(&github, rhythm()).await;
    complete(&app).await;
    settled(&app).await;

    assert_eq!(turn(&row(&app, 1).await), ("author", None));
    assert_eq!(turn(&row(&app, 2).await), ("maintainers", None));
    assert_eq!(turn(&row(&app, 3).await), ("author", Some("changes_requested")));
    assert_eq!(turn(&row(&app, 4).await), ("maintainers", Some("changed_since")));
    assert_eq!(turn(&row(&app, 5).await), ("author", None));
    assert_eq!(turn(&row(&app, 6).await), ("maintainers", None));
    app.caught_up().await;
    let page = app.json("/api/v1/queue").await;
    for row in page["items"].as_array().unwrap() {
        assert!(row["human_stale_age"].is_f64() && row["waits_since"].is_string(), "{row:#}");
        assert_eq!((&row["author_association"], &row["reactions"]), (&json!("CONTRIBUTOR"), &json!(0)), "{row:#}");
    }
    let second = row(&app, 2).await;
    assert_eq!(
        (&second["last_activity"]["actor"], &second["last_activity"]["human"], &second["commenters"]),
        (&json!("stale[bot]"), &json!(false), &json!(2)),
        "{second:#}"
    );

    assert_eq!(numbers(&app, "waits_for=author").await, [1, 3, 5]);
    assert_eq!(numbers(&app, "review=changed_since").await, [4]);
    assert_eq!(numbers(&app, "comments=2..").await, [1, 2]);
    assert_eq!(numbers(&app, "comments=-1..2&type=Issue").await, [2, 6]);
    assert_eq!(numbers(&app, "commenters=2&author_association=CONTRIBUTOR").await, [1, 2]);
    assert_eq!(numbers(&app, "author_association=-CONTRIBUTOR").await, [0_i64; 0]);

    // No delivery tells that the author answers. The next comparison finds out.
    github.world(|world| world.say(repo, 1, ADA.0, ADA.1, None, false));
    github.advance(Duration::minutes(10));
    run_now(&app, "sweep").await;
    settled(&app).await;
    assert_eq!(turn(&row(&app, 1).await), ("maintainers", None));
    // What deliveries bring folds into the same fields.
    github.world(|world| world.say(repo, 1, MAINTAINER.0, MAINTAINER.1, None, true));
    github.deliver().await;
    assert_eq!(turn(&row(&app, 1).await), ("author", None));
    app.stop().await.drop().await;
}

#[tokio::test]
async fn conversations_cost_two_questions_for_a_hundred_items() {
    let github = FakeGitHub::start().await;
    github.world(|world| {
        let account = world.account("acme");
        let repo = world.repository(account, "widgets");
        world.now -= Duration::days(100);
        for at in 0..220 {
            let kind = if at % 2 == 0 { Kind::Issue } else { Kind::Pull };
            let at = world.now;
            world.put(repo, kind, "Something", "ada", at);
        }
        world.now += Duration::days(100);
        world.install(account, None);
    });
    let app = start(&github, rhythm()).await;
    complete(&app).await;
    settled(&app).await;
    let questions = asked(&github, "Conversations");
    assert!((5..=6).contains(&questions), "{questions}");
    assert_eq!(numbers(&app, "waits_for=maintainers&limit=200").await.len(), 200);
    app.stop().await.drop().await;
}

#[tokio::test]
async fn a_comparison_asks_for_conversations_that_nobody_asked_for() {
    let github = FakeGitHub::start().await;
    github.world(|world| {
        let account = world.account("acme");
        let repo = world.repository(account, "widgets");
        world.now -= Duration::days(100);
        let began = world.now;
        world.put(repo, Kind::Issue, "Something", "ada", began);
        say(world, repo, 1, MAINTAINER, None);
        world.now += Duration::days(99);
        world.install(account, None);
    });
    let app = start(&github, rhythm()).await;
    complete(&app).await;
    settled(&app).await;
    assert_eq!((turn(&row(&app, 1).await).0, asked(&github, "Conversations")), ("author", 1));
    // As after a rebuild of what a version fetched that did not ask for them.
    sqlx::query("UPDATE items SET conversation_due = true").execute(&app.database.pool).await.unwrap();
    run_now(&app, "sweep").await;
    settled(&app).await;
    assert_eq!(asked(&github, "Conversations"), 2);
    app.stop().await.drop().await;
}
