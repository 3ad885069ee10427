//! Bug Scrub: an organization's whole backlog as one fair queue.
//!
//! The rooms in reading order; docs/ARCHITECTURE.md walks one delivery through them, and a test
//! holds their `use crate::` lines to the table there.

#![warn(clippy::dbg_macro, clippy::print_stdout, clippy::todo, clippy::unimplemented, clippy::unwrap_used)]

pub mod activity;
pub mod rank;
pub mod scrub;
pub mod sheet;
pub mod stats;
pub mod webhook;

pub mod store;

pub mod telemetry;

pub mod ingest;
pub mod live;

pub mod github;

pub mod people;

pub mod chat;

pub mod service;

pub mod http;

pub mod postgres;

pub mod terminal;

pub mod deliver;
pub mod demo;

pub mod app;
pub mod commands;
pub mod config;
