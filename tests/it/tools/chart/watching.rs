//! Alerts and dashboards: their expressions are valid and use existing metrics. Each alert fires when it
//! should, and has a chapter in the operator's guide.

use std::collections::BTreeSet;
use std::time::Duration;

use bugscrub::telemetry::{BackfillGauges, Metrics};
use chrono::Utc;
use serde_json::Value;

use super::{list, made_of, one, output, rendered, root, tool};
use crate::support::TestDatabase;
use crate::support::github::FakeGitHub;
use crate::support::service::client;
use crate::support::wait::for_state;

const FIRING: &str = "tests/chart/alerts.test.yaml";

/// The rules of the production example, as Prometheus reads them.
fn rules() -> Value {
    one(&rendered(Some("production-values.yaml")), "PrometheusRule")["spec"].clone()
}

fn alerts(rules: &Value) -> Vec<&Value> {
    list(rules, "groups").flat_map(|group| list(group, "rules")).collect()
}

#[test]
fn each_alert_fires_when_it_should_and_only_then() {
    let folder = tempfile::tempdir().unwrap();
    // JSON is YAML.
    std::fs::write(folder.path().join("rules.json"), rules().to_string()).unwrap();
    std::fs::copy(root(FIRING), folder.path().join("alerts.test.yaml")).unwrap();
    for (command, file) in [("check", "rules.json"), ("test", "alerts.test.yaml")] {
        let mut promtool = tool("promtool");
        promtool.args([command, "rules", file]).current_dir(folder.path());
        let output = output(promtool);
        let said = format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
        assert!(output.status.success(), "{said}");
        assert!(said.contains("SUCCESS"), "{said}");
    }
    let tested = std::fs::read_to_string(root(FIRING)).unwrap();
    let guide = std::fs::read_to_string(root("docs/operate-kubernetes.md")).unwrap();
    let rules = rules();
    assert!(alerts(&rules).len() >= 12);
    for alert in alerts(&rules) {
        let name = alert["alert"].as_str().unwrap();
        let fires = format!("alertname: {name}\n        exp_alerts:\n          - exp_labels");
        assert!(tested.contains(&fires), "no case of {FIRING} has {name} fire");
        assert!(guide.contains(&format!("### {name}\n")), "the guide has no chapter on {name}");
        let runbook = alert["annotations"]["runbook_url"].as_str().unwrap();
        assert!(runbook.ends_with(&format!("docs/operate-kubernetes.md#{}", name.to_lowercase())), "{runbook}");
    }
}

#[test]
fn values_turn_alerts_off() {
    let of = |values: &str| one(&made_of(&["production-values.yaml"], values), "PrometheusRule")["spec"].clone();
    let expression = |rules: &Value, name: &str| {
        alerts(rules).iter().find(|alert| alert["alert"] == name).map(|alert| alert["expr"].to_string())
    };
    // An organization that uses short-lived tokens can turn this alert off.
    assert!(expression(&rules(), "BugScrubTokenExpires").is_some());
    assert_eq!(expression(&of("prometheusRule: {tokenExpiryDays: 0}\n"), "BugScrubTokenExpires"), None);
    // Without the App there is no list of failed deliveries.
    let unsigned = "BugScrubDeliveriesAllUnsigned";
    assert!(expression(&rules(), unsigned).unwrap().contains("bugscrub_redeliveries_total"));
    assert!(
        !expression(&of("github: {enabled: false}\nsignIn: {enabled: false}\n"), unsigned)
            .unwrap()
            .contains("bugscrub_redeliveries_total")
    );
}

/// Outcomes that arise before the signature is checked, or by the check: anybody can cause them.
const ANYBODYS: [&str; 5] = ["malformed", "unsigned", "too_large", "too_slow", "over_budget"];

#[test]
fn nobody_on_the_internet_can_raise_a_critical_alert() {
    let rules = rules();
    for alert in alerts(&rules).iter().filter(|alert| alert["labels"]["severity"] == "critical") {
        let expression = alert["expr"].as_str().unwrap();
        for outcome in ANYBODYS.iter().filter(|outcome| expression.contains(*outcome)) {
            assert!(expression.contains("bugscrub_redeliveries_total"), "{outcome} alone: {expression}");
        }
    }
}

/// The names of the metrics in an expression, without a histogram's suffixes.
fn named(expression: &str) -> BTreeSet<String> {
    let words = expression.split(|letter: char| !letter.is_ascii_alphanumeric() && letter != '_');
    let names = words.filter(|word| word.starts_with("bugscrub_"));
    let plain = |name: &str| {
        let parts = ["_bucket", "_count", "_sum"];
        parts.iter().find_map(|part| name.strip_suffix(part)).unwrap_or(name).to_owned()
    };
    names.map(plain).collect()
}

/// Metrics, each with a sample.
fn filled() -> Metrics {
    let metrics = Metrics::new();
    let second = Duration::from_secs(1);
    metrics.delivery("issues", "translated");
    metrics.batch(1, second);
    metrics.acknowledged(second);
    metrics.queue(200, second);
    metrics.head_position(1, 1);
    metrics.github_request(200);
    let account = metrics.account(1);
    metrics.github_remaining(account, "core", 1);
    let vitals = metrics.vitals();
    let backfill = BackfillGauges { complete: 1, incomplete: 1, items: 1, compared_at: Some(1), due: 1, failing: 1 };
    vitals.backfill(account, backfill);
    vitals.github_limit(account, "core", 1);
    vitals.ranking_lag(account, 1);
    vitals.clock_ahead(1);
    vitals.token_expiry(Some(1));
    metrics
}

#[test]
fn promtool_finds_nothing_amiss_in_the_metrics() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("metrics.txt");
    std::fs::write(&path, filled().encode_text()).unwrap();
    let mut promtool = tool("promtool");
    promtool.args(["check", "metrics"]).stdin(std::fs::File::open(&path).unwrap());
    let output = output(promtool);
    let said = format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success() && said.trim().is_empty(), "{said}");
}

/// The names of all metrics, without a histogram's suffixes.
fn metrics() -> BTreeSet<String> {
    let samples = filled().encode();
    let samples = samples.lines().filter(|line| !line.starts_with('#'));
    samples.flat_map(|line| named(line.split(['{', ' ']).next().unwrap())).collect()
}

#[test]
fn alerts_and_the_dashboard_use_existing_metrics() {
    let known = metrics();
    let rules = rules();
    let mut asked: Vec<String> =
        alerts(&rules).iter().map(|alert| alert["expr"].as_str().unwrap().to_owned()).collect();
    let board: Value =
        serde_json::from_slice(&std::fs::read(root("charts/bugscrub/files/dashboard.json")).unwrap()).unwrap();
    let mut shown = BTreeSet::new();
    for panel in list(&board, "panels") {
        for target in list(panel, "targets") {
            let expression = target["expr"].as_str().unwrap().replace("$namespace", "n").replace("$service", "s");
            let expression = expression.replace("$account", ".*");
            // A short fixed range is empty where Prometheus scrapes more seldom than that.
            assert!(!expression.contains("[5m]"), "{expression}");
            let expression = expression.replace("$__rate_interval", "5m");
            shown.extend(named(&expression));
            asked.push(expression);
        }
    }
    for expression in &asked {
        let names = named(expression);
        assert!(!names.is_empty(), "{expression}");
        for name in names {
            assert!(known.contains(&name), "{expression}: there is no {name}");
        }
    }
    assert_eq!(shown, known, "the dashboard shows every metric");

    // The expressions are valid PromQL.
    let folder = tempfile::tempdir().unwrap();
    let record =
        |(at, expression): (usize, &String)| serde_json::json!({"record": format!("r{at}"), "expr": expression});
    let rules: Vec<Value> = asked.iter().enumerate().map(record).collect();
    let rules = serde_json::json!({"groups": [{"name": "expressions", "rules": rules}]});
    std::fs::write(folder.path().join("rules.json"), rules.to_string()).unwrap();
    let mut promtool = tool("promtool");
    promtool.args(["check", "rules", "rules.json"]).current_dir(folder.path());
    let output = output(promtool);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

/// Waits until the metrics of a running service show what is in its database.
pub async fn metrics_tell_what_alerts_ask(base: &str, database: &TestDatabase, github: &FakeGitHub) {
    let expires = sqlx::query_scalar::<_, chrono::DateTime<Utc>>(
        "INSERT INTO tokens (name, hash, scopes, expires_at) VALUES ('t', 'h', '{read}', now() + interval '3 days')
         RETURNING expires_at",
    );
    let expires = expires.fetch_one(&database.pool).await.unwrap().timestamp();
    // An expired token does not count, nor does a revoked one.
    sqlx::raw_sql(
        "INSERT INTO tokens (name, hash, scopes, expires_at, revoked_at) VALUES
           ('u', 'i', '{read}', now() - interval '1 day', NULL), ('v', 'j', '{read}', now() + interval '1 day', now())",
    )
    .execute(&database.pool)
    .await
    .unwrap();
    let account = github.world(|world| *world.accounts.keys().next().unwrap());
    let wanted = [
        format!("bugscrub_token_expiry_timestamp_seconds {expires}"),
        format!("bugscrub_backfill_repositories{{account=\"{account}\",state=\"complete\"}} 3"),
        format!("bugscrub_backfill_repositories{{account=\"{account}\",state=\"incomplete\"}} 0"),
        format!("bugscrub_backfill_items{{account=\"{account}\"}} 40"),
        format!("bugscrub_jobs{{account=\"{account}\",state=\"failing\"}} 0"),
        format!("bugscrub_ranking_lag_seconds{{account=\"{account}\"}} 0"),
        format!("bugscrub_github_limit{{account=\"{account}\",resource=\"core\"}} "),
        format!("bugscrub_compared_timestamp_seconds{{account=\"{account}\"}} "),
    ];
    for_state(async || {
        let text = client().get(format!("{base}/metrics")).send().await.unwrap().text().await.unwrap();
        let missing = wanted.iter().find(|wanted| !text.lines().any(|line| line.starts_with(wanted.as_str())));
        missing.map_or(Ok(()), |missing| Err(format!("{missing} not in\n{text}")))
    })
    .await;
}

#[test]
fn the_dashboard_can_be_loaded_by_the_sidecar() {
    let objects = rendered(Some("production-values.yaml"));
    let maps = objects.iter().filter(|object| object["kind"] == "ConfigMap");
    let map = maps.into_iter().find(|map| map["metadata"]["labels"]["grafana_dashboard"] == "1").unwrap();
    let board: Value = serde_json::from_str(map["data"]["bugscrub.json"].as_str().unwrap()).unwrap();
    assert_eq!(board["uid"], "bugscrub-service");
    let ids: BTreeSet<_> = list(&board, "panels").map(|panel| panel["id"].as_i64().unwrap()).collect();
    assert_eq!(ids.len(), list(&board, "panels").count());
    // No two panels overlap.
    let mut cells = BTreeSet::new();
    for panel in list(&board, "panels") {
        let at = |field: &str| panel["gridPos"][field].as_i64().unwrap();
        for cell in (at("x")..at("x") + at("w")).flat_map(|x| (at("y")..at("y") + at("h")).map(move |y| (x, y))) {
            assert!(cell.0 < 24 && cells.insert(cell), "{}", panel["title"]);
        }
    }
}
