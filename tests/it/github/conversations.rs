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

#[tokio::test]
async fn rows_tell_who_spoke_of_late_how_checks_stand_and_what_closes_what() {
    let github = FakeGitHub::start().await;
    let (repo, secret, other) = github.world(|world| {
        let account = world.account("acme");
        let [repo, secret, other] = ["widgets", "secret", "other"].map(|name| world.repository(account, name));
        world.repositories.get_mut(&secret).unwrap().private = true;
        let end = world.now;
        world.now -= Duration::days(100);
        for home in [repo, secret, other] {
            for kind in [Kind::Issue, Kind::Pull, Kind::Pull, Kind::Pull] {
                world.put(home, kind, "Something", "ada", world.now);
            }
        }
        say(world, repo, 1, ("linus", "NONE"), None);
        world.now = end - Duration::days(20);
        for by in [("alan", "NONE"), ("alan", "NONE"), ("stale[bot]", "NONE")] {
            say(world, repo, 1, by, None);
        }
        for (number, checks) in [(2, "SUCCESS"), (3, "EXPECTED"), (4, "ERROR")] {
            world.check(repo, number, checks);
            world.check(secret, number, checks);
        }
        for (number, closes) in [(2, (repo, 1)), (3, (repo, 1)), (4, (other, 1))] {
            let item = world.repositories.get_mut(&repo).unwrap().items.get_mut(&number).unwrap();
            item.closes.insert(closes);
        }
        world.now = end;
        world.install(account, None);
        (repo, secret, other)
    });
    let app = start(&github, rhythm()).await;
    complete(&app).await;
    settled(&app).await;

    let issue = row(&app, 1).await;
    assert_eq!((&issue["commenters"], &issue["recent_commenters"]), (&json!(2), &json!(1)), "{issue:#}");
    assert_eq!((&issue["linked_pull_requests"], &issue["linked_issues"]), (&json!([2, 3]), &Value::Null), "{issue:#}");
    assert_eq!((&issue["checks"], &issue["checks_at"]), (&Value::Null, &Value::Null));
    let links = async |number| {
        let row = row(&app, number).await;
        (row["checks"].clone(), row["checks_at"].is_string(), row["linked_issues"].clone())
    };
    assert_eq!(links(2).await, (json!("passing"), true, json!([1])));
    assert_eq!(links(3).await, (json!("pending"), true, json!([1])));
    // The number of an item in another repository would say something about that one.
    assert_eq!(links(4).await, (json!("failing"), true, json!([])));
    // GitHub refuses the checks of private repositories, and nothing else.
    let hidden = app.json("/api/v1/items/acme/secret/2").await;
    assert_eq!((&hidden["checks"], &hidden["checks_at"]), (&Value::Null, &Value::Null), "{hidden:#}");
    assert_eq!((&hidden["waits_for"], &hidden["linked_issues"]), (&json!("maintainers"), &json!([])), "{hidden:#}");
    let sync = app.json("/api/v1/sync").await;
    assert_eq!((&sync["conversations_due"], &sync["left_out"], &sync["failing"]), (&json!(0), &json!([]), &json!([])));
    assert_eq!(numbers(&app, "repo=widgets&checks=passing&checks=failing").await, [2, 4]);
    assert_eq!(numbers(&app, "repo=widgets&checks=none").await, [1]);
    let text = app.request(
        reqwest::Method::GET,
        "/api/v1/queue.csv?repo=acme/widgets&fields=number,checks,linked_issues,\
                                                   linked_pull_requests,recent_commenters",
    );
    let text = text.send().await.unwrap().text().await.unwrap();
    assert!(text.contains("1,,,\"2, 3\",1\r\n") || text.contains("1,,,\"2, 3\",1\n"), "{text}");
    assert!(text.contains("2,passing,1,,0"), "{text}");

    // What is closed closes nothing any more.
    github.world(|world| world.close(repo, 3));
    github.deliver().await;
    app.caught_up().await;
    assert_eq!(row(&app, 1).await["linked_pull_requests"], json!([2]));
    let _ = (secret, other);
    app.stop().await.drop().await;
}

#[tokio::test]
async fn checks_are_asked_for_after_a_push_and_for_a_day_until_they_end() {
    let github = FakeGitHub::start().await;
    let repo = github.world(|world| {
        let account = world.account("acme");
        let repo = world.repository(account, "widgets");
        world.install(account, None);
        repo
    });
    let app = start(&github, rhythm()).await;
    complete(&app).await;
    github.world(|world| world.open(repo, Kind::Pull, "A change", "ada"));
    github.deliver().await;
    let sweep = async || {
        run_now(&app, "sweep").await;
        settled(&app).await;
        let row = row(&app, 1).await;
        (row["checks"].clone(), asked(&github, "Conversations"))
    };
    github.world(|world| world.check(repo, 1, "PENDING"));
    assert_eq!(row(&app, 1).await["checks"], Value::Null);
    assert_eq!(sweep().await, (json!("pending"), 1));
    assert_eq!(sweep().await, (json!("pending"), 2));
    github.world(|world| world.check(repo, 1, "SUCCESS"));
    assert_eq!(sweep().await, (json!("passing"), 3));
    assert_eq!(sweep().await, (json!("passing"), 3));
    // They are about another commit now.
    github.advance(Duration::minutes(1));
    github.world(|world| world.push_told(repo, 1));
    github.deliver().await;
    assert_eq!(row(&app, 1).await["checks"], Value::Null);
    github.world(|world| world.check(repo, 1, "FAILURE"));
    assert_eq!(sweep().await, (json!("failing"), 4));
    // Those that never come are asked for once when the pull request was not updated for a day.
    github.world(|world| {
        world.now -= Duration::days(2);
        let old = world.open(repo, Kind::Pull, "Another change", "ada");
        world.check(repo, old, "EXPECTED");
    });
    github.deliver().await;
    assert_eq!((sweep().await.1, sweep().await.1), (5, 5));
    assert_eq!(row(&app, 2).await["checks"], json!("pending"));
    app.stop().await.drop().await;
}

#[tokio::test]
async fn what_github_does_not_show_is_asked_for_once_until_it_is_updated() {
    let github = FakeGitHub::start().await;
    let repo = github.world(|world| {
        let account = world.account("acme");
        let repo = world.repository(account, "widgets");
        let began = world.now - Duration::days(9);
        for _ in 0..3 {
            world.put(repo, Kind::Issue, "Something", "ada", began);
        }
        world.install(account, None);
        repo
    });
    github.odd("Conversations", |body| body["data"]["node"]["i2"] = Value::Null);
    let app = start(&github, rhythm()).await;
    complete(&app).await;
    settled(&app).await;
    let sweep = async || {
        run_now(&app, "sweep").await;
        settled(&app).await;
        asked(&github, "Conversations")
    };
    assert_eq!(asked(&github, "Conversations"), 1);
    assert_eq!(row(&app, 2).await["author_association"], json!("CONTRIBUTOR"));
    assert_eq!((sweep().await, sweep().await), (1, 1));
    assert_eq!(app.json("/api/v1/sync").await["conversations_due"], 0);
    // Something happens to it, of which no delivery tells.
    github.advance(Duration::minutes(10));
    github.world(|world| world.refer(repo, 2));
    assert_eq!((sweep().await, sweep().await), (2, 2));
    github.heal();
    github.advance(Duration::minutes(10));
    github.world(|world| world.say(repo, 2, MAINTAINER.0, MAINTAINER.1, None, false));
    assert_eq!((sweep().await, sweep().await), (3, 3));
    assert_eq!(turn(&row(&app, 2).await), ("author", None));
    let left: i64 =
        sqlx::query_scalar("SELECT count(*) FROM conversations_asked").fetch_one(&app.database.pool).await.unwrap();
    assert_eq!(left, 0);
    app.stop().await.drop().await;
}

#[tokio::test]
async fn a_server_whose_schema_lacks_checks_is_asked_without_them() {
    let github = FakeGitHub::start().await;
    github.old_schema();
    github.world(|world| {
        let account = world.account("acme");
        let repo = world.repository(account, "widgets");
        let began = world.now - Duration::days(9);
        world.put(repo, Kind::Pull, "Something", "ada", began);
        world.install(account, None);
    });
    let app = start(&github, rhythm()).await;
    complete(&app).await;
    settled(&app).await;
    let row = row(&app, 1).await;
    assert_eq!(
        (turn(&row), &row["checks"], &row["linked_issues"]),
        (("maintainers", Some("none")), &Value::Null, &Value::Null)
    );
    assert_eq!(app.json("/api/v1/sync").await["failing"], json!([]));
    app.stop().await.drop().await;
}

#[tokio::test]
async fn who_grants_checks_and_statuses_sees_how_checks_stand_in_private_repositories() {
    let github = FakeGitHub::start().await;
    github.world(|world| {
        let account = world.account("acme");
        let repo = world.repository(account, "widgets");
        world.repositories.get_mut(&repo).unwrap().private = true;
        let began = world.now - Duration::days(9);
        world.put(repo, Kind::Pull, "Something", "ada", began);
        world.check(repo, 1, "FAILURE");
        let installation = world.install(account, None);
        let granted = &mut world.installations.get_mut(&installation).unwrap().permissions;
        granted.extend(["checks", "statuses"].map(|name| (name.to_owned(), "read".to_owned())));
    });
    let app = start(&github, rhythm()).await;
    complete(&app).await;
    settled(&app).await;
    assert_eq!(row(&app, 1).await["checks"], json!("failing"));
    assert_eq!(app.json("/api/v1/permissions").await["as_declared"], json!(true));
    app.stop().await.drop().await;
}
