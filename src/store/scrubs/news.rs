//! What changed in a scrub between two positions of the log, for whoever follows it.

use std::collections::{BTreeMap, BTreeSet};

use sqlx::{PgConnection, PgPool};

use super::shape::Shape;
use crate::activity::{Fact, ScrubFact, Sight};
use crate::store::items::ItemAddress;
use crate::store::log::scrub_events_between;
use crate::store::places::names_of;
use crate::store::pool::{self, ONE_MOMENT};
use crate::store::{StoreError, remarks};

/// What changed, as far as a reader sees it.
#[derive(Clone, Debug, Default)]
pub struct ScrubNews {
    /// The rows of the deck that changed, by the reader's numbers, each with whether its note did.
    pub rows: BTreeMap<i64, bool>,
    /// Of what else than items events are about: the ids of repositories, and `None` for the account.
    pub directory: BTreeSet<Option<i64>>,
}

/// What the events after one position, up to and including another, changed in a scrub.
pub async fn news(
    pool: &PgPool,
    account_id: i64,
    (scrub, imported): (i64, bool),
    sight: &Sight,
    (after, to): (i64, i64),
) -> Result<ScrubNews, StoreError> {
    let mut moment = pool::begin(pool, ONE_MOMENT).await?;
    let (items, directory) = touched(&mut moment, account_id, (after, to)).await?;
    let mut places = BTreeMap::new();
    if !items.is_empty() {
        places = places_of(&mut moment, account_id, scrub, sight, &items).await?;
    }
    let kinds = &ScrubFact::KINDS_OF_SCRUBS;
    for logged in scrub_events_between(&mut *moment, account_id, (after, to), kinds).await? {
        let Fact::Scrub(fact) = &logged.event.fact else { continue };
        let (_, about) = fact.places().filter(|(of, _)| *of == scrub).unwrap_or_default();
        for place in about {
            places.entry(place).or_insert(false);
        }
    }
    let shape = Shape::of(&mut moment, account_id, (scrub, imported), sight).await?;
    let shown = |place: i64| shape.as_ref().map_or(Some(place), |shape| shape.shown(place));
    let rows = places.into_iter().filter_map(|(place, noted)| Some((shown(place)?, noted))).collect();
    Ok(ScrubNews { rows, directory })
}

/// The items that events are about, each with whether its note was written, and what else they are about.
async fn touched(
    connection: &mut PgConnection,
    account_id: i64,
    (after, to): (i64, i64),
) -> Result<(BTreeMap<ItemAddress, bool>, BTreeSet<Option<i64>>), StoreError> {
    let rows = sqlx::query!(
        r#"SELECT repo_id, number, bool_or(kind = 'noted') AS "noted!" FROM events
           WHERE account_id = $1 AND position > $2 AND position <= $3 AND (source <> 'scrub' OR number IS NOT NULL)
           GROUP BY repo_id, number"#,
        account_id,
        after,
        to,
    )
    .fetch_all(connection)
    .await?;
    let items = rows.iter().filter_map(|row| Some(((row.repo_id?, row.number?), row.noted))).collect();
    let directory = rows.iter().filter(|row| row.number.is_none()).map(|row| row.repo_id).collect();
    Ok((items, directory))
}

/// The places that items have in a deck, under the keys that they had when it was dealt, as far as the reader sees what
/// became of them.
async fn places_of(
    connection: &mut PgConnection,
    account_id: i64,
    scrub: i64,
    sight: &Sight,
    items: &BTreeMap<ItemAddress, bool>,
) -> Result<BTreeMap<i64, bool>, StoreError> {
    let repo_ids: BTreeSet<i64> = items.keys().map(|(repo_id, _)| *repo_id).collect();
    let seen = names_of(connection, account_id, sight, &repo_ids).await?;
    let addresses: Vec<ItemAddress> = items.keys().filter(|(repo_id, _)| seen.contains_key(repo_id)).copied().collect();
    let lineages = remarks::lineages(connection, account_id, sight, &addresses).await?;
    let keys = lineages.iter().flat_map(|(address, line)| {
        let noted = items.get(address).copied().unwrap_or_default();
        line.iter().map(move |(repo_id, number)| (*repo_id, *number, noted))
    });
    let (mut repo_ids, mut numbers, mut noted) = (vec![], vec![], vec![]);
    for (repo_id, number, is_noted) in keys {
        repo_ids.push(repo_id);
        numbers.push(number);
        noted.push(is_noted);
    }
    let rows = sqlx::query!(
        r#"SELECT d.place AS "place!", wanted.noted AS "noted!" FROM accounts a
           CROSS JOIN UNNEST($3::bigint[], $4::bigint[], $5::boolean[]) AS wanted (repo_id, number, noted)
           CROSS JOIN LATERAL (SELECT place FROM deck_rows WHERE account_id = $1 AND generation = a.generation
             AND repo_id = wanted.repo_id AND number BETWEEN wanted.number AND wanted.number AND scrub = $2
             ORDER BY number LIMIT 1) AS d
           WHERE a.account_id = $1"#,
        account_id,
        scrub,
        &repo_ids,
        &numbers,
        &noted,
    )
    .fetch_all(connection)
    .await?;
    let mut places = BTreeMap::new();
    for row in rows {
        *places.entry(row.place).or_default() |= row.noted;
    }
    Ok(places)
}
