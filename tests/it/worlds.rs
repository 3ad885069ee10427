//! Nothing hidden shows by its shadow: the same made-up history happens to two accounts, to one of them together
//! with all that a public token may not see, to the other without. Whatever somebody with such a token asks or does,
//! both give the same answer, byte by byte but for ranks and positions, and what is made of these.
//!
//! `BUGSCRUB_TEST_WORLDS` says how many histories are tried, and `BUGSCRUB_TEST_SEED` which one comes first.

mod answers;
mod history;
mod mask;

use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use reqwest::Method;
use serde_json::Value;

use self::history::Story;
use self::mask::Answer;
use crate::support::{TestApp, run_test};

/// Histories that are tried unless asked for otherwise: what takes some seconds.
const USUAL: u64 = 1;

/// The first history, unless asked for otherwise.
const SEED: u64 = 20_261_122;

/// One of the two accounts.
pub struct World<'a> {
    pub app: &'a TestApp,
    pub account: i64,
    pub login: String,
    /// Whether it has what is hidden.
    pub whole: bool,
    pub tokens: Tokens,
}

/// Tokens of one account.
pub struct Tokens {
    /// With the scope read.
    pub reader: String,
    /// With the scopes read and scrub, and with scrub alone.
    pub scrubber: String,
    pub writer: String,
    /// With the scope embed, for the view `open`.
    pub embed: String,
    /// With read, scrub and private.
    pub insider: String,
}

/// Who asks: the holder of one of the tokens.
pub type Who = fn(&Tokens) -> &String;

impl<'a> World<'a> {
    async fn new(app: &'a TestApp, number: u64, whole: bool) -> Self {
        let account = 50_000 + 2 * i64::try_from(number).unwrap() + i64::from(whole);
        let token = async |scopes: &[&str]| app.new_token(scopes, Some(&[account])).await;
        let tokens = Tokens {
            reader: token(&["read"]).await,
            scrubber: token(&["read", "scrub"]).await,
            writer: token(&["scrub"]).await,
            embed: app.new_embed_token(account, "open").await,
            insider: token(&["read", "scrub", "private"]).await,
        };
        Self { app, account, login: format!("w{account}"), whole, tokens }
    }

    /// Asks as somebody, with the account's login for OWNER.
    pub async fn ask(&self, token: &str, method: Method, path: &str, body: Option<&Value>) -> Answer {
        let path = path.replace("OWNER", &self.login);
        let mut request = self.app.request_as(token, method.clone(), &path).header("if-match", "*");
        request = match body {
            Some(Value::String(text)) => request.body(text.replace("OWNER", &self.login)),
            Some(body) => {
                request.header("content-type", "application/json").body(body.to_string().replace("OWNER", &self.login))
            }
            None => request,
        };
        Answer::of(self, request.send().await.unwrap()).await
    }
}

/// Both accounts.
pub struct Worlds<'a> {
    pub seed: u64,
    pub whole: World<'a>,
    pub public: World<'a>,
}

impl Worlds<'_> {
    /// Asks in both as the holders of a kind of token; the answers must be the same.
    pub async fn same(&self, token: Who, method: Method, path: &str, body: Option<&Value>) -> Answer {
        let (whole, public) = tokio::join!(
            self.whole.ask(token(&self.whole.tokens), method.clone(), path, body),
            self.public.ask(token(&self.public.tokens), method.clone(), path, body),
        );
        let about = || format!("BUGSCRUB_TEST_SEED={} {method} {path} {body:?}", self.seed);
        assert_eq!(whole.masked, public.masked, "{}", about());
        assert!(whole.status < 500, "{}: {}", about(), whole.masked);
        whole
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn no_answer_differs_by_what_is_hidden() {
    run_test(async |app| {
        let given = |name: &str| std::env::var(name).ok().map(|value| value.parse::<u64>().expect("a number"));
        let first = given("BUGSCRUB_TEST_SEED").unwrap_or(SEED);
        for number in 0..given("BUGSCRUB_TEST_WORLDS").unwrap_or(USUAL) {
            let seed = first + number;
            let (whole, public) = (World::new(&app, number, true).await, World::new(&app, number, false).await);
            let worlds = Worlds { seed, whole, public };
            let mut rng = ChaCha8Rng::seed_from_u64(seed);
            let mut story = Story::begin(&worlds, &mut rng).await;
            for _ in 0..rng.random_range(20..40) {
                story.act(&worlds, &mut rng).await;
            }
            answers::compare(&worlds, &story).await;
            story.hide(&worlds, &mut rng).await;
            for _ in 0..5 {
                story.act(&worlds, &mut rng).await;
            }
            answers::compare(&worlds, &story).await;
        }
        crate::scrubs::rebuilds_the_same(&app).await;
        app
    })
    .await;
}

/// Every operation that the description has is asked here, or said to be asked elsewhere.
#[test]
fn every_operation_has_a_case() {
    let description: Value = serde_json::from_str(&bugscrub::http::openapi()).unwrap();
    let mut missing = vec![];
    for (path, operations) in description["paths"].as_object().unwrap() {
        for method in operations.as_object().unwrap().keys() {
            let operation = format!("{} {path}", method.to_uppercase());
            if !answers::asks(&operation) && !history::DONE.contains(&operation.as_str()) {
                missing.push(operation);
            }
        }
    }
    assert_eq!(missing, [""; 0], "add a case to worlds::answers, or an act to worlds::history");
}
