// Damage that readers of the journal have come upon: told once a batch, counted, and stepped over.

#ifndef STORE_DAMAGE_H
#define STORE_DAMAGE_H

#include <pthread.h>
#include <stdint.h>

struct err;
struct logger;
struct metrics;

struct damage {
    pthread_mutex_t mutex;
    const struct logger *logger;
    uint64_t *batches; // their first revs
    int count;
};

void damage_init(struct damage *damage, const struct logger *logger, struct metrics *metrics);
void damage_fini(struct damage *damage);
// The batch of revs `from` to `to` cannot be read, because of `why`. Any thread.
void damage_note(struct damage *damage, uint64_t from, uint64_t to, const struct err *why);

#endif
