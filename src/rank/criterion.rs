//! What a filter can ask for: each criterion once, with all that there is to say of it.
//!
//! From [`ALL`] derive the names that queries, views and cursors take, how their values are read,
//! which items pass, what the live ranking keeps of an item, and what the API's description says.
//! A further criterion is one more entry here, and, if it looks at something that items do not have
//! yet, a field of [`Item`] that `store::item_rows` reads.

use std::collections::HashMap;
use std::fmt;

pub use super::candidate::{Candidate, Item, Repository};
use super::measure::Measure;
use crate::activity::{Association, Checks, ItemType, NoteText, PersonKey, Review, State, WaitsFor};

/// One thing that a filter can ask for.
#[derive(Clone, Copy)]
pub struct Criterion {
    pub name: &'static str,
    /// What it takes and means, for the API's description.
    pub about: &'static str,
    pub looks: Looks,
}

/// What a criterion looks at.
#[derive(Clone, Copy)]
pub enum Looks {
    /// Which of these values the item has, by place in the list.
    Kind(&'static [&'static str], fn(&Item) -> Option<usize>),
    /// A number that the item has, if it is known.
    Number(Measure),
    /// Something that an item is or is not.
    Flag(fn(&Item) -> bool),
    /// Names that the item has.
    Names(NamesOf),
    /// People who have to do with the item; a filter names them by login.
    People(PeopleOf),
    /// The repository's name, with its owner's or alone.
    Repository,
    /// Something that a repository is or is not.
    RepositoryFlag(fn(&Repository) -> bool),
    /// Names of the item's labels.
    Labels,
    /// The title of the item's milestone.
    Milestone,
    /// Text that the item's title has in it.
    Title,
    /// Whether the item was read in a round.
    Unread,
    /// The date of this moment, strictly after or strictly before another one.
    After(Moment),
    Before(Moment),
}

/// Tells each name that an item has.
pub type NamesOf = fn(&Item, &mut dyn FnMut(&str));

/// Tells each of an item's people.
pub type PeopleOf = for<'a> fn(&'a Item, &mut dyn FnMut(&'a PersonKey));

/// Whom the logins in a filter mean: ids, by the login as names are compared.
pub type Holders = HashMap<String, i64>;

/// A moment in the life of an item.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Moment {
    Created,
    Updated,
    Closed,
    /// When it began to wait for whomever it waits for.
    Waiting,
    /// When a human last did something with it.
    Active,
}

impl Moment {
    pub const ALL: [Moment; 5] = [Moment::Created, Moment::Updated, Moment::Closed, Moment::Waiting, Moment::Active];
}

pub const REPO: Criterion = Criterion {
    name: "repo",
    about: "`owner/name` or `name`; `owner/*` or `lib-*` for all that begin like this. Repeat it to accept any of several; `-` in front of a value excludes it.",
    looks: Looks::Repository,
};

pub const TYPE: Criterion = Criterion {
    name: "type",
    about: "`Issue`, `PR` or `Discussion`. Repeat it to accept any of several; `-` in front of a value excludes it.",
    looks: Looks::Kind(&["Issue", "PR", "Discussion"], |item| {
        Some(match item.item_type {
            ItemType::Issue => 0,
            ItemType::PullRequest => 1,
            ItemType::Discussion => 2,
        })
    }),
};

pub const STATE: Criterion = Criterion {
    name: "state",
    about: "`open`, `answered`, `closed`, or `all` for each of them. Repeat it to accept any of several. By default `open`.",
    looks: Looks::Kind(&["open", "answered", "closed"], |item| {
        Some(match item.state {
            State::Open => 0,
            State::Answered => 1,
            State::Closed => 2,
        })
    }),
};

pub const LABEL: Criterion = Criterion {
    name: "label",
    about: "A label's name. Repeat it to accept any of several; `-` in front of a value excludes it. `none` asks for items \
            without a label, `all:bug,urgent` for those that have both, `priority/*` for those that have one that begins \
            with `priority/`. Put a name that itself begins with `-`, `\"` or `all:`, ends with `*`, or is `none`, in quotes, \
            `\"-1\"`, and double each `\"` in it. The same goes for the values of other filters.",
    looks: Looks::Labels,
};

pub const AUTHOR: Criterion = Criterion {
    name: "author",
    about: "The author's login, now or before: it means whoever has it now or, if nobody has, had it last, and finds what \
            they wrote under any name. `group:team` means everybody in the group `team`, if groups are declared. Repeat it to accept any of several; `-` in front of a value excludes it.",
    looks: Looks::People(|item, each| item.author.iter().for_each(each)),
};

pub const ASSIGNEE: Criterion = Criterion {
    name: "assignee",
    about: "The login of an assignee, now or before, or a group, as with `author`. Repeat it to accept any of several; `-` in front of \
            a value excludes it. `none` asks for items that nobody is assigned to, `all:ada,grace` for those that both are.",
    looks: Looks::People(|item, each| item.assignees.iter().for_each(each)),
};

pub const MILESTONE: Criterion = Criterion {
    name: "milestone",
    about: "A milestone's title. Repeat it to accept any of several; `-` in front of a value excludes it. `none` asks for \
            items without a milestone, `v2.*` for those whose begins with `v2.`.",
    looks: Looks::Milestone,
};

pub const TITLE: Criterion = Criterion {
    name: "title",
    about: "Text that the title contains, in upper or lower case. Repeat it to accept any of several; `-` in front of a \
            value excludes it.",
    looks: Looks::Title,
};

const DRAFT: Criterion = Criterion {
    name: "draft",
    about: "`true` for drafts only, `false` for no drafts.",
    looks: Looks::Flag(|item| item.draft),
};

const CREATED_AFTER: Criterion = Criterion {
    name: "created_after",
    about: "Created after this date (`2026-10-01`), or after the date this many days ago (`180d`).",
    looks: Looks::After(Moment::Created),
};

const CREATED_BEFORE: Criterion = Criterion {
    name: "created_before",
    about: "Created before this date, or before the date this many days ago.",
    looks: Looks::Before(Moment::Created),
};

const UPDATED_AFTER: Criterion = Criterion {
    name: "updated_after",
    about: "Updated after this date, or after the date this many days ago.",
    looks: Looks::After(Moment::Updated),
};

const UPDATED_BEFORE: Criterion = Criterion {
    name: "updated_before",
    about: "Updated before this date, or before the date this many days ago. `1d` means before yesterday.",
    looks: Looks::Before(Moment::Updated),
};

const CLOSED_AFTER: Criterion = Criterion {
    name: "closed_after",
    about: "Closed after this date, or after the date this many days ago. Without `state` it asks for what is closed.",
    looks: Looks::After(Moment::Closed),
};

const CLOSED_BEFORE: Criterion = Criterion {
    name: "closed_before",
    about: "Closed before this date, or before the date this many days ago. Without `state` it asks for what is closed.",
    looks: Looks::Before(Moment::Closed),
};

const WAITING_AFTER: Criterion = Criterion {
    name: "waiting_after",
    about: "Waiting for whomever `waits_for` names since after this date, or after the date this many days ago.",
    looks: Looks::After(Moment::Waiting),
};

const WAITING_BEFORE: Criterion = Criterion {
    name: "waiting_before",
    about: "Waiting for whomever `waits_for` names since before this date, or before the date this many days ago: `30d` \
            asks for what has waited for more than 30 days.",
    looks: Looks::Before(Moment::Waiting),
};

const ACTIVE_AFTER: Criterion = Criterion {
    name: "active_after",
    about: "A human did something after this date, or after the date this many days ago. What bots do does not count.",
    looks: Looks::After(Moment::Active),
};

const ACTIVE_BEFORE: Criterion = Criterion {
    name: "active_before",
    about: "The last that a human did was before this date, or before the date this many days ago.",
    looks: Looks::Before(Moment::Active),
};

const UNREAD: Criterion = Criterion {
    name: "unread",
    about: "`true` for items that nobody has read in the view's current round, `false` for the others. Without \
            `view`, the round is that of `bug-scrub`.",
    looks: Looks::Unread,
};

const NOTED: Criterion = Criterion {
    name: "noted",
    about: "`true` for items with a note, `false` for items without one.",
    looks: Looks::Flag(|item| item.note.is_some()),
};

const ACTION: Criterion = Criterion {
    name: "action",
    about: "The recommended action in the item's note, as a whole. Repeat it to accept any of several; `-` in front of a \
            value excludes it.",
    looks: Looks::Names(|item, each| written(item, each, |note| &note.recommended_action)),
};

const FLAG: Criterion = Criterion {
    name: "flag",
    about: "The flag in the item's note, as a whole. Repeat it to accept any of several; `-` in front of a value excludes it.",
    looks: Looks::Names(|item, each| written(item, each, |note| &note.flag)),
};

/// The criteria that ask whether there is a note, and what it says.
pub const OF_NOTES: [&Criterion; 3] = [&NOTED, &ACTION, &FLAG];

/// The criteria that ask what people wrote about an item, or whether they read it.
pub const OF_REMARKS: [&Criterion; 4] = [&UNREAD, &NOTED, &ACTION, &FLAG];

/// Tells what is written in one part of an item's note, if anything is.
fn written(item: &Item, each: &mut dyn FnMut(&str), part: fn(&NoteText) -> &String) {
    let text = item.note.as_ref().map(|note| part(note).trim());
    text.into_iter().filter(|text| !text.is_empty()).for_each(each);
}

pub const WAITS_FOR: Criterion = Criterion {
    name: "waits_for",
    about: "Whose turn it is: `author`, `maintainers`, `reviewers` whose review is asked for, or `nobody` if GitHub merges \
            it by itself once it can. Repeat it to accept any of several; `-` in front of a value excludes it.",
    looks: Looks::Kind(&WaitsFor::NAMES, |item| item.waits_for.map(|waits_for| waits_for as usize)),
};

pub const REVIEW: Criterion = Criterion {
    name: "review",
    about: "How the review of an open pull request stands: `none`, `requested`, `approved`, `changes_requested`, or \
            `changed_since` if the author has pushed since. Only reviews by those who maintain the repository decide. Repeat \
            it to accept any of several; `-` in front of a value excludes it.",
    looks: Looks::Kind(&Review::NAMES, |item| item.review.map(|review| review as usize)),
};

pub const ASSOCIATION: Criterion = Criterion {
    name: "author_association",
    about: "How the author stands to the repository, as GitHub says. Repeat it to accept any of several; `-` in front of a \
            value excludes it.",
    looks: Looks::Kind(&Association::NAMES, |item| item.author_association.map(|association| association as usize)),
};

pub const CHECKS: Criterion = Criterion {
    name: "checks",
    about: "How the checks of an open pull request's last commit stand, as far as GitHub shows it: `pending`, `passing`, \
            `failing`, or `none`. Repeat it to accept any of several; `-` in front of a value excludes it.",
    looks: Looks::Kind(&Checks::NAMES, |item| item.checks.map(|checks| checks as usize)),
};

const COMMENTS: Criterion = Criterion {
    name: "comments",
    about: "The number of comments, `5`, or a range of it: `5..`, `..9`, `5..9`. Repeat it to accept any of several; `-` in \
            front of a value excludes it. An item of which the number is not known is in no range.",
    looks: Looks::Number(Measure::Comments),
};

const REACTIONS: Criterion = Criterion {
    name: "reactions",
    about: "The number of reactions to the item itself, as with `comments`.",
    looks: Looks::Number(Measure::Reactions),
};

const COMMENTERS: Criterion = Criterion {
    name: "commenters",
    about: "The number of people who commented or reviewed, as with `comments`. Of a long conversation only the last \
            hundred comments and reviews count.",
    looks: Looks::Number(Measure::Commenters),
};

pub const CLOSED_REASON: Criterion = Criterion {
    name: "closed_reason",
    about: "Why it is closed, as GitHub says: `completed`, `not_planned`, `duplicate`, `resolved`, `outdated`, or `merged`; \
            `none` where it says nothing, as of pull requests that were not merged. Without `state` it asks for what is \
            closed. Repeat it to accept any of several; `-` in front of a value excludes it.",
    looks: Looks::Kind(&CLOSED_REASONS, |item| {
        let reason = item.closed_reason.as_deref()?;
        CLOSED_REASONS.iter().position(|known| *known == reason)
    }),
};

/// GitHub's `IssueStateReason` and `DiscussionStateReason` of what is closed; `merged` is ours.
const CLOSED_REASONS: [&str; 6] = ["completed", "not_planned", "duplicate", "resolved", "outdated", "merged"];

const ARCHIVED: Criterion = Criterion {
    name: "archived",
    about: "`true` for items in archived repositories only, `false` for items in other repositories only.",
    looks: Looks::RepositoryFlag(|repository| repository.archived),
};

/// All that there are.
#[rustfmt::skip]
pub static ALL: [Criterion; 32] = [
    REPO, TYPE, STATE, LABEL, AUTHOR, ASSIGNEE, MILESTONE, TITLE, DRAFT, CREATED_AFTER, CREATED_BEFORE, UPDATED_AFTER,
    UPDATED_BEFORE, UNREAD, NOTED, ACTION, FLAG, WAITS_FOR, ARCHIVED, REVIEW, ASSOCIATION,
    COMMENTS, REACTIONS, COMMENTERS, CLOSED_REASON, CLOSED_AFTER, CLOSED_BEFORE, WAITING_AFTER, WAITING_BEFORE,
    ACTIVE_AFTER, ACTIVE_BEFORE, CHECKS,
];

/// The criterion of a name.
pub fn named(name: &str) -> Option<&'static Criterion> {
    ALL.iter().find(|criterion| criterion.name == name)
}

impl Criterion {
    /// Whether it takes true or false.
    pub fn is_flag(&self) -> bool {
        matches!(self.looks, Looks::Flag(_) | Looks::RepositoryFlag(_) | Looks::Unread)
    }

    /// Whether it takes a date.
    pub fn is_date(&self) -> bool {
        matches!(self.looks, Looks::After(_) | Looks::Before(_))
    }

    /// Whether `none` asks for the items that have nothing of it.
    pub fn can_lack(&self) -> bool {
        [LABEL.name, ASSIGNEE.name, MILESTONE.name, CLOSED_REASON.name, CHECKS.name].contains(&self.name)
    }

    /// Whether it asks how items were closed, which those that are open have nothing of.
    pub fn is_of_closing(&self) -> bool {
        let of_closing = matches!(self.looks, Looks::After(Moment::Closed) | Looks::Before(Moment::Closed));
        of_closing || self.name == CLOSED_REASON.name
    }

    /// Whether `*` at the end of a value asks for all names that begin with what stands before it.
    pub fn takes_beginnings(&self) -> bool {
        matches!(self.looks, Looks::Repository | Looks::Labels | Looks::Milestone)
    }

    /// Whether an item may have several of it, so that `all:` can ask for all of some.
    pub fn has_many(&self) -> bool {
        [LABEL.name, ASSIGNEE.name].contains(&self.name)
    }

    /// Whether it says what an item is, rather than how it stands on one date or in one round: only
    /// such a criterion can choose among items over time.
    pub fn lasts(&self) -> bool {
        let of_a_moment = matches!(self.looks, Looks::Unread | Looks::After(_) | Looks::Before(_));
        !of_a_moment && self.name != STATE.name
    }
}

/// The name alone: an ETag is made of it, which must not differ between processes.
impl fmt::Debug for Criterion {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.name)
    }
}
