#!/usr/bin/env bash
# Makes the container images that every node brings along, as one OCI archive that `ctr images import` reads. Runs
# inside the toolchain container, after kubernetes.sh and stand-ins.sh:
#   images.sh KUBERNETES_BIN STAND_INS_BIN ARCHIVE
#
# They are made by hand, not by `docker build`, so that their layers can be zstd: a node unpacks them while it
# starts, and gzip costs three times as long. The same inputs give the same bytes.
set -euo pipefail

kubernetes=$1 stand_ins=$2 archive=$3

version=v1.20.2
registry=k8s.gcr.io
created=1970-01-01T00:00:00Z
architecture=$(dpkg --print-architecture)

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
layout=$work/layout
blobs=$layout/blobs/sha256
mkdir -p "$blobs"
echo '{"imageLayoutVersion":"1.0.0"}' >"$layout/oci-layout"
manifests='[]'

# put FILE: moves a file among the blobs and prints its digest.
put() {
    local digest
    digest=$(sha256sum "$1" | cut -d' ' -f1)
    mv "$1" "$blobs/$digest"
    echo "$digest"
}

# layer NAME: packs the directory $work/NAME; leaves what image needs to know in $work/NAME.json.
layer() {
    local tar=$work/$1.tar packed=$work/$1.tar.zst diff digest size
    tar --directory "$work/$1" --sort=name --mtime=@0 --owner=0 --group=0 --numeric-owner --format=gnu \
        --create --file "$tar" .
    diff=$(sha256sum "$tar" | cut -d' ' -f1)
    zstd -q -T0 -10 --rm "$tar" -o "$packed"
    size=$(stat -c %s "$packed")
    digest=$(put "$packed")
    jq -nc --arg diff "sha256:$diff" --arg digest "sha256:$digest" --argjson size "$size" '{
        diff: $diff,
        descriptor: {mediaType: "application/vnd.oci.image.layer.v1.tar+zstd", digest: $digest, size: $size}
    }' >"$work/$1.json"
}

# image TAG ENTRYPOINT_JSON LAYER...
image() {
    local tag=$1 entrypoint=$2 layers config size digest
    shift 2
    layers=$(cd "$work" && jq -cs . "${@/%/.json}")
    jq -nc --arg created "$created" --arg architecture "$architecture" --argjson entrypoint "$entrypoint" \
        --argjson layers "$layers" '{
        created: $created, architecture: $architecture, os: "linux",
        config: {
            Env: ["PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"],
            Entrypoint: $entrypoint, WorkingDir: "/"
        },
        rootfs: {type: "layers", diff_ids: [$layers[].diff]}
    }' >"$work/config"
    size=$(stat -c %s "$work/config")
    config=$(put "$work/config")
    jq -nc --arg config "sha256:$config" --argjson size "$size" --argjson layers "$layers" '{
        schemaVersion: 2, mediaType: "application/vnd.oci.image.manifest.v1+json",
        config: {mediaType: "application/vnd.oci.image.config.v1+json", digest: $config, size: $size},
        layers: [$layers[].descriptor]
    }' >"$work/manifest"
    size=$(stat -c %s "$work/manifest")
    digest=$(put "$work/manifest")
    manifests=$(jq -c --arg digest "sha256:$digest" --argjson size "$size" --arg tag "$tag" \
        --arg architecture "$architecture" '. + [{
        mediaType: "application/vnd.oci.image.manifest.v1+json", digest: $digest, size: $size,
        platform: {architecture: $architecture, os: "linux"},
        annotations: {"io.containerd.image.name": $tag, "org.opencontainers.image.ref.name": ($tag | split(":")[-1])}
    }]' <<<"$manifests")
}

# with_libraries NAME PROGRAM...: copies programs into $work/NAME, with every library that they are linked to.
with_libraries() {
    local root=$work/$1 program file
    shift
    for program; do
        install -D "$program" "$root$program"
        # A static program has none.
        { ldd "$program" 2>/dev/null | grep -o '/[^ ]*' || true; } | while read -r file; do
            # The loader is named by a path of its own, through the symbolic link /lib64.
            [[ -e $root$file ]] || install -D "$file" "$root$file"
        done
    done
}

for name in kube-apiserver kube-controller-manager kube-scheduler; do
    install -D "$kubernetes/$name" "$work/$name/usr/local/bin/$name"
    layer "$name"
    image "$registry/$name:$version" "[\"$name\"]" "$name"
done

install -D "$kubernetes/pause" "$work/pause/pause"
layer pause
image "$registry/pause:3.2" '["/pause"]' pause

# Stand-ins have names of their own. kubeadm's Deployment of CoreDNS and its DaemonSet of kube-proxy ask for upstream's
# names and nothing else, so inside the node, and only there, those two have them as well.
install -D "$stand_ins/kinkajou-node" "$work/stand-ins/kinkajou-node"
mkdir -p "$work/stand-ins/tmp"
chmod 1777 "$work/stand-ins/tmp"
layer stand-ins
image docker.io/kinkajou/stand-ins:v1 '["/kinkajou-node"]' stand-ins
for name in docker.io/kinkajou/stand-in-coredns:v1 "$registry/coredns:1.7.0"; do
    image "$name" '["/kinkajou-node","coredns"]' stand-ins
done

multi=(/usr/sbin/xtables-legacy-multi /usr/sbin/xtables-nft-multi)
with_libraries kube-proxy "${multi[@]}" /usr/sbin/conntrack /usr/sbin/ipset /bin/kmod /bin/busybox
libraries=$(dirname "$(ldd "${multi[0]}" | grep -o '/[^ ]*/libxtables[^ ]*')")
xtables=$(readlink -f "/usr${libraries#/usr}/xtables")
# The modules of iptables come with libraries of their own (statistic with libm).
with_libraries kube-proxy "$xtables"/*.so
mkdir -p "$work/kube-proxy/sbin" "$work/kube-proxy/etc" "$work/kube-proxy/run" \
    "$work/kube-proxy/usr/local/bin"
cp /etc/protocols "$work/kube-proxy/etc/" 2>/dev/null || true
[[ ! -f /etc/ethertypes ]] || cp /etc/ethertypes "$work/kube-proxy/etc/"
ln -s /bin/kmod "$work/kube-proxy/sbin/modprobe"
ln -s busybox "$work/kube-proxy/bin/sh"
install "$kubernetes/kube-proxy" "$work/kube-proxy/usr/local/bin/kube-proxy.real"
# Its first argument zero makes it choose an iptables backend and go on as kube-proxy.real.
ln -s /kinkajou-node "$work/kube-proxy/usr/local/bin/kube-proxy"
layer kube-proxy
for name in "docker.io/kinkajou/stand-in-kube-proxy:$version" "$registry/kube-proxy:$version"; do
    image "$name" '["/usr/local/bin/kube-proxy"]' stand-ins kube-proxy
done

with_libraries etcd /usr/bin/etcd /usr/bin/etcdctl
layer etcd
image "$registry/etcd:3.4.13-0" '["etcd"]' etcd

jq -nc --argjson manifests "$manifests" '{schemaVersion: 2, manifests: $manifests}' >"$layout/index.json"
tar --directory "$layout" --sort=name --mtime=@0 --owner=0 --group=0 --create --file "$archive.partial" .
mv "$archive.partial" "$archive"
