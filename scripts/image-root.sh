#!/bin/sh
# Makes the file system of the image in a folder: builds the binary, statically, and puts beside
# it the few files that it reads. The Dockerfile runs this in its first stage and copies the
# folder as its last; scripts/check-image.sh runs this too, and the service in it.
set -eu
root=$1
cd "$(dirname "$0")/.."

# Naming the target keeps build scripts and macros, which cannot be static, out of RUSTFLAGS.
target=$(rustc -vV | sed -n 's/^host: //p')
case $target in
    *-linux-gnu | *-linux-musl) ;;
    *) echo "An image is for Linux; this machine builds for $target." >&2 && exit 1 ;;
esac
RUSTFLAGS="-C target-feature=+crt-static" SQLX_OFFLINE=true \
    cargo auditable build --locked --release --bin bugscrub --target "$target"

install -D -m 755 "${CARGO_TARGET_DIR:-target}/$target/release/bugscrub" "$root/usr/bin/bugscrub"
# Three quarters of it would be tables of lines; a panic's log names its line without them.
strip --strip-debug "$root/usr/bin/bugscrub"
# GitHub's certificate is checked against these. SSL_CERT_FILE names others.
install -D -m 644 /etc/ssl/certs/ca-certificates.crt "$root/etc/ssl/certs/ca-certificates.crt"
install -D -m 644 LICENSE "$root/usr/share/doc/bugscrub/LICENSE"
printf '%s\n' 'root:x:0:0:root:/:/sbin/nologin' 'nonroot:x:65532:65532:nonroot:/:/sbin/nologin' >"$root/etc/passwd"
printf '%s\n' 'root:x:0:' 'nonroot:x:65532:' >"$root/etc/group"
# Names are looked up in /etc/hosts, then asked of /etc/resolv.conf's servers; both files are the
# container's engine's.
echo 'hosts: files dns' >"$root/etc/nsswitch.conf"
