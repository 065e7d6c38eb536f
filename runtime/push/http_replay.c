#include "push/http_replay.h"

#include "base/err.h"
#include "base/json.h"
#include "base/memory.h"
#include "fork/replay.h"
#include "fork/study.h"
#include "push/http_study.h"
#include "push/service.h"
#include "push/span.h"
#include "store/log.h"
#include "twin/snapshot.h"
#include "twin/world.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define WAIT_US 2000 // until the newest revision is on disk

struct replay_study {
    struct study study;
    struct replay_request request;
    struct invariant invariant;
    char *model;
    struct span span;
    double speed;        // so many times as fast as it was recorded; 0 = at once
    int64_t paced;       // received time that the pace was kept up to
    uint64_t rev, turns; // how far it is
    int64_t received;
    struct replay_report report; // when it is done
};

static bool on_progress(void *context, uint64_t rev, int64_t received, uint64_t turns) {
    struct replay_study *replay = context;
    study_lock(&replay->study);
    replay->rev = rev;
    replay->turns = turns;
    replay->received = received;
    study_unlock(&replay->study);
    int64_t pause = 0;
    if (replay->speed > 0 && rev >= replay->request.from) {
        if (replay->paced) pause = (int64_t)((double)(received - replay->paced) / replay->speed);
        replay->paced = received;
    }
    return study_wait(&replay->study, pause);
}

static bool run(struct study *study, struct err *err) {
    struct replay_study *replay = (struct replay_study *)study;
    struct replay_request *request = &replay->request;
    struct replay_report report;
    struct snapshot *live = request->live;
    bool is_good = true;
    while (is_good && log_durable(request->source.log) < replay->span.to)
        is_good = study_wait(study, WAIT_US) || err_set(err, ERR_UNAVAILABLE, "it was stopped");
    is_good = is_good && span_find(&replay->span, request->source.log, err);
    if (replay->span.to < request->to) request->is_to_now = false;
    study_lock(study);
    request->from = replay->span.from;
    request->to = replay->span.to;
    study_unlock(study);
    is_good = is_good && replay_run(request, &report, err);
    snapshot_close(live);
    study_lock(study);
    request->live = NULL;
    if (is_good) replay->report = report;
    study_unlock(study);
    return is_good;
}

static void write_find(struct buffer *json, const char *key, const struct replay_find *find,
                       const char *one, const char *other) {
    if (!find->rev) return;
    json_key(json, key);
    json_open(json, '{');
    json_key(json, "rev");
    json_unsigned(json, find->rev);
    json_member(json, "twin", find->id);
    json_member(json, "field", find->difference.field);
    json_member(json, one, find->difference.one);
    if (other) json_member(json, other, find->difference.other);
    json_close(json, '}');
}

static void write_number(struct buffer *json, const char *key, uint64_t number) {
    json_key(json, key);
    json_unsigned(json, number);
}

static void write_hash(struct buffer *json, const char *key, uint64_t hash) {
    char text[17];
    snprintf(text, sizeof text, "%016llx", (unsigned long long)hash);
    json_member(json, key, text);
}

static void write(struct study *study, struct buffer *json) {
    const struct replay_study *replay = (const struct replay_study *)study;
    const struct replay_report *report = &replay->report;
    write_number(json, "to", replay->request.to);
    if (study->state == STUDY_RUNNING || study->state == STUDY_FAILED) {
        write_number(json, "rev", replay->rev);
        write_number(json, "turns", replay->turns);
        if (replay->received) json_member_time(json, "at", replay->received);
        return;
    }
    write_number(json, "rev", report->rev);
    write_number(json, "turns", report->turns);
    write_number(json, "taken", report->taken);
    write_number(json, "different", report->different);
    write_number(json, "twins", report->twins);
    write_hash(json, "hash", report->hash);
    write_hash(json, "live", report->live_hash);
    json_key(json, "equal");
    json_boolean(json, replay_is_equal(report));
    if (report->missing[0]) json_member(json, "missing", report->missing);
    write_find(json, "first", &report->first, "recorded", "now");
    write_find(json, "broken", &report->broken, "value", NULL);
}

static void free_replay(struct study *study) {
    struct replay_study *replay = (struct replay_study *)study;
    snapshot_close(replay->request.live);
    free(replay->model);
    free(replay);
}

static const struct study_kind replay_kind = {
    .name = "replay", .run = run, .write = write, .free = free_replay};

static bool read_speed(const struct http_request *request, double *speed, struct err *err) {
    const char *text = http_query(request, "speed");
    char *end;
    *speed = text ? strtod(text, &end) : 0;
    return !text || (*text && !*end && isfinite(*speed) && *speed > 0) ||
           err_set(err, ERR_INVALID,
                   "'speed' must be a number above 0, 10 for ten times as fast, not '%.40s'", text);
}

static bool read_model(const struct service *service, const struct http_request *request,
                       char **model, struct err *err) {
    const char *text = http_query(request, "model");
    if (!text) return true;
    if (!world_model(service->world, text, strlen(text)))
        return err_set(err, ERR_NOT_FOUND, "there is no model '%.64s' in the version that serves",
                       text);
    *model = xstrdup(text);
    return true;
}

static bool read_request(struct service *service, const struct http_request *request,
                         struct replay_study *replay, struct err *err) {
    const char *bisect = http_query(request, "bisect");
    uint64_t newest = log_newest(service->options.log);
    if (!span_read(request, newest, &replay->span, err) ||
        !read_speed(request, &replay->speed, err) ||
        !read_model(service, request, &replay->model, err))
        return false;
    if (bisect && !invariant_parse(&replay->invariant, bisect, err)) return false;
    if (bisect) replay->request.invariant = &replay->invariant;
    replay->request.from = replay->span.from;
    replay->request.to = replay->span.to;
    replay->request.is_to_now = replay->request.to == newest;
    replay->request.live = snapshot_open(service->world);
    return true;
}

bool http_replay_post(struct service *service, const struct http_request *request,
                      const struct route_match *match, struct http_response *response,
                      struct err *err) {
    (void)match;
    const struct push_options *options = &service->options;
    if (!options->log || !options->state)
        return err_set(err, ERR_UNAVAILABLE, "the past is not kept by this program");
    struct replay_study *replay = xcalloc(1, sizeof *replay);
    replay->study.kind = &replay_kind;
    replay->request = (struct replay_request){
        .source = {options->log, options->state, options->call_us},
        .on_progress = on_progress,
        .context = replay,
    };
    if (!read_request(service, request, replay, err)) {
        free_replay(&replay->study);
        return false;
    }
    replay->request.model = replay->model;
    return http_study_start(service, &replay->study, response, err);
}
