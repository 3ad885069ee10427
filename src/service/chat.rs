//! Telling a chat that a scrub begins, and its minutes: once each, tried again for a day where the chat has certainly not
//! got it, and never again where nobody knows.

pub mod state;

use chrono::{DateTime, TimeDelta, Utc};

use self::state::Chat;
use super::{Refusal, Service, Viewer};
use crate::chat::SendOutcome;
use crate::scrub::ScrubState;
use crate::scrub::message::{self, Message};
use crate::store::chat::{self, ChatKind, MessageEnd, TakenMessage};

/// How long minutes are tried again, and that a scrub begins.
const MINUTES_FOR: TimeDelta = TimeDelta::days(1);
const BEGINS_FOR: TimeDelta = TimeDelta::hours(1);
/// The wait after the first failure, which doubles up to the longest.
const FIRST_WAIT: TimeDelta = TimeDelta::seconds(10);
const LONGEST_WAIT: TimeDelta = TimeDelta::minutes(30);

impl Service {
    /// Finds what is to be told, and sends one message that is due. Answers whether there was one. Without a chat
    /// nothing is done.
    ///
    /// # Errors
    /// [`Refusal::Store`]: then the message is sent later, if it was not sent yet.
    pub async fn tell_chat(&self) -> Result<bool, Refusal> {
        let Some(told) = &self.0.chat else { return Ok(false) };
        let (pool, now) = (&self.0.pool, self.now());
        let digest = told.client.address().digest();
        let since = *told.since.get_or_try_init(|| chat::since(pool, &digest, now)).await?;
        chat::notice(pool, since, now).await?;
        let lost = chat::lose(pool, now).await?;
        if lost > 0 {
            tracing::warn!(lost, "nobody knows whether the chat got these messages; they are not sent again");
            told.metrics.chat_messages("unknown", lost);
        }
        let Some(taken) = chat::take(pool, now).await? else { return Ok(false) };
        let end = match self.composed(told, &taken).await {
            Ok(Some(message)) if chat::sending(pool, &taken, self.now()).await? => {
                let delivered = told.client.send(&message, self.now()).await;
                outcome(delivered, &taken, self.now())
            }
            // Somebody else has it.
            Ok(Some(_)) => return Ok(true),
            Ok(None) => MessageEnd::LeftOut,
            Err(refusal) => {
                let error = &refusal as &dyn std::error::Error;
                tracing::warn!(error, "a message to the chat could not be made");
                let why = "the message could not be made".to_owned();
                outcome(SendOutcome::No { why, wait: None }, &taken, self.now())
            }
        };
        chat::end(pool, &taken, &end, self.now()).await?;
        let (account, scrub, kind, chat) = (taken.account_id, taken.scrub, taken.kind.name(), told.client.address());
        told.metrics.chat_messages(end.name(), 1);
        match &end {
            MessageEnd::Sent => tracing::info!(account, scrub, kind, ?chat, "told the chat"),
            MessageEnd::LeftOut => tracing::info!(account, scrub, kind, "there is nothing that the chat may be told"),
            MessageEnd::Due { at, error } => {
                tracing::warn!(account, scrub, kind, ?chat, error, again_at = %at, "the chat could not be told; trying again");
            }
            MessageEnd::GivenUp { error } => {
                tracing::error!(
                    account,
                    scrub,
                    kind,
                    ?chat,
                    error,
                    "the chat could not be told, and is not tried any more"
                );
            }
            MessageEnd::Unknown { error } => {
                tracing::warn!(
                    account,
                    scrub,
                    kind,
                    ?chat,
                    error,
                    "nobody knows whether the chat was told; it is not again"
                );
            }
        }
        Ok(true)
    }

    /// The message; `None` if there is nothing to tell (any more).
    async fn composed(&self, told: &Chat, taken: &TakenMessage) -> Result<Option<Message>, Refusal> {
        let viewer = if told.private { Viewer::service() } else { Viewer::service().publicly() };
        let (named, number) = (taken.account_id.to_string(), taken.scrub);
        let account = match self.account(&viewer, Some(&named)).await {
            Ok(account) => account,
            Err(Refusal::UnknownAccount | Refusal::NoAccount) => return Ok(None),
            Err(refusal) => return Err(refusal),
        };
        let scrub = match self.scrub(&viewer, taken.account_id, number).await {
            Ok(scrub) => scrub,
            Err(Refusal::UnknownScrub) => return Ok(None),
            Err(refusal) => return Err(refusal),
        };
        // Nobody who may read this sees a row of it.
        if scrub.rows == 0 {
            return Ok(None);
        }
        // There people come to it, and find its minutes once it is closed.
        let page = told.link(&format!("/scrubs/{number}?account={named}"));
        match taken.kind {
            ChatKind::Begins if scrub.state() != ScrubState::Open => Ok(None),
            ChatKind::Begins => {
                let talks = self.talks_of(taken.account_id, &scrub).await?;
                Ok(Some(message::begins(&account.login, &scrub, &talks, page)))
            }
            ChatKind::Minutes => {
                let minutes = self.show_minutes(&viewer, Some(&named), number).await?;
                Ok(Some(minutes.message(&account.login, page)))
            }
        }
    }
}

/// What becomes of a message that was sent.
fn outcome(delivered: SendOutcome, taken: &TakenMessage, now: DateTime<Utc>) -> MessageEnd {
    let (why, asked) = match delivered {
        SendOutcome::Yes => return MessageEnd::Sent,
        SendOutcome::Unknown { why } => return MessageEnd::Unknown { error: why },
        SendOutcome::No { why, wait } => (why, wait.and_then(|wait| TimeDelta::from_std(wait).ok())),
    };
    let doubled = FIRST_WAIT * 2_i32.pow(u32::try_from(taken.tries.clamp(0, 10)).unwrap_or_default());
    let at = now + asked.unwrap_or_else(|| doubled.min(LONGEST_WAIT));
    let last = match taken.kind {
        ChatKind::Begins => taken.made_at + BEGINS_FOR,
        ChatKind::Minutes => taken.made_at + MINUTES_FOR,
    };
    if at > last { MessageEnd::GivenUp { error: why } } else { MessageEnd::Due { at, error: why } }
}
