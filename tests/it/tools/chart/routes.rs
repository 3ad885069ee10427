//! The webhook on a route of its own: what is exposed where.

use serde_json::{Value, json};

use super::validity::all_valid;
use super::{list, made_of};

/// What is exposed beside the webhook: the API and the page.
const INSIDE: [&str; 11] =
    ["/api", "/auth", "/docs", "/openapi.json", "/", "/assets", "/queue", "/items", "/numbers", "/care", "/scrubs"];

fn rendered(values: &str) -> Vec<Value> {
    let objects = made_of(&[], values);
    let text: Vec<String> = objects.iter().map(Value::to_string).collect();
    all_valid(&text.join("\n---\n"));
    objects
}

fn of<'a>(objects: &'a [Value], kind: &str) -> Vec<&'a Value> {
    objects.iter().filter(|object| object["kind"] == kind).collect()
}

/// The paths of an Ingress or an HTTPRoute.
fn paths(route: &Value) -> Vec<&str> {
    let of_ingress =
        list(&route["spec"], "rules").flat_map(|rule| list(&rule["http"], "paths")).map(|path| &path["path"]);
    let of_route =
        list(&route["spec"], "rules").flat_map(|rule| list(rule, "matches")).map(|found| &found["path"]["value"]);
    of_ingress.chain(of_route).filter_map(Value::as_str).collect()
}

#[test]
fn the_webhook_may_have_an_ingress_of_its_own() {
    let both = rendered(
        "ingress:
  enabled: true
  className: internal
  host: scrub.internal.example
  webhook:
    enabled: true
    className: public
    host: hooks.acme.example
    tls: {secretName: hooks}",
    );
    let [inside, outside] = of(&both, "Ingress")[..] else { panic!("{both:?}") };
    assert_eq!(paths(inside), INSIDE);
    assert_eq!(paths(outside), ["/webhooks/github"]);
    assert_eq!(inside["metadata"]["name"], "bugscrub");
    assert_eq!(outside["metadata"]["name"], "bugscrub-webhook");
    assert_eq!(
        (&inside["spec"]["ingressClassName"], &outside["spec"]["ingressClassName"]),
        (&json!("internal"), &json!("public"))
    );
    assert_eq!(outside["spec"]["rules"][0]["host"], "hooks.acme.example");
    assert_eq!(outside["spec"]["tls"], json!([{"hosts": ["hooks.acme.example"], "secretName": "hooks"}]));
    assert_eq!(inside["spec"]["tls"][0]["secretName"], "bugscrub-tls");
    // Nothing but the webhook.
    let alone = rendered("ingress: {webhook: {enabled: true, host: hooks.acme.example}}");
    let [outside] = of(&alone, "Ingress")[..] else { panic!("{alone:?}") };
    assert_eq!(paths(outside), ["/webhooks/github"]);
    assert_eq!(outside["spec"]["tls"][0]["secretName"], "bugscrub-webhook-tls");
}

#[test]
fn the_webhook_may_have_an_http_route_of_its_own() {
    let both = rendered(
        "httpRoute:
  enabled: true
  parentRefs: [{name: internal}]
  hostnames: [scrub.internal.example]
  webhook:
    enabled: true
    parentRefs: [{name: public}]
    hostnames: [hooks.acme.example]",
    );
    let [inside, outside] = of(&both, "HTTPRoute")[..] else { panic!("{both:?}") };
    assert_eq!(paths(inside), [&INSIDE[..], &["/api/v1/stream"]].concat());
    assert_eq!(paths(outside), ["/webhooks/github"]);
    assert_eq!(outside["spec"]["parentRefs"], json!([{"name": "public"}]));
    assert_eq!(outside["spec"]["hostnames"], json!(["hooks.acme.example"]));
    assert_eq!(outside["spec"]["rules"][0]["timeouts"]["request"], "60s");
}
