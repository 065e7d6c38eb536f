#include "push/http_replay.h"

#include "base/err.h"
#include "base/json.h"
#include "base/memory.h"
#include "fork/replay.h"
#include "fork/study.h"
#include "push/http_study.h"
#include "push/http_time.h"
#include "push/service.h"
#include "store/log.h"
#include "store/past.h"
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
    int64_t from_time, to_time; // microseconds UTC, 0 = not given
    double speed;               // so many times as fast as it was recorded; 0 = at once
    int64_t paced;              // received time that the pace was kept up to
    uint64_t rev, turns;        // how far it is
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

// Times become revisions here, for finding them reads the log.
static bool find_ends(struct replay_study *replay, struct err *err) {
    struct replay_request *request = &replay->request;
    struct log *log = request->source.log;
    uint64_t rev;
    if (replay->from_time) {
        if (past_rev_at(log, replay->from_time - 1, &rev, err))
            request->from = rev + 1;
        else if (err->code != ERR_NOT_FOUND)
            return false;
    }
    if (!replay->to_time) return true;
    if (!past_rev_at(log, replay->to_time, &rev, err)) return false;
    if (rev < request->to) {
        request->to = rev;
        request->live = NULL;
    }
    return true;
}

static bool run(struct study *study, struct err *err) {
    struct replay_study *replay = (struct replay_study *)study;
    struct replay_report report;
    struct snapshot *live = replay->request.live;
    bool is_good = true;
    while (is_good && log_durable(replay->request.source.log) < replay->request.to)
        is_good = study_wait(study, WAIT_US) || err_set(err, ERR_UNAVAILABLE, "it was stopped");
    is_good = is_good && find_ends(replay, err);
    if (is_good && replay->request.from > replay->request.to)
        is_good = err_set(
            err, ERR_INVALID, "it would begin at rev %llu and end at rev %llu before it",
            (unsigned long long)replay->request.from, (unsigned long long)replay->request.to);
    is_good = is_good && replay_run(&replay->request, &report, err);
    snapshot_close(live);
    study_lock(study);
    replay->request.live = NULL;
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

// A revision, `usual` when it is not given.
static bool read_rev(const struct http_request *request, const char *name, uint64_t usual,
                     uint64_t newest, uint64_t *rev, struct err *err) {
    const char *text = http_query(request, name);
    char *end;
    *rev = usual;
    if (!text) return true;
    *rev = text[0] >= '0' && text[0] <= '9' ? strtoull(text, &end, 10) : 0;
    if (*rev == 0 || *end)
        return err_set(err, ERR_INVALID, "'%s' must be a revision's number, 1 or more, not '%.40s'",
                       name, text);
    return *rev <= newest ||
           err_set(err, ERR_NOT_FOUND, "there is no rev %llu yet; the newest is %llu",
                   (unsigned long long)*rev, (unsigned long long)newest);
}

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
    if (!read_rev(request, "from", 1, newest, &replay->request.from, err) ||
        !read_rev(request, "to", newest, newest, &replay->request.to, err) ||
        !http_time(request, "from_time", 0, &replay->from_time, err) ||
        !http_time(request, "to_time", 0, &replay->to_time, err) ||
        !read_speed(request, &replay->speed, err) ||
        !read_model(service, request, &replay->model, err))
        return false;
    if (bisect && !invariant_parse(&replay->invariant, bisect, err)) return false;
    if (bisect) replay->request.invariant = &replay->invariant;
    if (replay->request.to < replay->request.from)
        return err_set(
            err, ERR_INVALID, "'to' is rev %llu, before 'from', rev %llu: turn them round",
            (unsigned long long)replay->request.to, (unsigned long long)replay->request.from);
    if (replay->request.to == newest) replay->request.live = snapshot_open(service->world);
    return true;
}

bool http_replay_post(struct service *service, const struct http_request *request,
                      const struct route_match *match, struct http_response *response,
                      struct err *err) {
    (void)match;
    const struct push_options *options = &service->options;
    if (!options->log || !options->file)
        return err_set(err, ERR_UNAVAILABLE, "the past is not kept by this program");
    struct replay_study *replay = xcalloc(1, sizeof *replay);
    replay->study.kind = &replay_kind;
    replay->request = (struct replay_request){
        .source = {options->log, options->file, options->call_us},
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
