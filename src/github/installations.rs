//! The jobs about installations: which there are, and the purge of those that are gone.

use std::collections::{BTreeSet, HashMap};

use chrono::{DateTime, Duration, Utc};

use super::answer::GitHubError;
use super::ask_time::AskTime;
use super::client::Requester;
use super::context::JobContext;
use super::facts;
use super::wire::{GitHubInstallation, InstallationEntry};
use crate::activity::event::{AccountFact, OwnerRef};
use crate::store::jobs::{Job, JobKind, NewJob, PageOutcome};
use crate::store::purge::{self, PurgeOutcome};
use crate::store::{clock, installations, local};
use crate::webhook::{AccountRef, Omissions};

/// The size of a page of the list.
const PAGE: &str = "per_page=100";

/// Reads the whole list `GET /app/installations`, and records what is new, changed or gone.
pub async fn list(context: &JobContext) -> Result<PageOutcome, GitHubError> {
    let mut listed: Vec<GitHubInstallation> = vec![];
    let mut left_out = Omissions::default();
    let mut query = Some(PAGE.to_owned());
    let mut date = context.client.now();
    let asked = AskTime::now(context).await?;
    while let Some(page) = query {
        let answer = context.client.get(Requester::App, &format!("/app/installations?{page}")).await?;
        let (entries, omissions) = answer.read::<Vec<InstallationEntry>>()?;
        left_out.include(omissions);
        for entry in entries.iter().filter(|entry| !entry.is_on_enterprise()) {
            match entry.installation() {
                Some(found) => listed.push(found),
                None => left_out.add("[] (an installation)"),
            }
        }
        (query, date) = (answer.next, answer.date);
    }
    context.left_out(0, "the list of installations", None, &left_out).await;
    let known: HashMap<i64, installations::Installation> =
        installations::all(&context.pool).await?.into_iter().map(|known| (known.account_id, known)).collect();
    let mut after = context.rhythm.sweep;
    for found in &listed {
        if context.ingest.keeps(&AccountRef { id: found.account_id, login: found.login.clone() }) {
            if !installed(context, found, known.get(&found.account_id), asked, date).await? {
                after = after.min(context.rhythm.recheck);
            }
        } else {
            // It is not to be kept any more. What we have of it stays as it is.
            installations::forget_jobs(&context.pool, found.account_id).await?;
        }
    }
    let present: BTreeSet<i64> = listed.iter().map(|found| found.account_id).collect();
    for known in known.values().filter(|known| known.gone_at.is_none() && !present.contains(&known.account_id)) {
        // A list in numbered pages may miss an entry when another one goes meanwhile.
        let itself = format!("/app/installations/{}", known.installation_id);
        let asked = AskTime::now(context).await?;
        if context.client.get(Requester::App, &itself).await?.status == 404 {
            uninstalled(context, known, asked).await?;
        }
    }
    Ok(PageOutcome::Restart(after))
}

/// Records a listed installation; `false` if it is to be looked at again soon.
async fn installed(
    context: &JobContext,
    found: &GitHubInstallation,
    known: Option<&installations::Installation>,
    asked: AskTime,
    date: DateTime<Utc>,
) -> Result<bool, GitHubError> {
    let account_id = found.account_id;
    let GitHubInstallation { suspended, selected, .. } = *found;
    let ours = local::account(&context.pool, account_id).await?;
    let fresh = ours
        .as_ref()
        .is_none_or(|ours| !ours.visible && !suspended && known.is_none_or(|known| known.gone_at.is_some()));
    let chosen = ours.as_ref().is_some_and(|ours| ours.chosen_since.is_some());
    let same_as_ours = ours.is_some_and(|ours| {
        ours.login.as_deref() == Some(&*found.login)
            && ours.visible != suspended
            && selected.is_none_or(|selected| selected == chosen)
    });
    // A delivery that came meanwhile is newer than this answer.
    let outdated = !same_as_ours && local::told_since(&context.pool, account_id, None, asked.settled).await?;
    let event = (!same_as_ours && !outdated).then(|| {
        let owner = OwnerRef { id: account_id, login: found.login.clone() };
        // If repositories are chosen from now on, each of them must be announced again.
        let fresh = fresh || (selected == Some(true) && !chosen);
        let fact = AccountFact { owner, installed: Some(!suspended), fresh, selected };
        let kind = if suspended { "installation_suspended" } else { "installed" };
        facts::account_event(kind, fact, asked.at)
    });
    // If GitHub does not say it now, what it said before.
    let permissions = found.permissions.clone().or_else(|| known.map(|known| known.permissions.clone()));
    let installation = installations::Installation {
        account_id,
        installation_id: found.id,
        login: found.login.clone(),
        suspended,
        permissions: permissions.unwrap_or_default(),
        seen_at: date,
        gone_at: None,
    };
    let same = known.is_some_and(|known| {
        let was = (known.installation_id, known.suspended, &known.permissions, known.gone_at.is_some());
        was == (installation.installation_id, false, &installation.permissions, false)
    });
    let mut jobs = vec![];
    if !suspended {
        // If it was away, nobody was told what happened meanwhile.
        let after = if same { context.rhythm.sweep } else { Duration::zero() };
        jobs.push(NewJob { after, ..NewJob::now(account_id, JobKind::Sweep, 0) });
        if !same || !same_as_ours {
            jobs.push(NewJob::now(account_id, JobKind::Repositories, 0));
        }
    }
    // In one transaction: once the row exists, nothing would show that its jobs are missing.
    installations::record_installed(&context.pool, &installation, event, &jobs).await?;
    context.wake();
    Ok(!outdated)
}

/// Deletes the data of an uninstalled account, if its grace is over.
pub async fn purge(context: &JobContext, job: &Job) -> Result<PageOutcome, GitHubError> {
    let account_id = job.account_id;
    let Some(known) = installations::of(&context.pool, account_id).await? else { return Ok(PageOutcome::Done) };
    let owner = OwnerRef { id: account_id, login: known.login };
    let fact = AccountFact { owner, installed: Some(false), fresh: false, selected: None };
    let event = facts::account_event("purged", fact, clock::now(&context.pool).await?);
    Ok(match purge::purge(&context.pool, account_id, context.rhythm.grace, event).await? {
        PurgeOutcome::Later(at) => PageOutcome::Postponed(at),
        PurgeOutcome::Not => PageOutcome::Done,
        PurgeOutcome::Done => {
            tracing::info!(account = account_id, "the data of an uninstalled account was deleted");
            PageOutcome::Done
        }
    })
}

/// Records that an installation is gone, and plans the purge of its account.
async fn uninstalled(
    context: &JobContext,
    known: &installations::Installation,
    asked: AskTime,
) -> Result<(), GitHubError> {
    let account_id = known.account_id;
    let visible = local::account(&context.pool, account_id).await?.is_some_and(|ours| ours.visible);
    let event = visible.then(|| {
        let owner = OwnerRef { id: account_id, login: known.login.clone() };
        let fact = AccountFact { owner, installed: Some(false), fresh: false, selected: None };
        facts::account_event("uninstalled", fact, asked.at)
    });
    let purge = NewJob { after: context.rhythm.grace, ..NewJob::now(account_id, JobKind::Purge, 0) };
    installations::record_gone(&context.pool, account_id, event, purge).await?;
    tracing::info!(account = account_id, login = known.login, "the App was uninstalled; its data is hidden");
    Ok(())
}
