//! Parts of an account's items, each with its first items and for how long all of it has waited: what a collection of
//! views shows.
//!
//! The parts of open items are of one moment. What is not open is in no memory: such a part is read from the store
//! afterwards, and may be of a later moment.

use std::collections::HashMap;

use chrono::NaiveDate;

use super::LiveRanking;
use crate::activity::Sight;
use crate::rank::live::{Part, Selection};
use crate::rank::{Filter, Order, Page, PageRequest, Place, QueueItem, WaitSummary};
use crate::store::details::details;
use crate::store::{self, StoreError};

/// Which parts of an account's items are asked for.
#[derive(Clone, Debug)]
pub struct PartsRequest {
    pub account_id: i64,
    /// What the reader may see.
    pub sight: Sight,
    /// Today.
    pub date: NaiveDate,
    /// How many items of each are shown. May be 0.
    pub limit: usize,
    pub parts: Vec<(Filter, Order)>,
}

impl PartsRequest {
    fn page(&self, (filter, order): &(Filter, Order)) -> PageRequest {
        PageRequest {
            account_id: self.account_id,
            sight: self.sight.clone(),
            filter: filter.clone(),
            order: *order,
            date: self.date,
            past: false,
            after: None,
            limit: self.limit,
        }
    }
}

/// The parts that were asked for, in their order.
#[derive(Debug)]
pub struct Parts {
    /// The position of the account's log that all of them include.
    pub position: i64,
    pub parts: Vec<ShownPart>,
}

/// A part of an account's items.
#[derive(Debug)]
pub struct ShownPart {
    /// How many there are.
    pub total: i64,
    /// The first ones.
    pub items: Vec<QueueItem>,
    pub waits: WaitSummary,
}

impl LiveRanking {
    /// Parts of an account's items.
    ///
    /// # Errors
    /// If the store cannot be read.
    pub async fn parts(&self, request: &PartsRequest) -> Result<Parts, StoreError> {
        let held = self.held_parts(request).await?;
        let (mut position, held) = held.map_or((i64::MAX, HashMap::new()), |(position, held)| (position, held));
        let places: Vec<Place> = held.values().flat_map(|part| part.page.places.iter().copied()).collect();
        let items = self.shown(request, places).await?;
        let mut parts = vec![];
        for (at, part) in request.parts.iter().enumerate() {
            parts.push(match held.get(&at) {
                Some(Part { page, waits }) => {
                    let shown = |place: &Place| items.get(&(place.key.repo_id, place.key.number)).cloned();
                    // Places of one item differ by what an order looks at.
                    let shown = |place: &Place| shown(place).map(|item| QueueItem { place: place.key, ..item });
                    ShownPart {
                        total: page.total,
                        items: page.places.iter().filter_map(shown).collect(),
                        waits: *waits,
                    }
                }
                None => {
                    let page = request.page(part);
                    let (page, waits) = store::queue::part(&self.0.pool, self.0.zone, &self.0.bots, &page).await?;
                    let Page { position: read, total, items, .. } = page;
                    position = position.min(read);
                    ShownPart { total, items, waits: waits.summed_up(request.date, self.0.zone) }
                }
            });
        }
        // Nothing was asked of an account that is in no memory.
        let position = Some(position).filter(|position| *position < i64::MAX).unwrap_or_default();
        Ok(Parts { position, parts })
    }

    /// How many items each of some filters has, and the position that all of it is of. `None` of what is not open alone,
    /// which memory does not hold.
    ///
    /// # Errors
    /// If the store cannot be read, of which only names are asked.
    pub async fn counts(&self, request: &PartsRequest) -> Result<(i64, Vec<Option<i64>>), StoreError> {
        let mut counts = vec![None; request.parts.len()];
        let Some((position, held)) = self.held_counts(request).await? else { return Ok((0, counts)) };
        for (at, count) in held {
            counts[at] = Some(count);
        }
        Ok((position, counts))
    }

    async fn held_counts(&self, request: &PartsRequest) -> Result<Option<(i64, Vec<(usize, i64)>)>, StoreError> {
        let date = request.date;
        let Some(account) = self.account(request.account_id) else { return Ok(None) };
        let Some(snapshot) = self.snapshot(&account, date).await else { return Ok(None) };
        let Some(ranked) = snapshot.on(date) else { return Ok(None) };
        let mut counts = vec![];
        for (at, part) in request.parts.iter().enumerate().filter(|(_, (filter, _))| filter.open_only()) {
            let selection = account.resolve(&self.0.pool, &request.page(part), None).await?;
            counts.push((at, ranked.page(&selection, Order::Stalest, None, 0).total));
        }
        Ok(Some((snapshot.position(), counts)))
    }

    /// Those of the parts that memory can tell, by their places in the request, and the position that they are of.
    async fn held_parts(&self, request: &PartsRequest) -> Result<Option<(i64, HashMap<usize, Part>)>, StoreError> {
        let (date, limit) = (request.date, request.limit);
        let Some(account) = self.account(request.account_id) else { return Ok(None) };
        let Some(snapshot) = self.snapshot(&account, date).await else { return Ok(None) };
        let mut selections: Vec<(usize, Selection, Order)> = vec![];
        for (at, part) in request.parts.iter().enumerate().filter(|(_, (filter, _))| filter.open_only()) {
            selections.push((at, account.resolve(&self.0.pool, &request.page(part), None).await?, part.1));
        }
        let position = snapshot.position();
        let told = tokio::task::spawn_blocking(move || {
            let ranked = snapshot.on(date)?;
            let part = |(at, selection, order)| (at, ranked.part(&selection, order, limit));
            Some(selections.into_iter().map(part).collect())
        });
        let told = told.await.map_err(|_| StoreError::Unreadable("parts could not be counted".to_owned()))?;
        Ok(told.map(|parts| (position, parts)))
    }

    /// The items at some places, by repository and number, each read once.
    async fn shown(
        &self,
        request: &PartsRequest,
        mut places: Vec<Place>,
    ) -> Result<HashMap<(i64, i64), QueueItem>, StoreError> {
        let address = |place: &Place| (place.key.repo_id, place.key.number);
        places.sort_unstable_by_key(address);
        places.dedup_by_key(|place| address(place));
        let mut connection = self.0.pool.acquire().await.map_err(StoreError::from)?;
        let items = details(&mut connection, request.account_id, &request.sight, &self.0.bots, &places).await?;
        Ok(items.into_iter().map(|item| ((item.place.repo_id, item.place.number), item)).collect())
    }
}
