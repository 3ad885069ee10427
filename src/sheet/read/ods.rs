//! Reads ODS: the cells of content.xml, one by one.
//!
//! calamine reads ODS too. But it never ends if a file ends within a table, and it believes how often a file says that a
//! blank is repeated. So we cannot give it files from strangers.

use std::io::BufRead;

use quick_xml::events::{BytesStart, Event};
use quick_xml::{Error, Reader, XmlVersion};

use super::cell::{Cell, Merge};
use super::package::{Package, damaged};
use super::tabs::{OpenTab, Tabs, scrub_of};
use crate::sheet::book::POSITION;
use crate::sheet::fault::BadSheet;
use crate::sheet::limits;

/// Reads all tabs, and returns the position that the file carries.
pub(super) fn read(package: &mut Package, tabs: &mut Tabs) -> Result<Option<i64>, BadSheet> {
    let mut names = vec![];
    walk(content(package)?, |event| {
        if let Event::Start(element) = event
            && element.name().as_ref() == "table:table"
        {
            names.push(attribute(element, "table:name")?.unwrap_or_default());
        }
        if names.len() > limits::TABS { Err(BadSheet::TooMany("tabs")) } else { Ok(()) }
    })?;
    let numbered = names.iter().any(|name| scrub_of(name).is_some());
    let mut document = Document {
        tabs,
        numbered,
        name: String::new(),
        open: None,
        skipped: 0,
        row: OpenRow::default(),
        line: 1,
        merges: vec![],
    };
    walk(content(package)?, |event| document.take(event))?;
    position(package)
}

fn content(package: &mut Package) -> Result<impl BufRead, BadSheet> {
    package.part("content.xml")?.ok_or_else(|| damaged("it has no content.xml"))
}

/// The position, a custom property in meta.xml.
fn position(package: &mut Package) -> Result<Option<i64>, BadSheet> {
    let Some(meta) = package.part("meta.xml")? else { return Ok(None) };
    let (mut ours, mut position) = (false, String::new());
    walk(meta, |event| {
        match event {
            Event::Start(element) => ours = attribute(element, "meta:name")?.as_deref() == Some(POSITION),
            Event::Text(text) if ours => position.push_str(&text.xml10_content()),
            Event::End(_) => ours = false,
            _ => {}
        }
        Ok(())
    })?;
    Ok(position.trim().parse().ok())
}

/// Hands every event of a part to `take`. Its tags and texts are short enough, because the package was checked before.
///
/// # Errors
/// If the part ends too early, or `take` fails.
fn walk(part: impl BufRead, mut take: impl FnMut(&Event) -> Result<(), BadSheet>) -> Result<(), BadSheet> {
    let mut reader = Reader::from_reader(part);
    reader.config_mut().expand_empty_elements = true;
    let mut buffer = vec![];
    let mut depth = 0_usize;
    loop {
        buffer.clear();
        let event = reader.read_event_into(&mut buffer).map_err(damaged)?;
        match &event {
            Event::Start(_) => depth += 1,
            Event::End(_) => depth = depth.saturating_sub(1),
            Event::Eof if depth > 0 => return Err(damaged("it ends too early")),
            Event::Eof => return Ok(()),
            _ => {}
        }
        take(&event)?;
    }
}

fn attribute(element: &BytesStart, name: &str) -> Result<Option<String>, BadSheet> {
    let found = element.attributes().with_checks(false).flatten().find(|attribute| attribute.key.as_ref() == name);
    let value = found.map(|attribute| attribute.normalized_value(XmlVersion::Explicit1_0));
    Ok(value.transpose().map_err(|error: Error| damaged(error))?.map(std::borrow::Cow::into_owned))
}

/// An attribute that is a count; 1 if it is missing or makes no sense.
fn count(element: &BytesStart, name: &str) -> Result<u32, BadSheet> {
    Ok(attribute(element, name)?.and_then(|count| count.parse().ok()).unwrap_or(1).max(1))
}

/// The document, as far as it was read.
struct Document<'a> {
    tabs: &'a mut Tabs,
    numbered: bool,
    /// The name of the current tab.
    name: String,
    /// `None` if the current tab is left out.
    open: Option<OpenTab>,
    /// How deep we are within an element that is skipped: a remark, a picture.
    skipped: usize,
    row: OpenRow,
    /// The number of the current row in the spreadsheet.
    line: u32,
    merges: Vec<Merge>,
}

/// A row between its begin and its end.
#[derive(Default)]
struct OpenRow {
    repeated: u32,
    cells: Vec<Cell>,
    /// The index of the next cell.
    place: usize,
    cell: Option<OpenCell>,
}

/// A cell between its begin and its end.
struct OpenCell {
    repeated: u32,
    value: Option<Cell>,
    is_error: bool,
    is_formula: bool,
    /// The text that it shows; each paragraph is a line.
    text: String,
    paragraphs: usize,
    in_paragraph: bool,
}

impl OpenCell {
    fn push(&mut self, text: &str) {
        // Somewhat more than a cell may have is enough to notice that it is too long.
        if self.text.len() <= 4 * limits::CELL {
            self.text.push_str(text);
        }
    }

    fn cell(self) -> Cell {
        match self.value {
            _ if self.is_error => Cell::Error(self.text),
            Some(value) => value,
            // An empty text has a type. A formula that was never calculated has none.
            None if self.text.is_empty() && self.is_formula => Cell::Uncalculated,
            None if self.text.is_empty() => Cell::Empty,
            None => Cell::Text(self.text),
        }
    }
}

impl Document<'_> {
    fn take(&mut self, event: &Event) -> Result<(), BadSheet> {
        match event {
            Event::Start(_) if self.skipped > 0 => self.skipped += 1,
            Event::End(_) if self.skipped > 0 => self.skipped -= 1,
            _ if self.skipped > 0 => {}
            Event::Start(element) => self.begin(element)?,
            Event::End(element) => self.end(element.name().as_ref())?,
            Event::Text(text) => self.push(&text.xml10_content()),
            Event::CData(text) => self.push(&text.xml10_content()),
            Event::GeneralRef(reference) => {
                let name = reference.as_ref();
                match quick_xml::escape::resolve_predefined_entity(name) {
                    Some(text) => self.push(text),
                    None => match reference.resolve_char_ref().map_err(damaged)? {
                        Some(character) => self.push(character.encode_utf8(&mut [0; 4])),
                        None => return Err(damaged(format_args!("it uses the unknown entity &{name};"))),
                    },
                }
            }
            _ => {}
        }
        Ok(())
    }

    fn push(&mut self, text: &str) {
        // Text outside of paragraphs is only the line breaks of the file.
        if let Some(cell) = self.row.cell.as_mut().filter(|cell| cell.in_paragraph) {
            cell.push(text);
        }
    }

    fn begin(&mut self, element: &BytesStart) -> Result<(), BadSheet> {
        match element.name().as_ref() {
            "table:table" => {
                self.name = attribute(element, "table:name")?.unwrap_or_default();
                self.open = self.tabs.begin(&self.name, self.numbered);
                self.line = 1;
                self.merges.clear();
            }
            "table:table-row" => {
                self.row = OpenRow { repeated: count(element, "table:number-rows-repeated")?, ..OpenRow::default() };
            }
            "table:table-cell" | "table:covered-table-cell" => self.begin_cell(element)?,
            // Remarks, pictures and lists of filters contain texts that are not the cell's.
            "office:annotation" | "draw:frame" | "draw:custom-shape" | "table:shapes" => self.skipped = 1,
            name => {
                let Some(cell) = &mut self.row.cell else { return Ok(()) };
                match name {
                    "text:p" => {
                        if cell.paragraphs > 0 {
                            cell.push("\n");
                        }
                        cell.paragraphs += 1;
                        cell.in_paragraph = true;
                    }
                    "text:s" => {
                        let blanks = count(element, "text:c")?.min(limits::CELL as u32 + 1);
                        cell.push(&" ".repeat(blanks as usize));
                    }
                    "text:tab" => cell.push("\t"),
                    "text:line-break" => cell.push("\n"),
                    _ => {}
                }
            }
        }
        Ok(())
    }

    fn begin_cell(&mut self, element: &BytesStart) -> Result<(), BadSheet> {
        let value_type = attribute(element, "office:value-type")?;
        let value = match value_type.as_deref() {
            Some("float" | "percentage" | "currency") => {
                attribute(element, "office:value")?.and_then(|value| value.parse().ok()).map(Cell::Number)
            }
            Some("boolean") => {
                attribute(element, "office:boolean-value")?.map(|value| Cell::Truth(value.eq_ignore_ascii_case("true")))
            }
            Some("date") => attribute(element, "office:date-value")?.map(|value| Cell::from_iso_date(&value)),
            Some("string") => attribute(element, "office:string-value")?.map(Cell::Text),
            _ => None,
        };
        let is_error = attribute(element, "calcext:value-type")?.as_deref() == Some("error");
        let is_formula = value_type.is_none() && attribute(element, "table:formula")?.is_some();
        let repeated = count(element, "table:number-columns-repeated")?;
        self.row.cell = Some(OpenCell {
            repeated,
            value,
            is_error,
            is_formula,
            text: String::new(),
            paragraphs: 0,
            in_paragraph: false,
        });
        let (columns, rows) =
            (count(element, "table:number-columns-spanned")?, count(element, "table:number-rows-spanned")?);
        if columns > 1 || rows > 1 {
            if self.merges.len() == limits::MERGES {
                return Err(BadSheet::TooMany("merged cells"));
            }
            self.merges.push(Merge {
                lines: self.line..=self.line.saturating_add(rows - 1),
                places: self.row.place..=self.row.place.saturating_add(columns as usize - 1),
            });
        }
        Ok(())
    }

    fn end(&mut self, name: &str) -> Result<(), BadSheet> {
        match name {
            "text:p" => {
                if let Some(cell) = &mut self.row.cell {
                    cell.in_paragraph = false;
                }
            }
            "table:table-cell" | "table:covered-table-cell" => {
                let Some(cell) = self.row.cell.take() else { return Ok(()) };
                let (first, after) = (self.row.place, self.row.place.saturating_add(cell.repeated as usize));
                self.row.place = after;
                let cell = cell.cell();
                if cell != Cell::Empty
                    && let Some(open) = &self.open
                {
                    for place in (first..after.min(limits::COLUMNS)).filter(|place| open.wants(*place)) {
                        self.row.cells.resize(place, Cell::Empty);
                        self.row.cells.push(cell.clone());
                    }
                }
            }
            "table:table-row" => {
                let row = std::mem::take(&mut self.row);
                if let Some(open) = &mut self.open
                    && !row.cells.is_empty()
                {
                    for line in (self.line..).take(row.repeated as usize) {
                        if open.is_done() {
                            break;
                        }
                        open.row(line, &row.cells, &mut self.tabs.allowance)?;
                    }
                }
                self.line = self.line.saturating_add(row.repeated);
            }
            "table:table" => {
                if let Some(open) = self.open.take() {
                    self.tabs.end(&self.name, open, &self.merges);
                }
            }
            _ => {}
        }
        Ok(())
    }
}
