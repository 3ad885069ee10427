//! Whoever comes to a scrub: who is there for the first time, who greets them, and guests who left a name without an
//! account.

use std::collections::BTreeSet;

use sqlx::{PgConnection, PgPool};

use super::{room, rows};
use crate::store::StoreError;
use crate::store::pool;

/// Guests of one scrub at most.
pub const MOST_GUESTS: i64 = 200;

/// Of these people those who were at no earlier scrub of the account, in lower case. If there was none, nobody.
pub async fn first_timers(
    connection: &mut PgConnection,
    account_id: i64,
    scrub: i64,
    names: impl IntoIterator<Item = &String>,
) -> Result<BTreeSet<String>, StoreError> {
    let logins: Vec<String> = names.into_iter().map(|name| name.to_lowercase()).collect();
    if logins.is_empty() {
        return Ok(BTreeSet::new());
    }
    let first = sqlx::query_scalar!(
        r#"SELECT came.login AS "login!"
           FROM accounts a
           CROSS JOIN LATERAL (SELECT scrub FROM scrubs
             WHERE account_id = $1 AND generation = a.generation AND scrub < $2 ORDER BY scrub LIMIT 1) AS earlier
           CROSS JOIN UNNEST($3::text[]) AS came (login)
           LEFT JOIN LATERAL (SELECT true AS came FROM attendees
             WHERE account_id = $1 AND generation = a.generation AND login = came.login AND scrub < $2
             ORDER BY login, scrub LIMIT 1) AS before ON true
           WHERE a.account_id = $1 AND before.came IS NULL"#,
        account_id,
        scrub,
        &logins,
    )
    .fetch_all(connection)
    .await?;
    Ok(first.into_iter().collect())
}

/// What became of a change of who greets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum GreeterOutcome {
    Done,
    /// Somebody else greets by now.
    Changed,
    Closed,
    Unknown,
}

/// Says who greets, in place of whoever does. `None`: nobody.
pub async fn set_greeter(
    pool: &PgPool,
    account_id: i64,
    scrub: i64,
    (from, to): (Option<&str>, Option<&str>),
) -> Result<GreeterOutcome, StoreError> {
    let mut transaction = pool::begin(pool, "BEGIN").await?;
    match rows::scrub(&mut transaction, account_id, scrub).await? {
        None => return Ok(GreeterOutcome::Unknown),
        Some(at) if at.closed => return Ok(GreeterOutcome::Closed),
        Some(_) => {}
    }
    // Whoever changes a room waits for the others.
    room::change(&mut transaction, account_id, scrub).await?;
    let greets = greeter(&mut transaction, account_id, scrub).await?;
    let same = match (&greets, from) {
        (Some(greets), Some(from)) => greets.eq_ignore_ascii_case(from),
        (greets, from) => greets.is_none() && from.is_none(),
    };
    if !same {
        return Ok(GreeterOutcome::Changed);
    }
    match to {
        Some(to) => {
            sqlx::query!(
                "INSERT INTO scrub_greeters (account_id, scrub, greeter) VALUES ($1, $2, $3)
                 ON CONFLICT (account_id, scrub) DO UPDATE SET greeter = EXCLUDED.greeter",
                account_id,
                scrub,
                to,
            )
            .execute(&mut *transaction)
            .await?;
        }
        None => {
            sqlx::query!("DELETE FROM scrub_greeters WHERE account_id = $1 AND scrub = $2", account_id, scrub)
                .execute(&mut *transaction)
                .await?;
        }
    }
    transaction.commit().await?;
    Ok(GreeterOutcome::Done)
}

/// Who greets at a scrub.
pub(super) async fn greeter(
    connection: &mut PgConnection,
    account_id: i64,
    scrub: i64,
) -> Result<Option<String>, StoreError> {
    let greeter = sqlx::query_scalar!(
        "SELECT greeter FROM scrub_greeters WHERE account_id = $1 AND scrub = $2",
        account_id,
        scrub
    );
    Ok(greeter.fetch_optional(connection).await?)
}

/// What became of a guest's coming.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum GuestOutcome {
    /// Under this name: the one that the same tab left first.
    Here(String),
    /// There are as many guests as there may be.
    Full,
    Closed,
    Unknown,
}

/// Takes down the name that somebody left in a tab.
pub async fn add_guest(
    pool: &PgPool,
    account_id: i64,
    scrub: i64,
    (client, name): (&str, &str),
) -> Result<GuestOutcome, StoreError> {
    let mut transaction = pool::begin(pool, "BEGIN").await?;
    match rows::scrub(&mut transaction, account_id, scrub).await? {
        None => return Ok(GuestOutcome::Unknown),
        Some(at) if at.closed => return Ok(GuestOutcome::Closed),
        Some(_) => {}
    }
    room::change(&mut transaction, account_id, scrub).await?;
    let guests = guests(&mut transaction, account_id, scrub).await?;
    if let Some(guest) = guests.iter().find(|guest| guest.client == client) {
        return Ok(GuestOutcome::Here(guest.name.clone()));
    }
    if i64::try_from(guests.len()).is_ok_and(|count| count >= MOST_GUESTS) {
        return Ok(GuestOutcome::Full);
    }
    sqlx::query!(
        "INSERT INTO scrub_guests (account_id, scrub, client, name) VALUES ($1, $2, $3, $4)",
        account_id,
        scrub,
        client,
        name,
    )
    .execute(&mut *transaction)
    .await?;
    transaction.commit().await?;
    Ok(GuestOutcome::Here(name.to_owned()))
}

/// A guest, by the tab in which they left their name.
pub(super) struct Guest {
    pub client: String,
    pub name: String,
}

/// The guests of a scrub.
pub(super) async fn guests(
    connection: &mut PgConnection,
    account_id: i64,
    scrub: i64,
) -> Result<Vec<Guest>, StoreError> {
    let guests = sqlx::query_as!(
        Guest,
        "SELECT client, name FROM scrub_guests WHERE account_id = $1 AND scrub = $2 ORDER BY client",
        account_id,
        scrub,
    );
    Ok(guests.fetch_all(connection).await?)
}

/// Forgets who greets at a scrub that ends, and in which tabs its guests are.
pub(super) async fn clear(connection: &mut PgConnection, account_id: i64, scrub: i64) -> Result<(), StoreError> {
    sqlx::query!("DELETE FROM scrub_greeters WHERE account_id = $1 AND scrub = $2", account_id, scrub)
        .execute(&mut *connection)
        .await?;
    sqlx::query!("DELETE FROM scrub_guests WHERE account_id = $1 AND scrub = $2", account_id, scrub)
        .execute(connection)
        .await?;
    Ok(())
}

/// Deletes what is left of scrubs that have ended.
pub(super) async fn sweep(pool: &PgPool) -> Result<(), StoreError> {
    sqlx::query!(
        "DELETE FROM scrub_greeters g WHERE NOT EXISTS (SELECT FROM current_scrubs s
           WHERE s.account_id = g.account_id AND s.scrub = g.scrub AND s.closed_at IS NULL)"
    )
    .execute(pool)
    .await?;
    sqlx::query!(
        "DELETE FROM scrub_guests g WHERE NOT EXISTS (SELECT FROM current_scrubs s
           WHERE s.account_id = g.account_id AND s.scrub = g.scrub AND s.closed_at IS NULL)"
    )
    .execute(pool)
    .await?;
    Ok(())
}
