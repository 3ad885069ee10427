//! Facts about labels, milestones, repositories and installations.

use std::borrow::Cow;

use super::facts::{Meaning, PayloadFact};
use super::parties::{AccountRef, repository_ref};
use super::snapshot::{label as label_ref, milestone_ref};
use super::{NamedPayload, unknown_kind};
use crate::activity::event::{AccountFact, LabelFact, MilestoneFact, RepositoryFact};
use crate::activity::{Fact, RepositoryRef};
use crate::webhook::payload::RepositoryPayload;

pub(super) fn label(told: &NamedPayload<'_>) -> Meaning {
    let NamedPayload { payload, action, .. } = *told;
    let (kind, removed) = match action {
        "created" => ("label_created", false),
        "edited" => ("label_edited", false),
        "deleted" => ("label_deleted", true),
        _ => return Meaning::Unknown,
    };
    let fact = || {
        let repository = repository_ref(payload.repository.as_ref()?, Some(told.account))?;
        let label = label_ref(payload.label.as_ref()?)?;
        Some(Fact::Label(LabelFact { repository, label, removed }))
    };
    Meaning::one(fact().map(|fact| PayloadFact::new(kind, fact)))
}

pub(super) fn milestone(told: &NamedPayload<'_>) -> Meaning {
    let NamedPayload { payload, action, .. } = *told;
    let (kind, removed) = match action {
        "created" => ("milestone_created", false),
        "edited" => ("milestone_edited", false),
        "opened" => ("milestone_opened", false),
        "closed" => ("milestone_closed", false),
        "deleted" => ("milestone_deleted", true),
        _ => return Meaning::Unknown,
    };
    let fact = || {
        let repository = repository_ref(payload.repository.as_ref()?, Some(told.account))?;
        let milestone = milestone_ref(payload.milestone.as_ref()?)?;
        Some(Fact::Milestone(MilestoneFact { repository, milestone, removed }))
    };
    Meaning::one(fact().map(|fact| PayloadFact::new(kind, fact)))
}

pub(super) fn repository(told: &NamedPayload<'_>) -> Meaning {
    let NamedPayload { payload, action, .. } = *told;
    let known = |kind: &'static str, present| (Cow::Borrowed(kind), present);
    let (kind, present) = match action {
        "created" => known("repository_created", Some(true)),
        "deleted" => known("repository_deleted", Some(false)),
        "transferred" => known("repository_transferred", Some(true)),
        "archived" => known("repository_archived", None),
        "unarchived" => known("repository_unarchived", None),
        "edited" => known("repository_edited", None),
        "privatized" => known("repository_privatized", None),
        "publicized" => known("repository_publicized", None),
        "renamed" => known("repository_renamed", None),
        // It shows the repository all the same.
        _ => (unknown_kind("repository", action), None),
    };
    let Some(repository) =
        payload.repository.as_ref().and_then(|repository| repository_ref(repository, Some(told.account)))
    else {
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

fn owner_before(payload: &crate::webhook::payload::Payload) -> Option<AccountRef> {
    AccountRef::of(payload.changes.as_ref()?.owner.as_ref()?.from.as_ref()?.user.as_ref()?)
}

pub(super) fn installation(told: &NamedPayload<'_>) -> Meaning {
    let NamedPayload { payload, action, account: holder, .. } = *told;
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
        facts.extend(listed(payload.repositories.as_deref(), holder, "repository_added", true));
    }
    Meaning::Facts(facts)
}

pub(super) fn installation_repositories(told: &NamedPayload<'_>) -> Meaning {
    let NamedPayload { payload, action, account: holder, .. } = *told;
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
    facts.extend(listed(payload.repositories_added.as_deref(), holder, "repository_added", true));
    facts.extend(listed(payload.repositories_removed.as_deref(), holder, "repository_removed", false));
    Meaning::Facts(facts)
}

pub(super) fn installation_target(told: &NamedPayload<'_>) -> Meaning {
    let NamedPayload { payload, action, account: holder, .. } = *told;
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
    repositories: Option<&[RepositoryPayload]>,
    holder: &AccountRef,
    kind: &'static str,
    present: bool,
) -> impl Iterator<Item = PayloadFact> {
    let listed = repositories.into_iter().flatten();
    let named = listed.filter_map(move |repository| repository_ref(repository, Some(holder)));
    named.map(move |repository| {
        PayloadFact::new(kind, Fact::Repository(RepositoryFact { repository, present: Some(present) }))
    })
}

fn selected(selection: Option<&str>) -> Option<bool> {
    selection.map(|selection| selection == "selected")
}
