//! What importing a sheet would change.

use std::collections::{BTreeMap, BTreeSet};

use bugscrub::activity::ItemType;
use bugscrub::activity::NoteText;
use bugscrub::scrub::record::ItemName;
use bugscrub::sheet::{Book, KnownItem, Outcome, Plan, ReadRow, RowFault, SheetNote, Tab, Without, plan};
use proptest::collection::{btree_map, btree_set, vec};
use proptest::option;
use proptest::prelude::*;

use crate::support::random;

type World = BTreeMap<ItemName, KnownItem>;

fn key(number: i64) -> ItemName {
    ItemName { repository: "acme/widgets".to_owned(), item_type: ItemType::Issue, number }
}

/// A row that has only a comment and says whether it was read.
fn said(number: i64, comment: &str, read: bool) -> ReadRow {
    let note = SheetNote {
        repository: "Acme/Widgets".to_owned(),
        item_type: ItemType::Issue,
        number,
        title: String::new(),
        url: String::new(),
        recommended_action: Some(String::new()),
        comment: Some(comment.to_owned()),
        flag: Some(String::new()),
        read: Some(read),
        read_text: None,
        over: false,
    };
    ReadRow { line: 2, row: Ok(note), left_out: false }
}

fn text(comment: &str) -> NoteText {
    NoteText { comment: comment.to_owned(), ..NoteText::default() }
}

/// Tabs that contain only item 1: for each scrub its comment and whether it was read.
fn book(tabs: &[(i32, &str, bool)]) -> Book {
    let tab = |&(scrub, comment, read): &(i32, &str, bool)| Tab {
        name: format!("{scrub:04}"),
        scrub: Some(scrub),
        rows: vec![said(1, comment, read)],
    };
    Book { tabs: tabs.iter().map(tab).collect(), ..Book::default() }
}

fn planned(book: &Book, known: KnownItem) -> Plan {
    plan(book, |asked| (*asked == key(1)).then_some(&known))
}

/// The notes and marks that the plan would write.
fn changes(plan: &Plan) -> (Vec<(i32, &str)>, Vec<i32>) {
    let Some(change) = plan.changes.first() else { return (vec![], vec![]) };
    (change.notes.iter().map(|(scrub, note)| (scrub.unwrap(), note.comment.as_str())).collect(), change.marks.clone())
}

/// One letter for each row: New, Same, Conflict, UnknownItem (?), Unreadable (!).
fn letters(plan: &Plan) -> String {
    let letter = |outcome: &Outcome| match outcome {
        Outcome::New => 'N',
        Outcome::Same => 'S',
        Outcome::Conflict { .. } => 'C',
        Outcome::UnknownItem => '?',
        Outcome::Unreadable(_) => '!',
        Outcome::LeftOut => 'L',
    };
    plan.rows.iter().map(|row| letter(&row.outcome)).collect()
}

fn noted(comment: &str) -> KnownItem {
    KnownItem { note: Some(text(comment)), ..KnownItem::default() }
}

#[test]
fn the_newest_note_counts_and_earlier_ones_become_its_history() {
    // Tabs may come in any order.
    let book = book(&[(51, "c", false), (48, "", false), (49, "a", false), (50, "a", false), (52, "", false)]);
    let plan = planned(&book, KnownItem::default());
    assert_eq!((letters(&plan).as_str(), changes(&plan).0), ("NSNSS", vec![(49, "a"), (51, "c")]));
    assert_eq!(plan.rows[0].note, Some(text("c")));
    let ours = |note: &str, earlier: &[&str]| KnownItem {
        earlier: earlier.iter().map(|comment| text(comment)).collect(),
        ..noted(note)
    };
    let cases = [
        // The same file again, also after somebody wrote another note here.
        (ours("c", &["a"]), "SSSSS", vec![]),
        (ours("c", &[]), "SSSSS", vec![]),
        (ours("d", &["a", "c"]), "SSSSS", vec![]),
        (ours("", &["a", "c"]), "SSSSS", vec![]),
        // An earlier export of the same spreadsheet was imported before.
        (ours("a", &[]), "NSSSS", vec![(51, "c")]),
        (ours("", &["a"]), "NSSSS", vec![(51, "c")]),
        // A note that the file never had.
        (ours("d", &[]), "CSSSS", vec![]),
        (ours("d", &["a"]), "CSSSS", vec![]),
        // Blanks at the ends and kinds of line break do not count.
        (ours(" c\r\n", &[]), "SSSSS", vec![]),
    ];
    for (known, outcomes, notes) in cases {
        let plan = planned(&book, known.clone());
        assert_eq!((letters(&plan).as_str(), changes(&plan).0), (outcomes, notes), "{known:?}");
    }
    let Outcome::Conflict { ours, theirs } = &planned(&book, noted("d")).rows[0].outcome.clone() else { panic!() };
    assert_eq!((ours, theirs), (&text("d"), &text("c")));
}

#[test]
fn the_note_as_exported_tells_an_edit_from_an_old_copy() {
    let based = |base: &str, ours: &str| KnownItem { base: Some(text(base)), ..noted(ours) };
    let cases = [
        ("a", based("a", "a"), "S", None),
        // Edited in the sheet, here, in both, in both in the same way.
        ("b", based("a", "a"), "N", Some("b")),
        ("a", based("a", "b"), "S", None),
        ("b", based("a", "c"), "C", None),
        ("b", based("a", "b"), "S", None),
        // Deleted in the sheet, and changed back to what it once was.
        ("", based("a", "a"), "N", Some("")),
        ("a", based("b", "b"), "N", Some("a")),
        ("a", based("", ""), "N", Some("a")),
    ];
    for (comment, known, outcome, written) in cases {
        let plan = planned(&book(&[(51, comment, false)]), known.clone());
        let notes = written.map(|written| (51, written)).into_iter().collect::<Vec<_>>();
        assert_eq!((letters(&plan).as_str(), changes(&plan).0), (outcome, notes), "{comment:?} {known:?}");
    }
    // Items that are no longer open were exported without their notes.
    for (comment, outcome) in [("", "S"), ("b", "C")] {
        let mut book = book(&[(51, comment, false)]);
        book.tabs[0].rows[0].row.as_mut().unwrap().over = true;
        assert_eq!(letters(&planned(&book, based("a", "a"))), outcome, "{comment:?}");
    }
    // Notes are compared field by field.
    let mut known = based("a", "a");
    known.note.as_mut().unwrap().flag = "ours".to_owned();
    let plan = planned(&book(&[(51, "b", false)]), known);
    assert_eq!(plan.changes[0].notes, [(Some(51), NoteText { flag: "ours".to_owned(), ..text("b") })]);
}

#[test]
fn a_missing_column_says_nothing() {
    let mut book = book(&[(50, "a", false), (51, "b", false)]);
    for tab in &mut book.tabs {
        let note = tab.rows[0].row.as_mut().unwrap();
        (note.recommended_action, note.flag) = (None, None);
    }
    let ours = NoteText { recommended_action: "close".to_owned(), comment: "a".to_owned(), flag: "!".to_owned() };
    let plan = planned(&book, KnownItem { note: Some(ours.clone()), ..KnownItem::default() });
    assert_eq!(plan.changes[0].notes, [(Some(51), NoteText { comment: "b".to_owned(), ..ours })]);
}

#[test]
fn an_item_was_read_in_the_first_tab_that_says_so() {
    let tabs = |read: &[(i32, bool)]| book(&read.iter().map(|&(scrub, read)| (scrub, "", read)).collect::<Vec<_>>());
    let known = |read_in: &[i32], decks: &[i32]| KnownItem {
        read_in: read_in.iter().copied().collect(),
        decks: decks.iter().copied().collect(),
        ..KnownItem::default()
    };
    let all = tabs(&[(48, false), (49, true), (50, true), (51, false), (52, true), (53, true)]);
    let cases = [
        (&all, known(&[], &[]), "SNSSNS", vec![49, 52]),
        (&all, known(&[49], &[]), "SSSSNS", vec![52]),
        (&all, known(&[49, 52], &[]), "SSSSSS", vec![]),
        // A mark from before the tab that says "not yet" belongs to another round.
        (&all, known(&[47], &[]), "SNSSNS", vec![49, 52]),
        // A single tab. If the item was read here before, its x was copied; if it was in the deck, it was not.
        (&tabs(&[(51, true)]), known(&[40], &[]), "S", vec![]),
        (&tabs(&[(51, true)]), known(&[40], &[51]), "N", vec![51]),
        (&tabs(&[(51, true)]), known(&[40, 50], &[50]), "S", vec![]),
        (&tabs(&[(51, true)]), known(&[40], &[52]), "S", vec![]),
        (&tabs(&[(51, true)]), known(&[52], &[]), "N", vec![51]),
    ];
    for (book, known, outcomes, marks) in cases {
        let plan = planned(book, known.clone());
        assert_eq!((letters(&plan).as_str(), changes(&plan).1), (outcomes, marks), "{known:?}");
    }
    // For a scrub that was held here we know whether its round had met the item, wherever it was read.
    let held =
        |held: &[(i32, bool)], decks: &[i32]| KnownItem { held: held.iter().copied().collect(), ..known(&[40], decks) };
    let cases = [
        (&tabs(&[(51, true)]), held(&[(51, true)], &[51]), "S", vec![]),
        (&tabs(&[(51, true)]), held(&[(51, false)], &[51]), "N", vec![51]),
        // The item was not in that deck either, and was read in an earlier round.
        (&tabs(&[(51, true)]), held(&[(51, false)], &[]), "N", vec![51]),
        (&tabs(&[(51, true), (52, false), (53, true)]), held(&[(51, false), (53, false)], &[]), "NSS", vec![51]),
        (&tabs(&[(50, true), (51, true)]), held(&[(51, false)], &[]), "SS", vec![]),
    ];
    for (book, known, outcomes, marks) in cases {
        let plan = planned(book, known.clone());
        assert_eq!((letters(&plan).as_str(), changes(&plan).1), (outcomes, marks), "{known:?}");
    }
    // A tab without the column says nothing, as if the tabs around it followed one another.
    let mut book = tabs(&[(50, true), (51, false), (52, true)]);
    book.tabs[1].rows[0].row.as_mut().unwrap().read = None;
    assert_eq!(changes(&planned(&book, known(&[], &[]))).1, [50]);
    // A tab that belongs to no scrub cannot say in which scrub the item was read.
    let mut book = tabs(&[(51, true)]);
    book.tabs[0].scrub = None;
    assert_eq!(letters(&planned(&book, KnownItem::default())), "S");
}

#[test]
fn unknown_and_unreadable_rows_are_listed_and_the_rest_is_imported() {
    let mut book = book(&[(51, "a", true)]);
    book.tabs[0].rows.push(said(2, "b", true));
    book.tabs[0].rows.push(ReadRow { line: 4, row: Err(RowFault::Merged), left_out: false });
    let plan = planned(&book, KnownItem::default());
    assert_eq!(letters(&plan), "N?!");
    assert_eq!((plan.changes.len(), changes(&plan)), (1, (vec![(51, "a")], vec![51])));
    assert_eq!(
        (plan.rows[2].tab, plan.rows[2].row, &plan.rows[2].outcome),
        (0, 2, &Outcome::Unreadable(RowFault::Merged))
    );
    assert_eq!(book.items(), BTreeSet::from([key(1), key(2)]));
}

/// Updates what is known as carrying out a plan would.
fn carry_out(world: &mut World, plan: &Plan) {
    for change in &plan.changes {
        let known = world.get_mut(&change.item).unwrap();
        for (_, note) in &change.notes {
            known.earlier.extend(known.note.replace(note.clone()));
        }
        known.read_in.extend(&change.marks);
        // Such a mark is later than the beginnings of all their rounds.
        if change.marks.iter().any(|mark| known.held.contains_key(mark)) {
            known.held.values_mut().for_each(|met| *met = true);
        }
    }
}

fn any_known() -> impl Strategy<Value = KnownItem> {
    let note = || "[ab]?".prop_map(|comment| text(&comment));
    let scrubs = || btree_set(40..60, 0..4);
    let held = || btree_map(40..60, any::<bool>(), 0..4);
    (option::of(note()), vec(note(), 0..2), option::of(note()), scrubs(), scrubs(), held()).prop_map(
        |(note, earlier, base, read_in, decks, held)| KnownItem {
            note,
            earlier,
            base,
            read_in,
            decks,
            held,
            ..KnownItem::default()
        },
    )
}

fn any_book() -> impl Strategy<Value = Book> {
    let row = (1..4_i64, "[abc]?", any::<bool>());
    let tab = vec(row, 0..4).prop_map(|mut rows| {
        rows.sort_by_key(|row| row.0);
        rows.dedup_by_key(|row| row.0);
        rows.into_iter().map(|(number, comment, read)| said(number, &comment, read)).collect::<Vec<_>>()
    });
    btree_map(40..60, tab, 1..6).prop_map(|tabs| {
        let tab = |(scrub, rows): (i32, _)| Tab { name: scrub.to_string(), scrub: Some(scrub), rows };
        Book { tabs: tabs.into_iter().map(tab).collect(), ..Book::default() }
    })
}

/// The same book, with some rows left out, as often as there are flags.
fn left_out(mut book: Book, flags: &[bool]) -> Book {
    let rows = book.tabs.iter_mut().flat_map(|tab| &mut tab.rows);
    rows.zip(flags).for_each(|(row, flag)| row.left_out = *flag);
    book
}

#[test]
fn rows_that_are_left_out_change_nothing_and_what_the_others_change_stays() {
    let worlds = btree_map((1..4_i64).prop_map(key), any_known(), 0..4);
    random()
        .run(&(any_book(), worlds, vec(any::<bool>(), 0..18)), |(whole, mut world, flags)| {
            let all = plan(&whole, |key| world.get(key));
            let book = left_out(whole, &flags);
            let chosen = plan(&book, |key| world.get(key));
            for (place, (row, before)) in chosen.rows.iter().zip(&all.rows).enumerate() {
                let left_out = flags.get(place).is_some_and(|flag| *flag);
                let changes = !matches!(before.outcome, Outcome::Same | Outcome::Unreadable(_));
                prop_assert_eq!(left_out && changes, row.outcome == Outcome::LeftOut);
                prop_assert_eq!(&row.mark, &before.mark);
                // A text that has come to follow itself is written once.
                if row.outcome != Outcome::LeftOut && row.outcome != Outcome::Same {
                    prop_assert_eq!(&row.outcome, &before.outcome);
                }
            }
            for change in &chosen.changes {
                let before = all.changes.iter().find(|before| before.item == change.item).unwrap();
                prop_assert!(change.marks.iter().all(|mark| before.marks.contains(mark)));
                prop_assert!(change.notes.iter().all(|note| before.notes.contains(note)));
            }
            carry_out(&mut world, &chosen);
            let again = plan(&book, |key| world.get(key));
            prop_assert!(again.changes.is_empty(), "{:?}", again.changes);
            Ok(())
        })
        .unwrap();
}

#[test]
fn a_row_is_left_out_of_one_tab_alone() {
    let mut book = book(&[(50, "a", true), (51, "b", true), (52, "c", false)]);
    let without = |texts: &[&str]| Without::of(texts.iter().copied()).unwrap();
    for (texts, unknown) in [(&["0053:2"][..], "0053:2"), (&["0050:2-4", "0051:3-9"], "0051:3-9"), (&["2"], "2")] {
        assert_eq!(book.clone().leave_out(&without(texts)), Err(unknown.to_owned()));
    }
    book.leave_out(&without(&["0051:1-2,2", "0050:2"])).unwrap();
    let plan = planned(&book, KnownItem::default());
    assert_eq!(letters(&plan), "LLN");
    assert_eq!(changes(&plan), (vec![(52, "c")], vec![]));
}

#[test]
fn importing_a_file_twice_changes_nothing_and_loses_no_note() {
    let worlds = btree_map((1..4_i64).prop_map(key), any_known(), 0..4);
    random()
        .run(&(any_book(), worlds), |(book, mut world)| {
            let first = plan(&book, |key| world.get(key));
            let before = world.clone();
            carry_out(&mut world, &first);
            let again = plan(&book, |key| world.get(key));
            prop_assert!(again.changes.is_empty(), "{:?}", again.changes);
            prop_assert_eq!(letters(&first).replace('N', "S"), letters(&again));
            prop_assert_eq!(first.rows.len(), book.tabs.iter().map(|tab| tab.rows.len()).sum::<usize>());
            for (key, known) in &before {
                let after = &world[key];
                let note = known.note.clone().unwrap_or_default();
                let kept = note.is_empty() || after.note.as_ref() == Some(&note) || after.earlier.contains(&note);
                prop_assert!(kept, "{key:?}");
                // Our note is replaced only if the file was exported with it, or contains it itself.
                let replaced = known.note != after.note && !note.is_empty();
                let in_file = book.tabs.iter().flat_map(|tab| &tab.rows).any(|row| {
                    let row = row.row.as_ref().unwrap();
                    row.item() == *key && row.comment.as_deref() == Some(note.comment.as_str())
                });
                prop_assert!(!replaced || known.base.as_ref() == Some(&note) || in_file, "{key:?} {known:?}");
            }
            Ok(())
        })
        .unwrap();
}
