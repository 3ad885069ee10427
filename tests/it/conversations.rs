//! Whose turn it is: what was said comes by deliveries, by questions to GitHub, or half and half, in any order, and
//! always reads like the whole thread.

mod thread;

use bugscrub::activity::{Checks, Event, ItemState, WaitsFor};
use proptest::prelude::*;

use self::thread::{Act, PEOPLE, Story, Thread};
use crate::support::history::{bytes, fold};

fn act() -> impl Strategy<Value = Act> {
    let anybody = || 0..PEOPLE.len();
    let verdict = prop::sample::select(vec!["commented", "approved", "changes_requested"]);
    prop_oneof![
        6 => anybody().prop_map(Act::Comment),
        4 => (anybody(), verdict).prop_map(|(who, verdict)| Act::Review(who, verdict)),
        1 => any::<usize>().prop_map(Act::Edit),
        3 => any::<usize>().prop_map(Act::Delete),
        1 => any::<usize>().prop_map(Act::Dismiss),
        2 => Just(Act::Push),
        1 => (0..3usize).prop_map(Act::Request),
        1 => any::<bool>().prop_map(Act::Draft),
        1 => any::<bool>().prop_map(Act::AutoMerge),
        2 => prop::sample::select(vec!["SUCCESS", "FAILURE", "ERROR", "PENDING", "EXPECTED"]).prop_map(Act::Check),
        1 => Just(Act::Label),
    ]
}

/// Acts far enough apart that an answer between two of them has all of the first.
fn acts() -> impl Strategy<Value = Vec<(Act, i64)>> {
    proptest::collection::vec((act(), 20..100_000i64), 0..16)
}

fn folded<'a>(events: impl IntoIterator<Item = &'a Event>) -> ItemState {
    fold(events).into_values().next().unwrap()
}

fn check(item: &ItemState, thread: &Thread) -> Result<(), TestCaseError> {
    let (turn, review) = thread.read();
    prop_assert_eq!(item.waits_for(), Some(turn), "{:#?}", thread);
    prop_assert_eq!(item.review(), review, "{:#?}", thread);
    let mut spoke_at = item.spoke_at().unwrap();
    spoke_at.sort_unstable();
    prop_assert_eq!(item.commenters(), Some(spoke_at.len() as i64));
    prop_assert_eq!(spoke_at, thread.spoke_at());
    prop_assert!(!item.conversation_is_due());
    Ok(())
}

/// How the checks of the last commit stand, by what GitHub answered when the thread was so.
fn checks_of(asked: &Thread, end: &Thread) -> Option<Checks> {
    match asked.checks.filter(|_| asked.commit == end.commit)? {
        "SUCCESS" => Some(Checks::Passing),
        "FAILURE" | "ERROR" => Some(Checks::Failing),
        _ => Some(Checks::Pending),
    }
}

fn checks(item: &ItemState) -> Option<Checks> {
    item.checks().map(|(checks, _)| checks)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn whose_turn_it_is_reads_like_the_thread_however_it_came(
        pull in any::<bool>(), author in 0..PEOPLE.len(), acts in acts(), seed in any::<u64>()
    ) {
        let story = Story::of(pull, author, &acts);
        let thread = story.end();
        let mut chance = Chance(seed);

        let mut told: Vec<&Event> = story.told.iter().flatten().collect();
        chance.shuffle(&mut told);
        let heard = folded(told);
        check(&heard, thread)?;
        prop_assert_eq!((checks(&heard), heard.checks_are_due()), (None, pull));

        let fetched = thread.fetched();
        let shown = folded(&fetched);
        check(&shown, thread)?;
        let stand = checks_of(thread, thread);
        prop_assert_eq!((checks(&shown), shown.checks_are_due()), (stand, stand == Some(Checks::Pending)));
        let linked = shown.conversation().linked().map(|linked| linked.iter().copied().collect::<Vec<_>>());
        prop_assert_eq!(linked, pull.then(|| vec![7]));

        // GitHub was asked somewhere in between. Of what happened before, some deliveries came.
        let asked = chance.below(story.told.len());
        let fetched = story.after[asked].fetched();
        let before = story.told[..=asked].iter().filter(|_| chance.below(2) == 0);
        let before: Vec<&Event> = before.flatten().collect();
        let mut half: Vec<&Event> = before.into_iter().chain(&fetched).chain(story.told[asked + 1..].iter().flatten()).collect();
        let once = fold(half.iter().copied());
        let mixed = &once[once.keys().next().unwrap()];
        check(mixed, thread)?;
        prop_assert_eq!(checks(mixed), checks_of(&story.after[asked], thread));
        half.extend(half.clone().into_iter().take(3));
        chance.shuffle(&mut half);
        prop_assert_eq!(bytes(&fold(half)), bytes(&once));
    }
}

/// Small random numbers from a seed.
struct Chance(u64);

impl Chance {
    fn below(&mut self, end: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % end
    }

    fn shuffle<T>(&mut self, all: &mut [T]) {
        for last in (1..all.len()).rev() {
            all.swap(last, self.below(last + 1));
        }
    }
}

#[test]
fn of_a_long_thread_the_end_counts_in_any_order() {
    let acts = [vec![(Act::Comment(3), 30); 150], vec![(Act::Comment(0), 30)]].concat();
    let story = Story::of(false, 2, &acts);
    let fetched = story.end().fetched();
    let all: Vec<&Event> = story.told.iter().flatten().chain(&fetched).collect();
    let item = folded(all.iter().copied());
    assert_eq!(item.waits_for(), Some(WaitsFor::Author));
    assert_eq!(item.conversation().human_words().count(), 100);
    let backwards = fold(all.iter().rev().copied());
    assert_eq!(bytes(&backwards), bytes(&fold(all)));
}

#[test]
fn until_github_was_asked_nobody_knows_who_spoke_last_in_a_listed_thread() {
    let story = Story::of(false, 2, &[(Act::Comment(0), 30), (Act::Comment(3), 30)]);
    let [listed, fetched] = &story.end().fetched()[..] else { panic!("two events") };
    let item = folded([listed]);
    assert_eq!((item.waits_for(), item.commenters()), (None, None));
    assert!(item.conversation_is_due());
    let item = folded([listed, fetched]);
    assert_eq!((item.waits_for(), item.commenters()), (Some(WaitsFor::Maintainers), Some(2)));
    assert!(!item.conversation_is_due());
    let last = item.last_human_activity().unwrap();
    assert_eq!((last.actor.login.as_str(), last.kind.as_str()), ("linus", "commented"));
    assert_eq!(item.conversation().reactions(), Some(3));
}

/// Or a comparison would take the item for one that is up to date.
#[test]
fn asking_for_a_conversation_does_not_hide_what_else_has_changed() {
    let story = Story::of(false, 2, &[(Act::Comment(0), 30), (Act::Label, 30)]);
    let [listed, _] = &story.after[0].fetched()[..] else { panic!("two events") };
    let [_, fetched] = &story.end().fetched()[..] else { panic!("two events") };
    for events in [[listed, fetched], [fetched, listed]] {
        let item = folded(events);
        assert_eq!(item.waits_for(), Some(WaitsFor::Author));
        assert_eq!(item.updated_at(), Some(story.after[0].updated_at));
    }
}
