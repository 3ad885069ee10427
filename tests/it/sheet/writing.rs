//! Written sheets have the layout that people know, and nothing in them can run.

use bugscrub::activity::ItemType;
use bugscrub::rank::criterion::{self, AUTHOR, REPO, STATE, TITLE};
use bugscrub::rank::{Criteria, Days, Filter, Terms};
use bugscrub::sheet::{Attendance, Column, ScrubAttendance, Sheet, SheetRow, csv, xlsx};
use roxmltree::{Document, Node};

use super::{TODAY, noted, of_type, part, row, sheet};

const HEADER: &str = "Repository,Type,#,User,Title,State,Created,Updated,Stale-Age,Days-Age,Days-Stale,\
    Recommend Action,URL,Read yet?,Link,Comment,Flag";

/// A sheet's first tab: its XML, and the shared texts that its cells refer to.
struct Written {
    tab: String,
    texts: Vec<String>,
}

fn written(sheet: &Sheet) -> Written {
    let file = xlsx(sheet).unwrap();
    let shared = part(&file, "xl/sharedStrings.xml");
    let shared = Document::parse(&shared).unwrap();
    let texts = shared.descendants().filter(|node| node.has_tag_name_local("si")).map(text).collect();
    Written { tab: part(&file, "xl/worksheets/sheet1.xml"), texts }
}

trait Local {
    fn has_tag_name_local(&self, name: &str) -> bool;
}

impl Local for Node<'_, '_> {
    fn has_tag_name_local(&self, name: &str) -> bool {
        self.is_element() && self.tag_name().name() == name
    }
}

fn text(node: Node) -> String {
    node.descendants().filter_map(|node| node.is_text().then(|| node.text()).flatten()).collect()
}

fn find<'a>(document: &'a Document, name: &str) -> Vec<Node<'a, 'a>> {
    document.descendants().filter(|node| node.has_tag_name_local(name)).collect()
}

impl Written {
    /// The formula and the value of a cell.
    fn cell(&self, address: &str) -> (Option<String>, String) {
        let document = Document::parse(&self.tab).unwrap();
        let cells = find(&document, "c");
        let Some(cell) = cells.into_iter().find(|cell| cell.attribute("r") == Some(address)) else {
            return (None, String::new());
        };
        let child = |name: &str| cell.children().find(|node| node.has_tag_name_local(name)).map(text);
        let value = child("v").unwrap_or_default();
        let shared = cell.attribute("t") == Some("s");
        (child("f"), if shared { self.texts[value.parse::<usize>().unwrap()].clone() } else { value })
    }

    /// The filters: for each column's number the elements inside.
    fn filters(&self) -> Vec<(String, Vec<String>)> {
        let document = Document::parse(&self.tab).unwrap();
        let described = |node: Node| {
            let attributes: Vec<String> =
                node.attributes().map(|attribute| format!("{}={}", attribute.name(), attribute.value())).collect();
            format!("{} {}", node.tag_name().name(), attributes.join(" ")).trim().to_owned()
        };
        find(&document, "filterColumn")
            .into_iter()
            .map(|column| {
                let inner = column.descendants().skip(1).filter(Node::is_element).map(described).collect();
                (column.attribute("colId").unwrap().to_owned(), inner)
            })
            .collect()
    }
}

#[test]
fn a_tab_has_the_familiar_columns_formulas_and_layout() {
    let mut hidden = row(13, "2026-11-20", "2026-11-21");
    hidden.shown = false;
    let written = written(&sheet(vec![noted(row(12, "2026-07-01", "2026-08-01"), "close", "c", "f"), hidden]));
    let header: Vec<String> = ('A'..='Q').map(|column| written.cell(&format!("{column}1")).1).collect();
    assert_eq!(header.join(","), HEADER);
    let texts = [
        ("A2", "acme/widgets"),
        ("B2", "Issue"),
        ("C2", "12"),
        ("D2", "octocat"),
        ("E2", "Widget 12 squeaks"),
        ("F2", "open"),
        ("J2", "144"),
        ("K2", "113"),
        ("L2", "close"),
        ("M2", "https://github.com/acme/widgets/issues/12"),
        ("N2", ""),
        ("P2", "c"),
        ("Q2", "f"),
    ];
    for (address, text) in texts {
        assert_eq!(written.cell(address), (None, text.to_owned()), "{address}");
    }
    // 145 * 114 = 16530
    assert_eq!(written.cell("I2"), (Some("LOG10((J2+1)*(K2+1))".to_owned()), "4.218273".to_owned()));
    let link = "HYPERLINK(M2,REPLACE(M2,1,SEARCH(A2,M2)+LEN(A2),\"\"))";
    assert_eq!(written.cell("O2"), (Some(link.to_owned()), "issues/12".to_owned()));
    assert_eq!(written.cell("I3").0.unwrap(), "LOG10((J3+1)*(K3+1))");

    let document = Document::parse(&written.tab).unwrap();
    let pane = find(&document, "pane")[0];
    assert_eq!(
        (pane.attribute("ySplit"), pane.attribute("xSplit"), pane.attribute("state")),
        (Some("1"), None, Some("frozen"))
    );
    let hidden: Vec<u16> = find(&document, "col")
        .into_iter()
        .filter(|col| col.attribute("hidden") == Some("1"))
        .flat_map(|col| {
            col.attribute("min").unwrap().parse().unwrap()..=col.attribute("max").unwrap().parse::<u16>().unwrap()
        })
        .collect();
    let named: Vec<u16> = [Column::Created, Column::Updated, Column::DaysAge, Column::DaysStale, Column::Url]
        .map(|column| column.place() + 1)
        .to_vec();
    assert_eq!((hidden.clone(), hidden), (named, vec![7, 8, 10, 11, 13]));
    let rows: Vec<&str> = find(&document, "row")
        .into_iter()
        .filter(|row| row.attribute("hidden") == Some("1"))
        .filter_map(|row| row.attribute("r"))
        .collect();
    assert_eq!(rows, ["3"]);
    assert_eq!(find(&document, "autoFilter")[0].attribute("ref"), Some("A1:Q3"));
}

#[test]
fn dates_are_days_of_the_accounts_zone() {
    let mut late = row(1, "2026-07-01", "2026-07-01");
    // This is half past midnight in Berlin.
    late.created_at = "2026-07-01T22:30:00Z".parse().unwrap();
    let csv = String::from_utf8(csv(&sheet(vec![late.clone()]), false).unwrap()).unwrap();
    assert!(csv.contains(",open,2026-07-02,2026-07-01,"), "{csv}");
    // Spreadsheets count days since 30 December 1899.
    let written = written(&sheet(vec![late]));
    assert_eq!((written.cell("G2").1, written.cell("H2").1), ("46205".to_owned(), "46204".to_owned()));
}

#[test]
fn text_from_strangers_never_becomes_a_formula() {
    for text in ["=1+1", "+1+1", "-1+1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "＝1", "=cmd|' /C calc'!A0", "{=1}"] {
        let mut row = noted(row(1, "2026-07-01", "2026-07-01"), text, text, text);
        (row.title, row.user) = (text.to_owned(), Some(text.to_owned()));
        let sheet = sheet(vec![row]);
        let written = written(&sheet);
        for address in ["D2", "E2", "L2", "P2", "Q2"] {
            assert_eq!(written.cell(address).0, None, "{text:?} in {address}");
        }
        let file = csv(&sheet, false).unwrap();
        let record = csv::Reader::from_reader(file.as_slice()).into_records().next().unwrap().unwrap();
        for place in [3, 4, 11, 15, 16] {
            let field = &record[place];
            assert_eq!(bugscrub::sheet::guard::unguard(field), text);
            assert_eq!(field.starts_with('\''), !text.starts_with('{'), "{field:?}");
        }
    }
}

#[test]
fn csv_has_the_same_columns_with_values() {
    let mut read = of_type(
        noted(row(7, "2026-07-01", "2026-08-01"), "answer, then close", "says \"no\"", ""),
        ItemType::Discussion,
    );
    read.read = true;
    read.user = None;
    let csv = String::from_utf8(csv(&sheet(vec![read]), false).unwrap()).unwrap();
    let row = "acme/widgets,Discussion,7,,Widget 7 squeaks,open,2026-07-01,2026-08-01,4.218273,144,113,\"answer, then close\",\
        https://github.com/acme/widgets/discussions/7,x,discussions/7,\"says \"\"no\"\"\",";
    assert_eq!(csv, format!("{HEADER}\n{row}\n"));
}

#[test]
fn links_show_the_path_below_the_repository_on_any_host_and_after_a_rename() {
    let at = |url: &str| SheetRow {
        url: url.to_owned(),
        ..of_type(row(7, "2026-07-01", "2026-07-01"), ItemType::PullRequest)
    };
    let mut other = at("https://git.acme.example/ACME/Widgets/pull/7");
    other.url = "https://git.acme.example/ACME/Widgets/pull/7".to_owned();
    let written = written(&sheet(vec![other, at("https://github.com/acme/gadgets/pull/7")]));
    assert_eq!(written.cell("O2").0.unwrap(), "HYPERLINK(M2,REPLACE(M2,1,SEARCH(A2,M2)+LEN(A2),\"\"))");
    assert_eq!(written.cell("O3"), (Some("HYPERLINK(M3,\"pull/7\")".to_owned()), "pull/7".to_owned()));
}

#[test]
fn the_usual_view_becomes_an_autofilter() {
    let criteria = Criteria::of([
        ("state", "open"),
        ("type", "Issue"),
        ("type", "Discussion"),
        ("created_after", "180d"),
        ("updated_before", "1d"),
    ]);
    let filter = criteria.filter(TODAY, chrono_tz::UTC).unwrap();
    let filters = written(&Sheet { filter, ..sheet(vec![row(1, "2026-07-01", "2026-07-01")]) }).filters();
    let expected = [
        ("1", vec!["filters", "filter val=Issue", "filter val=Discussion"]),
        ("5", vec!["filters", "filter val=open"]),
        // From 2026-05-27, and up to 2026-11-20.
        ("6", vec!["customFilters", "customFilter operator=greaterThanOrEqual val=46169"]),
        ("7", vec!["customFilters", "customFilter operator=lessThanOrEqual val=46346"]),
    ];
    assert_eq!(
        filters,
        expected.map(|(column, inner)| (column.to_owned(), inner.into_iter().map(str::to_owned).collect()))
    );
}

#[test]
fn other_filters_are_set_where_a_column_supports_them() {
    let terms = |any: &[&str], none: &[&str]| {
        let owned = |list: &[&str]| list.iter().map(|&text| text.to_owned()).collect();
        Terms::new(owned(any), owned(none))
    };
    let mut rows: Vec<SheetRow> = (1..=3).map(|number| row(number, "2026-07-01", "2026-07-01")).collect();
    rows[1].repository = "acme/gadgets".to_owned();
    rows[2].user = None;
    let day = TODAY.pred_opt();
    let mut filter = Filter::default()
        .with(&REPO, terms(&[], &["gadgets"]))
        .with(&AUTHOR, terms(&[], &["hubot"]))
        .with(&TITLE, terms(&["50% *off*?"], &["~"]))
        .with(&STATE, terms(&["open", "answered"], &[]));
    filter.created = Days { from: day, to: day };
    let filters = written(&Sheet { filter, ..sheet(rows.clone()) }).filters();
    let serial = "46347";
    let expected = [
        ("0", vec!["filters".to_owned(), "filter val=acme/widgets".to_owned()]),
        ("3", vec!["filters blank=1".to_owned(), "filter val=octocat".to_owned()]),
        (
            "4",
            vec![
                "customFilters and=1".to_owned(),
                "customFilter val=*50% ~*off~*~?*".to_owned(),
                "customFilter operator=notEqual val=*~~*".to_owned(),
            ],
        ),
        ("5", vec!["filters".to_owned(), "filter val=open".to_owned(), "filter val=answered".to_owned()]),
        (
            "6",
            vec![
                "customFilters and=1".to_owned(),
                format!("customFilter operator=greaterThanOrEqual val={serial}"),
                format!("customFilter operator=lessThanOrEqual val={serial}"),
            ],
        ),
    ];
    assert_eq!(filters, expected.map(|(column, inner)| (column.to_owned(), inner)));
    // Three texts do not fit, and labels have no column: left to the hidden rows.
    let label = criterion::named("label").unwrap();
    let filter = Filter::default().with(&TITLE, terms(&["a", "b", "c"], &[])).with(label, terms(&["bug"], &[]));
    let columns: Vec<String> =
        written(&Sheet { filter, ..sheet(rows) }).filters().into_iter().map(|(column, _)| column).collect();
    assert_eq!(columns, ["5"]);
}

#[test]
fn a_sheet_has_an_attendance_tab() {
    let attended = |scrub, attendees: &[&str]| ScrubAttendance {
        scrub,
        date: Some(TODAY),
        host: Some("octocat".to_owned()),
        attendees: attendees.iter().map(|&name| name.to_owned()).collect(),
    };
    let attendance = Some(Attendance { rows: vec![attended(50, &[]), attended(51, &["hubot", "mona"])] });
    let file = xlsx(&Sheet { attendance, ..sheet(vec![]) }).unwrap();
    let workbook = part(&file, "xl/workbook.xml");
    assert!(workbook.contains(r#"name="0051""#) && workbook.contains(r#"name="Attendance""#), "{workbook}");
    let shared = part(&file, "xl/sharedStrings.xml");
    for text in ["Scrub", "Date", "Host", "Attendees", "0050", "0051", "octocat", "hubot, mona"] {
        assert!(shared.contains(&format!("<t>{text}</t>")), "{text} in {shared}");
    }
}

#[test]
fn a_view_of_any_name_gets_a_valid_tab_name() {
    for (name, tab) in [
        ("bug-scrub", "bug-scrub"),
        ("a/b:c", "a-b-c"),
        (&"x".repeat(40), &"x".repeat(31)),
        ("attendance", "attendance-"),
        ("", "-"),
    ] {
        let attendance = Some(Attendance::default());
        let file = xlsx(&Sheet { tab: name.to_owned(), attendance, ..sheet(vec![]) }).unwrap();
        assert!(part(&file, "xl/workbook.xml").contains(&format!(r#"name="{tab}""#)), "{name}");
    }
}

#[test]
fn the_same_sheet_gives_the_same_bytes_and_a_text_too_long_is_cut_and_says_so() {
    let ours = sheet(vec![row(1, "2026-07-01", "2026-07-01")]);
    assert_eq!(xlsx(&ours).unwrap(), xlsx(&ours).unwrap());
    let mut long = row(1, "2026-07-01", "2026-07-01");
    long.title = "😀".repeat(20_000);
    let long = sheet(vec![long]);
    let file = csv(&long, false).unwrap();
    let record = csv::Reader::from_reader(file.as_slice()).into_records().next().unwrap().unwrap();
    let title = written(&long).cell("E2").1;
    for title in [&title, &record[4]] {
        assert!(
            title.ends_with("😀… (cut off: 20000 characters)"),
            "{:?}",
            title.chars().rev().take(40).collect::<String>()
        );
        let units = title.encode_utf16().count();
        assert!((32_766..=32_767).contains(&units), "{units}");
    }
    // As long as a cell can be, it stays whole.
    let mut whole = row(1, "2026-07-01", "2026-07-01");
    whole.title = format!("{}x", "😀".repeat(16_383));
    let title = whole.title.clone();
    assert_eq!(written(&sheet(vec![whole])).cell("E2").1, title);
}

#[test]
fn csv_begins_with_a_byte_order_mark_if_it_is_to() {
    let sheet = sheet(vec![row(1, "2026-07-01", "2026-07-01")]);
    let (plain, marked) = (csv(&sheet, false).unwrap(), csv(&sheet, true).unwrap());
    assert!(plain.starts_with(b"Repository,"));
    assert_eq!(marked, [b"\xef\xbb\xbf", plain.as_slice()].concat());
}

#[test]
fn no_separator_makes_a_text_from_strangers_a_formula() {
    for (text, expected) in [
        ("a;=1+1", "a;'=1+1"),
        ("a;\"=1+1\"", "a;'\"=1+1\""),
        ("a\t=1+1", "a\t'=1+1"),
        ("a\t\t@SUM(A1);-2;+3", "a\t\t'@SUM(A1);'-2;'+3"),
        ("a;'=1", "a;''=1"),
        ("a;＝1", "a;'＝1"),
        ("=1;=2", "'=1;'=2"),
        ("a; - b;c = d", "a; - b;c = d"),
    ] {
        let mut row = row(1, "2026-07-01", "2026-07-01");
        row.title = text.to_owned();
        let file = csv(&sheet(vec![row]), false).unwrap();
        let record = csv::Reader::from_reader(file.as_slice()).into_records().next().unwrap().unwrap();
        assert_eq!(&record[4], expected);
        assert_eq!(bugscrub::sheet::guard::unguard(expected), text);
    }
}
