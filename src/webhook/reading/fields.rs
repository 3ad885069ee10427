//! Objects that are lists: each field is an entry, whatever it is called.

use serde::de::{IgnoredAny, MapAccess};

use super::{EACH, Name, Omissions, Readable, Reading, Seed};

/// The values of an object whose fields are entries, each with a name that says nothing more.
#[derive(Clone, Debug, Default)]
pub struct Values<T>(pub Vec<T>);

impl<T: Readable> Readable for Values<T> {
    fn of_object<'de, A: MapAccess<'de>>(mut object: A, omissions: &mut Omissions) -> Result<Option<Self>, A::Error> {
        let mut read = vec![];
        omissions.at.push(EACH);
        while let Some(name) = object.next_key::<Name<'de>>()? {
            // What GraphQL says of the object itself.
            if name.0.starts_with("__") {
                object.next_value::<IgnoredAny>()?;
                continue;
            }
            match object.next_value_seed(Seed::<T>::new(omissions))? {
                Reading::Value(value) => read.push(value),
                Reading::Null => {}
                Reading::Odd => omissions.add_here(),
            }
        }
        omissions.at.pop();
        Ok(Some(Self(read)))
    }
}
