// Bodies under way are a list, newest first: there are few, and a flood of them costs its senders a
// datagram for each look.

#include "ingest/block.h"

#include "base/err.h"
#include "base/memory.h"

#include <stdlib.h>
#include <string.h>

struct body {
    struct body *next;
    uint64_t peer;
    uint64_t key;
    int64_t touched;
    uint8_t *bytes;
    size_t length;
};

struct blocks {
    struct body *first;
    int count;
    struct body *done; // whole, kept until the next call
};

bool block_parse(uint32_t value, struct block_option *option) {
    option->number = value >> 4;
    option->is_more = value >> 3 & 1;
    option->exponent = value & 7;
    return option->exponent < 7;
}

uint32_t block_value(const struct block_option *option) {
    return option->number << 4 | (uint32_t)option->is_more << 3 | option->exponent;
}

struct blocks *blocks_new(void) {
    return xcalloc(1, sizeof(struct blocks));
}

static void body_free(struct body *body) {
    if (!body) return;
    free(body->bytes);
    free(body);
}

void blocks_free(struct blocks *blocks) {
    if (!blocks) return;
    while (blocks->first) {
        struct body *body = blocks->first;
        blocks->first = body->next;
        body_free(body);
    }
    body_free(blocks->done);
    free(blocks);
}

int blocks_count(const struct blocks *blocks) {
    return blocks->count;
}

static struct body *take(struct blocks *blocks, struct body **place) {
    struct body *body = *place;
    *place = body->next;
    blocks->count--;
    return body;
}

void blocks_expire(struct blocks *blocks, int64_t now) {
    for (struct body **place = &blocks->first; *place;) {
        if (now - (*place)->touched > BLOCK_IDLE_US)
            body_free(take(blocks, place));
        else
            place = &(*place)->next;
    }
}

// Takes the body out of the list and counts the other ones of its peer.
static struct body *find(struct blocks *blocks, uint64_t peer, uint64_t key, int *of_peer) {
    struct body *found = NULL;
    *of_peer = 0;
    for (struct body **place = &blocks->first; *place;) {
        struct body *body = *place;
        if (body->peer == peer && body->key == key) {
            found = take(blocks, place);
        } else {
            *of_peer += body->peer == peer;
            place = &body->next;
        }
    }
    return found;
}

static struct body *start(struct blocks *blocks, int of_peer, uint64_t peer, uint64_t key,
                          struct err *err) {
    if (of_peer >= BLOCK_PEER_MAX) {
        err_set(err, ERR_UNAVAILABLE, "%d bodies in blocks are under way from here, the limit",
                of_peer);
        return NULL;
    }
    if (blocks->count >= BLOCK_ALL_MAX) {
        err_set(err, ERR_UNAVAILABLE, "%d bodies in blocks are under way, the limit",
                blocks->count);
        return NULL;
    }
    struct body *body = xcalloc(1, sizeof *body);
    body->peer = peer;
    body->key = key;
    return body;
}

static bool is_right_size(const struct block_option *option, size_t length, struct err *err) {
    uint32_t size = block_size(option);
    if (option->is_more ? length == size : length <= size) return true;
    return err_set(err, ERR_INVALID, "block %u has %zu bytes, its size is %u", option->number,
                   length, size);
}

enum block_outcome blocks_add(struct blocks *blocks, uint64_t peer, uint64_t body_key,
                              const struct block_option *option, const void *bytes, size_t length,
                              int64_t now, const uint8_t **whole, size_t *whole_length,
                              struct err *err) {
    int of_peer;
    body_free(blocks->done);
    blocks->done = NULL;
    blocks_expire(blocks, now);
    struct body *body = find(blocks, peer, body_key, &of_peer);
    if (!is_right_size(option, length, err)) {
        body_free(body);
        return BLOCK_BAD;
    }
    size_t offset = (size_t)option->number * block_size(option);
    if (offset == 0 && body) { // the sender starts again
        body_free(body);
        body = NULL;
    }
    if (offset + length > BODY_MAX) {
        body_free(body);
        err_set(err, ERR_TOO_LARGE, "the body is over %d bytes: send it in several", BODY_MAX);
        return BLOCK_TOO_LARGE;
    }
    if (offset != (body ? body->length : 0)) {
        err_set(err, ERR_PRECONDITION, "block %u is not the next one: start again with block 0",
                option->number);
        body_free(body);
        return BLOCK_LOST;
    }
    if (!body) body = start(blocks, of_peer, peer, body_key, err);
    if (!body) return BLOCK_BUSY;
    body->bytes = xrealloc(body->bytes, body->length + length + 1);
    if (length) memcpy(body->bytes + body->length, bytes, length);
    body->length += length;
    body->touched = now;
    if (option->is_more) {
        body->next = blocks->first;
        blocks->first = body;
        blocks->count++;
        return BLOCK_CONTINUE;
    }
    blocks->done = body;
    *whole = body->bytes;
    *whole_length = body->length;
    return BLOCK_COMPLETE;
}
