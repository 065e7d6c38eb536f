// One mutex: the thread holds it for a batch of the log, a reader for one series. Stretches in
// memory are a cache over the file: written back after some minutes, when much log waits for it,
// and when there are too many.

#include "base/err.h"
#include "base/logger.h"
#include "base/memory.h"
#include "base/metrics.h"
#include "store/archivist_own.h"
#include "store/log.h"
#include "store/past.h"
#include "store/scan.h"
#include "twin/revision.h"
#include "twin/world.h"

#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#define POOL_BYTES (256u << 20)      // of stretches in memory
#define WRITE_BYTES (1u << 20)       // in one transaction
#define WAIT_MS 1000                 // between two looks when nobody wakes it
#define REST_MS 20                   // after each, so that many batches are one look
#define FLUSH_US 600000000           // what is in memory is written
#define FLUSH_LOG_BYTES (256u << 20) // or earlier, when so much log waits for it
#define RETAIN_US 3600000000LL       // between two looks at what is too old

static void *work(void *context);

struct archivist *archivist_open(const struct archivist_options *options, struct err *err) {
    struct archivist *archivist = xcalloc(1, sizeof *archivist);
    archivist->options = *options;
    if (options->flush_bytes == 0 || options->flush_bytes > FLUSH_LOG_BYTES)
        archivist->options.flush_bytes = FLUSH_LOG_BYTES;
    archivist->layouts = world_new();
    archivist->covered = archivist->read_rev = series_covered(options->file);
    archivist->flushed_at = options->now();
    archivist->samples = metrics_counter(options->metrics, "twind_series_samples_total", NULL,
                                         "Samples that went into series");
    archivist->written = metrics_counter(options->metrics, "twind_series_bytes_total", NULL,
                                         "Bytes of series written");
    pthread_mutex_init(&archivist->mutex, NULL);
    pthread_cond_init(&archivist->has_read, NULL);
    archivist->wake_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (archivist->wake_fd >= 0 && pthread_create(&archivist->thread, NULL, work, archivist) == 0)
        return archivist;
    err_set(err, ERR_UNAVAILABLE, "no thread can be started for the series");
    if (archivist->wake_fd >= 0) close(archivist->wake_fd);
    world_free(archivist->layouts);
    free(archivist);
    return NULL;
}

static void signal_wake(const struct archivist *archivist) {
    uint64_t one = 1;
    if (write(archivist->wake_fd, &one, sizeof one) != sizeof one) return; // it is awake
}

void archivist_wake(struct archivist *archivist) {
    if (atomic_exchange(&archivist->is_waiting, false)) signal_wake(archivist);
}

uint64_t archivist_covered(const struct archivist *archivist) {
    return archivist->covered;
}

static void drop_lines(struct archivist *archivist, struct follower *follower) {
    for (int i = 0; follower->lines && i < follower->model->field_count; i++) {
        struct line *line = follower->lines[i];
        if (!line) continue;
        archivist->pool -= line_bytes(line);
        line_write(line, &archivist->write);
        line_free(line);
    }
    free(follower->lines);
    *follower = (struct follower){0};
}

void archivist_close(struct archivist *archivist) {
    if (!archivist) return;
    atomic_store(&archivist->is_stopping, true);
    signal_wake(archivist);
    pthread_join(archivist->thread, NULL);
    for (uint32_t i = 0; i < archivist->follower_count; i++)
        drop_lines(archivist, &archivist->followers[i]);
    free(archivist->followers);
    buffer_fini(&archivist->write.records);
    region_fini(&archivist->region);
    world_free(archivist->layouts);
    pthread_cond_destroy(&archivist->has_read);
    pthread_mutex_destroy(&archivist->mutex);
    close(archivist->wake_fd);
    free(archivist);
}

// ---- which model a twin has

static bool on_layout(void *context, struct model *owned) {
    world_adopt_model(((struct archivist *)context)->layouts, owned);
    return true;
}

static const struct model *find_model(struct archivist *archivist, uint64_t layout) {
    struct err err;
    const struct model *model = world_layout(archivist->layouts, layout);
    if (model || layout == 0) return model;
    if (!log_read_layouts(archivist->options.log, on_layout, archivist, &err)) return NULL;
    return world_layout(archivist->layouts, layout);
}

// Of a twin that was there before the archivist began: as it noted it, or as the log has it.
static const struct model *find_past_model(struct archivist *archivist,
                                           const struct revision *revision) {
    struct past past = {0};
    struct err err;
    uint64_t layout = series_layout(archivist->options.file, revision->twin);
    if (layout == 0 && revision->previous != 0) {
        if (past_open(&past, archivist->options.log, revision->twin, revision->rev,
                      revision->previous, &err))
            layout = past.twin->model->layout;
        past_close(&past);
        if (layout) series_write_layout(&archivist->write, revision->twin, layout);
    }
    return find_model(archivist, layout);
}

static struct follower *follower_of(struct archivist *archivist, uint32_t number) {
    if (number >= archivist->follower_count) {
        uint32_t count = archivist->follower_count ? archivist->follower_count : 64;
        while (count <= number)
            count *= 2;
        archivist->followers = xrealloc(archivist->followers, count * sizeof *archivist->followers);
        memset(archivist->followers + archivist->follower_count, 0,
               (count - archivist->follower_count) * sizeof *archivist->followers);
        archivist->follower_count = count;
    }
    return &archivist->followers[number];
}

// Lines of fields that the new model has too go on.
static void use_model(struct archivist *archivist, struct follower *follower, uint32_t number,
                      const struct model *model) {
    struct follower before = *follower;
    series_write_layout(&archivist->write, number, model->layout);
    *follower = (struct follower){
        .model = model, .lines = xcalloc((size_t)model->field_count + 1, sizeof *follower->lines)};
    for (int i = 0; before.lines && i < before.model->field_count; i++) {
        struct line *line = before.lines[i];
        int place = line ? model_field(model, line->kind, line->name, strlen(line->name)) : NONE;
        if (place == NONE) continue;
        line->name = model->fields[place].name;
        follower->lines[place] = line;
        before.lines[i] = NULL;
    }
    if (before.lines) drop_lines(archivist, &before);
}

// ---- revisions

// The field's line, as the one used last.
static struct line *line_of(struct archivist *archivist, struct follower *follower, uint32_t twin,
                            int index) {
    const struct field *field = &follower->model->fields[index];
    struct line **line = &follower->lines[index];
    if (!*line) *line = line_new(twin, (uint8_t)field->kind, field->name);
    (*line)->used = archivist->clock;
    return *line;
}

static void amend(struct archivist *archivist, struct follower *follower,
                  const struct revision *revision, const struct change *change) {
    if (change->state != AMEND_SERIES || !field_has_series(&follower->model->fields[change->index]))
        return;
    struct line *line = line_of(archivist, follower, revision->twin, change->index);
    archivist->pool -= line_bytes(line);
    line_amend(line, archivist->options.file, &archivist->write, revision->rev, change->at,
               change->amend.was, change->value, change->quality);
    archivist->pool += line_bytes(line);
}

static void follow_change(struct archivist *archivist, struct follower *follower,
                          const struct revision *revision, const struct change *change) {
    const struct field *field = &follower->model->fields[change->index];
    if (!field_has_series(field)) return;
    bool is_silence = change->kind == CHANGE_QUALITY;
    if (is_silence && change->quality != QUALITY_STALE) return;
    struct line *line = line_of(archivist, follower, revision->twin, change->index);
    archivist->pool -= line_bytes(line);
    line_add(line, archivist->options.file, &archivist->write, revision->rev,
             is_silence ? revision->received : change->at,
             is_silence ? value_none() : change->value,
             change->kind == CHANGE_SAMPLE ? change->quality : QUALITY_GOOD);
    archivist->pool += line_bytes(line);
    counter_add(archivist->samples, 1);
}

static void follow(struct archivist *archivist, const struct revision *revision) {
    struct follower *follower = follower_of(archivist, revision->twin);
    archivist->clock++;
    for (int i = 0; i < revision->change_count; i++) {
        const struct change *change = &revision->changes[i];
        const struct model *model = NULL;
        switch (change->kind) {
        case CHANGE_CREATE:
        case CHANGE_LAYOUT:
            model = find_model(archivist, change->layout);
            if (model) use_model(archivist, follower, revision->twin, model);
            break;
        case CHANGE_RETIRE:
            if (follower->model) drop_lines(archivist, follower);
            break;
        case CHANGE_SAMPLE:
        case CHANGE_SET:
        case CHANGE_QUALITY:
        case CHANGE_AMEND:
            if (!follower->model) {
                model = find_past_model(archivist, revision);
                if (!model) return; // the log does not know any more
                use_model(archivist, follower, revision->twin, model);
            }
            if (change->kind == CHANGE_AMEND)
                amend(archivist, follower, revision, change);
            else
                follow_change(archivist, follower, revision, change);
            break;
        }
    }
}

bool archivist_commit(struct archivist *archivist, size_t beyond) {
    struct err err;
    size_t bytes = series_write_bytes(&archivist->write);
    if (bytes <= beyond) return true;
    if (series_commit(archivist->options.file, &archivist->write, &err)) {
        counter_add(archivist->written, bytes);
        archivist->is_stuck = false;
        return true;
    }
    archivist->is_stuck = true;
    pthread_cond_broadcast(&archivist->has_read); // nobody waits for what may not come
    logger_line(archivist->options.logger, LOG_LEVEL_ERROR, "series_not_written",
                "why=\"%s\" note=\"the log keeps it; tried again\"", err.text);
    return false;
}

// Writes everything in memory. Lines that were used before `rest_before` give their memory back.
static bool flush(struct archivist *archivist, uint64_t rest_before) {
    for (uint32_t n = 0; n < archivist->follower_count; n++) {
        const struct follower *follower = &archivist->followers[n];
        for (int i = 0; follower->lines && i < follower->model->field_count; i++) {
            struct line *line = follower->lines[i];
            if (!line) continue;
            line_write(line, &archivist->write);
            if (line->used < rest_before) {
                archivist->pool -= line_bytes(line);
                line_rest(line);
            }
            if (!archivist_commit(archivist, WRITE_BYTES)) return false;
        }
    }
    series_write_covered(&archivist->write, archivist->read_rev);
    if (!archivist_commit(archivist, 0)) return false;
    archivist->covered = archivist->read_rev;
    archivist->flushed_at = archivist->options.now();
    archivist->log_bytes = 0;
    return true;
}

static bool read_batch(struct archivist *archivist, const struct batch_view *batch) {
    struct reader in = batch->revisions;
    bool is_good = true;
    pthread_mutex_lock(&archivist->mutex);
    for (uint32_t i = 0; i < batch->count && is_good; i++) {
        struct revision revision;
        region_reset(&archivist->region);
        is_good =
            revision_decode(&in, batch->base, batch->first_rev + i, &archivist->region, &revision);
        if (is_good && revision.rev > archivist->read_rev) follow(archivist, &revision);
    }
    archivist->read_rev = batch->first_rev + batch->count - 1;
    archivist->log_bytes += (size_t)(batch->revisions.end - batch->revisions.at);
    archivist_commit(archivist, WRITE_BYTES);
    // What was not used since half of what is in memory was.
    if (archivist->pool > POOL_BYTES) flush(archivist, archivist->clock - archivist->clock / 8);
    if (archivist->pool > POOL_BYTES) flush(archivist, UINT64_MAX);
    pthread_cond_broadcast(&archivist->has_read);
    pthread_mutex_unlock(&archivist->mutex);
    return is_good;
}

// Passes over what cannot be read: it is told, and its samples are not there.
static void read_on(struct archivist *archivist) {
    struct log *log = archivist->options.log;
    struct scan scan;
    struct err err;
    scan_open(&scan, log_journal(log));
    while (!atomic_load(&archivist->is_stopping) && !archivist->is_stuck &&
           archivist->read_rev < log_durable(log)) {
        uint64_t next = archivist->read_rev + 1;
        bool is_read = scan_at(&scan, next, &err);
        if (is_read && !scan.is_found) break;
        if (is_read && read_batch(archivist, &scan.batch)) continue;
        if (!is_read)
            logger_line(archivist->options.logger, LOG_LEVEL_ERROR, "series_gap",
                        "rev=%llu why=\"%s\"", (unsigned long long)next, err.text);
        pthread_mutex_lock(&archivist->mutex);
        archivist->read_rev = scan.is_damaged ? scan.damaged_to : next;
        pthread_mutex_unlock(&archivist->mutex);
    }
    scan_close(&scan);
}

static int64_t keep_of(void *context, uint32_t twin, uint8_t kind, const char *name) {
    struct archivist *archivist = context;
    const struct model *model = find_model(archivist, series_layout(archivist->options.file, twin));
    int field = model ? model_field(model, kind, name, strlen(name)) : NONE;
    return field == NONE ? 0 : model->fields[field].keep_us;
}

static void retain(struct archivist *archivist) {
    int64_t now = archivist->options.now();
    if (now - archivist->retained_at < RETAIN_US && !retention_is_under_way(&archivist->retention))
        return;
    pthread_mutex_lock(&archivist->mutex);
    archivist->retained_at = now;
    retention_step(&archivist->retention, archivist->options.file, &archivist->write, now, keep_of,
                   archivist);
    archivist_commit(archivist, 0);
    pthread_mutex_unlock(&archivist->mutex);
}

static void wait_for_more(struct archivist *archivist) {
    struct pollfd wake = {.fd = archivist->wake_fd, .events = POLLIN};
    uint64_t count;
    atomic_store(&archivist->is_waiting, true);
    if (archivist->is_stuck || archivist->read_rev >= log_durable(archivist->options.log))
        poll(&wake, 1, WAIT_MS);
    atomic_store(&archivist->is_waiting, false);
    if (read(archivist->wake_fd, &count, sizeof count) < 0) return; // nobody did
}

static void *work(void *context) {
    struct archivist *archivist = context;
    while (!atomic_load(&archivist->is_stopping)) {
        if (archivist->is_stuck) {
            pthread_mutex_lock(&archivist->mutex);
            archivist_commit(archivist, 0);
            pthread_mutex_unlock(&archivist->mutex);
        }
        read_on(archivist);
        retain(archivist);
        bool is_due = archivist->options.now() - archivist->flushed_at > FLUSH_US ||
                      archivist->log_bytes > archivist->options.flush_bytes;
        if (is_due && archivist->covered < archivist->read_rev) {
            pthread_mutex_lock(&archivist->mutex);
            flush(archivist, 0);
            pthread_mutex_unlock(&archivist->mutex);
        }
        wait_for_more(archivist);
        poll(NULL, 0, REST_MS);
    }
    pthread_mutex_lock(&archivist->mutex);
    flush(archivist, 0);
    pthread_cond_broadcast(&archivist->has_read);
    pthread_mutex_unlock(&archivist->mutex);
    return NULL;
}
