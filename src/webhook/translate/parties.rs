//! Who and what a payload is about: accounts, people, repositories.

use crate::activity::event::OwnerRef;
use crate::activity::{Actor, Person, RepositoryRef};
use crate::webhook::payload::{Payload, RepositoryPayload, User};

/// The account that a delivery belongs to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AccountRef {
    /// GitHub's id; 0 where the payload names no account. Such a delivery is kept raw only.
    pub id: i64,
    /// Empty for account 0, and where the payload has an id only.
    pub login: String,
}

impl AccountRef {
    pub fn none() -> Self {
        Self { id: 0, login: String::new() }
    }

    pub fn of(user: &User) -> Option<Self> {
        let id = user.id.filter(|id| *id > 0)?;
        Some(Self { id, login: user.login.as_ref().map(|login| login.0.clone()).unwrap_or_default() })
    }

    /// The owner of a repository. The login is also in the repository's full name.
    pub fn of_owner(repository: &RepositoryPayload) -> Option<Self> {
        let owner = Self::of(repository.owner.as_ref()?)?;
        let login = || full_name(repository).map(|(login, _)| login.to_owned());
        Some(if owner.login.is_empty() { Self { login: login().unwrap_or_default(), ..owner } } else { owner })
    }

    /// The account that owns what the payload is about; for the events of an installation, the
    /// account it is on.
    pub fn of_payload(payload: &Payload) -> Self {
        let owner = payload.repository.as_ref().and_then(Self::of_owner);
        let installed_on = payload.installation.as_ref().and_then(|installation| installation.account.as_ref());
        let others = [installed_on, payload.organization.as_ref(), payload.account.as_ref()];
        let named: Vec<Self> = owner.into_iter().chain(others.into_iter().flatten().filter_map(Self::of)).collect();
        let Some(first) = named.first() else { return Self::none() };
        let same = |other: &&Self| other.id == first.id && !other.login.is_empty();
        named.iter().find(same).unwrap_or(first).clone()
    }

    pub fn owner(&self) -> OwnerRef {
        OwnerRef { id: self.id, login: self.login.clone() }
    }
}

/// Somebody who has at least an id or a login. The login is empty if the payload does not say it.
pub fn person(user: &User) -> Option<Person> {
    let (id, login) = (user.id.filter(|id| *id > 0), user.login.as_ref());
    let known = id.is_some() || login.is_some();
    known.then(|| Person { id, login: login.map(|login| login.0.clone()).unwrap_or_default() })
}

pub fn actor(user: &User) -> Option<Actor> {
    let Person { id, login } = person(user)?;
    let bot = user.user_type.as_deref() == Some("Bot") || login.ends_with("[bot]");
    Some(Actor { login, id, bot })
}

/// Whether two of a payload's users are the same; nobody is not.
pub fn same(one: Option<&User>, other: Option<&User>) -> bool {
    let (one, other) = (one.and_then(person), other.and_then(person));
    one.zip(other).is_some_and(|(one, other)| one.is(&other))
}

fn full_name(repository: &RepositoryPayload) -> Option<(&str, &str)> {
    repository.full_name.as_deref().and_then(|name| name.split_once('/'))
}

/// A repository that has an id; its name is empty if the payload does not say it. Its owner is the
/// payload's, else `holder`, unless the payload names another.
pub fn repository_ref(repository: &RepositoryPayload, holder: Option<&AccountRef>) -> Option<RepositoryRef> {
    let (login, name) = full_name(repository).unzip();
    let name = repository.name.as_deref().or(name).unwrap_or_default();
    let may_hold = |holder: &&AccountRef| login.is_none_or(|login| holder.login.eq_ignore_ascii_case(login));
    let owner = AccountRef::of_owner(repository).or_else(|| holder.filter(may_hold).cloned());
    Some(RepositoryRef {
        id: repository.id?,
        owner: owner.filter(|owner| !owner.login.is_empty()).as_ref().map(AccountRef::owner),
        name: name.to_owned(),
        private: repository.private,
        archived: repository.archived,
        html_url: repository.html_url.as_ref().map(|url| url.0.clone()),
    })
}
