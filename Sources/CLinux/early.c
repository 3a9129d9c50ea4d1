#define _GNU_SOURCE
#include "clinux_early.h"

#include "clinux_process.h"

#include <string.h>
#include <unistd.h>

// The kernel throws a signal away when PID 1 of a PID namespace has no handler for it, unless the
// signal is blocked (kernel/signal.c, sig_ignored: "Blocked signals are never ignored"). Between
// execve and a Swift main() lie the C library's and the runtime's start-up, a few hundred
// microseconds in which SIGTERM would vanish. A preinit function runs before both; the C library
// relocates the program before that, so the very first instructions (start.S) block everything.

// Of start.S: whether it has blocked all signals, and what the mask was.
__attribute__((visibility("hidden"))) bool clinux_first_blocked;
__attribute__((visibility("hidden"))) uint64_t clinux_first_mask;
// For start.S: a dynamic linker runs preinit functions before it enters the program.
__attribute__((visibility("hidden"))) bool clinux_early_has_run;

static bool blocked_early;
static uint64_t original_mask;
static pid_t original_parent;
static int argument_count;
static char **argument_values;

static bool is_init_name(const char *path) {
    if (path == NULL) return false;
    const char *slash = strrchr(path, '/');
    const char *name = slash == NULL ? path : slash + 1;
    return strcmp(name, "tini") == 0 || strcmp(name, "docker-init") == 0 ||
           strcmp(name, "kinkajou-init") == 0;
}

static void block_signals_of_an_init(int argc, char **argv, char **envp) {
    (void)envp;
    bool init = getpid() == 1 || (argc > 0 && is_init_name(argv[0])) ||
                (argc > 1 && strcmp(argv[1], "init") == 0);
    clinux_early_has_run = true;
    if (clinux_first_blocked) {
        original_mask = clinux_first_mask;
        blocked_early = true;
        if (!init) clinux_early_restore_mask();
    } else if (init) {
        blocked_early = clinux_signal_mask_set(UINT64_MAX, &original_mask) == 0;
    } else {
        clinux_signal_mask_get(&original_mask);
    }
    original_parent = getppid();
    argument_count = argc;
    argument_values = argv;
}

__attribute__((section(".preinit_array"), used)) static void (*const preinit)(int, char **, char **) =
    block_signals_of_an_init;

bool clinux_early_signals_blocked(void) { return blocked_early; }

uint64_t clinux_early_original_mask(void) { return original_mask; }

void clinux_early_restore_mask(void) {
    if (blocked_early && clinux_signal_mask_set(original_mask, NULL) == 0) blocked_early = false;
}

pid_t clinux_early_parent(void) { return original_parent; }

int clinux_argument_count(void) { return argument_count; }

char *const *clinux_arguments(void) { return argument_values; }
