//! How much of a file is read at most, whatever the file says about itself.

/// Bytes of the file.
pub const FILE: usize = 25 << 20;
/// Bytes of all its parts, unpacked: twenty times what a sheet of 10,000 rows has.
pub const UNPACKED: u64 = 160 << 20;
/// Parts in the package.
pub const PARTS: usize = 5_000;
pub const TABS: usize = 1_000;
/// Rows about an item, in all tabs.
pub const ROWS: usize = 100_000;
/// Columns that are read, from the left.
pub const COLUMNS: usize = 256;
/// Characters of a cell. A spreadsheet allows no more.
pub const CELL: usize = 32_767;
/// Bytes of all texts that are kept. A file can put one text into many cells.
pub const TEXT: usize = 64 << 20;
/// Rows of the tab Attendance.
pub const ATTENDED: usize = 10_000;
/// XML elements of all parts. A cell has two or three.
pub const ELEMENTS: usize = 10_000_000;
/// Bytes of one tag or text. A cell's text is shorter.
pub const ONE: usize = 1 << 20;
/// Blocks of merged cells in one part.
pub const MERGES: usize = 200_000;
