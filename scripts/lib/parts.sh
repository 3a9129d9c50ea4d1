# shellcheck shell=bash
# Sourced by the scripts: the parts that running and testing take, and what each needs. Needs lib/jobs.sh.

# part NAME...: the jobs that make these parts, and those that they need.
part() {
    local name
    for name in "$@"; do
        case $name in
        wrapper) job wrapper "" scripts/build kinkajou-oci ;;
        binaries) part wrapper && job binaries wrapper scripts/build kinkajou-init kinkajou ;;
        engine) part wrapper && job engine wrapper scripts/bootstrap engine ;;
        kind) job kind "" scripts/install-kind ;;
        pod-base) part engine && job pod-base engine scripts/pod-image --base ;;
        pod-image) part binaries pod-base && job pod-image "binaries pod-base" scripts/pod-image ;;
        node-image) part engine && job node-image engine scripts/node-image ;;
        host) part node-image kind && job host "node-image kind" scripts/host-cluster create ;;
        host-image) part host pod-image && job host-image "host pod-image" scripts/host-cluster load ;;
        # What running Kinkajou takes comes first: a nested cluster is waited for, the tests are not yet.
        tests) job tests "" nice -n 5 scripts/test --build ;;
        vm) job vm "" scripts/vm build ;;
        etcd) job etcd "" scripts/install-etcd ;;
        # A check of the fixture itself, when something of it has changed.
        node-image-check) part node-image kind && job node-image-check "node-image kind" scripts/node-image-check --once ;;
        *) fail "there is no part $name" "see scripts/lib/parts.sh" ;;
        esac
    done
}
