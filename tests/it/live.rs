//! Random items, changes, dates and questions: the live ranking answers as the model does.

mod model;
mod threads;

use bugscrub::activity::ItemType;
use bugscrub::rank::live::{Change, Item, Live, Page, Ranked, Selection, Wanted};
use bugscrub::rank::{Days, Order, PlaceKey, Unread};
use chrono::{DateTime, Days as Later, NaiveDate, Utc};
use chrono_tz::Tz;
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;

use self::model::{Asked, Model};

const ZONES: [Tz; 5] =
    [Tz::UTC, Tz::Europe__Berlin, Tz::America__Sao_Paulo, Tz::Pacific__Apia, Tz::Pacific__Kiritimati];
const ORDERS: [Order; 2] = [Order::Stalest, Order::Freshest];
const LOGINS: [&str; 5] = ["octocat", "Octocat", "HUBOT", "hubot[bot]", "nobody"];

/// Times around which clocks are changed or a date is missing (Apia had no 2011-12-30).
const AROUND: [&str; 4] =
    ["2011-12-30T10:00:00Z", "2018-11-04T03:00:00Z", "2024-03-31T01:00:00Z", "2024-10-27T01:00:00Z"];

fn around(index: usize) -> DateTime<Utc> {
    AROUND[index].parse().unwrap()
}

/// Minutes around one of those times: clustered, so that products and times tie, some far off.
fn time(index: usize) -> impl Strategy<Value = DateTime<Utc>> {
    let minutes =
        prop_oneof![4 => (-12i64..12).prop_map(|x| x * 360), 2 => -60_000i64..6_000, 1 => -3_000_000i64..300_000];
    minutes.prop_map(move |minutes| around(index) + chrono::Duration::minutes(minutes))
}

fn login() -> impl Strategy<Value = String> + Clone {
    prop::sample::select(&LOGINS[..]).prop_map(String::from)
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
        noted in any::<bool>(),
        item_type in item_type(),
        draft in any::<bool>(),
        author in option::of(login()),
        labels in vec(1i64..6, 0..4),
        assignees in vec(login(), 0..3),
        milestone in option::of(1i64..3),
    ) -> Item {
        Item { repo_id, number, created_at, updated_at, read, noted, item_type, draft, author, labels, assignees, milestone }
    }
}

fn change(around: usize) -> impl Strategy<Value = Change> {
    prop_oneof![
        6 => item(around).prop_map(Change::Put),
        3 => address().prop_map(|(repo_id, number)| Change::Remove { repo_id, number }),
        1 => (1i64..5).prop_map(Change::RemoveRepository),
    ]
}

fn wanted<T: Clone + std::fmt::Debug>(value: impl Strategy<Value = T> + Clone) -> impl Strategy<Value = Wanted<T>> {
    let list = || vec(value.clone(), 0..4);
    let any = prop_oneof![6 => Just(vec![]), 3 => vec(list(), 1), 1 => vec(list(), 2..4)];
    let none = prop_oneof![3 => Just(vec![]), 1 => vec(value, 0..3)];
    (any, none).prop_map(|(any, none)| Wanted { any, none })
}

fn days(around: usize) -> impl Strategy<Value = Days> {
    let date = move || time(around).prop_map(|at| at.date_naive());
    prop_oneof![2 => Just(Days::default()), 1 => (option::of(date()), option::of(date())).prop_map(|(from, to)| Days { from, to })]
}

#[derive(Clone, Debug)]
struct Question {
    selection: Selection,
    among: Option<Vec<(i64, i64)>>,
    except: Vec<(i64, i64)>,
}

/// What was read since some round began, or not.
fn unread() -> impl Strategy<Value = Vec<Unread>> {
    vec((0i64..9, any::<bool>()).prop_map(|(since, is)| Unread { since, is }), 0..2)
}

prop_compose! {
    fn question(around: usize)(
        repos in wanted(0i64..6),
        hidden in prop_oneof![2 => Just(vec![]), 1 => vec(0i64..6, 0..3)],
        types in wanted(item_type()),
        labels in wanted(0i64..8),
        authors in wanted(login()),
        assignees in wanted(login()),
        milestones in wanted((1i64..5, 1i64..4)),
        (drafts, noted, unread) in (wanted(any::<bool>()), wanted(any::<bool>()), unread()),
        created in days(around),
        updated in days(around),
        among in prop_oneof![3 => Just(None), 1 => vec(address(), 0..60).prop_map(Some)],
        except in prop_oneof![2 => Just(vec![]), 1 => vec(address(), 0..40)],
    ) -> Question {
        let addresses = |list: &[(i64, i64)]| list.iter().copied().collect();
        let selection = Selection {
            repos, hidden, types, labels, authors, assignees, milestones, drafts, noted, unread, created, updated,
            among: among.as_deref().map(addresses),
            except: addresses(&except),
        };
        Question { selection, among, except }
    }
}

/// A question with few criteria, as people ask.
fn plain(around: usize) -> impl Strategy<Value = Question> {
    (question(around), 0usize..11).prop_map(|(full, kept)| {
        let mut question = Question { selection: Selection::default(), among: None, except: vec![] };
        let selection = &mut question.selection;
        match kept {
            0 => selection.repos = full.selection.repos,
            1 => selection.types = full.selection.types,
            2 => selection.labels = full.selection.labels,
            3 => selection.authors = full.selection.authors,
            4 => selection.milestones = full.selection.milestones,
            5 => (selection.created, selection.updated) = (full.selection.created, full.selection.updated),
            6 => (selection.hidden, selection.labels) = (full.selection.hidden, full.selection.labels),
            7 => (selection.drafts, selection.assignees) = (full.selection.drafts, full.selection.assignees),
            10 => (selection.noted, selection.unread) = (full.selection.noted, full.selection.unread),
            8 => (selection.among, question.among) = (full.selection.among, full.among),
            _ => (selection.except, question.except) = (full.selection.except, full.except),
        }
        question
    })
}

fn any_question(around: usize) -> impl Strategy<Value = Question> {
    prop_oneof![1 => Just(Question { selection: Selection::default(), among: None, except: vec![] }),
                3 => plain(around), 1 => question(around)]
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
    let Question { selection, among, except } = question;
    let asked = Asked { selection, among: among.as_deref(), except };
    let today = ranked.date();
    for order in ORDERS {
        let told = pages(|after| ranked.page(selection, order, after, limit));
        let right = pages(|after| model.page(today, &asked, order, after, limit));
        prop_assert_eq!(told, right);
    }
    for place in model.places(today) {
        let (repo_id, number) = (place.key.repo_id, place.key.number);
        prop_assert_eq!(ranked.rank_of(repo_id, number), Some((place.rank, place.key)));
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
    fn answers_as_the_model_does((around_index, zone, items, steps) in story()) {
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
                    let Question { selection, among, except } = &question;
                    let asked = Asked { selection, among: among.as_deref(), except };
                    for order in ORDERS {
                        let told = live.snapshot().page(selection, order, Some(key), 3);
                        prop_assert_eq!(told, model.page(today, &asked, order, Some(key), 3));
                    }
                }
            }
        }
    }
}

/// Enough items that trees have several levels, that rare selections are sorted and not walked
/// to, and that a repository is removed at once.
#[test]
fn answers_as_the_model_does_when_there_are_many() {
    let zone = Tz::Europe__Berlin;
    let today: NaiveDate = "2024-03-31".parse().unwrap();
    let mut random = Random(7);
    let mut live_items: Vec<Item> = (0..40_000).map(|_| many(&mut random)).collect();
    live_items.extend((0..6_000).map(|number| Item { repo_id: 99, number, ..many(&mut random) }));
    let live = Live::load(zone, today, 0, live_items.clone());
    let mut model = Model::new(zone, live_items);
    let check = |live: &Live, model: &Model, random: &mut Random| {
        let snapshot = live.snapshot();
        let any = |id: i64| Wanted { any: vec![vec![id]], none: vec![] };
        let repo_id = 1 + random.below(40) as i64;
        let selections = [
            Selection::default(),
            Selection { labels: any(1 + random.below(300) as i64), ..Selection::default() },
            Selection { repos: any(repo_id), ..Selection::default() },
            Selection { repos: any(repo_id), labels: any(1), ..Selection::default() },
            Selection { authors: Wanted { any: vec![vec!["USER-3".into()]], none: vec![] }, ..Selection::default() },
            Selection { hidden: (1..30).collect(), ..Selection::default() },
        ];
        for date in [snapshot.date(), snapshot.date().pred_opt().unwrap()] {
            let Some(ranked) = snapshot.on(date) else { continue };
            let places = model.places(date);
            for selection in &selections {
                let after = places[random.below(places.len() as u64) as usize].key;
                let asked = Asked { selection, among: None, except: &[] };
                for (order, after) in ORDERS.into_iter().flat_map(|order| [(order, None), (order, Some(after))]) {
                    let told = ranked.page(selection, order, after, 50);
                    assert_eq!(told, model.page(date, &asked, order, after, 50));
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

fn many(random: &mut Random) -> Item {
    let at = |random: &mut Random| around(2) - chrono::Duration::minutes(random.below(1_000_000) as i64);
    Item {
        repo_id: 1 + random.below(40) as i64,
        number: 1 + random.below(3_000) as i64,
        created_at: at(random),
        updated_at: at(random),
        read: 0,
        noted: false,
        item_type: ItemType::ALL[random.below(3) as usize],
        draft: random.below(5) == 0,
        author: Some(format!("user-{}", random.below(2_000))),
        labels: (0..random.below(4)).map(|_| 1 + (random.below(300) * random.below(300) / 300) as i64).collect(),
        assignees: vec![],
        milestone: None,
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
fn a_removed_item_leaves_nothing_for_the_one_that_takes_its_slot() {
    let today: NaiveDate = "2024-03-31".parse().unwrap();
    let bare = Item {
        repo_id: 1,
        number: 1,
        created_at: around(2),
        updated_at: around(2),
        read: 0,
        noted: false,
        item_type: ItemType::Issue,
        draft: false,
        author: None,
        labels: vec![],
        assignees: vec![],
        milestone: None,
    };
    let full = Item {
        item_type: ItemType::PullRequest,
        draft: true,
        author: Some("octocat".into()),
        labels: vec![5, 5, 6],
        assignees: vec!["Hubot".into()],
        milestone: Some(3),
        read: 7,
        noted: true,
        ..bare.clone()
    };
    let live = Live::load(Tz::UTC, today, 0, [full]);
    live.apply([Change::Remove { repo_id: 1, number: 1 }, Change::Put(Item { repo_id: 2, ..bare })], 1);
    let total = |selection: Selection| live.snapshot().page(&selection, Order::Stalest, None, 9).total;
    fn one<T>(value: T) -> Wanted<T> {
        Wanted { any: vec![vec![value]], none: vec![] }
    }
    assert_eq!(total(Selection::default()), 1);
    assert_eq!(total(Selection { repos: one(2), types: one(ItemType::Issue), ..Selection::default() }), 1);
    for ghost in [
        Selection { repos: one(1), ..Selection::default() },
        Selection { types: one(ItemType::PullRequest), ..Selection::default() },
        Selection { drafts: one(true), ..Selection::default() },
        Selection { noted: one(true), ..Selection::default() },
        Selection { unread: vec![Unread { since: 0, is: false }], ..Selection::default() },
        Selection { labels: one(5), ..Selection::default() },
        Selection { authors: one("octocat".into()), ..Selection::default() },
        Selection { assignees: one("hubot".into()), ..Selection::default() },
        Selection { milestones: one((1, 3)), ..Selection::default() },
        Selection { among: Some([(1, 1)].into_iter().collect()), ..Selection::default() },
    ] {
        assert_eq!(total(ghost.clone()), 0, "{ghost:?}");
    }
    assert_eq!(live.snapshot().rank_of(1, 1), None);
}
