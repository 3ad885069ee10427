//! The local page: a form that is posted to GitHub, and the page to which GitHub sends the browser back.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};

use axum::Router;
use axum::extract::{Query, Request, State};
use axum::http::StatusCode;
use axum::http::header::HOST;
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{Html, IntoResponse, Response};
use axum::routing::get;
use rand::distr::{Alphanumeric, SampleString};
use serde::Deserialize;
use tokio::net::TcpListener;
use tokio::sync::oneshot;

use super::new_app::NewApp;
use crate::github::manifest;

struct SetupPage {
    address: SocketAddr,
    app: NewApp,
    /// GitHub returns it. Whoever comes back without it was not sent by this page.
    state: String,
    code: Mutex<Option<oneshot::Sender<String>>>,
}

/// Serves the page until GitHub sends the browser back; answers the code that it brings.
pub async fn serve(listener: TcpListener, app: NewApp) -> std::io::Result<String> {
    let (code, coded) = oneshot::channel();
    let (stop, stopped) = oneshot::channel::<()>();
    let page = Arc::new(SetupPage {
        address: listener.local_addr()?,
        app,
        state: Alphanumeric.sample_string(&mut rand::rng(), 40),
        code: Mutex::new(Some(code)),
    });
    let router = Router::new()
        .route("/", get(form))
        .route("/callback", get(callback))
        .layer(from_fn_with_state(page.clone(), only_here))
        .with_state(page);
    let serving = async {
        // Answers under way are finished.
        let stopped = async { drop(stopped.await) };
        axum::serve(listener, router).with_graceful_shutdown(stopped).await
    };
    let waiting = async {
        let code = coded.await;
        drop(stop);
        code
    };
    let (served, code) = tokio::join!(serving, waiting);
    served?;
    code.map_err(|_| std::io::Error::other("the page ended without a code"))
}

/// Refuses requests under any other host name: another site's page must not talk to this one.
async fn only_here(State(page): State<Arc<SetupPage>>, request: Request, next: Next) -> Response {
    let host = request.headers().get(HOST).and_then(|host| host.to_str().ok()).unwrap_or_default();
    let port = page.address.port();
    let ours = [page.address.to_string(), format!("localhost:{port}"), format!("127.0.0.1:{port}")];
    if ours.iter().any(|name| name == host) {
        return next.run(request).await;
    }
    (StatusCode::MISDIRECTED_REQUEST, "This page is for this machine only.").into_response()
}

async fn form(State(page): State<Arc<SetupPage>>) -> Html<String> {
    let rows = |names: Vec<(String, String)>| -> String {
        names.iter().map(|(name, level)| format!("<tr><td>{}<td>{}", escaped(name), escaped(level))).collect()
    };
    let permissions = rows(manifest::declared_permissions().into_iter().collect());
    let events = manifest::declared_events().join(", ");
    let owner = page.app.organization.as_deref().unwrap_or("your own account");
    let body = format!(
        "<h1>Set up Bug Scrub on {owner}</h1>\
         <p>The button takes you to GitHub, which asks you to confirm a new GitHub App, <b>{name}</b>, owned by {owner}. \
         It may read, and nothing else:</p><table><tr><th>Permission<th>Level{permissions}</table>\
         <p>GitHub will send it these events: {events}.</p><p>Deliveries go to <code>{url}</code>.</p>\
         <form action=\"{action}\" method=\"post\"><input type=\"hidden\" name=\"manifest\" value=\"{manifest}\">\
         <button>Create the App on GitHub</button></form>",
        owner = escaped(owner),
        name = escaped(&page.app.name),
        url = escaped(&page.app.webhook_url),
        action = escaped(&page.app.form_action(&page.state)),
        manifest = escaped(&page.app.manifest(page.address).to_string()),
        events = escaped(&events),
    );
    Html(document(&body))
}

#[derive(Deserialize)]
struct Back {
    code: Option<String>,
    state: Option<String>,
}

async fn callback(State(page): State<Arc<SetupPage>>, Query(back): Query<Back>) -> Response {
    let refuse = |words: &str| {
        let begin = format!("<h1>That did not work</h1><p>{words} <a href=\"/\">Begin again</a>.</p>");
        (StatusCode::BAD_REQUEST, Html(document(&begin))).into_response()
    };
    if back.state.as_deref() != Some(&page.state) {
        return refuse("This page did not send you to GitHub: the state that GitHub returned is not its own.");
    }
    let Some(code) = back.code.filter(|code| !code.is_empty()) else {
        return refuse("GitHub sent no code.");
    };
    let waiting = page.code.lock().unwrap_or_else(PoisonError::into_inner).take();
    match waiting.map(|waiting| waiting.send(code)) {
        Some(Ok(())) => {
            let body = "<h1>The App is created</h1><p>Go back to the terminal: it fetches the credentials and tells you \
                the next step. You may close this page.</p>";
            Html(document(body)).into_response()
        }
        _ => refuse("The code has been used already."),
    }
}

fn document(body: &str) -> String {
    format!(
        "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><title>Bug Scrub</title>\
         <meta name=\"viewport\" content=\"width=device-width\"><style>:root{{color-scheme:light dark}}\
         body{{font:16px/1.5 system-ui,sans-serif;max-width:42rem;margin:3rem auto;padding:0 1rem}}\
         td,th{{text-align:left;padding:.2rem 1.5rem .2rem 0}}button{{font:inherit;padding:.6rem 1.2rem}}</style>{body}"
    )
}

/// The text escaped for HTML, in an attribute or between tags.
fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;").replace('\'', "&#39;")
}
