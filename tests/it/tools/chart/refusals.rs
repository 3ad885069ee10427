//! Values that the chart must refuse, each with the message that a person gets, under both Helms.

use super::{output, template};

/// Values, and a part of the message.
const REFUSED: &[(&str, &str)] = &[
    // Combinations that the chart's templates refuse.
    ("database: {secret: {key: ''}}", "No database: set database.secret.key"),
    (
        "cloudnativepg: {enabled: true}\nembeddedPostgres: {enabled: true}",
        "cloudnativepg.enabled and embeddedPostgres.enabled are both true: choose one database.",
    ),
    (
        "database: {citus: true}\ncloudnativepg: {enabled: true}",
        "database.citus needs a database that is there already",
    ),
    (
        "database: {citus: true}\nembeddedPostgres: {enabled: true}",
        "database.citus needs a database that is there already",
    ),
    ("embeddedPostgres: {enabled: true}", "embeddedPostgres.enabled needs embeddedPostgres.image"),
    (
        "replicaCount: 1\nembeddedPostgres: {enabled: true, image: a/b:1}",
        "needs a volume, or everything is lost with the pod",
    ),
    (
        "embeddedPostgres: {enabled: true, image: a/b:1, persistence: {size: 1Gi}}",
        "allows one replica, which owns its database",
    ),
    (
        "autoscaling: {enabled: true}\nreplicaCount: 1\nembeddedPostgres: {enabled: true, image: a/b:1, persistence: {size: 1Gi}}",
        "allows one replica, which owns its database",
    ),
    (
        "autoscaling: {enabled: true, minReplicas: 5, maxReplicas: 4}",
        "autoscaling.minReplicas (5) is more than autoscaling.maxReplicas (4).",
    ),
    (
        "autoscaling: {enabled: true}\nresources: {requests: {cpu: null}}",
        "autoscaling.enabled needs resources.requests.cpu",
    ),
    ("termination: {gracePeriodSeconds: 30}", "termination.gracePeriodSeconds (30) must be more than 30"),
    (
        "replicaCount: 5\ncloudnativepg: {enabled: true, parameters: {max_connections: 100}}",
        "max_connections (100) is too small for 5 replicas. While they are replaced there are twice as many, which need 250 or more.",
    ),
    (
        "cloudnativepg: {enabled: true}\nautoscaling: {enabled: true, maxReplicas: 8}",
        "max_connections (300) is too small for 8 replicas. While they are replaced there are twice as many, which need 394 or more.",
    ),
    (
        "replicaCount: 2\ncloudnativepg: {enabled: true, parameters: {max_connections: null}}",
        "max_connections (100) is too small for 2 replicas",
    ),
    (
        "cloudnativepg: {enabled: true, instances: 2, synchronous: {number: 2}}",
        "cloudnativepg.synchronous.number (2) must be less than cloudnativepg.instances (2)",
    ),
    (
        "cloudnativepg: {enabled: true, spec: {bootstrap: {recovery: {source: before}}}}",
        "cloudnativepg.spec.bootstrap is not allowed. Use cloudnativepg.bootstrap",
    ),
    ("commonLabels: {app.kubernetes.io/name: scrub}", "commonLabels: the chart itself sets app.kubernetes.io/name"),
    ("podLabels: {app.kubernetes.io/instance: other}", "podLabels: the chart itself sets app.kubernetes.io/instance"),
    ("commonLabels: {helm.sh/chart: other}", "commonLabels: the chart itself sets helm.sh/chart"),
    ("ingress: {enabled: true}", "ingress.enabled needs ingress.host"),
    ("httpRoute: {enabled: true}", "httpRoute.enabled needs httpRoute.parentRefs"),
    ("ingress: {webhook: {enabled: true}}", "ingress.webhook.enabled needs ingress.webhook.host"),
    ("httpRoute: {webhook: {enabled: true}}", "httpRoute.webhook.enabled needs httpRoute.webhook.parentRefs"),
    (
        "ingress: {webhook: {host: 'https://hooks.example'}}",
        "ingress.webhook.host: \"https://hooks.example\" must be just a host name",
    ),
    (
        "ingress: {enabled: true, host: a.example, webhook: {enabled: true, host: b.example}}\npaths: [{path: /webhooks/github, pathType: Exact}]",
        "ingress.enabled: nothing but the webhook is in paths, and ingress.webhook.enabled exposes that.",
    ),
    ("ingress: {enabled: true, host: a.example}\npaths: []", "paths is empty, so GitHub could not deliver."),
    ("networkPolicy: {enabled: true}", "needs networkPolicy.ingressFrom, or GitHub's deliveries are shut out"),
    (
        "networkPolicy: {enabled: true, ingressFrom: [{podSelector: {}}]}",
        "needs networkPolicy.databaseTo, or the database is out of reach",
    ),
    (
        "serviceMonitor: {enabled: true}\nnetworkPolicy: {enabled: true, ingressFrom: [{podSelector: {}}], databaseTo: [{podSelector: {}}]}",
        "needs networkPolicy.scrapeFrom, or scrapes are shut out",
    ),
    (
        "networkPolicy: {enabled: true, ingressFrom: [{podSelector: {}}], databaseTo: [{podSelector: {}}], dnsTo: null}",
        "networkPolicy.dnsTo is empty, which would let the pods reach anything",
    ),
    (
        "networkPolicy: {enabled: true, ingressFrom: [{podSelector: {}}], databaseTo: [{podSelector: {}}], githubTo: null}",
        "networkPolicy.githubTo is empty, which would let the pods reach anything",
    ),
    ("prometheusRule: {enabled: true}", "prometheusRule.enabled needs serviceMonitor.enabled"),
    (
        "settings: {BUGSCRUB_TIMEZONE: UTC}",
        "settings.BUGSCRUB_TIMEZONE: the program has no such setting. Its settings are: BUGSCRUB_ACCOUNTS,",
    ),
    (
        "settings: {BUGSCRUB_WEBHOOK_SECRET: s3cret}",
        "settings.BUGSCRUB_WEBHOOK_SECRET: the chart sets this itself, from secret. Values only name Secrets",
    ),
    (
        "settings: {BUGSCRUB_DATABASE_URL: 'postgres://a:b@c/d'}",
        "settings.BUGSCRUB_DATABASE_URL: the chart sets this itself, from database.secret.",
    ),
    (
        "settings: {BUGSCRUB_ACCOUNTS: [acme, 583231]}",
        "settings.BUGSCRUB_ACCOUNTS: 583231 is not a text. Write it in quotes, such as [\"acme\", \"583231\"].",
    ),
    ("settings: {BUGSCRUB_ACCOUNTS: 583231}", "settings.BUGSCRUB_ACCOUNTS: 583231 is not a text. Write it in quotes"),
    ("settings: {BUGSCRUB_BOTS: [yes-bot, true]}", "settings.BUGSCRUB_BOTS: true is not a text"),
    (
        "settings: {BUGSCRUB_TIME_ZONE: Europe/Berlinn}",
        "settings.BUGSCRUB_TIME_ZONE: \"Europe/Berlinn\" is no time zone. Write its name, such as Europe/Berlin or UTC.",
    ),
    ("settings: {BUGSCRUB_LOG_FORMAT: yaml}", "settings.BUGSCRUB_LOG_FORMAT: \"yaml\" is not one of auto, json, text."),
    (
        "settings: {BUGSCRUB_GITHUB_API_URL: github.acme.example}",
        "settings.BUGSCRUB_GITHUB_API_URL: \"github.acme.example\" is no address",
    ),
    (
        "settings: {BUGSCRUB_SCRUB_SCHEDULE: Wednes 17:00}",
        "settings.BUGSCRUB_SCRUB_SCHEDULE: \"Wednes 17:00\" is not written like Wed 17:00 Europe/London 60m.",
    ),
    (
        "settings: {BUGSCRUB_SCRUB_SCHEDULE: 'Wed 17:00; Thu 09:00 Asia/Tokio'}",
        "\"Asia/Tokio\" is neither a time zone such as Europe/London nor a length such as 60m.",
    ),
    (
        "settings: {BUGSCRUB_RATE_LIMIT: many}",
        "settings.BUGSCRUB_RATE_LIMIT: \"many\" is no number from 0 to 4294967295.",
    ),
    (
        "extraEnv: [{name: BUGSCRUB_LISTEN, value: '1'}]",
        "extraEnv contains BUGSCRUB_LISTEN, which the chart sets itself.",
    ),
    // Values of a wrong form.
    ("secret: {name: ''}", "secret.name: \"\" is not the name of a Secret"),
    ("secret: {name: Not A Name}", "secret.name: \"Not A Name\" is not the name of a Secret"),
    ("database: {secret: {name: DB}}", "database.secret.name: \"DB\" is not the name of a Secret"),
    (
        "image: {repository: 'ghcr.io/a/b:1'}",
        "image.repository: \"ghcr.io/a/b:1\" must be a repository without a tag or digest; those go into image.tag",
    ),
    ("image: {digest: 'sha256:123'}", "image.digest: \"sha256:123\" must be sha256: and 64 hex digits."),
    ("image: {tag: 'v1:2'}", "image.tag: \"v1:2\" is not a tag"),
    (
        "listenAddress: '0.0.0.0:80'",
        "listenAddress: \"0.0.0.0:80\" must be an address such as 0.0.0.0 or [::], without a port.",
    ),
    (
        "ingress: {host: 'https://scrub.acme.example'}",
        "must be just a host name, such as scrub.acme.example, without https://",
    ),
    ("httpRoute: {hostnames: ['scrub.acme.example/']}", "must be just a host name"),
    ("httpRoute: {timeouts: {stream: forever}}", "timeouts"),
    ("paths: [{path: api, pathType: Prefix}]", "paths: \"api\" must be a path that begins with /."),
    ("cloudnativepg: {storage: {size: 20 GB}}", "cloudnativepg.storage.size: \"20 GB\" must be a size such as 20Gi."),
    ("cloudnativepg: {name: My DB}", "cloudnativepg.name: \"My DB\" is not the name of a Cluster"),
    ("collections: [{name: monday, views: []}]", "views"),
    ("views: [{name: Triage}]", "views: \"Triage\" is not the name of a view. Use 1 to 64 lower-case letters"),
    (
        "collections: [{name: The Agenda, views: [open]}]",
        "collections: \"The Agenda\" is not the name of a collection.",
    ),
    ("groups: {Team: [ada]}", "groups: \"Team\" is not the name of a group."),
    ("serviceMonitor: {interval: 30 s}", "serviceMonitor.interval: \"30 s\" must be a duration such as 30s."),
    ("fullnameOverride: Bug Scrub", "fullnameOverride: \"Bug Scrub\" is not the name of an object"),
    ("settings: {TIME_ZONE: UTC}", "settings.TIME_ZONE: the program has no such setting."),
    // Values that the chart's schema refuses.
    ("replicas: 3", "dditional propert"),
    ("replicaCount: two", "replicaCount"),
    ("replicaCount: -1", "replicaCount"),
    ("secret: {webhookSecret: s3cret}", "dditional propert"),
    ("settings: {BUGSCRUB_TIME_ZONE: {name: UTC}}", "BUGSCRUB_TIME_ZONE"),
    ("image: {pullPolicy: Sometimes}", "IfNotPresent"),
    ("service: {port: 70000}", "port"),
    ("service: {type: Cluster}", "ClusterIP"),
    ("ingress: {tls: true}", "tls"),
    ("cloudnativepg: {instances: 0}", "instances"),
    ("cloudnativepg: {synchronous: {dataDurability: sometimes}}", "dataDurability"),
    ("cloudnativepg: {bootstrap: {initdb: {}, recovery: {}}}", "bootstrap"),
    ("progressDeadlineSeconds: 0", "progressDeadlineSeconds"),
    ("networkPolicy: {dnsPort: dns}", "dnsPort"),
    ("views: [{name: triage, filters: {}}]", "dditional propert"),
    ("views: [{name: triage, order: best}]", "order"),
    ("groups: {team: []}", "team"),
    ("{signIn: {enabled: true}, github: {enabled: false}}", "signIn.enabled needs github.enabled"),
    ("settings: {BUGSCRUB_SESSION_KEY: x}", "signIn.enabled"),
    ("settings: {BUGSCRUB_CHAT_URL: x}", "secret.keys.chatUrl"),
    ("networkPolicy: {githubTo: []}", "githubTo"),
    ("podDisruptionBudget: {maxUnavailable: 0}", "maxUnavailable"),
    ("resources: {limit: {memory: 1Gi}}", "dditional propert"),
];

#[test]
fn wrong_values_are_refused_with_a_helpful_message() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("values.yaml");
    for (values, words) in REFUSED {
        std::fs::write(&path, values).unwrap();
        for helm in ["helm4", "helm3"] {
            let output = output(template(helm, Some(&path)));
            let said = String::from_utf8(output.stderr).unwrap();
            assert!(!output.status.success(), "{helm} takes {values}");
            assert!(said.contains(words), "{helm}: {values}: {said}");
            // These words would come from a template that breaks.
            assert!(
                !said.contains("nil pointer") && !said.contains("wrong type for value"),
                "{helm}: {values}: {said}"
            );
            if std::env::var_os("BUGSCRUB_SHOW_REFUSALS").is_some() && helm == "helm4" {
                println!("| `{values}` | {} |", said.trim());
            }
        }
    }
}
