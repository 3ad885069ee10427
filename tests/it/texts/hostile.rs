//! HTML of strangers comes out harmless. Here its text is checked, tag by tag; `tools::texts` lets a browser show it.

use std::collections::BTreeSet;

use super::{Asking, ISSUE, entries, say};

/// What a page must not be given, by kind.
pub const KINDS: [(&str, &str); 48] = [
    ("script", "<script>hit()</script>"),
    ("script in the middle", "<p>a<scr<script>ipt>hit()</script></p>"),
    ("script of another case", "<ScRiPt/x>hit()</sCrIpT>"),
    ("script never closed", "<script>hit()"),
    ("handler of an image", "<img src=x onerror=hit()>"),
    ("handler without spaces", "<img/src=x/onerror=hit()>"),
    ("handler after a broken quote", "<img src=\"x` `\" onerror=hit()>"),
    ("handler in a closing tag", "</p onclick=hit()>text"),
    ("handler of folded details", "<details open ontoggle=hit()><summary>a</summary></details>"),
    ("handler of a focus", "<input autofocus onfocus=hit()>"),
    ("handler of an animation", "<b style='animation:x' onanimationstart=hit()>a</b>"),
    ("address that runs", "<a href='javascript:hit()'>a</a>"),
    ("address that runs, in entities", "<a href='&#106;avascript&colon;hit()'>a</a>"),
    ("address that runs, with a tab in it", "<a href='java\tscript:hit()'>a</a>"),
    ("address that runs, with a newline in it", "<a href='java&#10;script:hit()'>a</a>"),
    ("address that runs, with a control before it", "<a href='\u{1}javascript:hit()'>a</a>"),
    ("address that is a page", "<a href='data:text/html,<script>hit()</script>'>a</a>"),
    ("address of another scheme", "<a href='vbscript:hit()'>a</a><a href='file:///etc/passwd'>b</a>"),
    ("image that runs", "<img src='javascript:hit()'>"),
    ("image that is data", "<img src='data:image/svg+xml,<svg onload=hit()>'>"),
    ("image over http", "<img src='http://tracker.example/x.png'>"),
    ("image of our own host", "<img src='/api/v1/queue'>"),
    ("image of no scheme", "<img src='//tracker.example/x.png'>"),
    ("image by a set", "<img srcset='http://tracker.example/x.png 1x'>"),
    ("picture", "<picture><source srcset='javascript:hit()'><img src=x></picture>"),
    ("video", "<video src=x onerror=hit() poster='http://tracker.example/x'></video>"),
    ("frame", "<iframe src='javascript:hit()'></iframe>"),
    ("frame with a page in it", "<iframe srcdoc='<script>parent.hit()</script>'></iframe>"),
    ("object", "<object data='javascript:hit()'></object><embed src='javascript:hit()'>"),
    ("form", "<form action='https://evil.example'><button formaction='javascript:hit()'>a</button></form>"),
    ("field for a password", "<input type=password name=password>"),
    ("picture of vectors", "<svg onload=hit()><script>hit()</script><a xlink:href='javascript:hit()'>a</a></svg>"),
    ("animated address", "<svg><a><animate attributeName=href values='javascript:hit()'/><text>a</text></a></svg>"),
    (
        "formula that breaks out",
        "<math><mtext><table><mglyph><style><img src=x onerror=hit()></style></mglyph></table></mtext></math>",
    ),
    ("vectors that break out", "<svg></p><style><a id='</style><img src=1 onerror=hit()>'></svg>"),
    ("noscript that breaks out", "<noscript><p title='</noscript><img src=x onerror=hit()>'></noscript>"),
    ("title that breaks out", "<title><p title='</title><img src=x onerror=hit()>'></title>"),
    ("text field that breaks out", "<textarea><p title='</textarea><img src=x onerror=hit()>'></textarea>"),
    ("template", "<template><img src=x onerror=hit()></template>"),
    ("comment that ends early", "<!--><img src=x onerror=hit()>-->"),
    ("declared section", "<![CDATA[<img src=x onerror=hit()>]]>"),
    ("style", "<style>body{display:none}@import 'https://evil.example'</style>"),
    ("style of a tag", "<p style='position:fixed;inset:0;background:url(https://evil.example)'>a</p>"),
    (
        "base, refresh and link",
        "<base href='https://evil.example/'><meta http-equiv=refresh content='0;url=javascript:hit()'><link rel=stylesheet href='https://evil.example'>",
    ),
    ("name that shadows", "<a id=location name=location href='https://a.example'>a</a><img name=cookie id=body>"),
    ("class of the page's own", "<p class='btn js-submit modal is-open highlight'>a</p>"),
    ("link that knows its opener", "<a href='https://a.example' target=_blank rel=opener>a</a>"),
    ("element of its own", "<x-login onclick=hit() is=x>a</x-login>"),
];

/// What may stand in a cleaned text: tags, and attributes.
const TAGS: &str = "a abbr acronym article aside b bdi bdo blockquote br caption center cite code col colgroup data dd del \
    details dfn div dl dt em figcaption figure footer h1 h2 h3 h4 h5 h6 hgroup hr i img input ins kbd li mark ol p pre q rp rt \
    rtc ruby s samp small span strike strong sub summary sup table tbody td tfoot th thead time tr tt u ul var wbr";
const ATTRIBUTES: &str = "align alt checked class colspan datetime dir disabled height href lang loading open \
    referrerpolicy rel rowspan scope src start title type value width";

/// Reads a cleaned text as strictly as it is written, and says what is wrong with it.
pub fn faults(html: &str) -> Vec<String> {
    let (tags, attributes): (BTreeSet<&str>, BTreeSet<&str>) =
        (TAGS.split_whitespace().collect(), ATTRIBUTES.split_whitespace().collect());
    let mut faults = vec![];
    let mut pieces = html.split('<');
    let first = pieces.next().unwrap_or_default();
    if first.contains('>') {
        faults.push(format!("a bare > in {first:?}"));
    }
    for piece in pieces {
        let Some((tag, attributes_of, text)) = tag(piece) else {
            faults.push(format!("no tag: {piece:?}"));
            continue;
        };
        if !tags.contains(tag.trim_start_matches('/')) {
            faults.push(format!("the tag {tag}"));
        }
        if text.contains('>') {
            faults.push(format!("a bare > in {text:?}"));
        }
        for (name, value) in attributes_of {
            let address = value.replace("&amp;", "&");
            let harmless = match name {
                "href" => ["https://", "http://", "mailto:"].iter().any(|scheme| address.starts_with(scheme)),
                "src" => address.starts_with("https://"),
                "rel" => value == "nofollow noopener noreferrer",
                "type" => value == "checkbox",
                _ => true,
            };
            if !attributes.contains(name) || !harmless {
                faults.push(format!("{name}={value:?} of {tag}"));
            }
        }
    }
    faults
}

/// The name of a tag, its attributes, and the text behind it.
type Tag<'a> = (&'a str, Vec<(&'a str, &'a str)>, &'a str);

fn tag(piece: &str) -> Option<Tag<'_>> {
    let end = piece.find(|letter: char| !letter.is_ascii_alphanumeric() && letter != '/')?;
    let (name, mut rest) = piece.split_at(end);
    let mut attributes = vec![];
    loop {
        if let Some(text) = rest.strip_prefix('>') {
            return Some((name, attributes, text));
        }
        let (attribute, after) = rest.strip_prefix(' ')?.split_once("=\"")?;
        let (value, after) = after.split_once('"')?;
        attributes.push((attribute, value));
        rest = after;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_could_do_harm_is_taken_out() {
    let asking = Asking::start(|world, repo| {
        for (_, html) in KINDS {
            say(world, repo, 1, "mallory", None, html);
        }
    })
    .await;
    let text = asking.app.json(ISSUE).await;
    let shown = entries(&text);
    assert_eq!(shown.len(), KINDS.len());
    for ((kind, html), (.., cleaned)) in KINDS.iter().zip(&shown) {
        assert_eq!(faults(cleaned), [""; 0], "{kind}: {html} became {cleaned}");
    }
    // The check finds what was there before.
    let found = KINDS.iter().filter(|(_, html)| !faults(html).is_empty()).count();
    assert_eq!(found, KINDS.len());
    asking.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_github_writes_stays() {
    let link = "rel=\"nofollow noopener noreferrer\"";
    let cases = [
        (
            "<ul class=\"contains-task-list\"><li class=\"task-list-item\"><input type=\"checkbox\" id=\"\" disabled=\"\" \
             class=\"task-list-item-checkbox\" checked=\"\"> Done</li></ul>",
            "<ul class=\"contains-task-list\"><li class=\"task-list-item\"><input".to_owned(),
        ),
        (
            "<details open><summary>More</summary><p>x</p></details>",
            "<details open=\"\"><summary>More</summary><p>x</p></details>".to_owned(),
        ),
        (
            "<div class=\"highlight highlight-source-rust\" dir=\"auto\"><pre class=\"notranslate\"><span class=\"pl-k\">fn</span></pre></div>",
            "<div class=\"highlight highlight-source-rust\" dir=\"auto\"><pre class=\"notranslate\"><span class=\"pl-k\">fn</span></pre></div>".to_owned(),
        ),
        (
            "<table role=\"table\"><thead><tr><th align=\"right\">a</th></tr></thead><tbody><tr><td colspan=\"2\">1</td></tr></tbody></table>",
            "<table><thead><tr><th align=\"right\">a</th></tr></thead><tbody><tr><td colspan=\"2\">1</td></tr></tbody></table>".to_owned(),
        ),
        (
            "<a class=\"user-mention notranslate\" data-hovercard-type=\"user\" href=\"https://github.com/ada\">@ada</a>",
            format!("<a class=\"user-mention notranslate\" href=\"https://github.com/ada\" {link}>@ada</a>"),
        ),
        ("<a href=\"#said-1\">here</a>", "href=\"https://github.example/acme/widgets/issues/1#said-1\"".to_owned()),
        (
            "<img src=\"https://private-user-images.githubusercontent.com/1.png?jwt=a\" width=\"60%\" style=\"max-width: 100%;\" alt=\"x\">",
            "<img src=\"https://private-user-images.githubusercontent.com/1.png?jwt=a\" width=\"60%\" alt=\"x\" ".to_owned(),
        ),
        (
            "<div class=\"markdown-alert markdown-alert-note\"><p class=\"markdown-alert-title\">Note</p></div>",
            "<div class=\"markdown-alert markdown-alert-note\"><p class=\"markdown-alert-title\">Note</p></div>".to_owned(),
        ),
        ("<g-emoji alias=\"tada\">🎉</g-emoji> a &lt;b&gt;", "🎉 a &lt;b&gt;".to_owned()),
    ];
    let asking =
        Asking::start(|world, repo| cases.iter().for_each(|(html, _)| say(world, repo, 1, "ada", None, html))).await;
    let text = asking.app.json(ISSUE).await;
    for ((html, wanted), (.., cleaned)) in cases.iter().zip(entries(&text)) {
        assert!(cleaned.contains(wanted.as_str()), "{html} became {cleaned}");
    }
    asking.stop().await;
}

/// What takes a parser long, or is large.
#[tokio::test(flavor = "multi_thread")]
async fn what_is_large_costs_itself() {
    let deep = format!("{}x{}", "<div>".repeat(40_000), "</div>".repeat(40_000));
    let broken = "<b><i><a href='https://a.example'>".repeat(5_000);
    let long = format!("<p>{}</p>", "x".repeat(300_000));
    let whole = format!("<p>{}</p>", "y".repeat(200_000));
    let asking = Asking::start(|world, repo| {
        for html in [&deep, &broken, &long, &whole] {
            say(world, repo, 1, "ada", None, html);
        }
        // More than a page takes.
        (0..30).for_each(|_| say(world, repo, 2, "ada", None, &whole));
    })
    .await;
    let text = asking.app.json(ISSUE).await;
    let shown = text["entries"].as_array().unwrap();
    assert_eq!(shown.len(), 4);
    assert!(shown[2]["html"].is_null(), "longer than 256 KiB");
    assert_eq!(shown[3]["html"], whole.as_str());
    let page = asking.app.json(super::PULL).await;
    let (first, before) = (page["entries"].as_array().unwrap().len(), page["before"].as_str().unwrap());
    let earlier = asking.app.json(&format!("{}?before={before}", super::PULL)).await;
    assert_eq!(first + earlier["entries"].as_array().unwrap().len(), 30);
    assert!(first < 30 && earlier["before"].is_null(), "{first}");
    // Memory is bounded: of many long texts the oldest give way.
    let (pages, bytes) = asking.app.service.texts_held();
    assert!(pages == 3 && bytes < 32 << 20, "{pages} pages, {bytes} bytes");
    asking.stop().await;
}
