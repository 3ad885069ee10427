//! Rounds, scrubs, marks and notes: writing them down, and reading them back.
//!
//! The players:
//! - [`project`]: folds scrub events into their projections, in an append or a rebuild;
//! - [`act`]: decides under the head lock what becomes of a request, and appends it;
//! - [`read`]: scrubs, decks and rounds as they are.

pub mod act;
mod project;
pub mod read;

pub(super) use project::project;
