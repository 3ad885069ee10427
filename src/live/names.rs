//! Names in a filter that nothing has: typos, mostly, which would find nothing for ever.
//!
//! What counts is what the asker may see: a name that only hidden things have is as unknown as any
//! other, and is looked for in the same places.

use std::collections::{BTreeSet, HashSet};

use super::LiveRanking;
use crate::activity::{PersonKey, Sight};
use crate::rank::criterion::{Criterion, Looks};
use crate::rank::terms::{BEGINNING, NOTHING, is_called};
use crate::rank::text::{closest, folded};
use crate::rank::{Filter, Repository, Terms};
use crate::store::{StoreError, known};

/// Names of one filter that are told at most.
const MOST: usize = 20;

/// A name that nothing has which the asker may see.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnknownName {
    /// The criterion that names it.
    pub criterion: &'static str,
    /// As a filter writes it: excluded ones with `-`.
    pub value: String,
    /// Known names that are nearly the same, the nearest first; none of people.
    pub closest: Vec<String>,
}

impl LiveRanking {
    /// The names in a filter that nothing has which a reader may see.
    ///
    /// # Errors
    /// If the store cannot be read.
    pub async fn unknown_names(
        &self,
        account_id: i64,
        sight: &Sight,
        filter: &Filter,
    ) -> Result<Vec<UnknownName>, StoreError> {
        let pool = &self.0.pool;
        let repositories = self.repositories(account_id);
        let seen: Vec<&Repository> =
            repositories.values().filter(|known| sight.sees(known.repo_id, known.private)).collect();
        let ids: Vec<i64> = seen.iter().map(|repository| repository.repo_id).collect();
        let mut unknown = vec![];
        for (criterion, terms) in filter.given() {
            // That there is none is no name.
            let terms = &terms.flat_map(|name| Some(name.clone()).filter(|name| name != NOTHING));
            let names: Vec<&str> = terms.values().map(String::as_str).collect();
            match criterion.looks {
                Looks::Repository => {
                    let full = |found: &&Repository| format!("{}/{}", found.owner, found.name);
                    let is = |name: &str| match name.contains('/') {
                        true => seen.iter().any(|repository| is_called(&full(repository), name)),
                        false => seen.iter().any(|repository| is_called(&repository.name, name)),
                    };
                    let all = seen.iter().flat_map(|repository| [full(repository), repository.name.clone()]).collect();
                    tell(&mut unknown, criterion, terms, is, all);
                }
                Looks::Labels => {
                    let known = known::labels(pool, account_id, &names, &ids).await?;
                    let all = match names.iter().all(|name| known.contains(&folded(name))) {
                        true => continue,
                        false => known::all_labels(pool, account_id, &ids).await?,
                    };
                    tell(&mut unknown, criterion, terms, |name| known.contains(&folded(name)), all);
                }
                Looks::Milestone => {
                    let known = known::milestones(pool, account_id, &names, &ids).await?;
                    let all = match names.iter().all(|name| known.contains(&folded(name))) {
                        true => continue,
                        false => known::all_milestones(pool, account_id, &ids).await?,
                    };
                    tell(&mut unknown, criterion, terms, |name| known.contains(&folded(name)), all);
                }
                Looks::People(_) => {
                    let known = self.known_people(account_id, sight, (filter, criterion), &ids).await?;
                    tell(&mut unknown, criterion, terms, |name| known.contains(name), vec![]);
                }
                _ => {}
            }
        }
        unknown.truncate(MOST);
        Ok(unknown)
    }

    /// The logins of a criterion whose people a reader can know of: from memory while they have open items.
    async fn known_people(
        &self,
        account_id: i64,
        sight: &Sight,
        (filter, criterion): (&Filter, &'static Criterion),
        repo_ids: &[i64],
    ) -> Result<HashSet<String>, StoreError> {
        let meant = known::meant(&self.0.pool, account_id, filter, criterion).await?;
        let snapshot = self.account(account_id).map(|account| account.live().snapshot());
        let seen: HashSet<i64> = repo_ids.iter().copied().collect();
        let is_here = |person: &PersonKey| {
            // Who sees all can know of everybody.
            let by_id = sight.is_all() && matches!(person, PersonKey::Id(_));
            by_id || snapshot.as_ref().is_some_and(|found| found.has_person(person, |repo_id| seen.contains(&repo_id)))
        };
        let mut known = HashSet::new();
        let mut sought = BTreeSet::new();
        for (login, people) in &meant {
            match people.iter().any(is_here) {
                true => drop(known.insert(login.clone())),
                false => sought.extend(people.iter().cloned()),
            }
        }
        if !sought.is_empty() {
            let sought: Vec<PersonKey> = sought.into_iter().collect();
            let found = known::people(&self.0.pool, account_id, &sought, repo_ids).await?;
            let of = meant.iter().filter(|(_, people)| people.iter().any(|person| found.contains(person)));
            known.extend(of.map(|(login, _)| login.clone()));
        }
        Ok(known)
    }
}

/// Adds the values of a criterion that are not known.
fn tell(
    unknown: &mut Vec<UnknownName>,
    criterion: &Criterion,
    terms: &Terms,
    is_known: impl Fn(&str) -> bool,
    all: Vec<String>,
) {
    let wanted = terms.any.iter().flatten().map(|name| ("", name));
    let mut told = HashSet::new();
    for (sign, name) in wanted.chain(terms.none.iter().map(|name| ("-", name))) {
        if !is_known(name) && told.insert((sign, folded(name))) && unknown.len() < MOST {
            let value = format!("{sign}{}", written(name));
            unknown.push(UnknownName { criterion: criterion.name, value, closest: closest(name, &all) });
        }
    }
}

/// A name as a filter writes it.
fn written(name: &str) -> String {
    if let Some(beginning) = name.strip_prefix(BEGINNING) {
        return format!("{beginning}*");
    }
    let means_more = name.eq_ignore_ascii_case("none") || name.starts_with("all:") || name.ends_with('*');
    match name.starts_with(['-', '"']) || means_more {
        true => format!("\"{}\"", name.replace('"', "\"\"")),
        false => name.to_owned(),
    }
}
