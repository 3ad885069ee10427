//! Every failure is a problem document, whoever finds it.

use reqwest::Method;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use super::open;
use crate::support::app::problem;
use crate::support::payload::repository;
use crate::support::wait::in_time;
use crate::support::{TestApp, run_test};

/// Sends bytes as they are. Returns the head and the body of the answer.
async fn raw(app: &TestApp, request: &[u8]) -> (String, String) {
    let mut stream = TcpStream::connect(app.address).await.unwrap();
    stream.write_all(request).await.unwrap();
    let mut answer = vec![];
    in_time("the connection is closed", stream.read_to_end(&mut answer)).await.unwrap();
    let text = String::from_utf8(answer).unwrap();
    let (head, body) = text.split_once("\r\n\r\n").unwrap_or_else(|| panic!("no head: {text:?}"));
    (head.to_owned(), body.to_owned())
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_request_is_refused_with_a_problem() {
    run_test(async |app| {
        let long = |count: usize| "a".repeat(count);
        let many: String = (0..150).map(|at| format!("x-{at}: 1\r\n")).collect();
        for (request, status) in [
            (format!("GET /{} HTTP/1.1\r\nhost: x\r\n\r\n", long(70_000)), 414),
            (format!("GET / HTTP/1.1\r\nhost: x\r\nx: {}\r\n\r\n", long(300_000)), 431),
            (format!("GET / HTTP/1.1\r\nhost: x\r\n{many}\r\n"), 431),
            ("GET / HTTP/1.1\r\nhost x\r\n\r\n".to_owned(), 400),
            ("GET / HTTP/7.5\r\nhost: x\r\n\r\n".to_owned(), 400),
            ("G\u{7f}T / HTTP/1.1\r\nhost: x\r\n\r\n".to_owned(), 400),
            ("POST / HTTP/1.1\r\nhost: x\r\ncontent-length: x\r\n\r\n".to_owned(), 400),
            ("POST / HTTP/1.1\r\nhost: x\r\ntransfer-encoding: gzip\r\n\r\n".to_owned(), 400),
            // On a connection on which something was answered already.
            ("GET /healthz HTTP/1.1\r\nhost: x\r\n\r\nnonsense\r\n\r\n".to_owned(), 400),
        ] {
            let (head, body) = raw(&app, request.as_bytes()).await;
            let (head, body) = match head.starts_with("HTTP/1.1 200") {
                true => body
                    .split_once("}")
                    .unwrap()
                    .1
                    .split_once("\r\n\r\n")
                    .map(|(head, body)| (head.to_owned(), body.to_owned()))
                    .unwrap(),
                false => (head, body),
            };
            let shown = &request[..request.len().min(60)];
            assert!(head.starts_with(&format!("HTTP/1.1 {status} ")), "{shown:?}: {head}");
            assert!(head.to_lowercase().contains("content-type: application/problem+json"), "{shown:?}: {head}");
            assert!(head.to_lowercase().contains("cache-control: no-store"), "{shown:?}: {head}");
            assert!(head.to_lowercase().contains(&format!("content-length: {}", body.len())), "{shown:?}: {head}");
            let said: Value = serde_json::from_str(&body).unwrap();
            assert_eq!((&said["status"], said["detail"].is_string()), (&json!(status), true), "{shown:?}: {said}");
        }
        app
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_framework_refuses_is_a_problem_too() {
    run_test(async |app| {
        open(&app, 1, &repository(1, "widgets")).await;
        let token = app.new_token(&["admin"], None).await;
        let json = "application/json";
        let large = format!("{{\"description\": \"{}\"}}", "a".repeat(270_000));
        for (method, path, media, body, status) in [
            (Method::GET, "/api/v1/items/%FF/widgets/1", "", "", 400),
            (Method::GET, "/api/v1/items/acme/%zz/1", "", "", 400),
            (Method::GET, "/api/v1/views/%", "", "", 400),
            (Method::GET, "/api/v1/views/%4", "", "", 400),
            (Method::GET, "/nowhere/%zz", "", "", 400),
            (Method::GET, "/docs/nothing", "", "", 404),
            (Method::GET, "/docs/..%2f..%2fetc", "", "", 404),
            (Method::POST, "/docs", "", "", 405),
            (Method::PATCH, "/api/v1/queue", "", "", 405),
            (Method::TRACE, "/healthz", "", "", 405),
            (Method::POST, "/openapi.json", "", "", 405),
            (Method::PUT, "/api/v1/views/x", json, large.as_str(), 413),
            (Method::PUT, "/api/v1/views/x", "text/plain", "{}", 415),
            (Method::PUT, "/api/v1/views/x", "", "{}", 415),
            (Method::PUT, "/api/v1/views/x", json, "{", 400),
            (Method::PUT, "/api/v1/views/x", json, "\u{feff}{}", 400),
            (Method::PUT, "/api/v1/views/x", json, "{\"order\": \"sideways\"}", 400),
            (Method::POST, "/api/v1/scrubs/1/advance", json, "{\"place\": 1e99}", 400),
            (Method::GET, "/api/v1/queue?label=%FF", "", "", 400),
        ] {
            let mut request = app.request_as(&token, method.clone(), path);
            if !media.is_empty() {
                request = request.header("content-type", media);
            }
            if !body.is_empty() {
                request = request.body(body.to_owned());
            }
            let answer = request.send().await.unwrap();
            let allow = answer.headers().get("allow").map(|allow| allow.to_str().unwrap().to_owned());
            assert_eq!(allow.is_some(), status == 405, "{method} {path}: {allow:?}");
            let (code, said) = problem(answer).await;
            assert_eq!(code, status, "{method} {path}: {said}");
        }
        app
    })
    .await;
}
