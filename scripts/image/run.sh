#!/usr/bin/env bash
# The second half of check-image.sh, which runs in namespaces of its own. The image's files are at $root,
# read-only, with what a container engine adds (/proc, /dev, /etc/hosts, /etc/resolv.conf). Postgres and the other
# peers run outside of them.
set -euo pipefail
root=$1 work=$2 user=$3 listen=$4 entrypoint=$5 command=$6
here=$(dirname "$0")
port=${listen##*:}
fail() { echo "$*" >&2; exit 1; }

rm -rf "$work"
mkdir -p "$work/etc"
chmod 711 "$work"
ip link set lo up
mount -t proc proc /proc

# Create certificates of an authority that only this check knows.
database=postgres.data.svc.cluster.local
(
    cd "$work"
    openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj "/CN=the check's authority" \
        -keyout authority.key -out authority.crt
    openssl req -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -subj "/CN=the check's peers" -keyout peer.key -out peer.csr
    printf 'subjectAltName=DNS:%s,DNS:github.test' "$database" >names
    openssl x509 -req -in peer.csr -CA authority.crt -CAkey authority.key -days 2 -extfile names -out peer.crt
) 2>"$work/openssl.log" || fail "$(cat "$work/openssl.log")"

# Start a Postgres that accepts connections over TLS only.
bin=$(dirname "$(readlink -f "$(command -v postgres || find /usr/lib/postgresql -name postgres -path "*/bin/*" | sort -V | tail -1)")")
as_postgres() { setpriv --reuid=postgres --regid=postgres --clear-groups env -C "$work/postgres" "$@"; }
install -d -o postgres -m 700 "$work/postgres"
install -o postgres -m 600 "$work/peer.key" "$work/peer.crt" "$work/postgres"
echo "the-password" >"$work/postgres/password" && chown postgres "$work/postgres/password"
as_postgres "$bin/initdb" -D data -U bugscrub --pwfile=password -A scram-sha-256 -E UTF8 >"$work/initdb.log"
echo "hostssl all all 127.0.0.1/32 scram-sha-256" >"$work/postgres/data/pg_hba.conf"
as_postgres "$bin/pg_ctl" -D data -w -l log -o "-c listen_addresses=127.0.0.1 -c ssl=on -c ssl_cert_file=../peer.crt \
    -c ssl_key_file=../peer.key -c unix_socket_directories=$work/postgres -c fsync=off" start >/dev/null ||
    fail "$(cat "$work/postgres/log")"
export PGPASSWORD=the-password

python3 "$here/peers.py" "$work/peer.crt" "$work/peer.key" "$database=127.0.0.1" github.test=127.0.0.1 >"$work/peers.log" &
for _ in $(seq 100); do if grep -qx ready "$work/peers.log"; then break; else sleep 0.1; fi; done
grep -qx ready "$work/peers.log" || fail "The DNS server did not start."

# The files that an engine mounts into every container, as Kubernetes writes them.
printf '127.0.0.1 localhost\n::1 localhost\n127.0.0.1 in-the-hosts-file\n' >"$work/etc/hosts"
printf 'search bugscrub.svc.cluster.local svc.cluster.local cluster.local\nnameserver 127.0.0.1\noptions ndots:5\n' >"$work/etc/resolv.conf"
# Files as a mounted Secret has them.
mkdir "$work/secrets"
cp "$work/authority.crt" "$work/secrets/ca.crt"
cp "$here/../../tests/it/support/github/key/app.pem" "$work/secrets/app.pem"
printf 'the-secret-of-the-check' >"$work/secrets/webhook"
chown -R "$user" "$work/secrets" && chmod 500 "$work/secrets" && chmod 400 "$work/secrets"/*

container=$work/container
chroot=$(command -v chroot)
mkdir "$container"
mount --bind "$root" "$container"
# The engine creates these mount points; they are not part of the image.
mkdir -p "$container/proc" "$container/dev" "$container/run/secrets"
touch "$container/etc/hosts" "$container/etc/resolv.conf"
mount -o remount,bind,ro "$container"
mount -t proc proc "$container/proc"
# The devices that the Open Container Initiative's runtime specification promises.
mount -t tmpfs -o size=64k,mode=755 tmpfs "$container/dev"
for device in null:1:3 zero:1:5 full:1:7 random:1:8 urandom:1:9 tty:5:0; do
    IFS=: read -r name major minor <<<"$device"
    mknod -m 666 "$container/dev/$name" c "$major" "$minor"
done
mount -o remount,ro "$container/dev"
mount --bind "$work/etc/hosts" "$container/etc/hosts"
mount --bind "$work/etc/resolv.conf" "$container/etc/resolv.conf"
mount --bind "$work/secrets" "$container/run/secrets"
mount -o remount,bind,ro "$container/run/secrets"

# Runs a process in the image's files: without rights, without this environment, with nothing to write to.
inside() {
    local settings=()
    while [[ $1 == *=* ]]; do settings+=("$1"); shift; done
    setpriv --no-new-privs --bounding-set=-all,+sys_chroot,+setuid,+setgid --inh-caps=-all \
        env -i "${settings[@]}" "$chroot" --userspec="$user" --groups= "$container" "$entrypoint" "$@"
}
! chroot --userspec="$user" "$container" /bin/sh -c true 2>/dev/null || fail "The image contains a shell."
inside --version

url="postgres://bugscrub:the-password@postgres.data:5432/postgres?sslmode=verify-ca&sslrootcert=/run/secrets/ca.crt"
full=${url/postgres.data/$database}
full=${full/verify-ca/verify-full}
secrets=(BUGSCRUB_WEBHOOK_SECRET_FILE=/run/secrets/webhook "BUGSCRUB_ADMIN_TOKEN=the-admin-token-of-the-check")

# Resolve the name in the hosts file, the short name through the search list, and the full name.
inside "BUGSCRUB_DATABASE_URL=${url/postgres.data/in-the-hosts-file}" migrate
inside "BUGSCRUB_DATABASE_URL=$url" migrate
grep -qx "asked for $database" "$work/peers.log" || fail "DNS was not asked for $database."
inside "BUGSCRUB_DATABASE_URL=$full" migrate
# A certificate for another name must be refused.
if inside "BUGSCRUB_DATABASE_URL=${full/$database/in-the-hosts-file}" migrate 2>"$work/refused"; then
    fail "The service accepted a certificate for another name."
fi
if inside "BUGSCRUB_DATABASE_URL=${url/postgres.data/no-such-name}" migrate 2>"$work/unknown"; then fail "The service found a host that does not exist."; fi
grep -q "lookup" "$work/unknown" || fail "$(cat "$work/unknown")"

# GitHub: the image's own list of authorities lacks this check's authority, so its certificate must be refused. It
# must be accepted if SSL_CERT_FILE names the authority, and if the image's list contains it.
github=(BUGSCRUB_GITHUB_API_URL=https://github.test BUGSCRUB_APP_ID=7 BUGSCRUB_PRIVATE_KEY_FILE=/run/secrets/app.pem)
asked() { grep -c "asked for /app" "$work/peers.log" || true; }
inside "${github[@]}" doctor >"$work/doctor" 2>&1 || true
[ "$(asked)" = 0 ] || fail "The service accepted a certificate of an unknown authority."
inside SSL_CERT_FILE=/run/secrets/ca.crt "${github[@]}" doctor >"$work/doctor" 2>&1 || true
by_file=$(asked)
[ "$by_file" -gt 0 ] || fail "The service does not read SSL_CERT_FILE: $(cat "$work/doctor")"
cat "$root/etc/ssl/certs/ca-certificates.crt" "$work/authority.crt" >"$work/etc/ca-certificates.crt"
mount --bind "$work/etc/ca-certificates.crt" "$container/etc/ssl/certs/ca-certificates.crt"
inside "${github[@]}" doctor >"$work/doctor" 2>&1 || true
[ "$(asked)" -gt "$by_file" ] || fail "The service does not read the image's list of authorities: $(cat "$work/doctor")"
umount "$container/etc/ssl/certs/ca-certificates.crt"

inside "BUGSCRUB_DATABASE_URL=$full" "BUGSCRUB_LISTEN=$listen" BUGSCRUB_TIME_ZONE=Europe/Berlin "${secrets[@]}" "$command" \
    2>"$work/service.log" &
service=$!
ask() { python3 - "$@" <<'PY'
import sys, urllib.request
path, token = sys.argv[1], sys.argv[2:]
request = urllib.request.Request(f"http://127.0.0.1:{path}", headers={"Authorization": f"Bearer {token[0]}"} if token else {})
print(urllib.request.urlopen(request, timeout=5).read().decode())
PY
}
for _ in $(seq 200); do if ask "$port/readyz" >/dev/null 2>&1; then break; else sleep 0.1; fi; done
ask "$port/readyz" >/dev/null || fail "$(cat "$work/service.log")"

python3 "$here/deliveries.py" >"$work/secrets/deliveries"
inside BUGSCRUB_WEBHOOK_SECRET_FILE=/run/secrets/webhook deliver /run/secrets/deliveries \
    --url "http://localhost:$port/webhooks/github" >"$work/delivered" || fail "$(cat "$work/delivered")"
queue=$(ask "$port/api/v1/queue?account=9000" the-admin-token-of-the-check)
python3 -c 'import json, sys; queue = json.loads(sys.argv[1]); assert queue["total"] == 100, queue' "$queue"
[[ $(ask "$port/docs/") == *swagger* ]] || fail "/docs has no page."
[[ $(ask "$port/api/v1/stats/ages.svg?account=9000" the-admin-token-of-the-check) == *"<svg"* ]] || fail "The service drew no chart."

# `inside` is a function, so the program is a child of the shell.
process=$(pgrep -P "$service" -x bugscrub)
grep -E '^(Uid|Gid|CapEff|CapBnd|NoNewPrivs|VmHWM):' "/proc/$process/status" | tr -s '\t ' ' ' | paste -sd';'
kill -TERM "$process"
wait "$service" || fail "$(cat "$work/service.log")"
grep -q "everything accepted is stored" "$work/service.log" || fail "$(cat "$work/service.log")"
as_postgres "$bin/pg_ctl" -D data -m immediate stop >/dev/null
echo "The service ran in the image's files, read-only, as $user. It resolved names by DNS, spoke TLS to Postgres and GitHub, stored 100 deliveries, and stopped cleanly."
