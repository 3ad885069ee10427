//! `bugscrub sheet` and what it prints.

use reqwest::Method;
use serde_json::json;

use super::run;
use crate::support::payload::{issue, issues, repository};
use crate::support::run_test;

#[tokio::test(flavor = "multi_thread")]
async fn a_sheet_is_exported_and_imported_and_a_table_says_what_changes() {
    run_test(async |app| {
        for number in 1..=3 {
            let at = "2026-11-01T00:00:00Z";
            app.deliver("issues", &issues("opened", &issue(number, at, at), &repository(1, "widgets"))).await;
        }
        app.caught_up().await;
        let token = app.new_token(&["read", "scrub", "private"], None).await;
        let base = app.url("");
        let service = [("BUGSCRUB_URL", base.trim_end_matches('/')), ("BUGSCRUB_TOKEN", token.as_str())];
        let note = app.request_as(&token, Method::PUT, "/api/v1/items/acme/widgets/1/note").header("if-match", "*");
        let ours = "ours\nin two lines";
        assert_eq!(note.json(&json!({"comment": ours})).send().await.unwrap().status(), 200);
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("old.csv");
        let file = path.to_str().unwrap();
        let long = "long ".repeat(200);
        std::fs::write(
            &path,
            format!(
                "Repository,Type,#,Read yet?,Comment\nacme/widgets,Issue,1,,theirs\nacme/widgets,Issue,2,x,{long}\n"
            ),
        )
        .unwrap();
        let dry = run(&["sheet", "import", file, "--dry-run", "--scrub", "7"], &service).await.ok();
        assert!(dry.contains("Past scrubs that are new: 0007."), "{dry}");
        assert!(dry.contains("theirs: theirs | ours: ours in two lines"), "{dry}");
        assert!(dry.contains("read in 0007 | long long") && dry.contains('…'), "{dry}");
        assert!(dry.lines().all(|line| line.chars().count() < 400), "{dry}");
        let told = run(&["sheet", "import", file, "--dry-run"], &service).await.ok();
        assert!(told.contains("Left out: \"Read yet?\" in row 3 does not count"), "{told}");
        run(&["sheet", "export", "--queue", "x=1"], &service)
            .await
            .failed(1, &["Parameter: x.", "Allowed: account,", "view"]);
        let output = directory.path().join("queue.xlsx");
        let exported =
            run(&["sheet", "export", "--queue", "view=open&limit=1", "-o", output.to_str().unwrap()], &service).await;
        assert!(exported.stderr.contains("More follows: --queue 'cursor="), "{}", exported.stderr);
        exported.ok();
        // Somebody may be editing it: nothing is overwritten unasked.
        let kept = std::fs::read(&output).unwrap();
        let again = ["sheet", "export", "--queue", "view=open", "-o", output.to_str().unwrap()];
        run(&again, &service).await.failed(1, &["queue.xlsx exists already", "--force"]);
        assert_eq!(std::fs::read(&output).unwrap(), kept);
        run(&[&again[..], &["--force"]].concat(), &service).await.ok();
        assert_ne!(std::fs::read(&output).unwrap(), kept);
        // A person opens a file, and a program reads standard output.
        let table = directory.path().join("queue.csv");
        run(&["sheet", "export", "--csv", "-o", table.to_str().unwrap()], &service).await.ok();
        assert!(std::fs::read(&table).unwrap().starts_with(b"\xef\xbb\xbfrank,"));
        let piped = run(&["sheet", "export", "--csv", "-o", "-"], &service).await.ok();
        assert!(piped.starts_with("rank,"), "{piped}");
        // What a terminal would obey is not printed.
        let evil = "Repository,Type,#,Comment\nacme/widgets,Issue,1,\"\u{1b}]0;pwned\u{7}\u{202e}txt\u{9b}31m\"\n";
        std::fs::write(&path, evil).unwrap();
        let told = run(&["sheet", "import", file, "--dry-run"], &service).await.ok();
        assert!(told.contains("]0;pwnedtxt31m"), "{told}");
        assert!(!told.contains(|c: char| c != '\n' && c.is_control() || c == '\u{202e}'), "{told:?}");
        // A conflict is left to somebody, and a script hears of it.
        std::fs::write(&path, "Repository,Type,#,Comment\nacme/widgets,Issue,1,theirs\n").unwrap();
        let ended = run(&["sheet", "import", file], &service).await;
        assert!(ended.stdout.contains("1 in conflict"), "{}", ended.stdout);
        assert_eq!(ended.code, 3);
        // An edit that clears a note is told before it is made.
        let book = bugscrub::sheet::read(&std::fs::read(&output).unwrap()).unwrap();
        assert!(book.position.is_some());
        std::fs::write(&path, b"Repository,Type,#,Comment\nacme/widgets,Issue,2,sp\xe4ter\n").unwrap();
        run(&["sheet", "import", file], &service).await.failed(1, &["not UTF-8"]);
        run(&["sheet", "import", file, "--charset", "windows-1252"], &service).await.ok();
        // A token can be bound to an account by its login too.
        let database = [("BUGSCRUB_DATABASE_URL", app.database.url.as_str())];
        let create = ["token", "create", "--name", "n", "--scope", "read", "--account"];
        run(&[&create[..], &["ACME"]].concat(), &database).await.ok();
        let listed = run(&["token", "list"], &database).await.ok();
        let last: Vec<&str> = listed.lines().last().unwrap().split_whitespace().collect();
        assert_eq!(last[1..4], ["n", "read", "9000"], "{listed}");
        run(&[&create[..], &["nobody"]].concat(), &database).await.failed(1, &["no account \"nobody\"", "acme"]);
        app
    })
    .await;
}
