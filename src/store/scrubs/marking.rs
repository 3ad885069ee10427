//! Marking several items as read or unread in one act, and undoing an act.
//!
//! An act is its events, which lie together in the log: their source keys have its id. What was before them is folded
//! from the items' earlier events, so nothing else is kept of an act.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use sqlx::{PgConnection, PgPool};
use uuid::Uuid;

use super::turn::{Request, Turn};
use super::{marks, rounds, rows};
use crate::activity::scrubbing::Cursors;
use crate::activity::{Fact, Mark, Remarks, ScrubFact, Sight};
use crate::scrub::Track;
use crate::store::items::ItemAddress;
use crate::store::log::{LoggedEvent, events_between, events_of};
use crate::store::places::{RepositoryName, names_of};
use crate::store::{StoreError, remarks};

/// Events of an act at most: one of each item, and the return of a cursor.
const MOST_EVENTS: i64 = 3_000;

/// The kinds of events that change an item's marks.
pub(super) const KINDS: [&str; 3] = ["read", "unread", "mark_undone"];

/// What became of an item.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MarkOutcome {
    Done,
    /// There was nothing to do.
    Already,
    /// The reader sees no such item.
    Unknown,
}

/// An act.
#[derive(Debug)]
pub struct MarkedItems {
    /// By which it is undone; `None` if there was nothing to do.
    pub id: Option<Uuid>,
    /// The account's position.
    pub position: i64,
    /// For each item that was asked for.
    pub outcomes: Vec<MarkOutcome>,
    /// Whether any of them is now marked that everybody sees who sees what is public.
    pub public: bool,
}

/// What became of an item of an act that was undone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UndoOutcome {
    /// Its marks are as they were before.
    Undone,
    /// Somebody has marked it since, so it stays as it is.
    Changed,
}

/// An act that was undone.
#[derive(Debug)]
pub struct UndoneItems {
    /// The account's position.
    pub position: i64,
    /// The items of the act that the reader sees.
    pub items: Vec<(RepositoryName, i64, UndoOutcome)>,
    pub public: bool,
}

/// Marks items as read, or takes the last reading of each back, as [`marks::mark_read`] and [`marks::unmark_read`] do.
/// `None` stands for an item that the reader does not see.
pub async fn mark(
    pool: &PgPool,
    account_id: i64,
    read: bool,
    items: &[Option<ItemAddress>],
    sight: &Sight,
    request: &Request,
) -> Result<MarkedItems, StoreError> {
    let mut turn = Turn::begin(pool, account_id, request).await?;
    let seen: Vec<ItemAddress> = items.iter().flatten().copied().collect::<BTreeSet<_>>().into_iter().collect();
    let (id, todo) = match turn.done_before() {
        Some(position) => match act_at(turn.connection(), account_id, position).await? {
            Some(id) => (Some(id), act(turn.connection(), account_id, id).await?.items.into_keys().collect()),
            None => (None, HashSet::new()),
        },
        None if read => (None, unread(&mut turn, &seen, sight, request).await?),
        None => (None, own_marks(&mut turn, &seen).await?.into_keys().collect()),
    };
    let mut left = todo.clone();
    let outcomes = items.iter().map(|item| match item {
        None => MarkOutcome::Unknown,
        Some(address) if left.remove(address) => MarkOutcome::Done,
        Some(_) => MarkOutcome::Already,
    });
    let outcomes = outcomes.collect();
    let repo_ids: BTreeSet<i64> = todo.iter().map(|(repo_id, _)| *repo_id).collect();
    let public = !names_of(turn.connection(), account_id, &Sight::Public, &repo_ids).await?.is_empty();
    if id.is_some() || todo.is_empty() {
        return Ok(MarkedItems { id, position: turn.head.position, outcomes, public });
    }
    let marked: Vec<ItemAddress> = seen.into_iter().filter(|address| todo.contains(address)).collect();
    let mut facts: Vec<ScrubFact> = marked.iter().map(|address| fact(read, *address)).collect();
    if !read {
        facts.extend(cursors_return(&mut turn, &marked).await?);
    }
    let position = append(turn, facts, request.id).await?;
    Ok(MarkedItems { id: Some(request.id), position, outcomes, public })
}

fn fact(read: bool, (repo_id, number): ItemAddress) -> ScrubFact {
    match read {
        true => ScrubFact::Read { repo_id, number, scrub: None, place: None, historic: false },
        false => ScrubFact::Unread { repo_id, number },
    }
}

/// Those of some items of which a reading now is not the same as the last.
async fn unread(
    turn: &mut Turn<'_>,
    items: &[ItemAddress],
    sight: &Sight,
    request: &Request,
) -> Result<HashSet<ItemAddress>, StoreError> {
    let account_id = turn.account_id;
    let started = rounds::latest_start(turn.connection(), account_id, Track::of(sight)).await?;
    let last = remarks::of(turn.connection(), account_id, &Sight::Public, items).await?;
    let again = |address: &ItemAddress| {
        let mark = last.get(address).and_then(Remarks::last_read);
        mark.is_some_and(|mark| mark.is_same_reading(&request.by, request.at, started))
    };
    Ok(items.iter().copied().filter(|address| !again(address)).collect())
}

/// The last marks of items under their present keys, of those that have one.
async fn own_marks(turn: &mut Turn<'_>, items: &[ItemAddress]) -> Result<HashMap<ItemAddress, Mark>, StoreError> {
    let account_id = turn.account_id;
    let own = remarks::own(turn.connection(), account_id, None, items).await?;
    Ok(own.into_iter().filter_map(|(address, remarks)| Some((address, remarks.last_read()?.clone()))).collect())
}

/// The cursors that return to some of the items.
async fn cursors_return(turn: &mut Turn<'_>, items: &[ItemAddress]) -> Result<Vec<ScrubFact>, StoreError> {
    let mut found = vec![];
    for (address, mistake) in own_marks(turn, items).await? {
        found.extend(marks::may_return(turn, address, &mistake).await?);
    }
    Ok(marks::returns(&found))
}

async fn append(turn: Turn<'_>, facts: Vec<ScrubFact>, id: Uuid) -> Result<i64, StoreError> {
    let events = facts.into_iter().enumerate().map(|(ordinal, fact)| turn.event(format!("{}{ordinal}", key(id)), fact));
    let events = events.collect();
    turn.append_events(events).await
}

/// How the source keys of an act's events begin.
fn key(id: Uuid) -> String {
    format!("marks:{id}:")
}

/// The id of the act whose event is at a position.
async fn act_at(connection: &mut PgConnection, account_id: i64, position: i64) -> Result<Option<Uuid>, StoreError> {
    let found = events_between(connection, account_id, (position - 1, position), 1).await?.pop();
    let key = found.map(|logged| logged.event.source_key).unwrap_or_default();
    Ok(key.strip_prefix("marks:").and_then(|rest| rest.split(':').next()).and_then(|id| id.parse().ok()))
}

/// An act; without events if there was none.
#[derive(Default)]
struct Act {
    /// The position of each item's event.
    items: BTreeMap<ItemAddress, i64>,
    /// Scrubs whose cursors returned, and the places.
    returned: Vec<(i64, i64)>,
}

async fn act(connection: &mut PgConnection, account_id: i64, id: Uuid) -> Result<Act, StoreError> {
    let first = sqlx::query_scalar!(
        "SELECT position FROM events WHERE account_id = $1 AND source_key = $2",
        account_id,
        format!("{}0", key(id)),
    )
    .fetch_optional(&mut *connection)
    .await?;
    let mut act = Act::default();
    let Some(first) = first else { return Ok(act) };
    let events = events_between(connection, account_id, (first - 1, first + MOST_EVENTS), MOST_EVENTS).await?;
    for logged in events.iter().take_while(|logged| logged.event.source_key.starts_with(&key(id))) {
        match scrub_fact(logged) {
            Some(ScrubFact::Returned { scrub, place, .. }) => act.returned.push((*scrub, *place)),
            fact => act.items.extend(fact.and_then(ScrubFact::item).map(|address| (address, logged.position))),
        }
    }
    Ok(act)
}

fn scrub_fact(logged: &LoggedEvent) -> Option<&ScrubFact> {
    match &logged.event.fact {
        Fact::Scrub(fact) => Some(fact),
        _ => None,
    }
}

/// Undoes an act: the marks of its items are as they were before, but of those that somebody has marked since. To
/// undo it again changes nothing. `None` if there was no act of which the reader sees anything.
pub async fn undo(
    pool: &PgPool,
    account_id: i64,
    id: Uuid,
    sight: &Sight,
    request: &Request,
) -> Result<Option<UndoneItems>, StoreError> {
    let mut turn = Turn::begin(pool, account_id, request).await?;
    let Act { items: mut events, returned } = act(turn.connection(), account_id, id).await?;
    let repo_ids: BTreeSet<i64> = events.keys().map(|(repo_id, _)| *repo_id).collect();
    let names = names_of(turn.connection(), account_id, sight, &repo_ids).await?;
    events.retain(|(repo_id, _), _| names.contains_key(repo_id));
    if events.is_empty() {
        return Ok(None);
    }
    let addresses: Vec<ItemAddress> = events.keys().copied().collect();
    let mut logs: HashMap<ItemAddress, Vec<LoggedEvent>> = HashMap::new();
    for logged in events_of(turn.connection(), account_id, &addresses, Some(&KINDS), i64::MAX).await?.into_iter().rev()
    {
        if let Some(address) = scrub_fact(&logged).and_then(ScrubFact::item) {
            logs.entry(address).or_default().push(logged);
        }
    }
    let (mut items, mut facts) = (vec![], vec![]);
    for ((repo_id, number), undoes) in events {
        let log = logs.remove(&(repo_id, number)).unwrap_or_default();
        let outcome = match log.last() {
            Some(last) if last.position == undoes => {
                facts.push(ScrubFact::MarkUndone { repo_id, number, undoes, restores: lost(&log) });
                UndoOutcome::Undone
            }
            Some(last) if undone_by(last) == Some(undoes) => UndoOutcome::Undone,
            _ => UndoOutcome::Changed,
        };
        items.extend(names.get(&repo_id).map(|name| (name.clone(), number, outcome)));
    }
    let repo_ids: BTreeSet<i64> = facts.iter().filter_map(|fact| Some(fact.item()?.0)).collect();
    let public = !names_of(turn.connection(), account_id, &Sight::Public, &repo_ids).await?.is_empty();
    if facts.is_empty() || turn.done_before().is_some() {
        return Ok(Some(UndoneItems { position: turn.head.position, items, public }));
    }
    facts.extend(cursors_leave(&mut turn, returned, &facts).await?);
    Ok(Some(UndoneItems { position: turn.append(facts).await?, items, public }))
}

/// The mark that the last event of an item took away: the reading that was a mistake, or the oldest of those that are
/// kept.
fn lost(log: &[LoggedEvent]) -> Option<Mark> {
    let (mut before, mut remarks) = (Remarks::default(), Remarks::default());
    for logged in log {
        before = remarks.clone();
        let Some(fact) = scrub_fact(logged) else { continue };
        remarks.apply(logged.position, logged.event.occurred_at, logged.event.actor.as_ref(), fact);
    }
    before.marks.into_iter().find(|mark| !remarks.marks.contains(mark))
}

fn undone_by(logged: &LoggedEvent) -> Option<i64> {
    match scrub_fact(logged) {
        Some(ScrubFact::MarkUndone { undoes, .. }) => Some(*undoes),
        _ => None,
    }
}

/// The cursors that are still on rows to which the act had them return, `returned`, and that have gone on from there
/// once it is undone.
async fn cursors_leave(
    turn: &mut Turn<'_>,
    returned: Vec<(i64, i64)>,
    facts: &[ScrubFact],
) -> Result<Vec<ScrubFact>, StoreError> {
    let account_id = turn.account_id;
    let (mut leave, mut left): (_, HashMap<i64, Cursors>) = (vec![], HashMap::new());
    for (scrub, place) in returned {
        let Some(at) = rows::scrub(turn.connection(), account_id, scrub).await? else { continue };
        let read = restored(turn, scrub, facts).await?;
        let mut cursor = at.cursor(scrub);
        cursor.at = left.get(&scrub).copied().unwrap_or(cursor.at);
        let is_there = [cursor.at.whole, cursor.at.public].contains(&Some(place));
        if at.closed || !is_there || !read.contains(&place) {
            continue;
        }
        let to = cursor.after(turn.connection(), account_id, &at.sight(), place, &read).await?;
        leave.push(ScrubFact::Advanced { scrub, place, skipped: false, to });
        left.insert(scrub, to);
    }
    Ok(leave)
}

/// The places of a scrub whose marks come back.
async fn restored(turn: &mut Turn<'_>, scrub: i64, facts: &[ScrubFact]) -> Result<BTreeSet<i64>, StoreError> {
    let (account_id, mut places) = (turn.account_id, BTreeSet::new());
    for fact in facts {
        let ScrubFact::MarkUndone { repo_id, number, restores: Some(mark), .. } = fact else { continue };
        match mark.place {
            _ if mark.scrub != Some(scrub) => {}
            Some(place) => drop(places.insert(place)),
            None => {
                places.extend(rows::place_of(turn.connection(), account_id, scrub, (*repo_id, *number)).await?);
            }
        }
    }
    Ok(places)
}
