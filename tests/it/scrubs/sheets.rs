//! Sheets through the API: what they contain, who may have them, and which files are refused.

use std::time::Instant;

use reqwest::Method;
use serde_json::{Value, json};

use super::crowd::many;
use super::{Host, acted, opened, rebuilds_the_same};
use crate::support::app::problem;
use crate::support::run_test;

async fn post(host: &Host<'_>, body: impl Into<reqwest::Body>, query: &str) -> (u16, Value) {
    let path = host.app.url(&format!("/api/v1/sheets?{query}"));
    let response = host.app.client.post(path).bearer_auth(&host.token).body(body).send().await.unwrap();
    let status = response.status().as_u16();
    (status, serde_json::from_str(&response.text().await.unwrap()).unwrap())
}

#[tokio::test(flavor = "multi_thread")]
async fn an_edited_sheet_is_imported() {
    run_test(async |app| {
        opened(&app, 1, "2026-07-01").await;
        opened(&app, 2, "2026-08-01").await;
        opened(&app, 3, "2026-11-21").await;
        let host = Host::new(&app).await;
        let scrub = host.open("bug-scrub").await;
        host.note(1, "=cmd|' /C calc'!A0").await;
        host.advance(&scrub, 1, false).await;
        let csv = host.text("/api/v1/scrubs/1/sheet.csv").await;
        let lines: Vec<&str> = csv.lines().collect();
        assert_eq!(
            lines[0].trim_start_matches('\u{feff}'),
            "Repository,Type,#,User,Title,State,Created,Updated,Stale-Age,Days-Age,Days-Stale,Recommend Action,URL,Read yet?,Link,Comment,Flag"
        );
        // Rows come in the order of the deck, and a formula is escaped.
        assert!(lines[1].starts_with("acme/widgets,Issue,1,"), "{csv}");
        assert!(lines[1].contains(",'=cmd|' /C calc'!A0,") && lines[1].contains(",x,"), "{csv}");
        let freshest = host.text("/api/v1/scrubs/1/sheet.csv?order=freshest").await;
        assert!(freshest.lines().nth(1).unwrap().starts_with("acme/widgets,Issue,3,"));

        let edited = "Repository,Type,#,Recommend Action,Read yet?,Comment\n\
            acme/widgets,Issue,1,'=cmd|' /C calc'!A0,x,\n\
            ACME/Widgets,issue,2,close,,\n\
            acme/widgets,Issue,3,,,\n\
            acme/widgets,PR,2,wrong type,,\n\
            acme/gears,Issue,9,keep me,yes,later\n\
            acme/widgets,Issue,zero,,,\n";
        let outcomes = |answer: &Value| -> Vec<String> {
            answer["rows"].as_array().unwrap().iter().map(|row| row["outcome"].as_str().unwrap().to_owned()).collect()
        };
        let expected = ["same", "new", "same", "unknown item", "unknown item", "unreadable"];
        let (status, dry) = post(&host, edited, "dry_run=true&by=ada").await;
        assert_eq!((status, outcomes(&dry)), (200, expected.map(str::to_owned).to_vec()));
        assert_eq!(dry["rows"][5]["detail"], "# must be a number, not \"zero\".");
        assert_eq!(host.get("/api/v1/sheets/unplaced").await["rows"], json!([]));
        let (_, done) = post(&host, edited, "by=ada").await;
        assert_eq!(outcomes(&done), outcomes(&dry));
        let note = host.get("/api/v1/items/acme/widgets/2/note").await;
        assert_eq!((&note["note"]["recommended_action"], &note["note"]["by"]), (&json!("close"), &json!("ada")));
        let kept = host.get("/api/v1/sheets/unplaced").await;
        let texts: Vec<&Value> = kept["rows"].as_array().unwrap().iter().map(|row| &row["recommended_action"]).collect();
        assert_eq!(texts, ["wrong type", "keep me"]);
        // The same file again changes nothing; a note that was changed here is a conflict.
        let (_, again) = post(&host, edited, "").await;
        assert_eq!((&again["position"], &again["counts"]["new"]), (&done["position"], &json!(0)));
        host.note(2, "ours").await;
        let (_, conflict) = post(&host, edited.replace(",close,", ",theirs,"), "").await;
        let row = &conflict["rows"][1];
        assert_eq!((&row["outcome"], &row["ours"]["recommended_action"]), (&json!("conflict"), &json!("ours")));
        assert_eq!(host.get("/api/v1/items/acme/widgets/2").await["note"]["recommended_action"], "ours");
        // The queue as a sheet.
        let response = app.request_as(&host.token, Method::GET, "/api/v1/queue.xlsx?noted=true").send().await.unwrap();
        assert_eq!(response.status(), 200);
        let book = bugscrub::sheet::read(&response.bytes().await.unwrap()).unwrap();
        assert_eq!(book.tabs[0].rows.len(), 2);
        // A closed item's note is not exported.
        acted(&app, "closed", 1, "2026-07-01", "2026-11-22T13:00:00Z", "ada", "closed").await;
        let csv = host.text("/api/v1/scrubs/1/sheet.csv").await;
        assert!(csv.contains("acme/widgets,Issue,1,") && !csv.contains("cmd"), "{csv}");
        rebuilds_the_same(&app).await;
        app
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_is_not_a_sheet_is_refused_and_changes_nothing() {
    run_test(async |app| {
        opened(&app, 1, "2026-07-01").await;
        let host = Host::new(&app).await;
        let position = app.json("/api/v1/queue").await["position"].clone();
        for (body, status, sentence) in [
            (&b""[..], 422, "The file is empty."),
            (b"PK\x03\x04 and then nothing", 422, "The file is damaged"),
            (b"a,b,c\n1,2,3\n", 422, "The file has no tab that can be read"),
            (b"Repository,Type,#,Comment\n", 422, "The file has no row below its header."),
        ] {
            let (got, answer) = post(&host, body.to_vec(), "").await;
            let detail = answer["detail"].as_str().unwrap();
            assert_eq!((got, &answer["type"]), (status, &json!("/problems/bad-sheet")), "{answer}");
            assert!(detail.starts_with(sentence), "{detail}");
        }
        let (status, answer) = post(&host, "x", "dry_run=perhaps").await;
        assert_eq!((status, &answer["parameter"]), (400, &json!("dry_run")));
        let (status, _) = post(&host, vec![b'a'; 25 * 1024 * 1024 + 1], "").await;
        assert_eq!(status, 413);
        let reader = app.new_token(&["read"], None).await;
        let request = app.request_as(&reader, Method::POST, "/api/v1/sheets").body("x");
        assert_eq!(problem(request.send().await.unwrap()).await.0, 403);
        assert_eq!(app.json("/api/v1/queue").await["position"], position);
        app
    })
    .await;
}

/// `BUGSCRUB_TEST_SHEET_ROWS` sets the number of rows; the test prints how long each step takes.
#[tokio::test(flavor = "multi_thread")]
async fn a_large_sheet_is_exported_and_imported() {
    let rows = std::env::var("BUGSCRUB_TEST_SHEET_ROWS").ok().map_or(1_000, |rows| rows.parse().unwrap());
    run_test(async |app| {
        many(&app, rows).await;
        let host = Host::new(&app).await;
        let started = Instant::now();
        let scrub = host.open("bug-scrub").await;
        println!("opened over {} items in {:?}", scrub["rows"], started.elapsed());
        let started = Instant::now();
        let path = "/api/v1/scrubs/1/sheet.xlsx";
        let response = app.request_as(&host.token, Method::GET, path).send().await.unwrap();
        let bytes = response.bytes().await.unwrap();
        println!("{} bytes written in {:?}", bytes.len(), started.elapsed());
        let book = bugscrub::sheet::read(&bytes).unwrap();
        assert_eq!(book.tabs[0].rows.len() as i64, rows);
        let mut csv = "Repository,Type,#,Comment,Read yet?\n".to_owned();
        (1..=rows).for_each(|number| csv.push_str(&format!("acme/widgets,Issue,{number},note {number},x\n")));
        let started = Instant::now();
        let (status, answer) = post(&host, csv, "").await;
        println!("taken in in {:?}", started.elapsed());
        assert_eq!((status, &answer["counts"]["new"]), (200, &json!(rows)));
        assert_eq!(host.get("/api/v1/queue?noted=true&limit=1").await["total"], rows);
        app
    })
    .await;
}
