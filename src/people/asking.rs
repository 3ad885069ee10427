//! Asking GitHub what a person may see, with their own token, and keeping what it tells for their session.
//!
//! GitHub is asked for the installations that it lists to the person, and of each for the repositories that it lists to
//! them: where a private repository is known here, for all of them; elsewhere only until one of them says that the person
//! may triage, and only if that matters. Whoever asks has the session's turn, in all replicas. What a delivery takes
//! away meanwhile is asked for anew.

use std::collections::BTreeSet;

use chrono::{DateTime, Duration, Utc};

use super::error::PeopleError;
use super::known::People;
use super::session::Session;
use super::settings::ScrubOpenTo;
use crate::github::GitHubError;
use crate::github::wire::{InstallationPage, RepositoryPage, RightsEntry};
use crate::store::sights::{self, ListedAccount, SightReport};

/// How long what GitHub told is taken as it is.
const FRESH: Duration = Duration::minutes(5);
/// When it is asked again after something was taken away: its answer may be older than its delivery.
const AFTER_AN_END: Duration = Duration::minutes(1);
/// When it is asked again after a failure.
const AFTER_A_FAILURE: Duration = Duration::seconds(30);
/// How long one turn may take. A request is given up after a minute.
const TURN: Duration = Duration::minutes(3);
/// Pages that are read of one list at most: of a hundred entries each.
const MOST_PAGES: usize = 500;
/// How often an account is asked for again because something was taken away meanwhile.
const TRIES: usize = 3;
const FIRST_PAGE: &str = "per_page=100";

impl People {
    /// Asks GitHub what the person of a session may see; `false` if somebody else is asking.
    ///
    /// # Errors
    /// [`PeopleError::Ended`], or why GitHub could not be asked. What it told before stays, as long as it lasts.
    pub(super) async fn learn(&self, session: &Session) -> Result<bool, PeopleError> {
        let (pool, now) = (&self.0.pool, (self.0.clock)());
        if !sights::begin_asking(pool, (session.session_id, session.github_id), (now, now + TURN)).await? {
            return Ok(false);
        }
        let asked = Asking { people: self, session, now }.ask().await;
        match &asked {
            Ok(()) => sights::end_asking(pool, session.session_id, now, now + FRESH).await?,
            Err(_) => sights::give_up_asking(pool, session.session_id, now + AFTER_A_FAILURE).await?,
        }
        asked.map(|()| true)
    }
}

struct Asking<'a> {
    people: &'a People,
    session: &'a Session,
    now: DateTime<Utc>,
}

/// What GitHub lists to a person.
#[derive(Default)]
struct Listing {
    /// Ids of accounts, and of their installations.
    accounts: Vec<(i64, i64)>,
    /// Ids of the organizations that want a sign-in by SAML.
    by_saml: Vec<i64>,
}

impl Asking<'_> {
    async fn ask(&self) -> Result<(), PeopleError> {
        let Session { session_id, github_id, .. } = *self.session;
        let Listing { accounts, by_saml } = self.installations().await?;
        let ids = accounts.iter().map(|(account_id, _)| *account_id).chain(by_saml.iter().copied());
        let ids: Vec<i64> = ids.collect::<BTreeSet<_>>().into_iter().collect();
        for kept in sights::keep_accounts(&self.people.0.pool, (session_id, github_id), &ids).await? {
            let installation = accounts.iter().find(|(account_id, _)| *account_id == kept.account_id);
            let installation = installation.filter(|(account_id, _)| !by_saml.contains(account_id));
            self.keep(kept, installation.map(|(_, installation_id)| *installation_id)).await?;
        }
        Ok(())
    }

    async fn installations(&self) -> Result<Listing, PeopleError> {
        let mut listed = Listing::default();
        let mut query = Some(FIRST_PAGE.to_owned());
        for _ in 0..MOST_PAGES {
            let Some(page) = query else { break };
            let answer = self.people.ask(self.session, &format!("/user/installations?{page}")).await?;
            let found: InstallationPage = answer.json()?;
            for entry in found.installations.iter().flatten().filter(|entry| entry.suspended_at.is_none()) {
                let account = entry.account.as_ref().and_then(|account| account.id);
                listed.accounts.extend(account.zip(entry.id));
            }
            listed.by_saml.extend(answer.sso.as_deref().into_iter().flat_map(left_out));
            query = answer.next.filter(|next| *next != page);
        }
        Ok(listed)
    }

    /// Asks for one account's repositories, and keeps what GitHub tells. `installation`: none if it wants a sign-in by
    /// SAML.
    async fn keep(&self, listed: ListedAccount, installation: Option<i64>) -> Result<(), PeopleError> {
        let ListedAccount { account_id, mut version, was_taken, .. } = listed;
        for attempt in 0..TRIES {
            let told = match installation {
                Some(installation) => self.repositories(listed, installation).await?,
                None => SightReport { saml: true, ..SightReport::default() },
            };
            let lasts = if was_taken || attempt > 0 { AFTER_AN_END } else { FRESH };
            let (pool, times) = (&self.people.0.pool, (self.now, self.now + lasts));
            match sights::keep(pool, self.session.session_id, (account_id, version), &told, times).await? {
                None => return Ok(()),
                Some(now) => version = now,
            }
        }
        // It is asked for again as soon as the person comes.
        Ok(())
    }

    async fn repositories(&self, listed: ListedAccount, installation: i64) -> Result<SightReport, PeopleError> {
        let rights_matter = self.people.0.scrub_open_to == ScrubOpenTo::Triage;
        let (mut told, mut private) = (SightReport::default(), BTreeSet::new());
        let mut query = Some(FIRST_PAGE.to_owned());
        for _ in 0..MOST_PAGES {
            let enough = !listed.has_private && (told.triages || !rights_matter);
            let Some(page) = query.filter(|_| !enough) else { break };
            let path = format!("/user/installations/{installation}/repositories?{page}");
            let answer = match self.people.ask(self.session, &path).await {
                Ok(answer) if answer.status < 300 => answer,
                // It is gone, or no longer theirs to see.
                Ok(_) | Err(PeopleError::GitHub(GitHubError::Refused { status: 403, .. })) => {
                    return Ok(SightReport::default());
                }
                Err(PeopleError::GitHub(GitHubError::Saml(_))) => {
                    return Ok(SightReport { saml: true, ..SightReport::default() });
                }
                Err(error) => return Err(error),
            };
            let found: RepositoryPage = answer.json()?;
            for entry in found.repositories.iter().flatten() {
                // What GitHub does not call public may be private.
                private.extend(entry.id.filter(|_| entry.private != Some(false)));
                told.triages |= entry.permissions.as_ref().is_some_and(may_triage);
            }
            query = answer.next.filter(|next| *next != page);
        }
        told.private = private.into_iter().collect();
        Ok(told)
    }
}

fn may_triage(rights: &RightsEntry) -> bool {
    let RightsEntry { admin, maintain, push, triage } = rights;
    [admin, maintain, push, triage].into_iter().any(|right| *right == Some(true))
}

/// The organizations whose part of a list is left out, by `X-GitHub-SSO`:
/// `partial-results; organizations=21955855,20582480`.
fn left_out(header: &str) -> Vec<i64> {
    let ids = header.split(';').find_map(|part| part.trim().strip_prefix("organizations="));
    ids.into_iter().flat_map(|ids| ids.split(',')).filter_map(|id| id.trim().parse().ok()).collect()
}
