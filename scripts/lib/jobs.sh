# shellcheck shell=bash
# Sourced by the scripts: jobs that run at the same time where they do not need each other. Needs lib/report.sh and
# lib/times.sh.
#
#   job NAME NEEDS COMMAND...   what is to be run, and the names of the jobs that it needs, in one word
#   run_jobs                    runs them all, each as soon as what it needs is done; its output is in build/log/NAME.log
#   shown_job NAME COMMAND...   runs one now, and shows its output as it comes
#
# Each job is a process group of its own. The first that fails ends all others; so does whatever ends the script that
# calls `trap_jobs`.

declare -A job_needs=() job_command=() job_state=() job_pid=() job_started=()
job_names=()
# A pipe, in which jobs tell that they have ended: bash forgets those that end before it is asked for them.
exec {job_ends}<> <(:)

job() {
    local name=$1
    [ -z "${job_state[$name]:-}" ] || return 0
    job_names+=("$name")
    job_needs[$name]=$2
    job_state[$name]=waiting
    shift 2
    job_command[$name]=$(printf '%q ' "$@")
}

job_is_ready() {
    local need
    for need in ${job_needs[$1]}; do
        [ "${job_state[$need]:-}" = "done" ] || return 1
    done
}

start_job() { # NAME [shown]
    local name=$1 log=build/log/$1.log
    mkdir -p build/log
    job_state[$name]=running
    job_started[$name]=$EPOCHSECONDS
    # In a process group of its own, and with its output as it comes: see `step`.
    set -m
    if [ "${2:-}" = shown ]; then
        { run_job "$name" 2>&1 </dev/null | tee "$log"; } &
    else
        run_job "$name" >"$log" 2>&1 </dev/null &
    fi
    set +m
    job_pid[$name]=$!
}

# Runs the command in a shell of its own, so that its end can be told whatever it was.
run_job() {
    local status
    set +e
    (
        set -e
        KINKAJOU_JOB=$1 eval "${job_command[$1]}"
    )
    status=$?
    printf '%s %s\n' "$1" "$status" >&"$job_ends"
    return "$status"
}

# wait_for_job NAME: returns its exit status.
wait_for_job() {
    local status=0
    wait "${job_pid[$1]}" || status=$?
    job_state[$1]="ended"
    record_time job $((EPOCHSECONDS - job_started[$1])) "$1"
    return "$status"
}

shown_job() {
    local name=$1
    shift
    job "$name" "" "$@"
    start_job "$name" shown
    wait_for_job "$name"
}

running_jobs() {
    local name
    for name in "${job_names[@]}"; do [ "${job_state[$name]}" != running ] || printf '%s\n' "$name"; done
}

# end_jobs: ends what runs, and waits until it has ended, for at most 20 s.
end_jobs() {
    local name pid deadline=$((SECONDS + 20))
    for name in $(running_jobs); do kill -TERM -- "-${job_pid[$name]}" 2>/dev/null || true; done
    for name in $(running_jobs); do
        pid=${job_pid[$name]}
        while kill -0 -- "-$pid" 2>/dev/null; do
            if [ $SECONDS -ge $deadline ]; then
                say "job $name does not end, and is killed"
                kill -KILL -- "-$pid" 2>/dev/null || true
                break
            fi
            sleep 0.1
        done
        job_state[$name]=ended
    done
}

trap_jobs() {
    trap 'end_jobs' EXIT
    trap 'exit 129' HUP
    trap 'exit 130' INT
    trap 'exit 143' TERM
}

# One line: what runs, how long, and the end of what each has said.
say_progress() {
    local name line
    for name in $(running_jobs); do
        line=$(tail -c 400 "build/log/$name.log" 2>/dev/null | tr '\r' '\n' | sed '/^[[:space:]]*$/d' | tail -n 1)
        say "  … $name ($((EPOCHSECONDS - job_started[$name])) s) ${line:0:80}"
    done
}

# job_ended: waits until a job has ended, and leaves its name and exit status in $ended and $status. Progress is said
# every 30 s.
job_ended() {
    local name
    while ! read -r -t 1 -u "$job_ends" ended status; do
        # One that was killed has told nothing.
        for name in $(running_jobs); do
            if ! kill -0 "${job_pid[$name]}" 2>/dev/null && ! read -r -t 0 -u "$job_ends"; then
                ended=$name
                status=0
                wait "${job_pid[$name]}" || status=$?
                return
            fi
        done
        if [ "$EPOCHSECONDS" -ge "$next_progress" ]; then
            say_progress
            next_progress=$((EPOCHSECONDS + 30))
        fi
    done
}

run_jobs() {
    local name ended status seconds next_progress=$((EPOCHSECONDS + 30))
    while true; do
        for name in "${job_names[@]}"; do
            if [ "${job_state[$name]}" = waiting ] && job_is_ready "$name"; then start_job "$name"; fi
        done
        [ -n "$(running_jobs)" ] || break
        job_ended
        seconds=$((EPOCHSECONDS - job_started[$ended]))
        record_time job "$seconds" "$ended"
        if [ "$status" -ne 0 ]; then
            job_state[$ended]=failed
            say "failed: $ended (exit status $status, after $seconds s); the errors in build/log/$ended.log, and its end:"
            grep -E '(^|[^[:alnum:]])error:' "build/log/$ended.log" | sort -u | head -n 20 >&2 || true
            tail -n 40 "build/log/$ended.log" >&2
            end_jobs
            return 1
        fi
        job_state[$ended]="done"
        say "$ended ($seconds s)"
    done
    for name in "${job_names[@]}"; do
        [ "${job_state[$name]}" = "done" ] || fail "job $name needs what there is not: ${job_needs[$name]}"
    done
}
