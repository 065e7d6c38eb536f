// A snapshot: every database of an environment as one moment had it, as frames of a backup.
//
// It is written to a file at the disk's speed, under one read transaction, because whoever takes
// the backup may be slow, and a transaction that is held keeps every page that is freed from being
// used again. No database is named here: what somebody adds is in it.

#ifndef STORE_SNAPSHOT_H
#define STORE_SNAPSHOT_H

#include "store/environment.h"

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

struct err;

struct snapshot {
    int fd; // of a file that has no name; -1 before
};

struct snapshot_source {
    struct environment *environment;
    const char *name;                       // in the backup
    pthread_rwlock_t *opening;              // held while it lasts: nobody opens it anew
    bool (*is_apart)(const char *database); // is left out; NULL = none is
    const char *dir;                        // where the file is
    bool (*goes_on)(void *context);         // asked now and then; false ends it
    void *context;
};

// Refuses when the disk has no room for a second copy.
bool snapshot_take(struct snapshot *snapshot, const struct snapshot_source *source,
                   struct err *err);
void snapshot_fini(struct snapshot *snapshot);

#endif
