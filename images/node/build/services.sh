#!/usr/bin/env bash
# Compiles our own Go program in the Kubernetes tree, whose client libraries it uses. Runs inside the toolchain
# container, after kubernetes.sh:
#   services.sh WORK OUTPUT
# where WORK is what kubernetes.sh left.
set -euo pipefail

work=$1 output=$2
here=$(cd "$(dirname "$0")" && pwd)

cd "$work/src"
rm -rf cmd/kinkajou-node
cp -r "$here/../services" cmd/kinkajou-node
export CGO_ENABLED=0 GOFLAGS=-mod=vendor GOCACHE=$work/gocache HOME=/tmp
unformatted=$(gofmt -l cmd/kinkajou-node)
if [[ -n $unformatted ]]; then
    echo "services: not formatted by gofmt: $unformatted" >&2
    exit 1
fi
go vet ./cmd/kinkajou-node/...
go test ./cmd/kinkajou-node/...
go build -trimpath -ldflags '-s -w -buildid=' -o "$output/kinkajou-node" ./cmd/kinkajou-node
