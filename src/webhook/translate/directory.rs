//! Facts of labels, milestones, repositories and installations.

use super::{AccountRef, Telling, Told, account, repository_ref};
use crate::activity::event::{AccountFact, LabelFact, MilestoneFact, OwnerRef, RepositoryFact};
use crate::activity::{Fact, LabelRef, MilestoneRef, RepositoryRef};
use crate::webhook::payload::{Payload, Repository};

pub(super) fn label(payload: &Payload, action: &str) -> Told {
    let (kind, removed) = match action {
        "created" => ("label_created", false),
        "edited" => ("label_edited", false),
        "deleted" => ("label_deleted", true),
        _ => return Told::Unknown,
    };
    let fact = || {
        let repository = repository_ref(payload.repository.as_ref()?, None)?;
        let label = payload.label.as_ref()?;
        let label = LabelRef { id: label.id?, name: label.name.as_ref()?.0.clone() };
        Some(Fact::Label(LabelFact { repository, label, removed }))
    };
    one(kind, fact())
}

pub(super) fn milestone(payload: &Payload, action: &str) -> Told {
    let (kind, removed) = match action {
        "created" => ("milestone_created", false),
        "edited" => ("milestone_edited", false),
        "opened" => ("milestone_opened", false),
        "closed" => ("milestone_closed", false),
        "deleted" => ("milestone_deleted", true),
        _ => return Told::Unknown,
    };
    let fact = || {
        let repository = repository_ref(payload.repository.as_ref()?, None)?;
        let milestone = payload.milestone.as_ref()?;
        let milestone = MilestoneRef { number: milestone.number?, title: milestone.title.as_ref()?.0.clone() };
        Some(Fact::Milestone(MilestoneFact { repository, milestone, removed }))
    };
    one(kind, fact())
}

pub(super) fn repository(payload: &Payload, action: &str) -> Told {
    let (kind, present) = match action {
        "created" => ("repository_created", Some(true)),
        "deleted" => ("repository_deleted", Some(false)),
        "transferred" => ("repository_transferred", Some(true)),
        "archived" => ("repository_archived", None),
        "unarchived" => ("repository_unarchived", None),
        "edited" => ("repository_edited", None),
        "privatized" => ("repository_privatized", None),
        "publicized" => ("repository_publicized", None),
        "renamed" => ("repository_renamed", None),
        _ => return Told::Unknown,
    };
    let Some(repository) = payload.repository.as_ref().and_then(|repository| repository_ref(repository, None)) else {
        return Told::Incomplete;
    };
    let mut facts =
        vec![Telling::here(kind, Fact::Repository(RepositoryFact { repository: repository.clone(), present }))];
    if action == "transferred"
        && let Some(before) = owner_before(payload)
    {
        // To the account it left the repository is gone, under the name it had there.
        let owner = Some(OwnerRef { id: before.id, login: before.login.clone() });
        let left = RepositoryRef { owner, html_url: None, ..repository };
        let fact = Fact::Repository(RepositoryFact { repository: left, present: Some(false) });
        facts.push(Telling { account: Some(before), ..Telling::here("repository_left", fact) });
    }
    Told::Facts(facts)
}

fn owner_before(payload: &Payload) -> Option<AccountRef> {
    account(payload.changes.as_ref()?.owner.as_ref()?.from.as_ref()?.user.as_ref()?)
}

pub(super) fn installation(payload: &Payload, action: &str, holder: &AccountRef) -> Told {
    let (kind, installed) = match action {
        "created" => ("installed", Some(true)),
        "unsuspend" => ("installation_unsuspended", Some(true)),
        "suspend" => ("installation_suspended", Some(false)),
        "deleted" => ("uninstalled", Some(false)),
        "new_permissions_accepted" => ("installation_permissions_accepted", None),
        _ => return Told::Unknown,
    };
    let selection = payload.installation.as_ref().and_then(|installation| installation.repository_selection.as_deref());
    let fact =
        AccountFact { owner: owner(holder), installed, fresh: action == "created", selected: selected(selection) };
    let mut facts = vec![Telling::here(kind, Fact::Account(fact))];
    if action == "created" {
        facts.extend(listed(&payload.repositories, holder, "repository_added", true));
    }
    Told::Facts(facts)
}

pub(super) fn installation_repositories(payload: &Payload, action: &str, holder: &AccountRef) -> Told {
    if !matches!(action, "added" | "removed") {
        return Told::Unknown;
    }
    let fact = AccountFact {
        owner: owner(holder),
        installed: None,
        fresh: false,
        selected: selected(payload.repository_selection.as_deref()),
    };
    let mut facts = vec![Telling::here("repository_selection_changed", Fact::Account(fact))];
    facts.extend(listed(&payload.repositories_added, holder, "repository_added", true));
    facts.extend(listed(&payload.repositories_removed, holder, "repository_removed", false));
    Told::Facts(facts)
}

pub(super) fn installation_target(payload: &Payload, action: &str, holder: &AccountRef) -> Told {
    if action != "renamed" {
        return Told::Unknown;
    }
    let renamed = payload.account.as_ref().and_then(account).filter(|account| account.id == holder.id);
    let owner = owner(renamed.as_ref().unwrap_or(holder));
    let fact = AccountFact { owner, installed: None, fresh: false, selected: None };
    Told::Facts(vec![Telling::here("account_renamed", Fact::Account(fact))])
}

/// A fact for each repository of an installation's list; such lists leave the owner out.
fn listed(
    repositories: &[Repository],
    holder: &AccountRef,
    kind: &'static str,
    present: bool,
) -> impl Iterator<Item = Telling> {
    let named = repositories.iter().filter_map(move |repository| repository_ref(repository, Some(holder)));
    named.map(move |repository| {
        Telling::here(kind, Fact::Repository(RepositoryFact { repository, present: Some(present) }))
    })
}

fn owner(account: &AccountRef) -> OwnerRef {
    OwnerRef { id: account.id, login: account.login.clone() }
}

fn selected(selection: Option<&str>) -> Option<bool> {
    selection.map(|selection| selection == "selected")
}

fn one(kind: &'static str, fact: Option<Fact>) -> Told {
    fact.map_or(Told::Incomplete, |fact| Told::Facts(vec![Telling::here(kind, fact)]))
}
