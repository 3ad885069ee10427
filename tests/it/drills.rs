//! Drills: what is done to a running service in its life (restarts, rotations, upgrades, a
//! restore), under load, with the program itself as processes. Nothing is lost or refused.
//!
//! `BUGSCRUB_DRILL=long` runs them at their full length; without it they are as short as still
//! shows something.

mod failover;
mod fleet;
mod migrations;
mod restore;
mod rolling;
mod rotation;
mod schemas;

/// Whether somebody asked for full length.
fn is_long() -> bool {
    std::env::var("BUGSCRUB_DRILL").is_ok_and(|asked| asked == "long")
}
