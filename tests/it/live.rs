//! The live ranking answers as its model does, for random items, changes, dates and queries.

mod model;
mod threads;

use std::collections::BTreeSet;
use std::sync::Arc;

use bugscrub::activity::{ItemType, NoteText, PersonKey, Sight, State, WaitsFor};
use bugscrub::rank::criterion::{self, Looks};
use bugscrub::rank::live::{Change, Live, Page, Ranked, Selection};
use bugscrub::rank::{Criterion, Days, Filter, Item, Order, PlaceKey, Terms, Unread};
use chrono::{DateTime, Days as Later, NaiveDate, Utc};
use chrono_tz::Tz;
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;

use self::model::{Model, Question};

const ZONES: [Tz; 5] =
    [Tz::UTC, Tz::Europe__Berlin, Tz::America__Sao_Paulo, Tz::Pacific__Apia, Tz::Pacific__Kiritimati];
const ORDERS: [Order; 4] = Order::ALL;
const LOGINS: [&str; 5] = ["octocat", "Octocat", "HUBOT", "hubot[bot]", "nobody"];

/// Times around which clocks change or a date is missing (Apia had no 2011-12-30).
const AROUND: [&str; 4] =
    ["2011-12-30T10:00:00Z", "2018-11-04T03:00:00Z", "2024-03-31T01:00:00Z", "2024-10-27T01:00:00Z"];

fn around(index: usize) -> DateTime<Utc> {
    AROUND[index].parse().unwrap()
}

/// Times around one of those. They cluster, so that products and times tie; some are far off.
fn time(index: usize) -> impl Strategy<Value = DateTime<Utc>> {
    let minutes =
        prop_oneof![4 => (-12i64..12).prop_map(|x| x * 360), 2 => -60_000i64..6_000, 1 => -3_000_000i64..300_000];
    minutes.prop_map(move |minutes| around(index) + chrono::Duration::minutes(minutes))
}

fn login() -> impl Strategy<Value = String> + Clone {
    prop::sample::select(&LOGINS[..]).prop_map(String::from)
}

fn person() -> impl Strategy<Value = PersonKey> {
    prop_oneof![(1i64..4).prop_map(PersonKey::Id), login().prop_map(PersonKey::Login)]
}

/// Words of notes are taken from the same few as logins, so that a filter meets them.
fn note() -> impl Strategy<Value = NoteText> {
    let text = || prop_oneof![1 => Just(String::new()), 3 => login().prop_map(|text| format!(" {text} "))];
    let note = (text(), text(), text());
    note.prop_map(|(recommended_action, comment, flag)| NoteText { recommended_action, comment, flag })
}

fn item_type() -> impl Strategy<Value = ItemType> + Clone {
    prop::sample::select(&ItemType::ALL[..])
}

fn address() -> impl Strategy<Value = (i64, i64)> {
    (1i64..5, prop_oneof![1i64..8, 1i64..60])
}

prop_compose! {
    fn item(around: usize)(
        (repo_id, number) in address(),
        created_at in time(around),
        updated_at in time(around),
        read in prop_oneof![Just(0i64), 1i64..9],
        note in option::of(note()),
        item_type in item_type(),
        draft in any::<bool>(),
        author in option::of(person()),
        labels in vec(1i64..6, 0..4),
        assignees in vec(person(), 0..3),
        milestone in option::of(1i64..3),
        waits_for in option::of(prop::sample::select(&WaitsFor::ALL[..])),
    ) -> Item {
        let item = Item::new((repo_id, number), item_type, State::Open, created_at, updated_at);
        Item { read, note, draft, author, labels, assignees, milestone, waits_for, ..item }
    }
}

fn change(around: usize) -> impl Strategy<Value = Change> {
    prop_oneof![
        6 => item(around).prop_map(Change::Put),
        3 => address().prop_map(|(repo_id, number)| Change::Remove { repo_id, number }),
        1 => (1i64..5).prop_map(Change::RemoveRepository),
    ]
}

/// Values of a criterion, among them some that no item has.
fn values(criterion: &Criterion) -> Vec<String> {
    let numbered = |name: &str| (0..6).map(|number| format!("{name}{number}")).collect();
    match criterion.looks {
        Looks::Kind(values, _) => values.iter().map(|value| value.to_uppercase()).collect(),
        Looks::Flag(_) | Looks::RepositoryFlag(_) => vec!["true".to_owned(), "false".to_owned()],
        Looks::Names(_) | Looks::People(_) => LOGINS.map(str::to_owned).into(),
        Looks::Repository => [numbered("repo-"), numbered("ACME/Repo-"), vec!["other/repo-1".to_owned()]].concat(),
        Looks::Labels => numbered("label "),
        Looks::Milestone => numbered("VERSION "),
        Looks::Title => [numbered("crash "), numbered(" OF ")].concat(),
        Looks::Unread | Looks::After(_) | Looks::Before(_) => vec![],
    }
}

fn terms(criterion: &Criterion) -> impl Strategy<Value = Terms> + use<> {
    let values = values(criterion);
    if values.is_empty() {
        return Just(Terms::default()).boxed();
    }
    let value = prop::sample::select(values);
    let any =
        prop_oneof![3 => Just(vec![]), 3 => vec(vec(value.clone(), 1..4), 1), 1 => vec(vec(value.clone(), 0..4), 2..4)];
    let none = prop_oneof![3 => Just(vec![]), 1 => vec(value, 0..3)];
    (any, none).prop_map(|(any, none)| Terms { any, none }).boxed()
}

/// Values of some criteria, whichever there are.
fn asked(at_most: usize) -> impl Strategy<Value = Filter> {
    let some = prop::sample::subsequence(criterion::ALL.iter().collect::<Vec<_>>(), 0..=at_most);
    some.prop_flat_map(|some| {
        let with = |criterion: &'static Criterion| terms(criterion).prop_map(move |terms| (criterion, terms));
        some.into_iter().map(with).collect::<Vec<_>>()
    })
    .prop_map(|some| {
        some.into_iter().fold(Filter::default(), |filter, (criterion, terms)| filter.with(criterion, terms))
    })
}

fn days(around: usize) -> impl Strategy<Value = Days> {
    let date = move || time(around).prop_map(|at| at.date_naive());
    prop_oneof![2 => Just(Days::default()), 1 => (option::of(date()), option::of(date())).prop_map(|(from, to)| Days { from, to })]
}

/// What was read since some round began, or not.
fn unread() -> impl Strategy<Value = Vec<Unread>> {
    vec((0i64..9, any::<bool>()).prop_map(|(since, is)| Unread { since, is }), 0..2)
}

fn sight() -> impl Strategy<Value = Sight> {
    let only = vec(0i64..6, 0..4).prop_map(|ids| Sight::Only(Arc::new(ids.into_iter().collect::<BTreeSet<i64>>())));
    prop_oneof![4 => Just(Sight::All), 2 => Just(Sight::Public), 2 => only]
}

fn on(mut filter: Filter, unread: Vec<Unread>, days: (Days, Days)) -> Filter {
    filter.unread = unread;
    (filter.created, filter.updated) = days;
    filter
}

prop_compose! {
    fn question(around: usize)(
        filter in asked(criterion::ALL.len()),
        unread in unread(),
        created in days(around),
        updated in days(around),
        sight in sight(),
        only in prop_oneof![3 => Just(None), 1 => vec(address(), 0..60).prop_map(Some)],
    ) -> Question {
        Question { filter: on(filter, unread, (created, updated)), sight, only }
    }
}

/// A query with a single criterion, as most are.
fn plain(around: usize) -> impl Strategy<Value = Question> {
    (asked(2), question(around), 0usize..6).prop_map(|(filter, full, kept)| {
        let all = Question { sight: Sight::All, ..Question::default() };
        let open = Days::default();
        match kept {
            0 => Question { filter: on(filter, full.filter.unread, (open, open)), ..all },
            1 => Question { filter: on(filter, vec![], (full.filter.created, open)), ..all },
            2 => Question { sight: full.sight, ..all },
            3 => Question { only: full.only, ..all },
            _ => Question { filter, ..all },
        }
    })
}

fn any_question(around: usize) -> impl Strategy<Value = Question> {
    let all = Question { sight: Sight::All, ..Question::default() };
    prop_oneof![1 => Just(all), 3 => plain(around), 1 => question(around)]
}

/// All pages, following the keys.
fn pages(of: impl Fn(Option<PlaceKey>) -> Page) -> Vec<Page> {
    let mut pages = vec![of(None)];
    while let Some(page) = pages.last().filter(|page| page.more) {
        let after = page.places.last().map(|place| place.key);
        pages.push(of(after));
    }
    pages
}

fn agrees(model: &Model, ranked: Ranked<'_>, question: &Question, limit: usize) -> Result<(), TestCaseError> {
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

#[derive(Clone, Debug)]
enum Step {
    Apply(Vec<Change>),
    Turn(u64),
    Drop,
    Ask(Question, usize),
    AskAfter(Question, PlaceKey),
}

fn step(around: usize) -> impl Strategy<Value = Step> {
    let key = (time(around), address(), 1i64..60).prop_map(|(created_at, (repo_id, number), product)| PlaceKey {
        product,
        created_at,
        repo_id,
        number,
    });
    prop_oneof![
        6 => vec(change(around), 0..12).prop_map(Step::Apply),
        1 => (0u64..4).prop_map(Step::Turn),
        1 => Just(Step::Drop),
        4 => (any_question(around), 1usize..8).prop_map(|(question, limit)| Step::Ask(question, limit)),
        2 => (any_question(around), key).prop_map(|(question, key)| Step::AskAfter(question, key)),
    ]
}

fn story() -> impl Strategy<Value = (usize, usize, Vec<Item>, Vec<Step>)> {
    (0..AROUND.len(), 0..ZONES.len())
        .prop_flat_map(|(around, zone)| (Just(around), Just(zone), vec(item(around), 0..150), vec(step(around), 1..14)))
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
            Question { sight: Sight::Only(Arc::new((30..40).collect())), ..Question::default() },
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
