//! A scrub over two replicas: five people at once leave one cursor, and what one does, those at the other replica see.

use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, Instant};

use futures_util::future::join_all;
use futures_util::{StreamExt, stream};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use reqwest::Method;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::faults::load::post_event;
use crate::support::app::SECRET;
use crate::support::payload::{issue, issues, repository};
use crate::support::service::{Serving, client, run};
use crate::support::wait::in_time;
use crate::support::{TestDatabase, wait};

const ADMIN: &str = "the-admin-token-of-this-test";
const ACTS: usize = 1_000;
const ROWS: i64 = 60;
const PEOPLE: [&str; 5] = ["ada", "grace", "linus", "mary", "zoe"];

/// Two processes over one database, with some issues to read.
async fn replicas(database: &TestDatabase, rows: i64) -> [Serving; 2] {
    let settings = [
        ("BUGSCRUB_DATABASE_URL", database.url.as_str()),
        ("BUGSCRUB_WEBHOOK_SECRET", SECRET),
        ("BUGSCRUB_ADMIN_TOKEN", ADMIN),
        ("BUGSCRUB_RATE_LIMIT", "0"),
    ];
    let (one, other) = tokio::join!(Serving::start(&settings), Serving::start(&settings));
    let client = client();
    let sent = stream::iter(1..=rows).map(async |number| {
        let at = format!("2026-{:02}-{:02}T00:00:00Z", 1 + number % 9, 1 + number % 28);
        let payload = issues("opened", &issue(number, &at, &at), &repository(1, "widgets"));
        assert_eq!(post_event(&client, one.address, Uuid::new_v4(), "issues", &payload).await, Some(202));
    });
    sent.buffer_unordered(8).collect::<Vec<_>>().await;
    [one, other]
}

async fn send(to: &Serving, client: &reqwest::Client, method: Method, path: &str, body: &Value) -> (u16, Value) {
    let request = client.request(method, to.url(path)).bearer_auth(ADMIN).header("if-match", "*").json(body);
    let answer = in_time("an answer comes", request.send()).await.unwrap();
    let status = answer.status().as_u16();
    (status, serde_json::from_str(&answer.text().await.unwrap()).unwrap_or_default())
}

async fn get(from: &Serving, client: &reqwest::Client, path: &str) -> Value {
    let answer = client.get(from.url(path)).bearer_auth(ADMIN).send().await.unwrap();
    assert_eq!(answer.status(), 200, "{path}");
    answer.json().await.unwrap()
}

/// Opens a scrub once all rows are there.
async fn open(at: &Serving, client: &reqwest::Client, rows: i64) {
    wait::until("the ranking has all items", async || {
        get(at, client, "/api/v1/queue?view=open&limit=1").await["total"] == rows
    })
    .await;
    let (status, scrub) =
        send(at, client, Method::POST, "/api/v1/scrubs", &json!({"view": "open", "host": "ada"})).await;
    assert_eq!((status, &scrub["rows"]), (201, &json!(rows)), "{scrub}");
}

/// Events of a replica's stream: names and data.
fn follow(at: &Serving, client: &reqwest::Client) -> tokio::sync::mpsc::UnboundedReceiver<(String, Value, Instant)> {
    let (told, heard) = tokio::sync::mpsc::unbounded_channel();
    let request = client.get(at.url("/api/v1/scrubs/1/stream")).bearer_auth(ADMIN);
    tokio::spawn(async move {
        let mut bytes = request.send().await.unwrap().bytes_stream();
        let mut text = String::new();
        while let Some(Ok(more)) = bytes.next().await {
            text.push_str(std::str::from_utf8(&more).unwrap());
            let at = Instant::now();
            while let Some((block, rest)) = text.split_once("\n\n") {
                let field = |name: &str| block.lines().find_map(|line| line.strip_prefix(name)).map(str::trim);
                if let Some(name) = field("event:") {
                    let data = serde_json::from_str(field("data:").unwrap()).unwrap();
                    if told.send((name.to_owned(), data, at)).is_err() {
                        return;
                    }
                }
                text = rest.to_owned();
            }
        }
    });
    heard
}

/// What somebody does at random, at either replica, with what they saw last.
async fn act(at: &Serving, client: &reqwest::Client, rng: &mut ChaCha8Rng, by: &str, scrub: &Value, notes: &mut Notes) {
    let cursor = scrub["cursor"].clone();
    let place = rng.random_range(1..=ROWS);
    let path = "/api/v1/scrubs/1";
    let put = async |what: &str, body: Value| send(at, client, Method::PUT, &format!("{path}/{what}"), &body).await;
    let (status, answer) = match rng.random_range(0..20) {
        0..6 => {
            let body = json!({"place": cursor.as_i64().unwrap_or(1), "by": by, "skip": rng.random_range(0..10) == 0});
            send(at, client, Method::POST, &format!("{path}/advance"), &body).await
        }
        6 | 7 => put("cursor", json!({"place": place, "from": cursor, "by": by})).await,
        8 => {
            let back = (cursor.as_i64().unwrap_or(ROWS) - 1).max(1);
            put("cursor", json!({"place": back, "from": cursor, "by": by})).await
        }
        9..12 => {
            let text = Uuid::new_v4().to_string();
            let number = scrub["current"]["number"].as_i64().unwrap_or(place);
            let path = format!("/api/v1/items/acme/widgets/{number}/note");
            let (status, answer) = send(at, client, Method::PUT, &path, &json!({"comment": text, "by": by})).await;
            assert_eq!(status, 200, "{answer}");
            notes.0.entry(number).or_default().insert(text);
            (status, answer)
        }
        12 => put("claims", json!({"take": rng.random_range(1..4), "by": by})).await,
        13 => put("claims", json!({"release": "all", "by": by})).await,
        14 | 15 => {
            let body = json!({"by": by, "skip": rng.random_range(0..8) == 0});
            send(at, client, Method::POST, &format!("{path}/rows/{place}/read"), &body).await
        }
        16 => {
            let host = PEOPLE[rng.random_range(0..PEOPLE.len())];
            put("host", json!({"host": host, "from": scrub["host"], "by": by})).await
        }
        17 => put("timer", json!({"version": rng.random_range(0..3), "row_seconds": 60, "by": by})).await,
        _ => {
            let following = rng.random_range(0..2) == 0;
            put("presence", json!({"client": by, "place": place, "following": following, "by": by})).await
        }
    };
    assert!([200, 403, 409].contains(&status), "{status}: {answer}");
}

/// The comments that were written on each item.
#[derive(Default)]
struct Notes(BTreeMap<i64, BTreeSet<String>>);

#[tokio::test(flavor = "multi_thread")]
async fn five_people_at_two_replicas_leave_one_cursor_and_lose_no_note() {
    let seed: u64 = std::env::var("BUGSCRUB_TEST_SEED").map_or_else(|_| rand::random(), |seed| seed.parse().unwrap());
    println!("BUGSCRUB_TEST_SEED={seed}");
    let database = TestDatabase::new().await;
    let replicas = replicas(&database, ROWS).await;
    let client = client();
    open(&replicas[0], &client, ROWS).await;
    let mut heard = replicas.each_ref().map(|replica| follow(replica, &client));
    let played = PEOPLE.iter().enumerate().map(async |(at, by)| {
        let mut rng = ChaCha8Rng::seed_from_u64(seed ^ at as u64);
        let mut notes = Notes::default();
        for _ in 0..ACTS / PEOPLE.len() {
            let replica = &replicas[rng.random_range(0..2)];
            let scrub = get(replica, &client, "/api/v1/scrubs/1").await;
            act(replica, &client, &mut rng, by, &scrub, &mut notes).await;
        }
        notes
    });
    let mut written = Notes::default();
    for notes in join_all(played).await {
        for (number, texts) in notes.0 {
            written.0.entry(number).or_default().extend(texts);
        }
    }

    // One cursor, and both streams came to the same.
    let scrubs = join_all(replicas.iter().map(|replica| get(replica, &client, "/api/v1/scrubs/1"))).await;
    assert_eq!(scrubs[0]["cursor"], scrubs[1]["cursor"]);
    for heard in &mut heard {
        let mut last = Value::Null;
        let stands =
            |scrub: &Value| ["cursor", "read", "skipped", "host", "attendees"].map(|field| scrub[field].clone());
        while stands(&last) != stands(&scrubs[0]) {
            let (name, data, _) = in_time("the stream tells it", heard.recv()).await.unwrap();
            if name == "scrub" {
                last = data;
            }
        }
    }
    let deck = get(&replicas[1], &client, "/api/v1/scrubs/1/deck?limit=1000").await;
    let current: Vec<&Value> = deck["rows"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|row| row["left_at"].is_null() && !row["arrived_at"].is_null())
        .collect();
    assert_eq!(
        current.iter().map(|row| &row["place"]).collect::<Vec<_>>(),
        scrubs[0]["cursor"].as_i64().map(|_| &scrubs[0]["cursor"]).into_iter().collect::<Vec<_>>()
    );

    // Every item was met once in the round.
    let pool = &database.pool;
    let twice: Vec<(i64, i64)> = sqlx::query_as(
        "SELECT number, count(*) FROM events WHERE kind = 'read'
           AND position > coalesce((SELECT max(position) FROM events WHERE kind = 'round_began'), 0)
         GROUP BY number HAVING count(*) > 1",
    )
    .fetch_all(pool)
    .await
    .unwrap();
    assert_eq!(twice, []);
    let reads: i64 =
        sqlx::query_scalar("SELECT count(*) FROM events WHERE kind = 'read'").fetch_one(pool).await.unwrap();
    assert_eq!(scrubs[0]["read"], reads);

    // No note is lost: each is what the item's says, or said.
    for (number, texts) in written.0 {
        let note = get(&replicas[0], &client, &format!("/api/v1/items/acme/widgets/{number}/note")).await;
        let said = std::iter::once(&note["note"]).chain(note["history"].as_array().unwrap());
        let said: BTreeSet<String> = said.map(|note| note["comment"].as_str().unwrap().to_owned()).collect();
        assert_eq!(said, texts, "of item {number}");
    }
    join_all(replicas.map(Serving::stop)).await;
    let settings = [("BUGSCRUB_DATABASE_URL", database.url.as_str())];
    run(&["rebuild", "--check"], &settings).await.ok();
    database.drop().await;
}

/// How long it takes until those at another replica see an act: printed, and never a reason to fail. `--nocapture` shows it.
#[tokio::test(flavor = "multi_thread")]
async fn an_act_at_one_replica_is_seen_at_the_other() {
    const SEEN: usize = 200;
    let database = TestDatabase::new().await;
    let replicas = replicas(&database, SEEN as i64 + 1).await;
    let client = client();
    open(&replicas[0], &client, SEEN as i64 + 1).await;
    let mut heard = follow(&replicas[1], &client);
    let mut next = async |wanted: &dyn Fn(&str, &Value) -> bool| {
        loop {
            let (name, data, at) = in_time("the other replica tells it", heard.recv()).await.unwrap();
            if wanted(&name, &data) {
                return at;
            }
        }
    };
    next(&|name, _| name == "scrub").await;
    let mut times: Vec<Duration> = vec![];
    for place in 1..=SEEN {
        // Acts come when they come, and not in step with anybody's polling.
        let begun = Instant::now();
        match place % 4 {
            0 => {
                let body = json!({"client": "ada", "place": place, "by": "ada"});
                let (status, _) = send(&replicas[0], &client, Method::PUT, "/api/v1/scrubs/1/presence", &body).await;
                assert_eq!(status, 200);
                let seen = next(&|name, data| name == "room" && data["people"][0]["place"] == place).await;
                times.push(seen - begun);
                send(&replicas[0], &client, Method::POST, "/api/v1/scrubs/1/advance", &json!({"place": place})).await;
                next(&|name, data| name == "scrub" && data["cursor"] == place + 1).await;
            }
            _ => {
                let body = json!({"place": place});
                let (status, _) = send(&replicas[0], &client, Method::POST, "/api/v1/scrubs/1/advance", &body).await;
                assert_eq!(status, 200);
                let seen = next(&|name, data| name == "scrub" && data["cursor"] == place + 1).await;
                times.push(seen - begun);
            }
        }
    }
    times.sort();
    let ms = |part: f64| times[((times.len() - 1) as f64 * part) as usize].as_secs_f64() * 1e3;
    println!(
        "from the sending of an act to the event at another replica, of {} acts: p50 {:.0} ms, p99 {:.0} ms",
        times.len(),
        ms(0.5),
        ms(0.99)
    );
    join_all(replicas.map(Serving::stop)).await;
    database.drop().await;
}
