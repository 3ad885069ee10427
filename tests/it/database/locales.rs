//! Names and titles are found in upper and lower case, whatever the database's locale.

use serde_json::{Value, json};

use crate::support::app::settings;
use crate::support::payload::{issue, issues, repository};
use crate::support::{TestApp, TestDatabase};

/// What `CREATE DATABASE` is told: the first is what CloudNativePG and the private Postgres do.
const LOCALES: [&str; 4] = [
    "ENCODING 'UTF8' LOCALE 'C'",
    "ENCODING 'UTF8' LOCALE 'C.UTF-8'",
    // In Turkish, the lower case of I has no dot.
    "ENCODING 'UTF8' LOCALE_PROVIDER icu ICU_LOCALE 'tr' LOCALE 'C'",
    "ENCODING 'UTF8' LOCALE_PROVIDER icu ICU_LOCALE 'en-US' LOCALE 'C'",
];

/// A name, what finds it, and what does not.
const NAMES: [(&str, &[&str], &[&str]); 8] = [
    ("Größe ÄNDERN", &["Größe ÄNDERN", "GRÖSSE ändern", "größe ändern", "GRÖẞE Ändern"], &["grosse andern"]),
    ("Ошибка", &["Ошибка", "ОШИБКА", "ошибка"], &["ошибки"]),
    ("ΟΔΟΣ λόγος", &["ΟΔΟΣ λόγος", "οδος ΛΌΓΟΣ", "οδοσ λόγοσ"], &["οδο λόγο"]),
    ("İstanbul", &["İstanbul", "İSTANBUL", "istanbul", "ISTANBUL", "i\u{307}stanbul"], &["stambul"]),
    ("ısı SORUNU", &["ısı SORUNU", "ISI sorunu", "isi sorunu"], &["ise sorunu"]),
    ("BIG_100%\\ fix", &["BIG_100%\\ fix", "big_100%\\ FIX"], &["BIGx100%\\ fix", "big_1000\\ fix"]),
    ("日本語 Crash", &["日本語 Crash", "日本語 CRASH"], &["日本人 crash"]),
    ("\u{212a}elvin", &["\u{212a}elvin", "kelvin", "KELVIN"], &["celvin"]),
];

/// The numbers of the items that a query finds.
async fn found(app: &TestApp, query: &[(&str, &str)]) -> Vec<i64> {
    let mut url = reqwest::Url::parse(&app.url("/api/v1/queue")).unwrap();
    url.query_pairs_mut().extend_pairs(query);
    let answer = app.client.get(url).bearer_auth(&app.token).send().await.unwrap();
    let (status, answer) = (answer.status(), answer.json::<Value>().await.unwrap());
    assert_eq!(status, 200, "{query:?}: {answer}");
    answer["items"].as_array().unwrap().iter().map(|item| item["number"].as_i64().unwrap()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn letters_are_compared_alike_in_every_locale() {
    let mut tried = 0;
    for locale in LOCALES {
        // Not every server has ICU, and not every system this locale.
        let database = match TestDatabase::with(locale).await {
            Ok(database) => database,
            Err(error) => {
                println!("{locale}: {error}");
                continue;
            }
        };
        tried += 1;
        let app = TestApp::start(settings(), database).await;
        for ((name, ..), number) in NAMES.iter().zip(1..) {
            for (state, number) in [("open", number), ("closed", number + 100)] {
                let mut item = issue(number, "2026-11-01T00:00:00Z", "2026-11-02T00:00:00Z");
                item["title"] = json!(format!("About {name} here"));
                item["state"] = json!(state);
                item["labels"] = json!([{"id": number % 100, "name": name}]);
                item["milestone"] = json!({"number": number % 100, "title": name});
                app.deliver("issues", &issues("edited", &item, &repository(1, "Widgets-I"))).await;
            }
        }
        // Titles that an earlier version wrote: both before and after they are folded.
        for folded in [true, false] {
            if !folded {
                app.database.administer("UPDATE items SET title_folded = NULL").await;
            }
            for ((name, same, different), number) in NAMES.iter().zip(1..) {
                for filter in ["title", "label", "milestone"] {
                    for (state, number) in [("open", number), ("closed", number + 100)] {
                        for spelling in *same {
                            let what = format!("{locale}: {state} {filter} {name} by {spelling}");
                            assert_eq!(found(&app, &[(filter, spelling), ("state", state)]).await, [number], "{what}");
                        }
                        for other in *different {
                            let what = format!("{locale}: {state} {filter} {name} not by {other}");
                            assert_eq!(found(&app, &[(filter, other), ("state", state)]).await, [0; 0], "{what}");
                        }
                    }
                }
            }
        }
        assert_eq!(app.service.fold_titles().await.unwrap(), 2 * NAMES.len(), "open ones and others");
        assert_eq!(app.service.fold_titles().await.unwrap(), 0);
        assert_eq!(found(&app, &[("title", "GRÖSSE ändern")]).await, [1], "{locale}");
        // A repository's name, too.
        let item = app.json("/api/v1/items/ACME/WIDGETS-i/1").await;
        assert_eq!(item["number"], 1, "{locale}");
        app.stop().await.drop().await;
    }
    assert!(tried >= 1, "no locale could be tried");
}
