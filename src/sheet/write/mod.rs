//! Writing sheets: the deck of a scrub or a queue, in the shape that people know.
//!
//! - [`sheet`]: what to write, and what a cell holds;
//! - [`xlsx`], [`csv`]: the two formats;
//! - [`filters`]: a view's filter as an autofilter of the spreadsheet.

mod csv;
mod filters;
mod sheet;
mod xlsx;

pub use self::csv::{BYTE_ORDER_MARK, csv};
pub use self::filters::split_filter;
pub use self::sheet::{Sheet, SheetRow, Unwritable};
pub use self::xlsx::xlsx;
