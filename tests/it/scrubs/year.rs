//! Twelve weekly scrubs over a generated quarter. The twelfth sheet carries the note of every open item
//! and of no closed one, and another account can import the whole history from it.

use std::collections::BTreeMap;

use bugscrub::sheet::{Book, SheetNote, read};
use chrono::{DateTime, Duration, Utc};
use proptest::test_runner::TestRunner;
use rand::RngExt;
use reqwest::Method;
use serde_json::json;

use super::{Host, acted, opened, rebuilds_the_same};
use crate::support::{TestApp, random, run_test};

const WEEKS: i64 = 12;
const ITEMS: i64 = 60;

/// The true state of an issue.
#[derive(Clone, Debug)]
struct Truth {
    created: String,
    open: bool,
    note: Option<String>,
}

fn below(random: &mut TestRunner, bound: u32) -> u32 {
    random.rng().random_range(0..bound)
}

/// Downloads and reads a scrub's sheet.
async fn sheet(host: &Host<'_>, number: i64) -> (Vec<u8>, Book) {
    let path = format!("/api/v1/scrubs/{number}/sheet.xlsx");
    let response = host.app.request_as(&host.token, Method::GET, &path).send().await.unwrap();
    assert_eq!(response.status(), 200);
    let bytes = response.bytes().await.unwrap().to_vec();
    let book = read(&bytes).unwrap();
    (bytes, book)
}

fn rows(book: &Book, tab: &str) -> BTreeMap<i64, SheetNote> {
    let tab = book.tabs.iter().find(|found| found.name == tab).unwrap_or_else(|| panic!("no tab {tab}"));
    tab.rows.iter().map(|row| row.row.clone().unwrap()).map(|note| (note.number, note)).collect()
}

async fn weeks(app: &TestApp, host: &Host<'_>, random: &mut TestRunner) -> BTreeMap<i64, Truth> {
    let mut truth: BTreeMap<i64, Truth> = BTreeMap::new();
    let begin: DateTime<Utc> = "2026-08-03T15:00:00Z".parse().unwrap();
    for week in 0..WEEKS {
        // First, what happens on GitHub before the meeting.
        let monday = begin + Duration::weeks(week);
        app.clock.set(&monday.to_rfc3339());
        let new = if week == 0 { ITEMS / 2 } else { ITEMS / 2 / (WEEKS - 1) };
        for _ in 0..new {
            let number = truth.len() as i64 + 1;
            let created = (monday - Duration::days(3 + i64::from(below(random, 100)))).date_naive().to_string();
            opened(app, number, &created).await;
            truth.insert(number, Truth { created, open: true, note: None });
        }
        for (number, item) in &mut truth {
            let at = (monday - Duration::days(2)).to_rfc3339_opts(chrono::SecondsFormat::Secs, true);
            match below(random, 12) {
                0 if item.open => {
                    acted(app, "closed", *number, &item.created, &at, "grace", "closed").await;
                    item.open = false;
                }
                1 if !item.open => {
                    acted(app, "reopened", *number, &item.created, &at, "grace", "open").await;
                    item.open = true;
                }
                _ => {}
            }
        }
        let scrub = host.open("bug-scrub").await;
        let mut place = scrub["cursor"].as_i64();
        let deck = host.deck(&scrub).await;
        for _ in 0..8 {
            let Some(at) = place else { break };
            let number = deck[at as usize - 1]["number"].as_i64().unwrap();
            if below(random, 3) == 0 {
                let action = format!("note of week {week} on {number}");
                host.note(number, &action).await;
                truth.get_mut(&number).unwrap().note = Some(action);
            }
            let (status, after) = host.advance(&scrub, at, below(random, 6) == 0).await;
            assert_eq!(status, 200, "{after}");
            place = after["cursor"].as_i64();
        }
        app.clock.set(&(monday + Duration::hours(1)).to_rfc3339());
        host.close(&scrub).await;
    }
    truth
}

#[tokio::test(flavor = "multi_thread")]
async fn the_twelfth_sheet_carries_every_open_items_note_into_another_account() {
    let mut random = random();
    let (mut sheets, mut minutes, mut kept) = (vec![], String::new(), BTreeMap::new());
    let random_ref = &mut random;
    let (sheets_ref, minutes_ref, kept_ref) = (&mut sheets, &mut minutes, &mut kept);
    run_test(async move |app| {
        let host = Host::new(&app).await;
        let truth = weeks(&app, &host, random_ref).await;
        let scrubs = host.get("/api/v1/scrubs").await;
        assert_eq!(scrubs["scrubs"].as_array().unwrap().len() as i64, WEEKS);
        let (bytes, book) = sheet(&host, WEEKS).await;
        assert_eq!(book.attendance[0].host.as_deref(), Some("ada"));
        let rows = rows(&book, "0012");
        // Every open item is in the sheet with its note. A closed item has no note, if it is there at all.
        for (number, item) in &truth {
            let found = rows.get(number);
            assert_eq!(found.is_some(), item.open || found.is_some(), "{number}");
            let told = found.and_then(|row| row.recommended_action.clone()).unwrap_or_default();
            let expected = item.note.clone().filter(|_| item.open).unwrap_or_default();
            assert_eq!(told, expected, "{number}: {item:?}");
        }
        let noted = truth.values().filter(|item| item.open && item.note.is_some()).count();
        assert!(noted > 5, "the year was too quiet: {noted}");
        *minutes_ref = host.text(&format!("/api/v1/scrubs/{WEEKS}/minutes.md")).await;
        rebuilds_the_same(&app).await;

        // Importing our own file changes nothing.
        let answer = host.take_in(bytes.clone(), "dry_run=true").await;
        assert_eq!((&answer["counts"]["new"], &answer["counts"]["conflict"]), (&json!(0), &json!(0)), "{answer}");
        let coverage = host.get("/api/v1/stats/coverage").await;
        let paces = coverage["items_per_scrub"].as_f64().unwrap();
        assert!(paces > 1.0 && paces <= 8.0, "{coverage}");
        let sum = coverage["read_in_round"].as_i64().unwrap() + coverage["left_in_round"].as_i64().unwrap();
        assert_eq!(coverage["eligible"], sum);
        sheets_ref.push(bytes);
        *kept_ref = truth;
        app
    })
    .await;
    println!("{minutes}");
    assert!(minutes.starts_with("# Bug scrub 0012\n"));

    // A new installation for the same organization: the sheet brings notes and readings of a past scrub.
    run_test(async move |app| {
        let host = Host::new(&app).await;
        app.clock.set("2026-10-26T12:00:00Z");
        for (number, item) in &kept {
            let state = if item.open { "open" } else { "closed" };
            let action = if item.open { "opened" } else { "closed" };
            let at = format!("{}T00:00:00Z", item.created);
            acted(&app, action, *number, &item.created, &at, "grace", state).await;
        }
        let bytes = sheets.pop().unwrap();
        let before = app.json("/api/v1/queue").await["position"].clone();
        let planned = host.take_in(bytes.clone(), "dry_run=true").await;
        assert_eq!(app.json("/api/v1/queue").await["position"], before, "a dry run changed something");
        let done = host.take_in(bytes.clone(), "").await;
        assert_eq!((&done["counts"], &done["new_scrubs"]), (&planned["counts"], &json!([12])));
        let scrub = host.get("/api/v1/scrubs/12").await;
        assert_eq!(
            (&scrub["state"], &scrub["host"], &scrub["date"]),
            (&json!("imported"), &json!("ada"), &json!("2026-10-19"))
        );
        let book = read(&bytes).unwrap();
        let queue = app.all_pages("limit=500").await;
        for row in &queue {
            let number = row["number"].as_i64().unwrap();
            let told = row["note"]["recommended_action"].as_str().map(str::to_owned);
            assert_eq!(told, kept[&number].note, "{number}");
        }
        // What the newest tab shows as read counts as read in the round.
        let rows = rows(&book, "0012");
        let shown: Vec<i64> =
            rows.values().filter(|note| note.is_read() && kept[&note.number].open).map(|note| note.number).collect();
        let mut counted: Vec<i64> = app
            .all_pages("unread=false&view=open&limit=500")
            .await
            .iter()
            .map(|row| row["number"].as_i64().unwrap())
            .collect();
        counted.sort_unstable();
        assert_eq!(counted, shown);
        // It is a scrub like others, with what was read and written then.
        let read = rows.values().filter(|note| note.read == Some(true)).count();
        assert!(read > 0);
        assert_eq!((&scrub["read"], &scrub["rows"]), (&json!(read), &json!(read)));
        let told = host.text("/api/v1/scrubs/12/minutes.md").await;
        assert!(told.contains("\n2026-10-19, hosted by ada. Present: ada"), "{told}");
        assert!(told.contains(&format!(".\n\nRead: {read} items. Closed: ")), "{told}");
        assert_eq!(host.deck(&scrub).await.len(), read);
        // Importing the file again changes nothing.
        let again = host.take_in(bytes, "").await;
        assert_eq!(again["counts"]["new"], 0, "{again}");
        assert_eq!(again["position"], done["position"]);
        // The next scrub gets the next number.
        assert_eq!(host.open("open").await["number"], 13);
        rebuilds_the_same(&app).await;
        app
    })
    .await;
}
