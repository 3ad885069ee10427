//! What a delivery takes away from people: sight of private repositories.
//!
//! It says that something ended, not what is left: GitHub is asked for that. Where a delivery does not tell whom it
//! concerns, it concerns everybody.

use super::payload::{Payload, User};
use crate::activity::SightEnd;

/// What a delivery ends, by "Webhook events and payloads" in GitHub's documentation.
pub(super) fn sight_end(event: &str, action: &str, payload: &Payload) -> Option<SightEnd> {
    let id = |user: Option<&User>| user.and_then(|user| user.id).filter(|id| *id > 0);
    let person = |user: Option<&User>| Some(id(user).map_or(SightEnd::Everybody, SightEnd::Person));
    match (event, action) {
        ("member", "removed" | "edited") | ("membership", "removed") => person(payload.member.as_ref()),
        ("organization", "member_removed") => {
            person(payload.membership.as_ref().and_then(|membership| membership.user.as_ref()))
        }
        ("organization", "deleted")
        | ("team", "removed_from_repository" | "deleted" | "edited")
        | ("repository", "privatized" | "transferred" | "deleted")
        | ("installation", "deleted" | "suspend")
        | ("installation_repositories", "removed") => Some(SightEnd::Everybody),
        ("github_app_authorization", "revoked") => id(payload.sender.as_ref()).map(SightEnd::Revoked),
        _ => None,
    }
}
