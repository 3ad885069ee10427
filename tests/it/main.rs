//! The integration tests: one binary, so that it is linked once.
//!
//! Every test that needs the service runs the real one, in-process on a free port or as a process
//! of its own, over a database of its own on a real Postgres. See `support`.

mod support;

mod api;
mod chat;
mod citus;
mod collections;
mod commands;
mod conversations;
mod criteria;
mod database;
mod deliver;
mod demo;
mod drills;
mod faults;
mod fold;
mod fuzz;
mod github;
mod image;
mod items;
mod live;
mod marking;
mod openapi;
mod orders;
mod past;
mod people;
mod postgres;
mod public;
mod queries;
mod queue;
mod reading;
mod receiver;
mod rooms;
mod scrubs;
mod server;
mod sheet;
mod sights;
mod sign_in;
mod similar;
mod smoke;
mod stats;
mod stream;
mod suite;
mod texts;
mod tools;
mod triage_party;
mod views;
mod worlds;
