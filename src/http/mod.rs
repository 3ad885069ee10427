//! HTTP: one file for each resource, with its axum handlers.
//!
//! A handler extracts, makes one call, and maps the answer; errors become a [`problem::Problem`].
//! The router and the OpenAPI description come from the same list of handlers, so neither can
//! name a path that the other lacks.

mod accept;
mod accounts;
pub mod auth;
mod authorship;
pub mod body;
mod browsers;
mod caching;
mod calendar;
mod collections;
mod cookies;
pub mod cors;
mod description;
mod doctor;
mod etag;
mod events;
mod facets;
pub mod health;
mod items;
mod json;
pub mod limit;
mod marking;
mod marks;
mod me;
mod notes;
mod outside;
mod page;
mod pages;
mod params;
mod permissions;
pub mod problem;
pub mod public;
mod queue;
mod refusal;
mod repositories;
mod row;
mod schedule;
mod scrubs;
pub mod serve;
pub mod shares;
pub mod sheets;
mod sign_in;
mod similar;
mod stats;
pub mod strangers;
mod stream;
mod sync;
mod texts;
mod tickets;
mod tokens;
pub mod trace;
mod views;
mod warnings;
mod webhooks;

use std::ops::Deref;
use std::sync::Arc;

use axum::Router;
use axum::extract::{DefaultBodyLimit, Request};
use axum::http::Uri;
use axum::http::header::CONTENT_TYPE;
use axum::routing::{MethodRouter, get};
use bytes::Bytes;
use serde_json::{Value, json};
use tokio::sync::watch;
use tower::{ServiceExt, service_fn};
use tower_http::compression::CompressionLayer;
use tower_http::compression::predicate::{DefaultPredicate, Predicate, SizeAbove};
use utoipa::OpenApi;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use utoipa_swagger_ui::{Config, SwaggerUi};

use self::accept::with_accept;
use self::authorship::with_keys;
use self::body::BodyBudget;
use self::browsers::with_policies;
use self::caching::with_caching;
use self::cors::Origins;
use self::description::Description;
use self::etag::with_tags;
use self::limit::{Limits, with_limits};
use self::outside::{RequestOrigin, with_outside};
use self::problem::with_problems;
use self::public::PublicReading;
use self::shares::Shares;
use self::strangers::Strangers;
use crate::github::JobContext;
use crate::ingest::Ingest;
use crate::service::Service;
use crate::telemetry::Metrics;
use crate::webhook::Secrets;

/// What handlers share. Cheap to clone: routers do so several times for a request.
#[derive(Clone)]
pub struct AppState(Arc<AppParts>);

impl From<AppParts> for AppState {
    fn from(parts: AppParts) -> Self {
        Self(Arc::new(parts))
    }
}

impl Deref for AppState {
    type Target = AppParts;

    fn deref(&self) -> &AppParts {
        &self.0
    }
}

/// What an [`AppState`] is made of.
pub struct AppParts {
    pub service: Service,
    pub ingest: Ingest,
    pub secrets: Arc<Secrets>,
    /// The memory of deliveries that are being received.
    pub body_budget: BodyBudget,
    /// The memory of spreadsheets that are sent, which is not that of deliveries.
    pub upload_budget: BodyBudget,
    pub streams: Shares,
    pub spreadsheets: Shares,
    pub exports: Shares,
    pub limits: Limits,
    /// `None`: nobody reads without a token.
    pub public: Option<PublicReading>,
    pub strangers: Strangers,
    /// `None` if the service only receives deliveries.
    pub github: Option<JobContext>,
    /// True once the service is to stop. Streams, which have no end of their own, end then.
    pub stopping: watch::Receiver<bool>,
    /// From where the page may show images, as its policy names it.
    pub page_images: Vec<String>,
    pub metrics: Metrics,
}

fn resources() -> OpenApiRouter<AppState> {
    let resources = OpenApiRouter::with_openapi(Description::openapi())
        .routes(routes!(webhooks::receive))
        .routes(routes!(queue::show))
        .routes(routes!(queue::show_csv))
        .routes(routes!(facets::show))
        .routes(routes!(items::show))
        .routes(routes!(texts::show))
        .routes(routes!(similar::show))
        .routes(routes!(marks::put, marks::delete))
        .routes(routes!(marking::create))
        .routes(routes!(marking::undo))
        .routes(routes!(notes::show, notes::put))
        .routes(routes!(scrubs::list, scrubs::open))
        .routes(routes!(calendar::show))
        .routes(routes!(schedule::show))
        .routes(routes!(schedule::put, schedule::delete))
        .routes(routes!(schedule::add_talk))
        .routes(routes!(schedule::remove_talk))
        .routes(routes!(scrubs::show))
        .routes(routes!(scrubs::deck::show))
        .routes(routes!(scrubs::advance))
        .routes(routes!(scrubs::close))
        .routes(routes!(scrubs::cursor::put))
        .routes(routes!(scrubs::host::put))
        .routes(routes!(scrubs::rows::read))
        .routes(routes!(scrubs::room::show))
        .routes(routes!(scrubs::presence::put))
        .routes(routes!(scrubs::timer::put))
        .routes(routes!(scrubs::claims::put))
        .routes(routes!(scrubs::greeter::put))
        .routes(routes!(scrubs::guests::create))
        .routes(routes!(scrubs::stream::follow))
        .routes(routes!(scrubs::attendees::put, scrubs::attendees::delete))
        .routes(routes!(scrubs::minutes::show))
        .routes(routes!(scrubs::sheet::xlsx))
        .routes(routes!(scrubs::sheet::csv))
        .routes(routes!(queue::show_xlsx))
        .routes(routes!(sheets::import))
        .routes(routes!(sheets::waiting::unplaced))
        .routes(routes!(stream::follow))
        .routes(routes!(tickets::create))
        .routes(routes!(events::export))
        .routes(routes!(stats::backlog))
        .routes(routes!(stats::ages))
        .routes(routes!(stats::throughput))
        .routes(routes!(stats::flow))
        .routes(routes!(stats::forecast))
        .routes(routes!(stats::coverage))
        .routes(routes!(stats::milestones::show))
        .routes(routes!(views::list))
        .routes(routes!(views::show, views::put, views::delete))
        .routes(routes!(collections::list))
        .routes(routes!(collections::show))
        .routes(routes!(accounts::list))
        .routes(routes!(repositories::list))
        .routes(routes!(sync::show))
        .routes(routes!(permissions::show))
        .routes(routes!(doctor::show))
        .routes(routes!(me::show))
        .routes(routes!(sign_in::begin))
        .routes(routes!(sign_in::finish))
        .routes(routes!(sign_in::end))
        .routes(routes!(sign_in::with_token))
        .routes(routes!(tokens::list, tokens::create))
        .routes(routes!(tokens::revoke))
        .routes(routes!(health::alive))
        .routes(routes!(health::ready))
        .routes(routes!(health::metrics))
        .routes(routes!(problem::pages::show));
    stats::suffixed(resources)
}

/// The OpenAPI description, as JSON.
pub fn openapi() -> String {
    let (_, openapi) = resources().split_for_parts();
    description::text(&description::finished(&openapi))
}

/// The same in OpenAPI 3.0.
pub fn older_openapi() -> String {
    let (_, openapi) = resources().split_for_parts();
    description::text(&description::older(&description::finished(&openapi)))
}

/// A description as it is served: below a prefix, it says so.
fn described(mut description: Value) -> MethodRouter<AppState> {
    let plain = Bytes::from(description::text(&description));
    get(async move |outside: RequestOrigin| {
        let text = match outside.prefix() {
            "" => plain,
            prefix => {
                description["servers"] = json!([{"url": prefix}]);
                Bytes::from(description::text(&description))
            }
        };
        ([(CONTENT_TYPE, "application/json")], text)
    })
}

/// A path with a slash at its end means the one without it, whatever the method: GitHub follows no redirect. The page of
/// the description is a folder.
fn without_slash(mut request: Request) -> Request {
    let uri = request.uri();
    let path = uri.path().trim_end_matches('/');
    if !uri.path().ends_with('/') || path.is_empty() || path == "/docs" {
        return request;
    }
    let query = uri.query().map(|query| format!("?{query}")).unwrap_or_default();
    let mut parts = uri.clone().into_parts();
    if let Ok(without) = format!("{path}{query}").parse() {
        parts.path_and_query = Some(without);
        *request.uri_mut() = Uri::from_parts(parts).unwrap_or_default();
    }
    request
}

/// Every path the service answers. Deliveries, which are most of the requests, go a way of their own.
pub fn router(state: AppState, origins: &Origins) -> Router {
    let (router, openapi) = resources().split_for_parts();
    let deliveries = webhooks::router(state.clone());
    let (metrics, images) = (state.metrics.clone(), state.page_images.clone());
    // The page's scripts and styles are in the binary: it loads nothing from elsewhere.
    let docs = SwaggerUi::new("/docs").config(Config::from("../openapi.json").validator_url("none"));
    let description = description::finished(&openapi);
    let older = described(description::older(&description));
    let router = router.route("/openapi.json", described(description)).route("/openapi-3.0.json", older);
    let router = router.with_state(state).merge(docs).merge(page::router(&images));
    // Small answers are not worth compressing, and streams are sent as they come.
    let compression = CompressionLayer::new().compress_when(DefaultPredicate::new().and(SizeAbove::new(1_024)));
    let router = with_tags(with_accept(router)).layer(compression).layer(DefaultBodyLimit::max(json::LARGEST));
    let mut router = with_policies(with_outside(with_problems(with_limits(with_keys(router)))));
    if let Some(cors) = origins.layer() {
        router = router.layer(cors);
    }
    let others = trace::with_tracing(with_caching(router), metrics);
    Router::new().fallback_service(service_fn(move |request: Request| {
        let request = without_slash(request);
        let way = if webhooks::is_delivery(&request) { &deliveries } else { &others };
        way.clone().oneshot(request)
    }))
}
