#define _GNU_SOURCE
#include "clinux_process.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stddef.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#ifndef CLOSE_RANGE_CLOEXEC
#define CLOSE_RANGE_CLOEXEC (1U << 2)
#endif

enum { highest_signal = 64 };

int clinux_signal_mask_set(uint64_t mask, uint64_t *previous) {
    return syscall(SYS_rt_sigprocmask, SIG_SETMASK, &mask, previous, sizeof mask) == 0 ? 0 : errno;
}

int clinux_signal_mask_get(uint64_t *mask) {
    return syscall(SYS_rt_sigprocmask, SIG_SETMASK, NULL, mask, sizeof *mask) == 0 ? 0 : errno;
}

int clinux_signal_wait(uint64_t set, int64_t timeout_ns, int *taken) {
    struct timespec timeout = {.tv_sec = timeout_ns / 1000000000, .tv_nsec = timeout_ns % 1000000000};
    siginfo_t info;
    long number =
        syscall(SYS_rt_sigtimedwait, &set, &info, timeout_ns < 0 ? NULL : &timeout, sizeof set);
    if (number < 0) return errno;
    *taken = (int)number;
    return 0;
}

int64_t clinux_monotonic_ns(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

int clinux_signal_ignore(int number, bool ignore, bool *was_ignored) {
    struct sigaction action = {.sa_handler = ignore ? SIG_IGN : SIG_DFL}, previous;
    sigemptyset(&action.sa_mask);
    if (sigaction(number, &action, &previous) < 0) return errno;
    *was_ignored = (previous.sa_flags & SA_SIGINFO) == 0 && previous.sa_handler == SIG_IGN;
    return 0;
}

// Everything from here to `become` runs in the child, between fork and exec: async-signal-safe calls
// only, no allocation, no stdio.

static _Noreturn void fail(int report, int stage, int error) {
    struct clinux_spawn_failure failure = {.stage = stage, .error = error};
    // A record this small is written whole. When it cannot be, the exit status still says "failed".
    while (write(report, &failure, sizeof failure) < 0 && errno == EINTR) {
    }
    _exit(error == ENOENT ? 127 : error == EACCES ? 126 : 1);
}

/// dup2 onto 0, 1 and 2, also when the sources are among these and cross.
static int arrange_streams(const struct clinux_spawn_request *request) {
    int sources[3] = {request->standard_input, request->standard_output, request->standard_error};
    for (int target = 0; target < 3; target++) {
        // A source that another stream is about to overwrite moves out of the way.
        if (sources[target] < 0 || sources[target] > 2 || sources[target] == target) continue;
        sources[target] = fcntl(sources[target], F_DUPFD_CLOEXEC, 3);
        if (sources[target] < 0) return errno;
    }
    for (int target = 0; target < 3; target++) {
        if (sources[target] < 0) continue;
        if (sources[target] == target) {
            int flags = fcntl(target, F_GETFD);
            if (flags < 0 || fcntl(target, F_SETFD, flags & ~FD_CLOEXEC) < 0) return errno;
        } else if (dup2(sources[target], target) < 0) {
            return errno;
        }
    }
    return 0;
}

/// Marks every descriptor above 2 close-on-exec. The report pipe is among them, and must stay open
/// until then.
static int close_at_exec(void) {
#ifdef SYS_close_range
    if (syscall(SYS_close_range, 3U, ~0U, CLOSE_RANGE_CLOEXEC) == 0) return 0;
#endif
    // Linux before 5.11. The directory is read with the bare system call: opendir allocates.
    int directory = open("/proc/self/fd", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (directory < 0) return errno;
    union {
        char bytes[4096];
        struct dirent64 alignment;
    } buffer;
    for (;;) {
        long length = syscall(SYS_getdents64, directory, &buffer, sizeof buffer);
        if (length < 0) return errno;
        if (length == 0) break;
        for (long offset = 0; offset < length;) {
            const struct dirent64 *entry = (const struct dirent64 *)(buffer.bytes + offset);
            offset += entry->d_reclen;
            int descriptor = 0;
            const char *digit = entry->d_name;
            for (; *digit >= '0' && *digit <= '9'; digit++) descriptor = descriptor * 10 + (*digit - '0');
            if (*digit == 0 && digit != entry->d_name && descriptor > 2) {
                fcntl(descriptor, F_SETFD, FD_CLOEXEC);
            }
        }
    }
    close(directory);
    return 0;
}

static void set_action(int number, void (*handler)(int)) {
    // The kernel's structure, by the bare system call: the C library refuses signals 32 and 33. All that
    // follows the handler is zero, so its order (which differs between processors) does not matter.
    struct {
        void (*handler)(int);
        unsigned long rest[3];
    } action = {.handler = handler};
    // SIGKILL and SIGSTOP are refused, rightly.
    syscall(SYS_rt_sigaction, number, &action, NULL, sizeof(uint64_t));
}

static _Noreturn void become(const struct clinux_spawn_request *request, pid_t parent, int report) {
    // A new group before anything else: a signal to the group may be on its way.
    if (request->group == CLINUX_GROUP_NEW && setpgid(0, 0) < 0) fail(report, CLINUX_SPAWN_GROUP, errno);
    if (request->group == CLINUX_GROUP_NEW_SESSION && setsid() < 0) {
        fail(report, CLINUX_SPAWN_GROUP, errno);
    }
    if (request->foreground) {
        // From a background group this raises SIGTTOU, which is blocked here, so that it just works.
        // It is done here and not by the parent because an init may be started by an init, and the
        // last one to ask must be the innermost.
        (void)tcsetpgrp(STDIN_FILENO, getpgrp());
    }
    if (request->parent_death_signal != 0) {
        if (prctl(PR_SET_PDEATHSIG, request->parent_death_signal) < 0) {
            fail(report, CLINUX_SPAWN_PARENT_DEATH_SIGNAL, errno);
        }
        // The parent may have ended before the call; then nothing will be sent any more. (A parent in an
        // outer PID namespace cannot be seen.)
        if (getppid() != parent && getpid() != 1) kill(getpid(), request->parent_death_signal);
    }
    if (request->cgroup_namespace > 0 && setns(request->cgroup_namespace, CLONE_NEWCGROUP) < 0) {
        fail(report, CLINUX_SPAWN_NAMESPACE, errno);
    }
    if (request->directory != NULL && chdir(request->directory) < 0) {
        fail(report, CLINUX_SPAWN_DIRECTORY, errno);
    }
    int error = arrange_streams(request);
    if (error != 0) fail(report, CLINUX_SPAWN_STREAMS, error);
    if (request->close_descriptors && (error = close_at_exec()) != 0) {
        fail(report, CLINUX_SPAWN_DESCRIPTORS, error);
    }
    // Actions before the mask: what is pending must meet the action that the child asked for.
    for (int number = 1; number <= highest_signal; number++) {
        uint64_t bit = UINT64_C(1) << (number - 1);
        if ((request->ignored_signals & bit) != 0) {
            set_action(number, SIG_IGN);
        } else if ((request->default_signals & bit) != 0) {
            set_action(number, SIG_DFL);
        }
    }
    error = clinux_signal_mask_set(request->signal_mask, NULL);
    if (error != 0) fail(report, CLINUX_SPAWN_PREPARE, error);

    char *const *environment = request->environment == NULL ? environ : request->environment;
    if (request->search_path) {
        execvpe(request->executable, request->arguments, environment);
    } else {
        execve(request->executable, request->arguments, environment);
    }
    fail(report, CLINUX_SPAWN_EXEC, errno);
}

/// A pipe whose ends are above 2 and close at an exec. With a standard stream closed, plain pipe2
/// would take its place, and a message for stderr would end up as a report.
static int make_report_pipe(int ends[2]) {
    int pipe_ends[2];
    if (pipe2(pipe_ends, O_CLOEXEC) < 0) return errno;
    int error = 0;
    for (int end = 0; end < 2; end++) {
        ends[end] = pipe_ends[end];
        if (pipe_ends[end] > 2) continue;
        ends[end] = fcntl(pipe_ends[end], F_DUPFD_CLOEXEC, 3);
        if (ends[end] < 0) error = errno;
        close(pipe_ends[end]);
    }
    if (error != 0) {
        for (int end = 0; end < 2; end++) {
            if (ends[end] >= 0) close(ends[end]);
        }
    }
    return error;
}

int clinux_spawn(const struct clinux_spawn_request *request, pid_t *child, int *report,
                 struct clinux_spawn_failure *failure) {
    int ends[2];
    *failure = (struct clinux_spawn_failure){.stage = CLINUX_SPAWN_PREPARE};
    if (request->executable == NULL || request->arguments == NULL) return failure->error = EINVAL;
    if ((failure->error = make_report_pipe(ends)) != 0) return failure->error;

    // No handler of this program may run in the child, and SIGTTOU must not stop it.
    uint64_t mask;
    failure->error = clinux_signal_mask_set(UINT64_MAX, &mask);
    if (failure->error != 0) {
        close(ends[0]);
        close(ends[1]);
        return failure->error;
    }
    pid_t parent = getpid();
    // The bare system call does not run what pthread_atfork(3) registered, which is there for children that
    // go on without an exec.
    pid_t pid = request->new_namespaces == 0
                    ? fork()
                    : (pid_t)syscall(SYS_clone, request->new_namespaces | SIGCHLD, 0, 0, 0, 0);
    if (pid == 0) become(request, parent, ends[1]);
    int fork_error = pid < 0 ? errno : 0;
    // Both sides do it, so that the group exists whoever runs first. Once the child has called
    // execve this fails, and the child has done it.
    if (pid > 0 && request->group == CLINUX_GROUP_NEW) (void)setpgid(pid, pid);
    clinux_signal_mask_set(mask, NULL);
    close(ends[1]);
    if (fork_error != 0) {
        close(ends[0]);
        *failure = (struct clinux_spawn_failure){.stage = CLINUX_SPAWN_FORK, .error = fork_error};
        return fork_error;
    }

    *child = pid;
    *failure = (struct clinux_spawn_failure){.stage = 0};
    if (report != NULL) {
        *report = ends[0];
        return 0;
    }
    *failure = clinux_spawn_report(ends[0]);
    if (failure->stage == 0) return 0;
    while (waitpid(pid, NULL, 0) < 0 && errno == EINTR) {
    }
    return failure->error;
}

struct clinux_spawn_failure clinux_spawn_report(int report) {
    struct clinux_spawn_failure failure;
    ssize_t length;
    do {
        length = read(report, &failure, sizeof failure);
    } while (length < 0 && errno == EINTR);
    close(report);
    return length == sizeof failure ? failure : (struct clinux_spawn_failure){.stage = 0};
}

int clinux_become_subreaper(void) {
    return prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) == 0 ? 0 : errno;
}

int clinux_is_subreaper(void) {
    int answer = 0;
    return prctl(PR_GET_CHILD_SUBREAPER, &answer, 0, 0, 0) == 0 ? answer : -errno;
}

int clinux_set_parent_death_signal(int signal) {
    return prctl(PR_SET_PDEATHSIG, signal, 0, 0, 0) == 0 ? 0 : errno;
}
