#define _GNU_SOURCE
#include "clinux_clock.h"

#include <errno.h>
#include <sys/timex.h>

int clinux_clock_synchronised(bool *synchronised) {
    struct timex state = {.modes = 0};
    int result = adjtimex(&state);
    if (result < 0) return errno;
    *synchronised = result != TIME_ERROR && (state.status & STA_UNSYNC) == 0;
    return 0;
}
