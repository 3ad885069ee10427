//! Issues and pull requests as GitHub lists them when it is asked. They have the shape that they have
//! in payloads.

use chrono::{DateTime, Utc};

use super::payload::ItemPayload;
use super::reading::{Omissions, read};
use super::translate::parties::actor;
use super::translate::snapshot::snapshot;
use crate::activity::{Actor, ItemSnapshot, ItemType};

/// An item as GitHub lists it.
#[derive(Clone, Debug, PartialEq)]
pub struct ListedItem {
    pub number: i64,
    pub node_id: Option<String>,
    pub snapshot: ItemSnapshot,
    pub opening: Option<ItemOpening>,
}

/// Who opened an item, and when.
#[derive(Clone, Debug, PartialEq)]
pub struct ItemOpening {
    pub by: Actor,
    pub at: DateTime<Utc>,
    /// The author's association with the repository, such as `MEMBER`.
    pub association: Option<String>,
}

/// Items of an answer, without those that cannot be read.
#[derive(Clone, Debug, Default)]
pub struct ListedItems {
    pub items: Vec<ListedItem>,
    pub omissions: Omissions,
}

/// Reads a page of `GET /repos/{owner}/{repo}/issues`, which lists pull requests too; `None` if it is no
/// list. An item costs itself if it lacks what there is no item without: its number, and any time.
///
/// # Errors
/// The page is not JSON.
pub fn listed_issues(body: &[u8]) -> serde_json::Result<Option<ListedItems>> {
    let (found, mut omissions) = read::<Vec<ItemPayload>>(body)?;
    let Some(found) = found else { return Ok(None) };
    let listed = found.iter().filter_map(|item| {
        let listed = listed(item);
        if listed.is_none() {
            omissions.add("[] (an item)");
        }
        listed
    });
    let items = listed.collect();
    Ok(Some(ListedItems { items, omissions }))
}

/// Reads `GET /repos/{owner}/{repo}/issues/{number}`.
///
/// # Errors
/// The answer is not JSON.
pub fn listed_issue(body: &[u8]) -> serde_json::Result<ListedItems> {
    let (item, mut omissions) = read::<ItemPayload>(body)?;
    let items: Vec<ListedItem> = item.as_ref().and_then(listed).into_iter().collect();
    if items.is_empty() {
        omissions.add("(the item)");
    }
    Ok(ListedItems { items, omissions })
}

fn listed(item: &ItemPayload) -> Option<ListedItem> {
    let snapshot = snapshot(item, ItemType::Issue, None)?;
    let opening = item.user.as_ref().and_then(actor).zip(item.created_at).map(|(by, at)| ItemOpening {
        by,
        at,
        association: item.author_association.as_ref().map(|association| association.0.clone()),
    });
    let node_id = item.node_id.as_ref().map(|node_id| node_id.0.clone());
    Some(ListedItem { number: item.number.filter(|number| *number > 0)?, node_id, snapshot, opening })
}
