//! Who is there: a row for each tab, which expires.

use chrono::{DateTime, Utc};
use sqlx::PgPool;

use super::room;
use super::rows;
use super::shape::Shape;
use crate::activity::Sight;
use crate::scrub::room::{LEASE, PRESENT};
use crate::store::StoreError;
use crate::store::{clock, pool};

/// Tabs of one room at most; whoever comes later is not seen there.
const MOST_TABS: i64 = 2_000;
/// Of these, tabs of those who are not named.
const MOST_WATCHING: i64 = 1_000;

/// What a tab tells of itself.
#[derive(Clone, Debug)]
pub struct TabReport<'a> {
    /// `None`: somebody who only reads.
    pub name: Option<&'a str>,
    pub client: &'a str,
    /// The place that they look at, by their own number.
    pub place: Option<i64>,
    pub following: bool,
    pub typing: bool,
    pub leaving: bool,
}

/// What became of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PresenceOutcome {
    Here {
        /// The tab was not there before.
        came: bool,
        /// Something changed that others see.
        changed: bool,
    },
    /// There is no such scrub.
    Unknown,
    /// The scrub is closed: nobody is in its room.
    Closed,
}

/// A tab as it was.
struct TabRow {
    place: Option<i64>,
    following: bool,
    typing: bool,
    expires_at: DateTime<Utc>,
    now: DateTime<Utc>,
}

/// Takes down that a tab is there, or leaves.
pub async fn hear(
    pool: &PgPool,
    account_id: i64,
    scrub: i64,
    sight: &Sight,
    heard: TabReport<'_>,
) -> Result<PresenceOutcome, StoreError> {
    let mut connection = pool.acquire().await?;
    let Some(at) = rows::scrub(&mut connection, account_id, scrub).await? else { return Ok(PresenceOutcome::Unknown) };
    if at.closed {
        return Ok(PresenceOutcome::Closed);
    }
    // Who follows is where the cursor is.
    let place = match heard.place.filter(|_| !heard.following) {
        Some(shown) => {
            let shape = Shape::of(&mut connection, account_id, (scrub, false), sight).await?;
            Some(shape.map_or(shown, |shape| shape.place(shown)))
        }
        None => None,
    };
    let name = heard.name.unwrap_or_default();
    let login = name.to_lowercase();
    let known = sqlx::query_as!(
        TabRow,
        r#"SELECT place, following, typing, expires_at, clock_timestamp() AS "now!" FROM scrub_presences
           WHERE account_id = $1 AND scrub = $2 AND login = $3 AND client = $4"#,
        account_id,
        scrub,
        login,
        heard.client,
    )
    .fetch_optional(&mut *connection)
    .await?;
    drop(connection);
    let here = known.filter(|known| known.expires_at > known.now);
    let same = here
        .as_ref()
        .is_some_and(|known| (known.place, known.following, known.typing) == (place, heard.following, heard.typing));
    match (here.is_some(), heard.leaving) {
        (false, true) => return Ok(PresenceOutcome::Here { came: false, changed: false }),
        (true, true) => leave(pool, account_id, scrub, &login, heard.client).await?,
        (true, false) if same => stay(pool, account_id, scrub, &login, heard.client).await?,
        _ => put(pool, account_id, scrub, (&login, name, place), &heard).await?,
    }
    if !login.is_empty() && !heard.leaving {
        renew_claims(pool, account_id, scrub, &login).await?;
    }
    Ok(PresenceOutcome::Here { came: here.is_none(), changed: !same || heard.leaving })
}

async fn stay(pool: &PgPool, account_id: i64, scrub: i64, login: &str, client: &str) -> Result<(), StoreError> {
    sqlx::query!(
        "UPDATE scrub_presences SET expires_at = statement_timestamp() + make_interval(secs => $5)
         WHERE account_id = $1 AND scrub = $2 AND login = $3 AND client = $4",
        account_id,
        scrub,
        login,
        client,
        PRESENT.num_seconds() as f64,
    )
    .execute(pool)
    .await?;
    Ok(())
}

async fn leave(pool: &PgPool, account_id: i64, scrub: i64, login: &str, client: &str) -> Result<(), StoreError> {
    let mut transaction = pool::begin(pool, "BEGIN").await?;
    room::change(&mut transaction, account_id, scrub).await?;
    sqlx::query!(
        "UPDATE scrub_presences SET expires_at = statement_timestamp(), changed_at = statement_timestamp(), typing = false
         WHERE account_id = $1 AND scrub = $2 AND login = $3 AND client = $4 AND expires_at > statement_timestamp()",
        account_id,
        scrub,
        login,
        client,
    )
    .execute(&mut *transaction)
    .await?;
    transaction.commit().await?;
    Ok(())
}

async fn put(
    pool: &PgPool,
    account_id: i64,
    scrub: i64,
    (login, name, place): (&str, &str, Option<i64>),
    heard: &TabReport<'_>,
) -> Result<(), StoreError> {
    let mut transaction = pool::begin(pool, "BEGIN").await?;
    room::change(&mut transaction, account_id, scrub).await?;
    let now = clock::now(&mut *transaction).await?;
    let most = if login.is_empty() { MOST_WATCHING } else { MOST_TABS };
    let open = sqlx::query_scalar!(
        r#"SELECT count(*) AS "open!" FROM (SELECT FROM scrub_presences WHERE account_id = $1 AND scrub = $2
             AND expires_at > $3 AND (login = '' OR $4 <> '') LIMIT $5) AS open"#,
        account_id,
        scrub,
        now,
        login,
        most,
    )
    .fetch_one(&mut *transaction)
    .await?;
    if open < most {
        sqlx::query!(
            "INSERT INTO scrub_presences AS p
               (account_id, scrub, login, client, name, place, following, typing, came_at, changed_at, expires_at)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $9, $10)
             ON CONFLICT (account_id, scrub, login, client) DO UPDATE SET
               name = EXCLUDED.name, place = EXCLUDED.place, following = EXCLUDED.following, typing = EXCLUDED.typing,
               came_at = CASE WHEN p.expires_at > EXCLUDED.came_at THEN p.came_at ELSE EXCLUDED.came_at END,
               changed_at = EXCLUDED.changed_at, expires_at = EXCLUDED.expires_at",
            account_id,
            scrub,
            login,
            heard.client,
            name,
            place,
            heard.following,
            heard.typing,
            now,
            now + PRESENT,
        )
        .execute(&mut *transaction)
        .await?;
    }
    transaction.commit().await?;
    Ok(())
}

/// Somebody who is there keeps the rows that they took.
async fn renew_claims(pool: &PgPool, account_id: i64, scrub: i64, login: &str) -> Result<(), StoreError> {
    sqlx::query!(
        "UPDATE scrub_claims SET until = statement_timestamp() + make_interval(secs => $4)
         WHERE account_id = $1 AND scrub = $2 AND place IN (SELECT place FROM scrub_claims
           WHERE account_id = $1 AND scrub = $2 AND login = $3
             AND until BETWEEN statement_timestamp() AND statement_timestamp() + make_interval(secs => $4 - 60)
           ORDER BY place FOR UPDATE)",
        account_id,
        scrub,
        login,
        LEASE.num_seconds() as f64,
    )
    .execute(pool)
    .await?;
    Ok(())
}
