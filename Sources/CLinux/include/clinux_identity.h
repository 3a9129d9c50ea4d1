// Recognising executables of this package.
#ifndef CLINUX_IDENTITY_H
#define CLINUX_IDENTITY_H

#include <stdbool.h>

/// Whether the open file is an executable of this package, of any build: each carries an ELF note.
bool clinux_is_own_executable(int descriptor);

#endif
