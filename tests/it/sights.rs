//! Readers who see some repositories and not others: every answer is the one of who sees all, less what
//! is hidden, filtered here by hand.

mod moved;
mod people;
mod rooms;
mod scrubbing;
mod statistics;

use bugscrub::activity::{Bots, Sight};
use bugscrub::rank::facet::{Facet, Tally};
use bugscrub::rank::{Criteria, Order, QueueItem, Wording};
use bugscrub::scrub::deck::{DeckRow, RowStatus};
use bugscrub::service::collections::{CollectedView, CollectionQuestion};
use bugscrub::service::facets::FacetsQuestion;
use bugscrub::service::items::ItemAddress;
use bugscrub::service::portion::Subject;
use bugscrub::service::queue::{QueuePage, QueueQuestion, Start, VersionedAnswer};
use bugscrub::service::views::CountViews;
use bugscrub::service::{Refusal, Service, Viewer};
use bugscrub::store::scrubs::deck::{DeckRange, closed_since, deck};
use bugscrub::store::scrubs::read::scrub;
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;
use serde_json::{Value, json};

use crate::support::payload::{ACCOUNT, issue, issues, repository, user};
use crate::support::{TestApp, random, run_test};

const REPOSITORIES: std::ops::Range<i64> = 1..7;
/// Numbers of the items of each repository.
const NUMBERS: std::ops::Range<i64> = 1..9;

fn is_private(repo_id: i64) -> bool {
    repo_id % 2 == 0
}

fn home(repo_id: i64) -> Value {
    let mut home = repository(repo_id, &format!("repo-{repo_id}"));
    home["private"] = json!(is_private(repo_id));
    home["archived"] = json!(repo_id == 5);
    home
}

/// Items of all repositories, some of them closed, labeled and answered by a member.
async fn deliver_items(app: &TestApp, runner: &mut TestRunner) {
    let item = (0..600_i64, 0..90_i64, any::<bool>(), any::<bool>(), any::<bool>());
    let addresses: Vec<(i64, i64)> =
        REPOSITORIES.flat_map(|repo_id| NUMBERS.map(move |number| (repo_id, number))).collect();
    let items = proptest::collection::vec(item, addresses.len()).new_tree(runner).unwrap().current();
    let day = |days: i64| (app.clock.now() - chrono::Duration::days(days)).to_rfc3339_opts(SECONDS, true);
    const SECONDS: chrono::SecondsFormat = chrono::SecondsFormat::Secs;
    for ((repo_id, number), (age, stale, closed, labeled, answered)) in addresses.into_iter().zip(items) {
        let mut shown = issue(number, &day(age + stale), &day(stale));
        shown["user"] = user(["ada", "grace"][usize::from(labeled)]);
        shown["labels"] = if labeled { json!([{"id": repo_id, "name": "bug"}]) } else { json!([]) };
        // Numbers 4 and 7 are in no milestone, and the third milestone is closed.
        let due = ["2026-12-24T08:00:00Z", "2026-06-01T07:00:00Z"][usize::from(answered)];
        if number % 3 != 1 || number == 1 {
            let (nth, state) = (1 + number % 3, ["open", "open", "closed"][number as usize % 3]);
            shown["milestone"] = json!({"number": nth, "title": format!("v{nth}"), "state": state, "due_on": due});
        }
        app.deliver("issues", &issues("opened", &shown, &home(repo_id))).await;
        if answered {
            let mut comment = issues("created", &shown, &home(repo_id));
            comment["sender"] = user("linus");
            comment["comment"] = json!({"id": 1, "created_at": day(stale), "updated_at": day(stale),
                "user": user("linus"), "author_association": "MEMBER"});
            app.deliver("issue_comment", &comment).await;
        }
        if closed && number > 2 {
            shown["state"] = json!("closed");
            (shown["closed_at"], shown["updated_at"]) = (json!(day(stale / 2)), json!(day(stale / 2)));
            app.deliver("issues", &issues("closed", &shown, &home(repo_id))).await;
        }
    }
}

fn viewers(runner: &mut TestRunner) -> Vec<Sight> {
    let only = |ids: &[i64]| Sight::only(ids.iter().copied());
    let some = proptest::sample::subsequence((0..9).collect::<Vec<i64>>(), 0..7);
    let random: Vec<Sight> = (0..4).map(|_| only(&some.new_tree(runner).unwrap().current())).collect();
    [vec![Sight::Public, Sight::All, only(&[2, 4]), only(&[])], random].concat()
}

fn subject(criteria: &[(&str, &str)], view: Option<&str>) -> Subject {
    let criteria = Criteria::of(criteria.iter().copied());
    Subject { account: Some(ACCOUNT.to_string()), view: view.map(str::to_owned), criteria }
}

/// Repository, number, rank and whom it waits for, of every item on a page.
type Told = (String, i64, Option<i64>, String);

fn told(page: &QueuePage) -> Vec<Told> {
    let told = |shown: &bugscrub::service::items::ShownItem| {
        let item = &shown.item;
        (item.repository.clone(), item.place.number, item.rank, format!("{:?}", item.waits_for))
    };
    page.items.iter().map(told).collect()
}

fn sees(sight: &Sight, name: &str) -> bool {
    let repo_id: i64 = name.rsplit_once("repo-").unwrap().1.parse().unwrap();
    sight.sees(repo_id, is_private(repo_id))
}

#[tokio::test(flavor = "multi_thread")]
async fn each_answer_is_what_filtering_by_hand_leaves() {
    run_test(async |app| {
        let mut runner = random();
        deliver_items(&app, &mut runner).await;
        let scrubbed = crate::scrubs::Host::new(&app).await.open("never-read").await;
        app.caught_up().await;
        let all = Viewer::service();
        for sight in viewers(&mut runner) {
            let viewer = all.clone().with_sight(sight);
            if !REPOSITORIES.into_iter().any(|repo_id| viewer.sight().sees(repo_id, is_private(repo_id))) {
                // To somebody who sees nothing of it, the account is not here.
                let question = Start::First {
                    subject: subject(&[], None),
                    order: None,
                    as_of: None,
                    skip: 0,
                    asked: Wording::default(),
                };
                let question = QueueQuestion { from: question, limit: 1, min_position: None, strict: false };
                let answer = app.service.queue(&viewer, question, |_| false).await;
                assert!(matches!(answer, Err(Refusal::UnknownAccount)), "{viewer:?}");
                continue;
            }
            pages(&app.service, &all, &viewer).await;
            facets(&app, &viewer).await;
            collection(&app.service, &all, &viewer).await;
            items(&app.service, &all, &viewer).await;
            similar(&app.service, &all, &viewer).await;
            counts(&app.service, &viewer).await;
            rows(&app, &viewer.sight(), scrubbed["number"].as_i64().unwrap()).await;
            statistics::statistics(&app.service, &all, &viewer).await;
        }
        app
    })
    .await;
}

async fn page(service: &Service, viewer: &Viewer, start: Start, limit: usize) -> (String, QueuePage) {
    let question = QueueQuestion { from: start, limit, min_position: None, strict: false };
    match service.queue(viewer, question, |_| false).await.unwrap() {
        VersionedAnswer::New(version, (page, _)) => (version.asked, page),
        VersionedAnswer::Known(_) => panic!("nothing is known"),
    }
}

/// A page of the queue, of today from memory and from the store, and of a day that is over; and the sheet
/// of it.
async fn pages(service: &Service, all: &Viewer, viewer: &Viewer) {
    let as_of = service.today().checked_sub_days(chrono::Days::new(30));
    for (criteria, view, order, as_of) in [
        (&[][..], None, None, None),
        (&[("label", "bug"), ("repo", "-repo-1")], None, Some(Order::Freshest), None),
        (&[("waits_for", "author")], None, Some(Order::Oldest), None),
        (&[("state", "closed")], None, Some(Order::Newest), None),
        (&[("state", "open"), ("state", "closed"), ("author", "ada")], None, None, None),
        (&[("archived", "true")], None, None, None),
        (&[], Some("open"), None, None),
        (&[("label", "-bug")], None, None, as_of),
    ] {
        let start =
            || Start::First { subject: subject(criteria, view), order, as_of, skip: 0, asked: Wording::default() };
        let (asked, whole) = page(service, all, start(), 500).await;
        let (ours, answer) = page(service, viewer, start(), 500).await;
        let expected: Vec<Told> =
            told(&whole).into_iter().filter(|(repository, ..)| sees(&viewer.sight(), repository)).collect();
        assert_eq!(told(&answer), expected, "{viewer:?} {criteria:?} {view:?}");
        assert_eq!(answer.total, expected.len() as i64, "{viewer:?} {criteria:?}");
        assert_eq!(asked == ours, all.sight() == viewer.sight(), "the version depends on the sight");
        // In pages of three.
        let (mut paged, mut next) = (vec![], Some(start()));
        while let Some(start) = next {
            let (_, part) = page(service, viewer, start, 3).await;
            paged.extend(told(&part));
            next = part.next.map(|cursor| Start::After { cursor: Box::new(cursor), account: None });
        }
        assert_eq!(paged, expected, "{viewer:?} {criteria:?} in pages");
        let question = QueueQuestion { from: start(), limit: 500, min_position: None, strict: false };
        let sheet = service.queue_sheet(viewer, question, view).await.unwrap().sheet;
        let rows: Vec<_> = sheet.rows.iter().map(|row| (row.repository.clone(), row.number, row.shown)).collect();
        let expected: Vec<_> =
            expected.iter().map(|(repository, number, ..)| (format!("acme/{repository}"), *number, true)).collect();
        assert_eq!(rows, expected, "{viewer:?} {criteria:?} as a sheet");
    }
}

/// Facets, from memory and from the store, count what a page of the whole queue shows. A facet counts as if its own filter
/// were not given.
async fn facets(app: &TestApp, viewer: &Viewer) {
    for criteria in [
        &[][..],
        &[("label", "bug")],
        &[("label", "bug"), ("author", "grace"), ("repo", "-repo-1")],
        &[("label", "none"), ("type", "Issue")],
        &[("label", "all:bug"), ("assignee", "none")],
        &[("author", "-ada")],
        &[("state", "all")],
        &[("state", "closed"), ("label", "-bug")],
    ] {
        let question = FacetsQuestion { subject: subject(criteria, None), limit: 3, min_position: None, strict: false };
        let VersionedAnswer::New(_, (told, _)) = app.service.facets(viewer, question, |_| false).await.unwrap() else {
            panic!("nothing is known");
        };
        for (facet, counted) in told.counted {
            let name = facet.criterion().name;
            let others: Vec<_> = criteria.iter().filter(|(given, _)| *given != name).copied().collect();
            let start = Start::First {
                subject: subject(&others, None),
                order: None,
                as_of: None,
                skip: 0,
                asked: Wording::default(),
            };
            let (_, page) = page(&app.service, viewer, start, 500).await;
            let mut tally = Tally::default();
            for shown in &page.items {
                let item = &shown.item;
                let repository = format!("{}/{}", item.owner, item.repository);
                let values: Vec<&str> = match facet {
                    Facet::Repository => vec![&repository],
                    Facet::Type => vec![item.item_type.name()],
                    Facet::Label => item.labels.iter().map(String::as_str).collect(),
                    Facet::Author => item.author.iter().map(String::as_str).collect(),
                    Facet::Assignee => item.assignees.iter().map(String::as_str).collect(),
                    Facet::Milestone => item.milestone.iter().map(String::as_str).collect(),
                };
                tally.add(values);
            }
            assert_eq!(counted, tally.counted(3), "{viewer:?} {criteria:?} {facet:?}");
        }
        let start = Start::First {
            subject: subject(criteria, None),
            order: None,
            as_of: None,
            skip: 0,
            asked: Wording::default(),
        };
        let (_, page) = page(&app.service, viewer, start, 1).await;
        assert_eq!(told.total as i64, page.total, "{viewer:?} {criteria:?}");
    }
    let listed = app.service.list_repositories(viewer, Some(&ACCOUNT.to_string()), 0, 100).await.unwrap();
    for found in &listed.repositories {
        let name = format!("repo-{}", found.repository.repo_id);
        let start = Start::First {
            subject: subject(&[("repo", &name)], None),
            order: None,
            as_of: None,
            skip: 0,
            asked: Wording::default(),
        };
        let (_, page) = page(&app.service, viewer, start, 1).await;
        assert_eq!(found.open.issues as i64, page.total, "{viewer:?} {name}");
    }
    let ids: Vec<i64> = listed.repositories.iter().map(|found| found.repository.repo_id).collect();
    let seen: Vec<i64> = REPOSITORIES.filter(|repo_id| viewer.sight().sees(*repo_id, is_private(*repo_id))).collect();
    assert_eq!(ids, seen, "{viewer:?}");
}

/// The views of a collection have what the queue has for who sees all, less what is hidden.
async fn collection(service: &Service, all: &Viewer, viewer: &Viewer) {
    let question = CollectionQuestion {
        account: Some(ACCOUNT.to_string()),
        name: "agenda".to_owned(),
        rows: 3,
        min_position: None,
    };
    let VersionedAnswer::New(_, shown) = service.show_collection(viewer, question, |_| false).await.unwrap() else {
        panic!("nothing is known");
    };
    assert_eq!(shown.views.len(), 7);
    for found in shown.views {
        let CollectedView::Here(found) = found else { panic!("{found:?}") };
        let subject = subject(&[], Some(&found.view.name));
        let start = Start::First { subject, order: None, as_of: None, skip: 0, asked: Wording::default() };
        let (_, whole) = page(service, all, start, 500).await;
        let whole = whole.items.iter().filter(|shown| sees(&viewer.sight(), &shown.item.repository));
        let expected: Vec<_> = whole.map(|shown| &shown.item).collect();
        let places = |item: &QueueItem| (item.place.repo_id, item.place.number, item.rank);
        let first: Vec<_> = expected.iter().take(3).map(|item| places(item)).collect();
        let name = &found.view.name;
        let items: Vec<_> = found.items.iter().map(|shown| places(&shown.item)).collect();
        assert_eq!((items, found.total), (first, expected.len() as i64), "{viewer:?} {name}");
        let since = expected.iter().filter_map(|item| item.waits_since);
        let mut days: Vec<i64> = since.map(|since| (service.today() - since.date_naive()).num_days()).collect();
        days.sort_unstable();
        assert_eq!(found.waits.known, days.len(), "{viewer:?} {name}");
        let middle = (!days.is_empty()).then(|| (days[(days.len() - 1) / 2] + days[days.len() / 2]) as f64 / 2.0);
        assert_eq!(found.waits.median_days, middle, "{viewer:?} {name}");
    }
}

/// Items that are like another are those that who sees all finds, less what is hidden.
async fn similar(service: &Service, all: &Viewer, viewer: &Viewer) {
    for repo_id in REPOSITORIES.filter(|repo_id| viewer.sight().sees(*repo_id, is_private(*repo_id))) {
        let repository = format!("repo-{repo_id}");
        let address = ItemAddress { account: None, owner: "acme".into(), repository, number: 2 };
        let found = async |viewer: &Viewer, limit: usize| {
            let found = service.similar_items(viewer, &address, limit).await.unwrap();
            found.items.into_iter().map(|found| (found.item.repository, found.item.place.number)).collect::<Vec<_>>()
        };
        let whole = found(all, 50).await;
        assert!(whole.len() > 40, "{whole:?}");
        let expected: Vec<_> = whole.into_iter().filter(|(name, _)| sees(&viewer.sight(), name)).collect();
        assert_eq!(found(viewer, 50).await, expected, "{viewer:?}");
        assert_eq!(found(viewer, 3).await, expected[..expected.len().min(3)], "{viewer:?}");
    }
}

/// What views have is what the queue counts.
async fn counts(service: &Service, viewer: &Viewer) {
    let account = ACCOUNT.to_string();
    let listed = service.list_views(viewer, Some(&account), Some(CountViews::default())).await.unwrap();
    assert!(listed.len() > 5);
    for (_, view, counts) in listed {
        let counts = counts.unwrap();
        for (criteria, counted) in [(&[][..], counts.items), (&[("unread", "true")], counts.unread)] {
            let subject = subject(criteria, Some(&view.name));
            let start = Start::First { subject, order: None, as_of: None, skip: 0, asked: Wording::default() };
            let (_, page) = page(service, viewer, start, 1).await;
            let open = view.filter.filter(service.today(), service.zone()).unwrap().open_only();
            assert_eq!(counted, open.then_some(page.total), "{viewer:?} {} {criteria:?}", view.name);
        }
    }
}

async fn items(service: &Service, all: &Viewer, viewer: &Viewer) {
    for repo_id in REPOSITORIES {
        for number in NUMBERS {
            let repository = format!("repo-{repo_id}");
            let address = ItemAddress { account: None, owner: "acme".into(), repository, number };
            let shown = async |viewer: &Viewer| service.show_item(viewer, &address, None).await;
            let (expected, answer) = (shown(all).await.unwrap(), shown(viewer).await);
            if viewer.sight().sees(repo_id, is_private(repo_id)) {
                assert_eq!(format!("{:?}", answer.unwrap()), format!("{expected:?}"));
            } else {
                assert!(matches!(answer, Err(Refusal::UnknownItem)), "{viewer:?} {address:?}");
            }
        }
    }
}

/// The rows of a scrub's deck, and what its sheet has beside the open items.
async fn rows(app: &TestApp, sight: &Sight, number: i64) {
    let (pool, date) = (&app.database.pool, app.clock.now().date_naive());
    let read = async |sight: &Sight| {
        let scrub = scrub(pool, ACCOUNT, sight, number).await.unwrap().unwrap();
        let wanted = DeckRange { sight: sight.clone(), after: 0, limit: 500, visited: false };
        let (rows, next) = deck(pool, (chrono_tz::UTC, date), &Bots::default(), ACCOUNT, &scrub, wanted).await.unwrap();
        assert!(next.is_none());
        let closed =
            closed_since(pool, (chrono_tz::UTC, date), ACCOUNT, sight, &Bots::default(), number).await.unwrap();
        (scrub, rows, closed)
    };
    let (_, whole, all_closed) = read(&Sight::All).await;
    let (scrub, ours, closed) = read(sight).await;
    let seen = |repo_id: i64| sight.sees(repo_id, is_private(repo_id));
    let arrived = whole[0].visit;
    // As if the hidden rows had never been dealt: the others are numbered without gaps, and the cursor is on the first.
    let shown = whole.into_iter().filter(|row| seen(row.frozen.repo_id)).zip(1..).map(|(row, place)| match place {
        1 => DeckRow { place, status: RowStatus::Current, visit: arrived, ..row },
        _ => DeckRow { place, ..row },
    });
    let expected: Vec<String> = shown.map(|row| format!("{row:?}")).collect();
    assert_eq!(ours.iter().map(|row| format!("{row:?}")).collect::<Vec<_>>(), expected, "{sight:?}");
    assert_eq!(scrub.rows, expected.len() as i64, "{sight:?}");
    let left = all_closed.iter().filter(|item| seen(item.place.repo_id)).count();
    assert_eq!(closed.len(), left, "{sight:?}");
}
