//! The conversation of an item, as GraphQL shows it.

use chrono::{DateTime, Utc};

use super::{Author, Total};
use crate::webhook::reading::{Values, readable};
use crate::webhook::values::{Anything, Text};

readable! {
    /// The answer to [`super::conversations`].
    pub struct Conversations {
        pub node: Option<Values<ConversationEntry>>,
    }

    /// An issue, pull request or discussion. What only some of them have is missing from the others.
    pub struct ConversationEntry {
        pub kind = "__typename": Option<Text>,
        pub number: Option<i64>,
        pub created_at = "createdAt": Option<DateTime<Utc>>,
        pub updated_at = "updatedAt": Option<DateTime<Utc>>,
        pub author: Option<Author>,
        pub author_association = "authorAssociation": Option<Text>,
        pub reactions: Option<Total>,
        pub comments: Option<Said>,
        pub reviews: Option<Said>,
        pub is_draft = "isDraft": Option<bool>,
        pub head = "headRefOid": Option<Text>,
        pub auto_merge = "autoMergeRequest": Option<Option<Anything>>,
        pub merge_queue = "mergeQueueEntry": Option<Option<Anything>>,
        pub review_requests = "reviewRequests": Option<Total>,
        pub commits: Option<Commits>,
        /// Null if the last commit has no checks, or if the App may not read them.
        pub rollup = "statusCheckRollup": Option<Option<Rollup>>,
        /// The pull requests that close an issue.
        pub closed_by = "closedByPullRequestsReferences": Option<LinkedPull>,
        /// The issues that a pull request closes.
        pub closes = "closingIssuesReferences": Option<LinkedPull>,
    }

    pub struct Rollup {
        pub state: Option<Text>,
    }

    pub struct LinkedPull {
        pub nodes: Option<Vec<Option<LinkedItem>>>,
    }

    pub struct LinkedItem {
        pub number: Option<i64>,
        pub repository: Option<LinkedRepository>,
    }

    pub struct LinkedRepository {
        pub id = "databaseId": Option<i64>,
    }

    /// Comments or reviews, or the replies to a comment.
    pub struct Said {
        pub count = "totalCount": Option<i64>,
        pub nodes: Option<Vec<Option<SaidEntry>>>,
    }

    pub struct SaidEntry {
        pub id = "fullDatabaseId" | "databaseId": Option<i64>,
        pub created_at = "createdAt": Option<DateTime<Utc>>,
        pub submitted_at = "submittedAt": Option<DateTime<Utc>>,
        pub state: Option<Text>,
        pub author_association = "authorAssociation": Option<Text>,
        pub author: Option<Author>,
        pub commit: Option<CommitEntry>,
        /// Of a comment in a discussion.
        pub replies: Option<Said>,
    }

    pub struct CommitEntry {
        pub oid: Option<Text>,
        pub committed_at = "committedDate": Option<DateTime<Utc>>,
        pub author: Option<CommitAuthor>,
    }

    pub struct CommitAuthor {
        /// Null if the address in the commit is nobody's on GitHub.
        pub user: Option<Author>,
    }

    pub struct Commits {
        pub nodes: Option<Vec<Option<PullCommit>>>,
    }

    pub struct PullCommit {
        pub commit: Option<CommitEntry>,
    }
}
