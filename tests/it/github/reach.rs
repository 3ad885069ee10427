//! Why GitHub cannot be reached: different sentences, each with the place and what to do.

use std::time::Duration;

use bugscrub::github::reach::why;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

use crate::support::github::APP_KEY;
use crate::support::service::run;

/// Listens, and meets every connection with `answer` after its first message, and then closes it; without one it says
/// nothing.
async fn stranger(answer: Option<&'static str>) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap().to_string();
    tokio::spawn(async move {
        let mut kept = vec![];
        while let Ok((mut stream, _)) = listener.accept().await {
            let Some(answer) = answer else {
                kept.push(stream);
                continue;
            };
            tokio::spawn(async move {
                let mut first = [0; 4096];
                let _ = stream.read(&mut first).await;
                let _ = stream.write_all(answer.as_bytes()).await;
            });
        }
    });
    address
}

/// An address, the variables that name proxies, and words that must be said.
type Case<'a> = (String, &'a [(&'a str, &'a str)], &'a [&'a str]);

#[tokio::test(flavor = "multi_thread")]
async fn the_doctor_says_why_github_cannot_be_reached() {
    let closes = stranger(Some("")).await;
    let mumbles = stranger(Some("SSH-2.0-OpenSSH_9.2\r\n")).await;
    let refuses = stranger(Some("HTTP/1.1 502 Bad Gateway\r\ncontent-length: 0\r\n\r\n")).await;
    let asks = stranger(Some("HTTP/1.1 407 Proxy Authentication Required\r\ncontent-length: 0\r\n\r\n")).await;
    let (https, nowhere) = ("https://github.test".to_owned(), "http://127.0.0.1:9");
    let socks = "socks5h://127.0.0.1:9";
    let cases: [Case; 11] = [
        ("https://nowhere.invalid".into(), &[], &["at nowhere.invalid:443: the name cannot be resolved", "DNS"]),
        ("http://127.0.0.1:9/api/v3".into(), &[], &["at 127.0.0.1:9: nothing listens there", "firewall"]),
        (format!("http://{closes}"), &[], &[&closes, "the connection was closed before an answer came"]),
        (format!("http://{mumbles}"), &[], &[&mumbles, "speaks no HTTP"]),
        (format!("https://{closes}"), &[], &[&closes, "the connection was closed before an answer came"]),
        (format!("https://{mumbles}"), &[], &[&mumbles, "TLS failed", "trusts the certificate"]),
        (
            https.clone(),
            &[("HTTPS_PROXY", nowhere)],
            &["github.test:443: the proxy that HTTPS_PROXY", "nothing listens there"],
        ),
        (
            https.clone(),
            &[("HTTPS_PROXY", &refuses)],
            &["github.test:443: the proxy", "makes no connection", "NO_PROXY"],
        ),
        (https.clone(), &[("HTTPS_PROXY", &asks)], &["github.test:443: the proxy asks for a user and a password"]),
        (
            https,
            &[("ALL_PROXY", socks)],
            &["github.test:443: the SOCKS proxy", "ALL_PROXY", "cannot be reached", "host and port"],
        ),
        (
            "http://github.test".into(),
            &[("HTTP_PROXY", nowhere)],
            &["github.test:80: nothing listens", "proxy of HTTP_PROXY"],
        ),
    ];
    for (address, variables, wanted) in cases {
        let app = [("BUGSCRUB_GITHUB_API_URL", &*address), ("BUGSCRUB_APP_ID", "1"), ("BUGSCRUB_PRIVATE_KEY", APP_KEY)];
        let ended = run(&["doctor"], &[&app[..], variables].concat()).await;
        let said = format!("{}{}", ended.stdout, ended.stderr);
        assert_eq!(ended.code, 1, "{said}");
        for words in wanted {
            assert!(said.contains(words), "{address} {variables:?}: {words:?} is not in:\n{said}");
        }
    }
}

#[tokio::test]
async fn no_answer_in_time_is_told_apart_from_no_connection() {
    let silent = stranger(None).await;
    let client = reqwest::Client::builder().read_timeout(Duration::from_millis(20)).build().unwrap();
    let error = client.get(format!("http://{silent}")).send().await.unwrap_err();
    assert!(why(&error, false).starts_with("no answer came within 60 s"), "{error:?}");
    // The handshake of TLS is part of connecting.
    let client = reqwest::Client::builder().connect_timeout(Duration::from_millis(20)).build().unwrap();
    let error = client.get(format!("https://{silent}")).send().await.unwrap_err();
    assert!(why(&error, false).starts_with("no connection was made within 10 s"), "{error:?}");
}
