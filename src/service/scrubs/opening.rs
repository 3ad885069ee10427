//! Opening a scrub: dealing the deck of what a round has left.

use std::collections::BTreeSet;

use chrono::NaiveDate;

use super::ScrubDetails;
use super::rounds::Tracks;
use crate::activity::Sight;
use crate::activity::scrubbing::DeckPlace;
use crate::live::Places;
use crate::rank::{Filter, Order, PageRequest, Place};
use crate::scrub::progress::present_at_opening;
use crate::scrub::view::BUG_SCRUB;
use crate::scrub::{Track, View};
use crate::service::authorship::{Authorship, person};
use crate::service::{LONGEST_WAIT, Refusal, Scope, Service, Viewer};
use crate::store::live::head;
use crate::store::scrubs::act::{self, Opened, Request};
use crate::store::scrubs::read;

/// Rows of a deck at most: nobody reads more before they go home.
const MOST_ROWS: i64 = 10_000;
/// People who come to one scrub at most.
const MOST_ATTENDEES: usize = 200;
/// How often a deck is dealt again because a round began meanwhile.
const TRIES: usize = 5;

/// A scrub to be opened.
#[derive(Clone, Debug, Default)]
pub struct NewScrub {
    /// The view to read; `bug-scrub` unless given.
    pub view: Option<String>,
    /// Who leads it; whoever opens it unless given.
    pub host: Option<String>,
    /// Who else is there.
    pub attendees: Vec<String>,
    /// In which order the deck is dealt; the view's unless given.
    pub order: Option<Order>,
    /// How many rows it has at most, from 1; as many as a deck may have unless given.
    pub limit: Option<i64>,
}

impl Service {
    /// Opens a scrub under the next number, over what the view's round has left to read. Where nothing
    /// is left, the view's next round begins.
    ///
    /// # Errors
    /// [`Refusal::BadParameter`], [`Refusal::UnknownView`], [`Refusal::ScrubOpen`],
    /// [`Refusal::NothingToRead`], [`Refusal::TooBusy`], [`Refusal::RankingBehind`], or as
    /// [`Service::show_scrub`].
    pub async fn open_scrub(
        &self,
        viewer: &Viewer,
        account: Option<&str>,
        new: NewScrub,
        authorship: Authorship,
    ) -> Result<ScrubDetails, Refusal> {
        viewer.require(Scope::Scrub)?;
        let NewScrub { view, host, attendees, order, limit } = new;
        if limit.is_some_and(|limit| !(1..=MOST_ROWS).contains(&limit)) {
            return Err(Refusal::bad_parameter("limit", "A whole number from 1 to 10000."));
        }
        let request = self.request(viewer, authorship)?;
        let host = host.map_or_else(|| Ok(request.by.clone()), |host| person("host", &host))?;
        if attendees.len() > MOST_ATTENDEES {
            return Err(Refusal::bad_parameter("attendees", "At most 200 people."));
        }
        let attendees = attendees.iter().map(|attendee| person("attendees", attendee));
        let attendees: Vec<String> = attendees.collect::<Result<_, _>>()?;
        let account_id = self.account_for(viewer, Scope::Scrub, account).await?.account_id;
        let (_, view) = self.view(account_id, view.as_deref().unwrap_or(BUG_SCRUB)).await?;
        let people = (host, attendees);
        let (number, position) = self.open_over(viewer, account_id, view, people, (order, limit), &request).await?;
        self.scrub_details(viewer, account_id, number, position).await
    }

    /// Answers the scrub's number and the account's position.
    async fn open_over(
        &self,
        viewer: &Viewer,
        account_id: i64,
        view: View,
        (host, attendees): (String, Vec<String>),
        (order, limit): (Option<Order>, Option<i64>),
        request: &Request,
    ) -> Result<(i64, i64), Refusal> {
        let date = self.today();
        let on = (date, order.unwrap_or(view.order));
        let most = usize::try_from(limit.unwrap_or(MOST_ROWS)).unwrap_or_default();
        let filter = view.filter(date, self.zone())?;
        if !filter.open_only() {
            let detail = "A scrub reads what is open; this view shows other items.";
            return Err(Refusal::bad_parameter("view", detail));
        }
        let track = Track::of(&viewer.sight());
        for _ in 0..TRIES {
            let head = self.caught_up(account_id).await?;
            self.begin_rounds_if_due(account_id, &view.name, Tracks::BOTH, head, request).await?;
            if track == Track::People {
                self.begin_people_round_if_due(viewer, account_id, &view, request).await?;
            }
            self.caught_up(account_id).await?;
            let round = read::round(&self.0.pool, account_id, &view.name, track, None).await?;
            let unread = filter.clone().unread_since(round.started);
            let dealt = self.places(account_id, viewer.sight(), on, unread, most).await?;
            if dealt.places.is_empty() {
                return Err(Refusal::NothingToRead);
            }
            let new = act::NewScrub {
                private: self.private_among(viewer, account_id, &dealt.places),
                view: view.name.clone(),
                round: round.round,
                track,
                date,
                host: host.clone(),
                attendees: present_at_opening(&host, &attendees),
                total: dealt.total,
                order: order.map(|order| order.name().to_owned()),
                limit,
                deck: dealt.places.iter().map(frozen).collect(),
            };
            match act::open(&self.0.pool, account_id, new, self.0.first_scrub, request).await? {
                Opened::Done(number, position) => return Ok((number, position)),
                Opened::Overtaken => {}
                Opened::Other(number) => return Err(Refusal::ScrubOpen { number }),
            }
        }
        Err(Refusal::TooBusy("Rounds of the view begin faster than a deck can be dealt."))
    }

    /// Of the repositories of some places those that are private, unless the viewer sees all.
    fn private_among(&self, viewer: &Viewer, account_id: i64, places: &[Place]) -> Vec<i64> {
        if viewer.sight().is_all() {
            return vec![];
        }
        let repositories = self.0.live.repositories(account_id);
        let is_private = |repo_id: &i64| repositories.get(repo_id).is_some_and(|repository| repository.private);
        let among: BTreeSet<i64> = places.iter().map(|place| place.key.repo_id).filter(is_private).collect();
        among.into_iter().collect()
    }

    /// Waits until the live ranking includes everything that is stored of an account now.
    /// Answers the position.
    async fn caught_up(&self, account_id: i64) -> Result<i64, Refusal> {
        let mut connection = self.0.pool.acquire().await.map_err(crate::store::StoreError::from)?;
        let head = head(&mut connection, account_id).await?;
        drop(connection);
        let reached = tokio::time::timeout(LONGEST_WAIT, self.0.live.caught_up(head)).await;
        reached.map_err(|_| Refusal::RankingBehind)?;
        Ok(head.position)
    }

    /// The places of the items that pass a filter on a date, in an order.
    pub(super) async fn places(
        &self,
        account_id: i64,
        sight: Sight,
        (date, order): (NaiveDate, Order),
        filter: Filter,
        limit: usize,
    ) -> Result<Places, Refusal> {
        let request = PageRequest { account_id, sight, filter, order, date, past: false, after: None, limit };
        Ok(self.0.live.places(request).await?)
    }
}

/// A row as the deck keeps it.
fn frozen(place: &Place) -> DeckPlace {
    let Place { key, rank, days_age, days_stale } = place;
    let (repo_id, number) = (key.repo_id, key.number);
    DeckPlace { repo_id, number, rank: rank.unwrap_or_default(), days_age: *days_age, days_stale: *days_stale }
}
