//! Importing a spreadsheet but for the rows that somebody leaves out.

use reqwest::Method;
use serde_json::{Value, json};

use super::{Host, opened, rebuilds_the_same};
use crate::support::app::problem;
use crate::support::run_test;

fn each(answer: &Value, field: &str) -> Vec<String> {
    let rows = answer["rows"].as_array().unwrap().iter();
    rows.map(|row| row[field].as_str().unwrap_or_default().to_owned()).collect()
}

async fn comment(host: &Host<'_>, number: i64) -> String {
    let item = host.get(&format!("/api/v1/items/acme/widgets/{number}")).await;
    item["note"]["comment"].as_str().unwrap_or_default().to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn rows_that_are_left_out_change_nothing_and_all_others_do() {
    run_test(async |app| {
        for number in 1..=4 {
            opened(&app, number, "2026-07-01").await;
        }
        let host = Host::new(&app).await;
        host.note(2, "ours").await;
        let file = "Repository,Type,#,Title,Read yet?,Comment\n\
            acme/widgets,Issue,1,First,x,one\n\
            acme/widgets,Issue,2,,,theirs\n\
            acme/widgets,Issue,3,,x,three\n\
            acme/gears,Issue,9,,,elsewhere\n\
            acme/widgets,Issue,4,,,\n\
            acme/widgets,Issue,0,,,\n";
        let take = async |query: &str| host.take_in(file.into(), &format!("scrub=7&{query}")).await;
        let tried = take("dry_run=true").await;
        assert_eq!(each(&tried, "key"), ["2", "3", "4", "5", "6", "7"]);
        assert_eq!(each(&tried, "title")[..2], ["First", ""]);
        assert_eq!(each(&tried, "outcome"), ["new", "conflict", "new", "unknown item", "same", "unreadable"]);
        let digest = tried["file"].as_str().unwrap();
        assert_eq!(digest.len(), 64);

        // What would change nothing is as it was.
        let query = format!("without=3-6&file={digest}");
        let expected = ["new", "left out", "left out", "left out", "same", "unreadable"];
        let tried = take(&format!("dry_run=true&{query}")).await;
        assert_eq!(each(&tried, "outcome"), expected);
        assert_eq!((&tried["counts"]["new"], &tried["counts"]["left_out"]), (&json!(1), &json!(3)));
        let done = take(&query).await;
        assert_eq!(each(&done, "outcome"), expected);
        // What was left out is told.
        assert_eq!((&done["rows"][2]["note"]["comment"], &done["rows"][2]["read_in"]), (&json!("three"), &json!(7)));
        let comments = [comment(&host, 1).await, comment(&host, 2).await, comment(&host, 3).await];
        assert_eq!(comments, ["one", "", ""]);
        assert_eq!(host.get("/api/v1/items/acme/widgets/3").await["marks"], json!([]));
        assert_eq!(host.get("/api/v1/sheets/unplaced").await["rows"], json!([]));
        // Again with the same choice: nothing. Without one: the rest.
        let again = take(&query).await;
        assert_eq!((&again["counts"]["new"], &again["position"]), (&json!(0), &done["position"]));
        let rest = take("without=3").await;
        assert_eq!(each(&rest, "outcome"), ["same", "left out", "new", "unknown item", "same", "unreadable"]);
        assert_eq!(comment(&host, 3).await, "three");
        assert_eq!(host.get("/api/v1/sheets/unplaced").await["rows"].as_array().unwrap().len(), 1);
        rebuilds_the_same(&app).await;
        app
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_choice_that_is_not_of_this_file_is_refused_and_changes_nothing() {
    run_test(async |app| {
        opened(&app, 1, "2026-07-01").await;
        let host = Host::new(&app).await;
        let file = "Repository,Type,#,Comment\nacme/widgets,Issue,1,one\n";
        let tried = host.take_in(file.into(), "dry_run=true").await;
        let position = tried["position"].clone();
        let refused = async |query: &str, file: String| {
            let path = app.url(&format!("/api/v1/sheets?{query}"));
            problem(host.app.client.post(path).bearer_auth(&host.token).body(file).send().await.unwrap()).await
        };
        for (query, parameter, words) in [
            ("without=99", "without", "no row \"99\""),
            ("without=2-3,7-9", "without", "no row \"7-9\""),
            ("without=0051:2", "without", "no row \"0051:2\""),
            ("without=3-", "without", "`0051:2-40,44`"),
            ("without=two", "without", "not \"two\""),
            ("without=", "without", "by their keys"),
            ("without=2,", "without", "by their keys"),
            ("without=%2B2", "without", "by their keys"),
            ("without=12345678901", "without", "by their keys"),
            ("file=abc", "file", "64 hexadecimal digits"),
        ] {
            let (status, answer) = refused(query, file.to_owned()).await;
            assert_eq!((status, answer["parameter"].as_str()), (400, Some(parameter)), "{query}: {answer}");
            assert!(answer["detail"].as_str().unwrap().contains(words), "{query}: {answer}");
        }
        let query = format!("without=2&file={}", tried["file"].as_str().unwrap());
        let (status, answer) = refused(&query, file.replace("one", "another")).await;
        assert_eq!((status, &answer["type"]), (422, &json!("/problems/other-sheet")));
        assert_eq!(app.json("/api/v1/queue").await["position"], position);
        let reader = app.new_token(&["read"], None).await;
        let request = app.request_as(&reader, Method::POST, "/api/v1/sheets?without=2").body(file);
        assert_eq!(problem(request.send().await.unwrap()).await.0, 403);
        app
    })
    .await;
}
