//! Random faults in whatever comes from outside: nothing panics, and a fault costs what it is in.
//!
//! `make test` does a few executions of each target; `make fuzz` does as many as one likes, and says how many
//! those were. An execution depends on the seed and its number alone: `BUGSCRUB_TEST_SEED` repeats a run, and
//! what panicked is printed.
//!
//! The targets are in [`payloads`] (deliveries and listings), [`files`] (spreadsheets) and [`texts`] (cursors,
//! filters and settings).

mod files;
mod payloads;
mod texts;

use std::time::Instant;

use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use serde_json::{Value, json};

/// How often each target is executed if `BUGSCRUB_FUZZ_RUNS` says nothing.
const RUNS: u64 = 300;

/// Executes a target again and again, each time with a random source of its own.
fn fuzz(target: &str, execute: impl Fn(&mut ChaCha8Rng, &mut Shown)) {
    let number = |name: &str| std::env::var(name).ok().map(|number| number.parse::<u64>().expect("a number"));
    let asked = number("BUGSCRUB_FUZZ_RUNS");
    let runs = asked.unwrap_or(RUNS);
    // What `make test` does is the same each time, so that it is not red by luck.
    let seed = number("BUGSCRUB_TEST_SEED").unwrap_or_else(|| if asked.is_some() { rand::random() } else { 1 });
    println!("BUGSCRUB_TEST_SEED={seed}");
    let started = Instant::now();
    for run in 0..runs {
        let mut shown = Shown { target: target.to_owned(), run, input: String::new() };
        execute(&mut ChaCha8Rng::seed_from_u64(seed ^ run.wrapping_mul(0x9E37_79B9_7F4A_7C15)), &mut shown);
    }
    println!("{target}: {runs} executions in {:.0?}", started.elapsed());
}

/// What an execution is about, printed if it panics.
struct Shown {
    target: String,
    run: u64,
    input: String,
}

impl Drop for Shown {
    fn drop(&mut self) {
        if std::thread::panicking() {
            println!("{} failed in execution {} with: {}", self.target, self.run, self.input);
        }
    }
}

fn one_of<'a, T>(rng: &mut ChaCha8Rng, of: &'a [T]) -> &'a T {
    &of[rng.random_range(0..of.len())]
}

/// JSON pointers of everything in a value.
fn pointers(value: &Value, at: &str, found: &mut Vec<String>) {
    let children: Vec<(String, &Value)> = match value {
        Value::Object(fields) => fields.iter().map(|(name, child)| (name.clone(), child)).collect(),
        Value::Array(elements) => elements.iter().enumerate().map(|(at, child)| (at.to_string(), child)).collect(),
        _ => vec![],
    };
    for (name, child) in children {
        let pointer = format!("{at}/{name}");
        pointers(child, &pointer, found);
        found.push(pointer);
    }
}

/// Puts a few faults into JSON, in places that `may` allows. Returns the places.
fn wreck(rng: &mut ChaCha8Rng, value: &mut Value, may: impl Fn(&str) -> bool) -> Vec<String> {
    let mut places = vec![];
    for _ in 0..rng.random_range(1..=3) {
        let mut found = vec![];
        pointers(value, "", &mut found);
        found.retain(|pointer| may(pointer));
        if found.is_empty() {
            break;
        }
        let place = one_of(rng, &found).clone();
        let (parent, name) = place.rsplit_once('/').expect("a pointer has a slash");
        let fault = fault(rng, value.pointer(&place).unwrap());
        match (value.pointer_mut(parent), fault) {
            (Some(Value::Object(fields)), None) => drop(fields.remove(name)),
            (Some(Value::Array(elements)), None) => drop(elements.remove(name.parse().unwrap())),
            (_, fault) => *value.pointer_mut(&place).unwrap() = fault.unwrap_or_default(),
        }
        places.push(place.clone());
        if value.pointer(parent).is_some_and(Value::is_array) {
            // What follows has moved.
            break;
        }
    }
    places
}

/// Another value in place of one; `None` for none.
fn fault(rng: &mut ChaCha8Rng, value: &Value) -> Option<Value> {
    let as_text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    let faults = [
        Value::Null,
        json!(rng.random::<bool>()),
        json!(rng.random::<i64>()),
        json!(rng.random_range(-3..4)),
        json!(u64::MAX),
        json!(rng.random::<f64>() * 1e300),
        json!(as_text),
        json!(""),
        json!("\u{0}\u{1b}[2J\u{202e}ß\u{FFFF}"),
        json!("-0001-01-01T00:00:00Z"),
        json!("9999-12-31T23:59:60+14:00"),
        json!("x".repeat(rng.random_range(0..3_000))),
        json!([]),
        json!([value, null, value]),
        json!({}),
        json!({"id": value, "login": null, "number": {}, "name": 1}),
    ];
    match rng.random_range(0..=faults.len()) {
        0 => None,
        at => Some(faults[at - 1].clone()),
    }
}

/// Bytes with a few faults.
fn damaged(rng: &mut ChaCha8Rng, bytes: &[u8]) -> Vec<u8> {
    let mut bytes = bytes.to_vec();
    for _ in 0..rng.random_range(1..=4) {
        if bytes.is_empty() {
            break;
        }
        let at = rng.random_range(0..bytes.len());
        let end = (at + rng.random_range(0..40)).min(bytes.len());
        match rng.random_range(0..6) {
            0 => bytes[at] = rng.random(),
            1 => bytes[at] ^= 1 << rng.random_range(0..8),
            2 => drop(bytes.drain(at..end)),
            3 => {
                let copy = bytes[at..end].to_vec();
                let to = rng.random_range(0..=bytes.len());
                bytes.splice(to..to, copy);
            }
            4 => bytes.truncate(at),
            _ => {
                let odd: &[&[u8]] = &[
                    b"\"",
                    b"{",
                    b"]",
                    b",",
                    b"\n",
                    b"=",
                    b"-",
                    b"&",
                    b"<",
                    b"4294967296",
                    b"\xff\xfe",
                    b"\0",
                    "İ\u{200b}".as_bytes(),
                ];
                let odd = *one_of(rng, odd);
                bytes.splice(at..at, odd.iter().copied());
            }
        }
    }
    bytes
}
