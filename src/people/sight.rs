//! What a person may see and do.
//!
//! For now it is little: no account, what is public, and to read; scrubbing where that is open to everybody signed in, and
//! everything for administrators. GitHub is not asked.

use super::error::PeopleError;
use super::known::People;
use super::session::Session;
use super::settings::ScrubOpenTo;
use crate::activity::Sight;

/// What a person may see and do.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Seen {
    /// The ids of the accounts that they may see; `None`: all.
    pub accounts: Option<Vec<i64>>,
    pub sight: Sight,
    pub may_scrub: bool,
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
    /// What the person of a session may see and do.
    ///
    /// # Errors
    /// [`PeopleError::Ended`] if GitHub says that the session has ended; [`PeopleError::Store`]
    pub async fn sight(&self, session: &Session) -> Result<Seen, PeopleError> {
        let is_admin = self.0.admins.contains(&session.login.to_lowercase());
        let hidden = vec![Hidden { account: None, why: Why::NotInstalled, url: None }];
        Ok(match is_admin {
            true => Seen { accounts: None, sight: Sight::All, may_scrub: true, is_admin, hidden: vec![] },
            false => Seen {
                accounts: Some(vec![]),
                sight: Sight::Public,
                may_scrub: self.0.scrub_open_to == ScrubOpenTo::SignedIn,
                is_admin,
                hidden,
            },
        })
    }
}
