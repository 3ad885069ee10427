//! Importing an unedited spreadsheet changes nothing, whatever was read in the meantime.

use std::collections::BTreeMap;

use proptest::prelude::*;
use proptest::strategy::ValueTree;
use reqwest::Method;
use serde_json::{Value, json};

use super::{Host, acted, opened, rebuilds_the_same};
use crate::support::{random, run_test};

const ITEMS: i64 = 8;
const VIEWS: [&str; 2] = ["all", "open"];

#[derive(Clone, Copy, Debug)]
enum Act {
    ReadAlone(i64),
    Slip(i64),
    Note(i64),
    OpenScrub(usize),
    Advance(usize, bool),
    CloseScrub(usize),
    CloseItem(i64),
    ReopenItem(i64),
    NextDay,
}

fn acts() -> impl Strategy<Value = Vec<Act>> {
    let (item, view) = (1..=ITEMS, 0..VIEWS.len());
    let act = prop_oneof![
        4 => item.clone().prop_map(Act::ReadAlone),
        2 => item.clone().prop_map(Act::Slip),
        2 => item.clone().prop_map(Act::Note),
        4 => view.clone().prop_map(Act::OpenScrub),
        12 => (view.clone(), any::<bool>()).prop_map(|(view, skip)| Act::Advance(view, skip)),
        3 => view.prop_map(Act::CloseScrub),
        1 => item.clone().prop_map(Act::CloseItem),
        1 => item.prop_map(Act::ReopenItem),
        1 => Just(Act::NextDay),
    ];
    proptest::collection::vec(act, 40..60)
}

async fn bytes(host: &Host<'_>, path: &str) -> Vec<u8> {
    let response = host.app.request_as(&host.token, Method::GET, path).send().await.unwrap();
    assert_eq!(response.status(), 200, "{path}");
    response.bytes().await.unwrap().to_vec()
}

/// Exports every scrub and both queues, and imports them: nothing may be new.
async fn nothing_is_new(host: &Host<'_>, acts: &[Act]) {
    let scrubs = host.get("/api/v1/scrubs").await;
    let numbers = scrubs["scrubs"].as_array().unwrap().iter().map(|scrub| scrub["number"].as_i64().unwrap());
    let mut files = vec![];
    for number in numbers {
        files.push((format!("/api/v1/scrubs/{number}/sheet.xlsx"), String::new()));
        files.push((format!("/api/v1/scrubs/{number}/sheet.csv"), format!("&scrub={number}")));
    }
    files.extend(VIEWS.map(|view| (format!("/api/v1/queue.xlsx?view={view}"), String::new())));
    for (path, query) in files {
        let answer = host.take_in(bytes(host, &path).await, &format!("dry_run=true{query}")).await;
        let changed = (&answer["counts"]["new"], &answer["counts"]["conflict"], &answer["attended"]);
        assert_eq!(changed, (&json!(0), &json!(0), &json!([])), "{path} after {acts:?}: {answer}");
        if path.contains("/scrubs/") {
            assert_eq!(answer["ignored"], json!([]), "{path} after {acts:?}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_unedited_sheet_of_any_scrub_or_queue_changes_nothing() {
    for _ in 0..3 {
        let acts = acts().new_tree(&mut random()).unwrap().current();
        println!("{acts:?}");
        run_test(async |app| {
            let host = Host::new(&app).await;
            for number in 1..=ITEMS {
                opened(&app, number, "2026-11-01").await;
            }
            assert_eq!(host.send(Method::PUT, "/api/v1/views/all", json!({})).await.0, 201);
            let mut open: BTreeMap<usize, Value> = BTreeMap::new();
            for (done, act) in acts.iter().enumerate() {
                let later = app.clock.now() + chrono::Duration::seconds(61);
                app.clock.set(&later.to_rfc3339());
                let at = later.format("%Y-%m-%dT%H:%M:%SZ").to_string();
                match *act {
                    Act::ReadAlone(number) | Act::Slip(number) => {
                        let slip = matches!(act, Act::Slip(_));
                        let method = if slip { Method::DELETE } else { Method::PUT };
                        host.send(method, &format!("/api/v1/items/acme/widgets/{number}/read"), json!({})).await;
                    }
                    Act::Note(number) => host.note(number, &format!("note {done}, it is \"so\"")).await,
                    Act::OpenScrub(view) if !open.contains_key(&view) => {
                        let asked = json!({"view": VIEWS[view], "host": "ada", "attendees": ["Doe, Jane", "bob"]});
                        let (status, scrub) = host.send(Method::POST, "/api/v1/scrubs", asked).await;
                        if status == 201 {
                            open.insert(view, scrub);
                        }
                    }
                    Act::Advance(view, skip) => {
                        let Some(scrub) = open.get(&view) else { continue };
                        let Some(place) = scrub["cursor"].as_i64() else { continue };
                        let (status, after) = host.advance(scrub, place, skip).await;
                        assert_eq!(status, 200, "{after}");
                        open.insert(view, after);
                    }
                    Act::CloseScrub(view) => {
                        if let Some(scrub) = open.remove(&view) {
                            host.close(&scrub).await;
                        }
                    }
                    Act::CloseItem(number) => acted(&app, "closed", number, "2026-11-01", &at, "grace", "closed").await,
                    Act::ReopenItem(number) => {
                        acted(&app, "reopened", number, "2026-11-01", &at, "grace", "open").await;
                    }
                    Act::NextDay => app.clock.set(&(later + chrono::Duration::days(1)).to_rfc3339()),
                    Act::OpenScrub(_) => {}
                }
                if done % 10 == 9 {
                    app.caught_up().await;
                    nothing_is_new(&host, &acts[..=done]).await;
                }
            }
            app.caught_up().await;
            nothing_is_new(&host, &acts).await;
            rebuilds_the_same(&app).await;
            app
        })
        .await;
    }
}
