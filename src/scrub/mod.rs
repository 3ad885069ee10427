//! Scrubs: what a group reads together.
//!
//! Pure: no IO and no clock. The players:
//! - [`view`]: a named filter and order, and where it was declared.

pub mod view;

pub use view::{BadViews, Declared, Origin, View};
