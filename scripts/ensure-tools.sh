#!/bin/sh
# Makes sure that this machine has the other tools of the tests: curl and jq, which run the recipes of
# docs/api.md; PgBouncer, which some have before their Postgres; nginx and HAProxy, which most have before the
# service; libfaketime (faketime), which gives a process a wrong clock; and Schemathesis, which tests the API against its own description. If it is allowed to, it
# installs them. Otherwise it says what to install and exits with 1.
set -eu
cd "$(dirname "$0")/.."

SCHEMATHESIS=target/schemathesis
SCHEMATHESIS_VERSION=4.32.5

# Debian keeps servers where only root looks for programs.
PATH=$PATH:/usr/sbin

missing() {
    for tool in curl jq python3 pgbouncer nginx haproxy faketime; do command -v "$tool" >/dev/null 2>&1 || printf ' %s' "$tool"; done
}

as_root() {
    if [ "$(id -u)" = 0 ]; then "$@"; else sudo -n "$@"; fi
}

if [ -n "$(missing)" ] && command -v apt-get >/dev/null 2>&1; then
    echo "Installing:$(missing) python3-venv" >&2
    # shellcheck disable=SC2046 # several words
    { as_root apt-get update -qq && as_root env DEBIAN_FRONTEND=noninteractive \
        apt-get install -y -qq --no-install-recommends $(missing) python3-venv; } >&2 || echo "That failed." >&2
fi
if [ -n "$(missing)" ]; then
    echo "Please install:$(missing)" >&2
    exit 1
fi

usable() {
    [ "$("$SCHEMATHESIS/bin/schemathesis" --version 2>/dev/null)" = "schemathesis, version $SCHEMATHESIS_VERSION" ]
}
if ! usable; then
    echo "Installing Schemathesis $SCHEMATHESIS_VERSION from PyPI into $SCHEMATHESIS" >&2
    rm -rf "$SCHEMATHESIS"
    python3 -m venv "$SCHEMATHESIS"
    "$SCHEMATHESIS/bin/pip" install --quiet --disable-pip-version-check "schemathesis==$SCHEMATHESIS_VERSION"
fi
usable || {
    echo "Schemathesis $SCHEMATHESIS_VERSION could not be installed. This needs python3 with venv and pip." >&2
    exit 1
}
