//! Reading the rows of the projection `items`, as far as filters and orders look at them. Only this
//! module lists their columns.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use futures_util::stream::BoxStream;
use sqlx::types::Json;
use sqlx::{PgConnection, PgExecutor};

use super::StoreError;
use super::items::ItemAddress;
use crate::activity::{Association, Checks, ItemState, ItemType, PersonKey, Review, State, Summary, WaitsFor};
use crate::rank::Item;

/// A row of an item of which enough is known to rank it.
pub(super) struct ItemRow {
    pub repo_id: i64,
    pub number: i64,
    pub r#type: String,
    pub state: String,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
    pub draft: bool,
    pub author: Option<String>,
    pub author_id: Option<i64>,
    pub labels: Vec<i64>,
    pub assignees: Vec<String>,
    /// `None` in rows of earlier versions, which have all of them in `assignees`.
    pub assignee_ids: Option<Vec<i64>>,
    pub assignees_without_id: Option<Vec<String>>,
    pub milestone: Option<i64>,
    pub waits_for: Option<String>,
    pub waits_since: Option<DateTime<Utc>>,
    pub human_at: Option<DateTime<Utc>>,
    pub closed_at: Option<DateTime<Utc>>,
    pub closed_reason: Option<String>,
    pub review: Option<String>,
    pub checks: Option<String>,
    pub author_association: Option<String>,
    pub comments: Option<i64>,
    pub reactions: Option<i64>,
    pub commenters: Option<i64>,
    /// Neither deleted nor transferred away.
    pub live: bool,
    pub came_by_transfer: bool,
    /// If it was asked for.
    pub title: Option<String>,
    /// If it was asked for, of an item that is not open.
    pub folded: Option<Json<ItemState>>,
}

impl ItemRow {
    /// The item, with what was done with it here, of what was done with many.
    pub fn item(self, summaries: &HashMap<ItemAddress, Summary>) -> Result<Item, StoreError> {
        let unreadable = || StoreError::Unreadable(format!("an item's type {} or state {}", self.r#type, self.state));
        let item_type = ItemType::from_name(&self.r#type).ok_or_else(unreadable)?;
        let state = State::from_name(&self.state).ok_or_else(unreadable)?;
        let address = (self.repo_id, self.number);
        let logins = self.assignees_without_id.unwrap_or(self.assignees).into_iter().map(PersonKey::Login);
        let ids = self.assignee_ids.unwrap_or_default().into_iter().map(PersonKey::Id);
        // A replica of a former version leaves what it does not know as it was.
        let open = state == State::Open;
        let item = Item {
            draft: self.draft,
            author: self.author_id.map(PersonKey::Id).or(self.author.map(PersonKey::Login)),
            labels: self.labels,
            assignees: ids.chain(logins).collect(),
            milestone: self.milestone,
            waits_for: self.waits_for.as_deref().and_then(WaitsFor::from_name),
            waits_since: self.waits_since.filter(|_| open),
            human_at: self.human_at,
            closed_at: self.closed_at.filter(|_| !open),
            closed_reason: self.closed_reason.filter(|_| !open),
            review: self.review.as_deref().and_then(Review::from_name),
            checks: self.checks.as_deref().and_then(Checks::from_name).filter(|_| open),
            author_association: self.author_association.as_deref().and_then(Association::from_name),
            comments: self.comments,
            reactions: self.reactions,
            commenters: self.commenters,
            ..Item::new(address, item_type, state, self.created_at, self.updated_at)
        };
        Ok(match summaries.get(&address) {
            Some(summary) => with_summary(item, summary),
            None => item,
        })
    }
}

/// The item of a folded state; `None` if too little is known to rank it. Without what was done with
/// it here.
pub(super) fn folded_item(address: ItemAddress, folded: &ItemState) -> Option<Item> {
    let (created_at, updated_at) = (folded.created_at()?, folded.updated_at()?);
    Some(Item {
        draft: folded.draft(),
        author: folded.author().map(|author| author.key()),
        labels: folded.labels(),
        assignees: folded.assignees(),
        milestone: folded.milestone(),
        waits_for: folded.waits_for(),
        waits_since: folded.waits_since(),
        human_at: folded.last_human_activity().map(|activity| activity.at),
        closed_at: closed_at(folded),
        closed_reason: folded.closed_reason(),
        review: folded.review(),
        checks: folded.checks().map(|(checks, _)| checks),
        author_association: folded.conversation().author_association(),
        comments: folded.comments(),
        reactions: folded.conversation().reactions(),
        commenters: folded.commenters(),
        ..Item::new(address, folded.item_type()?, folded.state()?, created_at, updated_at)
    })
}

/// When an item was closed that is not open.
pub(super) fn closed_at(folded: &ItemState) -> Option<DateTime<Utc>> {
    folded.closed_at().filter(|_| folded.state() != Some(State::Open))
}

/// An item with what was done with it here.
pub(super) fn with_summary(item: Item, summary: &Summary) -> Item {
    Item { read: summary.read, note: summary.note.clone(), ..item }
}

/// Which rows are read: the open ones of some repositories, and of others those that fit.
#[derive(Default)]
pub(super) struct RowSelection {
    /// Repositories of which all open items are read.
    pub open_in: Vec<i64>,
    /// Repositories of which those are read that have one of the states and one of the types, and the
    /// times: from the one on, before the other.
    pub repo_ids: Vec<i64>,
    pub states: Vec<&'static str>,
    pub types: Vec<&'static str>,
    pub created: (Option<DateTime<Utc>>, Option<DateTime<Utc>>),
    pub updated: (Option<DateTime<Utc>>, Option<DateTime<Utc>>),
    /// Those too that were deleted or transferred away.
    pub gone: bool,
    pub titles: bool,
    pub folded: bool,
}

/// Reads rows one after another, in no order.
pub(super) fn rows<'e>(
    executor: impl PgExecutor<'e> + 'e,
    (account_id, generation): (i64, i64),
    wanted: &RowSelection,
) -> BoxStream<'e, Result<ItemRow, sqlx::Error>> {
    let RowSelection { open_in, repo_ids, states, types, created, updated, gone, titles, folded } = wanted;
    sqlx::query_as!(
        ItemRow,
        r#"SELECT repo_id, number, type AS "type!", state AS "state!", created_at AS "created_at!",
                  updated_at AS "updated_at!", draft, author, author_id, labels, assignees,
                  assignee_ids, assignees_without_id, milestone, waits_for, waits_since, human_at, closed_at,
                  closed_reason, review, checks, author_association, comments, reactions, commenters, live, came_by_transfer,
                  CASE WHEN $12 THEN title END AS title,
                  CASE WHEN $13 AND state <> 'open' THEN folded END AS "folded: Json<ItemState>"
           FROM items
           WHERE account_id = $1 AND generation = $2 AND (live OR $11)
             AND (repo_id = ANY($3) AND state = 'open'
                  OR repo_id = ANY($4) AND state = ANY($5) AND type = ANY($6)
                     AND ($7::timestamptz IS NULL OR created_at >= $7) AND ($8::timestamptz IS NULL OR created_at < $8)
                     AND ($9::timestamptz IS NULL OR updated_at >= $9) AND ($10::timestamptz IS NULL OR updated_at < $10))
             AND type IS NOT NULL AND state IS NOT NULL AND created_at IS NOT NULL AND updated_at IS NOT NULL"#,
        account_id,
        generation,
        open_in,
        repo_ids,
        states as _,
        types as _,
        created.0 as _,
        created.1 as _,
        updated.0 as _,
        updated.1 as _,
        gone,
        titles,
        folded,
    )
    .fetch(executor)
}

/// Reads the rows of open items that may be seen, of those at some addresses.
pub(super) async fn open_rows_at(
    connection: &mut PgConnection,
    (account_id, generation): (i64, i64),
    addresses: impl Iterator<Item = ItemAddress>,
) -> Result<Vec<ItemRow>, StoreError> {
    let (repo_ids, numbers): (Vec<i64>, Vec<i64>) = addresses.unzip();
    let rows = sqlx::query_as!(
        ItemRow,
        r#"SELECT i.repo_id, i.number, i.type AS "type!", i.state AS "state!", i.created_at AS "created_at!",
                  i.updated_at AS "updated_at!", i.draft, i.author, i.author_id, i.labels, i.assignees,
                  i.assignee_ids, i.assignees_without_id, i.milestone, i.waits_for, i.waits_since, i.human_at,
                  i.closed_at, i.closed_reason, i.review,
                  i.checks, i.author_association, i.comments, i.reactions, i.commenters, i.live, i.came_by_transfer,
                  NULL::text AS title, NULL::json AS "folded: Json<ItemState>"
           FROM UNNEST($3::bigint[], $4::bigint[]) AS wanted (repo_id, number)
           CROSS JOIN LATERAL (SELECT * FROM items WHERE account_id = $1 AND generation = $2
             AND repo_id = wanted.repo_id AND number = wanted.number LIMIT 1) AS i
           CROSS JOIN LATERAL (SELECT r.repo_id FROM visible_repositories r
             WHERE r.account_id = $1 AND r.generation = $2 AND r.repo_id = i.repo_id LIMIT 1) AS seen
           WHERE i.state = 'open' AND i.live
             AND i.type IS NOT NULL AND i.created_at IS NOT NULL AND i.updated_at IS NOT NULL"#,
        account_id,
        generation,
        &repo_ids,
        &numbers,
    )
    .fetch_all(connection)
    .await?;
    Ok(rows)
}
