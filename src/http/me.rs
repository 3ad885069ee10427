//! `GET /api/v1/me`: who asks, what they may see and do, and what to do about the rest.

use axum::Json;
use axum::extract::State;
use serde::Serialize;
use utoipa::ToSchema;

use super::AppState;
use super::accounts::AccountRow;
use super::description::answers::Refused;
use super::description::schemas;
use super::params::Params;
use super::problem::Problem;
use crate::activity::Sight;
use crate::service::people::{Hidden, Me, Why};
use crate::service::viewer::Person;
use crate::service::{Scope, Viewer, Who};

/// Who asks, what they may see and do, and what is hidden from them.
#[derive(Debug, Serialize, ToSchema)]
pub struct MeAnswer {
    /// What they are called: the login of a person, or the name of a token.
    #[schema(example = "octocat")]
    name: String,
    /// The person who is signed in, or who made the token for themselves.
    person: Option<PersonRow>,
    /// The token, or null if the caller is signed in with GitHub.
    token: Option<OwnToken>,
    #[schema(value_type = Vec<schemas::Scope>, example = json!(["read", "scrub"]))]
    scopes: Vec<&'static str>,
    /// The accounts that they may see.
    accounts: Vec<AccountRow>,
    #[schema(inline = false)]
    sees: SeesTerm,
    /// What is hidden, why, and what to do about it. How much that is stays untold.
    hidden: Vec<HiddenRow>,
    /// The path at which people sign in with GitHub. Null if they cannot.
    #[schema(example = "/auth/sign-in")]
    sign_in: Option<&'static str>,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct PersonRow {
    /// The id on GitHub.
    #[schema(example = 583231)]
    id: i64,
    #[schema(example = "octocat")]
    login: String,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct OwnToken {
    /// 0 for the token that the setting BUGSCRUB_ADMIN_TOKEN names.
    #[schema(example = 7)]
    id: i64,
    #[schema(example = "the dashboard in the office")]
    name: String,
}

/// Which repositories of the accounts are seen: the public ones, all, or the public ones and some private ones.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum SeesTerm {
    Public,
    All,
    Some,
}

/// Something that is hidden.
#[derive(Debug, Serialize, ToSchema)]
pub struct HiddenRow {
    /// The account's login, if it is about one.
    account: Option<String>,
    #[schema(inline = false)]
    reason: ReasonTerm,
    /// What to do about it.
    advice: &'static str,
    /// Where, on GitHub.
    url: Option<String>,
}

/// Why something is hidden.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ReasonTerm {
    /// The token lacks the scope `private`.
    NoPrivate,
    /// GitHub lists no installation of the App to the person.
    NotInstalled,
    /// The person may not see a repository on GitHub, or the App may not.
    NoAccess,
    /// The organization wants a sign-in of its own first.
    SamlSignIn,
    /// GitHub could not be asked just now.
    NotAsked,
}

impl From<&Hidden> for HiddenRow {
    fn from(hidden: &Hidden) -> Self {
        let (reason, advice) = match hidden.why {
            Why::NotInstalled => {
                (ReasonTerm::NotInstalled, "Install the GitHub App on your organization, or ask one of its owners to.")
            }
            Why::NoAccess => (
                ReasonTerm::NoAccess,
                "Ask an owner of the repository for access, or to include it in the App's installation.",
            ),
            Why::SamlSignIn => {
                (ReasonTerm::SamlSignIn, "Sign in to the organization on GitHub, and then sign in here again.")
            }
            Why::NotAsked => (ReasonTerm::NotAsked, "GitHub cannot be asked now. Try again in some minutes."),
        };
        Self { account: hidden.account.clone(), reason, advice, url: hidden.url.clone() }
    }
}

impl From<Me> for MeAnswer {
    fn from(me: Me) -> Self {
        let Me { viewer, accounts, can_sign_in } = me;
        let person = viewer.person();
        let mut hidden: Vec<HiddenRow> = viewer.hidden().iter().map(HiddenRow::from).collect();
        if person.is_none() && !viewer.sight().is_all() && viewer.require(Scope::Read).is_ok() {
            let advice = "Ask an administrator for a token with the scope private.";
            hidden.push(HiddenRow { account: None, reason: ReasonTerm::NoPrivate, advice, url: None });
        }
        Self {
            name: viewer.name().to_owned(),
            person: person.map(|Person { github_id, login }| PersonRow { id: github_id, login }),
            token: match viewer.who() {
                Who::Token { id, name } => Some(OwnToken { id: *id, name: name.clone() }),
                Who::Person { .. } | Who::Nobody { .. } | Who::Service => None,
            },
            scopes: viewer.scopes().iter().map(|scope| scope.name()).collect(),
            accounts: accounts.unwrap_or_default().into_iter().map(AccountRow::from).collect(),
            sees: match viewer.sight() {
                Sight::Public => SeesTerm::Public,
                Sight::All => SeesTerm::All,
                Sight::Only(_) => SeesTerm::Some,
            },
            hidden,
            sign_in: can_sign_in.then_some("/auth/sign-in"),
        }
    }
}

/// Show who you are.
///
/// What the token or the session may see and do, and what to do about what is hidden.
#[utoipa::path(
    get, path = "/api/v1/me", tag = "people", operation_id = "show_me",
    responses((status = 200, description = "Who asks", body = MeAnswer), Refused),
)]
pub async fn show(State(state): State<AppState>, viewer: Viewer, params: Params) -> Result<Json<MeAnswer>, Problem> {
    params.only(&[])?;
    Ok(Json(state.service.me(&viewer).await?.into()))
}
