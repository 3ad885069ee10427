//! The program itself, as a process: what each command prints, and how it ends.

mod data;
mod settings;

use std::net::SocketAddr;
use std::process::Stdio;
use std::time::Duration;

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use serde_json::Value;
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, Command};
use tokio::time::timeout;

/// No command here may take longer; one that hangs fails its test.
const PATIENCE: Duration = Duration::from_secs(60);

/// The program, with no setting from this process's environment.
fn bugscrub(args: &[&str], settings: &[(&str, &str)]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_bugscrub"));
    for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("BUGSCRUB_")) {
        command.env_remove(name);
    }
    command.args(args).envs(settings.iter().copied()).stdin(Stdio::null()).kill_on_drop(true);
    command
}

/// How a command ended.
struct Ended {
    code: i32,
    stdout: String,
    stderr: String,
}

impl Ended {
    fn ok(self) -> String {
        assert_eq!(self.code, 0, "{}{}", self.stdout, self.stderr);
        self.stdout
    }

    /// Fails unless the command failed with `code` and said each of `said` on stderr.
    fn failed(self, code: i32, said: &[&str]) {
        assert_eq!(self.code, code, "{}{}", self.stdout, self.stderr);
        for words in said {
            assert!(self.stderr.contains(words), "{words:?} is not in {}", self.stderr);
        }
    }
}

async fn run(args: &[&str], settings: &[(&str, &str)]) -> Ended {
    let output = timeout(PATIENCE, bugscrub(args, settings).output()).await.expect("the command hangs").unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    Ended { code: output.status.code().unwrap(), stdout: text(output.stdout), stderr: text(output.stderr) }
}

/// A running `bugscrub serve`.
struct Serving {
    child: Child,
    address: SocketAddr,
    stderr: tokio::io::Lines<BufReader<tokio::process::ChildStderr>>,
}

impl Serving {
    /// Starts it on a free port and waits until it says where it listens.
    async fn start(settings: &[(&str, &str)]) -> Self {
        let mut command = bugscrub(&["serve", "--listen", "127.0.0.1:0", "--log-format", "json"], settings);
        let mut child = command.stderr(Stdio::piped()).spawn().unwrap();
        let mut stderr = BufReader::new(child.stderr.take().unwrap()).lines();
        let address = timeout(PATIENCE, async {
            loop {
                let line = stderr.next_line().await.unwrap().expect("it ended instead of serving");
                let logged: Value = serde_json::from_str(&line).unwrap_or_else(|_| panic!("no JSON: {line}"));
                if let Some(address) = logged["address"].as_str() {
                    return address.parse().unwrap();
                }
            }
        });
        let address = address.await.expect("it does not say where it listens");
        Self { child, address, stderr }
    }

    fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    /// Asks it to stop; answers the rest of its log.
    async fn stop(mut self) -> String {
        let pid = Pid::from_raw(self.child.id().unwrap().try_into().unwrap());
        kill(pid, Signal::SIGTERM).unwrap();
        let mut log = String::new();
        while let Some(line) = timeout(PATIENCE, self.stderr.next_line()).await.expect("it does not stop").unwrap() {
            log.push_str(&line);
            log.push('\n');
        }
        let status = timeout(PATIENCE, self.child.wait()).await.expect("it does not stop").unwrap();
        assert!(status.success(), "{status}: {log}");
        log
    }
}

fn client() -> reqwest::Client {
    reqwest::Client::builder().no_proxy().build().unwrap()
}

/// The status with which a running service answers a token.
async fn status(serving: &Serving, token: &str) -> u16 {
    let answer = client().get(serving.url("/api/v1/accounts")).bearer_auth(token).send().await.unwrap();
    answer.status().as_u16()
}
