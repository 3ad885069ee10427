#!/bin/sh
# Writes the whole database to a file, in pg_dump's custom format, while the service keeps running:
#   scripts/backup.sh FILE
# It takes the database from the service's settings: BUGSCRUB_DATABASE_URL, or else the private Postgres in
# BUGSCRUB_DATA_DIR, which must be running. It needs pg_dump in the server's version or a newer one. The file
# does not contain the App's credentials and the webhook's secret.
set -eu
file=${1:?usage: scripts/backup.sh FILE}
[ ! -e "$file" ] || { echo "$file exists already, and this script overwrites nothing." >&2; exit 1; }

if [ -n "${BUGSCRUB_DATABASE_URL:-}" ]; then
    bin=$(dirname "$(command -v pg_dump || find /usr/lib/postgresql -name pg_dump | sort -V | tail -1)")
    url=$BUGSCRUB_DATABASE_URL
else
    data=${BUGSCRUB_DATA_DIR:-/var/lib/bugscrub}/postgres/data
    [ -e "$data/postmaster.pid" ] || { echo "No Postgres is running in $data. Start the service, or set BUGSCRUB_DATA_DIR." >&2; exit 1; }
    # Use the programs next to the server's own, and the folder of its socket.
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
