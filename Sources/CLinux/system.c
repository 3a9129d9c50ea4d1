#define _GNU_SOURCE
#include "clinux_system.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <sys/statfs.h>
#include <sys/wait.h>
#include <unistd.h>

int clinux_file_system_of(const char *path, struct clinux_file_system *result) {
    struct statfs answer;
    while (statfs(path, &answer) != 0) {
        if (errno != EINTR) return errno;
    }
    result->magic = (uint64_t)answer.f_type & 0xffffffff;
    result->block_size = (uint64_t)answer.f_bsize;
    result->blocks = answer.f_blocks;
    result->blocks_available = answer.f_bavail;
    result->inodes = answer.f_files;
    result->inodes_free = answer.f_ffree;
    return 0;
}

int clinux_new_cgroup_namespace(void) { return unshare(CLONE_NEWCGROUP) == 0 ? 0 : errno; }

int clinux_child_end(int pid, bool reap, int *code, bool *by_signal) {
    siginfo_t info;
    while (waitid(P_PID, (id_t)pid, &info, WEXITED | (reap ? 0 : WNOWAIT)) < 0) {
        if (errno != EINTR) return errno;
    }
    *code = info.si_status;
    *by_signal = info.si_code != CLD_EXITED;
    return 0;
}

int clinux_enter_network_namespace(int descriptor) { return setns(descriptor, CLONE_NEWNET) == 0 ? 0 : errno; }

int clinux_pipe(int *reading, int *writing) {
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) != 0) return errno;
    *reading = ends[0];
    *writing = ends[1];
    return 0;
}
