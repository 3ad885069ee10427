#!/bin/sh
# Makes sure that this machine has the Postgres programs that Bug Scrub's private database and its tests run.
# If they are there, it says nothing. If it may install packages (as root, or with sudo without a password), it
# installs the distribution's. Otherwise it says what to install and exits with 1.
# If you only run `serve`, with BUGSCRUB_DATABASE_URL, you need none of this.
set -eu

oldest=14

# Whether a folder has every program that src/postgres/ runs, in a version that it accepts.
usable() {
    for program in postgres initdb pg_ctl createdb psql; do
        [ -x "$1/$program" ] || return 1
    done
    major=$("$1/postgres" --version 2>/dev/null | sed -n 's/^postgres (PostgreSQL) \([0-9][0-9]*\).*/\1/p')
    [ "${major:-0}" -ge "$oldest" ]
}

# The same places as in src/postgres/find.rs.
found() {
    on_path=$(command -v postgres || true)
    for dir in \
        "$(dirname "$(readlink -f "${on_path:-/}" 2>/dev/null || echo /)")" \
        "$(dirname "${on_path:-/}")" \
        "$(pg_config --bindir 2>/dev/null || true)" \
        /usr/lib/postgresql/*/bin \
        /usr/bin \
        /usr/pgsql-*/bin \
        /usr/lib/postgresql*/bin \
        /usr/lib64/postgresql-*/bin \
        /usr/libexec/postgresql* \
        /opt/homebrew/opt/postgresql*/bin \
        /usr/local/opt/postgresql*/bin \
        /home/linuxbrew/.linuxbrew/opt/postgresql*/bin \
        /opt/local/lib/postgresql*/bin \
        /Applications/Postgres.app/Contents/Versions/*/bin \
        /Library/PostgreSQL/*/bin \
        /usr/local/pgsql*/bin \
        /usr/local/bin
    do
        if usable "$dir"; then return 0; fi
    done
    return 1
}

has() { command -v "$1" >/dev/null 2>&1; }

as_root() {
    if [ "$(id -u)" = 0 ]; then "$@"; else sudo -n "$@"; fi
}

may_be_root() {
    [ "$(id -u)" = 0 ] || { has sudo && sudo -n true 2>/dev/null; }
}

install_with_apt() {
    # The package would also create and start a server, which nobody asked for. A setting prevents this
    # while we install.
    no_server=/etc/postgresql-common/createcluster.d/bugscrub-no-main-cluster.conf
    trap 'as_root rm -f "$no_server"' EXIT
    as_root mkdir -p "${no_server%/*}"
    echo 'create_main_cluster = false' | as_root tee "$no_server" >/dev/null
    as_root apt-get update -qq
    as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends postgresql
}

if found; then exit 0; fi

echo "This machine has no Postgres $oldest or newer." >&2
if has apt-get && may_be_root; then
    echo "Installing it: apt-get install postgresql" >&2
    install_with_apt >&2 || echo "That failed." >&2
elif has dnf && may_be_root; then
    echo "Installing it: dnf install postgresql-server" >&2
    as_root dnf install -y -q postgresql-server >&2 || echo "That failed." >&2
elif has brew && [ "$(id -u)" != 0 ]; then
    echo "Installing it: brew install postgresql@17" >&2
    brew install -q postgresql@17 >&2 || echo "That failed." >&2
fi

if found; then exit 0; fi
cat >&2 <<WORDS
Please install Postgres $oldest or newer:
  Debian, Ubuntu   sudo apt-get install postgresql
  Fedora           sudo dnf install postgresql-server
  macOS            brew install postgresql@17
  elsewhere        the server and its client programs, in one folder on the PATH
WORDS
exit 1
