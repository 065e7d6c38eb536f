// Blocks of three bodies of three peers, in any order. What must hold: a whole body is exactly the
// blocks that were taken since its block 0, no limit is passed, and nothing is left over.
//
// Input: four bytes a block: peer and body, size exponent and "more", number, length.

#include "base/err.h"
#include "ingest/block.h"

#include <stdlib.h>
#include <string.h>

struct expected { // what a body must be, kept in the plainest way
    uint8_t bytes[BODY_MAX + BLOCK_SIZE_MAX];
    size_t length;
};

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size) {
    static struct expected expected[3][3];
    static uint8_t content[BLOCK_SIZE_MAX + 64];
    struct blocks *blocks = blocks_new();
    int64_t now = 1000000;
    for (int i = 0; i < 3; i++)
        for (int j = 0; j < 3; j++)
            expected[i][j].length = 0;
    for (; size >= 4; bytes += 4, size -= 4) {
        int peer = bytes[0] % 3, key = (bytes[0] >> 4) % 3;
        struct block_option option = {bytes[2], bytes[1] >> 3 & 1, bytes[1] & 7};
        const uint8_t *body;
        size_t length = bytes[3] * 5u, body_length;
        struct err err;
        if (option.exponent == 7) continue;
        if (bytes[1] & 0x80) length = block_size(&option); // mostly the right length
        if (bytes[1] & 0x40) now += BLOCK_IDLE_US / 2;
        if (length > sizeof content) length = sizeof content;
        memset(content, bytes[3], sizeof content);
        struct expected *one = &expected[peer][key];
        enum block_outcome outcome = blocks_add(blocks, (uint64_t)peer, (uint64_t)key, &option,
                                                content, length, now, &body, &body_length, &err);
        if (outcome == BLOCK_CONTINUE || outcome == BLOCK_COMPLETE) {
            if (option.number == 0) one->length = 0;
            if ((size_t)option.number * block_size(&option) != one->length) abort();
            memcpy(one->bytes + one->length, content, length);
            one->length += length;
        } else if (err.text[0] == 0) {
            abort();
        }
        if (outcome == BLOCK_COMPLETE && (body_length != one->length || body_length > BODY_MAX ||
                                          memcmp(body, one->bytes, body_length) != 0))
            abort();
        if (outcome != BLOCK_CONTINUE && outcome != BLOCK_BUSY) one->length = 0;
        if (blocks_count(blocks) > 3 * BLOCK_PEER_MAX) abort();
    }
    blocks_free(blocks);
    return 0;
}
