// The environment's main database holds the names of all others. Their handles were opened when the
// environment was, so opening one here only finds it, and needs no writing transaction.

#include "store/snapshot.h"

#include "base/backup_file.h"
#include "base/err.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/statvfs.h>
#include <unistd.h>

#define ROOM_LEFT ((uint64_t)64 << 20) // of the disk, for the log, which goes on meanwhile
#define NAME_BYTES 64
#define ASK_EVERY 1024 // records

struct taking {
    const struct snapshot_source *source;
    struct environment *environment;
    struct backup_writer writer;
    int fd;
    struct err *err;
};

static bool write_file(void *context, const void *bytes, size_t length) {
    struct taking *taking = context;
    const uint8_t *at = bytes;
    while (length > 0) {
        ssize_t done = write(taking->fd, at, length);
        if (done < 0 && errno == EINTR) continue;
        if (done < 0)
            return err_set(taking->err, ERR_UNAVAILABLE,
                           "a snapshot of %s cannot be written beside it: %s",
                           taking->environment->path, strerror(errno));
        at += done;
        length -= (size_t)done;
    }
    return true;
}

static bool open_file(struct taking *taking) {
    const char *dir = taking->source->dir;
    taking->fd = open(dir, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
    if (taking->fd >= 0) return true;
    struct buffer path = {0}; // where the file system has no files without a name
    buffer_printf(&path, "%s/.snapshot-XXXXXX", dir);
    buffer_byte(&path, 0);
    taking->fd = mkostemp((char *)path.bytes, O_CLOEXEC);
    if (taking->fd >= 0)
        unlink((char *)path.bytes);
    else
        err_set(taking->err, ERR_UNAVAILABLE, "a file cannot be made in %s: %s", dir,
                strerror(errno));
    buffer_fini(&path);
    return taking->fd >= 0;
}

static bool failed(struct taking *taking, int code) {
    return environment_err(taking->environment, taking->err, "taking a snapshot", code);
}

static bool copy_database(struct taking *taking, MDB_txn *txn, const char *name) {
    struct touched touched = {0};
    MDB_cursor *cursor = NULL;
    MDB_dbi database;
    MDB_val key, value;
    unsigned flags = 0;
    bool is_written = true;
    int code = mdb_dbi_open(txn, name, 0, &database);
    if (code == 0) code = mdb_dbi_flags(txn, database, &flags);
    if (code == 0) code = mdb_cursor_open(txn, database, &cursor);
    if (code == 0)
        is_written = backup_write_place(&taking->writer, taking->source->name, name, flags);
    for (uint64_t count = 1; code == 0 && is_written; count++) {
        code = mdb_cursor_get(cursor, &key, &value, MDB_NEXT);
        if (code != 0) break;
        if (count % ASK_EVERY == 0 && !taking->source->goes_on(taking->source->context)) {
            is_written = err_set(taking->err, ERR_UNAVAILABLE, "nobody takes the backup any more");
            break;
        }
        is_written = backup_write_record(&taking->writer, key.mv_data, key.mv_size, value.mv_data,
                                         value.mv_size);
        touched_add(&touched, taking->environment, value);
        touched_let_go(&touched, taking->environment, TOUCHED_MAX);
    }
    if (cursor) mdb_cursor_close(cursor);
    touched_let_go(&touched, taking->environment, 0);
    if (code != 0 && code != MDB_NOTFOUND) return failed(taking, code);
    return is_written;
}

static bool copy_all(struct taking *taking, MDB_txn *txn) {
    bool (*is_apart)(const char *database) = taking->source->is_apart;
    MDB_cursor *cursor = NULL;
    MDB_dbi main_database;
    MDB_val key;
    bool is_copied = true;
    int code = mdb_dbi_open(txn, NULL, 0, &main_database);
    if (code == 0) code = mdb_cursor_open(txn, main_database, &cursor);
    while (code == 0 && is_copied) {
        char name[NAME_BYTES] = "";
        code = mdb_cursor_get(cursor, &key, NULL, MDB_NEXT);
        if (code != 0) break;
        if (key.mv_size >= sizeof name) continue; // none of ours
        memcpy(name, key.mv_data, key.mv_size);
        if (!is_apart || !is_apart(name)) is_copied = copy_database(taking, txn, name);
    }
    if (cursor) mdb_cursor_close(cursor);
    if (code != 0 && code != MDB_NOTFOUND) return failed(taking, code);
    return is_copied && backup_write_flush(&taking->writer);
}

// As much as all pages in use; what is left out is not counted apart, for it is not copied twice.
static bool has_room(const struct taking *taking) {
    struct statvfs disk;
    MDB_envinfo info;
    mdb_env_info(taking->environment->env, &info);
    uint64_t bytes = ROOM_LEFT;
    if (!taking->source->is_apart)
        bytes += (info.me_last_pgno + 1) * (uint64_t)taking->environment->page_bytes;
    if (statvfs(taking->source->dir, &disk) != 0) return true; // the write will tell
    uint64_t left = (uint64_t)disk.f_bavail * disk.f_frsize;
    return left >= bytes ||
           err_set(taking->err, ERR_UNAVAILABLE,
                   "a backup needs %llu MB beside %s for a while, and the disk has %llu MB: make "
                   "room, then ask again",
                   (unsigned long long)(bytes >> 20), taking->environment->path,
                   (unsigned long long)(left >> 20));
}

bool snapshot_take(struct snapshot *snapshot, const struct snapshot_source *source,
                   struct err *err) {
    struct taking taking = {
        .source = source, .environment = source->environment, .fd = -1, .err = err};
    MDB_txn *txn = NULL;
    taking.writer.write = write_file;
    taking.writer.context = &taking;
    pthread_rwlock_rdlock(source->opening);
    bool is_taken = taking.environment->env != NULL || failed(&taking, EIO);
    is_taken = is_taken && has_room(&taking) && open_file(&taking);
    if (is_taken) {
        int code = mdb_txn_begin(taking.environment->env, NULL, MDB_RDONLY, &txn);
        is_taken = code == 0 ? copy_all(&taking, txn) : failed(&taking, code);
    }
    if (txn) mdb_txn_abort(txn);
    pthread_rwlock_unlock(source->opening);
    backup_writer_fini(&taking.writer);
    snapshot->fd = taking.fd;
    is_taken = is_taken && (lseek(taking.fd, 0, SEEK_SET) == 0 || failed(&taking, errno));
    if (!is_taken) snapshot_fini(snapshot);
    return is_taken;
}

void snapshot_fini(struct snapshot *snapshot) {
    if (snapshot->fd >= 0) close(snapshot->fd);
    snapshot->fd = -1;
}
