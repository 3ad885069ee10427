//! What the real LibreOffice makes of our sheets, and we of what it saves.

use std::path::{Path, PathBuf};
use std::process::Command;

use bugscrub::activity::{ItemType, State};
use bugscrub::rank::{Days, Filter, Terms, stale_age};
use bugscrub::sheet::{Attendance, Attended, Column, Sheet, SheetRow, csv, read, xlsx};
use serde_json::Value;

use super::{TODAY, noted, notes, of_type, refused, row, sheet};

const SCRIPT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/sheet/libreoffice.py");

#[test]
fn picture() {
    let Some(folder) = std::env::var_os("PICTURE") else { return };
    let folder = PathBuf::from(folder);
    std::fs::write(folder.join("sheet.xlsx"), xlsx(&example()).unwrap()).unwrap();
}

/// A sheet with something of everything.
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
    let filter = Filter {
        item_type: Terms::new(vec![ItemType::Issue, ItemType::Discussion], vec![]),
        created: days("2026-05-27", ""),
        updated: days("", "2026-11-20"),
        repo: Terms::new(vec!["widgets".to_owned()], vec![]),
        ..Filter::default()
    };
    let attended = Attended {
        scrub: 51,
        date: Some(TODAY),
        host: Some("octocat".to_owned()),
        attendees: vec!["hubot".to_owned(), "mona".to_owned()],
    };
    Sheet { filter, attendance: Some(Attendance { rows: vec![attended] }), position: Some(99_812), ..sheet(rows) }
}
