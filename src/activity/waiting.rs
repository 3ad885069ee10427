//! Whose turn it is on an open item.

use super::person::Person;

/// Whom an open item waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum WaitsFor {
    Author,
    Maintainers,
}

impl WaitsFor {
    pub const ALL: [WaitsFor; 2] = [WaitsFor::Author, WaitsFor::Maintainers];

    pub fn name(self) -> &'static str {
        match self {
            WaitsFor::Author => "author",
            WaitsFor::Maintainers => "maintainers",
        }
    }

    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|waits_for| waits_for.name() == name)
    }

    /// Whom an open item waits for after `actor`, a human, was the last of whom GitHub said how they
    /// stand to the repository (`author_association`): for the author after a maintainer, else for the
    /// maintainers.
    pub fn after(actor: &Person, association: &str, author: Option<&Person>) -> Self {
        let maintains = matches!(association, "OWNER" | "MEMBER" | "COLLABORATOR");
        if maintains && !author.is_some_and(|author| author.is(actor)) {
            WaitsFor::Author
        } else {
            WaitsFor::Maintainers
        }
    }
}
