#!/bin/sh
# Makes sure that this machine has Chromium, in which the tests open web pages that use the API. If it is allowed
# to, it installs the distribution's package. Otherwise it says what to install and exits with 1.
set -eu

found() {
    for name in chromium chromium-browser google-chrome-stable google-chrome; do
        command -v "$name" >/dev/null 2>&1 && return 0
    done
    return 1
}

as_root() {
    if [ "$(id -u)" = 0 ]; then "$@"; else sudo -n "$@"; fi
}

if found; then exit 0; fi

echo "This machine has no Chromium." >&2
if command -v apt-get >/dev/null 2>&1; then
    echo "Installing it: apt-get install chromium" >&2
    { as_root apt-get update -qq &&
        as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends chromium; } >&2 ||
        echo "That failed." >&2
fi

if found; then exit 0; fi
cat >&2 <<'WORDS'
Please install Chromium or Google Chrome:
  Debian           sudo apt-get install chromium
  Fedora           sudo dnf install chromium
  macOS            brew install --cask google-chrome, and put it on the PATH as google-chrome
WORDS
exit 1
