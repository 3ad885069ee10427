//! Who and what a payload is about: accounts, people, repositories.

use crate::activity::event::OwnerRef;
use crate::activity::{Actor, Person, RepositoryRef};
use crate::webhook::payload::{Payload, RepositoryPayload, User};

/// The account that a delivery belongs to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AccountRef {
    /// GitHub's id; 0 where the payload names no account. Such a delivery is kept raw only.
    pub id: i64,
    /// Empty for account 0.
    pub login: String,
}

impl AccountRef {
    pub fn none() -> Self {
        Self { id: 0, login: String::new() }
    }

    pub fn of(user: &User) -> Option<Self> {
        let id = user.id.filter(|id| *id > 0)?;
        Some(Self { id, login: user.login.0.clone() })
    }

    /// The account that owns what the payload is about; for the events of an installation, the
    /// account it is on.
    pub fn of_payload(payload: &Payload) -> Self {
        let owner = payload.repository.as_ref().and_then(|repository| repository.owner.as_ref());
        let installed_on = payload.installation.as_ref().and_then(|installation| installation.account.as_ref());
        let named = [owner, installed_on, payload.organization.as_ref(), payload.account.as_ref()];
        named.into_iter().flatten().find_map(Self::of).unwrap_or_else(Self::none)
    }

    pub fn owner(&self) -> OwnerRef {
        OwnerRef { id: self.id, login: self.login.clone() }
    }
}

pub fn person(user: &User) -> Person {
    Person { id: user.id.filter(|id| *id > 0), login: user.login.0.clone() }
}

pub fn actor(user: &User) -> Actor {
    let bot = user.user_type.as_deref() == Some("Bot") || user.login.ends_with("[bot]");
    let Person { id, login } = person(user);
    Actor { login, id, bot }
}

/// Whether two of a payload's users are the same; nobody is not.
pub fn same(one: Option<&User>, other: Option<&User>) -> bool {
    one.zip(other).is_some_and(|(one, other)| person(one).is(&person(other)))
}

/// A repository that has a name. Its owner is the payload's, else `holder`.
pub fn repository_ref(repository: &RepositoryPayload, holder: Option<&AccountRef>) -> Option<RepositoryRef> {
    let full_name = repository.full_name.as_deref().and_then(|name| name.split_once('/'));
    let name = repository.name.as_deref().or(full_name.map(|(_, name)| name))?.to_owned();
    let owner = repository.owner.as_ref().and_then(AccountRef::of).or_else(|| holder.cloned());
    Some(RepositoryRef {
        id: repository.id,
        owner: owner.as_ref().map(AccountRef::owner),
        name,
        private: repository.private,
        archived: repository.archived,
        html_url: repository.html_url.as_ref().map(|url| url.0.clone()),
    })
}
