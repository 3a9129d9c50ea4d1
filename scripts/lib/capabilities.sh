# shellcheck shell=bash
# Sourced by the scripts: what this machine can grant to containers.

# Whether runc can give a privileged container every capability: CapBnd holds all up to cap_last_cap.
bounding_set_is_full() {
    local bounding last
    bounding=$(awk '$1 == "CapBnd:" { print $2 }' /proc/1/status)
    last=$(cat /proc/sys/kernel/cap_last_cap)
    [ $((16#$bounding & ((1 << (last + 1)) - 1))) -eq $(((1 << (last + 1)) - 1)) ]
}
