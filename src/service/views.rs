//! Views: named filters, built in, declared in a file, or stored per account.

use super::{Refusal, Scope, Service, Viewer};
use crate::live::parts::PartsRequest;
use crate::rank::{Criteria, Order};
use crate::scrub::{Origin, Round, Track, View};
use crate::store::scrubs::read::starts;
use crate::store::views::{self, PutOutcome};

/// A view to be stored.
#[derive(Debug)]
pub struct NewView {
    pub name: String,
    pub title: String,
    pub description: String,
    pub resolution: String,
    pub target: Option<i64>,
    pub filter: Criteria,
    pub order: Order,
}

/// A view that was stored.
#[derive(Debug)]
pub struct StoredView {
    pub view: View,
    /// There was none of its name.
    pub is_new: bool,
}

/// What a view has now, of one position of the account's log.
#[derive(Clone, Copy, Debug)]
pub struct ViewCounts {
    pub position: i64,
    /// Its items; `None` of a view that is not of open items alone.
    pub items: Option<i64>,
    /// Those of them that were not read in its round.
    pub unread: Option<i64>,
}

/// What views have is counted, once answers include `min_position`.
#[derive(Clone, Copy, Debug, Default)]
pub struct CountViews {
    pub min_position: Option<i64>,
}

/// A view, where it comes from, and what it has, if that was asked for.
pub type ListedView = (Origin, View, Option<ViewCounts>);

impl Service {
    /// All views of an account, by name.
    ///
    /// # Errors
    /// [`Refusal::MissingScope`], [`Refusal::PositionNotReached`], or as [`Service::account`].
    pub async fn list_views(
        &self,
        viewer: &Viewer,
        account: Option<&str>,
        count: Option<CountViews>,
    ) -> Result<Vec<ListedView>, Refusal> {
        viewer.require(Scope::Read)?;
        let account_id = self.account(viewer, account).await?.account_id;
        let views = self.views_of(account_id).await?;
        self.with_counts(viewer, account_id, views, count).await
    }

    async fn with_counts(
        &self,
        viewer: &Viewer,
        account_id: i64,
        views: Vec<(Origin, View)>,
        count: Option<CountViews>,
    ) -> Result<Vec<ListedView>, Refusal> {
        let Some(CountViews { min_position }) = count else {
            return Ok(views.into_iter().map(|(origin, view)| (origin, view, None)).collect());
        };
        self.reached(account_id, min_position).await?;
        let (sight, date) = (viewer.sight(), self.today());
        let starts = starts(&self.0.pool, account_id, Track::of(&sight)).await?;
        let mut parts = vec![];
        let mut listed = vec![];
        for (origin, view) in views {
            let groups = view.filter.with_groups(self.0.views.groups());
            // A view that names a group which is no more has nothing.
            let filter = groups.ok().and_then(|filter| View { filter, ..view.clone() }.filter(date, self.zone()).ok());
            let started = starts.get(&view.name).copied().unwrap_or(Round::FIRST.started);
            let at = filter.map(|filter| {
                parts.push((filter.clone().unread_since(started), view.order));
                parts.push((filter, view.order));
                parts.len()
            });
            listed.push((origin, view, at));
        }
        let request = PartsRequest { account_id, sight, date, limit: 0, parts };
        let (position, counts) = self.0.live.counts(&request).await?;
        let listed = listed.into_iter().map(|(origin, view, at)| {
            let (items, unread) = at.map_or((None, None), |at| (counts[at - 1], counts[at - 2]));
            (origin, view, Some(ViewCounts { position, items, unread }))
        });
        Ok(listed.collect())
    }

    /// All views of an account, by name.
    pub(super) async fn views_of(&self, account_id: i64) -> Result<Vec<(Origin, View)>, Refusal> {
        Ok(self.0.views.all(views::list(&self.0.pool, account_id).await?))
    }

    /// One view of an account.
    ///
    /// # Errors
    /// As [`Service::list_views`], or [`Refusal::UnknownView`].
    pub async fn show_view(
        &self,
        viewer: &Viewer,
        account: Option<&str>,
        name: &str,
        count: Option<CountViews>,
    ) -> Result<ListedView, Refusal> {
        viewer.require(Scope::Read)?;
        let account_id = self.account(viewer, account).await?.account_id;
        let view = self.written_view(account_id, name).await?;
        self.with_counts(viewer, account_id, vec![view], count).await?.pop().ok_or(Refusal::UnknownView)
    }

    /// Stores a view in place of the stored or built-in one of its name.
    ///
    /// # Errors
    /// [`Refusal::BadParameter`] for what cannot be a view, [`Refusal::ViewBuiltIn`], [`Refusal::ViewDeclared`],
    /// [`Refusal::TooManyViews`], or as [`Service::list_views`].
    pub async fn store_view(
        &self,
        viewer: &Viewer,
        account: Option<&str>,
        new: NewView,
    ) -> Result<StoredView, Refusal> {
        viewer.require(Scope::Scrub)?;
        let account_id = self.account_for(viewer, Scope::Scrub, account).await?.account_id;
        self.refuse_builtin(viewer, &new.name)?;
        let NewView { name, title, description, resolution, target, filter, order } = new;
        let view = View { name, title, description, resolution, target, filter, order };
        view.check(self.0.views.groups())?;
        self.refuse_declared(&view.name)?;
        match views::put(&self.0.pool, account_id, &view).await? {
            PutOutcome::New => Ok(StoredView { view, is_new: true }),
            PutOutcome::Replaced => Ok(StoredView { view, is_new: false }),
            PutOutcome::Full => Err(Refusal::TooManyViews),
        }
    }

    /// Deletes a stored view.
    ///
    /// # Errors
    /// [`Refusal::ViewBuiltIn`], [`Refusal::ViewDeclared`], [`Refusal::NoStoredView`], or as [`Service::list_views`].
    pub async fn delete_view(&self, viewer: &Viewer, account: Option<&str>, name: &str) -> Result<(), Refusal> {
        viewer.require(Scope::Scrub)?;
        let account_id = self.account_for(viewer, Scope::Scrub, account).await?.account_id;
        self.refuse_builtin(viewer, name)?;
        self.refuse_declared(name)?;
        match name.contains('\0') || !views::delete(&self.0.pool, account_id, name).await? {
            false => Ok(()),
            true => Err(Refusal::NoStoredView),
        }
    }

    /// The view that a name means for an account, with the people of the groups that it names.
    ///
    /// # Errors
    /// [`Refusal::UnknownView`], [`Refusal::BadParameter`] if a group is no more.
    pub async fn view(&self, account_id: i64, name: &str) -> Result<(Origin, View), Refusal> {
        let (origin, view) = self.written_view(account_id, name).await?;
        let filter = view.filter.with_groups(self.0.views.groups())?;
        Ok((origin, View { filter, ..view }))
    }

    /// The same as it was written: one that a file declares goes before a stored one,
    /// and that before a built-in one.
    ///
    /// # Errors
    /// [`Refusal::UnknownView`]
    pub(super) async fn written_view(&self, account_id: i64, name: &str) -> Result<(Origin, View), Refusal> {
        if let Some(view) = self.0.views.in_file(name) {
            return Ok((Origin::File, view.clone()));
        }
        // Postgres takes U+0000 in no text.
        let stored = match name.contains('\0') {
            true => None,
            false => views::find(&self.0.pool, account_id, name).await?,
        };
        let builtin = || self.0.views.builtin(name).map(|view| (Origin::Builtin, view.clone()));
        stored.map(|view| (Origin::Stored, view)).or_else(builtin).ok_or(Refusal::UnknownView)
    }

    /// What a built-in view means is for those to change who may do everything: scrubs, statistics and
    /// other people's dashboards rely on it.
    fn refuse_builtin(&self, viewer: &Viewer, name: &str) -> Result<(), Refusal> {
        match self.0.views.builtin(name).is_some() && viewer.require(Scope::Admin).is_err() {
            false => Ok(()),
            true => Err(Refusal::ViewBuiltIn),
        }
    }

    fn refuse_declared(&self, name: &str) -> Result<(), Refusal> {
        match self.0.views.in_file(name) {
            None => Ok(()),
            Some(_) => Err(Refusal::ViewDeclared),
        }
    }
}
