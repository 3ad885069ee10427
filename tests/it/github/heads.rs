//! What the heads of GitHub's answers say: the next page, and how long to wait.

use bugscrub::github::answer::next_page;
use bugscrub::github::limits::refusal;
use chrono::{DateTime, Duration, Utc};
use http::HeaderMap;
use http::header::{LINK, RETRY_AFTER};

#[test]
fn the_next_page_is_found_in_every_form_of_a_link() {
    let next = "page=2";
    for links in [
        vec![r#"<https://api.github.com/x?page=2>; rel="next", <https://api.github.com/x?page=9>; rel="last""#],
        vec![r#"<https://api.github.com/x?page=9>; rel="last""#, r#"<https://api.github.com/x?page=2>; rel="next""#],
        vec!["<https://api.github.com/x?page=2>; rel=next"],
        vec![r#"<https://api.github.com/x?page=2>;title="a, b"; REL="Next prefetch""#],
    ] {
        let mut headers = HeaderMap::new();
        for link in &links {
            headers.append(LINK, link.parse().unwrap());
        }
        assert_eq!(next_page(&headers).as_deref(), Some(next), "{links:?}");
    }
    let mut headers = HeaderMap::new();
    let link = r#"<https://api.github.com/x?after=Y3,Vy==&page=2>; rel="next", <https://a/?b>; rel="prev""#;
    headers.insert(LINK, link.parse().unwrap());
    assert_eq!(next_page(&headers).as_deref(), Some("after=Y3,Vy==&page=2"));
    headers.insert(LINK, r#"<https://api.github.com/x?next=1>; rel="last""#.parse().unwrap());
    assert_eq!(next_page(&headers), None);
}

#[test]
fn a_refusal_says_how_long_to_wait_in_every_form() {
    let now: DateTime<Utc> = "2026-11-22T12:00:00Z".parse().unwrap();
    // GitHub's clock is an hour ahead of ours.
    let date = now + Duration::hours(1);
    let until = |status, retry_after: Option<&str>, said: &str| {
        let mut headers = HeaderMap::new();
        retry_after.inspect(|value| drop(headers.insert(RETRY_AFTER, value.parse().unwrap())));
        refusal(status, &headers, date, now, said).map(|(until, _)| (until - now).num_seconds())
    };
    assert_eq!(until(403, Some("30"), ""), Some(31));
    assert_eq!(until(429, Some("Sun, 22 Nov 2026 13:02:00 GMT"), ""), Some(121));
    assert_eq!(until(429, None, "<html>slow down</html>"), Some(60));
    assert_eq!(until(403, None, "You have exceeded a secondary rate limit."), Some(60));
    assert_eq!(until(403, None, "Resource not accessible by integration"), None);
}
