// CRC32C by the processor's own instruction, where the build's target has one. For base/hash.c
// alone.

#ifndef BASE_CRC_CPU_H
#define BASE_CRC_CPU_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#if defined(__x86_64__)

static inline bool crc_cpu_has(void) {
    return __builtin_cpu_supports("sse4.2");
}

__attribute__((target("sse4.2"))) static inline uint32_t crc_cpu(uint32_t crc, const uint8_t *bytes,
                                                                 size_t length) {
    uint64_t wide = crc;
    for (; length >= 8; length -= 8, bytes += 8) {
        uint64_t word;
        memcpy(&word, bytes, 8);
        wide = __builtin_ia32_crc32di(wide, word);
    }
    crc = (uint32_t)wide;
    while (length--)
        crc = __builtin_ia32_crc32qi(crc, *bytes++);
    return crc;
}

#else

static inline bool crc_cpu_has(void) {
    return false;
}

static inline uint32_t crc_cpu(uint32_t crc, const uint8_t *bytes, size_t length) {
    (void)bytes, (void)length;
    return crc;
}

#endif
#endif
