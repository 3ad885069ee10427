//! Who somebody is: GitHub's id. A login is how they are shown, and may change or pass to another.

use serde::{Deserialize, Serialize};

/// Somebody as a payload names them.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Person {
    /// GitHub's id. `None` where the payload had none, and in events that were stored before ids were.
    pub id: Option<i64>,
    pub login: String,
}

/// What somebody is known by: the id, or the login alone where nothing told the id.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(untagged)]
pub enum PersonKey {
    Id(i64),
    Login(String),
}

impl Person {
    pub fn key(&self) -> PersonKey {
        self.id.map_or_else(|| PersonKey::Login(self.login.clone()), PersonKey::Id)
    }

    /// Whether both are the same: by the ids if both have one, else by the logins, whose case does not
    /// matter.
    pub fn is(&self, other: &Person) -> bool {
        match (self.id, other.id) {
            (Some(one), Some(other)) => one == other,
            _ => self.login.eq_ignore_ascii_case(&other.login),
        }
    }
}

/// A login as logins are compared.
pub fn login_key(login: &str) -> String {
    login.trim().to_lowercase()
}
