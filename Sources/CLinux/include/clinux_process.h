// Starting, waiting for and signalling processes.
#ifndef CLINUX_PROCESS_H
#define CLINUX_PROCESS_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

// Signal sets are 64-bit words, bit n-1 for signal n, and go to the kernel as they are. The C
// library's functions leave out signals 32 and 33, which it keeps for its threads; an init forwards
// every signal, and must give its child exactly the mask that it was itself given.

/// Sets the calling thread's signal mask. Returns 0 or an errno value.
int clinux_signal_mask_set(uint64_t mask, uint64_t *_Nullable previous);

/// Reads the calling thread's signal mask. Returns 0 or an errno value.
int clinux_signal_mask_get(uint64_t *_Nonnull mask);

/// Waits for one of the (blocked) signals in `set` and takes it, for at most `timeout_ns` nanoseconds,
/// or without a limit when that is negative. Returns 0, or an errno value: EAGAIN when the time is
/// over, EINTR when something else woke the thread. rt_sigtimedwait(2).
int clinux_signal_wait(uint64_t set, int64_t timeout_ns, int *_Nonnull taken);

/// The monotonic clock, in nanoseconds. clock_gettime(2), CLOCK_MONOTONIC.
int64_t clinux_monotonic_ns(void);

/// Ignores a signal, or gives it its default action back. `*was_ignored` says whether it was ignored
/// before. Returns 0 or an errno value. sigaction(2).
int clinux_signal_ignore(int number, bool ignore, bool *_Nonnull was_ignored);

/// Has every signal that asks this process for something written, as one byte with its number, into a
/// pipe, whose reading end is returned; a negative errno value where that fails. For programs with
/// threads: libraries start threads with masks of their own, so that blocking alone does not keep a
/// signal from its default action. Signals of the terminal's background (SIGTTIN, SIGTTOU) and SIGPIPE
/// are ignored; SIGCHLD and those of faults keep their default action. pipe(7), signal-safety(7).
int clinux_signal_pipe(void);

/// The process group of a child relative to its parent's.
enum clinux_group {
    /// The parent's.
    CLINUX_GROUP_INHERITED = 0,
    /// A new one in the parent's session, which the child leads. setpgid(2).
    CLINUX_GROUP_NEW = 1,
    /// A new one in a new session, without a controlling terminal. setsid(2).
    CLINUX_GROUP_NEW_SESSION = 2,
};

/// What was being done when a child could not be started.
enum clinux_spawn_stage {
    CLINUX_SPAWN_PREPARE = 1,
    CLINUX_SPAWN_FORK = 2,
    CLINUX_SPAWN_GROUP = 3,
    CLINUX_SPAWN_PARENT_DEATH_SIGNAL = 4,
    CLINUX_SPAWN_DIRECTORY = 5,
    CLINUX_SPAWN_STREAMS = 6,
    CLINUX_SPAWN_DESCRIPTORS = 7,
    CLINUX_SPAWN_EXEC = 8,
    CLINUX_SPAWN_NAMESPACE = 9,
};

/// Why a child could not be started.
struct clinux_spawn_failure {
    /// One of `clinux_spawn_stage`, 0 when nothing failed.
    int stage;
    /// The errno value.
    int error;
};

/// A child to start. `executable` and `arguments` must be given; zero is the plain choice for every
/// other member but the three descriptors.
struct clinux_spawn_request {
    /// The file to execute.
    const char *_Nullable executable;
    /// Look for `executable` in the directories of this process's PATH when it has no slash, and let
    /// /bin/sh run a text file that has no `#!` line, as execvp(3) does.
    bool search_path;
    /// NULL-terminated, with the child's name for itself first.
    char *_Nullable const *_Nullable arguments;
    /// NULL-terminated; NULL stands for this process's.
    char *_Nullable const *_Nullable environment;
    /// NULL stands for this process's.
    const char *_Nullable directory;
    /// What becomes the child's descriptors 0, 1 and 2; negative: what the parent has there.
    int standard_input, standard_output, standard_error;
    /// One of `clinux_group`.
    int group;
    /// With a new group: make it the foreground group of the terminal on descriptor 0. Being refused
    /// (no terminal, not the controlling one, closed) is no failure.
    bool foreground;
    /// The child's signal mask.
    uint64_t signal_mask;
    /// Signals to set to their default action, and signals to ignore (it wins), before the mask is set.
    uint64_t default_signals, ignored_signals;
    /// Sent to the child when the *thread* that started it ends; 0: none. prctl(2), PR_SET_PDEATHSIG.
    int parent_death_signal;
    /// A descriptor of the cgroup namespace to start the child in; 0: this thread's. setns(2).
    int cgroup_namespace;
    /// CLONE_NEW* flags of clone(2): the namespaces that are to be new for the child. With CLONE_NEWPID it
    /// is PID 1, and `*child` is its number outside.
    unsigned long new_namespaces;
    /// Close every descriptor above 2 at the exec, also those without FD_CLOEXEC.
    bool close_descriptors;
};

/// Starts a child: fork(2), and between it and execve(2) only calls that are safe in the child of a
/// threaded program. Returns 0 or an errno value, with `failure` filled in.
///
/// With `report` NULL it waits until the new program has replaced this one in the child; a child that
/// cannot come so far is reaped, and its error is returned. Else it returns as soon as the child
/// exists, and `*report` is a descriptor to give to `clinux_spawn_report` when the child has ended:
/// an execve that takes its time (a file on a dead network file system) then holds up nobody.
int clinux_spawn(const struct clinux_spawn_request *_Nonnull request, pid_t *_Nonnull child,
                 int *_Nullable report, struct clinux_spawn_failure *_Nonnull failure);

/// Reads what became of a child's start from the descriptor of `clinux_spawn`, and closes that. To be
/// called once the child has ended (else it waits for the exec). Stage 0 means that it was started.
struct clinux_spawn_failure clinux_spawn_report(int report);

/// Makes the caller adopt the orphans among its descendants. Returns 0 or an errno value.
/// prctl(2), PR_SET_CHILD_SUBREAPER.
int clinux_become_subreaper(void);

/// Whether the caller adopts orphans; an errno value (negated) when the kernel does not say.
int clinux_is_subreaper(void);

/// Has the kernel send the caller a signal when its parent ends. Returns 0 or an errno value.
int clinux_set_parent_death_signal(int signal);

#endif
