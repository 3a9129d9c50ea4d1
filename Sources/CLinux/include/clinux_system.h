// Mounts, namespaces and file systems.
#ifndef CLINUX_SYSTEM_H
#define CLINUX_SYSTEM_H

#include <stdbool.h>
#include <stdint.h>

/// What statfs(2) says of a file system.
struct clinux_file_system {
    /// The magic number of linux/magic.h.
    uint64_t magic;
    uint64_t block_size, blocks, blocks_available;
    uint64_t inodes, inodes_free;
};

/// Asks about the file system that holds a path. Returns 0 or an errno value.
int clinux_file_system_of(const char *_Nonnull path, struct clinux_file_system *_Nonnull result);

/// Leaves the calling thread's cgroup namespace for a new one, whose root is the thread's cgroup.
/// Returns 0 or an errno value. unshare(2), CLONE_NEWCGROUP.
int clinux_new_cgroup_namespace(void);

/// Puts the calling thread into the network namespace that the descriptor stands for. Returns 0 or an errno
/// value. setns(2), CLONE_NEWNET.
int clinux_enter_network_namespace(int descriptor);

/// Makes a pipe whose ends no program inherits. Returns 0 or an errno value. pipe2(2), O_CLOEXEC.
int clinux_pipe(int *_Nonnull reading, int *_Nonnull writing);

/// Waits until a child has ended, and takes it away (`reap`) or leaves it as it is, so that its pid
/// cannot be given to another process yet. `*code` is its exit status, or the number of the signal that
/// ended it when `*by_signal`. Returns 0 or an errno value. waitid(2).
int clinux_child_end(int pid, bool reap, int *_Nonnull code, bool *_Nonnull by_signal);

#endif
