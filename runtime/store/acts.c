// Persons are slow beside devices: the index is small, and a filter reads all of it.

#include "store/acts.h"

#include "base/err.h"
#include "base/memory.h"
#include "store/journal.h"
#include "store/record.h"
#include "twin/revision.h"

#include <stdlib.h>
#include <string.h>

#define STEP 512 // in one transaction

bool act_is_one(const struct revision *revision) {
    bool is_person = revision->actor.kind == ACTOR_HTTP || revision->actor.kind == ACTOR_WEBSOCKET;
    bool is_own = revision->actor.kind == ACTOR_RUNTIME && revision->actor.length > 0;
    return (is_person || is_own) && revision->kind != INPUT_SAMPLES;
}

void act_encode(const struct revision *revision, const char *id, struct buffer *out) {
    buffer_u64(out, (uint64_t)revision->received);
    buffer_u32(out, revision->twin);
    buffer_byte(out, (uint8_t)revision->kind);
    buffer_byte(out, revision->actor.kind);
    buffer_text(out, (const char *)revision->actor.bytes, revision->actor.length);
    buffer_text(out, id, strlen(id));
}

bool act_decode(struct reader *in, uint64_t rev, struct act *act) {
    size_t name_length, id_length;
    *act = (struct act){.rev = rev};
    act->received = (int64_t)read_u64(in);
    act->twin = read_u32(in);
    act->kind = (enum input_kind)read_byte(in);
    act->actor.kind = read_byte(in);
    const char *name = read_text(in, &name_length), *id = read_text(in, &id_length);
    if (in->is_bad || name_length > sizeof act->actor.bytes || id_length > TWIN_ID_MAX)
        return false;
    act->actor.length = (uint8_t)name_length;
    memcpy(act->actor.bytes, name, name_length);
    memcpy(act->id, id, id_length);
    return true;
}

int acts_keep(MDB_txn *txn, MDB_dbi acts, uint64_t from, uint64_t to) {
    MDB_cursor *cursor;
    MDB_val key, value;
    uint64_t rev;
    int code = mdb_cursor_open(txn, acts, &cursor);
    if (code != 0) return code;
    while ((code = mdb_cursor_get(cursor, &key, &value, MDB_FIRST)) == 0) {
        memcpy(&rev, key.mv_data, sizeof rev);
        if (rev >= from || (code = mdb_cursor_del(cursor, 0)) != 0) break;
    }
    while (code == 0 && (code = mdb_cursor_get(cursor, &key, &value, MDB_LAST)) == 0) {
        memcpy(&rev, key.mv_data, sizeof rev);
        if (rev <= to || (code = mdb_cursor_del(cursor, 0)) != 0) break;
    }
    mdb_cursor_close(cursor);
    return code == MDB_NOTFOUND ? 0 : code;
}

bool acts_find(struct journal *journal, uint64_t rev, struct act *act) {
    MDB_txn *txn;
    MDB_val key = {sizeof rev, &rev};
    struct reader payload;
    pthread_rwlock_rdlock(&journal->lock);
    int code = mdb_txn_begin(journal->environment.env, NULL, MDB_RDONLY, &txn);
    if (code == 0) {
        code = record_get(txn, journal->databases[JOURNAL_ACTS], key, &payload);
        if (code == 0 && !act_decode(&payload, rev, act)) code = MDB_NOTFOUND;
        mdb_txn_abort(txn);
    }
    pthread_rwlock_unlock(&journal->lock);
    return code == 0;
}

struct step { // what one transaction has read
    struct act acts[STEP];
    int count;
    bool is_last;
    uint64_t before; // where the next one begins
};

static int read_step(struct journal *journal, struct step *step, uint64_t *damaged) {
    MDB_txn *txn = NULL;
    MDB_cursor *cursor = NULL;
    uint64_t rev = step->before;
    MDB_val key = {sizeof rev, &rev}, value;
    step->count = 0;
    pthread_rwlock_rdlock(&journal->lock);
    int code = mdb_txn_begin(journal->environment.env, NULL, MDB_RDONLY, &txn);
    if (code == 0) code = mdb_cursor_open(txn, journal->databases[JOURNAL_ACTS], &cursor);
    if (code == 0) {
        code = mdb_cursor_get(cursor, &key, &value, MDB_SET_RANGE); // at or after: one back from it
        code = mdb_cursor_get(cursor, &key, &value, code == MDB_NOTFOUND ? MDB_LAST : MDB_PREV);
    }
    while (code == 0) {
        struct reader payload;
        memcpy(&step->before, key.mv_data, sizeof step->before);
        if (record_check(key, value, &payload) &&
            act_decode(&payload, step->before, &step->acts[step->count]))
            step->count++;
        else
            ++*damaged;
        if (step->count == STEP) break;
        code = mdb_cursor_get(cursor, &key, &value, MDB_PREV);
    }
    if (cursor) mdb_cursor_close(cursor);
    if (txn) mdb_txn_abort(txn);
    pthread_rwlock_unlock(&journal->lock);
    step->is_last = code == MDB_NOTFOUND;
    return step->is_last ? 0 : code;
}

bool acts_read(struct journal *journal, uint64_t before,
               bool (*on_act)(void *context, const struct act *act), void *context,
               uint64_t *damaged, struct err *err) {
    struct step *step = xcalloc(1, sizeof *step);
    step->before = before;
    int code = 0;
    bool is_going = true;
    while (is_going && code == 0 && !step->is_last) {
        code = read_step(journal, step, damaged);
        for (int i = 0; code == 0 && i < step->count && is_going; i++)
            is_going = on_act(context, &step->acts[i]);
    }
    free(step);
    return code == 0 || environment_err(&journal->environment, err, "reading who did what", code);
}
