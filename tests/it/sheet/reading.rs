//! Reading files that people and other programs made.

use bugscrub::activity::ItemType;
use bugscrub::sheet::{BadSheet, RowFault, ScrubAttendance, SheetNote, read};
use chrono::NaiveDate;

use super::{data, names, notes, only, workbook, workbook_parts, zipped};

/// The header row of the old spreadsheet.
const OLD: [&str; 17] = [
    "Repository",
    "Type",
    "#",
    "User",
    "Title",
    "State",
    "Created",
    "Updated",
    "Stale-Age",
    "Days-Age",
    "Days-Stale",
    "Recommend Action",
    "URL",
    "Read yet?",
    "Link",
    "Comment",
    "Flag",
];

/// A row as the old tool wrote it: formulas with their values.
fn old<'a>(repository: &'a str, kind: &'a str, number: &'a str, written: [&'a str; 4]) -> Vec<&'a str> {
    let [action, read, comment, flag] = written;
    let stale = r#"<c><f>LOG10((J2+1)*(K2+1))</f><v>2.5</v></c>"#;
    let link = r#"<c t="str"><f>HYPERLINK(M2, REPLACE(M2, 1, 20+LEN(A2), ""))</f><v>issues/1</v></c>"#;
    let url = "https://github.com/fluxcd/flux2/issues/1";
    vec![
        repository,
        kind,
        number,
        "octocat",
        "A title",
        "open",
        "2022-03-15",
        "<c><v>44640</v></c>",
        stale,
        "<c><v>12</v></c>",
        "<c><v>30</v></c>",
        action,
        url,
        read,
        link,
        comment,
        flag,
    ]
}

fn old_tab(rows: &[Vec<&str>]) -> String {
    let mut all: Vec<&[&str]> = vec![&OLD];
    all.extend(rows.iter().map(Vec::as_slice));
    data(&all)
}

pub fn texts(note: &SheetNote) -> [Option<&str>; 3] {
    [note.recommended_action.as_deref(), note.comment.as_deref(), note.flag.as_deref()]
}

#[test]
fn the_old_spreadsheet_with_its_many_tabs_is_read() {
    let raw = data(&[
        &["Repository", "Type", "#", "User", "Title", "State", "Created", "Updated", "Merged", "URL"],
        &["fluxcd/flux2", "Issue", "1"],
    ]);
    let note =
        old("fluxcd/flux2", "Issue", "<c><v>123.0</v></c>", ["close it", r#"<c t="b"><v>1</v></c>"#, "see #4", "🔥"]);
    let discussion = old("fluxcd/flux2", "Discussion", "7", ["", "", "", ""]);
    let tabs: Vec<(String, String)> = (1..=65)
        .map(|scrub| (format!("{scrub:04}"), old_tab(&[note.clone(), discussion.clone()])))
        .chain([
            ("Raw data".to_owned(), raw),
            ("Q2 (Final)".to_owned(), old_tab(&[])),
            ("Attendance".to_owned(), data(&[&["Host", "", "0065"], &["octocat"]])),
        ])
        .collect();
    let tabs: Vec<(&str, &str)> = tabs.iter().map(|(name, data)| (name.as_str(), data.as_str())).collect();
    let book = read(&workbook(&tabs)).unwrap();
    assert_eq!(book.tabs.len(), 65);
    assert_eq!((book.tabs[64].name.as_str(), book.tabs[64].scrub), ("0065", Some(65)));
    let first = book.tabs[64].rows[0].row.as_ref().unwrap();
    assert_eq!((first.repository.as_str(), first.item_type, first.number), ("fluxcd/flux2", ItemType::Issue, 123));
    assert_eq!(texts(first), [Some("close it"), Some("see #4"), Some("🔥")]);
    assert_eq!((first.read, first.read_text.as_deref()), (Some(true), Some("TRUE")));
    assert_eq!((first.title.as_str(), first.url.as_str()), ("A title", "https://github.com/fluxcd/flux2/issues/1"));
    assert_eq!(book.tabs[64].rows[1].line, 3);
    let second = book.tabs[64].rows[1].row.as_ref().unwrap();
    assert_eq!((texts(second), second.read, &second.read_text), ([Some(""), Some(""), Some("")], Some(false), &None));
    let ignored = [
        "Raw data: its name is not a scrub's number",
        "Q2 (Final): its name is not a scrub's number",
        "Attendance: its first row must name the columns Scrub, Date, Host, Attendees",
    ];
    assert_eq!(book.ignored, ignored);
    assert!(book.attendance.is_empty());
}

#[test]
fn columns_may_come_in_any_order_and_case_and_some_may_be_missing() {
    let header = ["FLAG ", "  number", "Whatever", "read", "Recommended action", "", "TYPE", "repository"];
    let bytes = workbook(&[(
        "51",
        &data(&[&[], &header, &["f", "12", "ignored", "x", "act", "ignored", "pull request", "a/b"]]),
    )]);
    let book = read(&bytes).unwrap();
    assert_eq!((names(&book), book.tabs[0].rows[0].line), (vec![("51", Some(51), 1)], 3));
    let note = only(&bytes);
    assert_eq!((note.item_type, note.number, note.read), (ItemType::PullRequest, 12, Some(true)));
    assert_eq!(texts(&note), [Some("act"), None, Some("f")]);
    assert_eq!((note.title.as_str(), note.url.as_str()), ("", ""));
}

/// How a cell under "Read yet?" in an XLSX file is read.
fn read_yet(cell: &str) -> (bool, Option<String>) {
    let bytes = workbook(&[(
        "51",
        &data(&[&["Repository", "Type", "#", "Read yet?", "Comment"], &["a/b", "Issue", "1", cell, "c"]]),
    )]);
    let note = only(&bytes);
    (note.is_read(), note.read_text)
}

#[test]
fn read_yet_is_understood_as_people_write_it() {
    for text in ["x", "X", "yes", "Yes!", "ja", "✅", "👀", "✔️", "2024-03-15", "TRUE", "done", "1", "51"] {
        assert_eq!(read_yet(text), (true, Some(text.to_owned())), "{text}");
    }
    for text in
        ["no", "No", "n", "N", "FALSE", "false", "0", "0.0", "-", "—", "not yet", "skip", "Skip.", "N/A", "n/a", "☐"]
    {
        assert_eq!(read_yet(text), (false, Some(text.to_owned())), "{text}");
    }
    // Other words are named, and count neither as yes nor as no.
    let cells: [&[&str]; 5] = [
        &["Repository", "Type", "#", "Read yet?", "Comment"],
        &["a/b", "Issue", "1", "perhaps", "c"],
        &["a/b", "Issue", "2", "ask ada", ""],
        &["a/b", "Issue", "3", "perhaps", ""],
        &["a/b", "Issue", "4", "x", ""],
    ];
    let book = read(&workbook(&[("51", &data(&cells))])).unwrap();
    assert_eq!(notes(&book).iter().map(|note| note.read).collect::<Vec<_>>(), [None, None, None, Some(true)]);
    let told = |rows, word| {
        format!(
            "51: \"Read yet?\" in {rows} says {word:?}, which means neither yes nor no, and does not count: write x, or nothing"
        )
    };
    assert_eq!(book.ignored, [told("row 3", "ask ada"), told("rows 2, 4", "perhaps")]);
    assert_eq!(read_yet(" "), (false, None));
    assert_eq!(read_yet(""), (false, None));
    assert_eq!(read_yet(r#"<c t="b"><v>0</v></c>"#), (false, Some("FALSE".to_owned())));
    assert_eq!(read_yet(r#"<c><f>1=1</f><v>0</v></c>"#), (false, Some("0".to_owned())));
    assert_eq!(read_yet(r#"<c t="b"><f>1=1</f><v>1</v></c>"#), (true, Some("TRUE".to_owned())));
    assert_eq!(read_yet(r#"<c t="d"><v>2024-03-15T00:00:00</v></c>"#), (true, Some("2024-03-15".to_owned())));
}

#[test]
fn dates_numbers_and_formulas_in_a_note_are_read_as_displayed() {
    let styles = r#"<styleSheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><numFmts count="2">
        <numFmt numFmtId="164" formatCode="m/d/yyyy h:mm"/><numFmt numFmtId="165" formatCode="[h]:mm:ss"/></numFmts>
        <cellXfs count="4"><xf numFmtId="0"/><xf numFmtId="14"/><xf numFmtId="164"/><xf numFmtId="165"/></cellXfs></styleSheet>"#;
    let cells = [
        (r#"<c s="1"><v>45366</v></c>"#, "2024-03-15"),
        (r#"<c s="2"><v>45366.4375</v></c>"#, "2024-03-15 10:30:00"),
        (r#"<c s="3"><v>1.5</v></c>"#, "36:00:00"),
        (r#"<c><v>123.0</v></c>"#, "123"),
        (r#"<c><v>0.5</v></c>"#, "0.5"),
        (r#"<c t="str"><f>CONCAT("a","b")</f><v>a&amp;b</v></c>"#, "a&b"),
        (
            r#"<c t="inlineStr"><is><r><t>bold </t></r><r><t xml:space="preserve">and not</t></r></is></c>"#,
            "boldand not",
        ),
    ];
    for (cell, shown) in cells {
        let tab = data(&[&["Repository", "Type", "#", "Comment"], &["a/b", "Issue", "1", cell]]);
        let mut parts = workbook_parts(&[("51", &tab)]);
        parts.push(("xl/styles.xml".to_owned(), styles.to_owned()));
        assert_eq!(only(&zipped(&parts)).comment.as_deref(), Some(shown), "{cell}");
    }
}

#[test]
fn a_formula_without_a_value_says_nothing_and_is_reported() {
    let (empty, blank) = ("<c><f>A1</f></c>", "<c t=\"str\"><f>A1</f><v></v></c>");
    let rows: [&[&str]; 4] = [
        &["Repository", "Type", "#", "Comment", "Read yet?", "Title"],
        &["a/b", "Issue", "1", empty, "x", empty],
        &["a/b", "Issue", "2", blank, empty, empty],
        // The formulas are copied further down than there are items.
        &["", "", "", "", empty, empty],
    ];
    let book = read(&workbook(&[("0051", &data(&rows))])).unwrap();
    let notes = notes(&book);
    assert_eq!([&notes[0].comment, &notes[1].comment], [&None, &Some(String::new())]);
    assert_eq!([notes[0].read, notes[1].read], [Some(true), None]);
    let told = |column: &str, rows: &str| {
        format!(
            "0051: in {rows}, the column {column} has formulas without a value, which say nothing: open the file in a spreadsheet program and save it"
        )
    };
    assert_eq!(book.ignored, [told("Read yet?", "row 3"), told("Comment", "row 2")]);
    assert_eq!(notes.len(), 2);
}

#[test]
fn rows_of_only_formulas_and_empty_checkboxes_are_skipped() {
    let padding = |line: &'static str| -> Vec<&'static str> {
        vec!["", "", "", "", "", "", "", "", line, "", "", "", "", r#"<c t="b"><v>0</v></c>"#, "", " ", ""]
    };
    let mut rows = vec![old("a/b", "Issue", "1", ["", "", "kept", ""])];
    rows.extend((0..500).map(|_| padding(r#"<c><f>LOG10(1)</f><v>0</v></c>"#)));
    rows.push(old("a/b", "Issue", "2", ["", "", "", ""]));
    let book = read(&workbook(&[("0051", &old_tab(&rows))])).unwrap();
    assert_eq!(book.tabs[0].rows.iter().map(|row| row.line).collect::<Vec<_>>(), [2, 503]);
}

#[test]
fn each_row_that_cannot_be_read_says_why() {
    let (long, longer) = ("x".repeat(10_001), "x".repeat(32_768));
    let rows = [
        (vec!["widgets", "Issue", "1", "c"], "Repository must be owner/name, not \"widgets\""),
        (vec!["a/b/c", "Issue", "1", "c"], "Repository must be owner/name, not \"a/b/c\""),
        (vec!["", "", "", "a remark"], "Repository must be owner/name, not \"\""),
        (vec!["a/b", "Epic", "1", "c"], "Type must be Issue, PR or Discussion, not \"Epic\""),
        (vec!["a/b", "Issue", "1.5", "c"], "# must be a number, not \"1.5\""),
        (vec!["a/b", "Issue", "<c><v>-3</v></c>", "c"], "# must be a number, not \"-3\""),
        (vec!["a/b", "Issue", "<c t=\"e\"><v>#REF!</v></c>", "c"], "the cell in the column # shows the error #REF!"),
        (
            vec!["a/b", "Issue", "1", "<c t=\"e\"><v>#N/A</v></c>"],
            "the cell in the column Comment shows the error #N/A",
        ),
        (vec!["a/b", "Issue", "1", &longer], "the cell in the column Comment is longer than 32767 characters"),
        (
            vec!["a/b", "Issue", "1", &long],
            "the text in the column Comment is longer than the 10000 characters that a note may have there",
        ),
        (vec!["A/B", "issue", "#7", "again"], "row 2 of the tab is about the same item"),
    ];
    let mut cells: Vec<&[&str]> = vec![&["Repository", "Type", "#", "Comment"], &["a/b", "Issue", "7", "c"]];
    cells.extend(rows.iter().map(|(cells, _)| cells.as_slice()));
    let book = read(&workbook(&[("51", &data(&cells))])).unwrap();
    let faults: Vec<String> =
        book.tabs[0].rows.iter().filter_map(|row| row.row.as_ref().err()).map(RowFault::to_string).collect();
    assert_eq!(faults, rows.map(|(_, fault)| fault));
}

#[test]
fn merged_cells_make_their_rows_unreadable() {
    let rows = data(&[
        &["Repository", "Type", "#", "Comment", "Mine"],
        &["a/b", "Issue", "1", "c"],
        &["a/b", "Issue", "2", "c"],
        &["a/b", "Issue", "3", "c"],
    ]);
    let merged =
        format!(r#"{rows}<mergeCells count="2"><mergeCell ref="D3:D4"/><mergeCell ref="E2:F2"/></mergeCells>"#);
    let book = read(&workbook(&[("51", &merged)])).unwrap();
    let faults: Vec<Option<&RowFault>> = book.tabs[0].rows.iter().map(|row| row.row.as_ref().err()).collect();
    assert_eq!(faults, [None, Some(&RowFault::Merged), Some(&RowFault::Merged)]);
}

#[test]
fn a_file_without_numbered_tabs_is_read_and_a_number_counts_once() {
    let tab = old_tab(&[old("a/b", "Issue", "1", ["", "x", "", ""])]);
    let book = read(&workbook(&[("bug-scrub", &tab)])).unwrap();
    assert_eq!(names(&book), [("bug-scrub", None, 1)]);
    let book = read(&workbook(&[("51", &tab), ("0051", &tab), ("Notes", &tab)])).unwrap();
    assert_eq!(names(&book), [("51", Some(51), 1)]);
    assert_eq!(
        book.ignored,
        ["0051: it is about the same scrub as the tab \"51\"", "Notes: its name is not a scrub's number"]
    );
}

#[test]
fn attendance_dates_are_read_in_every_format() {
    let tab = old_tab(&[old("a/b", "Issue", "1", ["", "", "c", ""])]);
    let rows: [&[&str]; 10] = [
        &["host", "SCRUB", "Attendees", "Date"],
        &["octocat", "0051", "hubot, mona;kim", "2024-03-15"],
        &["", "<c><v>52</v></c>", "", "3/22/2024"],
        &["mona", "53", "hubot", "29.03.2024"],
        &["x", "next week", "", ""],
        &["mona", "54", "hubot", "soon"],
        &["@mona", "55", "@hubot, @ , kim@home", "Nov 6, 2026"],
        &["", "56", "", "6 November 2026"],
        &["", "57", "", "11/06/26"],
        &["", "58", "x".repeat(101).leak(), "Friday, November 6, 2026"],
    ];
    let book = read(&workbook(&[("0051", &tab), ("attendance", &data(&rows))])).unwrap();
    let date = |day| NaiveDate::from_ymd_opt(2024, 3, day);
    let attended = |scrub, date, host: Option<&str>, attendees: &[&str]| ScrubAttendance {
        scrub,
        date,
        host: host.map(str::to_owned),
        attendees: attendees.iter().map(|&name| name.to_owned()).collect(),
    };
    let expected = [
        attended(51, date(15), Some("octocat"), &["hubot", "mona", "kim"]),
        attended(52, date(22), None, &[]),
        attended(53, date(29), Some("mona"), &["hubot"]),
        attended(54, None, Some("mona"), &["hubot"]),
        attended(55, NaiveDate::from_ymd_opt(2026, 11, 6), Some("mona"), &["hubot", "kim@home"]),
        attended(56, NaiveDate::from_ymd_opt(2026, 11, 6), None, &[]),
        attended(57, NaiveDate::from_ymd_opt(2026, 11, 6), None, &[]),
        attended(58, NaiveDate::from_ymd_opt(2026, 11, 6), None, &[]),
    ];
    assert_eq!(book.attendance, expected);
    assert_eq!(book.ignored[0], "attendance: the date of scrub 0054 cannot be read: \"soon\"");
    assert!(book.ignored[1].starts_with("attendance: a name at scrub 0058 is longer than 100 characters"));
}

#[test]
fn a_file_without_columns_or_rows_is_told_why() {
    let tab = |rows: &[&[&str]]| workbook(&[("0051", &data(rows))]);
    let refused = |bytes: &[u8]| read(bytes).unwrap_err();
    let no_tab = |why: &str| BadSheet::NoTab(why.to_owned());
    assert_eq!(refused(&tab(&[])), no_tab("0051: it is empty"));
    let cases: [(&[&str], &str); 4] = [
        (
            &["Repo", "Kind", "Id", "Comment"],
            "0051: its first row must name the columns, but lacks Repository, Type, #",
        ),
        (&["Repository", "Type", "#"], "0051: it has none of the columns Recommend Action, Read yet?, Comment, Flag"),
        (&["Repository", "Type", "#", "Comment", "comments"], "0051: its first row names Comment twice"),
        (&["Bug scrub 0051"], "0051: its first row must name the columns, but lacks Repository, Type, #"),
    ];
    for (header, why) in cases {
        assert_eq!(refused(&tab(&[header, &["a/b", "Issue", "1", "c"]])), no_tab(why));
    }
    assert_eq!(refused(&tab(&[&OLD])), BadSheet::NoRows);
    assert_eq!(refused(b"Repository,Type,#,Comment\n"), BadSheet::NoRows);
    assert_eq!(
        refused(b"hello, world\n"),
        no_tab("its first row must name the columns, but lacks Repository, Type, #")
    );
    let merged = format!(
        r#"{}<mergeCells><mergeCell ref="D1:E1"/></mergeCells>"#,
        data(&[&["Repository", "Type", "#", "Comment"], &["a/b", "Issue", "1", "c"]])
    );
    assert_eq!(refused(&workbook(&[("0051", &merged)])), no_tab("0051: its first row has merged cells"));
}
