//! A made-up thread: what happens in it, the deliveries and answers that tell of it, and how it reads from the first word
//! to the last.

use bugscrub::activity::event::OwnerRef;
use bugscrub::activity::{Event, RepositoryRef, Review, Source, WaitsFor};
use bugscrub::github::{conversations, facts, wire};
use bugscrub::webhook::listed_issue;
use bugscrub::webhook::reading::read;
use chrono::{DateTime, Duration, SecondsFormat, Utc};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::support::history::{Delivery, events_of};
use crate::support::payload::{ACCOUNT, person_id, repository, user};

/// Ada and Alan maintain the repository, Grace and Linus do not. The last is a bot that may do anything.
pub const PEOPLE: [(&str, &str); 5] =
    [("ada", "MEMBER"), ("alan", "COLLABORATOR"), ("grace", "CONTRIBUTOR"), ("linus", "NONE"), ("help[bot]", "MEMBER")];
pub const BOT: usize = 4;

#[derive(Clone, Copy, Debug)]
pub enum Act {
    Comment(usize),
    Review(usize, &'static str),
    /// Of what was said so far, counted around.
    Edit(usize),
    Delete(usize),
    Dismiss(usize),
    Push,
    Request(usize),
    Draft(bool),
    AutoMerge(bool),
    /// The checks of the last commit come to something. Nothing tells of it.
    Check(&'static str),
    /// Something else that the author does; nothing is said by it.
    Label,
}

#[derive(Clone, Debug)]
pub struct Said {
    pub id: i64,
    pub at: DateTime<Utc>,
    pub who: usize,
    pub verdict: Option<&'static str>,
    pub commit: usize,
}

/// A thread as it is on GitHub.
#[derive(Clone, Debug)]
pub struct Thread {
    pub pull: bool,
    pub author: usize,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
    /// What is still there.
    pub said: Vec<Said>,
    pub said_ever: i64,
    pub commit: usize,
    pub pushed_at: DateTime<Utc>,
    pub requested: usize,
    pub draft: bool,
    pub auto_merge: bool,
    pub checks: Option<&'static str>,
    pub labels: i64,
}

fn text(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(SecondsFormat::Secs, true)
}

fn person(who: usize) -> Value {
    let mut shown = user(PEOPLE[who].0);
    if who == BOT {
        shown["type"] = json!("Bot");
    }
    shown
}

impl Thread {
    /// When each human who said something did so last, sorted.
    pub fn spoke_at(&self) -> Vec<DateTime<Utc>> {
        let last = |who: usize| self.said.iter().filter(|said| said.who == who).map(|said| said.at).max();
        let mut times: Vec<_> = (0..PEOPLE.len()).filter(|who| *who != BOT).filter_map(last).collect();
        times.sort_unstable();
        times
    }

    fn comments(&self) -> usize {
        self.said.iter().filter(|said| said.verdict.is_none()).count()
    }

    /// Whose turn it is, and how the review stands, by reading from the first word to the last.
    pub fn read(&self) -> (WaitsFor, Option<Review>) {
        let maintains = |who: usize| PEOPLE[who].1 != "CONTRIBUTOR" && PEOPLE[who].1 != "NONE";
        let mut turn = WaitsFor::Maintainers;
        let mut told: Vec<(DateTime<Utc>, Option<&Said>)> =
            self.said.iter().filter(|said| said.who != BOT).map(|said| (said.at, Some(said))).collect();
        if self.author != BOT {
            told.push((self.pushed_at, None));
        }
        told.sort_by_key(|(at, _)| *at);
        let mut verdicts = [None; PEOPLE.len()];
        for (_, said) in told {
            match said {
                Some(said) if maintains(said.who) && said.who != self.author => turn = WaitsFor::Author,
                _ => turn = WaitsFor::Maintainers,
            }
            if let Some(said) = said
                && maintains(said.who)
                && said.verdict.is_some_and(|verdict| verdict != "commented")
            {
                verdicts[said.who] = Some(said);
            }
        }
        if !self.pull {
            return (turn, None);
        }
        let standing: Vec<&Said> =
            verdicts.into_iter().flatten().filter(|said| said.verdict != Some("dismissed")).collect();
        let review = match standing.iter().max_by_key(|said| said.at) {
            None if self.requested > 0 => Review::Requested,
            None => Review::None,
            Some(last) if last.commit != self.commit => Review::ChangedSince,
            Some(_) if standing.iter().any(|said| said.verdict == Some("changes_requested")) => {
                Review::ChangesRequested
            }
            Some(_) => Review::Approved,
        };
        if turn == WaitsFor::Maintainers && self.requested > 0 {
            turn = WaitsFor::Reviewers;
        }
        if review == Review::Approved {
            turn = WaitsFor::Maintainers;
        }
        if self.draft {
            turn = WaitsFor::Author;
        }
        if self.auto_merge {
            turn = WaitsFor::Nobody;
        }
        (turn, Some(review))
    }

    /// As payloads and lists show it. A pull request is an issue too, and then tells less.
    fn shown(&self, as_issue: bool) -> Value {
        let labels: Vec<Value> = (1..=self.labels).map(|id| json!({"id": id, "name": format!("label {id}")})).collect();
        let mut shown = json!({
            "id": 1, "node_id": "I_1", "number": 1, "title": "A thread", "user": person(self.author), "state": "open",
            "closed_at": null, "labels": labels, "assignees": [], "milestone": null, "comments": self.comments(),
            "created_at": text(self.created_at), "updated_at": text(self.updated_at),
            "author_association": PEOPLE[self.author].1,
        });
        if self.pull && as_issue {
            shown["pull_request"] = json!({"url": "https://example.org/1", "merged_at": null});
        } else if self.pull {
            shown["head"] = json!({"sha": format!("sha{}", self.commit)});
            shown["requested_reviewers"] = (0..self.requested).map(person).collect();
            shown["requested_teams"] = json!([]);
            shown["draft"] = json!(self.draft);
            shown["auto_merge"] = if self.auto_merge { json!({"merge_method": "squash"}) } else { Value::Null };
            shown["merged_at"] = Value::Null;
        }
        shown
    }

    fn word(&self, said: &Said) -> Value {
        let mut word = json!({"id": said.id, "user": person(said.who), "author_association": PEOPLE[said.who].1,
            "body": "text"});
        match said.verdict {
            None => {
                word["created_at"] = json!(text(said.at));
                word["updated_at"] = json!(text(self.updated_at));
            }
            Some(verdict) => {
                word["submitted_at"] = json!(text(said.at));
                word["state"] = json!(verdict);
                word["commit_id"] = json!(format!("sha{}", said.commit));
            }
        }
        word
    }

    fn payload(&self, event: &'static str, action: &str, sender: usize, said: Option<&Said>) -> (&'static str, Value) {
        let field = if event == "issues" || event == "issue_comment" { "issue" } else { "pull_request" };
        let mut payload = json!({"action": action, "repository": repository(1, "widgets"), "sender": person(sender)});
        payload[field] = self.shown(field == "issue");
        if let Some(said) = said {
            payload[if said.verdict.is_some() { "review" } else { "comment" }] = self.word(said);
        }
        (event, payload)
    }

    /// What happens, and the delivery that tells of it; `None` if nothing does.
    fn act(&mut self, act: Act, now: DateTime<Utc>) -> Option<(&'static str, Value)> {
        let own = if self.pull { "pull_request" } else { "issues" };
        let author = self.author;
        let before = std::mem::replace(&mut self.updated_at, now);
        let told = match act {
            Act::Comment(who) | Act::Review(who, _) => {
                let verdict = match act {
                    Act::Review(_, verdict) if self.pull => Some(verdict),
                    Act::Review(..) => return self.nothing(before),
                    _ => None,
                };
                self.said_ever += 1;
                let said = Said { id: self.said_ever, at: now, who, verdict, commit: self.commit };
                self.said.push(said.clone());
                match verdict {
                    None => self.payload("issue_comment", "created", who, Some(&said)),
                    Some(_) => self.payload("pull_request_review", "submitted", who, Some(&said)),
                }
            }
            Act::Edit(nth) | Act::Delete(nth) | Act::Dismiss(nth) if self.said.is_empty() => {
                let _ = nth;
                return self.nothing(before);
            }
            Act::Edit(nth) => {
                let said = self.said[nth % self.said.len()].clone();
                let event = if said.verdict.is_some() { "pull_request_review" } else { "issue_comment" };
                self.payload(event, "edited", 0, Some(&said))
            }
            Act::Delete(nth) => {
                let nth = nth % self.said.len();
                // GitHub deletes comments, not reviews.
                if self.said[nth].verdict.is_some() {
                    return self.nothing(before);
                }
                let said = self.said.remove(nth);
                self.payload("issue_comment", "deleted", 0, Some(&said))
            }
            Act::Dismiss(nth) => {
                let nth = nth % self.said.len();
                if self.said[nth].verdict.is_none_or(|verdict| verdict == "commented") {
                    return self.nothing(before);
                }
                self.said[nth].verdict = Some("dismissed");
                let said = self.said[nth].clone();
                self.payload("pull_request_review", "dismissed", 0, Some(&said))
            }
            Act::Label => {
                self.labels += 1;
                self.payload(own, "labeled", author, None)
            }
            _ if !self.pull => return self.nothing(before),
            Act::Push => {
                self.commit += 1;
                self.pushed_at = now;
                self.checks = None;
                self.payload(own, "synchronize", author, None)
            }
            Act::Check(checks) => {
                self.checks = Some(checks);
                return self.nothing(before);
            }
            Act::Request(reviewers) => {
                self.requested = reviewers;
                self.payload(own, "review_requested", author, None)
            }
            Act::Draft(draft) => {
                self.draft = draft;
                self.payload(own, if draft { "converted_to_draft" } else { "ready_for_review" }, author, None)
            }
            Act::AutoMerge(on) => {
                self.auto_merge = on;
                self.payload(own, if on { "auto_merge_enabled" } else { "auto_merge_disabled" }, author, None)
            }
        };
        Some(told)
    }

    fn nothing<T>(&mut self, before: DateTime<Utc>) -> Option<T> {
        self.updated_at = before;
        None
    }

    /// What a list and the question for the conversation answer, a while after the last act.
    pub fn fetched(&self) -> Vec<Event> {
        let date = self.updated_at + Duration::seconds(15);
        let listed = listed_issue(self.shown(true).to_string().as_bytes()).unwrap().items.remove(0);
        let listed = facts::fetched(Source::Backfill, &home(), listed, date);
        vec![listed, conversations::event(&home(), self.entry(), date).unwrap()]
    }

    fn entry(&self) -> wire::ConversationEntry {
        let actor = |who: usize| {
            let login = PEOPLE[who].0.trim_end_matches("[bot]");
            let kind = if who == BOT { "Bot" } else { "User" };
            json!({"__typename": kind, "login": login, "databaseId": person_id(PEOPLE[who].0)})
        };
        let last = |reviews: bool| {
            let all: Vec<&Said> = self.said.iter().filter(|said| said.verdict.is_some() == reviews).collect();
            let shown = all.iter().skip(all.len().saturating_sub(100)).map(|said| {
                let mut shown = json!({"fullDatabaseId": said.id.to_string(), "author": actor(said.who),
                    "authorAssociation": PEOPLE[said.who].1});
                shown[if reviews { "submittedAt" } else { "createdAt" }] = json!(text(said.at));
                if let Some(verdict) = said.verdict {
                    shown["state"] = json!(verdict.to_uppercase());
                    shown["commit"] = json!({"oid": format!("sha{}", said.commit)});
                }
                shown
            });
            json!({"totalCount": all.len(), "nodes": shown.collect::<Vec<_>>()})
        };
        let mut shown = json!({"__typename": if self.pull { "PullRequest" } else { "Issue" }, "number": 1,
            "createdAt": text(self.created_at), "updatedAt": text(self.updated_at), "author": actor(self.author),
            "authorAssociation": PEOPLE[self.author].1, "reactions": {"totalCount": 3}, "comments": last(false)});
        if self.pull {
            let pushed = json!({"committedDate": text(self.pushed_at), "author": {"user": actor(self.author)}});
            shown["reviews"] = last(true);
            shown["isDraft"] = json!(self.draft);
            shown["headRefOid"] = json!(format!("sha{}", self.commit));
            shown["autoMergeRequest"] =
                if self.auto_merge { json!({"enabledAt": text(self.updated_at)}) } else { Value::Null };
            shown["mergeQueueEntry"] = Value::Null;
            shown["reviewRequests"] = json!({"totalCount": self.requested});
            shown["commits"] = json!({"nodes": [{"commit": pushed}]});
            shown["statusCheckRollup"] = self.checks.map_or(Value::Null, |state| json!({"state": state}));
            shown["closingIssuesReferences"] = json!({"nodes": [{"number": 7, "repository": {"databaseId": 1}},
                {"number": 8, "repository": {"databaseId": 2}}, null]});
        }
        let (entry, omissions) = read(shown.to_string().as_bytes()).unwrap();
        assert!(omissions.is_empty(), "{omissions}");
        entry.unwrap()
    }
}

fn home() -> RepositoryRef {
    let owner = Some(OwnerRef { id: ACCOUNT, login: "acme".to_owned() });
    RepositoryRef { id: 1, owner, name: "widgets".to_owned(), private: None, archived: None, html_url: None }
}

/// A thread over time: after each act, how it was, and the delivery of the act.
pub struct Story {
    pub after: Vec<Thread>,
    pub told: Vec<Vec<Event>>,
}

impl Story {
    pub fn of(pull: bool, author: usize, acts: &[(Act, i64)]) -> Self {
        let mut now: DateTime<Utc> = "2024-02-28T23:00:00Z".parse().unwrap();
        let mut thread = Thread {
            pull,
            author,
            created_at: now,
            updated_at: now,
            said: vec![],
            said_ever: 0,
            commit: 0,
            pushed_at: now,
            requested: 0,
            draft: false,
            auto_merge: false,
            checks: None,
            labels: 0,
        };
        let opened = thread.payload(if pull { "pull_request" } else { "issues" }, "opened", author, None);
        let mut story = Self { after: vec![], told: vec![] };
        story.push(&thread, opened);
        for (act, pause) in acts {
            now += Duration::seconds(*pause);
            if let Some(told) = thread.act(*act, now) {
                story.push(&thread, told);
            }
        }
        story
    }

    fn push(&mut self, thread: &Thread, (event, payload): (&'static str, Value)) {
        let guid = Uuid::from_u128(self.told.len() as u128 + 1);
        self.told.push(events_of(&Delivery { guid, event, payload }));
        self.after.push(thread.clone());
    }

    pub fn end(&self) -> &Thread {
        self.after.last().unwrap()
    }
}
