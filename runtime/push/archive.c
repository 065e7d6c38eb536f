// A past is followed back from the twin's newest revision, so that must be on disk first.

#include "push/archive.h"

#include "base/err.h"
#include "base/loop.h"
#include "base/memory.h"
#include "base/worker.h"
#include "push/later.h"
#include "push/revision_json.h"
#include "push/service.h"
#include "push/twin_json.h"
#include "store/past.h"
#include "twin/twin.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

struct archive {
    struct service *service;
    struct log *log;
    struct worker *worker;
};

struct look_up {
    struct job job;     // first: the worker knows it by this
    struct later later; // the exchange by this
    struct durable_wait wait;
    struct archive *archive;
    char id[TWIN_ID_MAX + 1];
    uint32_t number;
    uint64_t newest; // revision of the twin
    struct moment moment;
    char *fields;
    int limit; // of revisions; 0: the twin itself is asked for
    struct past past;
    struct err err;
    bool is_found;
};

static void wake(void *loop) {
    loop_wake(loop);
}

static void collect(void *context) {
    worker_collect(((struct archive *)context)->worker);
}

struct archive *archive_new(struct service *service, struct log *log, struct err *err) {
    struct archive *archive = xcalloc(1, sizeof *archive);
    archive->service = service;
    archive->log = log;
    archive->worker = worker_new("twind-archive", wake, service->options.loop, err);
    if (archive->worker) {
        loop_before_wait(service->options.loop, collect, archive);
        return archive;
    }
    free(archive);
    return NULL;
}

void archive_free(struct archive *archive) {
    if (!archive) return;
    worker_free(archive->worker);
    free(archive);
}

static void run(struct job *job) {
    struct look_up *look = (struct look_up *)job;
    struct log *log = look->archive->log;
    uint64_t rev = look->moment.rev != 0 ? look->moment.rev : look->newest;
    look->is_found = look->moment.at == 0 || past_rev_at(log, look->moment.at, &rev, &look->err);
    if (look->is_found && look->limit > 0)
        look->is_found = past_open_page(&look->past, log, look->number, look->newest, rev,
                                        look->limit, &look->err);
    else if (look->is_found)
        look->is_found = past_open(&look->past, log, look->number, look->newest, rev, &look->err);
}

static void done(struct job *job) {
    struct look_up *look = (struct look_up *)job;
    const struct world *world = look->archive->service->world;
    struct buffer json = {0};
    if (look->is_found && look->limit > 0)
        revision_json_write(&look->past, world, &json);
    else if (look->is_found)
        twin_json_write(world, look->past.twin, look->fields, &json);
    else
        err_prefix(&look->err, "%s: ", look->id);
    if (look->later.context)
        look->later.on_done(&look->later, look->is_found ? NULL : &look->err, &json);
    past_close(&look->past);
    buffer_fini(&json);
    free(look->fields);
    free(look);
}

static void on_durable(struct durable_wait *wait) {
    struct look_up *look =
        (struct look_up *)(void *)((char *)wait - offsetof(struct look_up, wait));
    worker_submit(look->archive->worker, &look->job);
}

static void start(struct later *later) {
    struct look_up *look =
        (struct look_up *)(void *)((char *)later - offsetof(struct look_up, later));
    durable_add(&look->archive->service->durable, &look->wait, look->newest, on_durable);
}

static struct look_up *look_up(struct archive *archive, const struct twin *twin,
                               const struct moment *moment) {
    struct look_up *look = xcalloc(1, sizeof *look);
    look->job = (struct job){.run = run, .done = done};
    look->later.start = start;
    look->archive = archive;
    memcpy(look->id, twin->id, strlen(twin->id));
    look->number = twin->number;
    look->newest = twin->rev;
    look->moment = *moment;
    err_set(&look->err, ERR_UNAVAILABLE, "the runtime is ending; ask the next one");
    return look;
}

struct later *archive_look_up(struct archive *archive, const struct twin *twin,
                              const struct moment *moment, const char *fields) {
    struct look_up *look = look_up(archive, twin, moment);
    look->fields = fields ? xstrdup(fields) : NULL;
    return &look->later;
}

struct later *archive_list(struct archive *archive, const struct twin *twin,
                           const struct moment *moment, int limit) {
    struct look_up *look = look_up(archive, twin, moment);
    look->limit = limit;
    return &look->later;
}
