//! Issues and pull requests as GitHub lists them when it is asked. They have the shape that they have
//! in payloads.

use chrono::{DateTime, Utc};

use super::payload::ItemPayload;
use super::translate::parties::actor;
use super::translate::snapshot::snapshot;
use crate::activity::{Actor, ItemSnapshot, ItemType};

/// An item as GitHub lists it.
#[derive(Clone, Debug, PartialEq)]
pub struct ListedItem {
    pub number: i64,
    pub node_id: String,
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

/// Reads a page of `GET /repos/{owner}/{repo}/issues`, which lists pull requests too. Leaves out an
/// item that lacks a field without which there is no item.
pub fn listed_issues(body: &[u8]) -> serde_json::Result<Vec<ListedItem>> {
    let items: Vec<ItemPayload> = serde_json::from_slice(body)?;
    Ok(items.iter().filter_map(listed).collect())
}

/// Reads `GET /repos/{owner}/{repo}/issues/{number}`.
pub fn listed_issue(body: &[u8]) -> serde_json::Result<Option<ListedItem>> {
    let item: ItemPayload = serde_json::from_slice(body)?;
    Ok(listed(&item))
}

fn listed(item: &ItemPayload) -> Option<ListedItem> {
    let snapshot = snapshot(item, ItemType::Issue)?;
    let opening = item.user.as_ref().zip(item.created_at).map(|(user, at)| ItemOpening {
        by: actor(user),
        at,
        association: item.author_association.as_ref().map(|association| association.0.clone()),
    });
    Some(ListedItem { number: item.number, node_id: item.node_id.as_ref()?.0.clone(), snapshot, opening })
}
