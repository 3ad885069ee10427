//! Texts while they may be kept: in memory only, for four minutes at most, within a bound in bytes.
//!
//! Whoever asks for a text while it is being fetched waits for the same fetching. It goes on when they hang up.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use chrono::{DateTime, TimeDelta, Utc};
use tokio::sync::watch;

use super::page::{ItemText, NoText, ShownText};
use crate::activity::ItemKey;

/// How long a text is shown. The addresses of images in it that GitHub has signed hold for five minutes.
const KEPT: TimeDelta = TimeDelta::minutes(4);
/// Bytes of all texts at most, and what a page counts for beside its texts.
const ROOM: usize = 32 << 20;
const EACH: usize = 2 << 10;
/// Pages that are fetched at once at most, those that wait for their turn included.
const FETCHED_AT_ONCE: usize = 64;

/// A page of a text: the item, and before which cursor it ends.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct PageKey {
    pub item: ItemKey,
    pub before: Option<String>,
}

/// As of what a page was asked for. Another one is of no use.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AsOf {
    /// The position of the last event from GitHub that is about the item.
    pub position: i64,
    /// Whether its repository is private.
    pub private: bool,
}

pub type Outcome = Result<Arc<ItemText>, NoText>;

/// Cheap to clone.
#[derive(Clone, Default)]
pub struct Memory(Arc<Mutex<Pages>>);

#[derive(Default)]
struct Pages {
    pages: HashMap<PageKey, (AsOf, Page)>,
    /// Of the pages that are here.
    bytes: usize,
    fetched: u64,
}

enum Page {
    Coming { nth: u64, outcome: watch::Receiver<Option<Outcome>> },
    Here(Arc<ItemText>),
}

/// What is to be done for a page.
pub enum Turn {
    Here(Arc<ItemText>),
    Wait(watch::Receiver<Option<Outcome>>),
    /// Fetch it: the promise is kept by [`Fetching::end`], or broken when it is dropped.
    Fetch(Fetching, watch::Receiver<Option<Outcome>>),
    Full,
}

/// A page that is being fetched.
pub struct Fetching {
    memory: Memory,
    key: PageKey,
    nth: u64,
    promise: watch::Sender<Option<Outcome>>,
}

impl Memory {
    /// The page, or whose turn it is to fetch it.
    pub fn turn(&self, key: &PageKey, as_of: AsOf, now: DateTime<Utc>) -> Turn {
        let mut pages = self.pages();
        match pages.pages.get(key) {
            Some((known, Page::Here(text))) if *known == as_of && is_fresh(text, now) => {
                return Turn::Here(text.clone());
            }
            Some((known, Page::Coming { outcome, .. })) if *known == as_of => return Turn::Wait(outcome.clone()),
            _ => pages.remove(key),
        }
        if pages.pages.values().filter(|(_, page)| matches!(page, Page::Coming { .. })).count() >= FETCHED_AT_ONCE {
            return Turn::Full;
        }
        pages.fetched += 1;
        let nth = pages.fetched;
        let (promise, outcome) = watch::channel(None);
        pages.pages.insert(key.clone(), (as_of, Page::Coming { nth, outcome: outcome.clone() }));
        Turn::Fetch(Fetching { memory: self.clone(), key: key.clone(), nth, promise }, outcome)
    }

    /// The items whose texts are here, each as of what; those whose time is over are forgotten first.
    pub fn items(&self, now: DateTime<Utc>) -> Vec<(ItemKey, AsOf)> {
        let mut pages = self.pages();
        let over: Vec<PageKey> = pages
            .pages
            .iter()
            .filter(|(_, (_, page))| matches!(page, Page::Here(text) if !is_fresh(text, now)))
            .map(|(key, _)| key.clone())
            .collect();
        over.iter().for_each(|key| pages.remove(key));
        let here = pages.pages.iter().filter(|(_, (_, page))| matches!(page, Page::Here(_)));
        let mut items: Vec<(ItemKey, AsOf)> = here.map(|(key, (as_of, _))| (key.item, *as_of)).collect();
        items.sort_by_key(|(item, as_of)| (*item, as_of.position, as_of.private));
        items.dedup();
        items
    }

    /// Forgets what is here of an item as of something.
    pub fn forget(&self, item: ItemKey, as_of: AsOf) {
        let mut pages = self.pages();
        let is_of = |key: &PageKey, known: &AsOf| key.item == item && *known == as_of;
        let of: Vec<PageKey> =
            pages.pages.iter().filter(|(key, (known, _))| is_of(key, known)).map(|(key, _)| key.clone()).collect();
        of.iter().for_each(|key| pages.remove(key));
    }

    /// How many pages are here, and their bytes.
    pub fn held(&self) -> (usize, usize) {
        let pages = self.pages();
        (pages.pages.values().filter(|(_, page)| matches!(page, Page::Here(_))).count(), pages.bytes)
    }

    fn pages(&self) -> MutexGuard<'_, Pages> {
        // Pages are whole whatever happened to the thread that held them.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Pages {
    fn remove(&mut self, key: &PageKey) {
        if let Some((_, Page::Here(text))) = self.pages.remove(key) {
            self.bytes -= size(&text);
        }
    }

    /// Keeps a page that was fetched, in place of the oldest ones if there is no room.
    fn keep(&mut self, key: PageKey, as_of: AsOf, text: Arc<ItemText>) {
        self.bytes += size(&text);
        self.pages.insert(key, (as_of, Page::Here(text)));
        while self.bytes > ROOM {
            let here = self.pages.iter().filter_map(|(key, (_, page))| match page {
                Page::Here(text) => Some((text.fetched_at, key)),
                Page::Coming { .. } => None,
            });
            let Some(oldest) = here.min_by_key(|(at, _)| *at).map(|(_, key)| key.clone()) else { break };
            self.remove(&oldest);
        }
    }
}

impl Fetching {
    /// Ends the fetching, and tells those who wait. A page is kept unless another one took its place meanwhile.
    pub fn end(self, outcome: Outcome) {
        let mut pages = self.memory.pages();
        if let Some(as_of) = self.is_awaited(&pages) {
            pages.remove(&self.key);
            if let Ok(text) = &outcome {
                pages.keep(self.key.clone(), as_of, text.clone());
            }
        }
        drop(pages);
        self.promise.send_replace(Some(outcome));
    }

    fn is_awaited(&self, pages: &Pages) -> Option<AsOf> {
        match pages.pages.get(&self.key) {
            Some((as_of, Page::Coming { nth, .. })) if *nth == self.nth => Some(*as_of),
            _ => None,
        }
    }
}

impl Drop for Fetching {
    fn drop(&mut self) {
        let mut pages = self.memory.pages();
        if self.is_awaited(&pages).is_some() {
            pages.remove(&self.key);
        }
    }
}

fn is_fresh(text: &ItemText, now: DateTime<Utc>) -> bool {
    now - text.fetched_at < KEPT
}

fn size(text: &ItemText) -> usize {
    let of = |said: &ShownText| EACH / 4 + said.html.as_ref().map_or(0, String::len);
    EACH + text.body.as_ref().map_or(0, of) + text.said.iter().map(of).sum::<usize>()
}
