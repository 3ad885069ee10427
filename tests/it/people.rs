//! People are their GitHub id: a login is how one is shown now, whoever had it before.

use std::collections::BTreeSet;

use bugscrub::activity::Bots;
use bugscrub::config::Settings;
use bugscrub::store::rebuild;
use chrono::Duration;
use serde_json::{Value, json};

use crate::faults::assert_sound;
use crate::github::{complete, rhythm, run_now, start};
use crate::support::app::{run_test_with, settings};
use crate::support::github::world::Kind;
use crate::support::github::{Delivering, FakeGitHub};
use crate::support::payload::{ACCOUNT, issue, issues, repository};
use crate::support::{TestApp, run_test};

fn person(id: i64, login: &str) -> Value {
    json!({"login": login, "id": id, "type": "User"})
}

/// An open issue of the second `at`, by an author and with assignees.
fn shown(number: i64, at: u32, author: &Value, assignees: &[&Value]) -> Value {
    let mut shown = issue(number, "2026-11-01T00:00:00Z", &time(at));
    shown["user"] = author.clone();
    shown["assignees"] = json!(assignees);
    shown
}

fn time(at: u32) -> String {
    format!("2026-11-20T10:{:02}:{:02}Z", at / 60, at % 60)
}

async fn tell(app: &TestApp, action: &str, issue: &Value, sender: &Value, more: Value) {
    let mut payload = issues(action, issue, &repository(1, "widgets"));
    payload["sender"] = sender.clone();
    for (name, value) in more.as_object().into_iter().flatten() {
        payload[name] = value.clone();
    }
    app.deliver("issues", &payload).await;
}

async fn comment(app: &TestApp, issue: &Value, by: &Value, association: &str) {
    let at = &issue["updated_at"];
    let comment = json!({"id": 1, "created_at": at, "updated_at": at, "user": by, "author_association": association, "body": "x"});
    let payload = json!({"action": "created", "issue": issue, "comment": comment, "sender": by,
        "repository": repository(1, "widgets")});
    app.deliver("issue_comment", &payload).await;
}

/// The numbers of the items that a query finds.
async fn found(app: &TestApp, query: &str) -> BTreeSet<i64> {
    app.all_pages(query).await.iter().map(|item| item["number"].as_i64().unwrap()).collect()
}

/// What a query finds, each as it is worded and asked of memory, rows and the log alike.
async fn all_find(app: &TestApp, query: &str, expected: &[i64]) {
    let expected: BTreeSet<i64> = expected.iter().copied().collect();
    for more in ["", "&state=open&state=closed", "&as_of=2026-11-21"] {
        assert_eq!(found(app, &format!("{query}{more}")).await, expected, "{query}{more}");
    }
}

async fn row(app: &TestApp, number: i64) -> Value {
    let items = app.all_pages("limit=100").await;
    items.into_iter().find(|item| item["number"] == number).unwrap()
}

/// Panics unless a rebuild finds nothing that differs, and answers stay the same after one.
async fn survives_a_rebuild(app: &TestApp, bots: &Bots) {
    let (_, differences) = rebuild::check(&app.database.pool, ACCOUNT, bots).await.unwrap();
    assert_eq!(differences, [""; 0]);
    let before = app.all_pages("limit=100").await;
    rebuild::rebuild(&app.database.pool, ACCOUNT, bots).await.unwrap();
    assert_eq!(app.all_pages("limit=100").await, before);
}

/// Ada (5) writes and is assigned, is renamed, and a stranger (9) takes the old login.
async fn renamed(app: &TestApp) {
    let (ada, lovelace, stranger, linus) =
        (person(5, "Ada"), person(5, "lovelace"), person(9, "ada"), person(7, "linus"));
    tell(app, "opened", &shown(1, 1, &ada, &[]), &ada, json!({})).await;
    tell(app, "opened", &shown(2, 2, &linus, &[&ada]), &linus, json!({})).await;
    // One where she neither wrote nor is assigned: it shows that she is renamed.
    let third = |at| shown(3, at, &linus, &[]);
    tell(app, "opened", &third(3), &linus, json!({})).await;
    comment(app, &third(4), &lovelace, "NONE").await;
    // Before the stranger comes, the old login still means her.
    all_find(app, "author=ada", &[1]).await;
    tell(app, "opened", &shown(4, 5, &stranger, &[&stranger]), &stranger, json!({})).await;
}

#[tokio::test]
async fn a_login_finds_what_its_person_wrote_under_any_name_and_nothing_of_a_stranger() {
    run_test(async |app| {
        renamed(&app).await;
        all_find(&app, "author=lovelace", &[1]).await;
        all_find(&app, "author=LoveLace", &[1]).await;
        all_find(&app, "author=ADA", &[4]).await;
        all_find(&app, "author=-lovelace", &[2, 3, 4]).await;
        all_find(&app, "author=-ada", &[1, 2, 3]).await;
        all_find(&app, "assignee=lovelace", &[2]).await;
        all_find(&app, "assignee=ada", &[4]).await;
        all_find(&app, "assignee=-ada", &[1, 2, 3]).await;
        all_find(&app, "author=nobody", &[]).await;
        let ages = app.json("/api/v1/stats/ages?author=lovelace").await;
        let counted: i64 =
            ages["by_age"].as_array().unwrap().iter().map(|bucket| bucket["items"].as_i64().unwrap()).sum();
        assert_eq!(counted, 1, "{ages:#}");
        // Everything shows the login as it is now.
        assert_eq!(row(&app, 1).await["author"], "lovelace");
        assert_eq!(row(&app, 2).await["assignees"], json!(["lovelace"]));
        assert_eq!(row(&app, 1).await["last_activity"]["actor"], "lovelace");
        assert_eq!(row(&app, 4).await["author"], "ada");
        let item = app.json("/api/v1/items/acme/widgets/1").await;
        assert_eq!(
            (&item["author"], &item["history"][0]["actor"]),
            (&json!("lovelace"), &json!("lovelace")),
            "{item:#}"
        );
        let past = app.json("/api/v1/queue?as_of=2026-11-21&author=lovelace").await;
        assert_eq!(past["items"][0]["author"], "lovelace");
        let csv = app.request(reqwest::Method::GET, "/api/v1/queue.csv").send().await.unwrap().text().await.unwrap();
        assert!(csv.contains(",lovelace,") && !csv.contains("Ada"), "{csv}");
        survives_a_rebuild(&app, &Bots::default()).await;
        all_find(&app, "author=lovelace", &[1]).await;
        all_find(&app, "assignee=ada", &[4]).await;
        app
    })
    .await;
}

/// Within one second, and with payloads that show an item both before and after the renaming.
#[tokio::test]
async fn an_assignee_is_one_person_before_and_after_a_renaming() {
    run_test(async |app| {
        let (ada, lovelace, linus) = (person(5, "ada"), person(5, "lovelace"), person(7, "linus"));
        tell(&app, "opened", &shown(1, 9, &linus, &[&ada]), &linus, json!({})).await;
        tell(&app, "labeled", &shown(1, 9, &linus, &[&lovelace]), &linus, json!({"label": {"id": 1, "name": "bug"}}))
            .await;
        assert_eq!(row(&app, 1).await["assignees"], json!(["lovelace"]));
        let tied: bool = sqlx::query_scalar("SELECT tied FROM items").fetch_one(&app.database.pool).await.unwrap();
        assert!(!tied);
        tell(&app, "unassigned", &shown(1, 9, &linus, &[]), &linus, json!({"assignee": lovelace})).await;
        assert_eq!(row(&app, 1).await["assignees"], json!([]));
        all_find(&app, "assignee=ada", &[]).await;
        // Renamed back: the login seen last counts.
        tell(&app, "assigned", &shown(1, 200, &linus, &[&ada]), &linus, json!({"assignee": ada})).await;
        assert_eq!(row(&app, 1).await["assignees"], json!(["ada"]));
        all_find(&app, "assignee=lovelace", &[1]).await;
        survives_a_rebuild(&app, &Bots::default()).await;
        app
    })
    .await;
}

/// An author who was renamed is still the author: nobody waits for them because they "answered".
#[tokio::test]
async fn whom_an_item_waits_for_does_not_depend_on_names() {
    run_test(async |app| {
        let (ada, lovelace, stranger) = (person(5, "ada"), person(5, "lovelace"), person(9, "ada"));
        tell(&app, "opened", &shown(1, 1, &ada, &[]), &ada, json!({})).await;
        tell(&app, "opened", &shown(2, 1, &ada, &[]), &ada, json!({})).await;
        comment(&app, &shown(1, 2, &lovelace, &[]), &lovelace, "MEMBER").await;
        comment(&app, &shown(2, 3, &lovelace, &[]), &stranger, "MEMBER").await;
        assert_eq!(found(&app, "waits_for=maintainers").await, BTreeSet::from([1]));
        assert_eq!(found(&app, "waits_for=author").await, BTreeSet::from([2]));
        app
    })
    .await;
}

#[tokio::test]
async fn a_bot_of_the_settings_stays_one_when_it_is_renamed_and_who_takes_its_login_is_none() {
    let bots = || Bots::new(["Robo"]);
    run_test_with(Settings { bots: bots(), ..settings() }, async |app| {
        let (robo, robot, stranger, linus) =
            (person(5, "robo"), person(5, "robot"), person(9, "robo"), person(7, "linus"));
        for number in 1..=3 {
            tell(&app, "opened", &shown(number, 1, &linus, &[]), &linus, json!({})).await;
        }
        comment(&app, &shown(1, 2, &linus, &[]), &robo, "MEMBER").await;
        comment(&app, &shown(2, 3, &linus, &[]), &robot, "MEMBER").await;
        comment(&app, &shown(3, 4, &linus, &[]), &stranger, "MEMBER").await;
        let human = async |number| {
            let row = row(&app, number).await;
            let last = &row["last_activity"];
            (last["actor"].as_str().unwrap().to_owned(), last["human"].as_bool().unwrap())
        };
        assert_eq!(human(1).await, ("robot".to_owned(), false));
        assert_eq!(human(2).await, ("robot".to_owned(), false));
        assert_eq!(human(3).await, ("robo".to_owned(), true));
        assert_eq!(found(&app, "waits_for=author").await, BTreeSet::from([3]));
        let item = app.json("/api/v1/items/acme/widgets/2").await;
        assert_eq!(
            (&item["history"][1]["human"], &item["history"][1]["bot"]),
            (&json!(false), &json!("setting")),
            "{item:#}"
        );
        let item = app.json("/api/v1/items/acme/widgets/3").await;
        assert_eq!(
            (&item["history"][1]["human"], &item["history"][1]["bot"]),
            (&json!(true), &json!(null)),
            "{item:#}"
        );
        survives_a_rebuild(&app, &bots()).await;
        assert_eq!(found(&app, "waits_for=author").await, BTreeSet::from([3]));
        app
    })
    .await;
}

/// The setting gives the new login, and what the bot did before was folded when nobody knew.
#[tokio::test]
async fn a_rebuild_applies_a_bots_listed_login_to_what_it_did_under_another() {
    let bots = || Bots::new(["robot"]);
    run_test_with(Settings { bots: bots(), ..settings() }, async |app| {
        let (robo, robot, linus) = (person(5, "robo"), person(5, "robot"), person(7, "linus"));
        tell(&app, "opened", &shown(1, 1, &linus, &[]), &linus, json!({})).await;
        tell(&app, "opened", &shown(2, 1, &linus, &[]), &linus, json!({})).await;
        comment(&app, &shown(1, 2, &linus, &[]), &robo, "MEMBER").await;
        comment(&app, &shown(2, 3, &linus, &[]), &robot, "MEMBER").await;
        // Who it is shows at once in all that is read anew.
        assert_eq!(row(&app, 1).await["last_activity"]["human"], false);
        rebuild::rebuild(&app.database.pool, ACCOUNT, &bots()).await.unwrap();
        assert_eq!(found(&app, "waits_for=author").await, BTreeSet::new());
        survives_a_rebuild(&app, &bots()).await;
        // Also where no rows know it yet, as after an upgrade.
        sqlx::query("DELETE FROM people").execute(&app.database.pool).await.unwrap();
        rebuild::rebuild(&app.database.pool, ACCOUNT, &bots()).await.unwrap();
        assert_eq!(found(&app, "waits_for=author").await, BTreeSet::new());
        app
    })
    .await;
}

/// Ghost is a person like any other; users without an id, or none at all, cost only themselves.
#[tokio::test]
async fn who_has_no_id_is_known_by_login_and_a_deleted_account_is_ghost() {
    run_test(async |app| {
        let (ada, ghost, linus) = (person(5, "ada"), person(10_137, "ghost"), person(7, "linus"));
        let mannequin = json!({"login": "Imported-Person", "id": null, "type": "Mannequin"});
        tell(&app, "opened", &shown(1, 1, &ada, &[&ada]), &ada, json!({})).await;
        tell(&app, "opened", &shown(2, 1, &mannequin, &[&mannequin, &linus]), &linus, json!({})).await;
        tell(&app, "opened", &shown(3, 1, &Value::Null, &[]), &linus, json!({})).await;
        all_find(&app, "author=imported-person", &[2]).await;
        all_find(&app, "assignee=imported-person", &[2]).await;
        all_find(&app, "assignee=linus", &[2]).await;
        assert_eq!(row(&app, 2).await["assignees"], json!(["Imported-Person", "linus"]));
        assert_eq!(row(&app, 3).await["author"], Value::Null);
        // Her account is deleted: GitHub shows ghost in her place from then on.
        tell(&app, "edited", &shown(1, 5, &ghost, &[]), &linus, json!({})).await;
        all_find(&app, "author=ghost", &[1]).await;
        all_find(&app, "author=ada", &[]).await;
        assert_eq!(row(&app, 1).await["author"], "ghost");
        assert_sound(&app.database.pool).await;
        app
    })
    .await;
}

/// Rows and events of versions that knew logins alone.
#[tokio::test]
async fn what_was_stored_without_ids_is_known_by_login_until_ids_are_told() {
    run_test(async |app| {
        let (ada, lovelace, linus) = (person(5, "ada"), person(5, "lovelace"), person(7, "linus"));
        tell(&app, "opened", &shown(1, 1, &ada, &[&linus]), &ada, json!({})).await;
        tell(&app, "opened", &shown(2, 1, &ada, &[&linus]), &linus, json!({})).await;
        // As an earlier version stored it: events without ids but the actor's, and rows without any.
        for statement in [
            "UPDATE events SET data = regexp_replace(data::text, ',\"(author_id|id)\":5|,\"assignee_ids\":\\[[^]]*\\]', '', 'g')::json",
            "UPDATE items SET author_id = NULL, assignee_ids = NULL, assignees_without_id = NULL,
                folded = ((folded::jsonb - 'author_id') - 'assigned')::json",
            "DELETE FROM people",
            "UPDATE accounts SET generation = generation",
        ] {
            sqlx::query(statement).execute(&app.database.pool).await.unwrap();
        }
        let stored: String = sqlx::query_scalar("SELECT string_agg(data::text, ' ') FROM events WHERE number IS NOT NULL")
            .fetch_one(&app.database.pool)
            .await
            .unwrap();
        assert!(!stored.contains("author_id") && !stored.contains("assignee_ids"), "{stored}");
        let app = TestApp::start(settings(), app.stop().await).await;
        assert_eq!(found(&app, "author=ada").await, BTreeSet::from([1, 2]));
        assert_eq!(found(&app, "assignee=linus&state=open&state=closed").await, BTreeSet::from([1, 2]));
        assert_eq!(row(&app, 1).await["assignees"], json!(["linus"]));
        // The log still says who acted. So a rebuild learns who opened the first.
        rebuild::rebuild(&app.database.pool, ACCOUNT, &Bots::default()).await.unwrap();
        all_find(&app, "author=ada", &[1, 2]).await;
        assert_sound(&app.database.pool).await;
        tell(&app, "edited", &shown(2, 9, &lovelace, &[&linus]), &linus, json!({})).await;
        all_find(&app, "author=lovelace", &[1, 2]).await;
        all_find(&app, "assignee=linus", &[1, 2]).await;
        assert_sound(&app.database.pool).await;
        app
    })
    .await;
}

/// GitHub says Apps' logins with `[bot]` in REST, and without it in GraphQL; the id is one.
#[tokio::test]
async fn a_renaming_shows_by_fetching_and_an_app_is_one_person_in_rest_and_graphql() {
    let github = FakeGitHub::start().await;
    let (_, repo) = github.world(|world| {
        let account = world.account("acme");
        let repo = world.repository(account, "widgets");
        let before = world.now - Duration::days(9);
        world.put(repo, Kind::Issue, "One", "ada", before);
        world.put(repo, Kind::Discussion, "Two", "ada", before);
        world.put(repo, Kind::Issue, "Three", "robo[bot]", before);
        world.put(repo, Kind::Discussion, "Four", "robo[bot]", before);
        (world.install(account, None), repo)
    });
    let app = start(&github, rhythm()).await;
    complete(&app).await;
    assert_eq!(found(&app, "author=ada").await, BTreeSet::from([1, 2]));
    assert_eq!(found(&app, "author=robo[bot]").await, BTreeSet::from([3, 4]));
    // Nothing but one more item shows the renaming, and no delivery tells of it.
    github.delivering(Delivering::Lose);
    github.advance(Duration::days(1));
    github.world(|world| world.open(repo, Kind::Discussion, "Five", "ada--lovelace"));
    github.deliver().await;
    run_now(&app, "sweep").await;
    complete(&app).await;
    let five = BTreeSet::from([1, 2, 5]);
    assert_eq!(found(&app, "author=ada--lovelace").await, five);
    assert_eq!(found(&app, "author=ada").await, five);
    assert_eq!(row(&app, 1).await["author"], "ada--lovelace");
    let people: i64 =
        sqlx::query_scalar("SELECT count(*) FROM current_people").fetch_one(&app.database.pool).await.unwrap();
    assert_eq!(people, 2);
    assert_sound(&app.database.pool).await;
    app.stop().await.drop().await;
}
