//! The job that lists the repositories of an installation.

use std::collections::{BTreeSet, HashMap};

use chrono::{DateTime, Utc};

use super::answer::GitHubError;
use super::ask_time::AskTime;
use super::context::JobContext;
use super::facts;
use super::plan::plan;
use super::wire::{GitHubRepository, RepositoryPage};
use crate::activity::event::OwnerRef;
use crate::activity::{RepositoryRef, Source};
use crate::store::jobs::{Job, PageOutcome};
use crate::store::local::{self, LocalRepository};
use crate::store::sync::{self, ListedRepository};

/// The size of a page of the list.
const PAGE: &str = "per_page=100";

/// The progress of a listing of repositories, as the job's cursor holds it.
struct ListingCursor {
    /// Whether the list is read a second time.
    again: bool,
    /// Whether something in it is to be looked at again later.
    recheck: bool,
    /// Whether it has an entry that does not say which repository it is.
    unclear: bool,
    query: String,
}

impl ListingCursor {
    fn parse(cursor: Option<&str>) -> Self {
        let (flags, query) = cursor.and_then(|cursor| cursor.split_once(' ')).unwrap_or(("", PAGE));
        let [again, recheck, unclear] = ['a', 'd', 'u'].map(|flag| flags.contains(flag));
        Self { again, recheck, unclear, query: query.to_owned() }
    }

    fn text(&self) -> String {
        let flag = |set: bool, flag: &'static str| if set { flag } else { "" };
        format!("{}{}{} {}", flag(self.again, "a"), flag(self.recheck, "d"), flag(self.unclear, "u"), self.query)
    }
}

/// Reads a page of `GET /installation/repositories`. The last page shows which repositories are no
/// longer covered.
pub async fn list(context: &JobContext, job: &Job) -> Result<PageOutcome, GitHubError> {
    let account_id = job.account_id;
    let mut cursor = ListingCursor::parse(job.cursor.as_deref());
    let path = format!("/installation/repositories?{}", cursor.query);
    let asked = AskTime::now(context).await?;
    let answer = context.client.get(context.requester(account_id), &path).await?;
    let (page, mut omissions) = answer.read::<RepositoryPage>()?;
    let entries = page.repositories.ok_or_else(|| GitHubError::Unreadable("it lists no repositories".to_owned()))?;
    let mut listed: Vec<GitHubRepository> = vec![];
    // Whether each entry says at least which repository it is.
    cursor.unclear |= omissions.places().any(|(place, _)| place == "repositories[]");
    let mut named: Vec<i64> = vec![];
    for entry in &entries {
        cursor.unclear |= entry.id.is_none();
        named.extend(entry.id);
        match entry.repository() {
            // A repository of another account is being transferred there, and that account lists it.
            Some(found) => listed.extend(Some(found).filter(|found| found.owner_id == account_id)),
            None => omissions.add("repositories[] (a repository)"),
        }
    }
    context.left_out(account_id, "the list of repositories", None, &omissions).await;
    let known: HashMap<i64, LocalRepository> =
        local::repositories(&context.pool, account_id).await?.into_iter().map(|known| (known.repo_id, known)).collect();
    let chosen_since = local::account(&context.pool, account_id).await?.and_then(|ours| ours.chosen_since);
    let mut events = vec![];
    for found in listed.iter().filter(|found| !as_known(found, known.get(&found.id), chosen_since)) {
        // What a delivery said since then is newer than this answer: it may be private now.
        if local::told_since(&context.pool, account_id, Some(found.id), asked.settled).await? {
            cursor.recheck = true;
        } else {
            let repository = facts::repository(found);
            events.push(facts::repository_event(Source::Sweep, repository, Some(true), asked.at));
        }
    }
    context.append(account_id, events).await?;
    let page: Vec<ListedRepository> = listed
        .iter()
        .map(|found| ListedRepository {
            repo_id: found.id,
            node_id: found.node_id.clone(),
            has_discussions: found.has_discussions,
        })
        .collect();
    sync::add(&context.pool, account_id, &page).await?;
    plan(context, account_id, &page, job.failures).await?;
    let mut seen = job.numbers.clone().unwrap_or_default();
    seen.extend(named);
    if let Some(query) = answer.next {
        let next = ListingCursor { query, ..cursor };
        return Ok(PageOutcome::Continue { cursor: Some(next.text()), numbers: Some(seen) });
    }
    let covered: BTreeSet<i64> = seen.iter().copied().collect();
    let not_seen = known.values().filter(|known| !known.gone && !covered.contains(&known.repo_id));
    // A repository that was added while the pages were read may have been missed.
    let before = not_seen.filter(|known| known.present_since.is_none_or(|since| since < job.started_at));
    // One of them may be what an unclear entry is about.
    let left: Vec<&LocalRepository> = before.filter(|_| !cursor.unclear).collect();
    if !left.is_empty() && !cursor.again {
        // A list in numbered pages may miss an entry when another one goes meanwhile. So it is read
        // twice before anything is hidden.
        let anew = ListingCursor { again: true, query: PAGE.to_owned(), ..cursor };
        return Ok(PageOutcome::Continue { cursor: Some(anew.text()), numbers: Some(seen) });
    }
    let removed = left.iter().filter_map(|known| {
        let owner = Some(OwnerRef { id: account_id, login: known.owner.clone()? });
        let name = known.name.clone()?;
        let repository =
            RepositoryRef { id: known.repo_id, owner, name, private: None, archived: None, html_url: None };
        Some(facts::repository_event(Source::Sweep, repository, Some(false), asked.at))
    });
    context.append(account_id, removed.collect()).await?;
    // Delete those too that left according to a delivery.
    let gone = known.values().filter(|known| known.gone && !covered.contains(&known.repo_id));
    let left: Vec<i64> = left.into_iter().chain(gone).map(|known| known.repo_id).collect();
    sync::forget(&context.pool, account_id, &left).await?;
    Ok(if cursor.recheck { PageOutcome::Restart(context.rhythm.recheck) } else { PageOutcome::Done })
}

/// Whether a repository is listed as we have it.
fn as_known(found: &GitHubRepository, known: Option<&LocalRepository>, chosen_since: Option<DateTime<Utc>>) -> bool {
    known.is_some_and(|known| {
        !known.gone
            && known.owner.as_deref() == Some(&*found.owner)
            && known.name.as_deref() == Some(&*found.name)
            && found.private.is_none_or(|private| known.private == private)
            && found.archived.is_none_or(|archived| known.archived == archived)
            && chosen_since.is_none_or(|chosen| known.present_since.is_some_and(|since| since >= chosen))
    })
}
