//! Items of an account whose titles are like another's, open or not.
//!
//! How many rows are looked at is bounded, whatever titles there are. First come the newest items of the item's own
//! repository, and some of the others: they are compared one by one, and show which words are common. The title's rare
//! words are then looked for everywhere, by the trigram indexes of folded titles. A word that turns out to be common is
//! given up. All of that is about what the reader sees and nothing else, so that nothing hidden changes an answer.

use std::collections::HashMap;

use chrono::{DateTime, NaiveDate, Utc};
use chrono_tz::Tz;
use sqlx::{PgConnection, PgPool};

use super::details::details;
use super::items::ItemAddress;
use super::pool::{self, ONE_MOMENT};
use super::{StoreError, spread};
use crate::activity::{Bots, ItemKey, Sight};
use crate::rank::alike::Title;
use crate::rank::stale_age::days_since;
use crate::rank::{Place, PlaceKey, QueueItem, stale_product, text};

/// Items of the own repository that are compared one by one, and of each of so many others.
const OWN: i64 = 2_000;
const OF_OTHERS: i64 = 20;
const OTHERS: i64 = 150;

/// A word is rare that at most this share of those items has.
const RARE: f64 = 0.02;
/// Words, and pairs of words, that are looked for everywhere at most.
const MOST_WORDS: usize = 5;
const MOST_PAIRS: usize = 3;
/// Rows that have a word at most; one that more have is given up.
const MOST_ROWS: i64 = 1_000;

/// How alike titles must be, from 0 to 1.
const ALIKE: f64 = 0.3;

/// In one moment, and with the indexes of words: a word that the planner takes for common, it would look for in all rows.
/// A word that is common in what the reader does not see takes long all the same, and is given up.
const WITH_INDEXES: [&str; 2] = ["SET LOCAL enable_seqscan = off", "SET LOCAL statement_timeout = '5s'"];

/// Who asks, and how items are shown.
#[derive(Debug)]
pub struct Reader<'a> {
    pub sight: &'a Sight,
    pub bots: &'a Bots,
    pub date: NaiveDate,
    pub zone: Tz,
}

/// An item whose title is like another's.
#[derive(Debug)]
pub struct SimilarItem {
    /// From 0 to 1; see [`Title::likeness`].
    pub likeness: f64,
    /// Without its rank.
    pub item: QueueItem,
}

/// The items whose titles are most like an item's, the most alike first, at most `limit`; and the account's position.
pub async fn similar(
    pool: &PgPool,
    item: ItemKey,
    reader: &Reader<'_>,
    limit: usize,
) -> Result<(i64, Vec<SimilarItem>), StoreError> {
    let mut moment = pool::begin_with(pool, ONE_MOMENT, &WITH_INDEXES).await?;
    let found = sqlx::query!(
        r#"SELECT a.head_position, a.generation, i.title
           FROM accounts a
           LEFT JOIN LATERAL (SELECT title FROM items WHERE account_id = $1 AND generation = a.generation
             AND repo_id = $2 AND number = $3 LIMIT 1) AS i ON true
           WHERE a.account_id = $1"#,
        item.account_id,
        item.repo_id,
        item.number,
    )
    .fetch_one(&mut *moment)
    .await?;
    let title = Title::new(&text::folded(found.title.as_deref().unwrap_or_default()));
    let (account_id, generation, sight) = (item.account_id, found.generation, reader.sight);
    let search = Search { account_id, generation, sight, spread: spread::is_known(pool) };
    let candidates = search.candidates(&mut moment, item.repo_id, &title).await?;
    let mut alike: Vec<(f64, Candidate)> =
        candidates.into_iter().map(|candidate| (title.likeness(&candidate.title), candidate)).collect();
    alike.retain(|(likeness, candidate)| {
        *likeness >= ALIKE && (candidate.repo_id, candidate.number) != (item.repo_id, item.number)
    });
    let key = |candidate: &Candidate| (candidate.repo_id, candidate.number);
    alike.sort_by(|(one, first), (other, second)| other.total_cmp(one).then_with(|| key(second).cmp(&key(first))));
    alike.dedup_by_key(|(_, candidate)| key(candidate));
    alike.truncate(limit);
    let places: Vec<Place> = alike.iter().map(|(_, candidate)| place(candidate, reader)).collect();
    let likeness: HashMap<ItemAddress, f64> =
        alike.iter().map(|(likeness, candidate)| (key(candidate), *likeness)).collect();
    let items = details(&mut moment, item.account_id, reader.sight, reader.bots, &places).await?;
    let items = items.into_iter().filter_map(|item| {
        let likeness = *likeness.get(&(item.place.repo_id, item.place.number))?;
        Some(SimilarItem { likeness, item })
    });
    Ok((found.head_position, items.collect()))
}

fn place(candidate: &Candidate, reader: &Reader<'_>) -> Place {
    let days = |at: DateTime<Utc>| days_since(at, reader.date, reader.zone);
    let (days_age, days_stale) = (days(candidate.created_at), days(candidate.updated_at));
    let Candidate { repo_id, number, created_at, .. } = *candidate;
    let product = stale_product(days_age, days_stale);
    Place { key: PlaceKey { product, created_at, repo_id, number, first: None }, rank: None, days_age, days_stale }
}

/// An item that may be alike.
struct Candidate {
    repo_id: i64,
    number: i64,
    /// Folded.
    title: String,
    created_at: DateTime<Utc>,
    updated_at: DateTime<Utc>,
}

/// What is searched.
struct Search<'a> {
    account_id: i64,
    generation: i64,
    sight: &'a Sight,
    /// Whether accounts are spread over servers.
    spread: bool,
}

impl Search<'_> {
    async fn candidates(
        &self,
        moment: &mut PgConnection,
        repo_id: i64,
        title: &Title,
    ) -> Result<Vec<Candidate>, StoreError> {
        let mut candidates = self.newest(moment, repo_id).await?;
        let most = candidates.len() as f64 * RARE;
        let (mut rare, mut common) = (vec![], vec![]);
        for word in title.words() {
            let with = candidates.iter().filter(|candidate| candidate.title.contains(word.as_str())).count();
            // The item itself has it.
            if with as f64 - 1.0 <= most { rare.push((with, word)) } else { common.push(word) }
        }
        rare.sort_by_key(|(with, _)| *with);
        let mut pairs = vec![];
        for (at, one) in common.iter().enumerate() {
            for other in &common[at + 1..] {
                let has_both =
                    |found: &&Candidate| found.title.contains(one.as_str()) && found.title.contains(other.as_str());
                if candidates.iter().filter(has_both).count() as f64 - 1.0 <= most {
                    pairs.push((*one, *other));
                }
            }
        }
        let words = rare.into_iter().take(MOST_WORDS).map(|(_, word)| (word, word));
        for (one, other) in words.chain(pairs.into_iter().take(MOST_PAIRS)).collect::<Vec<_>>() {
            let found = self.with(moment, one, other).await?;
            if found.len() as i64 <= MOST_ROWS {
                candidates.extend(found);
            }
        }
        Ok(candidates)
    }

    /// The newest items of a repository, and of some others, that the reader sees.
    async fn newest(&self, moment: &mut PgConnection, repo_id: i64) -> Result<Vec<Candidate>, StoreError> {
        let rows = sqlx::query!(
            r#"SELECT i.repo_id AS "repo_id!", i.number AS "number!", coalesce(i.title_folded, i.title) AS "title!",
                      i.created_at AS "created_at!", i.updated_at AS "updated_at!"
               FROM ((SELECT repo_id, $4::bigint AS most FROM visible_repositories
                      WHERE account_id = $1 AND generation = $2 AND repo_id = $3
                        AND ($7 OR NOT private OR repo_id = ANY($8)) LIMIT 1)
                     UNION ALL
                     (SELECT repo_id, $5::bigint FROM visible_repositories
                      WHERE account_id = $1 AND generation = $2 AND repo_id <> $3
                        AND ($7 OR NOT private OR repo_id = ANY($8))
                      ORDER BY repo_id LIMIT $6)) AS r
               CROSS JOIN LATERAL (SELECT repo_id, number, title, title_folded, created_at, updated_at FROM items
                 WHERE account_id = $1 AND generation = $2 AND repo_id = r.repo_id AND live AND title IS NOT NULL
                   AND created_at IS NOT NULL AND updated_at IS NOT NULL
                 ORDER BY number DESC LIMIT r.most) AS i"#,
            self.account_id,
            self.generation,
            repo_id,
            OWN,
            OF_OTHERS,
            OTHERS,
            self.sight.is_all(),
            self.sight.private() as _,
        )
        .fetch_all(moment)
        .await?;
        let candidates = rows.into_iter().map(|row| Candidate {
            repo_id: row.repo_id,
            number: row.number,
            title: text::key(&row.title).into_owned(),
            created_at: row.created_at,
            updated_at: row.updated_at,
        });
        Ok(candidates.collect())
    }

    /// Items that the reader sees with two words in their titles; one more than [`MOST_ROWS`], and any, if there are so many.
    ///
    /// Account and generation are no keys here (`+ 0`): the planner would otherwise read all of an account's rows.
    async fn with(&self, moment: &mut PgConnection, one: &str, other: &str) -> Result<Vec<Candidate>, StoreError> {
        if self.spread {
            // The items must be bound to the account, whatever index that lets the planner choose.
            let rows = sqlx::query_as!(
                Candidate,
                r#"SELECT found.repo_id AS "repo_id!", found.number AS "number!", found.title_folded AS "title!",
                      found.created_at AS "created_at!", found.updated_at AS "updated_at!"
               FROM (SELECT repo_id, number, title_folded, created_at, updated_at FROM items
                     WHERE account_id = $1 AND generation + 0 = $2 AND state = 'open' AND live
                       AND title_folded LIKE $3 AND title_folded LIKE $4
                     UNION ALL
                     SELECT repo_id, number, title_folded, created_at, updated_at FROM items
                     WHERE account_id = $1 AND generation + 0 = $2 AND state <> 'open' AND live
                       AND title_folded LIKE $3 AND title_folded LIKE $4) AS found
               CROSS JOIN LATERAL (SELECT repo_id, private FROM visible_repositories
                 WHERE account_id = $1 AND repo_id = found.repo_id LIMIT 1) AS r
               WHERE ($5 OR NOT r.private OR r.repo_id = ANY($6))
                 AND found.created_at IS NOT NULL AND found.updated_at IS NOT NULL
               LIMIT $7"#,
                self.account_id,
                self.generation,
                pattern(one),
                pattern(other),
                self.sight.is_all(),
                self.sight.private() as _,
                MOST_ROWS + 1,
            );
            return Ok(rows.fetch_all(moment).await?);
        }
        let rows = sqlx::query_as!(
            Candidate,
            r#"SELECT found.repo_id AS "repo_id!", found.number AS "number!", found.title_folded AS "title!",
                      found.created_at AS "created_at!", found.updated_at AS "updated_at!"
               FROM (SELECT repo_id, number, title_folded, created_at, updated_at FROM items
                     WHERE account_id + 0 = $1 AND generation + 0 = $2 AND state = 'open' AND live
                       AND title_folded LIKE $3 AND title_folded LIKE $4
                     UNION ALL
                     SELECT repo_id, number, title_folded, created_at, updated_at FROM items
                     WHERE account_id + 0 = $1 AND generation + 0 = $2 AND state <> 'open' AND live
                       AND title_folded LIKE $3 AND title_folded LIKE $4) AS found
               CROSS JOIN LATERAL (SELECT repo_id, private FROM visible_repositories
                 WHERE account_id = $1 AND repo_id = found.repo_id LIMIT 1) AS r
               WHERE ($5 OR NOT r.private OR r.repo_id = ANY($6))
                 AND found.created_at IS NOT NULL AND found.updated_at IS NOT NULL
               LIMIT $7"#,
            self.account_id,
            self.generation,
            pattern(one),
            pattern(other),
            self.sight.is_all(),
            self.sight.private() as _,
            MOST_ROWS + 1,
        );
        Ok(rows.fetch_all(moment).await?)
    }
}

/// A pattern of LIKE for titles that have a word in them. A word has no letter that means more there.
fn pattern(word: &str) -> String {
    format!("%{word}%")
}
