//! Wrong parameters, one by one: the answer names each, and lists the allowed values if there is a list.

use serde_json::{Value, json};

use super::{get, open, places, refused};
use crate::support::payload::repository;
use crate::support::run_test;

#[tokio::test(flavor = "multi_thread")]
async fn the_answer_names_a_wrong_parameter_and_lists_what_is_allowed() {
    #[rustfmt::skip]
    let names = json!([
        "account", "view", "order", "as_of", "limit", "min_position", "cursor", "strict", "fields", "skip", "repo", "type", "state",
        "label",
        "author", "assignee", "milestone", "title", "draft", "created_after", "created_before", "updated_after",
        "updated_before", "unread", "noted", "action", "flag", "waits_for", "archived",
        "review", "author_association", "comments", "reactions", "commenters", "closed_reason", "closed_after",
        "closed_before", "waiting_after", "waiting_before", "active_after", "active_before",
        "checks",
    ]);
    let flags = json!(["true", "false"]);
    let types = json!(["Issue", "PR", "Discussion"]);
    let states = json!(["open", "answered", "closed", "all"]);
    let orders = json!([
        "stalest",
        "freshest",
        "oldest",
        "newest",
        "human-stalest",
        "longest-waiting",
        "quietest",
        "most-comments",
        "most-reactions",
        "most-commenters",
        "last-closed",
    ]);
    let reasons = json!(["completed", "not_planned", "duplicate", "resolved", "outdated", "merged", "none"]);
    let checks = json!(["pending", "passing", "failing", "none"]);
    let turns = json!(["author", "maintainers", "reviewers", "nobody"]);
    let none = Value::Null;
    let cases = [
        ("colour=red", "colour", &names),
        ("Repo=widgets", "Repo", &names),
        ("=", "", &names),
        ("label=bug&unknown", "unknown", &names),
        ("type=Epic", "type", &types),
        ("type=", "type", &types),
        ("type=-", "type", &types),
        ("type=Issue&type=Epic", "type", &types),
        ("type=Issue,PR", "type", &types),
        ("type=--PR", "type", &types),
        ("state=opened", "state", &states),
        ("state=", "state", &states),
        ("state=-all", "state", &states),
        ("repo=", "repo", &none),
        ("repo=-", "repo", &none),
        ("repo=a/b/c", "repo", &none),
        ("repo=*", "repo", &none),
        ("repo=acme/*/x", "repo", &none),
        ("closed_reason=fixed", "closed_reason", &reasons),
        ("checks=green", "checks", &checks),
        ("waiting_before=long", "waiting_before", &none),
        ("author=group:team", "author", &none),
        ("assignee=all:group:team,ada", "assignee", &none),
        ("repo=wid%00gets", "repo", &none),
        ("label=", "label", &none),
        ("label=bug&label=", "label", &none),
        ("label=-", "label", &none),
        ("label=%00", "label", &none),
        ("label=-nul%00l", "label", &none),
        ("label=%22", "label", &none),
        ("label=%22%22", "label", &none),
        ("label=%22bug", "label", &none),
        ("label=-%22bug", "label", &none),
        ("label=%22b%22ug%22", "label", &none),
        ("type=%22Epic%22", "type", &types),
        ("author=", "author", &none),
        ("author=-", "author", &none),
        ("author=oct%00cat", "author", &none),
        ("assignee=", "assignee", &none),
        ("milestone=-", "milestone", &none),
        ("title=", "title", &none),
        ("action=", "action", &none),
        ("waits_for=somebody", "waits_for", &turns),
        ("comments=many", "comments", &none),
        ("comments=..", "comments", &none),
        ("comments=-", "comments", &none),
        ("comments=9999999999", "comments", &none),
        ("reactions=5..%2B9", "reactions", &none),
        ("waits_for=", "waits_for", &turns),
        ("flag=-", "flag", &none),
        ("flag=%20", "flag", &none),
        ("draft=", "draft", &none),
        ("draft=yes", "draft", &flags),
        ("draft=true&draft=false", "draft", &none),
        ("created_after=", "created_after", &none),
        ("created_after=yesterday", "created_after", &none),
        ("created_after=2026-13-01", "created_after", &none),
        ("created_after=2026-1-01", "created_after", &none),
        ("created_after=2026-01-01&created_after=1d", "created_after", &none),
        ("created_before=-1d", "created_before", &none),
        ("created_before=%2B1d", "created_before", &none),
        ("created_before=d", "created_before", &none),
        ("created_before=1.5d", "created_before", &none),
        ("updated_after=99999999999999999999d", "updated_after", &none),
        ("updated_after=9999999d", "updated_after", &none),
        ("updated_before=-9999-01-01", "updated_before", &none),
        ("updated_before=9999-12-31", "updated_before", &none),
        ("min_position=", "min_position", &none),
        ("min_position=-1", "min_position", &none),
        ("min_position=1x", "min_position", &none),
        ("order=", "order", &none),
        ("order=eldest", "order", &orders),
        ("order=Stalest", "order", &orders),
        ("order=-stalest", "order", &orders),
        ("order=stalest&order=freshest", "order", &none),
        ("limit=0", "limit", &none),
        ("limit=501", "limit", &none),
        ("limit=x", "limit", &none),
        ("limit=", "limit", &none),
        ("limit=-1", "limit", &none),
        ("limit=1.5", "limit", &none),
        ("limit=1e2", "limit", &none),
        ("limit=%2050", "limit", &none),
        ("limit=99999999999999999999999", "limit", &none),
        ("limit=5&limit=5", "limit", &none),
        ("account=", "account", &none),
        ("account=%00", "account", &none),
        ("account=acme&account=acme", "account", &none),
        ("cursor=", "cursor", &none),
        ("strict=1", "strict", &flags),
        ("strict=true&strict=true", "strict", &none),
        // Digits are those of ASCII, and alone.
        ("limit=%2B5", "limit", &none),
        ("limit=%EF%BC%95", "limit", &none),
        ("min_position=%2B1", "min_position", &none),
        ("min_position=99999999999999999999", "min_position", &none),
        ("as_of=%EF%BC%95d", "as_of", &none),
        ("as_of=99999999999d", "as_of", &none),
        ("as_of=%2B026-01-01", "as_of", &none),
        ("as_of=-026-01-01", "as_of", &none),
        ("as_of=2026-%201-%201", "as_of", &none),
        ("as_of=2026-11-23", "as_of", &none),
        ("created_after=%2B026-01-01", "created_after", &none),
        ("created_after=99999999999d", "created_after", &none),
        ("updated_before=0000-01-01", "updated_before", &none),
        ("cursor=a&cursor=b", "cursor", &none),
    ];
    run_test(async |app| {
        open(&app, 1, &repository(1, "widgets")).await;
        let token = app.token.clone();
        for (query, parameter, allowed) in cases {
            let (status, said) = refused(&app, &token, &format!("/api/v1/queue?{query}")).await;
            assert_eq!(status, 400, "{query}: {said}");
            assert_eq!(said["type"], "/problems/bad-parameter", "{query}");
            assert_eq!((&said["parameter"], &said["allowed"]), (&json!(parameter), allowed), "{query}: {said}");
            assert!(said["detail"].is_string(), "{query}: {said}");
        }
        for (query, parameter) in [("account=acme", "account"), ("limit=1", "limit"), ("x", "x")] {
            let (status, said) = refused(&app, &token, &format!("/api/v1/accounts?{query}")).await;
            assert_eq!((status, &said["parameter"], &said["allowed"]), (400, &json!(parameter), &json!([])), "{query}");
        }
        // Valid counterparts: none of the above is refused for its name alone.
        for query in [
            "",
            "limit=1",
            "limit=500",
            "order=freshest",
            "order=oldest",
            "order=newest",
            "order=stalest&limit=50&account=acme",
            "type=issue&type=-pr",
            "state=OPEN&state=-closed",
            "repo=widgets&repo=acme/widgets&repo=-other",
            "author=OctoCat&label=-bug",
        ] {
            assert_eq!(
                places(&get(&app, &token, &format!("/api/v1/queue?{query}")).await),
                ["acme/widgets#1"],
                "{query}"
            );
        }
        app
    })
    .await;
}
