#!/usr/bin/env bash
# Proves the image without an engine: builds it from nothing but what the Dockerfile copies, looks
# at the binary, and runs the service in exactly the image's files, read-only, as the image's user,
# against a Postgres and a GitHub that it must find by DNS and believe by their certificates.
# Needs root, for chroot and namespaces; says so where it has not. Not proved by it: the base image
# that the Dockerfile names, and any other architecture than this machine's.
set -euo pipefail
cd "$(dirname "$0")/.."

[ "$(id -u)" = 0 ] || { echo "make image-check needs root: it makes namespaces and a chroot." >&2; exit 1; }
missing=
for tool in unshare setpriv ip openssl python3 file readelf ldd; do
    command -v "$tool" >/dev/null || missing="$missing $tool"
done
[ -z "$missing" ] || { echo "Please install:$missing (Debian: util-linux iproute2 openssl python3 file binutils)" >&2; exit 1; }
./scripts/ensure-postgres.sh

work=$PWD/target/image
context=$work/context
root=$work/root
rm -rf "$context" "$root"
mkdir -p "$context"

# The Dockerfile's own words: what the first stage copies, runs and hands over; how the last is run.
build_stage=$(sed -n '/^FROM .* AS build$/,/^FROM scratch$/p' Dockerfile)
last_stage=$(sed -n '/^FROM scratch$/,$p' Dockerfile)
expect() { grep -qxF -- "$2" <<<"$1" || { echo "The Dockerfile has no line '$2': this check would prove another image." >&2; exit 1; }; }
expect "$build_stage" '    scripts/image-root.sh /image'
expect "$last_stage" 'COPY --from=build /image/ /'
[ "$(grep -c '^COPY' <<<"$last_stage")" = 1 ] || { echo "The last stage copies more than /image/." >&2; exit 1; }
user=$(sed -n 's/^USER //p' <<<"$last_stage")
listen=$(sed -n 's/^ENV BUGSCRUB_LISTEN=//p' <<<"$last_stage")
entrypoint=$(sed -n 's/^ENTRYPOINT \["\(.*\)"\]$/\1/p' <<<"$last_stage")
command=$(sed -n 's/^CMD \["\(.*\)"\]$/\1/p' <<<"$last_stage")

grep '^COPY ' <<<"$build_stage" | while read -r _ words; do
    read -ra words <<<"$words"
    to=${words[-1]}
    for from in "${words[@]::${#words[@]}-1}"; do
        mkdir -p "$context/$to"
        if [ -d "$from" ]; then cp -R "$from"/. "$context/$to"; else cp "$from" "$context/$to"; fi
    done
done

command -v cargo-auditable >/dev/null || {
    version=$(sed -n 's/^RUN cargo install --locked //p' Dockerfile)
    echo "Installing $version into target/image" >&2
    cargo install --quiet --locked --root "$work" "$version"
    export PATH="$work/bin:$PATH"
}
# Outside the context, so that the next check builds only what has changed.
CARGO_TARGET_DIR=$work/target "$context/scripts/image-root.sh" "$root"

binary=$root$entrypoint
echo "The image's files:"
(cd "$root" && find . -type f -printf '%P  %s bytes\n' | sort | sed 's/^/  /')
file -b "$binary" | sed 's/, BuildID.*//'
if readelf --program-headers --wide "$binary" | grep -q INTERP || readelf --dynamic --wide "$binary" | grep -q NEEDED; then
    echo "The binary asks for a loader or for libraries: it is not static." >&2
    exit 1
fi
! ldd "$binary" >/dev/null 2>&1 || ldd "$binary" 2>&1 | grep -q 'statically linked'
crates=$(python3 scripts/image/crates.py "$binary")
echo "static; $crates crates are listed in it"

# A network of its own, so that the names and ports in it are this check's alone.
exec unshare --net --mount --pid --fork --kill-child scripts/image/run.sh "$root" "$work/run" "$user" "$listen" "$entrypoint" "$command"
