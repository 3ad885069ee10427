//! Views: named filters, built in, declared in a file, or stored per account.

use super::{Refusal, Scope, Service, Viewer};
use crate::rank::{Criteria, Order};
use crate::scrub::{Origin, View};
use crate::store::views::{self, Put};

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

impl Service {
    /// All views of an account, by name.
    ///
    /// # Errors
    /// [`Refusal::MissingScope`], or as [`Service::account`].
    pub async fn list_views(&self, viewer: &Viewer, account: Option<&str>) -> Result<Vec<(Origin, View)>, Refusal> {
        viewer.require(Scope::Read)?;
        let account_id = self.account(viewer, account).await?.account_id;
        self.views_of(account_id).await
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
    ) -> Result<(Origin, View), Refusal> {
        viewer.require(Scope::Read)?;
        let account_id = self.account(viewer, account).await?.account_id;
        self.written_view(account_id, name).await
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
            Put::New => Ok(StoredView { view, is_new: true }),
            Put::Replaced => Ok(StoredView { view, is_new: false }),
            Put::Full => Err(Refusal::TooManyViews),
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
