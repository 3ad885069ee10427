//! The few fields of GitHub's answers that are read, each for itself, and the GraphQL queries.

mod author;
mod conversation;
mod queries;
mod text;

use chrono::{DateTime, Utc};
use serde_json::{Map, Value};
use uuid::Uuid;

pub use self::author::Author;
pub use self::conversation::{ConversationEntry, Conversations, Said, SaidEntry};
pub use self::queries::{
    DISCUSSION, DISCUSSION_TEXT, DISCUSSIONS, DISCUSSIONS_SINCE, ITEM_TEXT, TOTALS, conversations,
};
pub use self::text::{TextAnswer, WrittenEdge, WrittenEntry, WrittenItem, WrittenPage};
use super::answer::GitHubError;
use crate::webhook::reading::{Readable, readable};
use crate::webhook::values::{Anything, Text};

readable! {
    pub struct QueryError {
        /// `NOT_FOUND`, `RATE_LIMITED` and so on.
        pub kind = "type": Option<Text>,
        pub message: Option<Text>,
        /// Where in the answer it is: names of fields, and numbers of entries.
        pub path: Option<Vec<PathPart>>,
    }

    pub struct TokenAnswer {
        pub token: Option<Text>,
        pub expires_at: Option<DateTime<Utc>>,
    }

    pub struct App {
        pub client_id: Option<Text>,
        pub slug: Option<Text>,
        pub name: Option<Text>,
        pub html_url: Option<Text>,
        pub permissions: Option<Map<String, Value>>,
        pub events: Option<Vec<Text>>,
    }

    pub struct InstallationEntry {
        pub id: Option<i64>,
        pub account: Option<AccountEntry>,
        pub repository_selection: Option<Text>,
        pub permissions: Option<Map<String, Value>>,
        pub events: Option<Vec<Text>>,
        pub suspended_at: Option<Anything>,
    }

    /// A page of the installations that a person can see.
    pub struct InstallationPage {
        pub installations: Option<Vec<InstallationEntry>>,
    }

    pub struct AccountEntry {
        pub id: Option<i64>,
        /// An enterprise has none, and no repositories of its own either.
        pub login: Option<Text>,
        /// An enterprise's name in addresses.
        pub slug: Option<Text>,
    }

    pub struct RepositoryPage {
        pub total_count: Option<i64>,
        pub repositories: Option<Vec<RepositoryEntry>>,
    }

    pub struct RepositoryEntry {
        pub id: Option<i64>,
        pub node_id: Option<Text>,
        pub name: Option<Text>,
        pub full_name: Option<Text>,
        pub owner: Option<AccountEntry>,
        pub private: Option<bool>,
        pub archived: Option<bool>,
        pub has_discussions: Option<bool>,
        pub has_issues: Option<bool>,
        pub html_url: Option<Text>,
        pub open_issues_count: Option<i64>,
        /// What the person may do who asks.
        pub permissions: Option<RightsEntry>,
    }

    pub struct RightsEntry {
        pub admin: Option<bool>,
        pub maintain: Option<bool>,
        pub push: Option<bool>,
        pub triage: Option<bool>,
    }

    /// An item, by its own answer.
    pub struct ItemAddress {
        pub number: Option<i64>,
        pub repository_url: Option<Text>,
    }

    pub struct RepositoryLabel {
        pub id: Option<i64>,
        pub node_id: Option<Text>,
    }

    pub struct HookDelivery {
        pub id: Option<i64>,
        pub guid: Option<Uuid>,
        pub delivered_at: Option<DateTime<Utc>>,
        /// In words, such as `failed to connect`.
        pub status: Option<Text>,
        pub status_code: Option<i64>,
        pub installation_id: Option<i64>,
    }

    pub struct HookConfig {
        pub url: Option<Text>,
        /// Asterisks in place of the secret, if there is one.
        pub secret: Option<Text>,
        /// `json` or `form`.
        pub content_type: Option<Text>,
        /// `1` or 1 if GitHub does not check the host's certificate.
        pub insecure_ssl: Option<Switch>,
    }

    pub struct PageInfo {
        pub has_next_page = "hasNextPage": Option<bool>,
        pub end_cursor = "endCursor": Option<Text>,
    }

    pub struct DiscussionsPage {
        pub page_info = "pageInfo": Option<PageInfo>,
        pub nodes: Option<Vec<Option<Discussion>>>,
    }

    pub struct RepositoryDiscussions {
        pub discussions: Option<DiscussionsPage>,
    }

    pub struct RepositoryDiscussion {
        pub has_discussions_enabled = "hasDiscussionsEnabled": Option<bool>,
        /// `Some(None)` if there is no such discussion.
        pub discussion: Option<Option<Discussion>>,
    }

    pub struct Discussion {
        pub id: Option<Text>,
        pub number: Option<i64>,
        pub title: Option<Text>,
        pub created_at = "createdAt": Option<DateTime<Utc>>,
        pub updated_at = "updatedAt": Option<DateTime<Utc>>,
        pub closed: Option<bool>,
        pub closed_at = "closedAt": Option<DateTime<Utc>>,
        pub state_reason = "stateReason": Option<Text>,
        /// Null in a category without answers.
        pub is_answered = "isAnswered": Option<Option<bool>>,
        pub author_association = "authorAssociation": Option<Text>,
        pub author: Option<Author>,
        pub comments: Option<Total>,
        pub labels: Option<LabelNodes>,
    }

    pub struct LabelNodes {
        pub nodes: Option<Vec<NamedLabel>>,
    }

    pub struct NamedLabel {
        pub id: Option<Text>,
        pub name: Option<Text>,
    }

    pub struct Total {
        pub count = "totalCount": Option<i64>,
    }

    pub struct UpdatedItems {
        pub nodes: Option<Vec<UpdatedItem>>,
    }

    pub struct UpdatedItem {
        pub number: Option<i64>,
        pub updated_at = "updatedAt": Option<DateTime<Utc>>,
    }

    /// The answer to [`TOTALS`]: each repository at the place of its id.
    pub struct ManyTotals {
        pub nodes: Option<Vec<Option<Totals>>>,
    }

    /// A repository's totals. A number that is missing says nothing; discussions are missing if the App may
    /// not read them.
    pub struct Totals {
        pub name_with_owner = "nameWithOwner": Option<Text>,
        pub is_private = "isPrivate": Option<bool>,
        pub is_archived = "isArchived": Option<bool>,
        pub issues: Option<UpdatedItems>,
        pub open_issues = "openIssues": Option<Total>,
        pub all_issues = "allIssues": Option<Total>,
        pub pull_requests = "pullRequests": Option<UpdatedItems>,
        pub open_pull_requests = "openPullRequests": Option<Total>,
        pub all_pull_requests = "allPullRequests": Option<Total>,
        pub discussions: Option<UpdatedItems>,
        pub open_discussions = "openDiscussions": Option<Total>,
        pub all_discussions = "allDiscussions": Option<Total>,
    }

    /// The answer to a question about one node: null if there is none, or none that we may see.
    pub struct OneNode<T> {
        pub node: Option<T>,
    }

    /// The answer to a question in GraphQL.
    pub struct Reply<T> {
        pub data: Option<T>,
        pub errors: Option<Vec<QueryError>>,
    }

    /// The body of an error answer. The errors of REST may also be texts.
    pub struct ErrorBody {
        pub message: Option<Text>,
        pub errors: Option<Vec<QueryError>>,
    }
}

/// A repository in a list, with what it cannot do without.
#[derive(Clone, Debug)]
pub struct GitHubRepository {
    pub id: i64,
    pub owner_id: i64,
    pub owner: String,
    pub name: String,
    pub node_id: String,
    pub private: Option<bool>,
    pub archived: Option<bool>,
    pub has_discussions: bool,
    pub html_url: Option<String>,
}

impl RepositoryEntry {
    /// The owner's login and the name are also in the full name.
    pub fn repository(&self) -> Option<GitHubRepository> {
        let full_name = self.full_name.as_deref().and_then(|name| name.split_once('/'));
        let (login, name) = full_name.unzip();
        let owner = self.owner.as_ref()?;
        Some(GitHubRepository {
            id: self.id?,
            owner_id: owner.id?,
            owner: owner.login.as_deref().or(login)?.to_owned(),
            name: self.name.as_deref().or(name)?.to_owned(),
            node_id: self.node_id.as_ref()?.0.clone(),
            private: self.private,
            archived: self.archived,
            // If it has none, asking for them costs one request.
            has_discussions: self.has_discussions.unwrap_or(true),
            html_url: self.html_url.as_ref().map(|url| url.0.clone()),
        })
    }
}

/// An installation in a list, with what it cannot do without.
#[derive(Clone, Debug)]
pub struct GitHubInstallation {
    pub id: i64,
    pub account_id: i64,
    pub login: String,
    pub selected: Option<bool>,
    pub permissions: Option<Value>,
    pub suspended: bool,
}

impl InstallationEntry {
    pub fn installation(&self) -> Option<GitHubInstallation> {
        let account = self.account.as_ref()?;
        Some(GitHubInstallation {
            id: self.id?,
            account_id: account.id?,
            login: account.login.as_ref().map(|login| login.0.clone()).filter(|login| !login.is_empty())?,
            selected: self.repository_selection.as_deref().map(|selection| selection == "selected"),
            permissions: self.permissions.clone().map(Value::Object),
            suspended: self.suspended_at.is_some(),
        })
    }

    /// Whether it is on an enterprise, which has no repositories of its own, and whose id is not that of an
    /// account.
    pub fn is_on_enterprise(&self) -> bool {
        self.account.as_ref().is_some_and(|account| account.login.is_none() && account.slug.is_some())
    }
}

impl DiscussionsPage {
    /// The discussions of the page after a cursor, and the cursor of the next page.
    ///
    /// # Errors
    /// [`GitHubError::Unreadable`] if it is not clear whether there is another page.
    pub fn entries(self, after: Option<&str>) -> Result<(Vec<Discussion>, Option<String>), GitHubError> {
        let page = self.page_info.unwrap_or_default();
        let unclear = || GitHubError::Unreadable("it does not say whether there is another page".to_owned());
        let more = page.has_next_page.ok_or_else(unclear)?;
        let next = if more { Some(page.end_cursor.ok_or_else(unclear)?.0) } else { None };
        // A page that leads to itself is the last one.
        let next = next.filter(|next| Some(next.as_str()) != after);
        Ok((self.nodes.into_iter().flatten().flatten().collect(), next))
    }
}

impl HookDelivery {
    /// Whether it was answered with 2xx.
    pub fn arrived(&self) -> bool {
        match self.status_code {
            Some(code) => (200..300).contains(&code),
            None => self.status.as_deref() == Some("OK"),
        }
    }
}

/// A part of the path to what an error is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PathPart {
    Field,
    Entry,
}

impl Readable for PathPart {
    fn of_integer(_: i64) -> Option<Self> {
        Some(PathPart::Entry)
    }

    fn of_text(_: &str) -> Option<Self> {
        Some(PathPart::Field)
    }
}

/// A switch, which may be a number, a text of one, or a truth value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Switch(pub bool);

impl Readable for Switch {
    fn of_bool(on: bool) -> Option<Self> {
        Some(Self(on))
    }

    fn of_integer(number: i64) -> Option<Self> {
        Some(Self(number == 1))
    }

    fn of_text(text: &str) -> Option<Self> {
        Some(Self(text == "1"))
    }
}

impl QueryError {
    /// Whether it is about one entry of a list.
    pub fn is_of_entry(&self) -> bool {
        self.path.iter().flatten().any(|part| *part == PathPart::Entry)
    }

    /// Whether GitHub does not take the cursor that was asked with.
    pub fn is_of_cursor(&self) -> bool {
        let said = self.message.as_deref().unwrap_or_default().to_lowercase();
        self.kind.as_deref() == Some("INVALID_CURSOR_ARGUMENTS") || said.contains("valid cursor")
    }
}

impl Total {
    /// The number, if the total has one.
    pub fn of(total: &Option<Self>) -> Option<i64> {
        total.as_ref().and_then(|total| total.count)
    }
}

impl Totals {
    /// The number of issues, pull requests and discussions of all states, as far as it is known.
    pub fn items(&self) -> i64 {
        let all = [&self.all_issues, &self.all_pull_requests, &self.all_discussions];
        all.into_iter().filter_map(Total::of).sum()
    }

    /// The last updated items, up to five of each kind: issues, pull requests, discussions.
    pub fn last_updated(&self) -> [Vec<(i64, DateTime<Utc>)>; 3] {
        [&self.issues, &self.pull_requests, &self.discussions].map(|items| {
            let items = items.as_ref().and_then(|items| items.nodes.as_ref()).into_iter().flatten();
            items.filter_map(|item| item.number.zip(item.updated_at)).collect()
        })
    }
}
