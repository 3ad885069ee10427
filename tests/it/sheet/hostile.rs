//! Malicious files, and files that are not spreadsheets: each is refused with a sentence, in bounded memory.

use std::io::{Cursor, Write};

use bugscrub::sheet::{BadSheet, read, xlsx};
use proptest::collection::vec;
use proptest::prelude::*;
use zip::write::SimpleFileOptions;

use super::{data, noted, package, part, refused, row, sheet, workbook, workbook_parts, zipped};
use crate::support::random;

const HEADER: &[&str] = &["Repository", "Type", "#", "Comment"];
const ROW: &[&str] = &["a/b", "Issue", "1", "c"];

fn sound() -> String {
    data(&[HEADER, ROW])
}

/// A workbook with one tab, in which these parts replace its own or are added.
fn with_parts(others: &[(&str, &str)]) -> Vec<u8> {
    let mut parts = workbook_parts(&[("0051", &sound())]);
    parts.retain(|(name, _)| others.iter().all(|(other, _)| other != name));
    parts.extend(others.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned())));
    zipped(&parts)
}

/// A worksheet's XML of this many bytes.
fn large(bytes: usize) -> String {
    const ROW: &str = "<row><c/></row>";
    format!("<sheetData>{}</sheetData>", ROW.repeat(bytes / ROW.len()))
}

#[test]
fn files_that_are_not_spreadsheets_are_told_apart() {
    let text = |file: &[u8], name: &str| {
        assert_eq!(
            refused(file),
            "the file is not a spreadsheet in a format that can be read: XLSX, ODS or CSV",
            "{name}"
        )
    };
    assert_eq!(refused(b""), "the file is empty");
    assert_eq!(refused(&vec![b'x'; (25 << 20) + 1]), "the file is larger than 25 MiB");
    text(b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "a picture");
    text(b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj\x01\x02", "a document");
    text(b"\x1f\x8b\x08\0\0\0\0\0\0\x03K", "gzip");
    text(
        &package(&[("word/document.xml", "<w/>"), ("[Content_Types].xml", "<Types>wordprocessingml</Types>")]),
        "a letter",
    );
    text(&package(&[("META-INF/MANIFEST.MF", "Main-Class: x")]), "a program");
    text(
        &package(&[("mimetype", "application/vnd.oasis.opendocument.text"), ("content.xml", "<a/>")]),
        "another letter",
    );
    assert!(refused(b"PK\x03\x04 and no more").starts_with("the file is damaged: "));
    assert!(
        refused(b"<!DOCTYPE html><html><body>Sign in</body></html>")
            .starts_with("the file has no tab that can be read: ")
    );
    let whole = workbook(&[("0051", &sound())]);
    assert!(refused(&whole[..whole.len() / 2]).starts_with("the file is damaged: "));
}

#[test]
fn other_excel_formats_and_encrypted_files_are_named() {
    let compound = |name: &str| -> Vec<u8> {
        let mut file = b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1".to_vec();
        file.resize(1536, 0);
        file.extend(name.encode_utf16().flat_map(u16::to_le_bytes));
        file
    };
    assert_eq!(read(&compound("Workbook")), Err(BadSheet::OldExcel));
    assert_eq!(read(&compound("EncryptedPackage")), Err(BadSheet::Encrypted));
    let binary = "<Types><Override ContentType=\"application/vnd.ms-excel.sheet.binary.macroEnabled.main\"/></Types>";
    assert_eq!(read(&package(&[("[Content_Types].xml", binary), ("xl/workbook.bin", "")])), Err(BadSheet::BinaryExcel));
    let manifest =
        "<manifest:manifest><manifest:file-entry><manifest:encryption-data/></manifest:file-entry></manifest:manifest>";
    let sealed = package(&[
        ("mimetype", "application/vnd.oasis.opendocument.spreadsheet"),
        ("META-INF/manifest.xml", manifest),
        ("content.xml", "?"),
    ]);
    assert_eq!(read(&sealed), Err(BadSheet::Encrypted));
    // A zip file's own encryption: a bit in the header of each part and of each directory entry.
    let mut locked = workbook(&[("0051", &sound())]);
    for (mark, flags) in [(b"PK\x03\x04", 6), (b"PK\x01\x02", 8)] {
        let heads: Vec<usize> = (0..locked.len() - 4).filter(|at| &locked[*at..at + 4] == mark).collect();
        heads.into_iter().for_each(|at| locked[at + flags] |= 1);
    }
    assert_eq!(read(&locked), Err(BadSheet::Encrypted));
}

#[test]
fn a_zip_bomb_is_refused_whatever_size_it_claims() {
    let bomb = with_parts(&[("xl/worksheets/sheet1.xml", &large(200_000_000))]);
    assert!(bomb.len() < 2_000_000, "{}", bomb.len());
    assert_eq!(read(&bomb), Err(BadSheet::TooLargeInside));
    // The same file, but every size in it claims to be 1,000.
    let mut liar = bomb.clone();
    let sizes: Vec<usize> = (0..bomb.len() - 4)
        .filter(|at| {
            let size = u32::from_le_bytes(bomb[*at..at + 4].try_into().unwrap());
            (190_000_000..=200_000_100).contains(&size)
        })
        .collect();
    assert!(sizes.len() >= 2, "{sizes:?}");
    sizes.into_iter().for_each(|at| liar[at..at + 4].copy_from_slice(&1000_u32.to_le_bytes()));
    assert!(matches!(read(&liar), Err(BadSheet::TooLargeInside | BadSheet::Damaged(_))), "{:?}", read(&liar));
    // Many parts, none of which is too large by itself.
    let parts: Vec<(String, String)> = (0..20).map(|part| (format!("xl/media/{part}.xml"), large(9_000_000))).collect();
    let parts: Vec<(&str, &str)> = parts.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect();
    assert_eq!(read(&with_parts(&parts)), Err(BadSheet::TooLargeInside));
    // Smaller files that consist of one text, one comment, one tag, or of more cells than anybody has.
    for (before, filler, after) in
        [("", " ", ""), ("", "x", ""), ("<!--", "<", "-->"), ("<![CDATA[", "<", "]]>"), ("<x y='", "<", "'/>")]
    {
        let one = format!("<sheetData>{before}{}{after}</sheetData>", filler.repeat(2 << 20));
        assert_eq!(read(&with_parts(&[("xl/worksheets/sheet1.xml", &one)])), Err(BadSheet::OneText), "{before}");
    }
    assert_eq!(read(&with_parts(&[("xl/worksheets/sheet1.xml", &large(80_000_000))])), Err(BadSheet::TooMany("cells")));
}

#[test]
fn a_nested_zip_bomb_is_not_unpacked() {
    let inner = with_parts(&[("xl/worksheets/sheet1.xml", &large(200_000_000))]);
    let mut writer = zip::ZipWriter::new(Cursor::new(vec![]));
    for (name, text) in workbook_parts(&[("0051", &sound())]) {
        writer.start_file(name, SimpleFileOptions::default()).unwrap();
        writer.write_all(text.as_bytes()).unwrap();
    }
    writer.start_file("xl/embeddings/inner.xlsx", SimpleFileOptions::default()).unwrap();
    writer.write_all(&inner).unwrap();
    let book = read(&writer.finish().unwrap().into_inner()).unwrap();
    assert_eq!(book.tabs[0].rows.len(), 1);
}

#[test]
fn too_many_of_anything_is_refused_before_memory_is_allocated() {
    let parts: Vec<(String, String)> = (0..5000).map(|part| (format!("x/{part}"), String::new())).collect();
    let parts: Vec<(&str, &str)> = parts.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect();
    assert_eq!(read(&with_parts(&parts)), Err(BadSheet::TooManyParts));

    let tabs: Vec<(String, String)> = (0..1001).map(|scrub| (scrub.to_string(), sound())).collect();
    let tabs: Vec<(&str, &str)> = tabs.iter().map(|(name, data)| (name.as_str(), data.as_str())).collect();
    assert_eq!(read(&workbook(&tabs)), Err(BadSheet::TooMany("tabs")));
    assert_eq!(read(&workbook(&tabs[..1000])).unwrap().tabs.len(), 1000);

    // A naive reader allocates for the announced count at once, which would end the process.
    for count in ["4611686018427387904", "99999999999", "4000001"] {
        let texts = format!(r#"<sst uniqueCount="{count}"><si><t>a</t></si></sst>"#);
        assert_eq!(read(&with_parts(&[("xl/sharedStrings.xml", &texts)])), Err(BadSheet::TooMany("texts")), "{count}");
    }
    let texts = format!("<sst>{}</sst>", "<si/>".repeat(1_000_001));
    assert_eq!(read(&with_parts(&[("xl/sharedStrings.xml", &texts)])), Err(BadSheet::TooMany("texts")));

    // A naive reader copies the font into every style.
    let font = format!(r#"<font><name val="{}"/></font>"#, "x".repeat(100_000));
    let styles = format!(
        "<styleSheet><fonts>{font}</fonts><cellXfs>{}</cellXfs></styleSheet>",
        r#"<xf fontId="0"/>"#.repeat(10_000)
    );
    assert_eq!(read(&with_parts(&[("xl/styles.xml", &styles)])), Err(BadSheet::TooMany("styles")));
    let styles = format!("<styleSheet><cellXfs>{}</cellXfs></styleSheet>", "<xf/>".repeat(66_001));
    assert_eq!(read(&with_parts(&[("xl/styles.xml", &styles)])), Err(BadSheet::TooMany("styles")));

    let mut rows = "Repository,Type,#,Comment\n".to_owned();
    (1..=100_000).for_each(|number| rows += &format!("a/b,Issue,{number},c\n"));
    assert_eq!(read(rows.as_bytes()).unwrap().tabs[0].rows.len(), 100_000);
    rows += "a/b,Issue,100001,c\n";
    assert_eq!(read(rows.as_bytes()), Err(BadSheet::TooManyRows));
}

#[test]
fn one_long_text_in_many_cells_does_not_fill_the_memory() {
    let texts = format!("<sst><si><t>{}</t></si></sst>", "x".repeat(10_000));
    let text = r#"<c t="s"><v>0</v></c>"#;
    let numbers: Vec<String> = (1..=7000).map(|number| number.to_string()).collect();
    let rows: Vec<[&str; 4]> = numbers.iter().map(|number| ["a/b", "Issue", number, text]).collect();
    let mut cells: Vec<&[&str]> = vec![HEADER];
    cells.extend(rows.iter().map(|row| row.as_slice()));
    let file = with_parts(&[
        ("xl/sharedStrings.xml", &texts),
        ("xl/worksheets/sheet1.xml", &format!("<worksheet>{}</worksheet>", data(&cells))),
    ]);
    assert!(file.len() < 1_000_000);
    assert_eq!(read(&file), Err(BadSheet::TooMuchText));
}

#[test]
fn a_part_shared_by_a_thousand_tabs_is_not_read_a_thousand_times() {
    let mut parts = workbook_parts(&(1..=1000).map(|_| ("x", "")).collect::<Vec<_>>());
    parts.retain(|(name, _)| !name.starts_with("xl/worksheets/"));
    for (name, text) in &mut parts {
        if name.ends_with("workbook.xml.rels") {
            (1..=1000).rev().for_each(|sheet| *text = text.replace(&format!("sheet{sheet}.xml"), "sheet.xml"));
        }
    }
    parts.push(("xl/worksheets/sheet.xml".to_owned(), format!("<worksheet>{}</worksheet>", large(20_000_000))));
    assert!(refused(&zipped(&parts)).ends_with("its parts are used too often"));
}

#[test]
fn malicious_xml_neither_grows_nor_takes_long() {
    // A billion laughs: the reader knows no custom entities.
    let mut names = r#"<!ENTITY a0 "ha">"#.to_owned();
    (1..=30).for_each(|level| names += &format!(r#"<!ENTITY a{level} "&a{};&a{};">"#, level - 1, level - 1));
    let laughs = format!(
        "<!DOCTYPE x [{names}]><worksheet>{}</worksheet>",
        data(&[HEADER, &["a/b", "Issue", "1", "<c t=\"inlineStr\"><is><t>&a30;</t></is></c>"]])
    );
    assert!(refused(&with_parts(&[("xl/worksheets/sheet1.xml", &laughs)])).contains("&a30;"));
    // A hundred thousand attributes, and half a million nested elements.
    let attributes: String = (0..100_000).map(|number| format!(" a{number}=\"\"")).collect();
    let many = format!("<worksheet{attributes}>{}</worksheet>", sound());
    assert_eq!(read(&with_parts(&[("xl/worksheets/sheet1.xml", &many)])).unwrap().tabs[0].rows.len(), 1);
    let deep = format!("<worksheet>{}{}{}</worksheet>", "<a>".repeat(500_000), "</a>".repeat(500_000), sound());
    assert_eq!(read(&with_parts(&[("xl/worksheets/sheet1.xml", &deep)])).unwrap().tabs[0].rows.len(), 1);
}

#[test]
fn distant_cells_take_no_memory() {
    let far = r#"<row r="1048576"><c r="XFD1048576"><v>1</v></c></row></sheetData>"#;
    let book = read(&workbook(&[("0051", &sound().replace("</sheetData>", far))])).unwrap();
    assert_eq!(book.tabs[0].rows.len(), 1);
}

#[test]
fn values_and_parts_that_make_no_sense_count_as_damage() {
    let with = |cell: &str| workbook(&[("0051", &data(&[HEADER, &["a/b", "Issue", "1", cell]]))]);
    let cells = [
        r#"<c t="n"><v>one</v></c>"#,
        r#"<c t="s"><v>7</v></c>"#,
        r#"<c t="b"><v>maybe</v></c>"#,
        r#"<c t="e"><v>#OOPS</v></c>"#,
        r#"<c t="new"><v>1</v></c>"#,
        r#"<c><what/></c>"#,
    ];
    for cell in cells {
        assert!(matches!(read(&with(cell)), Err(BadSheet::Damaged(_))), "{cell}: {:?}", read(&with(cell)));
    }
    let sound = workbook_parts(&[("0051", &sound())]);
    for missing in ["_rels/.rels", "xl/worksheets/sheet1.xml", "xl/_rels/workbook.xml.rels"] {
        let parts: Vec<_> = sound.iter().filter(|(name, _)| name != missing).cloned().collect();
        assert!(matches!(read(&zipped(&parts)), Err(BadSheet::Damaged(_))), "{missing}");
    }
    // Two parts have the same name, so it is not clear which one is meant.
    let two = workbook(&[("0051", &super::hostile::sound()), ("0052", &super::hostile::sound())]);
    let mut two_of_one = two.clone();
    let names: Vec<usize> = (0..two.len() - 10).filter(|at| &two[*at..at + 10] == b"sheet2.xml").collect();
    names.into_iter().for_each(|at| two_of_one[at..at + 10].copy_from_slice(b"sheet1.xml"));
    assert_eq!(refused(&two_of_one), "the file is damaged: two of its parts have the same name");
}

fn ods(content: &str) -> Vec<u8> {
    package(&[
        ("mimetype", "application/vnd.oasis.opendocument.spreadsheet"),
        ("META-INF/manifest.xml", "<m/>"),
        ("content.xml", content),
    ])
}

#[test]
fn malicious_ods_is_refused_too() {
    let text = |text: &str| {
        format!("<table:table-cell office:value-type=\"string\"><text:p>{text}</text:p></table:table-cell>")
    };
    let header: String = HEADER.iter().map(|name| text(name)).collect();
    let body = |rows: &str| {
        format!(
            "<o><table:table table:name=\"0051\"><table:table-row>{header}</table:table-row>{rows}</table:table></o>"
        )
    };
    let row = |attributes: &str, comment: &str| {
        format!(
            "<table:table-row {attributes}>{}{}{}{comment}</table:table-row>",
            text("a/b"),
            text("Issue"),
            text("1")
        )
    };
    assert_eq!(read(&ods(&body(&row("", &text("c"))))).unwrap().tabs[0].rows.len(), 1);
    // The file is cut off inside a table, a cell, a comment.
    let whole = body(&row("", "<table:table-cell office:value-type=\"string\"><office:annotation><text:p>x"));
    for end in [
        whole.len(),
        whole.len() - 1,
        whole.find("<office:annotation>").unwrap(),
        whole.find("<table:table-row>").unwrap(),
    ] {
        let cut = &whole[..whole[..end].rfind('>').unwrap() + 1];
        assert!(matches!(read(&ods(cut)), Err(BadSheet::Damaged(_))), "{cut}");
    }
    assert_eq!(
        read(&ods(&body(&row("table:number-rows-repeated=\"4000000000\"", &text("c"))))),
        Err(BadSheet::TooManyRows)
    );
    // Four billion blanks make a cell too long; four billion columns are not visited.
    let blanks = text("a<text:s text:c=\"4000000000\"/>b");
    let book = read(&ods(&body(&row("", &blanks)))).unwrap();
    let fault = book.tabs[0].rows[0].row.as_ref().unwrap_err().to_string();
    assert_eq!(fault, "the cell in the column Comment is longer than 32767 characters");
    let wide = text("c").replacen(' ', " table:number-columns-repeated=\"4000000000\" table:number-columns-spanned=\"4000000000\" table:number-rows-spanned=\"4000000000\" ", 1);
    assert_eq!(
        read(&ods(&body(&row("", &wide)))).unwrap().tabs[0].rows[0].row.as_ref().unwrap_err().to_string(),
        "some of its cells are merged"
    );
    let laughs = format!("<!DOCTYPE x [<!ENTITY a \"ha\">]>{}", body(&row("", &text("&a;"))));
    assert!(refused(&ods(&laughs)).contains("unknown entity &a;"));
    let tabs: String = (0..1001).map(|name| format!("<table:table table:name=\"{name}\"></table:table>")).collect();
    assert_eq!(read(&ods(&format!("<o>{tabs}</o>"))), Err(BadSheet::TooMany("tabs")));
    assert!(refused(&ods("")).starts_with("the file has no tab"));
}

#[test]
fn a_file_with_any_xml_is_read_or_refused() {
    let file =
        xlsx(&sheet((1..4).map(|number| noted(row(number, "2026-07-01", "2026-08-01"), "a", "b", "c")).collect()))
            .unwrap();
    let names = [
        "[Content_Types].xml",
        "_rels/.rels",
        "xl/workbook.xml",
        "xl/_rels/workbook.xml.rels",
        "xl/styles.xml",
        "xl/sharedStrings.xml",
        "xl/worksheets/sheet1.xml",
    ];
    let parts: Vec<(String, String)> = names.map(|name| (name.to_owned(), part(&file, name))).to_vec();
    assert!(read(&zipped(&parts)).is_ok());
    let pieces = prop_oneof![
        Just("<"),
        Just(">"),
        Just("/>"),
        Just("\""),
        Just("&"),
        Just("&#0;"),
        Just("&#x110000;"),
        Just("<![CDATA["),
        Just("<!--"),
        Just("-1"),
        Just("99999999999999999999"),
        Just("ZZZZZZZZZ1"),
        Just("A0"),
        Just("1E999"),
        Just("NaN"),
        Just(""),
        Just("\u{feff}"),
        Just(" r=\"\""),
        Just("<c r=\"A1\" t=\"s\">"),
        Just("</row>"),
        Just("<mergeCells><mergeCell ref=\"B2:A1\"/></mergeCells>"),
        Just("é"),
    ];
    let change = (0..names.len(), any::<prop::sample::Index>(), 0..12_usize, pieces);
    random()
        .run(&vec(change, 1..4), |changes| {
            let mut parts = parts.clone();
            for (part, at, cut, piece) in changes {
                let text = &mut parts[part].1;
                let mut chars: Vec<char> = text.chars().collect();
                let at = at.index(chars.len());
                let end = (at + cut).min(chars.len());
                chars.splice(at..end, piece.chars());
                *text = chars.into_iter().collect();
            }
            let _ = read(&zipped(&parts));
            Ok(())
        })
        .unwrap();
}
