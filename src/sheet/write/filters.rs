//! Turns a view's filter into an autofilter of the spreadsheet, for the columns that a sheet has.
//!
//! A spreadsheet filters a column by a list of values or by at most two conditions. Criteria that do not fit are left out
//! here (labels and assignees; a title that must contain three texts). The rows that fail them are hidden all the same.

use std::collections::BTreeSet;

use chrono::NaiveDate;
use chrono_tz::Tz;
use rust_xlsxwriter::{FilterCondition, FilterCriteria, IntoExcelDateTime};

use super::sheet::{Sheet, SheetRow};
use crate::activity::{ItemType, PersonKey, State};
use crate::rank::criterion::{AUTHOR, Holders, REPO, STATE, TITLE, TYPE};
use crate::rank::{Candidate, Criterion, Days, Filter, Item, Repository, Terms};
use crate::sheet::columns::Column;

/// The criteria that a sheet has a column for. It also has one for the date of creation and one for that of the update, so
/// these always belong to them.
const COLUMNS: [&Criterion; 5] = [&REPO, &TYPE, &STATE, &AUTHOR, &TITLE];

/// A filter in two: the criteria that a sheet has no column for, and those that it has one for.
pub fn split_filter(filter: Filter) -> (Filter, Filter) {
    let (columns, rest) = filter.split(|criterion| COLUMNS.iter().any(|column| column.name == criterion.name));
    (rest, columns)
}

/// Whether a row passes those criteria of a filter that a sheet has columns for.
pub(super) fn passes(row: &SheetRow, filter: &Filter, zone: Tz) -> bool {
    with_candidate(row, zone, |candidate| split_filter(filter.clone()).1.passes(candidate))
}

/// The conditions to set, with their columns.
pub(super) fn conditions(sheet: &Sheet) -> Vec<(Column, FilterCondition)> {
    let filter = &sheet.filter;
    let passing = |criterion: &'static Criterion| {
        let only = Filter::default().with(criterion, filter.terms(criterion).clone());
        let passes = move |row: &&SheetRow| with_candidate(row, sheet.zone, |row| only.passes_in_any_state(row));
        sheet.rows.iter().filter(passes)
    };
    let mut found = vec![(Column::State, states(filter.terms(&STATE)))];
    if !filter.terms(&TYPE).is_empty() {
        let types = ItemType::ALL.map(ItemType::name).into_iter();
        found.push((Column::Type, listed(types.filter(|name| filter.terms(&TYPE).admit(Some(name))))));
    }
    if !filter.terms(&REPO).is_empty() {
        found.push((Column::Repository, distinct(passing(&REPO).map(|row| Some(row.repository.as_str())))));
    }
    if !filter.terms(&AUTHOR).is_empty() {
        found.push((Column::User, distinct(passing(&AUTHOR).map(|row| row.user.as_deref()))));
    }
    found.push((Column::Title, title(filter.terms(&TITLE))));
    found.push((Column::Created, days(filter.created)));
    found.push((Column::Updated, days(filter.updated)));
    found.into_iter().filter_map(|(column, condition)| Some((column, condition?))).collect()
}

/// The states that pass: open only, unless the filter says otherwise.
fn states(terms: &Terms) -> Option<FilterCondition> {
    if terms.is_empty() {
        return listed([State::Open.name()]);
    }
    listed(State::ALL.map(State::name).into_iter().filter(|name| terms.admit(Some(name))))
}

/// A list of values that pass. `None` if there is none, because a spreadsheet cannot express that.
fn listed<'a>(values: impl IntoIterator<Item = &'a str>) -> Option<FilterCondition> {
    let mut values = values.into_iter().peekable();
    values.peek()?;
    Some(values.fold(FilterCondition::new(), FilterCondition::add_list_filter))
}

fn distinct<'a>(values: impl Iterator<Item = Option<&'a str>>) -> Option<FilterCondition> {
    let values: BTreeSet<Option<&str>> = values.collect();
    let none = values.contains(&None);
    let condition = listed(values.into_iter().flatten());
    if none { Some(condition.unwrap_or_else(FilterCondition::new).add_list_blanks_filter()) } else { condition }
}

/// Up to two texts that the title must contain, all or one of them, or must not contain.
fn title(terms: &Terms) -> Option<FilterCondition> {
    let plain = |text: &String| text.replace('~', "~~").replace('*', "~*").replace('?', "~?");
    let has = |condition: FilterCondition, text: &String| {
        condition.add_custom_filter(FilterCriteria::Contains, plain(text).as_str())
    };
    let lacks = |condition: FilterCondition, text: &String| {
        condition.add_custom_filter(FilterCriteria::DoesNotContain, plain(text).as_str())
    };
    let new = FilterCondition::new();
    match (terms.any.as_slice(), terms.none.as_slice()) {
        ([any], []) => match any.as_slice() {
            [one] => Some(has(new, one)),
            [one, other] => Some(has(has(new, one), other).add_custom_boolean_or()),
            _ => None,
        },
        ([], [one]) => Some(lacks(new, one)),
        ([], [one, other]) => Some(lacks(lacks(new, one), other)),
        (any, none) if any.len() + none.len() == 2 && any.iter().all(|any| any.len() == 1) => {
            let condition = any.iter().flatten().fold(new, has);
            Some(none.iter().fold(condition, lacks))
        }
        _ => None,
    }
}

fn days(days: Days) -> Option<FilterCondition> {
    let serial = |date: NaiveDate| date.to_excel_serial_date();
    let mut condition = FilterCondition::new();
    if let Some(from) = days.from {
        condition = condition.add_custom_filter(FilterCriteria::GreaterThanOrEqualTo, serial(from));
    }
    if let Some(to) = days.to {
        condition = condition.add_custom_filter(FilterCriteria::LessThanOrEqualTo, serial(to));
    }
    (!days.is_open()).then_some(condition)
}

/// A candidate for filters on columns. Its other fields are placeholders that such filters do not read.
fn with_candidate<T>(row: &SheetRow, zone: Tz, look: impl FnOnce(&Candidate) -> T) -> T {
    let (owner, name) = row.repository.split_once('/').unwrap_or(("", &row.repository));
    let repository = Repository::new(0, owner, name);
    let item = Item {
        author: row.user.clone().map(PersonKey::Login),
        ..Item::new((0, row.number), row.item_type, row.state, row.created_at, row.updated_at)
    };
    let holders = Holders::default();
    let (item, repository, title) = (&item, &repository, &row.title);
    look(&Candidate { item, repository, holders: &holders, labels: &[], milestone: None, title, zone })
}
