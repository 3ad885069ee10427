//! The program as a process.

use std::net::SocketAddr;
use std::process::Stdio;

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use serde_json::Value;
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, Command};
use tokio::task::JoinHandle;

use super::wait::in_time;

/// The program, without settings from this process's environment.
pub fn bugscrub(args: &[&str], settings: &[(&str, &str)]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_bugscrub"));
    let is_setting = |name: &str| name.starts_with("BUGSCRUB_") || name.to_uppercase().ends_with("_PROXY");
    for (name, _) in std::env::vars().filter(|(name, _)| is_setting(name)) {
        command.env_remove(name);
    }
    command.args(args).envs(settings.iter().copied()).stdin(Stdio::null()).kill_on_drop(true);
    command
}

/// How a command ended.
pub struct Exit {
    pub code: i32,
    pub stdout: String,
    pub stderr: String,
}

impl Exit {
    pub fn ok(self) -> String {
        assert_eq!(self.code, 0, "{}{}", self.stdout, self.stderr);
        self.stdout
    }

    /// Panics unless the command failed with `code` and wrote each of `said` to stderr.
    pub fn failed(self, code: i32, said: &[&str]) {
        assert_eq!(self.code, code, "{}{}", self.stdout, self.stderr);
        for words in said {
            assert!(self.stderr.contains(words), "{words:?} is not in {}", self.stderr);
        }
    }
}

pub async fn run(args: &[&str], settings: &[(&str, &str)]) -> Exit {
    let output = in_time("the command ends", bugscrub(args, settings).output()).await.unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    Exit { code: output.status.code().unwrap(), stdout: text(output.stdout), stderr: text(output.stderr) }
}

/// A running `bugscrub serve`.
pub struct Serving {
    child: Child,
    pub address: SocketAddr,
    /// Reads the rest of the log, so that the service never waits for a reader.
    log: JoinHandle<String>,
}

impl Serving {
    /// Starts the service on a free port and waits until it says where it listens.
    pub async fn start(settings: &[(&str, &str)]) -> Self {
        let mut command = bugscrub(&["serve", "--listen", "127.0.0.1:0", "--log-format", "json"], settings);
        let mut child = command.stderr(Stdio::piped()).spawn().unwrap();
        let mut stderr = BufReader::new(child.stderr.take().unwrap()).lines();
        let address = async {
            loop {
                let line = stderr.next_line().await.unwrap().expect("it ended instead of serving");
                let logged: Value = serde_json::from_str(&line).unwrap_or_else(|_| panic!("no JSON: {line}"));
                if let Some(address) = logged["address"].as_str() {
                    return address.parse().unwrap();
                }
            }
        };
        let address = in_time("it says where it listens", address).await;
        let log = tokio::spawn(async move {
            let mut log = String::new();
            while let Some(line) = stderr.next_line().await.unwrap() {
                log.push_str(&line);
                log.push('\n');
            }
            log
        });
        Self { child, address, log }
    }

    pub fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    /// Sends SIGTERM; see [`Serving::stopped`].
    pub fn ask_to_stop(&self) {
        let pid = Pid::from_raw(self.child.id().unwrap().try_into().unwrap());
        kill(pid, Signal::SIGTERM).unwrap();
    }

    /// Stops the service. Returns the rest of its log.
    pub async fn stop(self) -> String {
        self.ask_to_stop();
        self.stopped().await
    }

    /// Waits until the service has ended successfully. Returns the rest of its log.
    pub async fn stopped(mut self) -> String {
        let status = in_time("it stops", self.child.wait()).await.unwrap();
        let log = self.log.await.unwrap();
        assert!(status.success(), "{status}: {log}");
        log
    }

    /// Kills the service with SIGKILL and waits until it is gone.
    pub async fn kill(mut self) {
        self.child.kill().await.unwrap();
    }
}

pub fn client() -> reqwest::Client {
    http().build().unwrap()
}

/// For clients that speak to nobody but this machine, without TLS: loading the authorities' certificates
/// would take longer than most requests.
pub fn http() -> reqwest::ClientBuilder {
    reqwest::Client::builder().no_proxy().tls_certs_only([])
}
