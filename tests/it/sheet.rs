//! Writing and reading spreadsheets. The tests make their files, with a library or by hand; none is in the
//! repository. In `tools::libreoffice` the real LibreOffice opens and edits ours.

mod csv;
mod hostile;
mod opendocument;
mod planning;
mod reading;
mod roundtrip;
mod writing;

use std::io::{Cursor, Read, Write};

use bugscrub::activity::{ItemType, State};
use bugscrub::rank::Filter;
use bugscrub::rank::stale_age::days_since;
use bugscrub::sheet::{Book, Sheet, SheetNote, SheetRow, Tab, read};
use chrono::{DateTime, NaiveDate, Utc};
use chrono_tz::Tz;

pub const TODAY: NaiveDate = NaiveDate::from_ymd_opt(2026, 11, 22).unwrap();
const ZONE: Tz = Tz::Europe__Berlin;

/// An open issue of acme/widgets, without a note.
pub fn row(number: i64, created: &str, updated: &str) -> SheetRow {
    let time = |date: &str| format!("{date}T12:00:00Z").parse::<DateTime<Utc>>().unwrap();
    let (created_at, updated_at) = (time(created), time(updated));
    SheetRow {
        repository: "acme/widgets".to_owned(),
        item_type: ItemType::Issue,
        number,
        user: Some("octocat".to_owned()),
        title: format!("Widget {number} squeaks"),
        state: State::Open,
        created_at,
        updated_at,
        days_age: days_since(created_at, TODAY, ZONE),
        days_stale: days_since(updated_at, TODAY, ZONE),
        recommended_action: String::new(),
        url: format!("https://github.com/acme/widgets/issues/{number}"),
        read: false,
        comment: String::new(),
        flag: String::new(),
        private: false,
        shown: true,
    }
}

pub fn of_type(mut row: SheetRow, item_type: ItemType) -> SheetRow {
    row.url = format!("https://github.com/{}/{}/{}", row.repository, item_type.path(), row.number);
    SheetRow { item_type, ..row }
}

pub fn noted(row: SheetRow, action: &str, comment: &str, flag: &str) -> SheetRow {
    SheetRow { recommended_action: action.to_owned(), comment: comment.to_owned(), flag: flag.to_owned(), ..row }
}

pub fn sheet(rows: Vec<SheetRow>) -> Sheet {
    let filter = Filter::default();
    Sheet {
        tab: "0051".to_owned(),
        date: TODAY,
        zone: ZONE,
        rows,
        filter,
        attendance: None,
        dealt: None,
        position: None,
    }
}

/// A zip file of these parts.
fn package(parts: &[(&str, &str)]) -> Vec<u8> {
    let mut writer = zip::ZipWriter::new(Cursor::new(vec![]));
    for (name, text) in parts {
        writer.start_file(*name, zip::write::SimpleFileOptions::default()).unwrap();
        writer.write_all(text.as_bytes()).unwrap();
    }
    writer.finish().unwrap().into_inner()
}

/// A part of a zip file, as text.
fn part(package: &[u8], name: &str) -> String {
    let mut archive = zip::ZipArchive::new(Cursor::new(package)).unwrap();
    let mut text = String::new();
    archive.by_name(name).unwrap_or_else(|_| panic!("no {name}")).read_to_string(&mut text).unwrap();
    text
}

const TYPES: &str = r#"<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">
<Override PartName="/xl/workbook.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/></Types>"#;
const RELATIONS: &str = r#"<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">
<Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="xl/workbook.xml"/></Relationships>"#;

/// The parts of a handmade XLSX file: tabs with the XML of their `sheetData` and what follows it.
fn workbook_parts(tabs: &[(&str, &str)]) -> Vec<(String, String)> {
    let mut sheets = String::new();
    let mut relations = String::new();
    let mut parts =
        vec![("[Content_Types].xml".to_owned(), TYPES.to_owned()), ("_rels/.rels".to_owned(), RELATIONS.to_owned())];
    for (index, (name, data)) in (1..).zip(tabs) {
        sheets += &format!(r#"<sheet name="{name}" sheetId="{index}" r:id="rId{index}"/>"#);
        relations += &format!(
            r#"<Relationship Id="rId{index}" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" Target="worksheets/sheet{index}.xml"/>"#
        );
        parts.push((
            format!("xl/worksheets/sheet{index}.xml"),
            format!(
                r#"<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">{data}</worksheet>"#
            ),
        ));
    }
    parts.push((
        "xl/workbook.xml".to_owned(),
        format!(
            r#"<workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><sheets>{sheets}</sheets></workbook>"#
        ),
    ));
    parts.push((
        "xl/_rels/workbook.xml.rels".to_owned(),
        format!(r#"<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">{relations}</Relationships>"#),
    ));
    parts
}

pub fn zipped(parts: &[(String, String)]) -> Vec<u8> {
    let parts: Vec<(&str, &str)> = parts.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect();
    package(&parts)
}

fn workbook(tabs: &[(&str, &str)]) -> Vec<u8> {
    zipped(&workbook_parts(tabs))
}

/// A `sheetData` of texts. A cell that begins with `<` is inserted as XML.
fn data(rows: &[&[&str]]) -> String {
    let mut xml = "<sheetData>".to_owned();
    for (line, cells) in (1..).zip(rows) {
        xml += &format!(r#"<row r="{line}">"#);
        for (column, cell) in ('A'..).zip(*cells) {
            xml += &match *cell {
                "" => String::new(),
                cell if cell.starts_with('<') => cell.replacen('>', &format!(r#" r="{column}{line}">"#), 1),
                cell => {
                    format!(r#"<c r="{column}{line}" t="inlineStr"><is><t>{}</t></is></c>"#, cell.replace('&', "&amp;"))
                }
            };
        }
        xml += "</row>";
    }
    xml + "</sheetData>"
}

/// The rows of the only tab, all of which must be readable.
pub fn notes(book: &Book) -> Vec<SheetNote> {
    let [tab] = book.tabs.as_slice() else { panic!("{} tabs", book.tabs.len()) };
    tab.rows.iter().map(|row| row.row.clone().unwrap_or_else(|fault| panic!("{}: {fault}", row.line))).collect()
}

/// The sentence with which the file is refused.
pub fn refused(bytes: &[u8]) -> String {
    read(bytes).expect_err("it is read").to_string()
}

/// The only row.
fn only(bytes: &[u8]) -> SheetNote {
    let mut notes = notes(&read(bytes).unwrap());
    assert_eq!(notes.len(), 1);
    notes.remove(0)
}

/// The name, the scrub and the number of rows of each tab.
fn names(book: &Book) -> Vec<(&str, Option<i32>, usize)> {
    book.tabs.iter().map(|Tab { name, scrub, rows }| (name.as_str(), *scrub, rows.len())).collect()
}
