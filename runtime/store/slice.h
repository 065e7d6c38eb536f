// A slice: the states of a few twins on their way from the loop to the checkpoint's thread.

#ifndef STORE_SLICE_H
#define STORE_SLICE_H

#include "base/memory.h"

#include <stdbool.h>
#include <stdint.h>

struct err;
struct model;
struct twin;

struct slice {
    struct buffer twins;   // { number u32, length u32, bytes } *
    struct buffer removed; // { number u32 } *
    uint32_t twin_count;
    uint64_t newest;      // rev in it; it waits until the log has that
    uint64_t covered;     // not 0: it ends a round, see checkpoint.h
    uint32_t next_number; // of the world
    struct slice *next;
};

void slice_clear(struct slice *slice);
void slice_free(struct slice *slice);
void slice_add(struct slice *slice, const struct twin *twin);
void slice_add_removed(struct slice *slice, const struct buffer *removed);
// The next twin's number and bytes from a reader over `twins`; false at the end.
bool slice_read(struct reader *in, uint32_t *number, const uint8_t **bytes, uint32_t *length);

// The bytes of a twin in a slice and in the state's file: how often its full state went to the log,
// which is no state of the twin, then the twin.
struct twin *slice_decode(struct reader *in,
                          const struct model *(*find_model)(void *context, uint64_t layout),
                          void *context, struct err *err);

#endif
