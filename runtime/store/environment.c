// The meta pages are read here by their offsets, because LMDB maps the file without asking for its
// size.

#include "store/environment.h"

#include "base/err.h"
#include "base/logger.h"
#include "base/memory.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/vfs.h>
#include <unistd.h>

#define MAP_LARGEST ((size_t)1 << 40) // far beyond any quota; address space, not memory
#define MAP_SMALLEST ((size_t)64 << 20)
#define GROW_STEP ((size_t)16 << 20) // the file grows ahead by this much
#define GROW_SLACK ((size_t)1 << 20) // for the tree's own pages in a transaction
#define DATABASES_MAX 16

// LMDB's meta page, data version 1, 64 bit (mdb.c, MDB_meta): where in the page, in bytes.
#define META_MAGIC 0xBEEFC0DEu
#define META_MAGIC_AT 16
#define META_VERSION 1u
#define META_VERSION_AT 20
#define META_PAGE_SIZE_AT 40
#define META_LAST_PAGE_AT 136
#define META_TXN_AT 144
#define META_BYTES 152

static int grow(struct environment *environment, size_t bytes);
static uint64_t disk_left(const struct environment *environment);
static bool make_directories(const char *path, struct err *err);
static bool check_disk(const struct environment *environment, struct err *err);
static bool check_file(const struct environment *environment, struct err *err);
static bool open_map(struct environment *environment, struct err *err);
static void on_assert(MDB_env *env, const char *message);

bool environment_open(struct environment *environment, const char *dir, const char *name,
                      const struct logger *logger, struct err *err) {
    *environment = (struct environment){.directory = -1, .logger = logger};
    struct buffer path = {0};
    buffer_printf(&path, "%s/%s", dir, name);
    environment->path = (char *)path.bytes;
    if (!make_directories(environment->path, err)) goto failed;
    environment->directory = open(environment->path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (environment->directory < 0) {
        err_set(err, ERR_INTERNAL, "%s cannot be opened: %s", environment->path, strerror(errno));
        goto failed;
    }
    if (flock(environment->directory, LOCK_EX | LOCK_NB) != 0) {
        err_set(err, ERR_INTERNAL,
                "%s is in use by another process: stop that one first, or use another directory",
                environment->path);
        goto failed;
    }
    if (!check_disk(environment, err) || !check_file(environment, err) ||
        !open_map(environment, err))
        goto failed;
    fsync(environment->directory); // LMDB syncs its file, not the file's name
    return true;
failed:
    environment_close(environment);
    return false;
}

void environment_close(struct environment *environment) {
    if (environment->env) mdb_env_close(environment->env);
    if (environment->directory >= 0) close(environment->directory);
    free(environment->path);
    *environment = (struct environment){.directory = -1};
}

bool environment_reopen(struct environment *environment, struct err *err) {
    mdb_env_close(environment->env);
    environment->env = NULL;
    int fd = openat(environment->directory, "data.mdb", O_RDONLY | O_CLOEXEC);
    if (fd >= 0) {
        posix_fadvise(fd, 0, 0, POSIX_FADV_DONTNEED);
        close(fd);
    }
    return check_file(environment, err) && open_map(environment, err);
}

int environment_reserve(struct environment *environment, size_t bytes, size_t used) {
    MDB_envinfo info;
    mdb_env_info(environment->env, &info);
    size_t end = (info.me_last_pgno + 1) * environment->page_bytes;
    size_t wanted = end + bytes + GROW_SLACK;
    int code = 0;
    if (wanted > environment->map_bytes) {
        code = MDB_MAP_FULL;
    } else if (wanted > environment->file_bytes) {
        code = grow(environment, wanted + GROW_STEP);
        if (code != 0) code = grow(environment, wanted); // there may be a limit just beyond
    }
    if (code == 0 && disk_left(environment) < bytes + GROW_SLACK) code = ENOSPC;
    // Pages that deletions left inside the file may do. Twice as many, because they lie in pieces.
    if (code != 0 && end > used && end - used > 2 * bytes + GROW_SLACK) return 0;
    return code;
}

bool environment_is_full(const struct environment *environment, int code) {
    if (code == ENOSPC || code == EDQUOT || code == EFBIG || code == MDB_MAP_FULL) return true;
    return code == EIO && disk_left(environment) < GROW_SLACK;
}

uint64_t environment_used(MDB_txn *txn, const MDB_dbi *databases, int count) {
    uint64_t bytes = 0;
    for (int i = 0; i < count; i++) {
        MDB_stat stat;
        if (mdb_stat(txn, databases[i], &stat) != 0) continue;
        bytes += (stat.ms_branch_pages + stat.ms_leaf_pages + stat.ms_overflow_pages) *
                 (uint64_t)stat.ms_psize;
    }
    return bytes;
}

void touched_add(struct touched *touched, const struct environment *environment, MDB_val value) {
    uintptr_t from = (uintptr_t)value.mv_data, to = from + value.mv_size;
    if (touched->opening != environment->openings) // the old map is gone, and all of it with it
        *touched = (struct touched){from, to, environment->openings};
    if (from < touched->from) touched->from = from;
    if (to > touched->to) touched->to = to;
}

void touched_let_go(struct touched *touched, const struct environment *environment, size_t beyond) {
    if (touched->opening != environment->openings || touched->to - touched->from <= beyond) return;
    uintptr_t page = environment->page_bytes;
    uintptr_t from = touched->from / page * page, to = (touched->to + page - 1) / page * page;
    // Clean pages of a file, mapped for reading only: nothing is lost, the next touch finds them
    // again.
    madvise((void *)from, to - from, MADV_DONTNEED);
    touched->opening = 0;
}

bool environment_err(const struct environment *environment, struct err *err, const char *doing,
                     int code) {
    enum err_code kind = environment_is_full(environment, code) ? ERR_UNAVAILABLE : ERR_INTERNAL;
    const char *reason = mdb_strerror(code);
    if (code == EBADMSG)
        reason =
            "a record's checksum or format is wrong; put a copy of the whole data directory in "
            "its place";
    return err_set(err, kind, "%s: %s failed: %s", environment->path, doing, reason);
}

// A hole at the end: blocks are found when they are written, which costs a commit less than turning
// blocks that fallocate(2) set aside into written ones (0.32 against 0.39 ms on ext4).
static int grow(struct environment *environment, size_t bytes) {
    int fd;
    struct stat stat;
    mdb_env_get_fd(environment->env, &fd);
    if (fstat(fd, &stat) != 0) return errno;
    if ((size_t)stat.st_size < bytes && ftruncate(fd, (off_t)bytes) != 0) return errno;
    environment->file_bytes = bytes;
    return 0;
}

static uint64_t disk_left(const struct environment *environment) {
    struct statvfs disk;
    if (fstatvfs(environment->directory, &disk) != 0) return UINT64_MAX; // the write will tell
    return (uint64_t)disk.f_bavail * disk.f_frsize;
}

// Makes every directory on the way to `path`.
static bool make_directories(const char *path, struct err *err) {
    char *part = xstrdup(path);
    bool is_made = true;
    for (char *slash = part + 1; is_made; slash++) {
        bool is_last = *slash == 0;
        if (*slash != '/' && !is_last) continue;
        *slash = 0;
        if (mkdir(part, 0755) != 0 && errno != EEXIST)
            is_made = err_set(err, ERR_INTERNAL, "directory %s cannot be made: %s", part,
                              strerror(errno));
        if (is_last) break;
        *slash = '/';
    }
    free(part);
    return is_made;
}

// LMDB's locks and shared map do not hold across machines.
static bool check_disk(const struct environment *environment, struct err *err) {
    static const unsigned networks[] = {0x6969 /* NFS */, 0xff534d42 /* CIFS */,
                                        0xfe534d42 /* SMB2 */, 0x01021997 /* 9P */};
    struct statfs disk;
    if (fstatfs(environment->directory, &disk) != 0) return true;
    for (size_t i = 0; i < ARRAY_LEN(networks); i++)
        if ((unsigned)disk.f_type == networks[i])
            return err_set(err, ERR_INVALID,
                           "%s is on a network file system, where nothing can be stored safely: "
                           "use a directory on a local disk",
                           environment->path);
    return true;
}

struct meta {
    uint64_t txn;
    uint64_t last_page;
    uint32_t page_bytes;
};

// False when there is no meta page at `at`.
static bool meta_read(int fd, off_t at, struct meta *meta) {
    uint8_t bytes[META_BYTES];
    uint32_t magic, version;
    if (pread(fd, bytes, sizeof bytes, at) != sizeof bytes) return false;
    memcpy(&magic, bytes + META_MAGIC_AT, 4);
    memcpy(&version, bytes + META_VERSION_AT, 4);
    memcpy(&meta->page_bytes, bytes + META_PAGE_SIZE_AT, 4);
    memcpy(&meta->last_page, bytes + META_LAST_PAGE_AT, 8);
    memcpy(&meta->txn, bytes + META_TXN_AT, 8);
    return magic == META_MAGIC && version == META_VERSION && meta->page_bytes >= 512 &&
           meta->page_bytes <= 65536 && (meta->page_bytes & (meta->page_bytes - 1)) == 0;
}

// A missing or empty file is fine: it is a new one.
static bool check_file(const struct environment *environment, struct err *err) {
    int fd = openat(environment->directory, "data.mdb", O_RDONLY | O_CLOEXEC);
    if (fd < 0 && errno == ENOENT) return true;
    struct stat stat = {0};
    if (fd < 0 || fstat(fd, &stat) != 0) {
        err_set(err, ERR_INTERNAL, "%s/data.mdb cannot be read: %s", environment->path,
                strerror(errno));
        if (fd >= 0) close(fd);
        return false;
    }
    struct meta first, second;
    bool is_whole = true;
    if (stat.st_size > 0) {
        if (!meta_read(fd, 0, &first) || !meta_read(fd, first.page_bytes, &second)) {
            is_whole = err_set(err, ERR_INTERNAL,
                               "%s/data.mdb is damaged: its first pages are not an LMDB file's; "
                               "put a copy of the whole directory in its place",
                               environment->path);
        } else {
            const struct meta *newest = first.txn > second.txn ? &first : &second;
            uint64_t needed = (newest->last_page + 1) * newest->page_bytes;
            if ((uint64_t)stat.st_size < needed)
                is_whole = err_set(err, ERR_INTERNAL,
                                   "%s/data.mdb is cut short: %llu of at least %llu bytes are "
                                   "there; put a copy of the whole directory in its place",
                                   environment->path, (unsigned long long)stat.st_size,
                                   (unsigned long long)needed);
        }
    }
    close(fd);
    return is_whole;
}

// The largest map that is not refused: sanitizers and address space limits may want a small one.
static bool open_map(struct environment *environment, struct err *err) {
    int code = 0;
    for (size_t bytes = MAP_LARGEST; bytes >= MAP_SMALLEST; bytes /= 4) {
        code = mdb_env_create(&environment->env);
        if (code != 0) break;
        mdb_env_set_mapsize(environment->env, bytes);
        mdb_env_set_maxdbs(environment->env, DATABASES_MAX);
        mdb_env_set_userctx(environment->env, environment);
        mdb_env_set_assert(environment->env, on_assert);
        code = mdb_env_open(environment->env, environment->path, MDB_NOTLS, 0644);
        if (code == 0) {
            MDB_stat stat;
            MDB_envinfo info;
            int dead = 0;
            mdb_reader_check(environment->env, &dead);
            mdb_env_stat(environment->env, &stat);
            environment->page_bytes = stat.ms_psize;
            mdb_env_info(environment->env, &info);
            environment->map_bytes = info.me_mapsize;
            environment->file_bytes = 0;
            environment->openings++;
            if (bytes < MAP_LARGEST)
                logger_line(environment->logger, LOG_LEVEL_WARN, "small_map",
                            "path=%s bytes=%zu text=\"this is the largest map that the system "
                            "allows; the file cannot grow beyond it\"",
                            environment->path, bytes);
            return true;
        }
        mdb_env_close(environment->env);
        environment->env = NULL;
        if (code != ENOMEM) break;
    }
    return environment_err(environment, err, "opening", code);
}

// LMDB found its own tree broken and aborts next; say what that means.
static void on_assert(MDB_env *env, const char *message) {
    const struct environment *environment = mdb_env_get_userctx(env);
    logger_line(environment->logger, LOG_LEVEL_ERROR, "store_damaged",
                "path=%s reason=\"%s\" text=\"the data file is damaged; put a copy of the whole "
                "directory in its place\"",
                environment->path, message);
}
