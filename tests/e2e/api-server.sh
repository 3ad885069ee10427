#!/usr/bin/env bash
# Holds all that the chart and deploy/flux make against a real API server of Kubernetes: builds one from Go modules,
# starts it with Debian's etcd, defines the custom kinds as their projects do, and has it take every example as a dry
# run. There is no node and no controller, so nothing runs. But what the schemas in the tests do not know is checked as
# in a cluster: patterns, limits and rules, what the server warns of, and admission by Pod Security `restricted`.
#
# By hand (`make api-server`): the first time it builds for half an hour on two cores and takes 5 GB in Go's folders, later
# a minute. It needs Go, Debian's package of etcd, openssl and jq, and what scripts/ensure-helm.sh installs.
set -euo pipefail
cd "$(dirname "$0")/../.."

KUBERNETES=1.34.4
# The definitions of custom kinds are in the modules of their projects, as of Flux 2.9 and CloudNativePG 1.30.
DEFINED="
github.com/fluxcd/source-controller@v1.9.6 config/crd/bases/source.toolkit.fluxcd.io_ocirepositories.yaml
github.com/fluxcd/kustomize-controller@v1.9.6 config/crd/bases/kustomize.toolkit.fluxcd.io_kustomizations.yaml
github.com/cloudnative-pg/cloudnative-pg@v1.30.0 config/crd/bases/postgresql.cnpg.io_clusters.yaml
github.com/cloudnative-pg/cloudnative-pg@v1.30.0 config/crd/bases/postgresql.cnpg.io_scheduledbackups.yaml
github.com/cloudnative-pg/plugin-barman-cloud@v0.15.0 config/crd/bases/barmancloud.cnpg.io_objectstores.yaml
github.com/prometheus-operator/prometheus-operator@v0.85.0 example/prometheus-operator-crd/monitoring.coreos.com_prometheusrules.yaml
github.com/prometheus-operator/prometheus-operator@v0.85.0 example/prometheus-operator-crd/monitoring.coreos.com_servicemonitors.yaml
sigs.k8s.io/gateway-api@v1.6.3 config/crd/standard/gateway.networking.k8s.io_httproutes.yaml
"
# Of these, only the types are in a module that can be had; the definitions are made of them, as the projects do it.
GENERATED=(github.com/fluxcd/helm-controller/api@v1.6.5/v2 github.com/fluxcd/notification-controller/api@v1.9.4/v1beta3)
GENERATOR=sigs.k8s.io/controller-tools@v0.21.0

work=$PWD/target/api-server
tools=$PWD/target/chart-tools/bin
mkdir -p "$work/bin" "$work/definitions"
run=$(mktemp -d)
started=()
# Each by its own id, the server before what it writes to.
stop() {
    for ((at = ${#started[@]} - 1; at >= 0; at--)); do
        kill "${started[at]}" 2>/dev/null || true
        wait "${started[at]}" 2>/dev/null || true
    done
    rm -rf "$run"
}
trap stop EXIT

say() { printf '\n== %s\n' "$*"; }

# module PATH@VERSION: the folder of a Go module, once it is downloaded.
module() {
    (cd "$work" && GOFLAGS=-mod=mod go mod download -json "$1") | jq -r .Dir
}

# built PROGRAM: whether a program is there as this script wants it.
built() { [ -x "$work/bin/$1" ]; }

build_server() {
    built "kube-apiserver-$KUBERNETES" && return
    say "Building kube-apiserver $KUBERNETES"
    local source build=$work/server
    source=$(module "k8s.io/kubernetes@v$KUBERNETES")
    rm -rf "$build" && mkdir -p "$build"
    {
        echo "module bugscrub.test/api-server"
        grep '^go ' "$source/go.mod"
        echo "require k8s.io/kubernetes v$KUBERNETES"
        # What is developed beside it is in its own folders there, and a module of its own for everybody else.
        sed -n "s|^\t\(k8s.io/[a-z0-9-]*\) => ./staging/.*|replace \1 => \1 v0.${KUBERNETES#1.}|p" "$source/go.mod"
    } >"$build/go.mod"
    cp "$source/go.sum" "$build/go.sum"
    local version=k8s.io/component-base/version
    (
        cd "$build"
        CGO_ENABLED=0 nice -n 19 go build -mod=mod -trimpath -o "$work/bin/kube-apiserver-$KUBERNETES" -ldflags \
            "-s -w -X $version.gitVersion=v$KUBERNETES -X $version.gitMajor=1 -X $version.gitMinor=34" \
            k8s.io/kubernetes/cmd/kube-apiserver
    )
}

fetch_etcd() {
    built etcd && return
    say "Fetching etcd from Debian's package etcd-server"
    local package=$run/etcd
    mkdir "$package" && chmod 755 "$package"
    # The package itself would start a service.
    (cd "$package" && apt-get download -qq etcd-server && dpkg-deb --extract ./*.deb tree)
    install -m 755 "$package/tree/usr/bin/etcd" "$work/bin/etcd"
}

make_definitions() {
    [ ! -e "$work/definitions/made" ] || return 0
    say "Collecting the definitions of custom kinds"
    local module file build=$work/definitions/build package
    echo "$DEFINED" | while read -r module file; do
        [ -z "$module" ] || install -m 644 "$(module "$module")/$file" "$work/definitions/"
    done
    rm -rf "$build" && mkdir -p "$build"
    (
        cd "$build"
        go mod init bugscrub.test/definitions
        go get "$GENERATOR" "${GENERATED[@]%/*}"
        go build -mod=mod -o controller-gen "${GENERATOR%@*}/cmd/controller-gen"
        {
            echo 'package definitions'
            for package in "${GENERATED[@]}"; do echo "import _ \"${package%@*}/${package##*/}\""; done
        } >definitions.go
        go mod tidy
        for package in "${GENERATED[@]}"; do
            ./controller-gen crd "paths=${package%@*}/${package##*/}" "output:crd:dir=$work/definitions"
        done
    )
    rm -rf "$build"
    touch "$work/definitions/made"
}

# port: a port that nobody listens on.
port() {
    python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'
}

# start NAME PROGRAM [ARGUMENT...]: starts a server, whose words go to a file.
start() {
    local name=$1
    shift
    "$@" >"$run/$name.log" 2>&1 &
    started+=($!)
}

kubectl() { "$tools/kubectl" --kubeconfig "$run/config" --cache-dir "$run/cache" "$@"; }

start_server() {
    say "Starting etcd and kube-apiserver"
    local clients peers secure token
    clients=http://127.0.0.1:$(port) peers=http://127.0.0.1:$(port) secure=$(port) token=$(openssl rand -hex 20)
    start etcd "$work/bin/etcd" --data-dir "$run/etcd-data" --listen-client-urls "$clients" --advertise-client-urls "$clients" \
        --listen-peer-urls "$peers" --initial-advertise-peer-urls "$peers" --initial-cluster "default=$peers"
    openssl genrsa -out "$run/accounts.key" 2048 2>/dev/null
    (umask 077 && echo "$token,admin,1,system:masters" >"$run/tokens")
    # No controller makes a service account's objects, so that no pod could be admitted with one.
    start kube-apiserver "$work/bin/kube-apiserver-$KUBERNETES" --etcd-servers "$clients" --bind-address 127.0.0.1 \
        --secure-port "$secure" --cert-dir "$run/certificates" --token-auth-file "$run/tokens" --authorization-mode RBAC \
        --service-account-issuer https://kubernetes.default.svc --service-account-key-file "$run/accounts.key" \
        --service-account-signing-key-file "$run/accounts.key" --service-cluster-ip-range 10.96.0.0/16 \
        --disable-admission-plugins ServiceAccount --endpoint-reconciler-type none --advertise-address 127.0.0.1
    for _ in {1..240}; do
        if [ -s "$run/certificates/apiserver.crt" ]; then
            (
                umask 077
                kubectl config set-cluster here --server "https://127.0.0.1:$secure" \
                    --certificate-authority "$run/certificates/apiserver.crt"
                kubectl config set-credentials admin --token "$token"
                kubectl config set-context here --cluster here --user admin
                kubectl config use-context here
            ) >/dev/null
            kubectl get --raw /readyz >/dev/null 2>&1 && return
        fi
        kill -0 "${started[@]}" 2>/dev/null || break
        sleep 0.5
    done
    tail -n 20 "$run"/*.log
    say "The server does not start"
    exit 1
}

faults=0
taken=0
# take WHAT NAMESPACE FILE: has the server take what is in a file, as a dry run, without a warning. NAMESPACE may be empty if all
# in it name theirs.
take() {
    local said
    if said=$(kubectl apply --dry-run=server --warnings-as-errors ${2:+--namespace "$2"} --filename "$3" 2>&1); then
        taken=$((taken + $(grep -c 'dry run' <<<"$said")))
        printf 'ok   %s: %s objects\n' "$1" "$(grep -c 'dry run' <<<"$said")"
    else
        faults=$((faults + 1))
        printf 'FAIL %s\n%s\n' "$1" "$(grep -v 'dry run' <<<"$said")"
    fi
}

# refuse WHAT WORDS FILE: the server must not take what is in a file, and say these words.
refuse() {
    local said
    if said=$(kubectl apply --dry-run=server --warnings-as-errors --namespace scrub --filename "$3" 2>&1) ||
        ! grep -q "$2" <<<"$said"; then
        faults=$((faults + 1))
        printf 'FAIL %s is not refused as it should be:\n%s\n' "$1" "$said"
    else
        printf 'ok   %s is refused\n' "$1"
    fi
}

# rendered FILE [VALUES...]: renders the chart with some files of values.
rendered() {
    local file=$1 values=() each
    shift
    for each in "$@"; do values+=(--values "$each"); done
    "$tools/helm4" template bugscrub charts/bugscrub --namespace scrub --kube-version "$KUBERNETES" "${values[@]}" >"$file"
}

build_server
fetch_etcd
make_definitions
start_server

say "Custom kinds and namespaces"
kubectl apply --server-side --filename "$work/definitions" >/dev/null
# kubectl 1.37 tells of each watch that it ends.
kubectl wait --for condition=Established customresourcedefinitions --all --timeout 60s 2>&1 >/dev/null |
    { grep -v 'reflector.go' >&2 || true; }
for namespace in scrub bugscrub flux-system registry; do
    kubectl create namespace "$namespace" --dry-run=client --output yaml | kubectl apply --filename - >/dev/null
done
kubectl label namespace scrub bugscrub pod-security.kubernetes.io/{enforce,warn}=restricted >/dev/null
kubectl get --raw /version | jq -r '"kube-apiserver \(.gitVersion), " + "\(now | todate)"'
kubectl get customresourcedefinitions --output name

say "The chart"
rendered "$run/default.yaml"
take "the chart's own values" scrub "$run/default.yaml"
for values in charts/bugscrub/ci/*-values.yaml; do
    # That of a recovery follows the one of a cluster.
    case $values in
    */recovery-*) rendered "$run/example.yaml" charts/bugscrub/ci/cloudnativepg-values.yaml "$values" ;;
    *) rendered "$run/example.yaml" "$values" ;;
    esac
    take "$values" scrub "$run/example.yaml"
done

say "deploy/flux"
cp -r deploy/flux "$run/flux"
for overlay in staging production; do
    # As Flux does it, with the example's key.
    SOPS_AGE_KEY_FILE=tests/chart/example.agekey "$tools/sops" --disable-version-check decrypt \
        "deploy/flux/$overlay/secrets.yaml" >"$run/flux/$overlay/secrets.yaml"
    kubectl kustomize "$run/flux/$overlay" >"$run/overlay.yaml"
    take "deploy/flux/$overlay" bugscrub "$run/overlay.yaml"
    take "deploy/flux/clusters/$overlay.yaml" flux-system "deploy/flux/clusters/$overlay.yaml"
    rendered "$run/release.yaml" "deploy/flux/$overlay/values.yaml"
    take "the release of $overlay" scrub "$run/release.yaml"
done
take deploy/psql.yaml scrub deploy/psql.yaml

say "tests/e2e"
take tests/e2e/cluster.yaml "" tests/e2e/cluster.yaml
take tests/e2e/release.yaml bugscrub tests/e2e/release.yaml

say "What must be refused"
sed 's/revisionHistoryLimit:/revisionHistoryLimits:/' "$run/default.yaml" >"$run/wrong.yaml"
refuse "a field that there is not" 'unknown field "spec.revisionHistoryLimits"' "$run/wrong.yaml"
sed 's/allowPrivilegeEscalation: false/allowPrivilegeEscalation: true/' "$run/default.yaml" >"$run/wrong.yaml"
refuse "a pod with more rights" 'violates PodSecurity "restricted' "$run/wrong.yaml"
rendered "$run/example.yaml" charts/bugscrub/ci/cloudnativepg-values.yaml
sed 's/primaryUpdateStrategy: .*/primaryUpdateStrategy: sometimes/' "$run/example.yaml" >"$run/wrong.yaml"
refuse "a word that a custom kind does not know" 'Unsupported value: "sometimes"' "$run/wrong.yaml"

say "$taken objects were taken; $faults faults"
[ "$faults" = 0 ]
