// What a PID 1 program must do, and know, before its main function.
#ifndef CLINUX_EARLY_H
#define CLINUX_EARLY_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

/// Whether this process was recognised at load time as an init (PID 1, or called as one) and all its
/// signals have been blocked since then, so that none that arrived meanwhile is lost.
bool clinux_early_signals_blocked(void);

/// The signal mask that this process was started with (bit n-1 is signal n), whatever was blocked since.
uint64_t clinux_early_original_mask(void);

/// Gives the process the signal mask back that it was started with. For a program that was taken for
/// an init (it is PID 1) and is none.
void clinux_early_restore_mask(void);

/// The parent of this process at load time: 0 when that lives in an outer PID namespace.
pid_t clinux_early_parent(void);

/// The command line as the kernel gave it: bytes, which need not be UTF-8, and no /proc is needed.
int clinux_argument_count(void);
char *const *clinux_arguments(void);

#endif
