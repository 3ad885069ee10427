//! The simple values that are read from outside.

use chrono::{DateTime, NaiveDateTime, Utc};
use serde::Deserialize;
use serde::de::value::MapAccessDeserializer;
use serde::de::{IgnoredAny, MapAccess, SeqAccess};
use uuid::Uuid;

use super::reading::{Omissions, Readable, entries};
use crate::activity::fold::whole_second;

/// A string that Postgres can store: it refuses U+0000, which becomes U+FFFD.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Text(pub String);

impl std::ops::Deref for Text {
    type Target = str;

    fn deref(&self) -> &str {
        &self.0
    }
}

impl Readable for Text {
    fn of_text(text: &str) -> Option<Self> {
        Some(Self(if text.contains('\0') { text.replace('\0', "\u{FFFD}") } else { text.to_owned() }))
    }
}

/// The entries of a list that can be read, and whether there are others.
#[derive(Clone, Debug)]
pub struct Entries<T> {
    pub read: Vec<T>,
    pub more: bool,
}

impl<T: Readable> Readable for Entries<T> {
    fn of_list<'de, A: SeqAccess<'de>>(list: A, omissions: &mut Omissions) -> Result<Option<Self>, A::Error> {
        entries(list, omissions).map(|(read, more)| Some(Self { read, more }))
    }
}

/// Nothing but that there is something, or that there is null.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Anything;

impl Readable for Anything {
    fn of_bool(_: bool) -> Option<Self> {
        Some(Self)
    }

    fn of_integer(_: i64) -> Option<Self> {
        Some(Self)
    }

    fn of_text(_: &str) -> Option<Self> {
        Some(Self)
    }

    fn of_list<'de, A: SeqAccess<'de>>(mut list: A, _: &mut Omissions) -> Result<Option<Self>, A::Error> {
        while list.next_element::<IgnoredAny>()?.is_some() {}
        Ok(Some(Self))
    }

    fn of_object<'de, A: MapAccess<'de>>(mut object: A, _: &mut Omissions) -> Result<Option<Self>, A::Error> {
        while object.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        Ok(Some(Self))
    }
}

impl Readable for bool {
    fn of_bool(value: bool) -> Option<Self> {
        Some(value)
    }
}

/// A number, which may come as a text of digits.
impl Readable for i64 {
    fn of_integer(value: i64) -> Option<Self> {
        Some(value)
    }

    fn of_text(text: &str) -> Option<Self> {
        text.parse().ok().filter(|_| text.bytes().all(|byte| byte.is_ascii_digit()))
    }
}

/// A time in each form that was seen: RFC 3339, also with an offset without a colon, as pushes and old
/// payloads have it, or seconds since 1970. Years of four digits only: both Postgres and RFC 3339 take those.
impl Readable for DateTime<Utc> {
    fn of_integer(seconds: i64) -> Option<Self> {
        let years = 0..=253_402_300_799;
        years.contains(&seconds).then(|| DateTime::from_timestamp(seconds, 0)).flatten()
    }

    fn of_text(text: &str) -> Option<Self> {
        let text = text.trim();
        let offset = |form| DateTime::parse_from_str(text, form);
        let seconds = DateTime::parse_from_rfc3339(text)
            .or_else(|_| offset("%Y-%m-%dT%H:%M:%S%.f%z"))
            .or_else(|_| offset("%Y-%m-%d %H:%M:%S %z"))
            .map(|time| whole_second(time.to_utc()).timestamp())
            .or_else(|_| {
                NaiveDateTime::parse_from_str(text, "%Y-%m-%d %H:%M:%S UTC").map(|time| time.and_utc().timestamp())
            })
            .ok();
        Self::of_integer(seconds.or_else(|| i64::of_text(text))?)
    }
}

impl Readable for Uuid {
    fn of_text(text: &str) -> Option<Self> {
        Uuid::try_parse(text).ok()
    }
}

/// An object as it came.
impl Readable for serde_json::Map<String, serde_json::Value> {
    fn of_object<'de, A: MapAccess<'de>>(object: A, _: &mut Omissions) -> Result<Option<Self>, A::Error> {
        Self::deserialize(MapAccessDeserializer::new(object)).map(Some)
    }
}
