//! What the App may do on GitHub, and what it did.

use super::{Refusal, Scope, Service, Viewer};
pub use crate::github::permissions::Permissions;
use crate::store::{gates, installations};

/// What the App may do, and what it did.
#[derive(Debug)]
pub struct PermissionsReport {
    pub permissions: Permissions,
    /// Requests of the account's installation and of the App itself: those that read, tokens minted or given
    /// back, and failed deliveries asked for again. The client sends nothing else.
    /// `None` for who does not see all repositories: their number tells how much is hidden.
    pub requests: Option<Requests>,
}

/// How many requests were made.
#[derive(Clone, Copy, Debug)]
pub struct Requests {
    pub reads: i64,
    pub token_mints: i64,
    pub redeliveries: i64,
}

impl Service {
    /// Reports what the App may do on GitHub, as GitHub last said.
    ///
    /// # Errors
    /// [`Refusal::MissingScope`], or as [`Service::account`].
    pub async fn permissions_report(
        &self,
        viewer: &Viewer,
        account: Option<&str>,
    ) -> Result<PermissionsReport, Refusal> {
        viewer.require(Scope::Read)?;
        let account_id = self.account(viewer, account).await?.account_id;
        let pool = &self.0.pool;
        let (installation, own, app) =
            tokio::join!(installations::of(pool, account_id), gates::read(pool, account_id), gates::read(pool, 0));
        let granted = installation?.map(|installation| installation.permissions).unwrap_or_default();
        let gates: Vec<gates::Gate> = own?.into_iter().chain(app?).collect();
        Ok(PermissionsReport {
            permissions: Permissions::new(&granted),
            requests: viewer.sight().is_all().then(|| Requests {
                reads: gates.iter().map(|gate| gate.reads).sum(),
                token_mints: gates.iter().map(|gate| gate.token_mints).sum(),
                redeliveries: gates.iter().map(|gate| gate.redeliveries).sum(),
            }),
        })
    }
}
