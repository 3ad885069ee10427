//! The receivers that take deliveries in turn: the service, and what it is set against. Each has its own process and the
//! same Postgres, so that the kernel can tell what a delivery costs.

use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::process::{Command, Stdio};
use std::time::Duration;

use super::load::{Payloads, closed_loop};
use super::service::{Process, SECRET, Service};

/// How the bench starts the reference: itself, with this argument.
pub const REFERENCE: &str = "--reference";
const OCTOKIT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/benches/octokit/receiver.js");
/// Clock ticks per second in /proc, on every Linux.
const TICKS: f64 = 100.0;

/// A process that prints where it listens, and ends with us.
pub struct Receiver {
    process: Process,
    address: SocketAddr,
}

impl Receiver {
    /// One INSERT of JSONB and one commit per delivery, behind the same HTTP stack.
    pub fn reference(database_url: &str) -> Self {
        let bench = std::env::current_exe().expect("this program");
        Self::start(Command::new(bench).args(["--bench", REFERENCE, database_url]))
    }

    /// The same with npm `@octokit/webhooks` and `pg`.
    pub fn octokit(database_url: &str) -> Self {
        Self::start(Command::new("node").args([OCTOKIT, database_url, SECRET]))
    }

    fn start(command: &mut Command) -> Self {
        let mut child = command.stdout(Stdio::piped()).spawn().expect("it starts");
        let mut line = String::new();
        BufReader::new(child.stdout.take().expect("piped")).read_line(&mut line).expect("it says where it listens");
        Self { process: Process(child), address: line.trim().parse().expect("an address") }
    }
}

/// Rounds of load on one receiver.
pub struct Rounds {
    address: SocketAddr,
    pid: u32,
    pub per_second: Vec<f64>,
    /// CPU seconds of the receiver and of Postgres for each 1,000 deliveries.
    pub cpu_s_per_1000: Vec<f64>,
    /// What of it was Postgres'.
    pub postgres_cpu_s_per_1000: Vec<f64>,
}

impl Rounds {
    pub fn of(receiver: &Receiver) -> Self {
        Self::at(receiver.address, receiver.process.0.id())
    }

    pub fn of_service(service: &Service) -> Self {
        Self::at(service.address(), service.pid())
    }

    fn at(address: SocketAddr, pid: u32) -> Self {
        Self { address, pid, per_second: vec![], cpu_s_per_1000: vec![], postgres_cpu_s_per_1000: vec![] }
    }

    pub async fn run(&mut self, service: &Service, payloads: &Payloads, connections: usize, time: Duration) {
        let spent = || (cpu_seconds(self.pid), service.postmaster().map_or(0.0, cpu_seconds_of_family));
        let before = spent();
        let acknowledged = closed_loop(self.address, payloads, connections, time).await;
        let after = spent();
        let each = |seconds: f64| seconds / acknowledged.deliveries as f64 * 1_000.0;
        self.cpu_s_per_1000.push(each(after.0 - before.0 + after.1 - before.1));
        self.postgres_cpu_s_per_1000.push(each(after.1 - before.1));
        self.per_second.push(acknowledged.per_second);
    }
}

/// The times in a process's /proc/PID/stat: its own, in user and kernel mode, and those of its children that have ended.
fn times(pid: u32) -> Option<[f64; 4]> {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    // The name, in parentheses, may hold anything; the fields after it are counted from the third.
    let (_, fields) = stat.rsplit_once(')')?;
    let fields: Vec<&str> = fields.split_whitespace().collect();
    let seconds = |field: usize| Some(fields.get(field - 3)?.parse::<f64>().ok()? / TICKS);
    Some([seconds(14)?, seconds(15)?, seconds(16)?, seconds(17)?])
}

pub fn cpu_seconds(pid: u32) -> f64 {
    times(pid).map_or(0.0, |[user, system, ..]| user + system)
}

/// The CPU seconds of a process and of its children, living and ended.
pub fn cpu_seconds_of_family(pid: u32) -> f64 {
    let children = std::fs::read_to_string(format!("/proc/{pid}/task/{pid}/children")).expect("Linux");
    let living: f64 = children.split_whitespace().filter_map(|child| child.parse().ok()).map(cpu_seconds).sum();
    living + times(pid).map_or(0.0, |times| times.iter().sum())
}
