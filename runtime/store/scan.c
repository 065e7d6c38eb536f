// Each step finds its place anew by key: half a microsecond, against never keeping a page from
// reuse.

#include "store/scan.h"

#include "store/journal.h"

#include <string.h>

enum step { STEP_AT, STEP_LAST, STEP_NEXT, STEP_PREVIOUS };

static bool step(struct scan *scan, enum step kind, uint64_t rev, struct err *err);
static int find(MDB_cursor *cursor, enum step kind, uint64_t rev, MDB_val *key, MDB_val *value);

void scan_open(struct scan *scan, struct journal *journal) {
    *scan = (struct scan){.journal = journal};
}

void scan_close(struct scan *scan) {
    pthread_rwlock_rdlock(&scan->journal->lock);
    touched_let_go(&scan->touched, &scan->journal->environment, 0);
    pthread_rwlock_unlock(&scan->journal->lock);
    buffer_fini(&scan->copy);
}

bool scan_at(struct scan *scan, uint64_t rev, struct err *err) {
    if (!step(scan, STEP_AT, rev, err)) return false;
    bool is_before = scan->is_found && scan->batch.first_rev + scan->batch.count <= rev;
    return is_before ? scan_next(scan, err) : true;
}

bool scan_last(struct scan *scan, struct err *err) {
    return step(scan, STEP_LAST, 0, err);
}

bool scan_next(struct scan *scan, struct err *err) {
    return step(scan, STEP_NEXT, scan->key, err);
}

bool scan_previous(struct scan *scan, struct err *err) {
    return step(scan, STEP_PREVIOUS, scan->key, err);
}

// It ends where the next one begins, or nobody knows where.
static void note_damage(struct scan *scan, const struct err *err) {
    struct journal *journal = scan->journal;
    MDB_txn *txn = NULL;
    MDB_cursor *cursor = NULL;
    MDB_val key, value;
    pthread_rwlock_rdlock(&journal->lock);
    int code = mdb_txn_begin(journal->environment.env, NULL, MDB_RDONLY, &txn);
    if (code == 0) code = mdb_cursor_open(txn, journal->databases[JOURNAL_BATCHES], &cursor);
    if (code == 0) code = find(cursor, STEP_NEXT, scan->key, &key, &value);
    uint64_t last = journal->last_rev;
    scan->damaged_to = last > scan->key ? last : scan->key;
    if (code == 0) memcpy(&scan->damaged_to, key.mv_data, sizeof scan->damaged_to);
    if (code == 0) scan->damaged_to--;
    if (cursor) mdb_cursor_close(cursor);
    if (txn) mdb_txn_abort(txn);
    pthread_rwlock_unlock(&journal->lock);
    scan->is_damaged = true;
    damage_note(&journal->damage, scan->key, scan->damaged_to, err);
}

static bool step(struct scan *scan, enum step kind, uint64_t rev, struct err *err) {
    struct journal *journal = scan->journal;
    MDB_txn *txn = NULL;
    MDB_cursor *cursor = NULL;
    MDB_val key, value;
    scan->is_found = scan->is_damaged = false;
    pthread_rwlock_rdlock(&journal->lock);
    int code = mdb_txn_begin(journal->environment.env, NULL, MDB_RDONLY, &txn);
    if (code == 0) code = mdb_cursor_open(txn, journal->databases[JOURNAL_BATCHES], &cursor);
    if (code == 0) code = find(cursor, kind, rev, &key, &value);
    if (code == 0) {
        memcpy(&scan->key, key.mv_data, sizeof scan->key);
        scan->copy.length = 0;
        buffer_add(&scan->copy, value.mv_data, value.mv_size);
        touched_add(&scan->touched, &journal->environment, value);
        touched_let_go(&scan->touched, &journal->environment, TOUCHED_MAX);
    }
    if (cursor) mdb_cursor_close(cursor);
    if (txn) mdb_txn_abort(txn);
    pthread_rwlock_unlock(&journal->lock);
    if (code == MDB_NOTFOUND) return true;
    if (code != 0) return environment_err(&journal->environment, err, "reading a batch", code);
    scan->is_found = batch_read(&scan->batch, scan->copy.bytes, scan->copy.length, scan->key, err);
    if (!scan->is_found) note_damage(scan, err);
    return scan->is_found;
}

static int find(MDB_cursor *cursor, enum step kind, uint64_t rev, MDB_val *key, MDB_val *value) {
    *key = (MDB_val){sizeof rev, &rev};
    if (kind == STEP_LAST) return mdb_cursor_get(cursor, key, value, MDB_LAST);
    if (kind == STEP_NEXT) rev++;
    int code = mdb_cursor_get(cursor, key, value, MDB_SET_RANGE);
    if (kind == STEP_NEXT) return code;
    bool is_exact = code == 0 && memcmp(key->mv_data, &rev, sizeof rev) == 0;
    if (kind == STEP_AT && is_exact) return 0;
    if (code != 0 && code != MDB_NOTFOUND) return code;
    int back = mdb_cursor_get(cursor, key, value, code == 0 ? MDB_PREV : MDB_LAST);
    // Before the oldest one: the first after `rev` is the answer of STEP_AT.
    if (kind == STEP_AT && back == MDB_NOTFOUND)
        return mdb_cursor_get(cursor, key, value, MDB_FIRST);
    return back;
}
