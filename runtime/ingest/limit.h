// How many messages a peer may send: a token bucket for each, with a burst of two seconds' worth.
//
// The table is of fixed size; when it is full the peer longest silent is forgotten, which only
// gives it a full bucket.

#ifndef INGEST_LIMIT_H
#define INGEST_LIMIT_H

#include <stdbool.h>
#include <stdint.h>

struct limits;

struct limits *limits_new(double rate); // messages a second and peer, above 0
void limits_free(struct limits *limits);

// Takes one token of the peer with this hash. False when there is none; `wait_s` is then the whole
// seconds until there is.
bool limits_take(struct limits *limits, uint64_t peer, int64_t now, uint32_t *wait_s);

#endif
