// A stretch: up to CHUNK_SAMPLES samples of one field, in time order. What a series is made of, in
// memory and as the bytes that are kept.
//
// Numbers and booleans are a chunk (predict/chunk.h); texts and locations are written one after the
// other. A sample of quality stale is a gap mark: from then on nothing is known.

#ifndef STORE_STRETCH_H
#define STORE_STRETCH_H

#include "predict/chunk.h"
#include "twin/value.h"

#include <stdbool.h>
#include <stdint.h>

struct buffer;

struct stretch {
    int64_t key_at;   // what it is kept under: its first sample's time when it was begun
    uint64_t through; // it has what the revisions up to here put into it
    struct chunk_sample *samples;
    struct value *values; // of texts and locations, their bytes owned; else NULL
    uint16_t count, capacity;
    uint8_t type; // enum value_type
    bool is_dirty;
};

void stretch_fini(struct stretch *stretch);
size_t stretch_bytes(const struct stretch *stretch); // of memory

// In its place by time, behind those of the same one. There must be room.
void stretch_add(struct stretch *stretch, int64_t at, struct value value, enum quality quality);
bool stretch_has(const struct stretch *stretch, int64_t at, struct value value);
// Takes one out; false when it is not there.
bool stretch_remove(struct stretch *stretch, int64_t at, struct value value);
// Moves the later half to `later`, which is empty.
void stretch_split(struct stretch *stretch, struct stretch *later);
struct value stretch_value(const struct stretch *stretch, uint32_t index);

void stretch_encode(const struct stretch *stretch, struct buffer *out);
// False when damaged. `key_at` is the caller's to set.
bool stretch_decode(const uint8_t *bytes, size_t length, struct stretch *stretch);
enum value_type stretch_type(const uint8_t *bytes);            // of what stretch_head took
bool stretch_is_of_texts(const uint8_t *bytes, size_t length); // or locations: it has no head
// Of numbers and booleans, cheaply; false for others, and when damaged.
bool stretch_head(const uint8_t *bytes, size_t length, struct chunk_head *head);

#endif
