//! The few fields of GitHub's webhook payloads that we read.
//!
//! GitHub's published schemas and examples disagree with one another and with what it sends. So every
//! field is optional, except the few without which there is no item, and a time may come in each
//! form that was seen: RFC 3339 with or without fraction and offset, or seconds since 1970.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Deserializer};
use serde_json::value::RawValue;

use crate::activity::fold::whole_second;

#[derive(Debug, Deserialize)]
pub struct Payload {
    #[serde(default)]
    pub action: Option<Text>,
    pub repository: Option<RepositoryPayload>,
    pub organization: Option<User>,
    pub installation: Option<InstallationPayload>,
    /// In `installation_target`: the renamed account.
    pub account: Option<User>,
    pub sender: Option<User>,
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
    #[serde(default)]
    pub repositories: Vec<RepositoryPayload>,
    #[serde(default)]
    pub repositories_added: Vec<RepositoryPayload>,
    #[serde(default)]
    pub repositories_removed: Vec<RepositoryPayload>,
    pub repository_selection: Option<Text>,
}

/// The fields that can be read of a payload that is not of GitHub's shape.
#[derive(Debug, Default)]
pub struct ReadableFields {
    pub action: Option<Text>,
    /// Login and id of the accounts that the payload may be about, the likeliest first.
    pub accounts: Vec<(Text, i64)>,
}

impl ReadableFields {
    /// Reads field by field. A body that is not a JSON object has none.
    pub fn of(body: &[u8]) -> Self {
        type Raw<'a> = Option<&'a RawValue>;

        #[derive(Default, Deserialize)]
        #[serde(default)]
        struct OuterFields<'a> {
            #[serde(borrow)]
            action: Raw<'a>,
            #[serde(borrow)]
            repository: Raw<'a>,
            #[serde(borrow)]
            installation: Raw<'a>,
            #[serde(borrow)]
            organization: Raw<'a>,
            #[serde(borrow)]
            account: Raw<'a>,
        }

        #[derive(Default, Deserialize)]
        #[serde(default)]
        struct InnerFields<'a> {
            #[serde(borrow)]
            owner: Raw<'a>,
            #[serde(borrow)]
            account: Raw<'a>,
        }

        #[derive(Deserialize)]
        struct NamedAccount {
            login: Text,
            id: i64,
        }

        fn read<'a, T: Deserialize<'a>>(raw: Raw<'a>) -> Option<T> {
            raw.and_then(|raw| serde_json::from_str(raw.get()).ok())
        }

        let outer: OuterFields = serde_json::from_slice(body).unwrap_or_default();
        let inner = |raw| read::<InnerFields>(raw).unwrap_or_default();
        let accounts =
            [inner(outer.repository).owner, inner(outer.installation).account, outer.organization, outer.account];
        let named = accounts.into_iter().filter_map(read::<NamedAccount>);
        Self { action: read(outer.action), accounts: named.map(|named| (named.login, named.id)).collect() }
    }
}

/// An issue, pull request or discussion.
#[derive(Debug, Deserialize)]
pub struct ItemPayload {
    pub number: i64,
    pub node_id: Option<Text>,
    pub title: Option<Text>,
    pub user: Option<User>,
    pub state: Option<Text>,
    pub state_reason: Option<Text>,
    #[serde(default, deserialize_with = "time")]
    pub created_at: Option<DateTime<Utc>>,
    #[serde(default, deserialize_with = "time")]
    pub updated_at: Option<DateTime<Utc>>,
    #[serde(default, deserialize_with = "nullable_time")]
    pub closed_at: Option<Option<DateTime<Utc>>>,
    #[serde(default, deserialize_with = "nullable_time")]
    pub merged_at: Option<Option<DateTime<Utc>>>,
    #[serde(default, deserialize_with = "nullable_time")]
    pub answer_chosen_at: Option<Option<DateTime<Utc>>>,
    pub draft: Option<bool>,
    pub comments: Option<i64>,
    pub labels: Option<Vec<LabelPayload>>,
    pub assignees: Option<Vec<Option<User>>>,
    #[serde(default, deserialize_with = "present")]
    pub milestone: Option<Option<MilestonePayload>>,
    pub author_association: Option<Text>,
    /// Present on an issue that is a pull request.
    pub pull_request: Option<PullRequestMark>,
}

#[derive(Debug, Deserialize)]
pub struct PullRequestMark {
    #[serde(default, deserialize_with = "nullable_time")]
    pub merged_at: Option<Option<DateTime<Utc>>>,
}

/// A comment or a review.
#[derive(Debug, Deserialize)]
pub struct CommentPayload {
    #[serde(default, deserialize_with = "time")]
    pub created_at: Option<DateTime<Utc>>,
    #[serde(default, deserialize_with = "time")]
    pub updated_at: Option<DateTime<Utc>>,
    #[serde(default, deserialize_with = "time")]
    pub submitted_at: Option<DateTime<Utc>>,
    pub user: Option<User>,
    pub author_association: Option<Text>,
}

#[derive(Clone, Debug, Deserialize)]
pub struct User {
    pub login: Text,
    pub id: Option<i64>,
    #[serde(rename = "type")]
    pub user_type: Option<Text>,
}

#[derive(Debug, Deserialize)]
pub struct RepositoryPayload {
    pub id: i64,
    pub name: Option<Text>,
    pub full_name: Option<Text>,
    pub owner: Option<User>,
    pub private: Option<bool>,
    pub archived: Option<bool>,
    pub html_url: Option<Text>,
}

#[derive(Debug, Deserialize)]
pub struct InstallationPayload {
    pub account: Option<User>,
    pub repository_selection: Option<Text>,
}

#[derive(Debug, Deserialize)]
pub struct LabelPayload {
    pub id: Option<i64>,
    pub name: Option<Text>,
}

#[derive(Debug, Deserialize)]
pub struct MilestonePayload {
    pub number: Option<i64>,
    pub title: Option<Text>,
}

#[derive(Debug, Deserialize)]
pub struct ChangesPayload {
    /// In `edited`: the title was changed.
    pub title: Option<serde::de::IgnoredAny>,
    #[serde(alias = "new_discussion")]
    pub new_issue: Option<ItemNumber>,
    pub new_repository: Option<RepositoryPayload>,
    #[serde(alias = "old_discussion")]
    pub old_issue: Option<ItemNumber>,
    pub old_repository: Option<RepositoryPayload>,
    /// In a repository's `transferred`: the previous owner.
    pub owner: Option<OwnerChange>,
}

#[derive(Debug, Deserialize)]
pub struct ItemNumber {
    pub number: i64,
}

#[derive(Debug, Deserialize)]
pub struct OwnerChange {
    pub from: Option<OwnerBefore>,
}

#[derive(Debug, Deserialize)]
pub struct OwnerBefore {
    #[serde(alias = "organization")]
    pub user: Option<User>,
}

/// A string that Postgres can store: it refuses U+0000, which becomes U+FFFD.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Text(pub String);

impl std::ops::Deref for Text {
    type Target = str;

    fn deref(&self) -> &str {
        &self.0
    }
}

impl<'de> Deserialize<'de> for Text {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Ok(Self(if text.contains('\0') { text.replace('\0', "\u{FFFD}") } else { text }))
    }
}

#[derive(Deserialize)]
#[serde(untagged)]
enum AnyTime {
    Seconds(i64),
    Text(String),
    Other(serde::de::IgnoredAny),
}

fn time<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<DateTime<Utc>>, D::Error> {
    let time = match Option::<AnyTime>::deserialize(deserializer)? {
        Some(AnyTime::Seconds(seconds)) => DateTime::from_timestamp(seconds, 0),
        Some(AnyTime::Text(text)) => DateTime::parse_from_rfc3339(&text).ok().map(|time| time.to_utc()),
        Some(AnyTime::Other(_)) | None => None,
    };
    // Years of four digits only: both Postgres and RFC 3339 take those.
    Ok(time.map(whole_second).filter(|time| (0..=253_402_300_799).contains(&time.timestamp())))
}

/// Tells an absent field (`None`) from one that is null (`Some(None)`).
fn present<'de, D: Deserializer<'de>, T: Deserialize<'de>>(deserializer: D) -> Result<Option<T>, D::Error> {
    T::deserialize(deserializer).map(Some)
}

fn nullable_time<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Option<DateTime<Utc>>>, D::Error> {
    time(deserializer).map(Some)
}
