//! Holds objects of custom kinds against their definitions: reads them from the standard input, as a
//! JSON list, says each fault, and exits 1 if there is one. A field that a kind does not have is a
//! fault, and so is a kind that is not listed here.
//!
//! The types are made of the projects' own custom resource definitions (the crates kcr_*): names,
//! types, what is required, and the words that an enumeration allows. Patterns and limits of numbers are not in
//! them.

use std::process::ExitCode;

use kcr_barmancloud_cnpg_io::v1::objectstores::ObjectStore;
use kcr_gateway_networking_k8s_io::v1::httproutes::HttpRoute;
use kcr_helm_toolkit_fluxcd_io::v2::helmreleases::HelmRelease;
use kcr_kustomize_toolkit_fluxcd_io::v1::kustomizations::Kustomization;
use kcr_monitoring_coreos_com::v1::prometheusrules::PrometheusRule;
use kcr_monitoring_coreos_com::v1::servicemonitors::ServiceMonitor;
use kcr_notification_toolkit_fluxcd_io::v1beta3::alerts::Alert;
use kcr_notification_toolkit_fluxcd_io::v1beta3::providers::Provider;
use kcr_postgresql_cnpg_io::v1::clusters::Cluster;
use kcr_postgresql_cnpg_io::v1::scheduledbackups::ScheduledBackup;
use kcr_source_toolkit_fluxcd_io::v1::ocirepositories::OciRepository;
use serde::de::DeserializeOwned;
use serde_json::Value;

fn main() -> ExitCode {
    let objects: Vec<Value> = serde_json::from_reader(std::io::stdin()).expect("a list of objects");
    let mut faults = 0;
    for object in &objects {
        let text = |path| object.pointer(path).and_then(Value::as_str).unwrap_or_default();
        let (version, kind) = (text("/apiVersion"), text("/kind"));
        for fault in check(version, kind, object) {
            println!("{version} {kind} {}: {fault}", text("/metadata/name"));
            faults += 1;
        }
    }
    println!("{} objects, {faults} faults", objects.len());
    if faults == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn check(version: &str, kind: &str, object: &Value) -> Vec<String> {
    match (version, kind) {
        ("barmancloud.cnpg.io/v1", "ObjectStore") => faults::<ObjectStore>(object),
        ("gateway.networking.k8s.io/v1", "HTTPRoute") => faults::<HttpRoute>(object),
        ("helm.toolkit.fluxcd.io/v2", "HelmRelease") => faults::<HelmRelease>(object),
        ("kustomize.toolkit.fluxcd.io/v1", "Kustomization") => faults::<Kustomization>(object),
        ("monitoring.coreos.com/v1", "PrometheusRule") => faults::<PrometheusRule>(object),
        ("monitoring.coreos.com/v1", "ServiceMonitor") => faults::<ServiceMonitor>(object),
        ("notification.toolkit.fluxcd.io/v1beta3", "Alert") => faults::<Alert>(object),
        ("notification.toolkit.fluxcd.io/v1beta3", "Provider") => faults::<Provider>(object),
        ("postgresql.cnpg.io/v1", "Cluster") => faults::<Cluster>(object),
        ("postgresql.cnpg.io/v1", "ScheduledBackup") => faults::<ScheduledBackup>(object),
        ("source.toolkit.fluxcd.io/v1", "OCIRepository") => faults::<OciRepository>(object),
        _ => vec!["no definition of this kind is known".to_owned()],
    }
}

fn faults<T: DeserializeOwned>(object: &Value) -> Vec<String> {
    let mut faults = vec![];
    let read: Result<T, _> = serde_ignored::deserialize(object, |path| {
        let path = path.to_string();
        // These two are told by the type itself.
        if path != "apiVersion" && path != "kind" {
            faults.push(format!("{path}: there is no such field"));
        }
    });
    faults.extend(read.err().map(|error| error.to_string()));
    faults
}
