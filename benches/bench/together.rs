//! A scrub that a group reads together, at two replicas: how soon an act is seen at the other one, and what 200 people cost.

use std::net::SocketAddr;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use bugscrub::webhook::signature::sign;
use futures_util::{StreamExt, stream};
use reqwest::{Client, Method};
use serde_json::{Value, json};
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::task::JoinHandle;
use tokio::time::{interval, timeout};

use super::receivers::{cpu_seconds, cpu_seconds_of_family};
use super::report::{Report, median};
use super::service::{self, Process, SECRET, Service, TOKEN, listening_on, resident_mb};

/// Acts of which it is measured how soon they are seen.
const ACTS: usize = 200;
const PEOPLE: usize = 200;
/// Acts that are done before all of them.
const ACTS_BEFORE_ALL: usize = 60;
const ROWS: usize = ACTS + ACTS_BEFORE_ALL + 10;
/// How often a page says that it is there.
const BEAT: Duration = Duration::from_secs(10);
/// How long all are there without anybody doing anything.
const QUIET: Duration = Duration::from_secs(30);
const STREAM: &str = "/api/v1/scrubs/1/stream";

/// A second replica over the same database.
struct Beside {
    child: Process,
    address: SocketAddr,
}

impl Beside {
    fn start(database_url: &str) -> Self {
        let mut child = Command::new(env!("CARGO_BIN_EXE_bugscrub"))
            .args(["serve", "--listen", "127.0.0.1:0", "--log-format", "json"])
            .env("BUGSCRUB_DATABASE_URL", database_url)
            .env("BUGSCRUB_WEBHOOK_SECRET", SECRET)
            .env("BUGSCRUB_ADMIN_TOKEN", TOKEN)
            .env("BUGSCRUB_RATE_LIMIT", "0")
            .stderr(Stdio::piped())
            .spawn()
            .expect("the service starts");
        let log = std::io::BufReader::new(child.stderr.take().expect("piped"));
        let child = Process(child);
        let address = listening_on(log);
        Self { child, address }
    }
}

/// Somebody who follows tells when they saw the cursor at which place.
type Seen = (i64, Instant);

async fn ask(client: &Client, to: SocketAddr, token: &str, method: Method, path: &str, body: &Value) -> Value {
    let request = client.request(method, format!("http://{to}{path}")).bearer_auth(token);
    let request = if body.is_null() { request } else { request.json(body) };
    let answer = request.send().await.expect("an answer");
    let (status, text) = (answer.status(), answer.text().await.expect("a body"));
    assert!(status.is_success(), "{path}: {status} {text}");
    serde_json::from_str(&text).expect("JSON")
}

/// Follows the scrub, and tells where the cursor is in each event `scrub`.
fn follow(client: &Client, at: SocketAddr, token: &str, seen: UnboundedSender<Seen>) -> JoinHandle<()> {
    let request = client.get(format!("http://{at}{STREAM}")).bearer_auth(token);
    tokio::spawn(async move {
        let answer = request.send().await.expect("an answer");
        assert_eq!(answer.status(), 200);
        let (mut bytes, mut text) = (answer.bytes_stream(), String::new());
        while let Some(Ok(more)) = bytes.next().await {
            text.push_str(&String::from_utf8_lossy(&more));
            while let Some((block, rest)) = text.split_once("\n\n") {
                // Reading all of it 200 times would measure the reader.
                let cursor = block.split_once("\"cursor\":").filter(|_| block.contains("event: scrub"));
                let place = cursor.and_then(|(_, rest)| rest.split(',').next()?.parse().ok());
                if let Some(place) = place
                    && seen.send((place, Instant::now())).is_err()
                {
                    return;
                }
                text = rest.to_owned();
            }
        }
    })
}

/// Waits until so many have seen the cursor at a place; answers when each did.
async fn until_seen(heard: &mut UnboundedReceiver<Seen>, place: i64, by: usize) -> Vec<Instant> {
    let mut seen = vec![];
    while seen.len() < by {
        let next = timeout(Duration::from_secs(30), heard.recv()).await.expect("all see it").expect("they follow");
        if next.0 == place {
            seen.push(next.1);
        }
    }
    seen
}

fn part(times: &[f64], part: f64) -> f64 {
    let mut sorted = times.to_vec();
    sorted.sort_by(f64::total_cmp);
    sorted[((sorted.len() - 1) as f64 * part) as usize]
}

pub async fn measure(report: &mut Report) {
    let directory = service::directory();
    let one = Service::start(directory.path()).await;
    let other = Beside::start(one.database_url());
    let client = Client::builder().no_proxy().build().expect("a client");
    fill(&client, one.address()).await;
    let scrub = json!({"view": "open", "host": "ada"});
    ask(&client, one.address(), TOKEN, Method::POST, "/api/v1/scrubs", &scrub).await;
    let place = seen_elsewhere(report, &client, &one, &other).await;
    all_together(report, &client, (&one, &other), place).await;
    drop(other);
    one.stop().await;
}

async fn fill(client: &Client, at: SocketAddr) {
    let sent = stream::iter(1..=ROWS).map(async |number| {
        let time = format!("2026-{:02}-{:02}T00:00:00Z", 1 + number % 9, 1 + number % 28);
        let (owner, user) =
            (json!({"id": 9000, "login": "acme", "type": "Organization"}), json!({"id": 5, "login": "ada"}));
        let payload = json!({
            "action": "opened", "sender": user,
            "repository": {"id": 1, "name": "widgets", "full_name": "acme/widgets", "owner": owner, "private": false},
            "issue": {
                "id": number, "node_id": format!("I{number}"), "number": number, "title": format!("Issue {number}"),
                "state": "open", "user": user, "labels": [], "assignees": [], "comments": 0,
                "created_at": time, "updated_at": time,
            },
        });
        let body = payload.to_string().into_bytes();
        let request = client.post(format!("http://{at}/webhooks/github")).header("content-type", "application/json");
        let request =
            request.header("x-github-event", "issues").header("x-hub-signature-256", sign(SECRET.as_bytes(), &body));
        let request = request.header("x-github-delivery", uuid::Uuid::new_v4().to_string()).body(body);
        assert_eq!(request.send().await.expect("an answer").status(), 202);
    });
    sent.buffer_unordered(8).collect::<Vec<()>>().await;
    loop {
        let queue = ask(client, at, TOKEN, Method::GET, "/api/v1/queue?view=open&limit=1", &Value::Null).await;
        if queue["total"] == ROWS {
            return;
        }
    }
}

/// From the sending of an act at one replica to its event at the other. Answers the place at which the cursor is then.
async fn seen_elsewhere(report: &mut Report, client: &Client, one: &Service, other: &Beside) -> i64 {
    let (seen, mut heard) = unbounded_channel();
    let following = follow(client, other.address, TOKEN, seen);
    until_seen(&mut heard, 1, 1).await;
    let mut times = vec![];
    let mut place = 1;
    for _ in 0..ACTS {
        let begun = Instant::now();
        ask(client, one.address(), TOKEN, Method::POST, "/api/v1/scrubs/1/advance", &json!({"place": place})).await;
        place += 1;
        let at = until_seen(&mut heard, place, 1).await[0];
        times.push((at - begun).as_secs_f64() * 1e3);
    }
    following.abort();
    let about = json!({"p50_ms": median(&times), "acts": ACTS, "replicas": 2});
    report.row("scrub_seen_p99_ms", part(&times, 0.99), "ms", "<= 200", about);
    place
}

/// What 200 people cost who have one scrub open, half of them at each replica: while nobody does anything, and while one
/// goes on each half second.
async fn all_together(report: &mut Report, client: &Client, (one, other): (&Service, &Beside), mut place: i64) {
    let pids = [one.pid(), other.child.0.id()];
    let memory = || pids.map(resident_mb);
    let spent = || (pids.map(cpu_seconds).iter().sum::<f64>(), one.postmaster().map_or(0.0, cpu_seconds_of_family));
    let alone = memory();
    let (seen, mut heard) = unbounded_channel();
    let mut tasks = vec![];
    for person in 0..PEOPLE {
        let at = [one.address(), other.address][person % 2];
        let new = json!({"name": format!("person-{person}"), "scopes": ["read", "scrub", "private"]});
        let token = ask(client, one.address(), TOKEN, Method::POST, "/api/v1/tokens", &new).await["token"].clone();
        let token = token.as_str().expect("a token").to_owned();
        tasks.push(follow(client, at, &token, seen.clone()));
        let client = client.clone();
        tasks.push(tokio::spawn(async move {
            let mut beat = interval(BEAT);
            loop {
                beat.tick().await;
                let body = json!({"client": "tab", "following": true});
                ask(&client, at, &token, Method::PUT, "/api/v1/scrubs/1/presence", &body).await;
            }
        }));
    }
    until_seen(&mut heard, place, PEOPLE).await;
    let (quiet_from, before) = (Instant::now(), spent());
    let mut quiet = interval(QUIET);
    quiet.tick().await;
    quiet.tick().await;
    let (seconds, after) = (quiet_from.elapsed().as_secs_f64(), spent());
    let share = |cpu: f64| cpu / seconds * 100.0;
    let quiet = (share(after.0 - before.0), share(after.1 - before.1));
    let grown: Vec<f64> = memory().iter().zip(alone).map(|(now, alone)| now - alone).collect();
    while heard.try_recv().is_ok() {}

    let (mut first, mut last) = (vec![], vec![]);
    let (acts_from, before) = (Instant::now(), spent());
    let mut pace = interval(Duration::from_millis(500));
    for _ in 0..ACTS_BEFORE_ALL {
        pace.tick().await;
        let begun = Instant::now();
        ask(client, one.address(), TOKEN, Method::POST, "/api/v1/scrubs/1/advance", &json!({"place": place})).await;
        place += 1;
        let times = until_seen(&mut heard, place, PEOPLE).await;
        let ms = |at: Option<Instant>| (at.expect("all saw it") - begun).as_secs_f64() * 1e3;
        first.push(ms(times.iter().min().copied()));
        last.push(ms(times.iter().max().copied()));
    }
    let (seconds, after) = (acts_from.elapsed().as_secs_f64(), spent());
    let each = |cpu: f64, quiet: f64| (cpu - quiet / 100.0 * seconds) / ACTS_BEFORE_ALL as f64 * 1e3;
    let act = (each(after.0 - before.0, quiet.0), each(after.1 - before.1, quiet.1));
    tasks.iter().for_each(JoinHandle::abort);
    let about = json!({"people": PEOPLE, "first_p50_ms": median(&first), "last_p50_ms": median(&last), "acts": ACTS_BEFORE_ALL});
    report.row("scrub_200_seen_by_all_p99_ms", part(&last, 0.99), "ms", "<= 300", about);
    let about = json!({"of_it_postgres": act.1, "services": act.0, "replicas": 2});
    report.row("scrub_200_act_cpu_ms", act.0 + act.1, "ms", "<= 60", about);
    let about = json!({"of_it_postgres": quiet.1, "services": quiet.0, "seconds": seconds});
    report.row("scrub_200_quiet_cpu_percent", quiet.0 + quiet.1, "%", "<= 30", about);
    let about = json!({"each_replica": grown});
    report.row("scrub_200_memory_mb", grown.iter().sum::<f64>(), "MB", "<= 40", about);
}
