//! The Postgres cluster that the chart requests from CloudNativePG, and how the pods use it.

use serde_json::{Value, json};

use super::validity::all_valid;
use super::{is_refused, list, made_of, one, root, said, template, tool};

fn cluster(values: &str) -> Value {
    one(&made_of(&[], &format!("{values}\n")), "Cluster")["spec"].clone()
}

#[test]
fn an_acknowledged_delivery_is_on_a_standby_too() {
    let synchronous = |values: &str| cluster(values)["postgresql"]["synchronous"].clone();
    let usual = json!({"method": "any", "number": 1, "dataDurability": "required"});
    assert_eq!(synchronous("cloudnativepg: {enabled: true}"), usual);
    assert_eq!(synchronous("cloudnativepg: {enabled: true, instances: 2}"), usual);
    // A single instance has no standby to wait for, and 0 turns waiting off.
    assert!(synchronous("cloudnativepg: {enabled: true, instances: 1}").is_null());
    assert!(synchronous("cloudnativepg: {enabled: true, synchronous: {number: 0}}").is_null());
    let other = "cloudnativepg: {enabled: true, instances: 5, synchronous: {number: 2, dataDurability: preferred}}";
    assert_eq!(synchronous(other), json!({"method": "any", "number": 2, "dataDurability": "preferred"}));
    // Further settings in the values are kept.
    let example = made_of(&["cloudnativepg-values.yaml"], "{}\n");
    let mut with_quorum = usual;
    with_quorum["failoverQuorum"] = json!(true);
    assert_eq!(one(&example, "Cluster")["spec"]["postgresql"]["synchronous"], with_quorum);
}

#[test]
fn notes_say_what_a_failover_loses() {
    let notes = |set: &str| {
        let mut command = tool("helm4");
        command.args(["install", "bugscrub", "charts/bugscrub", "--dry-run=client", "--set", set]);
        said(command).split_once("\nNOTES:\n").unwrap().1.to_owned()
    };
    let cluster = "cloudnativepg.enabled=true,cloudnativepg";
    assert!(notes(&format!("{cluster}.instances=3")).contains("on 1 of its standbys."));
    assert!(notes(&format!("{cluster}.instances=1")).contains("there is no failover"));
    assert!(notes(&format!("{cluster}.synchronous.number=0")).contains("a failover loses"));
    assert!(notes(&format!("{cluster}.synchronous.dataDurability=preferred")).contains("as long as one is there"));
    assert!(!notes("replicaCount=2").contains("cluster"));
}

#[test]
fn connections_suffice_while_every_replica_is_replaced() {
    let connections = |values: &str| cluster(values)["postgresql"]["parameters"]["max_connections"].clone();
    for replicas in [1, 2, 6] {
        let values = format!("replicaCount: {replicas}\ncloudnativepg: {{enabled: true}}");
        assert_eq!(connections(&values), "300");
    }
    // While replicas are replaced there are twice as many, and ten connections are spare. One less is refused.
    let least = 2 * 7 * bugscrub::app::CONNECTIONS + 10;
    let values =
        |most| format!("replicaCount: 7\ncloudnativepg: {{enabled: true, parameters: {{max_connections: {most}}}}}");
    assert_eq!(connections(&values(least)), least.to_string());
    assert!(is_refused(&values(least - 1)));
}

#[test]
fn a_restore_creates_a_second_cluster_from_the_backup() {
    let before = made_of(&["cloudnativepg-values.yaml"], "{}\n");
    let mut command = template("helm4", Some(&root("charts/bugscrub/ci/cloudnativepg-values.yaml")));
    command.arg("--values").arg(root("charts/bugscrub/ci/recovery-values.yaml"));
    let yaml = said(command);
    all_valid(&yaml);
    let after = super::objects(&yaml);

    let (first, second) = (one(&before, "Cluster"), one(&after, "Cluster"));
    assert_ne!(first["metadata"]["name"], second["metadata"]["name"]);
    // Helm never deletes an object with this annotation.
    for object in [first, one(&before, "ObjectStore"), one(&before, "ScheduledBackup")] {
        assert_eq!(object["metadata"]["annotations"]["helm.sh/resource-policy"], "keep");
    }
    let bootstrap = second["spec"]["bootstrap"].as_object().unwrap();
    assert_eq!(bootstrap.keys().collect::<Vec<_>>(), ["recovery"], "not an empty database too");
    let recovery = &bootstrap["recovery"];
    assert_eq!((&recovery["database"], &recovery["owner"]), (&json!("bugscrub"), &json!("bugscrub")));
    let source = list(&second["spec"], "externalClusters").find(|source| source["name"] == recovery["source"]);
    let from = &source.unwrap()["plugin"]["parameters"];
    assert_eq!(from["serverName"], first["metadata"]["name"]);
    assert_eq!(from["barmanObjectName"], one(&after, "ObjectStore")["metadata"]["name"]);
    // The second cluster is backed up like the first one.
    assert_eq!(first["spec"]["plugins"], second["spec"]["plugins"]);
    assert_eq!(one(&after, "ScheduledBackup")["spec"]["cluster"]["name"], second["metadata"]["name"]);

    // The pods use the second cluster.
    let pod = &one(&after, "Deployment")["spec"]["template"]["spec"];
    let volume = list(pod, "volumes").find(|volume| volume["name"] == "database").unwrap();
    let name = second["metadata"]["name"].as_str().unwrap();
    assert_eq!(volume["secret"]["secretName"], format!("{name}-app"));
    let egress = one(&after, "NetworkPolicy")["spec"]["egress"].to_string();
    assert!(egress.contains(&format!(r#""cnpg.io/cluster":"{name}""#)), "{egress}");
}
