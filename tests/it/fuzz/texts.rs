//! Cursors, filters and settings: short texts that anybody can write.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use bugscrub::activity::{Bots, ItemType, Sight, State};
use bugscrub::github::ApiAddress;
use bugscrub::ingest::Accounts;
use bugscrub::rank::live::{Live, Meanings, Selection};
use bugscrub::rank::{Criteria, Cursor, Filter, Item, Order, PageRequest, PlaceKey, Repository};
use bugscrub::scrub::Declarations;
use bugscrub::scrub::schedule::Schedule;
use bugscrub::sheet::{Without, read};
use bugscrub::webhook::Secrets;
use chrono::{DateTime, NaiveDate, Utc};
use chrono_tz::Tz;
use rand::RngExt;
use serde_json::Value;

use super::{damaged, fuzz, one_of, wreck};

const TODAY: NaiveDate = NaiveDate::from_ymd_opt(2026, 11, 22).unwrap();

fn time(day: i64) -> DateTime<Utc> {
    "2026-11-01T10:00:00Z".parse::<DateTime<Utc>>().unwrap() + chrono::Duration::days(day)
}

fn usual() -> Filter {
    let given =
        [("author", "ada"), ("label", "-bug"), ("created_after", "180d"), ("unread", "true"), ("title", "crash")];
    Criteria::of(given).filter(TODAY, chrono_tz::UTC).unwrap()
}

fn cursor(filter: Filter) -> Cursor {
    let after = PlaceKey { product: 8, created_at: time(1), repo_id: 1, number: 2, first: None };
    let request = PageRequest {
        account_id: 9_000,
        sight: Sight::All,
        filter,
        order: Order::Stalest,
        date: TODAY,
        past: false,
        after: None,
        limit: 50,
    };
    Cursor::of(request, after)
}

/// A cursor that is taken answers a page.
#[test]
fn a_cursor_is_refused_or_answers() {
    let items =
        (1..=40).map(|number| Item::new((1, number), ItemType::Issue, State::Open, time(number % 7), time(number % 5)));
    let live = Live::load(Tz::UTC, TODAY, 1, items);
    let repositories = [Repository::new(1, "acme", "widgets")];
    let whole = cursor(usual());
    let json = URL_SAFE_NO_PAD.decode(whole.encode()).unwrap();
    assert_eq!(Cursor::decode(&whole.encode()), Ok(whole));
    fuzz("a_cursor_is_refused_or_answers", |rng, input| {
        let text = if rng.random::<bool>() {
            let mut value: Value = serde_json::from_slice(&json).unwrap();
            wreck(rng, &mut value, |_| true);
            URL_SAFE_NO_PAD.encode(value.to_string())
        } else if rng.random::<bool>() {
            URL_SAFE_NO_PAD.encode(damaged(rng, &json))
        } else {
            String::from_utf8_lossy(&damaged(rng, URL_SAFE_NO_PAD.encode(&json).as_bytes())).into_owned()
        };
        input.input.clone_from(&text);
        let Ok(cursor) = Cursor::decode(&text) else { return };
        assert_eq!(Cursor::decode(&cursor.encode()).as_ref(), Ok(&cursor));
        let selection = Selection::of(&cursor.filter, &Sight::All, repositories.iter(), &Meanings::default());
        live.snapshot().page(&selection, cursor.order, Some(cursor.after), cursor.limit.min(500));
    });
}

#[test]
fn a_filter_is_refused_or_is_the_same_in_a_cursor() {
    let names: Vec<&str> = bugscrub::rank::criterion::ALL.iter().map(|criterion| criterion.name).collect();
    let values =
        ["Issue", "open", "-closed", "180d", "2026-02-29", "true", "\"-1\"", "-\"a\"\"b\"", "acme/widgets", "İß"];
    fuzz("a_filter_is_refused_or_is_the_same_in_a_cursor", |rng, input| {
        let given = (0..rng.random_range(1..5)).map(|_| {
            let value = {
                let value = *one_of(rng, &values);
                damaged(rng, value.as_bytes())
            };
            let name = *one_of(rng, &names);
            (
                name,
                if rng.random() {
                    String::from_utf8_lossy(&value).into_owned()
                } else {
                    (*one_of(rng, &values)).to_owned()
                },
            )
        });
        let given: Vec<(&str, String)> = given.collect();
        input.input = format!("{given:?}");
        let criteria = Criteria::of(given.iter().map(|(name, value)| (*name, value.as_str())));
        let Ok(filter) = criteria.filter(TODAY, chrono_tz::UTC) else { return };
        let written = serde_json::to_string(&filter).unwrap();
        assert_eq!(serde_json::from_str::<Filter>(&written).unwrap(), filter);
        let cursor = cursor(filter);
        assert_eq!(Cursor::decode(&cursor.encode()), Ok(cursor));
    });
}

#[test]
fn a_setting_is_refused_or_taken() {
    let views = "views:\n  - name: declared\n    title: t\n    description: d\n    resolution: r\n    target: 3\n    order: stalest\n    filter: {type: [Issue], label: '-triaged', draft: false, created_after: 30d}\ncollections:\n  - name: weekly\n    title: t\n    views: [declared, open]\n";
    let texts = [
        "a-secret,another",
        "https://github.example:8443/api/v3/",
        "acme, 9000,\tglobex",
        "renovate,Ci",
        "mon 17:00 Europe/London 90m; tue 9:05 45m",
        views,
    ];
    fuzz("a_setting_is_refused_or_taken", |rng, input| {
        let text = String::from_utf8_lossy(&{
            let text = *one_of(rng, &texts);
            damaged(rng, text.as_bytes())
        })
        .into_owned();
        input.input.clone_from(&text);
        if let Some(secrets) = Secrets::parse(&text) {
            let signed = bugscrub::webhook::signature::sign(text.trim().as_bytes(), b"x");
            assert!(secrets.verify(&signed, b"x"), "a secret is taken whole");
            assert!(!secrets.verify("sha256=", b"x"));
        }
        if let Ok(address) = ApiAddress::new(&text) {
            address.of("/app");
            address.web();
            address.relative(&text);
            let ends = |source: &String| source.contains([';', ',', '\'', ' ']);
            assert!(!address.image_sources().iter().any(ends), "a source ends no directive of the page's policy");
        }
        Accounts::new(text.split(','));
        Bots::new(text.split(','));
        if let Ok(schedule) = text.parse::<Schedule>() {
            schedule.meetings(TODAY, 4, Tz::UTC);
        }
        if let Ok(views) = Declarations::with_file(&text) {
            views.all(vec![]).iter().for_each(|(_, view)| drop(view.filter(TODAY, chrono_tz::UTC)));
        }
    });
}

/// Rows that are named are rows of the file, or nothing is taken.
#[test]
fn a_choice_of_rows_is_refused_or_taken() {
    let book = read(b"Repository,Type,#,Comment\nacme/widgets,Issue,1,a\nacme/widgets,Issue,2,b\n").unwrap();
    let texts = ["2", "2-3", "2,3", "1-9,3", "0051:2-40,44", ":2", "a:b:3-2"];
    fuzz("a_choice_of_rows_is_refused_or_taken", |rng, input| {
        let text = String::from_utf8_lossy(&{
            let text = *one_of(rng, &texts);
            damaged(rng, text.as_bytes())
        })
        .into_owned();
        input.input.clone_from(&text);
        let Ok(without) = Without::of([text.as_str()]) else { return };
        let mut chosen = book.clone();
        let left_out = chosen.leave_out(&without).is_ok();
        assert!(!left_out || chosen.tabs[0].rows.iter().any(|row| row.left_out), "{text:?}");
    });
}
