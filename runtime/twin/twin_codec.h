// A twin's state as bytes: for checkpoints, for full states in the log, and for the hash of a
// world.

#ifndef TWIN_TWIN_CODEC_H
#define TWIN_TWIN_CODEC_H

#include <stddef.h>
#include <stdint.h>

struct buffer;
struct err;
struct model;
struct reader;
struct twin;

// Encodes number, layout, rev and all state. Incoming links are not state: world_link_all makes
// them.
void twin_encode(const struct twin *twin, struct buffer *out);

// Needs the model of the layout it reads; NULL with a sentence when that is unknown or bytes are
// damaged.
struct twin *twin_decode(struct reader *in,
                         const struct model *(*find_model)(void *context, uint64_t layout),
                         void *context, struct err *err);

// What it remembers beside its values: estimators, sensors and windows. Bytes that do not fit its
// layout change nothing.
void twin_encode_memory(const struct twin *twin, struct buffer *out);
void twin_decode_memory(struct twin *twin, const void *bytes, size_t length);

#endif
