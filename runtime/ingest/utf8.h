// UTF-8 (RFC 3629): how long a valid sequence is, and writing one.

#ifndef INGEST_UTF8_H
#define INGEST_UTF8_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// Bytes of the sequence at `at`, 1 to 4; 0 when it is not a valid one. Needs at < end.
int utf8_size(const uint8_t *at, const uint8_t *end);
bool utf8_is_valid(const void *bytes, size_t length);
uint8_t *utf8_write(uint8_t *out, uint32_t code_point);

#endif
