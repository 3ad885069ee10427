//! Reading CSV: its encodings, its separators, its lines and its guard against formulas.

use bugscrub::sheet::read;
use encoding_rs::{Encoding, WINDOWS_1252};

use super::reading::texts;
use super::{data, notes, only, workbook};

const TABLE: &str = "Repository,Type,#,Comment,Flag\na/b,Issue,1,\"Grüße, später\",é\n";

#[test]
fn csv_is_read_in_every_encoding_and_with_every_separator() {
    let utf16 = |text: &str, unit: fn(u16) -> [u8; 2]| -> Vec<u8> { text.encode_utf16().flat_map(unit).collect() };
    let marked = |text: &str| format!("\u{feff}{text}");
    let files = [
        TABLE.as_bytes().to_vec(),
        marked(TABLE).into_bytes(),
        utf16(&marked(TABLE), u16::to_le_bytes),
        utf16(&marked(TABLE), u16::to_be_bytes),
        TABLE.replace(',', ";").replace("Grüße;", "Grüße,").into_bytes(),
        TABLE.replace(',', "\t").replace("Grüße\t", "Grüße,").into_bytes(),
        format!("sep=|\r\n{}", TABLE.replace(',', "|").replace("Grüße|", "Grüße,")).into_bytes(),
        TABLE.replace('\n', "\r\n").into_bytes(),
        TABLE.replace('\n', "\r").into_bytes(),
    ];
    for file in files {
        let said = Encoding::for_bom(&file).map(|(encoding, _)| encoding.name());
        assert_eq!(texts(&only(&file)), [None, Some("Grüße, später"), Some("é")], "{said:?} {file:?}");
    }
}

#[test]
fn csv_that_is_not_utf_8_is_read_as_what_it_is_declared_to_be_and_never_guessed() {
    let latin = WINDOWS_1252.encode(TABLE).0.into_owned();
    let greek =
        Encoding::for_label(b"iso-8859-7").unwrap().encode(&TABLE.replace("Grüße, später", "Γειά")).0.into_owned();
    let wide: Vec<u8> = TABLE.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let comment = |file: &[u8], charset| {
        let book = bugscrub::sheet::read_declared(file, Some(charset)).unwrap();
        notes(&book)[0].comment.clone().unwrap()
    };
    assert_eq!(comment(&latin, "windows-1252"), "Grüße, später");
    assert_eq!(comment(&latin, "ISO-8859-1"), "Grüße, später");
    assert_eq!(comment(&greek, "iso-8859-7"), "Γειά");
    assert_eq!(comment(&wide, "utf-16le"), "Grüße, später");
    // A byte order mark knows better than whoever declares something.
    assert_eq!(comment(format!("\u{feff}{TABLE}").as_bytes(), "windows-1252"), "Grüße, später");
    let wrong = |file: &[u8], charset: Option<&str>| {
        let refused = bugscrub::sheet::read_declared(file, charset);
        refused.unwrap_err().to_string()
    };
    for file in [&latin, &greek, &wide] {
        assert!(wrong(file, None).contains("is not UTF-8: save it as \"CSV UTF-8\""), "{}", wrong(file, None));
    }
    assert_eq!(wrong(&latin, Some("utf-8")), "the text of the file is not UTF-8, though it says so");
    assert!(wrong(&latin, Some("klingon")).contains("there is no encoding \"klingon\""));
    assert!(wrong(b"\xff\xfea\xd8", None).contains("is not UTF-16LE, though it says so"));
}

#[test]
fn rows_of_csv_are_numbered_as_a_spreadsheet_does() {
    let text = "\nRepository,Type,#,Comment\n\n\na/b,Issue,1,\"two\nlines\"\na/b,Issue,2,c\n,,,\n\na/b,Issue,3";
    let book = read(text.as_bytes()).unwrap();
    assert_eq!(book.tabs[0].rows.iter().map(|row| row.line).collect::<Vec<_>>(), [5, 6, 9]);
    assert_eq!(notes(&book)[0].comment.as_deref(), Some("two\nlines"));
    let book = read(format!("sep=,\n{TABLE}").as_bytes()).unwrap();
    assert_eq!(book.tabs[0].rows[0].line, 3);
}

#[test]
fn the_guard_against_formulas_is_removed_from_csv_only() {
    let csv = "Repository,Type,#,Comment,Flag\na/b,Issue,1,'=1+1,'tis\n";
    assert_eq!(texts(&only(csv.as_bytes())), [None, Some("=1+1"), Some("'tis")]);
    let csv = "Repository,Type,#,Comment,Flag\na/b,Issue,1,a;'=1;''=2;'b,c\t'@d\n";
    assert_eq!(texts(&only(csv.as_bytes())), [None, Some("a;=1;'=2;'b"), Some("c\t@d")]);
    let xlsx = workbook(&[("51", &data(&[&["Repository", "Type", "#", "Comment"], &["a/b", "Issue", "1", "'=1+1"]]))]);
    assert_eq!(texts(&only(&xlsx)), [None, Some("'=1+1"), None]);
}
