//! What is written on an item, as GraphQL shows it.

use chrono::{DateTime, Utc};

use super::author::Author;
use crate::webhook::reading::readable;
use crate::webhook::values::Text;

readable! {
    /// The answer to [`super::ITEM_TEXT`] and [`super::DISCUSSION_TEXT`].
    pub struct TextAnswer {
        /// Null if there is none, or none that we may see.
        pub repository: Option<TextRepository>,
    }

    pub struct TextRepository {
        pub id = "databaseId": Option<i64>,
        pub is_private = "isPrivate": Option<bool>,
        pub item = "issueOrPullRequest" | "discussion": Option<WrittenItem>,
    }

    /// An issue, pull request or discussion.
    pub struct WrittenItem {
        pub number: Option<i64>,
        pub url: Option<Text>,
        pub body_html = "bodyHTML": Option<Text>,
        pub created_at = "createdAt": Option<DateTime<Utc>>,
        pub edited_at = "lastEditedAt": Option<DateTime<Utc>>,
        pub author: Option<Author>,
        pub author_association = "authorAssociation": Option<Text>,
        /// Of a pull request: comments and reviews.
        pub said = "comments" | "timelineItems": Option<WrittenPage>,
    }

    pub struct WrittenPage {
        pub page_info = "pageInfo": Option<EarlierPage>,
        pub edges: Option<Vec<Option<WrittenEdge>>>,
    }

    pub struct EarlierPage {
        pub has_previous = "hasPreviousPage": Option<bool>,
    }

    pub struct WrittenEdge {
        pub cursor: Option<Text>,
        pub node: Option<WrittenEntry>,
    }

    /// A comment, a reply, a review, or a comment of a review.
    pub struct WrittenEntry {
        pub kind = "__typename": Option<Text>,
        pub id = "fullDatabaseId" | "databaseId": Option<i64>,
        pub url: Option<Text>,
        pub body_html = "bodyHTML": Option<Text>,
        pub created_at = "createdAt": Option<DateTime<Utc>>,
        pub submitted_at = "submittedAt": Option<DateTime<Utc>>,
        pub edited_at = "lastEditedAt": Option<DateTime<Utc>>,
        pub deleted_at = "deletedAt": Option<DateTime<Utc>>,
        pub author: Option<Author>,
        pub author_association = "authorAssociation": Option<Text>,
        pub state: Option<Text>,
        pub path: Option<Text>,
        pub line: Option<i64>,
        pub is_answer = "isAnswer": Option<bool>,
        pub is_minimized = "isMinimized": Option<bool>,
        pub minimized_reason = "minimizedReason": Option<Text>,
        pub replies_to = "replyTo": Option<RepliedTo>,
        /// Replies to a comment of a discussion, comments of a review.
        pub below = "replies" | "comments": Option<WrittenList>,
    }

    pub struct WrittenList {
        pub count = "totalCount": Option<i64>,
        pub nodes: Option<Vec<Option<WrittenEntry>>>,
    }

    pub struct RepliedTo {
        pub id = "fullDatabaseId" | "databaseId": Option<i64>,
    }
}
