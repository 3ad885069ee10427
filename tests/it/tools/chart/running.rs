//! Runs the containers of the rendered pods as processes: the real program with exactly the arguments,
//! variables and files that a kubelet would give it, from the rendered objects and made-up Secrets. A
//! folder takes the place of each mounted volume, and a loopback address of the test's own that of the
//! pod. The port is the rendered one.

use std::collections::HashMap;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::time::Duration;

use bugscrub::store;
use bugscrub::webhook::signature;
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::process::{Child, Command};
use tokio::time::timeout;
use uuid::Uuid;

use super::{list, objects, one, root, said, template};
use crate::sign_in::KEY;
use crate::support::github::{APP_ID, APP_KEY, FakeGitHub};
use crate::support::payload::{issue, issues, owned_repository};
use crate::support::service::{bugscrub, client};
use crate::support::wait::{in_time, until};
use crate::support::{TestDatabase, own_host};

const SECRET: &str = "new-secret";
const ADMIN: &str = "an-admin-token-that-is-made-up";

/// A cluster as one pod sees it: the rendered objects, Secrets, and a folder for each volume.
struct Cluster {
    objects: Vec<Value>,
    secrets: HashMap<(&'static str, &'static str), String>,
    volumes: TempDir,
}

impl Cluster {
    fn new(ci: &str, overrides: &str, secrets: HashMap<(&'static str, &'static str), String>) -> Self {
        let volumes = tempfile::tempdir().unwrap();
        // The embedded Postgres runs as another user.
        std::fs::set_permissions(&volumes, std::fs::Permissions::from_mode(0o755)).unwrap();
        let values = volumes.path().join("overrides.yaml");
        std::fs::write(&values, overrides).unwrap();
        let mut command = template("helm4", Some(&root("charts/bugscrub/ci").join(ci)));
        command.arg("--values").arg(&values);
        let cluster = Self { objects: objects(&said(command)), secrets, volumes };
        for volume in list(cluster.pod(), "volumes") {
            cluster.fill(volume);
        }
        cluster
    }

    fn pod(&self) -> &Value {
        &one(&self.objects, "Deployment")["spec"]["template"]["spec"]
    }

    fn folder(&self, volume: &Value) -> std::path::PathBuf {
        self.volumes.path().join(volume.as_str().unwrap())
    }

    fn secret(&self, secret: &Value, key: &Value) -> &str {
        let (secret, key) = (secret.as_str().unwrap(), key.as_str().unwrap());
        let found = self.secrets.iter().find(|((name, known), _)| *name == secret && *known == key);
        found.unwrap_or_else(|| panic!("the Secret {secret} has no {key}")).1
    }

    /// Writes a volume's files.
    fn fill(&self, volume: &Value) {
        let folder = self.folder(&volume["name"]);
        std::fs::create_dir(&folder).unwrap();
        if !volume["secret"].is_null() {
            for item in list(&volume["secret"], "items") {
                let text = self.secret(&volume["secret"]["secretName"], &item["key"]);
                std::fs::write(folder.join(item["path"].as_str().unwrap()), text).unwrap();
            }
        } else if !volume["configMap"].is_null() {
            let name = &volume["configMap"]["name"];
            let maps = self.objects.iter().filter(|object| object["kind"] == "ConfigMap");
            let map = maps.into_iter().find(|map| map["metadata"]["name"] == *name).unwrap();
            for (file, text) in map["data"].as_object().unwrap() {
                std::fs::write(folder.join(file), text.as_str().unwrap()).unwrap();
            }
        } else {
            assert!(!volume["emptyDir"].is_null() || !volume["persistentVolumeClaim"].is_null(), "{volume}");
        }
    }

    /// The process of a container.
    fn command(&self, container: &Value) -> Command {
        let args: Vec<&str> = list(container, "args").map(|arg| arg.as_str().unwrap()).collect();
        assert!(container["command"].is_null(), "the image's entry point is the program");
        let mounts: Vec<(&str, String)> = list(container, "volumeMounts")
            .map(|mount| {
                let folder = self.folder(&mount["name"]);
                (mount["mountPath"].as_str().unwrap(), folder.to_str().unwrap().to_owned())
            })
            .collect();
        let variables: Vec<(&str, String)> = list(container, "env")
            .map(|variable| {
                let value = match variable["value"].as_str() {
                    Some(value) => value.to_owned(),
                    None => {
                        let from = &variable["valueFrom"]["secretKeyRef"];
                        self.secret(&from["name"], &from["key"]).to_owned()
                    }
                };
                let mounted = mounts.iter().find(|(path, _)| Path::new(&value).starts_with(path));
                let value = mounted.map_or(value.clone(), |(path, folder)| value.replacen(path, folder, 1));
                (variable["name"].as_str().unwrap(), value)
            })
            .collect();
        let variables: Vec<(&str, &str)> = variables.iter().map(|(name, value)| (*name, value.as_str())).collect();
        bugscrub(&args, &variables)
    }

    /// Runs the init containers one after the other, then the server until it is ready.
    async fn start(&self, host: &str) -> Server {
        for container in list(self.pod(), "initContainers") {
            finishes(self.command(container)).await;
        }
        let container = &self.pod()["containers"][0];
        let base = |name: &Value| {
            let port = list(container, "ports").find(|known| known["name"] == *name).unwrap();
            format!("http://{host}:{}", port["containerPort"])
        };
        let ports = &one(&self.objects, "Service")["spec"]["ports"];
        let server = Server {
            base: base(&ports[0]["targetPort"]),
            metrics: base(&ports[1]["targetPort"]),
            child: self.command(container).spawn().unwrap(),
        };
        for probe in ["startupProbe", "livenessProbe", "readinessProbe"] {
            let get = &container[probe]["httpGet"];
            waits_for(&format!("{}{}", base(&get["port"]), get["path"].as_str().unwrap())).await;
        }
        server
    }
}

/// Runs a command that must succeed. Returns what it prints.
async fn finishes(mut command: Command) -> String {
    let output = in_time("the container ends", command.output()).await.unwrap();
    let (stdout, stderr) = (String::from_utf8(output.stdout).unwrap(), String::from_utf8(output.stderr).unwrap());
    assert!(output.status.success(), "{stdout}{stderr}");
    stdout
}

struct Server {
    base: String,
    /// Where metrics answer without a token.
    metrics: String,
    child: Child,
}

async fn waits_for(url: &str) {
    let answers = async || client().get(url).send().await.is_ok_and(|answer| answer.status() == 200);
    until(&format!("{url} answers 200"), answers).await;
}

impl Server {
    async fn get(&self, path: &str) -> Value {
        let answer = client().get(format!("{}{path}", self.base)).bearer_auth(ADMIN).send().await.unwrap();
        assert_eq!(answer.status(), 200, "{path}");
        serde_json::from_slice(&answer.bytes().await.unwrap()).unwrap()
    }

    async fn deliver(&self, path: &str, payload: &Value, secret: &str) -> u16 {
        self.deliver_as(Uuid::new_v4(), path, payload, secret).await.0
    }

    /// Returns the answer's status, and whether the GUID was known.
    async fn deliver_as(&self, guid: Uuid, path: &str, payload: &Value, secret: &str) -> (u16, bool) {
        let body = serde_json::to_vec(payload).unwrap();
        let request = client()
            .post(format!("{}{path}", self.base))
            .header("content-type", "application/json")
            .header("x-github-event", "issues")
            .header("x-github-delivery", guid.to_string())
            .header("x-hub-signature-256", signature::sign(secret.as_bytes(), &body))
            .body(body);
        let answer = request.send().await.unwrap();
        let status = answer.status().as_u16();
        let said: Value = serde_json::from_slice(&answer.bytes().await.unwrap()).unwrap();
        (status, said["duplicate"] == true)
    }

    /// Stops the server as a kubelet does, and waits no longer than a kubelet would.
    async fn stops_within(mut self, seconds: u64) {
        kill(Pid::from_raw(self.child.id().unwrap().try_into().unwrap()), Signal::SIGTERM).unwrap();
        let ended = timeout(Duration::from_secs(seconds), self.child.wait()).await;
        assert!(ended.expect("it would be killed").unwrap().success());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_production_pod_migrates_serves_and_stops() {
    let github = FakeGitHub::start().await;
    github.world(|world| {
        let account = world.account("acme");
        world.fill(account, 3, 40);
        world.install(account, None)
    });
    let database = TestDatabase::new().await;
    // The database is new: the init container creates the schema.
    store::reset(&database.pool).await.unwrap();
    let secrets = HashMap::from([
        (("bugscrub", "BUGSCRUB_WEBHOOK_SECRET"), format!("{SECRET}\n")),
        (("bugscrub", "the-former-one"), "old-secret\n".to_owned()),
        (("bugscrub", "BUGSCRUB_APP_ID"), APP_ID.to_string()),
        (("bugscrub", "BUGSCRUB_PRIVATE_KEY"), APP_KEY.to_owned()),
        (("bugscrub", "BUGSCRUB_CLIENT_ID"), "Iv23liTheClient".to_owned()),
        (("bugscrub", "BUGSCRUB_CLIENT_SECRET"), "the client's secret\n".to_owned()),
        (("bugscrub", "BUGSCRUB_SESSION_KEY"), format!("{KEY}\n")),
        (("bugscrub", "BUGSCRUB_ADMIN_TOKEN"), ADMIN.to_owned()),
        (("bugscrub", "BUGSCRUB_CHAT_URL"), "https://hooks.slack.com/services/T0/B0/x\n".to_owned()),
        (("bugscrub-database", "BUGSCRUB_DATABASE_URL"), format!("{}\n", database.url)),
        (("bugscrub-postgres-ca", "ca.crt"), "made up".to_owned()),
    ]);
    let host = own_host(8080).to_string();
    let overrides = format!(
        "listenAddress: {host}\nsettings: {{BUGSCRUB_GITHUB_API_URL: '{}'}}\n\
         secret: {{keys: {{adminToken: BUGSCRUB_ADMIN_TOKEN, webhookSecretOld: the-former-one, chatUrl: BUGSCRUB_CHAT_URL}}}}\n",
        github.url()
    );
    let cluster = Cluster::new("production-values.yaml", &overrides, secrets);
    let server = cluster.start(&host).await;

    // The route lets in GitHub's deliveries, the API and the page, but nothing else that answers without a token.
    let route = one(&cluster.objects, "HTTPRoute");
    let paths: Vec<(&str, &str)> = list(&route["spec"]["rules"][0], "matches")
        .map(|matching| (matching["path"]["type"].as_str().unwrap(), matching["path"]["value"].as_str().unwrap()))
        .collect();
    let lets_in = |asked: &str| {
        let below = |path: &str| asked == path || asked.strip_prefix(path).is_some_and(|rest| rest.starts_with('/'));
        paths.iter().any(|(kind, path)| if *kind == "Exact" { asked == *path } else { below(path) })
    };
    for path in ["/webhooks/github", "/api/v1/queue", "/docs", "/docs/index.html", "/openapi.json"] {
        assert!(lets_in(path), "{path}");
    }
    for path in ["/", "/queue", "/items/acme/widgets/1", "/numbers", "/care", "/scrubs/7", "/assets/index.js"] {
        assert!(lets_in(path), "{path}");
    }
    for path in ["/metrics", "/healthz", "/readyz", "/elsewhere"] {
        assert!(!lets_in(path), "{path}");
    }

    // The pods reach the chat.
    let policy = one(&cluster.objects, "NetworkPolicy");
    let to_the_web = list(&policy["spec"], "egress").filter(|rule| rule["ports"][0]["port"] == 443).count();
    assert_eq!(to_the_web, 2, "GitHub and the chat: {policy}");

    // A stream has no end, so no timeout of the gateway's may end it.
    let stream = list(&route["spec"], "rules").find(|rule| rule["matches"][0]["path"]["value"] == "/api/v1/stream");
    assert_eq!(stream.unwrap()["timeouts"], json!({"request": "0s"}));
    assert_eq!(stream.unwrap()["backendRefs"], route["spec"]["rules"][0]["backendRefs"]);

    let payload = issues(
        "opened",
        &issue(7, "2025-01-01T00:00:00Z", "2025-02-01T00:00:00Z"),
        &owned_repository(9_000, "acme-labs", 8, "widgets"),
    );
    let hook = "/webhooks/github";
    assert_eq!(server.deliver(hook, &payload, "another-secret").await, 401);
    assert_eq!(server.deliver(hook, &payload, "old-secret").await, 202);
    let page = server.get("/api/v1/queue?account=9000&min_position=1").await;
    assert_eq!((&page["total"], &page["items"][0]["number"]), (&json!(1), &json!(7)), "{page:#}");

    // The settings took effect: which accounts are kept, and the views of the ConfigMap.
    let others = issues(
        "opened",
        &issue(1, "2025-01-01T00:00:00Z", "2025-02-01T00:00:00Z"),
        &owned_repository(5, "others", 9, "x"),
    );
    assert_eq!(server.deliver(hook, &others, SECRET).await, 202);
    let views = server.get("/api/v1/views?account=9000").await;
    let triage = list(&views, "views").find(|view| view["name"] == "triage");
    let triage = triage.unwrap_or_else(|| panic!("{views:#}"));
    assert_eq!((&triage["origin"], &triage["target"]), (&json!("file"), &json!(0)));
    let monday = server.get("/api/v1/collections/monday?account=9000").await;
    assert_eq!(
        (&monday["title"], &monday["views"][0]["name"]),
        (&json!("Every Monday"), &json!("triage")),
        "{monday:#}"
    );
    let logins = server.get("/api/v1/accounts").await;
    assert!(!logins.to_string().contains("others"), "{logins}");

    // The pod of `helm test` connects to where the Service would lead it.
    let pod = one(&cluster.objects, "Pod");
    let mut test = pod["spec"]["containers"][0].clone();
    let service = one(&cluster.objects, "Service");
    let name = service["metadata"]["name"].as_str().unwrap();
    let address = format!("--url=http://{name}:{}", service["spec"]["ports"][0]["port"]);
    let at = list(&test, "args").position(|arg| *arg == address.as_str()).expect("it goes to the Service");
    test["args"][at] = json!(format!("--url={}", server.base));
    let words = finishes(cluster.command(&test)).await;
    assert!(words.contains("refuses a wrong signature") && words.contains("accepts a signed one"), "{words}");

    super::watching::metrics_tell_what_alerts_ask(&server.metrics, &database, &github).await;

    let grace = cluster.pod()["terminationGracePeriodSeconds"].as_u64().unwrap();
    let before = cluster.pod()["containers"][0]["lifecycle"]["preStop"]["sleep"]["seconds"].as_u64().unwrap();
    server.stops_within(grace - before).await;
    database.drop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_embedded_pod_keeps_its_data_on_its_volume() {
    let secrets = HashMap::from([(("bugscrub", "BUGSCRUB_WEBHOOK_SECRET"), SECRET.to_owned())]);
    let host = own_host(8080).to_string();
    let cluster = Cluster::new("embedded-values.yaml", &format!("listenAddress: {host}\n"), secrets);
    let payload = issues(
        "opened",
        &issue(7, "2025-01-01T00:00:00Z", "2025-02-01T00:00:00Z"),
        &owned_repository(9_000, "acme", 8, "widgets"),
    );
    let grace = cluster.pod()["terminationGracePeriodSeconds"].as_u64().unwrap();
    let guid = Uuid::new_v4();
    // The first pod does not know the delivery; the second one finds it.
    for known in [false, true] {
        let server = cluster.start(&host).await;
        assert_eq!(server.deliver_as(guid, "/webhooks/github", &payload, SECRET).await, (202, known));
        server.stops_within(grace).await;
    }
}
