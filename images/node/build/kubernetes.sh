#!/usr/bin/env bash
# Compiles Kubernetes 1.20.2 from bookworm's source package. Runs inside the toolchain container:
#   kubernetes.sh OUTPUT
# leaves OUTPUT/src (the patched tree, which our own programs are compiled in too) and OUTPUT/bin.
set -euo pipefail

output=$1
here=$(cd "$(dirname "$0")" && pwd)
version=v1.20.2
programs=(kube-apiserver kube-controller-manager kube-scheduler kube-proxy kubelet kubeadm kubectl)

rm -rf "$output/src" "$output/bin" "$output/unpack"
mkdir -p "$output/unpack" "$output/bin"
cd "$output/unpack"
apt-get update -qq
# _apt itself cannot write here.
apt-get source -qq -o APT::Sandbox::User=root --download-only kubernetes
if ! compgen -G "kubernetes_*really${version#v}*.dsc" >/dev/null; then
    echo "kubernetes: the archive has another version than $version now: $(compgen -G '*.dsc')" >&2
    exit 1
fi
dpkg-source --no-check --extract ./*.dsc "$output/src" >/dev/null
cd "$output/src"
rm -rf "$output/unpack"

# reflect2 of 2018 reads the layout of Go's own maps; from Go 1.18 on that layout is another, and kubeadm
# panics. Debian's package of the same library has the repair. dns is replaced because the vendored one
# (1.1.4) has predictable query ids (CVE-2019-19794).
for module in modern-go/reflect2 miekg/dns; do
    rm -rf "vendor/github.com/$module"
    mkdir -p "vendor/github.com/$module"
    cp -rL "/usr/share/gocode/src/github.com/$module/." "vendor/github.com/$module/"
    find "vendor/github.com/$module" -name '*_test.go' -delete
done
for patch in "$here"/../patches/*.patch; do
    [[ -e $patch ]] || continue
    patch --strip=1 --forward --quiet <"$patch"
done

cat >"$output/version" <<VERSION
KUBE_GIT_COMMIT='faecb196815e248d3ecfb03c680a4507229c2a56'
KUBE_GIT_TREE_STATE='archive'
KUBE_GIT_VERSION='$version'
KUBE_GIT_MAJOR='1'
KUBE_GIT_MINOR='20'
VERSION

# dockerless: the node has containerd only; without it the kubelet waits 5 s for a Docker socket at start.
# providerless: no cloud's volumes and load balancers in a cluster inside a container; a fifth less to compile.
export KUBE_GIT_VERSION_FILE=$output/version SOURCE_DATE_EPOCH=1610582400 CGO_ENABLED=0 HOME=/tmp
export GOFLAGS=-tags=dockerless,providerless
# Nothing for a debugger: it is not linked in anyway, and takes a seventh of the compiler's time.
export GOGCFLAGS=all=-dwarf=false
# With the others, so that what they share is compiled once; without cgo it is as static as they are.
export KUBE_STATIC_OVERRIDES=kubelet
# Of what `make` would generate, the source package lacks this alone.
make gen_openapi
hack/make-rules/build.sh "${programs[@]/#/cmd/}"
for program in "${programs[@]}"; do
    install -m 0755 "_output/bin/$program" "$output/bin/$program"
done
gcc -Os -Wall -Werror -static -s -DVERSION=3.2 -o "$output/bin/pause" build/pause/linux/pause.c
# Two gigabytes that nothing needs any more. What was generated is in the tree itself.
rm -rf _output
