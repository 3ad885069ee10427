#!/usr/bin/env bash
# Renews .sqlx, the committed description of every query. It compiles the crate against a scratch database with
# the schema of migrations/. `make test` fails while .sqlx is out of date.
set -euo pipefail
cd "$(dirname "$0")/.."
./scripts/ensure-postgres.sh

bin=$(dirname "$(readlink -f "$(command -v postgres || ls -d /usr/lib/postgresql/*/bin/postgres | tail -1)")")
scratch=$(mktemp -d)
chmod 755 "$scratch"

# Postgres refuses to run as root.
as_owner() {
    if [ "$(id -u)" = 0 ]; then
        (cd "$scratch" && setpriv --reuid=postgres --regid=postgres --clear-groups "$@")
    else
        "$@"
    fi
}
[ "$(id -u)" != 0 ] || chown postgres "$scratch"

trap 'as_owner "$bin/pg_ctl" -D "$scratch/data" -m immediate stop >/dev/null; rm -rf "$scratch"' EXIT
as_owner "$bin/initdb" -D "$scratch/data" -A trust -E UTF8 -U postgres >/dev/null
as_owner "$bin/pg_ctl" -D "$scratch/data" -w -l "$scratch/log" \
    -o "-c listen_addresses= -c unix_socket_directories=$scratch -c fsync=off" start >/dev/null
for migration in migrations/*.sql; do
    "$bin/psql" -h "$scratch" -U postgres -q -v ON_ERROR_STOP=1 -f "$migration" postgres
done

rm -rf .sqlx && mkdir .sqlx
touch src/lib.rs
DATABASE_URL="postgres://postgres@localhost/postgres?host=$scratch" SQLX_OFFLINE=false \
    SQLX_OFFLINE_DIR="$PWD/.sqlx" cargo check --locked --lib
echo "$(ls .sqlx | wc -l) queries are described in .sqlx"
