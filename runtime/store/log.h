// The log: every revision, in order, durable. The only way to disk.
//
// The loop appends revisions to the open batch; whenever the committer is idle the loop hands the
// batch over. The committer (the log's own thread) writes it as one LMDB value in one transaction
// with one sync, calls `on_commit` and wakes the loop. While a batch cannot be stored (disk full)
// it is kept and its bytes are tried again each second; log_is_stuck says so. An I/O error of the
// sync makes it reopen the environment, verify, try once more, else the process exits.
//
// Each batch value: magic and format version, CRC32C of the rest, first rev, count, base time;
// then the revisions (twin/revision.h). Full states of twins are written into the batch beside
// them, and an index (twin number, rev) leads to them. Every record carries a format version and a
// CRC32C.

#ifndef STORE_LOG_H
#define STORE_LOG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct err;
struct journal;
struct log;
struct logger;
struct metrics;
struct model;
struct region;
struct revision;
struct twin;

struct log_options {
    const char *dir;      // made if missing; the environment is DIR/log
    uint64_t quota_bytes; // oldest batches go beyond it, never past `log_release`; 0 = 10 GB
    int retry_ms;         // between two tries while a batch cannot be stored; 0 = 1000
    const struct logger *logger;
    struct metrics *metrics;
    void (*on_commit)(void *context,
                      void *attachment); // on the committer, right after the sync; may be NULL
    void (*wake)(void *context);         // on the committer; safe from any thread; may be NULL
    int64_t (*now)(void *context); // monotonic microseconds, from any thread, to measure commits;
                                   // NULL: not measured
    void *context;
};

struct log *log_open(const struct log_options *options, struct err *err);
// Stores what is open (waits for it), writes the clean mark (but on what a crash left, only
// when something was stored since), closes. While the disk is full it
// tries once more and gives up: what was not stored was not answered either, on_commit is not
// called for it and the mark is not written. Returns the newest rev on disk, beyond which no
// checkpoint may go.
uint64_t log_close(struct log *log);

// Loop thread: into the open batch. Revs only grow; within a batch they are consecutive, a gap (the
// skip after a crash) starts a new batch by itself.
void log_append(struct log *log, const struct revision *revision);
// At twin->rev, which must be in the open batch: call it right after log_append of that revision.
void log_append_state(struct log *log, const struct twin *twin);
// Right after log_append of a revision that is an act (acts.h), of the twin with this id.
void log_append_act(struct log *log, const struct revision *revision, const char *id);
// Before the first revision that needs it. One that the log has already costs nothing.
void log_append_layout(struct log *log, const struct model *model);

bool log_wants_submit(const struct log *log); // something is open and the committer is idle
// Hands the open batch to the idle committer. `attachment` (the answers that wait for it) goes to
// on_commit.
void log_submit(struct log *log, void *attachment);
size_t log_open_bytes(const struct log *log); // of the batch being filled
uint64_t log_durable(const struct log *log);  // newest rev on disk
uint64_t log_newest(const struct log *log);   // appended, on disk or not yet; loop thread
bool log_is_stuck(const struct log *log);     // a batch could not be stored and is being retried
const char *log_stuck_reason(const struct log *log); // a sentence, "" when it is not
void log_release(struct log *log,
                 uint64_t rev); // checkpoints cover all up to here: may be dropped
uint64_t log_released(const struct log *log);

// Reading, for recovery and later replay. Any thread; a short read transaction a batch, none is
// held during a callback. The callback returns false to stop; what it is shown dies with the call.
// Fails when a record's checksum or format is wrong, naming its rev.
bool log_read(struct log *log, uint64_t from_rev,
              bool (*on_revision)(void *context, const struct revision *revision), void *context,
              struct err *err);
// Message keys with their received time, newest first, until the callback says stop.
bool log_read_messages(struct log *log,
                       bool (*on_message)(void *context, uint64_t message, int64_t received),
                       void *context, struct err *err);
bool log_read_layouts(struct log *log, bool (*on_layout)(void *context, struct model *owned),
                      void *context, struct err *err);
// The newest full state at or before `rev` written into the log, as twin_encode made it, copied to
// `region`; NULL with ERR_NOT_FOUND when there is none, with another code when it cannot be read.
const uint8_t *log_find_state(struct log *log, uint32_t twin, uint64_t rev, struct region *region,
                              size_t *length, struct err *err);

uint64_t log_first_rev(const struct log *log);   // oldest kept, 0 = empty
uint64_t log_dropped_rev(const struct log *log); // newest that the quota took away, 0 = none
bool log_was_clean(const struct log *log);    // the last close wrote its mark; true for a new one
struct journal *log_journal(struct log *log); // for store/ only

#endif
