//! Proxies before the service: nginx and HAProxy below a path prefix, as people configure them first, and with the
//! lines of docs/operate.md.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::Stdio;

use reqwest::{Method, RequestBuilder, StatusCode};
use serde_json::{Value, json};
use tokio::process::{Child, Command};

use crate::stream::Following;
use crate::support::app::SECRET;
use crate::support::payload::{issue, issues, repository};
use crate::support::place::Place;
use crate::support::wait::until;
use crate::support::{TestApp, own_host, run_test};

const OPERATE: &str = include_str!("../../../docs/operate.md");
const PORT: u16 = 8080;
/// Where proxies serve the service.
const BELOW: &str = "/scrub";
/// More than nginx lets through unless told otherwise.
const LARGE: usize = 1_500_000;

/// A proxy that serves the service below `/scrub/`.
pub(super) struct Proxy {
    child: Child,
    address: SocketAddr,
    _place: Place,
}

impl Proxy {
    async fn start(program: &str, config: impl Fn(SocketAddr, &Path) -> String, args: &[&str]) -> Self {
        let found = ["/usr/sbin", "/usr/bin", "/usr/local/sbin", "/usr/local/bin"]
            .map(|folder| Path::new(folder).join(program));
        let found: PathBuf = found.into_iter().find(|path| path.exists()).expect("scripts/ensure-tools.sh installs it");
        let (place, address) = (Place::on_disk(), SocketAddr::from((own_host(PORT), PORT)));
        let file = place.0.path().join("proxy.conf");
        std::fs::write(&file, config(address, place.0.path())).unwrap();
        let child = Command::new(found)
            .args(args)
            .arg(&file)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .kill_on_drop(true)
            .spawn()
            .unwrap();
        let proxy = Self { child, address, _place: place };
        until("the proxy listens", async || tokio::net::TcpStream::connect(address).await.is_ok()).await;
        proxy
    }

    /// nginx with Debian's settings, and a location that serves the service at 127.0.0.1:8080.
    async fn nginx(upstream: SocketAddr, location: &str) -> Self {
        Self::nginx_with("", &location.replace("127.0.0.1:8080", &upstream.to_string())).await
    }

    /// nginx with Debian's settings, and what stands before its server.
    pub(super) async fn nginx_with(before: &str, location: &str) -> Self {
        let config = |address: SocketAddr, place: &Path| {
            let place = place.display();
            let temporary: String = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
                .map(|kind| format!("{kind}_temp_path {place}/{kind};\n"))
                .concat();
            format!(
                "daemon off; master_process off; pid {place}/pid; error_log /dev/null;\n\
                 events {{ worker_connections 768; }}\n\
                 http {{ sendfile on; tcp_nopush on; access_log off; gzip on; default_type application/octet-stream;\n\
                 {temporary} {before} server {{ listen {address};\n{location}\n}} }}\n"
            )
        };
        Self::start("nginx", config, &["-e", "/dev/null", "-c"]).await
    }

    /// HAProxy with Debian's settings, and further ones of the frontend.
    async fn haproxy(upstream: SocketAddr, further: &str) -> Self {
        let config = |address: SocketAddr, _: &Path| {
            format!(
                "defaults\n  mode http\n  timeout connect 5000\n  timeout client 50000\n  timeout server 50000\n\
                 frontend scrub\n  bind {address}\n{further}\n  http-request replace-path /scrub/(.*) /\\1\n\
                 \x20 default_backend scrub\nbackend scrub\n  server one {upstream}\n"
            )
        };
        Self::start("haproxy", config, &["-db", "-f"]).await
    }

    /// Where it listens, such as `http://127.0.0.1:8080`.
    pub(super) fn origin(&self) -> String {
        format!("http://{}", self.address)
    }

    fn url(&self, path: &str) -> String {
        format!("{}{BELOW}{path}", self.origin())
    }

    fn get(&self, app: &TestApp, path: &str) -> RequestBuilder {
        app.client.get(self.url(path)).bearer_auth(&app.token)
    }

    async fn stop(mut self) {
        self.child.kill().await.unwrap();
    }
}

/// The lines that docs/operate.md has for a proxy.
fn lines(proxy: &str) -> String {
    let after = OPERATE.split_once(&format!("```{proxy}\n")).expect("docs/operate.md has its lines").1;
    after.split("```").next().unwrap().replace("/bugscrub", BELOW)
}

/// A signed delivery of so many bytes, through a proxy.
async fn delivered(app: &TestApp, proxy: &Proxy, number: i64, bytes: usize) -> StatusCode {
    let mut payload =
        issues("opened", &issue(number, "2026-01-01T00:00:00Z", "2026-01-01T00:00:00Z"), &repository(1, "widgets"));
    payload["issue"]["body"] = json!("x".repeat(bytes));
    let body = serde_json::to_vec(&payload).unwrap();
    let signature = bugscrub::webhook::signature::sign(SECRET.as_bytes(), &body);
    let request = app.client.post(proxy.url("/webhooks/github")).header("content-type", "application/json");
    let request = request.header("x-github-event", "issues").header("x-hub-signature-256", signature);
    request.header("x-github-delivery", uuid::Uuid::new_v4().to_string()).body(body).send().await.unwrap().status()
}

/// Sends a spreadsheet of so many bytes, through a proxy. Answers the status and the kind of the answer.
async fn sent(app: &TestApp, proxy: &Proxy, bytes: usize) -> (StatusCode, String) {
    let row = "acme/nowhere,Issue,1,a comment that takes some room\n";
    let file = format!("Repository,Type,#,Comment\n{}", row.repeat(bytes / row.len() + 1));
    let scrubber = app.new_token(&["read", "scrub"], None).await;
    let request = app.client.post(proxy.url("/api/v1/sheets?dry_run=true")).bearer_auth(scrubber);
    let answer = request.header("content-type", "text/csv").body(file).send().await.unwrap();
    let kind = answer.headers()["content-type"].to_str().unwrap().to_owned();
    (answer.status(), kind)
}

/// What works through any proxy, as it is.
async fn serves(app: &TestApp, proxy: &Proxy) {
    // The queue, and that it has not changed: compressed or not.
    for encoding in ["identity", "gzip"] {
        let ask = || proxy.get(app, "/api/v1/queue").header("accept-encoding", encoding);
        let first = ask().send().await.unwrap();
        assert_eq!(first.status(), 200);
        assert_eq!(first.headers().contains_key("content-encoding"), encoding == "gzip");
        let tag = first.headers()["etag"].clone();
        let again = ask().header("if-none-match", &tag).send().await.unwrap();
        assert_eq!((again.status(), &again.headers()["etag"]), (StatusCode::NOT_MODIFIED, &tag));
    }
    let csv = proxy.get(app, "/api/v1/queue.csv").send().await.unwrap().text().await.unwrap();
    let direct = app.request(Method::GET, "/api/v1/queue.csv").send().await.unwrap().text().await.unwrap();
    assert!(csv.lines().count() > 40 && csv == direct, "{csv}");
    let sheet = proxy.get(app, "/api/v1/queue.xlsx").send().await.unwrap();
    assert!(sheet.bytes().await.unwrap().starts_with(b"PK"));
    let problem = proxy.get(app, "/api/v1/queue?order=x").send().await.unwrap();
    assert_eq!(problem.headers()["content-type"], "application/problem+json");

    // The stream begins at once, and tells what happens as it happens. It goes on where it was left.
    let mut following = Following::sent(app, proxy.get(app, "/api/v1/stream").header("accept-encoding", "gzip")).await;
    let mut last = None;
    for number in [1, 2] {
        let day = format!("2026-02-0{number}T00:00:00Z");
        app.deliver(
            "issues",
            &issues("edited", &issue(number, "2024-01-01T00:00:00Z", &day), &repository(1, "widgets")),
        )
        .await;
        let event = following.item().await;
        assert_eq!(event.data["number"], number);
        last = last.or(event.id);
    }
    let back = proxy.get(app, "/api/v1/stream").header("last-event-id", last.unwrap());
    assert_eq!(Following::sent(app, back).await.item().await.data["number"], 2);
    let made = app.client.post(proxy.url("/api/v1/stream/tickets")).bearer_auth(&app.token).send().await.unwrap();
    let made: Value = made.json().await.unwrap();
    let by_ticket = app.client.get(proxy.url(&format!("/api/v1/stream?ticket={}", made["ticket"].as_str().unwrap())));
    Following::sent(app, by_ticket).await;
}

/// Large bodies.
async fn takes_large_bodies(app: &TestApp, proxy: &Proxy, number: i64) {
    assert_eq!(delivered(app, proxy, number, 24 << 20).await, StatusCode::ACCEPTED);
    assert_eq!(sent(app, proxy, LARGE).await, (StatusCode::OK, "application/json".to_owned()));
}

/// What works with the lines of docs/operate.md: links stay below the path.
async fn leads_through_itself(app: &TestApp, proxy: &Proxy) {
    let first = proxy.get(app, "/api/v1/queue?limit=1").send().await.unwrap();
    let link = first.headers()["link"].to_str().unwrap().to_owned();
    assert!(link.starts_with(&format!("<{}?", proxy.url("/api/v1/queue"))), "{link}");
    let by_link = link.trim_start_matches('<').split('>').next().unwrap().to_owned();
    let page: Value = first.json().await.unwrap();
    let by_field = format!("http://{}{}", proxy.address, page["next"].as_str().unwrap());
    for next in [by_link, by_field] {
        let second: Value = app.client.get(next).bearer_auth(&app.token).send().await.unwrap().json().await.unwrap();
        assert_eq!(second["items"][0]["number"], 4, "{second}");
    }
    for page in ["/docs", "/docs/"] {
        let docs = app.client.get(proxy.url(page)).send().await.unwrap();
        assert_eq!((docs.status(), docs.url().as_str()), (StatusCode::OK, &*proxy.url("/docs/")));
    }
}

async fn with_items(app: &TestApp) {
    for number in 1..=40 {
        let opened = issue(number, "2024-01-01T00:00:00Z", "2024-01-01T00:00:00Z");
        app.deliver("issues", &issues("opened", &opened, &repository(1, "widgets"))).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn nginx_serves_all_once_it_lets_large_bodies_through() {
    run_test(async |app| {
        with_items(&app).await;
        for further in ["", "gzip_types application/json text/csv image/svg+xml;"] {
            let location = format!("location {BELOW}/ {{ proxy_pass http://127.0.0.1:8080/; {further} }}");
            let plain = Proxy::nginx(app.address, &location).await;
            serves(&app, &plain).await;
            // What GitHub and people are told then is nginx's own page.
            assert_eq!(delivered(&app, &plain, 50, LARGE).await, StatusCode::PAYLOAD_TOO_LARGE);
            assert_eq!(sent(&app, &plain, LARGE).await, (StatusCode::PAYLOAD_TOO_LARGE, "text/html".to_owned()));
            plain.stop().await;
        }
        let mended = Proxy::nginx(app.address, &lines("nginx")).await;
        serves(&app, &mended).await;
        takes_large_bodies(&app, &mended, 51).await;
        leads_through_itself(&app, &mended).await;
        mended.stop().await;
        app
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn haproxy_serves_all() {
    run_test(async |app| {
        with_items(&app).await;
        let compressing = "  compression algo gzip\n  compression type application/json text/csv text/event-stream";
        for further in ["", compressing, &lines("haproxy")] {
            let proxy = Proxy::haproxy(app.address, further).await;
            serves(&app, &proxy).await;
            takes_large_bodies(&app, &proxy, 60).await;
            if further.contains("X-Forwarded-Prefix") {
                leads_through_itself(&app, &proxy).await;
            }
            proxy.stop().await;
        }
        app
    })
    .await;
}
