// The request's query, and the reading that the archive does for it.

#include "push/http_history.h"

#include "base/json.h"
#include "base/memory.h"
#include "push/archive.h"
#include "push/http_time.h"
#include "push/http_twin.h"
#include "push/series.h"
#include "push/service.h"
#include "twin/name.h"
#include "twin/world.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define POINTS_USUAL 1000
#define POINTS_MOST 10000

#define TWINS_USUAL 50
#define TWINS_MOST 200

struct history {
    struct reading reading;
    struct archivist *archivist;
    struct series **series;
    int count;
    bool is_csv;
    bool is_list;       // of many twins, and not of one
    uint32_t cursor;    // where the list goes on, 0 = it is all
    struct buffer text; // written on the worker too: it may be long, and needs nothing live
};

static bool read_points(const struct http_request *request, int *points, struct err *err) {
    const char *text = http_query(request, "points");
    char *end;
    *points = POINTS_USUAL;
    if (!text) return true;
    long number = strtol(text, &end, 10);
    *points = (int)number;
    return (end != text && *end == 0 && number >= 1 && number <= POINTS_MOST) ||
           err_set(err, ERR_INVALID, "points must be a whole number from 1 to %d, not '%.40s'",
                   POINTS_MOST, text);
}

static bool read_aggregate(const struct http_request *request, enum aggregate *aggregate,
                           struct err *err) {
    static const char *const names[] = {"", "mean", "min", "max", "last", "count"};
    const char *text = http_query(request, "agg");
    *aggregate = AGG_NONE;
    if (!text) return true;
    for (int i = AGG_MEAN; i <= AGG_COUNT; i++)
        if (strcmp(text, names[i]) == 0) *aggregate = (enum aggregate)i;
    return *aggregate != AGG_NONE ||
           err_set(err, ERR_INVALID, "agg must be mean, min, max, last or count, not '%.40s'",
                   text);
}

static bool read_span(const struct http_request *request, struct series_span *span,
                      struct err *err) {
    if (!read_aggregate(request, &span->aggregate, err) ||
        !http_time(request, "from", INT64_MIN, &span->from, err) ||
        !http_time(request, "to", INT64_MAX, &span->to, err) ||
        !read_points(request, &span->points, err))
        return false;
    // Times are told in whole milliseconds: all of the last one.
    if (span->to > 0 && span->to != INT64_MAX) span->to += 999 - span->to % 1000;
    return span->from <= span->to || err_set(err, ERR_INVALID, "from is later than to");
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

// ---- on the worker ----

static void write_list(const struct history *history, struct buffer *text) {
    json_open(text, '{');
    json_key(text, "series");
    json_open(text, '[');
    for (int i = 0; i < history->count; i++)
        series_write(history->series[i], text);
    json_close(text, ']');
    if (history->cursor) {
        json_key(text, "cursor");
        json_unsigned(text, history->cursor);
    }
    json_close(text, '}');
}

static bool read_series(struct reading *reading, struct log *log, struct err *err) {
    struct history *history = (struct history *)reading;
    (void)log;
    if (history->is_csv) series_write_csv_head(history->is_list, &history->text);
    for (int i = 0; i < history->count; i++) {
        if (!series_read(history->series[i], history->archivist, err)) return false;
        if (history->is_csv) series_write_csv(history->series[i], history->is_list, &history->text);
    }
    if (history->is_csv) return true;
    if (history->is_list)
        write_list(history, &history->text);
    else
        series_write(history->series[0], &history->text);
    return true;
}

static void write_series(struct reading *reading, const struct world *live, struct buffer *json) {
    const struct history *history = (struct history *)reading;
    (void)live;
    buffer_add(json, history->text.bytes, history->text.length);
}

static void free_history(struct reading *reading) {
    struct history *history = (struct history *)reading;
    for (int i = 0; i < history->count; i++)
        series_free(history->series[i]);
    free(history->series);
    buffer_fini(&history->text);
    free(history);
}

// ---- on the loop ----

static bool has_past(const struct service *service, struct err *err) {
    return (service->archive && service->options.archivist) ||
           err_set(err, ERR_UNAVAILABLE, "the past is not kept by this program");
}

static struct history *new_history(const struct service *service,
                                   const struct http_request *request,
                                   struct http_response *response) {
    struct history *history = xcalloc(1, sizeof *history);
    history->reading =
        (struct reading){.read = read_series, .write = write_series, .free = free_history};
    history->archivist = service->options.archivist;
    history->is_csv = request->accepts_csv;
    if (history->is_csv) response->type = "text/csv; charset=utf-8; header=present";
    return history;
}

static void add_series(struct history *history, struct series *owned) {
    size_t size = sizeof(struct series *) * (size_t)(history->count + 1);
    history->series = xrealloc(history->series, size);
    history->series[history->count++] = owned;
}

bool http_history_get(struct service *service, const struct http_request *request,
                      const struct route_match *match, struct http_response *response,
                      struct err *err) {
    const struct twin *twin = http_twin_find(service, match, err);
    const char *names = http_query(request, "fields");
    char etag[sizeof response->etag];
    struct series_span span;
    if (!twin || (names && !check_names(twin, names, err)) || !read_span(request, &span, err))
        return false;
    snprintf(etag, sizeof etag, "\"%llu\"", (unsigned long long)twin->rev);
    if (!request->accepts_csv && http_is_known(request, response, etag)) return true;
    if (!has_past(service, err)) return false;
    struct history *history = new_history(service, request, response);
    add_series(history, series_new(twin, names, &span));
    response->later = archive_ask(service->archive, twin, &history->reading);
    return true;
}

// ---- many twins

static bool is_selected(const char *globs, const char *id) {
    char glob[TWIN_ID_MAX + 1];
    for (const char *at = globs; *at; at += *at == ',') {
        size_t length = strcspn(at, ",");
        if (length > 0 && length < sizeof glob) {
            memcpy(glob, at, length);
            glob[length] = 0;
            if (glob_match(glob, id)) return true;
        }
        at += length;
    }
    return false;
}

// The twins that fit, by their numbers from `cursor` on, and the newest of their revisions.
static uint64_t collect(const struct service *service, const struct http_request *request,
                        const struct series_span *span, uint32_t cursor, uint32_t limit,
                        struct history *history) {
    const struct world *world = service->world;
    const char *globs = http_query(request, "sel"), *model = http_query(request, "model");
    uint64_t newest = 0;
    for (uint32_t number = cursor; number < world->next_number; number++) {
        const struct twin *twin = world_twin(world, number);
        if (!twin || (globs && !is_selected(globs, twin->id)) ||
            (model && !world_is_a(world, twin->model, model)))
            continue;
        struct series *series = series_new(twin, http_query(request, "fields"), span);
        if (series_columns(series) == 0) { // it has none of the fields
            series_free(series);
            continue;
        }
        if ((uint32_t)history->count == limit) {
            series_free(series);
            history->cursor = number;
            break;
        }
        add_series(history, series);
        if (twin->rev > newest) newest = twin->rev;
    }
    return newest;
}

bool http_history_series(struct service *service, const struct http_request *request,
                         const struct route_match *match, struct http_response *response,
                         struct err *err) {
    struct series_span span;
    uint32_t limit, cursor;
    (void)match;
    if (!read_span(request, &span, err) ||
        !http_limit(request, TWINS_USUAL, TWINS_MOST, &limit, err) ||
        !http_cursor(request, &cursor, err) || !has_past(service, err))
        return false;
    struct history *history = new_history(service, request, response);
    history->is_list = true;
    uint64_t newest = collect(service, request, &span, cursor, limit, history);
    if (history->count == 0 && cursor == 0) {
        free_history(&history->reading);
        response->type = "application/json";
        return err_set(
            err, ERR_NOT_FOUND,
            "no twin fits, or none that fits has one of the fields: sel is globs of ids, "
            "model a model's name, fields names, each with commas between");
    }
    response->later = archive_ask(service->archive, NULL, &history->reading);
    history->reading.newest = newest;
    return true;
}
