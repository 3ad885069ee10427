//! Rounds, scrubs, marks and notes: writing them down, and reading them back.
//!
//! The players:
//! - [`project`]: folds scrub events into their projections, in an append or a rebuild; `readings`:
//!   which rows a reading stands for;
//! - [`act`]: decides under the head lock what becomes of a request, and appends it; [`import`]: the same for a
//!   spreadsheet; [`alone`]: for who reads alone; `stand`: what deciding looks at;
//! - [`read`]: scrubs and rounds as they are; [`deck`]: a scrub's rows; [`notes`]: an item's note;
//! - [`sheets`]: what is on record of a spreadsheet's items; [`placing`]: which items its rows mean.

pub mod act;
pub mod alone;
pub mod deck;
mod happenings;
pub mod import;
pub mod notes;
mod placing;
mod project;
pub mod read;
mod readings;
pub mod sheets;
mod stand;

pub(super) use project::project;
