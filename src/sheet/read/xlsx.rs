//! Reads XLSX, with calamine.
//!
//! We read cells one by one and keep only those of our columns. calamine's tables would be huge if a single cell is far
//! to the right or far down.

use std::panic::{AssertUnwindSafe, catch_unwind};

use calamine::{DataRef, Reader, SheetType, Xlsx, XlsxError};

use super::cell::{Cell, Merge};
use super::package::{FileMeter, Package, damaged};
use super::tabs::{Tabs, scrub_of};
use crate::sheet::book::POSITION;
use crate::sheet::fault::{BadSheet, BadTab};

type Workbook<'a> = Xlsx<FileMeter<'a>>;

/// Reads all tabs, and returns the position that the file carries.
pub(super) fn read(package: &Package, tabs: &mut Tabs) -> Result<Option<i64>, BadSheet> {
    // The library panics at some malformed numbers.
    let read = catch_unwind(AssertUnwindSafe(|| all(package.metered(), tabs)));
    read.unwrap_or_else(|_| Err(BadSheet::Damaged("a value in it makes no sense".to_owned())))
}

fn all(file: FileMeter, tabs: &mut Tabs) -> Result<Option<i64>, BadSheet> {
    let mut workbook = Workbook::new(file).map_err(fault)?;
    let sheets = workbook.sheets_metadata().to_vec();
    let numbered = sheets.iter().any(|sheet| scrub_of(&sheet.name).is_some());
    for sheet in sheets {
        if sheet.typ != SheetType::WorkSheet {
            tabs.ignore(&sheet.name, &BadTab::NoCells);
            continue;
        }
        tab(&mut workbook, &sheet.name, numbered, tabs)?;
    }
    // If the properties cannot be read, the rest of the file still can.
    let properties = workbook.workbook_properties().ok();
    Ok(properties.and_then(|properties| properties.custom_properties.get(POSITION)?.trim().parse().ok()))
}

fn tab(workbook: &mut Workbook, name: &str, numbered: bool, tabs: &mut Tabs) -> Result<(), BadSheet> {
    let Some(mut open) = tabs.begin(name, numbered) else { return Ok(()) };
    let mut cells = workbook.worksheet_cells_reader(name).map_err(fault)?;
    let mut row: Vec<Cell> = vec![];
    let mut at = 0;
    while let Some(cell) = cells.next_cell_with_formula_metadata().map_err(fault)? {
        let (line, place) = cell.pos;
        if line != at {
            open.row(line_of(at), &row, &mut tabs.allowance)?;
            row.clear();
            at = line;
        }
        if open.is_done() {
            break;
        }
        let place = place as usize;
        if open.wants(place) {
            if row.len() <= place {
                row.resize(place + 1, Cell::Empty);
            }
            row[place] = match value(&cell.value) {
                Cell::Empty if cell.formula.is_some() => Cell::Uncalculated,
                value => value,
            };
        }
    }
    open.row(line_of(at), &row, &mut tabs.allowance)?;
    drop(cells);
    let merges = workbook.merge_cells_by_sheet_name(name).map_err(fault)?;
    let merges: Vec<Merge> = merges
        .iter()
        .map(|merge| Merge {
            lines: line_of(merge.start.0)..=line_of(merge.end.0),
            places: merge.start.1 as usize..=merge.end.1 as usize,
        })
        .collect();
    tabs.end(name, open, &merges);
    Ok(())
}

/// The number of a row in the spreadsheet. The library counts from 0.
fn line_of(row: u32) -> u32 {
    row.saturating_add(1)
}

fn value(value: &DataRef) -> Cell {
    match value {
        DataRef::Empty => Cell::Empty,
        // Exact, because numbers in the file are 64-bit floats.
        DataRef::Int(number) => Cell::Number(*number as f64),
        DataRef::Float(number) => Cell::Number(*number),
        DataRef::String(text) => Cell::Text(text.clone()),
        DataRef::SharedString(text) => Cell::Text((*text).to_owned()),
        DataRef::Bool(truth) => Cell::Truth(*truth),
        DataRef::DateTime(moment) => {
            let date = moment.as_datetime().filter(|_| moment.is_datetime()).map(Cell::Moment);
            let span = moment.as_duration().filter(|_| moment.is_duration()).map(Cell::Span);
            date.or(span).unwrap_or(Cell::Number(moment.as_f64()))
        }
        DataRef::DateTimeIso(text) => Cell::from_iso_date(text),
        DataRef::DurationIso(text) => Cell::Text(text.clone()),
        DataRef::Error(error) => Cell::Error(error.to_string()),
    }
}

fn fault(error: XlsxError) -> BadSheet {
    match error {
        XlsxError::Password => BadSheet::Encrypted,
        error => damaged(error),
    }
}
