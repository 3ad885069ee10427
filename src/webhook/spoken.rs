//! What somebody wrote, as a reader sees it: the text of an item, and of what is said on it.
//!
//! It is read from raw deliveries when somebody asks for it, and never becomes an event.

use chrono::{DateTime, Utc};

use super::reading::{read, readable};
use super::translate::parties::actor;
use super::values::Text;
use crate::activity::{Actor, Association, Verdict};
use crate::webhook::payload::User;

/// What something written is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SpokenKind {
    /// The item's own text.
    Body,
    Comment,
    /// To a comment of a discussion.
    Reply,
    Review,
    ReviewComment,
}

/// Something written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Spoken {
    pub kind: SpokenKind,
    /// GitHub's id; `None` of the item's own text.
    pub id: Option<i64>,
    /// `None` if their account is gone.
    pub author: Option<Actor>,
    pub association: Option<Association>,
    pub created_at: Option<DateTime<Utc>>,
    /// `None` where no change is known.
    pub edited_at: Option<DateTime<Utc>>,
    pub url: Option<String>,
    /// Of a review.
    pub verdict: Option<Verdict>,
    /// The id of the comment that it replies to.
    pub replies_to: Option<i64>,
    /// Of a comment in a review: the file, and the line if it is still there.
    pub path: Option<String>,
    pub line: Option<i64>,
    /// It is the answer of a discussion.
    pub is_answer: bool,
    /// Why it is hidden on GitHub, such as `spam`.
    pub minimized: Option<String>,
    /// How many replies to it, or comments of it, are not shown.
    pub further: i64,
    pub text: String,
}

impl Spoken {
    /// Something of which nothing is known but its kind and what it says.
    pub fn new(kind: SpokenKind, text: String) -> Self {
        Self {
            kind,
            id: None,
            author: None,
            association: None,
            created_at: None,
            edited_at: None,
            url: None,
            verdict: None,
            replies_to: None,
            path: None,
            line: None,
            is_answer: false,
            minimized: None,
            further: 0,
            text,
        }
    }

    /// Whether it is a review that decides something, whatever it says.
    pub fn decides(&self) -> bool {
        self.verdict.is_some_and(|verdict| verdict != Verdict::Commented)
    }
}

/// Something written, and when that was changed last.
pub type Statement = (Spoken, Option<DateTime<Utc>>);

/// What a delivery tells of the text of one item; its texts are Markdown.
#[derive(Clone, Debug, Default)]
pub struct ToldText {
    /// The item's own text; its time is that of the item's last update.
    pub body: Option<Statement>,
    /// What was said.
    pub said: Option<Statement>,
    /// The kind and id of what was deleted.
    pub deleted: Option<(SpokenKind, i64)>,
}

readable! {
    pub struct TextPayload {
        pub action: Option<Text>,
        pub repository: Option<TextRepository>,
        pub item = "issue" | "pull_request" | "discussion": Option<TextItem>,
        pub comment: Option<TextEntry>,
        pub review: Option<TextEntry>,
    }

    pub struct TextRepository {
        pub id: Option<i64>,
    }

    pub struct TextItem {
        pub number: Option<i64>,
        /// Null if there is none.
        pub body: Option<Option<Text>>,
        pub user: Option<User>,
        pub author_association: Option<Text>,
        pub created_at: Option<DateTime<Utc>>,
        pub updated_at: Option<DateTime<Utc>>,
        pub html_url: Option<Text>,
    }

    pub struct TextEntry {
        pub id: Option<i64>,
        pub body: Option<Option<Text>>,
        pub user: Option<User>,
        pub author_association: Option<Text>,
        pub created_at: Option<DateTime<Utc>>,
        pub updated_at: Option<DateTime<Utc>>,
        pub submitted_at: Option<DateTime<Utc>>,
        pub html_url: Option<Text>,
        pub state: Option<Text>,
        pub path: Option<Text>,
        pub line: Option<i64>,
        pub replies_to = "in_reply_to_id" | "parent_id": Option<i64>,
    }
}

/// What a delivery tells of the text of an item; nothing if it is about another one, or cannot be read.
pub fn told(event: &str, payload: &[u8], repo_id: i64, number: i64) -> ToldText {
    let mut told = ToldText::default();
    let Ok((Some(payload), _)) = read::<TextPayload>(payload) else { return told };
    let TextPayload { action, repository, item, comment, review } = payload;
    let here = |item: &TextItem| item.number == Some(number);
    if repository.and_then(|repository| repository.id) != Some(repo_id) || !item.as_ref().is_some_and(here) {
        return told;
    }
    told.body = item.and_then(body);
    let said = match event {
        "issue_comment" => comment.map(|comment| (SpokenKind::Comment, comment)),
        "discussion_comment" => comment.map(|comment| match comment.replies_to {
            Some(_) => (SpokenKind::Reply, comment),
            None => (SpokenKind::Comment, comment),
        }),
        "pull_request_review" => review.map(|review| (SpokenKind::Review, review)),
        "pull_request_review_comment" => comment.map(|comment| (SpokenKind::ReviewComment, comment)),
        _ => None,
    };
    let Some((kind, entry)) = said else { return told };
    if action.as_deref() == Some("deleted") {
        told.deleted = entry.id.map(|id| (kind, id));
    } else {
        told.said = said_of(kind, entry);
    }
    told
}

fn body(item: TextItem) -> Option<Statement> {
    let text = item.body?.map(|text| text.0).unwrap_or_default();
    let body = Spoken {
        author: item.user.as_ref().and_then(actor),
        association: item.author_association.as_deref().and_then(Association::from_name),
        created_at: item.created_at,
        url: item.html_url.map(|url| url.0),
        ..Spoken::new(SpokenKind::Body, text)
    };
    Some((body, item.updated_at))
}

fn said_of(kind: SpokenKind, entry: TextEntry) -> Option<Statement> {
    let text = entry.body?.map(|text| text.0).unwrap_or_default();
    let created_at = entry.submitted_at.or(entry.created_at);
    let said = Spoken {
        id: Some(entry.id.filter(|id| *id > 0)?),
        author: entry.user.as_ref().and_then(actor),
        association: entry.author_association.as_deref().and_then(Association::from_name),
        created_at,
        edited_at: entry.updated_at.filter(|at| kind != SpokenKind::Review && Some(*at) > created_at),
        url: entry.html_url.map(|url| url.0),
        verdict: entry.state.as_deref().filter(|_| kind == SpokenKind::Review).and_then(Verdict::from_name),
        replies_to: entry.replies_to,
        path: entry.path.map(|path| path.0),
        line: entry.line,
        ..Spoken::new(kind, text)
    };
    Some((said, entry.updated_at))
}
