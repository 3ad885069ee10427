//! What a queue is made of: how many of its items have each value, and the repositories that there are.

use std::collections::HashMap;

use super::names::UnknownName;
use super::portion::Subject;
use super::queue::{Version, VersionedAnswer};
use super::{Refusal, Scope, Service, Viewer};
use crate::rank::live::OpenCounts;
use crate::rank::{Facet, Repository};
pub use crate::store::facets::Facets;
use crate::store::facets::FacetsRequest;

/// Which items are counted, and how.
#[derive(Debug)]
pub struct FacetsQuestion {
    pub subject: Subject,
    /// Values of each facet.
    pub limit: usize,
    /// Wait until answers include this position of the log.
    pub min_position: Option<i64>,
    /// Names that are not known are refused.
    pub strict: bool,
}

/// A repository, and what is open in it.
#[derive(Debug)]
pub struct ListedRepository {
    pub repository: Repository,
    pub open: OpenCounts,
}

/// A page of an account's repositories, by their ids.
#[derive(Debug)]
pub struct Repositories {
    pub account_id: i64,
    /// The position of the account's log that the counts include.
    pub position: i64,
    pub repositories: Vec<ListedRepository>,
    /// The id after which the next page begins.
    pub next: Option<i64>,
}

impl Service {
    /// Counts the items of a queue by their values, beside the names in the question that nothing has, unless the asker has this version. A facet counts as if its own filter
    /// were not given: a view's filters always count.
    ///
    /// # Errors
    /// As [`Service::queue`].
    pub async fn facets(
        &self,
        viewer: &Viewer,
        question: FacetsQuestion,
        is_known: impl Fn(&Version) -> bool,
    ) -> Result<VersionedAnswer<(Facets, Vec<UnknownName>)>, Refusal> {
        viewer.require(Scope::Read)?;
        let FacetsQuestion { subject, limit, min_position, strict } = question;
        let portion = self.portion(viewer, &subject, None, None).await?;
        let account_id = portion.account.account_id;
        self.reached(account_id, min_position).await?;
        let date = self.today();
        let asked = Facet::ALL.into_iter().filter(|facet| subject.criteria.has(facet.criterion().name));
        let without = |facet: Facet| Ok((facet, portion.filter_without(facet.criterion(), date)?));
        let own = asked.map(without).collect::<Result<_, Refusal>>()?;
        let request = FacetsRequest { account_id, sight: viewer.sight(), filter: portion.filter(date)?, own, limit };
        let version = match self.version_of(account_id, date, format!("{request:?}"), is_known) {
            Ok(version) => version,
            Err(known) => return Ok(VersionedAnswer::Known(known)),
        };
        let unknown = self.unknown_names(account_id, &request.sight, &request.filter, strict).await?;
        let facets = self.0.live.facets(&request).await?;
        Ok(VersionedAnswer::New(Version { position: facets.position, ..version }, (facets, unknown)))
    }

    /// Lists an account's repositories that the viewer may see, after one of an id.
    ///
    /// # Errors
    /// [`Refusal::MissingScope`], or as [`Service::account`].
    pub async fn list_repositories(
        &self,
        viewer: &Viewer,
        account: Option<&str>,
        after: i64,
        limit: usize,
    ) -> Result<Repositories, Refusal> {
        viewer.require(Scope::Read)?;
        let account = self.account(viewer, account).await?;
        let (position, counted) = self.0.live.open_by_repository(account.account_id).await;
        let counted: HashMap<i64, OpenCounts> = counted.into_iter().collect();
        let all = self.0.live.repositories(account.account_id);
        let seen = |repository: &&Repository| {
            repository.repo_id > after && viewer.sight().sees(repository.repo_id, repository.private)
        };
        let mut seen: Vec<&Repository> = all.values().filter(seen).collect();
        seen.sort_unstable_by_key(|repository| repository.repo_id);
        let more = seen.len() > limit;
        seen.truncate(limit);
        let next = seen.last().filter(|_| more).map(|last| last.repo_id);
        let listed = |repository: &Repository| ListedRepository {
            open: counted.get(&repository.repo_id).copied().unwrap_or_default(),
            repository: repository.clone(),
        };
        let account_id = account.account_id;
        Ok(Repositories { account_id, position, repositories: seen.into_iter().map(listed).collect(), next })
    }
}
