// Checksums and hashes: CRC32C for records on disk, a 64-bit hash for tables and fingerprints.

#ifndef BASE_HASH_H
#define BASE_HASH_H

#include <stddef.h>
#include <stdint.h>

// CRC32C (Castagnoli, RFC 3720 appendix B.4), by the CPU's instruction where there is one.
uint32_t crc32c(uint32_t crc, const void *bytes, size_t length);

// A 64-bit hash, not cryptographic, same result on every machine. `seed` chains calls.
uint64_t hash64(uint64_t seed, const void *bytes, size_t length);

#endif
