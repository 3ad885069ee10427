//! A delivery: its headers, and the check of its signature.

use uuid::Uuid;

use super::signature::Secrets;

/// The headers of a delivery that we read, as they came.
#[derive(Clone, Copy, Debug, Default)]
pub struct Headers<'a> {
    /// `Content-Type`
    pub content_type: Option<&'a str>,
    /// `Content-Encoding`
    pub content_encoding: Option<&'a str>,
    /// `X-GitHub-Event`
    pub event: Option<&'a str>,
    /// `X-GitHub-Delivery`
    pub delivery: Option<&'a str>,
    /// `X-Hub-Signature-256`
    pub signature: Option<&'a str>,
}

/// Headers that passed [`check_headers`]. The signature is still unchecked.
#[derive(Clone, Copy, Debug)]
pub struct CheckedHeaders<'a> {
    guid: Uuid,
    event: &'a str,
    signature: Option<&'a str>,
}

/// A delivery whose signature was checked over its raw bytes.
#[derive(Clone, Debug)]
pub struct VerifiedDelivery<'a> {
    guid: Uuid,
    event: &'a str,
    body: &'a [u8],
}

impl<'a> VerifiedDelivery<'a> {
    /// A delivery from the store. Its signature was checked before it was stored.
    pub fn stored(guid: Uuid, event: &'a str, body: &'a [u8]) -> Self {
        Self { guid, event, body }
    }

    /// GitHub's GUID of the delivery; a redelivery keeps it.
    pub fn guid(&self) -> Uuid {
        self.guid
    }

    /// The event's name, such as `issues`.
    pub fn event(&self) -> &'a str {
        self.event
    }

    pub fn body(&self) -> &'a [u8] {
        self.body
    }
}

/// Why a request is not a delivery.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadDelivery {
    #[error("the content type must be application/json")]
    NotJson,
    #[error(
        "it is sent as a form. Set the content type of the webhook to application/json, in the App's settings on \
         GitHub under \"Webhook\""
    )]
    Form,
    /// GitHub signs and sends plain bytes, so these are not what it signed.
    #[error(
        "its body is encoded, and GitHub encodes none. Let the proxy in between pass on deliveries as they come, \
         without the header Content-Encoding"
    )]
    Encoded,
    #[error("the header {0} is missing")]
    MissingHeader(&'static str),
    #[error("the header X-GitHub-Delivery must be a GUID such as 72d3162e-cc78-11e3-81ab-4c9367dc0958")]
    NoGuid,
    #[error("the header X-GitHub-Event must be 1 to 64 lower-case letters, digits and underscores")]
    NoEvent,
    /// The same answer for a missing, a malformed and a wrong signature.
    #[error("the signature is missing or does not match")]
    BadSignature,
}

/// Checks everything that can be checked before the body is read.
pub fn check_headers(headers: Headers<'_>) -> Result<CheckedHeaders<'_>, BadDelivery> {
    let content_type = headers.content_type.ok_or(BadDelivery::NotJson)?;
    let media_type = content_type.split(';').next().unwrap_or_default().trim();
    if media_type.eq_ignore_ascii_case("application/x-www-form-urlencoded") {
        return Err(BadDelivery::Form);
    }
    if !media_type.eq_ignore_ascii_case("application/json") {
        return Err(BadDelivery::NotJson);
    }
    let plain = |coding: &str| coding.trim().is_empty() || coding.trim().eq_ignore_ascii_case("identity");
    if !headers.content_encoding.unwrap_or_default().split(',').all(plain) {
        return Err(BadDelivery::Encoded);
    }
    let event = headers.event.ok_or(BadDelivery::MissingHeader("X-GitHub-Event"))?;
    let allowed = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_';
    if event.is_empty() || event.len() > 64 || !event.bytes().all(allowed) {
        return Err(BadDelivery::NoEvent);
    }
    let guid = headers.delivery.ok_or(BadDelivery::MissingHeader("X-GitHub-Delivery"))?;
    // GitHub writes the hyphenated form; any other spelling is not GitHub's.
    let guid = Some(guid).filter(|text| text.len() == 36).and_then(|text| Uuid::try_parse(text).ok());
    Ok(CheckedHeaders { guid: guid.ok_or(BadDelivery::NoGuid)?, event, signature: headers.signature })
}

/// Checks the signature over the raw body, before anything parses it.
pub fn verify<'a>(
    secrets: &Secrets,
    headers: CheckedHeaders<'a>,
    body: &'a [u8],
) -> Result<VerifiedDelivery<'a>, BadDelivery> {
    if secrets.verify(headers.signature.unwrap_or_default(), body) {
        Ok(VerifiedDelivery { guid: headers.guid, event: headers.event, body })
    } else {
        Err(BadDelivery::BadSignature)
    }
}
