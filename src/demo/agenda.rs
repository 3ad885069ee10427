//! What can be on the agenda of the simulation.

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Issue,
    Pull,
    Discussion,
}

/// Something on the agenda.
#[derive(Debug, Clone)]
pub(super) enum Act {
    Found(usize),
    RenameRepository(usize, &'static str),
    RenameLabel(usize, &'static str, &'static str),
    Release(usize),
    Open(usize, Kind),
    Bump(usize),
    Mothball(usize),
    Transfer(Kind),
    Step(usize, ItemStep),
}

/// Who speaks.
#[derive(Debug, Clone, Copy)]
pub(super) enum Voice {
    Author,
    Maintainer,
    Anybody,
}

/// Something that happens to an item. Nothing comes of it if it no longer fits the item's state.
#[derive(Debug, Clone, Copy)]
pub(super) enum ItemStep {
    /// Says something from a section of the word material.
    Say(Voice, &'static str),
    Preview,
    Label(usize),
    Unlabel(&'static str),
    Assign,
    Milestone,
    Retitle,
    /// With a comment in the same second, or without.
    Close(&'static str, bool),
    CloseForgotten,
    Reopen,
    Delete,
    RequestReview,
    Review(&'static str),
    Push,
    Ready,
    Draft,
    Merge,
    Answer,
    /// Chooses this comment, of this person, as the answer.
    Choose(u64, usize),
}
