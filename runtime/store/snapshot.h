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

// Of `environment`, called `name` in the backup; `opening` is held while it lasts, so that nobody
// opens it anew. `is_apart` (may be NULL) says which databases are left out. Refuses when the disk
// of `dir` has no room for a second copy.
bool snapshot_take(struct snapshot *snapshot, struct environment *environment, const char *name,
                   pthread_rwlock_t *opening, bool (*is_apart)(const char *database),
                   const char *dir, struct err *err);
void snapshot_fini(struct snapshot *snapshot);

#endif
