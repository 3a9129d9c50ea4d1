# shellcheck shell=bash
# Sourced by the scripts: where SwiftPM builds. Needs lib/report.sh, and the package's folder as the current one.
#
# SwiftPM's scratch directories are kept outside the tree, one for each configuration (so that both can be built at
# once), in a folder named by what all objects depend on: Swift and the flags. SwiftPM itself sees to it that another
# version of a dependency is compiled anew, and only that. A new clone then compiles our own sources alone. What was
# built is copied into the clone's build/ while the lock is held: clones never run each other's.
#
#   KINKAJOU_CACHE     where slow results are kept (default: /var/cache/kinkajou); if it cannot be written, the
#                      scratch directories are in .build
#   KINKAJOU_SCRATCH   another folder for the scratch directories, instead of all that

# swift_flags CONFIGURATION: the arguments of `swift build`. No index: editors make their own. Release binaries are
# stripped, so nothing is compiled for a debugger. They are fully static: the same file runs in Debian 12, Debian 13
# and an empty root. The linker's warnings that getaddrinfo and its kind want glibc's shared libraries at run time are
# known: names are resolved through /etc/hosts and DNS without them.
swift_flags() {
    case $1 in
    release) printf '%s\n' --configuration release -debug-info-format none --static-swift-stdlib \
        -Xswiftc -static-executable ;;
    debug) printf '%s\n' --configuration debug --disable-index-store ;;
    esac
}

swift_scratch() { # CONFIGURATION
    local base=${KINKAJOU_SCRATCH:-} cache=${KINKAJOU_CACHE:-/var/cache/kinkajou} key
    if [ -z "$base" ]; then
        key=$({
            swift --version 2>&1
            uname -m
            swift_flags debug
            swift_flags release
        } | sha256sum | cut -c1-16)
        base=$cache/swift/$key
        mkdir -p "$base" 2>/dev/null && [ -w "$base" ] || base=$PWD/.build/kinkajou
    fi
    mkdir -p "$base/$1"
    printf '%s\n' "$base/$1"
}

# A module that is no longer in Package.swift could still be imported while its file lies there.
forget_removed_targets() { # SCRATCH
    local list=$1/targets name
    sed -nE 's/.*[tT]arget\(.*name: "([^"]+)".*/\1/p; s/^ *name: "([A-Za-z-]+)",.*/\1/p' Package.swift | sort -u \
        >"$list.new"
    if [ -e "$list" ]; then
        comm -23 "$list" "$list.new" | while read -r name; do
            rm -rf "$1"/*/*/Modules/"$name".swift* "$1"/*/*/"$name".build
        done
    fi
    mv "$list.new" "$list"
}

# with_swift_scratch CONFIGURATION COMMAND...: runs a command with $scratch set, while nobody else builds there.
with_swift_scratch() {
    local scratch
    scratch=$(swift_scratch "$1")
    shift
    {
        if ! flock --nonblock 9; then
            say "waiting for another build in $scratch (at most an hour)"
            flock --timeout 3600 9 || fail "another build has held $scratch for an hour" "see who: fuser $scratch.lock"
        fi
        forget_removed_targets "$scratch"
        "$@" 9>&-
    } 9>"$scratch.lock"
}

# swift_build CONFIGURATION ARGUMENT...: in with_swift_scratch. SwiftPM's symbolic link CONFIGURATION in the scratch
# directory leads to the products.
swift_build() {
    local flags
    mapfile -t flags < <(swift_flags "$1")
    shift
    swift build --scratch-path "$scratch" "${flags[@]}" "$@"
}

# The tests, and the executables that they run where KINKAJOU_BIN_DIR names no others, into build/tests.
build_tests() {
    local file
    swift_build debug --build-tests || return
    mkdir -p build/tests || return
    for file in kinkajouPackageTests.xctest kinkajou kinkajou-init kinkajou-oci; do
        cp "$scratch/debug/$file" "build/tests/$file.new" || return
        mv "build/tests/$file.new" "build/tests/$file" || return
    done
}
