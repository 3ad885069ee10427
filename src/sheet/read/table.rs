//! Reads a tab with items: its header, with the columns in any order, and its rows.

use std::collections::{BTreeMap, HashMap};

use super::allowance::Allowance;
use super::cell::{Cell, Merge};
use crate::activity::{ItemType, State};
use crate::scrub::input;
use crate::scrub::record::ItemName;
use crate::sheet::book::{ReadRow, SheetNote};
use crate::sheet::columns::Column;
use crate::sheet::fault::{BadSheet, BadTab, RowFault, excerpt, listed};
use crate::sheet::limits;

/// Different words of one tab that are named at most.
const MOST_UNCLEAR: usize = 20;

/// The rows of one tab, as they come.
#[derive(Default)]
pub(super) struct Table {
    header: Option<Header>,
    rows: Vec<ReadRow>,
    /// The row of each item.
    seen: HashMap<ItemName, u32>,
    /// For the columns that are read: the rows that have a formula without a value.
    uncalculated: BTreeMap<Column, Vec<u32>>,
    /// Words under "Read yet?" that mean neither yes nor no, each with its rows.
    unclear: BTreeMap<String, Vec<u32>>,
}

/// The row that names the columns, and their indexes.
struct Header {
    line: u32,
    places: Result<HashMap<Column, usize>, BadTab>,
}

impl Header {
    fn new(line: u32, cells: &[Cell]) -> Self {
        Self { line, places: places(cells) }
    }
}

fn places(cells: &[Cell]) -> Result<HashMap<Column, usize>, BadTab> {
    let mut places = HashMap::new();
    for (place, cell) in cells.iter().enumerate() {
        let Some(column) = Column::from_header(&cell.text()) else { continue };
        if places.insert(column, place).is_some() {
            return Err(BadTab::Twice(column));
        }
    }
    let lacks: Vec<Column> = Column::KEY.into_iter().filter(|column| !places.contains_key(column)).collect();
    if !lacks.is_empty() {
        return Err(BadTab::Lacks(lacks));
    }
    if !Column::WRITTEN.iter().any(|column| places.contains_key(column)) {
        return Err(BadTab::NothingWritten);
    }
    Ok(places)
}

impl Table {
    /// Whether the cells of a column are read. All are, until there is a header.
    pub(super) fn wants(&self, place: usize) -> bool {
        match &self.header {
            None => true,
            Some(Header { places: Ok(places), .. }) => places.values().any(|wanted| *wanted == place),
            Some(_) => false,
        }
    }

    /// Whether the rest of the tab can be skipped.
    pub(super) fn is_done(&self) -> bool {
        self.header.as_ref().is_some_and(|header| header.places.is_err())
    }

    /// Reads the next row.
    pub(super) fn row(&mut self, line: u32, cells: &[Cell], allowance: &mut Allowance) -> Result<(), BadSheet> {
        let Some(header) = &self.header else {
            if cells.iter().any(|cell| !cell.is_blank()) {
                self.header = Some(Header::new(line, cells));
            }
            return Ok(());
        };
        let Ok(places) = &header.places else { return Ok(()) };
        let row = TableRow { places, cells };
        if row.is_blank() {
            return Ok(());
        }
        allowance.row()?;
        for column in Column::KEY.into_iter().chain(Column::WRITTEN) {
            if row.cell(column) == Some(&Cell::Uncalculated) {
                self.uncalculated.entry(column).or_default().push(line);
            }
        }
        let row = row.read().and_then(|note| match self.seen.entry(note.item()) {
            std::collections::hash_map::Entry::Occupied(first) => Err(RowFault::Twice(*first.get())),
            std::collections::hash_map::Entry::Vacant(new) => {
                new.insert(line);
                Ok(note)
            }
        });
        if let Ok(note) = &row {
            allowance.text(note)?;
            if let (None, Some(word)) = (note.read, note.read_text.as_deref().map(excerpt))
                && (self.unclear.contains_key(&word) || self.unclear.len() < MOST_UNCLEAR)
            {
                self.unclear.entry(word).or_default().push(line);
            }
        }
        self.rows.push(ReadRow { line, row, left_out: false });
        Ok(())
    }

    /// Words under "Read yet?" that mean neither yes nor no, one sentence for each.
    pub(super) fn unclear(&self) -> Vec<String> {
        let told = self.unclear.iter().map(|(word, lines)| {
            let rows = listed(lines);
            format!("\"Read yet?\" in {rows} says {word:?}, which means neither yes nor no, and does not count: write x, or nothing")
        });
        told.collect()
    }

    /// Formulas without a value, one sentence for each column.
    pub(super) fn uncalculated(&self) -> Vec<String> {
        let told = self.uncalculated.iter().map(|(column, lines)| {
            let (column, rows) = (column.header(), listed(lines));
            format!("in {rows}, the column {column} has formulas without a value, which say nothing: open the file in a spreadsheet program and save it")
        });
        told.collect()
    }

    /// The rows, or what is wrong with the header. Rows with merged cells are faulty, because nobody can tell to which of them
    /// the value belongs.
    pub(super) fn finish(mut self, merges: &[Merge]) -> Result<Vec<ReadRow>, BadTab> {
        let Header { line, places } = self.header.ok_or(BadTab::Empty)?;
        if merges.iter().any(|merge| merge.lines.contains(&line)) {
            return Err(BadTab::MergedHeader);
        }
        let places = places?;
        let in_our_columns = |merge: &&Merge| places.values().any(|place| merge.places.contains(place));
        for merge in merges.iter().filter(in_our_columns) {
            let first = self.rows.partition_point(|row| row.line < *merge.lines.start());
            for row in self.rows[first..].iter_mut().take_while(|row| merge.lines.contains(&row.line)) {
                row.row = Err(RowFault::Merged);
            }
        }
        Ok(self.rows)
    }
}

/// A row below the header.
struct TableRow<'a> {
    places: &'a HashMap<Column, usize>,
    cells: &'a [Cell],
}

impl TableRow<'_> {
    /// The cell in a column; `None` if the tab has no such column.
    fn cell(&self, column: Column) -> Option<&Cell> {
        const EMPTY: &Cell = &Cell::Empty;
        self.places.get(&column).map(|place| self.cells.get(*place).unwrap_or(EMPTY))
    }

    /// Whether our columns are empty. People copy formulas further down than there are items, and a column of boxes has an
    /// unticked one in every row.
    fn is_blank(&self) -> bool {
        let blank = |column: Column| self.cell(column).is_none_or(Cell::is_blank);
        let unread = self.cell(Column::Read).is_none_or(|cell| cell.is_yes() == Some(false));
        Column::KEY.into_iter().all(blank)
            && [Column::RecommendAction, Column::Comment, Column::Flag].into_iter().all(blank)
            && unread
    }

    fn read(&self) -> Result<SheetNote, RowFault> {
        let key = |column: Column| self.text(column).map(Option::unwrap_or_default);
        let repository = key(Column::Repository)?;
        let named = |(owner, name): (&str, &str)| !owner.is_empty() && !name.is_empty() && !name.contains('/');
        if !repository.split_once('/').is_some_and(named) || repository.contains(char::is_whitespace) {
            return Err(RowFault::Repository(excerpt(&repository)));
        }
        let item_type = key(Column::Type)?;
        let item_type = item_type_of(&item_type).ok_or_else(|| RowFault::Type(excerpt(&item_type)))?;
        let number = self.cell(Column::Number).and_then(Cell::item_number);
        let number = match number {
            Some(number) => number,
            None => return Err(RowFault::Number(excerpt(&key(Column::Number)?))),
        };
        // These are not imported, so they may be missing or broken.
        let shown = |column: Column| self.text(column).ok().flatten().unwrap_or_default();
        Ok(SheetNote {
            repository,
            item_type,
            number,
            title: shown(Column::Title),
            url: shown(Column::Url),
            recommended_action: self.written(Column::RecommendAction, input::LONGEST_ACTION)?,
            comment: self.written(Column::Comment, input::LONGEST_COMMENT)?,
            flag: self.written(Column::Flag, input::LONGEST_FLAG)?,
            read: self.cell(Column::Read).filter(|cell| **cell != Cell::Uncalculated).and_then(Cell::is_yes),
            read_text: self.text(Column::Read)?.filter(|text| !text.is_empty()),
            over: [State::Answered, State::Closed]
                .iter()
                .any(|state| state.name().eq_ignore_ascii_case(&shown(Column::State))),
        })
    }

    /// A text of the note; `None` if the tab has no such column, or the formula has no value.
    fn written(&self, column: Column, longest: usize) -> Result<Option<String>, RowFault> {
        let text = self.text(column)?.filter(|_| self.cell(column) != Some(&Cell::Uncalculated));
        match text.as_ref().is_some_and(|text| text.len() > longest && text.chars().count() > longest) {
            true => Err(RowFault::LongNote(column, longest)),
            false => Ok(text),
        }
    }

    fn text(&self, column: Column) -> Result<Option<String>, RowFault> {
        let Some(cell) = self.cell(column) else { return Ok(None) };
        let text = cell.text();
        if let Cell::Error(_) = cell {
            return Err(RowFault::Error { column, text: excerpt(&text) });
        }
        // A text of so few bytes cannot have too many characters.
        if text.len() > limits::CELL && text.encode_utf16().count() > limits::CELL {
            return Err(RowFault::TooLong(column));
        }
        Ok(Some(text))
    }
}

fn item_type_of(text: &str) -> Option<ItemType> {
    let pull = ["pull request", "pullrequest", "pull"].iter().any(|name| text.eq_ignore_ascii_case(name));
    if pull { Some(ItemType::PullRequest) } else { ItemType::from_name(text) }
}
