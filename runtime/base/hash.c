// CRC32C by the processor where it can, else by a table of 16 entries; the hash is a multiply-fold
// over 8-byte words with the finisher of Steele's splitmix64.

#include "base/hash.h"

#include "base/crc_cpu.h"

#include <string.h>

static const uint32_t crc_nibble[16] = { // reflected polynomial 0x82f63b78, four bits at a time
    0x00000000, 0x105ec76f, 0x20bd8ede, 0x30e349b1, 0x417b1dbc, 0x5125dad3, 0x61c69362, 0x7198540d,
    0x82f63b78, 0x92a8fc17, 0xa24bb5a6, 0xb21572c9, 0xc38d26c4, 0xd3d3e1ab, 0xe330a81a, 0xf36e6f75};

static uint32_t crc_by_table(uint32_t crc, const uint8_t *bytes, size_t length) {
    while (length--) {
        crc ^= *bytes++;
        crc = crc >> 4 ^ crc_nibble[crc & 15];
        crc = crc >> 4 ^ crc_nibble[crc & 15];
    }
    return crc;
}

uint32_t crc32c(uint32_t crc, const void *bytes, size_t length) {
    crc = ~crc;
    crc = crc_cpu_has() ? crc_cpu(crc, bytes, length) : crc_by_table(crc, bytes, length);
    return ~crc;
}

static uint64_t mix(uint64_t word) {
    word ^= word >> 30;
    word *= 0xbf58476d1ce4e5b9u;
    word ^= word >> 27;
    word *= 0x94d049bb133111ebu;
    return word ^ word >> 31;
}

uint64_t hash64(uint64_t seed, const void *bytes, size_t length) {
    const uint8_t *at = bytes;
    uint64_t hash = mix(seed ^ (length * 0x9e3779b97f4a7c15u));
    for (; length >= 8; length -= 8, at += 8) {
        uint64_t word;
        memcpy(&word, at, 8);
        hash = (hash ^ word) * 0x9fb21c651e98df25u;
        hash ^= hash >> 32;
    }
    uint64_t tail = 0;
    memcpy(&tail, at, length);
    return mix(hash ^ tail);
}
