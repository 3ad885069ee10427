//! How messages are written, and whose address is whose.

use bugscrub::chat::{BadChat, ChatAddress, ChatFormat};
use bugscrub::scrub::message::{Message, Span};

const ALL: [ChatFormat; 3] = [ChatFormat::Slack, ChatFormat::Discord, ChatFormat::Mattermost];

fn line(text: &str) -> Message {
    Message { lines: vec![vec![Span::text(text)]], whole: None }
}

#[test]
fn what_people_write_mentions_nobody_and_leads_nowhere_else() {
    for (text, slack, markdown) in [
        ("@everyone and @here", "@everyone and @here", "@\u{200b}everyone and @\u{200b}here"),
        ("<!channel> <@U024BE7LR>", "&lt;!channel&gt; &lt;@U024BE7LR&gt;", "\\<\\!channel\\> \\<@\u{200b}U024BE7LR\\>"),
        (
            "<https://evil.test|https://github.com>",
            "&lt;https://evil.test|https://github.com&gt;",
            "\\<https://evil.test\\|https://github.com\\>",
        ),
        (
            "[github.com](https://evil.test)",
            "[github.com](https://evil.test)",
            "\\[github.com\\]\\(https://evil.test\\)",
        ),
        ("![](https://evil.test/p.png)", "![](https://evil.test/p.png)", "\\!\\[\\]\\(https://evil.test/p.png\\)"),
        ("```\nx", "''' x", "\\`\\`\\` x"),
        ("a & b &amp; &#64;all", "a &amp; b &amp;amp; &amp;#64;all", "a \\& b \\&amp; \\&\\#64;all"),
        (
            "**b** __u__ ~~s~~ ||h|| # t",
            "**b** __u__ ~~s~~ ||h|| # t",
            "\\*\\*b\\*\\* \\_\\_u\\_\\_ \\~\\~s\\~\\~ \\|\\|h\\|\\| \\# t",
        ),
        // What turns the direction of what follows, and line ends, are gone.
        ("safe\u{202e}gnp.exe\r\nnext\u{200b}", "safegnp.exe next", "safegnp.exe next"),
        ("back\\slash", "back\\slash", "back\\\\slash"),
    ] {
        assert_eq!(ChatFormat::Slack.text(&line(text)), slack);
        assert_eq!(ChatFormat::Discord.text(&line(text)), markdown);
        assert_eq!(ChatFormat::Mattermost.text(&line(text)), markdown);
    }
    // The text of a link cannot end it, nor can its URL.
    let link =
        Message { lines: vec![vec![Span::link("a|b>](x)", Some("https://x.test/a|b>c) d(<".into()))]], whole: None };
    let url = "https://x.test/a%7Cb%3Ec%29%20d%28%3C";
    assert_eq!(ChatFormat::Slack.text(&link), format!("<{url}|a|b&gt;](x)>"));
    assert_eq!(ChatFormat::Discord.text(&link), format!("[a\\|b\\>\\]\\(x\\)](<{url}>)"));
    assert_eq!(ChatFormat::Mattermost.text(&link), format!("[a\\|b\\>\\]\\(x\\)]({url})"));
}

#[test]
fn a_message_is_no_longer_than_its_chat_takes() {
    // Emoji are two units of UTF-16, which is what Discord counts.
    let lines: Vec<Vec<Span>> = (0..2_000).map(|number| vec![Span::text(format!("• 🐛 Issue {number}"))]).collect();
    let whole = "https://scrub.test/api/v1/scrubs/1/minutes.md";
    for (format, longest) in ALL.into_iter().zip([3_900, 2_000, 16_383]) {
        for count in (0..lines.len()).step_by(7) {
            let message = Message { lines: lines[..count].to_vec(), whole: Some(whole.to_owned()) };
            let text = format.text(&message);
            let length = text.encode_utf16().count();
            assert!(length <= longest, "{format:?}: {length}");
            let shown = text.matches("Issue").count();
            if shown < count {
                assert!(length > longest - 120, "{format:?}: no more is left out than must be: {length}");
                let last = text.lines().last().unwrap();
                let rest = count - shown;
                let said = format!("{rest} more line{}", if rest == 1 { "" } else { "s" });
                assert!(last.starts_with("… ") && last.contains(&said) && last.contains(whole), "{last}");
            }
        }
        let text = format.text(&Message { lines: lines.clone(), whole: None });
        assert!(text.lines().last().unwrap().ends_with(" more lines"));
    }
    // A single text is shortened too.
    let long = ChatFormat::Discord.text(&line(&"*".repeat(5_000)));
    assert!(long.encode_utf16().count() <= 2_000 && long.ends_with('…'), "{}", long.len());
}

#[test]
fn the_address_tells_whose_it_is_and_is_shown_nowhere() {
    use ChatFormat::{Discord, Mattermost, Slack};
    for (url, given, format) in [
        ("https://hooks.slack.com/services/T0/B0/secret", None, Ok(Slack)),
        ("https://hooks.slack-gov.com/services/T0/B0/secret", None, Ok(Slack)),
        ("https://discord.com/api/webhooks/1/secret", None, Ok(Discord)),
        ("https://ptb.discordapp.com/api/v10/webhooks/1/secret?thread_id=7", None, Ok(Discord)),
        ("https://discord.com/api/webhooks/1/secret/slack", None, Ok(Slack)),
        ("https://chat.acme.example/hooks/secret", None, Ok(Mattermost)),
        ("http://mattermost.chat.svc:8065/below/hooks/secret", None, Ok(Mattermost)),
        (" https://chat.acme.example/in/secret\n", Some(Slack), Ok(Slack)),
        ("https://chat.acme.example/in/secret", None, Err(BadChat::Format)),
        ("https://notslack.com/services/secret", None, Err(BadChat::Format)),
        ("https://discord.com/channels/secret", None, Err(BadChat::Format)),
        ("hooks.slack.com/services/secret", None, Err(BadChat::Url)),
        ("ftp://hooks.slack.com/services/secret", None, Err(BadChat::Url)),
        ("https://hooks.slack.com/", None, Err(BadChat::Url)),
        ("secret", Some(Slack), Err(BadChat::Url)),
    ] {
        let read = ChatAddress::new(url, given);
        assert_eq!(read.as_ref().map(|address| address.format).map_err(|bad| *bad), format, "{url}");
        let shown = match &read {
            Ok(address) => format!("{address:?} {}", address.host()),
            Err(bad) => format!("{bad} {bad:?}"),
        };
        assert!(!shown.contains("secret") && !shown.contains("T0"), "{shown}");
    }
}
