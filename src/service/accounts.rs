//! The accounts that a viewer may see, and which of them a question is about.

use super::{Refusal, Scope, Service, Viewer};
pub use crate::store::accounts::Account;
use crate::store::accounts::{self, Meant};
use crate::store::{live, spread};

/// Accounts that a refusal names at most.
const MOST_NAMED: i64 = 50;

/// Which account somebody asks about.
#[derive(PartialEq, Eq, Hash)]
pub(super) struct AccountQuestion {
    among: Option<Vec<i64>>,
    /// What it is called: large sets are not kept with a question.
    sight: String,
    named: Option<String>,
}

impl Service {
    /// The accounts that the viewer may see, by id.
    ///
    /// # Errors
    /// [`Refusal::MissingScope`]
    pub async fn list_accounts(&self, viewer: &Viewer) -> Result<Vec<Account>, Refusal> {
        viewer.require(Scope::Read)?;
        let meant = Meant { among: viewer.accounts(), ..Meant::default() };
        Ok(accounts::visible(&self.0.pool, &viewer.sight(), meant).await?)
    }

    /// The account that a question is about: `named` by login or id, or the only one there is. As of what the ranking
    /// includes, and of the last second at most.
    ///
    /// # Errors
    /// [`Refusal::BadParameter`] if none is named and there are several, [`Refusal::NoAccount`] if there is none;
    /// [`Refusal::UnknownAccount`] for one that is not there or not the viewer's;
    /// [`Refusal::LoginReused`] for a login that several have had.
    pub async fn account(&self, viewer: &Viewer, named: Option<&str>) -> Result<Account, Refusal> {
        let question = AccountQuestion {
            among: viewer.accounts().map(<[i64]>::to_vec),
            sight: format!("{:?}", viewer.sight()),
            named: named.map(str::to_owned),
        };
        self.0.meant.get_as_of(self.0.live.changes(), question, self.meant(viewer, named)).await
    }

    /// The account in which somebody wants to do something, for which they need a scope there.
    ///
    /// # Errors
    /// [`Refusal::MissingScope`], or as [`Service::account`].
    pub async fn account_for(&self, viewer: &Viewer, scope: Scope, named: Option<&str>) -> Result<Account, Refusal> {
        viewer.require(scope)?;
        let account = self.account(viewer, named).await?;
        viewer.require_in(account.account_id, scope)?;
        Ok(account)
    }

    /// Accounts with a repository that the viewer sees. Where accounts are spread over servers, those that the ranking
    /// holds: not every server is asked for every request. One that it does not hold is looked for.
    async fn visible(&self, viewer: &Viewer, meant: Meant<'_>) -> Result<Vec<Account>, Refusal> {
        let sight = viewer.sight();
        let held = spread::is_known(&self.0.pool).then(|| self.0.live.visible(&sight, meant)).flatten();
        match held {
            Some(held) => Ok(held),
            None => Ok(accounts::visible(&self.0.pool, &sight, meant).await?),
        }
    }

    /// The same as [`Service::account`], with the position that the log has now.
    pub(super) async fn account_now(&self, viewer: &Viewer, named: Option<&str>) -> Result<Account, Refusal> {
        let account = self.meant(viewer, named).await?;
        let position = live::head_position(&self.0.pool, account.account_id).await?;
        Ok(Account { position, ..account })
    }

    async fn meant(&self, viewer: &Viewer, named: Option<&str>) -> Result<Account, Refusal> {
        let among = viewer.accounts();
        let Some(named) = named else {
            let meant = Meant { among, named: None, limit: Some(MOST_NAMED) };
            let mut accounts = self.visible(viewer, meant).await?;
            if accounts.len() == 1 {
                return Ok(accounts.remove(0));
            }
            if accounts.is_empty() {
                return Err(Refusal::NoAccount);
            }
            let detail = "The token sees several accounts; name one by login or id.";
            return Err(Refusal::not_among("account", detail, names(&accounts)));
        };
        let id = named.parse().ok().filter(|id: &i64| id.to_string() == named);
        let login = named.to_lowercase();
        let meant = Meant { among, named: Some((&login, id)), limit: None };
        let mut accounts = self.visible(viewer, meant).await?;
        // A login may look like another account's id: the id is what was meant.
        if let Some(at) = accounts.iter().position(|account| Some(account.account_id) == id) {
            return Ok(accounts.swap_remove(at));
        }
        match accounts.len() {
            0 => Err(Refusal::UnknownAccount),
            1 => Ok(accounts.remove(0)),
            _ => Err(Refusal::LoginReused { ids: accounts.into_iter().map(|account| account.account_id).collect() }),
        }
    }
}

/// What each account can be named by: its login, or its id where several have the login.
fn names(accounts: &[Account]) -> impl Iterator<Item = String> {
    accounts.iter().map(|account| {
        let same = |other: &&Account| other.login.eq_ignore_ascii_case(&account.login);
        match accounts.iter().filter(same).count() {
            1 => account.login.clone(),
            _ => account.account_id.to_string(),
        }
    })
}
