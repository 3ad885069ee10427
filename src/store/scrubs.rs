//! Rounds, scrubs, marks and notes: writing them down, and reading them back.
//!
//! The players:
//! - [`project`]: folds scrub events into their projections, in an append or a rebuild;
//! - [`act`]: decides under the head lock what becomes of a request, and appends it; [`take_in`]: the same for a
//!   spreadsheet; `stand`: what deciding looks at;
//! - [`read`]: scrubs and rounds as they are; [`deck`]: a scrub's rows; [`notes`]: an item's note;
//! - [`sheets`]: what a spreadsheet's rows are about; [`placing`]: which items they mean.

pub mod act;
pub mod deck;
pub mod notes;
mod placing;
mod project;
pub mod read;
pub mod sheets;
mod stand;
pub mod take_in;

pub(super) use project::project;
