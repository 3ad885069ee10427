//! Views that accounts have stored.

use sqlx::PgPool;
use sqlx::types::Json;

use super::StoreError;
use crate::rank::{Criteria, Order};
use crate::scrub::View;

/// How many views one account may store. A few more may get in when several are stored at once.
pub const MOST: i64 = 1_000;

struct ViewRow {
    name: String,
    title: String,
    description: String,
    resolution: String,
    target: Option<i64>,
    filter: Json<Criteria>,
    sort: String,
}

impl ViewRow {
    fn read(self) -> Result<View, StoreError> {
        let Self { name, title, description, resolution, target, filter, sort } = self;
        let order = Order::from_name(&sort).ok_or_else(|| StoreError::Unreadable(format!("an order {sort}")))?;
        Ok(View { name, title, description, resolution, target, filter: filter.0, order })
    }
}

/// An account's stored views, by name.
pub async fn list(pool: &PgPool, account_id: i64) -> Result<Vec<View>, StoreError> {
    let rows = sqlx::query_as!(
        ViewRow,
        r#"SELECT name, title, description, resolution, target, filter AS "filter: Json<Criteria>", sort FROM views
           WHERE account_id = $1 ORDER BY name"#,
        account_id,
    )
    .fetch_all(pool)
    .await?;
    rows.into_iter().map(ViewRow::read).collect()
}

/// One of an account's stored views.
pub async fn find(pool: &PgPool, account_id: i64, name: &str) -> Result<Option<View>, StoreError> {
    let row = sqlx::query_as!(
        ViewRow,
        r#"SELECT name, title, description, resolution, target, filter AS "filter: Json<Criteria>", sort FROM views
           WHERE account_id = $1 AND name = $2"#,
        account_id,
        name,
    )
    .fetch_optional(pool)
    .await?;
    row.map(ViewRow::read).transpose()
}

/// The outcome of storing a view.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PutOutcome {
    New,
    Replaced,
    /// The account has stored as many views as it may.
    Full,
}

/// Stores a view, in place of the one with its name if there is one.
pub async fn put(pool: &PgPool, account_id: i64, view: &View) -> Result<PutOutcome, StoreError> {
    let stored = sqlx::query!(
        r#"SELECT count(*) AS "count!", count(*) FILTER (WHERE name = $2) AS "same!" FROM views WHERE account_id = $1"#,
        account_id,
        view.name,
    )
    .fetch_one(pool)
    .await?;
    if stored.same == 0 && stored.count >= MOST {
        return Ok(PutOutcome::Full);
    }
    sqlx::query!(
        "INSERT INTO views (account_id, name, title, description, resolution, target, filter, sort)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
         ON CONFLICT (account_id, name)
         DO UPDATE SET title = EXCLUDED.title, description = EXCLUDED.description, resolution = EXCLUDED.resolution,
           target = EXCLUDED.target, filter = EXCLUDED.filter, sort = EXCLUDED.sort",
        account_id,
        view.name,
        view.title,
        view.description,
        view.resolution,
        view.target,
        Json(&view.filter) as _,
        view.order.name(),
    )
    .execute(pool)
    .await?;
    Ok(if stored.same == 0 { PutOutcome::New } else { PutOutcome::Replaced })
}

/// Deletes a view. Returns `false` if none has this name.
pub async fn delete(pool: &PgPool, account_id: i64, name: &str) -> Result<bool, StoreError> {
    let done =
        sqlx::query!("DELETE FROM views WHERE account_id = $1 AND name = $2", account_id, name).execute(pool).await?;
    Ok(done.rows_affected() == 1)
}
