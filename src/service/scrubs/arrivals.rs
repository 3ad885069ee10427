//! Whoever comes to a scrub: who greets them, and guests who leave a name without an account.

use super::room::{RoomOutcome, check_client};
use crate::activity::Sight;
use crate::scrub::input::{one_line, person_name};
use crate::scrub::room::{Room, guest_name};
use crate::scrub::{Scrub, ScrubState};
use crate::service::authorship::{Authorship, person};
use crate::service::{Refusal, Scope, Service, Viewer};
use crate::store::StoreError;
use crate::store::scrubs::act::{self, Changed};
use crate::store::scrubs::arrivals::{self, GreeterOutcome, GuestOutcome};

impl Service {
    /// Those of a scrub's attendees who were at no scrub before.
    pub(super) async fn first_timers(&self, account_id: i64, scrub: &Scrub) -> Result<Vec<String>, Refusal> {
        let mut connection = self.0.pool.acquire().await.map_err(StoreError::from)?;
        let first = arrivals::first_timers(&mut connection, account_id, scrub.scrub, &scrub.attendees).await?;
        let is_first = |name: &&String| first.contains(&name.to_lowercase());
        Ok(scrub.attendees.iter().filter(is_first).cloned().collect())
    }

    /// Says who greets those who come to a scrub, in place of whoever the viewer sees doing so.
    ///
    /// # Errors
    /// [`Refusal::BadParameter`], or as [`Service::show_scrub`].
    pub async fn set_greeter(
        &self,
        viewer: &Viewer,
        account: Option<&str>,
        number: i64,
        (from, to): (Option<String>, Option<String>),
    ) -> Result<RoomOutcome, Refusal> {
        viewer.require(Scope::Scrub)?;
        let to = to.map(|login| person("login", &one_line(&login))).transpose()?;
        let account_id = self.account_for(viewer, Scope::Scrub, account).await?.account_id;
        let change = (from.as_deref(), to.as_deref());
        let outcome: fn(Room) -> RoomOutcome =
            match arrivals::set_greeter(&self.0.pool, account_id, number, change).await? {
                GreeterOutcome::Done => RoomOutcome::Done,
                GreeterOutcome::Changed => RoomOutcome::Changed,
                GreeterOutcome::Closed => RoomOutcome::Closed,
                GreeterOutcome::Unknown => return Err(Refusal::UnknownScrub),
            };
        self.tell_of(account_id);
        Ok(outcome(self.room(viewer, account_id, number).await?))
    }

    /// Puts somebody without an account down as present at a scrub that is public, under the name that they leave in a
    /// tab. Answers what they are called, and the account's position.
    ///
    /// # Errors
    /// [`Refusal::BadParameter`], [`Refusal::TooManyGuests`], [`Refusal::ScrubEnded`], or as [`Service::show_scrub`].
    pub async fn add_guest(
        &self,
        viewer: &Viewer,
        account: Option<&str>,
        number: i64,
        (name, client): (&str, &str),
    ) -> Result<(String, i64), Refusal> {
        viewer.require(Scope::Read)?;
        check_client(client)?;
        let bare = person_name(&one_line(name)).and_then(|name| guest_name(&name));
        let name = bare.ok_or_else(|| Refusal::bad_parameter("name", "A name of 1 to 80 characters, on one line."))?;
        let account_id = self.account(viewer, account).await?.account_id;
        let scrub = self.scrub(viewer, account_id, number).await?;
        // Of which nobody sees a row without a token, nobody knows that it is there.
        if scrub.rows == 0 || viewer.sight() != Sight::Public {
            return Err(Refusal::UnknownScrub);
        }
        if scrub.state() != ScrubState::Open {
            return Err(Refusal::ScrubEnded);
        }
        let name = match arrivals::add_guest(&self.0.pool, account_id, number, (client, &name)).await? {
            GuestOutcome::Here(name) => name,
            GuestOutcome::Full => return Err(Refusal::TooManyGuests),
            GuestOutcome::Closed => return Err(Refusal::ScrubEnded),
            GuestOutcome::Unknown => return Err(Refusal::UnknownScrub),
        };
        let request = self.request(viewer, Authorship { repeatable: None, by: Some(name.clone()) })?;
        let position = match act::attend(&self.0.pool, account_id, number, &name, true, &request).await? {
            Changed::Done(position) => position,
            Changed::Unknown => return Err(Refusal::UnknownScrub),
        };
        self.tell_of(account_id);
        Ok((name, position))
    }
}
