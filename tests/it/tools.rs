//! The tests that need more than Rust and Postgres: Node.js, LibreOffice, Helm, linters, Schemathesis,
//! curl and jq. `make test` runs them after all others, once it has installed what they need;
//! `make test-fast` leaves them out. `suite` sees to it that no other test runs such a program.

mod chart;
mod examples;
mod exchanges;
mod libreoffice;
mod linters;
mod recipes;
mod schemathesis;
