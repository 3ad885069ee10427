//! The examples with random faults: a signed delivery is kept, however little sense it makes.

use std::collections::BTreeMap;

use bugscrub::ingest::decompress;
use futures_util::{StreamExt, stream};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use serde_json::{Value, json};
use uuid::Uuid;

use super::{assert_rebuilt_alike, count, installed};
use crate::support::{TestApp, run_test};

/// How many copies of each example are sent, each with one to three faults of its own.
const COPIES: usize = 6;

/// Every example: the event and its payload.
fn examples() -> Vec<(String, Value)> {
    let path = installed("webhooks-examples").join("api.github.com/index.json");
    let events: Vec<Value> = serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap();
    let mut examples = vec![];
    for event in events {
        let name = event["name"].as_str().unwrap();
        examples.extend(event["examples"].as_array().unwrap().iter().map(|payload| (name.to_owned(), payload.clone())));
    }
    examples
}

/// JSON pointers of everything in `value`, at most `depth` levels deep.
fn pointers(value: &Value, at: &str, depth: usize, found: &mut Vec<String>) {
    let children: Vec<(String, &Value)> = match value {
        Value::Object(fields) => fields.iter().map(|(name, child)| (name.clone(), child)).collect(),
        Value::Array(elements) => elements.iter().enumerate().map(|(i, child)| (i.to_string(), child)).collect(),
        _ => vec![],
    };
    for (name, child) in children {
        let pointer = format!("{at}/{name}");
        if depth > 1 {
            pointers(child, &pointer, depth - 1, found);
        }
        found.push(pointer);
    }
}

/// A value other than the given one.
fn other(value: &Value, rng: &mut ChaCha8Rng) -> Value {
    let others = [
        Value::Null,
        json!(true),
        json!(-1),
        json!(0),
        json!(i64::MIN),
        json!(u64::MAX),
        json!(1.5),
        json!(""),
        json!("nonsense"),
        json!("nul\u{0}l"),
        json!("-0001-01-01T00:00:00Z"),
        json!("9999-12-31T23:59:59+00:01"),
        json!("{\"quoted\\\",}"),
        json!("x".repeat(70_000)),
        json!([]),
        json!([null]),
        json!([[value]]),
        json!({}),
        json!({"login": null, "id": "1", "number": {}}),
    ];
    others[rng.random_range(0..others.len())].clone()
}

fn wreck(payload: &Value, rng: &mut ChaCha8Rng) -> Value {
    let mut wrecked = payload.clone();
    for _ in 0..rng.random_range(1..=3) {
        // Half of the faults go where most of the fields that we read are: at the top, and just below.
        let depth = if rng.random_bool(0.5) { 2 } else { 4 };
        let mut found = vec![];
        pointers(&wrecked, "", depth, &mut found);
        let Some(pointer) = found.get(rng.random_range(0..found.len().max(1))) else { break };
        let (parent, name) = pointer.rsplit_once('/').unwrap();
        let parent = wrecked.pointer_mut(parent).unwrap();
        if rng.random_bool(0.3) {
            match parent {
                Value::Object(fields) => drop(fields.remove(name)),
                Value::Array(elements) => drop(elements.remove(name.parse().unwrap())),
                _ => unreachable!("only these have children"),
            }
        } else if let Some(child) = wrecked.pointer_mut(pointer) {
            *child = other(child, rng);
        }
    }
    wrecked
}

/// The account of a payload: the first candidate with an id.
fn account_of(body: &[u8]) -> i64 {
    let payload: Value = serde_json::from_slice(body).unwrap();
    let accounts = ["/repository/owner", "/installation/account", "/organization", "/account"];
    let found =
        accounts.iter().filter_map(|pointer| payload.pointer(pointer)).filter(|account| account.is_object()).find_map(
            |account| {
                let digits = |text: &str| text.parse().ok().filter(|_| text.bytes().all(|byte| byte.is_ascii_digit()));
                account["id"].as_i64().or_else(|| digits(account["id"].as_str()?)).filter(|id: &i64| *id > 0)
            },
        );
    found.unwrap_or_default()
}

/// Posts all deliveries, several at once. Returns those that were not accepted.
async fn post_all(app: &TestApp, deliveries: &BTreeMap<Uuid, (String, Vec<u8>)>) -> Vec<String> {
    let post = async |guid: &Uuid, event: &str, body: &[u8]| {
        let answer = app.signed(event, &guid.to_string(), body.to_owned()).send().await.unwrap();
        let status = answer.status();
        let said = answer.text().await.unwrap();
        (status != 202).then(|| format!("{event}: {status} {said}: {}", String::from_utf8_lossy(body)))
    };
    let posts = deliveries.iter().map(|(guid, (event, body))| post(guid, event, body));
    stream::iter(posts).buffer_unordered(16).filter_map(async |refused| refused).collect().await
}

#[tokio::test(flavor = "multi_thread")]
async fn wrecked_examples_are_accepted_and_kept_as_they_came() {
    let mut rng = ChaCha8Rng::seed_from_u64(12);
    let mut deliveries = BTreeMap::new();
    for (event, payload) in examples() {
        for _ in 0..COPIES {
            let body = serde_json::to_vec(&wreck(&payload, &mut rng)).unwrap();
            deliveries.insert(Uuid::from_u128(rng.random()), (event.clone(), body));
        }
    }
    run_test(async |app| {
        let refused = post_all(&app, &deliveries).await;
        assert!(refused.is_empty(), "{} of {}, first {}", refused.len(), deliveries.len(), refused[0]);

        let pool = &app.database.pool;
        let kept: Vec<(Uuid, i64, String, Vec<u8>)> =
            sqlx::query_as("SELECT guid, account_id, event, body FROM deliveries").fetch_all(pool).await.unwrap();
        assert_eq!(kept.len(), deliveries.len());
        for (guid, account_id, event, body) in kept {
            let body = decompress(&body).unwrap();
            assert_eq!(account_id, account_of(&body), "{}", String::from_utf8_lossy(&body));
            assert_eq!((event, body), deliveries[&guid], "{guid}");
        }
        assert_eq!(count(pool, "SELECT count(*) FROM deliveries WHERE outcome = 'failed'").await, 0);
        for outcome in ["translated", "incomplete", "unknown"] {
            let sql = sqlx::AssertSqlSafe(format!("SELECT count(*) FROM deliveries WHERE outcome = '{outcome}'"));
            let met: i64 = sqlx::query_scalar(sql).fetch_one(pool).await.unwrap();
            assert!(met > 5, "{outcome} was met {met} times");
        }
        assert_rebuilt_alike(pool).await;
        for account in app.json("/api/v1/accounts").await["accounts"].as_array().unwrap() {
            app.json(&format!("/api/v1/queue?account={}&limit=500", account["id"])).await;
        }
        app
    })
    .await;
}
