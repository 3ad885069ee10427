//! Who does something, and how it is known if it is asked for again: every write of a scrub begins with
//! it.

use uuid::Uuid;

use super::{Refusal, Service, Viewer};
use crate::scrub::input::person_name;
use crate::store::scrubs::act::{RepeatableRequest, Request};

/// Who does something, as a request says it.
#[derive(Clone, Debug)]
pub struct Authorship {
    /// By which key it is known if it comes again, and a hash of all that it says.
    pub repeatable: Option<(String, Vec<u8>)>,
    /// Who does it; the viewer unless given.
    pub by: Option<String>,
}

impl Service {
    /// What the store is told.
    ///
    /// # Errors
    /// [`Refusal::BadParameter`] for a name that cannot be one.
    pub(super) fn request(&self, viewer: &Viewer, authorship: Authorship) -> Result<Request, Refusal> {
        let Authorship { repeatable, by } = authorship;
        let repeatable = repeatable.zip(viewer.caller());
        let repeatable = repeatable.map(|((key, content), token_id)| RepeatableRequest { token_id, key, content });
        let by = match by {
            Some(by) => person("by", &by)?,
            None => viewer.name().to_owned(),
        };
        let person = viewer.person();
        if person.as_ref().is_some_and(|person| !person.login.eq_ignore_ascii_case(&by)) {
            return Err(Refusal::bad_parameter("by", "You are signed in, and act as yourself: leave it out."));
        }
        let github_id = person.map(|person| person.github_id);
        Ok(Request { id: Uuid::new_v4(), by, github_id, at: self.now(), repeatable })
    }
}

/// A person's name or login, without the `@` that people put in front.
///
/// # Errors
/// [`Refusal::BadParameter`] naming the field.
pub(super) fn person(field: &'static str, name: &str) -> Result<String, Refusal> {
    let refused = || Refusal::bad_parameter(field, "A name or login of 1 to 100 characters, on one line.");
    person_name(name).ok_or_else(refused)
}
