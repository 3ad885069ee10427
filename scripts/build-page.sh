#!/bin/sh
# Builds the page (web/) for the binary, which takes it in when it is compiled next. Without Node.js 20.19 or newer, or if the
# packages cannot be had, it says so and exits with 1: then the program is built without the page.
set -eu
cd "$(dirname "$0")/.."
PATH="$PWD/target/node/bin:$PATH"

DIST=web/dist
# What the page is made of, the packages by their list.
sources() {
    find web -type d \( -name node_modules -o -name dist \) -prune -o -type f -print | LC_ALL=C sort | while read -r file; do cksum "$file"; done
}

without() {
    echo "$1 So the program is built without its page: see scripts/build-page.sh." >&2
    exit 1
}

wanted=$(sources)
if [ -e $DIST/page/index.html ] && [ "$wanted" = "$(cat $DIST/sources 2>/dev/null)" ]; then exit 0; fi

./scripts/ensure-node.sh || without "There is no Node.js."
if ! cmp -s web/package-lock.json web/node_modules/installed; then
    npm ci --prefix web --no-audit --no-fund --loglevel=error >&2 || without "The page's packages cannot be installed."
    cp web/package-lock.json web/node_modules/installed
fi
npm run --prefix web --silent build >&2 || without "The page cannot be built."
echo "$wanted" >$DIST/sources
