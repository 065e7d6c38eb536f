// Refusals that only say "not now" (4.29, 5.03) are not remembered: nothing was done, so the
// retransmission may fare better.

#include "ingest/exchange.h"

#include "base/err.h"
#include "base/hash.h"
#include "base/metrics.h"
#include "ingest/answer.h"
#include "ingest/block.h"
#include "ingest/command.h"
#include "ingest/duplicate.h"
#include "ingest/peer.h"
#include "ingest/request.h"
#include "ingest/wire.h"
#include "twin/input.h"
#include "twin/world.h"

#include <assert.h>
#include <stdio.h>

#define DUPLICATES_BYTES (64 << 20)

static bool put_together(struct exchange *exchange, const struct request *request,
                         struct request *whole, struct answer *answer);

void exchange_init(struct exchange *exchange, const struct door *door, struct metrics *metrics) {
    *exchange = (struct exchange){.door = door, .metrics = metrics};
    resources_init(&exchange->resources, door);
    exchange->blocks = blocks_new();
    exchange->duplicates = duplicates_new(
        DUPLICATES_BYTES, metrics_counter(metrics, "twind_coap_messages_forgotten_total", NULL,
                                          "Messages forgotten before their 247 s, table full"));
}

void exchange_fini(struct exchange *exchange) {
    resources_fini(&exchange->resources);
    blocks_free(exchange->blocks);
    duplicates_free(exchange->duplicates);
}

void exchange_answer(struct exchange *exchange, const struct request *request,
                     struct answer *answer) {
    struct request whole;
    if (request->size1 > BODY_MAX) {
        answer_refuse(answer, CODE_TOO_LARGE, &exchange->resources.region,
                      "the body has %lld bytes, the limit is %d", (long long)request->size1,
                      BODY_MAX);
        answer->size1 = BODY_MAX;
        return;
    }
    if (request->block1 >= 0 && request_is_write(request)) {
        if (!put_together(exchange, request, &whole, answer)) return;
        resources_answer(&exchange->resources, &whole, answer);
        answer->block1 = request->block1;
        return;
    }
    resources_answer(&exchange->resources, request, answer);
    if (answer->commands > 0) {
        const struct door *door = exchange->door;
        struct slice id = request->path[1];
        command_told(door, world_find(door->world, id.bytes, id.length)->number, answer->commands,
                     request->peer);
    }
    if (answer->code == CODE_CONTENT) exchange_slice(exchange, request->block2, answer);
}

// Which body a block belongs to: the resource and how it is to be read.
static uint64_t body_key(const struct request *request) {
    int count = request->path_count < PATH_MAX_SEGMENTS ? request->path_count : PATH_MAX_SEGMENTS;
    uint64_t key = (uint64_t)request->method << 32 | (uint32_t)request->format;
    for (int i = 0; i < count; i++)
        key = hash64(key + 1, request->path[i].bytes, request->path[i].length);
    return key;
}

// True when the body is whole; else `answer` is what the block is answered with.
static bool put_together(struct exchange *exchange, const struct request *request,
                         struct request *whole, struct answer *answer) {
    struct region *region = &exchange->resources.region;
    struct block_option option;
    struct err err;
    *whole = *request;
    if (!block_parse((uint32_t)request->block1, &option)) {
        answer_refuse(answer, CODE_BAD_REQUEST, region, "Block1 has the reserved size 7");
        return false;
    }
    switch (blocks_add(exchange->blocks, peer_hash(request->peer), body_key(request), &option,
                       request->payload, request->length, exchange->now, &whole->payload,
                       &whole->length, &err)) {
    case BLOCK_COMPLETE:
        return true;
    case BLOCK_CONTINUE:
        answer_init(answer, CODE_CONTINUE);
        answer->block1 = request->block1;
        return false;
    case BLOCK_LOST:
        answer_refuse(answer, CODE_INCOMPLETE, region, "%s", err.text);
        return false;
    case BLOCK_TOO_LARGE:
        answer_error(answer, &err, region);
        answer->size1 = BODY_MAX;
        return false;
    case BLOCK_BAD:
    case BLOCK_BUSY:
        answer_error(answer, &err, region);
        break;
    }
    return false;
}

void exchange_slice(struct exchange *exchange, int64_t block2, struct answer *answer) {
    struct block_option option = {.exponent = 6};
    if (block2 < 0 && answer->length <= BLOCK_SIZE_MAX) return;
    if (block2 >= 0 && !block_parse((uint32_t)block2, &option)) {
        answer_refuse(answer, CODE_BAD_REQUEST, &exchange->resources.region,
                      "Block2 has the reserved size 7");
        return;
    }
    size_t size = block_size(&option), offset = option.number * size;
    if (offset > 0 && offset >= answer->length) {
        answer_refuse(answer, CODE_BAD_REQUEST, &exchange->resources.region,
                      "block %u is beyond the end: there are %zu bytes", option.number,
                      answer->length);
        return;
    }
    answer->etag = hash64(1, answer->payload, answer->length) | 1;
    option.is_more = answer->length - offset > size;
    answer->payload += offset;
    answer->length = option.is_more ? size : answer->length - offset;
    answer->block2 = block_value(&option);
}

void exchange_count(struct exchange *exchange, uint8_t code) {
    if (!exchange->answers[code]) {
        char labels[32];
        snprintf(labels, sizeof labels, "code=\"%d.%02d\"", code >> 5, code & 31);
        exchange->answers[code] = metrics_counter(exchange->metrics, "twind_coap_answers_total",
                                                  labels, "Answers to CoAP requests");
    }
    ++*exchange->answers[code];
}

void exchange_done(struct exchange *exchange, const struct request *request,
                   const struct answer *answer) {
    exchange_count(exchange, answer->code);
    if (!request_is_write(request) || answer->code == CODE_TOO_MANY ||
        answer->code == CODE_UNAVAILABLE)
        return;
    assert(answer->length + ANSWER_HEAD_MAX <= ANSWER_MAX);
    struct duplicate seen = {.rev = answer->rev, .code = answer->code};
    uint8_t rest[ANSWER_MAX];
    if (answer->length > 0 || answer->format >= 0 || answer->block1 >= 0) {
        seen.rest = rest;
        seen.length = (size_t)(answer_write(rest, answer) - rest);
    }
    duplicates_add(exchange->duplicates, request->key, exchange->now, &seen);
}

bool exchange_must_wait(const struct exchange *exchange, const struct answer *answer) {
    const struct door *door = exchange->door;
    return answer->rev > 0 && answer->rev > door->durable(door->context);
}
