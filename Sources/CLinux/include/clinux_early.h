// Signals that arrive before a PID 1 program reaches its main function.
#ifndef CLINUX_EARLY_H
#define CLINUX_EARLY_H

#include <stdbool.h>

/// Whether this process was recognised at load time as an init (PID 1, or called as one) and all its
/// signals have been blocked since then, so that none that arrived meanwhile is lost.
bool clinux_early_signals_blocked(void);

#endif
