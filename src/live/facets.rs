//! Facets from memory: an account's open items counted by what they are called.
//!
//! What labels, milestones and people are called is read when somebody asks first, and then as far as the log has moved
//! since. An account of which nobody asks keeps no names.

use std::sync::Arc;

use super::LiveRanking;
use super::account::Account;
use super::facet_names::called;
use crate::rank::facet::Facet;
use crate::rank::live::{OpenCounts, Selection, Snapshot};
use crate::rank::{Filter, Order, PageRequest};
use crate::store::StoreError;
use crate::store::facets::{self as store, Facets, FacetsRequest};

impl LiveRanking {
    /// Counts an account's items by their values.
    ///
    /// # Errors
    /// If the store cannot be read.
    pub async fn facets(&self, request: &FacetsRequest) -> Result<Facets, StoreError> {
        let filters = request.own.iter().map(|(_, filter)| filter).chain([&request.filter]);
        match self.account(request.account_id) {
            Some(account) if filters.into_iter().all(Filter::open_only) => self.counted(&account, request).await,
            _ => store::facets(&self.0.pool, self.0.zone, request).await,
        }
    }

    /// The open items of each repository that has any, and the position of the log that this includes.
    pub async fn open_by_repository(&self, account_id: i64) -> (i64, Vec<(i64, OpenCounts)>) {
        let Some(account) = self.account(account_id) else { return (0, vec![]) };
        let snapshot = account.live().snapshot();
        let position = snapshot.position();
        let counted = tokio::task::spawn_blocking(move || snapshot.open_by_repository()).await;
        (position, counted.unwrap_or_default())
    }

    async fn counted(&self, account: &Arc<Account>, request: &FacetsRequest) -> Result<Facets, StoreError> {
        let live = account.live();
        let snapshot = live.snapshot();
        let called = called(account.names(), &self.0.pool, request.account_id, (&live, &snapshot)).await?;
        // Facets that count by the same filter are counted together.
        let (own, shared): (Vec<Facet>, Vec<Facet>) =
            Facet::ALL.into_iter().partition(|facet| request.own.iter().any(|(own, _)| own == facet));
        let mut parts = vec![(shared, self.selected(account, request, &request.filter, &snapshot).await?)];
        for facet in own {
            parts.push((vec![facet], self.selected(account, request, request.filter_of(facet), &snapshot).await?));
        }
        let (repositories, limit, position) = (account.repositories(), request.limit, snapshot.position());
        let counted = tokio::task::spawn_blocking(move || {
            let total = parts.first().map_or(0, |(_, selection)| snapshot.count(selection));
            let counted = parts.iter().flat_map(|(facets, selection)| {
                let counted = snapshot.facets(selection, facets, &called, |repo_id| repositories.get(&repo_id), limit);
                facets.iter().copied().zip(counted)
            });
            let mut counted: Vec<_> = counted.collect();
            counted.sort_by_key(|(facet, _)| *facet);
            Facets { position, total, counted }
        });
        counted.await.map_err(|_| StoreError::Unreadable("facets could not be counted".to_owned()))
    }

    async fn selected(
        &self,
        account: &Account,
        request: &FacetsRequest,
        filter: &Filter,
        snapshot: &Snapshot,
    ) -> Result<Selection, StoreError> {
        let page = PageRequest {
            account_id: request.account_id,
            sight: request.sight.clone(),
            filter: filter.clone(),
            order: Order::default(),
            date: snapshot.date(),
            past: false,
            after: None,
            limit: 1,
        };
        account.resolve(&self.0.pool, &page, None).await
    }
}
