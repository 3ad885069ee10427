//! What Flux installs: it builds, its objects are valid, its Secrets can be decrypted, and its values
//! render the chart, with every Secret that the chart refers to.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use super::validity::{all_valid, custom};
use super::{list, objects, one, pods, root, said, template, tool};

const OVERLAYS: [&str; 2] = ["staging", "production"];

fn built(overlay: &str) -> String {
    let mut command = tool("kubectl");
    command.arg("kustomize").arg(root("deploy/flux").join(overlay));
    said(command)
}

/// The keys of the Secrets that sops decrypts, by the Secret's name.
fn secrets(overlay: &str) -> BTreeMap<String, BTreeSet<String>> {
    let mut command = tool("sops");
    command.env("SOPS_AGE_KEY_FILE", root("tests/chart/example.agekey"));
    command.args(["--disable-version-check", "decrypt"]).arg(root("deploy/flux").join(overlay).join("secrets.yaml"));
    let opened = objects(&said(command));
    let keys = |secret: &Value| secret["stringData"].as_object().unwrap().keys().cloned().collect();
    opened.iter().map(|secret| (secret["metadata"]["name"].as_str().unwrap().to_owned(), keys(secret))).collect()
}

#[test]
fn overlays_build_valid_objects() {
    for overlay in OVERLAYS {
        let yaml = built(overlay);
        let objects = objects(&yaml);
        let secret = |object: &&Value| object["kind"] == "Secret";
        // Flux removes what sops adds.
        let (secrets, others): (Vec<_>, Vec<_>) = objects.iter().partition(secret);
        assert!(!secrets.is_empty());
        for secret in secrets {
            assert!(!secret["sops"]["mac"].is_null(), "{overlay}: a Secret is not encrypted");
            for (key, value) in secret["stringData"].as_object().unwrap() {
                assert!(value.as_str().unwrap().starts_with("ENC["), "{overlay}: {key} is not encrypted");
            }
        }
        let others: Vec<String> = others.iter().map(|object| object.to_string()).collect();
        all_valid(&others.join("\n---\n"));
        for object in &objects {
            let namespace = &object["metadata"]["namespace"];
            assert!(object["kind"] == "Namespace" || namespace == "bugscrub", "{overlay}: {object}");
        }
        let cluster = std::fs::read_to_string(root("deploy/flux/clusters").join(format!("{overlay}.yaml"))).unwrap();
        let cluster = super::objects(&cluster);
        let (valid, said) = custom(&cluster);
        assert!(valid, "{said}");
        // The commented-out dependency is valid as it stands.
        let text = std::fs::read_to_string(root("deploy/flux/clusters").join(format!("{overlay}.yaml"))).unwrap();
        let taken_in = text.replace("  # dependsOn:\n  #   - name", "  dependsOn:\n    - name");
        let dependent = super::objects(&taken_in);
        assert_eq!(list(&dependent[0]["spec"], "dependsOn").count(), 1, "{overlay}");
        let (valid, said) = custom(&dependent);
        assert!(valid, "{said}");
        assert_eq!(cluster[0]["spec"]["path"], format!("./deploy/flux/{overlay}"));
        // A Kustomization that waits for the release takes no correction of it meanwhile.
        assert_eq!(cluster[0]["spec"]["wait"], false, "{overlay}");
    }
}

#[test]
fn every_reference_to_another_object_resolves() {
    for overlay in OVERLAYS {
        let objects = objects(&built(overlay));
        let release = &one(&objects, "HelmRelease")["spec"];
        let source = one(&objects, "OCIRepository");
        assert_eq!(release["chartRef"]["name"], source["metadata"]["name"]);
        let provider = one(&objects, "Provider");
        assert_eq!(one(&objects, "Alert")["spec"]["providerRef"]["name"], provider["metadata"]["name"]);
        // The Kustomization that applies all this is in Flux' own namespace.
        let cluster = std::fs::read_to_string(root("deploy/flux/clusters").join(format!("{overlay}.yaml"))).unwrap();
        let there: Vec<Value> = objects.iter().cloned().chain(super::objects(&cluster)).collect();
        let alert = one(&objects, "Alert");
        let watched: Vec<_> = list(&alert["spec"], "eventSources").collect();
        for source in &watched {
            let namespace = if source["namespace"].is_null() { &alert["metadata"] } else { source };
            let named = |object: &&Value| {
                let metadata = &object["metadata"];
                object["kind"] == source["kind"]
                    && metadata["name"] == source["name"]
                    && metadata["namespace"] == namespace["namespace"]
            };
            assert!(there.iter().any(|object| named(&object)), "{overlay}: {source}");
        }
        for kind in ["Kustomization", "OCIRepository", "HelmRelease"] {
            assert!(watched.iter().any(|source| source["kind"] == kind), "{overlay}: nobody is told of the {kind}");
        }
        let chat = provider["spec"]["secretRef"]["name"].as_str().unwrap();
        assert!(secrets(overlay)[chat].contains("address"));
    }
}

#[test]
fn the_values_render_and_every_secret_exists() {
    for overlay in OVERLAYS {
        let built = objects(&built(overlay));
        let release = &one(&built, "HelmRelease")["spec"];
        let from = &release["valuesFrom"][0];
        let map = one(&built, "ConfigMap");
        // kustomize replaced the name by one with the content's hash.
        assert_eq!((&from["kind"], &from["name"]), (&map["kind"], &map["metadata"]["name"]), "{overlay}");
        let folder = tempfile::tempdir().unwrap();
        let values = folder.path().join("values.yaml");
        std::fs::write(&values, map["data"]["values.yaml"].as_str().unwrap()).unwrap();
        let yaml = said(template("helm4", Some(&values)));
        all_valid(&yaml);

        let rendered = objects(&yaml);
        let known = secrets(overlay);
        let mut asked: BTreeSet<(String, String)> = BTreeSet::new();
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        for pod in pods(&rendered) {
            for volume in list(pod, "volumes").filter(|volume| !volume["secret"].is_null()) {
                let name = text(&volume["secret"]["secretName"]);
                asked.extend(list(&volume["secret"], "items").map(|item| (name.clone(), text(&item["key"]))));
            }
            for variable in list(pod, "containers").flat_map(|container| list(container, "env")) {
                let from = &variable["valueFrom"]["secretKeyRef"];
                if !from.is_null() {
                    asked.insert((text(&from["name"]), text(&from["key"])));
                }
            }
        }
        let made_by_operator = rendered.iter().find(|object| object["kind"] == "Cluster");
        let made_by_operator =
            made_by_operator.map(|cluster| format!("{}-app", cluster["metadata"]["name"].as_str().unwrap()));
        assert!(asked.len() >= 4, "{overlay}: {asked:?}");
        for (secret, key) in asked.iter().filter(|(secret, _)| Some(secret) != made_by_operator.as_ref()) {
            assert!(known.get(secret).is_some_and(|keys| keys.contains(key)), "{overlay}: no {key} in {secret}");
        }
        // kube-prometheus-stack ignores objects without this label.
        for object in rendered.iter().filter(|object| object["apiVersion"] == "monitoring.coreos.com/v1") {
            assert!(object["metadata"]["labels"]["release"].is_string(), "{overlay}: {}", object["kind"]);
        }
        // Flux must not correct the replicas of a Deployment that an autoscaler scales.
        let scaled = rendered.iter().any(|object| object["kind"] == "HorizontalPodAutoscaler");
        let ignored = release["driftDetection"]["ignore"].to_string();
        assert_eq!(scaled, ignored.contains("/spec/replicas"), "{overlay}");
    }
}

#[test]
fn the_end_to_end_run_uses_valid_objects() {
    let text = |file: &str| std::fs::read_to_string(root("tests/e2e").join(file)).unwrap();
    let release = text("release.yaml");
    all_valid(&text("cluster.yaml"));
    all_valid(&release);
    let folder = tempfile::tempdir().unwrap();
    let values = folder.path().join("values.json");
    std::fs::write(&values, one(&objects(&release), "HelmRelease")["spec"]["values"].to_string()).unwrap();
    all_valid(&said(template("helm3", Some(&values))));
}

#[test]
fn the_readmes_commands_write_all_secrets_or_none() {
    // Runs the commands of step 4 with stand-ins for the programs.
    let readme = std::fs::read_to_string(root("deploy/flux/README.md")).unwrap();
    let step = readme.split_once("$ cd deploy/flux\n").unwrap().1.split_once("```").unwrap().0;
    let (_, script) = step.split_once("$ (").unwrap();
    let folder = tempfile::tempdir().unwrap();
    let at = |file: &str| folder.path().join(file);
    let run = |setup: &str| {
        std::fs::create_dir_all(at("production")).unwrap();
        std::fs::write(at("production/secrets.yaml"), "before\n").unwrap();
        let programs =
            format!("bugscrub() {{ {setup}; }}\nsops() {{ cat /dev/stdin; }}\nDATABASE=postgres://x CHAT=https://y\n");
        let path = format!("{}:/usr/bin:/bin", root("target/chart-tools/bin").display());
        let mut bash = std::process::Command::new("bash");
        bash.args(["-c", &format!("{programs}({script}")]).current_dir(folder.path()).env("PATH", path);
        let output = super::output(bash);
        (output.status.success(), std::fs::read_to_string(at("production/secrets.yaml")).unwrap())
    };
    let (well, written) = run("printf 'kind: Secret\\nmetadata: {name: bugscrub}\\n'");
    assert!(well);
    let made = objects(&written);
    let named: Vec<_> = made.iter().map(|secret| secret["metadata"]["name"].as_str().unwrap()).collect();
    assert_eq!(named, ["bugscrub-database", "bugscrub-chat", "bugscrub"]);
    assert_eq!(made[0]["data"], json!({"BUGSCRUB_DATABASE_URL": "cG9zdGdyZXM6Ly94"}));
    assert_eq!(made[1]["data"], json!({"address": "aHR0cHM6Ly95"}));
    assert_eq!(run("return 1"), (false, "before\n".to_owned()));
}

#[test]
fn flux_only_takes_patches_of_one_minor_version_by_itself() {
    let objects = objects(&built("production"));
    let taken = one(&objects, "OCIRepository")["spec"]["ref"]["semver"].as_str().unwrap();
    let version = |text: &str| text.split('.').map(|part| part.parse::<u32>().unwrap()).collect::<Vec<_>>();
    let (from, to) = taken.strip_prefix(">=").unwrap().split_once(" <").unwrap();
    let (from, to) = (version(from), version(to));
    assert_eq!(to, [from[0], from[1] + 1, 0], "{taken}");
}
