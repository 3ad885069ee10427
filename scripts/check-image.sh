#!/usr/bin/env bash
# Tests the image without a container engine. It builds the image from only what the Dockerfile copies, and the page, and
# inspects the binary. Then it runs the service in exactly the image's files, read-only, as the image's user.
# The service must find Postgres and GitHub by DNS and verify their certificates. This needs root, for chroot
# and namespaces. It does not test the base image that the Dockerfile names, nor any architecture but this
# machine's.
set -euo pipefail
cd "$(dirname "$0")/.."

[ "$(id -u)" = 0 ] || { echo "make image-check must run as root, because it creates namespaces and a chroot." >&2; exit 1; }
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

# Read from the Dockerfile what the first stage copies, runs and hands over, and how the last one is run.
build_stage=$(sed -n '/^FROM .* AS build$/,/^FROM scratch$/p' Dockerfile)
last_stage=$(sed -n '/^FROM scratch$/,$p' Dockerfile)
expect() { grep -qxF -- "$2" <<<"$1" || { echo "The Dockerfile has no line '$2', so this check would test another image." >&2; exit 1; }; }
expect "$build_stage" '    scripts/image-root.sh /image'
expect "$last_stage" 'COPY --from=build /image/ /'
[ "$(grep -c '^COPY' <<<"$last_stage")" = 1 ] || { echo "The last stage copies more than /image/." >&2; exit 1; }
user=$(sed -n 's/^USER //p' <<<"$last_stage")
listen=$(sed -n 's/^ENV BUGSCRUB_LISTEN=//p' <<<"$last_stage")
entrypoint=$(sed -n 's/^ENTRYPOINT \["\(.*\)"\]$/\1/p' <<<"$last_stage")
command=$(sed -n 's/^CMD \["\(.*\)"\]$/\1/p' <<<"$last_stage")

./scripts/build-page.sh
grep '^COPY ' <<<"$build_stage" | while read -r _ words; do
    read -ra words <<<"$words"
    to=${words[-1]}
    # Of the stage before, which builds the page.
    [ "${words[0]}" = --from=page ] && words=(web/dist "$to")
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
# The target folder is outside the context, so the next check builds only what has changed.
CARGO_TARGET_DIR=$work/target "$context/scripts/image-root.sh" "$root"

binary=$root$entrypoint
echo "The image's files:"
(cd "$root" && find . -type f -printf '%P  %s bytes\n' | sort | sed 's/^/  /')
file -b "$binary" | sed 's/, BuildID.*//'
if readelf --program-headers --wide "$binary" | grep -q INTERP || readelf --dynamic --wide "$binary" | grep -q NEEDED; then
    echo "The binary is not static: it needs a loader or libraries." >&2
    exit 1
fi
! ldd "$binary" >/dev/null 2>&1 || ldd "$binary" 2>&1 | grep -q 'statically linked'
crates=$(python3 scripts/image/crates.py "$binary")
echo "static; lists the $crates crates that it was built from"

# The check gets a network of its own, so its names and ports disturb nobody.
exec unshare --net --mount --pid --fork --kill-child scripts/image/run.sh "$root" "$work/run" "$user" "$listen" "$entrypoint" "$command"
