#!/usr/bin/env bash
# In the cluster that kubectl points to, which has the image bugscrub:e2e: installs a registry, a
# Postgres, an ingress controller and Flux; has Flux install the chart from the registry and run its
# test; posts deliveries through the Ingress, while the release is upgraded too; and expects all of
# them in the queue. Meant for a cluster that is thrown away: see .github/workflows/e2e.yml.
set -euo pipefail
cd "$(dirname "$0")"

FLUX=v2.7.2
TRAEFIK=37.1.2
HOST=scrub.e2e.test
SECRET=$(openssl rand -hex 20)
TOKEN=$(openssl rand -hex 20)
work=$(mktemp -d)
# The image's user reads in it.
chmod 755 "$work"
trap 'kill $(jobs -p) 2>/dev/null || true; rm -rf "$work"' EXIT

say() { printf '\n== %s\n' "$*"; }

# forward NAMESPACE SERVICE LOCAL:REMOTE: reaches a Service from here, and waits until it does.
forward() {
    kubectl -n "$1" port-forward "service/$2" "$3" >/dev/null &
    timeout 60 bash -c "until (: </dev/tcp/127.0.0.1/${3%%:*}) 2>/dev/null; do sleep 0.2; done"
}

# deliver FILE [OPTION...]: posts deliveries through the Ingress with the program itself.
deliver() {
    docker run --rm --network host --add-host "$HOST:127.0.0.1" --volume "$work:/deliveries:ro" \
        --env "BUGSCRUB_WEBHOOK_SECRET=$SECRET" bugscrub:e2e \
        deliver "/deliveries/$1" --url "http://$HOST:8080/webhooks/github" "${@:2}"
}

# deliveries FIRST LAST: a line for each issue of that number, opened.
deliveries() {
    jq -cn --argjson first "$1" --argjson last "$2" '
      {id: 1, name: "widgets", full_name: "acme/widgets", private: false, archived: false,
       html_url: "https://github.com/acme/widgets", owner: {login: "acme", id: 9000, type: "Organization"}} as $repository |
      {login: "octocat", id: 1, type: "User"} as $user |
      range($first; $last + 1) as $number |
      {event: "issues", delivery: "00000000-0000-4000-8000-\("000000000000\($number)"[-12:])", at: "2026-01-02T03:04:05Z",
       payload: {action: "opened", repository: $repository, sender: $user, installation: {id: 1}, issue: {
         id: $number, node_id: "I_\($number)", number: $number, title: "Issue \($number)", user: $user,
         state: "open", comments: 0, labels: [], assignees: [], milestone: null,
         created_at: "2026-01-01T00:00:00Z", updated_at: "2026-01-01T00:00:00Z"}}}'
}

# replicaset: the ReplicaSet of the Deployment's present pods.
replicaset() {
    kubectl -n bugscrub get replicasets --selector app.kubernetes.io/component=server --output json |
        jq -r '.items | max_by(.metadata.annotations["deployment.kubernetes.io/revision"] | tonumber) | .metadata.name'
}

# queued: how many items the queue has, asked through the Ingress.
queued() {
    curl -fsS -H "Authorization: Bearer $TOKEN" -H "Host: $HOST" 'http://127.0.0.1:8080/api/v1/queue?limit=1' | jq .total
}

# released: whether Flux has brought the HelmRelease to its present generation, tests included.
released() {
    kubectl -n bugscrub wait helmrelease/bugscrub --for=condition=Ready --timeout=10m
    kubectl -n bugscrub wait helmrelease/bugscrub --for=condition=TestSuccess --timeout=10m
    kubectl -n bugscrub rollout status deployment/bugscrub --timeout=10m
}

say "A registry, a Postgres, an ingress controller, Flux"
kubectl apply -f cluster.yaml
helm install traefik oci://ghcr.io/traefik/helm/traefik --version "$TRAEFIK" --namespace traefik --create-namespace \
    --set service.type=ClusterIP --wait --timeout 5m
docker run --rm "ghcr.io/fluxcd/flux-cli:$FLUX" install --export \
    --components source-controller,helm-controller | kubectl apply -f -
kubectl -n flux-system rollout status deployment/source-controller deployment/helm-controller --timeout=5m
kubectl -n registry rollout status deployment/registry --timeout=5m
kubectl -n bugscrub rollout status deployment/postgres --timeout=5m

say "The chart into the registry"
forward registry registry 5000:5000
helm package ../../charts/bugscrub --destination "$work"
helm push "$work"/bugscrub-*.tgz oci://127.0.0.1:5000/charts --plain-http

say "The release, by Flux"
kubectl -n bugscrub create secret generic bugscrub --from-literal="BUGSCRUB_WEBHOOK_SECRET=$SECRET" \
    --from-literal="BUGSCRUB_ADMIN_TOKEN=$TOKEN" \
    --from-literal=BUGSCRUB_DATABASE_URL=postgres://postgres:e2e@postgres.bugscrub:5432/postgres
kubectl apply -f release.yaml
released

say "Deliveries through the Ingress"
forward traefik traefik 8080:80
deliveries 1 100 >"$work/first.ndjson"
deliver first.ndjson
timeout 30 bash -c "$(declare -f queued); TOKEN=$TOKEN HOST=$HOST; until [ \"\$(queued)\" = 100 ]; do sleep 1; done"

say "An upgrade under load"
deliveries 101 6100 >"$work/second.ndjson"
deliver second.ndjson --rate 50 >"$work/report" 2>&1 &
load=$!
before=$(replicaset)
kubectl -n bugscrub patch helmrelease bugscrub --type merge --patch '{"spec": {"values": {"secret": {"revision": "2"}}}}'
kubectl -n bugscrub wait helmrelease/bugscrub --for=jsonpath='{.status.history[0].version}'=2 --timeout=10m
released
# An upgrade has a ReplicaSet of its own, and the rollout is over once all of its pods are ready and no other pod is
# counted. Pods that still end do not matter here.
after=$(replicaset)
[ "$before" != "$after" ] || { echo "the upgrade replaced no pod"; exit 1; }
wait "$load" || { cat "$work/report"; exit 1; }
cat "$work/report"
[ "$(queued)" = 6100 ] || { echo "$(queued) items instead of 6100"; exit 1; }
say "All there"
