#!/bin/sh
# Sees to it that this machine can build Rust: says what is missing and how to get it.
set -eu

missing=0
if ! command -v cargo >/dev/null 2>&1; then
    cat >&2 <<'WORDS'
No Rust toolchain (cargo) on the PATH. Bug Scrub needs Rust 1.94 or newer:
  get it with rustup, see https://rust-lang.org/tools/install
WORDS
    missing=1
fi
if ! command -v cc >/dev/null 2>&1; then
    cat >&2 <<'WORDS'
No C compiler (cc) on the PATH; some dependencies contain C:
  Debian, Ubuntu   sudo apt-get install build-essential
  Fedora           sudo dnf install gcc make
  macOS            xcode-select --install
WORDS
    missing=1
fi
exit "$missing"
