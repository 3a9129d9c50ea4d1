#!/usr/bin/env bash
# Checks and compiles our own Go program in the Kubernetes tree, whose client libraries it uses. Runs inside the
# toolchain container, after kubernetes.sh:
#   stand-ins.sh WORK OUTPUT
# where WORK is what kubernetes.sh left.
set -euo pipefail

work=$1 output=$2
here=$(cd "$(dirname "$0")" && pwd)

rm -rf "$work/src/cmd/kinkajou-node" "$work/gopath"
cp -r "$here/../stand-ins" "$work/src/cmd/kinkajou-node"
# As Kubernetes' own build: the tree inside a GOPATH, with what is vendored, and no modules.
mkdir -p "$work/gopath/src/k8s.io"
ln -s ../../../src "$work/gopath/src/k8s.io/kubernetes"
cd "$work/gopath/src/k8s.io/kubernetes"
export GO111MODULE=off GOPATH=$work/gopath CGO_ENABLED=0 GOFLAGS=-trimpath GOCACHE=$work/gocache HOME=/tmp
unformatted=$(gofmt -l cmd/kinkajou-node)
if [[ -n $unformatted ]]; then
    echo "stand-ins: not formatted by gofmt: $unformatted" >&2
    exit 1
fi
go vet ./cmd/kinkajou-node/...
go test -vet=off ./cmd/kinkajou-node/...
go build -ldflags '-s -w -buildid=' -o "$output/kinkajou-node" ./cmd/kinkajou-node
