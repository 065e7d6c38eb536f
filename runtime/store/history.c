// Everything is copied out of the map under a read transaction before anybody sees it.

#include "store/history.h"

#include "base/err.h"
#include "base/hash.h"
#include "base/memory.h"
#include "store/journal.h"
#include "store/record.h"
#include "store/scan.h"
#include "twin/model.h"
#include "twin/model_codec.h"
#include "twin/revision.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

struct message {
    uint64_t key;
    int64_t received;
};

static bool malformed(struct err *err, uint64_t rev) {
    return err_set(err, ERR_INTERNAL,
                   "rev %llu in the log has a right checksum but cannot be understood: it was "
                   "written by another program",
                   (unsigned long long)rev);
}

bool history_read(struct journal *journal, uint64_t from_rev,
                  bool (*on_revision)(void *context, const struct revision *revision),
                  void *context, struct err *err) {
    struct scan scan;
    struct region region = {0};
    struct revision revision;
    bool is_going = true;
    scan_open(&scan, journal);
    bool is_read = scan_at(&scan, from_rev, err);
    while (is_read && is_going && scan.is_found) {
        struct batch_view *batch = &scan.batch;
        for (uint32_t i = 0; i < batch->count && is_read && is_going; i++) {
            uint64_t rev = batch->first_rev + i, message;
            int64_t received;
            if (rev < from_rev) {
                is_read = revision_skim(&batch->revisions, batch->base, &message, &received) ||
                          malformed(err, rev);
                continue;
            }
            region_reset(&region);
            is_read = revision_decode(&batch->revisions, batch->base, rev, &region, &revision) ||
                      malformed(err, rev);
            if (is_read) is_going = on_revision(context, &revision);
        }
        if (is_read && is_going) is_read = scan_next(&scan, err);
    }
    region_fini(&region);
    scan_close(&scan);
    return is_read;
}

// The messages of one batch, in its order. Room for as many as it has revisions.
static bool skim(struct batch_view *batch, struct message *messages, uint32_t *count,
                 struct err *err) {
    *count = 0;
    for (uint32_t i = 0; i < batch->count; i++) {
        struct message *message = &messages[*count];
        if (!revision_skim(&batch->revisions, batch->base, &message->key, &message->received))
            return malformed(err, batch->first_rev + i);
        *count += message->key != 0;
    }
    return true;
}

// Over damaged batches: what they held is not known to be a repetition, and is answered anew.
static bool step_back(struct scan *scan, struct err *err) {
    while (scan->is_damaged)
        if (scan_previous(scan, err)) return true;
    return false;
}

bool history_read_messages(struct journal *journal,
                           bool (*on_message)(void *context, uint64_t message, int64_t received),
                           void *context, struct err *err) {
    struct scan scan;
    struct message *messages = NULL;
    uint32_t capacity = 0, count;
    bool is_going = true;
    scan_open(&scan, journal);
    bool is_read = scan_last(&scan, err) || step_back(&scan, err);
    while (is_read && is_going && scan.is_found) {
        if (scan.batch.count > capacity) {
            capacity = scan.batch.count * 2;
            messages = xrealloc(messages, capacity * sizeof *messages);
        }
        is_read = skim(&scan.batch, messages, &count, err);
        if (!is_read) break;
        while (count-- > 0 && is_going)
            is_going = on_message(context, messages[count].key, messages[count].received);
        if (is_going) is_read = scan_previous(&scan, err) || step_back(&scan, err);
    }
    free(messages);
    scan_close(&scan);
    return is_read;
}

// Copies all layout records, so that no transaction is open while models are made of them.
static int copy_layouts(struct journal *journal, struct buffer *copies) {
    MDB_txn *txn = NULL;
    MDB_cursor *cursor = NULL;
    MDB_val key, value;
    struct reader payload;
    pthread_rwlock_rdlock(&journal->lock);
    int code = mdb_txn_begin(journal->environment.env, NULL, MDB_RDONLY, &txn);
    if (code == 0) code = mdb_cursor_open(txn, journal->databases[JOURNAL_LAYOUTS], &cursor);
    while (code == 0) {
        code = mdb_cursor_get(cursor, &key, &value, MDB_NEXT);
        if (code == 0 && !record_check(key, value, &payload)) code = EBADMSG;
        if (code == 0)
            buffer_text(copies, (const char *)payload.at,
                        value.mv_size - (size_t)(payload.at - (uint8_t *)value.mv_data));
    }
    if (cursor) mdb_cursor_close(cursor);
    if (txn) mdb_txn_abort(txn);
    pthread_rwlock_unlock(&journal->lock);
    return code == MDB_NOTFOUND ? 0 : code;
}

bool history_read_layouts(struct journal *journal,
                          bool (*on_layout)(void *context, struct model *owned), void *context,
                          struct err *err) {
    struct buffer copies = {0};
    int code = copy_layouts(journal, &copies);
    bool is_read =
        code == 0 || environment_err(&journal->environment, err, "reading a layout", code);
    struct reader in = {copies.bytes, copies.bytes + copies.length, 0};
    for (bool is_going = true; is_read && is_going && in.at < in.end;) {
        size_t length;
        const char *bytes = read_text(&in, &length);
        struct reader one = {(const uint8_t *)bytes, (const uint8_t *)bytes + length, 0};
        struct model *model = model_decode(&one, err);
        if (!model)
            is_read = err_prefix(err, "a layout in the log: ");
        else
            is_going = on_layout(context, model);
    }
    buffer_fini(&copies);
    return is_read;
}

// Where the newest full state at or before `rev` is. The cursor stands behind it or at it after a
// seek.
static int find_place(MDB_txn *txn, MDB_dbi states, uint32_t twin, uint64_t rev,
                      struct state_place *place, uint64_t *found) {
    MDB_cursor *cursor;
    uint8_t wanted[STATE_KEY_BYTES];
    state_key(wanted, twin, rev);
    MDB_val key = {sizeof wanted, wanted}, value;
    int code = mdb_cursor_open(txn, states, &cursor);
    if (code != 0) return code;
    code = mdb_cursor_get(cursor, &key, &value, MDB_SET_RANGE);
    if (code == MDB_NOTFOUND)
        code = mdb_cursor_get(cursor, &key, &value, MDB_LAST);
    else if (code == 0 && memcmp(key.mv_data, wanted, sizeof wanted) != 0)
        code = mdb_cursor_get(cursor, &key, &value, MDB_PREV);
    if (code == 0 && memcmp(key.mv_data, wanted, sizeof twin) != 0) code = MDB_NOTFOUND;
    if (code == 0 && value.mv_size != sizeof *place) code = EBADMSG;
    if (code == 0) memcpy(place, value.mv_data, sizeof *place);
    if (code == 0) *found = state_key_rev(key.mv_data);
    mdb_cursor_close(cursor);
    return code;
}

static int copy_state(struct journal *journal, MDB_txn *txn, const struct state_place *place,
                      struct region *region, const uint8_t **state) {
    uint64_t batch = place->batch;
    MDB_val key = {sizeof batch, &batch}, value;
    int code = mdb_get(txn, journal->databases[JOURNAL_BATCHES], &key, &value);
    if (code == MDB_NOTFOUND) return EBADMSG;
    if (code != 0) return code;
    if ((uint64_t)place->offset + place->length > value.mv_size) return EBADMSG;
    const uint8_t *bytes = (const uint8_t *)value.mv_data + place->offset;
    if (crc32c(0, bytes, place->length) != place->crc) return EBADMSG;
    *state = (const uint8_t *)region_copy(region, bytes, place->length);
    return 0;
}

const uint8_t *history_find_state(struct journal *journal, uint32_t twin, uint64_t rev,
                                  struct region *region, size_t *length, struct err *err) {
    MDB_txn *txn = NULL;
    const uint8_t *state = NULL;
    struct state_place place = {0};
    pthread_rwlock_rdlock(&journal->lock);
    int code = mdb_txn_begin(journal->environment.env, NULL, MDB_RDONLY, &txn);
    do { // one that is damaged: from an older one, with more revisions behind it
        uint64_t found = 0;
        if (code == 0 || code == EBADMSG)
            code = find_place(txn, journal->databases[JOURNAL_STATES], twin, rev, &place, &found);
        if (code == 0) code = copy_state(journal, txn, &place, region, &state);
        rev = found > 0 ? found - 1 : 0;
    } while (code == EBADMSG && rev > 0);
    if (txn) mdb_txn_abort(txn);
    pthread_rwlock_unlock(&journal->lock);
    *length = place.length;
    if (code == MDB_NOTFOUND)
        err_set(err, ERR_NOT_FOUND, "the log keeps no full state of twin %u at or before rev %llu",
                twin, (unsigned long long)rev);
    else if (code != 0)
        environment_err(&journal->environment, err, "reading a full state", code);
    return state;
}

bool history_next_state(struct journal *journal, uint32_t twin, uint64_t rev, uint64_t *next,
                        struct err *err) {
    MDB_txn *txn = NULL;
    MDB_cursor *cursor = NULL;
    uint8_t wanted[STATE_KEY_BYTES];
    state_key(wanted, twin, rev + 1);
    MDB_val key = {sizeof wanted, wanted}, value;
    pthread_rwlock_rdlock(&journal->lock);
    int code = mdb_txn_begin(journal->environment.env, NULL, MDB_RDONLY, &txn);
    if (code == 0) code = mdb_cursor_open(txn, journal->databases[JOURNAL_STATES], &cursor);
    if (code == 0) code = mdb_cursor_get(cursor, &key, &value, MDB_SET_RANGE);
    if (code == 0 && memcmp(key.mv_data, wanted, sizeof twin) == 0)
        *next = state_key_rev(key.mv_data);
    if (cursor) mdb_cursor_close(cursor);
    if (txn) mdb_txn_abort(txn);
    pthread_rwlock_unlock(&journal->lock);
    return code == 0 || code == MDB_NOTFOUND ||
           environment_err(&journal->environment, err, "looking for a full state", code);
}
