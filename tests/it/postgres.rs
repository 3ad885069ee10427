//! The embedded Postgres, with real servers: created, shared, killed, revived, stopped.

use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use bugscrub::postgres::{Cluster, Owner, PostgresError, find};
use nix::errno::Errno;
use nix::sys::signal::{Signal, kill};
use nix::unistd::{Pid, Uid, getsid};
use sqlx::{Connection, PgConnection};

use crate::support::place::{Place, set_mode};
use crate::support::wait::until;

fn process(cluster: &Cluster) -> Pid {
    Pid::from_raw(cluster.postmaster_pid().unwrap())
}

/// Whether a process is gone, or dead and waiting to be reaped.
fn is_dead(pid: Pid) -> bool {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
    kill(pid, None) == Err(Errno::ESRCH) || stat.contains(") Z ")
}

/// The single text that a query returns, or an empty one.
async fn ask(url: &str, sql: &'static str) -> Result<String, sqlx::Error> {
    let mut connection = PgConnection::connect(url).await?;
    let answer: Option<String> = sqlx::query_scalar(sql).fetch_optional(&mut connection).await?;
    connection.close().await?;
    Ok(answer.unwrap_or_default())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cluster_is_created_once_and_keeps_its_data() {
    let place = Place::new();
    let cluster = Cluster::start(&place.path(), &[("max_connections", "7")]).await.unwrap();
    let url = cluster.url().to_string();
    assert_eq!(ask(&url, "show max_connections").await.unwrap(), "7");
    assert_eq!(ask(&url, "show listen_addresses").await.unwrap(), "");
    let fits = "SELECT (pg_size_bytes(current_setting('shared_buffers')) BETWEEN 128 * 1048576 AND 2048 * 1048576::bigint)::text";
    assert_eq!(ask(&url, fits).await.unwrap(), "true");
    assert_eq!(ask(&url, "show server_encoding").await.unwrap(), "UTF8");
    assert_eq!(ask(&url, "select concat(current_database(), current_user)").await.unwrap(), "bugscrubbugscrub");
    ask(&url, "create table kept as select '42' as answer").await.unwrap();
    // The server has its own session, so that the terminal's Ctrl-C reaches only us.
    let server = process(&cluster);
    assert_eq!(getsid(Some(server)).unwrap(), server);
    let home = fs::metadata(place.path().join("postgres")).unwrap();
    assert_eq!(home.mode() & 0o777, 0o700);
    assert_ne!(home.uid(), 0, "Postgres does not run as root");

    cluster.stop().await.unwrap();
    until("it has ended", async || is_dead(server)).await;
    assert!(ask(&url, "select '1'").await.is_err());

    let cluster = Cluster::start(&place.path(), &[]).await.unwrap();
    assert_eq!(ask(cluster.url(), "select answer from kept").await.unwrap(), "42");
    cluster.stop().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_killed_server_is_revived_with_all_that_was_committed() {
    let place = Place::new();
    let cluster = Cluster::start(&place.path(), &[]).await.unwrap();
    let url = cluster.url().to_string();
    ask(&url, "create table kept as select '42' as answer").await.unwrap();
    let killed = process(&cluster);
    // One of its children is stopped: it does not notice, and keeps the shared memory.
    let held = url.clone();
    let held = tokio::spawn(async move { ask(&held, "select pg_sleep(3600)::text").await });
    let find_it = "select pid::text from pg_stat_activity where query like '%sleep(3600)%' and pid <> pg_backend_pid()";
    until("the query runs", async || !ask(&url, find_it).await.unwrap().is_empty()).await;
    let lingering = Pid::from_raw(ask(&url, find_it).await.unwrap().parse().unwrap());
    kill(lingering, Signal::SIGSTOP).unwrap();

    kill(killed, Signal::SIGKILL).unwrap();
    let log = place.path().join("postgres/postgres.log");
    let revived = async {
        let in_the_way = async || fs::read_to_string(&log).unwrap().contains("is still in use");
        until("the lingering child is met", in_the_way).await;
        kill(lingering, Signal::SIGKILL).unwrap();
        let back = async || ask(&url, "select answer from kept").await.is_ok_and(|kept| kept == "42");
        until("it is back", back).await;
    };
    tokio::select! {
        () = cluster.supervise() => unreachable!("it ends only with us"),
        () = revived => {}
    }
    assert!(held.await.unwrap().is_err());
    assert_ne!(process(&cluster), killed);
    cluster.stop().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_died_alone_is_recovered_by_the_next_start() {
    let place = Place::new();
    let cluster = Cluster::start(&place.path(), &[]).await.unwrap();
    ask(cluster.url(), "create table kept as select '42' as answer").await.unwrap();
    kill(process(&cluster), Signal::SIGKILL).unwrap();
    drop(cluster);
    let cluster = Cluster::start(&place.path(), &[]).await.unwrap();
    assert_eq!(ask(cluster.url(), "select answer from kept").await.unwrap(), "42");
    cluster.stop().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn two_starts_at_once_share_a_server_and_the_last_to_leave_stops_it() {
    let place = Place::new();
    let path = place.path();
    let (one, other) = tokio::join!(Cluster::start(&path, &[]), Cluster::start(&path, &[]));
    let (one, other) = (one.unwrap(), other.unwrap());
    let server = process(&one);
    assert_eq!(server, process(&other));
    assert_eq!(one.url(), other.url());

    one.stop().await.unwrap();
    assert_eq!(ask(other.url(), "select '1'").await.unwrap(), "1");
    // Dropping without a stop is like being killed: the server stays, and the next start joins it.
    drop(other);
    let next = Cluster::start(&path, &[]).await.unwrap();
    assert_eq!(process(&next), server);
    next.stop().await.unwrap();
    until("it has ended", async || is_dead(server)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_start_that_was_cut_short_does_not_hinder_the_next() {
    let place = Place::new();
    let leftover = place.path().join("postgres/data.new.4242");
    fs::create_dir_all(leftover.join("base")).unwrap();
    set_mode(&place.path().join("postgres"), 0o700);
    let cluster = Cluster::start(&place.path(), &[]).await.unwrap();
    assert!(!leftover.exists());
    cluster.stop().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_process_that_got_a_dead_servers_pid_is_left_alone() {
    let place = Place::new();
    let cluster = Cluster::start(&place.path(), &[]).await.unwrap();
    let note = place.cluster().join("postmaster.pid");
    let noted = fs::read_to_string(&note).unwrap();
    let server = process(&cluster).to_string();
    cluster.stop().await.unwrap();

    let owner = Owner::of(&place.path().join("postgres")).unwrap();
    let mut other = owner.command(Path::new("/bin/sleep")).arg("3600").spawn().unwrap();
    let number = other.id().unwrap().to_string();
    fs::write(&note, noted.replacen(&server, &number, 1)).unwrap();
    let cluster = Cluster::start(&place.path(), &[]).await.unwrap();
    assert_eq!(ask(cluster.url(), "select '1'").await.unwrap(), "1");
    assert!(other.try_wait().unwrap().is_none(), "it was left alone");
    other.kill().await.unwrap();
    cluster.stop().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn odd_and_long_paths_work() {
    let place = Place::new();
    for name in ["a 'b' $c, %41+ü".to_string(), "x".repeat(150)] {
        let data_dir = place.0.path().join(name);
        let cluster = Cluster::start(&data_dir, &[]).await.unwrap();
        assert_eq!(ask(cluster.url(), "select '1'").await.unwrap(), "1");
        let socket_dir = ask(cluster.url(), "show unix_socket_directories").await.unwrap();
        cluster.stop().await.unwrap();
        if !Path::new(&socket_dir).starts_with(place.0.path()) {
            assert_eq!(fs::metadata(&socket_dir).unwrap().mode() & 0o777, 0o700);
            fs::remove_dir(socket_dir).unwrap();
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_cannot_start_says_why() {
    let place = Place::new();
    let error = Cluster::start(&place.path(), &[("shared_buffers", "none")]).await.unwrap_err();
    let text = error.to_string();
    assert!(text.contains("invalid value for parameter \"shared_buffers\""), "{text}");
    // The failed start does not hinder the next.
    Cluster::start(&place.path(), &[]).await.unwrap().stop().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn the_error_names_a_folder_that_cannot_be_entered() {
    if !Uid::effective().is_root() {
        return; // Only root starts Postgres as another user.
    }
    let place = Place::new();
    let closed = place.0.path().join("closed");
    fs::create_dir(&closed).unwrap();
    set_mode(&closed, 0o700);
    let error = Cluster::start(&closed.join("data"), &[]).await.unwrap_err();
    assert!(matches!(&error, PostgresError::Closed { folder, .. } if folder.ends_with("closed")), "{error}");
    assert!(error.to_string().contains("BUGSCRUB_DATA_DIR"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_folder_that_others_may_enter_is_refused() {
    let place = Place::new();
    fs::create_dir_all(place.path().join("postgres")).unwrap();
    set_mode(&place.path().join("postgres"), 0o755);
    let error = Cluster::start(&place.path(), &[]).await.unwrap_err();
    assert!(matches!(error, PostgresError::NotPrivate { .. }), "{error}");
}

/// A folder with programs that claim to be Postgres of this version.
fn pretend(place: &Place, version: &str) -> PathBuf {
    let dir = place.0.path().join(version);
    fs::create_dir(&dir).unwrap();
    for name in ["postgres", "initdb", "pg_ctl", "createdb", "psql"] {
        fs::write(dir.join(name), format!("#!/bin/sh\necho 'postgres (PostgreSQL) {version}'\n")).unwrap();
        set_mode(&dir.join(name), 0o755);
    }
    dir
}

#[tokio::test(flavor = "multi_thread")]
async fn the_newest_postgres_is_chosen_but_a_cluster_keeps_its_version() {
    let place = Place::on_disk();
    let owner = Owner::of(&place.path()).unwrap();
    let places = ["14.2", "9.6.24", "18beta1", "16.4 (Debian 16.4-1)"].map(|version| pretend(&place, version));
    let incomplete = pretend(&place, "19.0");
    fs::remove_file(incomplete.join("initdb")).unwrap();
    let places = [places.to_vec(), vec![incomplete, place.path()]].concat();

    let newest = find::newest(&places, &owner, &place.cluster()).await.unwrap();
    assert_eq!((newest.major, newest.dir), (18, places[2].clone()));

    fs::create_dir_all(place.cluster()).unwrap();
    fs::write(place.cluster().join("PG_VERSION"), "14\n").unwrap();
    let same = find::newest(&places, &owner, &place.cluster()).await.unwrap();
    assert_eq!((same.major, same.dir), (14, places[0].clone()));

    fs::write(place.cluster().join("PG_VERSION"), "15\n").unwrap();
    let error = find::newest(&places, &owner, &place.cluster()).await.unwrap_err().to_string();
    assert!(error.contains("made by Postgres 15"), "{error}");
    assert!(error.contains("apt-get install postgresql-15"), "{error}");
    assert!(error.contains("18 in "), "{error}");
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_usable_postgres_the_error_says_what_to_install() {
    let place = Place::on_disk();
    let owner = Owner::of(&place.path()).unwrap();
    let (old, broken) = (pretend(&place, "13.1"), pretend(&place, "17.0"));
    set_mode(&broken.join("postgres"), 0o600);
    let cases = [(vec![], "there is none"), (vec![old], "there is 13 in"), (vec![broken], "cannot run in")];
    for (places, found) in cases {
        let error = find::newest(&places, &owner, &place.cluster()).await.unwrap_err().to_string();
        assert!(error.contains(found), "{error}");
        assert!(error.contains("apt-get install postgresql"), "{error}");
        assert!(error.contains("BUGSCRUB_DATABASE_URL"), "{error}");
    }
}
