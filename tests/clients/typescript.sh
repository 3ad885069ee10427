#!/bin/sh
# Makes a client in TypeScript of a description, compiles it strictly, and has it read a service:
# typescript.sh FOLDER URL TOKEN. The description is FOLDER/openapi.json.
set -eu
clients=$(cd "$(dirname "$0")" && pwd)
work=$1/typescript
mkdir -p "$work"
cp "$clients/typescript/client.ts" "$clients/typescript/tsconfig.json" "$work"
ln -sfn "$clients/node_modules" "$work/node_modules"
echo '{"type": "module"}' >"$work/package.json"
cd "$work"
node_modules/.bin/openapi-typescript ../openapi.json --output api.d.ts >&2
node_modules/.bin/tsc --project . >&2
exec node client.js "$2" "$3"
