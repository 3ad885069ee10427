//! Why no connection can be made: different sentences, each with the place and what to do, none with the password.

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

use crate::support::TestDatabase;
use crate::support::service::run;

/// Listens, and meets every connection with `answer` after its first message; without one it says nothing.
async fn stranger(answer: Option<Vec<u8>>) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        let mut kept = vec![];
        while let Ok((mut stream, _)) = listener.accept().await {
            let answer = answer.clone();
            let Some(answer) = answer else {
                kept.push(stream);
                continue;
            };
            tokio::spawn(async move {
                let mut first = [0; 1024];
                let _ = stream.read(&mut first).await;
                let _ = stream.write_all(&answer).await;
            });
        }
    });
    port
}

/// A server's refusal, as the protocol has it.
fn refusal(code: &str, message: &str) -> Option<Vec<u8>> {
    let mut fields = vec![];
    for (kind, text) in [(b'S', "FATAL"), (b'V', "FATAL"), (b'C', code), (b'M', message), (b'L', "334")] {
        fields.push(kind);
        fields.extend(text.as_bytes());
        fields.push(0);
    }
    fields.push(0);
    let mut whole = vec![b'E'];
    whole.extend(u32::try_from(fields.len() + 4).unwrap().to_be_bytes());
    whole.extend(fields);
    Some(whole)
}

/// A name, what answers, the URL's sslmode, and words that must be said.
type Case = (&'static str, Option<Vec<u8>>, &'static str, &'static [&'static str]);

#[tokio::test(flavor = "multi_thread")]
async fn every_reason_why_no_connection_is_made_is_a_sentence_of_its_own() {
    let closed = crate::support::own_host(5432);
    let mut cases: Vec<(String, Vec<String>)> = vec![
        (
            format!("{closed}:5432/scrub?sslmode=disable"),
            vec![format!("{closed}:5432"), "nothing listens there".into()],
        ),
        (
            "nowhere.invalid:5432/scrub".into(),
            vec!["nowhere.invalid:5432".into(), "cannot be resolved".into(), "DNS".into()],
        ),
        ("localhost/scrub?host=/nowhere".into(), vec!["/nowhere".into(), "no such socket".into()]),
    ];
    let answers: [Case; 17] = [
        ("silent", None, "disable", &["no answer came within 2 s", "firewalls"]),
        ("closing", Some(vec![]), "disable", &["closed before a whole answer came"]),
        (
            "no Postgres",
            Some(b"HTTP/1.1 400 Bad Request\r\n\r\n".to_vec()),
            "disable",
            &["check that it is a Postgres"],
        ),
        ("without TLS", Some(b"N".to_vec()), "require", &["does not offer TLS", "sslmode"]),
        ("TLS", Some(b"Sgarbage".to_vec()), "verify-full", &["TLS failed", "sslrootcert"]),
        (
            "no database",
            refusal("3D000", "database \"scrub\" does not exist"),
            "disable",
            &["no database scrub", "CREATE DATABASE \"scrub\""],
        ),
        (
            "password",
            refusal("28P01", "password authentication failed"),
            "disable",
            &["the password of ada", "BUGSCRUB_DATABASE_URL"],
        ),
        ("hba", refusal("28000", "no pg_hba.conf entry for host"), "disable", &["does not let ada in", "pg_hba.conf"]),
        (
            "full",
            refusal("53300", "sorry, too many clients already"),
            "disable",
            &["no connection left", "max_connections"],
        ),
        ("starting", refusal("57P03", "the database system is starting up"), "disable", &["starting up"]),
        ("stopping", refusal("57P03", "the database system is shutting down"), "disable", &["shutting down"]),
        ("disk", refusal("53100", "No space left on device"), "disable", &["disk is full"]),
        (
            "connect",
            refusal("42501", "permission denied for database"),
            "disable",
            &["GRANT CONNECT ON DATABASE \"scrub\" TO \"ada\""],
        ),
        ("pooler: database", refusal("08P01", "no such database: scrub"), "disable", &["no database scrub"]),
        ("pooler: password", refusal("08P01", "SASL authentication failed"), "disable", &["the password of ada"]),
        (
            "pooler: full",
            refusal("08P01", "no more connections allowed (max_client_conn)"),
            "disable",
            &["pooler", "max_client_conn"],
        ),
        (
            "pooler: setting",
            refusal("08P01", "unsupported startup parameter: search_path"),
            "disable",
            &["ignore_startup_parameters"],
        ),
    ];
    for (name, answer, sslmode, said) in answers {
        let port = stranger(answer).await;
        let mut said: Vec<String> = said.iter().map(|words| (*words).to_owned()).collect();
        said.push(format!("127.0.0.1:{port}"));
        println!("{name}: {port}");
        cases.push((format!("127.0.0.1:{port}/scrub?sslmode={sslmode}"), said));
    }
    let ended = cases.iter().map(async |(place, said)| {
        let url = format!("postgres://ada:hunter2@{place}");
        let ended = run(&["migrate"], &[("BUGSCRUB_DATABASE_URL", &url)]).await;
        println!("{place}: {}", ended.stderr);
        assert!(!ended.stderr.contains("hunter2"), "{}", ended.stderr);
        // Nothing is said twice, and nobody needs the line of Postgres' own source code.
        let lines: Vec<&str> = ended.stderr.lines().map(|line| line.trim().trim_start_matches("because: ")).collect();
        for (place, line) in lines.iter().enumerate() {
            assert!(!lines[..place].iter().any(|before| before.contains(line)), "{}", ended.stderr);
            assert!(!line.contains(" at line "), "{}", ended.stderr);
        }
        ended.failed(1, &said.iter().map(String::as_str).collect::<Vec<_>>());
    });
    futures_util::future::join_all(ended).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_real_server_says_the_same() {
    let database = TestDatabase::bare().await;
    let role = database.role("lonely");
    database.administer(&format!("CREATE ROLE {role} LOGIN CONNECTION LIMIT 0")).await;
    let nobody = database.url_of("nobody_there");
    let nowhere = database.url_elsewhere("no_test_database");
    for (url, said) in [
        (database.url_of(&role), "no connection left"),
        (nobody, "does not let nobody_there in"),
        (nowhere, "there is no database no_test_"),
    ] {
        let ended = run(&["migrate"], &[("BUGSCRUB_DATABASE_URL", &url)]).await;
        assert!(!ended.stderr.contains("hunter2"), "{}", ended.stderr);
        ended.failed(1, &[said]);
    }
    // `serve` says it too, and ends.
    let url = database.url_of(&role);
    let settings = [("BUGSCRUB_DATABASE_URL", &*url), ("BUGSCRUB_WEBHOOK_SECRET", "secret")];
    run(&["serve", "--listen", "127.0.0.1:0"], &settings).await.failed(1, &["no connection left"]);
    database.administer(&format!("DROP ROLE {role}")).await;
    database.drop().await;
}
