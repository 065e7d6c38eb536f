// Bodies that come in blocks (RFC 7959 Block1), put together in order.
//
// The library's own assembly is not used (it can be made to crash or to disclose memory), so this
// one is as small as it can be: a block must continue exactly where the last one ended, a body is
// at most 64 KiB, a peer has at most two under way and all peers together a thousand, and one that
// does not move for 30 s is dropped. Memory is never more than what has arrived.

#ifndef INGEST_BLOCK_H
#define INGEST_BLOCK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct err;

#define BODY_MAX 65536      // bytes of a body in blocks
#define BLOCK_SIZE_MAX 1024 // bytes of one block, ours and theirs
#define BLOCK_PEER_MAX 2    // bodies under way from one peer
#define BLOCK_ALL_MAX 1000  // bodies under way
#define BLOCK_IDLE_US 30000000

struct block_option { // the value of Block1 and Block2
    uint32_t number;
    bool is_more;
    uint8_t exponent; // size is 1 << (exponent + 4)
};
bool block_parse(uint32_t value, struct block_option *option); // false for the reserved exponent 7
uint32_t block_value(const struct block_option *option);
static inline uint32_t block_size(const struct block_option *option) {
    return 1u << (option->exponent + 4);
}

struct blocks;

struct blocks *blocks_new(void);
void blocks_free(struct blocks *blocks);
int blocks_count(const struct blocks *blocks); // bodies under way
void blocks_expire(struct blocks *blocks, int64_t now);

enum block_outcome {
    BLOCK_CONTINUE,  // 2.31, more must come
    BLOCK_COMPLETE,  // `body` is whole
    BLOCK_LOST,      // 4.08: not the next one
    BLOCK_TOO_LARGE, // 4.13
    BLOCK_BAD,       // 4.00
    BLOCK_BUSY,      // 5.03: too many under way
};

// One block of the body known by (peer, body), hashes of the sender and of the resource with its
// options. `body` is the whole body at BLOCK_COMPLETE and stays valid until the next call. `err`
// has the sentence for what is not a success.
enum block_outcome blocks_add(struct blocks *blocks, uint64_t peer, uint64_t body_key,
                              const struct block_option *option, const void *bytes, size_t length,
                              int64_t now, const uint8_t **body, size_t *body_length,
                              struct err *err);

#endif
