#!/bin/sh
# Makes a client in Go of a description, and has it read a service: go.sh FOLDER URL TOKEN. The description is
# FOLDER/openapi-3.0.json: the generator does not read 3.1.
set -eu
clients=$(cd "$(dirname "$0")" && pwd)
work=$1/go
mkdir -p "$work"
cp "$clients/go/go.mod" "$clients/go/go.sum" "$clients/go/main.go" "$work"
cd "$work"
go tool oapi-codegen -generate types,client -package main -o client.gen.go ../openapi-3.0.json >&2
go vet . >&2
exec go run . "$2" "$3"
