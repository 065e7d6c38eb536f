// One change as bytes. Times are kept relative to a base, numbers as they are.

#ifndef TWIN_CHANGE_CODEC_H
#define TWIN_CHANGE_CODEC_H

#include <stdbool.h>
#include <stdint.h>

struct buffer;
struct change;
struct reader;
struct region;

void change_encode(const struct change *change, int64_t base, struct buffer *out);
// Texts point into the input, arguments live in `region`. False when malformed.
bool change_decode(struct reader *in, int64_t base, struct region *region, struct change *change);

#endif
