//! What happens to all accounts, or to some of them alone because it is hidden.

mod mates;

use std::collections::{BTreeMap, BTreeSet};

use chrono::{Duration, SecondsFormat};
use rand::RngExt;
use rand_chacha::ChaCha8Rng;
use reqwest::Method;
use serde_json::{Value, json};

use super::{Holds, MATES, Who, World, Worlds};
use crate::support::payload::{owned_repository, user};

/// The operations that acts do.
pub const DONE: [&str; 19] = [
    "PUT /api/v1/items/{owner}/{repo}/{number}/note",
    "PUT /api/v1/items/{owner}/{repo}/{number}/read",
    "DELETE /api/v1/items/{owner}/{repo}/{number}/read",
    "POST /api/v1/marks",
    "DELETE /api/v1/marks/{id}",
    "POST /api/v1/scrubs",
    "POST /api/v1/scrubs/{number}/advance",
    "POST /api/v1/scrubs/{number}/close",
    "PUT /api/v1/scrubs/{number}/cursor",
    "PUT /api/v1/scrubs/{number}/host",
    "PUT /api/v1/scrubs/{number}/presence",
    "PUT /api/v1/scrubs/{number}/timer",
    "PUT /api/v1/scrubs/{number}/claims",
    "POST /api/v1/scrubs/{number}/rows/{place}/read",
    "PUT /api/v1/scrubs/{number}/attendees/{name}",
    "DELETE /api/v1/scrubs/{number}/attendees/{name}",
    "POST /api/v1/sheets",
    "PUT /api/v1/views/{name}",
    "DELETE /api/v1/views/{name}",
];

/// The repositories: two public ones, two that are hidden, and one that is hidden later.
const REPOSITORIES: [(i64, &str); 5] = [(1, "open"), (2, "plain"), (3, "secret"), (4, "hush"), (5, "later")];
const FIRST_NUMBERS: i64 = 4;

fn is_hidden(repo_id: i64) -> bool {
    repo_id == 3 || repo_id == 4
}

/// An item as GitHub has it.
#[derive(Clone, Debug)]
struct Thing {
    repo_id: i64,
    number: i64,
    age: i64,
    stale: i64,
    closed: bool,
    labeled: bool,
}

/// What has happened so far.
#[derive(Default)]
pub struct Story {
    things: Vec<Thing>,
    /// Repositories and numbers from which items went away.
    left: BTreeSet<(i64, i64)>,
    /// Where they went.
    went: BTreeMap<(i64, i64), (i64, i64)>,
    /// The next number of items that come by transfer.
    next: i64,
    later_is_hidden: bool,
    /// The ids by which the last marking of many is undone, in each account.
    marked: Option<[String; 3]>,
}

fn name_of(repo_id: i64) -> &'static str {
    REPOSITORIES.iter().find(|(id, _)| *id == repo_id).unwrap().1
}

/// Items to be marked, hidden and unknown ones too; and whether as read.
fn some_marks(rng: &mut ChaCha8Rng) -> (Vec<(i64, i64)>, bool) {
    let items = (0..rng.random_range(1..8)).map(|_| (rng.random_range(1..=5), rng.random_range(1..25)));
    (items.collect(), rng.random_range(0..3) > 0)
}

fn marking(items: &[(i64, i64)], read: bool) -> Value {
    let item = |(repo_id, number): &(i64, i64)| json!({"repository": format!("OWNER/{}", name_of(*repo_id)), "number": number});
    json!({"read": read, "items": items.iter().map(item).collect::<Vec<_>>()})
}

impl Story {
    /// Items in all repositories; some are read and noted where they are hidden, and then transferred.
    pub async fn begin(worlds: &Worlds<'_>, rng: &mut ChaCha8Rng) -> Self {
        let mut story = Self { next: 20, ..Self::default() };
        for (repo_id, _) in REPOSITORIES {
            for number in 1..=FIRST_NUMBERS {
                let (age, stale) = (rng.random_range(0..150), rng.random_range(3..60));
                let thing = Thing { repo_id, number, age, stale, closed: false, labeled: rng.random_range(0..3) == 0 };
                story.deliver(worlds, "opened", &thing).await;
                story.things.push(thing);
            }
        }
        for _ in 0..6 {
            let number = rng.random_range(1..=FIRST_NUMBERS);
            story.remark(worlds, rng, (3, number), |by| &by.insider).await;
        }
        for _ in 0..4 {
            story.transfer(worlds, rng).await;
        }
        story
    }

    /// The addresses of all items that there are or were, hidden ones included, and one that never was.
    pub fn addresses(&self) -> Vec<String> {
        let there = self.things.iter().map(|thing| (thing.repo_id, thing.number));
        let all: BTreeSet<(i64, i64)> = there.chain(self.left.iter().copied()).chain([(1, 99)]).collect();
        all.into_iter().map(|(repo_id, number)| format!("{}/{number}", name_of(repo_id))).collect()
    }

    fn hides(&self, repo_id: i64) -> bool {
        is_hidden(repo_id) || self.later_is_hidden && repo_id == 5
    }

    /// Where an item is now, if that is public. When the mate marks it by a hidden address that they know, they mark it there, for all
    /// to see.
    fn publicly(&self, address: (i64, i64)) -> (i64, i64) {
        let mut now = address;
        if self.hides(now.0) && now.0 != MATES {
            return address;
        }
        while let Some(next) = self.went.get(&now) {
            now = *next;
        }
        if self.hides(now.0) { address } else { now }
    }

    /// Whether an account holds a repository.
    fn is_in(&self, world: &World<'_>, repo_id: i64) -> bool {
        match world.holds {
            Holds::All => true,
            Holds::Mates => repo_id == MATES || !self.hides(repo_id),
            Holds::Public => !self.hides(repo_id),
        }
    }

    fn payload(&self, world: &World<'_>, action: &str, thing: &Thing) -> Value {
        let day = |days: i64| (world.app.clock.now() - Duration::days(days)).to_rfc3339_opts(SecondsFormat::Secs, true);
        let label = json!([{"id": 100 + thing.repo_id, "name": "bug"}]);
        let state = if thing.closed { "closed" } else { "open" };
        let mut repository = owned_repository(world.account, &world.login, thing.repo_id, name_of(thing.repo_id));
        repository["private"] = json!(self.hides(thing.repo_id));
        json!({
            "action": action, "repository": repository, "sender": user("octocat"), "installation": {"id": 1},
            "issue": {
                "id": thing.repo_id * 1_000 + thing.number, "node_id": "I", "number": thing.number,
                "title": format!("Issue {} of {}", thing.number, name_of(thing.repo_id)), "user": user("ada"),
                "state": state, "locked": false, "comments": 0, "assignees": [],
                "labels": if thing.labeled { label } else { json!([]) },
                "milestone": {"number": 1, "title": "v1", "state": "open", "due_on": day(-30 - thing.repo_id)}, "author_association": "NONE",
                "created_at": day(thing.age + thing.stale), "updated_at": day(thing.stale),
                "closed_at": if thing.closed { json!(day(thing.stale)) } else { Value::Null }, "body": "",
            },
        })
    }

    /// Delivers an item's event where it may be known.
    async fn deliver(&self, worlds: &Worlds<'_>, action: &str, thing: &Thing) {
        for world in worlds.all() {
            if self.is_in(world, thing.repo_id) {
                let mut payload = self.payload(world, action, thing);
                if action == "labeled" {
                    payload["label"] = payload["issue"]["labels"][0].clone();
                }
                world.app.deliver("issues", &payload).await;
            }
        }
    }

    /// Transfers an item from what is hidden to what is public, or the other way. To the account that has nothing
    /// hidden, it comes from elsewhere or goes there.
    async fn transfer(&mut self, worlds: &Worlds<'_>, rng: &mut ChaCha8Rng) {
        let at = rng.random_range(0..self.things.len());
        let from = self.things[at].clone();
        if from.closed || from.repo_id == 5 || self.left.contains(&(from.repo_id, from.number)) {
            return;
        }
        let (repo_id, number) = (if self.hides(from.repo_id) { 2 } else { 3 }, self.next);
        self.next += 1;
        let to = Thing { repo_id, number, stale: from.stale - 1, age: from.age + 1, labeled: false, ..from.clone() };
        for world in worlds.all() {
            let place = |repo_id: i64| match self.is_in(world, repo_id) {
                true => owned_repository(world.account, &world.login, repo_id, name_of(repo_id)),
                false => owned_repository(900_000 + world.account, "elsewhere", 7, "elsewhere"),
            };
            let mut opened = self.payload(world, "opened", &to);
            if !self.is_in(world, repo_id) {
                opened["repository"] = place(repo_id);
            }
            opened["changes"] = json!({"old_repository": place(from.repo_id), "old_issue": {"number": from.number}});
            world.app.deliver("issues", &opened).await;
        }
        self.left.insert((from.repo_id, from.number));
        self.went.insert((from.repo_id, from.number), (to.repo_id, to.number));
        self.things.remove(at);
        self.things.push(to);
    }

    /// Somebody reads or notes an item.
    async fn remark(&self, worlds: &Worlds<'_>, rng: &mut ChaCha8Rng, (repo_id, number): (i64, i64), who: Who) {
        let address = format!("/api/v1/items/OWNER/{}/{number}", name_of(repo_id));
        let by = ["ada", "grace"][rng.random_range(0..2)];
        let action = ["close", "keep", ""][rng.random_range(0..3)];
        let (method, path, body) = match rng.random_range(0..4) {
            0 => (Method::PUT, format!("{address}/read?by={by}"), None),
            1 => (Method::DELETE, format!("{address}/read?by={by}"), None),
            _ => (Method::PUT, format!("{address}/note"), Some(json!({"recommended_action": action, "by": by}))),
        };
        let by_insider = std::ptr::eq(who(&worlds.whole.tokens), &worlds.whole.tokens.insider);
        if self.hides(repo_id) || by_insider {
            // Whoever sees all is told more; what the others are told afterwards is compared.
            for world in worlds.all().into_iter().filter(|world| self.is_in(world, repo_id)) {
                let answer = world.ask(who(&world.tokens), method.clone(), &path, body.as_ref()).await;
                assert!(answer.status < 500, "{path}: {}", answer.masked);
            }
        } else {
            worlds.same(who, method, &path, body.as_ref()).await;
        }
    }

    /// One thing happens.
    pub async fn act(&mut self, worlds: &Worlds<'_>, rng: &mut ChaCha8Rng) {
        let at = rng.random_range(0..self.things.len());
        let thing = self.things[at].clone();
        let key = (thing.repo_id, thing.number);
        match rng.random_range(0..35) {
            20..24 => self.mate_remarks(worlds, rng, key).await,
            27 => self.mate_marks(worlds, rng).await,
            28..30 => self.mate_opens(worlds, rng).await,
            30..35 => self.mate_scrubs(worlds, rng).await,
            24 | 25 => self.mark(worlds, rng).await,
            26 => self.undo(worlds).await,
            0..4 => self.remark(worlds, rng, key, |by| &by.scrubber).await,
            4..6 => self.remark(worlds, rng, key, |by| &by.writer).await,
            6..9 => self.remark(worlds, rng, key, |by| &by.insider).await,
            9 => {
                let changed = Thing { labeled: true, stale: (thing.stale - 1).max(0), age: thing.age + 1, ..thing };
                self.deliver(worlds, "labeled", &changed).await;
                self.things[at] = changed;
            }
            10 => {
                let action = if thing.closed { "reopened" } else { "closed" };
                let changed = Thing { closed: !thing.closed, stale: (thing.stale - 1).max(0), ..thing };
                self.deliver(worlds, action, &changed).await;
                self.things[at] = changed;
            }
            11 => self.transfer(worlds, rng).await,
            12 => {
                let filter = [json!({"label": "bug"}), json!({"title": "issue"}), json!({"repo": "secret"})];
                let body = json!({"filter": filter[rng.random_range(0..3)], "order": "stalest"});
                let other = rng.random_range(0..2) == 0;
                let (method, body) = if other { (Method::DELETE, None) } else { (Method::PUT, Some(&body)) };
                worlds.same(|by| &by.scrubber, method, "/api/v1/views/mine", body).await;
            }
            13 => self.import(worlds, rng).await,
            14..16 => {
                let view = ["open", "mine", "never-read"][rng.random_range(0..3)];
                let body = match rng.random_range(0..2) {
                    0 => json!({"view": view, "host": "ada"}),
                    _ => json!({"view": view, "host": "ada", "order": "newest", "limit": rng.random_range(1..6)}),
                };
                worlds.same(|by| &by.scrubber, Method::POST, "/api/v1/scrubs", Some(&body)).await;
            }
            _ => self.scrub(worlds, rng).await,
        }
    }

    /// Somebody who does not see all marks items, hidden and unknown ones too.
    async fn mark(&mut self, worlds: &Worlds<'_>, rng: &mut ChaCha8Rng) {
        let (items, read) = some_marks(rng);
        let mut body = marking(&items, read);
        body["by"] = json!(["ada", "grace"][rng.random_range(0..2)]);
        let mut answers = vec![];
        for world in worlds.all() {
            answers.push(world.ask(&world.tokens.scrubber, Method::POST, "/api/v1/marks", Some(&body)).await);
        }
        for answer in &answers {
            assert_eq!(answers[0].masked, answer.masked, "BUGSCRUB_TEST_SEED={} {body}", worlds.seed);
        }
        assert_eq!(answers[0].status, 200, "{}", answers[0].masked);
        let ids: Vec<String> =
            answers.iter().filter_map(|answer| answer.json["id"].as_str().map(str::to_owned)).collect();
        if let Ok(ids) = ids.try_into() {
            self.marked = Some(ids);
        }
    }

    async fn undo(&self, worlds: &Worlds<'_>) {
        let Some(ids) = &self.marked else { return };
        let mut told = vec![];
        for (world, id) in worlds.all().into_iter().zip(ids) {
            let path = format!("/api/v1/marks/{id}");
            told.push(world.ask(&world.tokens.writer, Method::DELETE, &path, None).await.masked);
        }
        assert!(told.iter().all(|other| *other == told[0]), "BUGSCRUB_TEST_SEED={} {told:?}", worlds.seed);
    }

    /// Something is done in the scrub that was opened last, or before.
    async fn scrub(&self, worlds: &Worlds<'_>, rng: &mut ChaCha8Rng) {
        let listed = worlds.same(|by| &by.reader, Method::GET, "/api/v1/scrubs", None).await;
        let scrubs = listed.json["scrubs"].as_array().cloned().unwrap_or_default();
        let Some(scrub) = scrubs.iter().find(|scrub| scrub["state"] == "open").or(scrubs.first()) else { return };
        let path = format!("/api/v1/scrubs/{}", scrub["number"]);
        let place = scrub["cursor"].as_i64().unwrap_or(1);
        let who: Who = if rng.random_range(0..2) == 0 { |by| &by.scrubber } else { |by| &by.writer };
        let by = ["ada", "grace"][rng.random_range(0..2)];
        let to = rng.random_range(1..5);
        let read = format!("/rows/{to}/read");
        let (method, end, body) = match rng.random_range(0..18) {
            0 => (Method::POST, "/close", json!({})),
            1 => (Method::PUT, "/attendees/bob", json!({})),
            2 => (Method::DELETE, "/attendees/bob", json!({})),
            3 | 4 => (Method::PUT, "/cursor", json!({"place": to, "from": scrub["cursor"], "by": by})),
            5 => (Method::PUT, "/host", json!({"host": by, "from": scrub["host"], "by": "ada"})),
            6 => (Method::PUT, "/presence", json!({"client": "tab", "place": to, "following": to == 1, "by": by})),
            7 => (Method::PUT, "/timer", json!({"version": 0, "row_seconds": 60})),
            8 => (Method::PUT, "/claims", json!({"take": 1, "by": by})),
            9 => (Method::PUT, "/claims", json!({"places": [to], "by": by})),
            10 => (Method::POST, &*read, json!({"by": by})),
            skip => (Method::POST, "/advance", json!({"place": place, "skip": skip == 11, "by": by})),
        };
        worlds.same(who, method, &format!("{path}{end}"), Some(&body)).await;
    }

    /// A spreadsheet names items, hidden and unknown ones too.
    async fn import(&self, worlds: &Worlds<'_>, rng: &mut ChaCha8Rng) {
        let mut rows = vec!["Repository,Type,#,Recommend Action,Read yet?,Comment".to_owned()];
        for _ in 0..6 {
            let (repo_id, number) = (rng.random_range(1..=5), rng.random_range(1..25));
            let said = ["close", "later", ""][rng.random_range(0..3)];
            rows.push(format!("OWNER/{},Issue,{number},{said},x,from a sheet", name_of(repo_id)));
        }
        let (dry, body) = (rng.random_range(0..2) == 0, Value::String(rows.join("\n")));
        let scrub = rng.random_range(1..4);
        let without = if scrub == 3 { "&without=2-3" } else { "" };
        let path = format!("/api/v1/sheets?scrub={scrub}&dry_run={dry}{without}");
        worlds.same(|by| &by.scrubber, Method::POST, &path, Some(&body)).await;
    }

    /// A public repository becomes private: by an event of its own, or because a payload shows it. The account that
    /// has nothing hidden loses it.
    pub async fn hide(&mut self, worlds: &Worlds<'_>, rng: &mut ChaCha8Rng) {
        let thing = self.things.iter().find(|thing| thing.repo_id == 5).unwrap().clone();
        self.later_is_hidden = true;
        for world in [&worlds.mates, &worlds.public] {
            let gone = self.payload(world, "deleted", &thing);
            let gone = json!({"action": "deleted", "repository": gone["repository"], "sender": gone["sender"]});
            world.app.deliver("repository", &gone).await;
            told_again(world).await;
        }
        let shown = self.payload(&worlds.whole, "edited", &Thing { stale: 0, ..thing });
        if rng.random_range(0..2) == 0 {
            worlds.whole.app.deliver("issues", &shown).await;
        } else {
            let told = json!({"action": "privatized", "repository": shown["repository"], "sender": shown["sender"]});
            worlds.whole.app.deliver("repository", &told).await;
        }
        told_again(&worlds.whole).await;
    }
}

/// Those deliveries take sight away, and GitHub would be asked again: it tells the mate the same.
async fn told_again(world: &World<'_>) {
    sqlx::query(
        "UPDATE sights SET private = $2, triages = true, told_at = $3, due_at = $3 + interval '1 hour', version = version + 1
         WHERE account_id = $1",
    )
    .bind(world.account)
    .bind(vec![MATES])
    .bind(world.app.clock.now())
    .execute(&world.app.database.pool)
    .await
    .unwrap();
}
