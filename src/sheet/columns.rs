//! The columns of a scrub's sheet.

/// A column; the order here is the order in the sheet.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Column {
    Repository,
    Type,
    Number,
    User,
    Title,
    State,
    Created,
    Updated,
    StaleAge,
    DaysAge,
    DaysStale,
    RecommendAction,
    Url,
    Read,
    Link,
    Comment,
    Flag,
}

/// The header of a further column, behind all others: whether a row's repository is `public` or `private`. A sheet
/// has it only if it holds private rows, and reading a sheet ignores it.
pub const VISIBILITY: &str = "Visibility";

impl Column {
    pub const ALL: [Column; 17] = [
        Column::Repository,
        Column::Type,
        Column::Number,
        Column::User,
        Column::Title,
        Column::State,
        Column::Created,
        Column::Updated,
        Column::StaleAge,
        Column::DaysAge,
        Column::DaysStale,
        Column::RecommendAction,
        Column::Url,
        Column::Read,
        Column::Link,
        Column::Comment,
        Column::Flag,
    ];

    /// The columns that say which item a row is about. Without them there is no row.
    pub const KEY: [Column; 3] = [Column::Repository, Column::Type, Column::Number];

    /// The columns that people fill in. A tab without any of them has nothing to import.
    pub const WRITTEN: [Column; 4] = [Column::RecommendAction, Column::Read, Column::Comment, Column::Flag];

    /// Its header, in the first row.
    pub fn header(self) -> &'static str {
        match self {
            Column::Repository => "Repository",
            Column::Type => "Type",
            Column::Number => "#",
            Column::User => "User",
            Column::Title => "Title",
            Column::State => "State",
            Column::Created => "Created",
            Column::Updated => "Updated",
            Column::StaleAge => "Stale-Age",
            Column::DaysAge => "Days-Age",
            Column::DaysStale => "Days-Stale",
            Column::RecommendAction => "Recommend Action",
            Column::Url => "URL",
            Column::Read => "Read yet?",
            Column::Link => "Link",
            Column::Comment => "Comment",
            Column::Flag => "Flag",
        }
    }

    /// Its index, from 0.
    pub fn place(self) -> u16 {
        self as u16
    }

    /// Its letter in a spreadsheet: A to Q.
    pub fn letter(self) -> char {
        (b'A' + self as u8) as char
    }

    /// Whether the column is hidden: it serves formulas and filters, not the eye.
    pub fn is_hidden(self) -> bool {
        matches!(self, Column::Created | Column::Updated | Column::DaysAge | Column::DaysStale | Column::Url)
    }

    /// The column that a header names. Case, blanks and punctuation around words do not matter; `number`, `recommended
    /// action`, `read` and plurals work too.
    pub fn from_header(header: &str) -> Option<Self> {
        let words = |text: &str| -> String {
            let parts = text.split(|c: char| c.is_whitespace() || matches!(c, '-' | '_' | '?' | ':'));
            parts.filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" ").to_lowercase()
        };
        let header = words(header);
        let alias = match header.as_str() {
            "number" => Some(Column::Number),
            "recommended action" | "action" => Some(Column::RecommendAction),
            "read" => Some(Column::Read),
            "comments" => Some(Column::Comment),
            "flags" => Some(Column::Flag),
            _ => None,
        };
        alias.or_else(|| Self::ALL.into_iter().find(|column| words(column.header()) == header))
    }
}
