#define _GNU_SOURCE
#include "clinux_privilege.h"

#include <errno.h>
#include <linux/capability.h>
#include <linux/keyctl.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

uint64_t clinux_bounding_set(void) {
    uint64_t set = 0;
    for (int capability = 0; capability < 64; capability++) {
        int held = prctl(PR_CAPBSET_READ, capability, 0, 0, 0);
        if (held < 0) break; // Past the last capability that this kernel knows.
        if (held == 1) set |= (uint64_t)1 << capability;
    }
    return set;
}

uint64_t clinux_effective_set(void) {
    // glibc has no wrapper for capget(2); libcap is not worth a dependency.
    struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3, .pid = 0};
    struct __user_cap_data_struct data[_LINUX_CAPABILITY_U32S_3];
    memset(data, 0, sizeof data);
    if (syscall(SYS_capget, &header, data) != 0) return 0;
    return (uint64_t)data[1].effective << 32 | data[0].effective;
}

bool clinux_keyrings_refused(void) {
    // A question that the kernel itself answers to everybody. ENOSYS is no refusal: runc then does without.
    return syscall(SYS_keyctl, KEYCTL_GET_KEYRING_ID, KEY_SPEC_PROCESS_KEYRING, 0) < 0 && errno == EPERM;
}

bool clinux_in_initial_user_namespace(void) {
    // The inode number of the initial user namespace is part of the kernel's ABI
    // (include/linux/proc_ns.h, PROC_USER_INIT_INO; since Linux 3.8). The id maps would not do: a
    // nested namespace can map every id to itself.
    const ino_t initial = 0xEFFFFFFDU;
    struct stat status;
    return stat("/proc/self/ns/user", &status) == 0 && status.st_ino == initial;
}

bool clinux_resource_limit(int resource, uint64_t *soft, uint64_t *hard) {
    struct rlimit64 limit;
    if (prlimit64(0, resource, NULL, &limit) != 0) return false;
    *soft = limit.rlim_cur;
    *hard = limit.rlim_max;
    return true;
}
