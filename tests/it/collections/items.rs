//! Items of which every view of the agenda has some, in public and in private repositories.

use chrono::SecondsFormat;
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;
use serde_json::{Value, json};

use crate::support::TestApp;
use crate::support::payload::{issue, issues, repository, user};

/// What an item is; times are days ago, and each is within the one before.
#[derive(Clone, Debug)]
struct Thing {
    pull: bool,
    opened: i64,
    label: Option<&'static str>,
    assigned: bool,
    reactions: Option<i64>,
    /// When somebody answered, and whether that was a member.
    answered: Option<(i64, bool)>,
    /// When a member reviewed, and when the author pushed after that. Of pull requests.
    reviewed: Option<i64>,
    pushed: Option<i64>,
    draft: bool,
    closed: bool,
}

const PLAIN: Thing = Thing {
    pull: false,
    opened: 200,
    label: None,
    assigned: false,
    reactions: None,
    answered: None,
    reviewed: None,
    pushed: None,
    draft: false,
    closed: false,
};

/// One for each view of the agenda, at least.
const FIXED: [Thing; 6] = [
    PLAIN,
    Thing { answered: Some((90, true)), reactions: Some(7), ..PLAIN },
    Thing { pull: true, opened: 60, ..PLAIN },
    Thing { pull: true, opened: 60, reviewed: Some(20), pushed: Some(10), ..PLAIN },
    Thing { label: Some("good first issue"), opened: 300, ..PLAIN },
    Thing { pull: true, opened: 60, draft: true, ..PLAIN },
];

/// Two that everybody sees, one of them archived; and one that is private.
const REPOSITORIES: [i64; 4] = [1, 2, 3, 4];

/// Random items of each repository.
const RANDOM: usize = 18;

/// A repository: the second is private, the third archived.
pub fn home(repo_id: i64, private: bool) -> Value {
    let mut home = repository(repo_id, &format!("repo-{repo_id}"));
    home["private"] = json!(private);
    home["archived"] = json!(repo_id == 3);
    home
}

fn thing() -> impl Strategy<Value = Thing> {
    let label = prop::sample::select(vec![None, Some("bug"), Some("good first issue")]);
    let chance = || any::<[bool; 4]>();
    let days = (0..600_i64, 0..100_i64, 0..100_i64, 0..100_i64);
    let more = (prop::option::of(0..5_i64), chance(), chance());
    (any::<bool>(), label, days, more).prop_map(|(pull, label, (opened, answered, reviewed, pushed), more)| {
        let (reactions, [assigned, by_member, draft, closed], [answers, reviews, pushes, late]) = more;
        let part = |of: i64, percent: i64| of * percent / 100;
        let reviewed = Some(part(opened, reviewed)).filter(|_| pull && reviews);
        let answered = part(reviewed.filter(|_| late).unwrap_or(opened), answered);
        Thing {
            pull,
            opened,
            label,
            assigned,
            reactions,
            answered: Some((answered, by_member)).filter(|_| answers),
            reviewed,
            pushed: reviewed.filter(|_| pushes).map(|reviewed| part(reviewed, pushed)),
            draft: pull && draft,
            closed: closed && late,
        }
    })
}

/// Delivers the items of all repositories.
pub async fn deliver_items(app: &TestApp, runner: &mut TestRunner) {
    for repo_id in REPOSITORIES {
        let random = proptest::collection::vec(thing(), RANDOM).new_tree(runner).unwrap().current();
        for (thing, number) in FIXED.iter().chain(&random).zip(1..) {
            deliver(app, &home(repo_id, repo_id == 2), number, thing).await;
        }
    }
}

async fn deliver(app: &TestApp, home: &Value, number: i64, thing: &Thing) {
    let at = |days: i64, minute: i64| {
        let at = app.clock.now() - chrono::Duration::days(days) - chrono::Duration::minutes(30 - minute);
        at.to_rfc3339_opts(SecondsFormat::Secs, true)
    };
    let opened = at(thing.opened, 0);
    let mut shown = issue(number, &opened, &opened);
    let labels = thing.label.iter().map(|label| json!({"id": label.len(), "name": label}));
    shown["labels"] = labels.collect();
    shown["assignees"] = if thing.assigned { json!([user("ada")]) } else { json!([]) };
    if let Some(reactions) = thing.reactions {
        shown["reactions"] = json!({"total_count": reactions});
    }
    let (event, name) = if thing.pull { ("pull_request", "pull_request") } else { ("issues", "issue") };
    if thing.pull {
        shown["draft"] = json!(thing.draft);
        shown["head"] = json!({"sha": "first"});
    }
    let told = |action: &str, shown: &Value, sender: &str| {
        let mut told = issues(action, shown, home);
        told["sender"] = user(sender);
        if name != "issue" {
            told[name] = told["issue"].take();
            told.as_object_mut().unwrap().remove("issue");
        }
        told
    };
    app.deliver(event, &told("opened", &shown, "octocat")).await;
    if let Some(days) = thing.reviewed {
        shown["updated_at"] = json!(at(days, 1));
        let mut review = told("submitted", &shown, "linus");
        review["review"] = json!({"id": 10 * number, "user": user("linus"), "author_association": "MEMBER",
            "state": if number % 2 == 0 { "approved" } else { "changes_requested" }, "commit_id": "first",
            "submitted_at": at(days, 1)});
        app.deliver("pull_request_review", &review).await;
    }
    if let Some(days) = thing.pushed {
        shown["updated_at"] = json!(at(days, 2));
        shown["head"] = json!({"sha": "second"});
        app.deliver(event, &told("synchronize", &shown, "octocat")).await;
    }
    if let Some((days, by_member)) = thing.answered {
        let mut of_issue = shown.clone();
        of_issue["updated_at"] = json!(at(days, 3));
        of_issue["comments"] = json!(1);
        if thing.pull {
            of_issue["pull_request"] = json!({"url": "https://api.github.com/x"});
        }
        let (login, association) = if by_member { ("linus", "MEMBER") } else { ("grace", "NONE") };
        let mut comment = issues("created", &of_issue, home);
        comment["sender"] = user(login);
        comment["comment"] = json!({"id": 10 * number + 1, "user": user(login), "author_association": association,
            "created_at": at(days, 3), "updated_at": at(days, 3)});
        app.deliver("issue_comment", &comment).await;
    }
    if thing.closed {
        shown["state"] = json!("closed");
        (shown["closed_at"], shown["updated_at"]) = (json!(at(0, 4)), json!(at(0, 4)));
        app.deliver(event, &told("closed", &shown, "ada")).await;
    }
}
