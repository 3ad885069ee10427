//! `bugscrub setup` as a person uses it: its page, GitHub, and back.

use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::Stdio;

use reqwest::redirect::Policy;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, BufReader};
use tokio::process::Child;

use crate::support::github::{FakeGitHub, Fault, Trouble};
use crate::support::service::{bugscrub, client, http, run};

/// A running `bugscrub setup` and the address of its page.
pub struct Setup {
    pub child: Child,
    pub page: String,
    stderr: BufReader<tokio::process::ChildStderr>,
}

impl Setup {
    pub async fn start(github: &FakeGitHub, args: &[&str]) -> Self {
        let url = github.url();
        let all = [&["setup", "--github-api-url", &url], args].concat();
        let mut child = bugscrub(&all, &[]).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let mut stderr = BufReader::new(child.stderr.take().unwrap());
        let mut line = String::new();
        stderr.read_line(&mut line).await.unwrap();
        let page = line.split_whitespace().find(|word| word.starts_with("http://")).expect(&line).to_owned();
        Self { child, page, stderr }
    }

    /// Presses the button and goes through GitHub's page. Returns the address that leads back.
    pub async fn press(&self) -> String {
        let client = http().redirect(Policy::none()).build().unwrap();
        let html = client.get(&self.page).send().await.unwrap().text().await.unwrap();
        let attribute = |name: &str| {
            let (_, rest) = html.split_once(&format!("{name}=\"")).expect(name);
            unescaped(rest.split_once('"').unwrap().0)
        };
        let action = attribute("action");
        let manifest = attribute("name=\"manifest\" value");
        let form: String = manifest
            .bytes()
            .map(
                |byte| if byte.is_ascii_alphanumeric() { char::from(byte).to_string() } else { format!("%{byte:02X}") },
            )
            .collect();
        let sent = client.post(action).body(format!("manifest={form}")).send().await.unwrap();
        assert_eq!(sent.status(), 302, "{}", sent.text().await.unwrap());
        sent.headers()["location"].to_str().unwrap().to_owned()
    }

    /// Waits for the end. Returns the exit code, stdout, and the rest of stderr.
    pub async fn ended(mut self) -> (i32, String, String) {
        let (mut out, mut err) = (String::new(), String::new());
        self.child.stdout.take().unwrap().read_to_string(&mut out).await.unwrap();
        self.stderr.read_to_string(&mut err).await.unwrap();
        (self.child.wait().await.unwrap().code().unwrap(), out, err)
    }
}

fn unescaped(text: &str) -> String {
    text.replace("&quot;", "\"").replace("&lt;", "<").replace("&gt;", ">").replace("&#39;", "'").replace("&amp;", "&")
}

fn mode(path: &Path) -> u32 {
    std::fs::metadata(path).unwrap().permissions().mode() & 0o777
}

const HOOK: &str = "https://scrub.example/webhooks/github";

#[tokio::test]
async fn a_person_sets_up_the_app() {
    let github = FakeGitHub::start().await;
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("app.env");
    let args = ["--organization", "acme", "--webhook-url", HOOK, "--file", file.to_str().unwrap()];
    let setup = Setup::start(&github, &args).await;
    let client = client();

    // Another host name, and callbacks without the right state, are refused.
    let elsewhere = client.get(&setup.page).header("host", "evil.example").send().await.unwrap();
    assert_eq!(elsewhere.status(), 421);
    for wrong in ["callback", "callback?code=x", "callback?code=x&state=guessed"] {
        assert_eq!(client.get(format!("{}/{wrong}", setup.page)).send().await.unwrap().status(), 400, "{wrong}");
    }
    let html = client.get(&setup.page).send().await.unwrap().text().await.unwrap();
    assert!(html.contains("/organizations/acme/settings/apps/new") && html.contains("discussions<td>read"), "{html}");

    let back = setup.press().await;
    let done = client.get(&back).send().await.unwrap();
    assert_eq!(done.status(), 200);
    assert!(done.text().await.unwrap().contains("The App is created"));
    let (code, _, said) = setup.ended().await;
    assert_eq!(code, 0, "{said}");
    assert!(said.contains("not installed on any account") && said.contains("GitHub knows the App"), "{said}");

    let settings = std::fs::read_to_string(&file).unwrap();
    let key = directory.path().join("app.pem");
    assert_eq!((mode(&file), mode(&key)), (0o600, 0o600));
    assert!(settings.contains("BUGSCRUB_APP_ID=4711\n") && settings.contains("BUGSCRUB_WEBHOOK_SECRET="), "{settings}");
    assert!(settings.contains(&format!("BUGSCRUB_PRIVATE_KEY_FILE={}", key.display())), "{settings}");
    assert!(std::fs::read_to_string(&key).unwrap().contains("BEGIN RSA PRIVATE KEY"));

    // With what people sign in, and a key of our own making.
    let value = |name: &str| {
        let line = settings.lines().find_map(|line| line.strip_prefix(&format!("{name}=")));
        line.unwrap_or_else(|| panic!("no {name}: {settings}")).to_owned()
    };
    assert_eq!(value("BUGSCRUB_CLIENT_ID"), crate::support::github::CLIENT_ID);
    assert_eq!(value("BUGSCRUB_CLIENT_SECRET"), crate::support::github::CLIENT_SECRET);
    assert!(bugscrub::people::SessionKeys::parse(&value("BUGSCRUB_SESSION_KEY")).is_ok());
    assert_eq!(github.callbacks(), ["https://scrub.example/auth/callback"]);

    // The service must be told an API address other than GitHub's own.
    assert!(settings.contains(&format!("BUGSCRUB_GITHUB_API_URL={}\n", github.url())), "{settings}");

    // The file is not overwritten.
    let again = [&["setup"][..], &args].concat();
    run(&again, &[]).await.failed(1, &["exists already"]);
    // Nor is a key: it is seen before GitHub makes an App whose credentials would have no place.
    std::fs::remove_file(&file).unwrap();
    run(&again, &[]).await.failed(1, &["app.pem cannot be written"]);
    assert!(!file.exists());
}

#[tokio::test]
async fn the_code_is_exchanged_again_after_a_lost_answer_and_refused_when_too_old() {
    let github = FakeGitHub::start().await;
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("app.env");
    let args = ["--webhook-url", HOOK, "--file", file.to_str().unwrap()];
    github.fault(Fault { path: "/conversions", after: 0, times: 1, trouble: Trouble::Server(502) });
    let setup = Setup::start(&github, &args).await;
    assert_eq!(mode(&file), 0o600, "from the start");
    client().get(setup.press().await).send().await.unwrap();
    let (code, _, said) = setup.ended().await;
    assert_eq!(code, 0, "{said}");

    let other = directory.path().join("other.env");
    let setup = Setup::start(&github, &["--webhook-url", HOOK, "--file", other.to_str().unwrap()]).await;
    let back = setup.press().await;
    github.forget_codes();
    client().get(back).send().await.unwrap();
    let (code, _, said) = setup.ended().await;
    assert!(code == 1 && said.contains("start again, and finish within the hour"), "{said}");
    assert!(!other.exists() && !other.with_extension("pem").exists(), "nothing is left of it");
}

#[tokio::test]
async fn a_kubernetes_secret_is_printed_and_nothing_else() {
    let github = FakeGitHub::start().await;
    let setup = Setup::start(&github, &["--webhook-url", HOOK, "--kubernetes-secret"]).await;
    let back = setup.press().await;
    client().get(&back).send().await.unwrap();
    let (code, out, said) = setup.ended().await;
    assert_eq!(code, 0, "{said}");
    let secret: serde_json::Value = serde_saphyr::from_str(&out).unwrap();
    assert_eq!((&secret["kind"], &secret["metadata"]["name"]), (&"Secret".into(), &"bugscrub".into()));
    let data = &secret["stringData"];
    assert_eq!(data["BUGSCRUB_APP_ID"], "4711");
    assert_eq!(data["BUGSCRUB_CLIENT_SECRET"], crate::support::github::CLIENT_SECRET);
    assert!(bugscrub::people::SessionKeys::parse(data["BUGSCRUB_SESSION_KEY"].as_str().unwrap()).is_ok());
    assert_eq!(data["BUGSCRUB_PRIVATE_KEY"].as_str().unwrap().trim_end(), crate::support::github::APP_KEY.trim_end());
}

#[tokio::test]
async fn wrong_arguments_are_refused_before_github_is_asked() {
    for (args, said) in [
        (["--organization", "a/b", "--webhook-url", HOOK], "\"a/b\""),
        (["--name", "", "--webhook-url", HOOK], "1 to 34 characters"),
        (["--name", "x", "--webhook-url", "https://scrub.example/"], "end in /webhooks/github"),
        (["--listen", "0.0.0.0:0", "--webhook-url", HOOK], "this machine only"),
        (["--file", "/nowhere/app.env", "--webhook-url", HOOK], "/nowhere/app.env cannot be written"),
    ] {
        run(&[&["setup"][..], &args].concat(), &[]).await.failed(1, &[said]);
    }
    let nowhere = ["setup", "--github-api-url", "nothing", "--webhook-url", HOOK];
    run(&nowhere, &[]).await.failed(2, &["--github-api-url", "not the address of a GitHub API"]);
}
