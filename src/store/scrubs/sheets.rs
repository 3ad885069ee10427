//! What a spreadsheet's rows are about: items by the names that sheets call them, and what is known
//! of each.

use std::collections::{BTreeMap, HashMap};

use chrono::NaiveDate;
use sqlx::{PgConnection, PgPool};

use crate::activity::{Fact, ItemType, NoteText, Remarks, ScrubFact};
use crate::store::items::ItemAddress;
use crate::store::log::EventRow;
use crate::store::{StoreError, remarks};

/// An item as a sheet calls it.
#[derive(Clone, Debug)]
pub struct Called {
    /// `owner/name` in small letters.
    pub repository: String,
    pub item_type: ItemType,
    pub number: i64,
}

/// What is known of an item.
#[derive(Clone, Debug)]
pub struct Kept {
    /// Where it is today.
    pub address: ItemAddress,
    pub open: bool,
    pub remarks: Remarks,
    /// Every text that its note has had, oldest first, with its position.
    pub notes: Vec<(i64, NoteText)>,
    /// Scrubs whose deck it was in.
    pub decks: Vec<i64>,
}

/// A scrub, as far as sheets go.
#[derive(Clone, Debug)]
pub struct Numbered {
    pub scrub: i64,
    pub date: Option<NaiveDate>,
    pub opened_position: i64,
    pub imported: bool,
}

/// All of one moment, the account's `position`.
#[derive(Debug)]
pub struct Known {
    pub position: i64,
    /// By place in what was asked for; what is not here is left out.
    pub items: BTreeMap<usize, Kept>,
    /// By number.
    pub scrubs: BTreeMap<i64, Numbered>,
}

/// Looks items up.
pub async fn known(pool: &PgPool, account_id: i64, private: bool, called: &[Called]) -> Result<Known, StoreError> {
    let mut moment = pool.begin_with("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY").await?;
    let head = sqlx::query!("SELECT head_position, generation FROM accounts WHERE account_id = $1", account_id)
        .fetch_one(&mut *moment)
        .await?;
    let found = found(&mut moment, account_id, private, called).await?;
    let addresses: Vec<ItemAddress> = found.values().map(|(address, _)| *address).collect();
    let mut remarks = remarks::of(&mut moment, account_id, head.generation, &addresses).await?;
    let mut notes = notes(&mut moment, account_id, &addresses).await?;
    let mut decks = decks(&mut moment, account_id, head.generation, &addresses).await?;
    let items = found.into_iter().map(|(place, (address, open))| {
        let kept = Kept {
            address,
            open,
            remarks: remarks.remove(&address).unwrap_or_default(),
            notes: notes.remove(&address).unwrap_or_default(),
            decks: decks.remove(&address).unwrap_or_default(),
        };
        (place, kept)
    });
    let items = items.collect();
    let scrubs = sqlx::query_as!(
        Numbered,
        "SELECT scrub, date, opened_position, imported FROM scrubs WHERE account_id = $1 AND generation = $2",
        account_id,
        head.generation,
    )
    .fetch_all(&mut *moment)
    .await?;
    let scrubs = scrubs.into_iter().map(|numbered| (numbered.scrub, numbered)).collect();
    Ok(Known { position: head.head_position, items, scrubs })
}

/// Where each is today, and whether it is open.
async fn found(
    moment: &mut PgConnection,
    account_id: i64,
    private: bool,
    called: &[Called],
) -> Result<BTreeMap<usize, (ItemAddress, bool)>, StoreError> {
    let repositories: Vec<&str> = called.iter().map(|called| called.repository.as_str()).collect();
    let types: Vec<&str> = called.iter().map(|called| called.item_type.name()).collect();
    let numbers: Vec<i64> = called.iter().map(|called| called.number).collect();
    let rows = sqlx::query!(
        r#"SELECT wanted.place AS "place!", i.repo_id, i.number, i.state = 'open' AS "open!", i.live,
                  i.folded -> 'transferred_to' IS NOT NULL AS "transferred!"
           FROM UNNEST($3::text[], $4::text[], $5::bigint[]) WITH ORDINALITY AS wanted (repository, type, number, place)
           JOIN visible_repositories r ON r.account_id = $1 AND ($2 OR NOT r.private)
             AND lower(r.owner || '/' || r.name) = wanted.repository
           JOIN items i ON i.account_id = $1 AND i.generation = r.generation AND i.repo_id = r.repo_id
             AND i.number = wanted.number AND i.type = wanted.type AND i.state IS NOT NULL"#,
        account_id,
        private,
        repositories as _,
        types as _,
        &numbers,
    )
    .fetch_all(&mut *moment)
    .await?;
    let mut found = BTreeMap::new();
    for row in rows {
        let place = usize::try_from(row.place - 1).unwrap_or_default();
        if row.live {
            found.insert(place, ((row.repo_id, row.number), row.open));
        } else if row.transferred {
            let key = remarks::current_key(moment, account_id, (row.repo_id, row.number)).await?;
            let open = super::stand::is_open(moment, account_id, key).await?;
            found.entry(place).or_insert((key, open));
        }
    }
    Ok(found)
}

async fn notes(
    moment: &mut PgConnection,
    account_id: i64,
    addresses: &[ItemAddress],
) -> Result<HashMap<ItemAddress, Vec<(i64, NoteText)>>, StoreError> {
    let lineages = remarks::lineages(moment, account_id, addresses).await?;
    let mut of_key: HashMap<ItemAddress, ItemAddress> = HashMap::new();
    for (address, line) in &lineages {
        of_key.extend(line.iter().map(|key| (*key, *address)));
    }
    let (repo_ids, numbers): (Vec<i64>, Vec<i64>) = of_key.keys().copied().unzip();
    let rows = sqlx::query_as!(
        EventRow,
        r#"SELECT e.position, e.source_key, e.source, e.kind, e.actor_login, e.actor_id, e.actor_bot, e.occurred_at,
                  e.recorded_at, e.data::text AS "data!"
           FROM UNNEST($2::bigint[], $3::bigint[]) AS wanted (repo_id, number)
           CROSS JOIN LATERAL (SELECT * FROM events
             WHERE account_id = $1 AND repo_id = wanted.repo_id AND number = wanted.number AND kind = 'noted') AS e
           ORDER BY e.position"#,
        account_id,
        &repo_ids,
        &numbers,
    )
    .fetch_all(moment)
    .await?;
    let mut notes: HashMap<ItemAddress, Vec<(i64, NoteText)>> = HashMap::new();
    for logged in rows.into_iter().filter_map(EventRow::known) {
        if let Fact::Scrub(ScrubFact::Noted { repo_id, number, text, .. }) = logged.event.fact
            && let Some(address) = of_key.get(&(repo_id, number))
        {
            notes.entry(*address).or_default().push((logged.position, text));
        }
    }
    Ok(notes)
}

async fn decks(
    moment: &mut PgConnection,
    account_id: i64,
    generation: i64,
    addresses: &[ItemAddress],
) -> Result<HashMap<ItemAddress, Vec<i64>>, StoreError> {
    let (repo_ids, numbers): (Vec<i64>, Vec<i64>) = addresses.iter().copied().unzip();
    let rows = sqlx::query!(
        "SELECT d.repo_id, d.number, d.scrub FROM UNNEST($3::bigint[], $4::bigint[]) AS wanted (repo_id, number)
         JOIN deck_rows d ON d.account_id = $1 AND d.generation = $2 AND d.repo_id = wanted.repo_id
           AND d.number = wanted.number",
        account_id,
        generation,
        &repo_ids,
        &numbers,
    )
    .fetch_all(moment)
    .await?;
    let mut decks: HashMap<ItemAddress, Vec<i64>> = HashMap::new();
    for row in rows {
        decks.entry((row.repo_id, row.number)).or_default().push(row.scrub);
    }
    Ok(decks)
}

/// Rows of spreadsheets about items that are not here, oldest first.
pub async fn unplaced(pool: &PgPool, account_id: i64, limit: i64) -> Result<Vec<(i64, ScrubFact)>, StoreError> {
    let rows = sqlx::query!(
        r#"SELECT u.position, u.told::text AS "told!" FROM accounts a JOIN unplaced_rows u USING (account_id, generation)
           WHERE a.account_id = $1 ORDER BY u.position LIMIT $2"#,
        account_id,
        limit,
    )
    .fetch_all(pool)
    .await?;
    let read = |told: &str| {
        serde_json::from_str(told).map_err(|error| StoreError::Unreadable(format!("an unplaced row: {error}")))
    };
    rows.into_iter().map(|row| Ok((row.position, read(&row.told)?))).collect()
}
