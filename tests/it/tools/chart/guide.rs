//! The walk-through of docs/operate-kubernetes.md creates the Secrets that its example values refer to.

use std::collections::BTreeSet;

use serde_json::Value;

use super::validity::{all_valid, is_restricted};
use super::{list, objects, one, pods, rendered, root};

/// Names of Secrets, with keys.
type Keys = BTreeSet<(String, String)>;

/// The Secrets that the guide's commands create.
fn made() -> Keys {
    let guide = std::fs::read_to_string(root("docs/operate-kubernetes.md")).unwrap();
    let walk = guide.split_once("\n## With Helm\n").unwrap().1.split_once("\n## With Flux\n").unwrap().0;
    let walk = walk.replace("\\\n", " ");
    let words = |line: &str| line.split_whitespace().map(str::to_owned).collect::<Vec<_>>();
    let mut made = Keys::new();
    for line in walk.lines().map(words) {
        let after = |word: &str| line.iter().position(|known| known == word).map(|at| line[at + 1].clone());
        if let Some(name) = after("--kubernetes-secret") {
            // `bugscrub setup` prints these keys, as its own tests show.
            for key in [
                "BUGSCRUB_APP_ID",
                "BUGSCRUB_WEBHOOK_SECRET",
                "BUGSCRUB_PRIVATE_KEY",
                "BUGSCRUB_CLIENT_ID",
                "BUGSCRUB_CLIENT_SECRET",
                "BUGSCRUB_SESSION_KEY",
            ] {
                made.insert((name.clone(), key.to_owned()));
            }
        }
        if let Some(name) = after("generic") {
            for word in &line {
                let pair = word.strip_prefix("--from-literal=").or(word.strip_prefix("--from-file="));
                if let Some((key, _)) = pair.and_then(|pair| pair.split_once('=')) {
                    made.insert((name.clone(), key.to_owned()));
                }
            }
        }
    }
    made
}

/// The Secrets that pods cannot start without.
fn asked(objects: &[Value]) -> Keys {
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let mut asked = Keys::new();
    for pod in pods(objects) {
        for volume in list(pod, "volumes").filter(|volume| !volume["secret"].is_null()) {
            let name = text(&volume["secret"]["secretName"]);
            asked.extend(list(&volume["secret"], "items").map(|item| (name.clone(), text(&item["key"]))));
        }
        for container in list(pod, "initContainers").chain(list(pod, "containers")) {
            let from = list(container, "env").map(|variable| &variable["valueFrom"]["secretKeyRef"]);
            asked.extend(from.filter(|from| !from.is_null()).map(|from| (text(&from["name"]), text(&from["key"]))));
        }
    }
    asked
}

#[test]
fn the_guide_creates_every_secret_that_its_values_need() {
    let made = made();
    for file in ["minimal-values.yaml", "production-values.yaml"] {
        let asked = asked(&rendered(Some(file)));
        assert!(asked.len() >= 4, "{file}: {asked:?}");
        let lacking: Vec<_> = asked.difference(&made).collect();
        assert!(lacking.is_empty(), "{file} asks for {lacking:?}, and the guide makes {made:?}");
    }
}

#[test]
fn a_private_authority_is_mounted_where_the_url_says() {
    let guide = std::fs::read_to_string(root("docs/operate-kubernetes.md")).unwrap();
    let path = guide.split_once("sslrootcert=").unwrap().1.split(['\'', '&', '`', '\n']).next().unwrap();
    let (folder, file) = path.rsplit_once('/').unwrap();
    let objects = rendered(Some("production-values.yaml"));
    let pod = &one(&objects, "Deployment")["spec"]["template"]["spec"];
    // The migration connects to the database too.
    for container in list(pod, "initContainers").chain(list(pod, "containers")) {
        let mount = list(container, "volumeMounts").find(|mount| mount["mountPath"] == folder);
        let mount = mount.unwrap_or_else(|| panic!("{folder} is not mounted in {}", container["name"]));
        let volume = list(pod, "volumes").find(|volume| volume["name"] == mount["name"]).unwrap();
        assert!(list(&volume["secret"], "items").any(|item| item["path"] == file), "{volume}");
    }
}

#[test]
fn the_restoring_pod_is_restricted_and_finds_the_url() {
    let yaml = std::fs::read_to_string(root("deploy/psql.yaml")).unwrap();
    all_valid(&yaml);
    let objects = objects(&yaml);
    is_restricted("psql.yaml", pods(&objects)[0]);
    assert!(asked(&objects).is_subset(&made()), "{:?}", asked(&objects));
    // The pod has no labels, so that the Service sends it no deliveries.
    assert!(objects[0]["metadata"]["labels"].is_null());
}
