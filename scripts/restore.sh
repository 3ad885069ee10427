#!/bin/sh
# Reads a file that backup.sh wrote into an empty database:
#   scripts/restore.sh FILE
# It takes the database from the service's settings: BUGSCRUB_DATABASE_URL, or else the private Postgres in
# BUGSCRUB_DATA_DIR, which it creates. No service may use the database meanwhile. It restores the whole file or
# nothing. If the program `bugscrub` is not on the PATH, BUGSCRUB names it.
set -eu
file=${1:?usage: scripts/restore.sh FILE}
[ -r "$file" ] || { echo "$file cannot be read." >&2; exit 1; }

# Restores everything or nothing, then collects the statistics that the query planner needs.
restore() {
    "$bin/pg_restore" --single-transaction --exit-on-error --no-owner --no-privileges --dbname="$url" "$file"
    # Without it, whoever is no superuser is warned of each table of Postgres' own.
    "$bin/psql" --no-psqlrc --quiet --command='SET client_min_messages = error' --command=ANALYZE "$url"
}

if [ -n "${BUGSCRUB_DATABASE_URL:-}" ]; then
    bin=$(dirname "$(command -v pg_restore || find /usr/lib/postgresql -name pg_restore | sort -V | tail -1)")
    url=$BUGSCRUB_DATABASE_URL
    tables=$("$bin/psql" --no-psqlrc -At --command="SELECT count(*) FROM pg_tables WHERE schemaname = 'public'" "$url")
    [ "$tables" = 0 ] || { echo "This database has $tables tables already. Restore into an empty one." >&2; exit 1; }
    restore
else
    home=${BUGSCRUB_DATA_DIR:-/var/lib/bugscrub}/postgres
    [ ! -e "$home/data" ] || { echo "There is a database in $home/data already. Move it away first." >&2; exit 1; }
    # The program creates the cluster the way it needs it, with a schema that we drop again.
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
