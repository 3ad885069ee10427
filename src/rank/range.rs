//! Ranges of numbers as people write them.

/// The numbers from one to another, both included.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NumberRange {
    pub from: i64,
    pub to: i64,
}

/// How ranges are written, in words.
pub const RANGES: &str = "Not a number of at most nine digits, nor a range: 5, 5.. (at least), ..9 (at most) or 5..9.";

/// The same, as a pattern.
pub const RANGE_PATTERN: &str = r"^-?([0-9]{1,9}|[0-9]{1,9}\.\.([0-9]{1,9})?|\.\.[0-9]{1,9})$";

impl NumberRange {
    /// Reads `5`, `5..`, `..9` or `5..9`.
    pub fn parse(text: &str) -> Option<Self> {
        let number = |text: &str| {
            let digits = (1..=9).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit());
            text.parse::<i64>().ok().filter(|_| digits)
        };
        let (from, to) = match text.trim().split_once("..") {
            None => (number(text.trim())?, number(text.trim())?),
            Some(("", to)) => (0, number(to)?),
            Some((from, "")) => (number(from)?, i64::MAX),
            Some((from, to)) => (number(from)?, number(to)?),
        };
        Some(Self { from, to })
    }

    pub fn holds(self, number: i64) -> bool {
        (self.from..=self.to).contains(&number)
    }
}
