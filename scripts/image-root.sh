#!/bin/sh
# Creates the image's file system in a folder: builds a static binary, and adds the few files that it reads. The
# Dockerfile runs this in its first stage, and its last stage copies the folder. scripts/check-image.sh runs
# this too, and then the service in the folder.
set -eu
root=$1
cd "$(dirname "$0")/.."

# Naming the target keeps RUSTFLAGS away from build scripts and macros, which cannot be static.
target=$(rustc -vV | sed -n 's/^host: //p')
case $target in
    *-linux-gnu | *-linux-musl) ;;
    *) echo "An image needs a program for Linux, but this machine builds for $target." >&2 && exit 1 ;;
esac
RUSTFLAGS="-C target-feature=+crt-static" SQLX_OFFLINE=true \
    cargo auditable build --locked --release --bin bugscrub --target "$target"

install -D -m 755 "${CARGO_TARGET_DIR:-target}/$target/release/bugscrub" "$root/usr/bin/bugscrub"
# Line tables would be three quarters of the file. The log names the line of a panic without them.
strip --strip-debug "$root/usr/bin/bugscrub"
# GitHub's certificate is checked against these, or against those in SSL_CERT_FILE.
install -D -m 644 /etc/ssl/certs/ca-certificates.crt "$root/etc/ssl/certs/ca-certificates.crt"
install -D -m 644 LICENSE "$root/usr/share/doc/bugscrub/LICENSE"
printf '%s\n' 'root:x:0:0:root:/:/sbin/nologin' 'nonroot:x:65532:65532:nonroot:/:/sbin/nologin' >"$root/etc/passwd"
printf '%s\n' 'root:x:0:' 'nonroot:x:65532:' >"$root/etc/group"
# Names are looked up in /etc/hosts first, then with the servers in /etc/resolv.conf. The container engine
# provides both files.
echo 'hosts: files dns' >"$root/etc/nsswitch.conf"
