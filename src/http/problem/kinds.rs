//! The kinds of problems that have a name: each once, with its `type`, its status, and what it means.
//!
//! A problem is made from its kind, and [`pages`](super::pages) shows the same text where its `type` leads.

use axum::http::StatusCode;

/// A kind of problem.
#[derive(Debug)]
pub struct Kind {
    pub name: &'static str,
    /// The `type`: a path of this service.
    pub address: &'static str,
    pub status: StatusCode,
    pub title: &'static str,
    /// What it means, and what to do.
    pub about: &'static str,
}

macro_rules! kinds {
    ($($id:ident = $name:literal, $status:ident, $title:literal, $about:literal;)*) => {
        $(pub static $id: Kind = Kind {
            name: $name,
            address: concat!("/problems/", $name),
            status: StatusCode::$status,
            title: $title,
            about: $about,
        };)*

        /// All that there are.
        pub static ALL: &[&Kind] = &[$(&$id),*];
    };
}

kinds! {
    BAD_PARAMETER = "bad-parameter", BAD_REQUEST, "Bad parameter",
        "A parameter, a header or a field of the body cannot be taken. `parameter` names it, `detail` says why, and \
         `allowed` lists what it may be, if that is a list. The same request will be refused again.";
    PARAMETER_FORBIDDEN = "parameter-forbidden", FORBIDDEN, "Parameter not allowed",
        "The token may not use this parameter; `parameter` names it, `detail` says why. A token that stands in a URL \
         (scope `embed`) cannot ask what notes say. Leave the parameter out, or use a token with the scope `read`.";
    OTHER_ORIGIN = "other-origin", FORBIDDEN, "Page of another site",
        "A page of another site asked for this with your session. Only pages of this service write with it: the request \
         must have `Sec-Fetch-Site: same-origin`, or an `Origin` that is this service's own. Programs send a token instead.";
    SIGN_IN_OFF = "sign-in-off", FORBIDDEN, "No sign-in",
        "People cannot sign in with GitHub here, because the service was not told by which App, or has no key for \
         sessions. A token can be used instead.";
    SIGN_IN_FAILED = "sign-in-failed", BAD_REQUEST, "Not signed in",
        "The answer from GitHub did not sign anybody in; `detail` says why. Begin again at `/auth/sign-in`, in the same \
         browser.";
    UNKNOWN_ACCOUNT = "unknown-account", NOT_FOUND, "Unknown account",
        "There is no such account, or the token may not see it. `GET /api/v1/accounts` lists those that it may see.";
    LOGIN_REUSED = "login-reused", CONFLICT, "Login of several accounts",
        "Several accounts have had this login. Name the one that you mean by its id; `allowed` lists them.";
    UNKNOWN_VIEW = "unknown-view", NOT_FOUND, "Unknown view",
        "The account has no view of this name. `GET /api/v1/views` lists those that there are. What a file declares, or \
         is built in, can be shown but not deleted.";
    UNKNOWN_COLLECTION = "unknown-collection", NOT_FOUND, "Unknown collection",
        "There is no collection of views of this name. `GET /api/v1/collections` lists those that there are.";
    VIEW_DECLARED = "view-declared", CONFLICT, "View declared in a file",
        "The view is declared in a file where the service is installed, so it is changed there.";
    VIEW_BUILT_IN = "view-built-in", FORBIDDEN, "Built-in view",
        "Only a token with the scope `admin` replaces a view that is built in. Store yours under another name.";
    TOO_MANY_VIEWS = "too-many-views", CONFLICT, "Too many views",
        "The account has as many stored views as it can have. Delete one first.";
    UNKNOWN_ITEM = "unknown-item", NOT_FOUND, "Unknown item",
        "There is no such item, or the token may not see it: items of private repositories take the scope `private`.";
    ITEM_DELETED = "item-deleted", GONE, "Item deleted",
        "The item was deleted on GitHub. It will not come back.";
    TEXT_NOT_SHOWN = "text-not-shown", NOT_FOUND, "Text not shown by GitHub",
        "The item is known here, but GitHub does not show its text: it is gone there and the delivery that tells so has \
         not come, or the App may not read it.";
    UNKNOWN_MARKS = "unknown-marks", NOT_FOUND, "Unknown marks",
        "`POST /api/v1/marks` answered no such id, or the token may see none of the items that were marked then.";
    DATE_OVER = "date-over", GONE, "The cursor's date has passed",
        "A cursor counts days to the date of its first page, and that date is over for more than an hour. Begin again \
         without a cursor.";
    UNKNOWN_SCRUB = "unknown-scrub", NOT_FOUND, "Unknown scrub",
        "The account has had no scrub of this number. `GET /api/v1/scrubs` lists those that it had.";
    SCRUB_OPEN = "scrub-open", CONFLICT, "A scrub is open",
        "Another scrub over this view is open; `allowed` has its number. Join it, or close it first.";
    SCRUB_CLOSED = "scrub-closed", CONFLICT, "The scrub is closed",
        "Nothing more is read in a scrub that is closed, and nobody is in its room. `current` shows it. Open the next one.";
    CURSOR_MOVED = "cursor-moved", CONFLICT, "The cursor is elsewhere",
        "Somebody has already moved it, or `place` (of a step) or `from` (of a move) is not the place that is being read now. \
         Nothing was done; `current` shows the scrub as it stands.";
    UNKNOWN_ROW = "unknown-row", NOT_FOUND, "Unknown row",
        "The scrub's deck has no row at this place, or the token may not see it. `GET /api/v1/scrubs/{number}/deck` lists \
         its rows.";
    HOST_PRESENT = "host-present", CONFLICT, "The host is there",
        "Only the host hands a scrub over, unless the host has been away for a minute. Nothing was done; `current` shows the \
         scrub as it stands.";
    HOST_CHANGED = "host-changed", CONFLICT, "Another host leads",
        "`from` is not who leads the scrub now. Nothing was done; `current` shows the scrub as it stands.";
    GREETER_CHANGED = "greeter-changed", CONFLICT, "Somebody else greets",
        "`from` is not who greets now. Nothing was done; `current` shows the room as it is now.";
    TOO_MANY_GUESTS = "too-many-guests", CONFLICT, "Too many guests",
        "The scrub has as many guests as it can have. Read along without a name, or sign in.";
    TIMER_CHANGED = "timer-changed", CONFLICT, "The timer was set",
        "Somebody has set the timer since `version`. Nothing was done; `current` shows the room as it is now.";
    CLAIMED = "claimed", CONFLICT, "The row is taken",
        "Somebody else took this row, or one of these rows, to read by themselves. Nothing was done; `current` shows how things \
         stand. A row comes free when it is read or given back, and ten minutes after who took it has left.";
    NOTHING_TO_READ = "nothing-to-read", CONFLICT, "Nothing to read",
        "The view has no item to read, so there is no deck to deal.";
    NO_SCHEDULE = "no-schedule", NOT_FOUND, "No schedule",
        "The service was not told when the group meets, so it has no calendar.";
    UNKNOWN_MEETING = "unknown-meeting", NOT_FOUND, "No meeting on this date",
        "The schedule has no meeting on this date, or it is too far away; `allowed` has the next ones that there are.";
    UNKNOWN_TALK = "unknown-talk", NOT_FOUND, "Unknown talk",
        "The meeting has no talk of this number. `GET /api/v1/schedule` lists those that it has.";
    TOO_MANY_TALKS = "too-many-talks", CONFLICT, "Too many talks",
        "The meeting has as many talks as it can have. Take one off first.";
    NOTE_CHANGED = "note-changed", PRECONDITION_FAILED, "Note changed",
        "Somebody has changed the note since it was read, or there is one although `If-None-Match: *` asked for none. \
         `current` has what it says now, for a token with the scope `read`. Read it, and send the ETag of `GET .../note` as `If-Match`.";
    BAD_SHEET = "bad-sheet", UNPROCESSABLE_ENTITY, "The file cannot be read",
        "The file is not a spreadsheet that can be imported, or it is too large; `detail` says why. Nothing was changed. \
         XLSX, ODS and CSV can be imported.";
    OTHER_SHEET = "other-sheet", UNPROCESSABLE_ENTITY, "Another file",
        "The file is not the one that `file` names, of which rows were chosen; it may have been edited since. Nothing was \
         changed. Try the file again with `dry_run`, and choose among its rows.";
    KEY_REUSED = "key-reused", UNPROCESSABLE_ENTITY, "Idempotency-Key reused",
        "This `Idempotency-Key` came with another request before. Nothing was done. Choose a new key for each request, \
         and send the same request under the same key only to repeat it.";
    POSITION_NOT_REACHED = "position-not-reached", GATEWAY_TIMEOUT, "Position not reached",
        "The account's log did not reach `min_position` in 5 seconds. Try again, or ask without it.";
}

/// The kind of a name.
pub fn named(name: &str) -> Option<&'static Kind> {
    ALL.iter().copied().find(|kind| kind.name == name)
}
