//! Settings that are missing, wrong, or in files.

use std::path::Path;
use std::process::Stdio;
use std::time::Instant;

use bugscrub::webhook::signature;
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::net::TcpListener;

use super::{Serving, bugscrub, client, run, status};
use crate::support::TestDatabase;
use crate::support::app::SECRET;

const NOBODY_LISTENS: &str = "postgres://nobody:the-password@127.0.0.1:1/none";

#[tokio::test(flavor = "multi_thread")]
async fn the_error_names_a_missing_or_wrong_setting() {
    let no_secret = ["no webhook secret", "BUGSCRUB_WEBHOOK_SECRET", "BUGSCRUB_WEBHOOK_SECRET_FILE"];
    for settings in [&[][..], &[("BUGSCRUB_WEBHOOK_SECRET", "")], &[("BUGSCRUB_WEBHOOK_SECRET", "  ")]] {
        run(&["serve"], settings).await.failed(1, &no_secret);
        run(&["deliver", "no-such-file"], settings).await.failed(1, &no_secret);
    }
    let secret = ("BUGSCRUB_WEBHOOK_SECRET", "s");
    for (name, value, said) in [
        ("BUGSCRUB_ADMIN_TOKEN", "too short", &["BUGSCRUB_ADMIN_TOKEN", "16 characters"][..]),
        ("BUGSCRUB_SESSION_KEY", "too short", &["BUGSCRUB_SESSION_KEY", "line 1 is not 32 bytes", "openssl"]),
        (
            "BUGSCRUB_SESSION_KEY",
            "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=\nAAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHg==",
            &["line 2 is not 32 bytes"],
        ),
        ("BUGSCRUB_SESSION_KEY", crate::sign_in::KEY, &["cannot sign in without BUGSCRUB_CLIENT_ID"]),
        (
            "BUGSCRUB_DATABASE_URL",
            "postgres://host/database?sslmod=off",
            &["BUGSCRUB_DATABASE_URL", "\"sslmod\", which means nothing", "sslmode"],
        ),
        (
            "BUGSCRUB_DATABASE_URL",
            "postgres://host/database?connect_timeout=5&schema=public",
            &["\"schema\", which means nothing"],
        ),
        ("BUGSCRUB_CHAT_URL", "https://chat.example/in/s", &["BUGSCRUB_CHAT_URL", "set BUGSCRUB_CHAT_FORMAT"]),
        ("BUGSCRUB_CHAT_URL", "hooks.slack.com/s", &["BUGSCRUB_CHAT_URL", "not the URL of an incoming webhook"]),
        ("BUGSCRUB_DATABASE_URL", "nonsense", &["the database's URL is not one of Postgres", "postgres://"]),
        (
            "BUGSCRUB_DATABASE_URL",
            "http://host/database",
            &["the database's URL is not one of Postgres", "postgres://"],
        ),
        (
            "BUGSCRUB_DATABASE_URL",
            "postgres://host:port/database",
            &["the database's URL is not one of Postgres", "port"],
        ),
    ] {
        run(&["serve"], &[secret, (name, value)]).await.failed(1, said);
    }
    for (name, value, said) in [
        ("BUGSCRUB_TIME_ZONE", "Europe/Berlinn", &["BUGSCRUB_TIME_ZONE: Europe/Berlinn", "no time zone"][..]),
        ("BUGSCRUB_TIME_ZONE", "+02:00", &["BUGSCRUB_TIME_ZONE: +02:00"]),
        ("BUGSCRUB_LISTEN", "8080", &["BUGSCRUB_LISTEN: 8080"]),
        ("BUGSCRUB_LISTEN", "localhost:http", &["BUGSCRUB_LISTEN: localhost:http"]),
        ("BUGSCRUB_LISTEN", "127.0.0.1:65536", &["BUGSCRUB_LISTEN", "65536"]),
        ("BUGSCRUB_DELIVERY_RETENTION_DAYS", "3", &["BUGSCRUB_DELIVERY_RETENTION_DAYS: 3", "4..="]),
        ("BUGSCRUB_SCRUB_OPEN_TO", "all", &["BUGSCRUB_SCRUB_OPEN_TO: all", "triage, signed-in"]),
        ("BUGSCRUB_RATE_LIMIT", "many", &["BUGSCRUB_RATE_LIMIT: many"]),
        ("BUGSCRUB_PUBLIC", "perhaps", &["BUGSCRUB_PUBLIC: perhaps", "on or off"]),
        ("BUGSCRUB_CHAT_FORMAT", "teams", &["BUGSCRUB_CHAT_FORMAT: teams", "slack, discord, mattermost"]),
        ("BUGSCRUB_CHAT_PRIVATE", "perhaps", &["BUGSCRUB_CHAT_PRIVATE: perhaps", "on or off"]),
        ("BUGSCRUB_URL", "scrub.example", &["BUGSCRUB_URL: scrub.example", "https://scrub.example"]),
        ("BUGSCRUB_PUBLIC_RATE_LIMIT", "-1", &["BUGSCRUB_PUBLIC_RATE_LIMIT: -1"]),
        ("BUGSCRUB_SCRUB_SCHEDULE", "sometimes", &["BUGSCRUB_SCRUB_SCHEDULE: sometimes", "wednesday 17:00"]),
        ("BUGSCRUB_APP_ID", "bug-scrub", &["BUGSCRUB_APP_ID: bug-scrub", "App ID"]),
        ("BUGSCRUB_GITHUB_API_URL", "github.com", &["BUGSCRUB_GITHUB_API_URL: github.com", "/api/v3"]),
        ("BUGSCRUB_LOG_FORMAT", "xml", &["BUGSCRUB_LOG_FORMAT: xml", "auto, json, text"]),
    ] {
        let ended = run(&["serve"], &[secret, (name, value)]).await;
        assert!(!ended.stderr.contains("--"), "names no flag: {}", ended.stderr);
        ended.failed(2, said);
    }
    run(&["serve"], &[secret, ("BUGSCRUB_TRUSTED_PROXIES", "10.0.0.0/8, 10.0.0.0/33")])
        .await
        .failed(1, &["BUGSCRUB_TRUSTED_PROXIES: 10.0.0.0/33 is no network"]);
    // Who wrote the flag is told of the flag, which wins over the variable.
    let flag = ["serve", "--time-zone", "Mars/Olympus"];
    run(&flag, &[secret, ("BUGSCRUB_TIME_ZONE", "nowhere")]).await.failed(2, &["--time-zone", "Mars/Olympus"]);
    run(&["serve"], &[secret, ("BUGSCRUB_LOG", "bugscrub=loud")])
        .await
        .failed(1, &["BUGSCRUB_LOG: the log filter cannot be understood"]);
}

#[test]
fn settings_of_any_text_are_taken_or_refused_with_a_sentence() {
    use bugscrub::config::{Cli, Command};
    use proptest::prelude::*;
    // What a key costs is tried elsewhere.
    const FLAGS: [&str; 15] = [
        "listen",
        "webhook-secret",
        "webhook-secret-old",
        "admin-token",
        "time-zone",
        "accounts",
        "bots",
        "cors-origins",
        "rate-limit",
        "scrub-schedule",
        "scrub-closes-after",
        "first-scrub",
        "app-id",
        "github-api-url",
        "purge-days",
    ];
    let near = prop_oneof![
        any::<String>(),
        "[0-9a-zA-Z:/.;, *+-]{0,20}",
        Just("wednesday 17:00 Europe/London 60m".to_owned()),
        Just("https://api.github.com".to_owned()),
        Just("Iv23liAbCdEf".to_owned()),
        Just("127.0.0.1:80".to_owned()),
    ];
    let given = proptest::collection::vec((0..FLAGS.len(), near), 0..6);
    crate::support::random()
        .run(&given, |given| {
            let flags = given.iter().map(|(flag, text)| format!("--{}={text}", FLAGS[*flag]));
            let args = ["bugscrub".to_owned(), "serve".to_owned()].into_iter().chain(flags);
            match Cli::read(args.map(Into::into)) {
                Err(error) => prop_assert!(error.to_string().len() > 10),
                Ok(cli) => {
                    let Command::Serve(serve) = cli.command else { panic!("another command") };
                    if let Err(error) = serve.settings() {
                        prop_assert!(error.to_string().len() > 10);
                    }
                }
            }
            Ok(())
        })
        .unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_variable_that_is_empty_is_not_set() {
    let database = TestDatabase::new().await;
    // Every variable that the help of any command names, but those that this test sets.
    let mut names = std::collections::BTreeSet::new();
    for command in
        [&["serve", "--help"][..], &["doctor", "--help"], &["sheet", "export", "--help"], &["deliver", "--help"]]
    {
        let help = run(command, &[]).await.ok();
        names.extend(help.split("[env: ").skip(1).map(|rest| rest.split(['=', ']']).next().unwrap().to_owned()));
    }
    assert!(names.len() > 25 && names.contains("BUGSCRUB_WEBHOOK_SECRET_OLD_FILE"), "{names:?}");
    let (url, secret) = (format!(" {}\n", database.url), format!("\t{SECRET} \n"));
    let set = [
        ("BUGSCRUB_DATABASE_URL", url.as_str()),
        ("BUGSCRUB_WEBHOOK_SECRET", &secret),
        ("BUGSCRUB_TIME_ZONE", " UTC\n"),
    ];
    for empty in ["", " \r\n"] {
        let others = names.iter().filter(|name| !set.iter().any(|(set, _)| set == name));
        let all: Vec<(&str, &str)> = others.map(|name| (name.as_str(), empty)).chain(set).collect();
        let serving = Serving::start(&all).await;
        let url = serving.url("");
        let signed = [("BUGSCRUB_WEBHOOK_SECRET", secret.as_str()), ("BUGSCRUB_WEBHOOK_SECRET_FILE", empty)];
        run(&["ping", "--url", &url], &signed).await.ok();
        serving.stop().await;
    }
    database.drop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_unreachable_database_is_reported_quickly_and_without_its_password() {
    let url = [("BUGSCRUB_DATABASE_URL", NOBODY_LISTENS), ("BUGSCRUB_WEBHOOK_SECRET", "s")];
    for args in [
        &["serve", "--listen", "127.0.0.1:0"][..],
        &["migrate"],
        &["rebuild"],
        &["rebuild", "--check"],
        &["token", "list"],
        &["token", "revoke", "1"],
        &["token", "create", "--name", "n", "--scope", "read"],
    ] {
        let started = Instant::now();
        let ended = run(args, &url).await;
        assert!(started.elapsed().as_secs() < 15, "{args:?} took {:?}", started.elapsed());
        assert!(!format!("{}{}", ended.stdout, ended.stderr).contains("the-password"));
        assert_eq!(ended.stdout, "", "{args:?}");
        ended.failed(1, &["the database cannot be reached at 127.0.0.1:", "nothing listens there", "refused"]);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_address_already_in_use_is_reported() {
    let database = TestDatabase::new().await;
    let taken = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let settings = [
        ("BUGSCRUB_DATABASE_URL", database.url.as_str()),
        ("BUGSCRUB_WEBHOOK_SECRET", "s"),
        ("BUGSCRUB_LISTEN", &address),
    ];
    run(&["serve"], &settings).await.failed(1, &[&format!("cannot listen on {address}"), "in use"]);
    drop(taken);
    database.drop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn secrets_may_come_from_files() {
    const ADMIN: &str = "the bootstrap token";
    let database = TestDatabase::new().await;
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| {
        let path = folder.path().join(name);
        std::fs::write(&path, text).unwrap();
        path.to_str().unwrap().to_owned()
    };
    // The files end with a line break, as editors leave it.
    let (url, secret) =
        (write("url", &format!("{}\n", database.url)), write("secret", &format!("\u{feff} {SECRET}\r\n")));
    let admin = write("admin", &format!("{ADMIN}\n"));
    let old = write("old", "an old, or former, one\n");
    let settings = [
        ("BUGSCRUB_DATABASE_URL_FILE", url.as_str()),
        ("BUGSCRUB_WEBHOOK_SECRET_FILE", &secret),
        ("BUGSCRUB_WEBHOOK_SECRET_OLD_FILE", &old),
        ("BUGSCRUB_ADMIN_TOKEN_FILE", &admin),
    ];
    let serving = Serving::start(&settings).await;
    assert_eq!(status(&serving, ADMIN).await, 200);
    assert_eq!(status(&serving, "another token").await, 401);
    let body = r#"{"zen": "Speak like a human."}"#;
    for (key, expected) in [(SECRET, 202), ("an old, or former, one", 202), ("an old", 401), ("one", 401)] {
        let answer = client()
            .post(serving.url("/webhooks/github"))
            .header("content-type", "application/json")
            .header("x-github-event", "ping")
            .header("x-github-delivery", "72d3162e-cc78-11e3-81ab-4c9367dc0958")
            .header("x-hub-signature-256", signature::sign(key.as_bytes(), body.as_bytes()))
            .body(body)
            .send()
            .await
            .unwrap();
        assert_eq!(answer.status().as_u16(), expected, "{key}");
    }
    let log = serving.stop().await;
    assert!(log.contains("SIGTERM") && log.contains("everything accepted is stored"), "{log}");
    for hidden in [SECRET, ADMIN, "or former"] {
        assert!(!log.contains(hidden), "{log}");
    }

    let gone = folder.path().join("gone");
    for name in ["BUGSCRUB_WEBHOOK_SECRET_FILE", "BUGSCRUB_DATABASE_URL_FILE", "BUGSCRUB_ADMIN_TOKEN_FILE"] {
        let mut settings = settings.to_vec();
        settings.retain(|(set, _)| *set != name);
        settings.push((name, path(&gone)));
        run(&["serve"], &settings).await.failed(1, &[name, path(&gone), "cannot be read", "No such file"]);
    }
    let empty = write("empty", "\n");
    let without = [("BUGSCRUB_DATABASE_URL_FILE", url.as_str()), ("BUGSCRUB_WEBHOOK_SECRET_FILE", &empty)];
    run(&["serve"], &without).await.failed(1, &["no webhook secret"]);
    let twice = [("BUGSCRUB_WEBHOOK_SECRET_FILE", secret.as_str()), ("BUGSCRUB_WEBHOOK_SECRET", SECRET)];
    run(&["serve"], &twice).await.failed(2, &["BUGSCRUB_WEBHOOK_SECRET and BUGSCRUB_WEBHOOK_SECRET_FILE are both set"]);
    let exchanged = [("BUGSCRUB_PRIVATE_KEY_FILE", crate::support::github::APP_KEY), ("BUGSCRUB_APP_ID", "1")];
    let ended = run(&["doctor"], &exchanged).await;
    assert!(!ended.stderr.contains("BEGIN"), "{}", ended.stderr);
    ended.failed(1, &["BUGSCRUB_PRIVATE_KEY_FILE must be the name of a file"]);
    database.drop().await;
}

fn path(path: &Path) -> &str {
    path.to_str().unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_migration_can_wait_for_its_database() {
    let database = TestDatabase::new().await;
    database.take_away().await;
    let url = [("BUGSCRUB_DATABASE_URL", database.url.as_str()), ("BUGSCRUB_LOG_FORMAT", "json")];
    let mut waiting = bugscrub(&["migrate", "--wait", "60"], &url).stderr(Stdio::piped()).spawn().unwrap();
    let mut said = BufReader::new(waiting.stderr.take().unwrap()).lines();
    let said = said.next_line().await.unwrap().unwrap();
    assert!(said.contains("cannot be reached; trying again"), "{said}");
    database.bring_back().await;
    assert!(waiting.wait().await.unwrap().success());
    // A permanent refusal is not waited for.
    let nobody = database.url.replace("/test_", "/nobody_");
    run(&["migrate", "--wait", "60"], &[("BUGSCRUB_DATABASE_URL", &nobody)]).await.failed(1, &["nobody_"]);
    database.drop().await;
}
