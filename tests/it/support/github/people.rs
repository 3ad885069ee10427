//! People who use the fake: who may sign in, and with which tokens.

use super::{CLIENT_ID, CLIENT_SECRET, FakeGitHub};

impl FakeGitHub {
    /// Adds a callback URL to the App's settings.
    pub fn callback(&self, url: &str) {
        self.with(|state| state.callbacks.push(url.to_owned()));
    }

    /// The callback URLs in the App's settings.
    pub fn callbacks(&self) -> Vec<String> {
        self.with(|state| state.callbacks.clone())
    }

    /// Whether people refuse to let the App know them.
    pub fn refuse_sign_in(&self, refuse: bool) {
        self.with(|state| state.refuses_sign_in = refuse);
    }

    /// Makes it a server that has never heard of PKCE.
    pub fn no_pkce(&self) {
        self.with(|state| state.knows_pkce = false);
    }

    /// Opts the App out of user tokens that expire.
    pub fn tokens_do_not_expire(&self) {
        self.with(|state| state.user_tokens_expire = false);
    }

    /// Changes a person's login to one of the same person (`octocat--new` for `octocat`).
    pub fn rename_person(&self, login: &str, new: &str) {
        let of = |token: &&mut super::UserToken| token.login == login;
        self.with(|state| state.user_tokens.values_mut().filter(of).for_each(|token| new.clone_into(&mut token.login)));
    }

    /// How many of people's tokens the App gave back.
    pub fn given_back(&self) -> usize {
        let given_back = |logged: &&super::Logged| logged.method == "DELETE" && logged.status == 204;
        self.log().iter().filter(given_back).count()
    }

    /// Revokes what a person has allowed: all their tokens are unknown at once.
    pub fn revoke(&self, login: &str) {
        self.with(|state| state.user_tokens.retain(|_, token| token.login != login));
    }

    /// All tokens of people that are good now, and those that renew them.
    pub fn user_secrets(&self) -> Vec<String> {
        self.with(|state| {
            let all = state.user_tokens.iter();
            all.flat_map(|(access, token)| [Some(access.clone()), token.refresh.clone()]).flatten().collect()
        })
    }

    /// A token of somebody who let the App know them.
    pub async fn signed_in(&self, login: &str) -> String {
        let (url, back) = (self.url(), "https://here.example/auth/callback");
        self.callback(back);
        let client = reqwest::Client::builder().no_proxy().redirect(reqwest::redirect::Policy::none());
        let client = client.tls_certs_only([]).build().unwrap();
        let page = format!("{url}/login/oauth/authorize?client_id={CLIENT_ID}&redirect_uri={back}&state=s");
        let allowed = client.get(page).header("cookie", format!("user_session={login}")).send().await.unwrap();
        let location = allowed.headers()["location"].to_str().unwrap().to_owned();
        let code = location.split_once("code=").unwrap().1.split('&').next().unwrap();
        let form = format!("client_id={CLIENT_ID}&client_secret={CLIENT_SECRET}&code={code}&redirect_uri={back}");
        let exchange = client.post(format!("{url}/login/oauth/access_token")).header("accept", "application/json");
        let answer = exchange.body(form).send().await.unwrap().text().await.unwrap();
        let answer: serde_json::Value = serde_json::from_str(&answer).unwrap();
        answer["access_token"].as_str().unwrap().to_owned()
    }

    /// How many times a code or a refresh token was exchanged, in vain or not.
    pub fn token_exchanges(&self) -> usize {
        self.log().iter().filter(|logged| logged.path == "/login/oauth/access_token").count()
    }
}
