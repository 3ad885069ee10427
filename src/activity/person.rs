//! Who somebody is: GitHub's id. A login is how they are shown, and may change or pass to another.

use serde::{Deserialize, Serialize};

/// Somebody as a payload names them.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Person {
    /// GitHub's id. `None` where the payload had none, and in events that were stored before ids were.
    pub id: Option<i64>,
    pub login: String,
}

/// Who acted.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Actor {
    pub login: String,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub id: Option<i64>,
    /// GitHub calls it a bot: its type is `Bot`, or its login ends in `[bot]`.
    pub bot: bool,
}

impl Actor {
    pub fn person(&self) -> Person {
        Person { id: self.id, login: self.login.clone() }
    }
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
