// The linker leaves its build id in a note segment of the program (ELF, NT_GNU_BUILD_ID).

#include "store/build.h"

#include <elf.h>
#include <gnu/libc-version.h>
#include <link.h>
#include <stdio.h>
#include <string.h>

struct found {
    const unsigned char *bytes;
    size_t length;
};

static size_t padded(size_t length) {
    return (length + 3) & ~(size_t)3;
}

static void find_in_notes(const unsigned char *at, size_t left, struct found *found) {
    ElfW(Nhdr) note;
    while (left >= sizeof note) {
        memcpy(&note, at, sizeof note);
        size_t size = sizeof note + padded(note.n_namesz) + padded(note.n_descsz);
        if (size > left) return;
        const unsigned char *name = at + sizeof note;
        if (note.n_type == NT_GNU_BUILD_ID && note.n_namesz == 4 && memcmp(name, "GNU", 4) == 0)
            *found = (struct found){name + padded(note.n_namesz), note.n_descsz};
        at += size;
        left -= size;
    }
}

// The first object that is shown is the program itself.
static int on_object(struct dl_phdr_info *info, size_t size, void *context) {
    (void)size;
    for (int i = 0; i < info->dlpi_phnum; i++) {
        const ElfW(Phdr) *segment = &info->dlpi_phdr[i];
        if (segment->p_type != PT_NOTE) continue;
        const void *notes = (const void *)(info->dlpi_addr + segment->p_vaddr);
        find_in_notes(notes, segment->p_memsz, context);
    }
    return 1;
}

void build_text(char text[BUILD_TEXT_MAX]) {
    struct found found = {0};
    dl_iterate_phdr(on_object, &found);
    size_t used = 0;
    for (size_t i = 0; i < found.length && i < 20; i++)
        used += (size_t)snprintf(text + used, BUILD_TEXT_MAX - used, "%02x", found.bytes[i]);
    snprintf(text + used, BUILD_TEXT_MAX - used, "%sglibc %s", used ? " " : "",
             gnu_get_libc_version());
}
