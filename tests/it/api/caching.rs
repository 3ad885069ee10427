//! Caching: every answer says what caches may do with it, and what has not changed is not sent again, also behind
//! proxies that compress.

use reqwest::{Method, Response};
use serde_json::{Value, json};

use super::open;
use crate::support::payload::{ACCOUNT, issue, issues, repository};
use crate::support::{TestApp, run_test};

async fn ask(app: &TestApp, token: &str, method: Method, path: &str, headers: &[(&str, &str)]) -> Response {
    app.caught_up().await;
    let mut request = app.request_as(token, method, path);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    request.send().await.unwrap()
}

fn header<'a>(answer: &'a Response, name: &str) -> &'a str {
    answer.headers().get(name).unwrap_or_else(|| panic!("no {name}: {:?}", answer.headers())).to_str().unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn every_answer_says_what_caches_may_do() {
    run_test(async |app| {
        open(&app, 1, &repository(1, "widgets")).await;
        let admin = app.new_token(&["admin"], None).await;
        let description: Value = app.json("/openapi.json").await;
        let mut walked = 0;
        for (path, operations) in description["paths"].as_object().unwrap() {
            let path = path.replace("{owner}", "acme").replace("{repo}", "widgets").replace("{number}", "1");
            let path = path.replace("{name}", "open").replace("{id}", "7");
            let methods = operations.as_object().unwrap().keys().map(|method| method.to_uppercase());
            // What there is, what there is not, and what nobody may.
            for method in methods.chain(["PATCH".to_owned(), "OPTIONS".to_owned(), "HEAD".to_owned()]) {
                let method = Method::from_bytes(method.as_bytes()).unwrap();
                for token in [admin.as_str(), "wrong"] {
                    let answer = ask(&app, token, method.clone(), &path, &[]).await;
                    let control = header(&answer, "cache-control");
                    let kept = answer.status().is_success() && [Method::GET, Method::HEAD].contains(&method);
                    let live =
                        ["/healthz", "/readyz", "/metrics"].contains(&path.as_str()) || path.ends_with("/stream");
                    // What is GitHub's own is kept nowhere.
                    let never = path.ends_with("/text");
                    match kept && !live {
                        true if never => assert_eq!(control, "private, no-store", "{method} {path}"),
                        true => assert!(
                            control.contains("no-cache") || control.contains("max-age"),
                            "{method} {path}: {control}"
                        ),
                        false => {
                            assert!(control.starts_with("no-store"), "{method} {path}: {control}, {}", answer.status())
                        }
                    }
                    walked += 1;
                }
            }
        }
        assert!(walked > 200, "{walked}");
        for path in [
            "/",
            "/nowhere",
            "/docs",
            "/docs/",
            "/docs/swagger-ui.css",
            "/docs/nothing",
            "/openapi.json",
            "/api/v1/queue?x",
            "/%zz",
        ] {
            let answer = ask(&app, &admin, Method::GET, path, &[]).await;
            header(&answer, "cache-control");
        }
        app
    })
    .await;
}

/// Paths that anybody with `read` may ask, after a scrub was opened.
const READ: [&str; 22] = [
    "/api/v1/items/acme/widgets/1",
    "/api/v1/items/acme/widgets/1/similar",
    "/api/v1/views?counts=true",
    "/api/v1/items/acme/widgets/1/note",
    "/api/v1/queue",
    "/api/v1/queue.csv",
    "/api/v1/me",
    "/api/v1/views",
    "/api/v1/views/open",
    "/api/v1/collections",
    "/api/v1/collections/agenda",
    "/api/v1/scrubs",
    "/api/v1/scrubs/1",
    "/api/v1/scrubs/1/deck",
    "/api/v1/scrubs/1/minutes.md",
    "/api/v1/stats/backlog",
    "/api/v1/stats/ages.csv",
    "/api/v1/stats/throughput.svg",
    "/api/v1/stats/coverage.json",
    "/api/v1/stats/forecast",
    "/api/v1/stats/milestones",
    "/openapi.json",
];

#[tokio::test(flavor = "multi_thread")]
async fn what_has_not_changed_is_not_sent_again() {
    run_test(async |app| {
        open(&app, 1, &repository(1, "widgets")).await;
        let token = app.new_token(&["read", "scrub", "private"], None).await;
        let scrub = app.request_as(&token, Method::POST, "/api/v1/scrubs").json(&json!({"view": "open"}));
        assert_eq!(scrub.send().await.unwrap().status(), 201);
        let mut tags = vec![];
        for path in READ {
            let first = ask(&app, &token, Method::GET, path, &[]).await;
            assert_eq!(first.status(), 200, "{path}");
            let tag = header(&first, "etag").to_owned();
            let inside = tag.trim_start_matches("W/").trim_matches('"');
            // As they come back from proxies that compress.
            for known in [
                tag.clone(),
                format!("\"{inside}\""),
                format!("W/\"{inside}\""),
                format!("\"{inside}-gzip\""),
                format!("W/\"{inside}-gzip\""),
                format!("\"x\", \"{inside}--gzip\""),
                format!("\"{inside}-br\""),
                "*".to_owned(),
            ] {
                let again = ask(&app, &token, Method::GET, path, &[("if-none-match", &known)]).await;
                assert_eq!((again.status().as_u16(), header(&again, "etag")), (304, tag.as_str()), "{path} {known}");
                assert!(header(&again, "cache-control").contains("no-cache"), "{path}");
                assert_eq!(again.text().await.unwrap(), "", "{path}");
            }
            for other in ["\"x\"", "\"*\"", inside, "W/", "\"-gzip\""] {
                let again = ask(&app, &token, Method::GET, path, &[("if-none-match", other)]).await;
                assert_eq!(again.status(), 200, "{path} {other}");
            }
            tags.push(tag);
        }
        // A change is told.
        open(&app, 2, &repository(1, "widgets")).await;
        for (path, tag) in READ
            .into_iter()
            .zip(&tags)
            .filter(|(path, _)| ["queue", "/backlog", "/agenda"].iter().any(|part| path.contains(part)))
        {
            assert_eq!(ask(&app, &token, Method::GET, path, &[("if-none-match", tag)]).await.status(), 200, "{path}");
        }
        app
    })
    .await;
}

/// What statistics are counted from is out of reach, so that whoever counted would fail.
#[tokio::test(flavor = "multi_thread")]
async fn an_unchanged_statistic_is_not_computed() {
    run_test(async |app| {
        open(&app, 1, &repository(1, "widgets")).await;
        let token = app.new_token(&["read"], None).await;
        let rename = async |from: &str, to: &str| {
            let statement = format!("ALTER TABLE {from} RENAME TO {to}");
            sqlx::query(sqlx::AssertSqlSafe(statement)).execute(&app.database.pool).await.unwrap();
        };
        let paths = [
            "/api/v1/stats/backlog?step=month",
            "/api/v1/stats/flow?from=90d&repo=widgets",
            "/api/v1/stats/ages.csv?raw=true",
            "/api/v1/stats/throughput.svg?width=700",
            "/api/v1/stats/coverage?view=open",
            "/api/v1/stats/forecast?seed=3&group_by=label",
            "/api/v1/stats/milestones?limit=3",
            "/api/v1/stats/backlog?as_of=2026-11-01",
        ];
        let mut tags = vec![];
        for path in paths {
            let first = ask(&app, &token, Method::GET, path, &[]).await;
            assert_eq!(first.status(), 200, "{path}");
            tags.push(header(&first, "etag").to_owned());
        }
        let private = app.new_token(&["read", "private"], None).await;
        for view in ["events", "current_round_starts"] {
            rename(view, &format!("{view}_away")).await;
        }
        for (path, tag) in paths.into_iter().zip(&tags) {
            for method in [Method::GET, Method::HEAD] {
                let again = ask(&app, &token, method, path, &[("if-none-match", tag)]).await;
                assert_eq!((again.status().as_u16(), header(&again, "etag")), (304, tag.as_str()), "{path}");
            }
            // Who asks for something else, or sees something else, has it counted.
            let other = path.replace('?', "?type=Issue&");
            for (token, path) in [(&private, path), (&token, other.as_str())] {
                let counted = ask(&app, token, Method::GET, path, &[("if-none-match", tag)]).await;
                assert_eq!(counted.status(), 500, "{path}");
            }
        }
        for view in ["events", "current_round_starts"] {
            rename(&format!("{view}_away"), view).await;
        }
        // Any event is a new version, whatever it changes, and at once.
        open(&app, 2, &repository(1, "widgets")).await;
        for (path, tag) in paths.into_iter().zip(&tags) {
            let request = app.request_as(&token, Method::GET, path).header("if-none-match", tag);
            let counted = request.send().await.unwrap();
            assert_eq!(counted.status(), 200, "{path}");
            assert_ne!(header(&counted, "etag"), tag, "{path}");
        }
        app
    })
    .await;
}

/// No event tells that a repository was fetched completely, or is fetched again.
#[tokio::test(flavor = "multi_thread")]
async fn a_statistic_is_another_one_once_everything_was_fetched() {
    run_test(async |app| {
        open(&app, 1, &repository(1, "widgets")).await;
        let mut tags = vec![];
        for change in [
            "INSERT INTO sync (account_id, repo_id, node_id, has_discussions) VALUES (9000, 1, 'x', false)",
            "UPDATE sync SET complete_at = '2026-11-22T12:00:00Z'",
            "UPDATE sync SET complete_at = NULL",
            // Of a repository that is not there.
            "INSERT INTO sync (account_id, repo_id, node_id, has_discussions) VALUES (9000, 7, 'y', false)",
        ] {
            let tag = async || {
                let mut both = vec![];
                for path in ["/api/v1/stats/forecast", "/api/v1/stats/milestones.csv"] {
                    both.push(header(&ask(&app, &app.token, Method::GET, path, &[]).await, "etag").to_owned());
                }
                both
            };
            let before = tag().await;
            sqlx::query(change).execute(&app.database.pool).await.unwrap();
            let after = tag().await;
            let differ = before.iter().zip(&after).map(|(before, after)| before != after).collect::<Vec<_>>();
            tags.push(differ);
        }
        assert_eq!(tags, [[true, true], [true, true], [true, true], [false, false]]);
        app
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_note_is_written_behind_a_proxy_that_compresses() {
    run_test(async |app| {
        open(&app, 1, &repository(1, "widgets")).await;
        let token = app.new_token(&["read", "scrub", "private"], None).await;
        let path = "/api/v1/items/acme/widgets/1/note";
        for (round, change) in
            ["\"{}\"", "W/\"{}\"", "\"{}-gzip\"", "W/\"{}-gzip\"", "\"{}--gzip\""].into_iter().enumerate()
        {
            let seen = ask(&app, &token, Method::GET, path, &[]).await;
            let tag = header(&seen, "etag").trim_matches('"').to_owned();
            let write = async |given: &str| {
                let request = app.request_as(&token, Method::PUT, path).header("if-match", given);
                request.json(&json!({"comment": format!("{round}")})).send().await.unwrap().status().as_u16()
            };
            for other in ["\"note-999\"", "\"*\"", tag.as_str(), "\"note-+1\""] {
                assert_eq!(write(other).await, 412, "{other}");
            }
            assert_eq!(write(&change.replace("{}", &tag)).await, 200, "{change}");
        }
        app
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn tags_tell_nothing_of_what_is_hidden() {
    run_test(async |app| {
        open(&app, 1, &repository(1, "widgets")).await;
        let public = app.new_token(&["read"], None).await;
        let of = async |path: &str| {
            let answer = ask(&app, &public, Method::GET, path, &[]).await;
            let tag = header(&answer, "etag").to_owned();
            (tag, answer.text().await.unwrap())
        };
        let paths = [
            "/api/v1/items/acme/widgets/1/note",
            "/api/v1/views",
            "/api/v1/collections",
            "/api/v1/scrubs",
            "/api/v1/stats/ages.csv",
            "/api/v1/stats/backlog.svg",
            "/api/v1/stats/milestones.csv",
        ];
        let mut before = vec![];
        for path in paths {
            before.push(of(path).await);
        }
        let mut secret = repository(2, "secret");
        secret["private"] = json!(true);
        let at = "2026-07-01T00:00:00Z";
        app.deliver("issues", &issues("opened", &issue(5, at, at), &secret)).await;
        // A tag differs only where the answer does, or names no more than the position, which every answer tells.
        for (path, (tag, text)) in paths.into_iter().zip(before) {
            let (now, said) = of(path).await;
            assert!(said != text || now == tag || path.contains("/stats/"), "{path}");
        }
        app
    })
    .await;
}

/// GitHub's image proxy keeps what need not be asked for again.
#[tokio::test(flavor = "multi_thread")]
async fn a_picture_in_a_readme_renews_itself() {
    run_test(async |app| {
        open(&app, 1, &repository(1, "widgets")).await;
        let embed = app.new_embed_token(ACCOUNT, "open").await;
        let fetch = async |tag: Option<&str>| {
            app.caught_up().await;
            let request = app.client.get(app.url(&format!("/api/v1/stats/ages.svg?token={embed}")));
            let request = request.header("accept", "image/webp,*/*");
            let answer = match tag {
                None => request,
                Some(tag) => request.header("if-none-match", tag),
            };
            answer.send().await.unwrap()
        };
        let first = fetch(None).await;
        assert_eq!(header(&first, "cache-control"), "no-cache");
        assert_eq!(header(&first, "content-disposition"), "inline; filename=\"ages.svg\"");
        let tag = header(&first, "etag").to_owned();
        let same = fetch(Some(&tag)).await;
        assert_eq!((same.status().as_u16(), header(&same, "cache-control")), (304, "no-cache"));
        open(&app, 2, &repository(1, "widgets")).await;
        assert_eq!(fetch(Some(&tag)).await.status(), 200);
        // What a token in a header reads is its holder's alone.
        let own = ask(&app, &app.token, Method::GET, "/api/v1/stats/ages.svg", &[]).await;
        assert_eq!(header(&own, "cache-control"), "private, no-cache");
        assert!(own.headers().get_all("vary").iter().any(|vary| vary == "Authorization, Cookie"));
        app
    })
    .await;
}
