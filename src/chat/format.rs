//! Messages as chats write them.
//!
//! What people wrote (titles, notes, names) is text there, whatever it looks like. In Slack `&`, `<` and `>` begin all that
//! could mention somebody or name a link otherwise than it leads, and are written as entities. Discord and Mattermost write
//! Markdown, whose marks are escaped; there a name behind `@` mentions somebody by itself, so a space without width parts
//! them, and Discord is told to mention nobody as well.

use serde_json::{Value, json};

use super::address::ChatFormat;
use crate::scrub::input::one_line;
use crate::scrub::message::{Message, Span};

/// A space without width.
const PARTED: char = '\u{200b}';
/// Characters of a text at most.
const LONGEST_TEXT: usize = 600;

impl ChatFormat {
    /// Characters of a message at most, in units of UTF-16, which are never fewer than characters. Slack takes 40,000, but
    /// makes several messages of one with more than 4,000.
    pub fn longest(self) -> usize {
        match self {
            Self::Slack => 3_900,
            Self::Discord => 2_000,
            Self::Mattermost => 16_383,
        }
    }

    /// The body of the request that sends a message.
    pub fn body(self, message: &Message) -> Value {
        let text = self.text(message);
        match self {
            Self::Slack => json!({"text": text, "mrkdwn": true, "unfurl_links": false, "unfurl_media": false}),
            // 4: no previews of what links lead to.
            Self::Discord => json!({"content": text, "allowed_mentions": {"parse": []}, "flags": 4}),
            Self::Mattermost => json!({"text": text}),
        }
    }

    /// The message, without its last lines if it would be too long.
    pub fn text(self, message: &Message) -> String {
        let mut lines: Vec<String> = message.lines.iter().map(|line| self.line(line)).collect();
        let mut taken: usize = lines.iter().map(|line| length(line) + 1).sum();
        let mut left_out = 0;
        let mut rest = String::new();
        // Without the line end behind the last line.
        while taken + length(&rest) > self.longest() + usize::from(left_out == 0) {
            let Some(last) = lines.pop() else { break };
            taken -= length(&last) + 1;
            left_out += 1;
            rest = self.rest(left_out, message.whole.as_ref());
        }
        if left_out > 0 {
            lines.push(rest);
        }
        lines.join("\n")
    }

    /// The line in place of those that were left out.
    fn rest(self, left_out: usize, whole: Option<&String>) -> String {
        let rest = if left_out == 1 { "1 more line".to_owned() } else { format!("{left_out} more lines") };
        self.line(&[Span::text("… "), Span::link(rest, whole.cloned())])
    }

    fn line(self, spans: &[Span]) -> String {
        spans.iter().map(|span| self.span(span)).collect()
    }

    fn span(self, span: &Span) -> String {
        match (self, span) {
            (_, Span::Text(text)) => self.plain(text),
            (Self::Slack, Span::Strong(text)) => format!("*{}*", self.plain(text)),
            (_, Span::Strong(text)) => format!("**{}**", self.plain(text)),
            (Self::Slack, Span::Link { text, url }) => format!("<{}|{}>", address(url), self.plain(text)),
            // Discord shows no preview of what stands between such brackets.
            (Self::Discord, Span::Link { text, url }) => format!("[{}](<{}>)", self.plain(text), address(url)),
            (Self::Mattermost, Span::Link { text, url }) => format!("[{}]({})", self.plain(text), address(url)),
        }
    }

    /// A text as people wrote it, on one line, so that it is read as that. Blanks at its ends stay.
    fn plain(self, text: &str) -> String {
        let (start, end) = (text.starts_with(' '), text.len() > 1 && text.ends_with(' '));
        let mut line = one_line(text);
        if let Some((at, _)) = line.char_indices().nth(LONGEST_TEXT) {
            line.truncate(at);
            line.push('…');
        }
        let escaped = match self {
            Self::Slack => slack(&line),
            Self::Discord | Self::Mattermost => markdown(&line),
        };
        format!("{}{escaped}{}", if start { " " } else { "" }, if end { " " } else { "" })
    }
}

/// In units of UTF-16, as Discord counts.
fn length(text: &str) -> usize {
    text.encode_utf16().count()
}

fn slack(text: &str) -> String {
    // Three backticks begin a block that takes in the lines below. Other marks end with their line.
    let text = text.replace("```", "'''");
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

/// A text whose marks of Markdown are escaped.
fn markdown(text: &str) -> String {
    const UNMARKED: &str = ",.;?/'\"%:=$^";
    let mut escaped = String::with_capacity(text.len());
    for char in text.chars() {
        match char {
            '@' => escaped.extend([char, PARTED]),
            char if char.is_ascii_punctuation() && !UNMARKED.contains(char) => escaped.extend(['\\', char]),
            char => escaped.push(char),
        }
    }
    escaped
}

/// A URL in which nothing ends it too early.
fn address(url: &str) -> String {
    let mut written = String::with_capacity(url.len());
    for char in url.chars() {
        match char {
            '<' => written.push_str("%3C"),
            '>' => written.push_str("%3E"),
            '|' => written.push_str("%7C"),
            '(' => written.push_str("%28"),
            ')' => written.push_str("%29"),
            char if char.is_whitespace() || char.is_control() => written.push_str("%20"),
            char => written.push(char),
        }
    }
    written
}
