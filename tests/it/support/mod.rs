//! What tests share: a real Postgres, the real service, and payloads as GitHub sends them.

pub mod app;
pub mod database;
pub mod payload;

pub use app::{TestApp, run_test};
pub use database::TestDatabase;
