// Columns are written one after the other from one copy of the window's points.

#include "push/http_history.h"

#include "base/json.h"
#include "predict/window.h"
#include "push/http_time.h"
#include "push/service.h"
#include "twin/world.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NOTE "only the recent window of a prediction is kept"
#define NOTE_LOCATION "the past of a location is not kept yet"

struct span { // microseconds, both ends included
    int64_t from, to;
};

struct points {
    struct window_point list[WINDOW_POINTS];
    int from, to; // those in the span; `to` is not included
};

static bool read_span(const struct http_request *request, struct span *span, struct err *err) {
    if (!http_time(request, "from", INT64_MIN, &span->from, err) ||
        !http_time(request, "to", INT64_MAX, &span->to, err))
        return false;
    return span->from <= span->to || err_set(err, ERR_INVALID, "from is later than to");
}

// ---- fields ----

static bool has_history(const struct field *field) {
    return field->kind == FIELD_TELEMETRY || field->kind == FIELD_REPORTED ||
           field->kind == FIELD_DERIVED;
}

static bool is_named(const char *names, const char *name) {
    size_t length = strlen(name);
    for (const char *at = names; *at; at += *at == ',') {
        size_t word = strcspn(at, ",");
        if (word == length && strncmp(at, name, length) == 0) return true;
        at += word;
    }
    return false;
}

static bool check_names(const struct twin *twin, const char *names, struct err *err) {
    const struct model *model = twin->model;
    for (const char *at = names; *at; at += *at == ',') {
        size_t word = strcspn(at, ",");
        if (word > 0 && model_sample_field(model, at, word) == NONE &&
            model_field(model, FIELD_DERIVED, at, word) == NONE)
            return err_set(err, ERR_NOT_FOUND,
                           "twin %s has no telemetry, property or derived field '%.*s'", twin->id,
                           word > FIELD_NAME_MAX ? FIELD_NAME_MAX : (int)word, at);
        at += word;
    }
    return true;
}

// ---- the answer ----

static int64_t point_time(const struct window_point *point) {
    return llround(point->seconds * 1e6);
}

static void read_points(const struct twin *twin, const struct field *field, const struct span *span,
                        struct points *points) {
    const struct window *window = field->window == NONE ? NULL : twin->windows[field->window];
    int count = window ? window_read(window, 0, points->list) : 0;
    points->from = 0;
    while (points->from < count && point_time(&points->list[points->from]) < span->from)
        points->from++;
    points->to = points->from;
    while (points->to < count && point_time(&points->list[points->to]) <= span->to)
        points->to++;
}

// A window keeps seven digits, and no more are told.
static void write_value(double value, struct buffer *out) {
    char text[JSON_NUMBER_SIZE];
    snprintf(text, sizeof text, "%.7g", value);
    json_raw(out, text);
}

static void write_field(const struct field *field, const struct points *points,
                        struct buffer *out) {
    json_key(out, field->name);
    json_open(out, '{');
    json_key(out, "unit");
    json_string(out, field->unit);
    json_key(out, "time");
    json_open(out, '[');
    for (int i = points->from; i < points->to; i++)
        json_seconds(out, point_time(&points->list[i]));
    json_close(out, ']');
    json_key(out, "value");
    json_open(out, '[');
    for (int i = points->from; i < points->to; i++)
        write_value(points->list[i].value, out);
    json_close(out, ']');
    json_key(out, "quality");
    json_open(out, '[');
    for (int i = points->from; i < points->to; i++)
        json_string(out, quality_name(QUALITY_GOOD));
    json_close(out, ']');
    if (field->window == NONE) {
        json_key(out, "note");
        json_string(out, field->type == VALUE_LOCATION ? NOTE_LOCATION : NOTE);
    }
    json_close(out, '}');
}

bool http_history_get(struct service *service, const struct http_request *request,
                      const struct route_match *match, struct http_response *response,
                      struct err *err) {
    const struct route_part *id = &match->parts[0];
    const struct twin *twin = world_find(service->world, id->text, id->length);
    const char *names = http_query(request, "fields");
    struct buffer *out = &response->body;
    char etag[sizeof response->etag];
    struct span span;
    struct points points;
    if (!twin) return err_set(err, ERR_NOT_FOUND, "there is no twin '%s'", id->text);
    if ((names && !check_names(twin, names, err)) || !read_span(request, &span, err)) return false;
    snprintf(etag, sizeof etag, "\"%llu\"", (unsigned long long)twin->rev);
    if (http_is_known(request, response, etag)) return true;
    json_open(out, '{');
    json_key(out, "twin");
    json_string(out, twin->id);
    json_key(out, "fields");
    json_open(out, '{');
    for (int i = 0; i < twin->model->field_count; i++) {
        const struct field *field = &twin->model->fields[i];
        if (!has_history(field) || (names && !is_named(names, field->name))) continue;
        read_points(twin, field, &span, &points);
        write_field(field, &points, out);
    }
    json_close(out, '}');
    json_close(out, '}');
    return true;
}
