//! Which installations there are, and which repositories each covers; the backfill's plan.

use std::collections::{BTreeSet, HashMap};

use chrono::{DateTime, Duration, Utc};

use super::client::{As, GitHubError};
use super::facts;
use super::totals::{Told, totals};
use super::wire::{Installation, Repositories, Repository, Totals};
use super::work::Desk;
use crate::activity::event::{AccountFact, OwnerRef};
use crate::activity::{RepositoryRef, Source};
use crate::store::compared::{self, Known};
use crate::store::installations::{self as kept};
use crate::store::jobs::{Job, JobKind, NewJob, Next};
use crate::store::purge::{self, Purged};
use crate::store::sync::{self, Listed, Planned};
use crate::webhook::AccountRef;

/// What a page of a listing may hold.
const PAGE: &str = "per_page=100";
/// Activity is compared from a little before the last comparison.
pub const OVERLAP: Duration = Duration::minutes(2);

/// `GET /app/installations`, whole: what is new, what changed, what is gone.
pub async fn installations(desk: &Desk) -> Result<Next, GitHubError> {
    let mut listed: Vec<Installation> = vec![];
    let mut query = Some(PAGE.to_owned());
    let mut date = desk.client.now();
    let asked = Asked::now(desk).await?;
    while let Some(page) = query {
        let answer = desk.client.get(As::App, &format!("/app/installations?{page}")).await?;
        listed.extend(answer.json::<Vec<Installation>>()?);
        (query, date) = (answer.next, answer.date);
    }
    // An enterprise has no repositories of its own, and its id is of another kind.
    listed.retain(|found| !found.account.login.is_empty());
    let known: HashMap<i64, kept::Installation> =
        kept::all(&desk.pool).await?.into_iter().map(|known| (known.account_id, known)).collect();
    let mut after = desk.rhythm.sweep;
    for found in &listed {
        if desk.ingest.takes(&AccountRef { id: found.account.id, login: found.account.login.clone() }) {
            if !installed(desk, found, known.get(&found.account.id), asked, date).await? {
                after = after.min(desk.rhythm.doubt);
            }
        } else {
            // Not to be kept any more; what is here of it stays as it is.
            kept::leave(&desk.pool, found.account.id).await?;
        }
    }
    let there: BTreeSet<i64> = listed.iter().map(|found| found.account.id).collect();
    for known in known.values().filter(|known| known.gone_at.is_none() && !there.contains(&known.account_id)) {
        // A list in pages by number may miss one, where another goes meanwhile.
        let itself = format!("/app/installations/{}", known.installation_id);
        let asked = Asked::now(desk).await?;
        if desk.client.get(As::App, &itself).await?.status == 404 {
            uninstalled(desk, known, asked).await?;
        }
    }
    Ok(Next::Again(after))
}

/// When GitHub was asked, by the database's clock.
#[derive(Clone, Copy)]
struct Asked {
    /// What its answer tells is of this time: whatever a delivery told since then is newer, also
    /// what comes while the answer is on its way into the log.
    at: DateTime<Utc>,
    /// So is what was told since this time: GitHub does not show at once what it tells.
    settled: DateTime<Utc>,
}

impl Asked {
    async fn now(desk: &Desk) -> Result<Self, GitHubError> {
        let at = compared::now(&desk.pool).await?;
        Ok(Self { at, settled: at - desk.rhythm.doubt / 2 })
    }
}

/// Takes in what is shown of an installation; `false` if it is to be looked at again.
async fn installed(
    desk: &Desk,
    found: &Installation,
    known: Option<&kept::Installation>,
    asked: Asked,
    date: DateTime<Utc>,
) -> Result<bool, GitHubError> {
    let account_id = found.account.id;
    let suspended = found.suspended_at.is_some();
    let selected = found.repository_selection.as_deref().map(|selection| selection == "selected");
    let told = compared::profile(&desk.pool, account_id).await?;
    let fresh = told
        .as_ref()
        .is_none_or(|(_, visible, _)| !visible && !suspended && known.is_none_or(|known| known.gone_at.is_some()));
    let chosen = told.as_ref().is_some_and(|(_, _, chosen_since)| chosen_since.is_some());
    let as_told = told.is_some_and(|(login, visible, _)| {
        login.as_deref() == Some(&*found.account.login)
            && visible != suspended
            && selected.is_none_or(|selected| selected == chosen)
    });
    let withheld = !as_told && compared::told_since(&desk.pool, account_id, None, asked.settled).await?;
    let news = (!as_told && !withheld).then(|| {
        let owner = OwnerRef { id: account_id, login: found.account.login.clone() };
        // Chosen since now: whatever was seen before must be told again.
        let fresh = fresh || (selected == Some(true) && !chosen);
        let fact = AccountFact { owner, installed: Some(!suspended), fresh, selected };
        let kind = if suspended { "installation_suspended" } else { "installed" };
        facts::account_told(kind, fact, asked.at)
    });
    let shown = kept::Installation {
        account_id,
        installation_id: found.id,
        login: found.account.login.clone(),
        suspended,
        permissions: found.permissions.clone(),
        seen_at: date,
        gone_at: None,
    };
    let same = known.is_some_and(|known| {
        let was = (known.installation_id, known.suspended, &known.permissions, known.gone_at.is_some());
        was == (shown.installation_id, false, &shown.permissions, false)
    });
    let mut jobs = vec![];
    if !suspended {
        // What happened while it was away was told to nobody.
        let after = if same { desk.rhythm.sweep } else { Duration::zero() };
        jobs.push(NewJob { after, ..NewJob::now(account_id, JobKind::Sweep, 0) });
        if !same || !as_told {
            jobs.push(NewJob::now(account_id, JobKind::Repositories, 0));
        }
    }
    // In one step: once its row is there, nothing is left that tells that its jobs are not.
    kept::take_in(&desk.pool, &shown, news, &jobs).await?;
    desk.wake();
    Ok(!withheld)
}

/// Forgets what is kept of an uninstalled account, if its grace is over.
pub async fn purge(desk: &Desk, job: &Job) -> Result<Next, GitHubError> {
    let account_id = job.account_id;
    let Some(known) = kept::of(&desk.pool, account_id).await? else { return Ok(Next::Done) };
    let owner = OwnerRef { id: account_id, login: known.login };
    let fact = AccountFact { owner, installed: Some(false), fresh: false, selected: None };
    let told = facts::account_told("purged", fact, compared::now(&desk.pool).await?);
    Ok(match purge::purge(&desk.pool, account_id, desk.rhythm.grace, told).await? {
        Purged::Later(at) => Next::Later(at),
        Purged::Not => Next::Done,
        Purged::Done => {
            tracing::info!(account = account_id, "the data of an uninstalled account was purged");
            Next::Done
        }
    })
}

async fn uninstalled(desk: &Desk, known: &kept::Installation, asked: Asked) -> Result<(), GitHubError> {
    let account_id = known.account_id;
    let visible = compared::profile(&desk.pool, account_id).await?.is_some_and(|(_, visible, _)| visible);
    let news = visible.then(|| {
        let owner = OwnerRef { id: account_id, login: known.login.clone() };
        let fact = AccountFact { owner, installed: Some(false), fresh: false, selected: None };
        facts::account_told("uninstalled", fact, asked.at)
    });
    let purge = NewJob { after: desk.rhythm.grace, ..NewJob::now(account_id, JobKind::Purge, 0) };
    kept::take_out(&desk.pool, account_id, news, purge).await?;
    tracing::info!(account = account_id, login = known.login, "the App was uninstalled; its data is hidden");
    Ok(())
}

/// Where a listing of repositories stands, as its cursor says.
struct Place {
    /// It is read a second time.
    again: bool,
    /// Something in it is to be looked at again later.
    doubted: bool,
    query: String,
}

impl Place {
    fn of(cursor: Option<&str>) -> Self {
        let (flags, query) = cursor.and_then(|cursor| cursor.split_once(' ')).unwrap_or(("", PAGE));
        Self { again: flags.contains('a'), doubted: flags.contains('d'), query: query.to_owned() }
    }

    fn cursor(&self) -> String {
        let flag = |set: bool, flag: &'static str| if set { flag } else { "" };
        format!("{}{} {}", flag(self.again, "a"), flag(self.doubted, "d"), self.query)
    }
}

/// A page of `GET /installation/repositories`; the last one tells which are not covered any more.
pub async fn repositories(desk: &Desk, job: &Job) -> Result<Next, GitHubError> {
    let account_id = job.account_id;
    let mut place = Place::of(job.cursor.as_deref());
    let path = format!("/installation/repositories?{}", place.query);
    let asked = Asked::now(desk).await?;
    let answer = desk.client.get(desk.whose(account_id), &path).await?;
    let page: Repositories = answer.json()?;
    // Of another account than the installation's: it is on its way there, and that one lists it.
    let listed: Vec<&Repository> = page.repositories.iter().filter(|found| found.owner.id == account_id).collect();
    let known: HashMap<i64, Known> =
        compared::known(&desk.pool, account_id).await?.into_iter().map(|known| (known.repo_id, known)).collect();
    let chosen_since = compared::profile(&desk.pool, account_id).await?.and_then(|(_, _, chosen_since)| chosen_since);
    let mut news = vec![];
    for found in listed.iter().filter(|found| !as_known(found, known.get(&found.id), chosen_since)) {
        // What was told since is newer than this answer: such as that it is private now.
        if compared::told_since(&desk.pool, account_id, Some(found.id), asked.settled).await? {
            place.doubted = true;
        } else {
            let repository = facts::repository(found);
            news.push(facts::repository_told(Source::Sweep, repository, Some(true), asked.at));
        }
    }
    desk.append(account_id, news).await?;
    let noted: Vec<Listed> = listed
        .iter()
        .map(|found| Listed {
            repo_id: found.id,
            node_id: found.node_id.clone(),
            has_discussions: found.has_discussions,
        })
        .collect();
    sync::note(&desk.pool, account_id, &noted).await?;
    plan(desk, account_id, &noted, job.failures).await?;
    let mut seen = job.numbers.clone().unwrap_or_default();
    seen.extend(listed.iter().map(|found| found.id));
    if let Some(query) = answer.next {
        let next = Place { query, ..place };
        return Ok(Next::On { cursor: Some(next.cursor()), numbers: Some(seen) });
    }
    let covered: BTreeSet<i64> = seen.iter().copied().collect();
    let not_covered = known.values().filter(|known| !known.gone && !covered.contains(&known.repo_id));
    // One that came while the pages were read may have been missed.
    let before = not_covered.filter(|known| known.present_since.is_none_or(|since| since < job.started_at));
    let left: Vec<&Known> = before.collect();
    if !left.is_empty() && !place.again {
        // A list in pages by number misses one where another goes meanwhile: it is read twice
        // before anything is hidden.
        let anew = Place { again: true, query: PAGE.to_owned(), ..place };
        return Ok(Next::On { cursor: Some(anew.cursor()), numbers: Some(seen) });
    }
    let removed = left.iter().filter_map(|known| {
        let owner = Some(OwnerRef { id: account_id, login: known.owner.clone()? });
        let name = known.name.clone()?;
        let repository =
            RepositoryRef { id: known.repo_id, owner, name, private: None, archived: None, html_url: None };
        Some(facts::repository_told(Source::Sweep, repository, Some(false), asked.at))
    });
    desk.append(account_id, removed.collect()).await?;
    // Also those of which a delivery told that they left.
    let gone = known.values().filter(|known| known.gone && !covered.contains(&known.repo_id));
    let left: Vec<i64> = left.into_iter().chain(gone).map(|known| known.repo_id).collect();
    sync::forget(&desk.pool, account_id, &left).await?;
    Ok(if place.doubted { Next::Again(desk.rhythm.doubt) } else { Next::Done })
}

fn as_known(found: &Repository, known: Option<&Known>, chosen_since: Option<DateTime<Utc>>) -> bool {
    known.is_some_and(|known| {
        !known.gone
            && known.owner.as_deref() == Some(&*found.owner.login)
            && known.name.as_deref() == Some(&*found.name)
            && known.private == found.private
            && known.archived == found.archived
            && chosen_since.is_none_or(|chosen| known.present_since.is_some_and(|since| since >= chosen))
    })
}

/// Makes the jobs of repositories whose backfill is neither done nor under way. One question
/// tells what a hundred of them hold: those with nothing cost nothing more. `failures`: how often
/// it was asked in vain.
pub async fn plan(desk: &Desk, account_id: i64, listed: &[Listed], failures: i32) -> Result<(), GitHubError> {
    let ids: Vec<i64> = listed.iter().map(|listed| listed.repo_id).collect();
    let unplanned = sync::unplanned(&desk.pool, account_id, &ids).await?;
    let wanted: Vec<&Listed> = listed.iter().filter(|listed| unplanned.contains_key(&listed.repo_id)).collect();
    for some in wanted.chunks(100) {
        let nodes: Vec<&str> = some.iter().map(|listed| listed.node_id.as_str()).collect();
        let (told, date) = totals(desk, account_id, &nodes, failures).await?;
        let planned = some.iter().zip(&told).filter_map(|(listed, told)| {
            let (items, kinds) = match told {
                // One that may not be seen after all is planned another time.
                Told::Hidden => return None,
                Told::Totals(totals) => (Some(totals.items()), parts(totals)),
                // Whatever it holds is listed, and no other waits for it.
                Told::Unanswered => (None, all_parts(listed.has_discussions)),
            };
            Some(Planned { repo_id: listed.repo_id, items, kinds })
        });
        sync::plan(&desk.pool, account_id, &planned.collect::<Vec<_>>(), date - OVERLAP).await?;
        desk.wake();
    }
    Ok(())
}

fn all_parts(discussions: bool) -> Vec<JobKind> {
    let issues = [JobKind::Open, JobKind::Closed];
    let discussions = [JobKind::OpenDiscussions, JobKind::ClosedDiscussions].into_iter().filter(|_| discussions);
    issues.into_iter().chain(discussions).collect()
}

/// The parts of a backfill that have anything in them.
fn parts(totals: &Totals) -> Vec<JobKind> {
    let open = totals.open_issues.count + totals.open_pull_requests.count;
    let all = totals.all_issues.count + totals.all_pull_requests.count;
    let (open_discussions, all_discussions) = totals.discussion_counts().unwrap_or_default();
    [
        (JobKind::Open, open),
        (JobKind::OpenDiscussions, open_discussions),
        (JobKind::Closed, all - open),
        (JobKind::ClosedDiscussions, all_discussions - open_discussions),
    ]
    .into_iter()
    .filter(|(_, count)| *count > 0)
    .map(|(kind, _)| kind)
    .collect()
}
