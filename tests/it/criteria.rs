//! What filters take as people write them: values, quotes, lists, dates.

use bugscrub::rank::criterion::{LABEL, REPO, STATE, TITLE};
use bugscrub::rank::terms::{BEGINNING, NOTHING};
use bugscrub::rank::{Criteria, Criterion, Terms};

#[test]
fn a_value_in_quotes_is_taken_as_it_stands() {
    let today = "2026-11-22".parse().unwrap();
    let label = |value: &str| {
        Criteria::of([("label", value)]).filter(today, chrono_tz::UTC).map(|filter| filter.terms(&LABEL).clone())
    };
    for (written, any, none) in [
        ("-1", None, Some("1")),
        ("\"-1\"", Some("-1"), None),
        ("-\"-1\"", None, Some("-1")),
        ("\"\"\"x\"", Some("\"x"), None),
        ("\"a \"\"b\"\" c\"", Some("a \"b\" c"), None),
        ("-\"\"\"\"", None, Some("\"")),
        ("a\"b", Some("a\"b"), None),
    ] {
        let terms = |value: Option<&str>| value.into_iter().map(str::to_owned).collect();
        assert_eq!(label(written), Ok(Terms::new(terms(any), terms(none))), "{written}");
    }
    let lists = |any: &[&[&str]], none: &[&str]| Terms {
        any: any.iter().map(|list| list.iter().map(|name| (*name).to_owned()).collect()).collect(),
        none: none.iter().map(|name| (*name).to_owned()).collect(),
    };
    for (written, meant) in [
        ("none", lists(&[&[NOTHING]], &[])),
        ("None", lists(&[&[NOTHING]], &[])),
        ("-none", lists(&[], &[NOTHING])),
        ("\"none\"", lists(&[&["none"]], &[])),
        ("all:a,b", lists(&[&["a"], &["b"]], &[])),
        ("all: a b , c:d", lists(&[&["a b"], &["c:d"]], &[])),
        ("all:\"a, \"\"b\"\"\",c", lists(&[&["a, \"b\""], &["c"]], &[])),
        ("\"all:a,b\"", lists(&[&["all:a,b"]], &[])),
        ("a,b", lists(&[&["a,b"]], &[])),
    ] {
        assert_eq!(label(written), Ok(meant), "{written}");
    }
    let many = format!("all:{}", (0..17).map(|n| n.to_string()).collect::<Vec<_>>().join(","));
    for malformed in ["all:", "all:a,", "all:,a", "all:\"a", "all:\"a\"b,c", "-all:a,b", &many] {
        assert!(label(malformed).is_err(), "{malformed}");
    }
    // Both of two lists, and what is repeated beside them.
    let of = |given: &[(&str, &str)]| {
        Criteria::of(given.iter().copied()).filter(today, chrono_tz::UTC).map(|filter| filter.terms(&LABEL).clone())
    };
    let both = of(&[("label", "a"), ("label", "all:c,d"), ("label", "none"), ("label", "-b")]);
    assert_eq!(both, Ok(lists(&[&["a", NOTHING], &["c"], &["d"]], &["b"])));
    for malformed in ["\"", "-\"", "\"a", "\"a\"b", "\"a\"b\"", "\"\"\""] {
        assert!(label(malformed).is_err(), "{malformed}");
    }
}

#[test]
fn a_star_at_the_end_of_a_name_asks_for_its_beginning() {
    let today = "2026-11-22".parse().unwrap();
    let terms = |criterion: &'static Criterion, value: &str| {
        let filter = Criteria::of([(criterion.name, value)]).filter(today, chrono_tz::UTC);
        filter.map(|filter| filter.terms(criterion).clone())
    };
    let one = |value: &str| Ok(Terms::new(vec![value.to_owned()], vec![]));
    let beginning = |value: &str| one(&format!("{BEGINNING}{value}"));
    assert_eq!(terms(&LABEL, "priority/*"), beginning("priority/"));
    assert_eq!(terms(&LABEL, "\"priority/*\""), one("priority/*"));
    assert_eq!(terms(&LABEL, "*"), one("*"));
    assert_eq!(terms(&LABEL, " *"), one(" *"));
    assert_eq!(terms(&LABEL, "**"), beginning("*"));
    assert_eq!(terms(&TITLE, "crash*"), one("crash*"));
    for (written, begins) in [("acme/*", "acme/"), ("acme/lib-*", "acme/lib-"), ("lib*", "lib")] {
        assert_eq!(terms(&REPO, written), beginning(begins), "{written}");
    }
    for refused in ["*", "/*", "acme/", "a*c", "acme/*/x", "acme/x/*"] {
        assert!(terms(&REPO, refused).is_err(), "{refused}");
    }
    let all = terms(&LABEL, "all:priority/*,\"a*\"").unwrap();
    assert_eq!(all.any, [[format!("{BEGINNING}priority/")], ["a*".to_owned()]]);
}

#[test]
fn what_asks_how_something_was_closed_asks_for_what_is_closed() {
    let today = "2026-11-22".parse().unwrap();
    let states = |given: &[(&str, &str)]| {
        let filter = Criteria::of(given.iter().copied()).filter(today, chrono_tz::UTC).unwrap();
        filter.terms(&STATE).any.clone()
    };
    assert_eq!(states(&[("closed_after", "9d")]), [["closed"]]);
    assert_eq!(states(&[("closed_reason", "-merged")]), [["closed"]]);
    assert_eq!(states(&[("closed_before", "9d"), ("state", "open")]), [["open"]]);
    assert!(states(&[("waiting_before", "9d")]).is_empty());
}

#[test]
fn a_time_means_its_date_in_the_account_s_zone() {
    use bugscrub::rank::dates::date;
    let today = "2026-11-22".parse().unwrap();
    let berlin = chrono_tz::Europe::Berlin;
    for (text, on) in [
        ("2026-11-20", Some("2026-11-20")),
        ("3d", Some("2026-11-19")),
        ("2026-11-19T12:00:00.000Z", Some("2026-11-19")),
        ("2026-11-19T23:30:00Z", Some("2026-11-20")),
        ("2026-11-19T23:30:00+02:00", Some("2026-11-19")),
        ("2026-11-20T00:30:00+05:00", Some("2026-11-19")),
        // A plus sign of an address that was not encoded.
        ("2026-11-19T23:30:00 02:00", Some("2026-11-19")),
        ("2026-11-19T23:30:00-02:00", Some("2026-11-20")),
        // Without a zone: in the account's.
        ("2026-11-19T23:30:00", Some("2026-11-19")),
        // Grafana's ${__from}.
        ("1795130999999", Some("2026-11-20")),
        ("1795129199999", Some("2026-11-19")),
        // Seconds, and times too far off.
        ("1795131000", None),
        ("99999999999999999", None),
        ("253402300800000", None),
        ("9999-01-01T00:00:00Z", None),
        ("0000-12-30T00:00:00Z", None),
        ("-1795130999999", None),
        ("+795130999999", None),
        ("2026-11-19T25:00:00Z", None),
        ("2026-11-19T12:00:60Z", Some("2026-11-19")),
        ("9998-12-31T23:59:59Z", Some("9998-12-31")),
        ("0001-01-01T00:00:00+14:00", Some("0001-01-01")),
        ("0000000000000", Some("1970-01-01")),
        ("99999d", Some("1753-02-07")),
        ("100000d", None),
        ("+1d", None),
        ("2026-11-19T12:00:00.Z", None),
        ("2026-11-19T12:00:00.0123456789Z", None),
        ("2026-11-19T12:00Z", None),
        ("2026-11-19t12:00:00z", None),
        ("2026-11-19 12:00:00Z", None),
        ("2026-11-19T12:00:00+24:00", None),
        ("2026-11-19T12:00:00+0200", None),
        ("2026-11-19 ", None),
        ("2026-02-30", None),
        ("now", None),
        ("", None),
    ] {
        let expected: Option<chrono::NaiveDate> = on.map(|on| on.parse().unwrap());
        assert_eq!(date(text, (today, berlin)), expected, "{text}");
    }
}
