//! The JSON shapes of GitHub's webhooks, with the fields that programs read.
//!
//! They were checked against the payloads that GitHub publishes (`@octokit/webhooks-examples`). They
//! leave out the many API URLs, the kinds of reactions, and whatever an App may not see.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Map, Value, json};

use super::agenda::Kind;
use super::calendar::{DAY, HOUR, stamp};
use super::people::Role;
use super::world::{DemoItem, LOGIN, World};

/// The discussion categories: number in the repository, emoji, name, slug, and whether they have answers.
pub(super) const CATEGORIES: [(&str, &str, &str, bool); 4] = [
    (":pray:", "Q&A", "q-a", true),
    (":bulb:", "Ideas", "ideas", false),
    (":raised_hands:", "Show and tell", "show-and-tell", false),
    (":speech_balloon:", "General", "general", false),
];

/// GitHub's newer node ids: a prefix, then MessagePack of [0, id] or [0, repository, id].
pub(super) fn node_id(prefix: &str, ids: &[u64]) -> String {
    let mut bytes = vec![0x91 + ids.len() as u8, 0];
    for &id in ids {
        match u32::try_from(id) {
            Ok(id) => {
                bytes.push(0xce);
                bytes.extend(id.to_be_bytes());
            }
            Err(_) => {
                bytes.push(0xcf);
                bytes.extend(id.to_be_bytes());
            }
        }
    }
    format!("{prefix}_{}", URL_SAFE_NO_PAD.encode(bytes))
}

/// The reactions to an item, none to most. They do not change.
fn reactions(item: &DemoItem) -> Value {
    let spread = item.id.wrapping_mul(2_654_435_761) % 100;
    let total = match spread {
        0..75 => 0,
        75..97 => 1 + (spread - 75) / 4,
        _ => 9 + item.id % 17,
    };
    json!({ "total_count": total })
}

/// The part of an item's URL that names its kind.
fn place(kind: Kind) -> &'static str {
    match kind {
        Kind::Issue => "issues",
        Kind::Pull => "pull",
        Kind::Discussion => "discussions",
    }
}

impl World {
    /// Sends a webhook with the fields that every webhook of a repository has.
    pub(super) fn emit(&mut self, event: &str, action: &str, repository: usize, sender: usize, parts: Value) {
        let mut payload = Map::new();
        payload.insert("action".to_owned(), action.into());
        if let Value::Object(parts) = parts {
            payload.extend(parts);
        }
        payload.insert("repository".to_owned(), self.repository_json(repository));
        payload.insert("organization".to_owned(), self.organization_json());
        payload.insert(
            "installation".to_owned(),
            json!({
                "id": self.installation,
                "node_id": node_id("IN", &[self.installation]),
            }),
        );
        payload.insert("sender".to_owned(), self.user_json(sender));
        self.send(event, &Value::Object(payload));
    }

    pub(super) fn organization_json(&self) -> Value {
        json!({
            "login": LOGIN,
            "id": self.account,
            "node_id": node_id("O", &[self.account]),
            "url": format!("https://api.github.com/orgs/{LOGIN}"),
            "avatar_url": format!("https://avatars.githubusercontent.com/u/{}?v=4", self.account),
            "description": "Tools to bring heavy things into their place",
        })
    }

    /// The organization in the shape of a user.
    pub(super) fn owner_json(&self) -> Value {
        account_json(LOGIN, self.account, "O", "Organization", LOGIN)
    }

    pub(super) fn user_json(&self, person: usize) -> Value {
        let person = &self.people[person];
        match person.role {
            Role::Bot => {
                let page = format!("apps/{}", person.login.trim_end_matches("[bot]"));
                account_json(person.login, person.id, "BOT", "Bot", &page)
            }
            _ => account_json(person.login, person.id, "U", "User", person.login),
        }
    }

    pub(super) fn repository_json(&self, repository: usize) -> Value {
        let repository = &self.repositories[repository];
        let spec = repository.spec;
        json!({
            "id": repository.id,
            "node_id": node_id("R", &[repository.id]),
            "name": repository.name,
            "full_name": format!("{LOGIN}/{}", repository.name),
            "private": spec.private,
            "owner": self.owner_json(),
            "html_url": format!("https://github.com/{LOGIN}/{}", repository.name),
            "url": format!("https://api.github.com/repos/{LOGIN}/{}", repository.name),
            "description": spec.description,
            "fork": false,
            "created_at": stamp(repository.created),
            "updated_at": stamp(self.now),
            "pushed_at": stamp(self.now),
            "archived": false,
            "disabled": false,
            "has_issues": true,
            "has_discussions": spec.kinds[2] > 0,
            "open_issues_count": repository.open_items,
            "open_issues": repository.open_items,
            "default_branch": "main",
            "is_template": false,
            "topics": [],
            "visibility": if spec.private { "private" } else { "public" },
        })
    }

    pub(super) fn label_json(&self, repository: usize, label: usize) -> Value {
        let repository = &self.repositories[repository];
        let label = &repository.labels[label];
        json!({
            "id": label.id,
            "node_id": node_id("LA", &[repository.id, label.id]),
            "url": format!(
                "https://api.github.com/repos/{LOGIN}/{}/labels/{}",
                repository.name,
                label.name.replace(' ', "%20"),
            ),
            "name": label.name,
            "color": label.color,
            "default": label.default,
            "description": null,
        })
    }

    pub(super) fn milestone_json(&self, repository: usize, milestone: usize) -> Value {
        let repository = &self.repositories[repository];
        let milestone = &repository.milestones[milestone];
        let number = milestone.number;
        json!({
            "id": milestone.id,
            "node_id": node_id("MI", &[repository.id, milestone.id]),
            "html_url": format!("https://github.com/{LOGIN}/{}/milestone/{number}", repository.name),
            "number": number,
            "title": milestone.title,
            "description": null,
            "creator": self.user_json(milestone.creator),
            "open_issues": milestone.open_issues,
            "closed_issues": milestone.closed_issues,
            "state": if milestone.closed.is_some() { "closed" } else { "open" },
            "created_at": stamp(milestone.created),
            "updated_at": stamp(milestone.updated),
            "due_on": stamp(milestone.created - milestone.created.rem_euclid(DAY) + 56 * DAY + 8 * HOUR),
            "closed_at": milestone.closed.map(stamp),
        })
    }

    pub(super) fn html_url(&self, item: &DemoItem) -> String {
        let name = self.repositories[item.repository].name;
        format!("https://github.com/{LOGIN}/{name}/{}/{}", place(item.kind), item.number)
    }

    /// What issues and pull requests have in common.
    fn common_json(&self, item: &DemoItem) -> Map<String, Value> {
        let users = |people: &[usize]| people.iter().map(|&p| self.user_json(p)).collect();
        let labels = item.labels.iter().map(|&label| self.label_json(item.repository, label));
        let mut common = Map::new();
        let mut put = |name: &str, value: Value| common.insert(name.to_owned(), value);
        put("html_url", self.html_url(item).into());
        put("number", item.number.into());
        put("title", item.title.as_str().into());
        put("body", item.body.as_str().into());
        put("user", self.user_json(item.author));
        put("labels", labels.collect());
        put("state", if item.open { "open" } else { "closed" }.into());
        put("locked", false.into());
        put("active_lock_reason", Value::Null);
        put("assignee", item.assignees.first().map_or(Value::Null, |&p| self.user_json(p)));
        put("assignees", users(&item.assignees));
        let milestone = item.milestone.map(|m| self.milestone_json(item.repository, m));
        put("milestone", milestone.unwrap_or_default());
        put("created_at", stamp(item.created).into());
        put("updated_at", stamp(item.updated).into());
        put("closed_at", item.closed.map(stamp).into());
        put("author_association", self.people[item.author].association().into());
        common
    }

    /// An issue, or a pull request in the shape of an issue.
    pub(super) fn issue_json(&self, item: &DemoItem) -> Value {
        let repository = &self.repositories[item.repository];
        let mut issue = self.common_json(item);
        let api = format!("https://api.github.com/repos/{LOGIN}/{}", repository.name);
        let url = format!("{api}/issues/{}", item.number);
        let prefix = if item.kind == Kind::Pull { "PR" } else { "I" };
        issue.insert("id".to_owned(), item.issue_id.into());
        issue.insert("node_id".to_owned(), node_id(prefix, &[repository.id, item.id]).into());
        issue.insert("comments".to_owned(), item.comments.into());
        issue.insert("reactions".to_owned(), reactions(item));
        issue.insert("state_reason".to_owned(), item.state_reason.into());
        issue.insert("performed_via_github_app".to_owned(), Value::Null);
        if item.kind == Kind::Pull {
            let html = self.html_url(item);
            issue.insert("draft".to_owned(), item.pull.draft.into());
            issue.insert(
                "pull_request".to_owned(),
                json!({
                    "url": format!("{api}/pulls/{}", item.number),
                    "html_url": html,
                    "diff_url": format!("{html}.diff"),
                    "patch_url": format!("{html}.patch"),
                    "merged_at": item.pull.merged.map(|(at, _)| stamp(at)),
                }),
            );
        }
        issue.insert("url".to_owned(), url.into());
        issue.insert("repository_url".to_owned(), api.into());
        Value::Object(issue)
    }

    /// A pull request; payloads of reviews and review comments carry fewer of its fields.
    pub(super) fn pull_json(&self, item: &DemoItem, whole: bool) -> Value {
        let repository = &self.repositories[item.repository];
        let pull = &item.pull;
        let side = |branch: &str, sha: &str| {
            json!({
                "label": format!("{LOGIN}:{branch}"),
                "ref": branch,
                "sha": sha,
                "user": self.owner_json(),
            })
        };
        let mut json = self.common_json(item);
        let api = format!("https://api.github.com/repos/{LOGIN}/{}", repository.name);
        let reviewers = pull.reviewers.iter().map(|&person| self.user_json(person)).collect();
        let mut put = |name: &str, value: Value| json.insert(name.to_owned(), value);
        put("id", item.id.into());
        put("node_id", node_id("PR", &[repository.id, item.id]).into());
        put("url", format!("{api}/pulls/{}", item.number).into());
        put("issue_url", format!("{api}/issues/{}", item.number).into());
        put("draft", pull.draft.into());
        put("merged_at", pull.merged.map(|(at, _)| stamp(at)).into());
        put("merge_commit_sha", pull.merged.map(|_| pull.head.as_str()).into());
        put("requested_reviewers", reviewers);
        put("requested_teams", json!([]));
        put("head", side(&pull.branch, &pull.head));
        put("base", side("main", &pull.head));
        put("auto_merge", Value::Null);
        if whole {
            put("merged", pull.merged.is_some().into());
            put("mergeable", Value::Null);
            put("mergeable_state", "unknown".into());
            put("merged_by", pull.merged.map(|(_, by)| self.user_json(by)).unwrap_or_default());
            put("comments", item.comments.into());
            put("review_comments", pull.review_comments.into());
            put("maintainer_can_modify", true.into());
            put("commits", pull.commits.into());
            put("additions", pull.additions.into());
            put("deletions", pull.deletions.into());
            put("changed_files", pull.files.into());
        }
        Value::Object(json)
    }

    pub(super) fn discussion_json(&self, item: &DemoItem) -> Value {
        let repository = &self.repositories[item.repository];
        let (emoji, name, slug, is_answerable) = CATEGORIES[item.category];
        let category = repository.categories + item.category as u64;
        let html = self.html_url(item);
        let labels = item.labels.iter().map(|&label| self.label_json(item.repository, label));
        json!({
            "repository_url": format!("https://api.github.com/repos/{LOGIN}/{}", repository.name),
            "category": {
                "id": category,
                "node_id": node_id("DIC", &[repository.id, category]),
                "repository_id": repository.id,
                "emoji": emoji,
                "name": name,
                "description": "",
                "created_at": stamp(repository.created),
                "updated_at": stamp(repository.created),
                "slug": slug,
                "is_answerable": is_answerable,
            },
            "answer_html_url": item.answer.map(|(_, _, id)| format!("{html}#discussioncomment-{id}")),
            "answer_chosen_at": item.answer.map(|(at, _, _)| stamp(at)),
            "answer_chosen_by": item.answer.map(|(_, by, _)| self.user_json(by)),
            "html_url": html,
            "id": item.id,
            "node_id": node_id("D", &[repository.id, item.id]),
            "number": item.number,
            "title": item.title,
            "user": self.user_json(item.author),
            "labels": labels.collect::<Value>(),
            "state": if item.open { "open" } else { "closed" },
            "state_reason": item.state_reason,
            "locked": false,
            "comments": item.comments,
            "reactions": reactions(item),
            "created_at": stamp(item.created),
            "updated_at": stamp(item.updated),
            "author_association": self.people[item.author].association(),
            "active_lock_reason": null,
            "body": item.body,
        })
    }
}

fn account_json(login: &str, id: u64, prefix: &str, kind: &str, page: &str) -> Value {
    json!({
        "login": login,
        "id": id,
        "node_id": node_id(prefix, &[id]),
        "avatar_url": format!("https://avatars.githubusercontent.com/u/{id}?v=4"),
        "gravatar_id": "",
        "url": format!("https://api.github.com/users/{}", login.replace('[', "%5B").replace(']', "%5D")),
        "html_url": format!("https://github.com/{page}"),
        "type": kind,
        "site_admin": false,
    })
}
