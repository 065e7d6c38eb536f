// The chain of a twin's revisions is on disk up to its newest one before anything is read.

#include "push/archive.h"

#include "base/loop.h"
#include "base/memory.h"
#include "push/service.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

struct archive {
    struct service *service;
    struct log *log;
    struct worker *worker;
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

static struct reading *reading_of(struct durable_wait *wait) {
    return (struct reading *)(void *)((char *)wait - offsetof(struct reading, wait));
}

static void on_durable(struct durable_wait *wait) {
    struct reading *reading = reading_of(wait);
    worker_submit(reading->archive->worker, &reading->job);
}

static void run(struct job *job) {
    struct reading *reading = (struct reading *)job;
    reading->is_read = reading->read(reading, reading->archive->log, &reading->err);
}

static void answer(struct reading *reading) {
    struct buffer json = {0};
    if (!reading->is_read && reading->id[0]) err_prefix(&reading->err, "%s: ", reading->id);
    if (reading->is_read && reading->later.context)
        reading->write(reading, reading->archive->service->world, &json);
    if (reading->later.context)
        reading->later.on_done(&reading->later, reading->is_read ? NULL : &reading->err, &json);
    buffer_fini(&json);
    past_close(&reading->past);
    reading->free(reading);
}

static void on_settled(struct durable_wait *wait) {
    answer(reading_of(wait));
}

static void wait_for_disk(struct reading *reading, void (*on_disk)(struct durable_wait *wait)) {
    durable_add(&reading->archive->service->durable, &reading->wait, reading->newest, on_disk);
}

static void done(struct job *job) {
    struct reading *reading = (struct reading *)job;
    bool is_settled = !reading->settle || !reading->is_read || !reading->later.context;
    switch (is_settled ? SETTLED : reading->settle(reading, &reading->err)) {
    case SETTLED_LATER:
        wait_for_disk(reading, on_settled);
        return;
    case SETTLED_AGAIN:
        wait_for_disk(reading, on_durable);
        return;
    case SETTLED_NOT:
        reading->is_read = false;
        break;
    case SETTLED:
        break;
    }
    answer(reading);
}

void archive_free(struct archive *archive) {
    if (!archive) return;
    worker_free(archive->worker);
    for (struct durable_wait *wait = archive->service->durable.first, *next; wait; wait = next) {
        next = wait->next;
        struct reading *reading = reading_of(wait);
        bool is_reading = wait->on_durable == on_durable || wait->on_durable == on_settled;
        if (!is_reading || reading->archive != archive) continue;
        durable_remove(&archive->service->durable, wait);
        reading->is_read = false;
        answer(reading);
    }
    free(archive);
}

static void start(struct later *later) {
    wait_for_disk((struct reading *)(void *)((char *)later - offsetof(struct reading, later)),
                  on_durable);
}

struct later *archive_ask(struct archive *archive, const struct twin *twin, struct reading *owned) {
    owned->job = (struct job){.run = run, .done = done};
    owned->later = (struct later){.start = start};
    owned->archive = archive;
    if (twin) memcpy(owned->id, twin->id, strlen(twin->id) + 1);
    owned->number = twin ? twin->number : 0;
    owned->newest = twin ? twin->rev : 0;
    owned->past.layout = twin ? twin->model->layout : 0;
    err_set(&owned->err, ERR_UNAVAILABLE, "the runtime is ending; ask the next one");
    return &owned->later;
}
