// The front: looks at every datagram first, drops what no library should see, answers what came
// before, answers the plain case itself, and forwards the rest to libcoap.
//
// Plain is a POST or PUT with no option but Uri-Path, Content-Format and No-Response.

#ifndef INGEST_FRONT_H
#define INGEST_FRONT_H

#include "base/memory.h"
#include "ingest/guard.h"

#include <stdbool.h>
#include <stdint.h>

struct datagram;
struct exchange;
struct library;
struct limits;
struct metrics;
struct outbox;

struct front {
    struct exchange *exchange;
    struct library *library;
    struct limits *limits;  // NULL: none
    struct outbox *outbox;  // answers that wait for nothing
    struct outbox *waiting; // answers that wait for the disk
    bool is_library_only;
    struct region stripped; // datagrams without Hop-Limit, until the batch is flushed
    uint64_t *received, *fast, *forwarded, *in_flight, *answered_again;
    uint64_t *guards[GUARDS];
};

void front_init(struct front *front, struct metrics *metrics);
void front_fini(struct front *front);

// Handles a batch: `received` is UTC, `now` monotonic.
void front_take(struct front *front, const struct datagram *datagrams, int count, int64_t received,
                int64_t now);

#endif
