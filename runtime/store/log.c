// Two commits that change places: the loop fills one while the committer writes the other. A commit
// belongs to the loop until it is `handed`, to the committer until that is NULL again; nothing in
// it is locked.

#include "store/log.h"

#include "base/err.h"
#include "base/logger.h"
#include "base/memory.h"
#include "store/acts.h"
#include "store/commit.h"
#include "store/committer.h"
#include "store/history.h"
#include "store/journal.h"
#include "twin/model.h"
#include "twin/model_codec.h"
#include "twin/revision.h"
#include "twin/twin.h"

#include <assert.h>
#include <stdlib.h>

#define QUOTA_DEFAULT ((uint64_t)10 << 30)
#define RETRY_MS_DEFAULT 1000
#define BATCH_BYTES ((size_t)8 << 20) // past it comes another batch: readers copy one at a time

struct log {
    struct journal journal;
    struct log_options options;
    struct committer committer;
    struct commit pair[2];
    struct commit *open; // one of the pair; the other is the committer's or idle
    uint64_t newest;     // rev appended
    uint64_t found;      // newest on disk when it was opened
    uint64_t *layouts;   // that are in the log or on their way
    uint32_t layout_count, layout_capacity;
};

static void log_free(struct log *log);
static bool note_layout(void *context, struct model *owned);
static void remember_layout(struct log *log, uint64_t layout);

struct log *log_open(const struct log_options *options, struct err *err) {
    struct log *log = xcalloc(1, sizeof *log);
    log->options = *options;
    if (log->options.quota_bytes == 0) log->options.quota_bytes = QUOTA_DEFAULT;
    if (log->options.retry_ms == 0) log->options.retry_ms = RETRY_MS_DEFAULT;
    log->open = &log->pair[0];
    if (!journal_open(&log->journal, options->dir, log->options.quota_bytes, options->logger,
                      options->metrics, err) ||
        !history_read_layouts(&log->journal, note_layout, log, err) ||
        !committer_start(&log->committer, &log->journal, &log->options, err)) {
        log_free(log);
        return NULL;
    }
    log->newest = log->found = log->journal.last_rev;
    return log;
}

uint64_t log_close(struct log *log) {
    if (!log) return 0;
    bool is_stored = committer_stop(&log->committer);
    if (is_stored && !commit_is_empty(log->open))
        is_stored = committer_store(&log->committer, log->open);
    // Who only looked at what a crash left leaves it so: the next one must still skip the revs that
    // may have been shown.
    bool is_clean = log->journal.was_clean || log_durable(log) > log->found;
    int code = is_stored && is_clean ? journal_mark_clean(&log->journal) : 0;
    if (!is_stored || code != 0)
        logger_line(log->options.logger, LOG_LEVEL_ERROR, "log_not_closed",
                    "durable=%llu newest=%llu text=\"%s\"", (unsigned long long)log_durable(log),
                    (unsigned long long)log->newest,
                    is_stored ? mdb_strerror(code) : log_stuck_reason(log));
    uint64_t durable = log_durable(log);
    log_free(log);
    return durable;
}

void log_append(struct log *log, const struct revision *revision) {
    assert(revision->rev > log->newest);
    struct commit *open = log->open;
    struct batch *batch = open->batch_count ? &open->batches[open->batch_count - 1] : NULL;
    if (!batch || revision->rev != log->newest + 1 || batch->revisions.length >= BATCH_BYTES)
        batch = commit_add_batch(open);
    batch_add(batch, revision);
    log->newest = revision->rev;
}

uint64_t log_newest(const struct log *log) {
    return log->newest;
}

void log_append_state(struct log *log, const struct twin *twin) {
    assert(log->open->batch_count);
    batch_add_state(&log->open->batches[log->open->batch_count - 1], twin);
}

void log_append_act(struct log *log, const struct revision *revision, const char *id) {
    struct buffer bytes = {0};
    act_encode(revision, id, &bytes);
    buffer_u64(&log->open->acts, revision->rev);
    buffer_u32(&log->open->acts, (uint32_t)bytes.length);
    buffer_add(&log->open->acts, bytes.bytes, bytes.length);
    buffer_fini(&bytes);
}

void log_append_layout(struct log *log, const struct model *model) {
    for (uint32_t i = 0; i < log->layout_count; i++)
        if (log->layouts[i] == model->layout) return;
    struct buffer bytes = {0};
    model_encode(model, &bytes);
    buffer_u64(&log->open->layouts, model->layout);
    buffer_u32(&log->open->layouts, (uint32_t)bytes.length);
    buffer_add(&log->open->layouts, bytes.bytes, bytes.length);
    buffer_fini(&bytes);
    remember_layout(log, model->layout);
}

bool log_wants_submit(const struct log *log) {
    return !commit_is_empty(log->open) && !log->committer.is_busy;
}

void log_submit(struct log *log, void *attachment) {
    struct commit *full = log->open;
    assert(!commit_is_empty(full));
    log->open = full == &log->pair[0] ? &log->pair[1] : &log->pair[0];
    full->attachment = attachment;
    committer_hand(&log->committer, full);
}

size_t log_open_bytes(const struct log *log) {
    return commit_bytes(log->open);
}

uint64_t log_durable(const struct log *log) {
    return log->committer.durable;
}

bool log_is_stuck(const struct log *log) {
    return log->committer.stuck != STUCK_NOT;
}

const char *log_stuck_reason(const struct log *log) {
    enum stuck stuck = log->committer.stuck; // one atomic read
    return log->committer.reasons[stuck];
}

void log_release(struct log *log, uint64_t rev) {
    log->committer.released = rev;
}

uint64_t log_released(const struct log *log) {
    return log->committer.released;
}

bool log_read(struct log *log, uint64_t from_rev,
              bool (*on_revision)(void *context, const struct revision *revision), void *context,
              struct err *err) {
    return history_read(&log->journal, from_rev, on_revision, context, err);
}

bool log_read_messages(struct log *log,
                       bool (*on_message)(void *context, uint64_t message, int64_t received),
                       void *context, struct err *err) {
    return history_read_messages(&log->journal, on_message, context, err);
}

bool log_read_layouts(struct log *log, bool (*on_layout)(void *context, struct model *owned),
                      void *context, struct err *err) {
    return history_read_layouts(&log->journal, on_layout, context, err);
}

const uint8_t *log_find_state(struct log *log, uint32_t twin, uint64_t rev, struct region *region,
                              size_t *length, struct err *err) {
    return history_find_state(&log->journal, twin, rev, region, length, err);
}

uint64_t log_first_rev(const struct log *log) {
    return log->journal.first_rev;
}

uint64_t log_dropped_rev(const struct log *log) {
    return log->journal.dropped;
}

bool log_was_clean(const struct log *log) {
    return log->journal.was_clean;
}

struct journal *log_journal(struct log *log) {
    return &log->journal;
}

static void log_free(struct log *log) {
    committer_fini(&log->committer);
    journal_close(&log->journal);
    commit_fini(&log->pair[0]);
    commit_fini(&log->pair[1]);
    free(log->layouts);
    free(log);
}

static void remember_layout(struct log *log, uint64_t layout) {
    if (log->layout_count == log->layout_capacity) {
        log->layout_capacity = log->layout_capacity ? log->layout_capacity * 2 : 16;
        log->layouts = xrealloc(log->layouts, log->layout_capacity * sizeof *log->layouts);
    }
    log->layouts[log->layout_count++] = layout;
}

static bool note_layout(void *context, struct model *owned) {
    remember_layout(context, owned->layout);
    model_free(owned);
    return true;
}
