// A fuzzer is LLVMFuzzerTestOneInput and inputs to begin with: files in corpus/NAME, or fuzz_seeds
// for forms that change with the code. fuzz.c makes more of them; clang's libFuzzer (run.sh) takes
// the same files.

#ifndef FUZZ_H
#define FUZZ_H

#include <stddef.h>
#include <stdint.h>

// Must bear any bytes. They lie in memory of just their length, so that the address sanitizer sees
// a read beyond them.
int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length);

typedef void fuzz_add(const void *bytes, size_t length);
void fuzz_seeds(fuzz_add *add) __attribute__((weak)); // may be left out

#endif
