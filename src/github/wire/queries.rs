//! The GraphQL queries.

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
