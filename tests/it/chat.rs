//! The chat that is told of scrubs.

mod words;

use bugscrub::chat::ChatFormat;
use bugscrub::config::Settings;
use chrono::TimeDelta;
use reqwest::Method;
use serde_json::{Value, json};

use crate::scrubs::{Host, opened};
use crate::support::app::{run_test_with, settings};
use crate::support::chat::{FakeChat, Taking};
use crate::support::payload::{issue, issues, repository};
use crate::support::wait::until;
use crate::support::{TestApp, TestDatabase};

fn telling(chat: &FakeChat, format: ChatFormat) -> Settings {
    Settings { chat: chat.settings(format, false), ..settings() }
}

/// Tells the chat all that is due.
async fn tell(app: &TestApp) {
    app.caught_up().await;
    let held = "SELECT count(*) FROM chat_messages WHERE held_by IS NOT NULL AND state IN ('due', 'sending')";
    until("what is due is told", async || {
        while app.service.tell_chat().await.unwrap() {}
        // The service does the same by itself.
        let held: i64 = sqlx::query_scalar(held).fetch_one(&app.database.pool).await.unwrap();
        held == 0
    })
    .await;
}

/// Lets so many seconds pass.
fn pass(app: &TestApp, seconds: i64) {
    app.clock.set(&(app.clock.now() + TimeDelta::seconds(seconds)).to_rfc3339());
}

async fn failing(app: &TestApp) -> Vec<Value> {
    app.json("/api/v1/sync").await["chat_failing"].as_array().unwrap().clone()
}

/// An item of a private repository.
async fn opened_privately(app: &TestApp, number: i64) {
    let mut secret = repository(2, "secret");
    secret["private"] = json!(true);
    let at = "2026-07-01T00:00:00Z";
    let mut item = issue(number, at, at);
    item["title"] = json!(format!("Hidden {number}"));
    app.deliver("issues", &issues("opened", &item, &secret)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn each_chat_is_told_once_that_a_scrub_begins_and_its_minutes() {
    for format in [ChatFormat::Slack, ChatFormat::Discord, ChatFormat::Mattermost] {
        let chat = FakeChat::start().await;
        run_test_with(telling(&chat, format), async |app| {
            opened(&app, 1, "2026-07-01").await;
            opened(&app, 2, "2026-07-02").await;
            tell(&app).await;
            let host = Host::new(&app).await;
            let scrub = host.open("bug-scrub").await;
            tell(&app).await;
            host.note(1, "close it").await;
            host.advance(&scrub, 1, false).await;
            host.close(&scrub).await;
            tell(&app).await;
            tell(&app).await;
            let texts = chat.texts();
            assert_eq!(texts.len(), 2, "{texts:#?}");
            let join = "https://scrub.test/below/scrubs/1?account=9000";
            let whole = join;
            let (begins, minutes, item) = match format {
                ChatFormat::Slack => (
                    format!("*Bug scrub 0001 of acme begins*: <{join}|join>\nHosted by ada. 2 items to read in round 1 of bug-scrub."),
                    format!("*Minutes of bug scrub 0001 of acme*: <{whole}|all of them>\n2026-11-22, hosted by ada. Present: ada.\n\
                        Read: 1 item of 2 unread in round 1 of bug-scrub. Closed: 0. Notes written: 1.\n*To follow up*\n"),
                    "• close it: Issue <https://github.com/acme/widgets/issues/1|acme/widgets#1>",
                ),
                ChatFormat::Discord => (
                    format!("**Bug scrub 0001 of acme begins**: [join](<{join}>)\nHosted by ada. 2 items to read in round 1 of bug\\-scrub."),
                    format!("**Minutes of bug scrub 0001 of acme**: [all of them](<{whole}>)\n2026\\-11\\-22, hosted by ada."),
                    "• close it: Issue [acme/widgets\\#1](<https://github.com/acme/widgets/issues/1>)",
                ),
                ChatFormat::Mattermost => (
                    format!("**Bug scrub 0001 of acme begins**: [join]({join})\nHosted by ada."),
                    format!("**Minutes of bug scrub 0001 of acme**: [all of them]({whole})\n"),
                    "• close it: Issue [acme/widgets\\#1](https://github.com/acme/widgets/issues/1)",
                ),
            };
            assert!(texts[0].starts_with(&begins), "{}", texts[0]);
            assert!(texts[1].starts_with(&minutes) && texts[1].contains(item), "{}", texts[1]);
            // Discord says only then whether it kept the message, and mentions nobody; no chat shows previews.
            let (target, body) = (chat.targets().remove(0), chat.told().remove(0));
            match format {
                ChatFormat::Slack => assert_eq!((&body["unfurl_links"], &body["unfurl_media"]), (&json!(false), &json!(false))),
                ChatFormat::Discord => {
                    assert!(target.ends_with("?wait=true"), "{target}");
                    assert_eq!((&body["allowed_mentions"], &body["flags"]), (&json!({"parse": []}), &json!(4)));
                }
                ChatFormat::Mattermost => assert!(body.get("username").is_none()),
            }
            assert_eq!(failing(&app).await, Vec::<Value>::new());
            let metrics = app.metrics().await;
            assert!(metrics.contains("bugscrub_chat_messages_total{outcome=\"sent\"} 2"), "{metrics}");
            app
        })
        .await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn several_replicas_tell_the_chat_once() {
    let chat = FakeChat::start().await;
    let database = TestDatabase::new().await;
    let same = database.same();
    let one = TestApp::start(telling(&chat, ChatFormat::Slack), database).await;
    let other = TestApp::start(telling(&chat, ChatFormat::Slack), same).await;
    for number in 1..=3 {
        opened(&one, number, "2026-07-01").await;
    }
    let host = Host::new(&one).await;
    for _ in 0..5 {
        let scrub = host.open("bug-scrub").await;
        other.caught_up().await;
        tokio::join!(tell(&one), tell(&other), tell(&one), tell(&other));
        host.close(&scrub).await;
        tokio::join!(tell(&one), tell(&other), tell(&one), tell(&other));
    }
    let mut texts = chat.texts();
    assert_eq!(texts.len(), 10, "{texts:#?}");
    texts.sort();
    texts.dedup();
    assert_eq!(texts.len(), 10, "each once");
    other.stop().await;
    one.stop().await.drop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_chat_that_refuses_is_told_later_and_when_it_says() {
    let chat = FakeChat::start().await;
    run_test_with(telling(&chat, ChatFormat::Slack), async |app| {
        opened(&app, 1, "2026-07-01").await;
        let host = Host::new(&app).await;
        tell(&app).await;
        chat.takes(&[
            Taking::Answers(429, "retry-after: 37\r\n"),
            Taking::Answers(503, ""),
            Taking::Answers(404, ""),
            Taking::Answers(302, "location: http://127.0.0.1:1/\r\n"),
        ]);
        let scrub = host.open("bug-scrub").await;
        tell(&app).await;
        // As long as the chat said.
        for (passes, told) in [(36, 1), (1, 2), (19, 2), (1, 3), (39, 3), (1, 4), (79, 4), (1, 5), (600, 5)] {
            let shown = failing(&app).await;
            let due = shown.first().map(|shown| shown["state"].clone());
            assert!(due.is_none() || due == Some(json!("due")), "{shown:#?}");
            pass(&app, passes);
            tell(&app).await;
            assert_eq!(chat.told().len(), told, "after {passes} more seconds");
        }
        assert_eq!(failing(&app).await, Vec::<Value>::new(), "it has arrived");
        host.close(&scrub).await;
        app
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_message_of_which_nobody_knows_is_not_sent_again() {
    let chat = FakeChat::start().await;
    run_test_with(telling(&chat, ChatFormat::Slack), async |app| {
        opened(&app, 1, "2026-07-01").await;
        let host = Host::new(&app).await;
        tell(&app).await;
        chat.takes(&[Taking::HangsUp, Taking::Answers(500, "")]);
        let scrub = host.open("bug-scrub").await;
        tell(&app).await;
        host.close(&scrub).await;
        tell(&app).await;
        pass(&app, 3_600);
        tell(&app).await;
        assert_eq!(chat.told().len(), 2);
        let shown = failing(&app).await;
        let told: Vec<_> =
            shown.iter().map(|message| (&message["kind"], &message["state"], &message["tries"])).collect();
        let (unknown, once) = (json!("unknown"), json!(1));
        assert_eq!(told, [(&json!("begins"), &unknown, &once), (&json!("minutes"), &unknown, &once)], "{shown:#?}");
        assert!(shown.iter().all(|message| message["next_try_at"].is_null() && message["error"].is_string()));
        // Who does not see all repositories is not told.
        let reader = Host { app: &app, token: app.new_token(&["read"], None).await };
        assert_eq!(reader.get("/api/v1/sync").await["chat_failing"], json!([]));
        // Nor is one that a process was sending when it was killed.
        let sending =
            "UPDATE chat_messages SET state = 'sending', held_until = $1, error = NULL WHERE kind = 'minutes'";
        sqlx::query(sending).bind(app.clock.now()).execute(&app.database.pool).await.unwrap();
        tell(&app).await;
        assert_eq!(chat.told().len(), 2);
        assert_eq!(failing(&app).await[0]["state"], "unknown");
        let metrics = app.metrics().await;
        assert!(metrics.contains("bugscrub_chat_messages_total{outcome=\"unknown\"} 3"), "{metrics}");
        app
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn it_gives_up_after_a_day_and_says_so() {
    let chat = FakeChat::start().await;
    run_test_with(telling(&chat, ChatFormat::Slack), async |app| {
        opened(&app, 1, "2026-07-01").await;
        let host = Host::new(&app).await;
        tell(&app).await;
        // Nobody answers the call.
        chat.stop().await;
        let scrub = host.open("bug-scrub").await;
        tell(&app).await;
        assert_eq!(failing(&app).await[0]["state"], "due");
        // That a scrub begins is no news once it is over.
        host.close(&scrub).await;
        for _ in 0..60 {
            pass(&app, 1_801);
            tell(&app).await;
        }
        let shown = failing(&app).await;
        assert_eq!(shown.len(), 1, "{shown:#?}");
        assert_eq!((&shown[0]["kind"], &shown[0]["state"]), (&json!("minutes"), &json!("given_up")));
        let error = shown[0]["error"].as_str().unwrap();
        assert!(error.starts_with("it cannot be reached: ") && !error.contains("SECRET"), "{error}");
        assert!((45..50).contains(&shown[0]["tries"].as_i64().unwrap()), "{shown:#?}");
        app
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_private_is_told_unless_the_setting_says_so() {
    for private in [false, true] {
        let chat = FakeChat::start().await;
        let settings = Settings { chat: chat.settings(ChatFormat::Slack, private), ..settings() };
        run_test_with(settings, async |app| {
            opened_privately(&app, 7).await;
            let host = Host::new(&app).await;
            tell(&app).await;
            // Over nothing public.
            let scrub = host.open("bug-scrub").await;
            tell(&app).await;
            host.close(&scrub).await;
            tell(&app).await;
            let texts = chat.texts();
            assert_eq!(texts.len(), if private { 2 } else { 0 }, "{texts:#?}");
            assert!(!private || texts[1].contains("(private) Hidden 7"), "{texts:#?}");
            assert_eq!(failing(&app).await, Vec::<Value>::new());
            // Over both.
            opened(&app, 1, "2026-07-01").await;
            opened_privately(&app, 8).await;
            let scrub = host.open("bug-scrub").await;
            tell(&app).await;
            for _ in 0..3 {
                let place = host.get(&format!("/api/v1/scrubs/{}", scrub["number"])).await["cursor"].as_i64().unwrap();
                host.advance(&scrub, place, false).await;
            }
            host.close(&scrub).await;
            tell(&app).await;
            let (begins, minutes) = (chat.texts().remove(texts.len()), chat.texts().remove(texts.len() + 1));
            let rows = if private { "3 items to read" } else { "1 item to read" };
            assert!(begins.contains(rows), "{begins}");
            assert!(minutes.contains("acme/widgets#1"), "{minutes}");
            assert_eq!(minutes.contains("Hidden"), private, "{minutes}");
            assert_eq!(minutes.contains("secret"), private, "{minutes}");
            app
        })
        .await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_chat_is_not_told_what_was_before() {
    let chat = FakeChat::start().await;
    let app = TestApp::start(settings(), TestDatabase::new().await).await;
    app.clock.set("2026-11-22T11:30:00Z");
    opened(&app, 1, "2026-07-01").await;
    let host = Host::new(&app).await;
    let before = host.open("bug-scrub").await;
    host.close(&before).await;
    host.open("bug-scrub").await;
    // Without a chat nothing is kept for one.
    assert!(!app.service.tell_chat().await.unwrap());
    let database = app.stop().await;
    let app = TestApp::start(telling(&chat, ChatFormat::Slack), database).await;
    tell(&app).await;
    assert_eq!(chat.texts(), Vec::<String>::new());
    // What ends from now on is told.
    let host = Host::new(&app).await;
    let (status, _) = host.send(Method::POST, "/api/v1/scrubs/2/close", json!({})).await;
    assert_eq!(status, 200);
    tell(&app).await;
    assert_eq!(chat.texts().len(), 1);
    app.stop().await.drop().await;
}
