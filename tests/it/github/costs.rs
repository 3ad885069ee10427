//! What a backfill costs, with who said what and without it, and what becomes of it when an hour's budget is small.
//!
//! `BUGSCRUB_COSTS=1` measures an account of 7,500 items with 30,000 comments, else a tenth of it.

use std::process::Stdio;
use std::time::Instant;

use bugscrub::github::{Rhythm, wire};
use chrono::Duration;
use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt, BufReader};

use super::commands::try_once;
use super::{agrees, complete, rhythm, settled, start, until};
use crate::support::github::points::points;
use crate::support::github::world::Kind;
use crate::support::github::{APP_ID, APP_KEY, FakeGitHub, Fault, Logged, Trouble};
use crate::support::service::bugscrub;
use crate::support::wait::{self, in_time};
use crate::support::{TestApp, TestDatabase};

/// A fifth of the items are open, each in the middle of a conversation.
fn filled(github: &FakeGitHub, items: usize, comments: usize) -> i64 {
    github.world(|world| {
        let account = world.account("acme");
        let end = world.now;
        let repo = world.repository(account, "large");
        world.now -= Duration::days(400);
        for at in 0..items {
            let kind = [Kind::Issue, Kind::Pull, Kind::Issue, Kind::Pull, Kind::Discussion][at % 5];
            let number = world.put(repo, kind, "An item", ["ada", "linus"][at % 2], world.now);
            if at % 25 >= 5 {
                world.change_untold(repo, number, |item| item.open = false);
                let item = world.repositories.get_mut(&repo).unwrap().items.get_mut(&number).unwrap();
                item.closed_at = Some(item.updated_at);
            }
        }
        for at in 0..comments {
            let number = (at % items + 1) as i64;
            world.now += Duration::seconds(600);
            let (by, association) = [("grace", "MEMBER"), ("alan", "NONE"), ("stale[bot]", "NONE")][at % 3];
            world.say(repo, number, by, association, None, false);
            let item = world.repositories.get_mut(&repo).unwrap().items.get_mut(&number).unwrap();
            item.closed_at = item.closed_at.map(|_| item.updated_at);
        }
        world.now = end;
        world.install(account, None)
    })
}

/// Requests of an account, and their points, as far as their path has these words.
fn spent(log: &[Logged], words: &str) -> (usize, u32) {
    let those = log.iter().filter(|request| request.gate > 0 && request.path.contains(words));
    (those.clone().count(), those.map(|request| request.points).sum())
}

/// Requests that are not for who said what. The list of repositories does not count: it is asked for once or twice, by
/// which of two questions comes first at the start.
fn beside(log: &[Logged]) -> usize {
    spent(log, "").0 - spent(log, "Conversations").0 - spent(log, "/installation/repositories").0
}

#[tokio::test]
async fn who_said_what_costs_two_requests_and_some_points_for_a_hundred_open_items() {
    let (items, comments) = if std::env::var_os("BUGSCRUB_COSTS").is_some() { (7_500, 30_000) } else { (750, 3_000) };
    let open = items / 5;
    // A server that fails to answer these questions leaves the rest as it is.
    let without = FakeGitHub::start().await;
    filled(&without, items, comments);
    let trouble = Trouble::Server(502);
    without.fault(Fault { path: "Conversations", after: 0, times: u32::MAX, trouble });
    let begun = Instant::now();
    let app = start(&without, Rhythm { retry: Duration::hours(1), ..rhythm() }).await;
    complete(&app).await;
    let seconds_without = begun.elapsed().as_secs_f64();
    app.stop().await.drop().await;
    let before = beside(&without.log());

    let github = FakeGitHub::start().await;
    let installation = filled(&github, items, comments);
    let begun = Instant::now();
    let app = start(&github, rhythm()).await;
    complete(&app).await;
    settled(&app).await;
    let seconds = begun.elapsed().as_secs_f64();
    agrees(&app, &github, installation).await;
    let log = github.log();
    let (all, asked) = (spent(&log, ""), spent(&log, "Conversations"));
    println!(
        "{items} items, {comments} comments: {before} requests and {seconds_without:.1} s without who said what, {} requests and \
         {seconds:.1} s with; its {} questions cost {} points",
        all.0, asked.0, asked.1
    );
    assert_eq!(beside(&log), before);
    // What is asked of an open item is known of each.
    let rows = app.all_pages("limit=500").await;
    assert_eq!(rows.len(), open);
    assert!(rows.iter().all(|row| row["waits_for"].is_string() && row["human_stale_age"].is_f64()));
    // Fifty at once: 2 for a hundred, and one more where the number is odd.
    assert!(asked.0 <= open.div_ceil(50) + 1, "{asked:?}");
    assert!(asked.0 * 100 <= open * 3, "{asked:?}");
    // A fifth of them are discussions, whose replies are lists of their own.
    assert!(asked.1 as usize * 100 <= open * 14, "{asked:?}");
    // Lists take a hundred items a page.
    assert!(all.0 - asked.0 <= items / 100 + 12, "{all:?}");
    assert_eq!(app.json("/api/v1/sync").await["conversations_due"], 0);
    app.stop().await.drop().await;
}

#[test]
fn a_question_costs_what_githubs_formula_says() {
    // The example of "Rate limits and node limits for the GraphQL API": 1 + 100 + 100 * 50 requests.
    let example = "query Example { viewer { login repositories(first: 100) { edges { node { id
        issues(first: 50) { edges { node { id labels(first: 60) { edges { node { id name } } } } } } } } } } }";
    assert_eq!(points(example, &Value::Null), 51);
    let fifty: Vec<i64> = (1..=50).collect();
    assert_eq!(points(&wire::conversations(&fifty, &[], true), &Value::Null), 5);
    assert_eq!(points(&wire::conversations(&[], &fifty, true), &Value::Null), 11);
    let ids = json!({"ids": vec!["R_1"; 100], "discussions": true});
    assert_eq!(points(wire::TOTALS, &ids), 9);
}

/// An hour passes at once.
async fn next_hour(github: &FakeGitHub, database: &TestDatabase) {
    github.advance(Duration::hours(1));
    let gates = "UPDATE gates SET shut_until = NULL, core_resets_at = now(), graphql_resets_at = now()";
    sqlx::query(gates).execute(&database.pool).await.unwrap();
    sqlx::query("UPDATE jobs SET due_at = now() WHERE kind <> 'sweep' AND due_at < now() + interval '2 hours'")
        .execute(&database.pool)
        .await
        .unwrap();
}

fn refused(github: &FakeGitHub) -> Vec<Logged> {
    github.log().into_iter().filter(|request| matches!(request.status, 403 | 429)).collect()
}

/// Waits until nothing is asked any more because of a budget; answers what is said about it.
async fn stopped(app: &TestApp, budget: &str) -> Value {
    let reason = format!("80 % of the {budget} budget of 60 an hour is used");
    until(app, "/api/v1/sync", |sync| sync["due"] == 0 && sync["limits"]["reason"] == reason.as_str()).await
}

#[tokio::test]
async fn with_sixty_requests_an_hour_it_stops_in_time_says_so_and_goes_on_in_the_next_hour() {
    let github = FakeGitHub::start().await;
    let installation = filled(&github, 7_500, 7_500);
    github.limits(60, 5_000);
    let app = start(&github, rhythm()).await;
    let sync = stopped(&app, "REST").await;
    assert_eq!(spent(&github.log(), "").0 - spent(&github.log(), "/graphql").0, 48, "{sync:#}");
    assert!(sync["fetched"].as_i64().unwrap() >= 1_200, "{sync:#}");
    assert!(sync["limits"]["paused_until"].is_string() && sync["backfill"] != "complete", "{sync:#}");
    assert_eq!(sync["failing"], json!([]), "{sync:#}");
    next_hour(&github, &app.database).await;
    complete(&app).await;
    settled(&app).await;
    agrees(&app, &github, installation).await;
    assert!(refused(&github).is_empty());
    app.stop().await.drop().await;
}

#[tokio::test]
async fn with_sixty_points_an_hour_the_queue_is_whole_and_who_said_what_follows() {
    let github = FakeGitHub::start().await;
    let installation = filled(&github, 5_000, 5_000);
    github.limits(5_000, 60);
    let app = start(&github, rhythm()).await;
    let mut due = vec![];
    for _ in 0..2 {
        let sync = stopped(&app, "GraphQL").await;
        assert!(sync["limits"]["graphql"]["remaining"].as_i64().unwrap() >= 0, "{sync:#}");
        assert!(sync["limits"]["paused_until"].is_string(), "{sync:#}");
        due.push(sync["conversations_due"].as_i64().unwrap());
        next_hour(&github, &app.database).await;
    }
    assert!(due[0] > due[1] && due[1] > 0, "{due:?}");
    for _ in 0..10 {
        let sync = until(&app, "/api/v1/sync", |sync| sync["due"] == 0).await;
        if sync["conversations_due"] == 0 && sync["backfill"] == "complete" {
            break;
        }
        next_hour(&github, &app.database).await;
    }
    let sync = complete(&app).await;
    assert_eq!(sync["conversations_due"], 0, "{sync:#}");
    agrees(&app, &github, installation).await;
    let rows = app.all_pages("limit=500").await;
    assert!(rows.iter().all(|row| row["waits_for"].is_string()));
    assert!(refused(&github).is_empty());
    app.stop().await.drop().await;
}

#[tokio::test]
async fn the_command_says_that_it_waits_for_the_next_hour_and_then_goes_on() {
    let github = FakeGitHub::start().await;
    filled(&github, 3_000, 3_000);
    github.limits(5_000, 60);
    let database = TestDatabase::new().await;
    let (url, id) = (github.url(), APP_ID.to_string());
    let settings = [
        ("BUGSCRUB_DATABASE_URL", &*database.url),
        ("BUGSCRUB_GITHUB_API_URL", &url),
        ("BUGSCRUB_APP_ID", &id),
        ("BUGSCRUB_PRIVATE_KEY", APP_KEY),
    ];
    let mut command = bugscrub(&["backfill"], &settings);
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let mut stderr = BufReader::new(child.stderr.take().unwrap()).lines();
    let said = in_time("it says that it waits", async {
        loop {
            let line = stderr.next_line().await.unwrap().expect("it ended without a word");
            if line.contains("What is left waits until") {
                return line;
            }
        }
    });
    let said = said.await;
    let put_off = "SELECT count(*) FROM jobs WHERE due_at > now() + interval '1 minute'
                     AND kind IN ('conversations', 'open_discussions', 'closed_discussions')";
    let hours = async {
        loop {
            let count = async || sqlx::query_scalar::<_, i64>(put_off).fetch_one(&database.pool).await.unwrap();
            wait::until("questions are put off", async || count().await > 0).await;
            next_hour(&github, &database).await;
        }
    };
    let ended = tokio::select! {
        ended = in_time("it ends", child.wait_with_output()) => ended.unwrap(),
        () = hours => unreachable!(),
    };
    let words = ["80 % of the GraphQL budget of 60 an hour is used. What is left", "are still to be fetched"];
    assert!(words.iter().all(|words| said.contains(words)), "{said}");
    let text = String::from_utf8(ended.stdout).unwrap();
    assert_eq!((ended.status.success(), &*text), (true, "All 3000 items of 1 repositories are stored.\n"));
    let due: i64 = sqlx::query_scalar("SELECT count(*) FROM items WHERE conversation_due")
        .fetch_one(&database.pool)
        .await
        .unwrap();
    assert_eq!(due, 0);
    database.drop().await;
}

#[tokio::test]
async fn without_a_token_try_shows_what_sixty_requests_bring() {
    let (github, ended) = try_once(5_000, 60, 0).await;
    assert!(ended.stderr.contains("4700 of 5000 items are here so far"), "{}", ended.stderr);
    assert!(ended.stderr.contains("Without a token it does not tell who said what on them"), "{}", ended.stderr);
    let said = ended.ok();
    assert!(said.contains("4,700 items of acme in the queue"), "{said}");
    assert!(refused(&github).is_empty() && github.log().len() == 48);
}
