// Sets of four buckets by the peer's hash; the one touched longest ago is taken over.

#include "ingest/limit.h"

#include "base/memory.h"

#include <math.h>
#include <stdlib.h>

#define SETS 16384 // 64k peers, 1.5 MB
#define WAYS 4
#define BURST_S 2
#define ROUNDING 1e-6 // of tokens earned in fractions of a second

struct bucket {
    uint64_t peer;
    int64_t touched; // microseconds, 0: free
    double tokens;
};

struct limits {
    double rate;
    double burst;
    struct bucket buckets[SETS][WAYS];
};

struct limits *limits_new(double rate) {
    struct limits *limits = xcalloc(1, sizeof *limits);
    limits->rate = rate;
    limits->burst = fmax(1, rate * BURST_S);
    return limits;
}

void limits_free(struct limits *limits) {
    free(limits);
}

static struct bucket *bucket_of(struct limits *limits, uint64_t peer, int64_t now) {
    struct bucket *set = limits->buckets[peer % SETS], *oldest = set;
    for (int i = 0; i < WAYS; i++) {
        if (set[i].touched && set[i].peer == peer) return &set[i];
        if (set[i].touched < oldest->touched) oldest = &set[i];
    }
    *oldest = (struct bucket){.peer = peer, .touched = now, .tokens = limits->burst};
    return oldest;
}

bool limits_take(struct limits *limits, uint64_t peer, int64_t now, uint32_t *wait_s) {
    struct bucket *bucket = bucket_of(limits, peer, now);
    double earned = (double)(now - bucket->touched) * 1e-6 * limits->rate;
    bucket->tokens = fmin(limits->burst, bucket->tokens + earned);
    bucket->touched = now;
    if (bucket->tokens > 1 - ROUNDING) {
        bucket->tokens -= 1;
        return true;
    }
    *wait_s = (uint32_t)ceil((1 - bucket->tokens) / limits->rate - ROUNDING);
    return false;
}
