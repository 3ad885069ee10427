//! Rows of a deck that people take to read by themselves, each for a while.

use std::collections::BTreeSet;

use sqlx::{PgConnection, PgPool};

use super::cursor::{self, ToRead};
use super::shape::Shape;
use super::{room, rows};
use crate::activity::Sight;
use crate::scrub::room::LEASE;
use crate::store::StoreError;
use crate::store::{clock, pool};

/// What somebody wants of claims. Places are their own numbers.
#[derive(Clone, Debug)]
pub enum ClaimWish {
    /// The next so many rows after the cursor that are to be read and are nobody's.
    Take(usize),
    Places(Vec<i64>),
    Release(Vec<i64>),
    ReleaseAll,
}

/// What became of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ClaimOutcome {
    Done,
    /// There is no such scrub.
    Unknown,
    Closed,
    /// One of the places is not in the deck.
    NoPlace,
    /// One of the places is somebody else's.
    Taken,
}

/// Takes rows, or gives them back.
pub async fn claim(
    pool: &PgPool,
    account_id: i64,
    scrub: i64,
    sight: &Sight,
    (name, wish): (&str, ClaimWish),
) -> Result<ClaimOutcome, StoreError> {
    let mut transaction = pool::begin(pool, "BEGIN").await?;
    let at = match rows::scrub(&mut transaction, account_id, scrub).await? {
        Some(at) if at.closed => return Ok(ClaimOutcome::Closed),
        Some(at) => at,
        None => return Ok(ClaimOutcome::Unknown),
    };
    // From here on, others who take rows wait.
    room::change(&mut transaction, account_id, scrub).await?;
    let login = name.to_lowercase();
    let shape = Shape::of(&mut transaction, account_id, (scrub, false), sight).await?;
    let real = |places: Vec<i64>| -> Vec<i64> {
        places.into_iter().map(|shown| shape.as_ref().map_or(shown, |shape| shape.place(shown))).collect()
    };
    let places = match wish {
        ClaimWish::ReleaseAll => {
            release(&mut transaction, account_id, scrub, (&login, None)).await?;
            transaction.commit().await?;
            return Ok(ClaimOutcome::Done);
        }
        ClaimWish::Release(places) => {
            release(&mut transaction, account_id, scrub, (&login, Some(&real(places)))).await?;
            transaction.commit().await?;
            return Ok(ClaimOutcome::Done);
        }
        ClaimWish::Places(places) => {
            let places: BTreeSet<i64> = real(places).into_iter().collect();
            for place in &places {
                if !cursor::is_seen(&mut transaction, account_id, (scrub, *place), sight).await? {
                    return Ok(ClaimOutcome::NoPlace);
                }
            }
            places.into_iter().collect()
        }
        ClaimWish::Take(most) => next(&mut transaction, account_id, scrub, sight, (&at, most)).await?,
    };
    let now = clock::now(&mut *transaction).await?;
    let taken = sqlx::query!(
        "INSERT INTO scrub_claims AS c (account_id, scrub, place, login, name, until)
         SELECT a.account_id, $2, wanted.place, $4, $5, $6
         FROM accounts a CROSS JOIN UNNEST($3::bigint[]) AS wanted (place) WHERE a.account_id = $1 ORDER BY wanted.place
         ON CONFLICT (account_id, scrub, place) DO UPDATE SET
           login = EXCLUDED.login, name = EXCLUDED.name, until = EXCLUDED.until
         WHERE c.login = EXCLUDED.login OR c.until <= $7",
        account_id,
        scrub,
        &places,
        login,
        name,
        now + LEASE,
        now,
    )
    .execute(&mut *transaction)
    .await?;
    if taken.rows_affected() < places.len() as u64 {
        return Ok(ClaimOutcome::Taken);
    }
    transaction.commit().await?;
    Ok(ClaimOutcome::Done)
}

/// The places of the next rows after the cursor that are to be read and are nobody's, but for the cursor's own.
async fn next(
    connection: &mut PgConnection,
    account_id: i64,
    scrub: i64,
    sight: &Sight,
    (at, most): (&rows::ScrubRow, usize),
) -> Result<Vec<i64>, StoreError> {
    let mut taken: BTreeSet<i64> =
        room::claims(connection, account_id, scrub).await?.into_iter().map(|claim| claim.place).collect();
    let cursor = at.cursor(scrub).seen_by(connection, account_id, sight).await?;
    taken.extend(at.place.into_iter().chain(cursor));
    let started = cursor::started(connection, account_id, (scrub, at)).await?;
    let to_read = ToRead { account_id, scrub, sight, started, read: &taken };
    to_read.some_after(connection, cursor.unwrap_or(0), most).await
}

async fn release(
    connection: &mut PgConnection,
    account_id: i64,
    scrub: i64,
    (login, places): (&str, Option<&[i64]>),
) -> Result<(), StoreError> {
    sqlx::query!(
        "DELETE FROM scrub_claims WHERE account_id = $1 AND scrub = $2 AND login = $3
           AND ($4::bigint[] IS NULL OR place = ANY($4))",
        account_id,
        scrub,
        login,
        places,
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// The places of the rows that others than `name` have taken.
pub(super) async fn of_others(
    connection: &mut PgConnection,
    account_id: i64,
    scrub: i64,
    name: &str,
) -> Result<BTreeSet<i64>, StoreError> {
    let places = sqlx::query_scalar!(
        "SELECT place FROM scrub_claims
         WHERE account_id = $1 AND scrub = $2 AND login <> $3 AND until > clock_timestamp()",
        account_id,
        scrub,
        name.to_lowercase(),
    )
    .fetch_all(connection)
    .await?;
    Ok(places.into_iter().collect())
}

/// Ends the claim of a row, whoever has it.
pub(super) async fn end(
    connection: &mut PgConnection,
    account_id: i64,
    scrub: i64,
    place: i64,
) -> Result<(), StoreError> {
    let is_taken = sqlx::query_scalar!(
        r#"SELECT EXISTS (SELECT FROM scrub_claims WHERE account_id = $1 AND scrub = $2 AND place = $3) AS "taken!""#,
        account_id,
        scrub,
        place,
    )
    .fetch_one(&mut *connection)
    .await?;
    if is_taken {
        room::change(connection, account_id, scrub).await?;
        sqlx::query!(
            "DELETE FROM scrub_claims WHERE account_id = $1 AND scrub = $2 AND place = $3",
            account_id,
            scrub,
            place,
        )
        .execute(connection)
        .await?;
    }
    Ok(())
}
