//! The model of the live ranking: a list that is sorted and filtered for every query.

use std::cmp::Reverse;
use std::collections::{BTreeMap, HashSet};

use bugscrub::activity::{PersonKey, Sight};
use bugscrub::rank::criterion::{Holders, Looks};
use bugscrub::rank::facet::Tally;
use bugscrub::rank::live::{Change, FacetNames, Meanings, Page, Selection, Snapshot};
use bugscrub::rank::stale_age::days_since;
use bugscrub::rank::terms::{BEGINNING, NOTHING};
use bugscrub::rank::text::{contains, folded};
use bugscrub::rank::{Candidate, Facet, Filter, Item, Order, Place, PlaceKey, Repository, ValueCounts, stale_product};
use chrono::NaiveDate;
use chrono_tz::Tz;

/// Ids of repositories, labels and milestones are below this.
const IDS: i64 = 320;

#[derive(Clone, Debug)]
pub struct Model {
    pub zone: Tz,
    pub items: BTreeMap<(i64, i64), Item>,
}

/// What is asked: the items that pass a filter, of those that a reader may see, of some alone.
#[derive(Clone, Debug, Default)]
pub struct Question {
    pub filter: Filter,
    pub sight: Sight,
    pub only: Option<Vec<(i64, i64)>>,
}

/// Every second one is private, every third one archived.
pub fn repository(repo_id: i64) -> Repository {
    Repository {
        private: repo_id % 2 == 0,
        archived: repo_id % 3 == 0,
        ..Repository::new(repo_id, "Acme", &format!("Repo-{repo_id}"))
    }
}

pub fn label(id: i64) -> String {
    format!("Label {id}")
}

pub fn milestone(number: i64) -> String {
    format!("Version {number}")
}

/// This label was removed, but items still have it.
pub const GONE: i64 = 4;

/// What an item's labels are called.
pub fn labels(item: &Item) -> Vec<String> {
    item.labels.iter().filter(|id| **id != GONE).map(|id| label(*id)).collect()
}

/// The milestones of this repository were removed, but items still have them.
pub const WITHOUT_MILESTONES: i64 = 3;

/// What an item's milestone is called.
pub fn milestone_of(item: &Item) -> Option<String> {
    item.milestone.filter(|_| item.repo_id != WITHOUT_MILESTONES).map(milestone)
}

/// What people are called.
pub const LOGINS: [(i64, &str); 3] = [(1, "octocat"), (2, "hubot[bot]"), (3, "zoe")];

/// Whom logins mean.
pub fn holders() -> Holders {
    Holders::from([("octocat".to_owned(), 1), ("hubot[bot]".to_owned(), 2)])
}

pub fn title(item: &Item) -> String {
    format!("Crash {} of {}", item.number % 7, item.repo_id)
}

impl Model {
    pub fn new(zone: Tz, items: impl IntoIterator<Item = Item>) -> Self {
        Self { zone, items: items.into_iter().map(|item| ((item.repo_id, item.number), item)).collect() }
    }

    pub fn apply(&mut self, change: Change) {
        match change {
            Change::Put(item) => {
                self.items.insert((item.repo_id, item.number), item);
            }
            Change::Remove { repo_id, number } => {
                self.items.remove(&(repo_id, number));
            }
            Change::RemoveRepository(gone) => self.items.retain(|(repo_id, _), _| *repo_id != gone),
        }
    }

    /// All places, the stalest first.
    pub fn places(&self, today: NaiveDate) -> Vec<Place> {
        let mut places: Vec<Place> = self
            .items
            .values()
            .map(|item| {
                let days_age = days_since(item.created_at, today, self.zone);
                let days_stale = days_since(item.updated_at, today, self.zone);
                let product = stale_product(days_age, days_stale);
                let Item { created_at, repo_id, number, .. } = *item;
                let key = PlaceKey { product, created_at, repo_id, number, first: None };
                Place { key, rank: None, days_age, days_stale }
            })
            .collect();
        places.sort_by_key(|place| stalest(&place.key));
        (1..).zip(&mut places).for_each(|(rank, place)| place.rank = Some(rank));
        places
    }

    pub fn page(
        &self,
        today: NaiveDate,
        selected: &HashSet<(i64, i64)>,
        order: Order,
        after: Option<PlaceKey>,
        limit: usize,
    ) -> Page {
        let mut places = self.places(today);
        places.retain(|place| selected.contains(&(place.key.repo_id, place.key.number)));
        let total = places.len() as i64;
        let oldest = |key: &PlaceKey| (key.created_at, key.repo_id, key.number);
        for place in &mut places {
            let item = &self.items[&(place.key.repo_id, place.key.number)];
            place.key.first = self.first(order, item, place.days_age, today);
        }
        let greatest = |key: &PlaceKey| (Reverse(key.first), stalest(key));
        match order {
            Order::Stalest | Order::Freshest => {}
            Order::Oldest | Order::Newest => places.sort_by_key(|place| oldest(&place.key)),
            _ => places.sort_by_key(|place| greatest(&place.key)),
        }
        if matches!(order, Order::Freshest | Order::Newest) {
            places.reverse();
        }
        if let Some(after) = after {
            places.retain(|place| match order {
                Order::Stalest => stalest(&place.key) > stalest(&after),
                Order::Freshest => stalest(&place.key) < stalest(&after),
                Order::Oldest => oldest(&place.key) > oldest(&after),
                Order::Newest => oldest(&place.key) < oldest(&after),
                _ => greatest(&place.key) > greatest(&after),
            });
        }
        let more = places.len() > limit;
        places.truncate(limit);
        Page { total, places, more }
    }

    /// What an order looks at first, the greatest first. Nothing is closed here.
    fn first(&self, order: Order, item: &Item, days_age: i64, today: NaiveDate) -> Option<i64> {
        // More than four billion comments are as many.
        let many = |number: Option<i64>| number.map(|number| number.min(4_294_967_294));
        match order {
            Order::Stalest | Order::Freshest | Order::Oldest | Order::Newest | Order::LastClosed => None,
            Order::HumanStalest => Some((days_age + 1) * (days_since(item.human_at?, today, self.zone) + 1)),
            Order::LongestWaiting => Some(-item.waits_since?.timestamp()),
            Order::Quietest => Some(-item.human_at?.timestamp()),
            Order::MostComments => many(item.comments),
            Order::MostReactions => many(item.reactions),
            Order::MostCommenters => many(item.commenters),
        }
    }

    /// The question with its names resolved, as the store would.
    pub fn selection(&self, question: &Question) -> Selection {
        let titles = question.filter.given().filter(|(criterion, _)| matches!(criterion.looks, Looks::Title));
        let titled = |text: &String| {
            let found = self.items.iter().filter(|(_, item)| contains(&title(item), text));
            (folded(text), found.map(|(address, _)| *address).collect())
        };
        let repositories = || (1..IDS).filter(|repo_id| *repo_id != WITHOUT_MILESTONES);
        let in_all = |number: i64| repositories().map(|repo_id| (repo_id, number)).collect();
        let gone = || (1..5).map(|number| (WITHOUT_MILESTONES, number)).collect();
        let named = (1..IDS).filter(|id| *id != GONE).map(|id| (folded(&label(id)), vec![id]));
        let versions = (1..5).map(|number| (folded(&milestone(number)), in_all(number)));
        let begun = |looks: fn(&Looks) -> bool| {
            let given = question.filter.given().filter(move |(criterion, _)| looks(&criterion.looks));
            let terms = given.flat_map(|(_, terms)| terms.values());
            terms.filter_map(|term| Some((folded(term), folded(term.strip_prefix(BEGINNING)?))))
        };
        let labels_begun = begun(|looks| matches!(looks, Looks::Labels)).map(|(term, beginning)| {
            let begins = |id: &i64| *id != GONE && folded(&label(*id)).starts_with(&beginning);
            (term, (1..IDS).filter(begins).collect())
        });
        let versions_begun = begun(|looks| matches!(looks, Looks::Milestone)).map(|(term, beginning)| {
            let begins = |number: &i64| folded(&milestone(*number)).starts_with(&beginning);
            (term, (1..5).filter(begins).flat_map(|number| in_all(number) as Vec<(i64, i64)>).collect())
        });
        let meanings = Meanings {
            holders: holders(),
            labels: named.chain(labels_begun).chain([(NOTHING.to_owned(), vec![GONE])]).collect(),
            milestones: versions.chain(versions_begun).chain([(NOTHING.to_owned(), gone())]).collect(),
            titles: titles.flat_map(|(_, terms)| terms.values()).map(titled).collect(),
        };
        let repositories: Vec<Repository> = (1..IDS).map(repository).collect();
        let mut selection = Selection::of(&question.filter, &question.sight, repositories.iter(), &meanings);
        if let Some(only) = &question.only {
            selection.keep_among(only.iter().copied());
        }
        selection
    }

    /// What the items of a snapshot are called, as the store would tell.
    pub fn called(&self, snapshot: &Snapshot) -> FacetNames {
        let mut called = FacetNames::default();
        assert_eq!(called.meet(snapshot).people.iter().filter(|id| **id > 3).count(), 0);
        for repo_id in 1..6 {
            // All labels are in each repository here.
            let name = |id| (id, if id == GONE { String::new() } else { label(id) });
            let labels: Vec<(i64, String)> = (1..IDS).map(name).collect();
            called.labels(snapshot, repo_id, labels.iter().map(|(id, name)| (*id, name.as_str())));
            for number in 1..5 {
                let title = if repo_id == WITHOUT_MILESTONES { String::new() } else { milestone(number) };
                called.milestone(snapshot, repo_id, number, &title);
            }
        }
        LOGINS.iter().for_each(|(id, login)| called.person(snapshot, *id, login));
        called
    }

    /// How many of the selected have each value of a facet.
    pub fn counted(&self, selected: &HashSet<(i64, i64)>, facet: Facet, limit: usize) -> ValueCounts {
        let login = |person: &PersonKey| match person {
            PersonKey::Id(id) => LOGINS.iter().find(|(known, _)| known == id).unwrap().1.to_owned(),
            PersonKey::Login(login) => folded(login),
        };
        let mut tally = Tally::default();
        for item in selected.iter().map(|address| &self.items[address]) {
            let values: Vec<String> = match facet {
                Facet::Repository => vec![format!("Acme/Repo-{}", item.repo_id)],
                Facet::Type => vec![item.item_type.name().to_owned()],
                Facet::Label => labels(item),
                Facet::Author => item.author.iter().map(login).collect(),
                Facet::Assignee => item.assignees.iter().map(login).collect(),
                Facet::Milestone => milestone_of(item).into_iter().collect(),
            };
            tally.add(values.iter().map(String::as_str));
        }
        tally.counted(limit)
    }

    /// What a question asks for.
    pub fn selected(&self, question: &Question) -> HashSet<(i64, i64)> {
        let selected = self.items.iter().filter(|(_, item)| self.selects(question, item));
        selected.map(|(address, _)| *address).collect()
    }

    fn selects(&self, question: &Question, item: &Item) -> bool {
        let repository = repository(item.repo_id);
        let (labels, milestone) = (labels(item), milestone_of(item));
        let candidate = Candidate {
            item,
            repository: &repository,
            holders: &holders(),
            labels: &labels.iter().map(String::as_str).collect::<Vec<_>>(),
            milestone: milestone.as_deref(),
            title: &title(item),
            zone: self.zone,
        };
        question.sight.sees(repository.repo_id, repository.private)
            && question.filter.passes(&candidate)
            && question.only.as_ref().is_none_or(|only| only.contains(&(item.repo_id, item.number)))
    }
}

/// The order of stale-age: the larger product, then the older, then the lesser address.
fn stalest(key: &PlaceKey) -> impl Ord + use<> {
    (Reverse(key.product), key.created_at, key.repo_id, key.number)
}
