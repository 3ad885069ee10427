//! HTML of strangers, cleaned: what a page may show as it is.
//!
//! The cleaner is the crate `ammonia`, which parses as browsers do and writes only what is listed. Listed is what
//! GitHub's own HTML of texts needs: task lists, folded details, tables, highlighted code, mentions. Nothing that runs,
//! loads a page, submits, styles or names anything in the page around it: no `style`, `id`, `name` or `on...`.

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};

use ammonia::{Builder, Url, UrlRelative};

/// Tags beside those that ammonia lists, and those of its list that no text needs.
const FURTHER_TAGS: [&str; 2] = ["input", "tfoot"];
const NO_TAGS: [&str; 4] = ["map", "area", "nav", "header"];

/// Classes of GitHub's HTML that say what something is: kinds of code, of links, of alerts, of list entries.
fn is_telling(class: &str) -> bool {
    const WORDS: [&str; 9] = [
        "highlight",
        "notranslate",
        "user-mention",
        "team-mention",
        "issue-link",
        "commit-link",
        "contains-task-list",
        "task-list-item",
        "markdown-alert",
    ];
    // `pl-k`, `highlight-source-rust`, `language-rust`, `markdown-alert-note`.
    const BEGINNINGS: [&str; 4] = ["pl-", "highlight-", "language-", "markdown-alert-"];
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_+#.".contains(&byte);
    class.len() <= 64
        && class.bytes().all(plain)
        && (WORDS.contains(&class) || BEGINNINGS.iter().any(|beginning| class.starts_with(beginning)))
}

/// What becomes of an attribute that its tag may have.
fn attribute<'a>(tag: &str, name: &str, value: &'a str) -> Option<Cow<'a, str>> {
    match (tag, name) {
        (_, "class") => {
            let kept: Vec<&str> = value.split_ascii_whitespace().filter(|class| is_telling(class)).collect();
            Some(kept.join(" ").into()).filter(|kept: &Cow<'_, str>| !kept.is_empty())
        }
        // An address of the page's own host would be asked for with the reader's cookies: whole ones only.
        ("img", "src") => Url::parse(value).is_ok_and(|url| url.scheme() == "https").then_some(value.into()),
        ("img" | "td" | "th" | "ol" | "li", "width" | "height" | "colspan" | "rowspan" | "start" | "value") => {
            let digits = value.trim_end_matches(['%', 'x', 'p']);
            let number = (1..=4).contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_digit());
            number.then_some(value.into())
        }
        _ => Some(value.into()),
    }
}

/// Cleans the HTML of one page's texts.
pub struct Cleaner(Builder<'static>);

impl Cleaner {
    /// Links that name no host lead to where they would on the page `base`.
    pub fn new(base: &str) -> Self {
        let mut cleaner = listed();
        cleaner.url_relative(Url::parse(base).map_or(UrlRelative::Deny, UrlRelative::RewriteWithBase));
        Self(cleaner)
    }

    /// HTML that a page may show as it is.
    pub fn clean(&self, html: &str) -> String {
        self.0.clean(html).to_string()
    }
}

/// What is listed.
fn listed() -> Builder<'static> {
    let mut cleaner = Builder::default();
    let anywhere = ["class", "title", "lang", "dir", "align"];
    let of_tags: HashMap<&str, HashSet<&str>> = [
        ("a", HashSet::from(["href"])),
        ("img", HashSet::from(["src", "alt", "width", "height"])),
        ("input", HashSet::from(["checked"])),
        ("details", HashSet::from(["open"])),
        ("td", HashSet::from(["colspan", "rowspan"])),
        ("th", HashSet::from(["colspan", "rowspan", "scope"])),
        ("ol", HashSet::from(["start"])),
        ("li", HashSet::from(["value"])),
        ("time", HashSet::from(["datetime"])),
    ]
    .into();
    cleaner
        .add_tags(FURTHER_TAGS)
        .rm_tags(NO_TAGS)
        .generic_attributes(anywhere.into())
        .tag_attributes(of_tags)
        .url_schemes(["https", "http", "mailto"].into())
        .link_rel(Some("nofollow noopener noreferrer"))
        // A box of a task list, whatever it was before.
        .set_tag_attribute_value("input", "type", "checkbox")
        .set_tag_attribute_value("input", "disabled", "")
        .set_tag_attribute_value("img", "loading", "lazy")
        .set_tag_attribute_value("img", "referrerpolicy", "no-referrer")
        .attribute_filter(attribute);
    cleaner
}
