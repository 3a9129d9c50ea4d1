#define _GNU_SOURCE
#include "clinux_process.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

static int writing_end = -1;

static void write_number(int number) {
    int saved = errno;
    unsigned char byte = (unsigned char)number;
    // A full pipe holds 65536 signals that nobody has looked at: one more tells nothing new.
    ssize_t written = write(writing_end, &byte, 1);
    (void)written;
    errno = saved;
}

int clinux_signal_pipe(void) {
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) < 0) return -errno;
    if (fcntl(ends[1], F_SETFL, O_NONBLOCK) < 0) return -errno;
    writing_end = ends[1];
    for (int number = 1; number < NSIG; number++) {
        switch (number) {
        case SIGKILL: case SIGSTOP: case SIGCHLD:
        case SIGSEGV: case SIGBUS: case SIGFPE: case SIGILL: case SIGTRAP: case SIGABRT: case SIGSYS:
            continue;
        }
        struct sigaction action = {.sa_handler = write_number, .sa_flags = SA_RESTART};
        if (number == SIGTTIN || number == SIGTTOU || number == SIGPIPE) action.sa_handler = SIG_IGN;
        sigfillset(&action.sa_mask);
        // The C library's own two are refused, rightly.
        sigaction(number, &action, NULL);
    }
    return ends[0];
}
