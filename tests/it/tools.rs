//! The tests that need more than Rust and Postgres: Node.js, LibreOffice, Helm, linters, generators of
//! clients, Schemathesis, PgBouncer, nginx, HAProxy, Chromium, libfaketime, curl and jq. `make test` installs these and runs the tests here after all others; `make test-fast`
//! leaves them out. `suite` makes sure that no other test runs such a program.

mod browser;
mod chart;
mod clients;
mod clocks;
mod community;
mod examples;
mod exchanges;
mod libreoffice;
mod linters;
mod page;
mod pgbouncer;
mod proxies;
mod readme;
mod recipes;
mod schemathesis;
mod scrub_page;
mod sign_in;
mod texts;
