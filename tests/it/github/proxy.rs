//! Whatever asks GitHub goes through the proxy that the environment names, or past it.

use std::sync::{Arc, Mutex};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

use super::doctor::installed;
use crate::support::github::{APP_ID, APP_KEY, FakeGitHub, PERSONAL_TOKEN};
use crate::support::service::run;

/// A proxy that passes on requests for `http://` addresses to one server, whatever host they name, and opens no tunnel.
struct Proxy {
    address: String,
    heads: Arc<Mutex<Vec<String>>>,
}

impl Proxy {
    async fn start(server: String) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap().to_string();
        let heads: Arc<Mutex<Vec<String>>> = Arc::default();
        let kept = heads.clone();
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                tokio::spawn(pass(client, server.clone(), kept.clone()));
            }
        });
        Self { address, heads }
    }

    /// The heads of the requests since the last look: the first of each connection.
    fn asked(&self) -> Vec<String> {
        std::mem::take(&mut *self.heads.lock().unwrap())
    }
}

async fn pass(mut client: TcpStream, server: String, heads: Arc<Mutex<Vec<String>>>) {
    let mut head = vec![];
    while !head.ends_with(b"\r\n\r\n") {
        match client.read_u8().await {
            Ok(byte) => head.push(byte),
            Err(_) => return,
        }
    }
    let text = String::from_utf8(head.clone()).unwrap();
    let tunnel = text.starts_with("CONNECT ");
    heads.lock().unwrap().push(text);
    if tunnel {
        let _ = client.write_all(b"HTTP/1.1 502 Bad Gateway\r\ncontent-length: 0\r\n\r\n").await;
        return;
    }
    let mut server = TcpStream::connect(server).await.unwrap();
    server.write_all(&head).await.unwrap();
    let _ = tokio::io::copy_bidirectional(&mut client, &mut server).await;
}

/// The variables, the address of GitHub, what the proxy is asked, and whether GitHub answers.
type Case<'a> = (&'a [(&'a str, &'a str)], &'a str, Option<&'a str>, bool);

#[tokio::test(flavor = "multi_thread")]
async fn github_is_asked_through_the_proxy_of_the_environment() {
    let github = FakeGitHub::start().await;
    installed()(&github);
    let direct = github.url();
    let proxy = Proxy::start(direct.trim_start_matches("http://").to_owned()).await;
    let (whole, bare) = (format!(" http://{}/ ", proxy.address), proxy.address.clone());
    let named = format!("http://somebody:pass%40word@{}", proxy.address);
    let nowhere = "http://127.0.0.1:9";
    let id = APP_ID.to_string();
    let asked = |line: &'static str| Some(line);
    const PLAIN: &str = "GET http://github.test/app HTTP/1.1";
    let cases: [Case; 13] = [
        (&[("HTTP_PROXY", &whole)], "http://github.test", asked(PLAIN), true),
        (&[("http_proxy", &bare)], "http://github.test", asked(PLAIN), true),
        (&[("ALL_PROXY", &whole)], "http://github.test", asked(PLAIN), true),
        (&[("all_proxy", &whole), ("HTTP_PROXY", "")], "http://github.test", asked(PLAIN), true),
        (&[("HTTP_PROXY", " "), ("http_proxy", &whole)], "http://github.test", asked(PLAIN), true),
        (&[("HTTP_PROXY", &whole), ("ALL_PROXY", nowhere)], "http://github.test", asked(PLAIN), true),
        (&[("HTTP_PROXY", &named)], "http://github.test", asked("authorization: Basic c29tZWJvZHk6cGFzc0B3b3Jk"), true),
        (&[("HTTP_PROXY", &whole), ("NO_PROXY", "corp.example")], "http://github.test", asked(PLAIN), true),
        (&[("HTTP_PROXY", &whole), ("NO_PROXY", "corp.example, .test")], "http://github.test", None, false),
        (&[("HTTP_PROXY", &whole), ("no_proxy", "corp.example *.test")], "http://github.test", None, false),
        (&[("HTTPS_PROXY", &whole)], "https://github.test", asked("CONNECT github.test:443 HTTP/1.1"), false),
        (&[("HTTPS_PROXY", nowhere)], "http://github.test", None, false),
        (&[("HTTP_PROXY", nowhere), ("HTTPS_PROXY", nowhere)], &direct, None, true),
    ];
    for (variables, address, wanted, answered) in cases {
        let app = [("BUGSCRUB_GITHUB_API_URL", address), ("BUGSCRUB_APP_ID", &id), ("BUGSCRUB_PRIVATE_KEY", APP_KEY)];
        let ended = run(&["doctor"], &[&app[..], variables].concat()).await;
        assert_eq!(ended.code == 0, answered, "{variables:?}: {}{}", ended.stdout, ended.stderr);
        let heads = proxy.asked();
        match wanted {
            Some(line) => {
                let first = heads.first().unwrap_or_else(|| panic!("{variables:?}: the proxy was not asked"));
                assert!(first.to_lowercase().contains(&line.to_lowercase()), "{variables:?}: {first}");
            }
            None => assert!(heads.is_empty(), "{variables:?}: {heads:?}"),
        }
    }
    for value in ["gopher://proxy.example:8080", "http://", "http://:the-password@"] {
        let app = [("BUGSCRUB_APP_ID", &*id), ("BUGSCRUB_PRIVATE_KEY", APP_KEY), ("HTTPS_PROXY", value)];
        let ended = run(&["doctor"], &app).await;
        assert!(!ended.stderr.contains("the-password"));
        ended.failed(1, &["HTTPS_PROXY is not the address of a proxy", "http://HOST:PORT"]);
    }
    // Who needs no App asks the same way.
    let tried =
        [("BUGSCRUB_GITHUB_API_URL", "http://github.test"), ("HTTP_PROXY", &whole), ("GITHUB_TOKEN", PERSONAL_TOKEN)];
    let folder = tempfile::tempdir().unwrap();
    let place = [("BUGSCRUB_DATA_DIR", folder.path().to_str().unwrap())];
    run(&["try", "acme/nothing", "--once", "--listen", "127.0.0.1:0"], &[&tried[..], &place].concat())
        .await
        .failed(1, &["acme/nothing"]);
    assert!(proxy.asked().iter().any(|head| head.contains("http://github.test/repos/acme/nothing")));
}
