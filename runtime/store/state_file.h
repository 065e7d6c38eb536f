// The state's file: DIR/state, without threads of its own. Checkpointed twins, script versions, a
// little meta.
//
// Databases: `twins` by number; `versions` and their `files` by hash; `version_acts`, what happened
// to them; `series` (store/series_file.h); `meta`. Any thread: one
// mutex, nothing here is hot.

#ifndef STORE_STATE_FILE_H
#define STORE_STATE_FILE_H

#include "store/environment.h"

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

struct buffer;
struct err;
struct logger;
struct slice;
struct world;

enum {
    STATE_TWINS,
    STATE_VERSIONS,
    STATE_FILES,
    STATE_VERSION_ACTS,
    STATE_META,
    STATE_SERIES,
    STATE_DATABASES
};

struct state_file {
    struct environment environment;
    pthread_mutex_t mutex;
    pthread_rwlock_t opening; // shared by who reads for long without the mutex, alone for reopen
    MDB_dbi databases[STATE_DATABASES];
    uint64_t covered; // as it was at the opening
    uint64_t used;    // bytes of pages
};

bool state_file_open(struct state_file *file, const char *dir, const struct logger *logger,
                     struct err *err);
void state_file_close(struct state_file *file);

// One transaction, synced. 0 or a code.
int state_file_write(struct state_file *file, const struct slice *slice);
bool state_file_reopen(struct state_file *file, struct err *err); // after an I/O error
// As checkpoint_load.
bool state_file_load(struct state_file *file, struct world *world, struct buffer *damaged,
                     struct err *err);

// For store/versions.c, with the mutex held. A writing transaction of about `bytes`; ends it by
// `code`: 0 commits.
int state_file_begin_reading(struct state_file *file, MDB_txn **txn);
int state_file_begin(struct state_file *file, size_t bytes, MDB_txn **txn);
int state_file_end(struct state_file *file, MDB_txn *txn, int code);

#endif
