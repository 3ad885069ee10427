//! An item as answers show it: in the queue, in the stream and by itself.

use chrono::{DateTime, Utc};
use serde::Serialize;
use utoipa::ToSchema;

use super::description::schemas;
use crate::activity::{Activity, Association, Checks, ItemType, Mark, Note, NoteText, Review, WaitsFor};
use crate::rank::stale_age;
use crate::service::items::ShownItem;

/// An item in the queue.
#[derive(Debug, Serialize, ToSchema)]
pub struct QueueRow {
    /// The place in the account's whole unfiltered queue. Null if the item is not open.
    #[schema(example = 1)]
    pub(super) rank: Option<i64>,
    #[schema(example = "acme/widgets")]
    pub(super) repository: String,
    /// The repository's, on GitHub: `public` or `private`.
    #[schema(value_type = schemas::Visibility, example = "public")]
    pub(super) visibility: &'static str,
    #[schema(value_type = schemas::ItemType, example = "Issue")]
    pub(super) r#type: &'static str,
    #[schema(example = 12)]
    pub(super) number: i64,
    pub(super) title: String,
    #[schema(example = "https://github.com/acme/widgets/issues/12")]
    pub(super) url: String,
    #[schema(value_type = schemas::ItemState, example = "open")]
    pub(super) state: &'static str,
    pub(super) author: Option<String>,
    pub(super) labels: Vec<String>,
    pub(super) assignees: Vec<String>,
    pub(super) milestone: Option<String>,
    /// Null if no payload has told.
    pub(super) comments: Option<i64>,
    pub(super) draft: bool,
    pub(super) created_at: DateTime<Utc>,
    pub(super) updated_at: DateTime<Utc>,
    #[schema(example = 1200)]
    pub(super) days_age: i64,
    #[schema(example = 800)]
    pub(super) days_stale: i64,
    /// log10((days_age + 1) * (days_stale + 1)), to six decimals
    #[schema(example = 5.983176)]
    pub(super) stale_age: f64,
    /// The stale-age with the days since the last human activity. Null if none is known.
    pub(super) human_stale_age: Option<f64>,
    pub(super) last_activity: Option<LastActivity>,
    /// The last time that somebody read it here, in a scrub or outside of one. Null if nobody did, and for tokens with
    /// the scope `embed`.
    pub(super) read: Option<ReadMark>,
    /// The note on the item. Null if there is none, and for tokens with the scope `embed`.
    pub(super) note: Option<NoteRow>,
    /// When it was closed. Null if it is open, or if GitHub has not told.
    pub(super) closed_at: Option<DateTime<Utc>>,
    /// Why it was closed: `merged`, or what GitHub says, such as `completed` or `not_planned`. Null if it is open, or if
    /// GitHub has not told.
    #[schema(example = "completed")]
    pub(super) closed_reason: Option<String>,
    /// GitHub's id of the repository, which stays when its name changes.
    #[schema(example = 1296269)]
    pub(super) repository_id: i64,
    /// GitHub's id of the author. Null if no payload has told.
    #[schema(example = 583231)]
    pub(super) author_id: Option<i64>,
    /// Whose turn it is. Null if nobody can tell, and of what is not open.
    #[schema(value_type = Option<schemas::WaitsFor>)]
    pub(super) waits_for: Option<&'static str>,
    /// When something was said or pushed last, from which `waits_for` follows.
    pub(super) waits_since: Option<DateTime<Utc>>,
    /// How the review of an open pull request stands. Null of others, and if nobody can tell.
    #[schema(value_type = Option<schemas::Review>)]
    pub(super) review: Option<&'static str>,
    /// How the author stands to the repository, as GitHub says. Null if it has not told.
    #[schema(value_type = Option<schemas::AuthorAssociation>)]
    pub(super) author_association: Option<&'static str>,
    /// Reactions to the item itself. Null if GitHub has not told.
    pub(super) reactions: Option<i64>,
    /// The number of people who commented or reviewed, of the last hundred comments and reviews. Null if it is not known.
    pub(super) commenters: Option<i64>,
    /// How many of them did so within the last 30 days, the date of the answer included. Null if it is not known.
    pub(super) recent_commenters: Option<i64>,
    /// How the checks of an open pull request's last commit stand. Null of others, if there are none, and if GitHub does not
    /// show them.
    #[schema(value_type = Option<schemas::Checks>)]
    pub(super) checks: Option<&'static str>,
    /// When GitHub said so. It tells nobody when checks end, so they are asked for by comparisons.
    pub(super) checks_at: Option<DateTime<Utc>>,
    /// The numbers of open pull requests of the same repository that close the issue. Null of what is no issue, and if it
    /// is not known.
    pub(super) linked_pull_requests: Option<Vec<i64>>,
    /// The numbers of open issues of the same repository that the pull request closes. Null of what is none, and if it is
    /// not known.
    pub(super) linked_issues: Option<Vec<i64>>,
}

impl QueueRow {
    /// The names of its fields.
    #[rustfmt::skip]
    pub const FIELDS: [&'static str; 38] = [
        "rank", "repository", "visibility", "type", "number", "title", "url", "state", "author", "labels", "assignees",
        "milestone", "comments", "draft", "created_at", "updated_at", "days_age", "days_stale", "stale_age",
        "human_stale_age", "last_activity", "read", "note", "closed_at", "closed_reason", "repository_id", "author_id",
        "waits_for", "waits_since", "review", "author_association", "reactions", "commenters",
        "recent_commenters", "checks", "checks_at", "linked_pull_requests", "linked_issues",
    ];
}

/// A reading of an item.
#[derive(Debug, Serialize, ToSchema)]
pub struct ReadMark {
    /// Null if a spreadsheet does not tell.
    at: Option<DateTime<Utc>>,
    #[schema(example = "octocat")]
    by: String,
    /// The scrub in which it was read. Null if it was read outside of scrubs.
    #[schema(example = 51)]
    scrub: Option<i64>,
    /// The position of the reading in the account's log.
    position: i64,
}

/// A note.
#[derive(Debug, Serialize, ToSchema)]
pub struct NoteRow {
    #[schema(example = "close as stale")]
    pub(super) recommended_action: String,
    pub(super) comment: String,
    pub(super) flag: String,
    pub(super) by: String,
    pub(super) at: Option<DateTime<Utc>>,
    /// The scrub in which it was written. Null if it was written outside of scrubs.
    pub(super) scrub: Option<i64>,
    /// The position of the change in the account's log.
    pub(super) position: i64,
}

impl From<&Mark> for ReadMark {
    fn from(mark: &Mark) -> Self {
        Self { at: mark.at, by: mark.by.clone(), scrub: mark.scrub, position: mark.position }
    }
}

impl From<&Note> for NoteRow {
    fn from(note: &Note) -> Self {
        let NoteText { recommended_action, comment, flag } = note.text.clone();
        let by = note.by.clone();
        Self { recommended_action, comment, flag, by, at: note.at, scrub: note.scrub, position: note.position }
    }
}

/// The last thing that anyone did to an item.
#[derive(Debug, Serialize, ToSchema)]
pub struct LastActivity {
    #[schema(example = "commented")]
    kind: String,
    #[schema(example = "octocat")]
    actor: String,
    human: bool,
    at: DateTime<Utc>,
}

impl From<ShownItem> for QueueRow {
    fn from(shown: ShownItem) -> Self {
        let ShownItem { item, human_stale_age, last_is_human, recent_commenters } = shown;
        let last_activity = |activity: Activity| {
            let Activity { at, kind, actor, .. } = activity;
            LastActivity { kind, actor: actor.login, human: last_is_human, at }
        };
        let (checks, checks_at) = item.checks.unzip();
        let linked = |to: ItemType| item.linked.clone().filter(|_| item.item_type == to);
        Self {
            linked_pull_requests: linked(ItemType::Issue),
            linked_issues: linked(ItemType::PullRequest),
            rank: item.rank,
            repository: format!("{}/{}", item.owner, item.repository),
            visibility: if item.private { "private" } else { "public" },
            r#type: item.item_type.name(),
            number: item.place.number,
            url: item.url(),
            title: item.title,
            state: item.state.name(),
            author: item.author,
            labels: item.labels,
            assignees: item.assignees,
            milestone: item.milestone,
            comments: item.comments,
            draft: item.draft,
            created_at: item.place.created_at,
            updated_at: item.updated_at,
            days_age: item.days_age,
            days_stale: item.days_stale,
            stale_age: stale_age(item.days_age, item.days_stale),
            human_stale_age,
            last_activity: item.last_activity.map(last_activity),
            read: item.remarks.last_read().map(ReadMark::from),
            note: item.remarks.note().map(NoteRow::from),
            closed_at: item.closed_at,
            closed_reason: item.closed_reason,
            repository_id: item.place.repo_id,
            author_id: item.author_id,
            waits_for: item.waits_for.map(WaitsFor::name),
            waits_since: item.waits_since,
            review: item.review.map(Review::name),
            author_association: item.author_association.map(Association::name),
            reactions: item.reactions,
            commenters: item.commenters,
            recent_commenters,
            checks: checks.map(Checks::name),
            checks_at,
        }
    }
}
