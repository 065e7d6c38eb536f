// A backup lives until both are through with it: the worker that takes it, and the exchange that
// sends it. Between them is a conduit, so neither memory nor a transaction grows with a slow
// client.

#include "push/vault.h"

#include "base/backup_file.h"
#include "base/conduit.h"
#include "base/err.h"
#include "base/logger.h"
#include "base/loop.h"
#include "base/memory.h"
#include "base/metrics.h"
#include "base/worker.h"
#include "push/service.h"
#include "push/stream.h"
#include "store/backup.h"
#include "twin/world.h"

#include <stdlib.h>

#define CONDUIT_BYTES ((size_t)1 << 20)

struct vault {
    struct service *service;
    struct worker *worker;
    struct backup *running; // on the worker, NULL = none
    uint64_t *taken, *failed;
};

struct backup {
    struct job job;       // first: the worker knows it by this
    struct stream stream; // the exchange by this
    struct vault *vault;
    struct conduit *conduit;
    uint64_t twins;
    struct backup_end end;
    struct err err;
    int64_t began;         // monotonic
    uint64_t bytes;        // taken by the exchange
    bool is_taken;         // it went well; the worker's until the conduit ends
    bool is_waiting;       // the exchange, for bytes
    bool is_done, is_left; // by the worker, by the exchange
};

static void wake(void *loop) {
    loop_wake(loop);
}

static void end_if_over(struct backup *backup) {
    if (!backup->is_done || !backup->is_left) return;
    conduit_free(backup->conduit);
    free(backup);
}

// ---- on the worker ----

static bool write_on(void *context, const void *bytes, size_t length) {
    return conduit_write(context, bytes, length);
}

static void run(struct job *job) {
    struct backup *backup = (struct backup *)job;
    const struct push_options *options = &backup->vault->service->options;
    struct backup_source source = {options->log, options->state, options->data_dir, backup->twins};
    backup->is_taken = backup_take(&source, write_on, backup->conduit, &backup->end, &backup->err);
    conduit_end(backup->conduit);
}

// ---- on the loop ----

static void done(struct job *job) {
    struct backup *backup = (struct backup *)job;
    struct vault *vault = backup->vault;
    const struct push_options *options = &vault->service->options;
    long long ms = (loop_monotonic(options->loop) - backup->began) / 1000;
    ++*(backup->is_taken ? vault->taken : vault->failed);
    if (backup->is_taken)
        logger_line(options->logger, LOG_LEVEL_INFO, "backup_taken",
                    "rev=%llu twins=%llu damaged=%llu ms=%lld", (unsigned long long)backup->end.rev,
                    (unsigned long long)backup->end.twins, (unsigned long long)backup->end.damaged,
                    ms);
    else
        logger_line(options->logger, LOG_LEVEL_WARN, "backup_failed", "ms=%lld why=\"%s\"", ms,
                    backup->err.text);
    vault->running = NULL;
    backup->is_done = true;
    end_if_over(backup);
}

static void collect(void *context) {
    struct vault *vault = context;
    struct backup *backup = vault->running;
    if (backup && backup->is_waiting && conduit_is_ready(backup->conduit)) {
        backup->is_waiting = false;
        backup->stream.on_more(&backup->stream);
    }
    worker_collect(vault->worker);
}

static struct backup *backup_of(struct stream *stream) {
    return (struct backup *)(void *)((char *)stream - offsetof(struct backup, stream));
}

static enum stream_state take(struct stream *stream, void *out, size_t most, size_t *length,
                              struct err *err) {
    struct backup *backup = backup_of(stream);
    bool is_ended;
    *length = conduit_read(backup->conduit, out, most, &is_ended);
    backup->bytes += *length;
    backup->is_waiting = *length == 0 && !is_ended;
    if (!is_ended) return STREAM_GOES_ON;
    if (backup->is_taken || backup->bytes > 0) return STREAM_ENDS; // why it failed is in it
    *err = backup->err;
    return STREAM_FAILED;
}

static void leave(struct stream *stream) {
    struct backup *backup = backup_of(stream);
    backup->is_left = true;
    backup->is_waiting = false;
    conduit_close(backup->conduit);
    end_if_over(backup);
}

bool vault_back_up(struct vault *vault, struct stream **stream, struct err *err) {
    const struct push_options *options = &vault->service->options;
    if (vault->running)
        return err_set(err, ERR_CONFLICT,
                       "a backup is taken just now; ask again when that one has ended");
    struct backup *backup = xcalloc(1, sizeof *backup);
    backup->job = (struct job){.run = run, .done = done};
    backup->stream = (struct stream){.take = take, .leave = leave};
    backup->vault = vault;
    backup->conduit = conduit_new(CONDUIT_BYTES, wake, options->loop);
    backup->began = loop_monotonic(options->loop);
    backup->twins = vault->service->world->twin_count;
    backup->is_waiting = true;
    vault->running = backup;
    worker_submit(vault->worker, &backup->job);
    *stream = &backup->stream;
    return true;
}

struct vault *vault_new(struct service *service, struct err *err) {
    struct metrics *metrics = service->options.metrics;
    struct vault *vault = xcalloc(1, sizeof *vault);
    vault->service = service;
    vault->taken =
        metrics_counter(metrics, "twind_backups_total", NULL, "Backups taken to their end");
    vault->failed = metrics_counter(metrics, "twind_backups_failed_total", NULL,
                                    "Backups that ended early, or that nobody took to their end");
    vault->worker = worker_new("twind-vault", wake, service->options.loop, err);
    if (vault->worker) {
        loop_before_wait(service->options.loop, collect, vault);
        return vault;
    }
    free(vault);
    return NULL;
}

void vault_free(struct vault *vault) {
    if (!vault) return;
    worker_free(vault->worker);
    free(vault);
}
