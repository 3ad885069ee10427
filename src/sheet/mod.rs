//! Spreadsheets: writing them, and reading them back.
//!
//! Pure: bytes in, bytes out; no IO and no clock. The players:
//! - [`columns`]: the columns of a scrub's sheet; [`attendance`]: those of its second tab;
//! - [`write`]: a sheet as XLSX or CSV; [`guard`]: no text in CSV becomes a formula;
//! - [`read`]: XLSX, ODS and CSV that people edited or that another tool wrote; [`book`]: what such a file says;
//! - [`import`]: what importing such a file would change, and [`plan`]: row by row; [`without`]: the rows that are left out;
//! - [`fault`]: why a file, a tab or a row cannot be read; [`limits`]: how much of a file is read.
//!
//! Files come from strangers. Reading is bounded in memory and time by [`limits`], whatever a file says about itself.

pub mod attendance;
pub mod book;
pub mod columns;
pub mod fault;
pub mod guard;
pub mod import;
pub mod limits;
pub mod plan;
pub mod read;
pub mod without;
pub mod write;

pub use attendance::{Attendance, ScrubAttendance};
pub use book::{Book, ReadRow, SheetNote, Tab};
pub use columns::Column;
pub use fault::{BadSheet, RowFault};
pub use import::Import;
pub use plan::{ItemChange, KnownItem, Outcome, Plan, PlannedRow, plan};
pub use read::{read, read_declared};
pub use without::{WITHOUT_PATTERN, Without, row_key};
pub use write::{BYTE_ORDER_MARK, Sheet, SheetRow, Unwritable, csv, split_filter, xlsx};
