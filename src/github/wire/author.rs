//! Somebody, as GraphQL shows them.

use crate::webhook::reading::readable;
use crate::webhook::values::Text;

readable! {
    pub struct Author {
        pub kind = "__typename": Option<Text>,
        pub login: Option<Text>,
        pub id = "databaseId": Option<i64>,
    }
}
