//! What a spreadsheet's rows are about: items by the names that sheets call them, and what is known
//! of each.

use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet, HashMap};

use chrono::{DateTime, NaiveDate, Utc};
use sqlx::{PgConnection, PgPool};

use super::notes::done_with;
use super::placing;
use crate::activity::{Fact, HISTORIC, ItemType, Mark, NoteText, Remarks, ScrubFact, Sight};
use crate::store::items::ItemAddress;
use crate::store::{StoreError, remarks};

/// Unplaced rows that are looked at, the newest.
const MOST_UNPLACED: i64 = 100_000;

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
    pub remarks: Remarks,
    /// Every text that its note has had, oldest first, with its position.
    pub notes: Vec<(i64, NoteText)>,
    /// Its marks as of the position that was asked for.
    pub then: Vec<Mark>,
    /// Scrubs whose deck it was in.
    pub decks: Vec<i64>,
}

/// A scrub, as far as sheets go.
#[derive(Clone, Debug)]
pub struct Numbered {
    pub scrub: i64,
    pub date: Option<NaiveDate>,
    pub host: Option<String>,
    pub attendees: Vec<String>,
    pub opened_at: Option<DateTime<Utc>>,
    pub opened_position: i64,
    pub imported: bool,
    /// The position at which its round began.
    pub started: i64,
    /// `None` while it is open, and for one that a spreadsheet tells of.
    pub closed_position: Option<i64>,
}

impl Numbered {
    /// Whether its sheet shows an item with these marks as read: it was read in it, or in its round
    /// by its end.
    pub fn shows_read(&self, marks: &[Mark]) -> bool {
        let end = self.closed_position.unwrap_or(i64::MAX);
        let in_time = |mark: &Mark| !self.imported && mark.position > self.started && mark.position <= end;
        marks.iter().any(|mark| mark.scrub == Some(self.scrub) || in_time(mark))
    }
}

/// All of one moment, the account's `position`.
#[derive(Debug)]
pub struct Known {
    pub position: i64,
    /// By place in what was asked for; what is not here, or may not be seen, is left out.
    pub items: BTreeMap<usize, Kept>,
    /// What is here and may not be seen.
    pub hidden: BTreeSet<usize>,
    /// Repositories that may be seen, by the names asked for.
    pub repositories: BTreeSet<String>,
    /// By number.
    pub scrubs: BTreeMap<i64, Numbered>,
}

/// Looks items up, and what was read by a position of the log.
pub async fn known(
    pool: &PgPool,
    account_id: i64,
    sight: &Sight,
    called: &[Called],
    then: Option<i64>,
) -> Result<Known, StoreError> {
    let mut moment = pool.begin_with("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY").await?;
    let head = sqlx::query!("SELECT head_position, generation FROM accounts WHERE account_id = $1", account_id)
        .fetch_one(&mut *moment)
        .await?;
    let placed = placing::place(&mut moment, account_id, called).await?;
    let (seen, hidden): (Vec<_>, Vec<_>) =
        placed.items.into_iter().partition(|(_, found)| sight.sees(found.address.0, found.private));
    let addresses: Vec<ItemAddress> = seen.iter().map(|(_, found)| found.address).collect();
    let remarks = remarks::of(&mut moment, account_id, head.generation, &addresses).await?;
    let told = told(&mut moment, account_id, &addresses, then).await?;
    let decks = decks(&mut moment, account_id, head.generation, &addresses).await?;
    let items = seen.into_iter().map(|(place, found)| {
        let address = found.address;
        // Two rows may mean one item: by its former name, or by where it was.
        let (notes, then) = told.get(&address).cloned().unwrap_or_default();
        let kept = Kept {
            address,
            remarks: remarks.get(&address).cloned().unwrap_or_default(),
            notes,
            then,
            decks: decks.get(&address).cloned().unwrap_or_default(),
        };
        (place, kept)
    });
    let items = items.collect();
    let scrubs = numbered(&mut moment, account_id, None).await?;
    let scrubs = scrubs.into_iter().map(|numbered| (numbered.scrub, numbered)).collect();
    let repositories = placed.repositories.into_iter().filter(|(_, (repo_id, private))| sight.sees(*repo_id, *private));
    let repositories = repositories.map(|(name, _)| name).collect();
    let hidden = hidden.into_iter().map(|(place, _)| place).collect();
    Ok(Known { position: head.head_position, items, hidden, repositories, scrubs })
}

/// One scrub.
pub async fn scrub(pool: &PgPool, account_id: i64, scrub: i64) -> Result<Option<Numbered>, StoreError> {
    let mut connection = pool.acquire().await?;
    Ok(numbered(&mut connection, account_id, Some(scrub)).await?.pop())
}

/// All scrubs, or one.
async fn numbered(
    connection: &mut PgConnection,
    account_id: i64,
    scrub: Option<i64>,
) -> Result<Vec<Numbered>, StoreError> {
    let scrubs = sqlx::query_as!(
        Numbered,
        r#"SELECT s.scrub, s.date, s.host, s.opened_at, s.opened_position, s.imported,
                  coalesce(r.started_position, $3) AS "started!", closed.position AS "closed_position?",
                  ARRAY(SELECT t.name FROM attendees t
                        WHERE t.account_id = $1 AND t.generation = s.generation AND t.scrub = s.scrub
                        ORDER BY t.position, t.login) AS "attendees!"
           FROM accounts a
           JOIN scrubs s USING (account_id, generation)
           LEFT JOIN rounds r ON r.account_id = $1 AND r.generation = s.generation AND r.view = s.view
             AND r.round = s.round
           LEFT JOIN events closed ON closed.account_id = $1 AND closed.source_key = 'scrub:' || s.scrub || ':closed'
           WHERE a.account_id = $1 AND ($2::bigint IS NULL OR s.scrub = $2)"#,
        account_id,
        scrub,
        HISTORIC,
    )
    .fetch_all(connection)
    .await?;
    Ok(scrubs)
}

/// Every note that items had, with its position, and the marks by a position of the log.
async fn told(
    moment: &mut PgConnection,
    account_id: i64,
    addresses: &[ItemAddress],
    then: Option<i64>,
) -> Result<HashMap<ItemAddress, (Vec<(i64, NoteText)>, Vec<Mark>)>, StoreError> {
    let lineages = remarks::lineages(moment, account_id, addresses).await?;
    let keys: BTreeSet<ItemAddress> = lineages.values().flatten().copied().collect();
    let keys: Vec<ItemAddress> = keys.into_iter().collect();
    let kinds: &[&str] = if then.is_some() { &["noted", "read", "unread"] } else { &["noted"] };
    let mut notes: HashMap<ItemAddress, Vec<(i64, NoteText)>> = HashMap::new();
    let mut marks: HashMap<ItemAddress, Remarks> = HashMap::new();
    for logged in done_with(moment, account_id, &keys, kinds).await? {
        let Fact::Scrub(fact) = &logged.event.fact else { continue };
        let Some(key) = fact.item() else { continue };
        if let ScrubFact::Noted { text, .. } = fact {
            notes.entry(key).or_default().push((logged.position, text.clone()));
        } else if then.is_some_and(|then| logged.position <= then) {
            let actor = logged.event.actor.as_ref();
            marks.entry(key).or_default().apply(logged.position, logged.event.occurred_at, actor, fact);
        }
    }
    let of = lineages.into_iter().map(|(address, line)| {
        let mut all: Vec<(i64, NoteText)> = line.iter().filter_map(|key| notes.get(key)).flatten().cloned().collect();
        all.sort_by_key(|(position, _)| *position);
        let marks = line.iter().filter_map(|key| marks.get(key)).cloned().reduce(Remarks::with_older);
        (address, (all, marks.unwrap_or_default().marks))
    });
    Ok(of.collect())
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

/// A row that is kept until its item is here.
#[derive(Clone, Debug)]
pub struct Unplaced {
    /// Of the event that keeps it.
    pub position: i64,
    pub called: Called,
    /// As the spreadsheet wrote it.
    pub repository: String,
    pub scrub: Option<i64>,
    pub text: NoteText,
    pub read: bool,
}

/// Rows of spreadsheets about items that are not here, oldest first, of each item the newest scrub's
/// that says anything. A reader who does not see all repositories is told of those
/// that are here and that they see.
pub async fn unplaced(
    pool: &PgPool,
    account_id: i64,
    sight: &Sight,
    limit: usize,
) -> Result<Vec<Unplaced>, StoreError> {
    let mut moment = pool.begin_with("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY").await?;
    let rows = sqlx::query!(
        r#"SELECT u.position, u.told::text AS "told!" FROM accounts a JOIN unplaced_rows u USING (account_id, generation)
           WHERE a.account_id = $1 ORDER BY u.position DESC LIMIT $2"#,
        account_id,
        MOST_UNPLACED,
    )
    .fetch_all(&mut *moment)
    .await?;
    let mut newest: BTreeMap<(String, &str, i64), Unplaced> = BTreeMap::new();
    for row in rows {
        let told = serde_json::from_str(&row.told)
            .map_err(|error| StoreError::Unreadable(format!("an unplaced row: {error}")))?;
        let ScrubFact::Unplaced { repository, item_type, number, scrub, text, read } = told else { continue };
        let called = Called { repository: repository.to_lowercase(), item_type, number };
        let key = (called.repository.clone(), item_type.name(), number);
        let row = Unplaced { position: row.position, called, repository, scrub, text, read };
        let weight = |row: &Unplaced| (!row.text.is_empty(), row.scrub, row.position);
        match newest.entry(key) {
            Entry::Vacant(new) => drop(new.insert(row)),
            Entry::Occupied(mut known) => {
                let read = row.read || known.get().read;
                if weight(&row) > weight(known.get()) {
                    known.insert(row);
                }
                known.get_mut().read = read;
            }
        }
    }
    let mut rows: Vec<Unplaced> = newest.into_values().collect();
    let called: Vec<Called> = rows.iter().map(|row| row.called.clone()).collect();
    let placed = placing::place(&mut moment, account_id, &called).await?;
    let mut place = 0..;
    rows.retain(|row| {
        let here = place.next().is_some_and(|place| placed.items.contains_key(&place));
        let seen = placed.repositories.get(&row.called.repository);
        !here && (sight.is_all() || seen.is_some_and(|(repo_id, private)| sight.sees(*repo_id, *private)))
    });
    rows.sort_by_key(|row| row.position);
    rows.truncate(limit);
    Ok(rows)
}
