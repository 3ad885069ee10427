//! Importing edited spreadsheets: what is imported, and that the answer names what is not.

use bugscrub::sheet::{Attendance, ScrubAttendance, Sheet, read, xlsx};
use reqwest::Method;
use serde_json::{Value, json};

use super::{Host, acted, opened, rebuilds_the_same};
use crate::support::app::problem;
use crate::support::payload::{issue, issues, repository};
use crate::support::{TestApp, run_test};

async fn post(host: &Host<'_>, body: impl Into<reqwest::Body>, query: &str) -> Value {
    let path = host.app.url(&format!("/api/v1/sheets?{query}"));
    let response = host.app.client.post(path).bearer_auth(&host.token).body(body).send().await.unwrap();
    let (status, text) = (response.status(), response.text().await.unwrap());
    assert_eq!(status, 200, "{text}");
    serde_json::from_str(&text).unwrap()
}

/// The first letter of each row's outcome.
fn letters(answer: &Value) -> String {
    let rows = answer["rows"].as_array().unwrap();
    rows.iter().map(|row| row["outcome"].as_str().unwrap().chars().next().unwrap()).collect()
}

fn ignored(answer: &Value) -> Vec<&str> {
    answer["ignored"].as_array().unwrap().iter().map(|told| told.as_str().unwrap()).collect()
}

/// A sheet as a spreadsheet program would save it, with this attendance.
fn sheet(tab: &str, rows: &[(i64, bool)], attended: Vec<ScrubAttendance>) -> Vec<u8> {
    let at = "2026-11-01T00:00:00Z".parse().unwrap();
    let row = |&(number, read): &(i64, bool)| bugscrub::sheet::SheetRow {
        repository: "acme/widgets".to_owned(),
        item_type: bugscrub::activity::ItemType::Issue,
        number,
        user: None,
        title: String::new(),
        state: bugscrub::activity::State::Open,
        created_at: at,
        updated_at: at,
        days_age: 1,
        days_stale: 1,
        recommended_action: String::new(),
        url: String::new(),
        read,
        comment: String::new(),
        flag: String::new(),
        private: false,
        shown: true,
    };
    let sheet = Sheet {
        tab: tab.to_owned(),
        date: "2026-11-20".parse().unwrap(),
        zone: chrono_tz::UTC,
        rows: rows.iter().map(row).collect(),
        filter: Default::default(),
        attendance: Some(Attendance { rows: attended }),
        dealt: None,
        position: None,
    };
    xlsx(&sheet).unwrap()
}

fn attended(scrub: i32, date: &str, host: &str, attendees: &[&str]) -> ScrubAttendance {
    ScrubAttendance {
        scrub,
        date: date.parse().ok(),
        host: Some(host.to_owned()),
        attendees: attendees.iter().map(|name| (*name).to_owned()).collect(),
    }
}

async fn some(app: &TestApp) {
    for number in 1..=4 {
        opened(app, number, "2026-11-01").await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn attendees_are_imported_and_the_answer_names_what_stays() {
    run_test(async |app| {
        some(&app).await;
        let host = Host::new(&app).await;
        let asked = json!({"view": "open", "host": "ada", "attendees": ["bob", "Doe, Jane"]});
        let (_, scrub) = host.send(Method::POST, "/api/v1/scrubs", asked).await;
        host.close(&scrub).await;
        let date = scrub["date"].as_str().unwrap();
        let file =
            sheet("0001", &[(1, false)], vec![attended(1, date, "ADA", &["bob", "Doe", "Jane", "@grace", "Grace"])]);
        let dry = post(&host, file.clone(), "dry_run=true").await;
        assert_eq!(dry["attended"], json!([{"scrub": 1, "name": "grace"}]));
        assert_eq!(ignored(&dry), <[&str; 0]>::default());
        let names = async || host.get("/api/v1/scrubs/1").await["attendees"].clone();
        assert_eq!(names().await, json!(["ada", "bob", "Doe, Jane"]));
        post(&host, file.clone(), "").await;
        assert_eq!(names().await, json!(["ada", "bob", "Doe, Jane", "grace"]));
        assert_eq!(post(&host, file, "").await["attended"], json!([]));
        let others = vec![attended(1, "2026-01-02", "eve", &["Jane", "bob"]), attended(9, date, "x", &["y"])];
        let answer = post(&host, sheet("0001", &[(1, false)], others), "").await;
        let expected = [
            "Attendance of scrub 0001: the host stays ada".to_owned(),
            format!("Attendance of scrub 0001: the date stays {date}, though the file says 2026-01-02"),
            "Attendance of scrub 0001: the file lacks ada, Doe, Jane, grace, but nobody is removed".to_owned(),
            "Attendance of scrub 0009: there is no such scrub, and the file has no tab for it".to_owned(),
        ];
        assert_eq!(ignored(&answer), expected);
        assert_eq!(names().await, json!(["ada", "bob", "Doe, Jane", "grace"]));
        rebuilds_the_same(&app).await;
        app
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_answer_names_a_cleared_x_and_an_x_without_a_scrub() {
    run_test(async |app| {
        some(&app).await;
        let host = Host::new(&app).await;
        let scrub = host.open("open").await;
        host.advance(&scrub, 1, false).await;
        let date = scrub["date"].as_str().unwrap();
        let first = host.deck(&scrub).await[0]["number"].as_i64().unwrap();
        let other = (1..=4).find(|number| *number != first).unwrap();
        let file = sheet("0001", &[(first, false), (other, false)], vec![attended(1, date, "ada", &[])]);
        let answer = post(&host, file, "").await;
        assert_eq!(letters(&answer), "ss");
        assert_eq!(
            ignored(&answer),
            ["0001: row 2 lacks an x, though the item was read; an empty cell takes no reading back, but DELETE /api/v1/items/{owner}/{repo}/{number}/read does"]
        );
        // A CSV file does not say to which scrub it belongs.
        let text = host.text("/api/v1/scrubs/1/sheet.csv").await;
        let edited: String = text.lines().map(|line| line.replace(",,issues/", ",x,issues/") + "\n").collect();
        assert_ne!(text, edited);
        let answer = post(&host, edited.clone(), "").await;
        assert_eq!(letters(&answer), "ssss");
        assert_eq!(
            ignored(&answer),
            ["\"Read yet?\" in rows 2, 3, 4, 5 does not count, because the tab belongs to no scrub; if it does belong to one, add scrub=N with its number"]
        );
        let answer = post(&host, edited.clone(), "scrub=1&by=bob").await;
        assert_eq!((answer["counts"]["new"].clone(), ignored(&answer).len()), (json!(3), 0), "{answer}");
        let left = host.get("/api/v1/queue?view=open&unread=true").await;
        assert_eq!(left["total"], 4, "all were read: the next round has begun");
        // Marks are never in the future.
        let read = host.get(&format!("/api/v1/items/acme/widgets/{other}")).await["marks"].clone();
        assert_eq!(read.as_array().unwrap().last().unwrap()["scrub"], 1, "{read}");
        let at = read.as_array().unwrap().last().unwrap()["at"].as_str().unwrap().parse::<chrono::DateTime<chrono::Utc>>();
        assert!(at.unwrap() <= app.clock.now());
        assert_eq!(post(&host, edited, "scrub=1").await["counts"]["new"], 0);
        // A tab with a number refuses another one.
        let file = sheet("0001", &[(1, false)], vec![]);
        let path = app.url("/api/v1/sheets?scrub=2");
        let response = app.client.post(path).bearer_auth(&host.token).body(file).send().await.unwrap();
        let (status, refused) = problem(response).await;
        assert_eq!((status, &refused["parameter"]), (400, &json!("scrub")));
        rebuilds_the_same(&app).await;
        app
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reading_taken_back_does_not_return_with_an_old_sheet() {
    run_test(async |app| {
        some(&app).await;
        let host = Host::new(&app).await;
        host.open("open").await;
        let path = "/api/v1/items/acme/widgets/2/read";
        host.send(Method::PUT, path, json!({})).await;
        app.caught_up().await;
        let sheet = async |name: &str| {
            let path = format!("/api/v1/scrubs/1/{name}");
            let response = app.request_as(&host.token, Method::GET, &path).send().await.unwrap();
            response.bytes().await.unwrap().to_vec()
        };
        let (known, unknown) = (sheet("sheet.xlsx").await, sheet("sheet.csv").await);
        host.send(Method::DELETE, path, json!({})).await;
        let answer = post(&host, known, "").await;
        assert_eq!((letters(&answer).as_str(), ignored(&answer).len()), ("ssss", 0), "{answer}");
        // A file that does not say what was read at its export is taken at its word.
        assert_eq!(post(&host, unknown, "scrub=1").await["counts"]["new"], 1);
        // An item read after the export has no x that could be missing.
        let before = sheet("sheet.xlsx").await;
        host.send(Method::PUT, "/api/v1/items/acme/widgets/3/read", json!({})).await;
        assert_eq!(ignored(&post(&host, before, "").await), <[&str; 0]>::default());
        rebuilds_the_same(&app).await;
        app
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_closed_items_missing_note_is_not_taken_for_a_deletion() {
    run_test(async |app| {
        some(&app).await;
        let host = Host::new(&app).await;
        host.open("open").await;
        host.note(2, "keep").await;
        acted(&app, "closed", 2, "2026-11-01", "2026-11-22T12:30:00Z", "grace", "closed").await;
        app.caught_up().await;
        let response = app.request_as(&host.token, Method::GET, "/api/v1/scrubs/1/sheet.xlsx").send().await.unwrap();
        let bytes = response.bytes().await.unwrap().to_vec();
        let book = read(&bytes).unwrap();
        assert_eq!(book.tabs[0].rows.len(), 4);
        let answer = post(&host, bytes, "").await;
        assert_eq!(letters(&answer), "ssss");
        acted(&app, "reopened", 2, "2026-11-01", "2026-11-22T12:40:00Z", "grace", "open").await;
        let note = host.get("/api/v1/items/acme/widgets/2/note").await;
        assert_eq!(note["note"]["recommended_action"], "keep");
        app
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_old_sheet_finds_repositories_by_their_former_names() {
    run_test(async |app| {
        some(&app).await;
        let host = Host::new(&app).await;
        for name in ["gadgets", "gizmos"] {
            let renamed = json!({"action": "renamed", "repository": repository(1, name)});
            app.deliver("repository", &renamed).await;
        }
        // Another repository has a name that this one never had.
        app.deliver("issues", &issues("opened", &issue(1, "2026-11-01T00:00:00Z", "2026-11-01T00:00:00Z"), &repository(2, "sprockets"))).await;
        let sheet = "Repository,Type,#,Comment\nacme/Widgets,Issue,1,first\nacme/gadgets,Issue,2,second\n\
            acme/gizmos,Issue,3,third\nacme/nowhere,Issue,1,lost\nacme/widgets,Issue,77,lost too\nother/widgets,Issue,1,x\n";
        let answer = post(&host, sheet, "").await;
        assert_eq!(letters(&answer), "nnnuuu", "{answer}");
        for (number, comment) in [(1, "first"), (2, "second"), (3, "third")] {
            let note = host.get(&format!("/api/v1/items/acme/gizmos/{number}/note")).await;
            assert_eq!(note["note"]["comment"], comment);
        }
        assert_eq!(letters(&post(&host, sheet, "").await), "sssuuu");
        // A name that another repository has taken belongs to that one.
        app.deliver("issues", &issues("opened", &issue(1, "2026-11-02T00:00:00Z", "2026-11-02T00:00:00Z"), &repository(3, "widgets"))).await;
        let answer = post(&host, sheet, "").await;
        assert_eq!(letters(&answer), "nssuuu", "{answer}");
        rebuilds_the_same(&app).await;
        app
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn rows_without_an_item_are_listed_once_until_it_exists() {
    run_test(async |app| {
        some(&app).await;
        let mut secret = repository(5, "secret");
        secret["private"] = json!(true);
        app.deliver("issues", &issues("opened", &issue(1, "2026-11-01T00:00:00Z", "2026-11-01T00:00:00Z"), &secret))
            .await;
        let host = Host::new(&app).await;
        let open = Host { app: &app, token: app.new_token(&["read", "scrub"], None).await };
        let header = "Repository,Type,#,Read yet?,Comment\n";
        let first =
            format!("{header}acme/widgets,Issue,9,x,early\nacme/nowhere,Issue,1,,lost\nacme/secret,Issue,1,,theirs\n");
        let second = format!("{header}acme/widgets,Issue,9,,late\n");
        let answer = post(&open, first, "scrub=40").await;
        assert_eq!(letters(&answer), "uuu");
        let details: Vec<&Value> = answer["rows"].as_array().unwrap().iter().map(|row| &row["detail"]).collect();
        let unseen = json!("It is not here, or not visible to this token.");
        assert_eq!(details, [&Value::Null, &unseen, &unseen]);
        post(&open, second, "scrub=41").await;
        let told = async |host: &Host<'_>| -> Vec<Value> {
            let rows = host.get("/api/v1/sheets/unplaced").await["rows"].as_array().unwrap().clone();
            rows.iter().map(|row| json!([row["repository"], row["scrub"], row["comment"], row["read"]])).collect()
        };
        let late = json!(["acme/widgets", 41, "late", true]);
        // A row of a hidden item is kept like that of an unknown one; neither is shown to everybody.
        assert_eq!(told(&open).await, vec![late.clone()]);
        assert_eq!(told(&host).await, [json!(["acme/nowhere", 40, "lost", false]), late]);
        opened(&app, 9, "2026-11-02").await;
        assert_eq!(told(&open).await, <[Value; 0]>::default());
        assert_eq!(told(&host).await.len(), 1);
        rebuilds_the_same(&app).await;
        app
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_newest_tab_counts_in_the_round_if_no_later_scrub_was_held_here() {
    run_test(async |app| {
        some(&app).await;
        let host = Host::new(&app).await;
        let scrub = host.open("open").await;
        host.close(&scrub).await;
        let unread = async || host.get("/api/v1/queue?view=open&unread=true").await["total"].as_i64().unwrap();
        assert_eq!(unread().await, 4);
        // A later scrub that was held in the spreadsheet, with a date in the future.
        let file = sheet("0060", &[(1, true), (2, false)], vec![attended(60, "2027-05-05", "eve", &["bob"])]);
        let answer = post(&host, file, "").await;
        assert_eq!((answer["counts"]["new"].clone(), &answer["new_scrubs"]), (json!(1), &json!([60])));
        assert_eq!(unread().await, 3);
        let marks = host.get("/api/v1/items/acme/widgets/1").await["marks"].clone();
        let at = marks[0]["at"].as_str().unwrap().parse::<chrono::DateTime<chrono::Utc>>().unwrap();
        assert!(at <= app.clock.now(), "{marks}");
        // A scrub before ours counts as before the first round.
        post(&host, sheet("0000", &[(2, true)], vec![]), "").await;
        assert_eq!(unread().await, 3);
        // A tab without a readable row creates no scrub.
        let nothing = "Repository,Type,#,Read yet?\nacme/widgets,Issue,zero,x\n";
        let answer = post(&host, nothing, "scrub=61").await;
        assert_eq!((letters(&answer).as_str(), &answer["new_scrubs"]), ("u", &json!([])));
        assert_eq!(host.send(Method::GET, "/api/v1/scrubs/61", json!({})).await.0, 404);
        rebuilds_the_same(&app).await;
        app
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_form_upload_is_told_to_send_the_bare_file() {
    run_test(async |app| {
        some(&app).await;
        let host = Host::new(&app).await;
        let body = "--x\r\nContent-Disposition: form-data; name=\"file\"\r\n\r\nRepository\r\n--x--\r\n";
        let request = app.request_as(&host.token, Method::POST, "/api/v1/sheets");
        let request = request.header("content-type", "multipart/form-data; boundary=x").body(body);
        let (status, refused) = problem(request.send().await.unwrap()).await;
        assert_eq!(status, 415);
        assert!(refused["detail"].as_str().unwrap().contains("--data-binary"), "{refused}");
        app
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_queues_sheet_is_named_after_its_view_and_links_to_the_next_page() {
    run_test(async |app| {
        some(&app).await;
        let host = Host::new(&app).await;
        assert_eq!(host.send(Method::PUT, "/api/v1/views/51", json!({})).await.0, 201);
        host.send(Method::PUT, "/api/v1/items/acme/widgets/1/read", json!({})).await;
        app.caught_up().await;
        let asked = async |path: &str| {
            let response = app.request_as(&host.token, Method::GET, path).send().await.unwrap();
            assert_eq!(response.status(), 200, "{path}");
            let header = |name: &str| response.headers().get(name).map(|value| value.to_str().unwrap().to_owned());
            let (link, file) =
                (header("link").map(|link| link.replace(&app.url(""), "")), header("content-disposition").unwrap());
            let book = read(&response.bytes().await.unwrap()).unwrap();
            (link, file, book.tabs[0].name.clone(), book.tabs[0].rows.len())
        };
        let file = |name: &str| format!("attachment; filename=\"{name}\"");
        assert_eq!(asked("/api/v1/queue.xlsx").await, (None, file("queue.xlsx"), "queue".to_owned(), 4));
        let (link, name, tab, rows) = asked("/api/v1/queue.xlsx?view=open&limit=3").await;
        assert_eq!((name, tab, rows), (file("queue-open.xlsx"), "open".to_owned(), 3));
        let link = link.unwrap();
        let next = link.strip_prefix('<').unwrap().strip_suffix(">; rel=\"next\"").unwrap();
        assert_eq!(asked(next).await, (None, file("queue-open.xlsx"), "open".to_owned(), 1));
        // A view named with a number is not taken for a scrub.
        let (_, _, tab, _) = asked("/api/v1/queue.xlsx?view=51").await;
        assert_eq!(tab, "view-51");
        app
    })
    .await;
}
