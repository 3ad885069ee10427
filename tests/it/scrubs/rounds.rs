//! Rounds, compared with a model. Whatever happens, nobody meets an item twice before every eligible
//! item was met once, and a deck never changes its order.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;
use proptest::strategy::ValueTree;
use reqwest::Method;
use serde_json::{Value, json};

use super::{Host, numbers, rebuilds_the_same};
use crate::support::payload::{issue, issues, repository};
use crate::support::{random, run_test};

#[derive(Clone, Copy, Debug)]
enum Act {
    Open,
    Close(usize),
    Reopen(usize),
    Touch(usize),
    ReadAlone(usize),
    /// Take back the last reading of an item.
    Slip(usize),
    OpenScrub,
    Advance(bool),
    CloseScrub,
    NextDay,
}

fn acts() -> impl Strategy<Value = Vec<Act>> {
    let which = 0..12_usize;
    let act = prop_oneof![
        3 => Just(Act::Open),
        2 => which.clone().prop_map(Act::Close),
        1 => which.clone().prop_map(Act::Reopen),
        3 => which.clone().prop_map(Act::Touch),
        2 => which.clone().prop_map(Act::ReadAlone),
        2 => which.prop_map(Act::Slip),
        4 => Just(Act::OpenScrub),
        12 => prop_oneof![4 => Just(false), 1 => Just(true)].prop_map(Act::Advance),
        3 => Just(Act::CloseScrub),
        2 => Just(Act::NextDay),
    ];
    proptest::collection::vec(act, 60..90)
}

/// The model: what must be true.
#[derive(Default)]
struct Model {
    /// Whether each item is open, by number.
    items: BTreeMap<i64, bool>,
    round: i64,
    /// Every reading that was not taken back: the item and the round.
    readings: Vec<(i64, i64)>,
    scrub: Option<Value>,
    deck: Vec<Value>,
    used: bool,
}

impl Model {
    fn eligible(&self) -> BTreeSet<i64> {
        self.items.iter().filter(|(_, open)| **open).map(|(number, _)| *number).collect()
    }

    /// The items met in the current round.
    fn met(&self) -> BTreeSet<i64> {
        self.readings.iter().filter(|(_, round)| *round == self.round).map(|(number, _)| *number).collect()
    }

    fn unread(&self) -> BTreeSet<i64> {
        self.eligible().difference(&self.met()).copied().collect()
    }

    /// Begins the next round if nothing is left in this one.
    fn finish(&mut self) {
        if self.used && !self.eligible().is_empty() && self.unread().is_empty() {
            self.round += 1;
        }
    }

    /// Meets an item, which must not have been met in this round.
    fn meet(&mut self, number: i64) {
        assert!(!self.met().contains(&number), "{number} was met twice in round {}", self.round);
        self.readings.push((number, self.round));
    }

    fn nth(&self, which: usize) -> Option<i64> {
        self.items.keys().nth(which).copied()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_meets_an_item_twice_in_a_round() {
    for _ in 0..4 {
        let acts = acts().new_tree(&mut random()).unwrap().current();
        println!("{acts:?}");
        run_test(async |app| {
            let host = Host::new(&app).await;
            let mut model = Model { round: 1, ..Model::default() };
            let tell = async |action: &str, number: i64, open: bool| {
                let now = app.clock.now().format("%Y-%m-%dT%H:%M:%SZ").to_string();
                let mut item = issue(number, "2026-11-01T00:00:00Z", &now);
                item["state"] = json!(if open { "open" } else { "closed" });
                let action = if action == "touched" { "edited" } else { action };
                app.deliver("issues", &issues(action, &item, &repository(1, "widgets"))).await;
                app.clock.set(&(app.clock.now() + chrono::Duration::seconds(61)).to_rfc3339());
            };
            tell("opened", 1, true).await;
            model.items.insert(1, true);
            let (status, _) = host.send(Method::PUT, "/api/v1/views/all", json!({})).await;
            assert_eq!(status, 201);
            for act in acts {
                match act {
                    Act::Open if model.items.len() < 12 => {
                        let number = model.items.len() as i64 + 1;
                        tell("opened", number, true).await;
                        model.items.insert(number, true);
                    }
                    Act::Close(which) | Act::Reopen(which) | Act::Touch(which) => {
                        let Some(number) = model.nth(which) else { continue };
                        let (action, open) = match act {
                            Act::Close(_) => ("closed", false),
                            Act::Reopen(_) => ("reopened", true),
                            _ => ("touched", model.items[&number]),
                        };
                        tell(action, number, open).await;
                        model.items.insert(number, open);
                    }
                    Act::ReadAlone(which) => {
                        // Somebody who reads alone chooses among the unread items.
                        let Some(number) = model.unread().into_iter().nth(which) else { continue };
                        let path = format!("/api/v1/items/acme/widgets/{number}/read");
                        assert_eq!(host.send(Method::PUT, &path, json!({})).await.0, 200);
                        model.meet(number);
                        model.finish();
                    }
                    Act::Slip(which) => {
                        let Some(number) = model.nth(which) else { continue };
                        let path = format!("/api/v1/items/acme/widgets/{number}/read");
                        assert_eq!(host.send(Method::DELETE, &path, json!({})).await.0, 200);
                        if let Some(at) = model.readings.iter().rposition(|(read, _)| *read == number) {
                            model.readings.remove(at);
                        }
                        // A scrub with nothing left may get the item back.
                        if let Some(scrub) = &model.scrub {
                            model.scrub = Some(host.get(&format!("/api/v1/scrubs/{}", scrub["number"])).await);
                        }
                    }
                    Act::OpenScrub if model.scrub.is_none() => {
                        let (status, scrub) = host.send(Method::POST, "/api/v1/scrubs", json!({"view": "all"})).await;
                        if model.eligible().is_empty() {
                            assert_eq!((status, &scrub["type"]), (409, &json!("/problems/nothing-to-read")));
                            continue;
                        }
                        assert_eq!(status, 201, "{scrub}");
                        model.used = true;
                        model.finish();
                        assert_eq!(scrub["round"], model.round);
                        model.deck = host.deck(&scrub).await;
                        let dealt: BTreeSet<i64> = numbers(&model.deck).into_iter().collect();
                        assert_eq!(dealt, model.unread());
                        let queue = host.get("/api/v1/queue").await;
                        let mut order = numbers(queue["items"].as_array().unwrap());
                        order.retain(|number| dealt.contains(number));
                        assert_eq!(numbers(&model.deck), order);
                        model.scrub = Some(scrub);
                    }
                    Act::Advance(skip) => {
                        let Some(scrub) = &model.scrub else { continue };
                        let Some(place) = scrub["cursor"].as_i64() else { continue };
                        let number = model.deck[place as usize - 1]["number"].as_i64().unwrap();
                        let (status, after) = host.advance(scrub, place, skip).await;
                        assert_eq!(status, 200, "{after}");
                        let (last, deck_round) = (after["cursor"].is_null(), after["round"].as_i64().unwrap());
                        model.scrub = Some(after);
                        // Somebody may have read it alone while the cursor was on it. The scrub may have
                        // outlived its round; then the item is read in the current one.
                        if !skip {
                            model.readings.push((number, model.round));
                        }
                        // The cursor never moves to an item already met.
                        if let Some(next) = model.scrub.as_ref().and_then(|scrub| scrub["cursor"].as_i64()) {
                            let number = model.deck[next as usize - 1]["number"].as_i64().unwrap();
                            assert!(deck_round < model.round || !model.met().contains(&number), "{number}");
                        }
                        if last {
                            model.finish();
                        }
                    }
                    Act::CloseScrub => {
                        if let Some(scrub) = model.scrub.take() {
                            host.close(&scrub).await;
                        }
                    }
                    Act::NextDay => {
                        let tomorrow = app.clock.now() + chrono::Duration::days(1);
                        app.clock.set(&tomorrow.to_rfc3339());
                    }
                    Act::Open | Act::OpenScrub => {}
                }
                if let Some(scrub) = &model.scrub {
                    let now = host.deck(scrub).await;
                    let frozen = |rows: &[Value]| -> Vec<Value> {
                        rows.iter().map(|row| json!([row["number"], row["rank"], row["stale_age"]])).collect()
                    };
                    assert_eq!(frozen(&now), frozen(&model.deck));
                    // The item under the cursor had not been met when the cursor came there.
                    if let Some(place) = scrub["cursor"].as_i64() {
                        let current = &now[place as usize - 1];
                        assert_eq!(current["status"], "current");
                    }
                }
                let queue = host.get("/api/v1/queue?view=all&unread=true").await;
                let left: BTreeSet<i64> = numbers(queue["items"].as_array().unwrap()).into_iter().collect();
                assert_eq!(left, model.unread(), "{act:?}");
            }
            rebuilds_the_same(&app).await;
            let queue = host.get("/api/v1/queue?view=all&unread=true").await;
            let left: BTreeSet<i64> = numbers(queue["items"].as_array().unwrap()).into_iter().collect();
            assert_eq!(left, model.unread());
            app
        })
        .await;
    }
}
