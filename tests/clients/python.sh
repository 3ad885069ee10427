#!/bin/sh
# Makes a client in Python of a description, and has it read a service: python.sh FOLDER URL TOKEN. The description
# is FOLDER/openapi.json. The generator leaves out what it does not understand and says so: that is a failure.
set -eu
clients=$(cd "$(dirname "$0")" && pwd)
python=$clients/../../target/clients/bin
work=$1/python
mkdir -p "$work"
"$python/openapi-python-client" generate --path "$1/openapi.json" --meta none --overwrite --fail-on-warning \
    --config "$clients/python/config.yaml" --output-path "$work/bugscrub_client" >&2
PYTHONPATH=$work exec "$python/python" "$clients/python/client.py" "$2" "$3"
