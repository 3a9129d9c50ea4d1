#define _GNU_SOURCE
#include "clinux_identity.h"

#include <elf.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>

// A program that hands over to another one found in PATH (the OCI runtime wrapper to runc) must never
// pick itself, nor a copy or another build of itself under the other's name: the two would hand over
// to each other for ever. An ELF note tells them apart. It survives strip(1), the linker keeps it,
// and the program headers lead to it without reading the rest of the file.

#define OWNER "Kinkajou"
#define WRAPPER_NOTE 1

struct own_note {
    Elf64_Nhdr header;
    char owner[(sizeof OWNER + 3) & ~(size_t)3];
};

__attribute__((section(".note.kinkajou"), used, aligned(4))) static const struct own_note own_note = {
    .header = {.n_namesz = sizeof OWNER, .n_descsz = 0, .n_type = WRAPPER_NOTE},
    .owner = OWNER,
};

enum { max_segments = 128, max_notes = 64 * 1024 };

static bool read_at(int descriptor, void *into, size_t size, uint64_t offset) {
    return offset <= INT64_MAX && pread(descriptor, into, size, (off_t)offset) == (ssize_t)size;
}

static bool has_own_note(int descriptor, uint64_t offset, uint64_t size) {
    if (size > max_notes) return false;
    while (size >= sizeof(Elf64_Nhdr)) {
        struct own_note note;
        memset(&note, 0, sizeof note);
        if (!read_at(descriptor, &note.header, sizeof note.header, offset)) return false;
        if (note.header.n_type == WRAPPER_NOTE && note.header.n_namesz == sizeof OWNER &&
            size >= sizeof note && read_at(descriptor, &note, sizeof note, offset) &&
            memcmp(note.owner, OWNER, sizeof OWNER) == 0)
            return true;
        uint64_t length = sizeof(Elf64_Nhdr) + (((uint64_t)note.header.n_namesz + 3) & ~(uint64_t)3) +
                          (((uint64_t)note.header.n_descsz + 3) & ~(uint64_t)3);
        if (length > size) return false;
        offset += length;
        size -= length;
    }
    return false;
}

bool clinux_is_own_executable(int descriptor) {
    Elf64_Ehdr header;
    if (!read_at(descriptor, &header, sizeof header, 0)) return false;
    if (memcmp(header.e_ident, ELFMAG, SELFMAG) != 0 || header.e_ident[EI_CLASS] != ELFCLASS64 ||
        header.e_phentsize != sizeof(Elf64_Phdr) || header.e_phnum > max_segments)
        return false;
    for (uint64_t segment = 0; segment < header.e_phnum; segment++) {
        Elf64_Phdr program;
        if (!read_at(descriptor, &program, sizeof program, header.e_phoff + segment * sizeof program))
            return false;
        if (program.p_type == PT_NOTE && has_own_note(descriptor, program.p_offset, program.p_filesz))
            return true;
    }
    return false;
}
