//! The note on an item.

use super::authorship::Authorship;
use super::items::ItemAddress;
use super::{Refusal, Scope, Service, Viewer};
use crate::activity::{ItemKey, NoteText};
use crate::scrub::input::note_text;
use crate::store::scrubs::act::{self, Noted};
use crate::store::scrubs::notes::notes;
pub use crate::store::scrubs::notes::{Notes, SeenNote};

/// A note to be written.
#[derive(Clone, Debug)]
pub struct NewNote {
    /// Texts that are left out are empty; a note without any text is no note.
    pub text: NoteText,
    pub seen: SeenNote,
}

/// What became of a note.
#[derive(Debug)]
pub enum WrittenNote {
    /// It was written, or said this already.
    Done(Notes),
    /// Somebody has changed it since it was read; this is what it says now, if the writer may read it.
    ChangedSince(Option<Notes>),
}

impl Service {
    /// The note on an item, and what it said before.
    ///
    /// # Errors
    /// [`Refusal::MissingScope`], or as [`Service::locate`].
    pub async fn show_note(&self, viewer: &Viewer, address: &ItemAddress) -> Result<Notes, Refusal> {
        viewer.require(Scope::Read)?;
        let item = self.locate(viewer, address).await?;
        self.notes(viewer, item).await
    }

    /// Writes the note on an item, if it is still one that its writer has read.
    ///
    /// # Errors
    /// [`Refusal::MissingScope`], [`Refusal::BadParameter`] for a text that is too long, or as
    /// [`Service::locate`].
    pub async fn write_note(
        &self,
        viewer: &Viewer,
        address: &ItemAddress,
        new: NewNote,
        authorship: Authorship,
    ) -> Result<WrittenNote, Refusal> {
        viewer.require(Scope::Scrub)?;
        let text = note_text(&new.text)?;
        let request = self.request(viewer, authorship)?;
        let item = self.locate_for(viewer, Scope::Scrub, address).await?;
        let key = (item.repo_id, item.number);
        let sight = viewer.sight();
        let may_read = viewer.require(Scope::Read).is_ok();
        match act::note(&self.0.pool, item.account_id, key, &new.seen, text, &sight, &request).await? {
            Noted::Done(_) => {
                self.tell_of(item.account_id);
                let notes = self.notes(viewer, item).await?;
                // What others wrote before is for who may read.
                let history = if may_read { notes.history } else { vec![] };
                Ok(WrittenNote::Done(Notes { history, ..notes }))
            }
            Noted::Changed if may_read => Ok(WrittenNote::ChangedSince(Some(self.notes(viewer, item).await?))),
            Noted::Changed => Ok(WrittenNote::ChangedSince(None)),
        }
    }

    async fn notes(&self, viewer: &Viewer, item: ItemKey) -> Result<Notes, Refusal> {
        Ok(notes(&self.0.pool, item.account_id, &viewer.sight(), (item.repo_id, item.number)).await?)
    }
}
