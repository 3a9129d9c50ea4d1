// The state of the machine's clock.
#ifndef CLINUX_CLOCK_H
#define CLINUX_CLOCK_H

#include <stdbool.h>

/// Asks whether something keeps the clock right. Returns 0 or an errno value. adjtimex(2), which anybody may
/// call who changes nothing.
int clinux_clock_synchronised(bool *_Nonnull synchronised);

#endif
