// One change as bytes. Times are kept relative to a base, numbers as they are.

#ifndef TWIN_CHANGE_CODEC_H
#define TWIN_CHANGE_CODEC_H

#include "twin/value.h"

#include <stdbool.h>
#include <stdint.h>

struct buffer;
struct change;
struct reader;
struct region;

void change_encode(const struct change *change, int64_t base, struct buffer *out);
// Texts point into the input, arguments and locations live in `region`. False when malformed.
bool change_decode(struct reader *in, int64_t base, struct region *region, struct change *change);

void value_encode(struct value value, struct buffer *out);
struct value value_decode(struct reader *in, struct region *region);
void location_encode(const struct location *location, struct buffer *out);
struct location location_decode(struct reader *in);

#endif
