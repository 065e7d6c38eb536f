// Every value is a record with its own checksum. Random keys cost a page each, so slices are small
// and far from the size at which LMDB would spill a transaction's pages, which 0.9.24 does badly.

#include "store/state_file.h"

#include "base/err.h"
#include "base/memory.h"
#include "store/record.h"
#include "store/slice.h"
#include "twin/world.h"

#include <errno.h>
#include <string.h>

#define FORMAT 3
#define PAGES_PER_TWIN 3 // that a put may touch

static const struct {
    const char *name;
    unsigned flags;
} databases[STATE_DATABASES] = {
    [STATE_TWINS] = {"twins", MDB_INTEGERKEY},
    [STATE_VERSIONS] = {"versions", MDB_INTEGERKEY},
    [STATE_FILES] = {"files", MDB_INTEGERKEY},
    [STATE_VERSION_ACTS] = {"version_acts", MDB_INTEGERKEY},
    [STATE_META] = {"meta", 0},
    [STATE_SERIES] = {"series", 0},
};

static int open_databases(struct state_file *file, unsigned flags);
static bool check_meta(struct state_file *file, struct err *err);
static int put_slice(struct state_file *file, MDB_txn *txn, const struct slice *slice);
static bool load_twin(struct world *world, MDB_val key, MDB_val value, struct buffer *damaged,
                      struct err *err);

bool state_file_open(struct state_file *file, const char *dir, const struct logger *logger,
                     struct err *err) {
    *file = (struct state_file){0};
    if (!environment_open(&file->environment, dir, "state", logger, err)) return false;
    pthread_mutex_init(&file->mutex, NULL);
    pthread_rwlock_init(&file->opening, NULL);
    int code = open_databases(file, 0);
    if (code == MDB_NOTFOUND) {
        code = environment_reserve(&file->environment, 0, 0);
        if (code == 0) code = open_databases(file, MDB_CREATE);
    }
    bool is_open = code == 0
                       ? check_meta(file, err)
                       : environment_err(&file->environment, err, "opening its databases", code);
    if (!is_open) state_file_close(file);
    return is_open;
}

void state_file_close(struct state_file *file) {
    if (!file->environment.path) return;
    environment_close(&file->environment);
    pthread_mutex_destroy(&file->mutex);
    pthread_rwlock_destroy(&file->opening);
}

int state_file_write(struct state_file *file, const struct slice *slice) {
    MDB_txn *txn;
    pthread_mutex_lock(&file->mutex);
    size_t pages = (size_t)slice->twin_count * PAGES_PER_TWIN;
    int code =
        state_file_begin(file, slice->twins.length + pages * file->environment.page_bytes, &txn);
    if (code == 0) code = state_file_end(file, txn, put_slice(file, txn, slice));
    pthread_mutex_unlock(&file->mutex);
    return code;
}

bool state_file_reopen(struct state_file *file, struct err *err) {
    pthread_rwlock_wrlock(&file->opening);
    pthread_mutex_lock(&file->mutex);
    bool is_open = environment_reopen(&file->environment, err);
    int code = is_open ? open_databases(file, 0) : 0;
    pthread_mutex_unlock(&file->mutex);
    pthread_rwlock_unlock(&file->opening);
    if (code != 0) return environment_err(&file->environment, err, "opening its databases", code);
    return is_open;
}

bool state_file_load(struct state_file *file, struct world *world, struct buffer *damaged,
                     struct err *err) {
    MDB_txn *txn = NULL;
    MDB_cursor *cursor = NULL;
    MDB_val key, value;
    struct touched touched = {0};
    uint64_t next_number = 0;
    bool is_loaded = true;
    pthread_mutex_lock(&file->mutex);
    int code = state_file_begin_reading(file, &txn);
    if (code == 0) code = mdb_cursor_open(txn, file->databases[STATE_TWINS], &cursor);
    while (code == 0 && is_loaded) {
        code = mdb_cursor_get(cursor, &key, &value, MDB_NEXT);
        if (code != 0) break;
        is_loaded = load_twin(world, key, value, damaged, err);
        touched_add(&touched, &file->environment, value);
        touched_let_go(&touched, &file->environment, TOUCHED_MAX);
    }
    if (code == MDB_NOTFOUND && is_loaded)
        code = record_get_u64(txn, file->databases[STATE_META], "next_number", &next_number);
    if (cursor) mdb_cursor_close(cursor);
    if (txn) mdb_txn_abort(txn);
    touched_let_go(&touched, &file->environment, 0);
    pthread_mutex_unlock(&file->mutex);
    if (next_number > world->next_number) world->next_number = (uint32_t)next_number;
    if (!is_loaded || code == 0 || code == MDB_NOTFOUND) return is_loaded;
    return environment_err(&file->environment, err, "reading twins", code);
}

static int open_databases(struct state_file *file, unsigned flags) {
    MDB_txn *txn;
    int code = mdb_txn_begin(file->environment.env, NULL, flags ? 0 : MDB_RDONLY, &txn);
    if (code != 0) return code;
    for (int i = 0; i < STATE_DATABASES && code == 0; i++)
        code =
            mdb_dbi_open(txn, databases[i].name, databases[i].flags | flags, &file->databases[i]);
    uint64_t format; // a store that lacks a database is of an older program, and may say another
    if (code == 0 && flags) {
        code = record_get_u64(txn, file->databases[STATE_META], "format", &format);
        if (code == MDB_NOTFOUND)
            code = record_put_u64(txn, file->databases[STATE_META], "format", FORMAT);
    }
    if (code == 0) return mdb_txn_commit(txn);
    mdb_txn_abort(txn);
    return code;
}

static bool check_meta(struct state_file *file, struct err *err) {
    MDB_txn *txn = NULL;
    MDB_dbi meta = file->databases[STATE_META];
    uint64_t format = 0;
    int code = mdb_txn_begin(file->environment.env, NULL, MDB_RDONLY, &txn);
    if (code == 0) code = record_get_u64(txn, meta, "format", &format);
    if (code == 0 && format == FORMAT) {
        code = record_get_u64(txn, meta, "covered", &file->covered);
        if (code == MDB_NOTFOUND) code = 0; // no round ended yet
    }
    if (txn) file->used = environment_used(txn, file->databases, STATE_DATABASES);
    if (txn) mdb_txn_abort(txn);
    if (code != 0) return environment_err(&file->environment, err, "reading its meta", code);
    if (format == FORMAT) return true;
    return err_set(
        err, ERR_INTERNAL,
        "%s has format %llu, this program knows format %d: use the program that wrote it",
        file->environment.path, (unsigned long long)format, FORMAT);
}

// Without an environment when it could not be opened anew after an I/O error.
int state_file_begin_reading(struct state_file *file, MDB_txn **txn) {
    MDB_env *env = file->environment.env;
    return env ? mdb_txn_begin(env, NULL, MDB_RDONLY, txn) : EIO;
}

int state_file_begin(struct state_file *file, size_t bytes, MDB_txn **txn) {
    if (!file->environment.env) return EIO;
    int code = environment_reserve(&file->environment, bytes, file->used);
    return code == 0 ? mdb_txn_begin(file->environment.env, NULL, 0, txn) : code;
}

int state_file_end(struct state_file *file, MDB_txn *txn, int code) {
    uint64_t used = environment_used(txn, file->databases, STATE_DATABASES);
    if (code != 0)
        mdb_txn_abort(txn);
    else
        code = mdb_txn_commit(txn);
    if (code == 0) file->used = used;
    return code;
}

static int put_slice(struct state_file *file, MDB_txn *txn, const struct slice *slice) {
    MDB_dbi twins = file->databases[STATE_TWINS], meta = file->databases[STATE_META];
    struct reader in = {slice->twins.bytes, slice->twins.bytes + slice->twins.length, 0};
    uint32_t number, length;
    const uint8_t *bytes;
    MDB_val key = {sizeof number, &number};
    int code = 0;
    while (code == 0 && slice_read(&in, &number, &bytes, &length))
        code = record_put(txn, twins, key, bytes, length);
    in = (struct reader){slice->removed.bytes, slice->removed.bytes + slice->removed.length, 0};
    while (code == 0 && in.at < in.end) {
        number = read_u32(&in);
        code = mdb_del(txn, twins, &key, NULL);
        if (code == MDB_NOTFOUND) code = 0; // it came and went between two rounds
    }
    if (code == 0) code = record_put_u64(txn, meta, "next_number", slice->next_number);
    if (code == 0 && slice->covered) code = record_put_u64(txn, meta, "covered", slice->covered);
    return code;
}

static const struct model *find_model(void *context, uint64_t layout) {
    return world_layout(context, layout);
}

static bool load_twin(struct world *world, MDB_val key, MDB_val value, struct buffer *damaged,
                      struct err *err) {
    uint32_t number;
    struct reader in;
    memcpy(&number, key.mv_data, sizeof number);
    if (!record_check(key, value, &in)) {
        buffer_u32(damaged, number);
        return true;
    }
    struct twin *twin = slice_decode(&in, find_model, world, err);
    if (!twin) return err_prefix(err, "the checkpoint of twin %u: ", number);
    world_add(world, twin);
    return true;
}
