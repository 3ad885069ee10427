//! Statistics and milestones.

use std::collections::BTreeMap;
use std::fmt::Debug;

use bugscrub::activity::State;
use bugscrub::rank::Wording;
use bugscrub::rank::facet::Facet;
use bugscrub::service::queue::{Start, VersionedAnswer};
use bugscrub::service::stats::groups::GroupBy;
use bugscrub::service::stats::milestones::{MilestoneChoice, MilestonesQuestion};
use bugscrub::service::stats::{DateRange, StatsQuestion};
use bugscrub::service::{Refusal, Service, Viewer};
use bugscrub::stats::Step;

use super::{REPOSITORIES, is_private, page, sees, subject};

/// A statistic that nobody had before.
fn counted<T>(answer: Result<VersionedAnswer<T>, Refusal>) -> T {
    match answer.unwrap() {
        VersionedAnswer::New(_, statistic) => statistic,
        VersionedAnswer::Known(version) => panic!("nothing is known: {version:?}"),
    }
}

/// Each statistic is the one of who sees all and asks for the visible repositories by their names.
pub(super) async fn statistics(service: &Service, all: &Viewer, viewer: &Viewer) {
    let mut names: Vec<String> =
        REPOSITORIES.map(|repo_id| format!("repo-{repo_id}")).filter(|name| sees(&viewer.sight(), name)).collect();
    let visible = names.len();
    names.push("nowhere".to_owned());
    let named: Vec<(&str, &str)> = names.iter().map(|name| ("repo", name.as_str())).collect();
    let by = |facet| Some(GroupBy { facet, limit: 2 });
    let past = service.today().checked_sub_days(chrono::Days::new(45));
    for (as_of, group_by) in [(None, by(Facet::Label)), (None, by(Facet::Repository)), (past, by(Facet::Author))] {
        let question = |criteria: &[(&str, &str)]| StatsQuestion {
            subject: subject(criteria, None),
            as_of,
            group_by,
            strict: false,
            milestones: false,
        };
        let (by_name, by_sight) = (question(&named), question(&[]));
        let range = DateRange::default();
        let same = |what: &str, expected: &dyn Debug, answer: &dyn Debug| {
            let expected = format!("{expected:?}");
            let warned = "unknown: [UnknownName { criterion: \"repo\", value: \"nowhere\", closest: [] }]";
            assert!(expected.contains(warned), "{expected}");
            assert_eq!(format!("{answer:?}"), expected.replace(warned, "unknown: []"), "{what}: {viewer:?} {as_of:?}");
        };
        let expected = counted(service.backlog(all, &by_name, range, Step::Week, |_| false).await);
        same("backlog", &expected, &counted(service.backlog(viewer, &by_sight, range, Step::Week, |_| false).await));
        let expected = counted(service.flow(all, &by_name, range, Step::Month, |_| false).await);
        same("flow", &expected, &counted(service.flow(viewer, &by_sight, range, Step::Month, |_| false).await));
        let expected = counted(service.throughput(all, &by_name, None, |_| false).await);
        same("throughput", &expected, &counted(service.throughput(viewer, &by_sight, None, |_| false).await));
        let expected = counted(service.forecast(all, &by_name, range, Some(7), |_| false).await);
        same("forecast", &expected, &counted(service.forecast(viewer, &by_sight, range, Some(7), |_| false).await));
        let expected = counted(service.coverage(all, &by_name, None, |_| false).await);
        same("coverage", &expected, &counted(service.coverage(viewer, &by_sight, None, |_| false).await));
        let ungrouped = |question: &StatsQuestion| StatsQuestion { group_by: None, ..question.clone() };
        let (by_name_alone, by_sight_alone) = (ungrouped(&by_name), ungrouped(&by_sight));
        let series = Some((range, Step::Week));
        let expected = counted(service.coverage(all, &by_name_alone, series, |_| false).await);
        assert!(expected.value.series.len() > 50);
        let answer = counted(service.coverage(viewer, &by_sight_alone, series, |_| false).await);
        same("coverage in steps", &expected, &answer);
        let expected = counted(service.ages(all, &by_name, |_| false).await);
        let answer = counted(service.ages(viewer, &by_sight, |_| false).await);
        same("ages", &expected, &answer);
        if as_of.is_none() {
            milestones(service, all, viewer, &by_name, &by_sight).await;
        }
        if as_of.is_none() {
            // And counted by hand: all but the closed ones are open.
            let (_, page) = page(
                service,
                all,
                Start::First {
                    subject: subject(&[], None),
                    order: None,
                    as_of: None,
                    skip: 0,
                    asked: Wording::default(),
                },
                500,
            )
            .await;
            let open = page.items.iter().filter(|shown| sees(&viewer.sight(), &shown.item.repository)).count();
            let ages = answer.value;
            assert_eq!(ages.by_age.iter().map(|bucket| bucket.items).sum::<usize>(), open, "{viewer:?}");
            assert!(visible == 0 || open > 0, "two of each repository are open");
        }
    }
}

/// Milestones are those of who sees all and asks for the visible repositories by their names; and their items are counted on
/// a page of the queue.
async fn milestones(
    service: &Service,
    all: &Viewer,
    viewer: &Viewer,
    by_name: &StatsQuestion,
    by_sight: &StatsQuestion,
) {
    let which = MilestonesQuestion { state: MilestoneChoice::All, limit: 200, ..MilestonesQuestion::default() };
    let expected = counted(service.milestones(all, by_name, which, |_| false).await).value;
    let answer = counted(service.milestones(viewer, by_sight, which, |_| false).await).value;
    assert_eq!((answer.total, &answer.rows), (expected.total, &expected.rows), "{viewer:?}");
    let seen = REPOSITORIES.filter(|repo_id| viewer.sight().sees(*repo_id, is_private(*repo_id))).count();
    assert_eq!(answer.total, 3 * seen, "{viewer:?}");
    for criteria in [&[][..], &[("label", "bug")], &[("author", "-ada"), ("repo", "-repo-1")]] {
        let question = StatsQuestion { subject: subject(criteria, None), ..by_sight.clone() };
        let answer = counted(service.milestones(viewer, &question, which, |_| false).await).value;
        let with_states = [criteria, &[("state", "open"), ("state", "closed")]].concat();
        let start = Start::First {
            subject: subject(&with_states, None),
            order: None,
            as_of: None,
            skip: 0,
            asked: Wording::default(),
        };
        let (_, page) = page(service, viewer, start, 500).await;
        let mut counts: BTreeMap<(String, String), (u32, u32)> = BTreeMap::new();
        for shown in &page.items {
            let Some(milestone) = &shown.item.milestone else { continue };
            let repository = format!("{}/{}", shown.item.owner, shown.item.repository);
            let count = counts.entry((repository, milestone.clone())).or_default();
            *(if shown.item.state == State::Open { &mut count.0 } else { &mut count.1 }) += 1;
        }
        let told: BTreeMap<(String, String), (u32, u32)> = answer
            .rows
            .iter()
            .map(|row| ((row.repository.clone(), row.title.clone()), (row.open, row.closed)))
            .collect();
        assert_eq!(told, counts, "{viewer:?} {criteria:?}");
    }
}
