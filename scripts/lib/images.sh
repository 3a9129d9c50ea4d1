# shellcheck shell=bash
# Sourced by the scripts: the names of images.

pod_image() { printf '%s\n' "${KINKAJOU_POD_IMAGE:-kinkajou/pod:latest}"; }

# pod_image_with NODE_IMAGE: the Pod's image that brings an archive of a node image along. kinkajou/pod:latest with
# kinkajou/node:v1.20.2 is kinkajou/pod:v1.20.2; any other tag of the Pod's image stays in front.
pod_image_with() {
    local image tag=${1##*:} own
    image=$(pod_image)
    own=${image##*:}
    case $own in
    latest | */*) printf '%s:%s\n' "${image%:latest}" "$tag" ;;
    *) printf '%s:%s-%s\n' "${image%:*}" "$own" "$tag" ;;
    esac
}
