//! What the mate does: somebody who is signed in, and sees one of the private repositories. In the account that has nothing
//! private, they do the same with what is public.

use std::collections::BTreeSet;

use rand::RngExt;
use rand_chacha::ChaCha8Rng;
use reqwest::Method;
use serde_json::{Value, json};

use super::super::Worlds;
use super::{REPOSITORIES, Story, marking, name_of, some_marks};

/// A path that names the account: the mate sees them all.
fn of_account(path: &str) -> String {
    format!("{path}{}account=OWNER", if path.contains('?') { '&' } else { '?' })
}

impl Worlds<'_> {
    /// Asks as the mate in the account that has nothing private.
    async fn publicly_as_mate(&self, method: Method, path: &str, body: Option<&Value>) -> (u16, Value) {
        let answer = self.public.ask(&self.public.tokens.mate, method, &of_account(path), body).await;
        assert!(answer.status < 500, "BUGSCRUB_TEST_SEED={} {path}: {}", self.seed, answer.masked);
        (answer.status, answer.json)
    }
}

impl Story {
    /// The mate reads or notes an item.
    pub(super) async fn mate_remarks(&self, worlds: &Worlds<'_>, rng: &mut ChaCha8Rng, (repo_id, number): (i64, i64)) {
        let address = format!("/api/v1/items/OWNER/{}/{number}", name_of(repo_id));
        let (method, path, body) = match rng.random_range(0..3) {
            0 => (Method::PUT, format!("{address}/read"), None),
            1 => (Method::DELETE, format!("{address}/read"), None),
            _ => (Method::PUT, format!("{address}/note"), Some(json!({"recommended_action": "later"}))),
        };
        worlds.same_for_mates(method.clone(), &path, body.as_ref()).await;
        if !self.hides(repo_id) {
            worlds.publicly_as_mate(method, &path, body.as_ref()).await;
        }
    }

    /// The mate marks items, some of which they do not see.
    pub(super) async fn mate_marks(&self, worlds: &Worlds<'_>, rng: &mut ChaCha8Rng) {
        let (items, read) = some_marks(rng);
        worlds.same_for_mates(Method::POST, "/api/v1/marks", Some(&marking(&items, read))).await;
        let publicly: Vec<(i64, i64)> = items.into_iter().map(|address| self.publicly(address)).collect();
        worlds.publicly_as_mate(Method::POST, "/api/v1/marks", Some(&marking(&publicly, read))).await;
    }

    /// The mate opens a scrub, of which others see what is public. Without a limit: how many of its rows are hidden would
    /// decide how many of the others there are.
    pub(super) async fn mate_opens(&self, worlds: &Worlds<'_>, rng: &mut ChaCha8Rng) {
        let view = ["open", "mine", "never-read"][rng.random_range(0..3)];
        let mut body = json!({"view": view});
        if rng.random_range(0..2) == 0 {
            body["host"] = json!("ada");
        }
        if rng.random_range(0..2) == 0 {
            body["order"] = json!("newest");
        }
        // A queue says how far behind it is.
        worlds.whole.app.caught_up().await;
        // Of a view in which nothing is public there would be no scrub at all without what is private.
        let (_, seen) = worlds.publicly_as_mate(Method::GET, &format!("/api/v1/queue?view={view}&limit=1"), None).await;
        if seen["total"].as_i64().is_none_or(|total| total == 0) {
            return;
        }
        // A deck is dealt by the marks that its opener sees. Of what came out of a private repository, they may see more.
        let unread = format!("/api/v1/queue?view={view}&unread=true&limit=500");
        let of_mate = worlds.same_for_mates(Method::GET, &unread, None).await.json;
        let (_, of_public) = worlds.publicly_as_mate(Method::GET, &unread, None).await;
        if self.public_items(&of_mate) != self.public_items(&of_public) {
            return;
        }
        let opened = worlds.same_for_mates(Method::POST, "/api/v1/scrubs", Some(&body)).await;
        let (status, _) = worlds.publicly_as_mate(Method::POST, "/api/v1/scrubs", Some(&body)).await;
        assert_eq!(opened.status, status, "BUGSCRUB_TEST_SEED={} {body}: {}", worlds.seed, opened.masked);
    }

    /// Those of a page's items whose repositories are public: the repository's name and the number.
    fn public_items(&self, page: &Value) -> BTreeSet<(&'static str, i64)> {
        let items = page["items"].as_array().into_iter().flatten();
        let public = items.filter_map(|item| {
            let name = item["repository"].as_str()?.rsplit('/').next()?;
            let (repo_id, name) = REPOSITORIES.iter().find(|(_, known)| *known == name)?;
            (!self.hides(*repo_id)).then_some((*name, item["number"].as_i64()?))
        });
        public.collect()
    }

    /// The mate goes on in the scrub that was opened last, comes to it, or closes it.
    pub(super) async fn mate_scrubs(&self, worlds: &Worlds<'_>, rng: &mut ChaCha8Rng) {
        let listed = worlds.same_for_mates(Method::GET, "/api/v1/scrubs", None).await;
        let scrubs = listed.json["scrubs"].as_array().cloned().unwrap_or_default();
        let Some(scrub) = scrubs.iter().find(|scrub| scrub["state"] == "open").or(scrubs.first()) else { return };
        let path = format!("/api/v1/scrubs/{}", scrub["number"]);
        match rng.random_range(0..12) {
            0 => self.mates_act(worlds, Method::POST, &format!("{path}/close"), &json!({})).await,
            1 => self.mates_act(worlds, Method::PUT, &format!("{path}/attendees/mate"), &json!({})).await,
            2 => self.mates_act(worlds, Method::DELETE, &format!("{path}/attendees/mate"), &json!({})).await,
            4 | 5 => self.mate_moves(worlds, rng, &path).await,
            step => self.mate_advances(worlds, &path, step == 3).await,
        }
    }

    async fn mates_act(&self, worlds: &Worlds<'_>, method: Method, path: &str, body: &Value) {
        worlds.same_for_mates(method.clone(), path, Some(body)).await;
        worlds.publicly_as_mate(method, path, Some(body)).await;
    }

    /// The mate goes on from the row at which the scrub is for them. In the account that has nothing private nobody does,
    /// if that row is private.
    async fn mate_advances(&self, worlds: &Worlds<'_>, path: &str, skip: bool) {
        let shown = worlds.same_for_mates(Method::GET, path, None).await.json;
        let is_public = |name: &Value| {
            let name = name.as_str().and_then(|name| name.rsplit('/').next());
            REPOSITORIES
                .iter()
                .find(|(_, known)| Some(*known) == name)
                .is_some_and(|(repo_id, _)| !self.hides(*repo_id))
        };
        let at = is_public(&shown["current"]["repository"]);
        // The item of a private row has become public: to the others, it is read in a scrub that does not have it.
        if !at && is_public(&shown["current"]["item"]["repository"]) {
            return;
        }
        let step = |scrub: &Value| json!({"place": scrub["cursor"].as_i64().unwrap_or(1), "skip": skip});
        worlds.same_for_mates(Method::POST, &format!("{path}/advance"), Some(&step(&shown))).await;
        if at {
            let (_, scrub) = worlds.publicly_as_mate(Method::GET, path, None).await;
            worlds.publicly_as_mate(Method::POST, &format!("{path}/advance"), Some(&step(&scrub))).await;
        }
    }

    /// The mate moves the cursor to a row that all see: it has another number where nothing is private.
    async fn mate_moves(&self, worlds: &Worlds<'_>, rng: &mut ChaCha8Rng, path: &str) {
        let deck = format!("{path}/deck?limit=100");
        let rows = worlds.same_for_mates(Method::GET, &deck, None).await.json["rows"].clone();
        let seen = worlds.publicly_as_mate(Method::GET, &deck, None).await.1["rows"].clone();
        let (rows, seen) = (rows.as_array().cloned().unwrap_or_default(), seen.as_array().cloned().unwrap_or_default());
        if seen.is_empty() {
            return;
        }
        let chosen = &seen[rng.random_range(0..seen.len())];
        let name = |row: &Value| row["repository"].as_str().and_then(|name| name.rsplit('/').next()).map(str::to_owned);
        let is_chosen = |row: &&Value| (name(row), &row["number"]) == (name(chosen), &chosen["number"]);
        let Some(there) = rows.iter().find(is_chosen) else { return };
        let shown = worlds.same_for_mates(Method::GET, path, None).await.json;
        let (_, public) = worlds.publicly_as_mate(Method::GET, path, None).await;
        let step = |scrub: &Value, row: &Value| json!({"place": row["place"], "from": scrub["cursor"]});
        worlds.same_for_mates(Method::PUT, &format!("{path}/cursor"), Some(&step(&shown, there))).await;
        worlds.publicly_as_mate(Method::PUT, &format!("{path}/cursor"), Some(&step(&public, chosen))).await;
    }
}
