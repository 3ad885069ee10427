//! What item texts are asked for with. The texts themselves are stored nowhere but in the raw deliveries.

use chrono::{DateTime, Utc};
use futures_util::TryStreamExt;
use sqlx::PgPool;
use uuid::Uuid;

use super::StoreError;
use crate::activity::{ItemKey, ItemType};

/// An item whose text is asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TextSubject {
    pub item_type: ItemType,
    pub owner: String,
    pub repository: String,
    pub repository_url: Option<String>,
    pub private: bool,
    /// The position of the last event from GitHub that is about the item.
    pub position: i64,
}

impl TextSubject {
    /// Its address on GitHub.
    pub fn url(&self, number: i64) -> String {
        let Self { item_type, owner, repository, repository_url, .. } = self;
        let repository = repository_url.clone().unwrap_or_else(|| format!("https://github.com/{owner}/{repository}"));
        format!("{repository}/{}/{number}", item_type.path())
    }
}

/// The item, as far as it is shown at all.
pub async fn subject(pool: &PgPool, key: ItemKey) -> Result<Option<TextSubject>, StoreError> {
    let row = sqlx::query!(
        r#"SELECT i.type AS "item_type!", r.owner AS "owner!", r.name AS "name!", r.html_url, r.private AS "private!",
                  COALESCE((SELECT position FROM events WHERE account_id = $1 AND repo_id = $2 AND number = $3
                    AND source <> 'scrub' ORDER BY position DESC LIMIT 1), 0) AS "position!"
           FROM visible_repositories r
           JOIN items i ON i.account_id = r.account_id AND i.generation = r.generation AND i.repo_id = r.repo_id
           WHERE r.account_id = $1 AND r.repo_id = $2 AND i.number = $3 AND i.live AND i.type IS NOT NULL
             AND r.name IS NOT NULL LIMIT 1"#,
        key.account_id,
        key.repo_id,
        key.number,
    )
    .fetch_optional(pool)
    .await?;
    Ok(row.and_then(|row| {
        Some(TextSubject {
            item_type: ItemType::from_name(&row.item_type)?,
            owner: row.owner,
            repository: row.name,
            repository_url: row.html_url,
            private: row.private,
            position: row.position,
        })
    }))
}

/// A raw delivery that is about an item.
#[derive(Debug)]
pub struct TellingDelivery {
    pub event: String,
    pub received_at: DateTime<Utc>,
    /// Compressed.
    pub body: Vec<u8>,
}

/// The raw deliveries that told of an item and are still kept, the latest first and at most `limit`, as long as
/// `more` asks for the next one.
pub async fn deliveries_of(
    pool: &PgPool,
    key: ItemKey,
    limit: i64,
    mut more: impl FnMut(TellingDelivery) -> bool,
) -> Result<(), StoreError> {
    let guids = sqlx::query_scalar!(
        r#"SELECT split_part(e.source_key, '/', 1) AS "guid!" FROM
             (SELECT source_key, position FROM events WHERE account_id = $1 AND repo_id = $2 AND number = $3
                AND source = 'webhook' ORDER BY position DESC LIMIT $4) AS e
           ORDER BY e.position DESC"#,
        key.account_id,
        key.repo_id,
        key.number,
        limit,
    )
    .fetch_all(pool)
    .await?;
    let mut guids: Vec<Uuid> = guids.iter().filter_map(|guid| guid.parse().ok()).collect();
    guids.dedup();
    let mut rows = sqlx::query!(
        r#"SELECT d.event AS "event!", d.received_at AS "received_at!", d.body AS "body!"
           FROM UNNEST($2::uuid[]) WITH ORDINALITY AS wanted (guid, nth)
           CROSS JOIN LATERAL (SELECT event, received_at, body FROM deliveries
             WHERE account_id = $1 AND guid = wanted.guid LIMIT 1) AS d
           ORDER BY wanted.nth"#,
        key.account_id,
        &guids,
    )
    .fetch(pool);
    while let Some(row) = rows.try_next().await? {
        if !more(TellingDelivery { event: row.event, received_at: row.received_at, body: row.body }) {
            break;
        }
    }
    Ok(())
}
