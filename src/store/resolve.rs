//! What the names in a filter stand for.
//!
//! Postgres narrows down what is read, and [`rank::text`](crate::rank::text) compares: it decides
//! which names are the same. A name of ASCII alone is the same as others of ASCII alone, which
//! Postgres compares alike; letters beyond it are compared there by nobody.

use std::collections::HashMap;

use sqlx::PgPool;

use super::{StoreError, people};
use crate::rank::Filter;
use crate::rank::criterion::Looks;
use crate::rank::live::Meanings;
use crate::rank::text::{folded, is_cased};

/// What the names in a filter stand for in an account, as it is now; labels of some repositories, or
/// of all.
pub async fn meanings(
    pool: &PgPool,
    account_id: i64,
    filter: &Filter,
    repo_ids: Option<&[i64]>,
) -> Result<Meanings, StoreError> {
    let mut meanings = Meanings { holders: people::holders(pool, account_id, filter).await?, ..Meanings::default() };
    for (criterion, terms) in filter.given() {
        let names: Vec<&str> = terms.values().map(String::as_str).collect();
        match criterion.looks {
            Looks::Labels => meanings.labels = labels(pool, account_id, &names, repo_ids).await?,
            Looks::Milestone => meanings.milestones = milestones(pool, account_id, &names).await?,
            Looks::Title => meanings.titles = titled(pool, account_id, &names).await?,
            _ => {}
        }
    }
    Ok(meanings)
}

/// The ids of labels by their names.
async fn labels(
    pool: &PgPool,
    account_id: i64,
    names: &[&str],
    repo_ids: Option<&[i64]>,
) -> Result<HashMap<String, Vec<i64>>, StoreError> {
    let rows = sqlx::query!(
        "SELECT l.label_id, l.name FROM accounts a JOIN labels l USING (account_id, generation)
         WHERE a.account_id = $1 AND (lower(l.name) = ANY($2) OR $4 AND octet_length(l.name) <> char_length(l.name))
           AND NOT l.removed AND ($3::bigint[] IS NULL OR l.repo_id = ANY($3))",
        account_id,
        &all_folded(names),
        repo_ids,
        beyond_ascii(names),
    )
    .fetch_all(pool)
    .await?;
    Ok(by_name(names, rows.into_iter().map(|row| (row.name, row.label_id)), |text, name| text == name))
}

/// Repository and number of milestones by their titles.
async fn milestones(
    pool: &PgPool,
    account_id: i64,
    titles: &[&str],
) -> Result<HashMap<String, Vec<(i64, i64)>>, StoreError> {
    let rows = sqlx::query!(
        "SELECT m.repo_id, m.number, m.title FROM accounts a JOIN milestones m USING (account_id, generation)
         WHERE a.account_id = $1 AND (lower(m.title) = ANY($2) OR $3 AND octet_length(m.title) <> char_length(m.title))
           AND NOT m.removed",
        account_id,
        &all_folded(titles),
        beyond_ascii(titles),
    )
    .fetch_all(pool)
    .await?;
    Ok(by_name(titles, rows.into_iter().map(|row| (row.title, (row.repo_id, row.number))), |text, name| text == name))
}

/// Repository and number of the open items by texts that their titles have in them.
async fn titled(
    pool: &PgPool,
    account_id: i64,
    texts: &[&str],
) -> Result<HashMap<String, Vec<(i64, i64)>>, StoreError> {
    let patterns: Vec<String> = texts.iter().map(|text| pattern(text)).collect();
    let rows = sqlx::query!(
        r#"SELECT i.repo_id, i.number, i.title AS "title!" FROM accounts a JOIN items i USING (account_id, generation)
           WHERE a.account_id = $1 AND i.state = 'open' AND i.live AND i.title ILIKE ANY($2)"#,
        account_id,
        &patterns,
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

fn all_folded(names: &[&str]) -> Vec<String> {
    names.iter().map(|name| folded(name)).collect()
}

fn beyond_ascii(names: &[&str]) -> bool {
    names.iter().any(|name| !name.is_ascii())
}

/// A pattern of ILIKE for titles that may have a text in them: any letter stands for one beyond ASCII
/// that has two cases.
fn pattern(text: &str) -> String {
    let mut pattern = "%".to_owned();
    for letter in text.chars() {
        match letter {
            '\\' | '%' | '_' => pattern.extend(['\\', letter]),
            _ if !letter.is_ascii() && is_cased(letter) => pattern.push('_'),
            _ => pattern.push(letter),
        }
    }
    pattern + "%"
}
