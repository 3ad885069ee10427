//! Random items, changes, dates and questions, for the live ranking and its model.

use bugscrub::activity::{Checks, ItemType, NoteText, PersonKey, Review, Sight, State, WaitsFor};
use bugscrub::rank::criterion::{self, Looks};
use bugscrub::rank::live::Change;
use bugscrub::rank::terms::{BEGINNING, NOTHING};
use bugscrub::rank::{Criterion, Days, Filter, Item, Order, PlaceKey, Terms, Unread};
use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;

use super::model::Question;

pub const ZONES: [Tz; 5] =
    [Tz::UTC, Tz::Europe__Berlin, Tz::America__Sao_Paulo, Tz::Pacific__Apia, Tz::Pacific__Kiritimati];
pub const ORDERS: [Order; 11] = Order::ALL;
pub const LOGINS: [&str; 5] = ["octocat", "Octocat", "HUBOT", "hubot[bot]", "nobody"];

/// Times around which clocks change or a date is missing (Apia had no 2011-12-30).
pub const AROUND: [&str; 4] =
    ["2011-12-30T10:00:00Z", "2018-11-04T03:00:00Z", "2024-03-31T01:00:00Z", "2024-10-27T01:00:00Z"];

pub fn around(index: usize) -> DateTime<Utc> {
    AROUND[index].parse().unwrap()
}

/// Times around one of those. They cluster, so that products and times tie; some are far off.
pub fn time(index: usize) -> impl Strategy<Value = DateTime<Utc>> {
    let minutes =
        prop_oneof![4 => (-12i64..12).prop_map(|x| x * 360), 2 => -60_000i64..6_000, 1 => -3_000_000i64..300_000];
    minutes.prop_map(move |minutes| around(index) + chrono::Duration::minutes(minutes))
}

pub fn login() -> impl Strategy<Value = String> + Clone {
    prop::sample::select(&LOGINS[..]).prop_map(String::from)
}

pub fn person() -> impl Strategy<Value = PersonKey> {
    prop_oneof![(1i64..4).prop_map(PersonKey::Id), login().prop_map(PersonKey::Login)]
}

/// Words of notes are taken from the same few as logins, so that a filter meets them.
pub fn note() -> impl Strategy<Value = NoteText> {
    let text = || prop_oneof![1 => Just(String::new()), 3 => login().prop_map(|text| format!(" {text} "))];
    let note = (text(), text(), text());
    note.prop_map(|(recommended_action, comment, flag)| NoteText { recommended_action, comment, flag })
}

pub fn item_type() -> impl Strategy<Value = ItemType> + Clone {
    prop::sample::select(&ItemType::ALL[..])
}

pub fn address() -> impl Strategy<Value = (i64, i64)> {
    (1i64..5, prop_oneof![1i64..8, 1i64..60])
}

prop_compose! {
    pub fn item(around: usize)(
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
        review in option::of(prop::sample::select(&Review::ALL[..])),
        checks in option::of(prop::sample::select(&Checks::ALL[..])),
        numbers in vec(option::of(prop_oneof![0i64..9, Just(i64::MAX)]), 3),
        waits_since in option::of(time(around)),
        human_at in option::of(time(around)),
    ) -> Item {
        let item = Item::new((repo_id, number), item_type, State::Open, created_at, updated_at);
        let (comments, reactions, commenters) = (numbers[0], numbers[1], numbers[2]);
        let talk = Item { waits_for, waits_since, human_at, review, checks, comments, reactions, commenters, ..item };
        Item { read, note, draft, author, labels, assignees, milestone, ..talk }
    }
}

pub fn change(around: usize) -> impl Strategy<Value = Change> {
    prop_oneof![
        6 => item(around).prop_map(Change::Put),
        3 => address().prop_map(|(repo_id, number)| Change::Remove { repo_id, number }),
        1 => (1i64..5).prop_map(Change::RemoveRepository),
    ]
}

/// Values of a criterion, among them some that no item has.
pub fn values(criterion: &Criterion) -> Vec<String> {
    let numbered = |name: &str| (0..6).map(|number| format!("{name}{number}")).collect();
    let nothing = criterion.can_lack().then(|| NOTHING.to_owned());
    let values: Vec<String> = match criterion.looks {
        Looks::Kind(values, _) => values.iter().map(|value| value.to_uppercase()).collect(),
        Looks::Flag(_) | Looks::RepositoryFlag(_) => vec!["true".to_owned(), "false".to_owned()],
        Looks::Number(_) => ["0", "3", "5..", "..4", "2..6", "7..1", "999999999.."].map(str::to_owned).into(),
        Looks::Names(_) | Looks::People(_) => LOGINS.map(str::to_owned).into(),
        Looks::Repository => {
            let others = ["other/repo-1", "\u{1}REPO", "\u{1}acme/repo-3", "\u{1}acm", "\u{1}acme/"].map(str::to_owned);
            [numbered("repo-"), numbered("ACME/Repo-"), others.into()].concat()
        }
        Looks::Labels => [numbered("label "), beginnings("LABEL ")].concat(),
        Looks::Milestone => [numbered("VERSION "), beginnings("version ")].concat(),
        Looks::Title => [numbered("crash "), numbered(" OF ")].concat(),
        Looks::Unread | Looks::After(_) | Looks::Before(_) => vec![],
    };
    values.into_iter().chain(nothing).collect()
}

/// Beginnings of names that end in a number.
fn beginnings(name: &str) -> Vec<String> {
    [name.to_owned(), format!("{name}2"), format!("x{name}")].map(|name| format!("{BEGINNING}{name}")).into()
}

pub fn terms(criterion: &Criterion) -> impl Strategy<Value = Terms> + use<> {
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
pub fn asked(at_most: usize) -> impl Strategy<Value = Filter> {
    let some = prop::sample::subsequence(criterion::ALL.iter().collect::<Vec<_>>(), 0..=at_most);
    some.prop_flat_map(|some| {
        let with = |criterion: &'static Criterion| terms(criterion).prop_map(move |terms| (criterion, terms));
        some.into_iter().map(with).collect::<Vec<_>>()
    })
    .prop_map(|some| {
        some.into_iter().fold(Filter::default(), |filter, (criterion, terms)| filter.with(criterion, terms))
    })
}

pub fn days(around: usize) -> impl Strategy<Value = Days> {
    let date = move || time(around).prop_map(|at| at.date_naive());
    prop_oneof![2 => Just(Days::default()), 1 => (option::of(date()), option::of(date())).prop_map(|(from, to)| Days { from, to })]
}

/// What was read since some round began, or not.
pub fn unread() -> impl Strategy<Value = Vec<Unread>> {
    vec((0i64..9, any::<bool>()).prop_map(|(since, is)| Unread { since, is }), 0..2)
}

pub fn sight() -> impl Strategy<Value = Sight> {
    let only = vec(0i64..6, 0..4).prop_map(Sight::only);
    prop_oneof![4 => Just(Sight::All), 2 => Just(Sight::Public), 2 => only]
}

/// With the dates of closing, of waiting, and of what humans did.
pub fn timed(mut filter: Filter, days: [Days; 3]) -> Filter {
    [filter.closed, filter.waiting, filter.active] = days;
    filter
}

pub fn on(mut filter: Filter, unread: Vec<Unread>, days: (Days, Days)) -> Filter {
    filter.unread = unread;
    (filter.created, filter.updated) = days;
    filter
}

prop_compose! {
    pub fn question(around: usize)(
        filter in asked(criterion::ALL.len()),
        unread in unread(),
        created in days(around),
        updated in days(around),
        waiting in days(around),
        active in days(around),
        sight in sight(),
        only in prop_oneof![3 => Just(None), 1 => vec(address(), 0..60).prop_map(Some)],
    ) -> Question {
        let filter = timed(filter, [Days::default(), waiting, active]);
        Question { filter: on(filter, unread, (created, updated)), sight, only }
    }
}

/// A query with a single criterion, as most are.
pub fn plain(around: usize) -> impl Strategy<Value = Question> {
    (asked(2), question(around), 0usize..7).prop_map(|(filter, full, kept)| {
        let all = Question { sight: Sight::All, ..Question::default() };
        let open = Days::default();
        match kept {
            0 => Question { filter: on(filter, full.filter.unread, (open, open)), ..all },
            1 => Question { filter: on(filter, vec![], (full.filter.created, open)), ..all },
            2 => Question { sight: full.sight, ..all },
            3 => Question { only: full.only, ..all },
            4 => Question { filter: timed(filter, [Days::default(), full.filter.waiting, full.filter.active]), ..all },
            5 => Question { filter: timed(filter, [full.filter.created, open, open]), ..all },
            _ => Question { filter, ..all },
        }
    })
}

pub fn any_question(around: usize) -> impl Strategy<Value = Question> {
    let all = Question { sight: Sight::All, ..Question::default() };
    prop_oneof![1 => Just(all), 3 => plain(around), 1 => question(around)]
}

#[derive(Clone, Debug)]
pub enum Step {
    Apply(Vec<Change>),
    Turn(u64),
    Drop,
    Ask(Question, usize),
    AskAfter(Question, PlaceKey),
}

pub fn step(around: usize) -> impl Strategy<Value = Step> {
    let key = (time(around), address(), 1i64..60).prop_map(|(created_at, (repo_id, number), product)| PlaceKey {
        product,
        created_at,
        repo_id,
        number,
        first: (product % 3 != 0).then_some(product),
    });
    prop_oneof![
        6 => vec(change(around), 0..12).prop_map(Step::Apply),
        1 => (0u64..4).prop_map(Step::Turn),
        1 => Just(Step::Drop),
        4 => (any_question(around), 1usize..8).prop_map(|(question, limit)| Step::Ask(question, limit)),
        2 => (any_question(around), key).prop_map(|(question, key)| Step::AskAfter(question, key)),
    ]
}

pub fn story() -> impl Strategy<Value = (usize, usize, Vec<Item>, Vec<Step>)> {
    (0..AROUND.len(), 0..ZONES.len())
        .prop_flat_map(|(around, zone)| (Just(around), Just(zone), vec(item(around), 0..150), vec(step(around), 1..14)))
}
