//! Nothing hidden shows by its shadow: the same made-up history happens to three accounts, to one of them together
//! with all that a public token may not see, to another without, and to the third with the one private repository that
//! somebody who is signed in may see. Whatever somebody asks or does, the accounts that hold what they may see give the
//! same answer, byte by byte but for ranks and positions, and what is made of these.
//!
//! `BUGSCRUB_TEST_WORLDS` says how many histories are tried, and `BUGSCRUB_TEST_SEED` which one comes first.

mod answers;
mod history;
mod mask;

use bugscrub::config::Settings;
use bugscrub::http::public::PublicSettings;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use reqwest::Method;
use serde_json::Value;

use self::history::Story;
use self::mask::Answer;
use crate::support::TestApp;
use crate::support::app::{run_test_with, settings};
use crate::support::people::{SignedIn, as_person};

/// Histories that are tried unless asked for otherwise: what takes some seconds.
const USUAL: u64 = 1;

/// The first history, unless asked for otherwise.
const SEED: u64 = 20_261_122;

/// What an account holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Holds {
    All,
    /// All but the private repository that no mate may see.
    Mates,
    Public,
}

/// One of the accounts.
pub struct World<'a> {
    pub app: &'a TestApp,
    pub account: i64,
    pub login: String,
    pub holds: Holds,
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
    /// With read, and bound to no account.
    pub anyone: String,
    /// No token.
    pub nobody: String,
    /// The cookie of somebody who is signed in, and sees one of the private repositories, where there are some.
    pub mate: String,
}

/// Who asks: the holder of one of the tokens.
pub type Who = fn(&Tokens) -> &String;

impl<'a> World<'a> {
    async fn new(app: &'a TestApp, number: u64, holds: Holds) -> Self {
        let account = 50_000 + 3 * i64::try_from(number).unwrap() + holds as i64;
        let token = async |scopes: &[&str]| app.new_token(scopes, Some(&[account])).await;
        let tokens = Tokens {
            reader: token(&["read"]).await,
            scrubber: token(&["read", "scrub"]).await,
            writer: token(&["scrub"]).await,
            embed: app.new_embed_token(account, "open").await,
            insider: token(&["read", "scrub", "private"]).await,
            anyone: app.new_token(&["read"], None).await,
            nobody: String::new(),
            mate: SignedIn::new(app, "mate", &[(account, &[MATES], true)]).await.cookie,
        };
        Self { app, account, login: format!("w{account}"), holds, tokens }
    }

    /// Asks as somebody, with the account's login for OWNER; as nobody without a token.
    pub async fn ask(&self, token: &str, method: Method, path: &str, body: Option<&Value>) -> Answer {
        let path = path.replace("OWNER", &self.login);
        let request = match token {
            "" => self.app.client.request(method.clone(), self.app.url(&path)),
            cookie if cookie.starts_with("bugscrub_session_") => as_person(self.app, cookie, method, &path),
            token => self.app.request_as(token, method, &path),
        };
        let mut request = request.header("if-match", "*");
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

/// The private repository that mates may see.
pub const MATES: i64 = 3;

/// All accounts.
pub struct Worlds<'a> {
    pub seed: u64,
    pub whole: World<'a>,
    pub mates: World<'a>,
    pub public: World<'a>,
}

impl Worlds<'_> {
    pub fn all(&self) -> [&World<'_>; 3] {
        [&self.whole, &self.mates, &self.public]
    }

    /// Asks in all as the holders of a kind of token that sees what is public; the answers must be the same.
    pub async fn same(&self, token: Who, method: Method, path: &str, body: Option<&Value>) -> Answer {
        let [whole, mates, public] =
            self.all().map(|world| world.ask(token(&world.tokens), method.clone(), path, body));
        let (whole, mates, public) = tokio::join!(whole, mates, public);
        self.check(&whole, &public, &format!("{method} {path} {body:?}"));
        self.check(&whole, &mates, &format!("{method} {path} {body:?}, of mates"));
        assert!(whole.json["hidden_row"].is_null(), "BUGSCRUB_TEST_SEED={} {path}", self.seed);
        whole
    }

    /// Asks as the mate; where what they may see is, the answers must be the same.
    pub async fn same_for_mates(&self, method: Method, path: &str, body: Option<&Value>) -> Answer {
        // Where anybody may read, they see every account, so each question names one; which they see is told elsewhere.
        if ["/api/v1/accounts", "/api/v1/me"].contains(&path) {
            return self.whole.ask(&self.whole.tokens.mate, method, path, body).await;
        }
        let question = if path.contains('?') { '&' } else { '?' };
        let named = match path.contains("account=") || path.contains("cursor=") {
            true => path.to_owned(),
            false => format!("{path}{question}account=OWNER"),
        };
        let path = named.as_str();
        let [whole, mates, _] = self.all().map(|world| world.ask(&world.tokens.mate, method.clone(), path, body));
        let (whole, mates) = tokio::join!(whole, mates);
        self.check(&whole, &mates, &format!("as the mate, {method} {path} {body:?}"));
        whole
    }

    fn check(&self, whole: &Answer, other: &Answer, asked: &str) {
        let about = || format!("BUGSCRUB_TEST_SEED={} {asked}", self.seed);
        assert_eq!(whole.masked, other.masked, "{}", about());
        assert!(whole.status < 500, "{}: {}", about(), whole.masked);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn no_answer_differs_by_what_is_hidden() {
    let public = PublicSettings { on: true, ..PublicSettings::default() };
    run_test_with(Settings { public, ..settings() }, async |app| {
        let given = |name: &str| std::env::var(name).ok().map(|value| value.parse::<u64>().expect("a number"));
        let first = given("BUGSCRUB_TEST_SEED").unwrap_or(SEED);
        for number in 0..given("BUGSCRUB_TEST_WORLDS").unwrap_or(USUAL) {
            let seed = first + number;
            let world = async |holds| World::new(&app, number, holds).await;
            let (whole, mates, public) =
                (world(Holds::All).await, world(Holds::Mates).await, world(Holds::Public).await);
            let worlds = Worlds { seed, whole, mates, public };
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
