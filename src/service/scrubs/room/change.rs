//! What changed in a scrub, read once for all who see the same.

use std::collections::BTreeSet;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::{Arc, OnceLock};

use crate::activity::{Note, Sight};
use crate::scrub::ScrubState;
use crate::scrub::room::Room;
use crate::service::scrubs::ScrubDetails;
use crate::service::scrubs::deck::ShownRow;
use crate::service::scrubs::hidden::HiddenRow;
use crate::service::{Refusal, Service, Viewer};
use crate::store::people::renamed_between;
use crate::store::scrubs::act;
use crate::store::scrubs::news::{ScrubNews, news};
use crate::store::scrubs::room::room;

/// Rows that are told one by one at most; with more, whoever follows asks the deck anew.
const MOST_ROWS: usize = 50;

/// Something that many are told, and what was written of it for the first of them.
#[derive(Debug)]
pub struct Broadcast<T> {
    value: T,
    written: OnceLock<String>,
}

impl<T> Broadcast<T> {
    fn new(value: T) -> Self {
        Self { value, written: OnceLock::new() }
    }

    /// What is written of it, in the one form in which it is told.
    pub fn written(&self, write: impl FnOnce(&T) -> String) -> &str {
        self.written.get_or_init(|| write(&self.value))
    }
}

/// A note that changed.
#[derive(Debug)]
pub struct ChangedNote {
    /// `owner/name`, where the item is now.
    pub repository: String,
    pub number: i64,
    /// Of the row.
    pub place: i64,
    /// `None`: it was emptied.
    pub note: Option<Note>,
    /// By which the note is known to whoever writes it next.
    pub version: i64,
}

/// How a scrub stands, and what changed in it.
#[derive(Debug)]
pub struct Change {
    pub scrub: Broadcast<ScrubDetails>,
    /// The same for persons who attend, if the group is at a row that they do not see.
    hidden: Option<Broadcast<ScrubDetails>>,
    /// A hash of how the scrub stands, without the position.
    print: u64,
    pub room: Broadcast<Room>,
    at_rest: Room,
    pub rows: Vec<Arc<Broadcast<ShownRow>>>,
    pub notes: Vec<Arc<Broadcast<ChangedNote>>>,
    /// More changed than is told.
    pub more: bool,
    /// [`ScrubNews::directory`]
    pub directory: BTreeSet<Option<i64>>,
}

impl Change {
    /// The scrub as a person sees it who attends, or not.
    pub fn scrub(&self, attends: bool) -> &Broadcast<ScrubDetails> {
        self.hidden.as_ref().filter(|_| attends).unwrap_or(&self.scrub)
    }

    /// Whether a person attends, by their login, and the group is at a row that they do not see.
    pub(super) fn hides_from(&self, login: &str) -> bool {
        let attends = |name: &String| name.eq_ignore_ascii_case(login);
        self.hidden.as_ref().is_some_and(|hidden| hidden.value.scrub.attendees.iter().any(attends))
    }

    /// Whether the scrub stands as it did before.
    pub(super) fn has_same_scrub(&self, before: &Self) -> bool {
        self.print == before.print
    }

    pub(super) fn has_same_room(&self, before: &Self) -> bool {
        self.at_rest == before.at_rest
    }
}

impl Service {
    /// How a scrub stands for those of one sight, and what the events between two positions changed in it.
    pub(super) async fn read_change(
        &self,
        (account_id, number): (i64, i64),
        sight: Sight,
        (from, to): (i64, i64),
    ) -> Result<Change, Refusal> {
        let pool = &self.0.pool;
        let viewer = Viewer::service().with_sight(sight.clone());
        let room = room(pool, account_id, &sight, number).await?.ok_or(Refusal::UnknownScrub)?;
        let details = self.scrub_details(&viewer, account_id, number, to).await?;
        let hides = !sight.is_all()
            && details.scrub.state() == ScrubState::Open
            && act::is_at_hidden(pool, account_id, number, &sight).await?;
        let hidden_row = HiddenRow { before: details.scrub.cursor };
        let hidden = hides.then(|| Broadcast::new(ScrubDetails { hidden_row: Some(hidden_row), ..details.clone() }));
        let (mut rows, mut notes, mut more, mut directory) = (vec![], vec![], false, BTreeSet::new());
        if from < to {
            let imported = details.scrub.imported;
            let found = news(pool, account_id, (number, imported), &sight, (from, to)).await?;
            let ScrubNews { rows: changed, directory: about } = found;
            (more, directory) =
                (changed.len() > MOST_ROWS || renamed_between(pool, account_id, from, to).await?, about);
            if !more {
                let places: Vec<i64> = changed.keys().copied().collect();
                for row in self.rows_at(&viewer, account_id, &details.scrub, &places).await? {
                    if changed.get(&row.row.place).copied().unwrap_or_default() {
                        notes.extend(note_of(&row).map(Broadcast::new).map(Arc::new));
                    }
                    rows.push(Arc::new(Broadcast::new(row)));
                }
            }
        }
        let (print, at_rest) = (print(&details), room.at_rest());
        let (scrub, room) = (Broadcast::new(details), Broadcast::new(room));
        Ok(Change { scrub, hidden, print, room, at_rest, rows, notes, more, directory })
    }
}

fn note_of(row: &ShownRow) -> Option<ChangedNote> {
    let item = &row.item.as_ref()?.item;
    Some(ChangedNote {
        repository: format!("{}/{}", item.owner, item.repository),
        number: item.place.number,
        place: row.row.place,
        note: item.remarks.note().cloned(),
        version: item.remarks.note_position(),
    })
}

fn print(details: &ScrubDetails) -> u64 {
    let mut hash = DefaultHasher::new();
    format!("{:?}{:?}", details.scrub, details.current).hash(&mut hash);
    hash.finish()
}
