//! ODS files, written by hand as LibreOffice writes them. In `tools::libreoffice` it writes real ones.

use bugscrub::sheet::{RowFault, read};

use super::{names, only, package};

/// An ODS file with these tables.
fn opendocument(tables: &str) -> Vec<u8> {
    let names = "xmlns:office=\"urn:oasis:names:tc:opendocument:xmlns:office:1.0\" xmlns:table=\"urn:oasis:names:tc:opendocument:xmlns:table:1.0\" \
        xmlns:text=\"urn:oasis:names:tc:opendocument:xmlns:text:1.0\" xmlns:calcext=\"urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0\"";
    let content = format!(
        "<office:document-content {names}><office:body><office:spreadsheet>{tables}</office:spreadsheet></office:body></office:document-content>"
    );
    package(&[
        ("mimetype", "application/vnd.oasis.opendocument.spreadsheet"),
        ("META-INF/manifest.xml", "<manifest:manifest/>"),
        ("content.xml", &content),
    ])
}

/// Rows of text cells, as LibreOffice writes them.
fn ods_rows(rows: &[&[&str]]) -> String {
    let cell = |text: &&str| match text {
        text if text.starts_with('<') => (*text).to_owned(),
        text => format!("<table:table-cell office:value-type=\"string\"><text:p>{text}</text:p></table:table-cell>"),
    };
    rows.iter()
        .map(|cells| format!("<table:table-row>{}</table:table-row>", cells.iter().map(cell).collect::<String>()))
        .collect()
}

#[test]
fn every_kind_of_ods_cell_is_read() {
    let cells = [
        (
            r#"<table:table-cell office:value-type="float" office:value="12.5"><text:p>12,5</text:p></table:table-cell>"#,
            "12.5",
        ),
        (
            r#"<table:table-cell office:value-type="date" office:date-value="2024-03-15"><text:p>15/03/24</text:p></table:table-cell>"#,
            "2024-03-15",
        ),
        (
            r#"<table:table-cell office:value-type="date" office:date-value="2024-03-15T10:30:00"/>"#,
            "2024-03-15 10:30:00",
        ),
        (
            r#"<table:table-cell office:value-type="boolean" office:boolean-value="true"><text:p>WAHR</text:p></table:table-cell>"#,
            "TRUE",
        ),
        (
            r#"<table:table-cell table:formula="of:=1" office:value-type="string" office:string-value="so"><text:p>not so</text:p></table:table-cell>"#,
            "so",
        ),
        (
            r#"<table:table-cell office:value-type="string"><office:annotation><text:p>a remark</text:p></office:annotation><text:p>a<text:s text:c="3"/>b<text:span> &amp; c</text:span><text:tab/>d</text:p>
            <text:p>e<text:line-break/><text:a>f</text:a>&#x41;</text:p></table:table-cell>"#,
            "a   b & c\td\ne\nfA",
        ),
    ];
    for (cell, shown) in cells {
        let rows = ods_rows(&[&["Repository", "Type", "#", "Comment"], &["a/b", "Issue", "1", cell]]);
        let padding = r#"<table:table-row table:number-rows-repeated="1048500"><table:table-cell table:number-columns-repeated="16384"/></table:table-row>"#;
        let file = opendocument(&format!("<table:table table:name=\"0051\">{padding}{rows}{padding}</table:table>"));
        let book = read(&file).unwrap();
        assert_eq!((names(&book), book.tabs[0].rows[0].line), (vec![("0051", Some(51), 1)], 1_048_502));
        assert_eq!(only(&file).comment.as_deref(), Some(shown), "{cell}");
    }
}

#[test]
fn ods_repeated_columns_errors_and_merged_cells_are_handled() {
    let skip = r#"<table:table-cell table:number-columns-repeated="20"/>"#;
    let error = r#"<table:table-cell table:formula="of:=x" office:value-type="string" office:string-value="" calcext:value-type="error"><text:p>#NAME?</text:p></table:table-cell>"#;
    let merged = r#"<table:table-cell office:value-type="string" table:number-columns-spanned="1" table:number-rows-spanned="2"><text:p>both</text:p></table:table-cell>"#;
    let rows = ods_rows(&[
        &["Repository", "Type", "#", skip, "Comment"],
        &["a/b", "Issue", "1", skip, "c"],
        &["a/b", "Issue", "2", skip, error],
        &["a/b", "Issue", "3", skip, merged],
        &["a/b", "Issue", "4", skip, "<table:covered-table-cell/>"],
        &["a/b", "Issue", "5", skip, "c"],
    ]);
    let book = read(&opendocument(&format!(
        "<table:table table:name=\"51\">{rows}</table:table><table:table table:name=\"Notes\"/>"
    )))
    .unwrap();
    let faults: Vec<Option<String>> =
        book.tabs[0].rows.iter().map(|row| row.row.as_ref().err().map(RowFault::to_string)).collect();
    let merged = Some("some of its cells are merged".to_owned());
    let error = Some("the cell in the column Comment shows the error #NAME?".to_owned());
    assert_eq!(faults, [None, error, merged.clone(), merged, None]);
    assert_eq!(book.ignored, ["Notes: its name is not a scrub's number"]);
}

#[test]
fn a_formula_without_a_value_says_nothing_and_is_reported() {
    let (never, blank) = (
        r#"<table:table-cell table:formula="of:=[.A1]"/>"#,
        r#"<table:table-cell table:formula="of:=&quot;&quot;" office:value-type="string" office:string-value=""/>"#,
    );
    let rows = ods_rows(&[&["Repository", "Type", "#", "Comment", "Flag"], &["a/b", "Issue", "1", never, blank]]);
    let book = read(&opendocument(&format!("<table:table table:name=\"51\">{rows}</table:table>"))).unwrap();
    let note = only(&opendocument(&format!("<table:table table:name=\"51\">{rows}</table:table>")));
    assert_eq!((note.comment, note.flag), (None, Some(String::new())));
    assert_eq!(book.ignored.len(), 1);
    assert!(
        book.ignored[0].starts_with("51: in row 2, the column Comment has formulas without a value"),
        "{:?}",
        book.ignored
    );
}
