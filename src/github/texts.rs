//! What is written on an item, asked for when somebody reads it.

use serde_json::json;

use super::answer::GitHubError;
use super::context::JobContext;
use super::facts::actor;
use super::wire::{self, TextAnswer, WrittenEdge, WrittenEntry, WrittenItem};
use crate::activity::{Association, ItemKey, ItemType, Verdict};
use crate::store::texts::TextSubject;
use crate::webhook::spoken::{Spoken, SpokenKind};

/// Bytes of HTML at most that a page takes from GitHub. What was said earlier is on the page before it.
const LARGEST_PAGE: usize = 4 << 20;

/// A page of what is written on an item, as HTML that nobody has cleaned yet.
#[derive(Clone, Debug)]
pub struct WrittenText {
    /// The repository is private, by GitHub's answer.
    pub private: bool,
    pub body: Spoken,
    /// Oldest first.
    pub said: Vec<Spoken>,
    /// Before which the page ends that has what was said earlier; `None` if there is nothing earlier.
    pub before: Option<String>,
}

/// Asks for the text of an item, with what was said last before a cursor. `None` if GitHub does not show it.
///
/// # Errors
/// Those of the client; [`GitHubError::BadCursor`] if GitHub does not take the cursor.
pub async fn ask(
    context: &JobContext,
    key: ItemKey,
    subject: &TextSubject,
    before: Option<&str>,
) -> Result<Option<WrittenText>, GitHubError> {
    let query = if subject.item_type == ItemType::Discussion { wire::DISCUSSION_TEXT } else { wire::ITEM_TEXT };
    let variables = json!({"owner": subject.owner, "name": subject.repository, "number": key.number, "before": before});
    let client = context.client.ahead();
    let answer = client.graphql::<TextAnswer>(context.requester(key.account_id), query, variables, 0).await?;
    // A name may have come to mean another repository.
    let here = answer.data.repository.filter(|repository| repository.id == Some(key.repo_id));
    let Some(repository) = here else { return Ok(None) };
    let private = repository.is_private.unwrap_or(true);
    Ok(repository.item.filter(|item| item.number == Some(key.number)).map(|item| written(item, private)))
}

fn written(item: WrittenItem, private: bool) -> WrittenText {
    let body = Spoken {
        author: item.author.as_ref().and_then(actor),
        association: item.author_association.as_deref().and_then(Association::from_name),
        created_at: item.created_at,
        edited_at: item.edited_at,
        url: item.url.map(|url| url.0),
        ..Spoken::new(SpokenKind::Body, item.body_html.map(|text| text.0).unwrap_or_default())
    };
    let page = item.said.unwrap_or_default();
    let edges: Vec<WrittenEdge> = page.edges.into_iter().flatten().flatten().collect();
    let mut more = page.page_info.and_then(|page| page.has_previous).unwrap_or(false);
    let (mut said, mut before, mut bytes) = (vec![], None, body.text.len());
    // The latest first, as long as there is room.
    for edge in edges.into_iter().rev() {
        let entries: Vec<Spoken> = edge.node.map(entries).unwrap_or_default();
        let size: usize = entries.iter().map(|entry| entry.text.len()).sum();
        if bytes + size > LARGEST_PAGE && !said.is_empty() {
            more = true;
            break;
        }
        bytes += size;
        before = edge.cursor.map(|cursor| cursor.0);
        said.extend(entries.into_iter().rev());
    }
    said.reverse();
    WrittenText { private, body, said, before: before.filter(|_| more) }
}

/// What an entry and those below it say: a comment with the replies to it, or a review with its comments.
fn entries(entry: WrittenEntry) -> Vec<Spoken> {
    let (kind, below) = match entry.kind.as_deref() {
        Some("IssueComment" | "DiscussionComment") => (SpokenKind::Comment, SpokenKind::Reply),
        Some("PullRequestReview") => (SpokenKind::Review, SpokenKind::ReviewComment),
        _ => return vec![],
    };
    // A review that nobody but its author sees yet.
    if entry.state.as_deref() == Some("PENDING") {
        return vec![];
    }
    let (listed, count) = entry.below.clone().map(|below| (below.nodes, below.count)).unwrap_or_default();
    let listed: Vec<WrittenEntry> = listed.into_iter().flatten().flatten().collect();
    let shown = i64::try_from(listed.len()).unwrap_or(i64::MAX);
    let id = entry.id;
    let mut first = spoken(kind, entry);
    first.further = count.map_or(0, |count| (count - shown).max(0));
    let reply = |entry: WrittenEntry| {
        let said = spoken(below, entry);
        Spoken { replies_to: said.replies_to.or(id.filter(|_| below == SpokenKind::Reply)), ..said }
    };
    let said = listed.into_iter().map(reply);
    // A review that is nothing but its comments.
    let empty = kind == SpokenKind::Review && first.text.trim().is_empty() && !first.decides() && first.further == 0;
    [first].into_iter().filter(|_| !empty).chain(said).collect()
}

fn spoken(kind: SpokenKind, entry: WrittenEntry) -> Spoken {
    let minimized = entry.is_minimized == Some(true);
    let reason = entry.minimized_reason.map(|reason| reason.0.to_lowercase());
    Spoken {
        id: entry.id.filter(|id| *id > 0),
        author: entry.author.as_ref().and_then(actor),
        association: entry.author_association.as_deref().and_then(Association::from_name),
        created_at: entry.submitted_at.or(entry.created_at),
        edited_at: entry.edited_at,
        url: entry.url.map(|url| url.0),
        verdict: entry.state.as_deref().filter(|_| kind == SpokenKind::Review).and_then(Verdict::from_name),
        replies_to: entry.replies_to.and_then(|replied| replied.id),
        path: entry.path.map(|path| path.0),
        line: entry.line,
        is_answer: entry.is_answer == Some(true),
        minimized: minimized.then(|| reason.unwrap_or_else(|| "hidden".to_owned())),
        ..Spoken::new(
            kind,
            entry.body_html.filter(|_| entry.deleted_at.is_none()).map(|text| text.0).unwrap_or_default(),
        )
    }
}
