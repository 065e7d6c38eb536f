#include "push/http_samples.h"

#include "base/err.h"
#include "base/json.h"
#include "base/memory.h"
#include "push/configuration.h"
#include "push/document.h"
#include "push/service.h"
#include "twin/model.h"
#include "twin/world.h"

#include <math.h>
#include <string.h>

#define LINES_MAX 1000 // some 10 ms of the loop
#define AHEAD_US (86400LL * 1000000)

struct samples_import {
    struct service *service;
    const struct http_request *request;
    const char *model; // of new twins, NULL when not given
    uint64_t rev;      // newest that was made
    int stored, refused, count;
    bool is_stuck;
    struct buffer lines; // of the answer
};

static bool read_time(const cJSON *document, int64_t now, int64_t *at, struct err *err) {
    const cJSON *time = document_member(document, "time");
    if (!cJSON_IsNumber(time) || !(fabs(time->valuedouble) < 1e11))
        return err_set(err, ERR_INVALID, "'time' must be a number of Unix seconds");
    *at = llround(time->valuedouble * 1e6);
    return *at <= now + AHEAD_US ||
           err_set(err, ERR_INVALID, "its time is more than a day ahead of now");
}

static bool read_value(const struct field *field, const cJSON *item, struct sample *sample,
                       struct err *err) {
    if (!document_value(item, field->name, &sample->value, err)) return false;
    if (field->type == VALUE_BOOLEAN && sample->value.type == VALUE_NUMBER)
        sample->value = value_boolean(sample->value.number != 0); // tables write 0 and 1
    return sample->value.type == field->type ||
           err_set(err, ERR_INVALID, "%s takes a %s, not a %s", field->name,
                   value_type_name(field->type), value_type_name(sample->value.type));
}

static bool read_values(const struct model *model, const cJSON *values, int64_t at,
                        struct sample *samples, int *count, struct err *err) {
    const cJSON *item;
    if (!cJSON_IsObject(values)) return err_set(err, ERR_INVALID, "'values' must be an object");
    cJSON_ArrayForEach(item, values) {
        int field = model_sample_field(model, item->string, strlen(item->string));
        if (field == NONE) {
            const char *near = model_suggest_sample(model, item->string, strlen(item->string));
            return err_set(err, ERR_NOT_FOUND, "model %s gets no samples of '%.64s'%s%s",
                           model->name, item->string, near ? "; did you mean " : "",
                           near ? near : "");
        }
        if (cJSON_IsNull(item)) continue;
        struct sample *sample = &samples[*count];
        *sample = (struct sample){.field = field, .at = at};
        if (!read_value(&model->fields[field], item, sample, err)) return false;
        ++*count;
    }
    return true;
}

// Whether all of it is what the twin shows already: sent once more.
static bool is_known(const struct twin *twin, const struct sample *samples, int count) {
    for (int i = 0; twin && i < count; i++) {
        const struct slot *slot = twin_shown(twin, samples[i].field);
        const struct field *field = &twin->model->fields[samples[i].field];
        struct value value = samples[i].value;
        if (value.type == VALUE_NUMBER) value.number = value.number * field->gain + field->offset;
        if (slot->at != samples[i].at || !value_equal(slot_value(slot), value)) return false;
    }
    return twin != NULL;
}

static bool take(struct samples_import *import, const cJSON *document, struct err *err) {
    const struct door *door = import->service->options.door;
    const char *id = document_text(document, "twin", err);
    struct sample samples[256];
    int64_t at = 0;
    if (!id || !configuration_id(id, err) ||
        !read_time(document, door->now(door->context), &at, err))
        return false;
    const struct model *model = configuration_model(door->world, document, id, import->model, err);
    const cJSON *values = document_member(document, "values");
    if (!model) return false;
    if (cJSON_GetArraySize(values) > (int)ARRAY_LEN(samples))
        return err_set(err, ERR_TOO_LARGE, "a line has at most %zu values", ARRAY_LEN(samples));
    struct twin *twin = world_find(door->world, id, strlen(id));
    struct samples_input input = {.id = id,
                                  .id_length = strlen(id),
                                  .twin = twin,
                                  .model = model,
                                  .samples = samples,
                                  .actor = import->request->actor};
    uint64_t rev = 0;
    if (!read_values(model, values, at, samples, &input.count, err)) return false;
    if (input.count == 0 || is_known(twin, samples, input.count)) return true;
    if (!door->samples(door->context, &input, &rev, err)) return false;
    if (rev > import->rev) import->rev = rev;
    return true;
}

static void take_line(struct samples_import *import, const char *text, size_t length, int number) {
    struct err err;
    cJSON *document = document_parse("the line", text, length, &err);
    bool is_good = document && take(import, document, &err);
    cJSON_Delete(document);
    import->stored += is_good;
    if (is_good) return;
    import->refused++;
    import->is_stuck |= err.code == ERR_UNAVAILABLE;
    json_open(&import->lines, '{');
    json_key(&import->lines, "line");
    json_integer(&import->lines, number);
    json_member(&import->lines, "reason", err.text);
    json_close(&import->lines, '}');
}

static bool take_lines(struct samples_import *import, struct err *err) {
    const char *at = import->request->body, *end = at + import->request->body_length;
    for (int number = 1; at < end && !import->is_stuck; number++) {
        const char *stop = memchr(at, '\n', (size_t)(end - at));
        if (!stop) stop = end;
        if (stop > at && ++import->count > LINES_MAX)
            return err_set(err, ERR_TOO_LARGE,
                           "at most %d lines at once: send the file in slices, as twinctl import "
                           "--history does",
                           LINES_MAX);
        if (stop > at) take_line(import, at, (size_t)(stop - at), number);
        at = stop + 1;
    }
    return !import->is_stuck || err_set(err, ERR_UNAVAILABLE, "nothing can be stored now");
}

bool http_samples_post(struct service *service, const struct http_request *request,
                       const struct route_match *match, struct http_response *response,
                       struct err *err) {
    (void)match;
    struct samples_import import = {
        .service = service, .request = request, .model = http_query(request, "model")};
    json_open(&import.lines, '[');
    bool is_good = take_lines(&import, err);
    json_close(&import.lines, ']');
    buffer_byte(&import.lines, 0);
    if (is_good) {
        json_open(&response->body, '{');
        json_key(&response->body, "stored");
        json_integer(&response->body, import.stored);
        json_key(&response->body, "refused");
        json_integer(&response->body, import.refused);
        json_key(&response->body, "lines");
        json_raw(&response->body, (const char *)import.lines.bytes);
        json_close(&response->body, '}');
    }
    response->wait_rev = import.rev;
    buffer_fini(&import.lines);
    return is_good;
}
