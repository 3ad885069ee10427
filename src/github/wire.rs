//! The GraphQL queries, and the few fields of GitHub's answers that are read.

use chrono::{DateTime, Utc};
use serde::Deserialize;
use serde_json::Value;
use uuid::Uuid;

/// The fields of a discussion that every query asks for.
macro_rules! discussion_fields {
    () => {
        "
fragment fields on Discussion {
  id number title createdAt updatedAt closed closedAt stateReason isAnswered authorAssociation
  author {
    __typename login
    ... on User { databaseId } ... on Bot { databaseId } ... on Mannequin { databaseId } ... on Organization { databaseId }
  }
  comments { totalCount }
  labels(first: 100) { nodes { id name } }
}"
    };
}

/// A page of the discussions in given states, by the time of their creation.
pub const DISCUSSIONS: &str = concat!(
    "
query Discussions($id: ID!, $after: String, $states: [DiscussionState!]!) {
  node(id: $id) {
    __typename
    ... on Repository {
      discussions(first: 100, after: $after, states: $states, orderBy: {field: CREATED_AT, direction: ASC}) {
        pageInfo { hasNextPage endCursor }
        nodes { ...fields }
      }
    }
  }
}",
    discussion_fields!()
);

/// A page of discussions, the last updated first.
pub const DISCUSSIONS_SINCE: &str = concat!(
    "
query DiscussionsSince($id: ID!, $after: String) {
  node(id: $id) {
    __typename
    ... on Repository {
      discussions(first: 100, after: $after, orderBy: {field: UPDATED_AT, direction: DESC}) {
        pageInfo { hasNextPage endCursor }
        nodes { ...fields }
      }
    }
  }
}",
    discussion_fields!()
);

/// One discussion.
pub const DISCUSSION: &str = concat!(
    "
query Discussion($id: ID!, $number: Int!) {
  node(id: $id) {
    __typename
    ... on Repository {
      hasDiscussionsEnabled
      discussion(number: $number) { ...fields }
    }
  }
}",
    discussion_fields!()
);

/// How many items up to 100 repositories have, and which were updated last. All of it costs some points.
/// It may include discussions only if the App may read them: otherwise GitHub answers nothing at all.
pub const TOTALS: &str = "
query Totals($ids: [ID!]!, $discussions: Boolean!) {
  nodes(ids: $ids) {
    __typename
    ... on Repository {
      nameWithOwner isPrivate isArchived
      issues(first: 5, orderBy: {field: UPDATED_AT, direction: DESC}) { nodes { number updatedAt } }
      openIssues: issues(states: OPEN) { totalCount }
      allIssues: issues { totalCount }
      pullRequests(first: 5, orderBy: {field: UPDATED_AT, direction: DESC}) { nodes { number updatedAt } }
      openPullRequests: pullRequests(states: OPEN) { totalCount }
      allPullRequests: pullRequests { totalCount }
      discussions(first: 5, orderBy: {field: UPDATED_AT, direction: DESC}) @include(if: $discussions) {
        nodes { number updatedAt }
      }
      openDiscussions: discussions(states: OPEN) @include(if: $discussions) { totalCount }
      allDiscussions: discussions @include(if: $discussions) { totalCount }
    }
  }
}";

#[derive(Debug, Deserialize)]
pub struct QueryError {
    /// `NOT_FOUND`, `RATE_LIMITED` and so on.
    #[serde(rename = "type")]
    pub kind: Option<String>,
    #[serde(default)]
    pub message: String,
}

#[derive(Debug, Deserialize)]
pub struct Minted {
    pub token: String,
    pub expires_at: DateTime<Utc>,
}

#[derive(Debug, Deserialize)]
pub struct App {
    pub slug: Option<String>,
    pub name: String,
    pub html_url: Option<String>,
    #[serde(default)]
    pub permissions: Value,
    #[serde(default)]
    pub events: Vec<String>,
}

#[derive(Debug, Deserialize)]
pub struct GitHubAccount {
    pub id: i64,
    /// Empty for an enterprise, which has no repositories of its own.
    #[serde(default)]
    pub login: String,
}

#[derive(Debug, Deserialize)]
pub struct GitHubInstallation {
    pub id: i64,
    pub account: GitHubAccount,
    pub repository_selection: Option<String>,
    #[serde(default)]
    pub permissions: Value,
    #[serde(default)]
    pub events: Vec<String>,
    pub suspended_at: Option<DateTime<Utc>>,
}

#[derive(Debug, Deserialize)]
pub struct RepositoryPage {
    pub total_count: i64,
    pub repositories: Vec<GitHubRepository>,
}

#[derive(Clone, Debug, Deserialize)]
pub struct GitHubRepository {
    pub id: i64,
    pub node_id: String,
    pub name: String,
    pub owner: RepositoryOwner,
    pub private: bool,
    #[serde(default)]
    pub archived: bool,
    #[serde(default)]
    pub has_discussions: bool,
    pub has_issues: Option<bool>,
    pub html_url: Option<String>,
}

#[derive(Clone, Debug, Deserialize)]
pub struct RepositoryOwner {
    pub id: i64,
    pub login: String,
}

#[derive(Debug, Deserialize)]
pub struct RepositoryLabel {
    pub id: i64,
    pub node_id: String,
}

#[derive(Debug, Deserialize)]
pub struct HookDelivery {
    pub id: i64,
    pub guid: Uuid,
    pub delivered_at: DateTime<Utc>,
    /// In words, such as `failed to connect`.
    #[serde(default)]
    pub status: String,
    pub status_code: i64,
    pub installation_id: Option<i64>,
}

impl HookDelivery {
    /// Whether it was answered with 2xx.
    pub fn arrived(&self) -> bool {
        (200..300).contains(&self.status_code)
    }
}

#[derive(Debug, Deserialize)]
pub struct HookConfig {
    pub url: Option<String>,
    /// Asterisks in place of the secret, if there is one.
    pub secret: Option<String>,
    /// `json` or `form`.
    pub content_type: Option<String>,
    /// `1` or 1 if GitHub does not check the host's certificate.
    pub insecure_ssl: Option<Value>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PageInfo {
    pub has_next_page: bool,
    pub end_cursor: Option<String>,
}

#[derive(Debug, Deserialize)]
pub struct OneNode<T> {
    pub node: Option<T>,
}

#[derive(Debug, Deserialize)]
pub struct ManyNodes<T> {
    pub nodes: Vec<Option<T>>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct DiscussionsPage {
    pub page_info: PageInfo,
    pub nodes: Vec<Option<Discussion>>,
}

#[derive(Debug, Deserialize)]
pub struct RepositoryDiscussions {
    pub discussions: Option<DiscussionsPage>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct RepositoryDiscussion {
    pub has_discussions_enabled: bool,
    pub discussion: Option<Discussion>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Discussion {
    pub id: String,
    pub number: i64,
    pub title: String,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
    pub closed: bool,
    pub closed_at: Option<DateTime<Utc>>,
    pub state_reason: Option<String>,
    pub is_answered: Option<bool>,
    pub author_association: Option<String>,
    pub author: Option<Author>,
    pub comments: Total,
    pub labels: Option<ManyNodes<NamedLabel>>,
}

#[derive(Debug, Deserialize)]
pub struct Author {
    #[serde(rename = "__typename")]
    pub kind: String,
    pub login: String,
    #[serde(rename = "databaseId")]
    pub id: Option<i64>,
}

#[derive(Debug, Deserialize)]
pub struct NamedLabel {
    pub id: String,
    pub name: String,
}

#[derive(Clone, Copy, Debug, Default, Deserialize)]
pub struct Total {
    #[serde(rename = "totalCount")]
    pub count: i64,
}

#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct UpdatedItem {
    pub number: i64,
    pub updated_at: DateTime<Utc>,
}

/// A repository's answer to [`TOTALS`].
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Totals {
    pub name_with_owner: String,
    pub is_private: bool,
    pub is_archived: bool,
    pub issues: ManyNodes<UpdatedItem>,
    pub open_issues: Total,
    pub all_issues: Total,
    pub pull_requests: ManyNodes<UpdatedItem>,
    pub open_pull_requests: Total,
    pub all_pull_requests: Total,
    /// Absent if the App may not read discussions.
    pub discussions: Option<ManyNodes<UpdatedItem>>,
    pub open_discussions: Option<Total>,
    pub all_discussions: Option<Total>,
}

impl Totals {
    /// The number of issues, pull requests and discussions of all states.
    pub fn items(&self) -> i64 {
        let (_, discussions) = self.discussion_counts().unwrap_or_default();
        self.all_issues.count + self.all_pull_requests.count + discussions
    }

    /// The numbers of open and of all discussions, if the App may read them.
    pub fn discussion_counts(&self) -> Option<(i64, i64)> {
        Some((self.open_discussions?.count, self.all_discussions?.count))
    }

    /// The last updated items, up to five of each kind: issues, pull requests, discussions.
    pub fn last_updated(&self) -> [&[Option<UpdatedItem>]; 3] {
        let discussions = self.discussions.as_ref().map_or(&[][..], |found| found.nodes.as_slice());
        [&self.issues.nodes, &self.pull_requests.nodes, discussions]
    }
}
