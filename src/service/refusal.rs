//! Why something was not answered or not done.

use std::borrow::Cow;

use chrono::NaiveDate;

use super::viewer::Scope;
use crate::github::GitHubError;
use crate::ingest::IngestError;
use crate::people::PeopleError;
use crate::rank::BadCriterion;
use crate::scrub::input::BadNote;
use crate::scrub::view::BadView;
use crate::sheet::BadSheet;
use crate::store::scrubs::arrivals;
use crate::store::{StoreError, schedule, views};

/// Why a use case did not do what it was asked. The texts are sentences that the caller may read, except those of
/// [`Refusal::Store`], [`Refusal::Ingest`], [`Refusal::GitHub`] and [`Refusal::Failed`], which are for the log.
#[derive(Debug, thiserror::Error)]
pub enum Refusal {
    #[error("The token is unknown or was revoked.")]
    UnknownToken,
    #[error("The token is unknown or was revoked, or may not stand in a URL: only the scope embed may.")]
    NotForUrls,
    #[error("The ticket is unknown or has expired, or its token was revoked. Ask for another one.")]
    UnknownTicket,
    #[error("A token that a person made neither makes nor revokes others. Sign in for that.")]
    SignInForTokens,
    #[error("The session has ended. Sign in again.")]
    UnknownSession,
    #[error("The person who made this token is signed out. It works again once they have signed in.")]
    PersonSignedOut,
    #[error("This token is another person's than the session that came with it. Send one of them.")]
    OtherPerson,
    #[error(
        "Nobody can sign in with GitHub here: BUGSCRUB_CLIENT_ID, BUGSCRUB_CLIENT_SECRET or BUGSCRUB_SESSION_KEY is not set."
    )]
    SignInOff,
    /// Why somebody was not signed in, in a sentence.
    #[error("{0}")]
    SignInFailed(Cow<'static, str>),
    /// GitHub could not be asked.
    #[error(transparent)]
    GitHub(GitHubError),
    #[error("Without a token you can only read what is public. Send one as `Authorization: Bearer TOKEN`.")]
    NoToken,
    #[error("The token lacks the scope {}.", .0.name())]
    MissingScope(Scope),
    /// Has the only view that the token may see.
    #[error("The token is for the view {0} only.")]
    OtherView(String),
    /// Has the name of the parameter that asks what notes say.
    #[error("The token stands in a URL: it shows no notes, and may not use `{parameter}`, which asks what they say.")]
    NotesHidden { parameter: &'static str },
    #[error("{detail}")]
    BadParameter {
        name: Cow<'static, str>,
        detail: Cow<'static, str>,
        /// What it may be, if that is a list.
        allowed: Option<Vec<String>>,
    },

    #[error("There is no such account that the token may see.")]
    UnknownAccount,
    #[error("No account has sent a delivery yet, or the token may see none.")]
    NoAccount,
    #[error("Several accounts have had this login; name one by id.")]
    LoginReused { ids: Vec<i64> },
    #[error("There is no valid token with this id.")]
    NoTokenInForce,

    #[error("The account has no view of this name.")]
    UnknownView,
    #[error("There is no collection of this name.")]
    UnknownCollection,
    #[error("No view of this name is stored.")]
    NoStoredView,
    #[error("This view is declared in the file of views; change it there.")]
    ViewDeclared,
    #[error(
        "This view is built in: only a token with the scope admin may give it another meaning. Choose another name."
    )]
    ViewBuiltIn,
    #[error("An account stores at most {} views.", views::MOST)]
    TooManyViews,

    #[error("There is no such item that the token may see.")]
    UnknownItem,
    #[error("There are no marks of this id that the token may see.")]
    UnknownMarks,
    #[error("The account has no scrub of this number.")]
    UnknownScrub,
    #[error("The scrub is closed.")]
    ScrubEnded,
    #[error("A scrub has at most {} guests.", arrivals::MOST_GUESTS)]
    TooManyGuests,
    #[error("The scrub's deck has no row at this place that the token may see.")]
    UnknownRow,
    #[error("Only who is listed as present asks to lead a scrub whose host is away.")]
    NotAttending,
    #[error("Scrub {number} reads this view; close it first.")]
    ScrubOpen { number: i64 },
    #[error("There is no open item in this view now.")]
    NothingToRead,
    #[error(transparent)]
    BadSheet(#[from] BadSheet),
    #[error("This is not the file that `file` names: it has changed since. Try it again with `dry_run`.")]
    OtherSheet,
    /// Others write so fast that this could not be decided.
    #[error("{0}")]
    TooBusy(&'static str),
    #[error("The live ranking is behind the log.")]
    RankingBehind,

    #[error("The item was deleted on GitHub.")]
    ItemDeleted,
    #[error("The item is {owner}/{repository}#{number} now.")]
    ItemMoved { account_id: i64, owner: String, repository: String, number: i64 },

    #[error("GitHub does not show this text: it is gone there, or the App may not read it.")]
    TextNotShown,
    /// For so many seconds.
    #[error("GitHub takes no more requests for now.")]
    GitHubLimits { seconds: u32 },
    #[error("GitHub cannot be reached, or fails.")]
    GitHubAway,

    #[error("Since midnight, days are counted to another date; begin again without a cursor.")]
    DateOver,
    #[error("The account's log did not reach this position in 5 seconds.")]
    PositionNotReached,
    #[error("The setting BUGSCRUB_SCRUB_SCHEDULE says when scrubs are held; it is not set.")]
    NoSchedule,
    #[error("The schedule has no meeting on this date.")]
    UnknownMeeting { near: Vec<NaiveDate> },
    #[error("The meeting has no talk of this number.")]
    UnknownTalk,
    #[error("A meeting has at most {} talks.", schedule::MOST_TALKS)]
    TooManyTalks,

    /// A sentence that says why a repository cannot be fetched again.
    #[error("{0}")]
    NotFetched(String),

    #[error(transparent)]
    Store(#[from] StoreError),
    #[error(transparent)]
    Ingest(#[from] IngestError),
    /// A task of ours panicked; the panic is in the log by then.
    #[error("a computation failed")]
    Failed,
}

impl Refusal {
    pub fn bad_parameter(name: impl Into<Cow<'static, str>>, detail: impl Into<Cow<'static, str>>) -> Self {
        Self::BadParameter { name: name.into(), detail: detail.into(), allowed: None }
    }

    /// The same, with what the parameter may be.
    pub fn not_among(
        name: impl Into<Cow<'static, str>>,
        detail: impl Into<Cow<'static, str>>,
        allowed: impl IntoIterator<Item = impl Into<String>>,
    ) -> Self {
        let allowed = Some(allowed.into_iter().map(Into::into).collect());
        Self::BadParameter { name: name.into(), detail: detail.into(), allowed }
    }
}

impl From<PeopleError> for Refusal {
    fn from(error: PeopleError) -> Self {
        match error {
            PeopleError::Off => Self::SignInOff,
            PeopleError::NotBegun => Self::SignInFailed(
                "This browser has begun no sign-in within the last 10 minutes. Begin at /auth/sign-in.".into(),
            ),
            PeopleError::OtherState => {
                Self::SignInFailed("This is the answer to another sign-in. Begin again at /auth/sign-in.".into())
            }
            PeopleError::Refused(error) => {
                Self::SignInFailed(format!("GitHub refused it ({error}). Begin again at /auth/sign-in.").into())
            }
            PeopleError::Busy => Self::TooBusy("Too many people are signing in at the moment."),
            PeopleError::Ended => Self::UnknownSession,
            PeopleError::NoRandomness => Self::Failed,
            PeopleError::GitHub(error) => Self::GitHub(error),
            PeopleError::Store(error) => Self::Store(error),
        }
    }
}

impl From<BadCriterion> for Refusal {
    fn from(bad: BadCriterion) -> Self {
        let BadCriterion { name, detail, allowed } = bad;
        let allowed = Some(allowed).filter(|allowed| !allowed.is_empty());
        Self::BadParameter { name: name.into(), detail, allowed }
    }
}

impl From<BadNote> for Refusal {
    fn from(BadNote { field, longest }: BadNote) -> Self {
        Self::bad_parameter(field, format!("At most {longest} characters, and no U+0000."))
    }
}

impl From<BadView> for Refusal {
    fn from(bad: BadView) -> Self {
        let name = match bad {
            BadView::Criterion(criterion) => return criterion.into(),
            BadView::Name => "name",
            BadView::Title => "title",
            BadView::Description => "description",
            BadView::Resolution => "resolution",
            BadView::Target => "target",
            BadView::TooMany => "filter",
        };
        Self::bad_parameter(name, format!("The view cannot be stored: {bad}."))
    }
}
