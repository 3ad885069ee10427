//! Facts about labels, milestones, repositories and installations.

use super::facts::{Meaning, PayloadFact};
use super::parties::{AccountRef, repository_ref};
use crate::activity::event::{AccountFact, LabelFact, MilestoneFact, RepositoryFact};
use crate::activity::{Fact, LabelRef, MilestoneRef, RepositoryRef};
use crate::webhook::payload::{Payload, RepositoryPayload};

pub(super) fn label(payload: &Payload, action: &str) -> Meaning {
    let (kind, removed) = match action {
        "created" => ("label_created", false),
        "edited" => ("label_edited", false),
        "deleted" => ("label_deleted", true),
        _ => return Meaning::Unknown,
    };
    let fact = || {
        let repository = repository_ref(payload.repository.as_ref()?, None)?;
        let label = payload.label.as_ref()?;
        let label = LabelRef { id: label.id?, name: label.name.as_ref()?.0.clone() };
        Some(Fact::Label(LabelFact { repository, label, removed }))
    };
    Meaning::one(fact().map(|fact| PayloadFact::new(kind, fact)))
}

pub(super) fn milestone(payload: &Payload, action: &str) -> Meaning {
    let (kind, removed) = match action {
        "created" => ("milestone_created", false),
        "edited" => ("milestone_edited", false),
        "opened" => ("milestone_opened", false),
        "closed" => ("milestone_closed", false),
        "deleted" => ("milestone_deleted", true),
        _ => return Meaning::Unknown,
    };
    let fact = || {
        let repository = repository_ref(payload.repository.as_ref()?, None)?;
        let milestone = payload.milestone.as_ref()?;
        let milestone = MilestoneRef { number: milestone.number?, title: milestone.title.as_ref()?.0.clone() };
        Some(Fact::Milestone(MilestoneFact { repository, milestone, removed }))
    };
    Meaning::one(fact().map(|fact| PayloadFact::new(kind, fact)))
}

pub(super) fn repository(payload: &Payload, action: &str) -> Meaning {
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
        _ => return Meaning::Unknown,
    };
    let Some(repository) = payload.repository.as_ref().and_then(|repository| repository_ref(repository, None)) else {
        return Meaning::Incomplete;
    };
    let mut facts =
        vec![PayloadFact::new(kind, Fact::Repository(RepositoryFact { repository: repository.clone(), present }))];
    if action == "transferred"
        && let Some(before) = owner_before(payload)
    {
        // The account it left loses the repository, under the name it had there.
        let owner = Some(before.owner());
        let left = RepositoryRef { owner, html_url: None, ..repository };
        let fact = Fact::Repository(RepositoryFact { repository: left, present: Some(false) });
        facts.push(PayloadFact { account: Some(before), ..PayloadFact::new("repository_left", fact) });
    }
    Meaning::Facts(facts)
}

fn owner_before(payload: &Payload) -> Option<AccountRef> {
    AccountRef::of(payload.changes.as_ref()?.owner.as_ref()?.from.as_ref()?.user.as_ref()?)
}

pub(super) fn installation(payload: &Payload, action: &str, holder: &AccountRef) -> Meaning {
    let (kind, installed) = match action {
        "created" => ("installed", Some(true)),
        "unsuspend" => ("installation_unsuspended", Some(true)),
        "suspend" => ("installation_suspended", Some(false)),
        "deleted" => ("uninstalled", Some(false)),
        "new_permissions_accepted" => ("installation_permissions_accepted", None),
        _ => return Meaning::Unknown,
    };
    let selection = payload.installation.as_ref().and_then(|installation| installation.repository_selection.as_deref());
    let fact =
        AccountFact { owner: holder.owner(), installed, fresh: action == "created", selected: selected(selection) };
    let mut facts = vec![PayloadFact::new(kind, Fact::Account(fact))];
    if action == "created" {
        facts.extend(listed(&payload.repositories, holder, "repository_added", true));
    }
    Meaning::Facts(facts)
}

pub(super) fn installation_repositories(payload: &Payload, action: &str, holder: &AccountRef) -> Meaning {
    if !matches!(action, "added" | "removed") {
        return Meaning::Unknown;
    }
    let fact = AccountFact {
        owner: holder.owner(),
        installed: None,
        fresh: false,
        selected: selected(payload.repository_selection.as_deref()),
    };
    let mut facts = vec![PayloadFact::new("repository_selection_changed", Fact::Account(fact))];
    facts.extend(listed(&payload.repositories_added, holder, "repository_added", true));
    facts.extend(listed(&payload.repositories_removed, holder, "repository_removed", false));
    Meaning::Facts(facts)
}

pub(super) fn installation_target(payload: &Payload, action: &str, holder: &AccountRef) -> Meaning {
    if action != "renamed" {
        return Meaning::Unknown;
    }
    let renamed = payload.account.as_ref().and_then(AccountRef::of).filter(|account| account.id == holder.id);
    let owner = renamed.as_ref().unwrap_or(holder).owner();
    let fact = AccountFact { owner, installed: None, fresh: false, selected: None };
    Meaning::Facts(vec![PayloadFact::new("account_renamed", Fact::Account(fact))])
}

/// A fact for each repository of an installation's list. Such lists leave out the owner.
fn listed(
    repositories: &[RepositoryPayload],
    holder: &AccountRef,
    kind: &'static str,
    present: bool,
) -> impl Iterator<Item = PayloadFact> {
    let named = repositories.iter().filter_map(move |repository| repository_ref(repository, Some(holder)));
    named.map(move |repository| {
        PayloadFact::new(kind, Fact::Repository(RepositoryFact { repository, present: Some(present) }))
    })
}

fn selected(selection: Option<&str>) -> Option<bool> {
    selection.map(|selection| selection == "selected")
}
