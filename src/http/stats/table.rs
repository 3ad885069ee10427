//! Statistics as CSV: a header, which is there without rows too, and a line for each row.

use serde::Serialize;

use crate::http::queue::csv::text;
use crate::service::stats::Statistic;
use crate::service::stats::groups::Group;

/// The columns that come first where a statistic is of groups.
const GROUP: [&str; 2] = ["group_kind", "group"];

/// A row whose fields are the columns of a table.
pub(super) trait Columns: Serialize {
    const COLUMNS: &'static [&'static str];
}

/// A statistic as a table (RFC 4180). Of groups, it has the rows of each. Unless `raw`, a text that a spreadsheet would take for
/// a formula gets an apostrophe in front.
pub(super) fn table<A, R: Columns>(found: &Statistic<A>, rows: impl Fn(&A) -> Vec<R>, raw: bool) -> Vec<u8> {
    let mut writer = csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(vec![]);
    let mut write =
        |line: Vec<String>| writer.write_record(line).expect("cannot fail: lines of one length, into memory");
    let columns = R::COLUMNS.iter().map(|column| (*column).to_owned());
    let cells = |row: R| {
        let row = serde_json::to_value(row).expect("cannot fail: plain data with string keys");
        R::COLUMNS.iter().map(|column| text(&row[*column], raw)).collect::<Vec<_>>()
    };
    match &found.groups {
        None => {
            write(columns.collect());
            rows(&found.value).into_iter().for_each(|row| write(cells(row)));
        }
        Some(groups) => {
            write(GROUP.map(str::to_owned).into_iter().chain(columns).collect());
            for Group { kind, name, value } in &groups.groups {
                let name = text(&name.clone().into(), raw);
                for row in rows(value) {
                    write([kind.name().to_owned(), name.clone()].into_iter().chain(cells(row)).collect());
                }
            }
        }
    }
    writer.into_inner().expect("cannot fail: it is memory")
}
