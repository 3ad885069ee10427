//! The id under which a write is done, and who does it: every write of a scrub begins with these.

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use tower_http::request_id::RequestId;
use uuid::Uuid;

use super::problem::Problem;
use crate::service::authorship::Authorship;

/// Characters of a request's id that are taken as they are.
const LONGEST: usize = 200;

/// The request's id, `X-Request-Id`. If a request comes again under the same id, it does nothing the second time.
pub struct WriteId(String);

impl<S: Send + Sync> FromRequestParts<S> for WriteId {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        let given = parts.extensions.get::<RequestId>().and_then(|id| id.header_value().to_str().ok());
        let usable = given.filter(|id| (1..=LONGEST).contains(&id.len()));
        Ok(Self(usable.map_or_else(|| Uuid::new_v4().to_string(), str::to_owned)))
    }
}

impl WriteId {
    /// With the person whom the request names as its author.
    pub fn by(self, by: Option<&str>) -> Authorship {
        Authorship { request: self.0, by: by.map(str::to_owned) }
    }
}
