//! The App's id and key, as people hand them over.

use base64::prelude::*;
use bugscrub::github::{AppId, PrivateKey};
use proptest::prelude::*;

use super::doctor::{doctor, installed};
use crate::support::github::{APP_ID, APP_KEY, CLIENT_ID, FakeGitHub};
use crate::support::random;

const PUBLIC: &str = include_str!("../support/github/key/app.pub.pem");
const PKCS8: &str = include_str!("../support/github/key/app.pkcs8.pem");
const PROTECTED: &str = include_str!("../support/github/key/protected.pem");
const EC: &str = include_str!("../support/github/key/ec.pem");

/// What PEM has between its first and last line, on one line.
fn body(pem: &str) -> String {
    pem.lines().filter(|line| !line.starts_with("-----")).collect()
}

#[test]
fn a_key_is_read_in_every_form_in_which_it_arrives() {
    let windows = APP_KEY.replace('\n', "\r\n");
    for (form, text) in [
        ("as GitHub made it", APP_KEY.to_owned()),
        ("PKCS#8", PKCS8.to_owned()),
        ("with white space around", format!("\n\t {APP_KEY} \n\n")),
        ("with the mark of an editor", format!("\u{feff}{APP_KEY}")),
        ("with line ends of Windows", windows.clone()),
        ("with escaped line ends", APP_KEY.replace('\n', "\\n")),
        ("with escaped line ends of Windows", APP_KEY.replace('\n', "\\r\\n")),
        ("with line ends escaped and kept", APP_KEY.replace('\n', "\\n\n")),
        ("with spaces for line ends", APP_KEY.replace('\n', " ")),
        ("without line ends", APP_KEY.replace('\n', "")),
        ("in quotes", format!("\"{}\"", APP_KEY.replace('\n', "\\n"))),
        ("after the public one", format!("{PUBLIC}{APP_KEY}")),
        ("as base64", BASE64_STANDARD.encode(APP_KEY)),
        ("as base64 of PKCS#8", BASE64_STANDARD.encode(PKCS8)),
        ("as base64 of lines of Windows", BASE64_STANDARD.encode(windows)),
        ("as base64 without padding", BASE64_STANDARD_NO_PAD.encode(format!("{APP_KEY}\n"))),
        ("as base64 for addresses", BASE64_URL_SAFE_NO_PAD.encode(APP_KEY)),
        (
            "as base64 in lines",
            BASE64_STANDARD
                .encode(APP_KEY)
                .as_bytes()
                .chunks(76)
                .fold(String::new(), |text, line| text + std::str::from_utf8(line).unwrap() + "\n"),
        ),
        ("as the base64 of the DER", body(APP_KEY)),
        ("as the base64 of PKCS#8 DER", body(PKCS8)),
    ] {
        assert!(PrivateKey::parse(&text).is_ok(), "{form}: {}", PrivateKey::parse(&text).unwrap_err());
    }
}

#[test]
fn what_is_no_key_is_told_what_it_is_and_never_shown() {
    let cut = APP_KEY.split_at(400).0;
    let spoilt = APP_KEY.replacen("MII", "AAA", 1);
    for (text, said) in [
        (PUBLIC, "a public key"),
        (BASE64_STANDARD.encode(PUBLIC).as_str(), "a public key"),
        ("-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----", "a public key"),
        (PROTECTED, "a passphrase"),
        (
            "-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\n\nMIIB\n-----END RSA PRIVATE KEY-----",
            "a passphrase",
        ),
        (EC, "not an RSA private key"),
        ("-----BEGIN OPENSSH PRIVATE KEY-----\nb3Bl\n-----END OPENSSH PRIVATE KEY-----", "\"OPENSSH PRIVATE KEY\""),
        (cut, "cut off"),
        (&spoilt, "not an RSA private key"),
        ("/etc/bugscrub/app.pem", "the name of a file"),
        ("./app.2026-11-29.private-key.pem", "the name of a file"),
        ("the webhook secret", "not an RSA private key"),
        ("<!doctype html><title>404</title>", "not an RSA private key"),
        ("c2VjcmV0", "not an RSA private key"),
        ("", "not an RSA private key"),
    ] {
        let error = PrivateKey::parse(text).unwrap_err().to_string();
        assert!(error.contains(said), "{text:?}: {error}");
        let shown = body(text);
        assert!(shown.is_empty() || shown == "-" || !error.contains(&shown), "{error}");
    }
}

#[test]
fn an_app_is_called_by_its_id_or_its_client_id() {
    for (text, id) in [
        ("4711", "4711"),
        (" 4711\r\n", "4711"),
        (" Iv23liAbCdEf\n", "Iv23liAbCdEf"),
        ("Iv1.0123456789abcdef", "Iv1.0123456789abcdef"),
    ] {
        assert_eq!(text.parse::<AppId>().unwrap().as_str(), id);
    }
    for text in ["", "0", "-1", "+1", "1.5e+06", "\"4711\"", "bug-scrub", "Iv", "Iv1 .x", "99999999999999999999"] {
        let error = text.parse::<AppId>().unwrap_err().to_string();
        assert!(error.contains("App ID") && error.contains("client ID"), "{text}: {error}");
    }
}

#[test]
fn credentials_changed_anywhere_are_read_or_refused_with_a_sentence() {
    let forms = [
        APP_KEY.to_owned(),
        PKCS8.to_owned(),
        BASE64_STANDARD.encode(APP_KEY),
        PUBLIC.to_owned(),
        PROTECTED.to_owned(),
    ];
    let changed = (
        0..forms.len(),
        proptest::collection::vec((any::<prop::sample::Index>(), any::<char>()), 0..4),
        any::<prop::sample::Index>(),
    );
    random()
        .run(&(changed, any::<String>()), |((form, changes, cut), other)| {
            let mut letters: Vec<char> = forms[form].chars().collect();
            for (at, letter) in changes {
                let at = at.index(letters.len());
                letters[at] = letter;
            }
            let whole: String = letters.iter().collect();
            let part: String = letters[..cut.index(letters.len())].iter().collect();
            for text in [&whole, &part, &other] {
                if let Err(error) = PrivateKey::parse(text) {
                    let said = error.to_string();
                    prop_assert!(said.starts_with("it") && !said.contains('\n') && said.len() < 300, "{}", said);
                }
                if let Err(error) = text.parse::<AppId>() {
                    prop_assert!(!error.to_string().contains('\n') && error.to_string().contains("App ID"));
                }
            }
            Ok(())
        })
        .unwrap();
}

#[tokio::test]
async fn the_service_signs_with_whatever_it_was_given() {
    let github = FakeGitHub::start().await;
    installed()(&github);
    let number = format!("{APP_ID}\n");
    let encoded = BASE64_STANDARD.encode(APP_KEY);
    let client = format!(" {CLIENT_ID}\n");
    for (id, key) in
        [(number.as_str(), encoded.as_str()), (&client, APP_KEY), (CLIENT_ID, &APP_KEY.replace('\n', "\\r\\n"))]
    {
        let (code, said) = doctor(&github, id, key).await;
        assert_eq!(code, 0, "{id:?}: {said}");
        assert!(said.contains(&format!("id {}.", id.trim())) && said.contains("may read there"), "{said}");
    }
}
