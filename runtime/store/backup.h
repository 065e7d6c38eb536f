// A backup: a consistent copy of log and state as one stream, taken while both are written.
//
// Why the copy is a store. Nothing in the state is newer than the log, and the log only grows at
// its end; so the state first, at one moment, and then the log up to a revision that was durable
// after that moment: whatever the state holds, the log has. What the log drops at its other end
// meanwhile was covered by the state at that moment, or the backup fails and says so. Whatever was
// answered before it began is in it.
//
// The state is a snapshot in a file of its own (store/snapshot.h); the log, which is far larger and
// whose batches never change, is read batch by batch and kept nowhere.

#ifndef STORE_BACKUP_H
#define STORE_BACKUP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct backup_end;
struct err;
struct log;
struct state_file;

struct backup_source {
    struct log *log;
    struct state_file *state;
    const char *dir; // where a snapshot may lie for a while
    uint64_t twins;  // that there are, to be told at its end
};

// Any thread; as long as `write` takes. `write` returns false when nobody takes it any more, which
// ends it with ERR_UNAVAILABLE; it is asked with no bytes too. What fails after the first byte is
// told in the stream as well.
bool backup_take(const struct backup_source *source,
                 bool (*write)(void *context, const void *bytes, size_t length), void *context,
                 struct backup_end *end, struct err *err);

#endif
