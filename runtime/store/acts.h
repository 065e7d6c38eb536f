// Acts: which revisions a person or a program made, and not a device, a timer or a script.
//
// An index in the log's environment, written with the revisions it is of and dropped with them, so
// that who changed what is found without reading the log. It holds what is asked for: when, who, on
// which twin, which may be gone by now.

#ifndef STORE_ACTS_H
#define STORE_ACTS_H

#include "twin/input.h"

#include <lmdb.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct buffer;
struct err;
struct journal;
struct reader;
struct revision;

struct act {
    uint64_t rev;
    int64_t received;
    uint32_t twin; // number
    enum input_kind kind;
    struct actor actor;
    char id[TWIN_ID_MAX + 1]; // of the twin
};

// What came over HTTP or a WebSocket, but no samples; and what the runtime decided in its own name.
bool act_is_one(const struct revision *revision);
void act_encode(const struct revision *revision, const char *id, struct buffer *out);
bool act_decode(struct reader *in, uint64_t rev, struct act *act);

// Takes out those before `from` or after `to`. 0 or a code.
int acts_keep(MDB_txn *txn, MDB_dbi acts, uint64_t from, uint64_t to);

// That of a revision; false when there is none that can be read.
bool acts_find(struct journal *journal, uint64_t rev, struct act *act);
// Newest first, from the one before `before` on, until the callback says stop. Any thread; no
// transaction is held during a callback. What cannot be read is counted in `damaged` and left out.
bool acts_read(struct journal *journal, uint64_t before,
               bool (*on_act)(void *context, const struct act *act), void *context,
               uint64_t *damaged, struct err *err);

#endif
