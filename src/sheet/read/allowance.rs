//! How much of a file may still be kept.

use crate::sheet::book::SheetNote;
use crate::sheet::fault::BadSheet;
use crate::sheet::limits;

/// The rows and bytes of text that may still be kept.
pub(super) struct Allowance {
    rows: usize,
    text: usize,
}

impl Default for Allowance {
    fn default() -> Self {
        Self { rows: limits::ROWS, text: limits::TEXT }
    }
}

impl Allowance {
    /// Uses up a row.
    ///
    /// # Errors
    /// [`BadSheet::TooManyRows`] if none is left.
    pub(super) fn row(&mut self) -> Result<(), BadSheet> {
        self.rows = self.rows.checked_sub(1).ok_or(BadSheet::TooManyRows)?;
        Ok(())
    }

    /// Uses up the texts of a row.
    ///
    /// # Errors
    /// [`BadSheet::TooMuchText`] if they are longer than what is left.
    pub(super) fn text(&mut self, note: &SheetNote) -> Result<(), BadSheet> {
        let written = [&note.recommended_action, &note.comment, &note.flag, &note.read_text];
        let written: usize = written.into_iter().flatten().map(String::len).sum();
        let kept = written + note.repository.len() + note.title.len() + note.url.len();
        self.text = self.text.checked_sub(kept).ok_or(BadSheet::TooMuchText)?;
        Ok(())
    }
}
