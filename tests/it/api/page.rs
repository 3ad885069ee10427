//! The page's addresses and files: what they answer with, and what caches and browsers are told. (`tools::page` uses it in a
//! browser.)

use bugscrub::config::Settings;
use bugscrub::github::ApiAddress;
use reqwest::Response;

use crate::support::app::{problem, run_test_with, settings};
use crate::support::run_test;

const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; font-src 'self'; connect-src 'self'; \
                      img-src 'self' https://*.githubusercontent.com https://github.com; form-action 'self'; \
                      base-uri 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'";

fn header<'a>(answer: &'a Response, name: &str) -> &'a str {
    answer.headers()[name].to_str().unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn each_address_of_the_page_answers_the_same_document_without_a_token() {
    run_test(async |app| {
        let mut documents = vec![];
        for path in
            ["/", "/queue", "/queue?view=open&label=a%20b", "/items/acme/widgets/1", "/numbers", "/care", "/scrubs/7"]
        {
            let answer = app.client.get(app.url(path)).send().await.unwrap();
            assert_eq!(answer.status(), 200, "{path}");
            assert_eq!(header(&answer, "content-type"), "text/html; charset=utf-8");
            assert_eq!(header(&answer, "cache-control"), "no-cache");
            assert_eq!(header(&answer, "content-security-policy"), POLICY);
            assert_eq!(answer.headers().get_all("content-security-policy").iter().count(), 1);
            assert_eq!(
                (header(&answer, "x-content-type-options"), header(&answer, "referrer-policy")),
                ("nosniff", "no-referrer")
            );
            let tag = header(&answer, "etag").to_owned();
            let known = app.client.get(app.url(path)).header("if-none-match", tag).send().await.unwrap();
            assert_eq!(known.status(), 304, "{path}");
            documents.push(answer.text().await.unwrap());
        }
        assert!(
            documents.iter().all(|document| *document == documents[0] && document.contains("<title>Bug Scrub</title>"))
        );

        // Its files, if it was built: each is named as the proxy's prefix asks, and never changes.
        let below = app.client.get(app.url("/queue")).header("x-forwarded-prefix", "/scrub").send().await.unwrap();
        let below = below.text().await.unwrap();
        let named = |document: &str, prefix: &str| -> Vec<String> {
            let before = format!("\"{prefix}/assets/");
            document.split(&before).skip(1).map(|rest| rest.split('"').next().unwrap().to_owned()).collect()
        };
        let files = named(&documents[0], "");
        assert_eq!(files, named(&below, "/scrub"));
        assert_eq!(files.is_empty(), documents[0].contains("build-page.sh"));
        for file in files {
            let answer = app.client.get(app.url(&format!("/assets/{file}"))).send().await.unwrap();
            assert_eq!(
                (answer.status().as_u16(), header(&answer, "cache-control")),
                (200, "public, max-age=31536000, immutable")
            );
            assert_eq!(header(&answer, "content-security-policy"), POLICY);
        }
        for path in ["/assets/none.js", "/assets/..%2Findex.html", "/nowhere", "/items/acme"] {
            let (status, _) = problem(app.client.get(app.url(path)).send().await.unwrap()).await;
            assert_eq!(status, 404, "{path}");
        }
        app
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_page_of_an_enterprise_server_shows_images_of_that_server() {
    for (api, sources) in [
        ("https://api.github.com", "https://*.githubusercontent.com https://github.com"),
        ("https://github.acme.example/api/v3", "https://github.acme.example https://*.github.acme.example"),
        ("https://GIT.acme.example:8443/api/v3/", "https://git.acme.example:8443 https://*.git.acme.example:8443"),
        ("http://192.0.2.7/api/v3", "https://192.0.2.7"),
        (
            "https://api.octocorp.ghe.com",
            "https://octocorp.ghe.com https://*.octocorp.ghe.com https://*.githubusercontent.com",
        ),
        ("https://[2001:db8::1]/api/v3", ""),
        // A host that would end the directive, or be more than a host.
        ("https://evil.example;script-src/api/v3", ""),
        ("https://*.example/api/v3", ""),
    ] {
        assert_eq!(ApiAddress::new(api).unwrap().image_sources().join(" "), sources, "{api}");
    }
    let github_address = ApiAddress::new("https://github.acme.example/api/v3").unwrap();
    run_test_with(Settings { github_address, ..settings() }, async |app| {
        let answer = app.client.get(app.url("/queue")).send().await.unwrap();
        let theirs = "https://github.acme.example https://*.github.acme.example";
        let expected = POLICY.replace("https://*.githubusercontent.com https://github.com", theirs);
        assert_eq!(header(&answer, "content-security-policy"), expected);
        app
    })
    .await;
}
