//! The image and the workflows, as far as they can be checked without a container engine.
//! `make image-check` builds the image's files and runs the service in them; it takes minutes, so it
//! is a target of its own.

use std::path::{Path, PathBuf};

const DOCKERFILE: &str = include_str!("../../Dockerfile");
const DOCKERIGNORE: &str = include_str!("../../.dockerignore");
const CARGO: &str = include_str!("../../Cargo.toml");

fn project() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// What the Dockerfile copies from the project, in the stages that build.
fn copied() -> Vec<String> {
    let lines = DOCKERFILE.lines().filter(|line| !line.trim_start().starts_with('#'));
    let joined = lines.collect::<Vec<_>>().join("\n").replace("\\\n", " ");
    let copies =
        joined.lines().filter_map(|line| line.strip_prefix("COPY ")).filter(|words| !words.starts_with("--from="));
    copies
        .flat_map(|words| {
            let words: Vec<&str> = words.split_whitespace().collect();
            words[..words.len() - 1].iter().map(|name| name.trim_end_matches('/').to_owned()).collect::<Vec<_>>()
        })
        .collect()
}

/// All files below a folder of the project.
pub fn files(folder: &str) -> Vec<PathBuf> {
    let mut found = vec![];
    let mut folders = vec![project().join(folder)];
    while let Some(folder) = folders.pop() {
        for path in std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
            if path.is_dir() { folders.push(path) } else { found.push(path) }
        }
    }
    found
}

/// Docker copies only what .dockerignore lets through.
#[test]
fn the_image_is_built_from_every_file_that_the_program_is_made_of() {
    let copied = copied();
    assert!(copied.len() > 5, "{copied:?}");
    for name in &copied {
        assert!(project().join(name).exists(), "the Dockerfile copies {name}, which does not exist");
        assert!(DOCKERIGNORE.lines().any(|line| line == format!("!{name}")), ".dockerignore keeps {name} out");
    }
    let let_through = DOCKERIGNORE.lines().filter_map(|line| line.strip_prefix('!'));
    assert_eq!(let_through.filter(|name| !copied.iter().any(|copied| copied == name)).count(), 0);

    // What the sources include at compile time.
    let mut needed: Vec<PathBuf> =
        ["Cargo.toml", "Cargo.lock", "build.rs", "migrations", ".sqlx", "web"].map(PathBuf::from).to_vec();
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
    // Cargo wants the targets that Cargo.toml names, even where nobody builds them.
    needed.extend(CARGO.contains("[[bench]]").then(|| PathBuf::from("benches")));
    for path in needed {
        assert!(copied.iter().any(|name| path.starts_with(name)), "the Dockerfile does not copy {}", path.display());
    }
}

/// Whoever can move an action's tag could otherwise sign releases in our name.
#[test]
fn workflows_pin_every_action_to_a_commit() {
    let workflows = files(".github/workflows");
    assert!(workflows.len() > 1);
    for workflow in workflows {
        let text = std::fs::read_to_string(&workflow).unwrap();
        for used in text.lines().filter_map(|line| line.split_once("uses: ")).map(|(_, used)| used) {
            let commit = used.split_once('@').map(|(_, at)| at.split(' ').next().unwrap());
            let pinned = commit.is_some_and(|at| at.len() == 40 && at.bytes().all(|byte| byte.is_ascii_hexdigit()));
            assert!(pinned || used.starts_with("./"), "{}: {used}", workflow.display());
        }
    }
}
