//! How events become a lifetime.

use bugscrub::activity::{Actor, Bots, ItemType, Person, State};
use bugscrub::stats::{ItemNow, Lifetime, LifetimeFold, Transition};
use chrono::{DateTime, TimeZone, Utc};

fn day(day: u32) -> DateTime<Utc> {
    Utc.with_ymd_and_hms(2026, 3, day, 0, 0, 0).unwrap()
}

fn item(state: State) -> ItemNow {
    ItemNow {
        repo_id: 1,
        item_type: ItemType::Issue,
        author: Some(Person { id: None, login: "Ada".to_owned() }),
        state,
        live: true,
        created_at: day(1),
        updated_at: day(20),
        closed_at: None,
        came_by_transfer: false,
    }
}

/// Folds events (kind, day, login) whose positions grow in the order given; Bug Scrub was installed on
/// the second day.
fn fold(now: ItemNow, events: &[(&str, u32, &str)]) -> Lifetime {
    let mut fold = LifetimeFold::new(now);
    for (position, (kind, on, login)) in (1..).zip(events) {
        let actor = Actor { login: (*login).to_owned(), id: None, bot: login.ends_with("[bot]") };
        fold.apply(kind, position, day(*on), Some(&actor), &Bots::new(["ci"]));
    }
    fold.finish(Some(day(2)))
}

fn transitions(lifetime: &Lifetime) -> Vec<(u32, bool)> {
    use chrono::Datelike;
    lifetime.transitions.iter().map(|transition| (transition.at.day(), transition.open)).collect()
}

#[test]
fn a_discussion_is_open_only_while_it_is_neither_closed_nor_answered() {
    let events = [
        ("opened", 3, "ada"),
        ("answered", 4, "bob"),
        ("closed", 5, "bob"),
        ("unanswered", 6, "ada"),
        ("reopened", 7, "ada"),
    ];
    let lifetime = fold(item(State::Open), &events);
    assert_eq!(transitions(&lifetime), [(4, false), (5, false), (6, false), (7, true)]);
    assert_eq!(lifetime.approximate_before, None);
}

#[test]
fn events_fold_in_the_order_of_their_times_however_they_come() {
    let events = [("reopened", 7, "ada"), ("opened", 3, "ada"), ("merged", 9, "bob"), ("closed", 5, "bob")];
    assert_eq!(transitions(&fold(item(State::Closed), &events)), [(5, false), (7, true), (9, false)]);
    // Of two changes in one second, the one that was recorded later counts.
    let events = [("opened", 3, "ada"), ("closed", 5, "bob"), ("reopened", 5, "bob")];
    assert_eq!(transitions(&fold(item(State::Open), &events)), [(5, false), (5, true)]);
}

#[test]
fn a_closing_that_no_event_tells_of_is_taken_from_the_state_and_is_approximate() {
    let closed = ItemNow { closed_at: Some(day(8)), ..item(State::Closed) };
    let lifetime = fold(closed, &[("opened", 3, "ada")]);
    assert_eq!(lifetime.transitions, [Transition { at: day(8), open: false }]);
    assert_eq!(lifetime.approximate_before, Some(day(8)));
    // Without a time of closing, the last update stands for it.
    let lifetime = fold(item(State::Answered), &[("opened", 3, "ada")]);
    assert_eq!(transitions(&lifetime), [(20, false)]);
    // So is a reopening that no event tells of.
    let lifetime = fold(item(State::Open), &[("opened", 3, "ada"), ("closed", 5, "bob")]);
    assert_eq!(transitions(&lifetime), [(5, false), (20, true)]);
}

#[test]
fn an_item_whose_opening_was_not_recorded_is_approximate_before_the_installation() {
    let lifetime = fold(item(State::Open), &[("commented", 3, "bob")]);
    assert_eq!(lifetime.approximate_before, Some(day(2)));
    assert_eq!(lifetime.created_at, day(1));
}

#[test]
fn the_first_response_is_the_first_comment_or_review_by_a_human_other_than_the_author() {
    let events = [
        ("opened", 3, "ada"),
        ("commented", 4, "Ada"),
        ("commented", 5, "helper[bot]"),
        ("reviewed", 6, "CI"),
        ("labeled", 7, "bob"),
        ("commented", 9, "bob"),
        ("review_commented", 8, "cyd"),
    ];
    assert_eq!(fold(item(State::Open), &events).first_response_at, Some(day(8)));
    assert_eq!(fold(item(State::Open), &events[..5]).first_response_at, None);
}

#[test]
fn an_item_that_came_by_transfer_counts_from_its_transfer_on() {
    let arrived = ItemNow { came_by_transfer: true, ..item(State::Open) };
    assert_eq!(fold(arrived, &[("opened", 10, "ada")]).created_at, day(10));
    assert_eq!(fold(item(State::Open), &[("opened", 10, "ada")]).created_at, day(1));
}

#[test]
fn an_item_is_gone_when_it_was_deleted_or_transferred() {
    let gone = ItemNow { live: false, ..item(State::Open) };
    let lifetime = fold(gone.clone(), &[("opened", 3, "ada"), ("transferred", 12, "bob"), ("deleted", 11, "bob")]);
    assert_eq!(lifetime.gone_at, Some(day(11)));
    // If no event tells when, the last update stands for it; a live item never left.
    assert_eq!(fold(gone.clone(), &[("opened", 3, "ada")]).gone_at, Some(day(20)));
    assert_eq!(fold(item(State::Open), &[("opened", 3, "ada"), ("deleted", 11, "bob")]).gone_at, None);
    assert_eq!((gone.open(), item(State::Open).open()), (None, Some((day(1), day(20)))));
    assert_eq!(item(State::Answered).open(), None);
}

#[test]
fn an_author_who_was_renamed_gives_no_first_response_and_a_stranger_of_that_name_does() {
    let author = |id| Some(Person { id: Some(id), login: "ada".to_owned() });
    let comment = |author, id, login: &str| {
        let mut fold = LifetimeFold::new(ItemNow { author, ..item(State::Open) });
        let actor = Actor { login: login.to_owned(), id: Some(id), bot: false };
        fold.apply("commented", 1, day(3), Some(&actor), &Bots::default());
        fold.finish(Some(day(1))).first_response_at
    };
    assert_eq!(comment(author(5), 5, "lovelace"), None);
    assert_eq!(comment(author(5), 9, "ada"), Some(day(3)));
}
