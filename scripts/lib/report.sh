# shellcheck shell=bash
# Sourced by the scripts: one line on stderr for each thing done, with what it took.

say() { printf '%s\n' "$*" >&2; }

fail() {
    printf '%s: %s\n' "$(basename "$0")" "$1" >&2
    [ $# -lt 2 ] || printf '  cure: %s\n' "$2" >&2
    exit 1
}

# step TITLE COMMAND...: runs the command with its output in a log, and shows the log only on failure. In a job
# (lib/jobs.sh) the output goes to the job's log as it comes.
step() {
    local title=$1 started log status=0
    shift
    started=$(date +%s)
    if [ -n "${KINKAJOU_JOB:-}" ]; then
        "$@" >&2 || status=$?
        [ "$status" -ne 0 ] || say "$title ($(($(date +%s) - started)) s)"
        return "$status"
    fi
    log=$(mktemp)
    "$@" >"$log" 2>&1 || status=$?
    if [ "$status" -ne 0 ]; then
        say "failed: $title (exit status $status); its errors and its last lines:"
        grep -E '(^|[^[:alnum:]])error:' "$log" | sort -u | head -n 20 >&2 || true
        tail -n 40 "$log" >&2
        rm -f "$log"
        return "$status"
    fi
    rm -f "$log"
    say "$title ($(($(date +%s) - started)) s)"
}

# as_root COMMAND...: runs it as root, through sudo where needed.
as_root() {
    if [ "$(id -u)" -eq 0 ]; then
        "$@"
    elif command -v sudo >/dev/null; then
        sudo -- "$@"
    else
        fail "root is needed to run: $*" "run this as root, or install sudo"
    fi
}
