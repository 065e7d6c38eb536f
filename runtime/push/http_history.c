// The request's query, and the reading that the archive does for it.

#include "push/http_history.h"

#include "base/memory.h"
#include "push/archive.h"
#include "push/http_time.h"
#include "push/http_twin.h"
#include "push/series.h"
#include "push/service.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define POINTS_USUAL 1000
#define POINTS_MOST 10000

struct history {
    struct reading reading;
    struct archivist *archivist;
    struct series *series;
    bool is_csv;
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

static bool read_series(struct reading *reading, struct log *log, struct err *err) {
    struct history *history = (struct history *)reading;
    (void)log;
    if (!series_read(history->series, history->archivist, err)) return false;
    if (history->is_csv) {
        series_write_csv_head(false, &history->text);
        series_write_csv(history->series, false, &history->text);
    } else {
        series_write(history->series, &history->text);
    }
    return true;
}

static void write_series(struct reading *reading, const struct world *live, struct buffer *json) {
    const struct history *history = (struct history *)reading;
    (void)live;
    buffer_add(json, history->text.bytes, history->text.length);
}

static void free_history(struct reading *reading) {
    struct history *history = (struct history *)reading;
    series_free(history->series);
    buffer_fini(&history->text);
    free(history);
}

// ---- on the loop ----

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
    if (!service->archive || !service->options.archivist)
        return err_set(err, ERR_UNAVAILABLE, "the past is not kept by this program");
    struct history *history = xcalloc(1, sizeof *history);
    history->reading =
        (struct reading){.read = read_series, .write = write_series, .free = free_history};
    history->archivist = service->options.archivist;
    history->series = series_new(twin, names, &span);
    history->is_csv = request->accepts_csv;
    if (history->is_csv) response->type = "text/csv; charset=utf-8; header=present";
    response->later = archive_ask(service->archive, twin, &history->reading);
    return true;
}
