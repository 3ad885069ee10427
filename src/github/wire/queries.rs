//! The GraphQL queries.

use std::fmt::Write;

/// Who somebody is.
macro_rules! person_fields {
    () => {
        "
  __typename login
  ... on User { databaseId } ... on Bot { databaseId } ... on Mannequin { databaseId } ... on Organization { databaseId }"
    };
}

/// The fields of a discussion that every query asks for.
macro_rules! discussion_fields {
    () => {
        concat!(
            "
fragment fields on Discussion {
  id number title createdAt updatedAt closed closedAt stateReason isAnswered authorAssociation
  author {",
            person_fields!(),
            "
  }
  comments { totalCount }
  labels(first: 100) { nodes { id name } }
}"
        )
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

/// What readers see of something written.
macro_rules! written_fields {
    () => {
        concat!(
            "
fragment written on Comment { bodyHTML createdAt lastEditedAt authorAssociation author { ...person } }
fragment person on Actor {",
            person_fields!(),
            "
}"
        )
    };
}

/// The text of an issue or a pull request, with the last comments and reviews before a cursor, in their order.
pub const ITEM_TEXT: &str = concat!(
    "
query Text($owner: String!, $name: String!, $number: Int!, $before: String) {
  repository(owner: $owner, name: $name) {
    databaseId isPrivate
    issueOrPullRequest(number: $number) { __typename ...issue ...pull }
  }
}
fragment issue on Issue {
  number url ...written
  comments(last: 50, before: $before) {
    pageInfo { hasPreviousPage }
    edges { cursor node { __typename ...comment } }
  }
}
fragment pull on PullRequest {
  number url ...written
  timelineItems(last: 50, before: $before, itemTypes: [ISSUE_COMMENT, PULL_REQUEST_REVIEW]) {
    pageInfo { hasPreviousPage }
    edges { cursor node { __typename ...comment ...review } }
  }
}
fragment comment on IssueComment { fullDatabaseId url isMinimized minimizedReason ...written }
fragment review on PullRequestReview {
  fullDatabaseId url isMinimized minimizedReason state submittedAt ...written
  comments(last: 50) {
    totalCount
    nodes {
      fullDatabaseId url isMinimized minimizedReason path line replyTo { fullDatabaseId } ...written
    }
  }
}",
    written_fields!()
);

/// The same of a discussion, with the last replies to each comment.
pub const DISCUSSION_TEXT: &str = concat!(
    "
query DiscussionText($owner: String!, $name: String!, $number: Int!, $before: String) {
  repository(owner: $owner, name: $name) {
    databaseId isPrivate
    discussion(number: $number) {
      __typename number url ...written
      comments(last: 50, before: $before) {
        pageInfo { hasPreviousPage }
        edges {
          cursor
          node {
            __typename ...comment isAnswer
            replies(last: 50) { totalCount nodes { ...comment } }
          }
        }
      }
    }
  }
}
fragment comment on DiscussionComment { databaseId url isMinimized minimizedReason deletedAt ...written }",
    written_fields!()
);

/// Somebody.
const PERSON_FIELDS: &str = concat!("\nfragment person on Actor {", person_fields!(), "\n}");

/// What conversations are asked with: the last hundred comments and reviews of an item, and for pull requests what
/// their review depends on. Commits are shown to an App that may read contents, and of public repositories.
const ISSUE_FIELDS: &str = "
fragment said on IssueCommentConnection {
  totalCount
  nodes { fullDatabaseId createdAt authorAssociation author { ...person } }
}
fragment issue on Issue {
  __typename number updatedAt createdAt authorAssociation author { ...person }
  reactions { totalCount }
  comments(last: 100) { ...said }
  ...closedBy
}
fragment pull on PullRequest {
  __typename number updatedAt createdAt authorAssociation author { ...person }
  reactions { totalCount }
  comments(last: 100) { ...said }
  isDraft headRefOid
  autoMergeRequest { enabledAt }
  mergeQueueEntry { position }
  reviewRequests { totalCount }
  reviews(last: 100) {
    totalCount
    nodes { fullDatabaseId submittedAt state authorAssociation author { ...person } commit { oid } }
  }
  commits(last: 1) { nodes { commit { committedDate author { user { databaseId } } } } }
  ...closing
}";

/// What closes what, and the checks of a pull request's last commit. Checks are shown to an App that may read checks and
/// statuses; without either GitHub answers null in their place, or an error beside it.
const LINK_FIELDS: &str = "
fragment closedBy on Issue {
  closedByPullRequestsReferences(first: 10) { nodes { number repository { databaseId } } }
}
fragment closing on PullRequest {
  closingIssuesReferences(first: 10) { nodes { number repository { databaseId } } }
  statusCheckRollup { state }
}";

/// The same where GitHub's schema does not have these: on Enterprise servers of some years ago.
const NO_LINK_FIELDS: &str = "
fragment closedBy on Issue { __typename }
fragment closing on PullRequest { __typename }";

/// The same for discussions: the replies to each of the last comments are a list of their own.
const DISCUSSION_FIELDS: &str = "
fragment discussion on Discussion {
  __typename number updatedAt createdAt authorAssociation author { ...person }
  reactions { totalCount }
  comments(last: 20) {
    totalCount
    nodes {
      databaseId createdAt authorAssociation author { ...person }
      replies(last: 5) { nodes { databaseId createdAt authorAssociation author { ...person } } }
    }
  }
}";

/// The question for the conversations of some items of a repository: first the numbers of issues and pull requests,
/// then those of discussions. `links`: with what closes what, and checks.
pub fn conversations(numbers: &[i64], discussions: &[i64], links: bool) -> String {
    let mut query =
        "query Conversations($id: ID!) {\n  node(id: $id) {\n    __typename\n    ... on Repository {\n".to_owned();
    for number in numbers {
        let line = writeln!(query, "      i{number}: issueOrPullRequest(number: {number}) {{ ...issue ...pull }}");
        line.expect("cannot fail: a text takes all");
    }
    for number in discussions {
        let line = writeln!(query, "      i{number}: discussion(number: {number}) {{ ...discussion }}");
        line.expect("cannot fail: a text takes all");
    }
    query.push_str("    }\n  }\n}");
    query.push_str(PERSON_FIELDS);
    // A fragment that is not used makes a query invalid.
    if !numbers.is_empty() {
        query.push_str(ISSUE_FIELDS);
        query.push_str(if links { LINK_FIELDS } else { NO_LINK_FIELDS });
    }
    if !discussions.is_empty() {
        query.push_str(DISCUSSION_FIELDS);
    }
    query
}
