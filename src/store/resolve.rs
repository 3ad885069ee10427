//! What the names in a filter stand for.
//!
//! [`rank::text`](crate::rank::text) decides which names are the same, whatever the database's locale. Postgres
//! narrows down what is read, by comparisons that mean the same in every locale: of ASCII by the collation C, and
//! of texts that are folded already. Labels and milestones that are not ASCII are all read.

use std::collections::HashMap;

use sqlx::PgPool;

use super::{StoreError, people};
use crate::rank::Filter;
use crate::rank::criterion::Looks;
use crate::rank::live::Meanings;
use crate::rank::terms::{BEGINNING, NOTHING};
use crate::rank::text::folded;

/// Of so few repositories all names are read; of more, those that are asked for.
pub const FEW: usize = 100;

/// What the names in a filter stand for in an account, as it is now: in some repositories, or in all.
pub async fn meanings(
    pool: &PgPool,
    account_id: i64,
    filter: &Filter,
    repo_ids: Option<&[i64]>,
) -> Result<Meanings, StoreError> {
    let mut meanings = Meanings { holders: people::holders(pool, account_id, filter).await?, ..Meanings::default() };
    for (criterion, terms) in filter.given() {
        let names: Vec<&str> = terms.values().map(String::as_str).filter(|name| *name != NOTHING).collect();
        let nothing = NOTHING.to_owned();
        match criterion.looks {
            Looks::Labels => {
                meanings.labels = labels(pool, account_id, &names, repo_ids).await?;
                if terms.ask_for_nothing() {
                    meanings.labels.insert(nothing, gone_labels(pool, account_id, repo_ids).await?);
                }
            }
            Looks::Milestone => {
                meanings.milestones = milestones(pool, account_id, &names, repo_ids).await?;
                if terms.ask_for_nothing() {
                    meanings.milestones.insert(nothing, gone_milestones(pool, account_id, repo_ids).await?);
                }
            }
            Looks::Title => meanings.titles = titled(pool, account_id, &names, repo_ids).await?,
            _ => {}
        }
    }
    Ok(meanings)
}

/// The ids of labels by their names, or by the beginnings of names.
///
/// The generation is no key here (`+ 0`): without statistics the planner takes it for rare, and reads all names of an
/// account by it.
pub(super) async fn labels(
    pool: &PgPool,
    account_id: i64,
    names: &[&str],
    repo_ids: Option<&[i64]>,
) -> Result<HashMap<String, Vec<i64>>, StoreError> {
    if let Some(repo_ids) = repo_ids.filter(|repo_ids| repo_ids.len() <= FEW) {
        let rows = sqlx::query!(
            r#"SELECT l.label_id, l.name FROM accounts a
               CROSS JOIN UNNEST($2::bigint[]) AS within (repo_id)
               CROSS JOIN LATERAL (SELECT label_id, name FROM labels WHERE account_id = $1 AND generation = a.generation
                 AND repo_id BETWEEN within.repo_id AND within.repo_id AND NOT removed ORDER BY repo_id, label_id OFFSET 0) AS l
               WHERE a.account_id = $1"#,
            account_id,
            repo_ids,
        )
        .fetch_all(pool)
        .await?;
        return Ok(by_name(names, rows.into_iter().map(|row| (row.name, row.label_id)), is_or_begins));
    }
    let rows = sqlx::query!(
        r#"SELECT l.label_id AS "label_id!", l.name AS "name!"
         FROM accounts a JOIN labels l ON l.account_id = a.account_id AND l.generation + 0 = a.generation
         WHERE a.account_id = $1 AND lower(l.name COLLATE "C") = ANY($2) AND octet_length(l.name) = char_length(l.name)
           AND NOT l.removed AND ($3::bigint[] IS NULL OR l.repo_id = ANY($3))
         UNION ALL
         SELECT l.label_id, l.name
         FROM accounts a JOIN labels l ON l.account_id = a.account_id AND l.generation + 0 = a.generation
         WHERE a.account_id = $1 AND least(octet_length(l.name) - char_length(l.name), 1) = 1
           AND NOT l.removed AND ($3::bigint[] IS NULL OR l.repo_id = ANY($3))"#,
        account_id,
        &all_folded(names),
        repo_ids,
    )
    .fetch_all(pool)
    .await?;
    let mut found: Vec<(String, i64)> = rows.into_iter().map(|row| (row.name, row.label_id)).collect();
    let beginnings = ascii_beginnings(names);
    if !beginnings.is_empty() {
        let rows = sqlx::query!(
            r#"SELECT l.label_id, l.name
               FROM accounts a CROSS JOIN UNNEST($2::text[]) AS sought (beginning)
               CROSS JOIN LATERAL (SELECT label_id, name, repo_id FROM labels
                 WHERE account_id = $1 AND generation + 0 = a.generation AND NOT removed
                   AND lower(name COLLATE "C") >= sought.beginning
                   AND lower(name COLLATE "C") < sought.beginning || chr(127)
                   AND octet_length(name) = char_length(name) ORDER BY lower(name COLLATE "C") OFFSET 0) AS l
               WHERE a.account_id = $1 AND ($3::bigint[] IS NULL OR l.repo_id = ANY($3))"#,
            account_id,
            &beginnings,
            repo_ids,
        )
        .fetch_all(pool)
        .await?;
        found.extend(rows.into_iter().map(|row| (row.name, row.label_id)));
    }
    Ok(by_name(names, found.into_iter(), is_or_begins))
}

/// The ids of labels that items may still have and that show no more.
async fn gone_labels(pool: &PgPool, account_id: i64, repo_ids: Option<&[i64]>) -> Result<Vec<i64>, StoreError> {
    let ids = sqlx::query_scalar!(
        r#"SELECT l.label_id FROM accounts a JOIN labels l USING (account_id, generation)
         WHERE a.account_id = $1 AND (l.removed OR l.name = '') AND ($2::bigint[] IS NULL OR l.repo_id = ANY($2))"#,
        account_id,
        repo_ids,
    )
    .fetch_all(pool)
    .await?;
    Ok(ids)
}

/// Repository and number of milestones that items may still have and that show no more.
async fn gone_milestones(
    pool: &PgPool,
    account_id: i64,
    repo_ids: Option<&[i64]>,
) -> Result<Vec<(i64, i64)>, StoreError> {
    let rows = sqlx::query!(
        r#"SELECT m.repo_id, m.number FROM accounts a JOIN milestones m USING (account_id, generation)
         WHERE a.account_id = $1 AND (m.removed OR m.title = '') AND ($2::bigint[] IS NULL OR m.repo_id = ANY($2))"#,
        account_id,
        repo_ids,
    )
    .fetch_all(pool)
    .await?;
    Ok(rows.into_iter().map(|row| (row.repo_id, row.number)).collect())
}

/// Repository and number of milestones by their titles, or by the beginnings of titles.
pub(super) async fn milestones(
    pool: &PgPool,
    account_id: i64,
    titles: &[&str],
    repo_ids: Option<&[i64]>,
) -> Result<HashMap<String, Vec<(i64, i64)>>, StoreError> {
    if let Some(repo_ids) = repo_ids.filter(|repo_ids| repo_ids.len() <= FEW) {
        let rows = sqlx::query!(
            r#"SELECT m.repo_id, m.number, m.title FROM accounts a
               CROSS JOIN UNNEST($2::bigint[]) AS within (repo_id)
               CROSS JOIN LATERAL (SELECT repo_id, number, title FROM milestones
                 WHERE account_id = $1 AND generation = a.generation AND repo_id BETWEEN within.repo_id AND within.repo_id
                   AND NOT removed ORDER BY repo_id, number OFFSET 0) AS m
               WHERE a.account_id = $1"#,
            account_id,
            repo_ids,
        )
        .fetch_all(pool)
        .await?;
        let found = rows.into_iter().map(|row| (row.title, (row.repo_id, row.number)));
        return Ok(by_name(titles, found, is_or_begins));
    }
    let rows = sqlx::query!(
        r#"SELECT m.repo_id AS "repo_id!", m.number AS "number!", m.title AS "title!"
         FROM accounts a JOIN milestones m ON m.account_id = a.account_id AND m.generation + 0 = a.generation
         WHERE a.account_id = $1 AND lower(m.title COLLATE "C") = ANY($2) AND octet_length(m.title) = char_length(m.title)
           AND NOT m.removed AND ($3::bigint[] IS NULL OR m.repo_id = ANY($3))
         UNION ALL
         SELECT m.repo_id, m.number, m.title
         FROM accounts a JOIN milestones m ON m.account_id = a.account_id AND m.generation + 0 = a.generation
         WHERE a.account_id = $1 AND least(octet_length(m.title) - char_length(m.title), 1) = 1
           AND NOT m.removed AND ($3::bigint[] IS NULL OR m.repo_id = ANY($3))"#,
        account_id,
        &all_folded(titles),
        repo_ids,
    )
    .fetch_all(pool)
    .await?;
    let mut found: Vec<_> = rows.into_iter().map(|row| (row.title, (row.repo_id, row.number))).collect();
    let beginnings = ascii_beginnings(titles);
    if !beginnings.is_empty() {
        let rows = sqlx::query!(
            r#"SELECT m.repo_id, m.number, m.title
               FROM accounts a CROSS JOIN UNNEST($2::text[]) AS sought (beginning)
               CROSS JOIN LATERAL (SELECT repo_id, number, title FROM milestones
                 WHERE account_id = $1 AND generation + 0 = a.generation AND NOT removed
                   AND lower(title COLLATE "C") >= sought.beginning
                   AND lower(title COLLATE "C") < sought.beginning || chr(127)
                   AND octet_length(title) = char_length(title) ORDER BY lower(title COLLATE "C") OFFSET 0) AS m
               WHERE a.account_id = $1 AND ($3::bigint[] IS NULL OR m.repo_id = ANY($3))"#,
            account_id,
            &beginnings,
            repo_ids,
        )
        .fetch_all(pool)
        .await?;
        found.extend(rows.into_iter().map(|row| (row.title, (row.repo_id, row.number))));
    }
    Ok(by_name(titles, found.into_iter(), is_or_begins))
}

/// Repository and number of the open items by texts that their titles have in them.
async fn titled(
    pool: &PgPool,
    account_id: i64,
    texts: &[&str],
    repo_ids: Option<&[i64]>,
) -> Result<HashMap<String, Vec<(i64, i64)>>, StoreError> {
    let patterns: Vec<String> = texts.iter().map(|text| pattern(text)).collect();
    let rows = sqlx::query!(
        r#"SELECT i.repo_id AS "repo_id!", i.number AS "number!", i.title AS "title!"
           FROM accounts a JOIN items i USING (account_id, generation)
           WHERE a.account_id = $1 AND i.state = 'open' AND i.live AND i.title_folded LIKE ANY($2)
             AND ($3::bigint[] IS NULL OR i.repo_id = ANY($3))
           UNION ALL
           SELECT i.repo_id, i.number, i.title FROM accounts a JOIN items i USING (account_id, generation)
           WHERE a.account_id = $1 AND i.state = 'open' AND i.live AND i.title_folded IS NULL AND i.title IS NOT NULL
             AND ($3::bigint[] IS NULL OR i.repo_id = ANY($3))"#,
        account_id,
        &patterns,
        repo_ids,
    )
    .fetch_all(pool)
    .await?;
    Ok(by_name(texts, rows.into_iter().map(|row| (row.title, (row.repo_id, row.number))), |title, text| {
        title.contains(text)
    }))
}

/// What was found, by the names that it is; `is` compares folded texts.
fn by_name<T: Copy>(
    names: &[&str],
    found: impl Iterator<Item = (String, T)>,
    is: impl Fn(&str, &str) -> bool,
) -> HashMap<String, Vec<T>> {
    let mut by_name: HashMap<String, Vec<T>> = names.iter().map(|name| (folded(name), vec![])).collect();
    for (text, id) in found {
        let text = folded(&text);
        by_name.iter_mut().filter(|(name, _)| is(&text, name)).for_each(|(_, ids)| ids.push(id));
    }
    by_name
}

/// Whether a folded text is a name, or begins as it says.
fn is_or_begins(text: &str, name: &str) -> bool {
    name.strip_prefix(BEGINNING).map_or(text == name, |beginning| text.starts_with(beginning))
}

/// The beginnings among some names, folded. What is not ASCII begins no name that Postgres is asked for by it.
fn ascii_beginnings(names: &[&str]) -> Vec<String> {
    let mut beginnings: Vec<String> =
        names.iter().filter_map(|name| name.strip_prefix(BEGINNING)).map(folded).collect();
    beginnings.retain(|beginning| beginning.is_ascii());
    beginnings.sort_unstable();
    // What one begins, another one that begins it begins too.
    beginnings.dedup_by(|later, first| later.starts_with(first.as_str()));
    beginnings
}

pub(super) fn all_folded(names: &[&str]) -> Vec<String> {
    names.iter().map(|name| folded(name)).collect()
}

/// A pattern of LIKE for folded titles that have a text in them.
fn pattern(text: &str) -> String {
    let mut pattern = "%".to_owned();
    for letter in folded(text).chars() {
        if matches!(letter, '\\' | '%' | '_') {
            pattern.push('\\');
        }
        pattern.push(letter);
    }
    pattern + "%"
}
