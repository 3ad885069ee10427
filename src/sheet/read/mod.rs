//! Reading sheets: our own exports after people edited them, the old spreadsheet with its many numbered tabs, and CSV.
//!
//! Each format hands over its cells row by row. What the cells mean is the same for all formats:
//! - [`package`]: a zip file, checked before anything else reads it;
//! - [`xlsx`], [`ods`], [`csv`]: the cells of each format;
//! - [`cell`]: what a cell holds; [`allowance`]: how much may still be kept;
//! - [`table`]: the header and rows of a tab with items; [`attendance`]: those of the tab Attendance;
//! - [`tabs`]: which tab is which.

mod allowance;
mod attendance;
mod cell;
mod csv;
mod ods;
mod package;
mod table;
mod tabs;
mod xlsx;

use super::book::Book;
use super::fault::BadSheet;
use super::limits;
use package::Package;
use tabs::Tabs;

/// The first bytes of an Excel file from before 2007, and of one with a password.
const COMPOUND: &[u8] = b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1";

/// Reads a file. Its bytes say whether it is XLSX, ODS or CSV.
pub fn read(bytes: &[u8]) -> Result<Book, BadSheet> {
    read_declared(bytes, None)
}

/// The same. `charset` is what its sender calls the encoding of its text, which matters for CSV that is neither UTF-8 nor
/// begins with a byte order mark.
pub fn read_declared(bytes: &[u8], charset: Option<&str>) -> Result<Book, BadSheet> {
    if bytes.is_empty() {
        return Err(BadSheet::Empty);
    }
    if bytes.len() > limits::FILE {
        return Err(BadSheet::TooLarge);
    }
    let mut tabs = Tabs::default();
    let mut position = None;
    if bytes.starts_with(b"PK") {
        let mut package = Package::open(bytes)?;
        if package.is_ods()? {
            position = ods::read(&mut package, &mut tabs)?;
        } else if package.is_xlsx()? {
            position = xlsx::read(&package, &mut tabs)?;
        } else {
            return Err(BadSheet::NotASpreadsheet);
        }
    } else if bytes.starts_with(COMPOUND) {
        // Names in such a file are UTF-16.
        let name: Vec<u8> = "EncryptedPackage".encode_utf16().flat_map(u16::to_le_bytes).collect();
        let encrypted = bytes.windows(name.len()).any(|window| window == name);
        return Err(if encrypted { BadSheet::Encrypted } else { BadSheet::OldExcel });
    } else {
        csv::read(bytes, charset, &mut tabs)?;
    }
    Ok(Book { position, ..tabs.finish()? })
}
