//! Statistics of groups: of the items that have the same value.

use std::cmp::Reverse;
use std::collections::BTreeSet;

use chrono::{DateTime, Utc};

use crate::rank::Facet;
use crate::stats::Lifetime;
use crate::store::lifetimes::Lifetimes;

/// What items are grouped by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct GroupBy {
    pub facet: Facet,
    /// Groups at most, beside those of items without a value and of all others.
    pub limit: usize,
}

/// A statistic of each group.
#[derive(Debug)]
pub struct Groups<T> {
    pub by: Facet,
    /// Those with the most open items first; then that of the items without a value, and that of all others, if there are
    /// such items.
    pub groups: Vec<Group<T>>,
    /// Values that are together in the last group.
    pub further: usize,
}

/// A statistic of one group.
#[derive(Debug)]
pub struct Group<T> {
    pub kind: GroupKind,
    /// The value; `None` if it is not of one.
    pub name: Option<String>,
    pub value: T,
}

/// What the items of a group have in common.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum GroupKind {
    /// A value.
    Value,
    /// That they have none.
    None,
    /// That they have a value which has no group of its own.
    Others,
}

impl GroupKind {
    pub const ALL: [Self; 3] = [Self::Value, Self::None, Self::Others];

    pub fn name(self) -> &'static str {
        match self {
            GroupKind::Value => "value",
            GroupKind::None => "none",
            GroupKind::Others => "others",
        }
    }
}

/// Some of an account's lifetimes.
pub(super) struct ChosenLifetimes<'a> {
    read: &'a Lifetimes,
    /// `None`: all.
    places: Option<&'a [u32]>,
}

impl<'a> ChosenLifetimes<'a> {
    pub fn lifetimes(&self) -> impl Iterator<Item = &'a Lifetime> + Clone + use<'a> {
        let read = self.read;
        self.places().map(move |place| &read.lifetimes[place])
    }

    /// When each of those that are open was created and last updated.
    pub fn open(&self) -> impl Iterator<Item = (DateTime<Utc>, DateTime<Utc>)> + use<'a> {
        let read = self.read;
        self.places().filter_map(move |place| read.open[place])
    }

    fn places(&self) -> impl Iterator<Item = usize> + Clone + use<'a> {
        let (all, some) = match self.places {
            None => (0..self.read.lifetimes.len(), [].iter()),
            Some(places) => (0..0, places.iter()),
        };
        all.chain(some.map(|place| *place as usize))
    }
}

/// A statistic of all lifetimes, and of each group of them.
pub(super) fn grouped<T>(
    by: Option<GroupBy>,
    read: &Lifetimes,
    of: impl Fn(&ChosenLifetimes<'_>) -> T,
) -> (T, Option<Groups<T>>) {
    let all = of(&ChosenLifetimes { read, places: None });
    let groups = by.map(|by| {
        let is_open = |place: usize| read.open[place].is_some();
        by.make(&read.values, &read.value_names, is_open, |places| of(&ChosenLifetimes { read, places: Some(places) }))
    });
    (all, groups)
}

impl GroupBy {
    /// Makes groups of items by the numbers of their values.
    pub(super) fn make<T>(
        self,
        values: &[Vec<u32>],
        names: &[String],
        is_open: impl Fn(usize) -> bool,
        of: impl Fn(&[u32]) -> T,
    ) -> Groups<T> {
        let mut members: Vec<Vec<u32>> = vec![vec![]; names.len()];
        let mut open = vec![0_usize; names.len()];
        let mut without = vec![];
        for (place, own) in (0..).zip(values) {
            for value in own {
                members[*value as usize].push(place);
                open[*value as usize] += usize::from(is_open(place as usize));
            }
            if own.is_empty() {
                without.push(place);
            }
        }
        let mut order: Vec<usize> = (0..names.len()).filter(|value| !members[*value].is_empty()).collect();
        let size = |value: usize| (open[value], members[value].len());
        order.sort_unstable_by_key(|value| (Reverse(size(*value)), names[*value].to_lowercase(), &names[*value]));
        let (own, others) = order.split_at(self.limit.min(order.len()));
        let group = |value: &usize| Group {
            kind: GroupKind::Value,
            name: Some(names[*value].clone()),
            value: of(&members[*value]),
        };
        let mut groups: Vec<Group<T>> = own.iter().map(group).collect();
        let others_members: BTreeSet<u32> = others.iter().flat_map(|value| &members[*value]).copied().collect();
        let others_members: Vec<u32> = others_members.into_iter().collect();
        for (kind, places) in [(GroupKind::None, without), (GroupKind::Others, others_members)] {
            if !places.is_empty() {
                groups.push(Group { kind, name: None, value: of(&places) });
            }
        }
        Groups { by: self.facet, groups, further: others.len() }
    }
}
