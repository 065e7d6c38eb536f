// Packs whole numbers: the smallest of three forms (distance from the middle one, difference,
// difference of differences), then blocks of 64 of a width of their own, with outliers apart.

#ifndef PREDICT_PACK_H
#define PREDICT_PACK_H

#include <stdbool.h>
#include <stdint.h>

struct buffer;
struct reader;

#define PACK_MOST 1024 // numbers

void pack_encode(const int64_t *numbers, uint32_t count, struct buffer *out);
// False when damaged.
bool pack_decode(struct reader *in, int64_t *numbers, uint32_t count);

#endif
