//! The schemas that say what a text or a number may be, and the lists of words.
//!
//! What a schema allows is what the parser takes, so a change of the one is a change of the other. Patterns stay within what
//! ECMAScript, Python, Go and Rust read alike: no look-around, no `\u`.

use std::borrow::Cow;

use serde_json::json;
use utoipa::openapi::extensions::Extensions;
use utoipa::openapi::schema::{
    AdditionalProperties, ArrayBuilder, ArrayItems, KnownFormat, Object, ObjectBuilder, OneOfBuilder, Schema,
    SchemaFormat, Type,
};
use utoipa::openapi::{Ref, RefOr};
use utoipa::{PartialSchema, ToSchema};

use crate::activity::{BotReason as BotReasons, Checks as HeadChecks};
use crate::rank::criterion::{
    ALL, ASSOCIATION, CHECKS, CLOSED_REASON, Criterion, Looks, REVIEW, STATE, TYPE, WAITS_FOR,
};
use crate::rank::range::RANGE_PATTERN;
use crate::rank::{Facet as Facets, Order as Orders, criteria, dates, values};
use crate::scrub::view::MOST_VALUES;
use crate::service::Scope as Scopes;
use crate::service::stats::groups::GroupKind as GroupKinds;
use crate::service::stats::milestones::MilestoneChoice as MilestoneChoices;
use crate::service::sync::BackfillState;
use crate::sheet::WITHOUT_PATTERN;
use crate::stats::Step as Steps;

/// A text without U+0000, which Postgres takes in none.
pub const TEXT: &str = r"^[^\x00]*$";
/// A login, an id, or the name of a repository, as GitHub allows them.
pub const NAME: &str = r"^[A-Za-z0-9_.-]+$";
/// `owner/name` of a repository.
pub const FULL_NAME: &str = r"^[A-Za-z0-9_.-]+/[A-Za-z0-9_.-]+$";
/// A view's name; see `scrub::view::is_name`.
pub const VIEW_NAME: &str = r"^[a-z0-9][a-z0-9-]{0,63}$";
/// A person's name or login; see `scrub::input::person_name`.
pub const PERSON: &str = r"^\s*(@\s*[^\s\x00-\x1f\x7f-\x9f]|[^\s@\x00-\x1f\x7f-\x9f])[^\x00-\x1f\x7f-\x9f]{0,99}\s*$";

/// A text of a pattern.
pub fn text(pattern: &str) -> RefOr<Schema> {
    RefOr::T(Schema::Object(ObjectBuilder::new().schema_type(Type::String).pattern(Some(pattern)).build()))
}

/// A whole number of 64 bits within bounds.
pub fn number(least: i64, most: i64) -> RefOr<Schema> {
    let number = ObjectBuilder::new().schema_type(Type::Integer).minimum(Some(least)).maximum(Some(most));
    RefOr::T(Schema::Object(number.format(Some(SchemaFormat::KnownFormat(KnownFormat::Int64))).build()))
}

/// One of these words.
pub fn one_of<W: Into<String>>(words: impl IntoIterator<Item = W>) -> RefOr<Schema> {
    RefOr::T(Schema::Object(words_of(words)))
}

fn words_of<W: Into<String>>(words: impl IntoIterator<Item = W>) -> Object {
    let words = words.into_iter().map(Into::into);
    ObjectBuilder::new().schema_type(Type::String).enum_values(Some(words.collect::<Vec<String>>())).build()
}

/// A date as ISO 8601 writes it.
fn date() -> RefOr<Schema> {
    let date = Some(SchemaFormat::KnownFormat(KnownFormat::Date));
    RefOr::T(Schema::Object(ObjectBuilder::new().schema_type(Type::String).format(date).build()))
}

/// A list of what another schema describes.
pub fn list(of: RefOr<Schema>) -> RefOr<Schema> {
    RefOr::T(Schema::Array(ArrayBuilder::new().items(of).build()))
}

/// What a token may be allowed that is sent in a header: more than `private`, which alone allows nothing.
fn access_scopes() -> RefOr<Schema> {
    let alone = Scopes::ALL.into_iter().filter(|scope| !matches!(scope, Scopes::Embed | Scopes::Private));
    let contains = json!({"type": "string", "enum": alone.map(Scopes::name).collect::<Vec<_>>()});
    let scopes = ArrayBuilder::new().items(named::<AccessScope>()).min_items(Some(1));
    RefOr::T(Schema::Array(scopes.extensions(Some(Extensions::from_iter([("contains", contains)]))).build()))
}

/// The schema that the description has under a type's name.
pub fn named<S: ToSchema>() -> RefOr<Schema> {
    RefOr::Ref(Ref::from_schema_name(S::name()))
}

/// What a criterion takes.
pub fn values_of(criterion: &Criterion) -> RefOr<Schema> {
    match criterion.looks {
        Looks::Flag(_) | Looks::RepositoryFlag(_) | Looks::Unread => bool::schema(),
        Looks::After(_) | Looks::Before(_) => named::<DateOrDaysAgo>(),
        Looks::Kind(..) if criterion.name == TYPE.name => list(named::<ItemTypeTerm>()),
        Looks::Kind(..) if criterion.name == STATE.name => list(named::<ItemStateTerm>()),
        Looks::Kind(..) if criterion.name == WAITS_FOR.name => list(named::<WaitsForTerm>()),
        Looks::Kind(..) if criterion.name == REVIEW.name => list(named::<ReviewTerm>()),
        Looks::Kind(..) if criterion.name == ASSOCIATION.name => list(named::<AuthorAssociationTerm>()),
        Looks::Kind(..) if criterion.name == CLOSED_REASON.name => list(named::<ClosedReasonTerm>()),
        Looks::Kind(..) if criterion.name == CHECKS.name => list(named::<ChecksTerm>()),
        Looks::Kind(values, _) => list(one_of(terms(values))),
        Looks::Number(_) => list(named::<NumberTerm>()),
        Looks::Repository => list(named::<RepositoryTerm>()),
        _ if criterion.has_many() => list(named::<NamesTerm>()),
        Looks::Names(_) | Looks::People(_) | Looks::Labels | Looks::Milestone | Looks::Title => list(named::<Term>()),
    }
}

/// The filters of a view: each by name, what may be repeated as a text or a list.
fn view_filter() -> RefOr<Schema> {
    let filter = ALL.iter().fold(ObjectBuilder::new(), |filter, criterion| match values_of(criterion) {
        RefOr::T(Schema::Array(mut several)) => {
            several.max_items = Some(MOST_VALUES);
            let one = match &several.items {
                ArrayItems::RefOrSchema(one) => (**one).clone(),
                ArrayItems::False => named::<Term>(),
            };
            // What it means is said where it is a parameter.
            let either = OneOfBuilder::new().item(one).item(RefOr::T(Schema::Array(several)));
            filter.property(criterion.name, either)
        }
        one => filter.property(criterion.name, one),
    });
    RefOr::T(Schema::Object(filter.additional_properties(Some(AdditionalProperties::FreeForm(false))).build()))
}

fn kinds(criterion: &Criterion) -> &'static [&'static str] {
    match criterion.looks {
        Looks::Kind(values, _) => values,
        _ => &[],
    }
}

/// The words, and each with `-` in front, which excludes it.
fn terms(values: &[&str]) -> Vec<String> {
    let excluded = values.iter().map(|value| format!("-{value}"));
    values.iter().map(|value| (*value).to_owned()).chain(excluded).collect()
}

/// A file: described where it stands, because generators look for it there.
pub struct File;

impl PartialSchema for File {
    fn schema() -> RefOr<Schema> {
        let binary = Some(SchemaFormat::KnownFormat(KnownFormat::Binary));
        RefOr::T(Schema::Object(ObjectBuilder::new().schema_type(Type::String).format(binary).build()))
    }
}

impl ToSchema for File {}

/// Schemas with a name, each a Rust type that only the description uses: `#[schema(value_type = Order)]`.
macro_rules! named_schemas {
    ($($name:ident, $about:literal, $schema:expr;)*) => {
        $(
            #[doc = $about]
            pub struct $name;

            impl PartialSchema for $name {
                fn schema() -> RefOr<Schema> {
                    described($schema, $about)
                }
            }

            impl ToSchema for $name {
                fn name() -> Cow<'static, str> {
                    stringify!($name).into()
                }
            }
        )*

        /// All of them, by name.
        pub fn all() -> Vec<(String, RefOr<Schema>)> {
            vec![$((stringify!($name).to_owned(), $name::schema())),*]
        }
    };
}

fn described(schema: RefOr<Schema>, about: &str) -> RefOr<Schema> {
    match schema {
        RefOr::T(Schema::Object(mut object)) => {
            object.description = Some(about.to_owned());
            RefOr::T(Schema::Object(object))
        }
        RefOr::T(Schema::Array(mut array)) => {
            array.description = Some(about.to_owned());
            RefOr::T(Schema::Array(array))
        }
        other => other,
    }
}

named_schemas! {
    ItemType, "What an item is.", one_of(kinds(&TYPE).iter().copied());
    ItemTypeTerm, "A type of items; `-` in front excludes it.", one_of(terms(kinds(&TYPE)));
    ItemState, "The state of an item.", one_of(kinds(&STATE).iter().copied());
    ItemStateTerm, "A state of items; `-` in front excludes it. `all`: each of them.",
        one_of(terms(kinds(&STATE)).into_iter().chain([criteria::EVERY.to_owned()]));
    WaitsFor, "Whose turn it is.", one_of(kinds(&WAITS_FOR).iter().copied());
    WaitsForTerm, "Whose turn it is; `-` in front excludes it.", one_of(terms(kinds(&WAITS_FOR)));
    Order, "What comes first.", one_of(Orders::NAMES);
    Step, "The length of a step. Weeks are from Monday to Sunday, months those of the calendar.", one_of(Steps::NAMES);
    MarkOutcome, "What became of an item: `done`, `already` (there was nothing to do), or `unknown` (the token sees no such item).",
        one_of(["done", "already", "unknown"]);
    UndoOutcome, "`undone`: its marks are as they were before; `changed`: somebody has marked it since, so it stays as it is.",
        one_of(["undone", "changed"]);
    FullRepositoryName, "A repository's owner and name.", text(FULL_NAME);
    Facet, "What items are counted by.", one_of(Facets::NAMES);
    GroupKind, "`value`; `none`: the items without one; `others`: the items of values without groups of their own.",
        one_of(GroupKinds::ALL.map(GroupKinds::name));
    EventSubject, "What an event is about.", one_of(["item", "repository", "label", "milestone"]);
    EventSource, "`webhook`, `backfill` (fetched, because it was there before) or `sweep` (no delivery told of it).",
        one_of(["webhook", "backfill", "sweep"]);
    Scope, "What a token allows. `admin` includes the others.", one_of(Scopes::ALL.map(Scopes::name));
    AccessScope, "What a token that is sent in a header allows.",
        one_of(Scopes::ALL.into_iter().filter(|scope| *scope != Scopes::Embed).map(Scopes::name));
    AccessScopes, "What a token that is sent in a header allows; `private` only beside others.", access_scopes();
    EmbedScope, "What a token allows that may stand in a URL.", one_of([Scopes::Embed.name()]);
    Visibility, "Whether GitHub shows a repository to everybody.", one_of(["public", "private"]);
    Audience, "For whom a file is: `public` leaves out what is in private repositories.", one_of(["public", "all"]);
    BackfillStage, "Whether everything was fetched that existed before the first delivery: `none` (the service only receives \
               deliveries), `running`, `open` (all open items are here, history is on its way) or `complete`.",
        one_of(BackfillState::ALL.map(BackfillState::name));
    ScrubState, "`open`, `closed`, or `imported` from a spreadsheet.", one_of(["open", "closed", "imported"]);
    RowStatus, "`current`, `read` (in this scrub), `skipped`, `read elsewhere` (in this round, but outside of this scrub), `closed`, \
                `deleted`, `gone` (to where it may not be seen) or `waiting`.",
        one_of(["current", "read", "skipped", "read elsewhere", "closed", "deleted", "gone", "waiting"]);
    ViewOrigin, "`builtin`, `file` (declared where the service is installed) or `stored`.",
        one_of(["builtin", "file", "stored"]);
    ViewFilter, "The queue's filters by name, as its parameters are. `180d` keeps meaning 180 days ago, whenever the view is used.", view_filter();
    DateOrDaysAgo, "A date of the years 1 to 9998, a number of days ago, or a time, which means its date in the account's time \
                    zone: of ISO 8601 with or without its zone, or in milliseconds since 1970.", text(dates::DATES_PATTERN);
    Term, "A text that is looked for; `-` in front excludes it. A text that itself begins with `-` or `\"` stands in \
           quotes, in which each `\"` is doubled.", text(values::TERM_PATTERN);
    NamesTerm, "A name that is looked for, as with other texts; or `none`; or `all:` and names with commas between them, all of \
                which are looked for.", text(values::NAMES_PATTERN);
    RepositoryTerm, "`owner/name` or `name`; `-` in front excludes it.", text(values::REPOSITORY_PATTERN);
    BotReason, "Why somebody counts as a bot.", one_of(BotReasons::NAMES);
    NumberTerm, "A number, or a range of numbers: `5..` (at least), `..9` (at most), `5..9`; `-` in front excludes it.",
        text(RANGE_PATTERN);
    Review, "How the review of an open pull request stands.", one_of(kinds(&REVIEW).iter().copied());
    Checks, "How the checks of a pull request's last commit stand.", one_of(HeadChecks::NAMES);
    ChecksTerm, "How checks stand; `none`: there are none, or GitHub shows none; `-` in front excludes it.",
        one_of(terms(&[kinds(&CHECKS), &["none"]].concat()));
    ReviewTerm, "How the review stands; `-` in front excludes it.", one_of(terms(kinds(&REVIEW)));
    AuthorAssociationTerm, "How the author stands to the repository; `-` in front excludes it.",
        one_of(terms(kinds(&ASSOCIATION)));
    AuthorAssociation, "How the author stands to the repository, as GitHub says.", one_of(kinds(&ASSOCIATION).iter().copied());
    ClosedReasonTerm, "Why items are closed; `none`: GitHub says nothing of it; `-` in front excludes it.",
        one_of(terms(&[kinds(&CLOSED_REASON), &["none"]].concat()));
    MilestoneChoice, "Which milestones: `open` are those that are not closed.",
        one_of(MilestoneChoices::ALL.map(MilestoneChoices::name));
    TextSource, "Where a text comes from.", one_of(["github", "deliveries"]);
    TextKind, "What something written is: the item's own text, a comment, a reply to one, a review, or a comment in one.",
        one_of(["body", "comment", "reply", "review", "review_comment"]);
    Verdict, "What a review decides.", one_of(["commented", "approved", "changes_requested", "dismissed"]);
    SheetRows, "Rows of a tab: `0051:12`, `0051:2-40,44`; of CSV without the tab.",
        text(WITHOUT_PATTERN);
    ScheduledDate, "A date that the schedule has, in the zone where the meeting is held.", date();
    ViewName, "The name of a view.", text(VIEW_NAME);
    PersonName, "A name or login of 1 to 100 characters on one line. An `@` in front does not count.", text(PERSON);
}
