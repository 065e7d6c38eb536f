// Questions have a worker of their own, so that a long one holds up no history.

#include "push/question.h"

#include "base/memory.h"
#include "push/document.h"
#include "push/http_twin.h"
#include "push/service.h"
#include "script/duration.h"
#include "store/log.h"
#include "twin/snapshot.h"
#include "twin/world.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define WAITING_MAX 16

static bool read_duration(const cJSON *body, const char *name, int64_t most, int64_t *us,
                          struct err *err) {
    const cJSON *item = document_member(body, name);
    if (!item) return true;
    if (!cJSON_IsString(item) || !duration_parse(item->valuestring, us))
        return err_set(err, ERR_INVALID,
                       "'%s' must be " DURATION_FORM ", at least 1 ms and at most 10 years", name);
    return *us <= most || err_set(err, ERR_INVALID, "%s %.20s is longer than %lld days", name,
                                  item->valuestring, (long long)(most / 86400000000));
}

bool question_at(const struct service *service, const cJSON *body, uint64_t *rev, struct err *err) {
    const cJSON *at = document_member(body, "at");
    *rev = 0;
    if (!at || (cJSON_IsString(at) && strcmp(at->valuestring, "now") == 0)) return true;
    if (!cJSON_IsNumber(at) || !(at->valuedouble >= 1) || floor(at->valuedouble) != at->valuedouble)
        return err_set(err, ERR_INVALID, "'at' must be \"now\" or a revision's number, 1 or more");
    if (at->valuedouble > (double)service->world->rev)
        return err_set(err, ERR_NOT_FOUND, "there is no rev %.0f yet; the newest is %llu",
                       at->valuedouble, (unsigned long long)service->world->rev);
    *rev = (uint64_t)at->valuedouble;
    return true;
}

bool question_name(const struct service *service, const char *text, uint32_t own, uint32_t *number,
                   const char **name, struct err *err) {
    const char *slash = strrchr(text, '/');
    *number = own;
    *name = slash ? slash + 1 : text;
    if (!slash) return true;
    const struct twin *twin = world_find(service->world, text, (size_t)(slash - text));
    if (!twin)
        return err_set(err, ERR_NOT_FOUND, "'%.64s': there is no twin '%.*s'", text,
                       (int)(slash - text > 64 ? 64 : slash - text), text);
    *number = twin->number;
    return true;
}

bool question_horizon(const cJSON *body, struct horizon *horizon, struct err *err) {
    if (!document_member(body, "horizon"))
        return err_set(err, ERR_INVALID,
                       "'horizon' is missing: how far ahead to look, " DURATION_FORM);
    return read_duration(body, "horizon", HORIZON_MAX, &horizon->us, err) &&
           read_duration(body, "step", HORIZON_MAX, &horizon->step_us, err);
}

bool question_samples(const cJSON *body, int most, int *samples, struct err *err) {
    uint64_t whole;
    *samples = -1;
    if (!document_member(body, "samples")) return true;
    if (!document_whole(body, "samples", 0, &whole, err)) return false;
    *samples = (int)whole;
    return whole <= (uint64_t)most || err_set(err, ERR_INVALID, "samples %llu are more than %d",
                                              (unsigned long long)whole, most);
}

// ---- off the loop's thread

static bool run(struct reading *reading, struct log *log, struct err *err) {
    struct question *question = (struct question *)reading;
    (void)log; // the source has it
    return question->kind->run(question, err);
}

static enum settled settle(struct reading *reading, struct err *err) {
    struct question *question = (struct question *)reading;
    return question->kind->settle ? question->kind->settle(question, err) : SETTLED;
}

static void write(struct reading *reading, const struct world *live, struct buffer *json) {
    const struct question *question = (const struct question *)reading;
    (void)live;
    buffer_add(json, question->json.bytes, question->json.length);
}

static void drop(struct question *question) {
    question->kind->fini(question);
    free(question);
}

static void free_question(struct reading *reading) {
    struct question *question = (struct question *)reading;
    question->service->questions_waiting--;
    snapshot_close(question->snapshot);
    buffer_fini(&question->json);
    drop(question);
}

static bool is_welcome(const struct service *service, struct err *err) {
    if (!service->foresight)
        return err_set(err, ERR_UNAVAILABLE, "the past is not kept by this program");
    return service->questions_waiting < WAITING_MAX ||
           err_set(err, ERR_TOO_FAST, "%d questions wait already; ask again when they are answered",
                   WAITING_MAX);
}

struct later *question_ask(struct service *service, const struct twin *twin,
                           const struct question_kind *kind, const cJSON *body,
                           const struct actor *actor, struct err *err) {
    const struct push_options *options = &service->options;
    if (!is_welcome(service, err)) return NULL;
    struct question *question = xcalloc(1, kind->size);
    question->kind = kind;
    question->service = service;
    question->number = twin->number;
    question->actor = *actor;
    question->source = (struct fork_source){options->log, options->state, options->call_us};
    question->version = service->world->version;
    question->reading =
        (struct reading){.read = run, .settle = settle, .write = write, .free = free_question};
    if (!kind->read(question, body, err)) {
        drop(question);
        return NULL;
    }
    service->questions_waiting++;
    struct later *later = archive_ask(service->foresight, twin, &question->reading);
    question_renew(question);
    return later;
}

// Behaviours may look at other twins, so all that the snapshot has must be on disk.
struct snapshot *question_renew(struct question *question) {
    struct snapshot *before = question->snapshot;
    question->snapshot = snapshot_open(question->service->world);
    question->reading.newest = log_newest(question->service->options.log);
    return before;
}

bool question_post(struct service *service, const struct http_request *request,
                   const struct route_match *match, const struct question_kind *kind,
                   struct http_response *response, struct err *err) {
    const struct twin *twin = http_twin_find(service, match, err);
    cJSON *body =
        twin ? document_parse("the body", request->body, request->body_length, err) : NULL;
    if (!body) return false;
    response->cache = "no-store";
    response->later = question_ask(service, twin, kind, body, &request->actor, err);
    cJSON_Delete(body);
    return response->later != NULL;
}
