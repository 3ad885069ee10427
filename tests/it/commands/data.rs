//! Commands that work on stored data or post to a service.

use serde_json::{Value, json};
use uuid::Uuid;

use super::{Serving, run, status};
use crate::support::app::SECRET;
use crate::support::payload::{issue, issues, repository};
use crate::support::wait::until;
use crate::support::{TestApp, TestDatabase, run_test};

#[tokio::test(flavor = "multi_thread")]
async fn tokens_are_created_listed_and_revoked() {
    let database = TestDatabase::new().await;
    let url = [("BUGSCRUB_DATABASE_URL", database.url.as_str()), ("BUGSCRUB_WEBHOOK_SECRET", SECRET)];
    let create = async |args: &[&str]| {
        let ended = run(&[&["token", "create"], args].concat(), &url).await;
        assert!(ended.stderr.contains("shown only now"), "{}", ended.stderr);
        ended.ok()
    };
    // Only the token is on stdout, fit for a shell's $( ).
    let printed = create(&["--name", "dashboard", "--scope", "read", "--scope", "private"]).await;
    let (token, rest) = printed.split_once('\n').unwrap();
    assert!(token.starts_with("bugscrub_") && token.len() == 9 + 64 && rest.is_empty(), "{printed:?}");
    let bound = create(&["--name", "bound", "--scope", "admin", "--account", "11", "--account", "22"]).await;

    let serving = Serving::start(&url).await;
    assert_eq!(status(&serving, token).await, 200);
    assert_eq!(status(&serving, bound.trim()).await, 200);

    let listed = run(&["token", "list"], &url).await.ok();
    let rows: Vec<Vec<&str>> = listed.lines().map(|line| line.split_whitespace().collect()).collect();
    assert_eq!(rows[0], ["id", "name", "scopes", "accounts", "view", "created", "expires", "revoked"]);
    assert_eq!(rows[1][..4], ["1", "dashboard", "read,private", "all"]);
    assert_eq!(rows[2][..4], ["2", "bound", "admin", "11,22"]);
    assert_eq!(rows.len(), 3, "{listed}");
    let stored: Vec<Vec<u8>> = sqlx::query_scalar("SELECT hash FROM tokens").fetch_all(&database.pool).await.unwrap();
    let (_, secret_part) = token.split_once('_').unwrap();
    for hidden in stored.iter().map(hex::encode).chain([secret_part.to_owned(), secret_part[..12].to_owned()]) {
        assert!(!listed.contains(&hidden), "{listed}");
    }

    assert_eq!(run(&["token", "revoke", "1"], &url).await.ok(), "Token 1 is revoked.\n");
    until("a service that runs refuses it", async || status(&serving, token).await == 401).await;
    assert_eq!(status(&serving, bound.trim()).await, 200);
    for (id, code, said) in [("1", 1, "no token 1 in force"), ("77", 1, "no token 77"), ("x", 2, "invalid value 'x'")] {
        run(&["token", "revoke", id], &url).await.failed(code, &[said]);
    }
    let columns = run(&["token", "list"], &url)
        .await
        .ok()
        .lines()
        .map(|line| line.split_whitespace().count())
        .collect::<Vec<_>>();
    assert_eq!(columns, [8, 9, 7], "a date and a time more, for the revoked one");
    serving.stop().await;
    database.drop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn tokens_that_make_no_sense_are_not_created() {
    let database = TestDatabase::new().await;
    let url = [("BUGSCRUB_DATABASE_URL", database.url.as_str())];
    for (args, said) in [
        (&["--name", "n"][..], "--scope"),
        (&["--scope", "read"], "--name"),
        (&["--name", "n", "--scope", "write"], "read, scrub, admin, private"),
    ] {
        run(&[&["token", "create"], args].concat(), &url).await.failed(2, &[said]);
    }
    let made: i64 = sqlx::query_scalar("SELECT count(*) FROM tokens").fetch_one(&database.pool).await.unwrap();
    assert_eq!(made, 0);
    database.drop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_check_finds_differences_and_a_rebuild_repairs_them() {
    run_test(async |app| {
        let url = [("BUGSCRUB_DATABASE_URL", app.database.url.as_str())];
        let check = async || run(&["rebuild", "--check"], &url).await;
        check().await.ok();
        for number in 1..=3 {
            let told = issue(number, "2024-01-01T00:00:00Z", "2024-01-01T00:00:00Z");
            app.deliver("issues", &issues("opened", &told, &repository(1, "widgets"))).await;
        }
        let printed = check().await.ok();
        assert!(printed.contains("account 9000: checked 3 items from 3 events"), "{printed}");

        for (spoil, said) in [
            ("UPDATE items SET title = 'Spoiled' WHERE number = 2", "item 1 2 differs from the fold of its events"),
            ("DELETE FROM items WHERE number = 3", "item 1 3 is missing from the projection"),
            ("UPDATE items SET number = 4 WHERE number = 1", "item 1 4 is in the projection but not in the log"),
            ("UPDATE repositories SET private = true", "repository 1 differs from the fold of its events"),
            ("UPDATE account_profiles SET visible = false", "account differs from the fold of its events"),
        ] {
            sqlx::query(spoil).execute(&app.database.pool).await.unwrap();
            let ended = check().await;
            assert_eq!(ended.code, 1, "{spoil}: {}", ended.stderr);
            assert!(ended.stdout.contains(&format!("account 9000: {said}\n")), "{spoil}: {}", ended.stdout);
            assert!(ended.stdout.contains("`bugscrub rebuild`"), "{spoil}: {}", ended.stdout);
            assert_eq!(check().await.code, 1, "a check changes nothing");

            let printed = run(&["rebuild"], &url).await.ok();
            assert!(printed.contains("account 9000: rebuilt 3 items from 3 events"), "{spoil}: {printed}");
            check().await.ok();
        }
        assert_eq!(app.json("/api/v1/queue").await["total"], 3);
        app
    })
    .await;
}

#[tokio::test]
async fn the_description_is_printed_as_json() {
    let printed = run(&["openapi"], &[]).await.ok();
    let description: Value = serde_json::from_str(&printed).unwrap();
    assert!(description["paths"]["/api/v1/queue"]["get"].is_object());
}

/// A file with a delivery in each line.
fn recorded(lines: &[String]) -> tempfile::NamedTempFile {
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), lines.join("\n")).unwrap();
    file
}

fn line(number: i64) -> String {
    let told = issue(number, "2024-01-01T00:00:00Z", "2024-01-01T00:00:00Z");
    let payload = issues("opened", &told, &repository(1, "widgets"));
    let guid = Uuid::from_u128(number.unsigned_abs().into()).to_string();
    json!({"event": "issues", "delivery": guid, "at": "2024-01-01T00:00:00Z", "payload": payload}).to_string()
}

async fn deliveries(app: &TestApp) -> i64 {
    sqlx::query_scalar("SELECT count(*) FROM deliveries").fetch_one(&app.database.pool).await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn recorded_deliveries_are_posted_and_their_outcome_is_reported() {
    run_test(async |app| {
        let url = app.url("/webhooks/github");
        let file = recorded(&[line(1), line(2), line(3)]);
        let path = file.path().to_str().unwrap();
        let deliver =
            async |secret: &str| run(&["deliver", path, "--url", &url], &[("BUGSCRUB_WEBHOOK_SECRET", secret)]).await;

        let ended = deliver("a wrong secret").await;
        assert_eq!(ended.code, 1, "{}", ended.stderr);
        assert!(ended.stdout.contains("sent 3, accepted 0, duplicates 0, events 0, failed 3\n"), "{}", ended.stdout);
        assert!(ended.stdout.contains("  3 x HTTP 401, the first 00000000-"), "{}", ended.stdout);
        assert!(ended.stdout.contains("signature"), "{}", ended.stdout);
        assert_eq!(deliveries(&app).await, 0);

        let printed = deliver(SECRET).await.ok();
        assert!(printed.contains("sent 3, accepted 3, duplicates 0, events 3, failed 0\n"), "{printed}");
        // A secret is taken whole, but for the white space around it.
        assert_eq!(deliver(&format!("{SECRET},a wrong secret")).await.code, 1);
        let printed = deliver(&format!(" {SECRET}\n")).await.ok();
        assert!(printed.contains("sent 3, accepted 3, duplicates 3, events 0, failed 0\n"), "{printed}");
        assert_eq!(deliveries(&app).await, 3);
        app
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_error_names_a_line_that_is_not_a_delivery() {
    run_test(async |app| {
        let url = app.url("/webhooks/github");
        let mut wrong_guid: Value = serde_json::from_str(&line(9)).unwrap();
        wrong_guid["delivery"] = json!("nine");
        let mut wrong_event: Value = serde_json::from_str(&line(9)).unwrap();
        wrong_event["event"] = json!("Issues!");
        for (bad, says) in [
            ("not JSON".to_owned(), "expected ident"),
            ("{}".to_owned(), "missing field `event`"),
            (wrong_guid.to_string(), "`delivery` \"nine\" is not a GUID"),
            (wrong_event.to_string(), "`event` \"Issues!\" is not the name of a GitHub event"),
            (line(9)[..100].to_owned(), "EOF"),
        ] {
            let file = recorded(&[line(1), String::new(), bad, line(2)]);
            let path = file.path().to_str().unwrap();
            let ended = run(&["deliver", path, "--url", &url, "--secret", SECRET], &[]).await;
            ended.failed(1, &[&format!("{path}: line 3: "), says, "the lines before it were sent"]);
            assert_eq!(deliveries(&app).await, 1, "line 1, and nothing after the fault");
        }
        run(&["deliver", "no-such-file", "--url", &url, "--secret", SECRET], &[]).await.failed(1, &["no-such-file"]);
        run(&["deliver", "no-such-file", "--url", "nonsense", "--secret", SECRET], &[])
            .await
            .failed(1, &["\"nonsense\""]);
        app
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn ping_says_what_is_wrong() {
    let secret = [("BUGSCRUB_WEBHOOK_SECRET", SECRET)];
    let ping = async |args: &[&str], settings: &[(&str, &str)]| run(args, settings).await;
    ping(&["ping"], &[]).await.failed(1, &["no webhook secret"]);
    ping(&["ping", "--url", "nonsense"], &secret).await.failed(1, &["nonsense"]);
    ping(&["ping", "--url", "http://127.0.0.1:1", "--wait", "0"], &secret).await.failed(1, &["not ready after 0 s"]);

    let database = TestDatabase::new().await;
    let settings = [("BUGSCRUB_DATABASE_URL", &*database.url), ("BUGSCRUB_WEBHOOK_SECRET", "another-secret")];
    let serving = Serving::start(&settings).await;
    let url = serving.url("");
    ping(&["ping", "--url", &url], &secret).await.failed(1, &["a signed delivery was not accepted: HTTP 401"]);
    let words = ping(&["ping", "--url", &url, "--secret", "another-secret"], &[]).await.ok();
    assert_eq!(words.lines().count(), 3, "{words}");
    database.take_away().await;
    ping(&["ping", "--url", &url, "--wait", "1"], &secret).await.failed(1, &["not ready after 1 s: HTTP 503"]);
    database.bring_back().await;
    serving.stop().await;
    database.drop().await;
}
