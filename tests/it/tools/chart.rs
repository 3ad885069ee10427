//! The Helm chart and how Flux installs it, tested with the real programs: Helm 4 and 3, kubectl's
//! kustomize, promtool, sops and a registry (scripts/ensure-helm.sh). There is no cluster here. The
//! rendered objects are checked against the schemas of Kubernetes and of the custom kinds, and their
//! containers are run as processes.

mod database;
mod flux;
mod guide;
mod pods;
mod refusals;
mod registry;
mod routes;
mod running;
mod validity;
mod watching;
mod words;

use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use serde_json::Value;

const ROOT: &str = env!("CARGO_MANIFEST_DIR");

/// The values that examples are rendered with, by the golden file's name; the chart's defaults first.
const EXAMPLES: [(&str, Option<&str>); 5] = [
    ("default", None),
    ("minimal", Some("minimal-values.yaml")),
    ("production", Some("production-values.yaml")),
    ("cloudnativepg", Some("cloudnativepg-values.yaml")),
    ("embedded", Some("embedded-values.yaml")),
];

fn root(path: &str) -> PathBuf {
    Path::new(ROOT).join(path)
}

/// A program that scripts/ensure-helm.sh installed.
fn tool(name: &str) -> Command {
    let path = root("target/chart-tools/bin").join(name);
    assert!(path.exists(), "{} is not there: run scripts/ensure-helm.sh", path.display());
    let mut command = Command::new(path);
    command.current_dir(ROOT).stdin(Stdio::null());
    // This machine's own settings do not count.
    let home = root("target/chart-tools/home");
    for (variable, folder) in [("HELM_CACHE_HOME", "cache"), ("HELM_CONFIG_HOME", "config"), ("HELM_DATA_HOME", "data")]
    {
        command.env(variable, home.join(folder));
    }
    command
}

fn output(mut command: Command) -> Output {
    command.output().unwrap_or_else(|error| panic!("{command:?}: {error}"))
}

/// What a command prints. Panics if the command fails.
fn said(command: Command) -> String {
    let shown = format!("{command:?}");
    let Output { status, stdout, stderr } = output(command);
    let (stdout, stderr) = (String::from_utf8(stdout).unwrap(), String::from_utf8_lossy(&stderr).into_owned());
    assert!(status.success(), "{shown}: {stdout}{stderr}");
    stdout
}

/// `helm template` of the chart into the namespace `scrub`.
fn template(helm: &str, values: Option<&Path>) -> Command {
    let mut command = tool(helm);
    command.args(["template", "bugscrub", "charts/bugscrub", "--namespace", "scrub"]);
    command.args(values.iter().flat_map(|path| [Path::new("--values"), path]));
    command
}

/// The objects that the chart renders from the values of some files and of a YAML text.
fn made_of(files: &[&str], values: &str) -> Vec<Value> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("values.yaml");
    std::fs::write(&path, values).unwrap();
    let mut command = template("helm4", None);
    for file in files.iter().map(|file| root("charts/bugscrub/ci").join(file)).chain([path]) {
        command.arg("--values").arg(file);
    }
    objects(&said(command))
}

/// Whether the chart refuses the values of a YAML text.
fn is_refused(values: &str) -> bool {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("values.yaml");
    std::fs::write(&path, values).unwrap();
    !output(template("helm4", Some(&path))).status.success()
}

/// The rendered text of an example.
fn example(helm: &str, file: Option<&str>) -> String {
    said(template(helm, file.map(|file| root("charts/bugscrub/ci").join(file)).as_deref()))
}

/// The objects of an example.
fn rendered(file: Option<&str>) -> Vec<Value> {
    objects(&example("helm4", file))
}

/// The objects of a YAML text.
fn objects(yaml: &str) -> Vec<Value> {
    let documents: Vec<Value> = serde_saphyr::from_multiple(yaml).unwrap();
    documents.into_iter().filter(|document| !document.is_null()).collect()
}

/// The only object of a kind.
fn one<'a>(objects: &'a [Value], kind: &str) -> &'a Value {
    let found: Vec<_> = objects.iter().filter(|object| object["kind"] == kind).collect();
    assert_eq!(found.len(), 1, "{kind}");
    found[0]
}

/// The specifications of all pods: of Deployments and of the test's pod.
fn pods(objects: &[Value]) -> Vec<&Value> {
    let deployments = objects.iter().filter_map(|object| object.pointer("/spec/template/spec"));
    deployments.chain(objects.iter().filter(|object| object["kind"] == "Pod").map(|pod| &pod["spec"])).collect()
}

fn list<'a>(value: &'a Value, field: &str) -> impl Iterator<Item = &'a Value> {
    value[field].as_array().into_iter().flatten()
}

/// Compares with a committed file; `BUGSCRUB_RENEW=1` writes the file instead.
fn golden(path: &str, made: &str) {
    let path = root(path);
    if std::env::var_os("BUGSCRUB_RENEW").is_some() {
        std::fs::write(&path, made).unwrap();
    }
    let kept = std::fs::read_to_string(&path).unwrap_or_default();
    let same = kept.lines().eq(made.lines());
    let first = kept.lines().zip(made.lines()).find(|(kept, made)| kept != made);
    assert!(
        same,
        "{} is not what is made now; first difference: {first:?}; BUGSCRUB_RENEW=1 renews it",
        path.display()
    );
}
