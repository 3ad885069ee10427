//! What a person may see and do, by what GitHub told of them.
//!
//! What is not known yet, or was taken away, is asked for while the person waits. What was told some minutes ago is taken,
//! and asked for again in the background. What was told too long ago shows what is public alone.

use std::time::{Duration as Wait, Instant};

use chrono::{DateTime, Duration, Utc};

use super::error::PeopleError;
use super::known::People;
use super::session::Session;
use super::settings::ScrubOpenTo;
use crate::activity::Sight;
use crate::store::sights::{self, AccountSight, SessionSight};

/// How long what GitHub told is taken at all, if GitHub cannot be asked.
const LASTS: Duration = Duration::minutes(30);
/// How long somebody waits for GitHub's answer. It is kept all the same.
const LONGEST_WAIT: Wait = Wait::from_secs(5);
/// Time between two looks whether somebody else has asked.
const LOOK: Wait = Wait::from_millis(50);
/// What a person may see and do.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PersonSight {
    /// The ids of the accounts that they may see; `None`: all.
    pub accounts: Option<Vec<i64>>,
    pub sight: Sight,
    /// The ids of the accounts whose scrubs they may take part in; `None`: all that they see.
    pub scrubs: Option<Vec<i64>>,
    pub is_admin: bool,
    /// What is hidden from them, or may be.
    pub hidden: Vec<Hidden>,
}

/// Why something is hidden from a person, and what they can do about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hidden {
    /// The account's login, if it is about one.
    pub account: Option<String>,
    pub why: Why,
    /// Where they can do something about it, on GitHub.
    pub url: Option<String>,
}

/// Why something is hidden.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Why {
    /// GitHub lists no installation of the App to them: install it, or ask an owner to.
    NotInstalled,
    /// They may not see a repository, or the installation does not cover it: ask for access.
    NoAccess,
    /// The organization asks for a sign-in of its own.
    SamlSignIn,
    /// GitHub could not be asked just now.
    NotAsked,
}

impl People {
    /// What the person of a session may see and do. GitHub is asked about administrators too: it ends their sessions.
    ///
    /// # Errors
    /// [`PeopleError::Ended`] if GitHub says that the session has ended; [`PeopleError::Store`]
    pub async fn sight(&self, session: &Session) -> Result<PersonSight, PeopleError> {
        let known = self.known(session).await?;
        if self.is_admin(session) {
            return Ok(PersonSight { accounts: None, sight: Sight::All, scrubs: None, is_admin: true, hidden: vec![] });
        }
        let now = (self.0.clock)();
        let lasts = |row: &&AccountSight| row.told_at.is_some_and(|told_at| now - told_at < LASTS);
        let lasting: Vec<&AccountSight> = known.accounts.iter().filter(lasts).collect();
        let sight = self.repositories(session, &lasting).await?;
        let ids = |rows: &mut dyn Iterator<Item = &AccountSight>| rows.map(|row| row.account_id).collect();
        let scrubs = match self.0.scrub_open_to {
            ScrubOpenTo::SignedIn => None,
            ScrubOpenTo::Triage => Some(ids(&mut lasting.iter().copied().filter(|row| row.triages))),
        };
        Ok(PersonSight {
            accounts: if self.0.open_to_all { None } else { Some(ids(&mut known.accounts.iter())) },
            sight,
            scrubs,
            is_admin: false,
            hidden: self.hidden(&known, now).await?,
        })
    }

    /// Whether somebody is named as an administrator: by their id on GitHub, which stays theirs, or by their login. What
    /// is digits alone is an id.
    fn is_admin(&self, session: &Session) -> bool {
        let is = |named: &String| match named.bytes().all(|byte| byte.is_ascii_digit()) {
            true => *named == session.github_id.to_string(),
            false => *named == session.login.to_lowercase(),
        };
        self.0.admins.iter().any(is)
    }

    /// What is known of a session, after GitHub was asked if need be.
    async fn known(&self, session: &Session) -> Result<SessionSight, PeopleError> {
        let known = sights::of_session(&self.0.pool, session.session_id).await?;
        let due = known.due_at.is_none_or(|due_at| due_at <= (self.0.clock)());
        if !due || !self.can_sign_in() {
            return Ok(known);
        }
        let waits = !known.is_whole();
        let (people, of) = (self.clone(), session.clone());
        let learning = tokio::spawn(async move { people.learned(&of, waits).await });
        if !waits {
            return Ok(known);
        }
        match tokio::time::timeout(LONGEST_WAIT, learning).await {
            Ok(Ok(Err(PeopleError::Ended))) => return Err(PeopleError::Ended),
            Ok(Ok(Err(error))) => {
                tracing::debug!(error = &error as &dyn std::error::Error, "GitHub could not be asked for a person");
            }
            Ok(_) | Err(_) => {}
        }
        Ok(sights::of_session(&self.0.pool, session.session_id).await?)
    }

    /// Asks GitHub, unless somebody else does; then that is waited for, if `waits`.
    async fn learned(&self, session: &Session, waits: bool) -> Result<(), PeopleError> {
        let until = Instant::now() + LONGEST_WAIT;
        loop {
            match self.learn(session).await {
                Ok(false) if waits && Instant::now() < until => {}
                learned => return learned.map(drop),
            }
            tokio::time::sleep(LOOK).await;
            if sights::of_session(&self.0.pool, session.session_id).await?.is_whole() {
                return Ok(());
            }
        }
    }

    async fn repositories(&self, session: &Session, lasting: &[&AccountSight]) -> Result<Sight, PeopleError> {
        let of: Vec<(i64, i64)> = lasting.iter().map(|row| (row.account_id, row.version)).collect();
        if let Some(sight) = self.0.held.get(session.session_id, &of) {
            return Ok(sight);
        }
        let accounts: Vec<i64> = of.iter().map(|(account_id, _)| *account_id).collect();
        let sight = Sight::only(sights::private(&self.0.pool, session.session_id, &accounts).await?);
        self.0.held.put(session.session_id, of, sight.clone());
        Ok(sight)
    }

    async fn hidden(&self, known: &SessionSight, now: DateTime<Utc>) -> Result<Vec<Hidden>, PeopleError> {
        let about = |account, why, url| Hidden { account, why, url };
        let lapsed = |row: &AccountSight| row.told_at.is_none_or(|told_at| now - told_at >= LASTS);
        let mut hidden = vec![];
        if known.told_at.is_none() || known.accounts.iter().any(lapsed) {
            hidden.push(about(None, Why::NotAsked, None));
        } else if known.accounts.is_empty() {
            hidden.push(about(None, Why::NotInstalled, None));
        }
        let by_saml: Vec<i64> = known.accounts.iter().filter(|row| row.saml).map(|row| row.account_id).collect();
        if !by_saml.is_empty() {
            let web = self.sign_in().ok().map(|sign_in| sign_in.github.web());
            for login in sights::logins(&self.0.pool, &by_saml).await? {
                let url = web.as_ref().map(|web| format!("{web}/orgs/{login}/sso"));
                hidden.push(about(Some(login), Why::SamlSignIn, url));
            }
        }
        if !known.accounts.is_empty() {
            hidden.push(about(None, Why::NoAccess, None));
        }
        Ok(hidden)
    }
}
