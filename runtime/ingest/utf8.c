// Overlong forms, surrogates and what is beyond U+10FFFF are not valid: the ranges of the second
// byte are those of RFC 3629 section 4.

#include "ingest/utf8.h"

#include <string.h>

static bool is_tail(uint8_t byte) {
    return (byte & 0xc0) == 0x80;
}

int utf8_size(const uint8_t *at, const uint8_t *end) {
    ptrdiff_t room = end - at;
    uint8_t first = at[0];
    if (first < 0x80) return 1;
    if (first < 0xc2 || room < 2) return 0;
    if (first < 0xe0) return is_tail(at[1]) ? 2 : 0;
    if (room < 3 || !is_tail(at[2])) return 0;
    uint8_t low = 0x80, high = 0xbf;
    if (first == 0xe0) low = 0xa0;
    if (first == 0xed) high = 0x9f;
    if (first == 0xf0) low = 0x90;
    if (first == 0xf4) high = 0x8f;
    if (at[1] < low || at[1] > high) return 0;
    if (first < 0xf0) return 3;
    return first < 0xf5 && room >= 4 && is_tail(at[3]) ? 4 : 0;
}

bool utf8_is_valid(const void *bytes, size_t length) {
    const uint8_t *at = bytes, *end = at + length;
    while (at < end) {
        uint64_t word;
        if (end - at >= 8 && (memcpy(&word, at, 8), (word & 0x8080808080808080u) == 0)) {
            at += 8; // nearly all text is ASCII
            continue;
        }
        int size = *at < 0x80 ? 1 : utf8_size(at, end);
        if (size == 0) return false;
        at += size;
    }
    return true;
}

uint8_t *utf8_write(uint8_t *out, uint32_t code_point) {
    if (code_point < 0x80) {
        *out++ = (uint8_t)code_point;
    } else if (code_point < 0x800) {
        *out++ = (uint8_t)(0xc0 | code_point >> 6);
        *out++ = (uint8_t)(0x80 | (code_point & 0x3f));
    } else if (code_point < 0x10000) {
        *out++ = (uint8_t)(0xe0 | code_point >> 12);
        *out++ = (uint8_t)(0x80 | (code_point >> 6 & 0x3f));
        *out++ = (uint8_t)(0x80 | (code_point & 0x3f));
    } else {
        *out++ = (uint8_t)(0xf0 | code_point >> 18);
        *out++ = (uint8_t)(0x80 | (code_point >> 12 & 0x3f));
        *out++ = (uint8_t)(0x80 | (code_point >> 6 & 0x3f));
        *out++ = (uint8_t)(0x80 | (code_point & 0x3f));
    }
    return out;
}
