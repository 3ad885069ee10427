//! What a chat is told: that a scrub begins, and its minutes, as lines that each chat writes in its own way.

use super::Scrub;
use super::meetings::Talk;

/// A message to a chat.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Message {
    pub lines: Vec<Vec<Span>>,
    /// Where all of it is, if it has to be shortened.
    pub whole: Option<String>,
}

/// A part of a line. The texts are as people wrote them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Span {
    Text(String),
    Strong(String),
    Link { text: String, url: String },
}

impl Span {
    pub fn text(text: impl Into<String>) -> Self {
        Self::Text(text.into())
    }

    pub fn strong(text: impl Into<String>) -> Self {
        Self::Strong(text.into())
    }

    /// A link; a text if nobody has said where to.
    pub fn link(text: impl Into<String>, url: Option<String>) -> Self {
        match url {
            Some(url) => Self::Link { text: text.into(), url },
            None => Self::Text(text.into()),
        }
    }
}

/// Tells that a scrub begins. `join` is where people come to it.
pub fn begins(account: &str, scrub: &Scrub, talks: &[Talk], join: Option<String>) -> Message {
    let mut head = vec![Span::strong(format!("Bug scrub {:04} of {account} begins", scrub.scrub))];
    if join.is_some() {
        head.push(Span::text(": "));
        head.push(Span::link("join", join.clone()));
    }
    let host = scrub.host.as_deref().filter(|host| !host.is_empty());
    let host = host.map(|host| format!("Hosted by {host}. ")).unwrap_or_default();
    let rows = if scrub.rows == 1 { "1 item".to_owned() } else { format!("{} items", scrub.rows) };
    let view = scrub.view.as_deref().unwrap_or_default();
    let round = scrub.round.unwrap_or(1);
    let mut lines = vec![head, vec![Span::text(format!("{host}{rows} to read in round {round} of {view}."))]];
    lines.extend(of_talks(talks));
    Message { lines, whole: join }
}

/// A line for each talk.
pub(super) fn of_talks(talks: &[Talk]) -> impl Iterator<Item = Vec<Span>> {
    talks.iter().map(|talk| vec![Span::text(format!("Talk: {}", talk.in_words()))])
}
