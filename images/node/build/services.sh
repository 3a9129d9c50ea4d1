#!/usr/bin/env bash
# Compiles our own Go program in the Kubernetes tree, whose client libraries it uses. Runs inside the toolchain
# container, after kubernetes.sh:
#   services.sh WORK OUTPUT
# where WORK is what kubernetes.sh left.
set -euo pipefail

work=$1 output=$2
here=$(cd "$(dirname "$0")" && pwd)

rm -rf "$work/src/cmd/kinkajou-node" "$work/gopath"
cp -r "$here/../services" "$work/src/cmd/kinkajou-node"
# As Kubernetes' own build: the tree inside a GOPATH, with what is vendored, and no modules.
mkdir -p "$work/gopath/src/k8s.io"
ln -s ../../../src "$work/gopath/src/k8s.io/kubernetes"
cd "$work/gopath/src/k8s.io/kubernetes"
export GO111MODULE=off GOPATH=$work/gopath CGO_ENABLED=0 GOFLAGS=-trimpath GOCACHE=$work/gocache HOME=/tmp
unformatted=$(gofmt -l cmd/kinkajou-node)
if [[ -n $unformatted ]]; then
    echo "services: not formatted by gofmt: $unformatted" >&2
    exit 1
fi
go test -vet=off ./cmd/kinkajou-node/...
go build -ldflags '-s -w -buildid=' -o "$output/kinkajou-node" ./cmd/kinkajou-node
