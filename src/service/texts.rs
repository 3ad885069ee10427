//! The text of an item and of what was said on it, read through from GitHub for whoever may see the item.
//!
//! Nothing of it is stored: a page lives in memory for some minutes, and is dropped when GitHub tells anything of the
//! item. Many readers at once are one question. The players:
//! - [`github::texts`](crate::github::texts): the question; its answer is HTML;
//! - [`kept`]: what raw deliveries still hold, where there is no App to ask with; it is Markdown;
//! - [`clean`]: makes HTML of strangers harmless;
//! - [`page`]: a page of a text; [`memory`]: the pages that are here, and who fetches one; [`state`]: that, and how many are
//!   fetched at once and in a minute.

mod clean;
mod kept;
mod memory;
mod page;
pub(super) mod state;

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;
use tokio::time::timeout;

use self::clean::Cleaner;
use self::memory::{AsOf, Fetching, Outcome, PageKey, Turn};
pub use self::page::{ItemText, NoText, ShownText, TextSource};
use super::items::ItemAddress;
use super::{Refusal, Scope, Service, Viewer, Who};
use crate::activity::ItemKey;
use crate::github::GitHubError;
use crate::github::texts::{self as written, WrittenText};
use crate::store::texts::{self as stored, TextSubject};
use crate::webhook::spoken::Spoken;

/// How long a reader waits for GitHub. The fetching goes on.
const PATIENCE: Duration = Duration::from_secs(20);
/// Bytes of HTML of one thing said at most; a longer one is read on GitHub.
const LONGEST: usize = 256 << 10;
/// Characters of a cursor at most.
const LONGEST_CURSOR: usize = 300;

impl Service {
    /// The text of an item, with what was said last, or last before a cursor.
    ///
    /// # Errors
    /// As [`Service::locate`] for one that the viewer may not see; [`Refusal::MissingScope`],
    /// [`Refusal::TextNotShown`], [`Refusal::GitHubLimits`], [`Refusal::GitHubAway`], or [`Refusal::BadParameter`] for a
    /// cursor that is none.
    pub async fn item_text(
        &self,
        viewer: &Viewer,
        address: &ItemAddress,
        before: Option<&str>,
    ) -> Result<Arc<ItemText>, Refusal> {
        viewer.require(Scope::Read)?;
        let item = self.locate(viewer, address).await?;
        let visible_ascii = |byte: u8| byte.is_ascii_graphic();
        if before.is_some_and(|cursor| cursor.len() > LONGEST_CURSOR || !cursor.bytes().all(visible_ascii)) {
            return Err(bad_cursor());
        }
        let subject = stored::subject(&self.0.pool, item).await?.ok_or(Refusal::UnknownItem)?;
        let as_of = AsOf { position: subject.position, private: subject.private };
        let key = PageKey { item, before: before.map(str::to_owned) };
        let coming = match self.0.texts.memory.turn(&key, as_of, self.now()) {
            Turn::Here(text) => return seen(viewer, item.repo_id, text),
            Turn::Wait(coming) => coming,
            Turn::Fetch(fetching, coming) => {
                let public = matches!(viewer.who(), Who::Nobody { .. });
                tokio::spawn(self.clone().fetch_text(fetching, key, subject, public));
                coming
            }
            Turn::Full => return Err(Refusal::TooBusy("Too many texts are asked for at once.")),
        };
        let outcome = timeout(PATIENCE, outcome(coming)).await;
        let outcome = outcome.map_err(|_| Refusal::TooBusy("GitHub has not answered yet."))?;
        // It may have been hidden meanwhile.
        if self.locate(viewer, address).await? != item {
            return Err(Refusal::UnknownItem);
        }
        match outcome {
            Ok(text) => seen(viewer, item.repo_id, text),
            Err(NoText::NotShown) => Err(Refusal::TextNotShown),
            Err(NoText::BadCursor) => Err(bad_cursor()),
            Err(NoText::Limited(until)) => {
                let seconds = (until - self.now()).num_seconds().clamp(1, 3_600);
                Err(Refusal::GitHubLimits { seconds: u32::try_from(seconds).unwrap_or(60) })
            }
            Err(NoText::Away) => Err(Refusal::GitHubAway),
            Err(NoText::NoDatabase) => Err(Refusal::TooBusy("The database cannot be reached.")),
        }
    }

    /// Forgets the texts whose time is over, and those of items of which GitHub has told anything since, or that are no
    /// longer shown.
    ///
    /// # Errors
    /// [`Refusal::Store`]
    pub async fn forget_texts(&self) -> Result<(), Refusal> {
        for (item, as_of) in self.0.texts.memory.items(self.now()) {
            let now = stored::subject(&self.0.pool, item).await?;
            let now = now.map(|subject| AsOf { position: subject.position, private: subject.private });
            if now != Some(as_of) {
                self.0.texts.memory.forget(item, as_of);
            }
        }
        Ok(())
    }

    /// How many pages of texts are in memory, and their bytes.
    pub fn texts_held(&self) -> (usize, usize) {
        self.0.texts.memory.held()
    }

    async fn fetch_text(self, fetching: Fetching, key: PageKey, subject: TextSubject, public: bool) {
        let outcome = self.fetched_text(&key, &subject, public).await;
        fetching.end(outcome);
    }

    async fn fetched_text(&self, key: &PageKey, subject: &TextSubject, public: bool) -> Outcome {
        let fetched_at = self.now();
        let asked = match &self.0.github {
            Some(context) => {
                self.0
                    .texts
                    .keep_pace(key.item.account_id, public)
                    .map_err(|wait| NoText::Limited(fetched_at + wait))?;
                match written::ask(context, key.item, subject, key.before.as_deref()).await {
                    Ok(Some(text)) => Some(FoundText::from(text)),
                    Ok(None) => return Err(NoText::NotShown),
                    Err(GitHubError::NotInstalled(_)) => None,
                    Err(error) => return Err(no_text(key.item, &error)),
                }
            }
            None => None,
        };
        let Ok(_turn) = self.0.texts.turns.acquire().await else { return Err(NoText::Away) };
        let (source, text) = match asked {
            Some(text) => (TextSource::GitHub, text),
            None if key.before.is_some() => return Err(NoText::BadCursor),
            None => (TextSource::Deliveries, self.kept_text(key.item, subject).await?),
        };
        let cleaned = Cleaning { service: self.clone(), subject: subject.clone(), source, number: key.item.number };
        let private = text.private || subject.private;
        // Cleaning takes a moment, in which others want this thread.
        let shown = tokio::task::spawn_blocking(move || cleaned.all(text)).await;
        let (body, said, before) = shown.map_err(|_| NoText::Away)?;
        Ok(Arc::new(ItemText { source, fetched_at, private, body, said, before }))
    }

    async fn kept_text(&self, item: ItemKey, subject: &TextSubject) -> Result<FoundText, NoText> {
        let (body, said) = kept::find(&self.0.pool, item).await.map_err(|error| {
            tracing::warn!(error = &error as &dyn std::error::Error, "kept deliveries could not be read");
            NoText::NoDatabase
        })?;
        Ok(FoundText { private: subject.private, body, said, before: None })
    }
}

/// What was found, before it is cleaned.
struct FoundText {
    private: bool,
    body: Option<Spoken>,
    said: Vec<Spoken>,
    before: Option<String>,
}

impl From<WrittenText> for FoundText {
    fn from(text: WrittenText) -> Self {
        Self { private: text.private, body: Some(text.body), said: text.said, before: text.before }
    }
}

/// What texts are cleaned with.
struct Cleaning {
    service: Service,
    subject: TextSubject,
    source: TextSource,
    number: i64,
}

impl Cleaning {
    fn all(&self, text: FoundText) -> (Option<ShownText>, Vec<ShownText>, Option<String>) {
        let cleaner = Cleaner::new(&self.subject.url(self.number));
        let body = text.body.map(|body| self.one(body, &cleaner));
        (body, text.said.into_iter().map(|said| self.one(said, &cleaner)).collect(), text.before)
    }

    fn one(&self, mut spoken: Spoken, cleaner: &Cleaner) -> ShownText {
        let text = std::mem::take(&mut spoken.text);
        let html = (text.len() <= LONGEST).then(|| match self.source {
            TextSource::GitHub => cleaner.clean(&text),
            TextSource::Deliveries => cleaner.clean(&kept::rendered(&text)),
        });
        let html = html.filter(|html| html.len() <= LONGEST);
        spoken.url = spoken.url.filter(|url| url.starts_with("https://") || url.starts_with("http://"));
        let bot = spoken.author.as_ref().and_then(|author| self.service.0.bots.reason(author));
        ShownText { spoken, bot, html }
    }
}

/// The text, for somebody who may see it by GitHub's word too.
fn seen(viewer: &Viewer, repo_id: i64, text: Arc<ItemText>) -> Result<Arc<ItemText>, Refusal> {
    if viewer.sight().sees(repo_id, text.private) { Ok(text) } else { Err(Refusal::UnknownItem) }
}

fn bad_cursor() -> Refusal {
    Refusal::bad_parameter("before", "The cursor is not one of this item's text: begin again without it.")
}

/// Waits for the outcome of a fetching.
async fn outcome(mut coming: watch::Receiver<Option<Outcome>>) -> Outcome {
    match coming.wait_for(Option::is_some).await {
        Ok(outcome) => outcome.clone().unwrap_or(Err(NoText::Away)),
        // It panicked, and the panic is in the log.
        Err(_) => Err(NoText::Away),
    }
}

/// How GitHub words that the App may not read something.
const NOT_ACCESSIBLE: &str = "not accessible";

/// What an error of GitHub's means for readers. The log has the whole of it.
fn no_text(item: ItemKey, error: &GitHubError) -> NoText {
    let ItemKey { account_id, repo_id, number } = item;
    let cause = error as &dyn std::error::Error;
    match error {
        GitHubError::Shut { until, .. } => return NoText::Limited(*until),
        GitHubError::BadCursor(_) => return NoText::BadCursor,
        GitHubError::Store(error) if error.is_unavailable() => return NoText::NoDatabase,
        _ => {}
    }
    tracing::warn!(account = account_id, repository = repo_id, number, error = cause, "GitHub did not show a text");
    match error {
        GitHubError::Changed(_) => NoText::NotShown,
        GitHubError::Refused { status: 200, message } if message.contains(NOT_ACCESSIBLE) => NoText::NotShown,
        _ => NoText::Away,
    }
}
