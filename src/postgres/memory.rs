//! How much memory the server keeps pages of the database in.

use std::fs;

use nix::unistd::{SysconfVar, sysconf};

/// What Postgres takes by default.
const LEAST_MB: u64 = 128;
/// A million items and their indexes lie in less.
const MOST_MB: u64 = 2048;

/// The server's setting `shared_buffers`: a quarter of the machine's memory, or of what a container may use, as the
/// manual of Postgres advises, within limits. Memory is only used once there are pages to keep.
pub fn shared_buffers() -> String {
    let limit = ["/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes"]
        .iter()
        .filter_map(|path| fs::read_to_string(path).ok()?.trim().parse().ok())
        .min();
    format!("{}MB", quarter_mb(physical().into_iter().chain(limit).min()))
}

/// The machine's memory in bytes.
fn physical() -> Option<u64> {
    let of = |variable| u64::try_from(sysconf(variable).ok().flatten()?).ok();
    of(SysconfVar::_PHYS_PAGES)?.checked_mul(of(SysconfVar::PAGE_SIZE)?)
}

fn quarter_mb(bytes: Option<u64>) -> u64 {
    bytes.map_or(LEAST_MB, |bytes| bytes / 4 / (1 << 20)).clamp(LEAST_MB, MOST_MB)
}
