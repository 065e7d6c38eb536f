// An LMDB environment: one directory, one data file, owned by one process.
//
// Opened so that what is known to go wrong with LMDB 0.9.24 is a sentence and not a signal: a file
// cut short is refused before it is mapped, a second process is refused, a full disk is noticed
// before a transaction writes, leftover readers are cleared. The sync is the default one, always.

#ifndef STORE_ENVIRONMENT_H
#define STORE_ENVIRONMENT_H

#include <lmdb.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct err;
struct logger;

struct environment {
    MDB_env *env;
    char *path;        // of the directory
    int directory;     // its descriptor, locked: a second process is refused
    size_t map_bytes;  // what the data file may grow to
    size_t file_bytes; // what it has grown to
    size_t page_bytes;
    unsigned openings; // the map has another place after each
    const struct logger *logger;
};

// Opens or makes DIR/NAME.
bool environment_open(struct environment *environment, const char *dir, const char *name,
                      const struct logger *logger, struct err *err);
void environment_close(struct environment *environment);

// Closes and opens again after an I/O error, past the kernel's cache, so that what is read next is
// what the disk has. No transaction may be open; database handles are void after it.
bool environment_reopen(struct environment *environment, struct err *err);

// Makes sure that a transaction that writes `bytes` finds its disk space, `used` being what is in
// use now. Grows the file ahead, so it is never shorter than its meta pages say. 0, or an errno
// value.
int environment_reserve(struct environment *environment, size_t bytes, size_t used);

// True when `code` (of LMDB or errno) means that there is no room, so that the same write may work
// later. A short write, which LMDB reports as EIO, counts if the file system is full.
bool environment_is_full(const struct environment *environment, int code);

// Bytes of the pages that the databases occupy, as `txn` sees them.
uint64_t environment_used(MDB_txn *txn, const MDB_dbi *databases, int count);

// The part of the map that somebody has read. Its pages would count as resident memory until the
// system wants them back; reading gigabytes of log must not look like using them, so readers let go
// of them. All zero is none. `value` must lie in the map: always so in a reading transaction, not
// so on a page that a writing one has changed. The transaction need not be open any more.
struct touched {
    uintptr_t from, to;
    unsigned opening;
};
#define TOUCHED_MAX ((size_t)32 << 20) // let go at the latest after so much
void touched_add(struct touched *touched, const struct environment *environment, MDB_val value);
void touched_let_go(struct touched *touched, const struct environment *environment, size_t beyond);

// Writes "PATH: DOING failed: REASON" and returns false.
bool environment_err(const struct environment *environment, struct err *err, const char *doing,
                     int code);

#endif
