//! The hour of a host: sheets that go out and come back in the middle of a meeting.

use bugscrub::activity::{ItemType, State};
use bugscrub::sheet::{Book, Sheet, SheetRow, read, xlsx};
use reqwest::Method;
use serde_json::{Value, json};

use super::{Host, acted, opened};
use crate::support::app::problem;
use crate::support::run_test;

async fn bytes(host: &Host<'_>, path: &str) -> Vec<u8> {
    let response = host.app.request_as(&host.token, Method::GET, path).send().await.unwrap();
    assert_eq!(response.status(), 200, "{path}");
    response.bytes().await.unwrap().to_vec()
}

async fn book(host: &Host<'_>, path: &str) -> Book {
    read(&bytes(host, path).await).unwrap()
}

/// The numbers of a sheet's items, in its order.
fn numbers(book: &Book) -> Vec<i64> {
    book.tabs[0].rows.iter().map(|row| row.row.as_ref().unwrap().number).collect()
}

/// Writes a note as somebody who has seen what it says. Returns the position of the answer.
async fn note(host: &Host<'_>, number: i64, text: Value) -> i64 {
    let path = host.app.url(&format!("/api/v1/items/acme/widgets/{number}/note"));
    let request = host.app.client.put(path).bearer_auth(&host.token).header("if-match", "*").json(&text);
    let answer = request.send().await.unwrap().bytes().await.unwrap();
    serde_json::from_slice::<Value>(&answer).unwrap()["position"].as_i64().unwrap()
}

/// A sheet as somebody sends it back: the position with which it was written, and for issues what their notes say now.
fn returned(position: Option<i64>, notes: &[(i64, &str, &str)]) -> Vec<u8> {
    let at = "2026-11-01T00:00:00Z".parse().unwrap();
    let row = |&(number, comment, flag): &(i64, &str, &str)| SheetRow {
        repository: "acme/widgets".to_owned(),
        item_type: ItemType::Issue,
        number,
        user: None,
        title: String::new(),
        state: State::Open,
        created_at: at,
        updated_at: at,
        days_age: 1,
        days_stale: 1,
        recommended_action: String::new(),
        url: String::new(),
        read: false,
        comment: comment.to_owned(),
        flag: flag.to_owned(),
        private: false,
        shown: true,
    };
    let sheet = Sheet {
        tab: "queue".to_owned(),
        date: "2026-11-20".parse().unwrap(),
        zone: chrono_tz::UTC,
        rows: notes.iter().map(row).collect(),
        filter: Default::default(),
        attendance: None,
        dealt: None,
        position,
    };
    xlsx(&sheet).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sheet_includes_the_notes_up_to_its_position_and_a_dry_run_says_what_goes() {
    run_test(async |app| {
        opened(&app, 1, "2026-07-01").await;
        opened(&app, 2, "2026-08-01").await;
        let host = Host::new(&app).await;
        host.open("bug-scrub").await;
        // A note that was written just now is in the sheet; so is its position.
        for (round, path) in ["/api/v1/queue.xlsx", "/api/v1/scrubs/1/sheet.xlsx"].repeat(4).into_iter().enumerate() {
            let comment = format!("note {round}");
            let position = note(&host, 1, json!({"comment": comment, "flag": "f"})).await;
            let book = book(&host, path).await;
            let shown = book.tabs[0].rows.iter().find_map(|row| row.row.as_ref().ok().filter(|note| note.number == 1));
            assert_eq!(shown.unwrap().comment.as_deref(), Some(comment.as_str()), "{path}");
            assert_eq!(book.position, Some(position), "{path}");
            // A text that is cleared in it goes, and the dry run says so.
            let file = returned(book.position, &[(1, &comment, "")]);
            let dry = host.take_in(file, "dry_run=true").await;
            assert_eq!(dry["rows"][0]["detail"], "Of the note, Flag goes, because the cell is empty.", "{dry}");
            let file = returned(book.position, &[(1, "", "")]);
            let dry = host.take_in(file.clone(), "dry_run=true").await;
            let row = &dry["rows"][0];
            assert_eq!((&row["outcome"], &dry["counts"]["removing"]), (&json!("new"), &json!(1)), "{dry}");
            assert_eq!(row["detail"], "The note is removed, because its cells are empty.");
            assert_eq!((&row["ours"]["comment"], &row["note"]["comment"]), (&json!(comment), &json!("")));
            let kept = host.get("/api/v1/items/acme/widgets/1/note").await;
            assert_eq!(kept["note"]["comment"], json!(comment));
            host.take_in(file, "").await;
            assert_eq!(host.get("/api/v1/items/acme/widgets/1/note").await["note"], json!(null), "{path}");
        }
        // What a sheet of a past date says is no edit of what stands today.
        note(&host, 1, json!({"comment": "today's"})).await;
        let past = book(&host, "/api/v1/queue.xlsx?as_of=1d").await;
        assert_eq!(past.position, None);
        app
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn one_question_has_one_order_in_every_form_of_the_answer() {
    run_test(async |app| {
        for (number, date) in [(1, "2026-07-01"), (2, "2026-05-01"), (3, "2026-11-20"), (4, "2026-09-01")] {
            opened(&app, number, date).await;
        }
        let host = Host::new(&app).await;
        let view = json!({"filter": {"type": "Issue"}, "order": "freshest"});
        assert_eq!(host.send(Method::PUT, "/api/v1/views/fresh", view).await.0, 201);
        let of_csv = |text: String, column: usize| -> Vec<i64> {
            let mut lines = csv::Reader::from_reader(text.as_bytes());
            lines.records().map(|line| line.unwrap()[column].parse().unwrap()).collect()
        };
        for (query, first) in
            [("", 2), ("?view=open", 2), ("?view=fresh", 3), ("?order=oldest", 2), ("?order=freshest", 3)]
        {
            let json = host.get(&format!("/api/v1/queue{query}")).await;
            let items = json["items"].as_array().unwrap().iter().map(|item| item["number"].as_i64().unwrap());
            let items: Vec<i64> = items.collect();
            assert_eq!(items[0], first, "{query}");
            assert_eq!(numbers(&book(&host, &format!("/api/v1/queue.xlsx{query}")).await), items, "{query}");
            assert_eq!(of_csv(host.text(&format!("/api/v1/queue.csv{query}")).await, 3), items, "{query}");
        }
        for (number, view) in ["open", "fresh"].into_iter().enumerate() {
            let scrub = host.open(view).await;
            let deck: Vec<i64> = host.deck(&scrub).await.iter().map(|row| row["number"].as_i64().unwrap()).collect();
            let path = format!("/api/v1/scrubs/{}/sheet", number + 1);
            assert_eq!(numbers(&book(&host, &format!("{path}.xlsx")).await), deck, "{view}");
            assert_eq!(of_csv(host.text(&format!("{path}.csv")).await, 2), deck, "{view}");
            host.close(&scrub).await;
        }
        app
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_note_that_is_written_ahead_of_the_cursor_belongs_to_the_scrub() {
    run_test(async |app| {
        for number in 1..=3 {
            opened(&app, number, "2026-07-01").await;
        }
        let host = Host::new(&app).await;
        let before = host.open("open").await;
        host.close(&before).await;
        host.note(2, "from another week").await;
        let scrub = host.open("open").await;
        let deck: Vec<i64> = host.deck(&scrub).await.iter().map(|row| row["number"].as_i64().unwrap()).collect();
        assert_eq!(deck, [1, 2, 3]);
        host.note(3, "written ahead").await;
        for place in 1..=3 {
            assert_eq!(host.advance(&scrub, place, false).await.0, 200);
        }
        let minutes = host.text("/api/v1/scrubs/2/minutes.md").await;
        assert!(minutes.contains("Note (from before): from another week"), "{minutes}");
        assert!(minutes.contains("Note: written ahead") && minutes.contains("Notes written: 1."), "{minutes}");
        app
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn csv_tells_its_encoding_and_is_told_it() {
    run_test(async |app| {
        opened(&app, 1, "2026-07-01").await;
        let host = Host::new(&app).await;
        host.open("open").await;
        app.caught_up().await;
        for path in ["/api/v1/queue.csv", "/api/v1/scrubs/1/sheet.csv"] {
            let (plain, marked) = (bytes(&host, path).await, bytes(&host, &format!("{path}?bom=true")).await);
            assert!(!plain.starts_with(b"\xef\xbb\xbf"));
            assert_eq!(marked, [&b"\xef\xbb\xbf"[..], &plain].concat(), "{path}");
            let request = app.request_as(&host.token, Method::GET, &format!("{path}?bom=perhaps"));
            let (status, refused) = problem(request.send().await.unwrap()).await;
            assert_eq!((status, &refused["parameter"]), (400, &json!("bom")));
        }
        let latin = b"Repository,Type,#,Comment\nacme/widgets,Issue,1,sp\xe4ter\n".to_vec();
        let post = |content_type: &'static str| {
            let request = app.client.post(app.url("/api/v1/sheets")).bearer_auth(&host.token);
            request.header("content-type", content_type).body(latin.clone()).send()
        };
        for (declared, sentence) in [
            ("text/csv", "The text of the file is not UTF-8: save it as \"CSV UTF-8\""),
            ("text/csv; charset=utf-8", "The text of the file is not UTF-8, though it says so"),
            ("text/csv; charset=\"klingon\"", "There is no encoding \"klingon\""),
        ] {
            let (status, refused) = problem(post(declared).await.unwrap()).await;
            assert_eq!(status, 422);
            assert!(refused["detail"].as_str().unwrap().starts_with(sentence), "{refused}");
        }
        assert_eq!(post("text/csv; header=present; Charset=\"ISO-8859-1\"").await.unwrap().status(), 200);
        let written = host.get("/api/v1/items/acme/widgets/1/note").await;
        assert_eq!(written["note"]["comment"], "später");
        app
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_chart_says_whose_numbers_it_shows_of_which_view_and_date() {
    run_test(async |app| {
        opened(&app, 1, "2026-07-01").await;
        acted(&app, "closed", 1, "2026-07-01", "2026-11-22T12:30:00Z", "grace", "closed").await;
        let host = Host::new(&app).await;
        app.caught_up().await;
        for subject in ["backlog", "ages", "throughput", "coverage", "forecast", "milestones"] {
            for (query, view) in [("as_of=1d&view=open", ", view open"), ("as_of=1d", ""), ("", "")] {
                let json = host.get(&format!("/api/v1/stats/{subject}.json?{query}")).await;
                let date = json["as_of"].as_str().unwrap();
                // Coverage is always of a view.
                let view = if subject == "coverage" && view.is_empty() { ", view bug-scrub" } else { view };
                let svg = host.text(&format!("/api/v1/stats/{subject}.svg?{query}")).await;
                let name = svg.split_once("<title>").unwrap().1.split_once("</title>").unwrap().0;
                let about = format!("acme{view}, {date}");
                assert!(name.ends_with(&format!(": {about}")), "{subject}?{query}: {name}");
                assert_eq!(svg.matches(&about).count(), 2, "in the name and in the picture: {svg}");
            }
        }
        app
    })
    .await;
}
