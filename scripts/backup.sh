#!/bin/sh
# Writes the whole database to a file, in pg_dump's custom format, while the service goes on:
#   scripts/backup.sh FILE
# The database is the one that the service's settings name: BUGSCRUB_DATABASE_URL, else the private
# Postgres of BUGSCRUB_DATA_DIR, which must be running. Needs pg_dump, of the server's version or
# newer. What is not in the file: the App's credentials and the webhook's secret.
set -eu
file=${1:?usage: scripts/backup.sh FILE}
[ ! -e "$file" ] || { echo "$file is there already; nothing is overwritten." >&2; exit 1; }

if [ -n "${BUGSCRUB_DATABASE_URL:-}" ]; then
    bin=$(dirname "$(command -v pg_dump || find /usr/lib/postgresql -name pg_dump | sort -V | tail -1)")
    url=$BUGSCRUB_DATABASE_URL
else
    data=${BUGSCRUB_DATA_DIR:-/var/lib/bugscrub}/postgres/data
    [ -e "$data/postmaster.pid" ] || { echo "No Postgres runs in $data: start the service, or set BUGSCRUB_DATA_DIR." >&2; exit 1; }
    # The programs beside the server's own, and the folder of its socket.
    bin=$(dirname "$(sed -n '1s/ .*//p' "$data/postmaster.opts")")
    url="postgres://bugscrub@localhost/bugscrub?host=$(sed -n 5p "$data/postmaster.pid")"
fi

umask 077
if ! "$bin/pg_dump" --format=custom --no-owner --no-privileges --file="$file.part" "$url"; then
    rm -f "$file.part"
    exit 1
fi
mv "$file.part" "$file"
echo "$file: $(wc -c <"$file") bytes"
