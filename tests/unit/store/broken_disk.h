// The calls by which LMDB and the store reach the disk, replaced by ones that fail on demand. A
// sync that fails takes the unsynced bytes with it, as a real one may. Included once in a program.

#ifndef STORE_BROKEN_DISK_H
#define STORE_BROKEN_DISK_H

#include "test.h"

#include <errno.h>
#include <stdatomic.h>
#include <sys/statvfs.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/vfs.h>
#include <unistd.h>

enum call {
    CALL_NONE,
    CALL_WRITE,
    CALL_LATE_WRITE,
    CALL_META,
    CALL_SHORT_WRITE,
    CALL_LAST_WRITE, // a short one that fills the disk
    CALL_SYNC,
    CALL_ROOM
};

#define FOREVER 1000000
#define WRITES_MAX 4096

static struct {
    _Atomic enum call call;
    atomic_int calls_left; // before it fails
    atomic_int failures;   // how often
    atomic_int failed;
    int code;
    atomic_int write_count; // unsynced
    struct {
        off_t at;
        size_t length;
    } writes[WRITES_MAX];
} disk;

static void break_disk(enum call call, int calls_before, int failures, int code) {
    disk.calls_left = calls_before;
    disk.failures = failures;
    disk.code = code;
    disk.failed = 0;
    disk.call = call;
}

static void mend_disk(void) {
    disk.call = CALL_NONE;
}

static bool fails(enum call call) {
    if (disk.call != call || atomic_fetch_sub(&disk.calls_left, 1) > 0) return false;
    if (atomic_fetch_sub(&disk.failures, 1) <= 0) return false;
    disk.failed++;
    errno = disk.code;
    return true;
}

static void note_write(off_t at, size_t length) {
    int i = atomic_fetch_add(&disk.write_count, 1);
    assert_true(i < WRITES_MAX);
    disk.writes[i].at = at;
    disk.writes[i].length = length;
}

ssize_t pwrite(int fd, const void *bytes, size_t length, off_t at) {
    if (fails(CALL_WRITE)) return -1;
    if (fails(CALL_SHORT_WRITE) || fails(CALL_LAST_WRITE)) length /= 2;
    bool is_meta = at < 8192; // written with O_DSYNC
    bool is_bad_meta = is_meta && fails(CALL_META);
    if (is_bad_meta && disk.failed == 2) return -1; // LMDB putting the old one back
    ssize_t written = syscall(SYS_pwrite64, fd, bytes, length, at);
    if (is_bad_meta) return -1; // it is there all the same
    if (written > 0 && !is_meta) note_write(at, (size_t)written);
    return fails(CALL_LATE_WRITE) ? -1 : written; // it is there all the same
}

ssize_t writev(int fd, const struct iovec *parts, int count) {
    if (fails(CALL_WRITE)) return -1;
    if (fails(CALL_SHORT_WRITE) || fails(CALL_LAST_WRITE)) count /= 2; // LMDB has two at least
    off_t at = lseek(fd, 0, SEEK_CUR);
    ssize_t written = syscall(SYS_writev, fd, parts, count);
    if (written > 0) note_write(at, (size_t)written);
    return written;
}

int fdatasync(int fd) {
    int count = atomic_exchange(&disk.write_count, 0);
    if (!fails(CALL_SYNC)) return (int)syscall(SYS_fdatasync, fd);
    uint8_t junk[4096];
    memset(junk, 0xa5, sizeof junk);
    for (int i = 0; i < count; i++)
        for (size_t done = 0; done < disk.writes[i].length; done += sizeof junk)
            syscall(SYS_pwrite64, fd, junk, sizeof junk, disk.writes[i].at + (off_t)done);
    errno = disk.code;
    return -1;
}

int fstatvfs(int fd, struct statvfs *disk_of) {
    struct statfs stat;
    if (fstatfs(fd, &stat) != 0) return -1;
    bool is_full = fails(CALL_ROOM) || (disk.call == CALL_LAST_WRITE && disk.failed > 0);
    *disk_of = (struct statvfs){.f_frsize = (unsigned long)stat.f_frsize,
                                .f_bavail = is_full ? 0 : stat.f_bavail};
    return 0;
}

#endif
