// MDB_APPEND and MDB_RESERVE: the newest key goes to the end of the tree and the batch is written
// straight into the page that goes to disk.

#include "store/journal.h"

#include "base/err.h"
#include "base/logger.h"
#include "store/build.h"
#include "store/commit.h"
#include "store/record.h"
#include "store/scan.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define FORMAT 2
#define VERIFIED_BATCHES 16 // after an I/O error
#define PAGES_PER_STATE 3   // that an index entry may touch

static const struct {
    const char *name;
    unsigned flags;
} databases[JOURNAL_DATABASES] = {
    [JOURNAL_BATCHES] = {"batches", MDB_INTEGERKEY},
    [JOURNAL_STATES] = {"states", 0},
    [JOURNAL_LAYOUTS] = {"layouts", MDB_INTEGERKEY},
    [JOURNAL_ACTS] = {"acts", MDB_INTEGERKEY},
    [JOURNAL_META] = {"meta", 0},
};

static int open_databases(struct journal *journal);
static bool begin_life(struct journal *journal, struct err *err);
static bool read_bounds(struct journal *journal, struct err *err);
static int write_batch(struct journal *journal, MDB_txn *txn, const struct batch *batch,
                       unsigned flags);
static int write_records(MDB_txn *txn, MDB_dbi database, const struct buffer *records);

bool journal_open(struct journal *journal, const char *dir, uint64_t quota,
                  const struct logger *logger, struct metrics *metrics, struct err *err) {
    *journal = (struct journal){.logger = logger};
    if (!environment_open(&journal->environment, dir, "log", logger, err)) return false;
    quota_init(&journal->quota, quota, journal->environment.map_bytes, logger, metrics);
    pthread_rwlock_init(&journal->lock, NULL);
    damage_init(&journal->damage, logger, metrics);
    int code = open_databases(journal);
    if (code != 0) {
        environment_err(&journal->environment, err, "opening its databases", code);
        goto failed;
    }
    if (!read_bounds(journal, err)) goto failed;
    if (!begin_life(journal, err)) goto failed;
    return true;
failed:
    journal_close(journal);
    return false;
}
void journal_close(struct journal *journal) {
    if (!journal->environment.path) return;
    environment_close(&journal->environment);
    damage_fini(&journal->damage);
    pthread_rwlock_destroy(&journal->lock);
}

int journal_mark_clean(struct journal *journal) {
    MDB_txn *txn;
    environment_reserve(&journal->environment, 0, journal->used);
    int code = mdb_txn_begin(journal->environment.env, NULL, 0, &txn);
    if (code != 0) return code;
    code = record_put_u64(txn, journal->databases[JOURNAL_META], "clean", journal->last_rev);
    if (code == 0) return mdb_txn_commit(txn);
    mdb_txn_abort(txn);
    return code;
}

int journal_write(struct journal *journal, const struct commit *commit, uint64_t released,
                  bool may_be_there) {
    size_t bytes = commit_bytes(commit);
    for (int i = 0; i < commit->batch_count; i++)
        bytes += (size_t)commit->batches[i].state_count * PAGES_PER_STATE *
                 journal->environment.page_bytes;
    int code = environment_reserve(&journal->environment, bytes, journal->used);
    if (code != 0) return code;
    MDB_txn *txn;
    code = mdb_txn_begin(journal->environment.env, NULL, 0, &txn);
    if (code != 0) return code;
    code = write_records(txn, journal->databases[JOURNAL_LAYOUTS], &commit->layouts);
    if (code == 0) code = write_records(txn, journal->databases[JOURNAL_ACTS], &commit->acts);
    for (int i = 0; i < commit->batch_count && code == 0; i++)
        code = write_batch(journal, txn, &commit->batches[i], may_be_there ? 0 : MDB_APPEND);
    struct quota_result result = {.dropped = journal->dropped};
    if (code == 0)
        code = quota_apply(&journal->quota, &journal->environment, txn, journal->databases,
                           released, &result);
    if (code != 0) {
        mdb_txn_abort(txn);
        return code;
    }
    code = mdb_txn_commit(txn);
    if (code != 0) return code;
    journal->used = result.used;
    journal->first_rev = result.first_rev;
    journal->dropped = result.dropped;
    quota_done(&journal->quota, &journal->environment, &result);
    if (commit->batch_count)
        journal->last_rev = batch_last_rev(&commit->batches[commit->batch_count - 1]);
    return 0;
}

bool journal_reopen(struct journal *journal, uint64_t durable, struct err *err) {
    pthread_rwlock_wrlock(&journal->lock);
    bool is_open = environment_reopen(&journal->environment, err);
    if (is_open) {
        int code = open_databases(journal);
        is_open =
            code == 0 || environment_err(&journal->environment, err, "opening its databases", code);
    }
    pthread_rwlock_unlock(&journal->lock);
    if (!is_open || !read_bounds(journal, err)) return false;
    if (journal->last_rev < durable)
        return err_set(err, ERR_INTERNAL, "%s ends at rev %llu, but rev %llu was synced before",
                       journal->environment.path, (unsigned long long)journal->last_rev,
                       (unsigned long long)durable);
    struct scan scan;
    scan_open(&scan, journal);
    bool is_whole = scan_last(&scan, err);
    for (int i = 1; is_whole && scan.is_found && i < VERIFIED_BATCHES; i++)
        is_whole = scan_previous(&scan, err);
    scan_close(&scan);
    return is_whole;
}

static int open_databases(struct journal *journal) {
    MDB_txn *txn;
    int code = mdb_txn_begin(journal->environment.env, NULL, MDB_RDONLY, &txn);
    if (code != 0) return code;
    for (int i = 0; i < JOURNAL_DATABASES && code == 0; i++)
        code = mdb_dbi_open(txn, databases[i].name, databases[i].flags, &journal->databases[i]);
    if (code == 0) return mdb_txn_commit(txn);
    mdb_txn_abort(txn);
    if (code != MDB_NOTFOUND) return code;
    code = environment_reserve(&journal->environment, 0, 0);
    if (code == 0) code = mdb_txn_begin(journal->environment.env, NULL, 0, &txn);
    if (code != 0) return code;
    for (int i = 0; i < JOURNAL_DATABASES && code == 0; i++)
        code = mdb_dbi_open(txn, databases[i].name, databases[i].flags | MDB_CREATE,
                            &journal->databases[i]);
    if (code == 0) return mdb_txn_commit(txn);
    mdb_txn_abort(txn);
    return code;
}

static int optional(int code) {
    return code == MDB_NOTFOUND ? 0 : code;
}

// Its key only: a damaged old batch is the matter of who reads it.
static int read_first_rev(struct journal *journal, uint64_t *first_rev) {
    MDB_txn *txn = NULL;
    MDB_cursor *cursor = NULL;
    MDB_val key;
    int code = mdb_txn_begin(journal->environment.env, NULL, MDB_RDONLY, &txn);
    if (code == 0) code = mdb_cursor_open(txn, journal->databases[JOURNAL_BATCHES], &cursor);
    if (code == 0) code = mdb_cursor_get(cursor, &key, NULL, MDB_FIRST);
    if (code == 0) memcpy(first_rev, key.mv_data, sizeof *first_rev);
    if (cursor) mdb_cursor_close(cursor);
    if (txn) mdb_txn_abort(txn);
    return optional(code);
}

// The newest batch is damaged. After a clean end its mark says how far the log went, and the
// checkpoints cover all of it; else what the start needs is not there.
static bool read_clean_end(struct journal *journal, uint64_t batch, struct err *err) {
    MDB_txn *txn = NULL;
    uint64_t clean = 0, end = 0; // as a start before this one found it
    MDB_dbi meta = journal->databases[JOURNAL_META];
    if (mdb_txn_begin(journal->environment.env, NULL, MDB_RDONLY, &txn) == 0) {
        record_get_u64(txn, meta, "clean", &clean);
        record_get_u64(txn, meta, "end", &end);
        mdb_txn_abort(txn);
    }
    if (end > clean) clean = end;
    journal->is_end_damaged = clean >= batch;
    if (journal->is_end_damaged) {
        journal->last_rev = clean;
        return true;
    }
    err->code = ERR_INVALID;
    return err_prefix(err, "twind did not end cleanly, and needs the newest revisions: ");
}

static bool read_bounds(struct journal *journal, struct err *err) {
    uint64_t first_rev = 0;
    int code = read_first_rev(journal, &first_rev);
    if (code != 0) return environment_err(&journal->environment, err, "reading a batch", code);
    struct scan scan;
    scan_open(&scan, journal);
    bool is_read = scan_last(&scan, err);
    journal->first_rev = first_rev;
    journal->last_rev = scan.is_found ? scan.batch.first_rev + scan.batch.count - 1 : 0;
    if (scan.is_damaged) is_read = read_clean_end(journal, scan.key, err);
    scan_close(&scan);
    return is_read;
}

// The clean mark is worth something only while nothing came after it.
static int take_clean_mark(struct journal *journal, MDB_txn *txn, bool is_new) {
    MDB_dbi meta = journal->databases[JOURNAL_META];
    MDB_val key = record_name("clean");
    uint64_t clean = 0;
    int code = record_get_u64(txn, meta, "clean", &clean);
    journal->was_clean = is_new || (code == 0 && clean == journal->last_rev);
    return code == 0 ? mdb_del(txn, meta, &key, NULL) : optional(code);
}

// Which build wrote it: bit equality of a replay is promised for one build only.
static int renew_build(struct journal *journal, MDB_txn *txn, bool is_new) {
    MDB_dbi meta = journal->databases[JOURNAL_META];
    char text[BUILD_TEXT_MAX];
    struct reader was;
    build_text(text);
    int code = record_get(txn, meta, record_name("build"), &was);
    if (code == 0) {
        size_t length = (size_t)(was.end - was.at);
        if (length == strlen(text) && memcmp(was.at, text, length) == 0) return 0;
        logger_line(journal->logger, LOG_LEVEL_INFO, "other_build",
                    "path=%s was=\"%.*s\" is=\"%s\"", journal->environment.path, (int)length,
                    (const char *)was.at, text);
    } else if (code != MDB_NOTFOUND || !is_new) {
        return code;
    }
    return record_put(txn, meta, record_name("build"), text, strlen(text));
}

static bool begin_life(struct journal *journal, struct err *err) {
    struct environment *environment = &journal->environment;
    MDB_dbi meta = journal->databases[JOURNAL_META];
    MDB_txn *txn;
    // Not refused on a full disk: the last commit left some room, and this writes next to nothing.
    environment_reserve(environment, 0, 0);
    int code = mdb_txn_begin(environment->env, NULL, 0, &txn);
    if (code != 0) return environment_err(environment, err, "its first transaction", code);
    uint64_t format = FORMAT;
    code = record_get_u64(txn, meta, "format", &format);
    bool is_new = code == MDB_NOTFOUND && journal->last_rev == 0;
    if (is_new) code = record_put_u64(txn, meta, "format", FORMAT);
    if (format != FORMAT) {
        mdb_txn_abort(txn);
        return err_set(err, ERR_INTERNAL,
                       "%s has format %llu, this program knows format %d: use the program that "
                       "wrote it",
                       environment->path, (unsigned long long)format, FORMAT);
    }
    if (code == 0) code = take_clean_mark(journal, txn, is_new);
    if (code == 0) code = renew_build(journal, txn, is_new);
    // The mark is gone now, but how far the log went must not be.
    if (code == 0 && journal->is_end_damaged)
        code = record_put_u64(txn, meta, "end", journal->last_rev);
    uint64_t dropped = 0;
    if (code == 0) code = optional(record_get_u64(txn, meta, "dropped", &dropped));
    journal->dropped = dropped;
    journal->used = environment_used(txn, journal->databases, JOURNAL_DATABASES);
    if (code != 0)
        mdb_txn_abort(txn);
    else
        code = mdb_txn_commit(txn);
    return code == 0 || environment_err(environment, err, "its first transaction", code);
}

static int write_records(MDB_txn *txn, MDB_dbi database, const struct buffer *records) {
    struct reader in = {records->bytes, records->bytes + records->length, 0};
    while (in.at < in.end) {
        uint64_t number = read_u64(&in);
        uint32_t length = read_u32(&in);
        MDB_val key = {sizeof number, &number};
        int code = record_put(txn, database, key, in.at, length);
        if (code != 0) return code;
        in.at += length;
    }
    return 0;
}

static int write_batch(struct journal *journal, MDB_txn *txn, const struct batch *batch,
                       unsigned flags) {
    uint64_t first_rev = batch->first_rev;
    MDB_val key = {sizeof first_rev, &first_rev}, value = {batch_bytes(batch), NULL};
    int code = mdb_put(txn, journal->databases[JOURNAL_BATCHES], &key, &value, flags | MDB_RESERVE);
    if (code != 0) return code;
    batch_write(batch, value.mv_data);
    struct batch_view view;
    batch_read_header(&view, value.mv_data, value.mv_size);
    return journal_index_states(txn, journal->databases[JOURNAL_STATES], &view);
}

int journal_index_states(MDB_txn *txn, MDB_dbi states, const struct batch_view *batch) {
    int code = 0;
    for (uint32_t i = 0; i < batch->state_count && code == 0; i++) {
        struct batch_state state = batch_read_state(batch, i);
        struct state_place place = {batch->first_rev, state.offset, state.length, state.crc, 0};
        uint8_t name[STATE_KEY_BYTES];
        state_key(name, state.twin, state.rev);
        MDB_val key = {sizeof name, name}, value = {sizeof place, &place};
        code = mdb_put(txn, states, &key, &value, 0);
    }
    return code;
}

bool journal_find_databases(struct journal *journal, struct err *err) {
    MDB_txn *txn = NULL;
    int code = mdb_txn_begin(journal->environment.env, NULL, MDB_RDONLY, &txn);
    const char *missing = "";
    for (int i = 0; i < JOURNAL_DATABASES && code == 0; i++) {
        missing = databases[i].name;
        code = mdb_dbi_open(txn, missing, databases[i].flags, &journal->databases[i]);
    }
    if (code == 0)
        code = mdb_txn_commit(txn);
    else if (txn)
        mdb_txn_abort(txn);
    return code == 0 || err_set(err, ERR_INTERNAL, "%s: its database %s cannot be opened: %s",
                                journal->environment.path, missing, mdb_strerror(code));
}

bool journal_has(struct journal *journal, uint64_t batch) {
    MDB_txn *txn;
    MDB_val key = {sizeof batch, &batch}, value;
    pthread_rwlock_rdlock(&journal->lock);
    int code = mdb_txn_begin(journal->environment.env, NULL, MDB_RDONLY, &txn);
    if (code == 0) {
        code = mdb_get(txn, journal->databases[JOURNAL_BATCHES], &key, &value);
        mdb_txn_abort(txn);
    }
    pthread_rwlock_unlock(&journal->lock);
    return code == 0;
}

bool journal_is_apart(const char *database) {
    return strcmp(database, databases[JOURNAL_BATCHES].name) == 0 ||
           strcmp(database, databases[JOURNAL_STATES].name) == 0;
}

static void put_big_endian(uint8_t *out, uint64_t value, int bytes) {
    for (int i = bytes; i-- > 0; value >>= 8)
        out[i] = (uint8_t)value;
}

void state_key(uint8_t key[STATE_KEY_BYTES], uint32_t twin, uint64_t rev) {
    put_big_endian(key, twin, 4);
    put_big_endian(key + 4, rev, 8);
}

uint64_t state_key_rev(const uint8_t key[STATE_KEY_BYTES]) {
    uint64_t rev = 0;
    for (int i = 4; i < STATE_KEY_BYTES; i++)
        rev = rev << 8 | key[i];
    return rev;
}
