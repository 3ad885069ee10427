//! Reads CSV, in the encodings and with the separators that spreadsheets write.

use std::borrow::Cow;
use std::io::Read;

use encoding_rs::{Encoding, UTF_8};

use super::allowance::Allowance;
use super::cell::Cell;
use super::package::damaged;
use super::table::Table;
use super::tabs::Tabs;
use crate::sheet::fault::{BadSheet, excerpt};
use crate::sheet::guard::unguard;

/// Excel writes `;` if `,` is the decimal sign, and tabs into what it calls Unicode text.
const SEPARATORS: [u8; 3] = [b',', b';', b'\t'];

/// Reads CSV. `charset` is what its sender calls its encoding.
pub(super) fn read(bytes: &[u8], charset: Option<&str>, tabs: &mut Tabs) -> Result<(), BadSheet> {
    let text = decoded(bytes, charset)?;
    // With such a line Excel names the separator; it is not a row.
    let (told, text) = match text.strip_prefix("sep=").and_then(|rest| rest.split_once('\n')) {
        Some((separator, rest)) => (separator.trim_end_matches('\r').bytes().next(), rest),
        None => (None, text.as_ref()),
    };
    let skipped = u32::from(told.is_some());
    let separator = told.unwrap_or_else(|| separator(text));
    let mut records = csv::ReaderBuilder::new()
        .delimiter(separator)
        .has_headers(false)
        .flexible(true)
        // The last line may lack an end, which is counted below.
        .from_reader(text.as_bytes().chain(&b"\n"[..]));
    let Some(mut open) = tabs.begin("", false) else { return Ok(()) };
    let mut record = csv::StringRecord::new();
    let mut line = skipped;
    loop {
        let before = records.position().line();
        if open.is_done() || !records.read_record(&mut record).map_err(damaged)? {
            break;
        }
        // An empty line is a row of the spreadsheet, but not a record.
        let ends = (records.position().line() - before) as usize;
        let own = 1 + record.iter().map(|field| field.matches('\n').count()).sum::<usize>();
        line = line.saturating_add(1 + ends.saturating_sub(own) as u32);
        let wanted = |(place, field): (usize, &str)| if open.wants(place) { cell(field) } else { Cell::Empty };
        let cells: Vec<Cell> = record.iter().enumerate().map(wanted).collect();
        open.row(line, &cells, &mut tabs.allowance)?;
    }
    tabs.end("", open, &[]);
    Ok(())
}

fn cell(field: &str) -> Cell {
    if field.is_empty() { Cell::Empty } else { Cell::Text(unguard(field).into_owned()) }
}

/// The separator with which the first row names our columns; a comma if none does.
fn separator(text: &str) -> u8 {
    let names_columns = |separator: &u8| {
        let mut records =
            csv::ReaderBuilder::new().delimiter(*separator).has_headers(false).from_reader(text.as_bytes());
        let mut record = csv::StringRecord::new();
        let mut table = Table::default();
        let cells: Vec<Cell> = match records.read_record(&mut record) {
            Ok(true) => record.iter().map(cell).collect(),
            _ => return false,
        };
        let read = table.row(1, &cells, &mut Allowance::default());
        read.is_ok() && !table.is_done()
    };
    SEPARATORS.into_iter().find(names_columns).unwrap_or(SEPARATORS[0])
}

/// Decodes the bytes, by the byte order mark, else as what they are said to be, else as UTF-8. Nothing is guessed: a wrong
/// guess would change names and notes without a sign.
fn decoded<'a>(bytes: &'a [u8], charset: Option<&str>) -> Result<Cow<'a, str>, BadSheet> {
    let declared = match charset {
        Some(name) => {
            let known = Encoding::for_label(name.trim().as_bytes());
            Some(known.ok_or_else(|| BadSheet::UnknownCharset(excerpt(name)))?)
        }
        None => None,
    };
    let marked = Encoding::for_bom(bytes).map(|(encoding, _)| encoding);
    let encoding = marked.or(declared).unwrap_or(UTF_8);
    let (text, _, broken) = encoding.decode(bytes);
    let strange = |c: char| c.is_control() && !matches!(c, '\t' | '\n' | '\r' | '\u{c}' | '\u{1a}');
    // Windows-1252 has a letter for nearly every byte, so even a file that is not a text can be decoded.
    if declared.is_none() && is_wide(bytes) {
        return Err(BadSheet::NotUtf8);
    }
    if text.contains('\0') || ((broken || encoding.is_single_byte()) && text.contains(strange)) {
        return Err(BadSheet::NotASpreadsheet);
    }
    match (broken, marked.or(declared)) {
        (false, _) => Ok(text),
        (true, None) => Err(BadSheet::NotUtf8),
        (true, Some(encoding)) => Err(BadSheet::OtherEncoding(encoding.name())),
    }
}

/// Whether it is UTF-16 without a mark: every other byte is 0.
fn is_wide(bytes: &[u8]) -> bool {
    let sample = &bytes[..bytes.len().min(1024)];
    let zeros = |odd: usize| sample.iter().skip(odd).step_by(2).filter(|byte| **byte == 0).count();
    let most = sample.len() / 2 * 9 / 10;
    Encoding::for_bom(bytes).is_none() && most > 0 && (zeros(0) >= most) != (zeros(1) >= most)
}
