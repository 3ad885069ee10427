//! Readers next to a writer always see a consistent snapshot.

use std::collections::HashSet;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::Relaxed};
use std::thread;

use bugscrub::activity::{ItemType, PersonKey, Sight, State};
use bugscrub::rank::live::{Change, DateView, Live, Selection};
use bugscrub::rank::{Filter, Item, Order, PlaceKey, Terms, criterion};
use chrono::{DateTime, NaiveDate, Utc};
use chrono_tz::Tz;

use super::Random;
use super::model::{Model, Question, label};

fn item(random: &mut Random) -> Item {
    let start: DateTime<Utc> = "2024-03-01T00:00:00Z".parse().unwrap();
    let at = |random: &mut Random| start - chrono::Duration::hours(random.below(3_000) as i64);
    let address = (1 + random.below(20) as i64, 1 + random.below(300) as i64);
    Item {
        author: Some(PersonKey::Id(random.below(50) as i64)),
        labels: vec![random.below(10) as i64],
        ..Item::new(address, ItemType::Issue, State::Open, at(random), at(random))
    }
}

/// Ranks and keys of all pages. Panics if their number is not the total.
fn read(ranked: DateView<'_>, selection: &Selection, order: Order) -> (Vec<i64>, Vec<PlaceKey>) {
    let (mut ranks, mut keys) = (Vec::new(), Vec::new());
    loop {
        let page = ranked.page(selection, order, keys.last().copied(), 97);
        ranks.extend(page.places.iter().filter_map(|place| place.rank));
        keys.extend(page.places.iter().map(|place| place.key));
        if !page.more {
            assert_eq!(page.total as usize, keys.len());
            return (ranks, keys);
        }
    }
}

#[test]
fn every_snapshot_is_whole() {
    let mut today: NaiveDate = "2024-03-01".parse().unwrap();
    let mut random = Random(11);
    let live = Live::load(Tz::Europe__Berlin, today, 0, (0..4_000).map(|_| item(&mut random)));
    let (done, read_count, turns) = (AtomicBool::new(false), AtomicU64::new(0), AtomicU64::new(0));
    thread::scope(|scope| {
        for reader in 0..2 {
            let (live, done, read_count) = (&live, &done, &read_count);
            let labeled = Terms { any: vec![vec![label(reader), label(5)]], none: vec![label(7)] };
            let filter = Filter::default().with(criterion::named("label").unwrap(), labeled);
            let question = Question { filter, sight: Sight::All, only: None };
            let selection = Model::new(Tz::UTC, []).selection(&question);
            scope.spawn(move || {
                let mut last = 0;
                while !done.load(Relaxed) {
                    let snapshot = live.snapshot();
                    assert!(snapshot.position() >= last, "positions rise");
                    last = snapshot.position();
                    let today = snapshot.date();
                    for date in [Some(today), today.pred_opt()].into_iter().flatten() {
                        let Some(ranked) = snapshot.on(date) else { continue };
                        let (ranks, stalest) = read(ranked, &Selection::default(), Order::Stalest);
                        assert_eq!(ranks, (1..=snapshot.len() as i64).collect::<Vec<_>>());
                        assert!(stalest.is_sorted());
                        let (ranks, mut freshest) = read(ranked, &selection, Order::Freshest);
                        assert!(ranks.is_sorted_by(|a, b| a > b));
                        freshest.reverse();
                        let all: HashSet<_> = stalest.iter().map(|key| (key.repo_id, key.number)).collect();
                        assert!(freshest.iter().all(|key| all.contains(&(key.repo_id, key.number))));
                        assert_eq!(freshest, read(ranked, &selection, Order::Stalest).1);
                    }
                    read_count.fetch_add(1, Relaxed);
                }
            });
        }
        scope.spawn(|| {
            // The date changes while items change.
            while !done.load(Relaxed) {
                today = today.succ_opt().unwrap();
                live.turn(today);
                turns.fetch_add(1, Relaxed);
                if today.to_string().ends_with('5') {
                    live.drop_yesterday();
                }
                thread::yield_now();
            }
        });
        let mut position = 0;
        while position < 20_000 || read_count.load(Relaxed) < 40 || turns.load(Relaxed) < 100 {
            position += 1;
            let change = match random.below(100) {
                0 => Change::RemoveRepository(1 + random.below(20) as i64),
                1..30 => Change::Remove { repo_id: 1 + random.below(20) as i64, number: 1 + random.below(300) as i64 },
                _ => Change::Put(item(&mut random)),
            };
            live.apply([change], position);
            // Locks are not fair: without a pause the date would never get its turn.
            thread::yield_now();
        }
        done.store(true, Relaxed);
    });
    // The order after all this is what a fresh load would sort.
    let snapshot = live.snapshot();
    let places = snapshot.page(&Selection::default(), Order::Stalest, None, 10_000).places;
    assert!(places.is_sorted_by_key(|place| place.key));
    assert_eq!(places.len(), snapshot.len());
}
