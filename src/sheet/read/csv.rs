//! Reads CSV, in the encodings and with the separators that spreadsheets write.

use std::borrow::Cow;
use std::io::Read;

use encoding_rs::{UTF_8, UTF_16BE, UTF_16LE, WINDOWS_1252};

use super::allowance::Allowance;
use super::cell::Cell;
use super::package::damaged;
use super::table::Table;
use super::tabs::Tabs;
use crate::sheet::fault::BadSheet;
use crate::sheet::guard::unguard;

/// Excel writes `;` if `,` is the decimal sign, and tabs into what it calls Unicode text.
const SEPARATORS: [u8; 3] = [b',', b';', b'\t'];

pub(super) fn read(bytes: &[u8], tabs: &mut Tabs) -> Result<(), BadSheet> {
    let text = decoded(bytes)?;
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
    if field.is_empty() { Cell::Empty } else { Cell::Text(unguard(field).to_owned()) }
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

/// Decodes the bytes. A byte order mark decides. Without one, it is UTF-16 if every other byte is 0, UTF-8 if that is valid,
/// and otherwise Windows-1252, which includes Latin-1.
fn decoded(bytes: &[u8]) -> Result<Cow<'_, str>, BadSheet> {
    let encoding = match encoding_rs::Encoding::for_bom(bytes) {
        Some((encoding, _)) => encoding,
        None => {
            let sample = &bytes[..bytes.len().min(1024)];
            let zeros = |odd: usize| sample.iter().skip(odd).step_by(2).filter(|byte| **byte == 0).count();
            let most = sample.len() / 2 * 9 / 10;
            match (zeros(0), zeros(1)) {
                (even, _) if most > 0 && even >= most => UTF_16BE,
                (_, odd) if most > 0 && odd >= most => UTF_16LE,
                _ if std::str::from_utf8(bytes).is_ok() => UTF_8,
                _ => WINDOWS_1252,
            }
        }
    };
    let (text, _, broken) = encoding.decode(bytes);
    let strange = |c: char| c.is_control() && !matches!(c, '\t' | '\n' | '\r' | '\u{c}' | '\u{1a}');
    // Windows-1252 has a letter for nearly every byte, so even a file that is not a text can be decoded.
    if text.contains('\0') || (encoding == WINDOWS_1252 && text.contains(strange)) {
        return Err(BadSheet::NotASpreadsheet);
    }
    if broken { Err(damaged("its text is cut off, or mixes encodings")) } else { Ok(text) }
}
