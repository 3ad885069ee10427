//! Milestones: their weeks counted by hand, their shares run by run, and how many runs there are.

use bugscrub::stats::chart::milestones_chart;
use bugscrub::stats::{
    BacklogChange, FetchState, ForecastRequest, History, Lifetime, Milestone, MilestoneItems, MilestoneRow,
    MilestoneState, MilestonesRequest, Size, Verdict, Week, forecast, milestones,
};
use chrono::{Datelike, Duration, NaiveDate};
use chrono_tz::Tz;
use proptest::prelude::*;

use super::layout::{assert_sound, words};
use super::{any_date, any_lifetimes, any_zone, changes, date};

fn milestone(number: i64, state: Option<MilestoneState>, due_on: Option<NaiveDate>) -> Milestone {
    let (repository, title) = ("acme/widgets".to_owned(), format!("v{number}"));
    Milestone { repo_id: 1, repository, number, title, state, due_on }
}

fn items<'a>(milestone: &'a Milestone, open: u32, lifetimes: &'a [Lifetime]) -> MilestoneItems<'a> {
    let history = History::of([FetchState::All]);
    MilestoneItems { milestone, history, open, closed: 0, lifetimes: lifetimes.iter().collect() }
}

/// The complete weeks of a range in which something was closed, and those after: what was reopened and closed in each.
fn weeks(lifetimes: &[Lifetime], zone: Tz, from: NaiveDate, to: NaiveDate) -> Vec<Week> {
    let mut monday = from - Duration::days(from.weekday().num_days_from_monday().into());
    let mut found = vec![];
    while monday + Duration::days(6) <= to {
        let within = |at| (monday..=monday + Duration::days(6)).contains(&date(at, zone));
        let all = lifetimes.iter().flat_map(|lifetime| changes(lifetime).into_iter().skip(1));
        let (opened, left): (Vec<_>, Vec<_>) =
            all.filter(|(at, _)| within(*at)).partition(|(_, change)| *change == BacklogChange::Opened);
        let first = lifetimes.iter().map(|lifetime| date(lifetime.created_at, zone)).min();
        if first.is_some_and(|first| first <= monday + Duration::days(6)) {
            found.push(Week { opened: opened.len() as u32, closed: left.len() as u32 });
        }
        monday += Duration::weeks(1);
    }
    found.into_iter().skip_while(|week| *week == Week::default()).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(120))]

    #[test]
    fn a_milestone_is_forecast_from_its_own_closings(
        lifetimes in any_lifetimes(),
        zone in any_zone(),
        (one, other, today) in (any_date(), any_date(), any_date()),
        open in 0..9u32,
        due in proptest::option::of(any_date()),
        seed: u64,
    ) {
        let (from, to) = (one.min(other), one.max(other));
        let milestone = milestone(1, Some(MilestoneState::Open), due);
        let request = MilestonesRequest { zone, from, to, today, seed };
        let rows = milestones(&[items(&milestone, open, &lifetimes)], request);
        let row = &rows[0];
        let weeks = weeks(&lifetimes, zone, from, to);
        let expected = forecast(&weeks, ForecastRequest::new(today, open, seed));
        prop_assert_eq!(row.verdict, Some(expected.summary.verdict));
        prop_assert_eq!(row.weeks, weeks.len());
        let ran = expected.summary.share_closing.is_some();
        prop_assert_eq!(row.date_50, expected.summary.date_50.filter(|_| ran));
        prop_assert_eq!(row.date_95, expected.summary.date_95.filter(|_| ran));
        prop_assert_eq!(row.runs, if ran { 10_000 } else { 0 });
        prop_assert_eq!(row.share_by_due, due.filter(|_| ran).map(|due| expected.share_by(due).unwrap()));
        let on_time = due.filter(|_| ran).map(|due| expected.summary.date_50.is_some_and(|date| date <= due));
        prop_assert_eq!(row.on_time, on_time);
        assert_sound(&milestones_chart(&rows, 1, Size::default()));
    }

    #[test]
    fn the_share_by_a_date_is_that_of_the_runs_that_ended(
        weeks in proptest::collection::vec((0..9u32, 0..12u32), 4..20),
        open_now in 1..40u32,
        seed: u64,
    ) {
        let weeks: Vec<Week> = weeks.into_iter().map(|(opened, closed)| Week { opened, closed }).collect();
        let today = NaiveDate::from_ymd_opt(2026, 11, 22).unwrap();
        let found = forecast(&weeks, ForecastRequest { runs: 500, ..ForecastRequest::new(today, open_now, seed) });
        let summary = &found.summary;
        prop_assume!(summary.verdict != Verdict::TooLittleHistory);
        // A share is reached on its date, and not a week earlier.
        for (share, date) in [(0.5, summary.date_50), (0.8, summary.date_80), (0.95, summary.date_95)] {
            let Some(date) = date else { continue };
            prop_assert!(found.share_by(date).unwrap() >= share);
            prop_assert!(found.share_by(date - Duration::days(1)).unwrap() < share);
            prop_assert_eq!(found.share_by(date), found.share_by(date + Duration::days(6)));
        }
        prop_assert_eq!(found.share_by(today + Duration::weeks(9_999)), summary.share_closing);
        prop_assert_eq!(found.share_by(today - Duration::days(9)), Some(0.0));
    }
}

fn request() -> MilestonesRequest {
    let today = NaiveDate::from_ymd_opt(2026, 5, 20).unwrap();
    MilestonesRequest { zone: Tz::UTC, from: today - Duration::weeks(52), to: today, today, seed: 1 }
}

#[test]
fn many_milestones_have_fewer_runs_each_and_closed_ones_none() {
    let lifetimes = crate::support::world::lifetimes(60, 1, 80, 5);
    let of = |count: i64, state: Option<MilestoneState>| -> Vec<MilestoneRow> {
        let all: Vec<Milestone> = (1..=count).map(|number| milestone(number, state, None)).collect();
        let items: Vec<MilestoneItems> = all.iter().map(|one| items(one, 3, &lifetimes)).collect();
        milestones(&items, request())
    };
    for (count, runs) in [(1, 10_000), (20, 10_000), (40, 5_000), (200, 1_000)] {
        let rows = of(count, None);
        assert!(rows.iter().all(|row| row.runs == runs && row.date_50.is_some()), "{count}: {rows:?}");
    }
    let row = &of(1, Some(MilestoneState::Closed))[0];
    assert_eq!((row.verdict, row.runs, row.date_50, &*row.sentence), (None, 0, None, "The milestone is closed."));
}

#[test]
fn a_row_says_what_is_known_and_what_is_not() {
    let lifetimes = crate::support::world::lifetimes(60, 1, 80, 5);
    let due = milestone(1, None, Some(request().today + Duration::weeks(3)));
    let row = &milestones(&[items(&due, 3, &lifetimes)], request())[0];
    for part in ["the milestone shrinks by", "The history counts as whole since 2021-", "It is due on 2026-06-10: "] {
        assert!(row.sentence.contains(part), "{part}: {}", row.sentence);
    }
    assert!(row.approximate);
    let nothing = milestones(&[items(&due, 0, &lifetimes), items(&due, 3, &[])], request());
    let verdicts: Vec<_> = nothing.iter().map(|row| (row.verdict, row.date_50, row.on_time)).collect();
    assert_eq!(verdicts, [(Some(Verdict::NothingOpen), None, None), (Some(Verdict::TooLittleHistory), None, None)]);
    let words = words(&milestones_chart(&nothing, 7, Size::default()));
    for word in ["v1 (widgets, due 2026-06-10)", "shown: the first 2 of 7 milestones"] {
        assert!(words.iter().any(|drawn| drawn == word), "{word}: {words:?}");
    }
}
