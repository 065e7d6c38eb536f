// The batches are copied as they are, also one that is damaged: what it is can be told later, and
// nothing else is lost with it.

#include "store/backup.h"

#include "base/backup_file.h"
#include "base/err.h"
#include "store/journal.h"
#include "store/log.h"
#include "store/scan.h"
#include "store/snapshot.h"
#include "store/state_file.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#define COPY_BYTES 65536

struct taking {
    const struct backup_source *source;
    struct backup_writer writer;
    struct backup_end end;
    struct snapshot state, rest; // of the log: what is not batches
    uint64_t limit;              // up to here the log may drop what it likes: the state covers it
    struct err *err;
};

static bool nobody(struct taking *taking) {
    return err_set(taking->err, ERR_UNAVAILABLE, "nobody takes the backup any more");
}

static bool pass_on(struct taking *taking, const struct snapshot *snapshot) {
    uint8_t bytes[COPY_BYTES];
    ssize_t length;
    while ((length = read(snapshot->fd, bytes, sizeof bytes)) != 0) {
        if (length < 0 && errno == EINTR) continue;
        if (length < 0)
            return err_set(taking->err, ERR_INTERNAL, "a snapshot cannot be read back: %s",
                           strerror(errno));
        if (!backup_write_frames(&taking->writer, bytes, (size_t)length)) return nobody(taking);
    }
    return true;
}

static uint64_t expected_bytes(const struct backup_source *source) {
    pthread_mutex_lock(&source->state->mutex);
    uint64_t bytes = source->state->used + log_journal(source->log)->used;
    pthread_mutex_unlock(&source->state->mutex);
    return bytes;
}

static bool goes_on(void *context) {
    struct taking *taking = context;
    return taking->writer.write(taking->writer.context, NULL, 0);
}

// The order is the promise: see the header.
static bool take_snapshots(struct taking *taking) {
    const struct backup_source *source = taking->source;
    struct journal *journal = log_journal(source->log);
    uint64_t released = log_released(source->log), dropped = log_dropped_rev(source->log);
    taking->limit = released > dropped ? released : dropped;
    struct snapshot_source state = {.environment = &source->state->environment,
                                    .name = "state",
                                    .opening = &source->state->opening,
                                    .dir = source->dir,
                                    .goes_on = goes_on,
                                    .context = taking};
    struct snapshot_source rest = {.environment = &journal->environment,
                                   .name = "log",
                                   .opening = &journal->lock,
                                   .is_apart = journal_is_apart,
                                   .dir = source->dir,
                                   .goes_on = goes_on,
                                   .context = taking};
    if (!snapshot_take(&taking->state, &state, taking->err)) return false;
    taking->end.rev = log_durable(source->log);
    return snapshot_take(&taking->rest, &rest, taking->err);
}

static bool overtaken(struct taking *taking, uint64_t rev) {
    return err_set(taking->err, ERR_UNAVAILABLE,
                   "the log has dropped revisions up to rev %llu while the backup was taken, which "
                   "needs those after rev %llu: take it faster, or raise --log-quota",
                   (unsigned long long)rev, (unsigned long long)taking->limit);
}

// Between `last`, the batch before, and this one there may be a gap that was always there (the skip
// after a crash), or the quota has been here first.
static bool check_gap(struct taking *taking, struct scan *scan, uint64_t last, uint64_t next) {
    uint64_t dropped = log_dropped_rev(taking->source->log);
    if (last == 0 && dropped > taking->limit) return overtaken(taking, dropped);
    if (last == 0 || scan->key == next || journal_has(scan->journal, last)) return true;
    if (scan->key - 1 > taking->limit) return overtaken(taking, scan->key - 1);
    return backup_write_lost(&taking->writer, scan->key) &&
                   backup_write_place(&taking->writer, "log", "batches", MDB_INTEGERKEY)
               ? true
               : nobody(taking);
}

static bool copy_batches(struct taking *taking) {
    struct scan scan;
    uint64_t last = 0, next = 0; // batch before, and the rev after it
    scan_open(&scan, log_journal(taking->source->log));
    bool is_good = backup_write_place(&taking->writer, "log", "batches", MDB_INTEGERKEY)
                       ? true
                       : nobody(taking);
    for (bool is_read = is_good && scan_at(&scan, 0, taking->err); is_good;
         is_read = scan_next(&scan, taking->err)) {
        if (!is_read && !scan.is_damaged) is_good = false;
        if (!is_good || (!scan.is_found && !scan.is_damaged) || scan.key > taking->end.rev) break;
        is_good = check_gap(taking, &scan, last, next);
        last = scan.key;
        next = scan.is_damaged ? 0 : scan.key + scan.batch.count;
        taking->end.damaged += scan.is_damaged;
        if (is_good && !backup_write_record(&taking->writer, &scan.key, sizeof scan.key,
                                            scan.copy.bytes, scan.copy.length))
            is_good = nobody(taking);
    }
    scan_close(&scan);
    bool is_whole = taking->end.rev == 0 || (last != 0 && (next == 0 || next > taking->end.rev));
    return is_good && (is_whole || overtaken(taking, log_dropped_rev(taking->source->log)));
}

bool backup_take(const struct backup_source *source,
                 bool (*write)(void *context, const void *bytes, size_t length), void *context,
                 struct backup_end *end, struct err *err) {
    struct taking taking = {
        .source = source, .end = {.twins = source->twins}, .state = {-1}, .rest = {-1}, .err = err};
    taking.writer.write = write;
    taking.writer.context = context;
    bool is_good = take_snapshots(&taking);
    if (is_good && !backup_write_begin(&taking.writer, expected_bytes(source)))
        is_good = nobody(&taking);
    is_good = is_good && pass_on(&taking, &taking.state) && pass_on(&taking, &taking.rest) &&
              copy_batches(&taking);
    if (is_good && !backup_write_end(&taking.writer, &taking.end)) is_good = nobody(&taking);
    if (!is_good && taking.writer.bytes > 0) backup_write_failed(&taking.writer, err->text);
    snapshot_fini(&taking.state);
    snapshot_fini(&taking.rest);
    backup_writer_fini(&taking.writer);
    *end = taking.end;
    return is_good;
}
