//! Reading JSON from outside field by field.
//!
//! GitHub's published schemas and examples disagree with one another and with what it sends. So whatever
//! it sends is read by the types of this file, never by derived ones: a field that is missing, null, of
//! another type or unknown costs itself, and an entry of a list costs itself. What could not be read is
//! named in [`Omissions`]. Only what is not JSON cannot be read at all.
//!
//! A type says by [`Readable`] which values it can be read from; the macro `readable!` writes that for a
//! structure. Everything is read in one pass over the bytes, and nothing that is left out is kept.

mod fields;

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;
use std::marker::PhantomData;

use serde::Deserialize;
use serde::de::{DeserializeSeed, Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};

pub use self::fields::Values;
use super::repair::repaired;

/// What was left out: each place where something could not be read, and how often.
///
/// Places are named by fields that we read, such as `issue.labels[]`, never by what was sent. So there is
/// an end to their number, and they can be logged.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Omissions {
    at: Vec<&'static str>,
    places: BTreeMap<String, i64>,
}

impl Omissions {
    pub fn is_empty(&self) -> bool {
        self.places.is_empty()
    }

    /// The places, by name.
    pub fn places(&self) -> impl Iterator<Item = (&str, i64)> {
        self.places.iter().map(|(place, times)| (place.as_str(), *times))
    }

    /// The number of things that were left out.
    pub fn count(&self) -> i64 {
        self.places.values().sum()
    }

    /// Names something that could be read, but makes no sense without what is missing.
    pub fn add(&mut self, place: &str) {
        *self.places.entry(place.to_owned()).or_default() += 1;
    }

    /// Takes over what was left out elsewhere.
    pub fn include(&mut self, other: Omissions) {
        for (place, times) in other.places {
            *self.places.entry(place).or_default() += times;
        }
    }

    fn add_here(&mut self) {
        let mut place = String::new();
        for part in &self.at {
            if !place.is_empty() && *part != EACH {
                place.push('.');
            }
            place.push_str(part);
        }
        *self.places.entry(place).or_default() += 1;
    }
}

/// The names of the places, in one line.
impl fmt::Display for Omissions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (nth, (place, times)) in self.places().enumerate() {
            let comma = if nth == 0 { "" } else { ", " };
            write!(f, "{comma}{place}")?;
            if times > 1 {
                write!(f, " ({times} times)")?;
            }
        }
        Ok(())
    }
}

/// The part of a place's name that stands for each entry of a list.
const EACH: &str = "[]";

/// Reads a whole document. The value is `None` if the document is of another type.
///
/// # Errors
/// The document is not JSON.
pub fn read<T: Readable>(json: &[u8]) -> serde_json::Result<(Option<T>, Omissions)> {
    read_once(json).or_else(|error| match repaired(json) {
        Some(json) => read_once(&json).map(|(value, mut omissions)| {
            omissions.add("(characters)");
            (value, omissions)
        }),
        None => Err(error),
    })
}

fn read_once<T: Readable>(json: &[u8]) -> serde_json::Result<(Option<T>, Omissions)> {
    let mut omissions = Omissions::default();
    let mut deserializer = serde_json::Deserializer::from_slice(json);
    let reading = Seed::<T>::new(&mut omissions).deserialize(&mut deserializer)?;
    deserializer.end()?;
    match reading {
        Reading::Value(value) => Ok((Some(value), omissions)),
        Reading::Null | Reading::Odd => Ok((None, omissions)),
    }
}

/// What a value is, read as a `T`.
pub enum Reading<T> {
    Value(T),
    Null,
    /// Of another type.
    Odd,
}

/// A type that can be read from JSON. It takes no value until it says which.
pub trait Readable: Sized {
    fn of_bool(_: bool) -> Option<Self> {
        None
    }

    fn of_integer(_: i64) -> Option<Self> {
        None
    }

    fn of_text(_: &str) -> Option<Self> {
        None
    }

    /// # Errors
    /// The document is not JSON.
    fn of_list<'de, A: SeqAccess<'de>>(mut list: A, _: &mut Omissions) -> Result<Option<Self>, A::Error> {
        while list.next_element::<IgnoredAny>()?.is_some() {}
        Ok(None)
    }

    /// # Errors
    /// The document is not JSON.
    fn of_object<'de, A: MapAccess<'de>>(mut object: A, _: &mut Omissions) -> Result<Option<Self>, A::Error> {
        while object.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        Ok(None)
    }
}

/// A field of a structure. If it is there more than once, what can be read replaces what cannot.
pub trait Field: Default {
    type Content: Readable;

    fn take(&mut self, reading: Reading<Self::Content>);
}

/// A field for which null says as little as its absence.
impl<T: Readable> Field for Option<T> {
    type Content = T;

    fn take(&mut self, reading: Reading<T>) {
        if let Reading::Value(value) = reading {
            *self = Some(value);
        }
    }
}

/// A field for which null is a value: absent is `None`, null is `Some(None)`.
impl<T: Readable> Field for Option<Option<T>> {
    type Content = T;

    fn take(&mut self, reading: Reading<T>) {
        match reading {
            Reading::Value(value) => *self = Some(Some(value)),
            Reading::Null => drop(self.get_or_insert(None)),
            Reading::Odd => {}
        }
    }
}

/// Reads the next value of an object into a field.
///
/// # Errors
/// The document is not JSON.
pub fn read_field<'de, A: MapAccess<'de>, F: Field>(
    object: &mut A,
    name: &'static str,
    field: &mut F,
    omissions: &mut Omissions,
) -> Result<(), A::Error> {
    omissions.at.push(name);
    let reading = object.next_value_seed(Seed::<F::Content>::new(omissions))?;
    if matches!(reading, Reading::Odd) {
        omissions.add_here();
    }
    omissions.at.pop();
    field.take(reading);
    Ok(())
}

/// The name of an object's field.
pub struct Name<'de>(pub Cow<'de, str>);

impl<'de> Deserialize<'de> for Name<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct NameVisitor;

        impl<'de> Visitor<'de> for NameVisitor {
            type Value = Name<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a name")
            }

            fn visit_borrowed_str<E: Error>(self, name: &'de str) -> Result<Self::Value, E> {
                Ok(Name(Cow::Borrowed(name)))
            }

            fn visit_str<E: Error>(self, name: &str) -> Result<Self::Value, E> {
                Ok(Name(Cow::Owned(name.to_owned())))
            }
        }

        deserializer.deserialize_str(NameVisitor)
    }
}

/// Declares structures whose fields are all read for themselves. A field is named in JSON as here, or as
/// the texts behind it say: `kind = "type": Option<Text>`. It must be a [`Field`].
macro_rules! readable {
    ($($(#[$about:meta])* pub struct $name:ident $(<$of:ident>)? {
        $($(#[$field_about:meta])* pub $field:ident $(= $($key:literal)|+)?: $type:ty,)*
    })*) => {$(
        $(#[$about])*
        #[derive(Clone, Debug, Default)]
        pub struct $name $(<$of>)? {
            $($(#[$field_about])* pub $field: $type,)*
        }

        impl $(<$of: $crate::webhook::reading::Readable + Default>)? $crate::webhook::reading::Readable for $name $(<$of>)? {
            fn of_object<'de, A: serde::de::MapAccess<'de>>(
                mut object: A,
                omissions: &mut $crate::webhook::reading::Omissions,
            ) -> Result<Option<Self>, A::Error> {
                use $crate::webhook::reading::{Name, read_field};
                let mut read = Self::default();
                while let Some(name) = object.next_key::<Name<'de>>()? {
                    match &*name.0 {
                        $($crate::webhook::reading::keys!($field $(= $($key)|+)?) => {
                            let place = $crate::webhook::reading::place!($field $(= $($key)|+)?);
                            read_field(&mut object, place, &mut read.$field, omissions)?;
                        })*
                        _ => drop(object.next_value::<serde::de::IgnoredAny>()?),
                    }
                }
                Ok(Some(read))
            }
        }
    )*};
}

/// The names of a field in JSON, as a pattern.
macro_rules! keys {
    ($field:ident) => { stringify!($field) };
    ($field:ident = $($key:literal)|+) => { $($key)|+ };
}

/// The name of a field in the names of places: the first of its names in JSON.
macro_rules! place {
    ($field:ident) => {
        stringify!($field)
    };
    ($field:ident = $first:literal $(| $other:literal)*) => {
        $first
    };
}

pub(crate) use {keys, place, readable};

/// Reads one value, whatever it is.
struct Seed<'o, T> {
    omissions: &'o mut Omissions,
    of: PhantomData<T>,
}

impl<'o, T> Seed<'o, T> {
    fn new(omissions: &'o mut Omissions) -> Self {
        Self { omissions, of: PhantomData }
    }
}

fn of<T>(value: Option<T>) -> Reading<T> {
    value.map_or(Reading::Odd, Reading::Value)
}

impl<'de, T: Readable> DeserializeSeed<'de> for Seed<'_, T> {
    type Value = Reading<T>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de, T: Readable> Visitor<'de> for Seed<'_, T> {
    type Value = Reading<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("any value")
    }

    fn visit_unit<E: Error>(self) -> Result<Self::Value, E> {
        Ok(Reading::Null)
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<Self::Value, E> {
        Ok(of(T::of_bool(value)))
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<Self::Value, E> {
        Ok(of(T::of_integer(value)))
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<Self::Value, E> {
        Ok(of(i64::try_from(value).ok().and_then(T::of_integer)))
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<Self::Value, E> {
        // Up to here each whole number has a floating one of its own.
        let whole = value.fract() == 0.0 && value.abs() < 9_007_199_254_740_992.0;
        Ok(of(whole.then_some(value as i64).and_then(T::of_integer)))
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Self::Value, E> {
        Ok(of(T::of_text(text)))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, list: A) -> Result<Self::Value, A::Error> {
        T::of_list(list, self.omissions).map(of)
    }

    fn visit_map<A: MapAccess<'de>>(self, object: A) -> Result<Self::Value, A::Error> {
        T::of_object(object, self.omissions).map(of)
    }
}

/// A list without the entries that cannot be read. Null is no entry.
impl<T: Readable> Readable for Vec<T> {
    fn of_list<'de, A: SeqAccess<'de>>(list: A, omissions: &mut Omissions) -> Result<Option<Self>, A::Error> {
        entries(list, omissions).map(|(read, _)| Some(read))
    }
}

/// Reads the entries of a list that can be read; the flag says whether there are others.
pub(super) fn entries<'de, T: Readable, A: SeqAccess<'de>>(
    mut list: A,
    omissions: &mut Omissions,
) -> Result<(Vec<T>, bool), A::Error> {
    let (mut read, mut more) = (vec![], false);
    omissions.at.push(EACH);
    while let Some(entry) = list.next_element_seed(Seed::<T>::new(omissions))? {
        match entry {
            Reading::Value(value) => read.push(value),
            Reading::Null | Reading::Odd => {
                more = true;
                omissions.add_here();
            }
        }
    }
    omissions.at.pop();
    Ok((read, more))
}

/// A list in which each entry keeps its place, and null is an entry like others.
impl<T: Readable> Readable for Vec<Option<T>> {
    fn of_list<'de, A: SeqAccess<'de>>(mut list: A, omissions: &mut Omissions) -> Result<Option<Self>, A::Error> {
        let mut read = vec![];
        omissions.at.push(EACH);
        while let Some(entry) = list.next_element_seed(Seed::<T>::new(omissions))? {
            if matches!(entry, Reading::Odd) {
                omissions.add_here();
            }
            read.push(match entry {
                Reading::Value(value) => Some(value),
                Reading::Null | Reading::Odd => None,
            });
        }
        omissions.at.pop();
        Ok(Some(read))
    }
}
