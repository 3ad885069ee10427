//! Drills: what happens to a running service in its life (restarts, rotations, upgrades, a
//! restore), under load, with the program as separate processes. Nothing is lost or refused.
//!
//! `BUGSCRUB_DRILL=long` runs them at full length. Without it they are as short as is still
//! meaningful.

mod failover;
mod fleet;
mod migrations;
mod restore;
mod rolling;
mod rotation;
mod schemas;

/// Whether the drills run at full length.
fn is_long() -> bool {
    std::env::var("BUGSCRUB_DRILL").is_ok_and(|asked| asked == "long")
}
