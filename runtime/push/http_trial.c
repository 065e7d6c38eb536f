#include "push/http_trial.h"

#include "base/err.h"
#include "base/json.h"
#include "base/loop.h"
#include "base/memory.h"
#include "fork/study.h"
#include "fork/trial.h"
#include "push/http_study.h"
#include "push/service.h"
#include "push/span.h"
#include "script/duration.h"
#include "store/log.h"
#include "store/state_file.h"
#include "store/versions.h"
#include "twin/snapshot.h"
#include "twin/world.h"

#include <stdio.h>
#include <stdlib.h>

#define WAIT_US 10000               // until there is more to read
#define SHADOW_MOST_US 3600000000LL // an hour: what lives on the live world's memory ends

struct trial_study {
    struct study study;
    struct trial_request request;
    struct span span;
    struct script_files base, files;
    uint64_t base_version;
    char version[41]; // as it was asked for
    int64_t begun, until;
    struct trial_progress progress;
    struct findings findings;
};

static bool on_progress(void *context, const struct trial_progress *progress,
                        const struct findings *findings, bool is_waiting) {
    struct trial_study *trial = context;
    study_lock(&trial->study);
    trial->progress = *progress;
    findings_copy(&trial->findings, findings);
    study_unlock(&trial->study);
    if (trial->until && loop_utc() >= trial->until) return false;
    return study_wait(&trial->study, is_waiting ? WAIT_US : 0);
}

static bool read_files(struct trial_study *trial, uint64_t version, struct script_files *files,
                       struct err *err) {
    struct buffer bytes = {0};
    bool is_read = versions_read_files(trial->request.source.file, version, &bytes, err) &&
                   script_files_decode(bytes.bytes, bytes.length, files, err);
    buffer_fini(&bytes);
    return is_read;
}

static bool find_version(struct trial_study *trial, uint64_t *version, struct err *err) {
    struct versions versions = {0};
    bool is_found = versions_read(trial->request.source.file, &versions, err) &&
                    versions_parse(&versions, trial->version, version, err);
    versions_fini(&versions);
    return is_found;
}

static bool run(struct study *study, struct err *err) {
    struct trial_study *trial = (struct trial_study *)study;
    struct trial_request *request = &trial->request;
    uint64_t version, end = request->snapshot ? snapshot_rev(request->snapshot) : trial->span.to;
    bool is_good = find_version(trial, &version, err) &&
                   read_files(trial, version, &trial->files, err) &&
                   read_files(trial, trial->base_version, &trial->base, err);
    if (end > trial->span.to) end = trial->span.to; // numbers that a crash has skipped are nobody's
    while (is_good && log_durable(request->source.log) < end)
        is_good = study_wait(study, WAIT_US) || err_set(err, ERR_UNAVAILABLE, "it was stopped");
    if (is_good && !request->snapshot) {
        is_good = span_find(&trial->span, request->source.log, err);
        request->from = trial->span.from;
        request->to = trial->span.to;
    }
    is_good = is_good && trial_run(request, err);
    struct snapshot *snapshot = request->snapshot;
    study_lock(study);
    request->snapshot = NULL;
    study_unlock(study);
    snapshot_close(snapshot);
    return is_good;
}

static void write_number(struct buffer *json, const char *key, double number) {
    json_key(json, key);
    json_number(json, number);
}

static void write(struct study *study, struct buffer *json) {
    const struct trial_study *trial = (const struct trial_study *)study;
    const struct trial_progress *progress = &trial->progress;
    json_member(json, "version", trial->version);
    if (trial->until) {
        json_member_time(json, "begun", trial->begun);
        json_member_time(json, "until", trial->until);
        write_number(json, "lag_s", (double)progress->lag_us / 1e6);
        write_number(json, "most_lag_s", (double)progress->most_lag_us / 1e6);
    } else {
        write_number(json, "to", (double)trial->span.to);
    }
    write_number(json, "rev", (double)progress->rev);
    if (progress->received) json_member_time(json, "at", progress->received);
    write_number(json, "twins", progress->twins);
    write_number(json, "inputs", (double)progress->inputs);
    write_number(json, "turns", (double)progress->turns);
    if (progress->timed)
        write_number(json, "input_us", (double)progress->timed_us / (double)progress->timed);
    findings_write(&trial->findings, json);
    json_key(json, "equal");
    json_boolean(json, findings_is_empty(&trial->findings));
}

static void free_trial(struct study *study) {
    struct trial_study *trial = (struct trial_study *)study;
    snapshot_close(trial->request.snapshot);
    findings_fini(&trial->findings);
    script_files_fini(&trial->base);
    script_files_fini(&trial->files);
    free(trial);
}

static const struct study_kind shadow_kind = {
    .name = "shadow", .run = run, .write = write, .free = free_trial};
static const struct study_kind test_kind = {
    .name = "test", .run = run, .write = write, .free = free_trial};

static struct trial_study *new_trial(struct service *service, const struct route_match *match,
                                     const struct study_kind *kind, struct err *err) {
    const struct push_options *options = &service->options;
    if (!options->log || !options->state) {
        err_set(err, ERR_UNAVAILABLE, "the past is not kept by this program");
        return NULL;
    }
    struct trial_study *trial = xcalloc(1, sizeof *trial);
    trial->study.kind = kind;
    trial->request = (struct trial_request){
        .source = {options->log, options->state, options->call_us},
        .base = &trial->base,
        .files = &trial->files,
        .to = UINT64_MAX,
        .on_progress = on_progress,
        .context = trial,
    };
    trial->base_version = service->world->version;
    trial->span.to = log_newest(options->log);
    snprintf(trial->version, sizeof trial->version, "%.40s", match->parts[0].text);
    return trial;
}

bool http_trial_shadow(struct service *service, const struct http_request *request,
                       const struct route_match *match, struct http_response *response,
                       struct err *err) {
    const char *span = http_query(request, "for");
    int64_t us;
    if (!span || !duration_parse(span, &us) || us <= 0 || us > SHADOW_MOST_US)
        return err_set(err, ERR_INVALID,
                       "'for' must be a duration of at most an hour, 5m or 30s, not '%.40s'",
                       span ? span : "");
    struct trial_study *trial = new_trial(service, match, &shadow_kind, err);
    if (!trial) return false;
    trial->begun = loop_utc();
    trial->until = trial->begun + us;
    trial->request.snapshot = snapshot_open(service->world);
    return http_study_start(service, &trial->study, response, err);
}

bool http_trial_test(struct service *service, const struct http_request *request,
                     const struct route_match *match, struct http_response *response,
                     struct err *err) {
    struct trial_study *trial = new_trial(service, match, &test_kind, err);
    if (!trial) return false;
    if (span_read(request, log_newest(service->options.log), &trial->span, err))
        return http_study_start(service, &trial->study, response, err);
    free_trial(&trial->study);
    return false;
}
