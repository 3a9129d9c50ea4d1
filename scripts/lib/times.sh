# shellcheck shell=bash
# Sourced by the scripts: where the time of a run went. Each line of the file is KIND, seconds and a name, by tabs.
#
#   KINKAJOU_TIMES   the file, where a caller has begun one already (.ci/run); otherwise build/times.tsv, begun anew

begin_times() {
    if [ -z "${KINKAJOU_TIMES:-}" ]; then
        mkdir -p build
        export KINKAJOU_TIMES=$PWD/build/times.tsv
        printf 'began\t%s\tall\n' "$EPOCHSECONDS" >"$KINKAJOU_TIMES"
    fi
}

# record_time KIND SECONDS NAME
record_time() { [ -z "${KINKAJOU_TIMES:-}" ] || printf '%s\t%s\t%s\n' "$1" "$2" "$3" >>"$KINKAJOU_TIMES"; }

# timed NAME COMMAND...: runs it, and records what it took, whatever comes of it.
timed() {
    local name=$1 started=$EPOCHSECONDS status=0
    shift
    "$@" || status=$?
    record_time step $((EPOCHSECONDS - started)) "$name"
    return "$status"
}

# What ran beside each other adds up to more than the whole. What failed comes last: of a long run people often have its
# end alone.
print_times() {
    local kind title
    say ""
    say "where the time went, in seconds ($KINKAJOU_TIMES):"
    for kind in step job suite test; do
        case $kind in
        step) title="one after the other" ;;
        job) title="beside each other" ;;
        suite) title="suites on real parts, and all unit tests" ;;
        test) title="the slowest twenty tests" ;;
        esac
        grep -q "^$kind"$'\t' "$KINKAJOU_TIMES" || continue
        say "  $title"
        awk -F '\t' -v kind="$kind" '$1 == kind' "$KINKAJOU_TIMES" | sort -t $'\t' -k 2,2nr | head -n "$([ $kind = test ] && echo 20 || echo 60)" |
            awk -F '\t' '{ printf "    %7.1f  %s\n", $2, $3 }' >&2
    done
    awk -F '\t' -v now="$EPOCHSECONDS" '$1 == "began" { printf "    %7.1f  all of it\n", now - $2 }' "$KINKAJOU_TIMES" >&2
    grep -q "^failed"$'\t' "$KINKAJOU_TIMES" || return 0
    say "what failed:"
    awk -F '\t' '$1 == "failed" { printf "  ✘ %s\n", $3 }' "$KINKAJOU_TIMES" >&2
}
