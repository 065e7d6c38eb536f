// The quota: oldest batches leave the journal, a few a commit, in the transaction that brings the
// new ones.
//
// Never past what checkpoints cover. If that forbids to drop anything, the journal grows on and
// says so.

#ifndef STORE_QUOTA_H
#define STORE_QUOTA_H

#include "store/environment.h"

#include <stdbool.h>
#include <stdint.h>

struct logger;
struct metrics;

struct quota {
    uint64_t bytes;
    struct touched touched; // by reading what is dropped
    bool is_over;           // and said so
    const struct logger *logger;
    uint64_t *dropped_batches, *over; // metrics
};

void quota_init(struct quota *quota, uint64_t bytes, uint64_t map_bytes,
                const struct logger *logger, struct metrics *metrics);

struct quota_result {   // the journal as the transaction will leave it
    uint64_t first_rev; // 0 = empty
    uint64_t dropped;   // newest rev that was ever dropped; in: before
    uint64_t used;      // bytes of pages
    uint32_t batches;   // dropped
    bool is_over;       // and nothing may be dropped
};
// `databases` as in journal.h. 0 or a code.
int quota_apply(struct quota *quota, const struct environment *environment, MDB_txn *txn,
                const MDB_dbi *databases, uint64_t released, struct quota_result *result);
void quota_done(struct quota *quota, const struct environment *environment,
                const struct quota_result *result); // the transaction is on disk

#endif
