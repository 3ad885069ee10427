//! The few fields of GitHub's webhook payloads that we read, each for itself (see [`super::reading`]).
//!
//! Every field is optional. What cannot do without one says so where it uses it.

use chrono::{DateTime, Utc};

use super::reading::readable;
use super::values::{Anything, Entries, Text};

readable! {
    pub struct Payload {
        pub action: Option<Text>,
        pub repository: Option<RepositoryPayload>,
        pub organization: Option<User>,
        pub installation: Option<InstallationPayload>,
        /// In `installation_target`: the renamed account.
        pub account: Option<User>,
        pub sender: Option<User>,
        /// In `member` and `membership`: whom it is about; in `organization` they are in a membership.
        pub member: Option<User>,
        pub membership: Option<MembershipPayload>,
        pub issue: Option<ItemPayload>,
        pub pull_request: Option<ItemPayload>,
        pub discussion: Option<ItemPayload>,
        pub sub_issue: Option<ItemPayload>,
        pub parent_issue: Option<ItemPayload>,
        pub blocked_issue: Option<ItemPayload>,
        pub blocking_issue: Option<ItemPayload>,
        pub comment: Option<CommentPayload>,
        pub review: Option<CommentPayload>,
        pub label: Option<LabelPayload>,
        pub assignee: Option<User>,
        pub milestone: Option<MilestonePayload>,
        pub changes: Option<ChangesPayload>,
        pub repositories: Option<Vec<RepositoryPayload>>,
        pub repositories_added: Option<Vec<RepositoryPayload>>,
        pub repositories_removed: Option<Vec<RepositoryPayload>>,
        pub repository_selection: Option<Text>,
    }

    /// An issue, pull request or discussion.
    pub struct ItemPayload {
        pub number: Option<i64>,
        pub node_id: Option<Text>,
        pub title: Option<Text>,
        pub user: Option<User>,
        pub state: Option<Text>,
        pub state_reason: Option<Text>,
        pub created_at: Option<DateTime<Utc>>,
        pub updated_at: Option<DateTime<Utc>>,
        pub closed_at: Option<Option<DateTime<Utc>>>,
        pub merged_at: Option<Option<DateTime<Utc>>>,
        pub answer_chosen_at: Option<Option<DateTime<Utc>>>,
        pub draft: Option<bool>,
        pub comments: Option<i64>,
        pub labels: Option<Entries<LabelPayload>>,
        pub assignees: Option<Vec<User>>,
        pub milestone: Option<Option<MilestonePayload>>,
        pub author_association: Option<Text>,
        pub reactions: Option<ReactionsPayload>,
        /// Of a pull request: its last commit, whose review is asked for, and whether it merges by itself.
        pub head: Option<CommitPayload>,
        pub requested_reviewers: Option<Vec<Anything>>,
        pub requested_teams: Option<Vec<Anything>>,
        pub auto_merge: Option<Option<Anything>>,
        /// The address of the item's repository in the API.
        pub repository_url: Option<Text>,
        /// On an issue that is a pull request: where that is.
        pub pull_request: Option<PullRequestMark>,
    }

    /// Where the pull request is that an issue is. On issues of old times that are none, it is there too, with
    /// nulls in it.
    pub struct PullRequestMark {
        pub url: Option<Anything>,
        pub html_url: Option<Anything>,
        pub diff_url: Option<Anything>,
        pub patch_url: Option<Anything>,
        pub merged_at: Option<Option<DateTime<Utc>>>,
    }

    /// A comment or a review.
    pub struct CommentPayload {
        pub id: Option<i64>,
        pub created_at: Option<DateTime<Utc>>,
        pub updated_at: Option<DateTime<Utc>>,
        pub submitted_at: Option<DateTime<Utc>>,
        pub user: Option<User>,
        pub author_association: Option<Text>,
        /// Of a review: its verdict, and the commit that it is about.
        pub state: Option<Text>,
        pub commit_id: Option<Text>,
    }

    pub struct ReactionsPayload {
        pub total_count: Option<i64>,
    }

    pub struct CommitPayload {
        pub sha: Option<Text>,
    }

    pub struct User {
        pub login: Option<Text>,
        pub id: Option<i64>,
        pub user_type = "type": Option<Text>,
    }

    pub struct MembershipPayload {
        pub user: Option<User>,
    }

    pub struct RepositoryPayload {
        pub id: Option<i64>,
        pub name: Option<Text>,
        pub full_name: Option<Text>,
        pub owner: Option<User>,
        pub private: Option<bool>,
        pub archived: Option<bool>,
        pub html_url: Option<Text>,
    }

    pub struct InstallationPayload {
        pub account: Option<User>,
        pub repository_selection: Option<Text>,
    }

    pub struct LabelPayload {
        pub id: Option<i64>,
        pub name: Option<Text>,
    }

    pub struct MilestonePayload {
        pub number: Option<i64>,
        pub title: Option<Text>,
        pub state: Option<Text>,
        pub due_on: Option<Option<DateTime<Utc>>>,
    }

    pub struct ChangesPayload {
        /// In `edited`: the title was changed.
        pub title: Option<Anything>,
        pub new_issue = "new_issue" | "new_discussion": Option<ItemNumber>,
        pub new_repository: Option<RepositoryPayload>,
        pub old_issue = "old_issue" | "old_discussion": Option<ItemNumber>,
        pub old_repository: Option<RepositoryPayload>,
        /// In a repository's `transferred`: the previous owner.
        pub owner: Option<OwnerChange>,
    }

    pub struct ItemNumber {
        pub number: Option<i64>,
    }

    pub struct OwnerChange {
        pub from: Option<OwnerBefore>,
    }

    pub struct OwnerBefore {
        pub user = "user" | "organization": Option<User>,
    }
}

impl PullRequestMark {
    /// Whether it names a pull request.
    pub fn is_set(&self) -> bool {
        [self.url, self.html_url, self.diff_url, self.patch_url].iter().any(Option::is_some)
            || matches!(self.merged_at, Some(Some(_)))
    }
}
