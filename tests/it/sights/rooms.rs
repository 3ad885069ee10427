//! The room of a scrub and its stream, for people who see different repositories.

use reqwest::Method;
use serde_json::{Value, json};

use crate::stream::{Event, Following};
use crate::support::payload::{ACCOUNT, issue, issues, repository, user};
use crate::support::people::SignedIn;
use crate::support::{TestApp, run_test};

const OPEN: i64 = 1;
const SECRET: i64 = 2;
const PLAIN: i64 = 3;

fn home(id: i64, name: &str, private: bool) -> Value {
    let mut home = repository(id, name);
    home["private"] = json!(private);
    home
}

/// A scrub over three rows, of which the second is private.
async fn scrub(app: &TestApp, host: &SignedIn<'_>) {
    for (month, id, name, private) in
        [(1, OPEN, "open", false), (2, SECRET, "secret", true), (3, PLAIN, "plain", false)]
    {
        let day = format!("2026-0{month}-01T08:00:00Z");
        app.deliver("issues", &issues("opened", &issue(1, &day, &day), &home(id, name, private))).await;
    }
    let (status, scrub) = send(host, Method::POST, "", json!({"view": "never-read"})).await;
    assert_eq!((status, &scrub["rows"]), (201, &json!(3)), "{scrub}");
}

async fn send(person: &SignedIn<'_>, method: Method, end: &str, body: Value) -> (u16, Value) {
    let answer = person.request(method, &format!("/api/v1/scrubs{end}")).json(&body).send().await.unwrap();
    (answer.status().as_u16(), answer.json().await.unwrap_or_default())
}

async fn comes(person: &SignedIn<'_>, place: Option<i64>) -> Value {
    let body = json!({"client": "tab", "place": place, "following": place.is_none()});
    let (status, room) = send(person, Method::PUT, "/1/presence", body).await;
    assert_eq!(status, 200, "{room}");
    room
}

async fn follow(app: &TestApp, person: &SignedIn<'_>) -> Following {
    Following::sent(app, person.request(Method::GET, "/api/v1/scrubs/1/stream")).await
}

/// The next event that `wanted` wants. None before it may say `secret`.
async fn without_secrets(following: &mut Following, wanted: impl Fn(&Event) -> bool) -> Event {
    loop {
        let event = following.next().await.unwrap();
        assert!(!event.data.to_string().contains("secret"), "{event:?}");
        if wanted(&event) {
            return event;
        }
    }
}

fn place_of(room: &Value, login: &str) -> Value {
    let people = room["people"].as_array().unwrap();
    people.iter().find(|person| person["login"] == login).unwrap_or_else(|| panic!("{login}: {room}"))["place"].clone()
}

#[tokio::test(flavor = "multi_thread")]
async fn who_does_not_see_a_row_sees_its_placeholder_and_nothing_of_it() {
    run_test(async |app| {
        let zoe = SignedIn::new(&app, "zoe", &[(ACCOUNT, &[SECRET], true)]).await;
        let linus = SignedIn::new(&app, "linus", &[(ACCOUNT, &[], true)]).await;
        scrub(&app, &zoe).await;
        let token = app.new_token(&["read"], None).await;
        comes(&zoe, None).await;
        assert_eq!(comes(&linus, None).await["people"].as_array().unwrap().len(), 2);
        let mut his = follow(&app, &linus).await;
        let request = app.request_as(&token, Method::GET, "/api/v1/scrubs/1/stream");
        let mut anybodys = Following::sent(&app, request).await;
        for following in [&mut his, &mut anybodys] {
            let begun = without_secrets(following, |event| event.name == "scrub").await;
            assert_eq!((&begun.data["rows"], &begun.data["cursor"]), (&json!(2), &json!(1)));
        }

        // The group goes on to the private row: he is told that there is one, and others are told nothing.
        assert_eq!(send(&zoe, Method::POST, "/1/advance", json!({"place": 1})).await.1["cursor"], 2);
        let told = without_secrets(&mut his, |event| event.name == "scrub" && event.data["cursor"] == 2).await;
        let placeholder = json!({"hidden": true, "before": 2, "text": "private, seen by others here"});
        assert_eq!(
            (&told.data["hidden_row"], &told.data["current"]["repository"]),
            (&placeholder, &json!("acme/plain"))
        );
        let told = without_secrets(&mut anybodys, |event| event.name == "scrub" && event.data["cursor"] == 2).await;
        assert_eq!(told.data["hidden_row"], Value::Null);

        // What is done with it, and who looks at it, is not told; what comes next is.
        let note = zoe.request(Method::PUT, "/api/v1/items/acme/secret/1/note").json(&json!({"comment": "secret"}));
        assert_eq!(note.send().await.unwrap().status(), 200);
        assert_eq!(place_of(&comes(&zoe, Some(2)).await, "zoe"), 2);
        let room = send(&linus, Method::GET, "/1/room", Value::Null).await.1;
        assert_eq!((place_of(&room, "zoe"), place_of(&room, "linus")), (Value::Null, json!(2)), "{room}");
        assert_eq!(send(&zoe, Method::PUT, "/1/claims", json!({"places": [2, 3]})).await.0, 200);
        let told = without_secrets(&mut his, |event| event.name == "room" && event.data["claims"] != json!([])).await;
        let claims = told.data["claims"].as_array().unwrap();
        assert_eq!((claims.len(), &claims[0]["place"]), (1, &json!(2)), "{told:?}");
        // Whose place it is by his number.
        assert_eq!(send(&linus, Method::POST, "/1/rows/2/read", json!({})).await.1["type"], "/problems/claimed");
        assert_eq!(send(&linus, Method::POST, "/1/rows/3/read", json!({})).await.0, 404);
        assert_eq!(send(&linus, Method::PUT, "/1/cursor", json!({"place": 3, "from": 2})).await.0, 404);
        assert_eq!(send(&zoe, Method::PUT, "/1/claims", json!({"release": "all"})).await.0, 200);

        // He moves the cursor for everybody, by his numbers.
        let (status, moved) = send(&linus, Method::PUT, "/1/cursor", json!({"place": 1, "from": 2})).await;
        assert_eq!((status, &moved["cursor"], &moved["hidden_row"]), (200, &json!(1), &Value::Null), "{moved}");
        assert_eq!(send(&zoe, Method::GET, "/1", Value::Null).await.1["cursor"], 1);
        let told = without_secrets(&mut his, |event| event.name == "scrub" && event.data["cursor"] == 1).await;
        assert_eq!(told.data["hidden_row"], Value::Null);
        crate::scrubs::rebuilds_the_same(&app).await;
        app
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_taken_from_somebodys_sight_is_told_no_more_while_they_follow() {
    run_test(async |app| {
        let zoe = SignedIn::new(&app, "zoe", &[(ACCOUNT, &[SECRET], true)]).await;
        let grace = SignedIn::new(&app, "grace", &[(ACCOUNT, &[SECRET], true)]).await;
        scrub(&app, &zoe).await;
        comes(&grace, None).await;
        let mut hers = follow(&app, &grace).await;
        while hers.next().await.unwrap().name != "scrub" {}
        send(&zoe, Method::POST, "/1/advance", json!({"place": 1})).await;
        loop {
            let event = hers.next().await.unwrap();
            if event.name == "scrub" && event.data["cursor"] == 2 {
                assert_eq!(event.data["current"]["repository"], "acme/secret");
                break;
            }
        }
        // GitHub lists it to her no more.
        grace.told(&[(ACCOUNT, &[], true)]).await;
        let told = without_secrets(&mut hers, |event| event.name == "scrub").await;
        assert_eq!((&told.data["rows"], &told.data["hidden_row"]["hidden"]), (&json!(2), &json!(true)), "{told:?}");
        let note = zoe.request(Method::PUT, "/api/v1/items/acme/secret/1/note").json(&json!({"comment": "secret"}));
        assert_eq!(note.send().await.unwrap().status(), 200);

        // A public repository becomes private: its row goes too.
        let told = json!({"action": "privatized", "repository": home(PLAIN, "plain", true), "sender": user("ada")});
        app.deliver("repository", &told).await;
        let told = without_secrets(&mut hers, |event| event.name == "reset").await;
        assert!(told.id.is_none());
        // What was read before it may be told once more.
        let told = without_secrets(&mut hers, |event| event.name == "scrub" && event.data["rows"] == 1).await;
        assert_eq!(told.data["cursor"], Value::Null, "{told:?}");
        app
    })
    .await;
}
