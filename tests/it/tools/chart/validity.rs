//! The rendered objects: as reviewed, the same with both Helms, valid for several versions of Kubernetes
//! and for the custom kinds, and allowed by the Pod Security Standard `restricted`.

use std::io::Write;
use std::process::{Command, Stdio};

use bugscrub::http::serve::ServeLimits;
use serde_json::{Value, json};

use super::{EXAMPLES, ROOT, example, golden, is_refused, list, one, output, pods, rendered, root, said, tool};

/// The oldest version that the chart supports, one in between, and the newest with a published schema.
const VERSIONS: [&str; 3] = ["1.30", "1.34", "1.37"];

#[test]
fn examples_render_as_reviewed_with_helm_4_and_3() {
    let lines = |text: &str| text.lines().filter(|line| !line.is_empty()).map(str::to_owned).collect::<Vec<_>>();
    for (name, file) in EXAMPLES {
        let made = example("helm4", file);
        golden(&format!("tests/chart/golden/{name}.yaml"), &made);
        assert_eq!(lines(&made), lines(&example("helm3", file)), "{name}");
    }
}

#[test]
fn helm_lint_finds_no_fault() {
    for helm in ["helm4", "helm3"] {
        for (_, file) in EXAMPLES {
            let mut command = tool(helm);
            command.args(["lint", "--strict", "charts/bugscrub"]);
            command.args(file.iter().flat_map(|file| ["--values".to_owned(), format!("charts/bugscrub/ci/{file}")]));
            let words = said(command);
            assert!(words.contains("1 chart(s) linted, 0 chart(s) failed"), "{words}");
            assert!(!words.contains("WARNING"), "{words}");
        }
    }
}

/// Runs kubernetes-validate over files. Returns whether they are valid, and what it says.
fn validate(version: &str, files: &[&str]) -> (bool, String) {
    let mut command = Command::new(root("target/chart-tools/venv/bin/kubernetes-validate"));
    command.args(["--strict", "--kubernetes-version", version]).args(files).current_dir(ROOT);
    let output = output(command);
    (output.status.success(), String::from_utf8(output.stdout).unwrap())
}

/// Checks objects against the definitions of custom kinds. Returns whether they are valid, and the faults.
pub fn custom(objects: &[Value]) -> (bool, String) {
    let program = root("target/kinds/debug/kinds");
    assert!(program.exists(), "{} is not there: `make test` builds it", program.display());
    let mut child = Command::new(program).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(&serde_json::to_vec(objects).unwrap()).unwrap();
    let output = child.wait_with_output().unwrap();
    (output.status.success(), String::from_utf8(output.stdout).unwrap())
}

/// Panics unless every object of a YAML text fits its schema: Kubernetes' own, or the custom kind's.
pub fn all_valid(yaml: &str) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("objects.yaml");
    std::fs::write(&path, yaml).unwrap();
    let objects = super::objects(yaml);
    for version in VERSIONS {
        let (valid, words) = validate(version, &[path.to_str().unwrap()]);
        assert!(valid, "{version}: {words}");
        let passed = words.lines().filter(|line| line.contains(" passed for resource ")).count();
        // Each warning is about a kind that the validator does not know.
        let unknown = words.lines().filter(|line| line.contains("Couldn't find schema for kind")).count();
        assert_eq!(passed + unknown, objects.len(), "{version}: {words}");
        let others: Vec<_> = objects.iter().filter(|object| is_custom(object)).cloned().collect();
        assert_eq!(others.len(), unknown, "{version}: {words}");
        let (valid, words) = custom(&others);
        assert!(valid, "{words}");
    }
}

/// Whether an object's kind is custom. Kubernetes' own groups have no dot, or end in k8s.io, except the Gateway API.
fn is_custom(object: &Value) -> bool {
    let group = object["apiVersion"].as_str().unwrap().split_once('/').map_or("", |(group, _)| group);
    group.contains('.') && (!group.ends_with(".k8s.io") || group == "gateway.networking.k8s.io")
}

#[test]
fn every_object_is_valid_for_three_versions_of_kubernetes() {
    for (_, file) in EXAMPLES {
        all_valid(&example("helm4", file));
    }
}

#[test]
fn the_validators_refuse_what_is_wrong() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("wrong.yaml");
    let made = example("helm4", Some("production-values.yaml"));
    for (right, wrong, words) in [
        ("revisionHistoryLimit: 3", "revisionHistoryLimits: 3", "Additional properties are not allowed"),
        ("maxSurge: 1", "maxSurge: true", "is not valid under any of the given schemas"),
    ] {
        std::fs::write(&path, made.replace(right, wrong)).unwrap();
        for version in VERSIONS {
            let (valid, said) = validate(version, &[path.to_str().unwrap()]);
            assert!(!valid && said.contains(words), "{wrong}: {said}");
        }
    }

    let objects = super::objects(&made);
    let mut monitor = one(&objects, "ServiceMonitor").clone();
    monitor["spec"]["endpoints"][0]["intervall"] = json!("30s");
    let mut cluster = one(&rendered(Some("cloudnativepg-values.yaml")), "Cluster").clone();
    cluster["spec"]["primaryUpdateStrategy"] = json!("sometimes");
    let mut route = one(&objects, "HTTPRoute").clone();
    route["apiVersion"] = json!("gateway.networking.k8s.io/v1alpha1");
    for (object, words) in [
        (monitor, "spec.endpoints.0.intervall: there is no such field"),
        (cluster, "unknown variant `sometimes`, expected `unsupervised` or `supervised`"),
        (route, "no definition of this kind is known"),
    ] {
        let (valid, said) = custom(&[object]);
        assert!(!valid && said.contains(words), "{said}");
    }
}

#[test]
fn pods_are_restricted() {
    for (name, file) in EXAMPLES {
        let objects = rendered(file);
        let pods = pods(&objects);
        assert_eq!(pods.len(), 2, "{name}");
        for pod in pods {
            is_restricted(name, pod);
        }
    }
}

/// https://kubernetes.io/docs/concepts/security/pod-security-standards/#restricted, and no rights in
/// the cluster.
pub fn is_restricted(name: &str, pod: &Value) {
    let context = &pod["securityContext"];
    assert_eq!(context["runAsNonRoot"], true, "{name}");
    assert!(context["runAsUser"].as_u64().unwrap() > 0, "{name}");
    assert_eq!(context["seccompProfile"]["type"], "RuntimeDefault", "{name}");
    for field in ["hostNetwork", "hostPID", "hostIPC", "hostUsers"] {
        assert!(pod[field].is_null(), "{name}: {field}");
    }
    for volume in list(pod, "volumes") {
        let kinds = ["secret", "configMap", "emptyDir", "persistentVolumeClaim"];
        assert!(kinds.iter().any(|kind| !volume[*kind].is_null()), "{name}: {volume}");
    }
    for container in list(pod, "initContainers").chain(list(pod, "containers")) {
        let context = &container["securityContext"];
        assert_eq!(context["allowPrivilegeEscalation"], false, "{name}");
        assert_eq!(context["privileged"], false, "{name}");
        assert_eq!(context["readOnlyRootFilesystem"], true, "{name}");
        assert_eq!(context["capabilities"], json!({"drop": ["ALL"]}), "{name}");
        assert!(list(container, "ports").all(|port| port["hostPort"].is_null()), "{name}");
        assert!(!container["resources"]["limits"]["memory"].is_null(), "{name}");
    }
    assert_eq!(pod["automountServiceAccountToken"], false, "{name}");
    assert_eq!(pod["enableServiceLinks"], false, "{name}");
}

#[test]
fn a_pod_has_time_to_drain() {
    let drain = ServeLimits::default().drain.as_secs();
    for (name, file) in EXAMPLES {
        let objects = rendered(file);
        let pod = &one(&objects, "Deployment")["spec"]["template"]["spec"];
        let grace = pod["terminationGracePeriodSeconds"].as_u64().unwrap();
        let stop = pod["containers"][0]["lifecycle"]["preStop"]["sleep"]["seconds"].as_u64().unwrap();
        assert!(grace > stop + drain, "{name}: {grace} s for {stop} s and {drain} s");
    }
    // The chart enforces this for other values too.
    let grace = |seconds| format!("termination: {{preStopSeconds: 5, gracePeriodSeconds: {seconds}}}");
    assert!(is_refused(&grace(5 + drain)) && !is_refused(&grace(5 + drain + 1)));
}

#[test]
fn names_stay_short_and_the_service_selects_only_its_own_pods() {
    let mut command = tool("helm4");
    command.args(["template", &"r".repeat(53), "charts/bugscrub", "--set", "cloudnativepg.enabled=true"]);
    for object in super::objects(&said(command)) {
        let name = object["metadata"]["name"].as_str().unwrap();
        assert!(name.len() <= 63, "{name}");
    }

    let objects = rendered(Some("cloudnativepg-values.yaml"));
    let selector = one(&objects, "Service")["spec"]["selector"].as_object().unwrap();
    for kind in ["Pod", "Cluster"] {
        let labels = one(&objects, kind)["metadata"]["labels"].as_object().unwrap();
        assert!(selector.iter().any(|(key, value)| labels.get(key) != Some(value)), "{kind}: {labels:?}");
    }
    let template = &one(&objects, "Deployment")["spec"]["template"]["metadata"]["labels"];
    assert!(selector.iter().all(|(key, value)| template.get(key) == Some(value)), "{template}");
}
