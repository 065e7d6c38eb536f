// Answers that wait until a revision is on disk, in the order of their revs.

#ifndef PUSH_DURABLE_H
#define PUSH_DURABLE_H

#include <stdbool.h>
#include <stdint.h>

struct durable_wait { // lives in its owner; all zero is idle
    uint64_t rev;
    void (*on_durable)(struct durable_wait *wait);
    struct durable_wait *next, *previous;
    bool is_waiting;
};

struct durable {
    struct durable_wait *first, *last;
    uint64_t rev; // newest that is on disk
};

// Calls `on_durable` once `rev` is on disk, which may be at once.
void durable_add(struct durable *durable, struct durable_wait *wait, uint64_t rev,
                 void (*on_durable)(struct durable_wait *wait));
void durable_remove(struct durable *durable, struct durable_wait *wait);
void durable_advance(struct durable *durable, uint64_t rev);

#endif
