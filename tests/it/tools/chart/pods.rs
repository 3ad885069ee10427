//! What values give to the pods, beyond what the examples show.

use serde_json::{Value, json};

use super::{EXAMPLES, list, made_of, one, rendered, root};

fn pod(values: &str) -> Value {
    one(&made_of(&[], values), "Deployment")["spec"]["template"]["spec"].clone()
}

#[test]
fn the_migration_gets_the_servers_log_settings_and_extra_environment() {
    let pod = pod("settings: {BUGSCRUB_LOG: debug, BUGSCRUB_LOG_FORMAT: text, BUGSCRUB_RATE_LIMIT: 600}\n\
                   extraEnv: [{name: PGAPPNAME, value: bugscrub}]\n");
    let value = |containers: &str, name: &str| {
        let container = list(&pod, containers).next().unwrap();
        list(container, "env").find(|variable| variable["name"] == name).map(|variable| variable["value"].clone())
    };
    for containers in ["initContainers", "containers"] {
        for (name, given) in [("BUGSCRUB_LOG", "debug"), ("BUGSCRUB_LOG_FORMAT", "text"), ("PGAPPNAME", "bugscrub")] {
            assert_eq!(value(containers, name), Some(json!(given)), "{containers}: {name}");
        }
    }
    // Some settings are for the server only.
    assert_eq!(value("containers", "BUGSCRUB_RATE_LIMIT"), Some(json!("600")));
    assert_eq!(value("initContainers", "BUGSCRUB_RATE_LIMIT"), None);
}

#[test]
fn the_migration_spreads_the_accounts_where_that_is_asked_for() {
    let args = |values: &str| list(&pod(values), "initContainers").next().unwrap()["args"].clone();
    assert_eq!(args("database: {citus: true}\n"), json!(["migrate", "--wait=120", "--citus"]));
    assert_eq!(args("{}\n"), json!(["migrate", "--wait=120"]));
}

#[test]
fn a_rollout_may_take_as_long_as_flux_waits() {
    let release = std::fs::read_to_string(root("deploy/flux/base/release.yaml")).unwrap();
    let minutes = release.split_once("\n  timeout: ").unwrap().1.split_once("m\n").unwrap().0;
    let seconds = minutes.parse::<u64>().unwrap() * 60;
    for (name, file) in EXAMPLES {
        let deadline = one(&rendered(file), "Deployment")["spec"]["progressDeadlineSeconds"].as_u64();
        assert!(deadline >= Some(seconds), "{name}: {deadline:?} s, and Flux waits {seconds} s");
    }
}

#[test]
fn dns_egress_can_be_set_to_the_clusters_resolver() {
    let objects = made_of(
        &["cloudnativepg-values.yaml"],
        "networkPolicy: {dnsPort: 5353, dnsTo: [{namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: openshift-dns}}}]}\n",
    );
    let dns = &one(&objects, "NetworkPolicy")["spec"]["egress"][0];
    let ports: Vec<_> = list(dns, "ports").map(|port| (&port["port"], &port["protocol"])).collect();
    assert_eq!(ports, [(&json!(5353), &json!("UDP")), (&json!(5353), &json!("TCP"))]);
    assert!(dns["to"].to_string().contains("openshift-dns"));
}
