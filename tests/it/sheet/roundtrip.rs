//! Any sheet is read as it was written, as XLSX and as CSV.

use bugscrub::activity::{ItemType, State};
use bugscrub::sheet::{Attendance, ScrubAttendance, Sheet, SheetNote, SheetRow, csv, read, xlsx};
use chrono::{DateTime, NaiveDate};
use proptest::collection::{btree_map, vec};
use proptest::option;
use proptest::prelude::*;

use super::{notes, sheet};
use crate::support::random;

/// Texts as people write them and as they should not: formulas, quotes, line breaks, any letters. A
/// spreadsheet keeps neither blanks around a note nor carriage returns.
fn any_text() -> impl Strategy<Value = String> {
    let parts = prop_oneof![
        4 => "[ -~]{0,12}",
        2 => "\\PC{0,8}",
        1 => Just("\n".to_owned()),
        1 => "['=+@\\t-]{1,3}",
        1 => Just("_x0041_".to_owned()),
        // Characters that XML cannot contain.
        1 => "[\u{1}\u{b}\u{1f}\u{fffe}\u{ffff}]{1,2}",
        1 => Just("x".repeat(600)),
    ];
    vec(parts, 0..4).prop_map(|parts| parts.concat().trim().to_owned())
}

/// Text no longer than the column allows.
fn any_note(longest: usize) -> impl Strategy<Value = String> {
    any_text().prop_map(move |text| text.chars().take(longest).collect::<String>().trim().to_owned())
}

fn any_row() -> impl Strategy<Value = SheetRow> {
    let time = 1_200_000_000..1_790_000_000_i64;
    let item = (0..3_usize, 0..3_usize, option::of("[a-z][a-z0-9-]{0,9}"), any_text());
    let note = (any_note(1_000), any_note(10_000), any_note(200), any::<bool>(), any::<bool>());
    (item, note, time.clone(), time, 0..5000_i64, 0..5000_i64).prop_map(|(item, note, created, updated, age, stale)| {
        let (item_type, state, user, title) = item;
        let (recommended_action, comment, flag, read, shown) = note;
        SheetRow {
            repository: String::new(),
            item_type: ItemType::ALL[item_type],
            number: 0,
            user,
            title,
            state: State::ALL[state],
            created_at: DateTime::from_timestamp(created, 0).unwrap(),
            updated_at: DateTime::from_timestamp(updated, 0).unwrap(),
            days_age: age,
            days_stale: stale,
            recommended_action,
            url: "https://github.com/".to_owned(),
            read,
            comment,
            flag,
            private: false,
            shown,
        }
    })
}

fn any_attended() -> impl Strategy<Value = ScrubAttendance> {
    let names = || "[A-Za-z0-9][A-Za-z0-9-]{0,20}";
    (1..9999, 0..20_000, option::of(names()), vec(names(), 0..5)).prop_map(|(scrub, day, host, attendees)| {
        let date = NaiveDate::from_epoch_days(10_000 + day);
        ScrubAttendance { scrub, date, host, attendees }
    })
}

fn any_sheet() -> impl Strategy<Value = Sheet> {
    // Each item has one row, because a tab cannot have an item twice.
    let keys = ("[a-z]{1,6}/[A-Za-z0-9._-]{1,9}", 1..10_000_i64);
    let rows = btree_map(keys, any_row(), 1..20).prop_map(|rows| {
        let keyed = |((repository, number), row): ((String, i64), SheetRow)| {
            let url = format!("https://github.com/{repository}/{}/{number}", row.item_type.path());
            SheetRow { repository, number, url, ..row }
        };
        let mut rows: Vec<SheetRow> = rows.into_iter().map(keyed).collect();
        rows.sort_by_key(|row| row.repository.to_lowercase());
        rows.dedup_by_key(|row| row.repository.to_lowercase());
        rows
    });
    let attendance = option::of(vec(any_attended(), 0..5).prop_map(|rows| Attendance { rows }));
    (rows, 1..9999, attendance, option::of(any::<i64>())).prop_map(|(rows, scrub, attendance, position)| Sheet {
        tab: format!("{scrub:04}"),
        attendance,
        position,
        ..sheet(rows)
    })
}

/// What the reader must return for a written row.
fn expected(row: &SheetRow) -> SheetNote {
    SheetNote {
        repository: row.repository.clone(),
        item_type: row.item_type,
        number: row.number,
        title: row.title.clone(),
        url: row.url.clone(),
        recommended_action: Some(row.recommended_action.clone()),
        comment: Some(row.comment.clone()),
        flag: Some(row.flag.clone()),
        read: Some(row.read),
        read_text: row.read.then(|| "x".to_owned()),
        over: row.state != State::Open,
    }
}

#[test]
fn xlsx_is_read_as_it_was_written() {
    random()
        .run(&any_sheet(), |sheet| {
            let book = read(&xlsx(&sheet).unwrap()).unwrap();
            prop_assert_eq!(notes(&book), sheet.rows.iter().map(expected).collect::<Vec<_>>());
            prop_assert_eq!(book.tabs[0].scrub, sheet.tab.parse().ok());
            prop_assert_eq!(&book.tabs[0].name, &sheet.tab);
            prop_assert_eq!(book.position, sheet.position);
            prop_assert_eq!(book.attendance, sheet.attendance.unwrap_or_default().rows);
            prop_assert!(book.ignored.is_empty());
            prop_assert_eq!(book.tabs[0].rows[0].line, 2);
            Ok(())
        })
        .unwrap();
}

#[test]
fn csv_is_read_as_it_was_written() {
    random()
        .run(&any_sheet(), |sheet| {
            let book = read(&csv(&sheet, false).unwrap()).unwrap();
            prop_assert_eq!(notes(&book), sheet.rows.iter().map(expected).collect::<Vec<_>>());
            let lines: Vec<u32> = book.tabs[0].rows.iter().map(|row| row.line).collect();
            prop_assert_eq!(lines, (2..).take(sheet.rows.len()).collect::<Vec<u32>>());
            prop_assert_eq!((book.tabs[0].scrub, book.position), (None, None));
            Ok(())
        })
        .unwrap();
}

#[test]
fn csv_cut_or_changed_anywhere_is_read_or_refused_with_a_sentence() {
    let charsets = prop_oneof![Just(None), "[a-z0-9-]{0,12}".prop_map(Some), Just(Some("windows-1252".to_owned()))];
    let whole = any_sheet().prop_flat_map(move |sheet| {
        let file = csv(&sheet, sheet.position.is_some()).unwrap();
        let changes = vec((0..file.len(), any::<u8>()), 0..6);
        (Just(file.clone()), 0..=file.len(), changes, charsets.clone())
    });
    random()
        .run(&whole, |(mut file, length, changes, charset)| {
            for (at, byte) in changes {
                file[at] = byte;
            }
            for file in [&file[..], &file[..length]] {
                if let Err(error) = bugscrub::sheet::read_declared(file, charset.as_deref()) {
                    let said = error.to_string();
                    prop_assert!(said.starts_with("the ") || said.starts_with("there is no encoding"), "{}", said);
                }
            }
            Ok(())
        })
        .unwrap();
}

#[test]
fn a_file_cut_or_changed_anywhere_is_read_or_refused_without_a_panic() {
    let whole = any_sheet().prop_flat_map(|sheet| {
        let file = xlsx(&sheet).unwrap();
        let changes = vec((0..file.len(), any::<u8>()), 0..4);
        (Just(file.clone()), 0..=file.len(), changes)
    });
    random()
        .run(&whole, |(mut file, length, changes)| {
            let _ = read(&file[..length]);
            for (at, byte) in changes {
                file[at] = byte;
            }
            let _ = read(&file);
            Ok(())
        })
        .unwrap();
}
