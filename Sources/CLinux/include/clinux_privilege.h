// Capabilities, resource limits and other privileges of the calling process.
#ifndef CLINUX_PRIVILEGE_H
#define CLINUX_PRIVILEGE_H

#include <stdbool.h>
#include <stdint.h>

/// The capability bounding set, one bit for each capability (capabilities(7)). A capability that the
/// kernel does not know is not in it.
uint64_t clinux_bounding_set(void);

/// Whether keyctl(2) is refused, as by the default seccomp filter of the runtimes. Nothing is changed.
bool clinux_keyrings_refused(void);

/// The effective capabilities, one bit for each; none where the kernel does not say.
uint64_t clinux_effective_set(void);

/// Whether the process lives in the initial user namespace. The kernel asks some capabilities, among
/// them CAP_SYS_RESOURCE for limits and OOM scores, of that namespace alone.
bool clinux_in_initial_user_namespace(void);

/// The current soft and hard limit of a resource, a number of getrlimit(2); false if there is none.
bool clinux_resource_limit(int resource, uint64_t *soft, uint64_t *hard);

#endif
