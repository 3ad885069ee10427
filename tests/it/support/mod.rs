//! What tests share: a real Postgres, the real service, and payloads as GitHub sends them.

pub mod app;
pub mod balancer;
pub mod chat;
pub mod database;
pub mod github;
pub mod history;
pub mod payload;
pub mod people;
pub mod place;
pub mod server;
pub mod service;
pub mod wait;
pub mod world;

pub use app::{TestApp, run_test};
pub use database::TestDatabase;

/// A loopback address of the caller's own, for a program that must be told its port. Nobody listens
/// there on that port, and nobody else will: there are 16 million such addresses.
pub fn own_host(port: u16) -> std::net::Ipv4Addr {
    loop {
        let [a, b, c]: [u8; 3] = rand::random();
        let host = std::net::Ipv4Addr::new(127, a.max(1), b, c.clamp(1, 254));
        if std::net::TcpListener::bind((host, port)).is_ok() {
            return host;
        }
    }
}

/// What an error says, and what its causes say.
pub fn in_full(error: &dyn std::error::Error) -> String {
    let causes = std::iter::successors(Some(error), |error| error.source());
    causes.map(ToString::to_string).collect()
}

/// A source of random test data, different in every run. It prints its seed, which the test runner
/// shows when the test fails; `BUGSCRUB_TEST_SEED` sets it.
pub fn random() -> proptest::test_runner::TestRunner {
    use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};
    let given = std::env::var("BUGSCRUB_TEST_SEED").ok().map(|seed| seed.parse().expect("a number"));
    let seed: u64 = given.unwrap_or_else(rand::random);
    println!("BUGSCRUB_TEST_SEED={seed}");
    let mut bytes = [0; 32];
    bytes[..8].copy_from_slice(&seed.to_le_bytes());
    TestRunner::new_with_rng(Config::default(), TestRng::from_seed(RngAlgorithm::ChaCha, &bytes))
}
