//! Turns a view's filter into an autofilter of the spreadsheet, for the columns that a sheet has.
//!
//! A spreadsheet filters a column by a list of values or by at most two conditions. Criteria that do not fit are left out
//! here (labels and assignees; a title that must contain three texts). The rows that fail them are hidden all the same.

use std::collections::BTreeSet;

use chrono::NaiveDate;
use rust_xlsxwriter::{FilterCondition, FilterCriteria, IntoExcelDateTime};

use super::sheet::{Sheet, SheetRow};
use crate::activity::{ItemType, State};
use crate::rank::{Candidate, Days, Filter, Terms};
use crate::sheet::columns::Column;

/// A filter in two: the criteria that a sheet has no column for, and those that it has one for.
pub fn split_filter(filter: Filter) -> (Filter, Filter) {
    let columns = Filter {
        repo: filter.repo.clone(),
        item_type: filter.item_type.clone(),
        state: filter.state.clone(),
        author: filter.author.clone(),
        title: filter.title.clone(),
        created: filter.created,
        updated: filter.updated,
        ..Filter::default()
    };
    let rest = Filter {
        label: filter.label,
        assignee: filter.assignee,
        milestone: filter.milestone,
        draft: filter.draft,
        unread: filter.unread,
        noted: filter.noted,
        ..Filter::default()
    };
    (rest, columns)
}

/// The conditions to set, with their columns.
pub(super) fn conditions(sheet: &Sheet) -> Vec<(Column, FilterCondition)> {
    let filter = &sheet.filter;
    let mut found = vec![(Column::State, states(&filter.state))];
    if !filter.item_type.is_empty() {
        let types = ItemType::ALL.into_iter().filter(|item_type| filter.item_type.admit(item_type));
        found.push((Column::Type, listed(types.map(ItemType::name))));
    }
    if !filter.repo.is_empty() {
        let only = Filter { repo: filter.repo.clone(), ..Filter::default() };
        let passing = sheet.rows.iter().filter(|row| only.passes_in_any_state(&candidate(row)));
        found.push((Column::Repository, distinct(passing.map(|row| Some(row.repository.as_str())))));
    }
    if !filter.author.is_empty() {
        let only = Filter { author: filter.author.clone(), ..Filter::default() };
        let passing = sheet.rows.iter().filter(|row| only.passes_in_any_state(&candidate(row)));
        found.push((Column::User, distinct(passing.map(|row| row.user.as_deref()))));
    }
    found.push((Column::Title, title(&filter.title)));
    found.push((Column::Created, days(filter.created)));
    found.push((Column::Updated, days(filter.updated)));
    found.into_iter().filter_map(|(column, condition)| Some((column, condition?))).collect()
}

/// The states that pass: open only, unless the filter says otherwise.
fn states(terms: &Terms<State>) -> Option<FilterCondition> {
    if terms.is_empty() {
        return listed([State::Open.name()]);
    }
    listed(State::ALL.into_iter().filter(|state| terms.admit(state)).map(State::name))
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
fn title(terms: &Terms<String>) -> Option<FilterCondition> {
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

/// A candidate for filters on names. Its other fields are placeholders that such filters do not read.
fn candidate(row: &SheetRow) -> Candidate<'_> {
    let (owner, repository) = row.repository.split_once('/').unwrap_or(("", &row.repository));
    Candidate {
        owner,
        repository,
        item_type: row.item_type,
        state: row.state,
        labels: &[],
        author: row.user.as_deref(),
        assignees: &[],
        milestone: None,
        title: &row.title,
        draft: false,
        read: 0,
        noted: false,
        created_on: NaiveDate::default(),
        updated_on: NaiveDate::default(),
    }
}
