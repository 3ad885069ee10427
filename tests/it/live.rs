//! The live ranking answers as its model does, for random items, changes, dates and queries.

mod behind;
mod model;
mod strategies;
mod threads;

use bugscrub::activity::{ItemType, NoteText, PersonKey, Sight, State, WaitsFor};
use bugscrub::rank::criterion::{self};
use bugscrub::rank::live::{Change, DateView, FacetNames, Live, Page, Selection, Snapshot};
use bugscrub::rank::{Days, Facet, Filter, Item, Order, PlaceKey, Repository, Terms, Unread};
use chrono::{Days as Later, NaiveDate};
use chrono_tz::Tz;
use proptest::prelude::*;

use self::model::{Model, Question};
use self::strategies::{ORDERS, Step, ZONES, around, on, story};

/// All pages, following the keys.
fn pages(of: impl Fn(Option<PlaceKey>) -> Page) -> Vec<Page> {
    let mut pages = vec![of(None)];
    while let Some(page) = pages.last().filter(|page| page.more) {
        let after = page.places.last().map(|place| place.key);
        pages.push(of(after));
    }
    pages
}

fn agrees(model: &Model, ranked: DateView<'_>, question: &Question, limit: usize) -> Result<(), TestCaseError> {
    let today = ranked.date();
    let (selection, selected) = (model.selection(question), model.selected(question));
    for order in ORDERS {
        let told = pages(|after| ranked.page(&selection, order, after, limit));
        let right = pages(|after| model.page(today, &selected, order, after, limit));
        prop_assert_eq!(told, right);
    }
    for place in model.places(today) {
        prop_assert_eq!(ranked.place_of(place.key.repo_id, place.key.number), Some(place));
    }
    Ok(())
}

/// The facets of a selection are those that are counted one by one.
fn counts_as(
    model: &Model,
    snapshot: &Snapshot,
    called: &FacetNames,
    question: &Question,
    limit: usize,
) -> Result<(), TestCaseError> {
    let (selection, selected) = (model.selection(question), model.selected(question));
    prop_assert_eq!(snapshot.count(&selection), selected.len());
    let repositories: Vec<Repository> = (0..60).map(model::repository).collect();
    let told = snapshot.facets(&selection, &Facet::ALL, called, |repo_id| repositories.get(repo_id as usize), limit);
    let right = Facet::ALL.map(|facet| model.counted(&selected, facet, limit));
    prop_assert_eq!(told, right);
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_ranking_answers_as_the_model_does((around_index, zone, items, steps) in story()) {
        let zone = ZONES[zone];
        let mut today: NaiveDate = around(around_index).with_timezone(&zone).date_naive();
        let live = Live::load(zone, today, 0, items.clone());
        let mut model = Model::new(zone, items);
        let mut yesterday: Option<NaiveDate> = None;
        for (position, step) in (1..).zip(steps) {
            match step {
                Step::Apply(changes) => {
                    changes.iter().cloned().for_each(|change| model.apply(change));
                    live.apply(changes, position);
                    prop_assert_eq!(live.snapshot().position(), position);
                }
                Step::Turn(later) => {
                    if later > 0 {
                        yesterday = Some(today);
                    }
                    today = today + Later::new(later);
                    live.turn(today);
                }
                Step::Drop => {
                    yesterday = None;
                    live.drop_yesterday();
                }
                Step::Ask(question, limit) => {
                    let snapshot = live.snapshot();
                    prop_assert_eq!(snapshot.date(), today);
                    prop_assert_eq!(snapshot.len(), model.items.len());
                    agrees(&model, snapshot.on(today).unwrap(), &question, limit)?;
                    counts_as(&model, &snapshot, &model.called(&snapshot), &question, limit)?;
                    match yesterday {
                        Some(date) => agrees(&model, snapshot.on(date).unwrap(), &question, limit)?,
                        None => prop_assert!(snapshot.on(today.pred_opt().unwrap()).is_none()),
                    }
                }
                Step::AskAfter(question, key) => {
                    let (selection, selected) = (model.selection(&question), model.selected(&question));
                    for order in ORDERS {
                        let told = live.snapshot().page(&selection, order, Some(key), 3);
                        prop_assert_eq!(told, model.page(today, &selected, order, Some(key), 3));
                    }
                }
            }
        }
    }
}

/// There are so many items that trees have several levels, that rare selections are sorted instead of
/// walked to, and that a repository is removed as a whole.
#[test]
fn the_ranking_answers_as_the_model_does_for_many_items() {
    let zone = Tz::Europe__Berlin;
    let today: NaiveDate = "2024-03-31".parse().unwrap();
    let mut random = Random(7);
    let mut live_items: Vec<Item> = (0..40_000).map(|_| many(&mut random)).collect();
    live_items.extend((0..6_000).map(|number| Item { repo_id: 99, number, ..many(&mut random) }));
    let live = Live::load(zone, today, 0, live_items.clone());
    let mut model = Model::new(zone, live_items);
    let check = |live: &Live, model: &Model, random: &mut Random| {
        let snapshot = live.snapshot();
        let repo = format!("repo-{}", 1 + random.below(40));
        let label = format!("label {}", 1 + random.below(300));
        let questions = [
            Question { sight: Sight::All, ..Question::default() },
            all_with(&[("label", &label)]),
            all_with(&[("repo", &repo)]),
            all_with(&[("repo", &repo), ("label", "label 1")]),
            all_with(&[("author", "USER-3")]),
            Question { sight: Sight::Public, ..Question::default() },
            Question { sight: Sight::only(30..40), ..Question::default() },
        ];
        for date in [snapshot.date(), snapshot.date().pred_opt().unwrap()] {
            let Some(ranked) = snapshot.on(date) else { continue };
            let places = model.places(date);
            for question in &questions {
                let after = places[random.below(places.len() as u64) as usize].key;
                let (selection, selected) = (model.selection(question), model.selected(question));
                for (order, after) in ORDERS.into_iter().flat_map(|order| [(order, None), (order, Some(after))]) {
                    let told = ranked.page(&selection, order, after, 50);
                    assert_eq!(told, model.page(date, &selected, order, after, 50));
                }
            }
        }
    };
    check(&live, &model, &mut random);
    live.turn(today.succ_opt().unwrap());
    for round in 0..3 {
        for _ in 0..4_000 {
            let held: Vec<i64> = vec![1 + random.below(40) as i64, 1 + random.below(3_000) as i64];
            let change = match random.below(3) {
                0 => Change::Remove { repo_id: held[0], number: held[1] },
                _ => Change::Put(many(&mut random)),
            };
            model.apply(change.clone());
            live.apply([change], round);
        }
        check(&live, &model, &mut random);
        let gone = Change::RemoveRepository([99, 3, 4][round as usize]);
        model.apply(gone.clone());
        live.apply([gone], round);
        check(&live, &model, &mut random);
    }
    for repo_id in 1..=40 {
        live.apply([Change::RemoveRepository(repo_id)], 9);
    }
    let empty = live.snapshot().page(&Selection::default(), Order::Stalest, None, 5);
    assert_eq!(empty, Page { total: 0, places: vec![], more: false });
}

/// A page may be asked for after a place that another order told.
#[test]
fn nothing_comes_after_the_only_item_by_whatever_order_its_place_was_told() {
    let today: NaiveDate = "2024-03-31".parse().unwrap();
    let item = many(&mut Random(7));
    let place = Model::new(Tz::UTC, vec![item.clone()]).places(today)[0].key;
    let live = Live::load(Tz::UTC, today, 0, [item]);
    for order in [Order::Stalest, Order::Freshest, Order::Oldest, Order::Newest] {
        let after = PlaceKey { first: Some(1), ..place };
        let told = live.snapshot().page(&Selection::default(), order, Some(after), 3);
        assert_eq!(told.places, [], "{order:?}");
    }
}

/// All items that have these values.
fn all_with(values: &[(&str, &str)]) -> Question {
    let with = |filter: Filter, (name, value): &(&str, &str)| {
        filter.with(criterion::named(name).unwrap(), Terms::new(vec![(*value).to_owned()], vec![]))
    };
    Question { filter: values.iter().fold(Filter::default(), with), sight: Sight::All, only: None }
}

fn many(random: &mut Random) -> Item {
    let at = |random: &mut Random| around(2) - chrono::Duration::minutes(random.below(1_000_000) as i64);
    let address = (1 + random.below(40) as i64, 1 + random.below(3_000) as i64);
    let item_type = ItemType::ALL[random.below(3) as usize];
    Item {
        draft: random.below(5) == 0,
        author: Some(PersonKey::Id(random.below(2_000) as i64)),
        labels: (0..random.below(4)).map(|_| 1 + (random.below(300) * random.below(300) / 300) as i64).collect(),
        ..Item::new(address, item_type, State::Open, at(random), at(random))
    }
}

/// xorshift64
pub struct Random(pub u64);

impl Random {
    pub fn below(&mut self, bound: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % bound
    }
}

/// Names that change, and that several spell otherwise: kept up as the log tells of them.
#[test]
fn facets_follow_what_things_are_called() {
    let today: NaiveDate = "2024-03-31".parse().unwrap();
    let item = |repo_id: i64, number: i64, labels: &[i64]| Item {
        labels: labels.to_vec(),
        ..Item::new((repo_id, number), ItemType::Issue, State::Open, around(2), around(2))
    };
    let live = Live::load(Tz::UTC, today, 0, [item(1, 1, &[10]), item(1, 2, &[10, 11]), item(2, 1, &[20])]);
    let mut called = FacetNames::default();
    called.meet(&live.snapshot());
    let count = |live: &Live, called: &FacetNames| {
        let told = live.snapshot().facets(&Selection::default(), &[Facet::Label], called, |_| None, 9);
        (told[0].values.iter().map(|(name, items)| format!("{name} {items}")).collect::<Vec<_>>(), told[0].none)
    };
    called.labels(&live.snapshot(), 1, [(10, "Bug"), (11, "urgent")]);
    called.labels(&live.snapshot(), 2, [(20, "bug")]);
    // One value, spelled as most items spell it.
    assert_eq!(count(&live, &called), (vec!["Bug 3".to_owned(), "urgent 1".to_owned()], 0));
    // Two labels of one repository that are called the same: an item that has both counts once.
    called.labels(&live.snapshot(), 1, [(10, "Bug"), (11, "BUG")]);
    assert_eq!(count(&live, &called), (vec!["Bug 3".to_owned()], 0));
    // Removed.
    called.labels(&live.snapshot(), 1, [(10, ""), (11, "urgent")]);
    assert_eq!(count(&live, &called), (vec!["bug 1".to_owned(), "urgent 1".to_owned()], 1));
    // What comes later has no name until it is told.
    live.apply([Change::Put(item(3, 1, &[30, 10]))], 1);
    assert!(called.lacks(&live.snapshot()));
    called.meet(&live.snapshot());
    called.labels(&live.snapshot(), 3, [(30, "new")]);
    assert_eq!(count(&live, &called), (vec!["bug 1".to_owned(), "new 1".to_owned(), "urgent 1".to_owned()], 1));
}

#[test]
fn a_removed_item_leaves_nothing_in_its_slot() {
    let today: NaiveDate = "2024-03-31".parse().unwrap();
    let bare = Item::new((1, 1), ItemType::Issue, State::Open, around(2), around(2));
    let full = Item {
        item_type: ItemType::PullRequest,
        draft: true,
        author: Some(PersonKey::Id(1)),
        labels: vec![5, 5, 6],
        assignees: vec![PersonKey::Login("Hubot".into())],
        milestone: Some(3),
        waits_for: Some(WaitsFor::Author),
        read: 7,
        note: Some(NoteText { flag: "Later".into(), ..NoteText::default() }),
        ..bare.clone()
    };
    let bare = Item { repo_id: 2, ..bare };
    let live = Live::load(Tz::UTC, today, 0, [full.clone()]);
    live.apply([Change::Remove { repo_id: 1, number: 1 }, Change::Put(bare.clone())], 1);
    // As if the one that is gone were still there, so that its names stand for something.
    let model = Model::new(Tz::UTC, [full, bare]);
    let total = |question: &Question| live.snapshot().page(&model.selection(question), Order::Stalest, None, 9).total;
    assert_eq!(total(&all_with(&[])), 1);
    assert_eq!(total(&all_with(&[("repo", "repo-2"), ("type", "Issue")])), 1);
    let read = on(Filter::default(), vec![Unread { since: 0, is: false }], (Days::default(), Days::default()));
    for ghost in [
        all_with(&[("repo", "repo-1")]),
        all_with(&[("type", "PR")]),
        all_with(&[("draft", "true")]),
        all_with(&[("waits_for", "author")]),
        all_with(&[("noted", "true")]),
        all_with(&[("flag", "later")]),
        Question { filter: read, sight: Sight::All, only: None },
        all_with(&[("label", "label 5")]),
        all_with(&[("author", "octocat")]),
        all_with(&[("assignee", "hubot")]),
        all_with(&[("milestone", "version 3")]),
        Question { only: Some(vec![(1, 1)]), ..all_with(&[]) },
    ] {
        assert_eq!(total(&ghost), 0, "{ghost:?}");
    }
    assert_eq!(live.snapshot().on(today).unwrap().place_of(1, 1), None);
}
