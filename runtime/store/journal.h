// The journal: the log's own files in DIR/log, without threads. One transaction and one sync a
// commit.
//
// Databases: `batches` by first rev; `states`, (twin, rev) -> where in which batch; `layouts`,
// models by their layout; `acts` by rev (acts.h); `meta`. Written by one thread; read by any
// through scan.h.

#ifndef STORE_JOURNAL_H
#define STORE_JOURNAL_H

#include "store/damage.h"
#include "store/environment.h"
#include "store/quota.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

struct batch_view;
struct commit;
struct err;
struct logger;
struct metrics;

enum {
    JOURNAL_BATCHES,
    JOURNAL_STATES,
    JOURNAL_LAYOUTS,
    JOURNAL_ACTS,
    JOURNAL_META,
    JOURNAL_DATABASES
};

#define STATE_KEY_BYTES 12
void state_key(uint8_t key[STATE_KEY_BYTES], uint32_t twin,
               uint64_t rev); // sorts by twin, then rev
uint64_t state_key_rev(const uint8_t key[STATE_KEY_BYTES]);
struct state_place { // what the index holds under it
    uint64_t batch;  // first rev
    uint32_t offset, length, crc, unused;
};

struct journal {
    struct environment environment;
    pthread_rwlock_t lock; // shared by who reads, alone for who opens it anew
    MDB_dbi databases[JOURNAL_DATABASES];
    struct quota quota;
    _Atomic uint64_t first_rev; // oldest kept, 0 = empty
    _Atomic uint64_t last_rev;  // newest on disk
    _Atomic uint64_t used;      // bytes of pages
    _Atomic uint64_t dropped;   // newest rev that was ever dropped
    bool was_clean;             // before it was opened
    bool is_end_damaged;        // its newest batch cannot be read; what it held is covered
    struct damage damage;
    const struct logger *logger;
};

// Takes the clean mark away, durably, so that a crash from here on is seen as one.
bool journal_open(struct journal *journal, const char *dir, uint64_t quota,
                  const struct logger *logger, struct metrics *metrics, struct err *err);
void journal_close(struct journal *journal);
int journal_mark_clean(struct journal *journal); // 0 or a code

// Writes and syncs. Drops oldest batches that end at or before `released` when beyond the quota, a
// few a commit. `may_be_there`: an earlier try failed in a way that leaves it open. 0 or a code.
int journal_write(struct journal *journal, const struct commit *commit, uint64_t released,
                  bool may_be_there);

// Makes the index of a batch's full states. 0 or a code.
int journal_index_states(MDB_txn *txn, MDB_dbi states, const struct batch_view *batch);
// Finds the databases of an environment that is open, makes none.
bool journal_find_databases(struct journal *journal, struct err *err);
bool journal_has(struct journal *journal, uint64_t batch); // it may have been dropped
// A database of its own treatment in a backup: the batches, and what is made of them.
bool journal_is_apart(const char *database);

// After an I/O error: opens anew and reads the newest batches back. False when the file is damaged
// or ends before `durable`, which was promised.
bool journal_reopen(struct journal *journal, uint64_t durable, struct err *err);

#endif
