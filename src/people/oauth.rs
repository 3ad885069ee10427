//! How codes and refresh tokens become tokens (RFC 6749, with PKCE of RFC 7636), as GitHub does it: it answers 200 to a
//! refusal too, and says the error in the body.

use std::time::Duration;

use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use oauth2::basic::{
    BasicErrorResponse, BasicRevocationErrorResponse, BasicTokenIntrospectionResponse, BasicTokenType,
};
use oauth2::{
    AccessToken, AuthType, AuthUrl, AuthorizationCode, ClientId, ClientSecret, CsrfToken, EndpointNotSet, EndpointSet,
    ExtraTokenFields, HttpRequest, HttpResponse, PkceCodeChallenge, PkceCodeVerifier, RedirectUrl, RefreshToken,
    RequestTokenError, StandardRevocableToken, StandardTokenResponse, TokenResponse, TokenUrl,
};
use serde::{Deserialize, Serialize};

use super::error::PeopleError;
use crate::github::client::EXCHANGE;
use crate::github::{Client, GitHubError};

/// The path, on the site that people open, at which they allow an App to know them.
const AUTHORIZE: &str = "/login/oauth/authorize";
/// The error by which GitHub says that the App's secret is wrong, which no session is to blame for.
const WRONG_SECRET: &str = "incorrect_client_credentials";
/// Characters of an error's name at most.
const LONGEST_ERROR: usize = 64;

/// The App, to those who sign in.
#[derive(Clone, Debug)]
pub struct OAuthApp {
    pub client_id: ClientId,
    pub client_secret: ClientSecret,
}

impl OAuthApp {
    pub fn new(client_id: String, client_secret: String) -> Self {
        Self { client_id: ClientId::new(client_id), client_secret: ClientSecret::new(client_secret) }
    }
}

/// What GitHub says beside what the standard knows.
#[derive(Debug, Serialize, Deserialize)]
struct Lifetimes {
    refresh_token_expires_in: Option<u64>,
}

impl ExtraTokenFields for Lifetimes {}

type Answer = StandardTokenResponse<Lifetimes, BasicTokenType>;
type UnsetClient = oauth2::Client<
    BasicErrorResponse,
    Answer,
    BasicTokenIntrospectionResponse,
    StandardRevocableToken,
    BasicRevocationErrorResponse,
>;
type OAuthClient = oauth2::Client<
    BasicErrorResponse,
    Answer,
    BasicTokenIntrospectionResponse,
    StandardRevocableToken,
    BasicRevocationErrorResponse,
    EndpointSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointSet,
>;

/// A person's tokens from GitHub. Their `Debug` hides what is secret.
#[derive(Debug)]
pub struct UserTokens {
    pub access: AccessToken,
    /// `None`: it does not expire.
    pub access_lasts: Option<Duration>,
    pub refresh: Option<RefreshToken>,
    pub refresh_lasts: Option<Duration>,
}

/// Where to send the browser, and what its answer is checked by.
pub struct Authorization {
    pub url: String,
    pub state: CsrfToken,
    pub verifier: PkceCodeVerifier,
}

/// The exchanges with GitHub.
pub struct OAuth(OAuthClient);

impl OAuth {
    /// `web` is where people open GitHub, such as `https://github.com`.
    ///
    /// # Errors
    /// [`GitHubError::Unreadable`] if `web` is no URL.
    pub fn new(app: OAuthApp, web: &str) -> Result<Self, GitHubError> {
        let bad = |_| GitHubError::Unreadable(format!("{web} is no URL"));
        let authorize = AuthUrl::new(format!("{web}{AUTHORIZE}")).map_err(bad)?;
        let exchange = TokenUrl::new(format!("{web}{EXCHANGE}")).map_err(bad)?;
        let client = UnsetClient::new(app.client_id)
            .set_client_secret(app.client_secret)
            .set_auth_uri(authorize)
            .set_token_uri(exchange)
            .set_auth_type(AuthType::RequestBody);
        Ok(Self(client))
    }

    /// Makes the address at which the person allows it. A server that does not know PKCE ignores that part.
    ///
    /// # Errors
    /// [`PeopleError::Refused`] if `redirect_uri` is no URL.
    pub fn authorization(&self, redirect_uri: &str) -> Result<Authorization, PeopleError> {
        let (challenge, verifier) = PkceCodeChallenge::new_random_sha256();
        let redirect_uri = redirect(redirect_uri)?;
        let (url, state) = self
            .0
            .authorize_url(CsrfToken::new_random)
            .set_redirect_uri(std::borrow::Cow::Owned(redirect_uri))
            .set_pkce_challenge(challenge)
            .url();
        Ok(Authorization { url: url.into(), state, verifier })
    }

    /// Exchanges the code that a browser brought back.
    ///
    /// # Errors
    /// [`PeopleError::Refused`], [`PeopleError::GitHub`]
    pub async fn tokens(
        &self,
        github: &Client,
        code: &str,
        verifier: PkceCodeVerifier,
        redirect_uri: &str,
    ) -> Result<UserTokens, PeopleError> {
        let redirect_uri = redirect(redirect_uri)?;
        let asked = self
            .0
            .exchange_code(AuthorizationCode::new(code.to_owned()))
            .set_pkce_verifier(verifier)
            .set_redirect_uri(std::borrow::Cow::Owned(redirect_uri));
        asked.request_async(&through(github)).await.map(read).map_err(refusal)
    }

    /// Exchanges a refresh token, which is good for one exchange.
    ///
    /// # Errors
    /// [`PeopleError::Refused`], [`PeopleError::GitHub`]
    pub async fn refreshed(&self, github: &Client, refresh: &RefreshToken) -> Result<UserTokens, PeopleError> {
        let asked = self.0.exchange_refresh_token(refresh);
        asked.request_async(&through(github)).await.map(read).map_err(refusal)
    }
}

fn redirect(uri: &str) -> Result<RedirectUrl, PeopleError> {
    RedirectUrl::new(uri.to_owned()).map_err(|_| PeopleError::Refused("redirect_uri".to_owned()))
}

/// What sends exchanges through a client.
fn through(github: &Client) -> impl Fn(HttpRequest) -> BoxFuture<'static, Result<HttpResponse, GitHubError>> + use<> {
    let github = github.clone();
    move |request| send(github.clone(), request).boxed()
}

/// Sends an exchange. A refusal gets the status that the standard gives it.
async fn send(github: Client, request: HttpRequest) -> Result<HttpResponse, GitHubError> {
    let mut answer = github.exchange(request).await?;
    let status = answer.status();
    if status.is_server_error() {
        return Err(GitHubError::Failed(status.as_u16()));
    }
    #[derive(Deserialize)]
    struct Refusal {
        #[expect(dead_code, reason = "that it is there says all")]
        error: String,
    }
    if status.is_success() && serde_json::from_slice::<Refusal>(answer.body()).is_ok() {
        *answer.status_mut() = http::StatusCode::BAD_REQUEST;
    }
    Ok(answer)
}

fn read(answer: Answer) -> UserTokens {
    UserTokens {
        access: answer.access_token().clone(),
        access_lasts: answer.expires_in(),
        refresh: answer.refresh_token().cloned(),
        refresh_lasts: answer.extra_fields().refresh_token_expires_in.map(Duration::from_secs),
    }
}

/// Why there are no tokens. What could not be read is not told: there may be tokens in it.
fn refusal(error: RequestTokenError<GitHubError, BasicErrorResponse>) -> PeopleError {
    match error {
        RequestTokenError::ServerResponse(said) => match said.error().as_ref() {
            WRONG_SECRET => GitHubError::Refused {
                status: 200,
                message: "the client secret is wrong: check BUGSCRUB_CLIENT_ID and BUGSCRUB_CLIENT_SECRET".to_owned(),
            }
            .into(),
            named => PeopleError::Refused(
                named.chars().filter(|c| c.is_ascii_alphabetic() || *c == '_').take(LONGEST_ERROR).collect(),
            ),
        },
        RequestTokenError::Request(error) => error.into(),
        RequestTokenError::Parse(..) => GitHubError::Unreadable("it has no token that we know".to_owned()).into(),
        RequestTokenError::Other(_) => GitHubError::Unreadable("it is no answer to an exchange".to_owned()).into(),
    }
}
