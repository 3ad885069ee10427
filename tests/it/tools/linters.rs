//! Linters of the files that no compiler reads: hadolint for the Dockerfile, actionlint for the
//! workflows, shellcheck for the scripts (scripts/ensure-linters.sh).

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::image::files;

/// Runs a linter. Panics with its output if it finds a fault.
fn lint(program: &str, arguments: &[&str], files: &[PathBuf]) {
    let project = Path::new(env!("CARGO_MANIFEST_DIR"));
    let linters = project.join("target/linters/bin");
    let mut command = Command::new(linters.join(program));
    // actionlint runs shellcheck over the commands in workflows.
    let path = format!("{}:{}", linters.display(), std::env::var("PATH").unwrap());
    let output = command.args(arguments).args(files).current_dir(project).env("PATH", path).output();
    let output = output.unwrap_or_else(|error| panic!("{program}: {error}: run scripts/ensure-linters.sh"));
    let text = |bytes| String::from_utf8_lossy(bytes).into_owned();
    assert!(output.status.success(), "{program}:\n{}{}", text(&output.stdout), text(&output.stderr));
}

#[test]
fn hadolint_finds_no_fault_in_the_dockerfile() {
    lint("hadolint", &[], &[Path::new(env!("CARGO_MANIFEST_DIR")).join("Dockerfile")]);
}

#[test]
fn actionlint_finds_no_fault_in_the_workflows() {
    let workflows = files(".github/workflows");
    assert!(workflows.len() > 1);
    lint("actionlint", &["-shellcheck", "shellcheck"], &workflows);
}

#[test]
fn shellcheck_finds_no_fault_in_the_scripts() {
    let scripts: Vec<PathBuf> = ["scripts", "tests/e2e"]
        .into_iter()
        .flat_map(files)
        .filter(|path| path.extension().is_some_and(|extension| extension == "sh"))
        .collect();
    assert!(scripts.len() > 5);
    lint("shellcheck", &["--severity=warning"], &scripts);
}
