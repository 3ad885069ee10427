//! Issues and pull requests as GitHub lists them when it is asked: the same shape as in payloads.

use chrono::{DateTime, Utc};

use super::payload::Item;
use super::translate::{actor, items};
use crate::activity::{Actor, ItemSnapshot, ItemType};

/// An item as GitHub lists it.
#[derive(Clone, Debug, PartialEq)]
pub struct Listed {
    pub number: i64,
    pub node_id: String,
    pub snapshot: ItemSnapshot,
    pub opening: Option<Opening>,
}

/// Who opened an item, and when.
#[derive(Clone, Debug, PartialEq)]
pub struct Opening {
    pub by: Actor,
    pub at: DateTime<Utc>,
    /// How the author stands to the repository.
    pub association: Option<String>,
}

/// Reads a page of `GET /repos/{owner}/{repo}/issues`, which lists pull requests too. An item
/// without the fields that it cannot be without is left out.
pub fn listed_issues(body: &[u8]) -> serde_json::Result<Vec<Listed>> {
    let items: Vec<Item> = serde_json::from_slice(body)?;
    Ok(items.iter().filter_map(listed).collect())
}

/// Reads `GET /repos/{owner}/{repo}/issues/{number}`.
pub fn listed_issue(body: &[u8]) -> serde_json::Result<Option<Listed>> {
    let item: Item = serde_json::from_slice(body)?;
    Ok(listed(&item))
}

fn listed(item: &Item) -> Option<Listed> {
    let snapshot = items::snapshot(item, ItemType::Issue)?;
    let opening = item.user.as_ref().zip(item.created_at).map(|(user, at)| Opening {
        by: actor(user),
        at,
        association: item.author_association.as_ref().map(|association| association.0.clone()),
    });
    Some(Listed { number: item.number, node_id: item.node_id.as_ref()?.0.clone(), snapshot, opening })
}
