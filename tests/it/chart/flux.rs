//! What Flux is given: that it builds, that its objects are of their kinds, that the Secrets open, and
//! that the values in it make the chart render, with every Secret that is referred to.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::validity::{all_valid, custom};
use super::{list, objects, one, pods, root, said, template, tool};

const OVERLAYS: [&str; 2] = ["staging", "production"];

fn built(overlay: &str) -> String {
    let mut command = tool("kubectl");
    command.arg("kustomize").arg(root("deploy/flux").join(overlay));
    said(command)
}

/// The keys of the Secrets that sops opens.
fn secrets(overlay: &str) -> BTreeMap<String, BTreeSet<String>> {
    let mut command = tool("sops");
    command.env("SOPS_AGE_KEY_FILE", root("tests/chart/example.agekey"));
    command.args(["--disable-version-check", "decrypt"]).arg(root("deploy/flux").join(overlay).join("secrets.yaml"));
    let opened = objects(&said(command));
    let keys = |secret: &Value| secret["stringData"].as_object().unwrap().keys().cloned().collect();
    opened.iter().map(|secret| (secret["metadata"]["name"].as_str().unwrap().to_owned(), keys(secret))).collect()
}

#[test]
fn overlays_build_objects_that_are_valid() {
    for overlay in OVERLAYS {
        let yaml = built(overlay);
        let objects = objects(&yaml);
        let secret = |object: &&Value| object["kind"] == "Secret";
        // What sops adds is taken out by Flux.
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
        assert_eq!(cluster[0]["spec"]["path"], format!("./deploy/flux/{overlay}"));
        assert_eq!(cluster[0]["spec"]["decryption"]["provider"], "sops");
    }
}

#[test]
fn the_release_is_looked_after() {
    for overlay in OVERLAYS {
        let objects = objects(&built(overlay));
        let release = &one(&objects, "HelmRelease")["spec"];
        let source = one(&objects, "OCIRepository");
        assert_eq!(release["chartRef"]["name"], source["metadata"]["name"]);
        assert_eq!(source["spec"]["verify"]["provider"], "cosign");
        assert!(list(&source["spec"]["verify"], "matchOIDCIdentity").count() > 0);
        assert_eq!(release["test"]["enable"], true);
        assert_eq!(release["driftDetection"]["mode"], "enabled");
        for action in ["install", "upgrade"] {
            assert!(release[action]["remediation"]["retries"].as_u64().unwrap() > 0, "{overlay}: {action}");
        }
        let namespace = &one(&objects, "Namespace")["metadata"];
        assert_eq!(namespace["labels"]["pod-security.kubernetes.io/enforce"], "restricted");
        assert_eq!(namespace["annotations"]["kustomize.toolkit.fluxcd.io/prune"], "disabled");
        let provider = one(&objects, "Provider");
        assert_eq!(one(&objects, "Alert")["spec"]["providerRef"]["name"], provider["metadata"]["name"]);
        let watched: Vec<_> = list(&one(&objects, "Alert")["spec"], "eventSources").collect();
        for source in watched {
            let named =
                |object: &&Value| object["kind"] == source["kind"] && object["metadata"]["name"] == source["name"];
            assert!(objects.iter().any(|object| named(&object)), "{overlay}: {source}");
        }
        let chat = provider["spec"]["secretRef"]["name"].as_str().unwrap();
        assert!(secrets(overlay)[chat].contains("address"));
    }
}

#[test]
fn its_values_render_and_every_secret_is_there() {
    for overlay in OVERLAYS {
        let built = objects(&built(overlay));
        let release = &one(&built, "HelmRelease")["spec"];
        let from = &release["valuesFrom"][0];
        let map = one(&built, "ConfigMap");
        // kustomize put in the name with the content's hash.
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
        // A scaled Deployment's replicas are nobody else's to correct.
        let scaled = rendered.iter().any(|object| object["kind"] == "HorizontalPodAutoscaler");
        let ignored = release["driftDetection"]["ignore"].to_string();
        assert_eq!(scaled, ignored.contains("/spec/replicas"), "{overlay}");
    }
}

#[test]
fn the_end_to_end_run_is_given_objects_that_are_valid() {
    let text = |file: &str| std::fs::read_to_string(root("tests/e2e").join(file)).unwrap();
    let release = text("release.yaml");
    all_valid(&text("cluster.yaml"));
    all_valid(&release);
    let folder = tempfile::tempdir().unwrap();
    let values = folder.path().join("values.json");
    std::fs::write(&values, one(&objects(&release), "HelmRelease")["spec"]["values"].to_string()).unwrap();
    all_valid(&said(template("helm3", Some(&values))));
}
