//! What docs/triage-party.md says of Triage Party's rules, and the file of views beside it: all of it works as it stands.

use std::collections::BTreeSet;

use bugscrub::config::Settings;
use bugscrub::scrub::{Declarations, Origin};
use reqwest::{Method, StatusCode};
use serde_json::json;

use crate::support::TestApp;
use crate::support::app::{run_test_with, settings};
use crate::support::payload::{issue, issues, repository, user};

const GUIDE: &str = include_str!("../../docs/triage-party.md");
const FILE: &str = include_str!("../../docs/views/triage-party.yaml");

/// A rule as the guide's tables have it: its name, the filter that says it, and how well.
struct Rule {
    table: &'static str,
    name: &'static str,
    filter: Option<&'static str>,
    verdict: &'static str,
}

fn rules() -> Vec<Rule> {
    let (_, tables) = GUIDE.split_once("\n## The published configurations\n").expect("the guide has its tables");
    let bare = |cell: &'static str| cell.trim().strip_prefix('`').and_then(|cell| cell.strip_suffix('`'));
    let (mut table, mut rules) = ("", vec![]);
    for line in tables.lines() {
        if let Some(heading) = line.strip_prefix("### ") {
            table = heading;
        }
        let cells: Vec<_> = line.split('|').collect();
        if let ["", name, filter, verdict, ""] = cells[..]
            && let Some(name) = bare(name)
        {
            rules.push(Rule { table, name, filter: bare(filter), verdict: verdict.trim() });
        }
    }
    rules
}

/// The words under "Where they differ", as the tables have them.
fn differences() -> BTreeSet<String> {
    let (_, list) = GUIDE.split_once("\n## Where they differ\n").expect("the guide says where they differ");
    let (list, _) = list.split_once("\n## ").expect("the tables follow");
    let items = list.split("\n- **").skip(1);
    items.map(|item| item.split_once(":**").expect("a word, then what it means").0.to_lowercase()).collect()
}

#[test]
fn the_guide_says_of_each_rule_how_it_is_said_or_why_not() {
    let (rules, differences) = (rules(), differences());
    let mut names = BTreeSet::new();
    let (mut same, mut near, mut no, mut given) = (0, 0, 0, BTreeSet::new());
    for Rule { table, name, filter, verdict } in &rules {
        assert!(names.insert((table, name)), "{table} has {name} twice");
        let why = match (filter, verdict.split_once(": ")) {
            (Some(_), None) if *verdict == "same" => {
                same += 1;
                continue;
            }
            (Some(_), Some(("near", why))) => {
                near += 1;
                why
            }
            (None, Some(("no", why))) => {
                no += 1;
                why
            }
            _ => panic!("{table}, {name}: {verdict:?} does not go with {filter:?}"),
        };
        given.extend(why.split(", ").map(str::to_owned));
    }
    assert_eq!(given, differences, "the words in the tables, and those that are explained");
    let told = format!(
        "Of these {} rules {same} mean the same here, {near} nearly the same, and {no} cannot be said.",
        rules.len()
    );
    let intro = GUIDE.lines().take_while(|line| !line.starts_with("## ")).collect::<Vec<_>>().join(" ");
    assert!(intro.contains(&told), "{told}");
}

#[test]
fn each_view_of_the_file_says_what_it_is_and_belongs_to_a_collection() {
    let declared = Declarations::with_file(FILE).unwrap();
    let builtin = Declarations::default();
    let views: Vec<_> = declared.all(vec![]).into_iter().filter(|(origin, _)| *origin == Origin::File).collect();
    let mut shown = BTreeSet::new();
    for (_, collection) in declared.collections().iter().filter(|(origin, _)| *origin == Origin::File) {
        for name in &collection.views {
            assert!(declared.in_file(name).is_some(), "{} names {name}, which is not in the file", collection.name);
            assert!(shown.insert(name.clone()), "{name} is in two collections");
        }
    }
    for (_, view) in &views {
        assert!(shown.contains(&view.name), "{} is in no collection", view.name);
        assert!(!view.title.is_empty(), "{} has no title", view.name);
        assert!(builtin.builtin(&view.name).is_none(), "{} takes the place of a built-in view", view.name);
    }
    assert_eq!(views.len(), shown.len());
}

/// Issue `number` with these labels, of 2026-07-01, and what was said on it: when, by whom, and how they stand to the
/// repository.
async fn with_issue(app: &TestApp, number: i64, labels: &[&str], said: &[(&str, &str, &str)]) {
    let opened = "2026-07-01T00:00:00Z";
    let mut item = issue(number, opened, opened);
    item["labels"] = labels.iter().map(|name| json!({"id": id_of(name), "name": name})).collect();
    app.deliver("issues", &issues("opened", &item, &repository(1, "widgets"))).await;
    for (count, (at, login, association)) in said.iter().enumerate() {
        item["updated_at"] = json!(at);
        item["comments"] = json!(count + 1);
        let mut payload = issues("created", &item, &repository(1, "widgets"));
        payload["sender"] = user(login);
        payload["comment"] = json!({
            "id": number * 100 + count as i64, "created_at": at, "updated_at": at, "user": user(login),
            "author_association": association,
        });
        app.deliver("issue_comment", &payload).await;
    }
}

fn id_of(label: &str) -> i64 {
    label.bytes().fold(0, |id, byte| (id * 31 + i64::from(byte)) % 1_000_003)
}

#[tokio::test(flavor = "multi_thread")]
async fn the_file_s_collections_show_what_its_rules_mean_and_the_guide_s_filters_are_answered() {
    let views = Declarations::with_file(FILE).unwrap();
    run_test_with(Settings { views, ..settings() }, async |app| {
        // It is 2026-11-22. 1: nobody has answered.
        with_issue(&app, 1, &[], &[]).await;
        // 2: a member was the last to speak, in August.
        let asked = [("2026-08-01T00:00:00Z", "ada", "MEMBER")];
        with_issue(&app, 2, &["kind/bug", "priority/important-soon"], &asked).await;
        // 3: and the author has answered in September.
        let answered = [asked[0], ("2026-09-01T00:00:00Z", "octocat", "NONE")];
        with_issue(&app, 3, &["kind/bug", "triage/needs-information"], &answered).await;

        let shown = async |collection: &str| {
            let answer = app.json(&format!("/api/v1/collections/{collection}")).await;
            let mut shown = vec![];
            for view in answer["views"].as_array().unwrap() {
                assert!(view["queue"].is_string() && !view["title"].as_str().unwrap().is_empty(), "{view}");
                let numbers = view["items"].as_array().unwrap().iter().map(|item| item["number"].as_i64().unwrap());
                let numbers: BTreeSet<_> = numbers.collect();
                if !numbers.is_empty() {
                    shown.push((view["name"].as_str().unwrap().to_owned(), numbers.into_iter().collect::<Vec<_>>()));
                }
            }
            shown
        };
        let expected = |views: &[(&str, &[i64])]| -> Vec<(String, Vec<i64>)> {
            views.iter().map(|(name, numbers)| ((*name).to_owned(), numbers.to_vec())).collect()
        };
        let daily: &[(&str, &[i64])] = &[
            ("unanswered", &[1]),
            ("information-came", &[3]),
            ("without-kind", &[1]),
            ("without-priority", &[1]),
            ("soon-but-untouched", &[2]),
        ];
        assert_eq!(shown("daily").await, expected(daily));
        let weekly: &[(&str, &[i64])] =
            &[("answers-overdue", &[1]), ("soon-but-quiet", &[2]), ("information-missing", &[3])];
        assert_eq!(shown("weekly").await, expected(weekly));
        let quarterly: &[(&str, &[i64])] =
            &[("bugs-waiting", &[3]), ("bugs-quiet", &[2, 3]), ("others-waiting", &[1]), ("others-quiet", &[1])];
        assert_eq!(shown("quarterly").await, expected(quarterly));
        for collection in ["milestones", "urgent"] {
            assert!(shown(collection).await.is_empty(), "{collection}");
        }

        let filters: BTreeSet<_> = rules().into_iter().filter_map(|rule| rule.filter).collect();
        assert!(filters.len() > 100, "{} filters", filters.len());
        for filter in filters {
            let answer = app.request(Method::GET, &format!("/api/v1/queue?{filter}")).send().await.unwrap();
            let status = answer.status();
            assert_eq!(status, StatusCode::OK, "{filter}: {}", answer.text().await.unwrap());
        }
        app
    })
    .await;
}
