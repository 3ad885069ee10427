//! Minutes as Markdown.

use std::fmt::Write;

use super::{Minutes, MinutesDeck, MinutesRow, items};
use crate::activity::{NoteText, State};
use crate::scrub::deck::Happening;

/// Writes the minutes as Markdown.
pub(super) fn markdown(minutes: &Minutes) -> String {
    let mut text = String::new();
    head(&mut text, minutes).expect("cannot fail: it writes to memory");
    body(&mut text, minutes).expect("cannot fail: it writes to memory");
    text
}

fn head(text: &mut String, minutes: &Minutes) -> std::fmt::Result {
    let Minutes { number, date, host, attendees, deck, rows, .. } = minutes;
    writeln!(text, "# Bug scrub {number:04}\n")?;
    let present: Vec<String> = attendees.iter().map(|name| plain(name)).collect();
    let others = if present.is_empty() { "nobody".to_owned() } else { present.join(", ") };
    let date = date.map_or_else(|| "On an unknown date".to_owned(), |date| date.to_string());
    let host = host.as_ref().map_or_else(String::new, |host| format!(", hosted by {}", plain(host)));
    writeln!(text, "{date}{host}. Present: {others}.")?;
    let read = rows.iter().filter(|met| met.is_read()).count();
    let skipped = rows.iter().filter(|met| met.skipped).count();
    write!(text, "\nRead: {}", items(read))?;
    if let Some(MinutesDeck { view, round, unread, dealt }) = deck {
        write!(text, " of {unread} unread in round {round} of `{view}`")?;
        if let Some(dealt) = dealt {
            write!(text, " ({dealt})")?;
        }
    }
    if skipped > 0 {
        write!(text, ", skipped: {skipped}")?;
    }
    let closed = rows.iter().filter(|met| met.is_read() && met.item.is_some() && !met.is_open()).count();
    let with_note = rows.iter().filter(|met| met.noted_here).count();
    writeln!(text, ". Closed: {closed}. Notes written: {with_note}.")?;
    match (minutes.open, minutes.forgotten) {
        (true, _) => writeln!(text, "\nThe scrub is still going on. This is how it stands.")?,
        (false, true) => writeln!(text, "\nNobody closed the scrub, so it closed itself.")?,
        (false, false) => {}
    }
    Ok(())
}

fn body(text: &mut String, minutes: &Minutes) -> std::fmt::Result {
    if !minutes.talks.is_empty() {
        writeln!(text, "\n## Talks\n")?;
        for talk in &minutes.talks {
            writeln!(text, "- {}", plain(&talk.in_words()))?;
        }
    }
    let follow: Vec<(&MinutesRow, &NoteText)> =
        minutes.rows.iter().filter_map(|met| Some((met, met.to_follow()?))).collect();
    if !follow.is_empty() {
        writeln!(text, "\n## To follow up\n")?;
        for (met, note) in follow {
            let action = if note.recommended_action.is_empty() { "look again" } else { &note.recommended_action };
            let flag = if note.flag.is_empty() { String::new() } else { format!(" ({})", plain(&note.flag)) };
            writeln!(text, "- [ ] {}{flag}: {}", plain(action), link(met))?;
        }
    }
    section(text, "Read", minutes.rows.iter().filter(|met| met.is_read()))?;
    let current = if minutes.open { "Being read" } else { "Not read to the end" };
    section(text, current, minutes.rows.iter().filter(|met| met.current))?;
    section(text, "Skipped", minutes.rows.iter().filter(|met| met.skipped))
}

fn section<'a>(text: &mut String, title: &str, rows: impl Iterator<Item = &'a MinutesRow>) -> std::fmt::Result {
    let mut rows = rows.peekable();
    if rows.peek().is_none() {
        return Ok(());
    }
    writeln!(text, "\n## {title}\n")?;
    for met in rows {
        write!(text, "- {}", link(met))?;
        let state = match &met.item {
            Some(item) if item.state != State::Open => format!(", {} now", item.state.name()),
            Some(_) => String::new(),
            None => ", gone".to_owned(),
        };
        writeln!(text, "{state}")?;
        if !met.outcomes.is_empty() {
            let told: Vec<String> = met.outcomes.iter().map(outcome).collect();
            writeln!(text, "  - Meanwhile: {}", told.join("; "))?;
        }
        if let Some(note) = met.note.as_ref().filter(|_| met.noted_here || met.is_open()) {
            let NoteText { recommended_action, comment, flag } = note;
            let said: Vec<String> = [recommended_action, comment, flag]
                .into_iter()
                .filter(|said| !said.is_empty())
                .map(|said| plain(said))
                .collect();
            let kept = if met.noted_here { "" } else { " (from before)" };
            writeln!(text, "  - Note{kept}: {}", said.join(". "))?;
        }
    }
    Ok(())
}

fn outcome(outcome: &Happening) -> String {
    let mut told = outcome.kind.replace('_', " ");
    if let Some(about) = &outcome.about {
        told = format!("{told} {}", plain(about));
    }
    if let Some(by) = &outcome.actor {
        told = format!("{told} by {}", plain(by));
    }
    told
}

fn link(met: &MinutesRow) -> String {
    match &met.item {
        Some(item) => {
            let url = item.url.replacen("https://github.com/", "https://redirect.github.com/", 1);
            let moved = if item.name == met.name { String::new() } else { format!(" (was {})", plain(&met.name)) };
            // Between brackets, GitHub does not take the name for a reference.
            let private = if item.private { " (private)" } else { "" };
            format!("{} [{}]({url}){moved}{private} {}", item.item_type.name(), plain(&item.name), plain(&item.title))
        }
        None => plain(&met.name),
    }
}

/// Escapes a text for Markdown. The result is on one line, mentions nobody and refers to nothing.
fn plain(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    let text = redirected(&text.split_whitespace().collect::<Vec<_>>().join(" "));
    let mut chars = text.chars().peekable();
    while let Some(char) = chars.next() {
        match char {
            '\\' | '`' | '*' | '_' | '[' | ']' | '|' | '~' => {
                escaped.push('\\');
                escaped.push(char);
            }
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '&' => escaped.push_str("&amp;"),
            // `GH-7` is a reference, like `#7`.
            '-' if ends_with_gh(&escaped) && chars.peek().is_some_and(char::is_ascii_digit) => {
                escaped.push_str("-&#8203;");
            }
            // With a zero-width space, GitHub does not take it for a mention or a reference.
            '@' | '#' if chars.peek().is_some_and(|next| next.is_alphanumeric()) => {
                escaped.push(char);
                escaped.push_str("&#8203;");
            }
            char => escaped.push(char),
        }
    }
    escaped
}

fn ends_with_gh(text: &str) -> bool {
    text.len().checked_sub(2).is_some_and(|at| text.as_bytes()[at..].eq_ignore_ascii_case(b"gh"))
}

/// Replaces addresses on github.com with those on redirect.github.com.
fn redirected(text: &str) -> String {
    const HOST: &str = "github.com/";
    let (lower, mut changed, mut done) = (text.to_ascii_lowercase(), String::with_capacity(text.len()), 0);
    for (at, _) in lower.match_indices(HOST) {
        let before = lower[..at].strip_suffix("www.").unwrap_or(&lower[..at]);
        if before.ends_with("://") || before.len() < at {
            changed.push_str(&text[done..before.len()]);
            changed.push_str("redirect.");
            done = at;
        }
    }
    changed.push_str(&text[done..]);
    changed
}
