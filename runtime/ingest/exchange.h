// From a request to its answer: blocks put together, the resource asked, a long answer cut into
// blocks, the outcome counted and remembered. Both ways come through here.

#ifndef INGEST_EXCHANGE_H
#define INGEST_EXCHANGE_H

#include "ingest/resource.h"

#include <stdbool.h>
#include <stdint.h>

struct answer;
struct blocks;
struct door;
struct duplicates;
struct metrics;
struct request;

struct exchange {
    const struct door *door;
    struct resources resources;
    struct blocks *blocks;
    struct duplicates *duplicates;
    struct metrics *metrics;
    uint64_t *answers[256]; // counters by code, made when first needed
    int64_t now;            // monotonic, of the batch being handled
};

void exchange_init(struct exchange *exchange, const struct door *door, struct metrics *metrics);
void exchange_fini(struct exchange *exchange);

// The answer's payload is valid until the next call.
void exchange_answer(struct exchange *exchange, const struct request *request,
                     struct answer *answer);

// Once the answer has all its options: counts it and, if the request is one that changes something,
// remembers it for retransmissions.
void exchange_done(struct exchange *exchange, const struct request *request,
                   const struct answer *answer);

void exchange_count(struct exchange *exchange, uint8_t code); // one more answer

bool exchange_must_wait(const struct exchange *exchange, const struct answer *answer);

// Cuts an answer's payload to the block asked for by the value of a Block2 option, or to the first
// block when it is too long for one (-1: no option).
void exchange_slice(struct exchange *exchange, int64_t block2, struct answer *answer);

#endif
