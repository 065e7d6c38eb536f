// They are few, a deployment each, so a reader holds the file for as long as it reads a page.

#include "store/version_acts.h"

#include "base/err.h"
#include "base/memory.h"
#include "store/record.h"
#include "store/state_file.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define READ_MAX 500 // in one call

static int newest(MDB_txn *txn, MDB_dbi database, uint64_t *sequence) {
    MDB_cursor *cursor;
    MDB_val key, value;
    *sequence = 0;
    int code = mdb_cursor_open(txn, database, &cursor);
    if (code != 0) return code;
    code = mdb_cursor_get(cursor, &key, &value, MDB_LAST);
    if (code == 0) memcpy(sequence, key.mv_data, sizeof *sequence);
    mdb_cursor_close(cursor);
    return code == MDB_NOTFOUND ? 0 : code;
}

int version_acts_put(MDB_txn *txn, MDB_dbi database, const struct version_act *act) {
    uint64_t sequence;
    int code = newest(txn, database, &sequence);
    if (code != 0) return code;
    sequence++;
    struct buffer bytes = {0};
    buffer_u64(&bytes, (uint64_t)act->at);
    buffer_byte(&bytes, (uint8_t)act->state);
    buffer_u64(&bytes, act->version);
    buffer_text(&bytes, act->author, strlen(act->author));
    buffer_text(&bytes, act->reason, strlen(act->reason));
    MDB_val key = {sizeof sequence, &sequence};
    code = record_put(txn, database, key, bytes.bytes, bytes.length);
    buffer_fini(&bytes);
    if (code != 0 || sequence <= VERSION_ACTS_KEPT) return code;
    uint64_t oldest = sequence - VERSION_ACTS_KEPT;
    key = (MDB_val){sizeof oldest, &oldest};
    code = mdb_del(txn, database, &key, NULL);
    return code == MDB_NOTFOUND ? 0 : code;
}

static bool decode(struct reader *in, uint64_t sequence, struct region *region,
                   struct version_act *act) {
    size_t author_length, reason_length;
    act->sequence = sequence;
    act->at = (int64_t)read_u64(in);
    act->state = (enum version_state)read_byte(in);
    act->version = read_u64(in);
    const char *author = read_text(in, &author_length), *reason = read_text(in, &reason_length);
    if (in->is_bad) return false;
    act->author = region_copy(region, author, author_length);
    act->reason = region_copy(region, reason, reason_length);
    return true;
}

static int read_some(struct state_file *file, uint64_t before, struct region *region,
                     struct version_act *acts, int *count) {
    MDB_txn *txn = NULL;
    MDB_cursor *cursor = NULL;
    MDB_val key = {sizeof before, &before}, value;
    pthread_mutex_lock(&file->mutex);
    int code = state_file_begin_reading(file, &txn);
    if (code == 0) code = mdb_cursor_open(txn, file->databases[STATE_VERSION_ACTS], &cursor);
    if (code == 0) {
        code = mdb_cursor_get(cursor, &key, &value, MDB_SET_RANGE);
        code = mdb_cursor_get(cursor, &key, &value, code == MDB_NOTFOUND ? MDB_LAST : MDB_PREV);
    }
    while (code == 0 && *count < READ_MAX) {
        struct reader payload;
        uint64_t sequence;
        memcpy(&sequence, key.mv_data, sizeof sequence);
        if (!record_check(key, value, &payload) ||
            !decode(&payload, sequence, region, &acts[*count]))
            code = EBADMSG;
        else
            ++*count;
        if (code == 0) code = mdb_cursor_get(cursor, &key, &value, MDB_PREV);
    }
    if (cursor) mdb_cursor_close(cursor);
    if (txn) mdb_txn_abort(txn);
    pthread_mutex_unlock(&file->mutex);
    return code == MDB_NOTFOUND ? 0 : code;
}

bool version_acts_read(struct state_file *file, uint64_t before,
                       bool (*on_act)(void *context, const struct version_act *act), void *context,
                       struct err *err) {
    struct version_act *acts = xcalloc(READ_MAX, sizeof *acts);
    struct region region = {0};
    int code, count;
    bool is_going = true;
    do {
        count = 0;
        region_reset(&region);
        code = read_some(file, before, &region, acts, &count);
        for (int i = 0; code == 0 && i < count && is_going; i++)
            is_going = on_act(context, &acts[i]);
        if (count > 0) before = acts[count - 1].sequence;
    } while (is_going && code == 0 && count == READ_MAX);
    free(acts);
    region_fini(&region);
    return code == 0 ||
           environment_err(&file->environment, err, "reading what happened to versions", code);
}
