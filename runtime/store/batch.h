// A batch: the revisions of one commit and the full states beside them, as one value of the log.
//
// On disk, little-endian:
//   magic u32, CRC32C u32 of all that follows, format u32, count u32, first rev u64, base time i64,
//   states u32, bytes of the revisions u32                                        the header
//   { twin u32, offset u32, length u32, CRC32C u32, rev u64 } * states            the directory
//   revisions (twin/revision.h), consecutive revs from the first, times relative to the base
//   full states (twin_encode), at the directory's offsets from the value's start
// The directory comes early so that dropping an old batch touches one page of it.

#ifndef STORE_BATCH_H
#define STORE_BATCH_H

#include "base/memory.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct err;
struct revision;
struct twin;

struct batch_state { // an entry of the directory
    uint32_t twin;
    uint32_t offset; // while the batch is filled: from the start of `states`
    uint32_t length;
    uint32_t crc;
    uint64_t rev;
};

struct batch { // being filled; all zero is an empty one
    uint64_t first_rev;
    uint32_t count;
    int64_t base; // the first revision's received time
    struct buffer revisions;
    struct buffer states;
    struct batch_state *directory;
    uint32_t state_count, state_capacity;
};
void batch_clear(struct batch *batch); // keeps memory of an ordinary size
void batch_fini(struct batch *batch);
void batch_add(struct batch *batch, const struct revision *revision); // rev must be the next one
void batch_add_state(struct batch *batch, const struct twin *twin); // its rev must be in the batch
uint64_t batch_last_rev(const struct batch *batch);
size_t batch_bytes(const struct batch *batch);             // as it will be on disk
void batch_write(const struct batch *batch, uint8_t *out); // batch_bytes many

struct batch_view { // one from disk
    uint64_t first_rev;
    uint32_t count;
    int64_t base;
    uint32_t state_count;
    const uint8_t *bytes; // the whole value
    const uint8_t *directory;
    struct reader revisions;
};
// Reads the header only, for dropping it: false when that is not one of a known format.
bool batch_read_header(struct batch_view *view, const void *bytes, size_t length);
// Verifies everything. `key` is the rev that the batch was found under, for the sentence.
bool batch_read(struct batch_view *view, const void *bytes, size_t length, uint64_t key,
                struct err *err);
struct batch_state batch_read_state(const struct batch_view *view, uint32_t index);

#endif
