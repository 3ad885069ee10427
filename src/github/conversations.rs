//! The job that fetches conversations: who said what last, of open items that GitHub was asked about and no
//! delivery told of.
//!
//! The items themselves are listed first, so that the queue has them soon. Lists do not show who spoke, and
//! asking for each item alone would cost a request an item. So GraphQL is asked for some fifty at once.

use std::collections::BTreeSet;

use chrono::{DateTime, Duration, Utc};
use serde_json::json;

use super::answer::GitHubError;
use super::backfill::{moved, reference, subject};
use super::client::QueryAnswer;
use super::context::JobContext;
use super::facts::{self, actor};
use super::totals::may_read_discussions;
use super::wire::{self, ConversationEntry, Conversations, Said, SaidEntry, Total};
use crate::activity::conversation::SETTLES;
use crate::activity::fold::whole_second;
use crate::activity::{
    Actor, Association, Checks, ChecksOfCommit, ConversationFacts, ConversationSnapshot, Effect, Event, Fact, ItemFact,
    ItemSnapshot, ItemType, RepositoryRef, Source, Verdict, Word, WordId,
};
use crate::store::conversations;
use crate::store::jobs::{Job, JobKind, NewJob, PageOutcome};
use crate::store::stored;
use crate::store::sync::SyncedRepository;

/// Asks for the conversations of a repository, if any are due and GitHub may be asked: it answers GraphQL only to
/// those whom it knows.
pub async fn plan(context: &JobContext, account_id: i64, repo_id: i64) -> Result<(), GitHubError> {
    if context.client.is_known() && conversations::is_due(&context.pool, account_id, repo_id).await? {
        context.add(&[NewJob::now(account_id, JobKind::Conversations, repo_id)]).await?;
    }
    Ok(())
}

/// The number of items in one question. By GitHub's formula it costs 5 of the 5,000 points of an hour for issues and pull
/// requests, 11 for discussions.
const AT_ONCE: i64 = 50;

/// Fetches the conversations of the next items that are due.
pub async fn fetch(context: &JobContext, job: &Job) -> Result<PageOutcome, GitHubError> {
    let repository = match subject(context, job).await? {
        Ok(repository) => repository,
        Err(outcome) => return Ok(outcome),
    };
    // GitHub gives up on a question that takes it too long, so after a failure the next one is smaller.
    let at_once = (AT_ONCE >> job.failures.clamp(0, 5)).max(1);
    let readable = may_read_discussions(context, job.account_id).await?;
    let due = conversations::due(&context.pool, job.account_id, job.repo_id, readable, at_once).await?;
    if due.is_empty() {
        return Ok(PageOutcome::Done);
    }
    let numbers = |discussions: bool| {
        let wanted = due.iter().filter(move |due| due.discussion == discussions);
        wanted.map(|due| due.number).collect::<Vec<i64>>()
    };
    let QueryAnswer { data, date, omissions } =
        ask(context, job.account_id, &repository, &numbers(false), &numbers(true)).await?;
    context.left_out(job.account_id, "conversations", Some(job.repo_id), &omissions).await;
    let Some(found) = data.node else { return moved(context, job, 404).await };
    let reference = reference(job.account_id, &repository);
    let events = found.0.into_iter().filter_map(|entry| event(&reference, entry, date)).collect();
    context.append(job.account_id, events).await?;
    conversations::asked(&context.pool, job.account_id, job.repo_id, &due).await?;
    Ok(PageOutcome::Continue { cursor: None, numbers: None })
}

/// Asks GitHub; where its schema is too old for what closes what and for checks, without them.
async fn ask(
    context: &JobContext,
    account_id: i64,
    repository: &SyncedRepository,
    issues: &[i64],
    discussions: &[i64],
) -> Result<QueryAnswer<Conversations>, GitHubError> {
    let requester = context.requester(account_id);
    let id = json!({"id": repository.node_id});
    let query = wire::conversations(issues, discussions, true);
    match context.client.graphql_of_many(requester, &query, id.clone()).await {
        Err(GitHubError::Refused { status: 200, message }) if message.contains(NO_SUCH_FIELD) => {
            let query = wire::conversations(issues, discussions, false);
            context.client.graphql_of_many(requester, &query, id).await
        }
        answer => answer,
    }
}

/// How GitHub words that its schema lacks a field that was asked for.
const NO_SUCH_FIELD: &str = "doesn't exist on type";

/// The event of a conversation; `None` without what there is none without: the item's number, type and time.
pub fn event(repository: &RepositoryRef, entry: ConversationEntry, date: DateTime<Utc>) -> Option<Event> {
    let number = entry.number.filter(|number| *number > 0)?;
    let item_type = match entry.kind.as_deref()? {
        "Issue" => ItemType::Issue,
        "PullRequest" => ItemType::PullRequest,
        "Discussion" => ItemType::Discussion,
        _ => return None,
    };
    let updated_at = entry.updated_at?;
    let date = whole_second(date);
    let settled = date - updated_at > SETTLES;
    let author = entry.author.as_ref().and_then(actor);
    let shown = ConversationSnapshot {
        at: date,
        words: words(&entry),
        comments_from: match item_type {
            // Of the replies only the last are shown, wherever they are.
            ItemType::Discussion => Some(date),
            _ => entry.comments.as_ref().map_or(Some(date), |said| from(said, date, |said| said.created_at)),
        },
        reviews_from: entry.reviews.as_ref().map_or(Some(date), |said| from(said, date, |said| said.submitted_at)),
        pushed_at: pushed_at(&entry, author.as_ref()).map(|at| at.min(date)),
        author: author.clone(),
        checks: checks(&entry),
        linked: linked(&entry, repository.id),
    };
    let conversation_facts = ConversationFacts {
        reactions: Total::of(&entry.reactions),
        author_association: entry.author_association.as_deref().and_then(Association::from_name),
        head: entry.head.map(|head| head.0),
        requested: Total::of(&entry.review_requests),
        merges_itself: match (entry.auto_merge, entry.merge_queue) {
            (None, None) => None,
            (auto, queue) => Some(auto.flatten().is_some() || queue.flatten().is_some()),
        },
    };
    let snapshot = ItemSnapshot {
        created_at: entry.created_at,
        author: author.as_ref().map(Actor::person),
        draft: entry.is_draft,
        conversation_facts,
        ..ItemSnapshot::new(item_type, updated_at)
    };
    let fact = |fetched_at: Option<DateTime<Utc>>, at: DateTime<Utc>| {
        Fact::Item(Box::new(ItemFact {
            snapshot: Some(ItemSnapshot { fetched_at, ..snapshot.clone() }),
            repository: Some(repository.clone()),
            conversation: Some(ConversationSnapshot { at, ..shown.clone() }),
            ..ItemFact::new(repository.id, number, Effect::Nothing)
        }))
    };
    // The same conversation adds nothing when it is fetched again.
    let content = facts::digest(&stored::write(&fact(None, DateTime::UNIX_EPOCH)));
    Some(Event {
        source_key: format!(
            "{}/{number}/conversation@{}{}{content}",
            repository.id,
            updated_at.timestamp(),
            if settled { '#' } else { '~' }
        ),
        kind: "fetched".to_owned(),
        actor: None,
        occurred_at: Some(updated_at),
        source: Source::Backfill,
        fact: fact(settled.then_some(date), date),
    })
}

/// The comments, their replies, and the reviews.
fn words(entry: &ConversationEntry) -> Vec<(WordId, Word)> {
    let comments = entries(&entry.comments).flat_map(|said| [said].into_iter().chain(entries(&said.replies)));
    let comments = comments.filter_map(|said| word(WordId::Comment, said, said.created_at));
    let reviews = entries(&entry.reviews).filter_map(|said| word(WordId::Review, said, said.submitted_at));
    let mut words: Vec<(WordId, Word)> = comments.chain(reviews).collect();
    words.sort();
    words
}

fn entries(said: &Option<Said>) -> impl Iterator<Item = &SaidEntry> {
    said.iter().flat_map(|said| said.nodes.iter().flatten().flatten())
}

fn word(id: fn(i64) -> WordId, said: &SaidEntry, at: Option<DateTime<Utc>>) -> Option<(WordId, Word)> {
    let word = Word {
        at: at?,
        by: said.author.as_ref().and_then(actor),
        association: said.author_association.as_deref().and_then(Association::from_name),
        verdict: said.state.as_deref().and_then(Verdict::from_name),
        commit: said.commit.as_ref().and_then(|commit| commit.oid.as_ref()).map(|oid| oid.0.clone()),
        deleted: false,
    };
    Some((id(said.id.filter(|id| *id > 0)?), word))
}

/// From when on all that was said is shown: `None` if that is everything, `date` if that is not known.
fn from(said: &Said, date: DateTime<Utc>, at: impl Fn(&SaidEntry) -> Option<DateTime<Utc>>) -> Option<DateTime<Utc>> {
    let shown = said.nodes.iter().flatten().flatten();
    let all = said.nodes.as_ref().map(Vec::len).and_then(|shown| i64::try_from(shown).ok()) == said.count;
    let readable = said.nodes.iter().flatten().all(|said| said.as_ref().is_some_and(|said| said.id.is_some()));
    if !readable {
        return Some(date);
    }
    // Another one of that very second may not be shown.
    if all { None } else { Some(shown.filter_map(at).min().map_or(date, |first| first + Duration::seconds(1))) }
}

/// The checks of the last commit. That GitHub shows none is known too, so that it is not asked again.
fn checks(entry: &ConversationEntry) -> Option<ChecksOfCommit> {
    let rollup = entry.rollup.as_ref()?.as_ref();
    let checks = rollup.and_then(|rollup| Checks::from_rollup(rollup.state.as_deref()?));
    Some(ChecksOfCommit { commit: entry.head.as_ref()?.0.clone(), checks })
}

/// The items that close this one, or that it closes, as far as they are in the same repository: who sees the one sees the
/// others too.
fn linked(entry: &ConversationEntry, repo_id: i64) -> Option<BTreeSet<i64>> {
    let nodes = entry.closed_by.as_ref().or(entry.closes.as_ref())?.nodes.as_ref()?.iter().flatten();
    let here = nodes.filter(|item| item.repository.as_ref().and_then(|repository| repository.id) == Some(repo_id));
    Some(here.filter_map(|item| item.number.filter(|number| *number > 0)).collect())
}

/// The time of the last commit, if its author opened the pull request: they pushed it no earlier.
fn pushed_at(entry: &ConversationEntry, author: Option<&Actor>) -> Option<DateTime<Utc>> {
    let last = entry.commits.as_ref()?.nodes.iter().flatten().flatten().next_back()?.commit.as_ref()?;
    let by = last.author.as_ref()?.user.as_ref()?.id?;
    last.committed_at.filter(|_| author.and_then(|author| author.id) == Some(by))
}
