//! Names in a question that nothing has: whoever asks is told, for a typo finds nothing for ever.

use super::{Refusal, Service};
use crate::activity::Sight;
pub use crate::live::UnknownName;
use crate::rank::Filter;
use crate::rank::criterion::{LABEL, MILESTONE, REPO};

impl Service {
    /// The names in a filter that nothing has which a reader may see.
    ///
    /// # Errors
    /// [`Refusal::BadParameter`] for the first one, if names are to be known.
    pub(super) async fn unknown_names(
        &self,
        account_id: i64,
        sight: &Sight,
        filter: &Filter,
        strict: bool,
    ) -> Result<Vec<UnknownName>, Refusal> {
        let unknown = self.0.live.unknown_names(account_id, sight, filter).await?;
        match unknown.first().filter(|_| strict) {
            Some(first) => Err(Refusal::bad_parameter(first.criterion, in_full(first))),
            None => Ok(unknown),
        }
    }
}

/// What is wrong with a name, in words. The same whether there is no such thing or it is hidden.
pub fn in_words(unknown: &UnknownName) -> &'static str {
    let is = |criterion: &crate::rank::Criterion| criterion.name == unknown.criterion;
    match () {
        () if is(&REPO) => "The token may see no repository of this name.",
        () if is(&LABEL) => "No repository that the token may see has a label of this name.",
        () if is(&MILESTONE) => "No repository that the token may see has a milestone of this title.",
        () => "In the repositories that the token may see, nobody of this login wrote an item or was assigned one.",
    }
}

/// The same with the name and those that may be meant.
fn in_full(unknown: &UnknownName) -> String {
    let meant = match unknown.closest.as_slice() {
        [] => String::new(),
        closest => format!(" Known names like it: {}.", closest.join(", ")),
    };
    format!("{:?}: {}{meant}", unknown.value, in_words(unknown))
}
