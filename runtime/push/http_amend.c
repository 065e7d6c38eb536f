// The fork says what follows; here it becomes revisions: one that says what was corrected, why, and
// what the twin shows from now on, and behind it those that have its history.

#include "push/http_amend.h"

#include "base/err.h"
#include "base/json.h"
#include "fork/amend.h"
#include "push/document.h"
#include "push/http_time.h"
#include "push/question.h"
#include "push/service.h"
#include "push/twin_json.h"
#include "twin/snapshot.h"
#include "twin/world.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SLICE 256 // values of its history in a revision
#define TRIES_MAX 50
#define WHY_MAX 500 // bytes

struct amending {
    struct question question; // first
    struct amend *amend;
    struct snapshot *before; // that it was run on before
    uint64_t newest;         // the twin's revision that it is run up to
    uint64_t rev;            // that it has become
    int tries;
    bool is_dry, is_applied;
    char why[WHY_MAX + 1];
};

// ---- the body

static bool read_time(const cJSON *body, int64_t *at, struct err *err) {
    const cJSON *time = document_member(body, "time");
    if (cJSON_IsString(time)) return http_time_read(time->valuestring, "'time'", at, err);
    if (!cJSON_IsNumber(time) || !(fabs(time->valuedouble) < 1e11))
        return err_set(err, ERR_INVALID,
                       "'time' must be Unix seconds or a time like "
                       "2026-11-22T18:00:00Z: that of the sample");
    *at = llround(time->valuedouble * 1e6);
    return true;
}

static bool read_value(const cJSON *body, const char *name, const struct field *field,
                       struct value *value, struct err *err) {
    const cJSON *item = document_member(body, name);
    *value = value_none();
    if (!item) return true;
    if (!document_value(item, name, value, err)) return false;
    if (field->type == VALUE_BOOLEAN && value->type == VALUE_NUMBER)
        *value = value_boolean(value->number != 0);
    return value->type == VALUE_NONE || value->type == field->type ||
           err_set(err, ERR_INVALID, "'%s' must be a %s, as %s is, not a %s", name,
                   value_type_name(field->type), field->name, value_type_name(value->type));
}

static bool read_flag(const cJSON *body, const char *name, bool *flag, struct err *err) {
    const cJSON *item = document_member(body, name);
    *flag = cJSON_IsTrue(item);
    return !item || cJSON_IsBool(item) ||
           err_set(err, ERR_INVALID, "'%s' must be true or false", name);
}

static bool read_why(const cJSON *body, char why[WHY_MAX + 1], struct err *err) {
    const cJSON *item = document_member(body, "why");
    if (!item) return true;
    if (!cJSON_IsString(item) || strlen(item->valuestring) > WHY_MAX)
        return err_set(err, ERR_INVALID, "'why' must be a text of at most %d bytes", WHY_MAX);
    strcpy(why, item->valuestring);
    return true;
}

static bool read_body(struct question *question, const cJSON *body, struct err *err) {
    struct amending *amending = (struct amending *)question;
    static const char *const names[] = {"field", "time", "value", "was", "why", "apply", "dry_run"};
    const struct twin *twin = world_twin(question->service->world, question->number);
    if (!document_check(body, names, ARRAY_LEN(names), "the body", err)) return false;
    const char *name = document_text(body, "field", err);
    if (!name) return false;
    int field = model_sample_field(twin->model, name, strlen(name));
    if (field == NONE) {
        const char *near = model_suggest_sample(twin->model, name, strlen(name));
        return err_set(err, ERR_NOT_FOUND,
                       "model %s gets no samples of '%.64s', and only samples can be amended%s%s",
                       twin->model->name, name, near ? "; did you mean " : "", near ? near : "");
    }
    const struct field *spec = &twin->model->fields[field];
    if (spec->type == VALUE_LOCATION)
        return err_set(err, ERR_INVALID, "%s is a location, and those cannot be amended", name);
    if (!document_member(body, "value"))
        return err_set(err, ERR_INVALID,
                       "'value' is missing: what its device should have said, or "
                       "null to take the sample away");
    struct amend_request request = {.source = question->source, .number = question->number};
    strcpy(request.field, spec->name);
    if (!read_time(body, &request.at, err) ||
        !read_value(body, "value", spec, &request.value, err) ||
        !read_value(body, "was", spec, &request.was, err) || !read_why(body, amending->why, err) ||
        !read_flag(body, "apply", &amending->is_applied, err) ||
        !read_flag(body, "dry_run", &amending->is_dry, err))
        return false;
    amending->amend = amend_new(&request);
    amending->newest = twin->rev;
    return true;
}

// ---- on the worker

static bool run(struct question *question, struct err *err) {
    struct amending *amending = (struct amending *)question;
    return amend_run(amending->amend, question->snapshot, amending->newest, err);
}

// ---- back on the loop

static void write_values(struct amending *amending, const struct model *model,
                         struct buffer *json) {
    const struct amend_result *result = amend_result(amending->amend);
    int *counts = xcalloc((size_t)model->field_count + 1, sizeof *counts);
    for (int i = 0; i < result->series_count; i++)
        counts[result->series[i].index]++;
    json_key(json, "values");
    json_open(json, '{');
    for (int i = 0; i < model->field_count; i++) {
        if (counts[i] == 0) continue;
        json_key(json, model->fields[i].name);
        json_integer(json, counts[i]);
    }
    json_close(json, '}');
    free(counts);
}

static void write_current(const struct change *changes, int count, const struct model *model,
                          struct buffer *json) {
    json_key(json, "current");
    json_open(json, '[');
    for (int i = 0; i < count; i++) {
        const struct change *change = &changes[i];
        if (change->kind != CHANGE_AMEND || model->fields[change->index].kind == FIELD_STATE)
            continue;
        json_open(json, '{');
        json_member(json, "field", model->fields[change->index].name);
        json_key(json, "was");
        value_json_write(change->amend.was, json);
        json_key(json, "value");
        value_json_write(change->value, json);
        json_close(json, '}');
    }
    json_close(json, ']');
}

static void write_answer(struct amending *amending, const struct twin *twin,
                         const struct change *current, int current_count) {
    const struct amend_result *result = amend_result(amending->amend);
    struct buffer *json = &amending->question.json;
    json_open(json, '{');
    json_member(json, "twin", twin->id);
    json_member(json, "field", twin->model->fields[result->given.index].name);
    json_member_time(json, "time", result->at);
    json_key(json, "was");
    value_json_write(result->given.amend.was, json);
    json_key(json, "value");
    value_json_write(result->given.value, json);
    json_key(json, "of_rev");
    json_unsigned(json, result->rev);
    json_key(json, "revisions");
    json_integer(json, result->revisions);
    write_values(amending, twin->model, json);
    write_current(current, current_count, twin->model, json);
    json_key(json, "applied");
    json_boolean(json, amending->is_applied && !amending->is_dry);
    json_key(json, "rev");
    if (amending->rev)
        json_unsigned(json, amending->rev);
    else
        json_null(json);
    json_close(json, '}');
}

static bool keep(struct amending *amending, struct twin *twin, const struct change *changes,
                 int count, bool is_first, struct err *err) {
    struct question *question = &amending->question;
    const struct door *door = question->service->options.door;
    const struct amend_input input = {
        .changes = changes,
        .count = count,
        .layout = twin->model->layout,
        .if_rev = is_first && amending->is_applied ? amending->newest : 0,
        .from_rev = is_first ? 0 : amending->rev,
        .actor = is_first ? &question->actor : NULL,
    };
    uint64_t rev;
    if (!door->amend(door->context, twin, &input, &rev, err)) return false;
    if (is_first) amending->rev = rev;
    question->reading.newest = rev;
    return true;
}

static bool keep_all(struct amending *amending, struct twin *twin, const struct change *current,
                     int current_count, struct err *err) {
    const struct amend_result *result = amend_result(amending->amend);
    struct change *first = xmalloc(sizeof *first * (size_t)(current_count + 2));
    int count = 0;
    first[count++] = result->given;
    if (amending->why[0])
        first[count++] = (struct change){.kind = CHANGE_NOTE,
                                         .at = result->at,
                                         .text = {amending->why, (uint32_t)strlen(amending->why)}};
    for (int i = 0; amending->is_applied && i < current_count; i++)
        first[count++] = current[i];
    bool is_good = keep(amending, twin, first, count, true, err);
    free(first);
    for (int i = 0; is_good && i < result->series_count; i += SLICE) {
        int left = result->series_count - i;
        is_good = keep(amending, twin, result->series + i, left < SLICE ? left : SLICE, false, err);
    }
    return is_good;
}

// The twin has moved on, and what it shows is to follow from all of its past.
static enum settled go_on(struct amending *amending, const struct twin *twin, struct err *err) {
    if (++amending->tries > TRIES_MAX) {
        err_set(err, ERR_CONFLICT,
                "it changes faster than its past can be run again; without 'apply' its history is "
                "amended and what it shows is not");
        return SETTLED_NOT;
    }
    snapshot_close(amending->before);
    amending->before = question_renew(&amending->question);
    amending->newest = twin->rev;
    return SETTLED_AGAIN;
}

static enum settled settle(struct question *question, struct err *err) {
    struct amending *amending = (struct amending *)question;
    struct twin *twin = world_twin(question->service->world, question->number);
    const struct amend_result *result = amend_result(amending->amend);
    if (!twin) {
        err_set(err, ERR_NOT_FOUND, "the twin is not there any more");
        return SETTLED_NOT;
    }
    if (twin->rev != amending->newest && (amending->is_applied || amending->tries < TRIES_MAX))
        return go_on(amending, twin, err);
    if (twin->model->layout != result->now->model->layout) {
        err_set(err, ERR_CONFLICT, "its model has changed meanwhile; ask again");
        return SETTLED_NOT;
    }
    struct region region = {0};
    struct change *current;
    int count = amend_current(amending->amend, twin, &region, &current);
    bool is_good = amending->is_dry || keep_all(amending, twin, current, count, err);
    if (is_good) write_answer(amending, twin, current, count);
    region_fini(&region);
    return !is_good ? SETTLED_NOT : amending->is_dry ? SETTLED : SETTLED_LATER;
}

static void fini(struct question *question) {
    struct amending *amending = (struct amending *)question;
    amend_free(amending->amend);
    snapshot_close(amending->before);
}

static const struct question_kind kind = {sizeof(struct amending), read_body, run, fini, settle};

bool http_amend_post(struct service *service, const struct http_request *request,
                     const struct route_match *match, struct http_response *response,
                     struct err *err) {
    return question_post(service, request, match, &kind, response, err);
}
