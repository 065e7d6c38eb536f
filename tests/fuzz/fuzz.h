// A fuzzer is two functions, linked with fuzz.c, which makes the inputs.

#ifndef FUZZ_H
#define FUZZ_H

#include <stddef.h>
#include <stdint.h>

typedef void fuzz_add(const void *bytes, size_t length);

// Adds what all inputs are made from: sound ones, and some that once went wrong.
void fuzz_seeds(fuzz_add *add);

// Must bear any bytes. They lie in memory of just their length, so that the address sanitizer sees
// a read beyond them.
void fuzz_one(const uint8_t *bytes, size_t length);

#endif
