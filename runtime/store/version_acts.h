// What happened to script versions, in order: stored, promoted, rolled back, with who and why.
//
// A version's head (versions.h) says what it is now; this is how it came to be so. Written in the
// transaction that changes the head.

#ifndef STORE_VERSION_ACTS_H
#define STORE_VERSION_ACTS_H

#include "store/versions.h"

#include <lmdb.h>
#include <stdbool.h>
#include <stdint.h>

struct err;
struct state_file;

#define VERSION_ACTS_KEPT 10000 // the oldest go

struct version_act {
    uint64_t sequence; // grows by one; set by the store
    int64_t at;        // microseconds UTC
    enum version_state state;
    uint64_t version;
    const char *author, *reason;
};

int version_acts_put(MDB_txn *txn, MDB_dbi database, const struct version_act *act); // or a code

// Newest first, from the one before `before` on, until the callback says stop. Any thread; the
// texts die with the call.
bool version_acts_read(struct state_file *file, uint64_t before,
                       bool (*on_act)(void *context, const struct version_act *act), void *context,
                       struct err *err);

#endif
