//! Signing in with a real browser, and what pages of other sites may do with the session.

use std::path::Path;

use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::process::Command;

use super::browser::browser;
use crate::sign_in::start;
use crate::support::github::FakeGitHub;
use crate::support::wait::in_time;

/// A server of pages without anything. Answers its port.
async fn pages() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let page = async || ([("content-type", "text/html")], "<!doctype html><title>x</title>");
    let router = axum::Router::new().fallback(page);
    tokio::spawn(async move { axum::serve(listener, router).await });
    port
}

#[tokio::test(flavor = "multi_thread")]
async fn a_browser_signs_in_and_pages_of_others_do_nothing_with_it() {
    let github = FakeGitHub::start().await;
    let app = start(&github).await;
    // Another host than GitHub's here, so that its redirect comes from another site.
    let address = format!("http://localhost:{}", app.address.port());
    github.callback(&format!("{address}/auth/callback"));
    let port = pages().await;
    let login = format!("{}/login?as=octocat", github.url());
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/browser/sign_in.mjs");
    let mut command = Command::new("node");
    command.arg(script).arg(browser()).args([&address, &login]);
    // Another site, and another origin of the same site, to which the browser does send the cookie.
    command.args([format!("http://127.0.0.1:{port}/"), format!("http://localhost:{port}/")]);
    let output = in_time("the browser ends", command.kill_on_drop(true).output()).await.unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let saw: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(saw["back"], format!("{address}/docs/"), "{saw:#}");
    assert_eq!(
        (&saw["person"], &saw["scripts"], &saw["made"]),
        (&json!("octocat"), &json!(""), &json!(201)),
        "{saw:#}"
    );
    assert_eq!(saw["cookies"], json!([["bugscrub-session", true, "Lax", "/"]]), "{saw:#}");
    // Another site's requests come without the cookie, a neighbor's with it.
    assert_eq!(saw["answers"], json!([401, 401, 403, 403]), "{saw:#}");
    assert_eq!((&saw["still"], &saw["out"], &saw["after"]), (&json!(200), &json!(204), &json!(401)), "{saw:#}");
    app.stop().await.drop().await;
}
