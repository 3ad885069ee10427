//! Who does something, and under which id: what every write of a scrub begins with.

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use tower_http::request_id::RequestId;
use uuid::Uuid;

use super::AppState;
use super::auth::Viewer;
use super::problem::Problem;
use crate::scrub::input::person_name;
use crate::store::scrubs::act::Request;

/// Characters of a request's id that are taken as they are.
const LONGEST_ID: usize = 200;

/// The request's id, `X-Request-Id`: one that is sent again does nothing again.
pub struct Acting(String);

impl<S: Send + Sync> FromRequestParts<S> for Acting {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        let given = parts.extensions.get::<RequestId>().and_then(|id| id.header_value().to_str().ok());
        let usable = given.filter(|id| (1..=LONGEST_ID).contains(&id.len()));
        Ok(Self(usable.map_or_else(|| Uuid::new_v4().to_string(), str::to_owned)))
    }
}

impl Acting {
    /// What the store is told: `by` is who the request says acts, else the token's name.
    ///
    /// # Errors
    /// 400 for a name that cannot be one.
    pub fn request(self, state: &AppState, caller: &Viewer, by: Option<&str>) -> Result<Request, Problem> {
        let by = match by {
            Some(by) => person("by", by)?,
            None => caller.name().to_owned(),
        };
        Ok(Request { id: self.0, by, at: (state.clock)() })
    }
}

/// A person's name or login, without the `@` that people put in front.
///
/// # Errors
/// 400 naming the field.
pub fn person(field: &str, name: &str) -> Result<String, Problem> {
    let refused = || Problem::bad_parameter(field).detail("A name or login of 1 to 100 characters, on one line.");
    person_name(name).ok_or_else(refused)
}
