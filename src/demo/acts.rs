//! What can be done to an item. Each act changes the world and sends the webhook that reports it.

use rand::RngExt;
use serde_json::{Value, json};

use super::agenda::Kind;
use super::calendar::stamp;
use super::payload::node_id;
use super::world::{DemoItem, World};

impl World {
    /// Sets the time of the item's last update to now, as GitHub does on every activity.
    fn touch(&mut self, item: usize) -> &mut DemoItem {
        let now = self.now;
        let item = &mut self.items[item];
        item.updated = now;
        item
    }

    /// The webhook event for the item's kind, and the item under its name in that payload.
    fn subject(&self, item: usize) -> (&'static str, Value) {
        let item = &self.items[item];
        match item.kind {
            Kind::Issue => ("issues", json!({ "issue": self.issue_json(item) })),
            Kind::Pull => {
                ("pull_request", json!({ "number": item.number, "pull_request": self.pull_json(item, true) }))
            }
            Kind::Discussion => ("discussion", json!({ "discussion": self.discussion_json(item) })),
        }
    }

    /// Sends the webhook event for the item's kind, with the fields of `more` beside the item.
    pub(super) fn tell(&mut self, item: usize, action: &str, sender: usize, more: Value) {
        let (event, mut parts) = self.subject(item);
        if let (Value::Object(parts), Value::Object(more)) = (&mut parts, more) {
            parts.extend(more);
        }
        self.emit(event, action, self.items[item].repository, sender, parts);
    }

    /// Adds an item with the next number of its repository, and sends nothing yet.
    pub(super) fn add(&mut self, repository: usize, kind: Kind, author: usize, title: String, body: String) -> usize {
        let id = self.id();
        let issue_id = if kind == Kind::Pull { self.id() } else { id };
        let of = &mut self.repositories[repository];
        let number = of.next_number;
        of.next_number += 1;
        of.open_items += u64::from(kind != Kind::Discussion);
        of.titles.insert(title.clone());
        self.items.push(DemoItem {
            repository,
            number,
            kind,
            id,
            issue_id,
            title,
            body,
            author,
            labels: Vec::new(),
            assignees: Vec::new(),
            milestone: None,
            open: true,
            state_reason: None,
            comments: 0,
            created: self.now,
            updated: self.now,
            closed: None,
            gone: false,
            pull: Default::default(),
            category: 0,
            answer: None,
        });
        self.items.len() - 1
    }

    /// The words for a new item: `opened`, but `created` for discussions.
    pub(super) fn tell_opened(&mut self, item: usize, more: Value) {
        let DemoItem { author, kind, .. } = self.items[item];
        let action = if kind == Kind::Discussion { "created" } else { "opened" };
        self.tell(item, action, author, more);
    }

    /// Adds a comment and returns its id.
    pub(super) fn comment(&mut self, item: usize, who: usize, text: &str) -> u64 {
        let id = self.id();
        self.touch(item).comments += 1;
        let of = &self.items[item];
        let repository = of.repository;
        let at = stamp(self.now);
        let mut comment = json!({
            "id": id,
            "user": self.user_json(who),
            "created_at": at,
            "updated_at": at,
            "author_association": self.people[who].association(),
            "body": text,
        });
        let owner = self.repositories[repository].id;
        let page = self.html_url(of);
        if of.kind == Kind::Discussion {
            comment["node_id"] = node_id("DC", &[owner, id]).into();
            comment["html_url"] = format!("{page}#discussioncomment-{id}").into();
            comment["parent_id"] = Value::Null;
            comment["child_comment_count"] = 0.into();
            comment["discussion_id"] = of.id.into();
            let parts = json!({ "comment": comment, "discussion": self.discussion_json(of) });
            self.emit("discussion_comment", "created", repository, who, parts);
        } else {
            comment["node_id"] = node_id("IC", &[owner, id]).into();
            comment["html_url"] = format!("{page}#issuecomment-{id}").into();
            let parts = json!({ "comment": comment, "issue": self.issue_json(of) });
            self.emit("issue_comment", "created", repository, who, parts);
        }
        id
    }

    pub(super) fn add_label(&mut self, item: usize, who: usize, label: usize) {
        if !self.items[item].labels.contains(&label) {
            self.touch(item).labels.push(label);
            let more = self.label_json(self.items[item].repository, label);
            self.tell(item, "labeled", who, json!({ "label": more }));
        }
    }

    pub(super) fn remove_label(&mut self, item: usize, who: usize, label: usize) {
        if self.items[item].labels.contains(&label) {
            self.touch(item).labels.retain(|&other| other != label);
            let more = self.label_json(self.items[item].repository, label);
            self.tell(item, "unlabeled", who, json!({ "label": more }));
        }
    }

    pub(super) fn assign(&mut self, item: usize, who: usize, assignee: usize) {
        if !self.items[item].assignees.contains(&assignee) {
            self.touch(item).assignees.push(assignee);
            let more = json!({ "assignee": self.user_json(assignee) });
            self.tell(item, "assigned", who, more);
        }
    }

    /// Puts the item into the repository's current milestone, if there is one.
    pub(super) fn enter_milestone(&mut self, item: usize, who: usize) {
        let repository = self.items[item].repository;
        let milestones = &mut self.repositories[repository].milestones;
        let present = milestones.iter().rposition(|milestone| milestone.closed.is_none());
        if let (Some(present), None) = (present, self.items[item].milestone) {
            milestones[present].open_issues += 1;
            milestones[present].updated = self.now;
            self.touch(item).milestone = Some(present);
            let more = json!({ "milestone": self.milestone_json(repository, present) });
            self.tell(item, "milestoned", who, more);
        }
    }

    /// Opens or closes the item, in every place where it is counted.
    fn set_open(&mut self, item: usize, open: bool, reason: Option<&'static str>) {
        let now = self.now;
        let of = self.touch(item);
        of.open = open;
        of.state_reason = reason;
        of.closed = (!open).then_some(now);
        let DemoItem { repository, kind, milestone, .. } = *of;
        let of = &mut self.repositories[repository];
        if kind != Kind::Discussion {
            of.open_items = if open { of.open_items + 1 } else { of.open_items - 1 };
        }
        if let Some(milestone) = milestone {
            let milestone = &mut of.milestones[milestone];
            milestone.updated = now;
            let (more, fewer) = if open {
                (&mut milestone.open_issues, &mut milestone.closed_issues)
            } else {
                (&mut milestone.closed_issues, &mut milestone.open_issues)
            };
            *more += 1;
            *fewer -= 1;
        }
    }

    pub(super) fn close(&mut self, item: usize, who: usize, reason: Option<&'static str>) {
        self.set_open(item, false, reason);
        self.tell(item, "closed", who, json!({}));
    }

    pub(super) fn reopen(&mut self, item: usize, who: usize) {
        let pull = self.items[item].kind == Kind::Pull;
        self.set_open(item, true, (!pull).then_some("reopened"));
        self.tell(item, "reopened", who, json!({}));
    }

    /// Merges a pull request, and closes the issue that it fixes in the same second.
    pub(super) fn merge(&mut self, item: usize, who: usize) {
        self.items[item].pull.merged = Some((self.now, who));
        self.items[item].pull.draft = false;
        self.close(item, who, None);
        if let Some(issue) = self.items[item].pull.fixes
            && self.items[issue].open
            && !self.items[issue].gone
        {
            self.close(issue, who, Some("completed"));
        }
    }

    /// Marks a pull request as a draft, or as ready for review.
    pub(super) fn set_draft(&mut self, item: usize, who: usize, draft: bool) {
        if self.items[item].pull.draft != draft {
            self.touch(item).pull.draft = draft;
            let action = if draft { "converted_to_draft" } else { "ready_for_review" };
            self.tell(item, action, who, json!({}));
        }
    }

    pub(super) fn push(&mut self, item: usize) {
        let (before, after) = (self.items[item].pull.head.clone(), self.sha());
        let more = json!({ "before": before, "after": after });
        let lines = self.rng.random_range(1..60);
        let of = self.touch(item);
        of.pull.head = after;
        of.pull.commits += 1;
        of.pull.additions += lines;
        let author = of.author;
        self.tell(item, "synchronize", author, more);
    }

    pub(super) fn request_review(&mut self, item: usize, who: usize, reviewer: usize) {
        if !self.items[item].pull.reviewers.contains(&reviewer) {
            self.touch(item).pull.reviewers.push(reviewer);
            let more = json!({ "requested_reviewer": self.user_json(reviewer) });
            self.tell(item, "review_requested", who, more);
        }
    }

    /// Adds a review. Each of `remarks` is a review comment with a webhook of its own, all in one second.
    pub(super) fn review(&mut self, item: usize, who: usize, state: &str, text: Option<&str>, remarks: &[String]) {
        let id = self.id();
        let of = self.touch(item);
        of.pull.reviewers.retain(|&reviewer| reviewer != who);
        of.pull.review_comments += remarks.len() as u64;
        let repository = of.repository;
        let of = &self.items[item];
        let (at, page, commit) = (stamp(self.now), self.html_url(of), of.pull.head.clone());
        let owner = self.repositories[repository].id;
        let association = self.people[who].association();
        let review = json!({
            "id": id,
            "node_id": node_id("PRR", &[owner, id]),
            "user": self.user_json(who),
            "body": text,
            "commit_id": commit,
            "submitted_at": at,
            "state": state,
            "html_url": format!("{page}#pullrequestreview-{id}"),
            "author_association": association,
        });
        let parts = json!({ "review": review, "pull_request": self.pull_json(of, false) });
        self.emit("pull_request_review", "submitted", repository, who, parts);
        for remark in remarks {
            let comment = self.id();
            let parts = json!({
                "comment": {
                    "id": comment,
                    "node_id": node_id("PRRC", &[owner, comment]),
                    "pull_request_review_id": id,
                    "user": self.user_json(who),
                    "body": remark,
                    "commit_id": commit,
                    "path": "main.go",
                    "diff_hunk": "@@ -1 +1 @@",
                    "position": 1,
                    "created_at": at,
                    "updated_at": at,
                    "html_url": format!("{page}#discussion_r{comment}"),
                    "author_association": association,
                },
                "pull_request": self.pull_json(&self.items[item], false),
            });
            self.emit("pull_request_review_comment", "created", repository, who, parts);
        }
    }

    /// Marks the comment with this id as the answer.
    pub(super) fn answer(&mut self, item: usize, who: usize, answerer: usize, comment: u64) {
        let now = self.now;
        self.touch(item).answer = Some((now, who, comment));
        let of = &self.items[item];
        let answer = json!({
            "id": comment,
            "node_id": node_id("DC", &[self.repositories[of.repository].id, comment]),
            "html_url": format!("{}#discussioncomment-{comment}", self.html_url(of)),
            "parent_id": null,
            "discussion_id": of.id,
            "user": self.user_json(answerer),
            "author_association": self.people[answerer].association(),
            "created_at": stamp(now),
            "updated_at": stamp(now),
        });
        self.tell(item, "answered", who, json!({ "answer": answer }));
    }

    pub(super) fn retitle(&mut self, item: usize, who: usize, title: String) {
        let from = std::mem::replace(&mut self.touch(item).title, title);
        self.tell(item, "edited", who, json!({ "changes": { "title": { "from": from } } }));
    }

    /// Removes the item from its repository's counts.
    pub(super) fn vanish(&mut self, item: usize) {
        let of = &mut self.items[item];
        of.gone = true;
        let repository = &mut self.repositories[of.repository];
        if of.open && of.kind != Kind::Discussion {
            repository.open_items -= 1;
        }
        if let Some(milestone) = of.milestone {
            let milestone = &mut repository.milestones[milestone];
            let count = if of.open { &mut milestone.open_issues } else { &mut milestone.closed_issues };
            *count -= 1;
        }
    }

    pub(super) fn delete(&mut self, item: usize, who: usize) {
        self.vanish(item);
        self.tell(item, "deleted", who, json!({}));
    }

    pub(super) fn sha(&mut self) -> String {
        hex::encode(self.rng.random::<[u8; 20]>())
    }
}
