//! People who are signed in, as if GitHub had told what they may see.

use reqwest::{Method, RequestBuilder};

use super::TestApp;

/// What somebody may see and do in an account: the account's id, private repositories, and whether they may triage.
pub type Sees<'a> = (i64, &'a [i64], bool);

/// Somebody who is signed in.
pub struct SignedIn<'a> {
    app: &'a TestApp,
    session: i64,
    pub cookie: String,
}

impl<'a> SignedIn<'a> {
    pub async fn new(app: &'a TestApp, login: &str, sees: &[Sees<'_>]) -> Self {
        let cookie = format!("bugscrub_session_{}", uuid::Uuid::new_v4().simple());
        let session: i64 = sqlx::query_scalar(
            "INSERT INTO sessions (hash, github_id, login, access_token, expires_at)
             VALUES (sha256($1::bytea), $2, $3, '', now() + interval '1 day') RETURNING session_id",
        )
        .bind(cookie.as_bytes())
        .bind(super::payload::person_id(login))
        .bind(login)
        .fetch_one(&app.database.pool)
        .await
        .unwrap();
        let person = Self { app, session, cookie };
        person.told(&[&[(0, &[][..], false)], sees].concat()).await;
        person
    }

    /// GitHub tells it anew.
    pub async fn told(&self, sees: &[Sees<'_>]) {
        for (account, private, triages) in sees {
            sqlx::query(
                "INSERT INTO sights (account_id, session_id, github_id, private, triages, told_at, due_at)
                 SELECT $1, session_id, github_id, $3, $4, $5, $5 + interval '1 hour' FROM sessions WHERE session_id = $2
                 ON CONFLICT (account_id, session_id) DO UPDATE SET private = $3, triages = $4, told_at = $5,
                   due_at = $5 + interval '1 hour', version = sights.version + 1",
            )
            .bind(account)
            .bind(self.session)
            .bind(private.to_vec())
            .bind(triages)
            .bind(self.app.clock.now())
            .execute(&self.app.database.pool)
            .await
            .unwrap();
        }
    }

    /// A request of a page of the service, in their browser.
    pub fn request(&self, method: Method, path: &str) -> RequestBuilder {
        as_person(self.app, &self.cookie, method, path)
    }
}

/// The same with the cookie alone.
pub fn as_person(app: &TestApp, cookie: &str, method: Method, path: &str) -> RequestBuilder {
    let request = app.client.request(method, app.url(path));
    request.header("cookie", format!("bugscrub-session={cookie}")).header("sec-fetch-site", "same-origin")
}
