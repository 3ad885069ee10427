//! Accounts spread over servers by Citus, as far as that can be held without it: what the router would not take of a
//! statement, how the tables must be made, and how migrations run there.
//!
//! With Citus, the whole suite runs on it: see `support::database`.

mod apart;
mod examples;
mod reading;
mod router;
mod schema;
mod statements;
