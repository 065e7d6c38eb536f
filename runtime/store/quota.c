// Dropping reads the head of a batch, which holds the directory of its full states, and nothing
// more of it.

#include "store/quota.h"

#include "base/logger.h"
#include "base/metrics.h"
#include "store/acts.h"
#include "store/batch.h"
#include "store/journal.h"
#include "store/record.h"

#include <string.h>

#define DROPS_MAX 16        // batches that one commit drops at most, so that it stays short
#define STATE_DROPS_MAX 256 // and full states with them, past which it takes no further batch

static int drop(struct quota *quota, const struct environment *environment, MDB_cursor *cursor,
                MDB_dbi states, const struct batch_view *view);

void quota_init(struct quota *quota, uint64_t bytes, uint64_t map_bytes,
                const struct logger *logger, struct metrics *metrics) {
    // Half of the map at most, should the system have allowed only a small one.
    *quota =
        (struct quota){.bytes = bytes < map_bytes / 2 ? bytes : map_bytes / 2, .logger = logger};
    quota->dropped_batches =
        metrics_counter(metrics, "twind_log_dropped_batches_total", NULL,
                        "Oldest batches of the log dropped to stay within its quota.");
    quota->over =
        metrics_counter(metrics, "twind_log_over_quota_total", NULL,
                        "Commits beyond the quota while checkpoints cover nothing to drop.");
}

// The last rev of the oldest batch. Its head may be damaged: it ends before the next one in any
// case, and what is no head has no states.
static uint64_t read_head(MDB_cursor *cursor, MDB_val value, uint64_t first_rev,
                          struct batch_view *view) {
    MDB_val next_key, next_value;
    bool is_known = batch_read_header(view, value.mv_data, value.mv_size);
    uint64_t last_rev = is_known ? view->first_rev + view->count - 1 : UINT64_MAX;
    uint64_t next_rev = 0;
    if (!is_known || view->first_rev != first_rev)
        *view = (struct batch_view){.bytes = value.mv_data,
                                    .revisions = {value.mv_data, value.mv_data, 0}};
    int code = mdb_cursor_get(cursor, &next_key, &next_value, MDB_NEXT);
    if (code == 0) memcpy(&next_rev, next_key.mv_data, sizeof next_rev);
    mdb_cursor_get(cursor, &next_key, &next_value, MDB_FIRST);
    if (code != 0) return UINT64_MAX; // the newest stays
    return last_rev >= first_rev && last_rev < next_rev ? last_rev : next_rev - 1;
}

int quota_apply(struct quota *quota, const struct environment *environment, MDB_txn *txn,
                const MDB_dbi *databases, uint64_t released, struct quota_result *result) {
    MDB_cursor *cursor;
    MDB_val key, value;
    uint32_t states = 0;
    int code = mdb_cursor_open(txn, databases[JOURNAL_BATCHES], &cursor);
    while (code == 0) {
        result->used = environment_used(txn, databases, JOURNAL_DATABASES);
        code = mdb_cursor_get(cursor, &key, &value, MDB_FIRST);
        if (code != 0) break;
        memcpy(&result->first_rev, key.mv_data, sizeof result->first_rev);
        if (result->used <= quota->bytes || result->batches == DROPS_MAX ||
            states > STATE_DROPS_MAX)
            break;
        struct batch_view view;
        uint64_t last_rev = read_head(cursor, value, result->first_rev, &view);
        result->is_over = last_rev > released;
        if (result->is_over) break;
        code = drop(quota, environment, cursor, databases[JOURNAL_STATES], &view);
        result->dropped = last_rev;
        result->batches++;
        states += view.state_count;
    }
    mdb_cursor_close(cursor);
    if (code == MDB_NOTFOUND) code = 0; // nothing but layouts so far
    if (code == 0 && result->batches)
        code = acts_keep(txn, databases[JOURNAL_ACTS], result->dropped + 1, UINT64_MAX);
    if (code == 0 && result->batches)
        code = record_put_u64(txn, databases[JOURNAL_META], "dropped", result->dropped);
    return code;
}

void quota_done(struct quota *quota, const struct environment *environment,
                const struct quota_result *result) {
    counter_add(quota->dropped_batches, result->batches);
    counter_add(quota->over, result->is_over);
    if (result->is_over && !quota->is_over)
        logger_line(quota->logger, LOG_LEVEL_WARN, "log_over_quota",
                    "path=%s used=%llu quota=%llu text=\"checkpoints do not cover the oldest "
                    "revisions yet, so the log grows beyond its quota\"",
                    environment->path, (unsigned long long)result->used,
                    (unsigned long long)quota->bytes);
    quota->is_over = result->is_over;
    touched_let_go(&quota->touched, environment, TOUCHED_MAX);
}

static int drop(struct quota *quota, const struct environment *environment, MDB_cursor *cursor,
                MDB_dbi states, const struct batch_view *view) {
    // A value larger than a page has pages of its own, and those of an earlier commit lie in the
    // map. A smaller one may stand on a page that this transaction has copied to the heap.
    MDB_val head = {(size_t)(view->revisions.at - view->bytes), (void *)(uintptr_t)view->bytes};
    if ((size_t)(view->revisions.end - view->bytes) > environment->page_bytes)
        touched_add(&quota->touched, environment, head);
    for (uint32_t i = 0; i < view->state_count; i++) {
        struct batch_state state = batch_read_state(view, i);
        uint8_t name[STATE_KEY_BYTES];
        state_key(name, state.twin, state.rev);
        MDB_val key = {sizeof name, name};
        int code = mdb_del(mdb_cursor_txn(cursor), states, &key, NULL);
        if (code != 0 && code != MDB_NOTFOUND) return code;
    }
    return mdb_cursor_del(cursor, 0);
}
