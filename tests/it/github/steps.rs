//! Interruptions in the middle of a step, by others or by failures: nothing is done twice, and nothing
//! is left half done.

use bugscrub::store::jobs::{self, JobKind, NewJob, PageOutcome};
use bugscrub::store::{backfills, sync};
use chrono::Duration;

use super::{agrees, asked, asked_for, asking, complete, failed, rhythm, run_now, settled, start, start_on, until};
use crate::support::github::world::Kind;
use crate::support::github::{Delivering, FakeGitHub, Fault, Trouble};
use crate::support::{TestApp, TestDatabase, wait};

/// The service, and an account that is not installed yet. Its repositories have some open items and a
/// closed one each.
struct Place {
    github: FakeGitHub,
    app: TestApp,
    account: i64,
    repos: Vec<i64>,
}

impl Place {
    async fn new(names: &[&str], open: usize) -> Self {
        let github = FakeGitHub::start().await;
        let (account, repos) = github.world(|world| {
            let account = world.account("acme");
            let repos: Vec<i64> = names.iter().map(|name| world.repository(account, name)).collect();
            let at = world.now - Duration::days(3);
            for repo in &repos {
                for _ in 0..open {
                    world.put(*repo, Kind::Issue, "An item", "ada", at);
                }
                let closed = world.put(*repo, Kind::Issue, "Over", "ada", at);
                let closed = world.repositories.get_mut(repo).unwrap().items.get_mut(&closed).unwrap();
                (closed.open, closed.closed_at) = (false, Some(at));
            }
            (account, repos)
        });
        let app = start(&github, rhythm()).await;
        settled(&app).await;
        Self { github, app, account, repos }
    }

    async fn install(&self) -> i64 {
        let installation = self.github.world(|world| world.install(self.account, None));
        self.github.deliver().await;
        installation
    }

    async fn add(&self, kind: JobKind, repo: i64) {
        jobs::add(&self.app.database.pool, &[NewJob::now(self.account, kind, repo)]).await.unwrap();
    }

    fn fault(&self, path: &'static str, times: u32, trouble: Trouble) {
        self.github.fault(Fault { path, after: 0, times, trouble });
    }

    /// Makes a table refuse some writes until [`Place::accept`].
    async fn refuse(&self, table: &str, writing: &str, when: &str) {
        let sql = format!(
            "CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS
               $$ BEGIN RAISE EXCEPTION 'refused by the test'; END $$;
             CREATE TRIGGER refused BEFORE {writing} ON {table} FOR EACH ROW WHEN ({when}) EXECUTE FUNCTION refuse()"
        );
        sqlx::raw_sql(sqlx::AssertSqlSafe(sql)).execute(&self.app.database.pool).await.unwrap();
    }

    async fn accept(&self) {
        sqlx::raw_sql("DROP FUNCTION refuse() CASCADE").execute(&self.app.database.pool).await.unwrap();
    }

    async fn count(&self, sql: &'static str) -> i64 {
        sqlx::query_scalar(sql).fetch_one(&self.app.database.pool).await.unwrap()
    }

    async fn end(self) {
        self.app.stop().await.drop().await;
    }
}

const PARTS: &str =
    "SELECT count(*) FROM jobs WHERE kind IN ('open', 'closed', 'open_discussions', 'closed_discussions')";

#[tokio::test]
async fn a_late_plan_adds_no_work_that_is_done() {
    let place = Place::new(&["one", "two"], 3).await;
    place.fault("/graphql Totals", 1, Trouble::Held);
    let installation = place.install().await;
    asked_for(&place.github, "/graphql Totals", 1).await;
    // Meanwhile another replica has planned and completed one of them.
    sqlx::query("UPDATE sync SET open_at = now(), complete_at = now() WHERE repo_id = $1")
        .bind(place.repos[0])
        .execute(&place.app.database.pool)
        .await
        .unwrap();
    place.github.release();
    complete(&place.app).await;
    let log = place.github.log();
    let again = log.iter().find(|r| r.path.contains("/acme/one/issues") && r.path.contains("sort=created"));
    assert!(again.is_none(), "{again:?}");
    run_now(&place.app, "sweep").await;
    complete(&place.app).await;
    agrees(&place.app, &place.github, installation).await;
    place.end().await;
}

#[tokio::test]
async fn a_plan_is_stored_whole_or_not_at_all() {
    let place = Place::new(&["one", "two"], 3).await;
    place.refuse("sync", "UPDATE OF swept_at", "true").await;
    let installation = place.install().await;
    failed(&place.app, "repositories").await;
    assert_eq!(place.count(PARTS).await, 0, "a part of the plan was made");
    assert_eq!(asked(&place.github, "/issues?"), 0);
    place.accept().await;
    complete(&place.app).await;
    agrees(&place.app, &place.github, installation).await;
    place.end().await;
}

#[tokio::test]
async fn an_installation_whose_first_jobs_cannot_be_stored_is_taken_in_later() {
    let place = Place::new(&["one", "two"], 3).await;
    place.refuse("jobs", "INSERT", "NEW.kind = 'repositories'").await;
    let installation = place.install().await;
    failed(&place.app, "installations").await;
    place.accept().await;
    until(&place.app, "/api/v1/sync", |sync| sync["repositories_complete"] == 2).await;
    agrees(&place.app, &place.github, installation).await;
    place.end().await;
}

#[tokio::test]
async fn an_uninstalled_account_is_purged_even_if_its_job_could_not_be_stored() {
    const PURGES: &str = "SELECT count(*) FROM jobs WHERE kind = 'purge'";
    let place = Place::new(&["one"], 3).await;
    let installation = place.install().await;
    complete(&place.app).await;
    place.refuse("jobs", "INSERT", "NEW.kind = 'purge'").await;
    place.github.world(|world| world.uninstall(installation));
    place.github.deliver().await;
    failed(&place.app, "installations").await;
    place.accept().await;
    let gone_and_idle = async || {
        until(&place.app, "/api/v1/accounts", |accounts| accounts["accounts"] == serde_json::json!([])).await;
        run_now(&place.app, "installations").await;
    };
    gone_and_idle().await;
    assert_eq!(place.count(PURGES).await, 1);
    // An earlier version could leave an account behind without this job.
    sqlx::query("DELETE FROM jobs WHERE kind = 'purge'").execute(&place.app.database.pool).await.unwrap();
    super::grace_is_over(&place.app).await;
    let database = place.app.stop().await;
    let app = start_on(&place.github, asking(&place.github, rhythm()), database).await;
    let kept = "SELECT count(*) FROM items";
    wait::until("the account is purged", async || {
        sqlx::query_scalar::<_, i64>(kept).fetch_one(&app.database.pool).await.unwrap() == 0
    })
    .await;
    app.stop().await.drop().await;
}

#[tokio::test]
async fn a_delivery_stored_before_an_answer_is_appended_is_newer() {
    let place = Place::new(&["one"], 3).await;
    place.install().await;
    complete(&place.app).await;
    let (github, pool, repo) = (&place.github, &place.app.database.pool, place.repos[0]);
    // No delivery tells of this; the listing will, and it will say that the repository is public.
    github.delivering(Delivering::Lose);
    github.world(|world| world.archive(repo, true));
    github.deliver().await;
    github.delivering(Delivering::Send);
    let path = "/installation/repositories?per_page=100";
    let before = asked(github, path);
    place.fault(path, 2, Trouble::Held);
    place.add(JobKind::Repositories, 0).await;
    asked_for(github, path, before + 1).await;
    github.world(|world| world.privatize(repo, true));
    github.deliver().await;
    // Pretends that the delivery came after the listing had looked for it.
    sqlx::query("UPDATE events SET source = 'sweep' WHERE repo_id = $1 AND number IS NULL AND source = 'webhook'")
        .bind(repo)
        .execute(pool)
        .await
        .unwrap();
    github.release();
    // The delivery asks for another listing, which would correct this in time.
    asked_for(github, path, before + 2).await;
    assert_eq!(
        place.count("SELECT count(*) FROM events WHERE source = 'sweep' AND kind = 'repository_added'").await,
        2
    );
    assert_eq!(place.count("SELECT count(*) FROM repositories WHERE private AND archived").await, 1, "it is public");
    github.release();
    settled(&place.app).await;
    place.end().await;
}

#[tokio::test]
async fn changes_during_a_suspension_in_mid_backfill_are_found() {
    let place = Place::new(&["one"], 3).await;
    place.fault("state=closed", u32::MAX, Trouble::Server(502));
    let installation = place.install().await;
    failed(&place.app, "closed").await;
    place.github.world(|world| world.suspend(installation, true));
    place.github.deliver().await;
    wait::until("nothing is asked of a suspended account", async || place.count(PARTS).await == 0).await;
    place.github.advance(Duration::minutes(10));
    place.github.delivering(Delivering::Lose);
    place.github.world(|world| world.retitle(place.repos[0], 1, "Meanwhile"));
    place.github.deliver().await;
    place.github.advance(Duration::minutes(10));
    place.github.heal();
    place.github.delivering(Delivering::Send);
    place.github.world(|world| world.suspend(installation, false));
    place.github.deliver().await;
    until(&place.app, "/api/v1/sync", |sync| sync["repositories_complete"] == 1).await;
    run_now(&place.app, "sweep").await;
    complete(&place.app).await;
    agrees(&place.app, &place.github, installation).await;
    place.end().await;
}

#[tokio::test]
async fn a_backfill_can_begin_anew_while_it_runs() {
    let place = Place::new(&["one"], 3).await;
    place.fault("state=closed", u32::MAX, Trouble::Server(502));
    let installation = place.install().await;
    failed(&place.app, "closed").await;
    backfills::restart(&place.app.database.pool, place.account, &place.repos).await.unwrap();
    place.add(JobKind::Repositories, 0).await;
    place.github.heal();
    let sync = complete(&place.app).await;
    assert_eq!((&sync["items"], &sync["fetched"]), (&4.into(), &4.into()), "{sync:#}");
    assert_eq!(asked(&place.github, "state=open"), 2);
    agrees(&place.app, &place.github, installation).await;
    place.end().await;
}

#[tokio::test]
async fn a_page_of_a_forgotten_job_does_not_count_for_the_next_job() {
    let place = Place::new(&["one"], 150).await;
    place.fault("state=open", 1, Trouble::Held);
    let installation = place.install().await;
    asked_for(&place.github, "state=open", 1).await;
    backfills::restart(&place.app.database.pool, place.account, &place.repos).await.unwrap();
    for kind in [JobKind::Open, JobKind::Closed] {
        place.add(kind, place.repos[0]).await;
    }
    place.github.release();
    let sync = complete(&place.app).await;
    let first = |path: &str| path.contains("state=open") && !path.contains("after=");
    assert_eq!(place.github.log().iter().filter(|request| first(&request.path)).count(), 2);
    assert_eq!((&sync["items"], &sync["fetched"]), (&151.into(), &151.into()), "{sync:#}");
    agrees(&place.app, &place.github, installation).await;
    place.end().await;
}

#[tokio::test]
async fn a_part_that_was_asked_for_again_is_not_complete_yet() {
    let place = Place::new(&["one"], 3).await;
    place.fault("state=open", 2, Trouble::Held);
    let installation = place.install().await;
    asked_for(&place.github, "state=open", 1).await;
    place.add(JobKind::Open, place.repos[0]).await;
    place.github.release();
    asked_for(&place.github, "state=open", 2).await;
    assert_eq!(place.count("SELECT count(*) FROM sync WHERE open_at IS NOT NULL").await, 0);
    place.github.release();
    complete(&place.app).await;
    agrees(&place.app, &place.github, installation).await;
    place.end().await;
}

#[tokio::test]
async fn a_page_that_the_database_refuses_fails_its_job() {
    let place = Place::new(&["one"], 3).await;
    place.refuse("sync", "UPDATE OF fetched", "NEW.fetched > 0").await;
    let installation = place.install().await;
    failed(&place.app, "open").await;
    place.accept().await;
    let sync = complete(&place.app).await;
    assert_eq!((&sync["items"], &sync["fetched"]), (&4.into(), &4.into()), "{sync:#}");
    agrees(&place.app, &place.github, installation).await;
    place.end().await;
}

#[tokio::test]
async fn a_job_of_a_hidden_repository_asks_for_the_listing() {
    let place = Place::new(&["one"], 3).await;
    let installation = place.install().await;
    complete(&place.app).await;
    let hide = "UPDATE repositories SET gone = true; UPDATE sync SET complete_at = NULL";
    sqlx::raw_sql(hide).execute(&place.app.database.pool).await.unwrap();
    place.add(JobKind::Closed, place.repos[0]).await;
    complete(&place.app).await;
    agrees(&place.app, &place.github, installation).await;
    place.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_last_of_two_parts_that_end_at_once_completes_the_repository() {
    let database = TestDatabase::new().await;
    let pool = &database.pool;
    for repo_id in 1..=40 {
        let listed = sync::ListedRepository { repo_id, node_id: format!("R_{repo_id}"), has_discussions: true };
        sync::add(pool, 1, &[listed]).await.unwrap();
        let parts = [JobKind::Closed, JobKind::ClosedDiscussions];
        jobs::add(pool, &parts.map(|kind| NewJob::now(1, kind, repo_id))).await.unwrap();
        let (one, other) =
            (jobs::take(pool, &[]).await.unwrap().unwrap(), jobs::take(pool, &[]).await.unwrap().unwrap());
        let end = async |taken: jobs::TakenJob| taken.end(&PageOutcome::PartDone).await.unwrap();
        tokio::join!(end(one), end(other));
        let complete: bool = sqlx::query_scalar("SELECT complete_at IS NOT NULL FROM sync WHERE repo_id = $1")
            .bind(repo_id)
            .fetch_one(pool)
            .await
            .unwrap();
        assert!(complete, "repository {repo_id} is never complete");
    }
    database.drop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn history_waits_until_all_that_is_open_was_listed_unless_listing_it_fails() {
    let database = TestDatabase::new().await;
    let pool = &database.pool;
    let new = [(JobKind::Closed, 1), (JobKind::Open, 1), (JobKind::OpenDiscussions, 2)];
    jobs::add(pool, &new.map(|(kind, repo_id)| NewJob::now(1, kind, repo_id))).await.unwrap();
    let take = async || jobs::take(pool, &[]).await.unwrap();
    let (one, other) = (take().await.unwrap(), take().await.unwrap());
    assert!(one.job.kind.is_open() && other.job.kind.is_open());
    assert!(take().await.is_none(), "history is listed beside what is open");
    one.end(&PageOutcome::PartDone).await.unwrap();
    assert!(take().await.is_none(), "history is listed before all that is open");
    let failed = PageOutcome::Failed { after: chrono::Duration::hours(1), error: "GitHub fails".to_owned() };
    other.end(&failed).await.unwrap();
    assert_eq!(take().await.unwrap().job.kind, JobKind::Closed);
    database.drop().await;
}
