//! Links and redirects behind proxies: whole addresses, inside the path that a proxy serves us below.

use reqwest::header::HeaderMap;
use reqwest::{Method, Response};
use serde_json::{Value, json};

use super::open;
use crate::support::payload::{issue, issues, repository};
use crate::support::service::http;
use crate::support::{TestApp, run_test};

/// Headers, and the origin and the prefix that links have then.
type Case<'a> = (&'a [(&'a str, &'a str)], &'a str, &'a str);

/// GETs a path with headers, following no redirect.
async fn ask(app: &TestApp, path: &str, headers: &[(&str, &str)]) -> Response {
    app.caught_up().await;
    let client = http().redirect(reqwest::redirect::Policy::none()).build().unwrap();
    let mut request = client.get(app.url(path)).bearer_auth(&app.token);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    request.send().await.unwrap()
}

/// The address of a relation in the header Link, found as octokit's `paginate` finds it.
fn link(headers: &HeaderMap, rel: &str) -> Option<String> {
    let held = headers.get("link")?.to_str().unwrap();
    let mut links = held.split(", ").map(|link| link.split_once(">; rel=").unwrap());
    let (address, _) = links.find(|(_, found)| *found == format!("\"{rel}\""))?;
    Some(address.strip_prefix('<').unwrap().to_owned())
}

#[tokio::test(flavor = "multi_thread")]
async fn the_header_link_leads_through_all_pages() {
    run_test(async |app| {
        for number in 1..=3 {
            open(&app, number, &repository(1, "widgets")).await;
        }
        let base = app.url("");
        for path in ["/api/v1/queue?limit=1&account=acme", "/api/v1/queue.csv?limit=1"] {
            let (mut next, mut pages) = (Some(format!("{base}{path}")), 0);
            while let Some(address) = next {
                let answer = app.client.get(&address).bearer_auth(&app.token).send().await.unwrap();
                assert_eq!(answer.status(), 200, "{address}");
                next = link(answer.headers(), "next");
                assert!(next.iter().all(|next| next.starts_with(&format!("{base}/api/v1/queue"))), "{next:?}");
                pages += 1;
            }
            assert_eq!(pages, 3, "{path}");
        }
        // octokit names the scheme of its token as GitHub does, and asks for GitHub's JSON.
        let octokit = app.client.get(app.url("/api/v1/queue")).header("authorization", format!("token {}", app.token));
        let answer = octokit.header("accept", "application/vnd.github.v3+json").send().await.unwrap();
        assert_eq!(
            (answer.status().as_u16(), answer.headers()["content-type"].to_str().unwrap()),
            (200, "application/json")
        );
        let sheet = ask(&app, "/api/v1/queue.xlsx?limit=2&view=open", &[]).await;
        assert!(link(sheet.headers(), "next").unwrap().ends_with("&view=open"));
        let sync = ask(&app, "/api/v1/sync", &[]).await;
        assert_eq!(link(sync.headers(), "first").unwrap(), format!("{base}/api/v1/sync?account=9000"));
        assert_eq!(link(sync.headers(), "next"), None);
        app
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn other_lists_turn_pages_by_a_bare_cursor_too() {
    run_test(async |app| {
        for number in 1..=3 {
            open(&app, number, &repository(1, "widgets")).await;
        }
        let token = app.new_token(&["read", "scrub", "private"], None).await;
        let ask = async |method: Method, path: &str| {
            let answer = app.request_as(&token, method, path).json(&json!({"view": "open"})).send().await.unwrap();
            (answer.status().as_u16(), answer.headers().clone(), answer.json::<Value>().await.unwrap())
        };
        assert_eq!(ask(Method::POST, "/api/v1/scrubs").await.0, 201);
        let (_, headers, page) = ask(Method::GET, "/api/v1/scrubs/1/deck?limit=2").await;
        assert_eq!(page["next_cursor"], "2");
        let next = page["next"].as_str().unwrap();
        assert_eq!(link(&headers, "next").unwrap(), app.url(next));
        let (_, headers, last) = ask(Method::GET, "/api/v1/scrubs/1/deck?limit=2&cursor=2").await;
        assert_eq!((last["rows"].as_array().unwrap().len(), &last["next_cursor"]), (1, &Value::Null));
        assert_eq!(link(&headers, "next"), None);
        assert_eq!(ask(Method::GET, next).await.2, last);
        // Clients repeat their parameters beside the cursor.
        assert_eq!(ask(Method::GET, "/api/v1/scrubs/1/deck?after=1&limit=2&cursor=2").await.2, last);
        assert_eq!(ask(Method::GET, "/api/v1/scrubs/1/deck?after=2&limit=2&cursor=1").await.2, last);
        for wrong in ["deck?cursor=x", "deck?cursor=%2B1", "deck?after=x&cursor=1"] {
            let (status, _, said) = ask(Method::GET, &format!("/api/v1/scrubs/1/{wrong}")).await;
            assert_eq!(
                (status, &said["parameter"]),
                (400, &json!(if wrong.contains("after") { "after" } else { "cursor" })),
                "{wrong}"
            );
        }
        for path in ["/api/v1/scrubs", "/api/v1/sync"] {
            assert_eq!(ask(Method::GET, path).await.2["next_cursor"], Value::Null, "{path}");
            assert_eq!(ask(Method::GET, &format!("{path}?cursor=5")).await.0, 200, "{path}");
        }
        assert_eq!(ask(Method::GET, "/api/v1/scrubs?before=9&cursor=2").await.2["scrubs"][0]["number"], 1);
        for beyond in ["before=1&cursor=2", "before=2&cursor=1"] {
            assert_eq!(ask(Method::GET, &format!("/api/v1/scrubs?{beyond}")).await.2["scrubs"], json!([]), "{beyond}");
        }
        app
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn links_stay_inside_what_a_proxy_tells_of_itself() {
    run_test(async |app| {
        open(&app, 1, &repository(1, "widgets")).await;
        open(&app, 2, &repository(1, "widgets")).await;
        let own = app.url("");
        let host = app.address.to_string();
        let cases: [Case; 17] = [
            (&[], &own, ""),
            (&[("x-forwarded-prefix", "/bugscrub")], &own, "/bugscrub"),
            (&[("x-forwarded-prefix", "/bugscrub/")], &own, "/bugscrub"),
            (&[("x-forwarded-prefix", "/")], &own, ""),
            (&[("x-forwarded-prefix", "/outer, /in-ner_1.0~")], &own, "/outer/in-ner_1.0~"),
            (&[("x-forwarded-proto", "https"), ("x-forwarded-host", "scrub.example")], "https://scrub.example", ""),
            (
                &[("x-forwarded-proto", "HTTPS,http"), ("x-forwarded-host", "a.example:8443, b")],
                "https://a.example:8443",
                "",
            ),
            (&[("forwarded", "for=1.2.3.4;host=\"f.example:1\";proto=https, host=g")], "https://f.example:1", ""),
            (&[("forwarded", "Host=f.example"), ("x-forwarded-host", "x.example")], "http://x.example", ""),
            (&[("x-forwarded-host", "[2001:db8::1]:8080")], "http://[2001:db8::1]:8080", ""),
            // What is not plainly a path, a scheme or a host counts as not sent.
            (&[("x-forwarded-prefix", "//evil.example")], &own, ""),
            (&[("x-forwarded-prefix", "https://evil.example")], &own, ""),
            (&[("x-forwarded-prefix", "/a/../b"), ("x-forwarded-proto", "javascript")], &own, ""),
            (&[("x-forwarded-prefix", "/a>; rel=\"next\"")], &own, ""),
            (&[("x-forwarded-prefix", "/a%0d%0aset-cookie:x")], &own, ""),
            (&[("x-forwarded-host", "evil.example/path"), ("x-forwarded-prefix", "/a\"b")], &own, ""),
            (&[("x-forwarded-host", "user@evil.example"), ("forwarded", "host=\"e>;vil\"")], &own, ""),
        ];
        for (headers, origin, prefix) in cases {
            let answer = ask(&app, "/api/v1/queue?limit=1", headers).await;
            assert_eq!(answer.status(), 200, "{headers:?}");
            let link = link(answer.headers(), "next").unwrap();
            let page: Value = answer.json().await.unwrap();
            let next = page["next"].as_str().unwrap();
            assert!(next.starts_with(&format!("{prefix}/api/v1/queue?cursor=")), "{headers:?}: {next}");
            assert_eq!(link, format!("{origin}{next}"), "{headers:?}");
            let agenda: Value = ask(&app, "/api/v1/collections/agenda", headers).await.json().await.unwrap();
            let queue = format!("{prefix}/api/v1/queue?account=9000&view=needs-triage");
            assert_eq!(agenda["views"][0]["queue"], json!(queue), "{headers:?}");
        }
        for wrong in ["", "evil.example:99999", "a b", "a.example:x", "[::1", &"a".repeat(300)] {
            let answer = ask(&app, "/api/v1/queue?limit=1", &[("x-forwarded-host", wrong)]).await;
            assert!(link(answer.headers(), "next").unwrap().starts_with(&format!("http://{host}/api/")), "{wrong}");
        }
        // A host that cannot be told leaves the path.
        let answer = ask(&app, "/api/v1/queue?limit=1", &[("host", "e>vil")]).await;
        assert!(link(answer.headers(), "next").unwrap().starts_with("/api/v1/queue?cursor="));
        app
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn redirects_and_the_page_of_the_description_stay_inside_the_prefix() {
    const BELOW: [(&str, &str); 1] = [("x-forwarded-prefix", "/bugscrub")];
    run_test(async |app| {
        open(&app, 1, &repository(1, "widgets")).await;
        let at = "2026-07-01T00:00:00Z";
        let mut moved = issues("opened", &issue(9, at, at), &repository(2, "gadgets"));
        moved["changes"] = json!({"old_repository": repository(1, "widgets"), "old_issue": {"number": 1}});
        app.deliver("issues", &moved).await;
        let location = |answer: &Response| answer.headers()["location"].to_str().unwrap().to_owned();
        let answer = ask(&app, "/api/v1/items/acme/widgets/1", &BELOW).await;
        assert_eq!(
            (answer.status().as_u16(), location(&answer).as_str()),
            (308, "/bugscrub/api/v1/items/acme/gadgets/9?account=9000")
        );
        // The page is found from where it is, whether or not a proxy tells the prefix.
        for headers in [&BELOW[..], &[]] {
            let answer = ask(&app, "/docs", headers).await;
            assert_eq!((answer.status().is_redirection(), location(&answer).as_str()), (true, "docs/"));
        }
        let initializer = ask(&app, "/docs/swagger-initializer.js", &BELOW).await.text().await.unwrap();
        assert!(initializer.contains("\"../openapi.json\""), "{initializer}");
        let page = ask(&app, "/docs/", &BELOW).await.text().await.unwrap();
        let addresses = page.split("=\"").skip(1).map(|rest| rest.split('"').next().unwrap());
        assert_eq!(addresses.filter(|address| address.starts_with('/')).collect::<Vec<_>>(), [""; 0]);
        let description: Value = ask(&app, "/openapi.json", &BELOW).await.json().await.unwrap();
        assert_eq!(description["servers"], json!([{"url": "/bugscrub"}]));
        // A slash at the end changes nothing.
        for path in ["/api/v1/accounts", "/healthz", "/api/v1/views/open", "/api/v1/queue.csv", "/openapi.json"] {
            let (with, without) = (ask(&app, &format!("{path}/"), &[]).await, ask(&app, path, &[]).await);
            assert_eq!(with.status(), 200, "{path}/");
            assert_eq!(with.text().await.unwrap(), without.text().await.unwrap(), "{path}/");
        }
        let page = app.json("/api/v1/queue/?limit=1").await;
        assert_eq!(page["items"].as_array().unwrap().len(), 1);
        let posted = app.client.post(app.url("/webhooks/github/")).body("{}").send().await.unwrap();
        // GitHub follows no redirect.
        assert_eq!(posted.status(), 415);
        app
    })
    .await;
}
