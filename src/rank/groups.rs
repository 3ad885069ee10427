//! Groups of people with a name, so that a filter can name them at once: `author=group:team`.

use std::collections::BTreeMap;

use serde::Deserialize;

/// In front of a group's name, where a filter takes a login. No login has a colon.
pub const GROUP: &str = "group:";

/// Groups, and logins of all of them together, at most.
const MOST_GROUPS: usize = 100;
const MOST_LOGINS: usize = 1_000;
const LONGEST_NAME: usize = 64;

/// The name of the group that a filter names in place of a login.
pub fn group_in(login: &str) -> Option<&str> {
    login.strip_prefix(GROUP)
}

/// The logins of each group, by its name.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(transparent)]
pub struct Groups(BTreeMap<String, Vec<String>>);

/// Why groups cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadGroup {
    #[error("there are at most {MOST_GROUPS} groups")]
    TooMany,
    #[error(
        "the group {0:?}: a name has 1 to {LONGEST_NAME} characters: lower-case letters, digits and -, beginning with a letter or digit"
    )]
    Name(String),
    #[error("the group {0:?} is empty")]
    Empty(String),
    #[error("there are at most {MOST_LOGINS} logins in all groups together")]
    TooManyLogins,
    #[error("the group {group:?}: {login:?} is not a login")]
    Login { group: String, login: String },
}

impl Groups {
    /// Checks that all of them can be used.
    ///
    /// # Errors
    /// The first that cannot.
    pub fn check(&self) -> Result<(), BadGroup> {
        if self.0.len() > MOST_GROUPS {
            return Err(BadGroup::TooMany);
        }
        if self.0.values().map(Vec::len).sum::<usize>() > MOST_LOGINS {
            return Err(BadGroup::TooManyLogins);
        }
        for (name, logins) in &self.0 {
            if !is_name(name) {
                return Err(BadGroup::Name(name.clone()));
            }
            if logins.is_empty() {
                return Err(BadGroup::Empty(name.clone()));
            }
            if let Some(login) = logins.iter().find(|login| !is_login(login)) {
                return Err(BadGroup::Login { group: name.clone(), login: login.clone() });
            }
        }
        Ok(())
    }

    /// The logins of a group.
    pub fn logins(&self, name: &str) -> Option<&[String]> {
        self.0.get(name).map(Vec::as_slice)
    }

    /// What a filter may say for a login to mean each group.
    pub fn terms(&self) -> Vec<String> {
        self.0.keys().map(|name| format!("{GROUP}{name}")).collect()
    }
}

fn is_name(name: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
    (1..=LONGEST_NAME).contains(&name.len())
        && name.bytes().all(|byte| plain(byte) || byte == b'-')
        && name.bytes().next().is_some_and(plain)
}

/// As GitHub has them, those of Apps (`renovate[bot]`) and of managed users (`ada_acme`) too.
fn is_login(login: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_[]".contains(&byte);
    (1..=100).contains(&login.len()) && login.bytes().all(plain)
}
