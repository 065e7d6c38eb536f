// A run of bytes that somebody else owns: a name, a unit, a text of a pack.

#ifndef INGEST_SLICE_H
#define INGEST_SLICE_H

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

struct slice {
    const char *bytes; // no NUL behind
    uint32_t length;
};

static inline bool slice_is(struct slice slice, const char *text) {
    return slice.length == strlen(text) && memcmp(slice.bytes, text, slice.length) == 0;
}

#endif
