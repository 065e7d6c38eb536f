// A key is the twin's number, big-endian, the field's kind, its name, a zero byte and the time,
// big-endian with its sign turned round: so LMDB keeps a series together and in order. Kind 0 has
// the twin's layout.

#include "store/series_file.h"

#include "base/err.h"
#include "base/logger.h"
#include "store/record.h"
#include "store/state_file.h"

#include <string.h>

#define TIME_BYTES 8
#define TWIN_BYTES 4
#define RECORD_ROOM 160 // what a put takes beside its payload

enum { WRITE_PUT, WRITE_DROP, WRITE_COVERED };

static const char covered_name[] = "series_covered";

static void put_u32(uint8_t *out, uint32_t value) {
    for (int i = 0; i < 4; i++)
        out[i] = (uint8_t)(value >> (24 - 8 * i));
}

static void put_time(uint8_t *out, int64_t at) {
    uint64_t turned = (uint64_t)at ^ (UINT64_C(1) << 63);
    for (int i = 0; i < TIME_BYTES; i++)
        out[i] = (uint8_t)(turned >> (56 - 8 * i));
}

static int64_t take_time(const uint8_t *in) {
    uint64_t turned = 0;
    for (int i = 0; i < TIME_BYTES; i++)
        turned = turned << 8 | in[i];
    return (int64_t)(turned ^ (UINT64_C(1) << 63));
}

void series_key(struct series_key *key, uint32_t twin, uint8_t kind, const char *name) {
    size_t length = strlen(name);
    put_u32(key->bytes, twin);
    key->bytes[TWIN_BYTES] = kind;
    memcpy(key->bytes + TWIN_BYTES + 1, name, length + 1);
    key->length = (uint32_t)(TWIN_BYTES + 1 + length + 1);
}

static MDB_val full_key(const struct series_key *key, int64_t at,
                        uint8_t bytes[SERIES_KEY_MAX + TIME_BYTES]) {
    memcpy(bytes, key->bytes, key->length);
    put_time(bytes + key->length, at);
    return (MDB_val){key->length + TIME_BYTES, bytes};
}

// ---- writing

static void gather(struct series_write *write, uint8_t what, MDB_val key, const void *payload,
                   size_t length) {
    buffer_byte(&write->records, what);
    buffer_text(&write->records, key.mv_data, key.mv_size);
    buffer_text(&write->records, payload, length);
}

void series_write_put(struct series_write *write, const struct series_key *key, int64_t key_at,
                      const void *payload, size_t length) {
    uint8_t bytes[SERIES_KEY_MAX + TIME_BYTES];
    gather(write, WRITE_PUT, full_key(key, key_at, bytes), payload, length);
}

void series_write_drop(struct series_write *write, const struct series_key *key, int64_t key_at) {
    uint8_t bytes[SERIES_KEY_MAX + TIME_BYTES];
    gather(write, WRITE_DROP, full_key(key, key_at, bytes), "", 0);
}

void series_write_layout(struct series_write *write, uint32_t twin, uint64_t layout) {
    struct series_key key;
    series_key(&key, twin, 0, "");
    gather(write, WRITE_PUT, (MDB_val){key.length, key.bytes}, &layout, sizeof layout);
}

void series_write_covered(struct series_write *write, uint64_t rev) {
    gather(write, WRITE_COVERED, (MDB_val){0, ""}, &rev, sizeof rev);
}

size_t series_write_bytes(const struct series_write *write) {
    return write->records.length;
}

static int write_one(struct state_file *file, MDB_txn *txn, struct reader *in) {
    MDB_dbi series = file->databases[STATE_SERIES];
    size_t key_length, length;
    uint64_t rev;
    uint8_t what = read_byte(in);
    const char *key_bytes = read_text(in, &key_length);
    const char *payload = read_text(in, &length);
    MDB_val key = {key_length, (void *)(uintptr_t)key_bytes};
    if (what == WRITE_PUT) return record_put(txn, series, key, payload, length);
    if (what == WRITE_COVERED) {
        memcpy(&rev, payload, sizeof rev);
        return record_put_u64(txn, file->databases[STATE_META], covered_name, rev);
    }
    int code = mdb_del(txn, series, &key, NULL);
    return code == MDB_NOTFOUND ? 0 : code;
}

bool series_commit(struct state_file *file, struct series_write *write, struct err *err) {
    struct reader in = {.at = write->records.bytes,
                        .end = write->records.bytes + write->records.length};
    MDB_txn *txn;
    if (write->records.length == 0) return true;
    pthread_mutex_lock(&file->mutex);
    int code = state_file_begin(file, write->records.length * 2 + RECORD_ROOM, &txn);
    if (code == 0) {
        int written = 0;
        while (written == 0 && in.at < in.end)
            written = write_one(file, txn, &in);
        code = state_file_end(file, txn, written);
    }
    pthread_mutex_unlock(&file->mutex);
    if (code != 0) return environment_err(&file->environment, err, "writing series", code);
    write->records.length = 0;
    return true;
}

// ---- reading

static bool is_of(const struct series_key *key, MDB_val found) {
    return found.mv_size == key->length + TIME_BYTES &&
           memcmp(found.mv_data, key->bytes, key->length) == 0;
}

// Leaves the cursor at the stretch that `at` belongs to.
static int seek(MDB_cursor *cursor, const struct series_key *key, int64_t at, MDB_val *found,
                MDB_val *value) {
    uint8_t bytes[SERIES_KEY_MAX + TIME_BYTES];
    MDB_val wanted = full_key(key, at, bytes);
    *found = wanted;
    int code = mdb_cursor_get(cursor, found, value, MDB_SET_RANGE);
    bool is_exact = code == 0 && found->mv_size == wanted.mv_size &&
                    memcmp(found->mv_data, wanted.mv_data, wanted.mv_size) == 0;
    if (is_exact || (code != 0 && code != MDB_NOTFOUND)) return code;
    int back = mdb_cursor_get(cursor, found, value, code == 0 ? MDB_PREV : MDB_LAST);
    if (back == 0 && is_of(key, *found)) return 0;
    if (back == 0)
        back = mdb_cursor_get(cursor, found, value, MDB_NEXT); // the first one after it
    else if (back == MDB_NOTFOUND)
        back = mdb_cursor_get(cursor, found, value, MDB_FIRST);
    if (back == 0 && !is_of(key, *found)) return MDB_NOTFOUND;
    return back;
}

static int64_t time_of(const struct series_key *key, MDB_val found) {
    return take_time((const uint8_t *)found.mv_data + key->length);
}

static void tell_damage(const struct state_file *file, MDB_val key) {
    uint32_t twin = 0;
    if (!file->environment.logger) return;
    for (int i = 0; i < TWIN_BYTES; i++)
        twin = twin << 8 | ((const uint8_t *)key.mv_data)[i];
    logger_line(file->environment.logger, LOG_LEVEL_ERROR, "series_damaged",
                "twin=%u field=%s note=\"a stretch of its history cannot be read; all else can\"",
                twin, (const char *)key.mv_data + TWIN_BYTES + 1);
}

bool series_find(struct state_file *file, const struct series_key *key, int64_t at,
                 struct series_found *found, struct buffer *payload) {
    MDB_txn *txn = NULL;
    MDB_cursor *cursor = NULL;
    MDB_val place, value;
    struct reader in;
    *found = (struct series_found){.next_at = INT64_MAX};
    pthread_mutex_lock(&file->mutex);
    int code = state_file_begin_reading(file, &txn);
    if (code == 0) code = mdb_cursor_open(txn, file->databases[STATE_SERIES], &cursor);
    if (code == 0) code = seek(cursor, key, at, &place, &value);
    if (code == 0) {
        found->key_at = time_of(key, place);
        found->is_damaged = !record_check(place, value, &in);
        if (found->is_damaged)
            tell_damage(file, place);
        else
            buffer_add(payload, in.at, (size_t)(in.end - in.at));
        if (mdb_cursor_get(cursor, &place, &value, MDB_NEXT) == 0 && is_of(key, place))
            found->next_at = time_of(key, place);
    }
    if (cursor) mdb_cursor_close(cursor);
    if (txn) mdb_txn_abort(txn);
    pthread_mutex_unlock(&file->mutex);
    return code == 0;
}

bool series_walk(struct state_file *file, const struct series_key *key, int64_t from, int64_t to,
                 bool (*on_stretch)(void *context, int64_t key_at, const uint8_t *payload,
                                    size_t length),
                 void *context, struct err *err) {
    MDB_txn *txn = NULL;
    MDB_cursor *cursor = NULL;
    MDB_val found, value;
    struct touched touched = {0};
    pthread_mutex_lock(&file->mutex);
    int code = state_file_begin_reading(file, &txn);
    if (code == 0) code = mdb_cursor_open(txn, file->databases[STATE_SERIES], &cursor);
    if (code == 0) code = seek(cursor, key, from, &found, &value);
    for (bool is_first = true; code == 0 && is_of(key, found); is_first = false) {
        struct reader in;
        int64_t at = time_of(key, found);
        if (at > to && !is_first) break;
        bool is_good = record_check(found, value, &in);
        if (!is_good) tell_damage(file, found);
        touched_add(&touched, &file->environment, value);
        if (!on_stretch(context, at, is_good ? in.at : NULL,
                        is_good ? (size_t)(in.end - in.at) : 0))
            break;
        code = mdb_cursor_get(cursor, &found, &value, MDB_NEXT);
    }
    touched_let_go(&touched, &file->environment, 0);
    if (cursor) mdb_cursor_close(cursor);
    if (txn) mdb_txn_abort(txn);
    pthread_mutex_unlock(&file->mutex);
    if (code == 0 || code == MDB_NOTFOUND) return true;
    return environment_err(&file->environment, err, "reading series", code);
}

uint64_t series_layout(struct state_file *file, uint32_t twin) {
    struct series_key key;
    struct reader in;
    MDB_txn *txn = NULL;
    uint64_t layout = 0;
    series_key(&key, twin, 0, "");
    pthread_mutex_lock(&file->mutex);
    int code = state_file_begin_reading(file, &txn);
    if (code == 0)
        code =
            record_get(txn, file->databases[STATE_SERIES], (MDB_val){key.length, key.bytes}, &in);
    if (code == 0) layout = read_u64(&in);
    if (txn) mdb_txn_abort(txn);
    pthread_mutex_unlock(&file->mutex);
    return layout;
}

uint64_t series_covered(struct state_file *file) {
    MDB_txn *txn = NULL;
    uint64_t rev = 0;
    pthread_mutex_lock(&file->mutex);
    if (state_file_begin_reading(file, &txn) == 0 &&
        record_get_u64(txn, file->databases[STATE_META], covered_name, &rev) != 0)
        rev = 0;
    if (txn) mdb_txn_abort(txn);
    pthread_mutex_unlock(&file->mutex);
    return rev;
}

bool series_next(struct state_file *file, struct series_place *place, bool is_first) {
    uint8_t bytes[SERIES_KEY_MAX + TIME_BYTES];
    MDB_txn *txn = NULL;
    MDB_cursor *cursor = NULL;
    MDB_val found, value;
    pthread_mutex_lock(&file->mutex);
    int code = state_file_begin_reading(file, &txn);
    if (code == 0) code = mdb_cursor_open(txn, file->databases[STATE_SERIES], &cursor);
    if (code == 0 && is_first) code = mdb_cursor_get(cursor, &found, &value, MDB_FIRST);
    if (code == 0 && !is_first) {
        found = full_key(&place->key, place->key_at, bytes);
        MDB_val before = found;
        code = mdb_cursor_get(cursor, &found, &value, MDB_SET_RANGE);
        bool is_same = code == 0 && found.mv_size == before.mv_size &&
                       memcmp(found.mv_data, before.mv_data, before.mv_size) == 0;
        if (is_same) code = mdb_cursor_get(cursor, &found, &value, MDB_NEXT);
    }
    while (code == 0 && (found.mv_size <= TWIN_BYTES + TIME_BYTES + 2 ||
                         found.mv_size > sizeof bytes)) // a twin's layout
        code = mdb_cursor_get(cursor, &found, &value, MDB_NEXT);
    if (code == 0) {
        const uint8_t *at = found.mv_data;
        place->key.length = (uint32_t)found.mv_size - TIME_BYTES;
        memcpy(place->key.bytes, at, place->key.length);
        place->twin = (uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 | (uint32_t)at[2] << 8 | at[3];
        place->kind = at[TWIN_BYTES];
        memcpy(place->name, at + TWIN_BYTES + 1, place->key.length - TWIN_BYTES - 1);
        place->key_at = take_time(at + place->key.length);
    }
    if (cursor) mdb_cursor_close(cursor);
    if (txn) mdb_txn_abort(txn);
    pthread_mutex_unlock(&file->mutex);
    return code == 0;
}
