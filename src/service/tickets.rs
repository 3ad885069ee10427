//! Tickets: what opens a stream in the place of a token or a session.
//!
//! A browser sends no header when it follows a stream, and a token does not belong into a URL. So a page asks for a
//! ticket with its token, and puts that into the URL. A ticket opens streams of one account for a minute, and nothing
//! else. It is of no more use than its token: it ends with it, and shows what it shows. It is not bound to filters,
//! because these are no permission: whoever may follow an account may follow all that they see of it. The store holds
//! its SHA-256, so it is good for every replica, and over restarts.

use chrono::{DateTime, Utc};

use super::tokens::hash;
use super::viewer::BOOTSTRAP;
use super::{Refusal, Service, Viewer, Who};
use crate::people::Session;
use crate::store::tickets::{self, Holder};
use crate::store::{sessions, tokens};

/// What tickets begin with; the account's id follows.
const PREFIX: &str = "bugscrub_ticket_";

/// A ticket that was made: the only place that holds it.
pub struct Ticket {
    pub ticket: String,
    pub expires_at: DateTime<Utc>,
}

impl Service {
    /// Makes a ticket for streams of an account.
    ///
    /// # Errors
    /// [`Refusal::MissingScope`], or as [`Service::account`].
    pub async fn create_ticket(&self, viewer: &Viewer, account: Option<&str>) -> Result<Ticket, Refusal> {
        viewer.require_embed()?;
        let account_id = self.account(viewer, account).await?.account_id;
        let of_session;
        let holder = match viewer.who() {
            Who::Person { session_id, .. } => {
                let hash = sessions::hash(&self.0.pool, *session_id).await?;
                of_session = hash.ok_or(Refusal::UnknownSession)?;
                Holder::Hash(&of_session)
            }
            Who::Token { id, .. } if *id != BOOTSTRAP => Holder::Stored(*id),
            Who::Nobody { .. } => return Err(Refusal::NoToken),
            Who::Token { .. } | Who::Service => {
                Holder::Hash(self.0.admin_token_hash.as_deref().ok_or(Refusal::UnknownToken)?)
            }
        };
        let ticket = format!("{PREFIX}{account_id}_{}", hex::encode(rand::random::<[u8; 32]>()));
        let made = tickets::create(&self.0.pool, account_id, &hash(&ticket), holder).await?;
        let expires_at = made.ok_or(Refusal::UnknownToken)?;
        Ok(Ticket { ticket, expires_at })
    }

    /// The viewer that a ticket makes of its sender: the holder of its token, who sees its account alone.
    ///
    /// # Errors
    /// [`Refusal::UnknownTicket`]
    pub async fn admit(&self, ticket: &str) -> Result<Viewer, Refusal> {
        let account_id = ticket.strip_prefix(PREFIX).and_then(|rest| rest.split_once('_')?.0.parse().ok());
        let account_id: i64 = account_id.ok_or(Refusal::UnknownTicket)?;
        let holder = tickets::holder(&self.0.pool, account_id, &hash(ticket)).await?;
        let holder = holder.ok_or(Refusal::UnknownTicket)?;
        let viewer = if self.0.admin_token_hash.as_ref() == Some(&holder) {
            Viewer::bootstrap()
        } else {
            match tokens::find(&self.0.pool, &holder).await? {
                Some(token) => self.holder(token).await?,
                None => {
                    let session = sessions::find(&self.0.pool, &holder).await?.and_then(Session::of);
                    self.person(&session.ok_or(Refusal::UnknownTicket)?).await?
                }
            }
        };
        match viewer.is_kept_from(account_id) {
            false => Ok(viewer.bound_to(account_id)),
            true => Err(Refusal::UnknownTicket),
        }
    }
}
