#!/bin/sh
# Checks that this machine can build Rust. If something is missing, it says what and how to get it.
set -eu

missing=0
if ! command -v cargo >/dev/null 2>&1; then
    cat >&2 <<'WORDS'
There is no Rust toolchain (cargo) on the PATH. Bug Scrub needs Rust 1.94 or newer.
  Get it with rustup: https://rust-lang.org/tools/install
WORDS
    missing=1
fi
if ! command -v cc >/dev/null 2>&1; then
    cat >&2 <<'WORDS'
There is no C compiler (cc) on the PATH. Some dependencies contain C:
  Debian, Ubuntu   sudo apt-get install build-essential
  Fedora           sudo dnf install gcc make
  macOS            xcode-select --install
WORDS
    missing=1
fi
exit "$missing"
