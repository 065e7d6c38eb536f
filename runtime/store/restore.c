// Records go where they came from, in transactions of some megabytes. Two things of the log are not
// in a backup and are made here: the index of full states, and what tells that older batches are
// gone.

#include "store/restore.h"

#include "base/err.h"
#include "store/acts.h"
#include "store/batch.h"
#include "store/environment.h"
#include "store/journal.h"
#include "store/record.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define READ_BYTES ((size_t)1 << 20)
#define COMMIT_BYTES ((size_t)8 << 20)
#define NAME_BYTES 64
#define PUT_SLACK 3 // bytes of tree that a byte of record may touch, far more than it does

struct restore {
    const struct restore_options *options;
    struct buffer folder; // DIR/restoring, with a NUL behind
    struct environment environment;
    char name[NAME_BYTES]; // of the environment, "" = none is open
    MDB_txn *txn;          // NULL between two
    size_t pending;        // bytes of records in it
    char database[NAME_BYTES];
    uint32_t flags;
    MDB_dbi records, states;
    bool is_batches;
    const char *doing;
};

static bool failed(struct restore *restore, int code, struct err *err) {
    return environment_err(&restore->environment, err, "restoring", code);
}

static bool commit(struct restore *restore, struct err *err) {
    if (!restore->txn) return true;
    int code = mdb_txn_commit(restore->txn);
    restore->txn = NULL;
    restore->pending = 0;
    return code == 0 || failed(restore, code, err);
}

static bool begin(struct restore *restore, size_t bytes, struct err *err) {
    size_t wanted = bytes > COMMIT_BYTES ? bytes : COMMIT_BYTES;
    int code = environment_reserve(&restore->environment, wanted * PUT_SLACK, 0);
    if (code == 0) code = mdb_txn_begin(restore->environment.env, NULL, 0, &restore->txn);
    if (code == 0)
        code = mdb_dbi_open(restore->txn, restore->database, restore->flags | MDB_CREATE,
                            &restore->records);
    if (code == 0 && restore->is_batches)
        code = mdb_dbi_open(restore->txn, "states", MDB_CREATE, &restore->states);
    return code == 0 || failed(restore, code, err);
}

static void close_environment(struct restore *restore) {
    if (restore->txn) mdb_txn_abort(restore->txn);
    restore->txn = NULL;
    if (restore->name[0]) environment_close(&restore->environment);
    restore->name[0] = 0;
}

static bool read_name(struct reader *in, char name[NAME_BYTES]) {
    size_t length;
    const char *text = read_text(in, &length);
    if (in->is_bad || length == 0 || length >= NAME_BYTES) return false;
    memcpy(name, text, length);
    name[length] = 0;
    return strspn(name, "abcdefghijklmnopqrstuvwxyz_") == length;
}

static bool take_place(struct restore *restore, struct reader *in, struct err *err) {
    char name[NAME_BYTES], database[NAME_BYTES];
    bool is_named = read_name(in, name) && read_name(in, database) &&
                    (strcmp(name, "state") == 0 || strcmp(name, "log") == 0);
    uint32_t flags = read_u32(in);
    if (!is_named || in->is_bad)
        return err_set(err, ERR_INVALID, "the backup names a place that no store has");
    if (!commit(restore, err)) return false;
    if (strcmp(name, restore->name) != 0) {
        close_environment(restore);
        if (!environment_open(&restore->environment, (char *)restore->folder.bytes, name,
                              restore->options->logger, err))
            return false;
        strcpy(restore->name, name);
    }
    strcpy(restore->database, database);
    restore->flags = flags;
    restore->is_batches = strcmp(name, "log") == 0 && strcmp(database, "batches") == 0;
    return begin(restore, 0, err);
}

// A batch that was damaged already stays so: readers step over it, and the doctor tells of it.
static int index_batch(struct restore *restore, uint64_t key, const char *bytes, size_t length) {
    struct batch_view batch;
    struct err damage;
    return batch_read(&batch, bytes, length, key, &damage)
               ? journal_index_states(restore->txn, restore->states, &batch)
               : 0;
}

static bool take_record(struct restore *restore, struct reader *in, struct err *err) {
    size_t key_length, length;
    const char *key_bytes = read_text(in, &key_length), *bytes = read_text(in, &length);
    uint64_t rev = 0;
    if (in->is_bad || key_length == 0 || (restore->is_batches && key_length != sizeof rev))
        return err_set(err, ERR_INVALID, "the backup holds a record that cannot be understood");
    if (restore->pending > 0 && restore->pending + length > COMMIT_BYTES && !commit(restore, err))
        return false;
    if (!restore->txn && !begin(restore, length, err)) return false;
    // Aligned, as LMDB wants numbers to be.
    uint64_t aligned[64];
    if (key_length > sizeof aligned) return failed(restore, MDB_BAD_VALSIZE, err);
    memcpy(aligned, key_bytes, key_length);
    memcpy(&rev, key_bytes, restore->is_batches ? sizeof rev : 0);
    MDB_val key = {key_length, aligned}, value = {length, (void *)(uintptr_t)bytes};
    int code = mdb_put(restore->txn, restore->records, &key, &value, 0);
    if (code == 0 && restore->is_batches) code = index_batch(restore, rev, bytes, length);
    restore->pending += length + key_length;
    return code == 0 || failed(restore, code, err);
}

// Acts are copied a moment before the batches: those whose revisions are not there go.
static int keep_acts(struct restore *restore, uint64_t from, uint64_t to) {
    MDB_dbi acts;
    int code = mdb_dbi_open(restore->txn, "acts", MDB_CREATE | MDB_INTEGERKEY, &acts);
    return code == 0 ? acts_keep(restore->txn, acts, from, to) : code;
}

static bool finish(struct restore *restore, const struct backup_end *end, struct err *err) {
    if (!restore->is_batches)
        return err_set(err, ERR_INVALID, "the backup holds no log, so it is none");
    if (!restore->txn && !begin(restore, 0, err)) return false;
    int code = keep_acts(restore, 0, end->rev);
    return code == 0 ? commit(restore, err) : failed(restore, code, err);
}

static bool take_lost(struct restore *restore, struct reader *in, struct err *err) {
    uint64_t rev = read_u64(in);
    MDB_dbi meta;
    if (in->is_bad || rev == 0 || !restore->is_batches)
        return err_set(err, ERR_INVALID, "the backup holds a record that cannot be understood");
    if (!restore->txn && !begin(restore, 0, err)) return false;
    int code = mdb_drop(restore->txn, restore->records, 0);
    if (code == 0) code = mdb_drop(restore->txn, restore->states, 0);
    if (code == 0) code = mdb_dbi_open(restore->txn, "meta", MDB_CREATE, &meta);
    if (code == 0) code = record_put_u64(restore->txn, meta, "dropped", rev - 1);
    if (code == 0) code = keep_acts(restore, rev, UINT64_MAX);
    return code == 0 || failed(restore, code, err);
}

static bool on_frame(void *context, enum backup_frame kind, struct reader *payload,
                     struct err *err) {
    struct restore *restore = context;
    if (kind == BACKUP_PLACE) return take_place(restore, payload, err);
    if (kind != BACKUP_RECORDS && kind != BACKUP_LOST)
        return err_set(err, ERR_INVALID,
                       "the backup holds a frame of kind %d, which this program does not know: use "
                       "the program that wrote it",
                       kind);
    if (!restore->name[0])
        return err_set(err, ERR_INVALID, "the backup holds a record before it says whose it is");
    if (kind == BACKUP_LOST) return take_lost(restore, payload, err);
    bool is_taken = true;
    while (is_taken && payload->at < payload->end)
        is_taken = take_record(restore, payload, err);
    return is_taken;
}

// The backup from its present place to its end; with NULL for `frames` it is only checked.
static bool read_all(struct restore *restore, bool is_check, struct backup_end *end,
                     struct err *err) {
    const struct restore_options *options = restore->options;
    struct backup_reader reader = {0};
    struct buffer room = {0};
    uint8_t *bytes = buffer_reserve(&room, READ_BYTES);
    ssize_t length = 0;
    bool is_good = true;
    while (is_good && (length = read(options->fd, bytes, READ_BYTES)) != 0) {
        if (length < 0 && errno == EINTR) continue;
        is_good = length > 0 ? backup_read(&reader, bytes, (size_t)length,
                                           is_check ? NULL : on_frame, restore, err)
                             : err_set(err, ERR_INTERNAL, "the backup cannot be read: %s",
                                       strerror(errno));
        if (options->on_progress)
            options->on_progress(options->context, is_check ? "checked" : "restored", reader.bytes,
                                 reader.expected);
    }
    is_good = is_good && backup_read_end(&reader, err);
    *end = reader.end;
    backup_reader_fini(&reader);
    buffer_fini(&room);
    return is_good;
}

static bool is_empty(const char *dir, struct err *err) {
    DIR *listing = opendir(dir);
    if (!listing) return err_set(err, ERR_INVALID, "%s cannot be read: %s", dir, strerror(errno));
    const struct dirent *entry;
    bool is_good = true;
    while (is_good && (entry = readdir(listing))) {
        static const char *const fine[] = {".", "..", "lost+found"};
        bool is_fine = false;
        for (size_t i = 0; i < ARRAY_LEN(fine); i++)
            is_fine |= strcmp(entry->d_name, fine[i]) == 0;
        if (!is_fine)
            is_good = err_set(err, ERR_CONFLICT,
                              "%s is not empty, it holds %.80s: a restore writes into an empty "
                              "folder only; name another one, or move that away",
                              dir, entry->d_name);
    }
    closedir(listing);
    return is_good;
}

static void remove_folder(struct restore *restore) {
    static const char *const paths[] = {
        "state/data.mdb", "state/lock.mdb", "state", "log/data.mdb", "log/lock.mdb", "log", ""};
    const char *folder = (char *)restore->folder.bytes;
    for (size_t i = 0; i < ARRAY_LEN(paths); i++) {
        char path[4096];
        snprintf(path, sizeof path, "%s/%s", folder, paths[i]);
        remove(path);
    }
}

static bool move_into_place(struct restore *restore, struct err *err) {
    static const char *const names[] = {"log", "state"};
    const char *dir = restore->options->dir;
    int held = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    bool is_moved = held >= 0;
    for (size_t i = 0; i < ARRAY_LEN(names) && is_moved; i++) {
        char from[128];
        snprintf(from, sizeof from, RESTORE_FOLDER "/%s", names[i]);
        is_moved = renameat(held, from, held, names[i]) == 0;
    }
    if (!is_moved) err_set(err, ERR_INTERNAL, "%s cannot be filled: %s", dir, strerror(errno));
    if (is_moved) {
        fsync(held); // both are there before the mark that they may not be goes
        unlinkat(held, RESTORE_FOLDER, AT_REMOVEDIR);
        fsync(held);
    }
    if (held >= 0) close(held);
    return is_moved;
}

bool restore_run(const struct restore_options *options, struct backup_end *end, struct err *err) {
    struct restore restore = {.options = options};
    struct stat stat;
    bool is_file = fstat(options->fd, &stat) == 0 && S_ISREG(stat.st_mode);
    if (!is_empty(options->dir, err)) return false;
    if (is_file && (!read_all(&restore, true, end, err) || lseek(options->fd, 0, SEEK_SET) != 0))
        return false;
    buffer_printf(&restore.folder, "%s/" RESTORE_FOLDER, options->dir);
    buffer_byte(&restore.folder, 0);
    bool is_good = mkdir((char *)restore.folder.bytes, 0755) == 0 ||
                   err_set(err, ERR_INTERNAL, "%s cannot be made: %s", (char *)restore.folder.bytes,
                           strerror(errno));
    is_good = is_good && read_all(&restore, false, end, err) && finish(&restore, end, err);
    close_environment(&restore);
    is_good = is_good && move_into_place(&restore, err);
    if (!is_good) remove_folder(&restore);
    buffer_fini(&restore.folder);
    return is_good;
}
