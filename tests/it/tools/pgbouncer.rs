//! A pooler between the service and Postgres: PgBouncer, as people configure it.

use std::net::Ipv4Addr;
use std::os::unix::fs::MetadataExt;
use std::path::PathBuf;
use std::process::Stdio;

use futures_util::future::join_all;
use sqlx::{Connection, Executor, PgConnection, Row};
use tokio::process::{Child, Command};

use crate::support::app::SECRET;
use crate::support::payload::{issue, issues, repository};
use crate::support::place::Place;
use crate::support::service::{Serving, client, run};
use crate::support::wait::until;
use crate::support::{TestDatabase, own_host};

struct PgBouncer {
    child: Child,
    host: Ipv4Addr,
    _place: Place,
}

impl PgBouncer {
    const PORT: u16 = 6432;

    /// Starts it in front of a database, with further settings. It does not run as root, but as the owner of the
    /// socket of Postgres, which nobody else can reach.
    async fn start(database: &TestDatabase, settings: &str) -> Self {
        let options = bugscrub::store::pool(&database.url, 1).unwrap().connect_options();
        let socket = options.get_socket().expect("the tests' Postgres has a socket only").clone();
        let owner = std::fs::metadata(&socket).unwrap();
        let (place, host) = (Place::on_disk(), own_host(Self::PORT));
        let file = |name: &str| place.0.path().join(name);
        std::fs::write(file("users.txt"), "\"bugscrub\" \"\"\n").unwrap();
        let text = format!(
            "[databases]\nscrub = host={} port=5432 dbname={} user=bugscrub\n[pgbouncer]\nlisten_addr = {host}\nlisten_port = {}\n\
             unix_socket_dir =\nauth_type = trust\nauth_file = {}\nlogfile = {}\n{settings}\n",
            socket.display(),
            options.get_database().unwrap(),
            Self::PORT,
            file("users.txt").display(),
            "/dev/null",
        );
        std::fs::write(file("pgbouncer.ini"), text).unwrap();
        let program = ["/usr/sbin/pgbouncer", "/usr/bin/pgbouncer", "/usr/local/bin/pgbouncer"].map(PathBuf::from);
        let program =
            program.into_iter().find(|program| program.exists()).expect("scripts/ensure-tools.sh installs it");
        let mut command = Command::new(program);
        if nix::unistd::Uid::effective().is_root() {
            command.uid(owner.uid()).gid(owner.gid());
        }
        let child = command
            .arg(file("pgbouncer.ini"))
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .kill_on_drop(true)
            .spawn()
            .unwrap();
        let bouncer = Self { child, host, _place: place };
        until("PgBouncer listens", async || tokio::net::TcpStream::connect((host, Self::PORT)).await.is_ok()).await;
        bouncer
    }

    fn url(&self) -> String {
        format!("postgres://bugscrub@{}:{}/scrub?sslmode=disable", self.host, Self::PORT)
    }

    async fn stop(mut self) {
        self.child.kill().await.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn session_mode_works_and_leaves_sessions_as_they_were() {
    // The default; and one that resets no setting between two users of a session.
    for reset in ["DISCARD ALL", "DEALLOCATE ALL"] {
        let database = TestDatabase::bare().await;
        let settings = format!("pool_mode = session\ndefault_pool_size = 30\nserver_reset_query = {reset}");
        let bouncer = PgBouncer::start(&database, &settings).await;
        let url = bouncer.url();
        run(&["migrate"], &[("BUGSCRUB_DATABASE_URL", &*url)]).await.ok();
        let serving = Serving::start(&[("BUGSCRUB_DATABASE_URL", &*url), ("BUGSCRUB_WEBHOOK_SECRET", SECRET)]).await;
        let sent = (1..=60).map(async |number| {
            let item = issue(number, "2026-01-01T00:00:00Z", "2026-01-02T00:00:00Z");
            let body = serde_json::to_vec(&issues("opened", &item, &repository(number % 7, "widgets"))).unwrap();
            let signature = bugscrub::webhook::signature::sign(SECRET.as_bytes(), &body);
            let answer = client()
                .post(serving.url("/webhooks/github"))
                .header("content-type", "application/json")
                .header("x-github-event", "issues")
                .header("x-github-delivery", uuid::Uuid::new_v4().to_string())
                .header("x-hub-signature-256", signature)
                .body(body);
            answer.send().await.unwrap().status().as_u16()
        });
        assert!(join_all(sent).await.iter().all(|status| *status == 202));
        let stored: i64 = sqlx::query_scalar("SELECT count(*) FROM items").fetch_one(&database.pool).await.unwrap();
        assert_eq!(stored, 60);
        serving.stop().await;
        // Whoever gets the sessions next: all that PgBouncer opened.
        let sessions: i64 = sqlx::query_scalar(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()
               AND application_name IN ('bugscrub', '')",
        )
        .fetch_one(&database.pool)
        .await
        .unwrap();
        let mut others = vec![];
        for _ in 0..sessions.clamp(1, 30) {
            let options = bugscrub::store::pool(&url, 1).unwrap().connect_options();
            others.push(PgConnection::connect_with(&options).await.unwrap());
        }
        for other in &mut others {
            let set = other
                .fetch_all(sqlx::raw_sql(
                    "SELECT name FROM pg_settings WHERE source = 'session' AND setting <> reset_val",
                ))
                .await
                .unwrap();
            let set: Vec<String> = set.iter().map(|row| row.get(0)).collect();
            // PgBouncer itself sets these, for each of its clients.
            let known = ["application_name", "client_encoding", "DateStyle", "TimeZone", "standard_conforming_strings"];
            let ours: Vec<&String> = set.iter().filter(|name| !known.contains(&name.as_str())).collect();
            assert!(ours.is_empty(), "{reset:?}: {ours:?}");
        }
        drop(others);
        bouncer.stop().await;
        database.drop().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn modes_that_share_sessions_are_refused_at_start_before_anything_is_written() {
    for mode in ["transaction", "statement"] {
        for further in [
            "",
            "server_round_robin = 1",
            "default_pool_size = 2\nignore_startup_parameters = extra_float_digits,options",
        ] {
            let database = TestDatabase::bare().await;
            let bouncer = PgBouncer::start(&database, &format!("pool_mode = {mode}\n{further}")).await;
            // Again, since a first start may leave something in the sessions.
            for _ in 0..2 {
                let ended = run(&["migrate"], &[("BUGSCRUB_DATABASE_URL", &*bouncer.url())]).await;
                ended.failed(1, &["hands the same session to several clients", "set pool_mode = session"]);
            }
            let settings = [("BUGSCRUB_DATABASE_URL", &*bouncer.url()), ("BUGSCRUB_WEBHOOK_SECRET", SECRET)];
            let ended = run(&["serve", "--listen", "127.0.0.1:0"], &settings).await;
            ended.failed(1, &["set pool_mode = session"]);
            let tables: i64 =
                sqlx::query_scalar("SELECT count(*) FROM pg_class WHERE relname IN ('accounts', 'items')")
                    .fetch_one(&database.pool)
                    .await
                    .unwrap();
            assert_eq!(tables, 0, "{mode} {further}");
            bouncer.stop().await;
            database.drop().await;
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pooler_without_the_database_or_a_connection_left_says_so() {
    let database = TestDatabase::bare().await;
    let bouncer = PgBouncer::start(&database, "pool_mode = session").await;
    let elsewhere = bouncer.url().replace("/scrub?", "/elsewhere?");
    run(&["migrate"], &[("BUGSCRUB_DATABASE_URL", &*elsewhere)]).await.failed(1, &["no database elsewhere"]);
    let stranger = bouncer.url().replace("//bugscrub@", "//stranger:hunter2@");
    let ended = run(&["migrate"], &[("BUGSCRUB_DATABASE_URL", &*stranger)]).await;
    assert!(!ended.stderr.contains("hunter2"), "{}", ended.stderr);
    ended.failed(1, &["stranger"]);
    bouncer.stop().await;
    database.drop().await;
}
