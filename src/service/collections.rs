//! Collections: several views in one answer, as a meeting's agenda.

use std::borrow::Cow;

use chrono::NaiveDate;

use super::items::ShownItem;
use super::names::UnknownName;
use super::portion::Subject;
use super::queue::{Version, VersionedAnswer};
use super::{Refusal, Scope, Service, Viewer};
use crate::live::parts::{Parts, PartsRequest, ShownPart};
use crate::rank::{Filter, WaitSummary, text};
use crate::scrub::{Collection, Origin, View};

/// Which collection is asked for.
#[derive(Debug)]
pub struct CollectionQuestion {
    /// Login or id; `None`: the only account that the viewer sees.
    pub account: Option<String>,
    pub name: String,
    /// How many items of each view are shown. May be 0.
    pub rows: usize,
    /// Wait until answers include this position of the log.
    pub min_position: Option<i64>,
}

/// A collection with what its views have.
#[derive(Debug)]
pub struct ShownCollection {
    pub account_id: i64,
    pub origin: Origin,
    pub collection: Collection,
    /// The date that days are counted to.
    pub as_of: NaiveDate,
    /// The position of the account's log that it includes.
    pub position: i64,
    /// In the collection's order.
    pub views: Vec<CollectedView>,
}

/// A view of a collection.
#[derive(Debug)]
pub enum CollectedView {
    Here(Box<CountedView>),
    Missing(MissingView),
}

/// A view that the account does not have, or whose filter cannot be understood any more.
#[derive(Clone, Debug)]
pub struct MissingView {
    pub name: String,
    /// What is wrong with it, as a sentence.
    pub detail: Cow<'static, str>,
    /// Names that the account has and that are nearly the same, the nearest first.
    pub closest: Vec<String>,
}

/// A view with what it has.
#[derive(Debug)]
pub struct CountedView {
    pub view: View,
    pub total: i64,
    /// The first ones, in the view's order.
    pub items: Vec<ShownItem>,
    pub waits: WaitSummary,
    /// Names in its filter that nothing has.
    pub unknown: Vec<UnknownName>,
}

/// A view that a collection names.
#[derive(Debug)]
enum NamedView {
    Here(Box<FoundView>),
    Missing(MissingView),
}

/// A view as the account has it.
#[derive(Debug)]
struct FoundView {
    view: View,
    filter: Filter,
    /// The same with those names only that the view spells out.
    spelled: Filter,
}

impl Service {
    /// The collections, by name.
    ///
    /// # Errors
    /// [`Refusal::MissingScope`], or as [`Service::account`].
    pub async fn list_collections(
        &self,
        viewer: &Viewer,
        account: Option<&str>,
    ) -> Result<&[(Origin, Collection)], Refusal> {
        viewer.require(Scope::Read)?;
        self.account(viewer, account).await?;
        Ok(self.0.views.collections())
    }

    /// Shows what the views of a collection have, unless the asker has this version.
    ///
    /// # Errors
    /// [`Refusal::MissingScope`], [`Refusal::UnknownCollection`], [`Refusal::PositionNotReached`],
    /// [`Refusal::TooBusy`] where views of closed items wait too long for their turn, or as
    /// [`Service::account`].
    pub async fn show_collection(
        &self,
        viewer: &Viewer,
        question: CollectionQuestion,
        is_known: impl Fn(&Version) -> bool,
    ) -> Result<VersionedAnswer<ShownCollection>, Refusal> {
        viewer.require(Scope::Read)?;
        let CollectionQuestion { account, name, rows, min_position } = question;
        let account_id = self.account(viewer, account.as_deref()).await?.account_id;
        let (origin, collection) = self.0.views.collection(&name).ok_or(Refusal::UnknownCollection)?.clone();
        self.reached(account_id, min_position).await?;
        let (date, sight) = (self.today(), viewer.sight());
        let mut named = vec![];
        for name in &collection.views {
            named.push(self.named(viewer, account_id, name, date).await?);
        }
        let asked = format!("{collection:?} {named:?} {sight:?} {rows}");
        let version = match self.version_of(account_id, date, asked, is_known) {
            Ok(version) => version,
            Err(known) => return Ok(VersionedAnswer::Known(known)),
        };
        let parts = named.iter().filter_map(|named| match named {
            NamedView::Here(found) => Some((found.filter.clone(), found.view.order)),
            NamedView::Missing(_) => None,
        });
        // Reading what is not open takes as long as a statistic does.
        let _turn = match named.iter().any(|named| matches!(named, NamedView::Here(found) if !found.filter.open_only()))
        {
            true => Some(self.0.counting.take(viewer).await?),
            false => None,
        };
        let request = PartsRequest { account_id, sight, date, limit: rows, parts: parts.collect() };
        let Parts { position, parts } = self.0.live.parts(&request).await?;
        let mut parts = parts.into_iter();
        let mut views = vec![];
        for named in named {
            let FoundView { view, spelled, .. } = match named {
                NamedView::Here(found) => *found,
                NamedView::Missing(missing) => {
                    views.push(CollectedView::Missing(missing));
                    continue;
                }
            };
            // There is one for each view that is here.
            let Some(ShownPart { total, items, waits }) = parts.next() else { break };
            let unknown = self.unknown_names(account_id, &request.sight, &spelled, false).await?;
            let items = items.into_iter().map(|item| self.shown(date, item)).collect();
            views.push(CollectedView::Here(Box::new(CountedView { view, total, items, waits, unknown })));
        }
        let shown = ShownCollection { account_id, origin, collection, as_of: date, position, views };
        Ok(VersionedAnswer::New(Version { position, ..version }, shown))
    }

    /// A view that a collection names. One that is wrong costs itself, not the others.
    async fn named(&self, viewer: &Viewer, account_id: i64, name: &str, date: NaiveDate) -> Result<NamedView, Refusal> {
        let subject =
            Subject { account: Some(account_id.to_string()), view: Some(name.to_owned()), ..Subject::default() };
        let found = self.portion(viewer, &subject, None, None).await.and_then(|portion| {
            let (filter, spelled) = (portion.filter(date)?, portion.named(viewer, date)?);
            let view = portion.view.ok_or(Refusal::UnknownView)?;
            Ok(NamedView::Here(Box::new(FoundView { view, filter, spelled })))
        });
        let missing = |detail, closest| Ok(NamedView::Missing(MissingView { name: name.to_owned(), detail, closest }));
        match found {
            Err(Refusal::UnknownView) => {
                let all = self.views_of(account_id).await?.into_iter();
                let all: Vec<String> = all.map(|(_, view)| view.name).collect();
                missing(Refusal::UnknownView.to_string().into(), text::closest(name, &all))
            }
            // A group that it names is no more, for example.
            Err(Refusal::BadParameter { name, detail, .. }) => {
                missing(format!("The view's filter cannot be understood. {name}: {detail}").into(), vec![])
            }
            found => found,
        }
    }
}
