//! Spreadsheets: CSV, XLSX and ODS.

use bugscrub::sheet::{csv, read, xlsx};
use rand::RngExt;

use super::{damaged, fuzz, one_of};
use crate::sheet::{noted, row, sheet, zipped};

type Parts = Vec<(String, String)>;

/// The parts of our own XLSX.
fn excel() -> Parts {
    let bytes = xlsx(&whole()).unwrap();
    let mut archive = zip::ZipArchive::new(std::io::Cursor::new(bytes)).unwrap();
    let names: Vec<String> = archive.file_names().map(|name| name.unwrap().into_owned()).collect();
    let part = |name: String| {
        let text = std::io::read_to_string(archive.by_name(&name).unwrap()).unwrap();
        (name, text)
    };
    names.into_iter().map(part).collect()
}

fn whole() -> bugscrub::sheet::Sheet {
    let rows = (1..=3).map(|number| noted(row(number, "2026-11-01", "2026-11-10"), "close", "-1, \"quoted\"\n=x", "ß"));
    sheet(rows.collect())
}

fn open_document() -> Parts {
    let cell = |text: &str| {
        format!("<table:table-cell office:value-type=\"string\"><text:p>{text}</text:p></table:table-cell>")
    };
    let line = |cells: &[&str]| {
        format!("<table:table-row>{}</table:table-row>", cells.iter().map(|text| cell(text)).collect::<String>())
    };
    let header = line(&["Repository", "Type", "#", "Read yet?", "Comment", "Flag"]);
    let rows = line(&["acme/widgets", "Issue", "1", "x", "kept", "later"]).repeat(3);
    let content = format!("<o><table:table table:name=\"0051\">{header}{rows}</table:table></o>");
    [
        ("mimetype", "application/vnd.oasis.opendocument.spreadsheet"),
        ("META-INF/manifest.xml", "<m/>"),
        ("content.xml", &content),
    ]
    .map(|(name, text)| (name.to_owned(), text.to_owned()))
    .into()
}

#[test]
fn no_spreadsheet_is_too_damaged_to_be_refused() {
    let (csv, kinds) = (csv(&whole(), true).unwrap(), [excel(), open_document()]);
    assert!(read(&csv).is_ok() && kinds.iter().all(|parts| read(&zipped(parts)).is_ok()));
    fuzz("no_spreadsheet_is_too_damaged_to_be_refused", |rng, input| {
        let bytes = match rng.random_range(0..8) {
            // Unpacking is slow, so most are CSV.
            0..5 => damaged(rng, &csv),
            5 => {
                let whole: &Parts = one_of(rng, &kinds);
                damaged(rng, &zipped(whole))
            }
            _ => {
                let mut parts: Parts = one_of(rng, &kinds).clone();
                let at = rng.random_range(0..parts.len());
                parts[at].1 = String::from_utf8_lossy(&damaged(rng, parts[at].1.as_bytes())).into_owned();
                zipped(&parts)
            }
        };
        input.input = hex::encode(&bytes);
        if let Ok(book) = read(&bytes) {
            // What was read says where each row stands.
            assert!(book.tabs.iter().flat_map(|tab| &tab.rows).all(|row| row.line > 0));
        }
    });
}
