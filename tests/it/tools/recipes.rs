//! The recipes of docs/api.md, run as they stand against the demo: the real program over its
//! generated organization. (Grafana, Google Sheets and Backstage themselves are not run here.)

use std::process::Stdio;

use serde_json::Value;
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, Command};

use crate::support::service::{bugscrub, client};
use crate::support::wait::in_time;

const DOCS: &str = include_str!("../../../docs/api.md");
const DASHBOARD: &str = include_str!("../../../charts/bugscrub/files/queue-dashboard.json");

/// A running `bugscrub demo`, and the curl lines that it printed.
struct Demo {
    child: Child,
    curls: Vec<String>,
}

impl Demo {
    async fn start() -> Self {
        let mut child = bugscrub(&["demo", "--listen", "127.0.0.1:0"], &[]).stdout(Stdio::piped()).spawn().unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let mut curls = vec![];
        while curls.len() < 2 {
            let line = in_time("the demo comes up", lines.next_line()).await.unwrap();
            let line = line.expect("the demo ended");
            if line.starts_with("curl ") {
                curls.push(line);
            }
        }
        // The rest of the output is read, so that the demo never waits for us.
        tokio::spawn(async move { while let Ok(Some(_)) = lines.next_line().await {} });
        Self { child, curls }
    }

    /// The token and the address in the curl lines.
    fn token_and_address(&self) -> (String, String) {
        let line = &self.curls[0];
        let after = |mark: &str, end: char| line.split_once(mark).unwrap().1.split(end).next().unwrap().to_owned();
        (after("Bearer ", '\''), format!("http://{}", after("'http://", '/')))
    }
}

async fn shell(line: &str, directory: &std::path::Path, variables: &[(&str, &str)]) -> String {
    let mut command = Command::new("bash");
    command.args(["-c", line]).current_dir(directory).envs(variables.iter().copied()).stdin(Stdio::null());
    let output = in_time("a recipe ends", command.output()).await.unwrap();
    assert!(output.status.success(), "{line}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_recipes_run_verbatim_against_the_demo() {
    let mut demo = Demo::start().await;
    let (token, address) = demo.token_and_address();
    let folder = tempfile::tempdir().unwrap();
    for line in &demo.curls {
        let answer: Value = serde_json::from_str(&shell(line, folder.path(), &[]).await).unwrap();
        assert!(answer["total"].as_i64().unwrap() > 0, "{line}");
    }

    let variables = [("BUGSCRUB_URL", address.as_str()), ("BUGSCRUB_TOKEN", token.as_str())];
    let recipes: Vec<&str> = DOCS.split("```sh\n").skip(1).map(|rest| rest.split("\n```").next().unwrap()).collect();
    assert!(recipes.len() >= 5, "{recipes:?}");
    for recipe in &recipes {
        let said = shell(recipe, folder.path(), &variables).await;
        if recipe.contains("-o queue.csv") {
            continue;
        }
        assert!(!said.trim().is_empty() && !said.contains("null"), "{recipe}: {said}");
    }
    let imported = std::fs::read(folder.path().join("queue.csv")).unwrap();
    let mut reader = csv::Reader::from_reader(&imported[..]);
    assert_eq!(&reader.headers().unwrap()[0], "rank");
    assert!(reader.records().map(Result::unwrap).count() > 10);

    // The dashboard's queries, read as Grafana's data source reads them.
    let dashboard: Value = serde_json::from_str(DASHBOARD).unwrap();
    for panel in dashboard["panels"].as_array().unwrap() {
        for target in panel["targets"].as_array().unwrap() {
            let url = target["url"].as_str().unwrap().replace("${address}", &address);
            let url = url.replace("${account:percentencode}", "quarrywork");
            let answer = client().get(&url).bearer_auth(&token).send().await.unwrap();
            assert_eq!(answer.status(), 200, "{url}");
            let answer: Value = serde_json::from_slice(&answer.bytes().await.unwrap()).unwrap();
            let row = match target["root_selector"].as_str().unwrap() {
                "" => &answer,
                root => &answer[root][0],
            };
            for column in target["columns"].as_array().unwrap() {
                let selector = column["selector"].as_str().unwrap();
                assert!(!row[selector].is_null(), "{url} has no {selector}");
            }
        }
    }
    let pid = nix::unistd::Pid::from_raw(demo.child.id().unwrap().try_into().unwrap());
    nix::sys::signal::kill(pid, nix::sys::signal::Signal::SIGINT).unwrap();
    assert!(in_time("the demo ends", demo.child.wait()).await.unwrap().success());
}
