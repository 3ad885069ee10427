//! The real LibreOffice reads our sheets, and we read what it saves.

use std::path::Path;
use std::process::Command;

use bugscrub::activity::{ItemType, State};
use bugscrub::rank::criterion::{REPO, TYPE};
use bugscrub::rank::{Days, Filter, Terms, stale_age};
use bugscrub::sheet::{Attendance, Book, ScrubAttendance, Sheet, SheetNote, csv, read, xlsx};
use serde::Deserialize;
use serde_json::json;

use crate::sheet::{TODAY, noted, notes, of_type, refused, row, sheet};

const SCRIPT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/sheet/libreoffice.py");

/// Pythons that may have LibreOffice's module: the system's, the one on the PATH, LibreOffice's own.
const PYTHONS: [&str; 4] = [
    "/usr/bin/python3",
    "python3",
    "/usr/lib64/libreoffice/program/python",
    "/Applications/LibreOffice.app/Contents/Resources/python",
];

/// Runs the script. Returns what it prints.
fn office(arguments: &[&str]) -> Vec<u8> {
    let has_uno = |python: &&&str| {
        let asked = Command::new(python).args(["-c", "import uno"]).output();
        asked.is_ok_and(|output| output.status.success())
    };
    let python = PYTHONS.iter().find(has_uno).expect("LibreOffice is not there: run scripts/ensure-libreoffice.sh");
    let output = Command::new(python).arg(SCRIPT).args(arguments).output().unwrap();
    assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    output.stdout
}

#[derive(Deserialize)]
struct Seen {
    name: String,
    cells: Vec<Vec<SeenCell>>,
    hidden_columns: Vec<usize>,
    hidden_rows: Vec<usize>,
    /// The rows that are hidden once LibreOffice has applied the filter itself.
    filtered_rows: Vec<usize>,
    frozen: Option<[usize; 2]>,
    filter: Option<SeenFilter>,
}

#[derive(Deserialize)]
struct SeenCell {
    kind: String,
    formula: Option<String>,
    value: f64,
    text: String,
    error: i64,
}

#[derive(Deserialize)]
struct SeenFilter {
    shown: bool,
    area: [usize; 4],
    fields: Vec<serde_json::Value>,
}

fn inspect(file: &Path) -> Vec<Seen> {
    serde_json::from_slice(&office(&["inspect", file.to_str().unwrap()])).unwrap()
}

/// A sheet with some of everything.
fn example() -> Sheet {
    let mut rows = vec![
        noted(row(12, "2026-07-01", "2026-07-02"), "close", "Mended by #80, says\nthe author", "⚑"),
        of_type(row(7, "2026-10-02", "2026-11-01"), ItemType::Discussion),
        noted(row(3, "2026-11-20", "2026-11-20"), "=HYPERLINK(\"http://evil\")", "+1+2", "@SUM(A1)"),
        of_type(row(4, "2026-08-01", "2026-08-04"), ItemType::PullRequest),
        row(5, "2019-01-01", "2019-02-01"),
        row(6, "2026-11-21", "2026-11-22"),
    ];
    rows[1].title = "=cmd|' /C calc'!A0".to_owned();
    rows[1].user = None;
    rows[0].read = true;
    rows[4].state = State::Closed;
    for row in [3, 4, 5] {
        rows[row].shown = false;
    }
    let days = |from: &str, to: &str| Days { from: from.parse().ok(), to: to.parse().ok() };
    let terms = |values: &[&str]| Terms::new(values.iter().map(|&value| value.to_owned()).collect(), vec![]);
    let mut filter = Filter::default().with(&TYPE, terms(&["Issue", "Discussion"])).with(&REPO, terms(&["widgets"]));
    (filter.created, filter.updated) = (days("2026-05-27", ""), days("", "2026-11-20"));
    let attended = ScrubAttendance {
        scrub: 51,
        date: Some(TODAY),
        host: Some("octocat".to_owned()),
        attendees: vec!["hubot".to_owned(), "mona".to_owned()],
    };
    Sheet { filter, attendance: Some(Attendance { rows: vec![attended] }), position: Some(99_812), ..sheet(rows) }
}

#[test]
fn our_sheet_computes_and_filters_and_runs_nothing_from_strangers() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("sheet.xlsx");
    let ours = example();
    std::fs::write(&file, xlsx(&ours).unwrap()).unwrap();
    let tabs = inspect(&file);
    let [items, attendance] = tabs.as_slice() else { panic!("{} tabs", tabs.len()) };
    assert_eq!((items.name.as_str(), attendance.name.as_str()), ("0051", "Attendance"));
    assert_eq!(items.hidden_columns, [6, 7, 9, 10, 12]);
    assert_eq!((items.hidden_rows.as_slice(), items.filtered_rows.as_slice()), (&[4, 5, 6][..], &[4, 5, 6][..]));
    assert_eq!((items.frozen, attendance.frozen), (Some([0, 1]), Some([0, 1])));
    for (line, item) in (1..).zip(&ours.rows) {
        let cells = &items.cells[line];
        // LibreOffice calculated these from the neighbouring columns.
        let (days_age, days_stale) = (cells[9].value as i64, cells[10].value as i64);
        assert_eq!((days_age, days_stale), (item.days_age, item.days_stale));
        assert_eq!(cells[8].formula.as_deref(), Some(format!("=LOG10((J{0}+1)*(K{0}+1))", line + 1).as_str()));
        assert!((cells[8].value - stale_age(days_age, days_stale)).abs() < 1e-6, "{}", cells[8].value);
        assert_eq!((cells[14].kind.as_str(), cells[14].error), ("formula", 0));
        assert_eq!(cells[14].text, format!("{}/{}", item.item_type.path(), item.number));
        assert_eq!(cells[6].text, item.created_at.date_naive().to_string());
        for (place, cell) in cells.iter().enumerate().filter(|(place, _)| ![8, 14].contains(place)) {
            assert_ne!(cell.kind, "formula", "row {line}, column {place}: {}", cell.text);
        }
        assert_eq!((cells[4].text.as_str(), cells[15].text.as_str()), (item.title.as_str(), item.comment.as_str()));
    }
    let filter = items.filter.as_ref().unwrap();
    assert_eq!((filter.shown, filter.area), (true, [0, 0, 16, 6]));
    let fields: Vec<(i64, i64, String)> = filter
        .fields
        .iter()
        .map(|field| {
            let values: Vec<String> =
                field["values"].as_array().unwrap().iter().map(serde_json::Value::to_string).collect();
            (field["column"].as_i64().unwrap(), field["operator"].as_i64().unwrap(), values.join(" ").replace('"', ""))
        })
        .collect();
    // LibreOffice's numbers for "one of these", "at least" and "at most".
    let (equal, least, most) = (2, 5, 7);
    let expected = [
        (0, equal, "acme/widgets".to_owned()),
        (1, equal, "Issue Discussion".to_owned()),
        (5, equal, "open".to_owned()),
        // 2026-05-27 and 2026-11-20
        (6, least, "46169".to_owned()),
        (7, most, "46346".to_owned()),
    ];
    assert_eq!(fields, expected);
    let attended: Vec<&str> = attendance.cells[1].iter().map(|cell| cell.text.as_str()).collect();
    assert_eq!(attended, ["0051", "2026-11-22", "octocat", "hubot, mona"]);
}

#[test]
fn our_csv_opens_as_text() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("sheet.csv");
    std::fs::write(&file, csv(&example(), false).unwrap()).unwrap();
    let tabs = inspect(&file);
    let formulas = tabs[0].cells.iter().flatten().filter(|cell| cell.kind == "formula").count();
    assert_eq!((tabs[0].cells.len(), formulas), (7, 0));
    assert_eq!(tabs[0].cells[2][4].text, "'=cmd|' /C calc'!A0");
}

#[test]
fn edits_made_in_libreoffice_are_read_and_nothing_else() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    let file = path("sheet.xlsx");
    let ours = example();
    std::fs::write(&file, xlsx(&ours).unwrap()).unwrap();
    let before = read(&std::fs::read(&file).unwrap()).unwrap();
    let edits = json!([
        ["0051", "L3", "ask again"],
        ["0051", "P3", "two\nlines, \"quoted\" & <so>"],
        ["0051", "Q3", "🔥"],
        ["0051", "N4", "yes"],
        ["0051", "N2", ""],
        ["0051", "P2", "=1+1"],
        ["Attendance", "D2", "hubot, mona, kim"],
    ]);
    let outs = ["edited.xlsx", "edited.ods", "edited.csv", "edited.xls"].map(path);
    let [in_xlsx, in_ods, in_csv, in_xls] = outs.each_ref().map(String::as_str);
    office(&["save", &file, &edits.to_string(), in_xlsx, in_ods, in_csv, in_xls]);

    let mut expected = before.clone();
    let rows = &mut expected.tabs[0].rows;
    let mut edit = |row: usize, change: fn(&mut SheetNote)| change(rows[row].row.as_mut().unwrap());
    edit(1, |note| {
        note.recommended_action = Some("ask again".to_owned());
        note.comment = Some("two\nlines, \"quoted\" & <so>".to_owned());
        note.flag = Some("🔥".to_owned());
    });
    edit(2, |note| (note.read, note.read_text) = (Some(true), Some("yes".to_owned())));
    edit(0, |note| {
        (note.read, note.read_text) = (Some(false), None);
        note.comment = Some("=1+1".to_owned());
    });
    expected.attendance[0].attendees.push("kim".to_owned());
    let saved = |file: &str| std::fs::read(file).unwrap();
    assert_eq!(read(&saved(in_xlsx)).unwrap(), expected);
    assert_eq!(read(&saved(in_ods)).unwrap(), expected);
    // CSV has one tab without a name, and neither attendance nor position.
    let in_csv = read(&saved(in_csv)).unwrap();
    assert_eq!(notes(&in_csv), notes(&Book { attendance: vec![], ..expected }));
    assert_eq!(refused(&saved(in_xls)), "the file is in Excel's format from before 2007: save it as .xlsx");
}

#[test]
fn a_sheet_protected_by_libreoffice_is_reported() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    let file = path("sheet.xlsx");
    std::fs::write(&file, xlsx(&example()).unwrap()).unwrap();
    let (in_xlsx, in_ods) = (path("sealed.xlsx"), path("sealed.ods"));
    office(&["protect", &file, "open sesame", &in_xlsx, &in_ods]);
    for sealed in [in_xlsx, in_ods] {
        let said = refused(&std::fs::read(&sealed).unwrap());
        assert_eq!(said, "the file is protected by a password: save it without one", "{sealed}");
    }
}
