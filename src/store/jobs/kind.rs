//! The kinds of jobs, and their priorities.

use super::super::StoreError;

/// The question that a job asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum JobKind {
    /// Which installations there are (account 0).
    Installations,
    /// Which failed deliveries to ask for again (account 0).
    Redeliver,
    /// Which repositories an installation covers.
    Repositories,
    /// Where an account's repositories differ from ours.
    Sweep,
    /// What changed in one repository since the last comparison.
    Repair,
    /// The state of certain items of one repository.
    Check,
    /// All open issues and pull requests of one repository. The next three are alike.
    Open,
    OpenDiscussions,
    Closed,
    ClosedDiscussions,
    /// Who said what last on the open items of one repository.
    Conversations,
    /// Whether the grace of an uninstalled account is over, so that its data is deleted.
    Purge,
}

impl JobKind {
    const ALL: [(JobKind, &'static str, i16); 12] = [
        (JobKind::Installations, "installations", 0),
        (JobKind::Redeliver, "redeliver", 0),
        (JobKind::Repositories, "repositories", 1),
        (JobKind::Check, "check", 2),
        (JobKind::Repair, "repair", 2),
        (JobKind::Sweep, "sweep", 3),
        (JobKind::Open, "open", 4),
        (JobKind::OpenDiscussions, "open_discussions", 4),
        (JobKind::Conversations, "conversations", 5),
        (JobKind::Closed, "closed", 6),
        (JobKind::ClosedDiscussions, "closed_discussions", 6),
        (JobKind::Purge, "purge", 7),
    ];

    pub fn name(self) -> &'static str {
        self.row().1
    }

    /// Whether the job lists open items.
    pub fn is_open(self) -> bool {
        matches!(self, JobKind::Open | JobKind::OpenDiscussions)
    }

    /// Whether the job's cursor is a place in a list of GitHub's.
    pub fn goes_on_at_github(self) -> bool {
        use JobKind::{Check, Conversations, Installations, Purge, Sweep};
        !matches!(self, Installations | Sweep | Check | Conversations | Purge)
    }

    /// The job with the smaller priority goes first: open items before history.
    pub(super) fn priority(self) -> i16 {
        self.row().2
    }

    fn row(self) -> (JobKind, &'static str, i16) {
        Self::ALL.into_iter().find(|(kind, ..)| *kind == self).expect("cannot fail: all kinds are listed")
    }

    pub(super) fn from_name(name: &str) -> Result<Self, StoreError> {
        let found = Self::ALL.into_iter().find(|(_, known, _)| *known == name);
        found.map(|(kind, ..)| kind).ok_or_else(|| StoreError::Unreadable(format!("a job of kind {name}")))
    }
}
