//! Minutes as a message to a chat: shorter than the text to paste, and with what is to be followed up first.

use super::{Minutes, MinutesDeck, MinutesRow, items};
use crate::activity::{NoteText, State};
use crate::scrub::message::{Message, Span, of_talks};

/// Characters of a note's text at most.
const LONGEST: usize = 280;

/// Writes the minutes as a message. `whole` is where all of them are.
pub(super) fn message(minutes: &Minutes, account: &str, whole: Option<String>) -> Message {
    let Minutes { number, date, host, attendees, deck, rows, .. } = minutes;
    let mut head = vec![Span::strong(format!("Minutes of bug scrub {number:04} of {account}"))];
    if whole.is_some() {
        head.push(Span::text(": "));
        head.push(Span::link("all of them", whole.clone()));
    }
    let date = date.map_or_else(|| "On an unknown date".to_owned(), |date| date.to_string());
    let host = host.as_ref().map_or_else(String::new, |host| format!(", hosted by {host}"));
    let present = if attendees.is_empty() { "nobody".to_owned() } else { attendees.join(", ") };
    let read = rows.iter().filter(|met| met.is_read()).count();
    let closed = rows.iter().filter(|met| met.is_read() && met.item.is_some() && !met.is_open()).count();
    let noted = rows.iter().filter(|met| met.noted_here).count();
    let of = deck.as_ref().map_or_else(String::new, |MinutesDeck { view, round, unread, .. }| {
        format!(" of {unread} unread in round {round} of {view}")
    });
    let mut lines = vec![
        head,
        vec![Span::text(format!("{date}{host}. Present: {present}."))],
        vec![Span::text(format!("Read: {}{of}. Closed: {closed}. Notes written: {noted}.", items(read)))],
    ];
    lines.extend(of_talks(&minutes.talks));
    let follow: Vec<(&MinutesRow, &NoteText)> = rows.iter().filter_map(|met| Some((met, met.to_follow()?))).collect();
    if !follow.is_empty() {
        lines.push(vec![Span::strong("To follow up")]);
        for (met, note) in follow {
            let action = if note.recommended_action.is_empty() { "look again" } else { &note.recommended_action };
            let flag = if note.flag.is_empty() { String::new() } else { format!(" ({})", note.flag) };
            let mut line = vec![Span::text(format!("• {}{flag}: ", short(action)))];
            line.extend(named(met));
            lines.push(line);
        }
    }
    type IsIn = fn(&MinutesRow) -> bool;
    let sections: [(&str, IsIn); 3] =
        [("Read", |met| met.is_read()), ("Not read to the end", |met| met.current), ("Skipped", |met| met.skipped)];
    for (title, is_in) in sections {
        let mut met = rows.iter().filter(|met| is_in(met)).peekable();
        if met.peek().is_some() {
            lines.push(vec![Span::strong(title)]);
        }
        lines.extend(met.map(line));
    }
    Message { lines, whole }
}

/// An item that was met, and what was written about it then.
fn line(met: &MinutesRow) -> Vec<Span> {
    let mut line = vec![Span::text("• ")];
    line.extend(named(met));
    match &met.item {
        Some(item) if item.state != State::Open => line.push(Span::text(format!(", {} now", item.state.name()))),
        Some(_) => {}
        None => line.push(Span::text(", gone")),
    }
    if let Some(note) = met.note.as_ref().filter(|_| met.noted_here) {
        let NoteText { recommended_action, comment, flag } = note;
        let said =
            [recommended_action, comment, flag].into_iter().filter(|said| !said.is_empty()).map(|said| short(said));
        line.push(Span::text(format!(". {}", said.collect::<Vec<_>>().join(". "))));
    }
    line
}

fn named(met: &MinutesRow) -> Vec<Span> {
    match &met.item {
        Some(item) => {
            let private = if item.private { " (private)" } else { "" };
            vec![
                Span::text(format!("{} ", item.item_type.name())),
                Span::link(item.name.clone(), Some(item.url.clone())),
                Span::text(format!("{private} {}", item.title)),
            ]
        }
        None => vec![Span::text(met.name.clone())],
    }
}

fn short(text: &str) -> String {
    match text.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}
