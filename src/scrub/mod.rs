//! Scrubs: what a group reads together.
//!
//! Pure: no IO and no clock. The players:
//! - [`view`]: a named filter and order, and where it was declared;
//! - [`deck`]: what became of an item while a group read it, and since it was last read;
//! - [`minutes`]: a scrub as a text to paste;
//! - [`schedule`]: when the group meets.

pub mod deck;
pub mod minutes;
pub mod schedule;
pub mod view;

pub use schedule::{BadSchedule, Schedule};
pub use view::{BadViews, Declared, Origin, View};
