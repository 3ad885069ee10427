#!/bin/sh
# Installs what makes clients of the API's description, and checks it: in Node.js from tests/clients/package-lock.json, in
# Python from tests/clients/requirements.txt into target/clients. What makes the client in Go is a dependency of the
# module tests/clients/go; it is installed where Go is. If this fails, it says what it needs and exits with 1.
set -eu
cd "$(dirname "$0")/.."

CLIENTS=target/clients
WANTED=tests/clients/requirements.txt

npm ci --prefix tests/clients --no-audit --no-fund --loglevel=error

if command -v go >/dev/null 2>&1 && (cd tests/clients/go && GOTOOLCHAIN=local go mod download); then
    :
else
    echo "There is no Go here that can build tests/clients/go, so no client in Go is made." >&2
fi

if cmp -s "$WANTED" "$CLIENTS/wanted" && "$CLIENTS/bin/openapi-python-client" --version >/dev/null 2>&1; then exit 0; fi
echo "Installing the generator of the Python client from PyPI into $CLIENTS" >&2
rm -rf "$CLIENTS"
# Every package is named in the list, so none is looked for beyond it.
if python3 -m venv "$CLIENTS" &&
    "$CLIENTS/bin/pip" install --quiet --disable-pip-version-check --no-deps --requirement "$WANTED"; then
    cp "$WANTED" "$CLIENTS/wanted"
else
    echo "It could not be installed. This needs python3 with venv and pip." >&2
    exit 1
fi
