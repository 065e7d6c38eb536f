// What the archivist's two files share: archivist.c follows the log, archivist_read.c answers.

#ifndef STORE_ARCHIVIST_OWN_H
#define STORE_ARCHIVIST_OWN_H

#include "base/memory.h"
#include "store/archivist.h"
#include "store/line.h"
#include "store/retention.h"

#include <pthread.h>
#include <stdatomic.h>

struct model;
struct world;

struct follower { // a twin
    const struct model *model;
    struct line **lines; // by field, NULL = none yet, or the field has no history
};

struct archivist {
    struct archivist_options options;
    pthread_t thread;
    pthread_mutex_t mutex;
    pthread_cond_t has_read;
    int wake_fd;
    atomic_bool is_waiting, is_stopping;
    _Atomic uint64_t covered;
    uint64_t read_rev; // under the mutex
    struct world *layouts;
    struct follower *followers; // by number
    uint32_t follower_count;
    struct series_write write;
    struct region region;
    size_t pool, log_bytes;
    atomic_bool
        is_stuck;   // what was gathered is not on disk: nothing is fetched or read until it is
    uint64_t clock; // grows with each revision, for `used`
    int64_t flushed_at, retained_at;
    struct retention retention;
    uint64_t *samples, *written;
};

// Writes what was gathered when it is more than `beyond` bytes. False when it could not; it is
// told, and tried again. With the mutex held.
bool archivist_commit(struct archivist *archivist, size_t beyond);

#endif
