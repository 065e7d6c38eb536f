// What the worker has found so far lies under a mutex; whoever asks sees it grow.

#include "push/clinic.h"

#include "base/err.h"
#include "base/json.h"
#include "base/logger.h"
#include "base/loop.h"
#include "base/memory.h"
#include "base/metrics.h"
#include "base/worker.h"
#include "push/service.h"
#include "script/script_files.h"
#include "store/examine.h"
#include "store/journal.h"
#include "store/log.h"
#include "store/state_file.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>

#define LINES_MAX 1000 // that are kept; all are counted

struct clinic {
    struct job job; // first: the worker knows it by this
    struct service *service;
    struct worker *worker;
    bool is_running; // the loop's
    bool has_run;
    atomic_bool is_ending;
    struct examine examine; // the worker's while it runs
    pthread_mutex_t mutex;  // of what follows
    char doing[80];
    uint64_t done, of;
    uint64_t findings;
    char *lines[LINES_MAX];
    int line_count;
};

static void wake(void *loop) {
    loop_wake(loop);
}

// ---- on the worker ----

static void on_finding(void *context, const char *line) {
    struct clinic *clinic = context;
    pthread_mutex_lock(&clinic->mutex);
    clinic->findings++;
    if (clinic->line_count < LINES_MAX) clinic->lines[clinic->line_count++] = xstrdup(line);
    pthread_mutex_unlock(&clinic->mutex);
    logger_line(clinic->service->options.logger, LOG_LEVEL_ERROR, "doctor", "finding=\"%s\"", line);
}

static bool on_progress(void *context, const char *doing, uint64_t done, uint64_t of) {
    struct clinic *clinic = context;
    pthread_mutex_lock(&clinic->mutex);
    snprintf(clinic->doing, sizeof clinic->doing, "%s", doing);
    clinic->done = done;
    clinic->of = of;
    pthread_mutex_unlock(&clinic->mutex);
    return !clinic->is_ending;
}

static bool is_version(uint64_t version, const struct buffer *files, struct err *why) {
    return script_files_are(files->bytes, files->length, version, why);
}

static void run(struct job *job) {
    struct clinic *clinic = (struct clinic *)job;
    const struct push_options *options = &clinic->service->options;
    struct journal *journal = log_journal(options->log);
    clinic->examine = (struct examine){.on_finding = on_finding,
                                       .on_progress = on_progress,
                                       .is_version = is_version,
                                       .context = clinic};
    struct examine *examine = &clinic->examine;
    examine_trees(examine, &options->state->environment, "state", &options->state->opening);
    examine_trees(examine, &journal->environment, "log", &journal->lock);
    examine_log(examine, journal, false);
}

// ---- on the loop ----

static void done(struct job *job) {
    struct clinic *clinic = (struct clinic *)job;
    clinic->is_running = false;
    clinic->has_run = true;
    logger_line(clinic->service->options.logger, LOG_LEVEL_INFO, "doctor_done",
                "revisions=%llu findings=%llu", (unsigned long long)clinic->examine.revisions,
                (unsigned long long)clinic->examine.findings);
}

static void collect(void *context) {
    worker_collect(((struct clinic *)context)->worker);
}

static void forget(struct clinic *clinic) {
    for (int i = 0; i < clinic->line_count; i++)
        free(clinic->lines[i]);
    clinic->line_count = 0;
    clinic->findings = clinic->done = clinic->of = 0;
    clinic->doing[0] = 0;
}

bool clinic_begin(struct clinic *clinic, struct err *err) {
    if (clinic->is_running)
        return err_set(err, ERR_CONFLICT,
                       "an examination is under way; GET /api/v1/doctor says how far it is");
    forget(clinic);
    clinic->is_running = true;
    clinic->job = (struct job){.run = run, .done = done};
    worker_submit(clinic->worker, &clinic->job);
    return true;
}

static void write_count(struct buffer *json, const char *name, uint64_t count) {
    json_key(json, name);
    json_unsigned(json, count);
}

void clinic_write(struct clinic *clinic, struct buffer *json) {
    bool is_over = clinic->has_run && !clinic->is_running;
    pthread_mutex_lock(&clinic->mutex);
    json_open(json, '{');
    json_member(json, "state", clinic->is_running ? "running" : is_over ? "done" : "idle");
    json_member(json, "doing", clinic->doing);
    write_count(json, "done", clinic->done);
    write_count(json, "of", clinic->of);
    if (is_over) {
        write_count(json, "revisions", clinic->examine.revisions);
        write_count(json, "batches", clinic->examine.batches);
        write_count(json, "states", clinic->examine.states);
        write_count(json, "records", clinic->examine.records);
    }
    write_count(json, "findings", clinic->findings);
    json_key(json, "lines");
    json_open(json, '[');
    for (int i = 0; i < clinic->line_count; i++)
        json_string(json, clinic->lines[i]);
    json_close(json, ']');
    json_close(json, '}');
    pthread_mutex_unlock(&clinic->mutex);
}

struct clinic *clinic_new(struct service *service, struct err *err) {
    struct clinic *clinic = xcalloc(1, sizeof *clinic);
    clinic->service = service;
    pthread_mutex_init(&clinic->mutex, NULL);
    clinic->worker = worker_new("twind-clinic", wake, service->options.loop, err);
    if (clinic->worker) {
        loop_before_wait(service->options.loop, collect, clinic);
        return clinic;
    }
    pthread_mutex_destroy(&clinic->mutex);
    free(clinic);
    return NULL;
}

void clinic_free(struct clinic *clinic) {
    if (!clinic) return;
    clinic->is_ending = true;
    worker_free(clinic->worker);
    forget(clinic);
    pthread_mutex_destroy(&clinic->mutex);
    free(clinic);
}
