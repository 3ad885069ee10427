#!/bin/sh
# Reads what backup.sh has written into a database that is empty:
#   scripts/restore.sh FILE
# The database is the one that the service's settings name: BUGSCRUB_DATABASE_URL, else the private
# Postgres of BUGSCRUB_DATA_DIR, which is made anew. No service may run on it meanwhile. All of the
# file is read, or nothing. BUGSCRUB names the program, if it is not on the PATH.
set -eu
file=${1:?usage: scripts/restore.sh FILE}
[ -r "$file" ] || { echo "$file cannot be read." >&2; exit 1; }

# All or nothing, then what the planner must know of the rows.
restore() {
    "$bin/pg_restore" --single-transaction --exit-on-error --no-owner --no-privileges --dbname="$url" "$file"
    "$bin/psql" --no-psqlrc --quiet --command='ANALYZE' "$url"
}

if [ -n "${BUGSCRUB_DATABASE_URL:-}" ]; then
    bin=$(dirname "$(command -v pg_restore || find /usr/lib/postgresql -name pg_restore | sort -V | tail -1)")
    url=$BUGSCRUB_DATABASE_URL
    tables=$("$bin/psql" --no-psqlrc -At --command="SELECT count(*) FROM pg_tables WHERE schemaname = 'public'" "$url")
    [ "$tables" = 0 ] || { echo "There are $tables tables in this database; restore into an empty one." >&2; exit 1; }
    restore
else
    home=${BUGSCRUB_DATA_DIR:-/var/lib/bugscrub}/postgres
    [ ! -e "$home/data" ] || { echo "There is a database in $home/data; move it away first." >&2; exit 1; }
    # The program makes the cluster as it wants it, with a schema, which goes again.
    "${BUGSCRUB:-bugscrub}" migrate --log warn
    bin=$(dirname "$(sed -n '1s/ .*//p' "$home/data/postmaster.opts")")
    owner=$(stat -c %U "$home/data")
    as_owner() { if [ "$(id -un)" = "$owner" ]; then "$@"; else setpriv --reuid="$owner" --regid="$owner" --clear-groups env -C / "$@"; fi; }
    socket=$(mktemp -d) && chown "$owner" "$socket"
    trap 'as_owner "$bin/pg_ctl" -D "$home/data" -w -m fast stop >/dev/null; rm -rf "$socket"' EXIT
    as_owner "$bin/pg_ctl" -D "$home/data" -w -l "$home/postgres.log" \
        -o "-c listen_addresses= -c unix_socket_directories=$socket" start >/dev/null
    url="postgres://bugscrub@localhost/bugscrub?host=$socket"
    "$bin/psql" --no-psqlrc --quiet --command='DROP SCHEMA public CASCADE' --command='CREATE SCHEMA public' "$url" 2>/dev/null
    restore
fi
echo "Restored from $file."
