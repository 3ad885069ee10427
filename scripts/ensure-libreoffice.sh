#!/bin/sh
# Makes sure that this machine has LibreOffice Calc and a Python that can control it. The tests use them to
# open and edit our sheets. If it is allowed to, it installs the distribution's smallest packages; no desktop
# is needed. Otherwise it says what to install and exits with 1.
set -eu

# The same Pythons as in tests/it/tools/libreoffice.rs.
steers() {
    for python in /usr/bin/python3 python3 /usr/lib64/libreoffice/program/python \
        /Applications/LibreOffice.app/Contents/Resources/python
    do
        if "$python" -c 'import uno' >/dev/null 2>&1; then return 0; fi
    done
    return 1
}

usable() { command -v "${SOFFICE:-soffice}" >/dev/null 2>&1 && steers; }

as_root() {
    if [ "$(id -u)" = 0 ]; then "$@"; else sudo -n "$@"; fi
}

may_be_root() {
    [ "$(id -u)" = 0 ] || { command -v sudo >/dev/null 2>&1 && sudo -n true 2>/dev/null; }
}

if usable; then exit 0; fi

echo "This machine has no LibreOffice Calc that Python can control." >&2
if command -v apt-get >/dev/null 2>&1 && may_be_root; then
    echo "Installing it: apt-get install libreoffice-calc-nogui python3-uno" >&2
    { as_root apt-get update -qq && as_root env DEBIAN_FRONTEND=noninteractive \
        apt-get install -y -qq --no-install-recommends libreoffice-calc-nogui python3-uno; } >&2 || echo "That failed." >&2
elif command -v dnf >/dev/null 2>&1 && may_be_root; then
    echo "Installing it: dnf install libreoffice-calc libreoffice-pyuno" >&2
    as_root dnf install -y -q libreoffice-calc libreoffice-pyuno >&2 || echo "That failed." >&2
fi

if usable; then exit 0; fi
cat >&2 <<'WORDS'
Please install LibreOffice Calc and its module for Python:
  Debian, Ubuntu   sudo apt-get install libreoffice-calc-nogui python3-uno
  Fedora           sudo dnf install libreoffice-calc libreoffice-pyuno
  macOS            brew install --cask libreoffice; then SOFFICE=/Applications/LibreOffice.app/Contents/MacOS/soffice
WORDS
exit 1
