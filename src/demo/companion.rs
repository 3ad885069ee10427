//! Somebody who is in a scrub before anybody else comes, and does there what people do.
//!
//! They use the API as the page does, with the demo's token under a name of their own. While they are alone they only
//! stay; once others are there, they lead the scrub over some rows, hand it over, and then read rows of their own.

use std::time::Duration;

use reqwest::Method;
use serde_json::{Value, json};
use tokio::time::{MissedTickBehavior, interval};

use super::error::DemoError;
use super::service::Service;

/// What they are called: a maintainer of the organization.
pub const COMPANION: &str = "tamsin-roe";
/// What their scrub reads. `bug-scrub` is left to whoever tries the commands that are printed.
const VIEW: &str = "needs-triage";
const ROWS: u32 = 20;
/// Time between two turns.
const PAUSE: Duration = Duration::from_secs(4);
/// Turns of which one goes on to the next row.
const TURNS: u32 = 5;
/// Rows over which they lead before they hand the scrub over.
const LED: u32 = 3;
/// By what their presence is known.
const CLIENT: &str = "demo-companion";

/// What they recommend, and why, one after the other.
const NOTES: &[(&str, &str)] = &[
    ("needs info", "Which version is it? Nothing here says so."),
    ("good first issue", "Small and well described. Who wants it?"),
    ("close as stale", "Nobody has asked for this in a year."),
    ("discuss", "Two of us read this differently: what would break?"),
    ("needs review", "There is a patch in the comments already."),
];

/// The person, as they are now.
pub struct Companion<'a> {
    service: &'a Service,
    /// The scrub's number.
    scrub: u64,
    turn: u32,
    led: u32,
    /// Where the cursor was when the present row's turns began.
    began_at: Option<u64>,
}

impl<'a> Companion<'a> {
    /// Opens a scrub, and is its host.
    ///
    /// # Errors
    ///
    /// If the service refuses, as it does where there is nothing to read.
    pub async fn open(service: &'a Service) -> Result<Self, DemoError> {
        let plan = json!({"view": VIEW, "limit": ROWS, "host": COMPANION, "by": COMPANION});
        let opened = service.act(Method::POST, "scrubs", plan).await?;
        Ok(Self { service, scrub: opened["number"].as_u64().unwrap_or(1), turn: 0, led: 0, began_at: None })
    }

    /// The number of the scrub.
    pub fn scrub(&self) -> u64 {
        self.scrub
    }

    /// Takes one turn after the other, for ever. What is refused, others did first, and nothing depends on it.
    pub async fn stay(mut self) {
        let mut ticks = interval(PAUSE);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            ticks.tick().await;
            let _refused = self.take_turn().await;
        }
    }

    /// Shows that they are there and, where others are, does one thing.
    ///
    /// # Errors
    ///
    /// If the service refuses something: others were faster, or have closed the scrub.
    pub async fn take_turn(&mut self) -> Result<(), DemoError> {
        let writes = self.turn % TURNS == 1;
        let here = json!({"client": CLIENT, "place": null, "following": true, "typing": writes, "leaving": false});
        let room = self.act(Method::PUT, "presence", here).await?;
        let people = room["people"].as_array().map_or(&[][..], Vec::as_slice);
        let Some(visitor) =
            people.iter().filter_map(|person| person["login"].as_str()).find(|login| *login != COMPANION)
        else {
            return Ok(());
        };
        let request = &room["host_request"];
        if request.is_object() && request["asked_by"] != COMPANION {
            let agreed = json!({"host": request["host"], "from": room["host"]});
            self.act(Method::PUT, "host", agreed).await?;
        }
        self.turn += 1;
        let leads = room["host"] == COMPANION;
        if leads && self.led >= LED {
            self.act(Method::PUT, "host", json!({"host": visitor, "from": COMPANION})).await?;
            return Ok(());
        }
        match self.turn % TURNS {
            1 => self.began_at = self.cursor().await?,
            2 => self.write_note().await?,
            4 if leads => self.go_on().await?,
            3 => self.take_rows(&room).await?,
            4 => self.read_own(&room).await?,
            _ => {}
        }
        Ok(())
    }

    async fn act(&self, method: Method, path: &str, mut body: Value) -> Result<Value, DemoError> {
        body["by"] = COMPANION.into();
        self.service.act(method, &format!("scrubs/{}/{path}", self.scrub), body).await
    }

    async fn show(&self) -> Result<Value, DemoError> {
        self.service.show(&format!("scrubs/{}", self.scrub)).await
    }

    async fn cursor(&self) -> Result<Option<u64>, DemoError> {
        Ok(self.show().await?["cursor"].as_u64())
    }

    /// Writes what they think of the row that the group is at, unless somebody has.
    async fn write_note(&self) -> Result<(), DemoError> {
        let item = &self.show().await?["current"]["item"];
        let (Some(repository), Some(number)) = (item["repository"].as_str(), item["number"].as_u64()) else {
            return Ok(());
        };
        if item["note"].is_object() {
            return Ok(());
        }
        let (action, comment) = NOTES[(self.turn / TURNS) as usize % NOTES.len()];
        let note = json!({"recommended_action": action, "comment": comment, "by": COMPANION});
        self.service.act(Method::PUT, &format!("items/{repository}/{number}/note"), note).await?;
        Ok(())
    }

    /// Goes on, if nobody else has meanwhile.
    async fn go_on(&mut self) -> Result<(), DemoError> {
        let cursor = self.cursor().await?;
        if let Some(place) = cursor.filter(|_| cursor == self.began_at) {
            self.act(Method::POST, "advance", json!({ "place": place })).await?;
            self.led += 1;
        }
        Ok(())
    }

    /// The rows that are theirs to read.
    fn own(room: &Value) -> impl Iterator<Item = u64> {
        let claims = room["claims"].as_array().map_or(&[][..], Vec::as_slice).iter();
        claims.filter(|claim| claim["login"] == COMPANION).filter_map(|claim| claim["place"].as_u64())
    }

    async fn take_rows(&self, room: &Value) -> Result<(), DemoError> {
        if room["host"] != COMPANION && Self::own(room).next().is_none() {
            self.act(Method::PUT, "claims", json!({"take": 3})).await?;
        }
        Ok(())
    }

    async fn read_own(&self, room: &Value) -> Result<(), DemoError> {
        if let Some(place) = Self::own(room).next() {
            self.act(Method::POST, &format!("rows/{place}/read"), json!({})).await?;
        }
        Ok(())
    }
}
