//! Who does something, and under which id: every write of a scrub begins with it.

use super::{Refusal, Service, Viewer};
use crate::scrub::input::person_name;
use crate::store::scrubs::act::Request;

/// Who does something, as a request says it.
#[derive(Clone, Debug)]
pub struct Authorship {
    /// The request's id. A request that comes again under the same id does nothing again.
    pub request: String,
    /// Who does it; the viewer unless given.
    pub by: Option<String>,
}

impl Service {
    /// What the store is told.
    ///
    /// # Errors
    /// [`Refusal::BadParameter`] for a name that cannot be one.
    pub(super) fn request(&self, viewer: &Viewer, authorship: Authorship) -> Result<Request, Refusal> {
        let Authorship { request, by } = authorship;
        let by = match by {
            Some(by) => person("by", &by)?,
            None => viewer.name().to_owned(),
        };
        Ok(Request { id: request, by, at: self.now() })
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
