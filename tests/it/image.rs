//! The image and the release, as far as they can be looked at without an engine. `make image-check`
//! builds the image's files and runs the service in them; it takes minutes, so it stands apart.

use std::path::{Path, PathBuf};
use std::process::Command;

const DOCKERFILE: &str = include_str!("../../Dockerfile");
const IGNORED: &str = include_str!("../../.dockerignore");
const ROOT_SCRIPT: &str = include_str!("../../scripts/image-root.sh");
const CARGO: &str = include_str!("../../Cargo.toml");

fn project() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The instructions of the Dockerfile, continuations joined: (instruction, the rest).
fn instructions() -> Vec<(String, String)> {
    let lines = DOCKERFILE.lines().filter(|line| !line.trim_start().starts_with('#') && !line.is_empty());
    let joined = lines.collect::<Vec<_>>().join("\n").replace("\\\n", " ");
    let split = |line: &str| line.split_once(' ').map(|(word, rest)| (word.to_owned(), rest.trim().to_owned()));
    joined.lines().filter_map(split).collect()
}

/// The instructions of one stage, by its number.
fn stage(number: usize) -> Vec<(String, String)> {
    let mut froms = 0;
    let all = instructions().into_iter().filter(|(word, _)| {
        froms += usize::from(word == "FROM");
        froms == number
    });
    all.collect()
}

fn only(stage: &[(String, String)], wanted: &str) -> String {
    let found: Vec<&String> = stage.iter().filter(|(word, _)| word == wanted).map(|(_, rest)| rest).collect();
    assert_eq!(found.len(), 1, "{wanted}: {found:?}");
    found[0].clone()
}

/// What the first stage copies from the project.
fn copied() -> Vec<String> {
    let stage = stage(1);
    let copies = stage.iter().filter(|(word, _)| word == "COPY").map(|(_, rest)| rest.split(' '));
    copies
        .flat_map(|words| words.clone().take(words.count() - 1))
        .map(|name| name.trim_end_matches('/').to_owned())
        .collect()
}

fn setting_of_cargo(name: &str) -> &'static str {
    let line = CARGO.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(" = \"")).unwrap();
    line.trim_end_matches('"')
}

#[test]
fn the_image_is_built_with_the_rust_that_the_project_asks_for() {
    assert!(instructions().contains(&("ARG".to_owned(), format!("RUST={}", setting_of_cargo("rust-version")))));
    assert!(only(&stage(1), "FROM").starts_with("rust:${RUST}-slim-"));
}

#[test]
fn the_last_stage_is_the_built_files_and_a_user_without_rights() {
    let last = stage(2);
    assert_eq!(only(&last, "FROM"), "scratch");
    assert_eq!(only(&last, "COPY"), "--from=build /image/ /");
    assert!(last.iter().all(|(word, _)| !["RUN", "ADD", "VOLUME"].contains(&word.as_str())));
    let user = only(&last, "USER");
    let (uid, gid) = user.split_once(':').unwrap();
    // A name would not do: Kubernetes sees that a number is not root.
    assert!(uid.parse::<u32>().unwrap() > 0 && gid.parse::<u32>().unwrap() > 0);
    assert!(ROOT_SCRIPT.contains(&format!("nonroot:x:{uid}:{gid}:")));
    let program = only(&last, "ENTRYPOINT");
    assert_eq!(program, "[\"/usr/bin/bugscrub\"]");
    assert!(ROOT_SCRIPT.contains("\"$root/usr/bin/bugscrub\""));
    for setting in ["BUGSCRUB_LISTEN=0.0.0.0:8080", "PATH=/usr/bin"] {
        assert!(last.contains(&("ENV".to_owned(), setting.to_owned())), "{setting}");
    }
    assert_eq!(only(&last, "EXPOSE"), "8080");
}

/// Files under a folder, beside the project's root.
fn files(folder: &str) -> Vec<PathBuf> {
    let mut found = vec![];
    let mut folders = vec![project().join(folder)];
    while let Some(folder) = folders.pop() {
        for path in std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
            if path.is_dir() { folders.push(path) } else { found.push(path) }
        }
    }
    found
}

/// The build sees what the first stage copies, and copying sees what .dockerignore lets through.
#[test]
fn whatever_the_program_is_made_of_is_copied() {
    let copied = copied();
    for name in &copied {
        assert!(project().join(name).exists(), "{name} is copied, but is not there");
        assert!(
            IGNORED.lines().any(|line| line == format!("!{name}")),
            "{name} is kept from the build by .dockerignore"
        );
    }
    let let_through = IGNORED.lines().filter_map(|line| line.strip_prefix('!'));
    assert_eq!(let_through.filter(|name| !copied.iter().any(|copied| copied == name)).count(), 0);

    // What the sources take in at compile time.
    let mut needed: Vec<PathBuf> = ["Cargo.toml", "Cargo.lock", "migrations", ".sqlx"].map(PathBuf::from).to_vec();
    for source in files("src").iter().filter(|path| path.extension().is_some_and(|extension| extension == "rs")) {
        let text = std::fs::read_to_string(source).unwrap();
        for call in ["include_str!(\"", "include_bytes!(\""] {
            for taken in text.split(call).skip(1) {
                let path = source.parent().unwrap().join(taken.split('"').next().unwrap()).canonicalize().unwrap();
                needed.push(path.strip_prefix(project()).unwrap().to_owned());
            }
        }
    }
    assert!(needed.len() > 5);
    // Targets that Cargo.toml names must be there, though nobody builds them.
    needed.extend(CARGO.contains("[[bench]]").then(|| PathBuf::from("benches")));
    for path in needed {
        assert!(copied.iter().any(|name| path.starts_with(name)), "{} is not copied", path.display());
    }
}

fn lint(program: &str, arguments: &[&str], files: &[PathBuf]) {
    let path = project().join("target/linters/bin");
    let mut command = Command::new(path.join(program));
    // actionlint runs shellcheck on what workflows run.
    let path = format!("{}:{}", path.display(), std::env::var("PATH").unwrap());
    let ran = command.args(arguments).args(files).current_dir(project()).env("PATH", path).output();
    let ran = ran.unwrap_or_else(|error| panic!("{program}: {error}: run scripts/ensure-linters.sh"));
    let said = |bytes| String::from_utf8_lossy(bytes).into_owned();
    assert!(ran.status.success(), "{program}:\n{}{}", said(&ran.stdout), said(&ran.stderr));
}

#[test]
fn the_dockerfile_the_workflows_and_the_scripts_are_clean() {
    lint("hadolint", &[], &[project().join("Dockerfile")]);
    let workflows = files(".github/workflows");
    assert!(workflows.len() > 1);
    lint("actionlint", &["-shellcheck", "shellcheck"], &workflows);
    let scripts: Vec<PathBuf> = ["scripts", "tests/e2e"]
        .into_iter()
        .flat_map(files)
        .filter(|path| path.extension().is_some_and(|extension| extension == "sh"))
        .collect();
    assert!(scripts.len() > 5);
    lint("shellcheck", &["--severity=warning"], &scripts);
}

/// Whoever can move a tag of an action could otherwise sign in our name.
#[test]
fn the_workflows_name_actions_by_commit() {
    for workflow in files(".github/workflows") {
        let text = std::fs::read_to_string(&workflow).unwrap();
        for used in text.lines().filter_map(|line| line.split_once("uses: ")).map(|(_, used)| used) {
            let commit = used.split_once('@').map(|(_, at)| at.split(' ').next().unwrap());
            let pinned = commit.is_some_and(|at| at.len() == 40 && at.bytes().all(|byte| byte.is_ascii_hexdigit()));
            assert!(pinned || used.starts_with("./"), "{}: {used}", workflow.display());
        }
    }
}
