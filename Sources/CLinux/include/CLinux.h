// What Swift on Linux cannot call: macros, variadic calls and system calls without a wrapper in
// glibc's module map, and what must not happen in Swift: code between fork and exec.
// Every function is prefixed `clinux_`; one header for each concern, one .c file behind it.
#ifndef CLINUX_H
#define CLINUX_H

#include "clinux_clock.h"
#include "clinux_early.h"
#include "clinux_identity.h"
#include "clinux_privilege.h"
#include "clinux_process.h"
#include "clinux_system.h"

#endif
