//! The views and the collection that every account has from the start.

use super::collection::Collection;
use super::view::{BUG_SCRUB, View};
use crate::rank::{Criteria, Order};

/// A view that is only a filter, the stalest first.
fn plain(name: &str, title: &str, description: &str, filter: &[(&str, &str)]) -> View {
    let kept = [("state", "open"), ("archived", "false")].into_iter();
    View {
        name: name.to_owned(),
        title: title.to_owned(),
        description: description.to_owned(),
        filter: Criteria::of(kept.chain(filter.iter().copied())),
        ..View::default()
    }
}

/// The views, in the order in which the agenda shows those that it has.
pub(super) fn views() -> Vec<View> {
    let (created, updated) = (("created_after", "180d"), ("updated_before", "1d"));
    let do_with = |view: View, resolution: &str, order| View { resolution: resolution.to_owned(), order, ..view };
    // An empty list means done.
    let until_none = |view, resolution, order| View { target: Some(0), ..do_with(view, resolution, order) };
    vec![
        plain("open", "Everything open", "Everything that is open.", &[]),
        plain(
            BUG_SCRUB,
            "Bug scrub",
            "What a weekly scrub reads: open issues and discussions of the last 180 days, without those updated since the day before yesterday.",
            &[("type", "Issue"), ("type", "Discussion"), created, updated],
        ),
        plain("never-read", "Never read", "Open items that nobody has read yet.", &[("unread", "true")]),
        until_none(
            plain(
                "needs-triage",
                "Needs triage",
                "Issues without a label and without an assignee that nobody who maintains the repository has answered.",
                &[("type", "Issue"), ("label", "none"), ("assignee", "none"), ("waits_for", "maintainers")],
            ),
            "Label it, ask for what is missing, give it to somebody, or close it.",
            Order::LongestWaiting,
        ),
        until_none(
            plain(
                "waiting-for-us",
                "Waits for us",
                "What waits for a maintainer or a reviewer, the longest first.",
                &[("waits_for", "maintainers"), ("waits_for", "reviewers")],
            ),
            "Answer, review, or say when somebody will.",
            Order::LongestWaiting,
        ),
        until_none(
            plain(
                "waiting-for-author",
                "Waits for the author for more than 30 days",
                "What its author has not answered for more than 30 days, the longest first.",
                &[("waits_for", "author"), ("waiting_before", "30d")],
            ),
            "Ask once more, take it over, or close it.",
            Order::LongestWaiting,
        ),
        until_none(
            plain(
                "never-reviewed",
                "Pull requests never reviewed",
                "Pull requests that are no drafts, and that nobody who maintains the repository has reviewed; the oldest first.",
                &[("type", "PR"), ("review", "none"), ("review", "requested"), ("draft", "false")],
            ),
            "Review it, or name somebody who will.",
            Order::Oldest,
        ),
        until_none(
            plain(
                "changed-since-review",
                "Changed since the review",
                "Pull requests to which the author has pushed since the last review, the longest waiting first.",
                &[("type", "PR"), ("review", "changed_since")],
            ),
            "Look at what is new, then approve it or say what is missing.",
            Order::LongestWaiting,
        ),
        do_with(
            plain("most-wanted", "Most wanted", "What has most reactions.", &[("reactions", "1..")]),
            "Plan it, ask for help with it, or say why not.",
            Order::MostReactions,
        ),
        until_none(
            plain(
                "good-first-issues",
                "Good first issues gone stale",
                "Issues with the label `good first issue` that nobody has touched for more than 90 days.",
                &[("type", "Issue"), ("label", "good first issue"), ("updated_before", "90d")],
            ),
            "See whether it is still right and well explained; offer it again, or take the label off.",
            Order::Stalest,
        ),
    ]
}

/// The collections.
pub(super) fn collections() -> Vec<Collection> {
    let views = [
        "needs-triage",
        "waiting-for-us",
        "waiting-for-author",
        "never-reviewed",
        "changed-since-review",
        "most-wanted",
        "good-first-issues",
    ];
    vec![Collection {
        name: "agenda".to_owned(),
        title: "Agenda".to_owned(),
        description: "What a meeting can decide, one list after the other.".to_owned(),
        views: views.map(str::to_owned).into(),
    }]
}
