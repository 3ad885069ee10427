//! How many items were open at the end of each day, week or month, and how stale they were.
//!
//! Each item becomes at most one `Move` in each step: how it is at the end of the step. The moves are then applied to a dense
//! list of the open items, step by step, and the stale-ages are computed from this list. So an item costs its changes, plus
//! one product for each step in which it is open.

use std::ops::Range;

use chrono::NaiveDate;
use chrono_tz::Tz;
use serde::Serialize;

use super::lifetime::{BacklogChange, Lifetime, date_of, day_of};
use super::percentile::median_and_p90;
use super::steps::{Step, Steps};
use crate::rank::{stale_age, stale_product};

/// The backlog over one step. `open` is that of the previous step, plus `opened`, minus `closed`, minus `gone`.
#[derive(Clone, Debug, PartialEq, Serialize, utoipa::ToSchema)]
pub struct BacklogPoint {
    pub first_date: NaiveDate,
    /// The last day of the step. `open` and the stale-ages are those at its end.
    pub date: NaiveDate,
    pub open: u32,
    /// Creations and reopenings within the step.
    pub opened: u32,
    pub closed: u32,
    /// Open items that were deleted or transferred away within the step.
    pub gone: u32,
    /// The median of the open items' stale-ages, with days counted to `date`. Null if no item is open.
    pub median_stale_age: Option<f64>,
    /// Their 90th percentile, by the nearest rank.
    pub p90_stale_age: Option<f64>,
    /// Whether an item that is counted here was not yet followed by webhooks on some day of the step.
    pub approximate: bool,
}

impl BacklogPoint {
    /// How many days the step has. Fewer than 7 if a week is cut off.
    pub fn days(&self) -> i64 {
        (self.date - self.first_date).num_days() + 1
    }

    /// Whether nothing was opened or closed, and nothing gone.
    pub fn is_quiet(&self) -> bool {
        self.opened + self.closed + self.gone == 0
    }
}

/// Counts the backlog in steps from `from` to `to`, both included, oldest first. The first week begins on a Monday, the first
/// month on its first day, even if that is before `from`. The last step ends at `to`, because later days may not have happened. There are no steps if `to` is
/// before `from`.
pub fn backlog<'a>(
    lifetimes: impl IntoIterator<Item = &'a Lifetime>,
    zone: Tz,
    from: NaiveDate,
    to: NaiveDate,
    step: Step,
) -> Vec<BacklogPoint> {
    let Some(steps) = Steps::new(from, to, step) else { return vec![] };
    let mut tally = Tally::new(steps, zone);
    let mut items = 0;
    for lifetime in lifetimes {
        tally.add(items, lifetime);
        items += 1;
    }
    tally.points(items)
}

/// The day numbers of an open item at the end of a step.
#[derive(Clone, Copy, PartialEq, Eq)]
struct ItemDays {
    created: i32,
    updated: i32,
}

/// How an item is at the end of a step, if that differs from the step before. `None` if it is not open.
struct Move {
    step: u32,
    item: u32,
    days_now: Option<ItemDays>,
}

/// What happened within a step.
#[derive(Clone, Copy, Default)]
struct StepCounts {
    opened: u32,
    closed: u32,
    gone: u32,
}

struct Tally {
    steps: Steps,
    zone: Tz,
    counts: Vec<StepCounts>,
    /// For each step, how many more items make it approximate than the step before; negative if fewer do.
    approximate_change: Vec<i32>,
    moves: Vec<Move>,
    /// The days of an item, with a change, or `None` for mere activity. Kept here to reuse its memory.
    days: Vec<(i32, Option<BacklogChange>)>,
}

impl Tally {
    fn new(steps: Steps, zone: Tz) -> Self {
        let counts = vec![StepCounts::default(); steps.count()];
        let approximate_change = vec![0; steps.count() + 1];
        Self { steps, zone, counts, approximate_change, moves: vec![], days: vec![] }
    }

    fn add(&mut self, item: usize, lifetime: &Lifetime) {
        let zone = self.zone;
        let created = day_of(lifetime.created_at, zone);
        if created > self.steps.last_day {
            return;
        }
        // The steps that this item makes approximate if it is counted in them.
        let vague = lifetime.approximate_before.map_or(0..0, |before| {
            let day = day_of(before, zone);
            if day < self.steps.first_day { 0..0 } else { 0..self.steps.index(day.min(self.steps.last_day)) + 1 }
        });
        let mut days = std::mem::take(&mut self.days);
        list_days(lifetime, zone, &mut days);

        let mut days_now: Option<ItemDays> = None;
        let mut moved_from: Option<ItemDays> = None;
        let mut at_step = 0;
        let mut open_since = 0;
        for &(day, change) in &days {
            if day > self.steps.last_day {
                break;
            }
            let step = self.steps.index(day);
            if step != at_step {
                self.settle(at_step, item, moved_from, days_now);
                moved_from = days_now;
                at_step = step;
            }
            match change {
                Some(BacklogChange::Opened) => {
                    days_now = Some(ItemDays { created, updated: day });
                    open_since = step;
                }
                Some(BacklogChange::Closed | BacklogChange::Gone) => {
                    days_now = None;
                    self.mark(open_since..step, &vague);
                }
                None => {
                    if let Some(days_now) = &mut days_now {
                        days_now.updated = day;
                    }
                }
            }
            if let (Some(change), true) = (change, day >= self.steps.first_day) {
                self.mark(step..step + 1, &vague);
                let counts = &mut self.counts[step];
                match change {
                    BacklogChange::Opened => counts.opened += 1,
                    BacklogChange::Closed => counts.closed += 1,
                    BacklogChange::Gone => counts.gone += 1,
                }
            }
        }
        self.settle(at_step, item, moved_from, days_now);
        if days_now.is_some() {
            self.mark(open_since..self.steps.count(), &vague);
        }
        self.days = days;
    }

    fn settle(&mut self, step: usize, item: usize, before: Option<ItemDays>, days_now: Option<ItemDays>) {
        if before != days_now {
            // Both fit, because more than 2^32 items or steps would not fit into memory.
            self.moves.push(Move { step: step as u32, item: item as u32, days_now });
        }
    }

    /// Notes that an item is counted in `steps`, and makes those of them that are `vague` approximate.
    fn mark(&mut self, steps: Range<usize>, vague: &Range<usize>) {
        let end = steps.end.min(vague.end);
        if steps.start < end {
            self.approximate_change[steps.start] += 1;
            self.approximate_change[end] -= 1;
        }
    }

    fn points(mut self, items: usize) -> Vec<BacklogPoint> {
        self.moves.sort_unstable_by_key(|moved| moved.step);
        let mut moves = self.moves.iter().peekable();
        let mut open = OpenItems::new(items);
        let mut products: Vec<i64> = Vec::new();
        let mut approximate = 0;
        let mut points = Vec::with_capacity(self.steps.count());
        for (index, counts) in self.counts.iter().enumerate() {
            while let Some(moved) = moves.next_if(|moved| moved.step as usize == index) {
                open.set(moved.item as usize, moved.days_now);
            }
            approximate += self.approximate_change[index];
            let (first_day, last_day) = self.steps.bounds(index);
            products.clear();
            products.extend(open.entries.iter().map(|days_now| product(*days_now, last_day)));
            let percentiles = median_and_p90(&mut products);
            points.push(BacklogPoint {
                first_date: date_of(first_day),
                date: date_of(last_day),
                open: open.entries.len() as u32,
                opened: counts.opened,
                closed: counts.closed,
                gone: counts.gone,
                median_stale_age: percentiles.map(|(median, _)| logarithm(median)),
                p90_stale_age: percentiles.map(|(_, p90)| logarithm(p90)),
                approximate: approximate > 0,
            });
        }
        points
    }
}

/// Lists everything that happened to the item, in order of days. Activity on the day of a change comes after the change, where
/// it says nothing new.
fn list_days(lifetime: &Lifetime, zone: Tz, days: &mut Vec<(i32, Option<BacklogChange>)>) {
    days.clear();
    days.extend(lifetime.changes().map(|(at, change)| (day_of(at, zone), Some(change))));
    days.extend(lifetime.activity.iter().map(|at| (day_of(*at, zone), None)));
    days.sort_by_key(|(day, _)| *day);
}

fn product(days_now: ItemDays, today: i32) -> i64 {
    stale_product(i64::from(today - days_now.created), i64::from(today - days_now.updated))
}

/// The stale-age of a product. It is that of an item created `product - 1` days ago and updated today.
fn logarithm(product: i64) -> f64 {
    stale_age(product - 1, 0)
}

/// The open items in a dense list, which a step can read in one go.
struct OpenItems {
    entries: Vec<ItemDays>,
    /// The item of each entry, in the same order.
    items: Vec<u32>,
    /// The place of each item in the list. [`OpenItems::ABSENT`] if the item is not open.
    places: Vec<u32>,
}

impl OpenItems {
    const ABSENT: u32 = u32::MAX;

    fn new(items: usize) -> Self {
        Self { entries: vec![], items: vec![], places: vec![Self::ABSENT; items] }
    }

    fn set(&mut self, item: usize, days_now: Option<ItemDays>) {
        let place = self.places[item];
        match days_now {
            Some(days_now) if place == Self::ABSENT => {
                self.places[item] = self.items.len() as u32;
                self.items.push(item as u32);
                self.entries.push(days_now);
            }
            Some(days_now) => self.entries[place as usize] = days_now,
            None if place == Self::ABSENT => {}
            None => {
                self.places[item] = Self::ABSENT;
                self.items.swap_remove(place as usize);
                self.entries.swap_remove(place as usize);
                if let Some(moved) = self.items.get(place as usize) {
                    self.places[*moved as usize] = place;
                }
            }
        }
    }
}
